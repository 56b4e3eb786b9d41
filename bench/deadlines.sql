-- A table of tasks of which one in a hundred is open, spread evenly over the last and the next 20 days; reports only
-- for those that are. Variables: tasks. Needs the people of generate.sql.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET max_parallel_maintenance_workers = 0;
SET maintenance_work_mem = '512MB';
SET session_replication_role = replica;
SET civic.restoring = on;

CREATE TEMP TABLE task_indexes AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index AS i LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid
WHERE i.indrelid = 'civic.tasks'::regclass AND c.oid IS NULL;
SELECT format('DROP INDEX %s', name) FROM task_indexes \gexec
TRUNCATE civic.tasks;

INSERT INTO civic.reports (organization_id, id, report_number, user_id, department_id, assigned_to, title, description,
    category, status, severity, status_updated_at, latitude, longitude, created_at)
SELECT bench.organization(1), bench.person(5, n), 'D-' || n, bench.person(1, 71), u.department_id, u.id,
    'An open report', 'Something is broken here.', 'roads', 'assigned_to_officer', 'medium',
    now() - interval '8 days', 10, 20, now() - interval '8 days'
FROM generate_series(0, :tasks - 1, 100) AS n
JOIN civic.users AS u ON u.organization_id = bench.organization(1) AND u.id = bench.person(1, 11 + n / 100 % 60);

INSERT INTO civic.tasks (organization_id, id, report_id, assigned_to, department_id, status, sla_deadline, sla_severity,
    sla_next_check, assigned_at, resolved_at, created_at)
SELECT bench.organization(1), bench.person(6, n), bench.person(5, n), u.id, u.department_id,
    CASE WHEN n % 100 = 0 THEN 'assigned' ELSE 'resolved' END::civic.task_status,
    t.assigned_at + interval '7 days', 'medium',
    CASE WHEN n % 100 = 0 THEN t.assigned_at + interval '6 days 22 hours' END, t.assigned_at,
    CASE WHEN n % 100 <> 0 THEN t.assigned_at + interval '1 day' END, t.assigned_at
FROM generate_series(0, :tasks - 1) AS n
JOIN civic.users AS u ON u.organization_id = bench.organization(1) AND u.id = bench.person(1, 11 + n / 100 % 60)
CROSS JOIN LATERAL (
    SELECT now() - interval '7 days' + interval '40 days' * ((n::bigint * 7919 % :tasks) / :tasks::float8 - 0.5) AS assigned_at
) AS t;
SELECT definition FROM task_indexes \gexec
RESET session_replication_role;
RESET civic.restoring;

INSERT INTO civic.business_calendars (organization_id, id, name, time_zone, weekly_hours)
VALUES (bench.organization(1), bench.person(7, 1), 'Office', 'Europe/Berlin',
    '{"monday": ["08:00-12:00", "13:00-17:00"], "tuesday": ["08:00-12:00", "13:00-17:00"],'
    ' "wednesday": ["08:00-12:00"], "thursday": ["08:00-12:00", "13:00-18:00"], "friday": ["08:00-13:00"]}');
INSERT INTO civic.calendar_holidays (organization_id, calendar_id, day, name)
SELECT bench.organization(1), bench.person(7, 1), make_date(y, m, 1), 'Holiday'
FROM generate_series(2020, 2035) AS y, generate_series(1, 12) AS m;
VACUUM (ANALYZE) civic.tasks, civic.reports, civic.escalations;
CHECKPOINT;
