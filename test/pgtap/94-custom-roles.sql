-- Roles of an organization's own: made, changed and deleted by who may, never with more than the giver holds.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

UPDATE civic.users SET email = full_name || '@example.org';
SELECT is(tap.value('a.' || x.actor, format('SELECT array_to_string(roles, '' '') FROM civic.user_with_roles(%L)',
    x.email)), x.roles, format('%s asks for %s', x.actor, x.email))
FROM (VALUES ('admin', 'Neighbour@Example.org', 'citizen inspector'), ('neighbour', 'neighbour@example.org',
    'citizen inspector'), ('citizen', 'neighbour@example.org', NULL), ('admin', 'noone@example.org', NULL),
    ('admin', 'nobody@example.org', NULL), ('anon', 'citizen@example.org', '42501')) AS x (actor, email, roles);

SELECT is(tap.value('a.' || x.actor, format('SELECT (civic.create_role(%L, ''Name'',
    permissions => %L)).is_system', x.code,
    x.permissions)), x.outcome, format('%s makes role %s with %s', x.actor, x.code, x.permissions))
FROM (VALUES
    ('admin', 'warden', '{read:report,update:any_report,read:report}', 'false'), ('admin', 'warden', '{}', 'false'),
    ('admin', 'warden', '{view_own_teams}', '42501'), ('org_admin', 'warden', '{view_own_teams}', 'false'),
    ('admin', 'warden', '{read:nothing}', '42704'), ('service', 'warden', '{read:nothing}', '23503'),
    ('admin', 'inspector', '{}', '23505'), ('admin', 'Warden', '{}', '23514'), ('admin', '', '{}', '23514'),
    ('citizen', 'warden', '{}', '42501'), ('auditor', 'warden', '{}', '42501'), ('service', 'warden', '{}', 'false')
) AS x (actor, code, permissions, outcome);

SELECT is(tap.value('a.' || x.actor, format('SELECT array_to_string(civic.set_role_permissions(%L, %L), '' '')', x.role,
    x.permissions)), x.outcome, format('%s gives %s %s', x.actor, x.role, x.permissions))
FROM (VALUES
    ('org_admin', 'inspector', '{view_own_projects,view_own_teams}', 'view_own_projects view_own_teams'),
    ('admin', 'inspector', '{read:report}', 'read:report'), ('admin', 'inspector', '{}', NULL),
    -- What the role holds already is nobody's gift.
    ('admin', 'inspector', '{view_own_teams,read:report}', 'read:report view_own_teams'),
    ('admin', 'inspector', '{view_own_projects}', '42501'), ('citizen', 'inspector', '{}', '42501'),
    ('admin', 'citizen', '{}', '42704'), ('admin', 'nothing', '{}', '42704')
) AS x (actor, role, permissions, outcome);

-- Who has the role has what it holds, at once.
SELECT is(tap.value('a.neighbour', 'SELECT civic.has_permission(''view:area_analytics'')'), 'false', 'before');
SELECT tap.do('a.admin', 'SELECT civic.set_role_permissions(''inspector'', ''{view:area_analytics}'')');
SELECT is(tap.value('a.neighbour', 'SELECT civic.has_permission(''view:area_analytics'')'), 'true', 'after');
SELECT is(tap.value('b.neighbour', 'SELECT civic.has_permission(''view:area_analytics'')'), 'false',
    'in this organization only');
SELECT is((SELECT ur.assigned_by FROM civic.user_roles AS ur WHERE ur.organization_id = tap.id('a')
    AND ur.role_id = tap.id('a.spare')), NULL, 'nobody has the spare role');
SELECT tap.do('a.admin', format('SELECT civic.give_role(%L, ''spare'')', tap.id('a.nobody')));
SELECT is((SELECT ur.assigned_by FROM civic.user_roles AS ur WHERE ur.organization_id = tap.id('a')
    AND ur.role_id = tap.id('a.spare')), tap.id('a.admin'), 'who gave a role is kept');

SELECT is(tap.value('a.' || x.actor, format('SELECT civic.delete_role(%L)', x.role)), x.outcome,
    format('%s deletes role %s', x.actor, x.role))
FROM (VALUES ('admin', 'spare', '23503'), ('admin', 'inspector', '23503'), ('admin', 'citizen', '42704'),
    ('citizen', 'spare', '42704'), ('admin', 'nothing', '42704')) AS x (actor, role, outcome);
SELECT is(tap.steps('a.admin', format('SELECT civic.take_role(%L, ''spare'')', tap.id('a.nobody')),
    'SELECT civic.delete_role(''spare'')', 'SELECT count(*) FROM civic.roles WHERE code = ''spare'''), '0',
    'a role that nobody has is deleted');

SELECT * FROM finish();
ROLLBACK;
