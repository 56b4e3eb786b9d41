-- civic.doctor(): says nothing of a fresh installation, finds each thing that is broken here, and its remedies mend it.
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT * FROM no_plan();

CREATE TEMP TABLE fresh AS SELECT row_number() OVER () AS place, d.* FROM civic.doctor() AS d;

-- 1. A fresh installation. The server of the tests may run without fsync, for speed.
SELECT is_empty($$SELECT d.* FROM fresh AS d WHERE d.severity <> 'info' AND d.object NOT IN ('fsync')$$,
    'a fresh installation has no warning and no error');
SELECT is((SELECT string_agg(d.object, ' ') FROM fresh AS d WHERE d.finding = 'setting_unsafe'),
    CASE current_setting('fsync') WHEN 'off' THEN 'fsync' END, 'that the server runs without fsync is found');
SELECT is((SELECT string_agg(DISTINCT d.finding, ' ' ORDER BY d.finding) FROM fresh AS d WHERE d.severity = 'info'
        AND d.finding NOT IN ('jit_on', 'checksums_off', 'service_member')),
    'category_unrouted checkpoint_old department_unrouted passwords_unavailable sign_in_off',
    'what is worth knowing of a fresh installation');
SELECT is((SELECT count(*) FROM fresh AS d WHERE d.finding IN ('jit_on', 'checksums_off')),
    (SELECT count(*) FROM pg_settings AS s
        WHERE (s.name, s.reset_val) IN (('jit', 'on'), ('data_checksums', 'off'))), 'jit and checksums are told of');

\ir fixture.psql

-- 2. Who may ask.
SELECT is(tap.value(a.actor, 'SELECT count(*) > 0 FROM civic.doctor()'), a.answer, a.actor || ' asks civic.doctor()')
FROM (VALUES ('a.super_admin', 'true'), ('a.service', 'true'), ('a.admin', '42501'), ('a.auditor', '42501'),
    ('a.citizen', '42501'), ('a.anon', '42501'), ('a.db_auditor', '42501'), ('none.user', '42501'))
    AS a (actor, answer);
SELECT is_empty($$SELECT d.* FROM fresh AS d JOIN fresh AS e ON e.place > d.place
    WHERE array_position('{error,warning,info}', d.severity) > array_position('{error,warning,info}', e.severity)$$,
    'what is worst comes first');

SELECT pg_stat_get_xact_numscans('civic.reports'::regclass) AS scans \gset
SELECT count(*) > 0 AS asked FROM civic.doctor() \gset
SELECT is(pg_stat_get_xact_numscans('civic.reports'::regclass), :scans::bigint, 'reports are not read');

