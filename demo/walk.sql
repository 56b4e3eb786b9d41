-- One report goes through its whole life in the demo city. Five people have to do with it, and each sees their own
-- part; a sixth, of another organization, sees nothing.
-- Fed to psql by script/demo. Any error but the four refusals shown stops it.
\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\set codes ''
\pset footer off
\pset null '-'
\pset linestyle ascii
SET TimeZone = 'Atlantic/Azores';
SET client_min_messages = warning;

SELECT max(u.id::text) FILTER (WHERE u.username = 'ana') AS ana,
    max(u.id::text) FILTER (WHERE u.username = 'ben') AS ben,
    max(u.id::text) FILTER (WHERE u.username = 'san1') AS rosa,
    max(u.id::text) FILTER (WHERE u.username = 'amir') AS amir,
    max(u.id::text) FILTER (WHERE u.username = 'odile') AS odile,
    max(u.id::text) FILTER (WHERE u.username = 'noor') AS noor,
    max(u.organization_id::text) FILTER (WHERE u.username = 'noor') AS lakeside
FROM civic.users AS u \gset
SET ROLE civic_user;

\echo
\echo '=== Ana Ferreira, resident, files a report. She names no category; the keywords of her text do.'
\echo
\set ECHO queries
SET civic.user_id = :'ana';
SELECT report_number, status, category, severity, ai_confidence
FROM civic.submit_report(
    title => 'Garbage not collected on Harbour Street',
    description => 'The bins were not emptied for two weeks. Waste and litter lie next to the public toilet.',
    latitude => 40.0231, longitude => -30.0474, address => '12 Harbour Street, Riverton');
\set ECHO none
SELECT id AS report, report_number AS number FROM civic.my_reports(1) \gset
\echo '=== She files another one that only she and the staff shall see.'
\echo
\set ECHO queries
SELECT report_number, status, is_public
FROM civic.submit_report(
    title => 'Shouting next door', description => 'Every night there is shouting in the house next to mine.',
    latitude => 40.0233, longitude => -30.0470, category => 'other', is_public => false);
\set ECHO none
SELECT id AS private_report FROM civic.my_reports(1) \gset
\echo '=== She would like the first one to be closed at once. Refused:'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.close_report(:'report');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on

\echo
\echo '=== Ben Castellan, a neighbour, starts to type the same. His application shows him what is known already, and why.'
\echo
\set ECHO queries
SET civic.user_id = :'ben';
SELECT d.report_number, d.title, d.score::numeric(3, 2), d.reason
FROM civic.find_duplicates('sanitation', 'Nobody empties the bins, there is garbage everywhere', 40.0232, -30.0473,
    'Harbour Street 14', max_rows => 1) AS d;
\set ECHO none
\echo '=== He says "me too" instead. He does not see the private report.'
\echo
\set ECHO queries
SELECT report_number, supporter_count FROM civic.support_report(:'report');
SELECT count(*) AS private_reports_seen FROM civic.reports WHERE id = :'private_report';
\set ECHO none

\echo '=== Amir Haddad, administrator, asks why the report came to this department, and gives it to an officer there.'
\echo
\set ECHO queries
SET civic.user_id = :'amir';
SELECT e.level, e.department, e.verdict, e.reason FROM civic.explain_route(:'report'::uuid) AS e LIMIT 2;
SELECT r.report_number, r.status, d.name AS department, u.full_name AS officer
FROM civic.assign_officer(:'report', :'rosa', notes => 'Please look at the whole street.') AS r
JOIN civic.departments AS d ON d.id = r.department_id
JOIN civic.users AS u ON u.id = r.assigned_to;
\set ECHO none

