-- What is recorded of a change, who may read it, and that nobody can change it.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- The entries of this transaction so far are the fixture's; each test looks at what came after.
CREATE TABLE tap.mark (counter integer);
GRANT ALL ON tap.mark TO PUBLIC;
CREATE FUNCTION tap.mark() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    DELETE FROM tap.mark;
    INSERT INTO tap.mark SELECT max(counter) FROM civic.audit_entries WHERE xid = pg_current_xact_id();
$$;
CREATE VIEW tap.news AS
SELECT l.* FROM civic.audit_log AS l
WHERE split_part(l.id, '.', 2) = pg_current_xact_id()::text
    AND split_part(l.id, '.', 3)::integer > (SELECT m.counter FROM tap.mark AS m)
ORDER BY split_part(l.id, '.', 3)::integer;
CREATE FUNCTION tap.as(actor text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.mark();
    PERFORM tap.become(actor);
    EXECUTE statement;
    PERFORM tap.unbecome();
END
$$;

-- 1. Every table of the data model is recorded, or is a record itself.
SELECT is_empty(
    $$SELECT c.oid::regclass FROM pg_class AS c
        WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p') AND NOT EXISTS (
            SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname = 't99_audit' AND t.tgenabled = 'A')
        AND c.relname NOT IN (
            -- what they say is in the entry of the row they speak of
            'status_history', 'role_history', 'routing_decisions',
            -- they follow from what happened
            'notifications', 'outbox', 'officer_metrics',
            -- what devices send is in the entries of the rows it changes
            'client_sync_states', 'sync_conflicts', 'offline_actions',
            -- a log itself
            'security_events',
            -- the log itself
            'audit_entries')$$,
    'every table of civic is audited');
SELECT is_empty(
    $$SELECT c.oid::regclass FROM pg_class AS c JOIN pg_trigger AS t ON t.tgrelid = c.oid AND t.tgname = 't99_audit'
        WHERE NOT EXISTS (SELECT FROM pg_trigger AS x WHERE x.tgrelid = c.oid AND x.tgname = 't99_audit_truncate'
            AND x.tgenabled = 'A')$$,
    'and so is its TRUNCATE');

