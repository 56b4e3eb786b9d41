-- Organizations, people and reports of a known shape, the same on every run.
-- Variables: organizations, reports (in all organizations together).
-- Triggers are off while rows come in, so the rows themselves must keep every rule; bench/city.py looks whether they do.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET max_parallel_maintenance_workers = 0;
SET maintenance_work_mem = '512MB';
SET session_replication_role = replica;
SET civic.restoring = on;

CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO civic_user, civic_owner;

-- Ids that pgbench can compute. Reports are two years of even arrival, so their ids sort by time as those of
-- civic.uuid_v7() do.
CREATE FUNCTION bench.organization(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad(to_hex(4096 + n), 32, '0')::uuid;
CREATE FUNCTION bench.person(organization bigint, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(organization), 16, '0') || lpad(to_hex(n), 16, '0'))::uuid;
CREATE FUNCTION bench.reported_at(n bigint, total bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '2024-01-01 00:00:00+00'::timestamptz + make_interval(secs => floor(63072000.0 / total * n));
CREATE FUNCTION bench.report(n bigint, total bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(1704067200000 + 1000 * (63072000 * n / total)), 12, '0') || '70008'
    || lpad(to_hex(n), 15, '0'))::uuid;

INSERT INTO civic.organizations (id, code, name)
SELECT bench.organization(o), 'BENCH' || o, 'Benchmark ' || o FROM generate_series(1, :organizations) AS o;
SELECT count(civic_private.fill_organization(bench.organization(o)))
FROM generate_series(1, :organizations) AS o \gset filled_

-- Person 1 is an administrator, 2 a moderator, 11 to 70 are officers, ten a department; the others are residents.
CREATE TABLE bench.sizes AS
SELECT :organizations::bigint AS organizations, :reports::bigint AS reports,
    greatest(200, :reports / :organizations / 50)::bigint AS people;
INSERT INTO civic.users (organization_id, id, email, full_name, department_id)
SELECT bench.organization(o), bench.person(o, p), format('person%s@organization%s.example', p, o),
    format('Person %s', p),
    CASE WHEN p BETWEEN 11 AND 70 THEN (
        SELECT d.id FROM civic.departments AS d WHERE d.organization_id = bench.organization(o)
        ORDER BY d.code OFFSET (p - 11) / 10 LIMIT 1) END
FROM bench.sizes AS s, generate_series(1, s.organizations) AS o, generate_series(1, s.people) AS p;
INSERT INTO civic.user_roles (organization_id, user_id, role_id, family)
SELECT bench.organization(o), bench.person(o, p), r.id, r.family
FROM bench.sizes AS s, generate_series(1, s.organizations) AS o, generate_series(1, s.people) AS p
JOIN civic.roles AS r ON r.is_system AND r.code = CASE
    WHEN p = 1 THEN 'admin' WHEN p = 2 THEN 'moderator' WHEN p BETWEEN 11 AND 70 THEN 'nodal_officer'
    ELSE 'citizen' END;

-- Indexes are made afterwards: this is a load, not the thing measured.
CREATE TEMP TABLE report_indexes AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index AS i LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid
WHERE i.indrelid = 'civic.reports'::regclass AND c.oid IS NULL;
SELECT format('DROP INDEX %s', name) FROM report_indexes \gexec

SELECT setseed(0.42) \gset
-- Seven in a hundred reports are private or sensitive. Of those of the last 60 days 70 % are open, of older ones 8 %.
-- Every 40th is a duplicate of the one before it in its organization; department HMD gets 4 in a thousand. Cities grow
-- with their reports: there are
-- always 250 to the square kilometre.
INSERT INTO civic.reports (organization_id, id, report_number, user_id, department_id, assigned_to, title, description,
    category, status, severity, status_updated_at, latitude, longitude, address, is_public, is_sensitive,
    duplicate_of_report_id, rejection_reason, hold_reason, resolution_notes, assignment_rejection_reason, created_at)
