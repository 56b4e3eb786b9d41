-- A case is opened, reviewed, worked on and completed. Three people have to do with it; a fourth, of another
-- organization, sees nothing. Fed to psql by script/demo. Any error but the three refusals shown stops it.
\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\set codes ''
\pset footer off
\pset null '-'
\pset linestyle ascii
SET TimeZone = 'Atlantic/Azores';
SET client_min_messages = warning;

INSERT INTO civic.users (username, full_name, email)
VALUES ('cleo', 'Cleo Varga', 'cleo@riverton.example'), ('chad', 'Chad Osei', 'chad@riverton.example'),
    ('wilma', 'Wilma Sato', 'wilma@riverton.example'), ('walter', 'Walter Reyes', 'walter@riverton.example');
SELECT civic.give_role(u.id, CASE u.username WHEN 'cleo' THEN 'clerk' WHEN 'chad' THEN 'chair' ELSE 'caseworker' END)
FROM civic.users AS u WHERE u.username IN ('cleo', 'chad', 'wilma', 'walter') \g /dev/null
SELECT max(u.id::text) FILTER (WHERE u.username = 'cleo') AS cleo,
    max(u.id::text) FILTER (WHERE u.username = 'chad') AS chad,
    max(u.id::text) FILTER (WHERE u.username = 'wilma') AS wilma,
    max(u.id::text) FILTER (WHERE u.username = 'walter') AS walter,
    max(u.id::text) FILTER (WHERE u.username = 'noor') AS noor,
    max(u.organization_id::text) FILTER (WHERE u.username = 'noor') AS lakeside
FROM civic.users AS u \gset
SET ROLE civic_user;

\echo
\echo '=== Cleo Varga, clerk, opens a case about a report that everybody can read, and submits it.'
\echo
SET civic.user_id = :'cleo';
\set ECHO queries
SELECT id AS case_id FROM civic.open_case('Noise at night', 'The club next door, every weekend since June.', 'high')
\gset
SELECT count(l.report_id) AS reports_linked
FROM civic.list_reports(max_rows => 1) AS r, civic.link_case_report(:'case_id', r.id) AS l;
SELECT status FROM civic.submit_case(:'case_id');
\set ECHO none
\echo '=== Chad Osei, chair, was told. He reviews it and would put Cleo in charge. Refused: she is no caseworker.'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SET civic.user_id = :'chad';
SELECT n.title FROM civic.list_notifications() AS n;
SELECT p.title, p.priority FROM civic.pending_cases() AS p;
SELECT civic.assign_case(:'case_id', :'cleo');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\set ECHO queries
SELECT status FROM civic.assign_case(:'case_id', :'wilma');
\set ECHO none
\echo '=== Wilma Sato works on it. Completing it herself is not hers to do.'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SET civic.user_id = :'wilma';
SELECT status FROM civic.start_case(:'case_id');
SELECT action FROM civic.comment_case(:'case_id', 'Measured: 60 dB at midnight.');
SELECT file_name, file_size FROM civic.add_case_document(:'case_id', 'measured.pdf', 'cases/measured.pdf',
    'application/pdf', 182044);
SELECT civic.complete_case(:'case_id');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo '=== She falls ill, and Chad gives the case to Walter Reyes. From then on Wilma does not see it.'
\echo
\set ECHO queries
SET civic.user_id = :'chad';
SELECT full_name, assigned, in_progress FROM civic.case_workload();
SELECT status FROM civic.assign_case(:'case_id', :'walter');
SET civic.user_id = :'wilma';
SELECT count(*) AS cases, (SELECT count(*) FROM civic.case_documents) AS documents FROM civic.cases;
SET civic.user_id = :'walter';
SELECT status FROM civic.finish_case(:'case_id');
SET civic.user_id = :'cleo';
SELECT status FROM civic.complete_case(:'case_id');
SELECT l.user_name, l.action, coalesce(l.details ->> 'comment', CASE l.action WHEN 'assigned' THEN '(somebody)'
    ELSE l.details ->> 'to' END) AS what FROM civic.case_log(:'case_id') AS l;
\set ECHO none
\echo '=== The log is permanent, for the administrator of the database as well.'
\echo
RESET ROLE;
\set ON_ERROR_STOP off
\set ECHO queries
UPDATE civic.case_logs SET details = '{"comment": "Never happened."}';
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
SET ROLE civic_user;
\echo '=== Noor Bakker administers Lakeside, in the same database. For her there is no case.'
\echo
SET civic.organization_id = :'lakeside';
SET civic.user_id = :'noor';
\set ECHO queries
SELECT (SELECT count(*) FROM civic.cases) AS cases, (SELECT count(*) FROM civic.case_logs) AS entries;
\set ECHO none
RESET ROLE;
SELECT :'codes' = ' ZC100 ZC001 ZC004' AS as_told \gset
\if :as_told
    \echo 'As told: three refusals (ZC100, ZC001, ZC004) and no other.'
\else
    \echo 'The refusals were not those of the story:' :codes
    SELECT 1 / 0;
\endif