-- Breaks something, tells what a part of the doctor finds then and did not before, does what the remedies say where
-- they are statements, and tells which findings that mended. Everything is taken back.
CREATE FUNCTION tap.examine(part text, VARIADIC statements text[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    statement text;
    before text[];
    found civic.finding[];
    after text[];
    result text[];
    f civic.finding;
BEGIN
    PERFORM set_config('civic.organization_id', tap.id('a')::text, true);
    EXECUTE format('SELECT array_agg(d.finding || d.object) FROM civic_private.doctor_%s() AS d', part) INTO before;
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
    EXECUTE format('SELECT array_agg(d) FROM civic_private.doctor_%s() AS d WHERE d.finding || d.object <> ALL ($1)',
        part) INTO found USING coalesce(before, '{}');
    FOREACH f IN ARRAY coalesce(found, '{}') LOOP
        IF f.remedy ~ '^[A-Z]+ .*;$' AND f.remedy !~ '^(VACUUM|REINDEX|ALTER (SYSTEM|EXTENSION))' THEN
            EXECUTE f.remedy;
        END IF;
    END LOOP;
    EXECUTE format('SELECT array_agg(d.finding || d.object) FROM civic_private.doctor_%s() AS d', part) INTO after;
    FOREACH f IN ARRAY coalesce(found, '{}') LOOP
        result := result || concat_ws(' ', f.severity, f.finding, f.object,
            CASE WHEN f.finding || f.object <> ALL (coalesce(after, '{}')) THEN 'mended' END);
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'TAP00';
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    RETURN ARRAY(SELECT r FROM unnest(result) AS r ORDER BY r COLLATE "C");
END
$$;

-- 3. Roles.
CREATE ROLE tap_stranger;
CREATE ROLE tap_mighty BYPASSRLS;
SELECT is(tap.examine('roles', 'ALTER ROLE civic_auditor RENAME TO tap_renamed'),
    ARRAY['error role_missing civic_auditor mended'], 'a role that is missing');
SELECT is(tap.examine('roles', 'ALTER ROLE civic_anon LOGIN', 'ALTER ROLE civic_user BYPASSRLS',
        'ALTER ROLE civic_owner SUPERUSER'),
    ARRAY['error role_too_powerful civic_anon mended', 'error role_too_powerful civic_owner mended',
        'error role_too_powerful civic_user mended'], 'roles that can do too much');
SELECT is(tap.examine('roles', 'GRANT pg_read_all_data TO civic_anon',
        'GRANT civic_owner TO tap_stranger', 'GRANT civic_user TO tap_mighty', 'GRANT civic_service TO tap_stranger'),
    ARRAY['error owner_given tap_stranger mended', 'error role_in_role civic_anon mended',
        'info service_member tap_stranger', 'warning member_bypasses tap_mighty mended'], 'memberships');

-- 4. Settings and counters.
SELECT is(tap.examine('settings',
        format('ALTER DATABASE %I SET row_security = off', current_database()),
        format('ALTER ROLE civic_user IN DATABASE %I SET session_replication_role = replica', current_database()),
        'ALTER ROLE civic_service SET civic.restoring = on'),
    ARRAY['error setting_disarms civic.restoring mended', 'error setting_disarms row_security mended',
        'error setting_disarms session_replication_role mended'], 'settings that disarm what guards');
SELECT is(tap.examine('settings', 'UPDATE pg_extension SET extversion = ''0'' WHERE extname = ''civic'''),
    ARRAY['error version_differs civic'], 'a library of another version');
SELECT is(tap.examine('settings', 'SELECT setval(''civic.report_number_seq'', 9000000000000000000)'),
    ARRAY['error sequence_ends civic.report_number_seq'], 'a sequence that ends');
SET allow_system_table_mods = on;
SELECT is(tap.examine('settings', format('UPDATE pg_database SET datfrozenxid ='
        ' (mod(pg_current_xact_id()::text::bigint - 1300000000 + 4294967296, 4294967296))::text::xid'
        ' WHERE datname = %L', current_database())),
    ARRAY['warning transactions_old ' || current_database()], 'old transactions');
RESET allow_system_table_mods;

-- 5. Objects: all at once, since comparing them all takes a while.
SELECT is(tap.examine('objects', 'DROP TABLE civic_private.password_history',
        'DROP FUNCTION civic.get_report(uuid)',
        'ALTER TABLE civic.reports DISABLE ROW LEVEL SECURITY', 'DROP POLICY tenant ON civic.cases',
        'ALTER POLICY tenant ON civic.posts USING (true)', 'CREATE POLICY city ON civic.media USING (true)',
        'DROP TRIGGER t05_columns ON civic.departments', 'ALTER TABLE civic.users DISABLE TRIGGER t90_touch',
        'ALTER TABLE civic.deals DISABLE TRIGGER t99_audit', 'ALTER TABLE civic.tasks ENABLE REPLICA TRIGGER t90_touch',
        'ALTER TABLE civic.media ENABLE TRIGGER t99_audit',
        'DROP TRIGGER t99_audit ON civic.areas', 'ALTER TABLE civic.case_logs DISABLE TRIGGER ALL',
        'UPDATE pg_index SET indisvalid = false WHERE indexrelid = ''civic.tasks_sla_deadline''::regclass',
        'DROP INDEX civic.areas_boundary',
        'ALTER TABLE civic.teams ADD CONSTRAINT city_check CHECK (length(name) > 0) NOT VALID',
        'ALTER TABLE civic.projects OWNER TO tap_stranger', 'GRANT ALL ON SCHEMA civic TO tap_stranger',
        'ALTER FUNCTION civic.search_reports OWNER TO tap_stranger',
        'CREATE TABLE civic.city_own (a integer GENERATED ALWAYS AS IDENTITY)',
        'CREATE TABLE civic.city_open (a integer)',
        'GRANT SELECT ON civic.city_open TO civic_anon',
        'CREATE FUNCTION civic.city_function() RETURNS integer LANGUAGE sql AS ''SELECT 1''',
        'CREATE FUNCTION civic.city_mighty() RETURNS integer LANGUAGE sql SECURITY DEFINER AS ''SELECT 1'''),
    ARRAY[
        'error audit_missing civic.areas mended',
        'error function_missing civic.get_report',
        'error index_invalid civic.tasks_sla_deadline',
        'error owner_changed civic.projects mended',
        (SELECT format('error owner_changed %s mended', 'civic.search_reports'::regproc::regprocedure)),
        'error policy_missing civic.cases tenant mended',
        'error row_security_off civic.reports mended',
        'error table_missing civic_private.password_history',
        'error tenant_policy_changed civic.posts mended'
    ] || ARRAY(
        SELECT format('error trigger_disabled civic.case_logs %s mended', coalesce(c.conname, t.tgname))
        FROM pg_trigger AS t LEFT JOIN pg_constraint AS c ON c.oid = t.tgconstraint
        WHERE t.tgrelid = 'civic.case_logs'::regclass
        ORDER BY coalesce(c.conname, t.tgname) COLLATE "C"
    ) || ARRAY[
        'error trigger_disabled civic.deals t99_audit mended',
        'error trigger_disabled civic.media t99_audit mended',
        'error trigger_disabled civic.tasks t90_touch mended',
        'error trigger_disabled civic.users t90_touch mended',
        'error trigger_missing civic.departments t05_columns mended',
        'info foreign_function civic.city_function()',
        'info foreign_table civic.city_own',
        'info policy_added civic.media city',
        'warning constraint_unchecked civic.teams city_check mended',
        'warning foreign_function civic.city_mighty()',
        'warning foreign_table civic.city_open',
        'warning index_missing civic.areas areas_boundary mended'
    ], 'objects that are missing, switched off, changed or added');

-- 6. Rights.
SELECT is(tap.examine('rights', 'GRANT SELECT ON civic.users TO PUBLIC',
        'GRANT SELECT (email) ON civic.users TO civic_anon', 'GRANT DELETE ON civic.reports TO civic_auditor',
        'GRANT SELECT ON civic_private.credentials TO civic_service', 'REVOKE SELECT ON civic.areas FROM civic_anon',
        'GRANT EXECUTE ON FUNCTION civic.set_token_secret TO civic_user',
        'GRANT EXECUTE ON FUNCTION civic.tick TO PUBLIC', 'GRANT EXECUTE ON FUNCTION civic.close_report TO civic_anon',
        'GRANT USAGE ON SCHEMA civic_private TO civic_user', 'GRANT CREATE ON SCHEMA civic TO civic_service'),
    ARRAY[
        'error grant_added civic.close_report(uuid) mended',
        'error grant_added civic.tick(integer,timestamp with time zone) mended',
        'error grant_added civic.users mended',
        'error grant_added civic.users mended',
        'error grant_added civic_private.credentials mended',
        'error grant_added schema civic mended',
        'error grant_added schema civic_private mended',
        'info grant_missing civic.areas mended',
        'warning grant_added civic.reports mended',
        'warning grant_added civic.set_token_secret(text,uuid) mended'
    ], 'rights that were given or taken');

-- 7. The audit log.
SELECT is(tap.examine('audit', 'DROP TABLE civic_private.audit_entries_1'),
    ARRAY['error segment_missing civic_private.audit_entries_1'], 'a segment that is missing');
SELECT is(tap.examine('audit', 'ALTER TABLE civic_private.audit_segments DISABLE TRIGGER ALL',
        'DELETE FROM civic_private.audit_segments'),
    ARRAY['error segment_missing civic_private.audit_segments'], 'no segment at all');
SELECT is(tap.examine('audit', 'ALTER TABLE civic_private.audit_segments DISABLE TRIGGER ALL',
        'UPDATE civic_private.audit_segments SET opened_at = opened_at - interval ''40 days'''),
    CASE WHEN extract(day FROM now()) > 1 THEN ARRAY['warning segment_late civic_private.audit_entries_1 mended']
        ELSE '{}' END,
    'a month without a segment');
SELECT is(tap.examine('audit', 'ALTER TABLE civic_private.audit_entries_1 DISABLE TRIGGER ALL',
        format('UPDATE civic_private.audit_entries_1 SET at = at - interval %L', w.age)),
    ARRAY[w.severity || ' sealing_late civic.seal_audit_log()'], 'a log that is not sealed for ' || w.age)
FROM (VALUES ('2 hours', 'warning'), ('2 days', 'error')) AS w (age, severity);
SELECT a.origin FROM civic_private.audit_state AS a \gset
SELECT is(tap.examine('audit', 'ALTER TABLE civic_private.audit_state DISABLE TRIGGER ALL',
        'UPDATE civic_private.audit_state SET may_publish = false'),
    ARRAY['warning checkpoints_stopped ' || :'origin'], 'a log that publishes nothing');

-- 8. Jobs.
SELECT is(tap.examine('jobs', 'UPDATE civic.tasks SET sla_next_check = now() - interval ''2 hours'''),
    ARRAY['warning tick_late civic.tick()'], 'deadlines that nobody looks at');
SELECT is(tap.examine('jobs', 'UPDATE civic.outbox SET due_at = now() - interval ''2 hours'''),
    ARRAY['warning messages_waiting civic.outbox normal'], 'messages that nobody sends');
SELECT is(tap.examine('jobs', 'UPDATE civic.outbox SET state = ''dead'', finished_at = now()'),
    ARRAY['warning messages_dead civic.outbox'], 'messages that were given up');
SELECT is(tap.examine('jobs', 'ALTER TABLE civic.security_events DISABLE TRIGGER USER',
        'UPDATE civic.security_events SET created_at = now() - interval ''1 year''',
        'UPDATE civic_private.sync_feed SET written_at = now() - interval ''1 year'''),
    ARRAY['warning changes_kept civic.trim_sync_feed()', 'warning sign_ins_kept civic.forget_sign_ins() mended'],
    'what was to be forgotten');

-- 9. Rules, routing and areas of the organization.
SELECT is(tap.examine('rules', 'INSERT INTO civic.workflow_transitions (workflow, from_status, to_status, is_enabled)'
        ' SELECT t.workflow, t.from_status, t.to_status, false FROM civic.workflow_transitions AS t'
        ' WHERE t.workflow = ''case'' AND ''in_progress'' IN (t.from_status, t.to_status) AND t.organization_id'
        ' <> tap.id(''a'')'),
    ARRAY['warning status_unreachable case completed', 'warning status_unreachable case in_progress',
        'warning status_unreachable case pending_completion', 'warning status_without_exit case assigned'],
    'statuses that nothing leads to or out of');
SELECT is(tap.examine('rules',
        'INSERT INTO civic.departments (code, name, auto_assign) VALUES (''NEW'', ''New'', true)',
        'INSERT INTO civic.categories (code, name) VALUES (''new'', ''New'')'),
    ARRAY['info category_unrouted new', 'info department_unrouted NEW', 'warning department_without_officers NEW'],
    'a department and a category without a route');
SELECT is(tap.examine('rules', 'INSERT INTO civic.areas (kind, code, name, boundary) SELECT a.kind, ''twin'', ''Twin'','
        ' a.boundary FROM civic.areas AS a WHERE a.organization_id = tap.id(''a'') LIMIT 1'),
    ARRAY['warning areas_overlap city twin and c'], 'areas that overlap');
SELECT is(tap.examine('rules', 'ALTER TABLE civic.areas DISABLE TRIGGER USER',
        'ALTER TABLE civic.areas DROP CONSTRAINT areas_boundary_check', 'UPDATE civic.areas SET boundary ='
        ' ST_Multi(ST_GeomFromText(''POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))'', 4326)) WHERE id = tap.id(''a.ward'')'),
    ARRAY['error area_invalid ward 1'], 'an area that is not valid');

SELECT * FROM finish();
ROLLBACK;
