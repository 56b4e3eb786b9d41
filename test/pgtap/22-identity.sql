-- Who is asking: settings, claims, what is wrong with them, and that nothing of one asker is left for the next.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

INSERT INTO tap.names VALUES (tap.id('a'), 'A'), (tap.id('b'), 'B'), (tap.id('z'), 'Z'),
    ('00000000-0000-0000-0000-000000000001', 'DEFAULT'), (tap.dept('a', 'PWD'), 'PWD');
-- Somebody of the default organization with a report of their own; an organization that is not active.
UPDATE civic.organizations SET is_active = true, is_default = true WHERE id = '00000000-0000-0000-0000-000000000001';
INSERT INTO civic.users (organization_id, id, phone)
VALUES ('00000000-0000-0000-0000-000000000001', tap.id('d.citizen'), '+919000000777');
INSERT INTO civic.reports (organization_id, user_id, title, description, latitude, longitude, status)
VALUES ('00000000-0000-0000-0000-000000000001', tap.id('d.citizen'), 'needle default', 'A report of the fixture.', 22,
    88,
    'pending_classification');
INSERT INTO tap.names VALUES (tap.id('d.citizen'), 'd.citizen');
INSERT INTO civic.organizations (id, code, name, is_active) VALUES (tap.id('z'), 'TAPZ', 'Organization z', false);
INSERT INTO civic.users (organization_id, id, phone) VALUES (tap.id('z'), tap.id('z.citizen'), '+919000000888');
INSERT INTO civic.reports (organization_id, user_id, title, description, latitude, longitude, status)
VALUES (tap.id('z'), tap.id('z.citizen'), 'needle closed', 'A report of the fixture.', 22, 88,
    'pending_classification');
-- The organizations shall not look alike: b has one public report more.
SELECT tap.add_report('b', 'pub_extra', 'neighbour', 'pending_classification') \g /dev/null

-- Asks as a database role with settings and claims; the answer, or the SQLSTATE.
CREATE FUNCTION tap.ask(db_role text, organization text, person text, claims text, query text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM set_config('civic.organization_id', coalesce(organization, ''), true),
        set_config('civic.user_id', coalesce(person, ''), true),
        set_config('request.jwt.claims', coalesce(claims, ''), true), set_config('role', db_role, true);
    EXECUTE query INTO result;
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = coalesce(nullif(result, ''), '(null)');
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'TAP00' THEN nullif(SQLERRM, '(null)') ELSE SQLSTATE END;
END
$$;

-- Organization, person, level, department, number of reports.
CREATE FUNCTION tap.whoami() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', coalesce((SELECT n.name FROM tap.names AS n WHERE n.id = civic.current_organization_id()),
        '-'),
        coalesce((SELECT n.name FROM tap.names AS n WHERE n.id = civic.current_user_id()), '-'),
            civic.current_role_level(),
        coalesce((SELECT n.name FROM tap.names AS n WHERE n.id = civic.current_department_id()), '-'),
        (SELECT count(*) FROM civic.reports WHERE title LIKE 'needle%'))
$$;

CREATE TABLE tap.cases (place serial, label text, db_role text, organization text, person text, claims text,
    expected text);
