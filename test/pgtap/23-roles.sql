-- The civic ladder, roles of an organization's own, and attempts to rise by them.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- A second super administrator, who acts on the others.
INSERT INTO civic.users (organization_id, id, phone, full_name) VALUES (tap.id('a'), tap.id('a.boss'), '+919000000555',
    'boss');
INSERT INTO civic.user_roles (organization_id, user_id, role_id) VALUES (tap.id('a'), tap.id('a.boss'),
    tap.role('super_admin'));
INSERT INTO tap.actors VALUES ('a.boss', NULL, 'civic_user', tap.id('a')::text, tap.id('a.boss')::text);

-- What changing a role comes to: the history it leaves, or the SQLSTATE.
CREATE FUNCTION tap.change(actor text, person text, role text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
    result text;
BEGIN
    SELECT count(*) INTO before FROM civic.role_history;
    PERFORM tap.become(actor);
    PERFORM civic.change_role(tap.id('a.' || person), role, 'because');
    PERFORM tap.unbecome();
    SELECT CASE count(*) - before WHEN 0 THEN 'no history' WHEN 1 THEN (
        SELECT concat_ws(' ', h.old_role, '>', h.new_role, 'by', n.name, h.reason, h.automatic)
        FROM civic.role_history AS h LEFT JOIN tap.names AS n ON n.id = h.changed_by ORDER BY h.id DESC LIMIT 1)
        ELSE 'too much history' END
    INTO result FROM civic.role_history;
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = result;
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'TAP00' THEN SQLERRM ELSE SQLSTATE END;
END
$$;
INSERT INTO tap.names VALUES (tap.id('a.boss'), 'boss');

-- 1. The ladder, by a super administrator who may give every role: rows are what a person is, columns what they become.
CREATE TABLE tap.ladder (place integer PRIMARY KEY, code text, person text);
INSERT INTO tap.ladder VALUES (1, 'citizen', 'citizen'), (2, 'contributor', 'contributor'),
    (3, 'moderator', 'moderator'),
    (4, 'nodal_officer', 'officer'), (5, 'auditor', 'auditor'), (6, 'admin', 'admin'),
    (7, 'super_admin', 'super_admin');

SELECT is(tap.change('a.boss', f.person, t.code),
    CASE e.outcome WHEN 'y' THEN format('%s > %s by boss because f', f.code,
        t.code) WHEN '=' THEN 'no history' ELSE 'ZC007' END,
    format('from %s to %s', f.code, t.code))
FROM (VALUES
    --                citizen contr moder offcr audit admin super
    ('citizen',       '=       y     y     y     -     -     -'),
    ('contributor',   '-       =     y     y     -     -     -'),
    ('moderator',     '-       -     =     y     -     y     -'),
    ('nodal_officer', '-       -     -     =     -     y     -'),
    ('auditor',       '-       -     -     -     =     -     -'),
    ('admin',         '-       -     -     -     y     =     y'),
    ('super_admin',   '-       -     -     -     -     y     =')
) AS m (code, row)
CROSS JOIN LATERAL regexp_split_to_table(m.row, ' +') WITH ORDINALITY AS e (outcome, place)
JOIN tap.ladder AS f ON f.code = m.code
JOIN tap.ladder AS t ON t.place = e.place
ORDER BY f.place, t.place;

SELECT bag_eq(
    $$SELECT t.from_status, t.to_status FROM civic.workflow_transitions AS t WHERE t.workflow = 'role' AND t.is_enabled
        AND t.organization_id = '00000000-0000-0000-0000-000000000000'$$,
    $$VALUES ('citizen', 'contributor'), ('citizen', 'moderator'), ('citizen', 'nodal_officer'), ('contributor',
        'moderator'),
        ('contributor', 'nodal_officer'), ('moderator', 'nodal_officer'), ('moderator', 'admin'),
        ('nodal_officer', 'admin'),
        ('admin', 'auditor'), ('admin', 'super_admin'), ('super_admin', 'admin')$$,
    'the rules of workflow role are these eleven');

-- The jobs are bound to the ladder as well.
SELECT is(tap.change('a.service', 'citizen', 'contributor'), 'citizen > contributor by because t',
    'a job promotes, automatically');
SELECT is(tap.change('a.service', 'citizen', 'admin'), 'ZC007', 'a job cannot skip the ladder');
SELECT is(tap.change('a.service', 'moderator', 'citizen'), 'ZC007', 'a job cannot go down it');

-- Who may do it.
SELECT is(tap.change('a.' || x.actor, x.person, x.role), x.outcome, format('%s makes %s %s', x.actor, x.person, x.role))
FROM (VALUES
    ('admin', 'citizen', 'contributor', 'citizen > contributor by admin because f'),
    ('admin', 'citizen', 'moderator', 'citizen > moderator by admin because f'),
    ('admin', 'contributor', 'nodal_officer', 'contributor > nodal_officer by admin because f'),
    ('admin', 'nobody', 'citizen', '> citizen by admin because f'),
    ('admin', 'moderator', 'admin', 'ZC007'),
    ('admin', 'admin', 'super_admin', 'ZC007'),
    ('admin', 'admin', 'auditor', 'ZC007'),
    ('admin', 'super_admin', 'admin', 'ZC007'),
    ('admin', 'nobody', 'super_admin', 'ZC007'),
    ('moderator', 'citizen', 'contributor', 'ZC007'),
    ('moderator', 'moderator', 'admin', 'ZC007'),
    ('officer', 'citizen', 'contributor', 'ZC007'),
    ('auditor', 'citizen', 'contributor', 'ZC007'),
    ('citizen', 'citizen', 'contributor', 'ZC007'),
    ('org_admin', 'citizen', 'contributor', 'ZC007'),
    ('org_admin', 'org_admin', 'admin', 'ZC007'),
    ('nobody', 'nobody', 'citizen', 'ZC007'),
    ('inactive', 'inactive', 'contributor', 'ZC007'),
    ('super_admin', 'super_admin', 'admin', 'super_admin > admin by super_admin because f'),
    ('super_admin', 'nobody', 'admin', '> admin by super_admin because f'),
    ('super_admin', 'citizen', 'nosuch', '42704'),
    ('super_admin', 'citizen', 'clerk', '22023')
) AS x (actor, person, role, outcome);
SELECT is(tap.attempt('a.super_admin', format('SELECT civic.change_role(%L, ''citizen'')', tap.id('b.nobody'))),
    '23503',
    'a person of another organization is not found');
SELECT is(tap.attempt('a.super_admin', format('SELECT civic.change_role(%L, ''contributor'')', tap.id('b.citizen'))),
    '23503',
    'nor one who has a role there');
SELECT is(tap.attempt(a.name, format('SELECT civic.change_role(%L, ''contributor'')', tap.id('a.citizen'))), '42501',
    format('%s cannot call change_role()', a.name))
FROM (VALUES ('a.anon'), ('a.db_auditor'), ('none.anon')) AS a (name);

-- The same rules hold for a write to the table.
SELECT is(tap.attempt('a.'
    || x.actor, format('UPDATE civic.user_roles SET role_id = tap.role(%L) WHERE user_id = tap.id(%L)'
    ' AND family = ''civic''', x.role, 'a.' || x.person)), x.outcome, format('%s writes %s for %s', x.actor, x.role,
        x.person))
FROM (VALUES
    ('admin', 'citizen', 'moderator', '1'), ('admin', 'citizen', 'super_admin', 'ZC007'),
    ('admin', 'citizen', 'admin', 'ZC007'),
    ('admin', 'admin', 'super_admin', 'ZC007'), ('boss', 'citizen', 'admin', 'ZC007'),
    ('boss', 'moderator', 'citizen', 'ZC007'),
    ('boss', 'admin', 'super_admin', '1'), ('moderator', 'citizen', 'contributor', '0'),
    ('org_admin', 'citizen', 'contributor', 'ZC007')
) AS x (actor, person, role, outcome);
SELECT is(tap.attempt('a.boss', format('UPDATE civic.user_roles SET user_id = %L WHERE user_id = %L',
    tap.id('a.nobody'),
    tap.id('a.admin'))), 'ZC007', 'a role is not moved to another person');
SELECT is(tap.attempt('a.boss', format('DELETE FROM civic.user_roles WHERE user_id = %L', tap.id('a.citizen'))),
    'ZC007',
    'a role of the ladder is changed, not taken');
SELECT is(tap.attempt('a.boss',
    format('INSERT INTO civic.user_roles (user_id, role_id) VALUES (%L, tap.role(''moderator''))',
    tap.id('a.citizen'))), '23505', 'a person has one role of the ladder');
SELECT is(tap.attempt('a.boss',
    format('INSERT INTO civic.user_roles (user_id, role_id, family) VALUES (%L, tap.role(''moderator''),'
    ' ''custom'')', tap.id('a.citizen'))), '23505', 'also when the family is written otherwise');
SELECT is(tap.steps('a.boss', format('UPDATE civic.user_roles SET family = ''custom'' WHERE user_id = %L',
    tap.id('a.citizen')),
    format('SELECT family FROM civic.user_roles WHERE user_id = %L', tap.id('a.citizen'))), 'civic',
        'the family is that of the role');
SELECT is(tap.steps('a.admin',
    format('INSERT INTO civic.user_roles (user_id, role_id, assigned_by) VALUES (%L, tap.role(''clerk''), %L)',
    tap.id('a.nobody'), tap.id('a.boss')),
    format('SELECT n.name FROM civic.user_roles AS r JOIN tap.names AS n ON n.id = r.assigned_by WHERE r.user_id = %L',
        tap.id('a.nobody'))), 'admin', 'who gave a role cannot be made up');

-- 2. The last administrator. Organization b has an admin and a super administrator; the latter goes.
SELECT lives_ok($$UPDATE civic.users SET status = 'inactive' WHERE id = tap.id('b.super_admin')$$,
    'an administrator may go while there is another');
SELECT is(tap.attempt(x.actor, x.statement), x.outcome, x.label)
FROM (VALUES
    ('b.service', $$UPDATE civic.users SET status = 'inactive' WHERE id = tap.id('b.admin')$$, 'ZC007',
        'the last one is not deactivated by a job'),
    ('b.service', $$UPDATE civic.users SET status = 'suspended' WHERE id = tap.id('b.admin')$$, 'ZC007',
        'not suspended'),
    ('b.service', $$UPDATE civic.users SET status = 'pending' WHERE id = tap.id('b.admin')$$, 'ZC007',
        'not made pending'),
    ('b.service', $$UPDATE civic.users SET status = 'invited' WHERE id = tap.id('b.admin')$$, 'ZC007',
        'not made invited'),
    ('b.admin', $$UPDATE civic.users SET status = 'inactive' WHERE id = tap.id('b.admin')$$, 'ZC007',
        'not by themselves'),
    ('b.moderator', $$SELECT civic.set_user_status(tap.id('b.admin'), 'suspended')$$, 'ZC007', 'not by a moderator'),
    ('b.service', $$SELECT civic.set_user_status(tap.id('b.admin'), 'suspended')$$, 'ZC007',
        'not by set_user_status() of a job'),
    ('b.service', $$SELECT civic.change_role(tap.id('b.admin'), 'auditor')$$, 'ZC007', 'not demoted by a job'),
    ('b.service', $$UPDATE civic.user_roles SET role_id = tap.role('auditor') WHERE user_id = tap.id('b.admin')$$,
        'ZC007',
        'not demoted in the table'),
    ('b.service', $$DELETE FROM civic.user_roles WHERE user_id = tap.id('b.admin')$$, 'ZC007', 'the role is not taken'),
    ('b.service', $$SELECT civic.take_role(tap.id('b.admin'), 'admin')$$, 'ZC007', 'not by take_role()'),
    ('b.service', $$SELECT civic.change_role(tap.id('b.admin'), 'super_admin')$$, '1', 'but may be promoted'),
    ('b.service', $$UPDATE civic.users SET full_name = 'x' WHERE id = tap.id('b.admin')$$, '1', 'and be renamed'),
    ('b.service', $$DELETE FROM civic.user_roles WHERE user_id = tap.id('b.citizen')$$, '1',
        'others may lose their role'),
    ('b.service', $$DELETE FROM civic.user_roles WHERE user_id = tap.id('b.super_admin')$$, '1',
        'also an inactive administrator')
) AS x (actor, statement, outcome, label);
SELECT throws_ok($$UPDATE civic.users SET status = 'inactive' WHERE id = tap.id('b.admin')$$, 'ZC007', NULL,
    'not by a superuser either');
SELECT throws_ok($$DELETE FROM civic.users WHERE id = tap.id('b.admin')$$, '23503', NULL,
    'a person is not deleted, by nobody');
UPDATE civic.users SET status = 'active' WHERE id = tap.id('b.super_admin');
SELECT is(tap.attempt('b.service', $$UPDATE civic.users SET status = 'inactive' WHERE id IN (tap.id('b.admin'),
    tap.id('b.super_admin'))$$),
    'ZC007', 'both administrators in one statement: the second is the last');

-- 3. Built-in roles stay as they are, also for a superuser.
SELECT throws_ok(s.statement, 'ZC007', NULL, s.statement)
FROM (VALUES
    ($$UPDATE civic.roles SET code = 'resident' WHERE code = 'citizen'$$),
    ($$UPDATE civic.roles SET level = 7 WHERE id = tap.role('citizen')$$),
    ($$UPDATE civic.roles SET level = 0, family = 'custom' WHERE id = tap.role('citizen')$$),
    ($$UPDATE civic.roles SET organization_id = tap.id('a'), is_system = false, family = 'custom', level = 0
        WHERE id = tap.role('clerk')$$),
    ($$DELETE FROM civic.roles WHERE id = tap.role('verifier')$$)
) AS s (statement);

-- 4. Roles of an organization's own.
SELECT is(tap.attempt('a.' || x.actor, x.statement), x.outcome, format('%s: %s', x.actor, x.label))
FROM (VALUES
    ('admin', 'a role of one''s own', $$INSERT INTO civic.roles (code, name) VALUES ('helper', 'Helper')$$, '1'),
    ('admin', 'a built-in role cannot be added', $$INSERT INTO civic.roles (code, name, is_system) VALUES ('helper',
        'Helper', true)$$, '23514'),
    ('admin', 'nor one of the ladder', $$INSERT INTO civic.roles (code, name, family, level) VALUES ('helper', 'Helper',
        'civic', 7)$$, '23514'),
    ('admin', 'nor one with a level', $$INSERT INTO civic.roles (code, name, level) VALUES ('helper', 'Helper', 7)$$,
        '23514'),
    ('admin', 'nor one of the ladder that is built in', $$INSERT INTO civic.roles (code, name, family, level, is_system)
        VALUES ('helper', 'Helper', 'civic', 7, true)$$, '23514'),
    ('admin', 'nor one of the organization of zeroes', $$INSERT INTO civic.roles (organization_id, code, name,
        is_system)
        VALUES ('00000000-0000-0000-0000-000000000000', 'helper', 'Helper', true)$$, '42501'),
    ('admin', 'nor one of another organization', $$INSERT INTO civic.roles (organization_id, code, name)
        VALUES (tap.id('b'), 'helper', 'Helper')$$, '42501'),
    ('admin', 'a role cannot be lifted to the ladder', $$UPDATE civic.roles SET level = 7, family = 'civic'
        WHERE id = tap.id('a.spare')$$, '23514'),
    ('admin', 'a role cannot be made built in', $$UPDATE civic.roles SET is_system = true
        WHERE id = tap.id('a.spare')$$, '23514'),
    ('admin', 'a role cannot be given away', $$UPDATE civic.roles SET organization_id = tap.id('b')
        WHERE id = tap.id('a.spare')$$, '42501'),
    ('admin', 'a permission one holds', $$INSERT INTO civic.role_permissions (role_id, permission_code)
        VALUES (tap.id('a.spare'), 'assign:moderator')$$, '1'),
    ('admin', 'a permission one lacks', $$INSERT INTO civic.role_permissions (role_id, permission_code)
        VALUES (tap.id('a.spare'), 'system:admin')$$, '42501'),
    ('admin', 'another one lacks', $$INSERT INTO civic.role_permissions (role_id, permission_code)
        VALUES (tap.id('a.spare'), 'assign:super_admin')$$, '42501'),
    ('org_admin', 'a permission one lacks', $$INSERT INTO civic.role_permissions (role_id, permission_code)
        VALUES (tap.id('a.spare'), 'read:private_report')$$, '42501'),
    ('boss', 'a permission one holds', $$INSERT INTO civic.role_permissions (role_id, permission_code)
        VALUES (tap.id('a.spare'), 'system:admin')$$, '1'),
    ('admin', 'a permission for a built-in role', $$INSERT INTO civic.role_permissions (organization_id, role_id,
        permission_code)
        VALUES ('00000000-0000-0000-0000-000000000000', tap.role('admin'), 'manage:settings')$$, '42501'),
    ('admin', 'a built-in role as one of one''s own', $$INSERT INTO civic.role_permissions (role_id, permission_code)
        VALUES (tap.role('admin'), 'manage:settings')$$, '23503'),
    ('org_admin', 'gives a role of the organization', $$SELECT civic.give_role(tap.id('a.nobody'), 'inspector')$$, '1'),
    ('org_admin', 'gives it twice', $$SELECT civic.give_role(tap.id('a.neighbour'), 'inspector')$$, '23505'),
    ('org_admin', 'gives a role of the other organization''s person',
        $$SELECT civic.give_role(tap.id('b.nobody'), 'inspector')$$, '23503'),
    ('org_admin', 'gives a role that is not theirs to give', $$SELECT civic.give_role(tap.id('a.nobody'), 'clerk')$$,
        'ZC007'),
    ('citizen', 'gives themselves a role', $$SELECT civic.give_role(tap.id('a.citizen'), 'inspector')$$, 'ZC007'),
    ('citizen', 'takes a role', $$SELECT civic.take_role(tap.id('a.neighbour'), 'inspector')$$, 'ZC007'),
    ('admin', 'gives a role that is not there', $$SELECT civic.give_role(tap.id('a.nobody'), 'nosuch')$$, '42704')
) AS x (actor, label, statement, outcome);
SELECT is(tap.value('a.org_admin', $$SELECT civic.take_role(tap.id('a.neighbour'), 'inspector')$$), 'true',
    'a role is taken');
SELECT is(tap.value('a.org_admin', $$SELECT civic.take_role(tap.id('a.nobody'), 'inspector')$$), 'false',
    'there was none');
SELECT is(tap.attempt('a.boss', $$SELECT civic.take_role(tap.id('a.citizen'), 'citizen')$$), 'ZC007',
    'not one of the ladder');
SELECT is(tap.steps('a.org_admin', $$SELECT civic.give_role(tap.id('a.nobody'), 'inspector', 'needed')$$,
    $$SELECT set_config('role', 'none', true)$$,
    $$SELECT concat_ws(' ', h.old_role, '>', h.new_role, n.name, h.reason, h.automatic) FROM civic.role_history AS h
        JOIN tap.names AS n ON n.id = h.changed_by WHERE h.user_id = tap.id('a.nobody')$$),
    '> inspector org_admin needed f', 'a role given is in the history');
SELECT is(tap.steps('a.org_admin', $$SELECT civic.take_role(tap.id('a.neighbour'), 'inspector')$$,
    $$SELECT set_config('role', 'none', true)$$,
    $$SELECT concat_ws(' ', h.old_role, '>', h.new_role, n.name) FROM civic.role_history AS h
        JOIN tap.names AS n ON n.id = h.changed_by WHERE h.user_id = tap.id('a.neighbour') AND h.new_role IS NULL$$),
    'inspector > org_admin', 'a role taken is in the history');
SELECT throws_ok(s.statement, 'ZC004', NULL, s.statement)
FROM (VALUES ($$UPDATE civic.role_history SET reason = 'x'$$), ($$DELETE FROM civic.role_history$$),
    ($$TRUNCATE civic.role_history$$), ($$UPDATE civic.status_history SET changed_by = NULL, reason = 'x'$$),
    ($$DELETE FROM civic.status_history$$), ($$TRUNCATE civic.status_history$$)) AS s (statement);

-- 5. Attempts to rise. The last statement asks for the level or the permission won; it must be what it was.
SELECT is(tap.steps('a.' || x.actor, VARIADIC x.statements), x.outcome, format('%s: %s', x.actor, x.label))
FROM (VALUES
    -- Roles are told apart by their code; one of the organization's own must not stand for a built-in one.
    ('admin', 'roles called super_admin and admin, which one may give', ARRAY[
        $$INSERT INTO civic.roles (code, name) VALUES ('super_admin', 'Mine'), ('admin', 'Mine too')$$,
        $$SELECT civic.change_role(civic.current_user_id(), 'super_admin')$$,
        $$SELECT civic.current_role_level()$$], 'ZC007'),
    ('org_admin', 'a role called super_admin, which one may give', ARRAY[
        $$INSERT INTO civic.roles (code, name) VALUES ('super_admin', 'Mine')$$,
        $$SELECT civic.change_role(civic.current_user_id(), 'super_admin')$$,
        $$SELECT civic.current_role_level()$$], 'ZC007'),
    ('org_admin', 'a role called admin, and a row of the built-in one', ARRAY[
        $$INSERT INTO civic.roles (code, name) VALUES ('admin', 'Mine')$$,
        $$INSERT INTO civic.user_roles (user_id, role_id) VALUES (civic.current_user_id(), tap.role('admin'))$$,
        $$SELECT civic.current_role_level()$$], 'ZC007'),
    ('org_admin', 'a role called admin, given by name', ARRAY[
        $$INSERT INTO civic.roles (code, name) VALUES ('admin', 'Mine')$$,
        $$SELECT civic.give_role(civic.current_user_id(), 'admin')$$,
        $$SELECT civic.has_permission('route:report')$$], 'ZC007'),
    ('org_admin', 'a role that is given the name of a built-in one', ARRAY[
        $$UPDATE civic.roles SET code = 'super_admin' WHERE id = tap.id('a.spare')$$,
        $$SELECT civic.change_role(civic.current_user_id(), 'super_admin')$$,
        $$SELECT civic.current_role_level()$$], 'ZC007'),
    ('org_admin', 'permissions for a role one has, after it was given', ARRAY[
        $$SELECT civic.give_role(civic.current_user_id(), 'spare')$$,
        $$INSERT INTO civic.role_permissions (role_id, permission_code) VALUES (tap.id('a.spare'), 'route:report')$$,
        $$SELECT civic.has_permission('route:report')$$], '42501'),
    ('admin', 'a super administrator brought down by a role of that name', ARRAY[
        $$INSERT INTO civic.roles (code, name) VALUES ('super_admin', 'Mine'), ('admin', 'Mine too')$$,
        $$SELECT civic.change_role(tap.id('a.super_admin'), 'admin')$$,
        $$SELECT 'done'$$], 'ZC007'),
    ('admin', 'a rule of the ladder of one''s own', ARRAY[
        $$INSERT INTO civic.workflow_transitions (workflow, from_status, to_status, actors)
            VALUES ('role', 'citizen', 'super_admin', '{anyone}')$$,
        $$SELECT civic.change_role(tap.id('a.citizen'), 'super_admin')$$,
        $$SELECT 'done'$$], 'ZC007'),
    ('admin', 'a row for oneself in the other organization', ARRAY[
        $$INSERT INTO civic.user_roles (organization_id, user_id, role_id)
            VALUES (tap.id('b'), tap.id('b.nobody'), tap.role('citizen'))$$,
        $$SELECT 'done'$$], '42501'),
    ('admin', 'a role of the other organization', ARRAY[
        $$INSERT INTO civic.user_roles (user_id, role_organization_id, role_id)
            VALUES (civic.current_user_id(), tap.id('b'), tap.id('b.spare'))$$,
        $$SELECT 'done'$$], '23514')
) AS x (actor, label, statements, outcome);

-- A role of the organization's own that holds more than an administrator: made by a super administrator, who wants
-- nobody but super administrators to give it.
INSERT INTO civic.roles (organization_id, id, code, name, assign_permission)
VALUES (tap.id('a'), tap.id('a.keeper'), 'keeper', 'Keeper', 'assign:super_admin');
INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
VALUES (tap.id('a'), tap.id('a.keeper'), 'system:admin');
INSERT INTO civic.roles (organization_id, id, code, name) VALUES (tap.id('a'), tap.id('a.open'), 'open', 'Open');
INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
VALUES (tap.id('a'), tap.id('a.open'), 'system:admin');
SELECT is(tap.attempt('a.admin', $$SELECT civic.give_role(tap.id('a.nobody'), 'keeper')$$), 'ZC007',
    'an admin cannot give a role that needs more');
SELECT is(tap.steps('a.admin', $$UPDATE civic.roles SET assign_permission = 'can_manage_roles'
    WHERE id = tap.id('a.keeper')$$,
    $$SELECT civic.give_role(civic.current_user_id(), 'keeper')$$, $$SELECT civic.has_permission('system:admin')$$),
        'ZC007',
    'nor by lowering what it needs');
SELECT is(tap.steps('a.admin', $$SELECT civic.give_role(civic.current_user_id(), 'open')$$,
    $$SELECT civic.has_permission('system:admin')$$), 'ZC007',
        'nobody gets a permission they lack by giving themselves a role');

-- What a person may not change about themselves: who they are to the administration.
SELECT is(tap.attempt('a.' || a.name, format('UPDATE civic.users SET %s WHERE id = civic.current_user_id()', c.change)),
    'ZC004',
    format('%s cannot set %s', a.name, c.change))
FROM (VALUES ('citizen'), ('contributor'), ('officer'), ('clerk'), ('nobody')) AS a (name)
CROSS JOIN (VALUES ('status = ''inactive'''), ('department_id = tap.dept(''a'', ''HMD'')'), ('employee_id = ''E1'''),
    ('phone_verified = true'), ('email_verified = true'),
    ('two_fa_enabled = true'), ('must_change_password = true'),
    ('login_count = 7'), ('last_login = now()'), ('account_created_via = ''government_sso'''), ('sales_target = 1'),
    ('current_streak = 1'), ('external_id = ''x'''), ('notes = ''x'''), ('aadhaar_linked = true'),
    ('digilocker_linked = true'),
    ('organization_id = tap.id(''b'')'), ('id = tap.id(''x'')'),
    ('created_at = now() - interval ''1 day''')) AS c (change)
ORDER BY a.name, c.change;
SELECT is(tap.attempt('a.' || x.actor, format('UPDATE civic.users SET %s WHERE id = tap.id(%L)', x.change, 'a.'
    || x.person)), x.outcome,
    format('%s sets %s of %s', x.actor, x.change, x.person))
FROM (VALUES
    ('moderator', 'department_id = tap.dept(''a'', ''HMD'')', 'moderator', 'ZC004'),
    ('moderator', 'department_id = tap.dept(''a'', ''HMD'')', 'neighbour', '0'),
    ('moderator', 'employee_id = ''E1''', 'neighbour', '0'),
    ('moderator', 'status = ''suspended''', 'moderator', 'ZC004'),
    ('admin', 'status = ''suspended''', 'admin', 'ZC007'),
    ('admin', 'status = ''suspended''', 'super_admin', 'ZC007'),
    ('admin', 'status = ''suspended''', 'auditor', '1'),
    ('super_admin', 'status = ''suspended''', 'boss', '1'),
    ('org_admin', 'status = ''suspended''', 'super_admin', 'ZC004'),
    ('admin', 'department_id = tap.dept(''a'', ''HMD'')', 'officer', '1'),
    ('admin', 'department_id = tap.dept(''b'', ''HMD'')', 'officer', '23503'),
    ('admin', 'organization_id = tap.id(''b'')', 'officer', 'ZC004'),
    ('admin', 'id = tap.id(''x'')', 'officer', 'ZC004')
) AS x (actor, change, person, outcome);
-- Suspending people: those who hold suspend:user, people below them.
SELECT is(tap.attempt('a.' || x.actor, format('SELECT civic.set_user_status(tap.id(%L), ''suspended'')', x.person)),
    x.outcome,
    format('%s suspends %s', x.actor, x.person))
FROM (VALUES
    ('moderator', 'a.citizen', '1'), ('moderator', 'a.contributor', '1'), ('moderator', 'a.nobody', '1'),
    ('moderator', 'a.clerk', '1'),
    ('moderator', 'a.moderator', 'ZC007'), ('moderator', 'a.officer', 'ZC007'), ('moderator', 'a.auditor', 'ZC007'),
    ('moderator', 'a.admin', 'ZC007'), ('moderator', 'a.super_admin', 'ZC007'), ('admin', 'a.officer', '1'),
    ('admin', 'a.auditor', '1'),
    ('admin', 'a.admin', 'ZC007'), ('admin', 'a.super_admin', 'ZC007'), ('super_admin', 'a.admin', '1'),
    ('super_admin', 'a.boss', '1'),
    ('officer', 'a.citizen', '42501'), ('auditor', 'a.citizen', '42501'), ('citizen', 'a.neighbour', '42501'),
    ('citizen', 'a.citizen', '42501'), ('org_admin', 'a.citizen', '42501'), ('clerk', 'a.citizen', '42501'),
    ('inactive', 'a.citizen', '42501'),
    ('anon', 'a.citizen', '42501'), ('db_auditor', 'a.citizen', '42501'), ('service', 'a.citizen', '1'),
    ('service', 'a.super_admin', '1'),
    ('moderator', 'b.citizen', 'PT404'), ('super_admin', 'b.citizen', 'PT404'), ('service', 'b.citizen', 'PT404'),
    ('moderator', '?', 'PT404')
) AS x (actor, person, outcome);
SELECT is(tap.attempt('a.moderator', $$SELECT civic.set_user_status(tap.id('a.inactive'), 'active')$$), '1',
    'and back');
-- A telephone number that one changes is not a verified one.
UPDATE civic.users SET phone_verified = true, email = 'citizen@example.org', email_verified = true
    WHERE id = tap.id('a.citizen');
SELECT is(tap.steps('a.citizen', format('UPDATE civic.users SET %s WHERE id = civic.current_user_id()', x.change),
    'SELECT concat_ws('' '', phone_verified, email_verified) FROM civic.users WHERE id = civic.current_user_id()'),
        x.outcome,
    format('after %s', x.change))
FROM (VALUES ('full_name = ''Other''', 't t'), ('phone = ''+917777777777''', 'f t'),
    ('email = ''other@example.org''', 't f'),
    ('phone = NULL', 'f t'), ('phone = phone', 't t')) AS x (change, outcome);

-- One signs in with telephone and e-mail: who can only suspend people cannot take over an account above their own.
SELECT ok(o.outcome IN ('0', '42501', 'ZC004'), format('moderator cannot set %s of the super administrator: %s',
    c.change, o.outcome))
FROM (VALUES ('phone = ''+919999999999'''), ('email = ''mine@example.org'''), ('username = ''mine'''),
    ('full_name = ''x''')) AS c (change)
CROSS JOIN LATERAL tap.attempt('a.moderator', format('UPDATE civic.users SET %s WHERE id = tap.id(''a.super_admin'')',
    c.change))
    AS o (outcome);

-- 6. Registration.
SELECT is(tap.attempt(x.actor, x.statement), x.outcome, format('%s: %s', x.actor, x.statement))
FROM (VALUES
    ('a.service', $$SELECT civic.register_user('+918888888888')$$, '1'),
    ('a.service', $$SELECT civic.register_user(email => 'new@example.org', full_name => 'New')$$, '1'),
    ('a.admin', $$SELECT civic.register_user('+918888888888')$$, '1'),
    ('a.citizen', $$SELECT civic.register_user('+918888888888')$$, '42501'),
    ('a.moderator', $$SELECT civic.register_user('+918888888888')$$, '42501'),
    ('a.anon', $$SELECT civic.register_user('+918888888888')$$, '42501'),
    ('none.user', $$SELECT civic.register_user('+918888888888')$$, '42501'),
    ('none.service', $$SELECT civic.register_user('+918888888888')$$, '23502'),
    ('a.service', $$SELECT civic.register_user('+919000000011')$$, '23505'),
    ('a.service', $$SELECT civic.register_user()$$, '23514'),
    ('a.service', $$SELECT civic.register_user('12345')$$, '23514'),
    ('a.service', $$SELECT civic.register_user(email => 'nonsense')$$, '23514'),
    ('a.service', $$SELECT civic.register_user('+918888888888', preferred_language => 'english language')$$, '23514')
) AS x (actor, statement, outcome);
SELECT is(tap.steps('a.service', $$SELECT civic.register_user('+918888888888')$$,
    $$SELECT concat_ws(' ', r.code, h.new_role, h.automatic, u.status, u.profile_completion) FROM civic.users AS u
        JOIN civic.user_roles AS ur ON ur.organization_id = u.organization_id AND ur.user_id = u.id
        JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
        JOIN civic.role_history AS h ON h.organization_id = u.organization_id AND h.user_id = u.id
        WHERE u.phone = '+918888888888'$$), 'citizen citizen t active minimal', 'who registers is a citizen');

SELECT * FROM finish();
ROLLBACK;
