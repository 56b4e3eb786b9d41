-- Functions that put the same random questions to the C code and to its twin and return what was answered otherwise.
-- They need the data of generate.sql with at least two organizations, and twins/*.sql.

CREATE TABLE bench.answers (part text, question jsonb, c jsonb, twin jsonb);
GRANT SELECT, INSERT ON bench.answers TO PUBLIC;

-- Report-shaped tables without constraints, so that every mix of values reaches the guards.
CREATE TABLE bench.check_c (LIKE civic.reports INCLUDING DEFAULTS);
CREATE TABLE bench.check_twin (LIKE civic.reports INCLUDING DEFAULTS);
ALTER TABLE bench.check_c ALTER report_number DROP NOT NULL, ALTER title DROP NOT NULL, ALTER description DROP NOT NULL,
    ALTER latitude DROP NOT NULL, ALTER longitude DROP NOT NULL, ALTER location DROP NOT NULL,
    ALTER is_duplicate DROP NOT NULL, ADD PRIMARY KEY (id);
ALTER TABLE bench.check_twin ALTER report_number DROP NOT NULL, ALTER title DROP NOT NULL,
    ALTER description DROP NOT NULL,
    ALTER latitude DROP NOT NULL, ALTER longitude DROP NOT NULL, ALTER location DROP NOT NULL,
    ALTER is_duplicate DROP NOT NULL, ADD PRIMARY KEY (id);
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON bench.check_c
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('report', 'status', 'assigned_to', 'user_id');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON bench.check_twin
    FOR EACH ROW EXECUTE FUNCTION twin.guard_status();
GRANT SELECT, INSERT, UPDATE ON bench.check_c, bench.check_twin TO civic_user, civic_service;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA twin, bench TO PUBLIC;
GRANT USAGE ON SCHEMA bench, twin TO PUBLIC;

CREATE FUNCTION bench.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
RETURN choices[1 + floor(random() * cardinality(choices))::integer];

-- Rules an organization might make: some of the built-in moves taken away or changed, some new ones.
CREATE FUNCTION bench.random_rules(organization uuid, moves integer) RETURNS void LANGUAGE sql VOLATILE
AS $$
    INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status, actors, permission_code,
        reason_column, reason_min, reason_max, required_columns, changed_columns, cleared_columns, is_enabled)
    SELECT organization, 'report', m.from_status, m.to_status,
        ARRAY(SELECT a FROM unnest(enum_range(NULL::civic.transition_actor)) AS a WHERE random() < 0.25 + m.n * 0),
        bench.pick(NULL, NULL, 'hold:any_report', 'update:own_report', 'read:private_report', 'assign:task'),
        bench.pick(NULL, 'hold_reason', 'rejection_reason', 'landmark'),
        1 + floor(random() * 12), 12 + floor(random() * 990),
        ARRAY(SELECT c FROM unnest(ARRAY['department_id', 'assigned_to', 'category', 'resolution_notes']) AS c
            WHERE random() < 0.15 + m.n * 0),
        ARRAY(SELECT c FROM unnest(ARRAY['assigned_to', 'landmark', 'severity']) AS c WHERE random() < 0.1 + m.n * 0),
        ARRAY(SELECT c FROM unnest(ARRAY['hold_reason', 'rework_reason', 'assigned_to', 'duplicate_of_report_id']) AS c
            WHERE random() < 0.2 + m.n * 0),
        random() < 0.8
    FROM (
        SELECT row_number() OVER () AS n, f AS from_status, t AS to_status
        FROM unnest(enum_range(NULL::civic.report_status)::text[] || NULL) AS f,
            unnest(enum_range(NULL::civic.report_status)::text[]) AS t
        WHERE f IS DISTINCT FROM t
        ORDER BY random() LIMIT moves
    ) AS m
$$;

CREATE FUNCTION bench.become(role text, organization text, person text, claims text) RETURNS void
    LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', coalesce(role, 'none'));
    PERFORM set_config('civic.organization_id', coalesce(organization, ''), true),
        set_config('civic.user_id', coalesce(person, ''), true),
        set_config('request.jwt.claims', coalesce(claims, ''), true);
END
$$;

-- One statement's outcome: what it returned, or the error.
CREATE FUNCTION bench.outcome(statement text, row_id uuid) RETURNS jsonb LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    answer jsonb;
    code text;
    message text;
    detail text;
    hint text;
BEGIN
    BEGIN
        EXECUTE statement INTO answer USING row_id;
        RETURN answer;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
            hint = PG_EXCEPTION_HINT;
        RETURN jsonb_build_object('error', code) || CASE WHEN code LIKE 'ZC%' AND code <> 'ZC005'
            THEN jsonb_build_object('message', message, 'detail', detail, 'hint', hint) ELSE '{}' END;
    END;
END
$$;

CREATE FUNCTION bench.random_reason() RETURNS text LANGUAGE sql VOLATILE
RETURN CASE WHEN random() < 0.25 THEN NULL
    ELSE repeat(' ', floor(random() * 3)::integer)
        || repeat(bench.pick('x', 'ä', '語'),
            bench.pick('0', '1', '9', '10', '11', '12', '100', '1000', '1001')::integer)
        || repeat(' ', floor(random() * 3)::integer) END;

CREATE FUNCTION bench.check_guard(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    row_id uuid;
    place integer;
    who integer;
    start civic.report_status;
    target text;
    asker record;
    statement text;
BEGIN
    PERFORM bench.random_rules(bench.organization(2), 100);
    FOR n IN 1..cases LOOP
        row_id := bench.person(9, n);
        place := 1 + (n % 2);
        PERFORM bench.become(NULL, NULL, NULL, NULL);
        start := bench.pick(VARIADIC enum_range(NULL::civic.report_status)::text[]);
        INSERT INTO bench.check_c (organization_id, id, user_id, department_id, assigned_to, category, status,
            severity, landmark, hold_reason, rework_reason, resolution_notes, duplicate_of_report_id, status_updated_at)
        SELECT bench.organization(place), row_id,
            bench.person(place, (ARRAY[1, 71, 72])[1 + floor(random() * 3)::integer]),
            CASE WHEN random() < 0.7 THEN bench.person(0, 1) END,
            CASE WHEN random() < 0.8 THEN bench.person(place, 11 + floor(random() * 2)::integer) END,
            bench.pick(NULL, 'roads'), start, 'low', bench.pick(NULL, 'Old mill'),
            bench.pick(NULL, 'Waiting for parts.'), bench.pick(NULL, 'Not clean yet.'),
            bench.pick(NULL, 'Repaired on site.'),
            CASE WHEN random() < 0.5 THEN bench.person(0, 2) END, '2024-01-01 00:00:00+00';
        INSERT INTO bench.check_twin SELECT * FROM bench.check_c AS c WHERE c.id = row_id;

        SELECT t.to_status INTO target FROM civic.workflow_transitions AS t
        WHERE t.workflow = 'report' AND t.from_status = start::text AND random() < 0.8
            AND t.organization_id IN (bench.organization(place), '00000000-0000-0000-0000-000000000000')
        ORDER BY random() LIMIT 1;
        target := coalesce(target, bench.pick(VARIADIC enum_range(NULL::civic.report_status)::text[]));
        statement := format('UPDATE bench.%%I AS r SET status = %L', target)
            || CASE WHEN random() < 0.5 THEN '' ELSE format(', hold_reason = %L', bench.random_reason()) END
            || CASE WHEN random() < 0.5 THEN '' ELSE format(', rejection_reason = %L', bench.random_reason()) END
            || CASE WHEN random() < 0.5 THEN '' ELSE format(', rework_reason = %L', bench.random_reason()) END
            || CASE WHEN random() < 0.5 THEN ''
                ELSE format(', assignment_rejection_reason = %L', bench.random_reason()) END
            || CASE WHEN random() < 0.7 THEN '' ELSE format(', landmark = %L', bench.random_reason()) END
            || CASE WHEN random() < 0.8 THEN '' ELSE format(', severity = %L', bench.pick('low', 'high')) END
            || CASE WHEN random() < 0.8 THEN ''
                ELSE format(', assigned_to = %L',
                    bench.pick(NULL, bench.person(place, 11)::text, bench.person(place, 12)::text)) END
            || CASE WHEN random() < 0.8 THEN ''
                ELSE format(', duplicate_of_report_id = %L', bench.pick(NULL, bench.person(0, 3)::text)) END
            || ' WHERE r.id = $1 RETURNING to_jsonb(r) - ''report_number''';
        who := 1 + floor(random() * 10);
        SELECT a.role, a.person INTO asker FROM (VALUES
            (1, 'civic_user', 1), (2, 'civic_user', 2), (3, 'civic_user', 11), (4, 'civic_user', 12),
            (5, 'civic_user', 71), (6, 'civic_user', 72), (7, NULL, NULL), (8, 'civic_service', NULL),
            (9, 'civic_user', NULL), (10, NULL, 11)
        ) AS a (n, role, person)
        WHERE a.n = who;
        PERFORM bench.become(asker.role, bench.organization(place)::text,
            bench.person(place, asker.person)::text, NULL);
        INSERT INTO bench.answers VALUES ('guard of updates',
            jsonb_build_object('from', start, 'role', asker.role, 'person', asker.person, 'statement', statement),
            bench.outcome(format(statement, 'check_c'), row_id),
            bench.outcome(format(statement, 'check_twin'), row_id));

        IF n % 10 = 0 THEN
            statement := format('INSERT INTO bench.%%I AS r (organization_id, id, user_id, assigned_to, status,'
                ' status_updated_at) VALUES (%L, $1, %L, %L, %L, now()) RETURNING to_jsonb(r)',
                bench.organization(place), bench.person(place, 71),
                bench.pick(NULL, bench.person(place, 11)::text), target);
            INSERT INTO bench.answers VALUES ('guard of inserts',
                jsonb_build_object('role', asker.role, 'person', asker.person, 'statement', statement),
                bench.outcome(format(statement, 'check_c'), bench.person(8, n)),
                bench.outcome(format(statement, 'check_twin'), bench.person(8, n)));
        END IF;
    END LOOP;
    PERFORM bench.become(NULL, NULL, NULL, NULL);
END
$$;

CREATE FUNCTION bench.check_identity(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    statement constant text := 'SELECT jsonb_build_array(%1$s.current_organization_id(), %1$s.current_user_id(),'
        ' %1$s.current_department_id()) WHERE $1 IS NULL';
    permissions constant text[] := ARRAY(SELECT code FROM civic.permissions) || 'no:such_permission'::text;
    ids text[] := ARRAY[NULL, NULL, '', 'not a uuid', '00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-0000000000zz'];
    role text;
    organization text;
    person text;
    claims text;
    question jsonb;
    permission text;
    seller text;
BEGIN
    UPDATE civic.users AS u SET status = 'suspended'
    WHERE u.organization_id = bench.organization(1) AND u.id = bench.person(1, 80);
    UPDATE civic.organizations AS o SET is_active = false WHERE o.id = bench.organization(3);
    INSERT INTO civic.user_roles (organization_id, user_id, role_id, family)
    SELECT bench.organization(1), bench.person(1, 11), r.id, r.family
    FROM civic.roles AS r WHERE r.is_system AND r.code = 'verifier';
    INSERT INTO civic.roles (organization_id, id, code, name)
    VALUES (bench.organization(1), bench.person(9, 1), 'junior', 'Junior');
    INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
    VALUES (bench.organization(1), bench.person(9, 1), 'view_own_deals');
    INSERT INTO civic.user_roles (organization_id, user_id, role_organization_id, role_id, family)
    VALUES (bench.organization(1), bench.person(1, 71), bench.organization(1), bench.person(9, 1), 'custom');
    FOR n IN 1..cases LOOP
        role := bench.pick('civic_user', 'civic_user', 'civic_anon', 'civic_service', 'civic_owner', NULL);
        organization := CASE WHEN random() < 0.7 THEN bench.organization(1 + floor(random() * 3)::integer)::text
            ELSE bench.pick(VARIADIC ids) END;
        person := CASE WHEN random() < 0.7
            THEN bench.person(1 + floor(random() * 2)::integer,
                (ARRAY[1, 2, 11, 71, 80, 99999])[1 + floor(random() * 6)::integer])::text
            ELSE bench.pick(VARIADIC ids) END;
        claims := CASE WHEN random() < 0.5 THEN NULL WHEN random() < 0.1 THEN bench.pick('[]', '{', '"x"', '{}', '0')
            ELSE (jsonb_strip_nulls(jsonb_build_object('organization_id', organization, 'sub', person)) || CASE
                WHEN random() < 0.6 THEN '{}' ELSE jsonb_build_object('exp', (ARRAY['4102444800',
                    '1000000000', '1e300', '-5', '"soon"', 'null']::jsonb[])[1 + floor(random() * 6)::integer]) END
                || CASE WHEN random() < 0.05 THEN '{"sub": 5}'::jsonb ELSE '{}' END)::text END;
        IF claims IS NOT NULL THEN
            organization := CASE WHEN random() < 0.3 THEN organization END;
            person := CASE WHEN random() < 0.3 THEN person END;
        END IF;
        PERFORM bench.become(role, organization, person, claims);
        question := jsonb_build_object('role', role, 'organization', organization, 'person', person, 'claims', claims);
        permission := permissions[1 + floor(random() * cardinality(permissions))::integer];
        seller := bench.pick(NULL, bench.person(1, 71)::text, bench.person(2, 71)::text, bench.person(1, 1)::text);
        INSERT INTO bench.answers VALUES
            ('current_organization_id(), current_user_id(), current_department_id()', question,
                bench.outcome(format(statement, 'civic'), NULL), bench.outcome(format(statement, 'twin'), NULL)),
            ('has_permission()', question || jsonb_build_object('permission', permission),
                bench.outcome(format('SELECT to_jsonb(civic.has_permission(%L)) WHERE $1 IS NULL', permission), NULL),
                bench.outcome(format('SELECT to_jsonb(twin.has_permission(%L)) WHERE $1 IS NULL', permission), NULL)),
            ('is_deal_visible()', question || jsonb_build_object('made_by', seller),
                bench.outcome(format('SELECT to_jsonb(civic_helpers.is_deal_visible(%L)) WHERE $1 IS NULL', seller), NULL),
                bench.outcome(format('SELECT to_jsonb(twin.is_deal_visible(%L)) WHERE $1 IS NULL', seller), NULL));
    END LOOP;
    PERFORM bench.become(NULL, NULL, NULL, NULL);
END
$$;

CREATE FUNCTION bench.uuid_fault(id uuid) RETURNS text LANGUAGE sql VOLATILE
RETURN CASE
    WHEN substr(id::text, 15, 1) <> '7' OR substr(id::text, 20, 1) !~ '[89ab]' THEN 'version or variant of ' || id
    -- The counter may borrow a few milliseconds.
    WHEN abs(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint
        - date_part('epoch', clock_timestamp()) * 1000) > 1000 THEN 'time of ' || id
END;

-- Random bits cannot be equal; what RFC 9562 says about the others can. c and twin hold the values that are wrong.
CREATE FUNCTION bench.check_uuid(cases integer) RETURNS void LANGUAGE sql VOLATILE
AS $$
    INSERT INTO bench.answers
    SELECT 'uuid_v7()', to_jsonb(n), to_jsonb(bench.uuid_fault(civic.uuid_v7())),
        to_jsonb(bench.uuid_fault(twin.uuid_v7()))
    FROM generate_series(1, cases) AS n
$$;

CREATE FUNCTION bench.random_text(words integer) RETURNS text LANGUAGE sql VOLATILE
AS $$
    SELECT coalesce(string_agg(bench.pick('pothole', 'Straße', 'ÄRGER', 'नाली', 'o''clock', '3.14', 'a-b-c', 'x@y.org', '',
        'http://h.example/a?b=c', '<b>', '&amp;', 'A_B', '1e5', '水', 'dlaždice', repeat('w', 3000), E'\t', '/', '@.'),
        bench.pick(' ', ', ', '.', '-', '  ') ORDER BY n), '')
    FROM generate_series(1, floor(random() * words)::integer) AS n
$$;

-- What the library parses by itself: any letters, digits and common signs, which the server's parser knows more of.
CREATE FUNCTION bench.random_plain_text(characters integer) RETURNS text LANGUAGE sql VOLATILE
AS $$
    SELECT coalesce(string_agg(substr(E'aAbBeEzZxX0123456789 ,.-/_:;!?()''"\n\r\t@#$%*=[] +&<>~ee..--@@//::  ',
        1 + floor(random() * 80)::integer, 1), '' ORDER BY n), '')
    FROM generate_series(1, floor(random() * characters)::integer) AS n
$$;

CREATE FUNCTION bench.check_search(cases integer) RETURNS void LANGUAGE sql VOLATILE
AS $$
    INSERT INTO bench.answers
    SELECT 'search_words()', to_jsonb(q),
        to_jsonb(civic_private.search_words(q.organization, q.filed_at, q.number, q.title, q.description, q.address)::text),
        to_jsonb(twin.search_words(q.organization, q.filed_at, q.number, q.title, q.description, q.address)::text)
    FROM (
        SELECT gen_random_uuid() AS organization,
            timestamptz '2000-01-01 00:00:00Z' + (random() - 0.2) * 3e9 * interval '1 second' AS filed_at,
            'CL-2026-CITY-' || n AS number, bench.random_plain_text(20) AS title,
            CASE WHEN random() < 0.5 THEN bench.random_text(40) ELSE bench.random_plain_text(200) END AS description,
            CASE WHEN random() < 0.7 THEN bench.random_text(4) END AS address
        FROM generate_series(1, cases) AS n
    ) AS q
$$;
-- Rules over squares that overlap, each with an older and a newer boundary.
CREATE FUNCTION bench.random_routing(organization uuid, rules integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    UPDATE civic.categories AS c SET category_group = bench.pick(NULL, 'streets', 'pipes'),
        department_id = CASE WHEN random() < 0.7 THEN c.department_id END
    WHERE c.organization_id = organization;
    UPDATE civic.departments AS d SET is_active = false WHERE d.organization_id = organization AND d.code = 'HRT';
    INSERT INTO civic.areas (organization_id, kind, code, name, boundary, valid_from, valid_until)
    SELECT organization, bench.pick('ward', 'zone')::civic.area_kind, n::text, 'Area ' || n,
        ST_Multi(ST_MakeEnvelope(p.x, p.y, p.x + p.size, p.y + p.size, 4326)),
        CASE v WHEN 1 THEN '-infinity' ELSE '2026-01-01' END::date,
        CASE v WHEN 1 THEN '2026-01-01' ELSE 'infinity' END::date
    FROM generate_series(1, 30) AS n, generate_series(1, 2) AS v
    CROSS JOIN LATERAL (
        SELECT 76 + random() + 0 * n * v AS x, 11 + random() + 0 * n * v AS y, 0.1 + random() + 0 * n * v AS size
    ) AS p;
    INSERT INTO civic.routing_rules (organization_id, name, category, category_group, sub_category, area_id,
        department_id, is_override, priority, valid_from, valid_until, is_active)
    SELECT organization, 'Rule ' || n, CASE WHEN s.subject < 0.5 THEN s.category END,
        CASE WHEN s.subject BETWEEN 0.5 AND 0.8 THEN bench.pick('streets', 'pipes') END,
        CASE WHEN s.override THEN bench.pick(NULL, NULL, 'a', 'b') END,
        CASE WHEN s.located OR (s.subject > 0.8 AND NOT s.override) THEN s.area END, s.department, s.override,
        bench.pick('1', '1', '2', '100')::integer, bench.pick('-infinity', '-infinity', '2025-06-01')::date,
        bench.pick('infinity', 'infinity', '2026-06-01')::date, random() < 0.9
    FROM generate_series(1, rules) AS n
    CROSS JOIN LATERAL (
        SELECT random() + 0 * n AS subject, random() < 0.03 + 0 * n AS override, random() < 0.6 + 0 * n AS located,
            (SELECT c.code FROM civic.categories AS c WHERE c.organization_id = organization
                ORDER BY random() + 0 * n LIMIT 1) AS category,
            (SELECT a.id FROM civic.areas AS a WHERE a.organization_id = organization
                ORDER BY random() + 0 * n LIMIT 1) AS area,
            (SELECT d.id FROM civic.departments AS d WHERE d.organization_id = organization
                ORDER BY random() + 0 * n LIMIT 1) AS department
    ) AS s;
END
$$;

-- One report, the first row of its explanation, and many places at once.
CREATE FUNCTION bench.check_routing(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    organization constant uuid := bench.organization(2);
BEGIN
    PERFORM bench.random_routing(organization, 60);
    CREATE TEMPORARY TABLE places AS
    SELECT n::integer AS n, 11 + 2 * random() AS latitude, 76 + 2 * random() AS longitude,
        (ARRAY['a', 'b', 'c', NULL])[1 + floor(random() * 4)::integer] AS sub_category,
        CASE WHEN random() < 0.95 THEN (ARRAY(SELECT c.code FROM civic.categories AS c
            WHERE c.organization_id = organization))[1 + floor(random() * 8)::integer] ELSE 'no_such_category' END
            AS category,
        '2025-01-01'::timestamptz + random() * interval '2 years' AS filed_at
    FROM generate_series(1, cases) AS n;
    INSERT INTO bench.answers
    SELECT 'decide_route()', to_jsonb(p), to_jsonb(c), to_jsonb(t)
    FROM places AS p,
        civic_private.decide_route(organization, p.category, p.sub_category, p.latitude, p.longitude, p.filed_at) AS c,
        twin.decide_route(organization, p.category, p.sub_category, p.latitude, p.longitude, p.filed_at) AS t;
    INSERT INTO bench.answers
    SELECT 'explain_route(), the chosen rule', to_jsonb(p),
        jsonb_agg(jsonb_build_object('department_id', c.department_id, 'rule_id', c.rule_id, 'level', c.level,
            'area_id', c.area_id)) -> 0, to_jsonb(t)
    FROM places AS p,
        civic_private.explain_route(organization, p.category, p.sub_category, p.latitude, p.longitude, p.filed_at) AS c,
        twin.decide_route(organization, p.category, p.sub_category, p.latitude, p.longitude, p.filed_at) AS t
    WHERE p.n <= 1 + cases / 10 AND c.verdict = 'chosen'
    GROUP BY p.*, t.*;
    PERFORM bench.become(NULL, organization::text, NULL, NULL);
    INSERT INTO bench.answers
    SELECT 'route_points()', to_jsonb(p), to_jsonb(c) - 'point', to_jsonb(t)
    FROM (SELECT array_agg(p.latitude ORDER BY p.n) AS latitudes, array_agg(p.longitude ORDER BY p.n) AS longitudes,
            array_agg(p.category ORDER BY p.n) AS categories FROM places AS p) AS a,
        civic.route_points(a.latitudes, a.longitudes, a.categories, '2026-03-03') AS c
    JOIN places AS p ON p.n = c.point
    CROSS JOIN LATERAL twin.decide_route(organization, p.category, NULL, p.latitude, p.longitude,
        '2026-03-03 12:00') AS t;
    PERFORM bench.become(NULL, NULL, NULL, NULL);
    DROP TABLE places;
END
$$;

-- Hours of a day, two windows at most, on any minute.
CREATE FUNCTION bench.random_hours() RETURNS text[] LANGUAGE sql VOLATILE
AS $$
    SELECT ARRAY(
        SELECT format('%s:%s-%s:%s', to_char(edges[i] / 60, 'FM00'), to_char(edges[i] % 60, 'FM00'),
            to_char(edges[i + 1] / 60, 'FM00'), to_char(edges[i + 1] % 60, 'FM00'))
        FROM generate_series(1, cardinality(edges) - 1, 2) AS i
    )
    FROM (
        SELECT ARRAY(
            SELECT DISTINCT least(1440, 5 * floor(random() * 320)::integer)
            FROM generate_series(1, (ARRAY[0, 2, 4])[1 + floor(random() * 3)::integer]) ORDER BY 1
        ) AS edges
    ) AS e
$$;

-- Calendars of organization 1: random hours and holidays in zones of all kinds.
CREATE FUNCTION bench.random_calendars(calendars integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    FOR n IN 1..calendars LOOP
        INSERT INTO civic.business_calendars (organization_id, id, name, time_zone, weekly_hours)
        SELECT bench.organization(1), bench.person(7, n), 'Calendar ' || n,
            bench.pick('UTC', 'America/Chicago', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe',
                'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Auckland'),
            jsonb_object_agg(d, to_jsonb(bench.random_hours())) || '{"wednesday": ["08:00-12:00"]}'
        FROM unnest(ARRAY['monday', 'tuesday', 'thursday', 'friday', 'saturday', 'sunday']) AS d;
        INSERT INTO civic.calendar_holidays (organization_id, calendar_id, day, name, hours)
        SELECT bench.organization(1), bench.person(7, n), '2018-01-01'::date + floor(random() * 1400)::integer,
            'Holiday', bench.random_hours()
        FROM generate_series(1, 60)
        ON CONFLICT DO NOTHING;
    END LOOP;
END
$$;

CREATE FUNCTION bench.check_sla(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    calendar uuid;
    begins timestamptz;
    ends timestamptz;
    duration text;
    statement text;
BEGIN
    PERFORM bench.random_calendars(200);
    PERFORM bench.become('civic_user', bench.organization(1)::text, bench.person(1, 71)::text, NULL);
    FOR n IN 1..cases / 10 LOOP
        calendar := CASE WHEN random() < 0.02 THEN NULL WHEN random() < 0.01 THEN bench.person(7, 0)
            ELSE bench.person(7, 1 + floor(random() * 200)::integer) END;
        begins := '2018-01-01 00:00:00+00'::timestamptz + make_interval(mins => floor(random() * 2000000)::integer,
            secs => CASE WHEN random() < 0.5 THEN 0 ELSE random() * 60 END);
        IF random() < 0.02 THEN
            begins := bench.pick('1969-12-31 23:00:00+00', '2200-01-01 00:00:00+00', 'infinity');
        END IF;
        ends := begins + make_interval(mins => floor((random() - 0.3) * 30000)::integer,
            secs => CASE WHEN random() < 0.5 THEN 0 ELSE random() * 60 END);
        duration := CASE WHEN random() < 0.03 THEN bench.pick('1 month', '-1 hour', '1 year 2 days', '0')
            WHEN random() < 0.5 THEN floor(random() * 120) || ' minutes'
            ELSE round((random() * 300000)::numeric, 6) || ' seconds' END;
        statement := format('SELECT to_jsonb(%%1$s.work_add(%L, %L, %L)) WHERE $1 IS NULL', calendar, begins, duration);
        INSERT INTO bench.answers VALUES ('work_add()', to_jsonb(statement),
            bench.outcome(format(statement, 'civic'), NULL), bench.outcome(format(statement, 'twin'), NULL));
        statement := format('SELECT to_jsonb(%%1$s.work_between(%L, %L, %L)) WHERE $1 IS NULL', calendar, begins, ends);
        INSERT INTO bench.answers VALUES ('work_between()', to_jsonb(statement),
            bench.outcome(format(statement, 'civic'), NULL), bench.outcome(format(statement, 'twin'), NULL));
    END LOOP;
    PERFORM bench.become(NULL, NULL, NULL, NULL);
END
$$;

-- A polygon with teeth around a place, perhaps with a hole and a second part.
CREATE FUNCTION bench.blot(x double precision, y double precision, size double precision) RETURNS geometry
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    corners integer := 3 + floor(random() * random() * 300);
    shape geometry;
BEGIN
    SELECT ST_Polygon(ST_MakeLine(p.point || p.point[1]), 4326) INTO shape
    FROM (
        SELECT array_agg(ST_MakePoint(x + size * r.reach * cos(2 * pi() * n / corners),
            y + size * r.reach * sin(2 * pi() * n / corners)) ORDER BY n) AS point
        FROM generate_series(1, corners) AS n CROSS JOIN LATERAL (SELECT 0.4 + 0.6 * random() + 0 * n) AS r (reach)
    ) AS p;
    IF random() < 0.3 THEN
        shape := ST_Difference(shape, ST_Buffer(ST_SetSRID(ST_MakePoint(x, y), 4326), 0.2 * size, 4));
    END IF;
    IF random() < 0.3 THEN
        shape := ST_Union(shape, ST_Buffer(ST_SetSRID(ST_MakePoint(x + 1.7 * size, y), 4326), 0.4 * size, 3));
    END IF;
    RETURN ST_Multi(shape);
END
$$;

-- Random areas of two organizations and several times, some changed and some deleted; random places, corners and
-- places on edges.
CREATE FUNCTION bench.check_areas(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    role text;
    organization text;
    place record;
    day text;
    statement text;
BEGIN
    FOR n IN 1..60 LOOP
        INSERT INTO civic.areas (organization_id, kind, code, name, boundary, valid_from, valid_until)
        SELECT bench.organization(1 + k % 2), bench.pick('ward', 'district')::civic.area_kind, n || '.' || k, 'Blot',
            bench.blot(76 + 0.3 * random(), 11 + 0.3 * random(), 0.1 * random() + 0.0 * k),
            CASE WHEN random() < 0.7 THEN '-infinity'::date ELSE '2024-06-01' END,
            CASE WHEN random() < 0.7 THEN 'infinity'::date ELSE '2025-06-01' END
        FROM generate_series(1, 3) AS k;
        UPDATE civic.areas AS a SET boundary = bench.blot(76 + 0.3 * random(), 11 + 0.3 * random(), 0.1 * random())
        WHERE random() < 0.02;
        DELETE FROM civic.areas AS a WHERE random() < 0.01;
    END LOOP;
    CREATE TEMP TABLE corners AS
    SELECT row_number() OVER () AS n, ST_X(d.geom) AS x, ST_Y(d.geom) AS y,
        (ST_X(d.geom) + lead(ST_X(d.geom)) OVER ()) / 2 AS middle_x,
        (ST_Y(d.geom) + lead(ST_Y(d.geom)) OVER ()) / 2 AS middle_y
    FROM civic.areas AS a CROSS JOIN LATERAL ST_DumpPoints(a.boundary) AS d;
    CREATE INDEX ON corners (n);
    GRANT SELECT ON corners TO PUBLIC;
    FOR i IN 1..cases LOOP
        PERFORM bench.become(NULL, NULL, NULL, NULL);
        role := bench.pick('civic_user', 'civic_anon', 'civic_service', NULL);
        organization := bench.organization(1 + floor(random() * 2)::integer)::text;
        SELECT CASE WHEN i % 3 = 0 THEN c.x WHEN i % 3 = 1 THEN coalesce(c.middle_x, c.x) ELSE 76 + 0.3 * random() END
                AS x,
            CASE WHEN i % 3 = 0 THEN c.y WHEN i % 3 = 1 THEN coalesce(c.middle_y, c.y) ELSE 11 + 0.3 * random() END AS y
        INTO place
        FROM corners AS c
        WHERE c.n = (SELECT 1 + floor(random() * max(m.n))::bigint FROM corners AS m);
        IF random() < 0.02 THEN
            place.x := bench.pick('NaN', '181', '-200', 'Infinity')::double precision;
        END IF;
        day := bench.pick(NULL, '2024-05-31', '2024-06-01', '2025-05-31', '2025-06-01', 'infinity', '-infinity');
        statement := format('SELECT to_jsonb(%%s.area_at(%s, %s, %L, %L)) WHERE $1 IS NULL',
            quote_literal(place.y) || '::double precision', quote_literal(place.x) || '::double precision',
            bench.pick('ward', 'district', 'zone'), day);
        PERFORM bench.become(role, organization, NULL, NULL);
        INSERT INTO bench.answers VALUES ('area_at()',
            jsonb_build_object('role', role, 'organization', organization, 'statement', statement),
            bench.outcome(format(statement, 'civic'), NULL), bench.outcome(format(statement, 'twin'), NULL));
    END LOOP;
    PERFORM bench.become(NULL, NULL, NULL, NULL);
END
$$;

-- An area of any kind, some malformed, some at the edges of the map.
CREATE FUNCTION bench.random_assignment(organization uuid, person uuid) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    kind civic.area_type := bench.pick('ward', 'district', 'circle', 'radius', 'polygon');
    x double precision := CASE WHEN random() < 0.8 THEN 76 + 0.3 * random() ELSE bench.pick('179.99', '-180', '0')::float8 END;
    y double precision := CASE WHEN random() < 0.8 THEN 11 + 0.3 * random() ELSE bench.pick('89.99', '-90', '0')::float8 END;
BEGIN
    INSERT INTO civic.area_assignments (organization_id, user_id, area_type, area_name, area_data, is_active)
    VALUES (organization, person, kind, 'Area', CASE
        WHEN kind = 'ward' THEN jsonb_build_object('ward_number', bench.pick('1', '2', (1 + floor(random() * 60))
            || '.' || bench.pick('1', '2', '3')))
        WHEN kind = 'district' THEN jsonb_build_object('name', bench.pick('East', 'Blot', (1 + floor(random() * 60))
            || '.' || bench.pick('1', '2', '3')))
        WHEN kind = 'polygon' AND random() < 0.1 THEN jsonb_build_object('coordinates',
            bench.pick('[]', '[[1, 2]]', '"x"', '[[11, 76], ["a", 76], [12, 77]]')::jsonb)
        WHEN kind = 'polygon' THEN jsonb_build_object('coordinates', (
            SELECT jsonb_agg(jsonb_build_array(11 + 0.3 * random(), 76 + 0.3 * random()))
            FROM generate_series(1, 3 + floor(random() * 5)::integer)))
        WHEN random() < 0.1 THEN jsonb_build_object('center_lat', bench.pick('"11"', '95', '11')::jsonb, 'center_lon', 76,
            'radius_km', bench.pick('null', '-1', '5')::jsonb)
        ELSE jsonb_build_object('center_lat', y, 'center_lon', x, 'radius_km',
            bench.pick('0', '0.5', '5', '20', '300', '9000')::numeric)
    END, random() < 0.9);
END
$$;

CREATE FUNCTION bench.check_moderation(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    place record;
    statement text;
    role text;
    person uuid;
BEGIN
    UPDATE civic.user_roles AS ur SET role_id = r.id, role_organization_id = r.organization_id
    FROM civic.roles AS r
    WHERE ur.organization_id = bench.organization(1) AND ur.user_id BETWEEN bench.person(1, 3) AND bench.person(1, 10)
        AND ur.family = 'civic' AND r.is_system AND r.code = 'moderator';
    FOR i IN 1..cases LOOP
        PERFORM bench.become(NULL, NULL, NULL, NULL);
        IF i % 50 = 1 THEN
            DELETE FROM civic.area_assignments;
            PERFORM bench.random_assignment(bench.organization(1), bench.person(1, 3 + floor(random() * 7)::integer))
            FROM generate_series(1, 20);
        END IF;
        person := bench.pick(bench.person(1, 3 + floor(random() * 8)::integer)::text, bench.person(1, 1)::text,
            bench.person(1, 11)::text, bench.person(1, 71)::text);
        role := bench.pick('civic_user', 'civic_user', 'civic_user', 'civic_service', NULL);
        SELECT CASE WHEN random() < 0.8 THEN 76 + 0.3 * random() ELSE bench.pick('180', '-179.98', '0.01', NULL)::float8
            END AS x,
            CASE WHEN random() < 0.8 THEN 11 + 0.3 * random() ELSE bench.pick('90', '-89.99', '0.01', NULL)::float8
            END AS y INTO place;
        statement := format('SELECT to_jsonb(%%s.can_moderate_at(%L, %L, %s, %s)) WHERE $1 IS NULL',
            bench.pick(NULL, '1', '2', '3'), bench.pick(NULL, 'East', 'West'),
            quote_nullable(place.y) || '::double precision', quote_nullable(place.x) || '::double precision');
        PERFORM bench.become(role, bench.organization(1)::text, person::text, NULL);
        INSERT INTO bench.answers VALUES ('can_moderate_at()',
            jsonb_build_object('role', role, 'person', person, 'statement', statement),
            bench.outcome(format(statement, 'civic'), NULL), bench.outcome(format(statement, 'twin'), NULL));
    END LOOP;
    PERFORM bench.become(NULL, NULL, NULL, NULL);
    DELETE FROM civic.area_assignments;
END
$$;

CREATE FUNCTION bench.check_templates(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    template text;
    variables jsonb;
BEGIN
    FOR n IN 1..cases LOOP
        SELECT string_agg(bench.pick('{', '}', '{a}', '{b}', '{ä}', '{}', 'a', 'b', 'ä', E'\n', '\', ' ', '{a', 'b}'), '')
        INTO template FROM generate_series(1, 1 + n % 20);
        variables := bench.pick('{}', '[1]', '"a"', '{"a": "{b}", "b": 1.50}', '{"a": null, "ä": "…", "": "e"}',
            '{"a": [1, {"b": "x"}], "b": true}', E'{"a": "\\\\1", "b": -1e3}')::jsonb;
        INSERT INTO bench.answers VALUES ('fill_template()', jsonb_build_array(template, variables),
            to_jsonb(civic_private.fill_template(template, variables)),
            to_jsonb(twin.fill_template(template, variables)));
    END LOOP;
END
$$;

-- Some reports lie at the edges of the map, some have odd texts and addresses, some are rejected pairs and families.
CREATE FUNCTION bench.spread_reports() RETURNS void LANGUAGE sql VOLATILE
AS $$
    UPDATE civic.reports AS r SET
        latitude = CASE n.n % 7 WHEN 0 THEN 89.9999 + (random() - 0.5) / 5000 WHEN 1 THEN (random() - 0.5) / 300
            WHEN 2 THEN -84.999 - random() / 300 ELSE r.latitude END,
        longitude = CASE n.n % 7 WHEN 0 THEN 360 * random() - 180 WHEN 1 THEN -180 + random() / 300
            WHEN 2 THEN 180 - random() / 300 ELSE r.longitude END,
        title = CASE WHEN random() < 0.3 THEN 'Ünsafe straße हाँ' ELSE r.title END,
        description = CASE WHEN random() < 0.1 THEN '?! ... -- ?!' ELSE r.description END,
        address = bench.pick(NULL, '12 MG Road', '14 M.G. Rd.', 'MG Road', 'Hauptstraße ' || n.n % 90 || 'a',
            'MG Road & 5th Ave', '5th Avenue / MG Road', 'Sector 5', ''),
        ai_category = CASE WHEN random() < 0.2 THEN 'water' END
    FROM (SELECT o.organization_id, o.id, row_number() OVER (ORDER BY o.id) AS n FROM civic.reports AS o) AS n
    WHERE n.organization_id = r.organization_id AND n.id = r.id;
    UPDATE civic.categories AS c SET category_group = 'pipes' WHERE c.code IN ('water', 'drainage');
$$;

CREATE FUNCTION bench.random_policy(organization uuid) RETURNS void LANGUAGE sql VOLATILE
AS $$
    DELETE FROM civic.duplicate_policies AS p WHERE p.organization_id = organization;
    INSERT INTO civic.duplicate_policies (organization_id, category, hint_radius_m, window_days, include_closed,
        distance_weight, address_weight, text_weight, age_weight, hint_threshold, street_numbers)
    SELECT organization, bench.pick(NULL, NULL, 'roads', 'water'),
        bench.pick('0', '5', '50', '200', '300', '1000', '5000')::double precision,
        bench.pick('30', '400', '3650')::integer, random() < 0.5, 0.01 + random(), random(), random(), random(),
        bench.pick('0', '0.3', '0.5', '0.65')::double precision, bench.pick('0', '10', '50')::integer
$$;

CREATE FUNCTION bench.check_duplicates(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    statement constant text := 'SELECT coalesce(jsonb_agg(to_jsonb(d) - ''reason''), ''[]'') FROM %s.%s'
        ' AS d WHERE $1 IS NULL';
    probe record;
    question text;
    who integer;
BEGIN
    PERFORM bench.spread_reports();
    FOR n IN 1..cases / 5 LOOP
        PERFORM bench.become(NULL, NULL, NULL, NULL);
        IF n % 20 = 1 THEN
            PERFORM bench.random_policy(bench.organization(1 + n / 20 % 2));
        END IF;
        SELECT r.* INTO probe FROM civic.reports AS r WHERE r.organization_id = bench.organization(1 + n % 2)
        ORDER BY r.id OFFSET floor(random() * 900) LIMIT 1;
        question := CASE WHEN random() < 0.4 THEN format('find_duplicates_of(%L, %s)', probe.id,
                bench.pick('5', '100', '1'))
            ELSE format('find_duplicates(%L, %L, %s, %s, %L, %L, %s)',
                CASE WHEN random() < 0.7 THEN probe.category WHEN random() < 0.9 THEN NULL ELSE 'no such' END,
                bench.pick(probe.description, left(probe.description, 40), '', 'Deep hole', NULL),
                CASE WHEN random() < 0.97 THEN (least(probe.latitude + (random() - 0.5) / 1000, 90))::text
                    ELSE '''NaN''' END,
                CASE WHEN random() < 0.97 THEN (greatest(probe.longitude + (random() - 0.5) / 1000, -180))::text
                    ELSE '181' END,
                bench.pick(probe.address, '13 MG Rd', NULL), bench.pick(probe.title, NULL, ''),
                bench.pick('5', '100', '1')) END;
        who := 1 + floor(random() * 6);
        PERFORM bench.become(
            (ARRAY['civic_user', 'civic_user', 'civic_user', 'civic_anon', 'civic_service', NULL])[who],
            bench.organization(1 + (n + (random() < 0.05)::integer) % 2)::text,
            CASE who WHEN 1 THEN bench.person(1 + n % 2, 1)::text WHEN 2 THEN bench.person(1 + n % 2, 11)::text
                WHEN 3 THEN bench.person(1 + n % 2, 80)::text END, NULL);
        INSERT INTO bench.answers VALUES ('find_duplicates()',
            jsonb_build_object('who', who, 'question', left(question, 400)),
            bench.outcome(format(statement, 'civic', question), NULL),
            bench.outcome(format(statement, 'twin', question), NULL));
    END LOOP;
    PERFORM bench.become(NULL, NULL, NULL, NULL);
END
$$;

-- Poles, the 180th meridian, the same point, no point at all; radius and accuracy from nothing to more than the earth.
CREATE FUNCTION bench.check_attendance(cases integer) RETURNS void LANGUAGE sql VOLATILE
AS $$
    INSERT INTO bench.answers
    SELECT 'judge_location()', to_jsonb(q), to_jsonb(c), to_jsonb(t)
    FROM (
        SELECT n, p.latitude,
            CASE WHEN n % 5 = 0 THEN bench.pick('180', '-180', '179.9999', '-179.9999', '0', NULL, 'NaN', '181')
                ELSE p.longitude::text END::double precision AS longitude,
            CASE WHEN random() < 0.8 THEN 500 * random() * random() ELSE bench.pick(NULL, '0', '50', '999', '1000',
                '1001', '1e9', 'Infinity', 'NaN', '-1')::double precision END AS accuracy,
            CASE WHEN n % 3 = 0 THEN least(greatest(p.latitude + (random() - 0.5) / 100, -90), 90)
                ELSE p.latitude END AS dest_latitude,
            CASE WHEN n % 7 = 0 THEN bench.pick('180', '-180', '-179.9995', 'Infinity', NULL)::double precision
                WHEN n % 2 = 0 THEN p.longitude + (random() - 0.5) / 100 ELSE p.longitude END AS dest_longitude,
            CASE WHEN random() < 0.8 THEN 2000 * random() ELSE bench.pick('0', '10', '100', '1000', '2e7', 'Infinity',
                'NaN', '-5', NULL)::double precision END AS radius
        FROM (
            SELECT n, bench.pick('90', '-90', '89.99999', '0', NULL, 'NaN', '91', (180 * random() - 90)::text,
                (180 * random() - 90)::text, (180 * random() - 90)::text)::double precision AS latitude,
                360 * random() - 180 AS longitude
            FROM generate_series(1, cases) AS n
        ) AS p
    ) AS q
    CROSS JOIN LATERAL civic.judge_location(q.latitude, q.longitude, q.accuracy, q.dest_latitude, q.dest_longitude,
        q.radius) AS c
    CROSS JOIN LATERAL twin.judge_location(q.latitude, q.longitude, q.accuracy, q.dest_latitude, q.dest_longitude,
        q.radius) AS t
$$;

-- Forms of pieces that mean something to the parser, and JSON of all that XML must escape. The twin's messages say less.
CREATE FUNCTION bench.check_open311(cases integer) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    form text;
    document text;
BEGIN
    FOR n IN 1..cases LOOP
        SELECT string_agg(bench.pick('a', 'b', '=', '&', '&', '[', ']', '[]', '[x]', '+', '%20', '%26', '%C3%A4',
            '%e2%82%ac', 'ä', '%5B', '%5d', CASE WHEN n % 10 = 0 THEN bench.pick('%', '%z', '%FF', '%C3', '%ED%A0%80') END), '')
        INTO form FROM generate_series(1, 1 + n % 20);
        INSERT INTO bench.answers VALUES ('form_fields()', to_jsonb(form),
            bench.outcome(format('SELECT jsonb_agg(f) FROM civic_helpers.form_fields(%L) AS f', form), NULL)
                - '{message,detail,hint}'::text[],
            bench.outcome(format('SELECT jsonb_agg(f) FROM twin.form_fields(%L) AS f', form), NULL)
                - '{message,detail,hint}'::text[]);
        SELECT json_build_object('things', json_agg(json_build_object(bench.pick('a', 'values', 's', 'x-1'),
            CASE WHEN i % 5 = 0 THEN to_json(random()) WHEN i % 7 = 0 THEN to_json(i % 2 = 0) WHEN i % 11 = 0 THEN NULL
            ELSE to_json(bench.pick('<', '>', '&', '"', E'\n', E'\r', E'\x01', 'ä', E'\uFFFE', U&'\+01F600', 'x', '\')
                || bench.pick('a', ']]>', '''', ' ', '&amp;')) END)))::text
        INTO document FROM generate_series(1, n % 12) AS i;
        INSERT INTO bench.answers VALUES ('json_to_xml()', to_jsonb(document),
            to_jsonb(civic_helpers.json_to_xml(document::json, 'root')),
            to_jsonb(twin.json_to_xml(document::json, 'root')));
    END LOOP;
END
$$;

-- Every kind of change of a table that is recorded both ways. What the entry says besides is not among its values.
CREATE FUNCTION bench.check_audit(cases integer) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
BEGIN
    FOR n IN 1 .. cases LOOP
        CASE (random() * 4)::integer
            WHEN 0 THEN DELETE FROM twin.audited_both WHERE id = (random() * 200)::integer;
            WHEN 1 THEN UPDATE twin.audited_both SET a = CASE WHEN random() < 0.3 THEN a ELSE random()::text END,
                b = random() < 0.5, c = (random() * 100)::numeric(5, 2),
                e = nullif(jsonb_build_object('x', (random() * 2)::integer), '{"x": 1}')
                WHERE id = (random() * 200)::integer;
            ELSE INSERT INTO twin.audited_both VALUES ('00000000-0000-0000-0000-000000000001',
                (random() * 200)::integer, md5(random()::text), random() < 0.5, random()::numeric,
                now() - random() * interval '1 year', jsonb_build_object('y', random()::text, 'z', NULL),
                md5(random()::text)::uuid, ARRAY['a', NULL, '"'], current_date - n, random())
                ON CONFLICT (id) DO UPDATE SET g = ARRAY[random()::text];
        END CASE;
    END LOOP;
    INSERT INTO bench.answers
    SELECT 'audit_log', jsonb_build_object('change', n), to_jsonb(c), to_jsonb(t)
    FROM (
        SELECT row_number() OVER (ORDER BY e.epoch, e.xid, e.counter) AS n, l.operation, l.entity_id,
            l.old_values - 'd' AS old_values, l.new_values - 'd' AS new_values
        FROM civic.audit_log AS l
        JOIN civic.audit_entries AS e ON l.id = e.epoch || '.' || e.xid::text || '.' || e.counter
        WHERE e.table_name = 'audited_both'
    ) AS c
    FULL JOIN (
        SELECT row_number() OVER (ORDER BY p.id) AS n, p.operation, p.entity_id,
            p.old_values - '{d,organization_id}'::text[] AS old_values,
            p.new_values - '{d,organization_id}'::text[] AS new_values
        FROM twin.audit_plain AS p WHERE p.relation = 'twin.audited_both'
    ) AS t USING (n);
END
$$;