INSERT INTO tap.cases (label, db_role, organization, person, claims, expected) VALUES
    ('nothing set', 'civic_user', NULL, NULL, NULL, '- - 0 - 0'),
    ('nothing set, anonymous', 'civic_anon', NULL, NULL, NULL, '- - 0 - 0'),
    ('nothing set, a job', 'civic_service', NULL, NULL, NULL, '- - 0 - 0'),
    ('nothing set, an auditor', 'civic_auditor', NULL, NULL, NULL, '- - 0 - 0'),
    ('organization and person', 'civic_user', tap.id('a')::text, tap.id('a.citizen')::text, NULL, 'A citizen 1 - 7'),
    ('an officer has a department', 'civic_user', tap.id('a')::text, tap.id('a.officer')::text, NULL,
        'A officer 4 PWD 10'),
    ('the level follows the ladder', 'civic_user', tap.id('a')::text, tap.id('a.super_admin')::text, NULL,
        'A super_admin 7 - 15'),
    ('a role off the ladder has no level', 'civic_user', tap.id('a')::text, tap.id('a.clerk')::text, NULL,
        'A clerk 0 - 6'),
    ('no role at all', 'civic_user', tap.id('a')::text, tap.id('a.nobody')::text, NULL, 'A nobody 0 - 6'),
    ('an organization alone: the public of it', 'civic_anon', tap.id('b')::text, NULL, NULL, 'B - 0 - 7'),
    ('an organization alone, as a user', 'civic_user', tap.id('a')::text, NULL, NULL, 'A - 0 - 6'),
    ('a job in an organization', 'civic_service', tap.id('b')::text, NULL, NULL, 'B - 0 - 16'),
    ('a job for a person', 'civic_service', tap.id('a')::text, tap.id('a.officer')::text, NULL, 'A officer 4 PWD 15'),
    ('an auditor in an organization', 'civic_auditor', tap.id('a')::text, NULL, NULL, 'A - 0 - 15'),
    ('capital letters', 'civic_user', upper(tap.id('a')::text), upper(tap.id('a.citizen')::text), NULL,
        'A citizen 1 - 7'),
    ('no hyphens', 'civic_user', replace(tap.id('a')::text, '-', ''), tap.id('a.citizen')::text, NULL,
        'A citizen 1 - 7'),

    -- Somebody who is not there is nobody, and nobody sees nothing, not even what is public.
    ('unknown person', 'civic_user', tap.id('a')::text, tap.id('?')::text, NULL, '- - 0 - 0'),
    ('unknown person, as a job', 'civic_service', tap.id('a')::text, tap.id('?')::text, NULL, '- - 0 - 0'),
    ('unknown person, anonymous', 'civic_anon', tap.id('a')::text, tap.id('?')::text, NULL, '- - 0 - 0'),
    ('unknown organization', 'civic_user', tap.id('?')::text, tap.id('a.citizen')::text, NULL, '- - 0 - 0'),
    ('unknown organization, nobody named', 'civic_anon', tap.id('?')::text, NULL, NULL, '- - 0 - 0'),
    ('inactive person', 'civic_user', tap.id('a')::text, tap.id('a.inactive')::text, NULL, '- - 0 - 0'),
    ('person of another organization', 'civic_user', tap.id('a')::text, tap.id('b.admin')::text, NULL, '- - 0 - 0'),
    ('inactive organization', 'civic_user', tap.id('z')::text, tap.id('z.citizen')::text, NULL, '- - 0 - 0'),
    ('inactive organization, nobody named', 'civic_anon', tap.id('z')::text, NULL, NULL, '- - 0 - 0'),
    ('inactive organization, a job', 'civic_service', tap.id('z')::text, NULL, NULL, '- - 0 - 0'),
    ('inactive organization, an auditor', 'civic_auditor', tap.id('z')::text, NULL, NULL, '- - 0 - 0'),
    ('the organization of what is built in', 'civic_user', '00000000-0000-0000-0000-000000000000', NULL, NULL,
        '- - 0 - 0'),
    ('the organization of what is built in, a job', 'civic_service', '00000000-0000-0000-0000-000000000000', NULL, NULL,
        '- - 0 - 0'),

    -- The default organization is meant where a person names none.
    ('a person alone, of the default organization', 'civic_user', NULL, tap.id('d.citizen')::text, NULL,
        'DEFAULT d.citizen 0 - 1'),
    ('a person alone, of another organization', 'civic_user', NULL, tap.id('a.citizen')::text, NULL, '- - 0 - 0'),
    ('a claimed person alone', 'civic_user', NULL, NULL, jsonb_build_object('sub', tap.id('d.citizen'))::text,
        'DEFAULT d.citizen 0 - 1'),

    -- Claims.
    ('claims of person and organization', 'civic_user', NULL, NULL,
        jsonb_build_object('sub', tap.id('a.citizen'), 'organization_id', tap.id('a'))::text, 'A citizen 1 - 7'),
    ('claim of an organization alone', 'civic_anon', NULL, NULL, jsonb_build_object('organization_id',
        tap.id('a'))::text,
        'A - 0 - 6'),
    ('claims among others', 'civic_user', NULL, NULL, jsonb_build_object('role', 'civic_user', 'x',
        jsonb_build_array(1),
        'sub', tap.id('a.officer'), 'organization_id', tap.id('a'))::text, 'A officer 4 PWD 10'),
    ('settings win over claims', 'civic_user', tap.id('b')::text, tap.id('b.citizen')::text,
        jsonb_build_object('sub', tap.id('a.admin'), 'organization_id', tap.id('a'))::text, 'B b.citizen 1 - 8'),
    ('a set organization with a claimed person', 'civic_user', tap.id('a')::text, NULL,
        jsonb_build_object('sub', tap.id('a.citizen'), 'organization_id', tap.id('b'))::text, 'A citizen 1 - 7'),
    ('a set person with a claimed organization', 'civic_user', NULL, tap.id('a.citizen')::text,
        jsonb_build_object('sub', tap.id('b.admin'), 'organization_id', tap.id('a'))::text, 'A citizen 1 - 7'),
    ('empty claims are none', 'civic_user', NULL, NULL, '{}', '- - 0 - 0'),
    ('claims that are null are none', 'civic_user', NULL, NULL, '{"sub": null, "organization_id": null, "exp": null}',
        '- - 0 - 0'),
    ('claims that are empty strings are none', 'civic_anon', tap.id('a')::text, NULL, '{"sub": ""}', 'A - 0 - 6'),
    ('a token that has not expired', 'civic_user', NULL, NULL, jsonb_build_object('sub', tap.id('a.citizen'),
        'organization_id', tap.id('a'), 'exp', extract(epoch FROM now())::bigint + 60)::text, 'A citizen 1 - 7'),
    ('a token with fractions of a second', 'civic_user', NULL, NULL, jsonb_build_object('sub', tap.id('a.citizen'),
        'organization_id', tap.id('a'), 'exp', extract(epoch FROM now()) + 60.5)::text, 'A citizen 1 - 7'),
    ('a token of the far future', 'civic_user', NULL, NULL, jsonb_build_object('sub', tap.id('a.citizen'),
        'organization_id', tap.id('a'), 'exp', 1e30)::text, 'A citizen 1 - 7'),

    -- Errors.
    ('expired', 'civic_user', NULL, NULL, jsonb_build_object('sub', tap.id('a.citizen'), 'organization_id', tap.id('a'),
        'exp', extract(epoch FROM now())::bigint - 1)::text, 'ZC005'),
    ('expired this very second', 'civic_user', NULL, NULL, jsonb_build_object('sub', tap.id('a.citizen'),
        'organization_id', tap.id('a'), 'exp', extract(epoch FROM date_trunc('second', now()))::bigint)::text, 'ZC005'),
    ('expired before 1970', 'civic_user', NULL, NULL, jsonb_build_object('sub', tap.id('a.citizen'), 'exp', -5)::text,
        'ZC005'),
    ('expired, without a person', 'civic_anon', tap.id('a')::text, NULL, '{"exp": 1}', 'ZC005'),
    ('expired, whatever the settings say', 'civic_user', tap.id('a')::text, tap.id('a.citizen')::text, '{"exp": 1}',
        'ZC005'),
    ('expired, a job', 'civic_service', tap.id('a')::text, NULL, '{"exp": 1}', 'ZC005'),
    ('malformed organization', 'civic_user', 'nonsense', tap.id('a.citizen')::text, NULL, '22023'),
    ('malformed organization, nobody named', 'civic_anon', 'nonsense', NULL, NULL, '22023'),
    ('malformed organization, a job', 'civic_service', 'nonsense', NULL, NULL, '22023'),
    ('organization one digit short', 'civic_user', left(tap.id('a')::text, 35), tap.id('a.citizen')::text, NULL,
        '22023'),
    ('organization one digit long', 'civic_user', tap.id('a') || '0', tap.id('a.citizen')::text, NULL, '22023'),
    ('organization with a blank', 'civic_user', tap.id('a') || ' ', tap.id('a.citizen')::text, NULL, '22023'),
    ('malformed person', 'civic_user', tap.id('a')::text, 'nonsense', NULL, '22023'),
    ('person that is a blank', 'civic_user', tap.id('a')::text, ' ', NULL, '22023'),
    ('malformed claim sub', 'civic_user', NULL, NULL, '{"sub": "nonsense"}', '22023'),
    ('malformed claim organization_id', 'civic_user', NULL, NULL, '{"organization_id": "nonsense"}', '22023'),
    ('claim sub is a number', 'civic_user', NULL, NULL, '{"sub": 5}', '22023'),
    ('claim sub is an object', 'civic_user', NULL, NULL, '{"sub": {}}', '22023'),
    ('claim organization_id is a boolean', 'civic_user', NULL, NULL, '{"organization_id": true}', '22023'),
    ('claim exp is a string', 'civic_user', NULL, NULL, '{"exp": "1"}', '22023'),
    ('claim exp is an object', 'civic_user', NULL, NULL, '{"exp": {}}', '22023'),
    ('claims are a list', 'civic_user', NULL, NULL, '[]', '22023'),
    ('claims are a string', 'civic_user', NULL, NULL, '"x"', '22023'),
    ('claims are null', 'civic_user', NULL, NULL, 'null', '22023'),
    ('claims are no JSON', 'civic_user', NULL, NULL, '{sub}', '22P02'),
    ('claims are no JSON, though settings name everything', 'civic_user', tap.id('a')::text, tap.id('a.citizen')::text,
        'x',
        '22P02'),
    ('claims are a blank', 'civic_user', NULL, NULL, ' ', '22P02');