\echo '=== Rosa Delgado, officer, finds it among her tasks, takes it on and starts.'
\echo
\set ECHO queries
SET civic.user_id = :'rosa';
SELECT t.status, t.priority, t.notes, t.sla_deadline::date AS due
FROM civic.my_tasks() AS t WHERE t.report_id = :'report';
SELECT status FROM civic.acknowledge_report(:'report');
SELECT status FROM civic.start_work(:'report');
\set ECHO none
\echo '=== The lorry broke down. A hold needs a reason of at least 10 characters. Refused:'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.hold_report(:'report', 'eh?');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo
\echo '=== With a reason it is put on hold, taken up again and finished.'
\echo
\set ECHO queries
SELECT status, hold_reason, estimated_resume_date > current_date AS resumes_later
FROM civic.hold_report(:'report', 'The lorry is being repaired.', current_date + 2);
SELECT to_status AS open_to_rosa FROM civic.allowed_transitions('report', :'report');
SELECT status, hold_reason FROM civic.resume_work(:'report');
SELECT status FROM civic.finish_work(:'report', 'Bins emptied.');
\set ECHO none

\echo '=== Amir sends the work back: the pavement is still dirty. Rosa sweeps it, Amir approves and closes.'
\echo
\set ECHO queries
SET civic.user_id = :'amir';
SELECT status, rework_reason FROM civic.reject_work(:'report', 'Litter still lies on the pavement.');
SET civic.user_id = :'rosa';
SELECT status FROM civic.finish_work(:'report', 'Bins emptied and the pavement swept.');
SET civic.user_id = :'amir';
SELECT status FROM civic.approve_work(:'report');
SELECT status FROM civic.close_report(:'report');
\set ECHO none

\echo '=== Ana looks what became of it. Who of the staff did what is not for her.'
\echo
\set ECHO queries
SET civic.user_id = :'ana';
SELECT r.report_number, r.status, r.supporter_count, r.resolution_notes FROM civic.get_report(:'report') AS r;
SELECT to_char(h.changed_at, 'HH24:MI:SS') AS at, h.old_status, h.new_status, h.reason,
    CASE WHEN h.by_system THEN 'the system' WHEN h.changed_by = civic.current_user_id() THEN 'I' ELSE 'staff' END AS who
FROM civic.report_history(:'report') AS h;
SELECT count(*) AS people_ana_sees FROM civic.users;
\set ECHO none

\echo '=== Odile Marchetti, auditor, sees names and the private report, but may change nothing. Refused:'
\echo
\set ECHO queries
SET civic.user_id = :'odile';
SELECT h.new_status, coalesce(u.full_name, 'the system') AS by_whom, h.reason
FROM civic.report_history(:'report') AS h
LEFT JOIN civic.users AS u ON u.id = h.changed_by
ORDER BY h.id;
SELECT report_number, title, is_public FROM civic.get_report(:'private_report');
\set ECHO none
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.reopen_report(:'report');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on

\echo
\echo '=== Noor Bakker administers Lakeside, in the same database. For her there is no Riverton. Refused:'
\echo
\set ECHO queries
SET civic.organization_id = :'lakeside';
SET civic.user_id = :'noor';
SELECT o.name AS organizations_seen, (SELECT count(*) FROM civic.reports) AS reports_seen,
    (SELECT count(*) FROM civic.reports WHERE id = :'report') AS of_riverton
FROM civic.organizations AS o;
\set ECHO none
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.reopen_report(:'report');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo
\echo '=== Naming the other organization helps neither: Ben is nobody there.'
\echo
\set ECHO queries
SET civic.user_id = :'ben';
SELECT civic.current_user_id() AS who, count(*) AS reports_seen FROM civic.reports;
\set ECHO none

RESET ROLE;
RESET civic.organization_id;
RESET civic.user_id;
SELECT format('Report %s is %s after %s moves; four refusals as expected.', r.report_number, r.status, h.n) AS outcome,
    r.status = 'closed' AND r.supporter_count = 1 AND h.n >= 8 AND :'codes' = ' ZC001 ZC002 ZC003 PT404' AS is_as_told
FROM civic.reports AS r
CROSS JOIN (SELECT count(*) AS n FROM civic.status_history AS s WHERE s.entity_id = :'report') AS h
WHERE r.id = :'report' \gset
\if :is_as_told
    \echo :outcome
\else
    \echo 'The refusals were' :codes
    DO $$ BEGIN RAISE EXCEPTION 'the walk did not end as it should'; END $$;
\endif