-- 2. The documented labels.
SELECT is((SELECT count(*) FROM civic.audit_labels AS l WHERE l.code = ANY (
    '{login,logout,login_failed,password_changed,password_reset_requested,password_reset_completed,two_fa_enabled,
    two_fa_disabled,two_fa_verified,otp_sent,otp_verified,otp_failed,session_created,session_revoked,session_expired,
    user_created,user_updated,user_deleted,user_activated,user_deactivated,role_changed,profile_updated,
    profile_completed,reputation_updated,promotion_automatic,promotion_manual,report_created,report_updated,
    report_deleted,report_viewed,report_status_changed,report_assigned_department,report_assigned_officer,
    report_classified,report_rejected,report_resolved,report_closed,report_reopened,report_marked_duplicate,
    report_marked_sensitive,report_featured,report_unfeatured,task_created,task_assigned,task_acknowledged,
    task_started,task_completed,task_rejected,task_updated,task_deleted,media_uploaded,media_deleted,media_updated,
    appeal_submitted,appeal_reviewed,appeal_approved,appeal_rejected,appeal_withdrawn,escalation_created,
    escalation_acknowledged,escalation_resolved,escalation_de_escalated,department_created,department_updated,
    department_deleted,bulk_status_change,bulk_assignment,bulk_severity_change,bulk_export,data_export,data_import,
    system_config_changed,api_key_created,api_key_revoked,token_refresh,logout_all,account_locked,account_unlocked,
    ip_blocked,suspicious_activity,sensitive_data_access,report_exported,media_accessed,escalation_updated,task_viewed,
    task_reassigned,feedback_submitted,feedback_updated}'::text[])), 88::bigint, 'all 88 labels are there');

-- 3. What an entry says.
SELECT set_config('civic.reason', 'asked by the mayor', true);
SELECT set_config('request.headers', '{"x-forwarded-for": "203.0.113.7, 10.0.0.1", "user-agent": "Firefox"}', true);
SELECT tap.as('a.admin', $$UPDATE civic.reports SET landmark = 'By the bridge', is_sensitive = true
    WHERE id = tap.id('a.pub_open')$$);
SELECT set_config('civic.reason', '', true);
SELECT results_eq(
    $$SELECT organization_id, operation, action, outcome, user_id, user_role, database_role, session_role, schema_name,
        entity_type, entity_id, reason, old_values, new_values FROM tap.news WHERE entity_type = 'reports'$$,
    $$SELECT tap.id('a'), 'update', 'report_marked_sensitive', 'success', tap.id('a.admin'), 'admin', 'civic_user',
        session_user::text COLLATE "default", 'civic', 'reports', tap.id('a.pub_open')::text, 'asked by the mayor',
        '{"landmark": null, "is_sensitive": false}'::jsonb,
        '{"landmark": "By the bridge", "is_sensitive": true}'::jsonb$$,
    'an entry says who did what to which row, and why');
SELECT tap.as('a.admin', $$UPDATE civic.reports SET landmark = 'By the bridge' WHERE id = tap.id('a.pub_open')$$);
SELECT is_empty('SELECT * FROM tap.news', 'an update that changes nothing leaves no entry');
SELECT tap.as('a.admin', $$SELECT civic.transition('report', tap.id('a.pub_open'), 'rejected',
    'Not our road at all')$$);
SELECT results_eq(
    $$SELECT action, reason, new_values ->> 'status' FROM tap.news WHERE entity_type = 'reports'$$,
    $$VALUES ('report_rejected', 'Not our road at all', 'rejected')$$, 'a move is named, with the reason it asked for');
SELECT tap.as('a.service', $$INSERT INTO civic.user_sessions (organization_id, user_id, expires_at, ip_address)
    VALUES (tap.id('a'), tap.id('a.citizen'), now() + interval '1 h', '203.0.113.9')$$);
SELECT results_eq(
    $$SELECT action, user_id, user_role, person_id, new_values ->> 'ip_address' FROM tap.news$$,
    $$VALUES ('session_created', NULL::uuid, 'system', tap.id('a.citizen'), '203.0.113.9')$$,
    'a job is the system; personal values are of the person of the row');
SELECT tap.as('a.super_admin', $$DELETE FROM civic.duplicate_policies WHERE id = tap.id('a.policy')$$);
SELECT results_eq(
    $$SELECT operation, action, entity_id, new_values, old_values ? 'hint_radius_m',
        old_values ?| '{id,organization_id}' FROM tap.news$$,
    $$SELECT 'delete', 'system_config_changed', tap.id('a.policy')::text, NULL::jsonb, true, false$$,
    'of a deleted row the values before are kept, but for organization and key, which the entry has besides');

-- 4. Values are kept whatever their type.
CREATE TABLE tap.everything (
    organization_id uuid, id integer PRIMARY KEY, b boolean, i2 smallint, i8 bigint, f4 real, f8 double precision,
    n numeric, t text, v varchar(10), u uuid, z timestamptz, d date, j json, jb jsonb, y bytea, e civic.user_status,
    a text[], r int4range, iv interval, ip inet, p point, ts timestamp, "a name" text, generated integer
        GENERATED ALWAYS AS (id * 2) STORED
);
SELECT is(civic.audit_table('tap.everything', skipped => '{v}'), 0::bigint, 'tables of users can be audited');
SELECT tap.mark();
SET LOCAL client_encoding = 'LATIN1';
SET LOCAL DateStyle = 'German';
SET LOCAL TimeZone = 'Asia/Kolkata';
SET LOCAL extra_float_digits = -10;
INSERT INTO tap.everything VALUES (tap.id('a'), 1, true, -2, 9007199254740993, 0.1, 'NaN', 1234567890.0123456789,
    convert_from('\x5a75c3bc726963680922', 'UTF8'), 'skip', tap.id('x'), '2026-02-28 23:59:59.999999+00', '2026-02-28',
    '{"a" : 1}', '{"a": 1}', '\x00ff', 'suspended', array['a', NULL, convert_from('\xc3bc', 'UTF8')], '[1,5)',
    '1 mon 2 days', '203.0.113.9', '(1,2)',
    '2026-02-28 12:00', 'x');
RESET DateStyle;
RESET TimeZone;
RESET client_encoding;
RESET extra_float_digits;
SELECT is(new_values, '{"id": 1, "b": true, "i2": -2, "i8": 9007199254740993, "f4": 0.100000001, "f8": "NaN",
    "n": 1234567890.0123456789, "z": "2026-02-28T23:59:59.999999+00:00", "d": "2026-02-28", "j": {"a": 1},
    "jb": {"a": 1}, "y": "\\x00ff", "e": "suspended", "r": "[1,5)", "iv": "1 mon 2 days", "ip": "203.0.113.9",
    "p": "(1,2)", "ts": "2026-02-28 12:00:00", "a name": "x"}'::jsonb
    || jsonb_build_object('u', tap.id('x'),
        't', convert_from('\x5a75c3bc726963680922', 'UTF8'),
        'a', jsonb_build_array('a', NULL, convert_from('\xc3bc', 'UTF8'))),
    'values do not depend on the settings of the session')
FROM tap.news;
SELECT tap.mark();
UPDATE tap.everything SET b = NULL, v = 'other', t = repeat('x', 300000);
SELECT is(old_values - 't', '{"b": true}'::jsonb, 'skipped columns are not recorded') FROM tap.news;
SELECT is(length(new_values ->> 't'), 300000, 'long values are') FROM tap.news;
SELECT tap.mark();
TRUNCATE tap.everything;
SELECT is(operation || ' ' || entity_type || ' ' || organization_id,
    'truncate everything 00000000-0000-0000-0000-000000000000', 'TRUNCATE is recorded') FROM tap.news;
SELECT tap.mark();
SET LOCAL session_replication_role = replica;
INSERT INTO tap.everything (id) VALUES (1);
RESET session_replication_role;
SELECT is(count(*), 1::bigint, 'session_replication_role does not turn recording off') FROM tap.news;
SELECT throws_ok($$SELECT civic.audit_table('tap.everything', personal => '{nothing}')$$, '42703', NULL,
    'a column that does not exist cannot be personal');

-- 5. Exactly once, whatever becomes of savepoints.
SELECT tap.mark();
SAVEPOINT one;
INSERT INTO tap.everything (id) VALUES (2);
ROLLBACK TO one;
SAVEPOINT two;
INSERT INTO tap.everything (id) VALUES (3);
RELEASE two;
SELECT is(string_agg(entity_id, ' '), '3', 'what was rolled back has no entry') FROM tap.news;
SELECT is(count(DISTINCT id), count(*), 'counters are not used twice') FROM civic.audit_log;

-- 6. Reading is recorded where the application says so.
SELECT tap.as('a.officer', $$SELECT civic.record_read('report_viewed', 'reports', tap.id('a.priv_mine')::text,
    reason => 'on duty', details => '{"page": 1}')$$);
SELECT results_eq(
    $$SELECT operation, action, user_id, entity_type, entity_id, reason, details FROM tap.news$$,
    $$SELECT 'action', 'report_viewed', tap.id('a.officer'), 'reports', tap.id('a.priv_mine')::text, 'on duty',
        '{"page": 1}'::jsonb$$, 'a read is an entry');
SELECT is(tap.attempt('a.citizen', $$SELECT civic.record_read('login')$$), '22023', 'but only reads are');
SELECT is(tap.attempt('a.citizen', $$SELECT civic.record_read('report_viewed', 'nothing')$$), '42P01',
    'of tables that exist');
SELECT is(tap.attempt('none.user', $$SELECT civic.record_read('report_viewed')$$), '42501', 'by somebody');
SELECT tap.mark();
SELECT civic_private.record_event('login_failed', outcome => 'failure', user_id => tap.id('a.citizen'),
    personal => '{"tried": "x@example.org"}', organization_id => tap.id('a'));
SELECT results_eq(
    $$SELECT action, outcome, user_id, person_id, details, personal_details FROM tap.news$$,
    $$SELECT 'login_failed', 'failure', tap.id('a.citizen'), tap.id('a.citizen'), NULL::jsonb,
        '{"tried": "x@example.org"}'::jsonb$$, 'other events are recorded by functions of civic');

-- 7. Nobody writes the log.
CREATE FUNCTION tap.refusal(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role, true);
    EXECUTE statement;
    RAISE EXCEPTION 'done' USING ERRCODE = 'TAP00';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(r.outcome, 'ZC051', format('%s of %s by %s is refused', c.command, t.name, x.role))
FROM (VALUES ('civic.audit_entries'), ('civic_private.audit_entries_1')) AS t (name)
CROSS JOIN (VALUES ('INSERT', 'INSERT INTO %s (organization_id) VALUES (tap.id(''a''))'),
    ('UPDATE', 'UPDATE %s SET action = ''login'' WHERE false'), ('DELETE', 'DELETE FROM %s WHERE false'),
    ('TRUNCATE', 'TRUNCATE %s')) AS c (command, statement)
CROSS JOIN (VALUES ('civic_owner'), (session_user::text)) AS x (role)
CROSS JOIN LATERAL tap.refusal(x.role, format(c.statement, t.name)) AS r (outcome);

SELECT * FROM finish();
ROLLBACK;