GRANT EXECUTE ON FUNCTION tap.whoami() TO public;
SELECT is(tap.ask(c.db_role, c.organization, c.person, c.claims, 'SELECT tap.whoami()'), c.expected, c.label)
FROM tap.cases AS c ORDER BY c.place;

-- Each function for itself answers with the error, and so does each policy.
SELECT is(tap.ask(c.db_role, c.organization, c.person, c.claims, q.query), c.expected, format('%s: %s', c.label,
    q.query))
FROM tap.cases AS c
CROSS JOIN (VALUES ('SELECT civic.current_organization_id()'), ('SELECT civic.current_user_id()'),
    ('SELECT civic.current_department_id()'), ('SELECT civic.current_role_level()'), ('SELECT civic.is_system()'),
    ('SELECT civic.has_permission(''read:report'')'), ('SELECT count(*) FROM civic.reports'),
    ('SELECT count(*) FROM civic.organizations'), ('SELECT count(*) FROM civic.list_reports()')) AS q (query)
WHERE c.expected ~ '^(22023|22P02|ZC005)$'
ORDER BY c.place, q.query;

-- Who is the system: jobs and administrators that name no person. A named person that does not exist is not.
SELECT is(tap.ask(x.db_role, x.organization, x.person, NULL, 'SELECT civic.is_system()'), x.expected,
    format('is_system: %s', x.label))
