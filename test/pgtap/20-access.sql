-- Who may do what: every role that matters, every table, every command. The expected outcomes are written out by hand
-- from the rules; see the fixture for who is who and what there is.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

CREATE TABLE tap.matrix (place serial, tbl text, command text, statement text, expected text);
CREATE TABLE tap.columns AS SELECT a.place, substr(a.name, 3) AS name FROM tap.actors AS a
WHERE a.name LIKE 'a.%' AND a.place IS NOT NULL;

SELECT is(count(*), 14::bigint, 'fourteen actors') FROM tap.columns;

-- 1. What each sees of their own organization: a number of rows; "all" of the organization, built-in ones included; an
-- SQLSTATE where the database role has no right on the table at all.
INSERT INTO tap.matrix (tbl, expected) VALUES
    --                       citizen contr moder offcr audit admin super clerk orgad nobod inact anon  serv  dbaud
    ('organizations',        '1      1     1     1     1     1     1     1     1     1     0     1     1     1'),
    ('departments',          'all    all   all   all   all   all   all   all   all   all   0     all   all   all'),
    ('jurisdictions',        'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('users',                '1      1     all   all   all   all   all   1     all   1     0     42501 all   all'),
    ('user_profiles',        'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('user_scores',          '1      1     all   all   all   all   all   0     0     0     0     42501 all   all'),
    ('permissions',          'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('roles',                'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('role_permissions',     'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('user_roles',           '1      1     all   all   all   all   all   1     all   0     0     42501 all   all'),
    ('role_history',         '1      1     1     1     all   all   all   1     1     0     0     42501 all   all'),
    ('sign_in_policies',     '1      1     1     1     1     1     1     1     1     1     0     42501 1     1'),
    ('user_sessions',        '1      0     0     1     0     0     all   0     0     0     0     42501 all   all'),
    ('security_events',      '1      0     0     0     2     2     2     0     0     0     0     42501 2     2'),
    ('area_assignments',     '0      1     all   all   all   all   all   0     0     0     0     42501 all   all'),
    ('teams',                '0      0     0     0     0     0     0     1     all   0     0     42501 all   all'),
    ('team_members',         '0      0     0     0     0     0     0     1     all   1     0     42501 all   all'),
    ('projects',             '0      0     0     0     0     0     0     1     all   0     0     42501 all   all'),
    ('workflow_transitions', 'all    all   all   all   all   all   all   all   all   all   0     all   all   all'),
    ('areas',                'all    all   all   all   all   all   all   all   all   all   0     all   all   all'),
    ('categories',           'all    all   all   all   all   all   all   all   all   all   0     all   all   all'),
    ('routing_rules',        '0      0     all   all   all   all   all   0     0     0     0     42501 all   all'),
    ('routing_decisions',    '0      0     all   1     all   all   all   0     0     0     0     42501 all   all'),
    ('assignment_refusals',  '0      0     all   1     all   all   all   0     0     0     0     42501 all   all'),
    ('reports',              '7      7     all   10    all   all   all   6     6     6     0     6     all   all'),
    ('report_supporters',    '1      1     all   all   all   all   all   0     0     0     0     42501 all   all'),
    ('duplicate_policies',   'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('duplicate_rejections', '0      0     all   0     0     all   all   0     0     0     0     42501 all   all'),
    ('tasks',                '0      0     0     3     all   all   all   0     0     0     0     42501 all   all'),
    ('media',                '2      1     all   2     all   all   all   1     1     1     0     1     all   all'),
    ('business_calendars',   'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('calendar_holidays',    'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('sla_policies',         'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('sla_pauses',           '0      0     all   1     all   all   all   0     0     0     0     42501 all   all'),
    ('escalations',          '0      0     all   1     all   all   all   0     0     0     0     42501 all   all'),
    ('cases',                '0      0     0     0     all   0     all   2     0     0     0     42501 all   all'),
    ('case_logs',            '0      0     0     0     all   0     all   2     0     0     0     42501 all   all'),
    ('case_documents',       '0      0     0     0     all   0     all   1     0     0     0     42501 all   all'),
    ('case_reports',         '0      0     0     0     all   0     all   1     0     0     0     42501 all   all'),
    ('posts',                '2      3     3     3     all   3     all   1     1     1     0     1     all   all'),
    ('comments',             '3      4     5     3     all   5     all   4     3     3     0     3     all   all'),
    ('content_flags',        '1      0     all   all   all   all   all   0     0     0     0     42501 all   all'),
    ('notification_types',   'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('notification_templates', 'all  all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('notification_settings', '0     1     0     0     0     0     0     0     0     0     0     42501 all   all'),
    ('notifications',        '1      0     0     0     1     0     0     0     0     0     0     42501 all   all'),
    ('outbox',               '0      0     0     0     0     all   all   0     0     0     0     42501 all   all'),
    ('audit_entries',        '0      0     0     0     all   all   all   0     all   0     0     42501 all   all'),
    ('audit_labels',         'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('audit_actions',        'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('appeals',              '1      0     all   1     all   all   all   0     0     0     0     42501 all   all'),
    ('feedbacks',            '0      0     all   1     all   all   all   0     0     0     0     42501 all   all'),
    ('resolution_confirmations', '1 0     all   0     all   all   all   0     0     0     0     42501 all   all'),
    ('policy_versions',      'all     all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('professional_credentials', '0   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('mandates',             '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('meetings',             '1   1     1     1     all   all   all   1     1     1     0     1     all   all'),
    ('meeting_contacts',     '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('attendance_sessions',  '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('selfie_artifacts',     '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('attendance_events',    '2   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('data_quality_signals', '3     0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('consent_artifacts',    '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('user_identities',      '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('review_artifacts',     '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('emergency_explanations', '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('explanation_attachments', '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('message_threads',      '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('messages',             '2   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('message_attachments',  '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('message_sla',          '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('verification_proofs',  '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('subscriptions',        '1   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('retention_policies',   '0   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('legal_holds',          '0   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('record_tombstones',    '0   0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('currencies',           'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('clients',              '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('deals',                '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('deal_notes',           '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('payments',             '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('payment_invoices',     '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('payment_approvals',    '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('payment_refunds',      '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('commissions',          '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('daily_streaks',        '0      0     0     0     all   0     all   0     all   0     0     42501 all   all'),
    ('reputation_events',    '0      0     all   all   all   all   all   1     1     0     0     42501 all   all'),
    ('report_validations',   '0      0     all   0     all   all   all   1     1     0     0     42501 all   all'),
    ('officer_metrics',      '0      0     0     1     all   all   all   0     0     0     0     42501 all   all'),
    ('sync_action_types',    'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('sync_field_policies',  'all    all   all   all   all   all   all   all   all   all   0     42501 all   all'),
    ('client_sync_states',   '1      0     0     0     0     0     0     0     0     0     0     42501 2     2'),
    ('offline_actions',      '1      0     0     0     0     0     0     0     0     0     0     42501 2     2'),
    ('sync_conflicts',       '1      0     0     0     0     0     0     0     0     0     0     42501 2     2'),
    ('audit_checkpoints',    'all    all   all   all   all   all   all   all   all   all   all   all   all   all'),
    ('status_history',       '7      7     25    12    all   40    all   7     7     7     0     7     all   all'),
    ('archived_reports',     '2      1     all   2     all   all   all   1     1     1     0     42501 all   all'),
    ('area_subscriptions',   '1      0     0     0     0     0     0     0     0     0     0     42501 all   all'),
    ('service_attributes',   'all    all   all   all   all   all   all   all   all   all   0     all   all   all'),
    ('open311_keys',         '0      0     0     0     all   all   all   0     0     0     0     42501 all   all'),
    ('open311_requests',     '1      0     all   0     all   all   all   0     0     0     0     42501 all   all'),
    ('open311_updates',      '1      0     all   0     all   all   all   0     0     0     0     42501 all   all');

-- How many there are of organization a, and built in.
CREATE FUNCTION tap.total(tbl text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n text;
BEGIN
    EXECUTE format('SELECT count(*)::text FROM civic.%I%s', tbl, CASE
        WHEN tap.is_shared(format('civic.%I', tbl)::regclass) THEN ''
        ELSE format(' WHERE organization_id IN (%L, %L)', tap.id('a'),
            '00000000-0000-0000-0000-000000000000') END) INTO n;
    RETURN n;
END
$$;

SELECT is(
    tap.value('a.' || c.name, format('SELECT count(*) FROM civic.%I', m.tbl)),
    CASE e.outcome WHEN 'all' THEN tap.total(m.tbl) ELSE e.outcome END,
    format('%s sees %s of %s', c.name, e.outcome, m.tbl))
FROM tap.matrix AS m
CROSS JOIN LATERAL regexp_split_to_table(m.expected, ' +') WITH ORDINALITY AS e (outcome, place)
JOIN tap.columns AS c ON c.place = e.place
WHERE m.command IS NULL
ORDER BY m.place, c.place;

-- A table that comes later must be put into the matrix.
SELECT set_eq(
    $$SELECT c.relname::text FROM pg_class AS c WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition$$,
    $$SELECT m.tbl FROM tap.matrix AS m WHERE m.command IS NULL$$, 'the matrix of SELECT holds every table');

-- 2. And exactly which, where it matters.
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.reports'), x.names, format('reports that %s sees', x.actor))
FROM (VALUES
    ('citizen', 'own_citizen pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'),
    ('contributor', 'own_contributor pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'),
    ('neighbour', 'priv_done priv_mine priv_none priv_pwd priv_wsd pub_colleague pub_dup pub_new pub_open pub_received'
        ' pub_wsd sens_pwd sens_wsd'),
    ('officer', 'priv_done priv_mine priv_pwd pub_colleague pub_dup pub_new pub_open pub_received pub_wsd sens_pwd'),
    ('officer2', 'priv_done priv_wsd pub_colleague pub_dup pub_new pub_open pub_received pub_wsd sens_wsd'),
    ('officer3', 'priv_mine priv_pwd pub_colleague pub_dup pub_new pub_open pub_received pub_wsd sens_pwd'),
    ('clerk', 'pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'),
    ('nobody', 'pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'),
    ('anon', 'pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'),
    ('inactive', NULL)
) AS x (actor, names);
SELECT is(tap.seen('a.' || a.name, 'SELECT id FROM civic.reports'),
    'own_citizen own_contributor priv_done priv_mine priv_none priv_pwd priv_wsd pub_colleague pub_dup pub_new pub_open'
    ' pub_received pub_wsd sens_pwd sens_wsd', format('reports that %s sees: all', a.name))
FROM (VALUES ('moderator'), ('auditor'), ('admin'), ('super_admin'), ('service'), ('db_auditor')) AS a (name);
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.users'), x.actor, format('%s sees no user but themselves',
    x.actor))
FROM (VALUES ('citizen'), ('contributor'), ('clerk'), ('nobody')) AS x (actor);
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.tasks'), x.names, format('tasks that %s sees', x.actor))
FROM (VALUES
    ('officer', 'task_priv_done task_priv_mine task_pub_colleague'),
    ('officer2', 'task_priv_done task_priv_wsd task_pub_wsd task_sens_wsd'),
    ('officer3', 'task_priv_mine task_pub_colleague')
) AS x (actor, names);
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.media'), x.names, format('files that %s sees', x.actor))
FROM (VALUES
    ('citizen', 'file_own_citizen file_pub_open'),
    ('neighbour', 'file_priv_pwd file_pub_open file_sens_wsd'),
    ('officer', 'file_priv_mine file_pub_open'),
    ('anon', 'file_pub_open')
) AS x (actor, names);
SELECT is(tap.seen('a.' || x.actor, 'SELECT DISTINCT entity_id FROM civic.status_history'
    ' WHERE workflow = ''report'''), x.names,
    format('reports whose history %s sees', x.actor))
FROM (VALUES
    ('citizen', 'pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'),
    ('officer', 'priv_mine pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'),
    ('anon', 'pub_colleague pub_dup pub_new pub_open pub_received pub_wsd')
) AS x (actor, names);

-- 3. What each may write in their own organization. A number of rows, or the SQLSTATE of the refusal; "no" where it
-- does not matter which of them. $o stands for the organization, $me for the asker (or the clerk, where nobody is
-- named).
TRUNCATE tap.matrix;
INSERT INTO tap.matrix (tbl, command, statement, expected) VALUES
    --                   citizen contr moder offcr audit admin super clerk orgad nobod inact anon  serv  dbaud
    ('organizations', 'INSERT', $$INSERT INTO civic.organizations (id, code, name) VALUES (tap.id('$o'), 'NEW',
        'New')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('organizations', 'UPDATE', $$UPDATE civic.organizations SET address = 'x' WHERE id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('organizations', 'DELETE', $$DELETE FROM civic.organizations WHERE id = tap.id('$o')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('departments', 'INSERT', $$INSERT INTO civic.departments (organization_id, code, name) VALUES (tap.id('$o'), 'N',
        'N')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('departments', 'UPDATE', $$UPDATE civic.departments SET description = 'x' WHERE id = tap.dept('$o', 'PWD')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('departments', 'DELETE', $$DELETE FROM civic.departments WHERE id = tap.dept('$o', 'SPARE')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('jurisdictions', 'INSERT',
        $$INSERT INTO civic.jurisdictions (organization_id, code, name) VALUES (tap.id('$o'), 'N', 'N')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('jurisdictions', 'UPDATE', $$UPDATE civic.jurisdictions SET name = 'x' WHERE id = tap.id('$o.jurisdiction')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('jurisdictions', 'DELETE', $$DELETE FROM civic.jurisdictions WHERE id = tap.id('$o.jurisdiction')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),

    ('users', 'INSERT', $$INSERT INTO civic.users (organization_id, phone) VALUES (tap.id('$o'), '+919999999999')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 1     42501 42501 42501 1     42501'),
    -- Name, telephone and e-mail of another person are for who may update any profile, not for who may suspend people:
    -- one signs in with them.
    ('users', 'UPDATE', $$UPDATE civic.users SET phone = '+919999999999' WHERE id = tap.id('$o.neighbour')$$,
                        '0       0     no    0     0     1     1     0     1     0     0     42501 1     42501'),
    ('users', 'UPDATE', $$UPDATE civic.users SET full_name = 'x' WHERE id = tap.id('$o.neighbour')$$,
                        '0       0     no    0     0     1     1     0     1     0     0     42501 1     42501'),
    -- So moderators suspend people by civic.set_user_status() alone.
    ('users', 'UPDATE', $$UPDATE civic.users SET status = 'suspended' WHERE id = tap.id('$o.neighbour')$$,
                        '0       0     0     0     0     1     1     0     ZC004 0     0     42501 1     42501'),
    -- One's own row; the auditor writes nothing.
    ('users', 'UPDATE', $$UPDATE civic.users SET full_name = 'x' WHERE id = civic.current_user_id()$$,
                        '1       1     1     1     no    1     1     1     1     1     0     42501 0     42501'),
    ('users', 'DELETE', $$DELETE FROM civic.users WHERE id = tap.id('$o.neighbour')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('user_profiles', 'INSERT', $$INSERT INTO civic.user_profiles (organization_id, user_id) VALUES (tap.id('$o'),
        $me)$$,
                        '1       23505 1     1     no    1     1     1     1     1     42501 42501 1     42501'),
    ('user_profiles', 'UPDATE', $$UPDATE civic.user_profiles SET bio = 'x' WHERE user_id = civic.current_user_id()$$,
                        '0       1     0     0     0     0     0     0     0     0     0     42501 0     42501'),
    ('user_profiles', 'UPDATE', $$UPDATE civic.user_profiles SET bio = 'x' WHERE user_id = tap.id('$o.neighbour')$$,
                        '0       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('user_profiles', 'DELETE', $$DELETE FROM civic.user_profiles WHERE user_id = tap.id('$o.neighbour')$$,
                        '0       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),

    ('user_scores', 'INSERT', $$INSERT INTO civic.user_scores (organization_id, user_id)
        VALUES (tap.id('$o'), tap.id('$o.clerk'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('user_scores', 'UPDATE',
        $$UPDATE civic.user_scores SET reputation_score = 1000 WHERE user_id = tap.id('$o.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('user_scores', 'DELETE', $$DELETE FROM civic.user_scores WHERE user_id = tap.id('$o.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),

    ('permissions', 'INSERT', $$INSERT INTO civic.permissions VALUES ('new', 'New')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('permissions', 'UPDATE', $$UPDATE civic.permissions SET description = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('permissions', 'DELETE', $$DELETE FROM civic.permissions$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_entries', 'INSERT', $$INSERT INTO civic.audit_entries (organization_id) VALUES (tap.id('$o'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_entries', 'UPDATE', $$UPDATE civic.audit_entries SET action = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_entries', 'DELETE', $$DELETE FROM civic.audit_entries$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_labels', 'INSERT', $$INSERT INTO civic.audit_labels VALUES ('new', 'system', false, 'New')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_labels', 'UPDATE', $$UPDATE civic.audit_labels SET description = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_labels', 'DELETE', $$DELETE FROM civic.audit_labels$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_actions', 'INSERT', $$INSERT INTO civic.audit_actions (relation, operation, action)
        VALUES ('a.b', 'insert', 'login')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_actions', 'UPDATE', $$UPDATE civic.audit_actions SET value = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_actions', 'DELETE', $$DELETE FROM civic.audit_actions$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('roles', 'INSERT', $$INSERT INTO civic.roles (organization_id, code, name) VALUES (tap.id('$o'), 'newrole',
        'New')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 1     42501 42501 42501 1     42501'),
    ('roles', 'UPDATE', $$UPDATE civic.roles SET name = 'x' WHERE id = tap.id('$o.spare')$$,
                        '0       0     0     0     0     1     1     0     1     0     0     42501 1     42501'),
    ('roles', 'DELETE', $$DELETE FROM civic.roles WHERE id = tap.id('$o.spare')$$,
                        '0       0     0     0     0     1     1     0     1     0     0     42501 1     42501'),
    -- Built-in rows are nobody's to write, not even of jobs: they hold for every organization.
    ('roles', 'UPDATE', $$UPDATE civic.roles SET name = 'x' WHERE id = tap.role('citizen')$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    ('roles', 'DELETE', $$DELETE FROM civic.roles WHERE id = tap.role('verifier')$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    -- Nobody gives a permission they do not hold: of these three only the administrator of payments holds this one.
    ('role_permissions', 'INSERT', $$INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
        VALUES (tap.id('$o'), tap.id('$o.spare'), 'view_own_teams')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('role_permissions', 'INSERT', $$INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
        VALUES (tap.id('$o'), tap.id('$o.spare'), 'can_manage_roles')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 1     42501 42501 42501 1     42501'),
    ('role_permissions', 'INSERT', $$INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
        VALUES ('00000000-0000-0000-0000-000000000000', tap.role('citizen'), 'can_manage_roles')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('role_permissions', 'UPDATE', $$UPDATE civic.role_permissions SET permission_code = 'read:report'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('role_permissions', 'DELETE', $$DELETE FROM civic.role_permissions WHERE role_id = tap.id('$o.inspector')$$,
                        '0       0     0     0     0     1     1     0     1     0     0     42501 1     42501'),
    ('role_permissions', 'DELETE', $$DELETE FROM civic.role_permissions WHERE role_id = tap.role('citizen')$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    ('user_roles', 'INSERT', $$INSERT INTO civic.user_roles (organization_id, user_id, role_id)
        VALUES (tap.id('$o'), tap.id('$o.nobody'), tap.role('clerk'))$$,
                        'ZC007   ZC007 ZC007 ZC007 ZC007 1     1     ZC007 ZC007 ZC007 ZC007 42501 1     42501'),
    ('user_roles', 'UPDATE', $$UPDATE civic.user_roles SET role_id = tap.role('contributor')
        WHERE organization_id = tap.id('$o') AND user_id = tap.id('$o.neighbour') AND family = 'civic'$$,
                        '0       0     0     0     0     1     1     0     ZC007 0     0     42501 1     42501'),
    -- A role is given and taken by who holds all that is in it; here only the administrator of payments does.
    ('user_roles', 'DELETE', $$DELETE FROM civic.user_roles
        WHERE organization_id = tap.id('$o') AND user_id = tap.id('$o.neighbour')
            AND role_id = tap.id('$o.inspector')$$,
                        '0       0     0     0     0     ZC007 ZC007 0     1     0     0     42501 1     42501'),
    ('role_history', 'INSERT', $$INSERT INTO civic.role_history (organization_id, user_id, new_role)
        VALUES (tap.id('$o'), tap.id('$o.citizen'), 'admin')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('role_history', 'UPDATE', $$UPDATE civic.role_history SET reason = 'x' WHERE organization_id = tap.id('$o')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('role_history', 'DELETE', $$DELETE FROM civic.role_history WHERE organization_id = tap.id('$o')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sign_in_policies', 'INSERT', $$INSERT INTO civic.sign_in_policies (organization_id) VALUES (tap.id('$o'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sign_in_policies', 'UPDATE',
        $$UPDATE civic.sign_in_policies SET max_sessions = 5 WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     0     1     0     0     0     0     42501 1     42501'),
    ('sign_in_policies', 'DELETE', $$DELETE FROM civic.sign_in_policies$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('security_events', 'INSERT', $$INSERT INTO civic.security_events (organization_id, event_type, description)
        VALUES (tap.id('$o'), 'data_access', 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('security_events', 'UPDATE',
        $$UPDATE civic.security_events SET investigation_notes = 'x' WHERE id = tap.id('$o.event.citizen')$$,
                        '0       0     0     0     0     0     1     0     0     0     0     42501 1     42501'),
    ('security_events', 'DELETE', $$DELETE FROM civic.security_events$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('user_sessions', 'INSERT', $$INSERT INTO civic.user_sessions (organization_id, user_id, expires_at)
        VALUES (tap.id('$o'), $me, now() + interval '1 day')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('user_sessions', 'UPDATE', $$UPDATE civic.user_sessions SET revoked_at = now()
        WHERE id = tap.id('$o.session.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('user_sessions', 'DELETE', $$DELETE FROM civic.user_sessions WHERE id = tap.id('$o.session.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),

    ('area_assignments', 'INSERT', $$INSERT INTO civic.area_assignments (organization_id, user_id, area_type, area_name,
        area_data) VALUES (tap.id('$o'), tap.id('$o.moderator'), 'ward', 'W', '{"ward_number": "9"}')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('area_assignments', 'UPDATE',
        $$UPDATE civic.area_assignments SET notes = 'x' WHERE id = tap.id('$o.assignment.contributor')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('area_assignments', 'DELETE', $$DELETE FROM civic.area_assignments
        WHERE id = tap.id('$o.assignment.contributor')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('teams', 'INSERT', $$INSERT INTO civic.teams (organization_id, name) VALUES (tap.id('$o'), 'New')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('teams', 'UPDATE', $$UPDATE civic.teams SET description = 'x' WHERE id = tap.id('$o.team1')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('teams', 'DELETE', $$DELETE FROM civic.teams WHERE id = tap.id('$o.team3')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('team_members', 'INSERT', $$INSERT INTO civic.team_members (organization_id, team_id, user_id)
        VALUES (tap.id('$o'), tap.id('$o.team3'), tap.id('$o.clerk'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('team_members', 'UPDATE', $$UPDATE civic.team_members SET joined_at = now() - interval '1 day'
        WHERE team_id = tap.id('$o.team1') AND user_id = tap.id('$o.nobody')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('team_members', 'DELETE', $$DELETE FROM civic.team_members
        WHERE team_id = tap.id('$o.team1') AND user_id = tap.id('$o.nobody')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('projects', 'INSERT', $$INSERT INTO civic.projects (organization_id, name) VALUES (tap.id('$o'), 'New')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('projects', 'UPDATE', $$UPDATE civic.projects SET description = 'x' WHERE id = tap.id('$o.project1')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('projects', 'DELETE', $$DELETE FROM civic.projects WHERE id = tap.id('$o.project1')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),

    ('workflow_transitions', 'INSERT', $$INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status,
        to_status) VALUES (tap.id('$o'), 'report', 'closed', 'received')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('workflow_transitions', 'UPDATE',
        $$UPDATE civic.workflow_transitions SET is_enabled = false WHERE id = tap.id('$o.rule')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('workflow_transitions', 'DELETE', $$DELETE FROM civic.workflow_transitions WHERE id = tap.id('$o.rule')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('workflow_transitions', 'INSERT', $$INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status,
        to_status) VALUES ('00000000-0000-0000-0000-000000000000', 'report', 'closed', 'received')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('workflow_transitions', 'UPDATE', $$UPDATE civic.workflow_transitions SET is_enabled = false
        WHERE organization_id = '00000000-0000-0000-0000-000000000000'$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    ('workflow_transitions', 'UPDATE', $$UPDATE civic.workflow_transitions SET organization_id = tap.id('a')
        WHERE organization_id = '00000000-0000-0000-0000-000000000000' AND workflow = 'role'$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    ('workflow_transitions', 'DELETE', $$DELETE FROM civic.workflow_transitions
        WHERE organization_id = '00000000-0000-0000-0000-000000000000' AND workflow = 'role'$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    ('status_history', 'INSERT', $$INSERT INTO civic.status_history (organization_id, workflow, entity_id, new_status)
        VALUES (tap.id('$o'), 'report', tap.id('$o.pub_open'), 'closed')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('status_history', 'UPDATE', $$UPDATE civic.status_history SET reason = 'x' WHERE organization_id = tap.id('$o')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('status_history', 'DELETE', $$DELETE FROM civic.status_history WHERE organization_id = tap.id('$o')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),

    ('areas', 'INSERT', $$INSERT INTO civic.areas (organization_id, kind, code, name, boundary)
        VALUES (tap.id('$o'), 'zone', 'z', 'Z', ST_Multi(ST_MakeEnvelope(1, 1, 2, 2, 4326)))$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('areas', 'UPDATE', $$UPDATE civic.areas SET name = 'x' WHERE id = tap.id('$o.ward')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('areas', 'DELETE', $$DELETE FROM civic.areas WHERE id = tap.id('$o.ward')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('categories', 'INSERT', $$INSERT INTO civic.categories (organization_id, code, name) VALUES (tap.id('$o'), 'n',
        'N')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('categories', 'UPDATE',
        $$UPDATE civic.categories SET name = 'x' WHERE organization_id = tap.id('$o') AND code = 'water'$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('categories', 'DELETE', $$DELETE FROM civic.categories WHERE organization_id = tap.id('$o') AND code = 'water'$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('routing_rules', 'INSERT', $$INSERT INTO civic.routing_rules (organization_id, name, category, department_id)
        VALUES (tap.id('$o'), 'N', 'water', tap.dept('$o', 'WSD'))$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('routing_rules', 'UPDATE', $$UPDATE civic.routing_rules SET priority = 1 WHERE id = tap.id('$o.routing_rule')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('routing_rules', 'DELETE', $$DELETE FROM civic.routing_rules
        WHERE organization_id = tap.id('$o') AND name = 'None'$$,
                        '0       0     0     0     0     0     0     0     0     0     0     42501 0     42501'),
    ('routing_decisions', 'INSERT', $$INSERT INTO civic.routing_decisions (organization_id, report_id, latitude,
        longitude, explanation, replaced_because) VALUES (tap.id('$o'), tap.id('$o.pub_open'), 1, 1, '[]', 'asked')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('routing_decisions', 'UPDATE', $$UPDATE civic.routing_decisions SET explanation = '[]'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('routing_decisions', 'DELETE', $$DELETE FROM civic.routing_decisions$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('assignment_refusals', 'INSERT', $$INSERT INTO civic.assignment_refusals (organization_id, report_id, user_id)
        VALUES (tap.id('$o'), tap.id('$o.pub_open'), $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('assignment_refusals', 'UPDATE', $$UPDATE civic.assignment_refusals SET reason = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('assignment_refusals', 'DELETE', $$DELETE FROM civic.assignment_refusals$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),

    -- Reports: filed by those who hold create:report ...
    ('reports', 'INSERT', $$INSERT INTO civic.reports (organization_id, user_id, title, description, latitude,
        longitude)
        VALUES (tap.id('$o'), $me, 'A new report', 'With a description.', 22.5, 88.3)$$,
                        '1       1     1     1     42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    -- ... for others by those who may import ...
    ('reports', 'INSERT', $$INSERT INTO civic.reports (organization_id, user_id, title, description, latitude,
        longitude)
        VALUES (tap.id('$o'), tap.id('$o.officer2'), 'A new report', 'With a description.', 22.5, 88.3)$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    -- ... edited by their department and those above,
    ('reports', 'UPDATE', $$UPDATE civic.reports SET landmark = 'x' WHERE id = tap.id('$o.pub_open')$$,
                        '0       0     1     1     0     1     1     0     0     0     0     42501 1     42501'),
    ('reports', 'UPDATE', $$UPDATE civic.reports SET landmark = 'x' WHERE id = tap.id('$o.pub_wsd')$$,
                        '0       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('reports', 'UPDATE', $$UPDATE civic.reports SET landmark = 'x' WHERE id = tap.id('$o.priv_done')$$,
                        '0       0     1     1     0     1     1     0     0     0     0     42501 1     42501'),
    ('reports', 'UPDATE', $$UPDATE civic.reports SET landmark = 'x' WHERE id = tap.id('$o.priv_wsd')$$,
                        '0       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    -- by their reporter on the first day,
    ('reports', 'UPDATE', $$UPDATE civic.reports SET landmark = 'x' WHERE id = tap.id('$o.own_citizen')$$,
                        '1       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    -- all at once only where they are one's to edit: the officer 5 of the department and 1 assigned elsewhere;
    ('reports', 'UPDATE', $$UPDATE civic.reports SET landmark = 'x' WHERE organization_id = tap.id('$o')$$,
                        '2       1     15    6     0     15    15    0     0     0     0     42501 15    42501'),
    -- and withdrawn by their reporter while nobody has looked at them.
    ('reports', 'DELETE', $$DELETE FROM civic.reports WHERE id = tap.id('$o.pub_received')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('reports', 'DELETE', $$DELETE FROM civic.reports WHERE id = tap.id('$o.own_citizen')$$,
                        '0       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('report_supporters', 'INSERT', $$INSERT INTO civic.report_supporters (organization_id, report_id, user_id)
        VALUES (tap.id('$o'), tap.id('$o.pub_new'), $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('report_supporters', 'UPDATE', $$UPDATE civic.report_supporters SET created_at = now()$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('report_supporters', 'DELETE', $$DELETE FROM civic.report_supporters WHERE user_id = civic.current_user_id()$$,
                        '1       1     0     0     0     0     0     0     0     0     0     42501 0     42501'),
    ('report_supporters', 'DELETE', $$DELETE FROM civic.report_supporters WHERE user_id = tap.id('$o.officer2')$$,
                        '0       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('duplicate_policies', 'INSERT', $$INSERT INTO civic.duplicate_policies (organization_id, category)
        VALUES (tap.id('$o'), 'roads')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('duplicate_policies', 'UPDATE', $$UPDATE civic.duplicate_policies SET window_days = 7
        WHERE id = tap.id('$o.policy')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('duplicate_policies', 'DELETE', $$DELETE FROM civic.duplicate_policies WHERE id = tap.id('$o.policy')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('duplicate_rejections', 'INSERT', $$INSERT INTO civic.duplicate_rejections (organization_id, report_id,
        other_report_id) VALUES (tap.id('$o'), least(tap.id('$o.pub_new'), tap.id('$o.pub_open')),
            greatest(tap.id('$o.pub_new'), tap.id('$o.pub_open')))$$,
                        '42501   42501 1     42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('duplicate_rejections', 'UPDATE', $$UPDATE civic.duplicate_rejections SET reason = 'x'
        WHERE organization_id = tap.id('$o')$$,
                        '0       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('duplicate_rejections', 'DELETE', $$DELETE FROM civic.duplicate_rejections
        WHERE organization_id = tap.id('$o')$$,
                        '0       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('tasks', 'INSERT', $$INSERT INTO civic.tasks (organization_id, report_id, assigned_to, department_id)
        VALUES (tap.id('$o'), tap.id('$o.pub_open'), tap.id('$o.officer'), tap.dept('$o', 'PWD'))$$,
                        'ZC003   ZC003 ZC003 ZC003 ZC003 1     1     ZC003 ZC003 ZC003 ZC003 42501 1     42501'),
    ('tasks', 'UPDATE', $$UPDATE civic.tasks SET notes = 'x' WHERE report_id = tap.id('$o.priv_mine')$$,
                        '0       0     0     1     0     1     1     0     0     0     0     42501 1     42501'),
    ('tasks', 'UPDATE', $$UPDATE civic.tasks SET notes = 'x' WHERE report_id = tap.id('$o.pub_colleague')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('tasks', 'DELETE', $$DELETE FROM civic.tasks WHERE report_id = tap.id('$o.pub_colleague')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('media', 'INSERT', $$INSERT INTO civic.media (organization_id, report_id, file_url, file_type, uploaded_by)
        VALUES (tap.id('$o'), tap.id('$o.pub_open'), 'https://x', 'image', $me)$$,
                        '42501   42501 1     1     42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('media', 'INSERT', $$INSERT INTO civic.media (organization_id, report_id, file_url, file_type, uploaded_by)
        VALUES (tap.id('$o'), tap.id('$o.own_citizen'), 'https://x', 'image', tap.id('$o.citizen'))$$,
                        '1       42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    -- Files are moderated by who sees them all; an officer has to do with their own.
    ('media', 'UPDATE', $$UPDATE civic.media SET caption = 'x' WHERE id = tap.id('$o.file_pub_open')$$,
                        '0       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('media', 'UPDATE', $$UPDATE civic.media SET caption = 'x' WHERE id = tap.id('$o.file_priv_mine')$$,
                        '0       0     1     1     0     1     1     0     0     0     0     42501 1     42501'),
    ('media', 'UPDATE', $$UPDATE civic.media SET caption = 'x' WHERE id = tap.id('$o.file_sens_wsd')$$,
                        '0       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('media', 'DELETE', $$DELETE FROM civic.media WHERE id = tap.id('$o.file_own_citizen')$$,
                        '1       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    -- Without a condition no SELECT policy helps: still only these.
    ('media', 'UPDATE', $$UPDATE civic.media SET caption = 'x'$$,
                        '1       0     5     1     0     5     5     0     0     0     0     42501 5     42501'),
    ('media', 'DELETE', $$DELETE FROM civic.media$$,
                        '1       0     5     1     0     5     5     0     0     0     0     42501 5     42501'),
    ('business_calendars', 'INSERT', $$INSERT INTO civic.business_calendars (organization_id, name, weekly_hours)
        VALUES (tap.id('$o'), 'New', '{"sunday": ["10:00-12:00"]}')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('business_calendars', 'UPDATE',
        $$UPDATE civic.business_calendars SET name = 'x' WHERE id = tap.id('$o.calendar')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('business_calendars', 'DELETE', $$DELETE FROM civic.business_calendars WHERE id = tap.id('$o.calendar2')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('calendar_holidays', 'INSERT', $$INSERT INTO civic.calendar_holidays (organization_id, calendar_id, day, name)
        VALUES (tap.id('$o'), tap.id('$o.calendar'), '2020-12-25', 'Christmas')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('calendar_holidays', 'UPDATE',
        $$UPDATE civic.calendar_holidays SET name = 'x' WHERE calendar_id = tap.id('$o.calendar')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('calendar_holidays', 'DELETE', $$DELETE FROM civic.calendar_holidays WHERE calendar_id = tap.id('$o.calendar')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('sla_policies', 'INSERT', $$INSERT INTO civic.sla_policies (organization_id, time_allowed)
        VALUES (tap.id('$o'), '100 hours')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('sla_policies', 'UPDATE',
        $$UPDATE civic.sla_policies SET valid_until = now() + interval '1 day' WHERE id = tap.id('$o.policy')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    -- What was promised stays.
    ('sla_policies', 'UPDATE',
        $$UPDATE civic.sla_policies SET time_allowed = '9 hours' WHERE id = tap.id('$o.policy')$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    ('sla_policies', 'DELETE', $$DELETE FROM civic.sla_policies WHERE id = tap.id('$o.policy')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sla_pauses', 'INSERT', $$INSERT INTO civic.sla_pauses (organization_id, report_id, reason)
        VALUES (tap.id('$o'), tap.id('$o.priv_mine'), 'on_hold')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sla_pauses', 'UPDATE', $$UPDATE civic.sla_pauses SET resumed_at = now()$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sla_pauses', 'DELETE', $$DELETE FROM civic.sla_pauses$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('escalations', 'INSERT', $$INSERT INTO civic.escalations (organization_id, report_id, level, reason, description)
        VALUES (tap.id('$o'), tap.id('$o.priv_mine'), 'level_2', 'unresolved', 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('escalations', 'UPDATE',
        $$UPDATE civic.escalations SET response_notes = 'x' WHERE id = tap.id('$o.escalation.priv_mine')$$,
                        '0       0     0     1     0     1     1     0     0     0     0     42501 1     42501'),
    ('escalations', 'DELETE', $$DELETE FROM civic.escalations$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    -- A case is the clerk's until the chair has it. The system that opens one must say for whom.
    ('cases', 'INSERT', $$INSERT INTO civic.cases (organization_id, title, description, created_by)
        VALUES (tap.id('$o'), 'New', 'New', $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 1     42501 42501 42501 42501 1     42501'),
    ('cases', 'INSERT', $$INSERT INTO civic.cases (organization_id, title, description, created_by)
        VALUES (tap.id('$o'), 'New', 'New', tap.id('$o.chair'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('cases', 'UPDATE', $$UPDATE civic.cases SET title = 'x' WHERE id = tap.id('$o.case_new')$$,
                        '0       0     0     0     0     0     0     1     0     0     0     42501 1     42501'),
    ('cases', 'UPDATE', $$UPDATE civic.cases SET priority = 'urgent' WHERE id = tap.id('$o.case_new')$$,
                        '0       0     0     0     0     0     0     ZC004 0     0     0     42501 1     42501'),
    ('cases', 'DELETE', $$DELETE FROM civic.cases WHERE id = tap.id('$o.case_new')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('case_logs', 'INSERT', $$INSERT INTO civic.case_logs (organization_id, case_id, user_id, details)
        VALUES (tap.id('$o'), tap.id('$o.case_worked'), $me, '{"comment": "x"}')$$,
                        '42501   42501 42501 42501 42501 42501 42501 1     42501 42501 42501 42501 1     42501'),
    ('case_logs', 'UPDATE', $$UPDATE civic.case_logs SET details = '{"comment": "x"}'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('case_logs', 'DELETE', $$DELETE FROM civic.case_logs$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('case_documents', 'INSERT', $$INSERT INTO civic.case_documents (organization_id, case_id, file_name, storage_key,
        mime_type, file_size, uploaded_by)
        VALUES (tap.id('$o'), tap.id('$o.case_worked'), 'x', 'x', 'text/plain', 1, $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 1     42501 42501 42501 42501 1     42501'),
    ('case_documents', 'UPDATE', $$UPDATE civic.case_documents SET file_name = 'y'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('case_documents', 'DELETE', $$DELETE FROM civic.case_documents$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('case_reports', 'INSERT', $$INSERT INTO civic.case_reports (organization_id, case_id, report_id, linked_by)
        VALUES (tap.id('$o'), tap.id('$o.case_worked'), tap.id('$o.pub_new'), $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 1     42501 42501 42501 42501 1     42501'),
    ('case_reports', 'UPDATE', $$UPDATE civic.case_reports SET linked_at = now()$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('case_reports', 'DELETE', $$DELETE FROM civic.case_reports WHERE case_id = tap.id('$o.case_worked')$$,
                        '0       0     0     0     0     0     0     1     0     0     0     42501 1     42501'),
    ('posts', 'INSERT', $$INSERT INTO civic.posts (organization_id, user_id, title, content)
        VALUES (tap.id('$o'), $me, 'New', 'New')$$,
                        '1       1     1     1     42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('posts', 'UPDATE', $$UPDATE civic.posts SET title = 'x' WHERE id = tap.id('$o.post_draft')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('posts', 'UPDATE', $$UPDATE civic.posts SET title = 'x' WHERE id = tap.id('$o.post_open')$$,
                        '1       0     ZC130 ZC130 0     ZC130 ZC130 0     0     0     0     42501 1     42501'),
    ('posts', 'UPDATE', $$UPDATE civic.posts SET is_hidden = true WHERE id = tap.id('$o.post_open')$$,
                        'ZC004   0     1     1     0     1     1     0     0     0     0     42501 1     42501'),
    ('posts', 'UPDATE', $$UPDATE civic.posts SET is_hidden = false WHERE id = tap.id('$o.post_hidden')$$,
                        '0       ZC004 1     1     0     1     1     0     0     0     0     42501 1     42501'),
    ('posts', 'DELETE', $$DELETE FROM civic.posts WHERE id = tap.id('$o.post_draft')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('posts', 'DELETE', $$DELETE FROM civic.posts WHERE id = tap.id('$o.post_archived')$$,
                        '0       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('comments', 'INSERT', $$INSERT INTO civic.comments (organization_id, post_id, user_id, content)
        VALUES (tap.id('$o'), tap.id('$o.post_open'), $me, 'New')$$,
                        '1       1     1     1     42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('comments', 'UPDATE', $$UPDATE civic.comments SET content = 'x' WHERE id = tap.id('$o.said_open')$$,
                        '0       0     ZC130 0     0     ZC130 ZC130 0     0     0     0     42501 1     42501'),
    ('comments', 'UPDATE', $$UPDATE civic.comments SET is_hidden = true WHERE id = tap.id('$o.said_open')$$,
                        '0       0     1     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('comments', 'UPDATE', $$UPDATE civic.comments SET content = 'x' WHERE id = tap.id('$o.said_case')$$,
                        '0       0     0     0     0     0     0     1     0     0     0     42501 1     42501'),
    ('comments', 'DELETE', $$DELETE FROM civic.comments$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('content_flags', 'INSERT', $$INSERT INTO civic.content_flags (organization_id, comment_id, user_id, reason)
        VALUES (tap.id('$o'), tap.id('$o.said_public'), $me, 'spam')$$,
                        'ZC132   1     1     1     42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('content_flags', 'UPDATE', $$UPDATE civic.content_flags SET status = 'dismissed', resolved_at = now()$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('content_flags', 'DELETE', $$DELETE FROM civic.content_flags$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('notification_types', 'INSERT', $$INSERT INTO civic.notification_types (code, category, title, message)
        VALUES ('news', 'system', 'x', 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('notification_types', 'UPDATE', $$UPDATE civic.notification_types SET title = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('notification_types', 'DELETE', $$DELETE FROM civic.notification_types$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('notification_templates', 'INSERT', $$INSERT INTO civic.notification_templates (organization_id, type, language,
        title, message) VALUES (tap.id('$o'), 'sla_warning', 'hi', 'x', 'x')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 1     42501 42501 42501 1     42501'),
    ('notification_templates', 'UPDATE', $$UPDATE civic.notification_templates SET title = 'x'
        WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     1     0     0     42501 1     42501'),
    ('notification_templates', 'DELETE', $$DELETE FROM civic.notification_templates
        WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     1     0     0     42501 1     42501'),
    -- The contributor has settings already.
    ('notification_settings', 'INSERT', $$INSERT INTO civic.notification_settings (organization_id, user_id)
        VALUES (tap.id('$o'), $me)$$,
                        '1       23505 1     1     42501 1     1     1     1     1     42501 42501 1     42501'),
    ('notification_settings', 'INSERT', $$INSERT INTO civic.notification_settings (organization_id, user_id)
        VALUES (tap.id('$o'), tap.id('$o.officer2'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('notification_settings', 'UPDATE', $$UPDATE civic.notification_settings SET digest = 'daily'
        WHERE organization_id = tap.id('$o')$$,
                        '0       1     0     0     0     0     0     0     0     0     0     42501 2     42501'),
    ('policy_versions', 'INSERT',
        $$INSERT INTO civic.policy_versions (organization_id, jurisdiction_id, version, effective_from,
        effective_until) VALUES (tap.id('$o'), tap.id('$o.court'), '3', now() + interval '10 years',
            now() + interval '11 years')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('policy_versions', 'UPDATE', $$UPDATE civic.policy_versions SET effective_until = now() + interval '12 years'
        WHERE id = tap.id('$o.rules2')$$,
                        '0   0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('policy_versions', 'UPDATE',
        $$UPDATE civic.policy_versions SET config = '{"sla_hours": 1}' WHERE id = tap.id('$o.rules')$$,
                        '0   0     0     0     0     ZC004 ZC004 0     0     0     0     42501 ZC004 42501'),
    ('policy_versions', 'DELETE', $$DELETE FROM civic.policy_versions WHERE id = tap.id('$o.rules2')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('professional_credentials', 'INSERT',
        $$INSERT INTO civic.professional_credentials (organization_id, professional_id,
        credential_type, credential_number) VALUES (tap.id('$o'), $me, 'Nurse', '1')$$,
                        'ZC003   ZC003 ZC003 ZC003 ZC003 1     1     ZC003 ZC003 ZC003 ZC003 42501 1     42501'),
    ('professional_credentials', 'UPDATE',
        $$UPDATE civic.professional_credentials SET state = 'suspended', state_reason = 'x'
        WHERE id = tap.id('$o.licence')$$,
                        '0   0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('professional_credentials', 'DELETE',
        $$DELETE FROM civic.professional_credentials WHERE id = tap.id('$o.licence')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('mandates', 'INSERT',
        $$INSERT INTO civic.mandates (organization_id, professional_id, individual_phone, individual_name)
        VALUES (tap.id('$o'), $me, '+919999999999', 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('mandates', 'UPDATE', $$UPDATE civic.mandates SET status = 'cancelled' WHERE id = tap.id('$o.mandate.stranger')$$,
                        '0   0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('mandates', 'DELETE', $$DELETE FROM civic.mandates WHERE id = tap.id('$o.mandate.stranger')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('meetings', 'INSERT', $$INSERT INTO civic.meetings (organization_id, name, address, latitude, longitude)
        VALUES (tap.id('$o'), 'x', 'x', 1, 2)$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('meetings', 'UPDATE', $$UPDATE civic.meetings SET description = 'x' WHERE id = tap.id('$o.meeting')$$,
                        '0   0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('meetings', 'DELETE', $$DELETE FROM civic.meetings WHERE id = tap.id('$o.meeting_past')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('meeting_contacts', 'INSERT', $$INSERT INTO civic.meeting_contacts (organization_id, meeting_id, contact_id)
        VALUES (tap.id('$o'), tap.id('$o.meeting'), $me)$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('meeting_contacts', 'UPDATE', $$UPDATE civic.meeting_contacts SET created_at = now()$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('meeting_contacts', 'DELETE', $$DELETE FROM civic.meeting_contacts WHERE contact_id = tap.id('$o.citizen')$$,
                        '0   0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('attendance_sessions', 'INSERT',
        $$INSERT INTO civic.attendance_sessions (organization_id, contact_id, dest_name, dest_address)
        VALUES (tap.id('$o'), $me, 'x', 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('attendance_sessions', 'UPDATE', $$UPDATE civic.attendance_sessions SET session_notes = 'x'
        WHERE id = tap.id('$o.visit.citizen')$$,
                        '0   0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('attendance_sessions', 'DELETE', $$DELETE FROM civic.attendance_sessions WHERE id = tap.id('$o.visit.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('selfie_artifacts', 'INSERT',
        $$INSERT INTO civic.selfie_artifacts (organization_id, contact_id, sha256, storage_key,
        captured_at, liveness_provider) VALUES (tap.id('$o'), $me, sha256('x'), 'x', now(), 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('selfie_artifacts', 'UPDATE',
        $$UPDATE civic.selfie_artifacts SET blur_score = blur_score WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('selfie_artifacts', 'DELETE', $$DELETE FROM civic.selfie_artifacts WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    -- Without two-factor sign-in and consents nobody checks in; a session of somebody else does not exist.
    ('attendance_events', 'INSERT',
        $$INSERT INTO civic.attendance_events (organization_id, session_id, type, latitude, longitude)
        VALUES (tap.id('$o'), tap.id('$o.visit.citizen'), 'check_in', 22.57, 88.36)$$,
                        'ZC121   PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 42501 1     42501'),
    ('attendance_events', 'INSERT',
        $$INSERT INTO civic.attendance_events (organization_id, session_id, type, latitude, longitude)
        VALUES (tap.id('$o'), tap.id('$o.visit.citizen'), 'check_out', 22.57, 88.36)$$,
                        '42501   PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 42501 1     42501'),
    ('attendance_events', 'UPDATE',
        $$UPDATE civic.attendance_events SET notes = notes WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('attendance_events', 'DELETE', $$DELETE FROM civic.attendance_events WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('data_quality_signals', 'INSERT',
        $$INSERT INTO civic.data_quality_signals (organization_id, session_event_id, signal_type,
        signal_name, signal_value) VALUES (tap.id('$o'), tap.id('$o.arrival.citizen'), 'gps', 'x', '1')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('data_quality_signals', 'UPDATE',
        $$UPDATE civic.data_quality_signals SET signal_name = signal_name WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('data_quality_signals', 'DELETE', $$DELETE FROM civic.data_quality_signals WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('consent_artifacts', 'INSERT',
        $$INSERT INTO civic.consent_artifacts (organization_id, contact_id, consent_type, consent_version,
        text_sha256, granted) VALUES (tap.id('$o'), $me, 'location', '1', sha256('x'), true)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('consent_artifacts', 'UPDATE',
        $$UPDATE civic.consent_artifacts SET granted = granted WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('consent_artifacts', 'DELETE', $$DELETE FROM civic.consent_artifacts WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('user_identities', 'INSERT',
        $$INSERT INTO civic.user_identities (organization_id, contact_id, full_name, date_of_birth,
        jurisdiction_id) VALUES (tap.id('$o'), $me, 'x', '2000-01-01', tap.id('$o.court'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('user_identities', 'UPDATE',
        $$UPDATE civic.user_identities SET full_name = 'x' WHERE contact_id = tap.id('$o.citizen')$$,
                        '0   0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('user_identities', 'DELETE', $$DELETE FROM civic.user_identities WHERE contact_id = tap.id('$o.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('review_artifacts', 'INSERT',
        $$INSERT INTO civic.review_artifacts (organization_id, source_record_type, source_record_id,
        decision_type, reviewer_id)
        VALUES (tap.id('$o'), 'attendance_session', tap.id('$o.visit.citizen'), 'flagged', $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('review_artifacts', 'UPDATE',
        $$UPDATE civic.review_artifacts SET reason = reason WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('review_artifacts', 'DELETE', $$DELETE FROM civic.review_artifacts WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('emergency_explanations', 'INSERT',
        $$INSERT INTO civic.emergency_explanations (organization_id, contact_id, category, narrative)
        VALUES (tap.id('$o'), $me, 'work', repeat('x', 50))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('emergency_explanations', 'UPDATE',
        $$UPDATE civic.emergency_explanations SET narrative = narrative WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('emergency_explanations', 'DELETE',
        $$DELETE FROM civic.emergency_explanations WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('explanation_attachments', 'INSERT',
        $$INSERT INTO civic.explanation_attachments (organization_id, explanation_id, file_name,
        file_type, file_size, sha256, storage_key)
        VALUES (tap.id('$o'), tap.id('$o.explanation.citizen'), 'x', 'text/plain', 1, sha256('x'), 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('explanation_attachments', 'UPDATE',
        $$UPDATE civic.explanation_attachments SET uploaded_at = uploaded_at WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('explanation_attachments', 'DELETE',
        $$DELETE FROM civic.explanation_attachments WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('message_threads', 'INSERT', $$INSERT INTO civic.message_threads (organization_id, mandate_id)
        VALUES (tap.id('$o'), tap.id('$o.mandate.neighbour'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('message_threads', 'UPDATE',
        $$UPDATE civic.message_threads SET status = 'archived' WHERE id = tap.id('$o.thread.citizen')$$,
                        '0   0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('message_threads', 'DELETE', $$DELETE FROM civic.message_threads WHERE id = tap.id('$o.thread.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('messages', 'INSERT', $$INSERT INTO civic.messages (organization_id, thread_id, sender_id, message_type, content)
        VALUES (tap.id('$o'), tap.id('$o.thread.citizen'), $me, 'emergency', 'x')$$,
                        '42501   PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 PT404 42501 1     42501'),
    ('messages', 'UPDATE', $$UPDATE civic.messages SET content = content WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('messages', 'DELETE', $$DELETE FROM civic.messages WHERE organization_id = tap.id('$o')$$,
                        'ZC120   ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 ZC120 42501 ZC120 42501'),
    ('message_attachments', 'INSERT',
        $$INSERT INTO civic.message_attachments (organization_id, message_id, file_name, file_type,
        file_size, sha256, storage_key)
        VALUES (tap.id('$o'), tap.id('$o.answer'), 'x', 'text/plain', 1, sha256('x'), 'x')$$,
                        '42501   ZC125 ZC125 ZC125 ZC125 ZC125 ZC125 ZC125 ZC125 ZC125 ZC125 42501 1     42501'),
    ('message_attachments', 'UPDATE',
        $$UPDATE civic.message_attachments SET virus_scanned = true, virus_scan_result = 'clean'
        WHERE id = tap.id('$o.ticket')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('message_attachments', 'DELETE', $$DELETE FROM civic.message_attachments WHERE id = tap.id('$o.ticket')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('message_sla', 'INSERT', $$INSERT INTO civic.message_sla (organization_id, message_id, sla_deadline)
        VALUES (tap.id('$o'), tap.id('$o.answer'), now())$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('message_sla', 'UPDATE',
        $$UPDATE civic.message_sla SET sla_state = 'closed' WHERE message_id = tap.id('$o.request')$$,
                        '0   0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('message_sla', 'DELETE', $$DELETE FROM civic.message_sla$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('verification_proofs', 'INSERT', $$INSERT INTO civic.verification_proofs (organization_id, event_type, event_id)
        VALUES (tap.id('$o'), 'check_in', tap.id('$o.arrival.citizen'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('verification_proofs', 'UPDATE',
        $$UPDATE civic.verification_proofs SET status = 'pending' WHERE id = tap.id('$o.proof.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('verification_proofs', 'DELETE', $$DELETE FROM civic.verification_proofs$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('subscriptions', 'INSERT', $$INSERT INTO civic.subscriptions (organization_id, contact_id, provider_customer_id,
        provider_subscription_id, plan, current_period_start, current_period_end)
        VALUES (tap.id('$o'), $me, 'x', 'x', 'free', now(), now() + interval '1 day')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('subscriptions', 'UPDATE', $$UPDATE civic.subscriptions SET plan = 'free' WHERE id = tap.id('$o.plan.citizen')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('subscriptions', 'DELETE', $$DELETE FROM civic.subscriptions$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('retention_policies', 'INSERT',
        $$INSERT INTO civic.retention_policies (organization_id, record_type, retention_days)
        VALUES (tap.id('$o'), 'message', 30)$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('retention_policies', 'UPDATE',
        $$UPDATE civic.retention_policies SET retention_days = 30 WHERE id = tap.id('$o.retention')$$,
                        '0   0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('retention_policies', 'DELETE', $$DELETE FROM civic.retention_policies WHERE id = tap.id('$o.retention')$$,
                        '0   0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('legal_holds', 'INSERT', $$INSERT INTO civic.legal_holds (organization_id, target_type, target_id, reason)
        VALUES (tap.id('$o'), 'user', tap.id('$o.clerk'), 'x')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('legal_holds', 'UPDATE', $$UPDATE civic.legal_holds SET released_at = now() WHERE id = tap.id('$o.hold')$$,
                        '0   0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('legal_holds', 'DELETE', $$DELETE FROM civic.legal_holds WHERE id = tap.id('$o.hold')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('record_tombstones', 'INSERT',
        $$INSERT INTO civic.record_tombstones (organization_id, record_type, record_id, deletion_reason,
        record_sha256) VALUES (tap.id('$o'), 'message', tap.id('$o.answer'), 'x', sha256('x'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('record_tombstones', 'UPDATE', $$UPDATE civic.record_tombstones SET deletion_reason = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('record_tombstones', 'DELETE', $$DELETE FROM civic.record_tombstones$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('currencies', 'INSERT',
        $$INSERT INTO civic.currencies (organization_id, code) VALUES (tap.id('$o'), 'EUR')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 1     42501 42501 42501 1     42501'),
    ('currencies', 'UPDATE',
        $$UPDATE civic.currencies SET exchange_rate = 2 WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     1     0     0     42501 1     42501'),
    ('currencies', 'DELETE',
        $$DELETE FROM civic.currencies$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('clients', 'INSERT',
        $$INSERT INTO civic.clients (organization_id, name, email, created_by)
        VALUES (tap.id('$o'), 'New', 'new@client.example', $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('clients', 'UPDATE',
        $$UPDATE civic.clients SET remarks = 'x' WHERE id = tap.id('$o.client_seller')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('clients', 'DELETE',
        $$DELETE FROM civic.clients WHERE id = tap.id('$o.client_seller')$$,
                        '0       0     0     0     0     0     0     0     23503 0     0     42501 23503 42501'),
    ('deals', 'INSERT',
        $$INSERT INTO civic.deals (organization_id, client_id, amount, payment_method, created_by)
        VALUES (tap.id('$o'), tap.id('$o.client_seller'), 10, 'cash', $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('deals', 'UPDATE',
        $$UPDATE civic.deals SET deal_name = 'x' WHERE id = tap.id('$o.deal_seller')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('deals', 'UPDATE',
        $$UPDATE civic.deals SET verification_status = 'verified' WHERE id = tap.id('$o.deal_seller')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 ZC003 42501'),
    ('deals', 'UPDATE',
        $$UPDATE civic.deals SET payment_status = 'full_payment' WHERE id = tap.id('$o.deal_junior')$$,
                        '0       0     0     0     0     0     0     0     ZC003 0     0     42501 1     42501'),
    ('deals', 'DELETE',
        $$DELETE FROM civic.deals WHERE id = tap.id('$o.deal_spare')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('deals', 'DELETE',
        $$DELETE FROM civic.deals WHERE id = tap.id('$o.deal_seller')$$,
                        '0       0     0     0     0     0     0     0     23503 0     0     42501 23503 42501'),
    ('deal_notes', 'INSERT',
        $$INSERT INTO civic.deal_notes (organization_id, deal_id, note, created_by)
        VALUES (tap.id('$o'), tap.id('$o.deal_seller'), 'x', $me)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('deal_notes', 'UPDATE',
        $$UPDATE civic.deal_notes SET note = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('deal_notes', 'DELETE',
        $$DELETE FROM civic.deal_notes$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('payments', 'INSERT',
        $$INSERT INTO civic.payments (organization_id, deal_id, received_amount, payment_method,
        created_by) VALUES (tap.id('$o'), tap.id('$o.deal_seller'), 10, 'cash', $me)$$,
                        '23503   23503 23503 23503 42501 23503 42501 23503 1     23503 23503 42501 1     42501'),
    ('payments', 'UPDATE',
        $$UPDATE civic.payments SET remarks = 'x' WHERE id = tap.id('$o.payment_open')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('payments', 'UPDATE',
        $$UPDATE civic.payments SET received_amount = 1 WHERE id = tap.id('$o.payment_open')$$,
                        '0       0     0     0     0     0     0     0     ZC004 0     0     42501 ZC004 42501'),
    ('payments', 'UPDATE',
        $$UPDATE civic.payments SET status = 'approved' WHERE id = tap.id('$o.payment_open')$$,
                        '0       0     0     0     0     0     0     0     ZC003 0     0     42501 1     42501'),
    ('payments', 'DELETE',
        $$DELETE FROM civic.payments$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('payment_invoices', 'INSERT',
        $$INSERT INTO civic.payment_invoices (organization_id, payment_id, deal_id, seller_id, invoice_number,
        amount) VALUES (tap.id('$o'), tap.id('$o.payment_open'), tap.id('$o.deal_seller'), $me, 'x', 1)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('payment_invoices', 'UPDATE',
        $$UPDATE civic.payment_invoices SET remarks = 'x' WHERE payment_id = tap.id('$o.payment_open')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('payment_invoices', 'UPDATE',
        $$UPDATE civic.payment_invoices SET status = 'verified'
        WHERE payment_id = tap.id('$o.payment_open')$$,
                        '0       0     0     0     0     0     0     0     ZC003 0     0     42501 1     42501'),
    ('payment_invoices', 'DELETE',
        $$DELETE FROM civic.payment_invoices$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('payment_approvals', 'INSERT',
        $$INSERT INTO civic.payment_approvals (organization_id, payment_id, approver_id)
        VALUES (tap.id('$o'), tap.id('$o.payment_open'), $me)$$,
                        'ZC003   ZC003 ZC003 ZC003 ZC003 23503 42501 ZC003 1     ZC003 ZC003 42501 1     42501'),
    ('payment_approvals', 'UPDATE',
        $$UPDATE civic.payment_approvals SET status = 'under_review', approver_id = $me
        WHERE id = tap.id('$o.approval_open')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 ZC003 42501'),
    ('payment_approvals', 'DELETE',
        $$DELETE FROM civic.payment_approvals$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('payment_refunds', 'INSERT',
        $$INSERT INTO civic.payment_refunds (organization_id, payment_id, amount, payment_method, reason,
        created_by) VALUES (tap.id('$o'), tap.id('$o.payment_paid'), 1, 'cash', 'x', $me)$$,
                        '23503   23503 23503 23503 42501 23503 42501 23503 1     23503 23503 42501 1     42501'),
    ('payment_refunds', 'UPDATE',
        $$UPDATE civic.payment_refunds SET reason = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('payment_refunds', 'DELETE',
        $$DELETE FROM civic.payment_refunds$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('commissions', 'INSERT',
        $$INSERT INTO civic.commissions (organization_id, user_id, start_date, end_date)
        VALUES (tap.id('$o'), tap.id('$o.seller'), '2021-01-01', '2021-01-31')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 1     42501 42501 42501 1     42501'),
    ('commissions', 'UPDATE',
        $$UPDATE civic.commissions SET bonus = 1 WHERE id = tap.id('$o.commission')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('commissions', 'UPDATE',
        $$UPDATE civic.commissions SET status = 'approved' WHERE id = tap.id('$o.commission')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 ZC003 42501'),
    ('commissions', 'UPDATE',
        $$UPDATE civic.commissions SET total_sales = 1 WHERE id = tap.id('$o.commission')$$,
                        '0       0     0     0     0     0     0     0     ZC004 0     0     42501 1     42501'),
    ('commissions', 'DELETE',
        $$DELETE FROM civic.commissions WHERE id = tap.id('$o.commission')$$,
                        '0       0     0     0     0     0     0     0     1     0     0     42501 1     42501'),
    ('daily_streaks', 'INSERT',
        $$INSERT INTO civic.daily_streaks (organization_id, user_id, day)
        VALUES (tap.id('$o'), $me, '2020-01-01')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('daily_streaks', 'UPDATE',
        $$UPDATE civic.daily_streaks SET streak_value = 5$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('daily_streaks', 'DELETE',
        $$DELETE FROM civic.daily_streaks$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('notification_settings', 'DELETE',
        $$DELETE FROM civic.notification_settings WHERE organization_id = tap.id('$o')$$,
                        '0       1     0     0     0     0     0     0     0     0     0     42501 2     42501'),
    -- Nobody writes messages by hand, and nobody but their person marks them as read; an auditor writes nothing.
    ('notifications', 'INSERT', $$INSERT INTO civic.notifications (organization_id, recipient_id, type, category, title,
        message) VALUES (tap.id('$o'), $me, 'system_alert', 'system', 'x', 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('notifications', 'UPDATE', $$UPDATE civic.notifications SET read_at = now() WHERE organization_id = tap.id('$o')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 3     42501'),
    ('notifications', 'UPDATE', $$UPDATE civic.notifications SET title = 'x' WHERE organization_id = tap.id('$o')$$,
                        'no      no    no    no    no    no    no    no    no    no    no    42501 no    42501'),
    ('notifications', 'DELETE', $$DELETE FROM civic.notifications WHERE organization_id = tap.id('$o')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 3     42501'),
    ('outbox', 'INSERT', $$INSERT INTO civic.outbox (organization_id, notification_id, channel, priority)
        VALUES (tap.id('$o'), tap.id('$o.message.citizen'), 'sms', 'low')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('outbox', 'UPDATE', $$UPDATE civic.outbox SET attempts = 9$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('outbox', 'DELETE', $$DELETE FROM civic.outbox$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('appeals', 'INSERT', $$INSERT INTO civic.appeals (organization_id, report_id, ordinal, appeal_type, reason)
        VALUES (tap.id('$o'), tap.id('$o.own_citizen'), 2, 'classification', 'It is not so.')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('appeals', 'UPDATE', $$UPDATE civic.appeals SET status = 'withdrawn' WHERE id = tap.id('$o.appeal.own_citizen')$$,
                        '1       0     0     0     0     ZC003 ZC003 0     0     0     0     42501 ZC003 42501'),
    ('appeals', 'UPDATE', $$UPDATE civic.appeals SET status = 'under_review'
        WHERE id = tap.id('$o.appeal.own_citizen')$$,
                        'ZC003   0     0     0     0     1     1     0     0     0     0     42501 ZC003 42501'),
    ('appeals', 'DELETE', $$DELETE FROM civic.appeals$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('feedbacks', 'INSERT', $$INSERT INTO civic.feedbacks (organization_id, report_id, rating, satisfaction_level)
        VALUES (tap.id('$o'), tap.id('$o.pub_open'), 5, 'satisfied')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('feedbacks', 'UPDATE', $$UPDATE civic.feedbacks SET comment = 'x' WHERE id = tap.id('$o.feedback.priv_done')$$,
                        '0       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('feedbacks', 'DELETE', $$DELETE FROM civic.feedbacks$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('resolution_confirmations', 'INSERT', $$INSERT INTO civic.resolution_confirmations (organization_id, report_id,
        resolved_at, is_confirmed) VALUES (tap.id('$o'), tap.id('$o.pub_open'), now(), true)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('resolution_confirmations', 'UPDATE', $$UPDATE civic.resolution_confirmations SET is_confirmed = false$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('resolution_confirmations', 'DELETE', $$DELETE FROM civic.resolution_confirmations$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('reputation_events', 'INSERT', $$INSERT INTO civic.reputation_events (organization_id, user_id, points, reason)
        VALUES (tap.id('$o'), $me, 100, 'adjusted')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('reputation_events', 'UPDATE', $$UPDATE civic.reputation_events SET points = 100$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('reputation_events', 'DELETE', $$DELETE FROM civic.reputation_events$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('report_validations', 'INSERT', $$INSERT INTO civic.report_validations (organization_id, report_id, user_id, vote,
        weight) VALUES (tap.id('$o'), tap.id('$o.pub_open'), $me, 'valid', 3)$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('report_validations', 'UPDATE', $$UPDATE civic.report_validations SET weight = 3$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('report_validations', 'DELETE', $$DELETE FROM civic.report_validations$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('officer_metrics', 'INSERT', $$INSERT INTO civic.officer_metrics (organization_id, officer_id, period_start,
        period_end)
        VALUES (tap.id('$o'), $me, '2021-01-01', '2021-01-02')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('officer_metrics', 'UPDATE', $$UPDATE civic.officer_metrics SET resolution_rate = 100$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('officer_metrics', 'DELETE', $$DELETE FROM civic.officer_metrics$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sync_action_types', 'INSERT', $$INSERT INTO civic.sync_action_types VALUES ('x1', 'civic.x', 'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sync_action_types', 'UPDATE', $$UPDATE civic.sync_action_types SET handler = 'civic.x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sync_action_types', 'DELETE', $$DELETE FROM civic.sync_action_types$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sync_field_policies', 'INSERT', $$INSERT INTO civic.sync_field_policies VALUES (tap.id('$o'), 'task', 'priority',
        'server')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('sync_field_policies', 'UPDATE', $$UPDATE civic.sync_field_policies SET policy = 'server'
        WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('sync_field_policies', 'DELETE', $$DELETE FROM civic.sync_field_policies WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('client_sync_states', 'INSERT', $$INSERT INTO civic.client_sync_states (organization_id, user_id, device_id)
        VALUES (tap.id('$o'), $me, 'new')$$,
                        '1       1     1     1     42501 1     1     1     1     1     42501 42501 1     42501'),
    ('client_sync_states', 'INSERT', $$INSERT INTO civic.client_sync_states (organization_id, user_id, device_id)
        VALUES (tap.id('$o'), tap.id('$o.officer3'), 'new')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('client_sync_states', 'UPDATE', $$UPDATE civic.client_sync_states SET sync_version = 7
        WHERE user_id = tap.id('$o.citizen')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('client_sync_states', 'DELETE', $$DELETE FROM civic.client_sync_states$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('offline_actions', 'INSERT', $$INSERT INTO civic.offline_actions (organization_id, user_id, device_id, client_id,
        action_type, payload) VALUES (tap.id('$o'), $me, 'phone', 'new', 'create_report', '{}')$$,
                        '1       1     1     1     42501 1     1     1     1     1     42501 42501 1     42501'),
    ('offline_actions', 'INSERT', $$INSERT INTO civic.offline_actions (organization_id, user_id, device_id, client_id,
        action_type, payload) VALUES (tap.id('$o'), tap.id('$o.officer3'), 'phone', 'new', 'create_report', '{}')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('offline_actions', 'UPDATE', $$UPDATE civic.offline_actions SET message = 'x' WHERE user_id =
        tap.id('$o.citizen')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('offline_actions', 'DELETE', $$DELETE FROM civic.offline_actions$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('sync_conflicts', 'INSERT', $$INSERT INTO civic.sync_conflicts (organization_id, user_id, action_id, device_id,
        entity_type, entity_id, base_version, client_version, server_version) VALUES (tap.id('$o'), $me,
        tap.id('$o.action.citizen'), 'phone', 'task', tap.id('$o'), '{}', '{}', '{}')$$,
                        '1       1     1     1     42501 1     1     1     1     1     42501 42501 1     42501'),
    ('sync_conflicts', 'UPDATE', $$UPDATE civic.sync_conflicts SET resolution_strategy = 'merge', resolved_at = now(),
        resolved_data = '{}' WHERE user_id = tap.id('$o.citizen')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 1     42501'),
    ('sync_conflicts', 'DELETE', $$DELETE FROM civic.sync_conflicts$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_checkpoints', 'INSERT', $$INSERT INTO civic.audit_checkpoints (size, root, note) VALUES (9, sha256('x'),
        'x')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_checkpoints', 'UPDATE', $$UPDATE civic.audit_checkpoints SET note = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('audit_checkpoints', 'DELETE', $$DELETE FROM civic.audit_checkpoints$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('archived_reports', 'INSERT', $$INSERT INTO civic.archived_reports (organization_id, id) VALUES (tap.id('$o'),
        tap.id('$o.new'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('archived_reports', 'UPDATE', $$UPDATE civic.archived_reports SET title = 'x'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('archived_reports', 'DELETE', $$DELETE FROM civic.archived_reports$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('area_subscriptions', 'INSERT', $$INSERT INTO civic.area_subscriptions (organization_id, user_id, name, area_kind,
        area_code) VALUES (tap.id('$o'), $me, 'Home', 'ward', '1')$$,
                        '1       1     1     1     42501 1     1     1     1     1     42501 42501 1     42501'),
    ('area_subscriptions', 'INSERT', $$INSERT INTO civic.area_subscriptions (organization_id, user_id, name, area_kind,
        area_code) VALUES (tap.id('$o'), tap.id('$o.officer2'), 'Home', 'ward', '1')$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 1     42501'),
    ('area_subscriptions', 'UPDATE', $$UPDATE civic.area_subscriptions SET name = 'x'
        WHERE organization_id = tap.id('$o')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 2     42501'),
    ('area_subscriptions', 'DELETE', $$DELETE FROM civic.area_subscriptions WHERE organization_id = tap.id('$o')$$,
                        '1       0     0     0     0     0     0     0     0     0     0     42501 2     42501'),
    ('service_attributes', 'INSERT', $$INSERT INTO civic.service_attributes (organization_id, category, code, position,
        question) VALUES (tap.id('$o'), 'roads', 'NEW', 2, 'New?')$$,
                        '42501   42501 42501 42501 42501 1     1     42501 42501 42501 42501 42501 1     42501'),
    ('service_attributes', 'UPDATE', $$UPDATE civic.service_attributes SET question = 'x'
        WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('service_attributes', 'DELETE', $$DELETE FROM civic.service_attributes WHERE organization_id = tap.id('$o')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    ('open311_keys', 'INSERT', $$INSERT INTO civic.open311_keys (organization_id, name, user_id)
        VALUES (tap.id('$o'), 'New', tap.id('$o.citizen'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('open311_keys', 'UPDATE', $$UPDATE civic.open311_keys SET is_active = false WHERE id = tap.id('$o.open311_key')$$,
                        '0       0     0     0     0     1     1     0     0     0     0     42501 1     42501'),
    -- Whose account it is stays: who changed it would file in another's name.
    ('open311_keys', 'UPDATE', $$UPDATE civic.open311_keys SET user_id = tap.id('$o.admin')
        WHERE id = tap.id('$o.open311_key')$$,
                        '0       0     0     0     0     ZC004 ZC004 0     0     0     0     42501 ZC004 42501'),
    ('open311_keys', 'DELETE', $$DELETE FROM civic.open311_keys$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('open311_requests', 'INSERT', $$INSERT INTO civic.open311_requests (organization_id, user_id, category,
        content_sha256) VALUES (tap.id('$o'), $me, 'roads', sha256('3'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('open311_requests', 'UPDATE', $$UPDATE civic.open311_requests SET report_id = NULL$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('open311_requests', 'DELETE', $$DELETE FROM civic.open311_requests$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('open311_updates', 'INSERT', $$INSERT INTO civic.open311_updates (organization_id, user_id, update_id, report_id,
        status, said_at, description, content_sha256) VALUES (tap.id('$o'), $me, '3', tap.id('$o.pub_open'), 'OPEN',
        now(), 'x', sha256('3'))$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('open311_updates', 'UPDATE', $$UPDATE civic.open311_updates SET status = 'FIXED'$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501'),
    ('open311_updates', 'DELETE', $$DELETE FROM civic.open311_updates$$,
                        '42501   42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501 42501');

CREATE FUNCTION tap.statement(text, organization text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace($1, '$o', organization), '$me',
        format('coalesce(civic.current_user_id(), tap.id(''%s.clerk''))', organization))
$$;
-- Refused: nothing was touched, or the refusal says so.
CREATE FUNCTION tap.refused(outcome text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT outcome IN ('0', '42501', 'ZC003', 'ZC004', 'ZC007')
$$;

SELECT CASE e.outcome
    WHEN 'no' THEN ok(tap.refused(r.outcome), format('%s may not %s %s: %s -- %s', c.name, m.command, m.tbl, r.outcome,
        regexp_replace(m.statement, '\s+', ' ', 'g')))
    ELSE is(r.outcome, e.outcome, format('%s: %s %s gives %s -- %s', c.name, m.command, m.tbl, e.outcome,
        regexp_replace(m.statement, '\s+', ' ', 'g'))) END
FROM tap.matrix AS m
CROSS JOIN LATERAL regexp_split_to_table(m.expected, ' +') WITH ORDINALITY AS e (outcome, place)
JOIN tap.columns AS c ON c.place = e.place
CROSS JOIN LATERAL tap.attempt('a.' || c.name, tap.statement(m.statement, 'a')) AS r (outcome)
ORDER BY m.place, c.place;

SELECT set_eq(
    $$SELECT c.relname::text, x.command FROM pg_class AS c, (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS x (command)
        WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition$$,
    $$SELECT DISTINCT m.tbl, m.command FROM tap.matrix AS m$$, 'the matrix holds every table and command');

-- 4. The other organization does not exist: nothing of it is seen, and the same statements touch nothing of it.
SELECT is(
    tap.value('a.' || a.name, format('SELECT count(*) FROM civic.%I WHERE %I = tap.id(''b'')', t.name,
        CASE t.name WHEN 'organizations' THEN 'id' ELSE 'organization_id' END)),
    CASE WHEN has_table_privilege(x.db_role, t.oid, 'SELECT') THEN '0' ELSE '42501' END,
    format('%s sees nothing of the other organization in %s', a.name, t.name))
FROM tap.columns AS a
JOIN tap.actors AS x ON x.name = 'a.' || a.name
CROSS JOIN (SELECT c.oid, c.relname AS name FROM pg_class AS c
    WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT tap.is_shared(c.oid)) AS t
ORDER BY t.name, a.place;

SELECT ok(r.outcome !~ '^[1-9][0-9]{0,3}$', format('%s cannot %s %s of the other organization: %s -- %s',
    c.name, m.command, m.tbl, r.outcome, regexp_replace(m.statement, '\s+', ' ', 'g')))
FROM tap.matrix AS m
CROSS JOIN tap.columns AS c
CROSS JOIN LATERAL tap.attempt('a.' || c.name, tap.statement(m.statement, 'b')) AS r (outcome)
WHERE m.statement LIKE '%$o%'
ORDER BY m.place, c.place;

-- Nor can a row be carried over: no UPDATE moves one's own rows to the other organization.
SELECT ok(r.outcome !~ '^[1-9][0-9]{0,3}$', format('%s cannot move rows of %s to the other organization: %s', a.name,
    t.name,
    r.outcome))
FROM tap.columns AS a
CROSS JOIN (SELECT c.oid, c.relname AS name FROM pg_class AS c
    WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p')
        AND c.relname <> 'organizations' AND NOT tap.is_shared(c.oid)) AS t
CROSS JOIN LATERAL tap.attempt('a.' || a.name, format('UPDATE civic.%I SET organization_id = tap.id(''b'')', t.name))
    AS r (outcome)
WHERE a.name IN ('admin', 'super_admin', 'org_admin', 'moderator', 'service')
ORDER BY t.name, a.place;

-- 5. No identity, no rows: whatever the database role.
SELECT is(
    tap.value(a.name, format('SELECT count(*) FROM civic.%I', t.name)),
    CASE WHEN has_table_privilege(a.db_role, t.oid, 'SELECT') THEN '0' ELSE '42501' END,
    format('%s without an identity sees nothing of %s', a.db_role, t.name))
FROM tap.actors AS a
CROSS JOIN (SELECT c.oid, c.relname AS name FROM pg_class AS c
    WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p')) AS t
WHERE a.name LIKE 'none.%'
ORDER BY t.name, a.name;

SELECT ok(r.outcome !~ '^[1-9][0-9]{0,3}$', format('%s without an identity cannot %s %s: %s -- %s', a.db_role,
    m.command,
    m.tbl, r.outcome, regexp_replace(m.statement, '\s+', ' ', 'g')))
FROM tap.matrix AS m
CROSS JOIN tap.actors AS a
CROSS JOIN LATERAL tap.attempt(a.name, tap.statement(m.statement, 'a')) AS r (outcome)
WHERE a.name LIKE 'none.%'
ORDER BY m.place, a.name;

-- The internal tables are closed to all.
SELECT is(tap.value(a.name, format('SELECT count(*) FROM %s', t.oid::regclass)), '42501',
    format('%s cannot read %s', a.name, t.oid::regclass))
FROM tap.actors AS a
CROSS JOIN (SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'civic_private'::regnamespace AND c.relkind IN ('r',
    'p'))
    AS t
WHERE a.name LIKE 'a.%' OR a.name LIKE 'none.%'
ORDER BY t.oid::regclass::text, a.name;

SELECT * FROM finish();
ROLLBACK;
