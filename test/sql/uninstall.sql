-- The extension cannot be dropped over the data; what takes it away for good leaves nothing but the roles.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS civic CASCADE;
\set VERBOSITY terse
DROP EXTENSION civic;
\echo :SQLSTATE
SELECT count(*) AS organizations FROM civic.organizations;
BEGIN;
DROP SCHEMA civic, civic_helpers, civic_private CASCADE;
ROLLBACK;
SELECT count(*) AS organizations FROM civic.organizations;

DROP SCHEMA civic, civic_helpers, civic_private CASCADE;
SELECT e.extname FROM pg_extension AS e ORDER BY e.extname COLLATE "C";
SELECT 'schema' AS kind, n.nspname AS name FROM pg_namespace AS n WHERE n.nspname LIKE 'civic%'
UNION ALL SELECT 'relation', c.oid::regclass::text FROM pg_class AS c WHERE c.relname LIKE 'civic%'
UNION ALL SELECT 'function', p.oid::regprocedure::text FROM pg_proc AS p
    WHERE p.prosrc LIKE '%civic%' OR p.probin LIKE '%civic%'
UNION ALL SELECT 'type', t.oid::regtype::text FROM pg_type AS t WHERE t.typname LIKE '%civic%'
UNION ALL SELECT 'policy', p.polname FROM pg_policy AS p
UNION ALL SELECT 'trigger', t.tgname FROM pg_trigger AS t WHERE NOT t.tgisinternal
UNION ALL SELECT 'event trigger', e.evtname FROM pg_event_trigger AS e
UNION ALL SELECT 'default privileges', d.oid::text FROM pg_default_acl AS d
UNION ALL SELECT 'role in dependencies', d.refobjid::regrole::text FROM pg_shdepend AS d
    JOIN pg_database AS b ON b.oid = d.dbid AND b.datname = current_database()
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid::regrole::text LIKE 'civic%'
ORDER BY 1, 2;
SELECT r.rolname FROM pg_roles AS r WHERE r.rolname LIKE 'civic\_%' ORDER BY r.rolname COLLATE "C";

-- The engine alone, as a restore installs it; then its tables.
SET civic.restoring = on;
CREATE EXTENSION civic;
SELECT to_regclass('civic.reports') AS reports;
SELECT civic.current_user_id();
\echo :SQLSTATE
SELECT civic.has_permission('create:report');
\echo :SQLSTATE
SELECT civic.create_data_model();
SELECT civic.create_data_model();
\echo :SQLSTATE
RESET civic.restoring;
DROP SCHEMA civic, civic_helpers, civic_private CASCADE;

-- And as if nothing had been, in the same session.
CREATE EXTENSION civic;
SELECT o.code FROM civic.organizations AS o WHERE o.is_default;
INSERT INTO civic.users (id, email) VALUES ('52000000-0000-0000-0000-000000000001', 'resident@example.org');
BEGIN;
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000001';
SELECT r.status FROM civic.submit_report('Deep pothole', 'A deep pothole in the road.', 10, 20, 'roads') AS r;
ROLLBACK;
DELETE FROM civic.users WHERE id = '52000000-0000-0000-0000-000000000001';
-- A schema of the same name that somebody else made is not taken over.
DROP SCHEMA civic, civic_helpers, civic_private CASCADE;
CREATE SCHEMA civic;
CREATE EXTENSION civic;
\echo :SQLSTATE
DROP SCHEMA civic;
CREATE EXTENSION civic;