FROM (VALUES
    ('a job', 'civic_service', tap.id('a')::text, NULL, 'true'),
    ('a job without organization', 'civic_service', NULL, NULL, 'true'),
    ('a job for a person', 'civic_service', tap.id('a')::text, tap.id('a.admin')::text, 'false'),
    ('a job for somebody unknown', 'civic_service', tap.id('a')::text, tap.id('?')::text, 'false'),
    ('a superuser', 'none', NULL, NULL, 'true'),
    ('a superuser for somebody unknown', 'none', NULL, tap.id('?')::text, 'false'),
    ('the owner', 'civic_owner', tap.id('a')::text, NULL, 'true'),
    ('a user', 'civic_user', tap.id('a')::text, NULL, 'false'),
    ('an administrator of the organization', 'civic_user', tap.id('a')::text, tap.id('a.super_admin')::text, 'false'),
    ('anonymous', 'civic_anon', tap.id('a')::text, NULL, 'false'),
    ('an auditor', 'civic_auditor', tap.id('a')::text, NULL, 'false')
) AS x (label, db_role, organization, person, expected);
SELECT is(tap.ask('none', NULL, NULL, NULL, 'SELECT civic.current_organization_id()'),
    '00000000-0000-0000-0000-000000000001', 'a superuser who names nothing works in the default organization');

-- A person cannot make themselves another by settings that a definer function would trust: it asks the same.
SELECT is(tap.ask('civic_user', tap.id('a')::text, tap.id('a.citizen')::text, NULL,
    'SELECT count(*) FROM civic.list_reports()'),
    '7', 'a definer function works for its caller');

-- Permissions.
SELECT is(tap.value('a.citizen', 'SELECT civic.has_permission(''no:such'')'), '42704',
    'an unknown permission is an error');