SELECT bench.organization(o), bench.report(n, total), format('CL-%s-%s', 2024 + n / (total / 2 + 1), n),
    bench.person(o, 71 + floor(who * (people - 70))::bigint),
    CASE WHEN status IN ('received', 'pending_classification', 'classified', 'duplicate') THEN NULL
        ELSE c.department_id END,
    CASE WHEN status IN ('received', 'pending_classification', 'classified', 'assigned_to_department', 'rejected',
        'duplicate') THEN NULL ELSE bench.person(o, c.first_officer + n % 10) END,
    format('%s out of order at house %s', initcap(c.code), n % 997),
    format('Since last week the %s here does not work, neighbours at number %s and %s have seen it as well. %s', c.code,
        n % 89, n % 97, repeat('Somebody should come and look. ', 1 + (n % 4)::integer)),
    c.code, status::civic.report_status,
    CASE WHEN severity < 0.1 THEN 'critical' WHEN severity < 0.3 THEN 'high' WHEN severity < 0.75 THEN 'medium'
        ELSE 'low' END::civic.report_severity,
    created_at + make_interval(hours => (n % 200)::integer),
    10 + o + (north - 0.5) * side / 111.2, 75 + o + (east - 0.5) * side / (111.2 * cosd(10 + o)),
    format('Street %s, ward %s', n % 499, n % 60), shown < 0.95, shown > 0.93 AND shown < 0.95,
    CASE WHEN status = 'duplicate' THEN bench.report(n - organizations, total) END,
    CASE WHEN status = 'rejected' THEN 'Not a matter of the city.' END,
    CASE WHEN status = 'on_hold' THEN 'Waiting for spare parts.' END,
    CASE WHEN status IN ('pending_verification', 'resolved', 'closed', 'reopened') THEN 'Repaired on site.' END,
    CASE WHEN status = 'assignment_rejected' THEN 'Not my area, sorry.' END,
    created_at
FROM (
    SELECT n, total, people, organizations, 1 + n % organizations AS o, bench.reported_at(n, total) AS created_at,
        who, severity, shown, north, east, topic, sqrt(total / organizations / 250.0) AS side,
        CASE
            WHEN n / organizations % 40 = 39 THEN 'duplicate'
            WHEN state < CASE WHEN n > total * 11 / 12 THEN 0.7 ELSE 0.08 END THEN (ARRAY['received',
                'pending_classification', 'classified', 'assigned_to_department', 'assigned_to_department',
                'assigned_to_officer', 'assigned_to_officer', 'assignment_rejected', 'acknowledged', 'acknowledged',
                'in_progress', 'in_progress', 'in_progress', 'pending_verification', 'on_hold', 'reopened'
                ])[1 + floor(kind * 16)::integer]
            WHEN kind < 0.08 THEN 'rejected'
            WHEN kind < 0.25 THEN 'resolved'
            ELSE 'closed'
        END AS status
    FROM (
        SELECT s.organizations, s.reports AS total, s.people, n, random() AS who, random() AS severity,
            random() AS shown, random() AS north, random() AS east, random() AS state, random() AS kind,
            random() AS topic
        FROM bench.sizes AS s, generate_series(0, s.reports - 1) AS n
    ) AS drawn
) AS r
JOIN LATERAL (
    SELECT CASE WHEN topic < 0.004 THEN 8 ELSE 1 + floor(topic * 7)::integer END AS place OFFSET 0
) AS t ON true
JOIN (
    SELECT c.organization_id, c.code, d.id AS department_id,
        row_number() OVER (PARTITION BY c.organization_id ORDER BY c.sort_order) AS place,
        (SELECT 11 + 10 * count(*) FROM civic.departments AS e
        WHERE e.organization_id = c.organization_id AND e.code < d.code) AS first_officer
    FROM civic.categories AS c
    JOIN civic.departments AS d ON d.organization_id = c.organization_id
        AND CASE WHEN c.department_id IS NULL THEN d.code = 'HMD' ELSE d.id = c.department_id END
    WHERE c.organization_id <> '00000000-0000-0000-0000-000000000001'
) AS c ON c.organization_id = bench.organization(r.o) AND c.place = t.place
ORDER BY n;

SELECT definition FROM report_indexes \gexec

INSERT INTO civic.tasks (organization_id, id, report_id, assigned_to, department_id, status, priority, sla_deadline,
    resolution_notes, assigned_at, acknowledged_at, started_at, resolved_at, created_at)
SELECT r.organization_id, r.id, r.id, r.assigned_to, r.department_id, civic_helpers.task_status_of(r.status),
    civic_helpers.task_priority(r.severity, '2 hours'),
    r.created_at + make_interval(hours => civic_helpers.severity_hours(r.severity)),
    r.resolution_notes, r.created_at + interval '2 hours',
    CASE WHEN r.status NOT IN ('assigned_to_officer', 'assignment_rejected') THEN r.created_at + interval '3 hours' END,
    CASE WHEN r.status NOT IN ('assigned_to_officer', 'assignment_rejected', 'acknowledged')
        THEN r.created_at + interval '4 hours' END,
    CASE WHEN r.status IN ('pending_verification', 'resolved', 'closed') THEN r.created_at + interval '30 hours' END,
    r.created_at + interval '2 hours'
FROM civic.reports AS r
WHERE r.assigned_to IS NOT NULL AND civic_helpers.task_status_of(r.status) IS NOT NULL;

SELECT civic_private.rebuild_signatures() \g /dev/null

RESET session_replication_role;
RESET civic.restoring;
VACUUM (ANALYZE);
CHECKPOINT;