SELECT is(tap.value('none.anon', 'SELECT civic.has_permission(''no:such'')'), '42704', 'also for nobody');
SELECT is(tap.value('a.service', 'SELECT civic.has_permission(''no:such'')'), '42704', 'also for jobs');
SELECT is(tap.value('a.citizen', 'SELECT civic.has_permission('''')'), '42704', 'an empty name is an error');
SELECT is(tap.value('a.citizen', 'SELECT civic.has_permission(NULL)'), NULL, 'null is null');
SELECT is(tap.value('a.citizen', 'SELECT civic.has_permission(''create:report'')'), 'true',
    'a permission that is held');
SELECT is(tap.value('a.citizen', 'SELECT civic.has_permission(''route:report'')'), 'false',
    'a permission that is not held');
SELECT is(tap.value('a.inactive', 'SELECT civic.has_permission(''create:report'')'), 'false',
    'an inactive person holds none');
SELECT is(tap.value('a.anon', 'SELECT civic.has_permission(''read:report'')'), 'false', 'nobody holds none');
SELECT is(tap.value('a.db_auditor', 'SELECT civic.has_permission(''read:private_report'')'), 'true',
    'civic_auditor holds what role auditor holds');
SELECT is(tap.value('a.db_auditor', 'SELECT civic.has_permission(''create:report'')'), 'false',
    'and no more');
SELECT is(tap.value('a.service', 'SELECT civic.has_permission(''system:admin'')'), 'true', 'a job holds all');

-- What has_permission() says is what the tables say, for every person and permission.
SELECT is(
    tap.value(a.name, 'SELECT string_agg(p.code, '' '' ORDER BY p.code COLLATE "C") FROM civic.permissions AS p'
        ' WHERE civic.has_permission(p.code)'),
    (SELECT string_agg(DISTINCT rp.permission_code, ' ' ORDER BY rp.permission_code) FROM (
        SELECT rp.permission_code COLLATE "C" AS permission_code FROM civic.user_roles AS ur
        JOIN civic.users AS u ON u.organization_id = ur.organization_id AND u.id = ur.user_id AND u.is_active
        JOIN civic.role_permissions AS rp ON rp.organization_id = ur.role_organization_id AND rp.role_id = ur.role_id
        WHERE ur.user_id = tap.id(a.name)) AS rp),
    format('the permissions of %s are those of their roles', a.name))
FROM tap.actors AS a WHERE a.db_role = 'civic_user' AND a.name LIKE 'a.%';

-- Who may give which role: rows give, columns are given.
SELECT is(tap.value('a.' || m.actor, format('SELECT civic.can_manage_role(%L)', r.code)),
    CASE e.outcome WHEN 'y' THEN 'true' ELSE 'false' END, format('%s: can_manage_role(%s)', m.actor, r.code))
FROM (VALUES
    --              citizen contr moder offcr audit admin super
    ('citizen',     '-       -     -     -     -     -     -'),
    ('contributor', '-       -     -     -     -     -     -'),
    ('moderator',   '-       -     -     -     -     -     -'),
    ('officer',     '-       -     -     -     -     -     -'),
    ('auditor',     '-       -     -     -     -     -     -'),
    ('admin',       'y       y     y     y     -     -     -'),
    ('super_admin', 'y       y     y     y     y     y     y'),
    ('org_admin',   '-       -     -     -     -     -     -'),
    ('nobody',      '-       -     -     -     -     -     -'),
    ('service',     'y       y     y     y     y     y     y')
) AS m (actor, row)
CROSS JOIN LATERAL regexp_split_to_table(m.row, ' +') WITH ORDINALITY AS e (outcome, place)
JOIN (VALUES (1, 'citizen'), (2, 'contributor'), (3, 'moderator'), (4, 'nodal_officer'), (5, 'auditor'), (6, 'admin'),
    (7, 'super_admin')) AS r (place, code) ON r.place = e.place;
SELECT is(tap.value('a.' || x.actor, format('SELECT civic.can_manage_role(%L)', x.role)), x.outcome,
    format('%s: can_manage_role(%s)', x.actor, x.role))
FROM (VALUES
    ('admin', 'clerk', 'true'), ('admin', 'verifier', 'true'), ('admin', 'inspector', 'false'),
    ('super_admin', 'clerk', 'true'),
    ('org_admin', 'verifier', 'true'), ('org_admin', 'clerk', 'false'), ('org_admin', 'inspector', 'true'),
    ('moderator', 'inspector', 'false'), ('admin', 'spare', 'true'), ('org_admin', 'spare', 'true'),
    ('citizen', 'spare', 'false'),
     ('clerk', 'clerk', 'false'), ('admin', 'nosuch', '42704'), ('citizen', 'nosuch', '42704')
) AS x (actor, role, outcome);

-- The cache. Six people of two organizations take turns two hundred times; each sees their own number of reports and
-- none of the other organization, through a plan that is kept, through a prepared statement, generic or not.
CREATE FUNCTION tap.take_turns(rounds integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    people text[] := ARRAY['a.citizen', 'b.officer2', 'a.moderator', 'b.nobody', 'a.officer', 'b.contributor'];
    wanted integer[] := ARRAY[7, 10, 15, 7, 10, 8];
    who integer;
    kept integer;
    prepared integer;
    foreign_rows integer;
    moderates boolean;
    person uuid;
BEGIN
    PERFORM set_config('role', 'civic_user', true);
    FOR i IN 0 .. rounds - 1 LOOP
        who := 1 + (i * 5 + i / 7) % 6;
        PERFORM set_config('civic.organization_id', md5(left(people[who], 1))::uuid::text, true),
            set_config('civic.user_id', md5(people[who])::uuid::text, true);
        SELECT count(*), count(*) FILTER (WHERE r.organization_id <> md5(left(people[who], 1))::uuid)
        INTO kept, foreign_rows FROM civic.reports AS r WHERE r.title LIKE 'needle%';
        EXECUTE 'EXECUTE tap_seen' INTO prepared;
        moderates := civic.has_permission('moderate:content');
        person := civic.current_user_id();
        IF kept <> wanted[who] OR prepared <> wanted[who] OR foreign_rows <> 0
            OR moderates <> (people[who] IN ('a.moderator', 'a.officer', 'b.officer2'))
            OR person IS DISTINCT FROM md5(people[who])::uuid THEN
            PERFORM set_config('role', 'none', true);
            RETURN format('turn %s, %s: %s rows, %s prepared, %s of others, moderates %s, is %s', i, people[who], kept,
                prepared,
                foreign_rows, moderates, person);
        END IF;
    END LOOP;
    PERFORM set_config('role', 'none', true);
    PERFORM tap.unbecome();
    RETURN 'ok';
END
$$;
PREPARE tap_seen AS SELECT count(*) FROM civic.reports WHERE title LIKE 'needle%';
SET LOCAL plan_cache_mode = auto;
SELECT is(tap.take_turns(200), 'ok', '200 turns, plans as the server chooses');
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is(tap.take_turns(200), 'ok', '200 turns, generic plans');
SET LOCAL plan_cache_mode = force_custom_plan;
SELECT is(tap.take_turns(200), 'ok', '200 turns, custom plans');
SET LOCAL plan_cache_mode = auto;

-- The same by claims.
CREATE FUNCTION tap.take_turns_by_claims(rounds integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    people text[] := ARRAY['a.citizen', 'b.officer2', 'a.moderator', 'b.nobody', 'a.officer', 'b.contributor'];
    wanted integer[] := ARRAY[7, 10, 15, 7, 10, 8];
    who integer;
    seen integer;
BEGIN
    PERFORM set_config('role', 'civic_user', true);
    FOR i IN 0 .. rounds - 1 LOOP
        who := 1 + (i * 5 + i / 7) % 6;
        PERFORM set_config('request.jwt.claims', format('{"sub": "%s", "organization_id": "%s"}',
            md5(people[who])::uuid,
            md5(left(people[who], 1))::uuid), true);
        SELECT count(*) INTO seen FROM civic.reports AS r WHERE r.title LIKE 'needle%';
        IF seen <> wanted[who] THEN
            PERFORM set_config('role', 'none', true);
            RETURN format('turn %s, %s: %s rows', i, people[who], seen);
        END IF;
    END LOOP;
    PERFORM set_config('role', 'none', true);
    PERFORM tap.unbecome();
    RETURN 'ok';
END
$$;
SELECT is(tap.take_turns_by_claims(200), 'ok', '200 turns by claims');

CREATE FUNCTION tap.caught(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
GRANT EXECUTE ON FUNCTION tap.caught(text) TO public;

-- A setting that is taken back with a savepoint is taken back here as well.
SET LOCAL ROLE civic_user;
SELECT set_config('civic.organization_id', md5('a')::uuid::text, true), set_config('civic.user_id',
    md5('a.citizen')::uuid::text, true) \g /dev/null
SELECT count(*) AS before FROM civic.reports \gset
SAVEPOINT s;
SELECT set_config('civic.organization_id', md5('b')::uuid::text, true), set_config('civic.user_id',
    md5('b.moderator')::uuid::text, true) \g /dev/null
SELECT count(*) AS within FROM civic.reports \gset
EXECUTE tap_seen \gset inner_
ROLLBACK TO SAVEPOINT s;
SELECT count(*) AS after FROM civic.reports \gset
EXECUTE tap_seen \gset outer_
SAVEPOINT s;
SELECT set_config('civic.user_id', 'nonsense', true) \g /dev/null
SELECT tap.caught('SELECT count(*) FROM civic.reports') AS broken \gset
ROLLBACK TO SAVEPOINT s;
SELECT count(*) AS mended FROM civic.reports \gset
RESET ROLE;
SELECT tap.unbecome() \g /dev/null
SELECT is(:before, 7, 'before the savepoint: a.citizen');
SELECT is(:within, 16, 'within: b.moderator');
SELECT is(:inner_count, 16, 'within, prepared');
SELECT is(:after, 7, 'after ROLLBACK TO SAVEPOINT: a.citizen again');
SELECT is(:outer_count, 7, 'after, prepared');
SELECT is(:'broken'::text, '22023', 'a malformed setting is an error');
SELECT is(:mended, 7, 'and is gone with its savepoint');

-- Changes of rights hold from the next statement on, in the session that makes them, and are taken back with it.
CREATE FUNCTION tap.rights(actor text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', tap.value(actor, 'SELECT civic.has_permission(''moderate:content'')'),
        tap.value(actor, 'SELECT civic.current_role_level()'), tap.value(actor, 'SELECT count(*) FROM civic.reports'))
$$;
SELECT is(tap.rights('a.citizen'), 'false 1 7', 'a citizen');
SELECT tap.do('a.super_admin', format('SELECT civic.change_role(%L, ''moderator'')', tap.id('a.citizen'))) \g /dev/null
SELECT is(tap.rights('a.citizen'), 'true 3 15', 'who is made a moderator has the rights of one');
SELECT tap.rights('a.neighbour') AS first \gset
SAVEPOINT s;
SELECT tap.do('a.super_admin', format('SELECT civic.change_role(%L, ''moderator'')',
    tap.id('a.neighbour'))) \g /dev/null
SELECT tap.rights('a.neighbour') AS second \gset
ROLLBACK TO SAVEPOINT s;
SELECT tap.rights('a.neighbour') AS third \gset
SELECT is(:'first'::text, 'false 1 13', 'the neighbour is a citizen');
SELECT is(:'second'::text, 'true 3 15', 'a moderator within a savepoint');
SELECT is(:'third'::text, 'false 1 13', 'and a citizen again when it is rolled back');
UPDATE civic.users SET status = 'suspended' WHERE id = tap.id('a.citizen');
SELECT is(tap.rights('a.citizen'), 'false 0 0', 'who is suspended has no rights');
UPDATE civic.users SET status = 'active' WHERE id = tap.id('a.citizen');
SELECT is(tap.rights('a.citizen'), 'true 3 15', 'and has them back when active again');
UPDATE civic.users SET department_id = tap.dept('a', 'WSD') WHERE id = tap.id('a.officer3');
SELECT is(tap.seen('a.officer3', 'SELECT id FROM civic.reports WHERE NOT is_public OR is_sensitive'),
    'priv_done priv_wsd sens_wsd', 'who goes to another department sees what is of that one');
INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
VALUES (tap.id('a'), tap.id('a.inspector'), 'read:private_report');
SELECT is(tap.value('a.neighbour', 'SELECT count(*) FROM civic.reports'), '15',
    'a permission given to a role is held at once');
DELETE FROM civic.role_permissions WHERE role_id = tap.id('a.inspector') AND permission_code = 'read:private_report';
SELECT is(tap.value('a.neighbour', 'SELECT count(*) FROM civic.reports'), '13', 'and one taken is not');
INSERT INTO civic.permissions VALUES ('aaa:new', 'New, and first in the order');
SELECT is(tap.value('a.citizen', 'SELECT civic.has_permission(''moderate:content'')'), 'true',
    'a new permission does not shift the others');
SELECT is(tap.value('a.citizen', 'SELECT civic.has_permission(''aaa:new'')'), 'false', 'and is known at once');
UPDATE civic.organizations SET is_active = false WHERE id = tap.id('b');
SELECT is(tap.rights('b.admin'), 'false 0 0', 'nobody of an inactive organization has rights');
SELECT is(tap.value('b.anon', 'SELECT count(*) FROM civic.organizations'), '0', 'nor is it shown');
UPDATE civic.organizations SET is_active = true WHERE id = tap.id('b');
SELECT is(tap.rights('b.admin'), 'true 6 16', 'until it is active again');

-- Somebody who was asked for before they were there is known as soon as they are.
SELECT is(tap.value('a.nobody', 'SELECT civic.has_permission(''create:report'')'), 'false', 'somebody without a role');
INSERT INTO tap.actors VALUES ('a.newcomer', NULL, 'civic_user', tap.id('a')::text, tap.id('a.newcomer')::text);
SELECT is(tap.rights('a.newcomer'), 'false 0 0', 'somebody unknown');
INSERT INTO civic.users (organization_id, id, phone) VALUES (tap.id('a'), tap.id('a.newcomer'), '+919000000999');
SELECT is(tap.rights('a.newcomer'), 'false 0 6', 'is known once there');
INSERT INTO civic.user_roles (organization_id, user_id, role_id)
VALUES (tap.id('a'), tap.id('a.newcomer'), tap.role('moderator')),
    (tap.id('a'), tap.id('a.nobody'), tap.role('citizen'));
SELECT is(tap.rights('a.newcomer'), 'true 3 15', 'and has the first role at once');
SELECT is(tap.value('a.nobody', 'SELECT civic.has_permission(''create:report'')'), 'true', 'as has who had none');
SELECT is(tap.ask('civic_anon', tap.id('new')::text, NULL, NULL, 'SELECT count(*) FROM civic.organizations'), '0',
    'an unknown organization');
INSERT INTO civic.organizations (id, code, name) VALUES (tap.id('new'), 'TAPNEW', 'New');
SELECT is(tap.ask('civic_anon', tap.id('new')::text, NULL, NULL, 'SELECT count(*) FROM civic.organizations'), '1',
    'is known once there');

-- Also where one and the same expression of PL/pgSQL is asked again: its state is kept for the transaction.
CREATE FUNCTION tap.ask_in_a_loop() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answers text := '';
    held boolean;
    level integer;
BEGIN
    FOR i IN 1 .. 3 LOOP
        PERFORM tap.become('a.contributor');
        held := civic.has_permission('moderate:content');
        level := civic.current_role_level();
        answers := answers || format('%s %s, ', held, level);
        PERFORM tap.unbecome();
        IF i = 1 THEN
            UPDATE civic.user_roles SET role_id = tap.role('moderator')
            WHERE user_id = tap.id('a.contributor') AND family = 'civic';
        ELSIF i = 2 THEN
            UPDATE civic.users SET status = 'suspended' WHERE id = tap.id('a.contributor');
        END IF;
    END LOOP;
    RETURN answers;
END
$$;
SELECT is(tap.ask_in_a_loop(), 'f 2, t 3, f 0, ', 'a loop of PL/pgSQL that changes rights and identity');

CREATE FUNCTION tap.step_down() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answers text := '';
    held boolean;
    level integer;
BEGIN
    FOR i IN 1 .. 2 LOOP
        held := civic.has_permission('system:admin');
        level := civic.current_role_level();
        answers := answers || format('%s %s, ', held, level);
        IF i = 1 THEN
            PERFORM civic.change_role(civic.current_user_id(), 'admin');
        END IF;
    END LOOP;
    RETURN answers;
END
$$;
GRANT EXECUTE ON FUNCTION tap.step_down() TO public;
SELECT is(tap.value('a.super_admin', 'SELECT tap.step_down()'), 't 7, f 6, ',
    'a loop of PL/pgSQL that gives up a role has given it up at once');

SELECT * FROM finish();
ROLLBACK;
