-- Who gets a report, and why: the order of the rules, what routes a report anew, officers, refusals, what-if, and who
-- may see and do what.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();
SELECT setseed(0.25);

------------------------------------------------------------------------------------------------------------------------
-- A city of its own: two squares, the small one inside the large one, and a department for each level
------------------------------------------------------------------------------------------------------------------------

SELECT civic.create_organization('RTG', 'Routing', 'Asia/Kolkata') AS city \gset
SELECT set_config('civic.organization_id', :'city', true) \g /dev/null
-- The reports of this file are alike, and meant.
INSERT INTO civic.duplicate_policies (hint_radius_m) VALUES (0);
INSERT INTO civic.departments (code, name)
SELECT 'D' || n, 'Department ' || n FROM generate_series(1, 9) AS n;
CREATE FUNCTION pg_temp.dept(code text) RETURNS uuid LANGUAGE sql STABLE
RETURN (SELECT d.id FROM civic.departments AS d
    WHERE d.organization_id = civic.current_organization_id() AND d.code = dept.code);
INSERT INTO civic.areas (id, kind, code, name, boundary, valid_from, valid_until)
VALUES
    (tap.id('outer'), 'zone', 'o', 'Outer', ST_Multi(ST_MakeEnvelope(0, 0, 10, 10, 4326)), '-infinity', 'infinity'),
    (tap.id('inner'), 'ward', 'i', 'Inner', ST_Multi(ST_MakeEnvelope(2, 2, 4, 4, 4326)), '-infinity', '2025-01-01'),
    (tap.id('inner2'), 'ward', 'i', 'Inner', ST_Multi(ST_MakeEnvelope(2, 2, 3, 3, 4326)), '2025-01-01', 'infinity');
UPDATE civic.categories SET category_group = 'streets'
WHERE organization_id = :'city' AND code IN ('roads', 'streetlight');
UPDATE civic.categories SET department_id = CASE code WHEN 'roads' THEN pg_temp.dept('D7') END
WHERE organization_id = :'city';

-- "level department" of a place, as the system.
CREATE FUNCTION pg_temp.routed(
    category text, latitude double precision, longitude double precision, sub_category text DEFAULT NULL,
    filed_at timestamptz DEFAULT '2026-06-01'
) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT concat_ws(' ', r.level, (SELECT d.code FROM civic.departments AS d WHERE d.id = r.department_id))
    FROM civic_private.decide_route(civic.current_organization_id(), category, sub_category, latitude, longitude,
        filed_at) AS r
);

SELECT is(pg_temp.routed('roads', 2.5, 2.5), 'category D7', 'without a rule the department of the category');
SELECT is(pg_temp.routed('water', 2.5, 2.5), 'triage', 'without that, triage');
SELECT is(pg_temp.routed('no_such_category', 2.5, 2.5), 'triage', 'an unknown category has no department');

INSERT INTO civic.routing_rules (id, name, category, category_group, area_id, department_id, is_override)
VALUES
    (tap.id('r1'), 'Override', NULL, NULL, NULL, pg_temp.dept('D1'), true),
    (tap.id('r2'), 'Roads there', 'roads', NULL, tap.id('outer'), pg_temp.dept('D2'), false),
    (tap.id('r3'), 'Streets there', NULL, 'streets', tap.id('outer'), pg_temp.dept('D3'), false),
    (tap.id('r4'), 'Roads', 'roads', NULL, NULL, pg_temp.dept('D4'), false),
    (tap.id('r5'), 'Streets', NULL, 'streets', NULL, pg_temp.dept('D5'), false),
    (tap.id('r6'), 'All there', NULL, NULL, tap.id('outer'), pg_temp.dept('D6'), false);

-- Each level comes before the next: the winners are switched off one after the other.
CREATE FUNCTION pg_temp.peel(category text, latitude double precision, longitude double precision) RETURNS SETOF text
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    winner uuid;
BEGIN
    LOOP
        RETURN NEXT pg_temp.routed(category, latitude, longitude);
        SELECT r.rule_id INTO winner FROM civic_private.decide_route(civic.current_organization_id(), category, NULL,
            latitude, longitude, '2026-06-01') AS r;
        EXIT WHEN winner IS NULL;
        UPDATE civic.routing_rules SET is_active = false WHERE id = winner;
    END LOOP;
    UPDATE civic.routing_rules SET is_active = true WHERE organization_id = civic.current_organization_id();
END
$$;
SELECT results_eq($$SELECT * FROM pg_temp.peel('roads', 5, 5)$$,
    ARRAY['override D1', 'category_area D2', 'group_area D3', 'category D4', 'category D7'],
    'inside: override, category and area, group and area, category, its own department');
SELECT results_eq($$SELECT * FROM pg_temp.peel('streetlight', 5, 5)$$,
    ARRAY['override D1', 'group_area D3', 'group D5', 'area D6', 'triage'],
    'a category without a department: group and area, group, area, triage');
SELECT results_eq($$SELECT * FROM pg_temp.peel('roads', 50, 50)$$, ARRAY['override D1', 'category D4', 'category D7'],
    'outside no rule of an area fits');
SELECT is(pg_temp.routed('roads', 10, 10), 'override D1', 'a border belongs to the area');
UPDATE civic.routing_rules SET is_active = false WHERE organization_id = :'city' AND is_override;
SELECT is(pg_temp.routed('roads', 10, 10), 'category_area D2', 'and so does its corner');

------------------------------------------------------------------------------------------------------------------------
-- Ties, time, inactive departments
------------------------------------------------------------------------------------------------------------------------

INSERT INTO civic.routing_rules (id, name, category, area_id, department_id)
VALUES (tap.id('r8'), 'Roads in the inner', 'roads', tap.id('inner'), pg_temp.dept('D8'));
SELECT is(pg_temp.routed('roads', 2.5, 2.5), 'category_area D8', 'of areas that overlap the smaller one counts');
SELECT is(pg_temp.routed('roads', 3.5, 3.5), 'category_area D2', 'where the boundary of the day does not reach');
SELECT is(pg_temp.routed('roads', 3.5, 3.5, NULL, '2024-06-01'), 'category_area D8', 'but the older one did');
SELECT is(pg_temp.routed('roads', 3.5, 3.5, NULL, '2024-12-31 18:29:59+00'), 'category_area D8',
    'up to midnight where the organization is');
SELECT is(pg_temp.routed('roads', 3.5, 3.5, NULL, '2024-12-31 18:30+00'), 'category_area D2', 'and not after');
UPDATE civic.routing_rules SET priority = 99 WHERE id = tap.id('r2');
SELECT is(pg_temp.routed('roads', 2.5, 2.5), 'category_area D2', 'a lower priority number comes before a smaller area');
UPDATE civic.routing_rules SET priority = 100 WHERE organization_id = :'city';
INSERT INTO civic.routing_rules (id, name, category, area_id, department_id)
VALUES ('00000000-0000-0000-0000-000000000009', 'Roads again', 'roads', tap.id('inner2'), pg_temp.dept('D9'));
SELECT is(pg_temp.routed('roads', 2.5, 2.5), 'category_area D9', 'among equals the lower id');
UPDATE civic.departments SET is_active = false WHERE organization_id = :'city' AND code = 'D9';
SELECT is(pg_temp.routed('roads', 2.5, 2.5), 'category_area D8', 'a department that is not active gets nothing');
UPDATE civic.departments SET is_active = false WHERE organization_id = :'city' AND code = 'D7';
UPDATE civic.routing_rules SET is_active = false WHERE organization_id = :'city';
SELECT is(pg_temp.routed('roads', 2.5, 2.5), 'triage', 'not even as that of the category');
UPDATE civic.departments SET is_active = true WHERE organization_id = :'city';
UPDATE civic.routing_rules SET is_active = true, valid_from = '2026-01-01', valid_until = '2026-02-01'
WHERE id = tap.id('r4');
SELECT is(pg_temp.routed('roads', 50, 50, NULL, '2026-01-15'), 'category D4', 'a rule holds for reports of its time');
SELECT is(pg_temp.routed('roads', 50, 50, NULL, '2025-12-31 12:00Z'), 'category D7', 'not before');
SELECT is(pg_temp.routed('roads', 50, 50, NULL, '2026-01-31 18:30Z'), 'category D7', 'and not from its end on');
INSERT INTO civic.routing_rules (id, name, category, sub_category, department_id, is_override)
VALUES (tap.id('sub'), 'Bridges', 'roads', 'bridge', pg_temp.dept('D1'), true);
SELECT is(pg_temp.routed('roads', 50, 50, 'bridge'), 'override D1', 'an override may be for a sub-category');
SELECT is(pg_temp.routed('roads', 50, 50, 'Bridge'), 'category D7', 'which must be exactly that');
SELECT is(pg_temp.routed('water', 50, 50, 'bridge'), 'triage', 'and of the category');

SELECT throws_ok(format('INSERT INTO civic.routing_rules (name, category, category_group, department_id)
    VALUES (''n'', ''roads'', ''streets'', %L)', pg_temp.dept('D1')), '23514', NULL, 'not both category and group');
SELECT throws_ok(format('INSERT INTO civic.routing_rules (name, department_id) VALUES (''n'', %L)',
    pg_temp.dept('D1')), '23514', NULL, 'a rule for everything is an override');
SELECT throws_ok(format('INSERT INTO civic.routing_rules (name, category, sub_category, department_id)
    VALUES (''n'', ''roads'', ''x'', %L)', pg_temp.dept('D1')), '23514', NULL, 'so is one for a sub-category');
SELECT throws_ok($$SELECT pg_temp.routed('roads', 91, 0)$$, '22003', NULL, 'there is no latitude of 91');
SELECT throws_ok($$SELECT pg_temp.routed('roads', 'NaN', 0)$$, '22003', NULL, 'nor one that is no number');

------------------------------------------------------------------------------------------------------------------------
-- Explanations
------------------------------------------------------------------------------------------------------------------------

UPDATE civic.routing_rules SET is_active = id <> tap.id('r1'), valid_from = '-infinity', valid_until = 'infinity'
WHERE organization_id = :'city';
UPDATE civic.routing_rules SET is_active = false WHERE id = '00000000-0000-0000-0000-000000000009';
UPDATE civic.routing_rules SET valid_until = '2026-01-01' WHERE id = tap.id('r5');
SELECT results_eq(
    $$SELECT e.place, e.level::text, e.rule_name, e.verdict, e.reason
        FROM civic.explain_route_at('roads', 2.5, 2.5, NULL, '2026-06-01') AS e$$,
    $$VALUES
        (1, 'category_area', 'Roads in the inner', 'chosen', 'First of 6 rules that fit.'),
        (2, 'category_area', 'Roads there', 'comes later', format('Fits, but its area of %s square metres is larger'
            || ' than %s.', round((SELECT ST_Area(boundary::geography) FROM civic.areas WHERE id = tap.id('outer'))),
            round((SELECT ST_Area(boundary::geography) FROM civic.areas WHERE id = tap.id('inner2'))))),
        (3, 'group_area', 'Streets there', 'comes later', 'Fits, but level "group_area" comes after "category_area".'),
        (4, 'category', 'Roads', 'comes later', 'Fits, but level "category" comes after "category_area".'),
        (5, 'category', 'department of category "roads"', 'comes later',
            'Fits, but level "category" comes after "category_area".'),
        (6, 'area', 'All there', 'comes later', 'Fits, but level "area" comes after "category_area".'),
        (7, 'override', 'Override', 'does not fit', 'It is switched off.'),
        (8, 'override', 'Bridges', 'does not fit', 'It is for sub-category "bridge".'),
        (9, 'category_area', 'Roads again', 'does not fit', 'It is switched off.'),
        (10, 'group', 'Streets', 'does not fit', 'It held until 2026-01-01.')$$,
    'an explanation names every rule and why it is not chosen');
SELECT results_eq($$SELECT e.place, e.level::text, e.verdict, e.reason FROM civic.explain_route_at('water', 50, 50) AS e
        WHERE e.place = 1$$,
    $$VALUES (1, 'triage', 'chosen', 'No rule fits; a person decides.')$$, 'triage is explained as well');

-- Random rules, random places: the explanation, the decision and the set say the same.
INSERT INTO civic.areas (kind, code, name, boundary)
SELECT 'neighborhood', n::text, 'N', ST_Multi(ST_MakeEnvelope(p.x, p.y, p.x + p.w, p.y + p.h, 4326))
FROM generate_series(1, 25) AS n
CROSS JOIN LATERAL (
    SELECT 8 * random() + 0 * n AS x, 8 * random() + 0 * n AS y, 4 * random() + 0.1 AS w, 4 * random() + 0.1 AS h
) AS p;
INSERT INTO civic.routing_rules (name, category, category_group, area_id, department_id, is_override, priority)
SELECT 'random', CASE k.kind WHEN 1 THEN k.category END, CASE k.kind WHEN 2 THEN 'streets' END, k.area, k.department,
    k.override < 0.03, floor(3 * random())
FROM generate_series(1, 60) AS n
CROSS JOIN LATERAL (
    SELECT floor(3 * random() + 0 * n) AS kind, random() + 0 * n AS override,
        (SELECT c.code FROM civic.categories AS c WHERE c.organization_id = civic.current_organization_id()
            ORDER BY random() + 0 * n LIMIT 1) AS category,
        (SELECT a.id FROM civic.areas AS a WHERE a.organization_id = civic.current_organization_id()
            ORDER BY random() + 0 * n LIMIT 1) AS area,
        (SELECT d.id FROM civic.departments AS d WHERE d.organization_id = civic.current_organization_id()
            ORDER BY random() + 0 * n LIMIT 1) AS department
) AS k;
CREATE TEMPORARY TABLE places AS
SELECT n::integer AS n, 12 * random() AS latitude, 12 * random() AS longitude,
    (ARRAY['roads', 'streetlight', 'water', 'drainage', NULL])[1 + floor(5 * random())::integer] AS category
FROM generate_series(1, 400) AS n;
CREATE TEMPORARY TABLE answers AS
SELECT p.n, d.department_id, d.rule_id, d.area_id, d.level FROM places AS p
CROSS JOIN LATERAL civic_private.decide_route(civic.current_organization_id(), p.category, NULL, p.latitude,
    p.longitude, '2026-06-01 12:00') AS d;
SELECT cmp_ok((SELECT count(DISTINCT a.rule_id) FROM answers AS a), '>=', 15::bigint, 'many rules decide');
SELECT set_eq(
    $$SELECT p.n, e.department_id, e.rule_id, e.area_id, e.level FROM places AS p
        CROSS JOIN LATERAL civic.explain_route_at(p.category, p.latitude, p.longitude, NULL, '2026-06-01 12:00') AS e
        WHERE e.verdict = 'chosen'$$,
    'SELECT * FROM answers', 'the rule an explanation calls chosen is the one that decides');
SELECT is_empty(
    $$SELECT p.n FROM places AS p
        CROSS JOIN LATERAL civic.explain_route_at(p.category, p.latitude, p.longitude, NULL, '2026-06-01 12:00') AS e
        GROUP BY p.n HAVING count(*) FILTER (WHERE e.verdict = 'chosen') <> 1
            OR count(e.rule_name) <> (SELECT count(*) FROM civic.routing_rules AS r
                WHERE r.organization_id = civic.current_organization_id()) + 1$$,
    'each explanation has every rule and chooses one');
SELECT results_eq(
    $$SELECT r.point, r.department_id, r.rule_id, r.area_id, r.level FROM civic.route_points(
        (SELECT array_agg(p.latitude ORDER BY p.n) FROM places AS p),
        (SELECT array_agg(p.longitude ORDER BY p.n) FROM places AS p),
        (SELECT array_agg(p.category ORDER BY p.n) FROM places AS p), '2026-06-01') AS r$$,
    'SELECT * FROM answers ORDER BY n', 'many places at once go where each alone does');
SELECT is((SELECT count(*) FROM civic.route_points('{}', '{}', '{}')), 0::bigint, 'no places, no rows');
SELECT throws_ok($$SELECT * FROM civic.route_points('{1}', '{1,2}', '{roads,roads}')$$, '2202E', NULL,
    'as many longitudes as latitudes');
SELECT throws_ok($$SELECT * FROM civic.route_points('{1}', '{1}', '{roads,roads}')$$, '2202E', NULL,
    'as many categories');
SELECT throws_ok($$SELECT * FROM civic.route_points('{1,null}', '{1,2}', '{roads,roads}')$$, '22023', NULL,
    'no place is null');
SELECT throws_ok($$SELECT * FROM civic.route_points('{{1},{2}}', '{1,2}', '{roads,roads}')$$, '22023', NULL,
    'a list has one dimension');
SELECT throws_ok($$SELECT * FROM civic.route_points('{99}', '{1}', '{roads}')$$, '22003', NULL, 'places are on Earth');
DELETE FROM civic.routing_rules WHERE name = 'random' AND organization_id = civic.current_organization_id();

------------------------------------------------------------------------------------------------------------------------
-- Reports on their way
------------------------------------------------------------------------------------------------------------------------

-- Only these rules from here on: roads in the outer area D2, streets D5, and D7 as the department of roads.
UPDATE civic.routing_rules SET is_active = id IN (tap.id('r2'), tap.id('r5')), valid_until = 'infinity'
WHERE organization_id = civic.current_organization_id();
INSERT INTO civic.users (id, email, department_id)
SELECT tap.id(p.name), p.name || '@example.net', pg_temp.dept(p.department)
FROM (VALUES ('rita', NULL), ('ada', NULL), ('o1', 'D2'), ('o2', 'D2'), ('o3', 'D2'), ('o5', 'D5'), ('clerk', 'D2'))
    AS p (name, department);
SELECT civic.give_role(tap.id(p.name), p.role)
FROM (VALUES ('rita', 'citizen'), ('ada', 'admin'), ('o1', 'nodal_officer'), ('o2', 'nodal_officer'),
    ('o3', 'nodal_officer'), ('o5', 'nodal_officer'), ('clerk', 'citizen')) AS p (name, role) \g /dev/null
INSERT INTO tap.actors (name, db_role, organization, person)
SELECT p.name, 'civic_user', :'city', tap.id(p.name)::text
FROM (VALUES ('rita'), ('ada'), ('o1'), ('o2'), ('o3'), ('o5'), ('clerk')) AS p (name);

-- Files a report as the system on behalf of Rita and returns its id.
CREATE FUNCTION pg_temp.file(category text, latitude double precision, description text DEFAULT 'Come and see it.')
    RETURNS uuid LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    report uuid := civic.uuid_v7();
BEGIN
    INSERT INTO civic.reports (id, user_id, title, description, category, latitude, longitude)
    VALUES (report, tap.id('rita'), 'Something is wrong', description, category, latitude, 5);
    RETURN report;
END
$$;
-- "status department level officer review" of a report.
CREATE FUNCTION pg_temp.state(report uuid) RETURNS text LANGUAGE sql VOLATILE
RETURN (
    SELECT concat_ws(' ', r.status, d.code, r.routing_level, split_part(u.email, '@', 1),
        CASE WHEN r.needs_review THEN 'review' END)
    FROM civic.reports AS r
    LEFT JOIN civic.departments AS d ON d.id = r.department_id
    LEFT JOIN civic.users AS u ON u.id = r.assigned_to
    WHERE r.id = report
);
CREATE FUNCTION pg_temp.old_decisions(report uuid) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT string_agg(concat_ws(' ', o.replaced_because, o.level, d.code, o.category, split_part(u.email, '@', 1)),
        ', ' ORDER BY o.id)
    FROM civic.routing_decisions AS o
    LEFT JOIN civic.departments AS d ON d.id = o.department_id
    LEFT JOIN civic.users AS u ON u.id = o.assigned_to
    WHERE o.report_id = report
);

SELECT pg_temp.file('roads', 5) AS report \gset
SELECT is(pg_temp.state(:'report'), 'assigned_to_department D2 category_area', 'the intake asks the rules');
SELECT is((SELECT r.routed_by_rule_id FROM civic.reports AS r WHERE r.id = :'report'), tap.id('r2'),
    'and writes which one decided');
SELECT is(pg_temp.old_decisions(:'report'), NULL, 'a first decision is kept in the report alone');
SELECT is(pg_temp.state(pg_temp.file('roads', 50)), 'assigned_to_department D7 category', 'no rule: the department of'
    ' the category');
SELECT pg_temp.file('water', 50) AS lost \gset
SELECT is(pg_temp.state(:'lost'), 'classified triage review', 'no department: triage');
SELECT is(
    (SELECT string_agg(q.reason, ', ') FROM civic.triage_queue() AS q WHERE (q.report).id = :'lost'),
    'No rule gives it to a department.', 'where it waits to be seen');
SELECT is(pg_temp.state(pg_temp.file(NULL, 5, 'A pothole in the road next to the bridge is broken.')),
    'assigned_to_department D2 category_area', 'a category found in the text is routed alike');

-- Another category or place.
SAVEPOINT not_by_the_system;
INSERT INTO civic.workflow_transitions (workflow, from_status, to_status, actors, permission_code)
VALUES ('report', 'classified', 'assigned_to_department', '{}', 'route:report');
UPDATE civic.reports SET category = 'roads', needs_review = false WHERE id = :'lost';
SELECT is(pg_temp.state(:'lost'), 'classified triage review', 'where the system may not move it, a person looks');
ROLLBACK TO not_by_the_system;
UPDATE civic.reports SET category = 'streetlight' WHERE id = :'report';
SELECT is(pg_temp.state(:'report'), 'assigned_to_department D5 group', 'another category routes anew');
SELECT is(pg_temp.old_decisions(:'report'), 'changed category_area D2 roads', 'and the old decision is kept');
SELECT is(
    (SELECT o.explanation -> 0 ->> 'rule_id' FROM civic.routing_decisions AS o WHERE o.report_id = :'report'),
    tap.id('r2')::text, 'with its explanation');
UPDATE civic.reports SET category = 'roads', longitude = 50 WHERE id = :'report';
SELECT is(pg_temp.state(:'report'), 'assigned_to_department D7 category', 'and so does another place');
SELECT is(pg_temp.old_decisions(:'report'), 'changed category_area D2 roads, changed group D5 streetlight',
    'every decision is kept');
UPDATE civic.reports SET category = 'water' WHERE id = :'report';
SELECT is(pg_temp.state(:'report'), 'classified triage review', 'to triage where no rule is left');
UPDATE civic.reports SET category = 'roads', longitude = 5 WHERE id = :'report';
SELECT is(pg_temp.state(:'report'), 'assigned_to_department D2 category_area', 'and back');
UPDATE civic.reports SET title = 'Something else is wrong', category = category WHERE id = :'report';
SELECT is(pg_temp.state(:'report'), 'assigned_to_department D2 category_area', 'what changes neither changes nothing');
SELECT is((SELECT count(*) FROM civic.routing_decisions AS o WHERE o.report_id = :'report'), 4::bigint,
    'nor adds to what is kept');

-- A person decides.
SELECT is(tap.steps('ada', format('SELECT civic.assign_department(%L, %L)', :'report', pg_temp.dept('D9')),
    format('SELECT concat_ws('' '', r.routing_level, r.routed_by_rule_id) FROM civic.reports AS r WHERE r.id = %L',
        :'report')), 'manual', 'a department chosen by a person is no rule''s decision');
SELECT is(tap.steps('ada', format('SELECT civic.assign_department(%L, %L)', :'report', pg_temp.dept('D9')),
    format('UPDATE civic.reports SET category = ''streetlight'' WHERE id = %L', :'report'),
    format('SELECT concat_ws('' '', r.routing_level, o.level) FROM civic.reports AS r JOIN civic.routing_decisions AS o
        ON o.report_id = r.id WHERE r.id = %L ORDER BY o.id DESC LIMIT 1', :'report')), 'group manual',
    'another category routes it anew all the same');
SELECT is(tap.value('ada', format('UPDATE civic.reports SET category = ''streetlight'', department_id = %L
    WHERE id = %L RETURNING routing_level::text', pg_temp.dept('D9'), :'report')), 'manual',
    'but not where the same update says where it goes');
SELECT is(tap.steps('ada', format('SELECT civic.mark_duplicate(%L, %L)', :'report', :'lost'),
    format('SELECT civic.unmark_duplicate(%L)', :'report'),
    format('SELECT coalesce(r.routing_level::text, ''none'') FROM civic.reports AS r WHERE r.id = %L', :'report')),
    'none', 'what starts anew has no decision');
SELECT is(tap.attempt('rita', format('UPDATE civic.reports SET routing_level = ''area'' WHERE id = %L', :'report')),
    'ZC004', 'nobody writes how a report was routed');
SELECT is(tap.value('ada', format('SELECT (civic.classify_report(%L, ''roads'', ''low'')).status', :'lost')),
    'assigned_to_department', 'a report in triage that is classified is routed');

-- Routed anew on demand.
INSERT INTO civic.routing_rules (id, name, category, department_id, is_override)
VALUES (tap.id('new'), 'New', 'roads', pg_temp.dept('D8'), true);
SELECT is(pg_temp.state(:'report'), 'assigned_to_department D2 category_area', 'a new rule moves no report');
SELECT is(tap.attempt('o1', format('SELECT civic.route_report(%L)', :'report')), '42501',
    'an officer does not route reports');
SELECT tap.do('ada', format('SELECT civic.route_report(%L)', :'report')) \g /dev/null
SELECT is(pg_temp.state(:'report'), 'assigned_to_department D8 override', 'an administrator does');
SELECT is((SELECT o.replaced_by FROM civic.routing_decisions AS o WHERE o.report_id = :'report' ORDER BY o.id DESC
    LIMIT 1), tap.id('ada'), 'and is named with the decision that was replaced');
SELECT set_config('civic.organization_id', :'city', true) \g /dev/null
UPDATE civic.routing_rules SET is_active = false WHERE id = tap.id('new');
SELECT throws_ok($$DELETE FROM civic.routing_rules WHERE id = tap.id('new')$$, '23503', NULL,
    'a rule that decided stays');
SELECT throws_ok($$UPDATE civic.routing_decisions SET level = 'area'$$, 'ZC004', NULL, 'old decisions do not change');
SELECT throws_ok($$DELETE FROM civic.routing_decisions$$, 'ZC004', NULL, 'and are not deleted');

------------------------------------------------------------------------------------------------------------------------
-- Officers
------------------------------------------------------------------------------------------------------------------------

SELECT is(pg_temp.state(pg_temp.file('roads', 5)), 'assigned_to_department D2 category_area',
    'no officer is chosen unless the department wants it');
UPDATE civic.departments SET auto_assign = true WHERE code = 'D2' AND organization_id = :'city';
SELECT results_eq(
    format('SELECT split_part(u.email, ''@'', 1), c.eligible, c.load, c.verdict FROM civic.choose_officer(%L) AS c
        JOIN civic.users AS u ON u.id = c.user_id', pg_temp.file('water', 60)),
    $$SELECT NULL::text, NULL::boolean, NULL::numeric, NULL::text WHERE false$$, 'without a department nobody');
SELECT pg_temp.file('roads', 5, 'A first report.') AS first \gset
SELECT pg_temp.file('roads', 5, 'A second report.') AS second \gset
SELECT pg_temp.file('roads', 5, 'A third report.') AS third \gset
SELECT is((SELECT count(DISTINCT r.assigned_to) FROM civic.reports AS r
    WHERE r.id IN (:'first', :'second', :'third')), 3::bigint, 'three reports go to three officers');
SELECT matches(pg_temp.state(:'first'), '^assigned_to_officer D2 category_area o[123]$', 'at once');
SELECT is((SELECT count(*) FROM civic.tasks AS t WHERE t.report_id IN (:'first', :'second', :'third')), 3::bigint,
    'with their tasks');
SELECT is(pg_temp.state(pg_temp.file(NULL, 5, 'A pothole is in the road.')), 'assigned_to_department D2 category_area',
    'a category that is not certain enough for an officer finds the department only');

-- Who was given how much: the least for the capacity, then the longest idle, then the lowest id.
UPDATE civic.users SET capacity = 30 WHERE id = tap.id('o2');
CREATE FUNCTION pg_temp.choice(report uuid) RETURNS TABLE (name text, eligible boolean, load numeric, verdict text)
    LANGUAGE sql STABLE
AS $$
    SELECT split_part(u.email, '@', 1), c.eligible, c.load, c.verdict FROM civic.choose_officer(report)
        WITH ORDINALITY AS c (user_id, eligible, load, capacity, last_assigned, verdict, place)
    JOIN civic.users AS u ON u.id = c.user_id ORDER BY c.place
$$;
SELECT is((SELECT string_agg(c.name || ': ' || c.verdict, ' ') FROM pg_temp.choice(:'first') AS c),
    'o2: Gets the report. ' || (SELECT string_agg(c.name || ': Has a higher load.', ' ')
        FROM pg_temp.choice(:'first') AS c WHERE c.name IN ('o1', 'o3'))
    || ' clerk: The person is neither nodal_officer nor admin.', 'an officer with twice the capacity comes first');
UPDATE civic.users SET capacity = 15 WHERE id = tap.id('o2');
UPDATE civic.users SET capacity = 1 WHERE id IN (tap.id('o1'), tap.id('o3'));
UPDATE civic.users SET capacity = 1000 WHERE id = tap.id('o2');
UPDATE civic.users SET status = 'suspended' WHERE id = tap.id('o2');
SELECT results_eq(format('SELECT c.eligible, c.verdict FROM pg_temp.choice(%L) AS c ORDER BY 2', :'first'),
    $$VALUES (true, 'Comes later by id. Has no capacity left.'), (true, 'Gets the report. Has no capacity left.'),
        (false, 'The person is neither nodal_officer nor admin.'), (false, 'The person is not active.')$$,
    'officers without capacity still get work when nobody else is left');
UPDATE civic.users SET status = 'active', capacity = 15 WHERE organization_id = :'city';

-- Where officers work.
CREATE FUNCTION pg_temp.works(area_type civic.area_type, data jsonb) RETURNS text LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    result text;
BEGIN
    INSERT INTO civic.area_assignments (user_id, area_type, area_name, area_data)
    VALUES (tap.id('o1'), area_type, 'n', data);
    SELECT concat_ws(' ', civic_private.works_at(civic.current_organization_id(), tap.id('o1'), 2.5, 2.5, '7', 'North',
            '2026-06-01'),
        civic_private.works_at(civic.current_organization_id(), tap.id('o1'), 3.5, 3.5, '8', 'South', '2026-06-01'))
    INTO result;
    DELETE FROM civic.area_assignments WHERE user_id = tap.id('o1');
    RETURN result;
END
$$;
SELECT is(pg_temp.works(w.kind::civic.area_type, w.data::jsonb), w.outcome, format('%s %s', w.kind, w.data))
FROM (VALUES
    ('ward', '{"ward_number": "7"}', 't f'), ('ward', '{"ward_number": 8}', 'f t'),
    ('ward', '{"ward_number": "i"}', 't f'), ('ward', '{"ward_number": "9"}', 'f f'),
    ('district', '{"name": "South"}', 'f t'), ('district', '{"name": "Inner"}', 'f f'),
    ('radius', '{"center_lat": 2.5, "center_lon": 2.6, "radius_km": 12}', 't f'),
    ('circle', '{"center_lat": 2.5, "center_lon": 2.6, "radius_km": 11}', 'f f'),
    ('circle', '{"center_lat": "x", "center_lon": 2.6, "radius_km": 11}', 'f f'),
    ('polygon', '{"coordinates": [[2, 2], [2, 3], [3, 3], [3, 2]]}', 't f'),
    ('polygon', '{"coordinates": [[2, 2], [2, 4], [4, 4], [4, 2], [2, 2]]}', 't t'),
    ('polygon', '{"coordinates": [[2, 2], [2, 4]]}', 'f f'),
    ('polygon', '{"coordinates": [[2, 2], [2, "x"], [4, 4]]}', 'f f'), ('polygon', '{"coordinates": 5}', 'f f')
) AS w (kind, data, outcome);
INSERT INTO civic.area_assignments (user_id, area_type, area_name, area_data)
SELECT tap.id(o), 'ward', 'Elsewhere', '{"ward_number": "none"}' FROM unnest(ARRAY['o1', 'o2']) AS o;
SELECT is(pg_temp.state(pg_temp.file('roads', 5)), 'assigned_to_officer D2 category_area o3',
    'an officer with areas gets reports in them only');
UPDATE civic.area_assignments SET is_active = false WHERE organization_id = :'city';

-- Nobody gets their own report.
INSERT INTO civic.reports (id, user_id, title, description, category, latitude, longitude)
SELECT tap.id('own.' || n), tap.id('o1'), 'Something is wrong', 'Come and see it.', 'roads', 5, 5
FROM generate_series(1, 6) AS n;
SELECT is((SELECT string_agg(DISTINCT split_part(u.email, '@', 1), ' ' ORDER BY split_part(u.email, '@', 1))
    FROM civic.reports AS r JOIN civic.users AS u ON u.id = r.assigned_to WHERE r.user_id = tap.id('o1')), 'o2 o3',
    'nobody is given their own report');

-- A report that changes hands.
SELECT is(tap.steps('ada', format('UPDATE civic.reports SET longitude = 6 WHERE id = %L', :'first'),
    format('SELECT r.assigned_to = (SELECT t.assigned_to FROM civic.tasks AS t WHERE t.report_id = r.id)
        AND r.status = ''assigned_to_officer'' FROM civic.reports AS r WHERE r.id = %L', :'first')), 'true',
    'an officer of the same department keeps the report');
UPDATE civic.reports SET category = 'streetlight' WHERE id = :'first';
SELECT is(pg_temp.state(:'first'), 'assigned_to_department D5 group', 'another department takes it from the officer');
SELECT is((SELECT count(*) FROM civic.tasks AS t WHERE t.report_id = :'first'), 0::bigint, 'with the task');
SELECT matches(pg_temp.old_decisions(:'first'), '^changed category_area D2 roads o[123]$', 'who is named in what is'
    ' kept');
SELECT set_config('civic.user_id', (SELECT r.assigned_to::text FROM civic.reports AS r WHERE r.id = :'second'), true)
    \g /dev/null
UPDATE civic.reports SET status = 'acknowledged' WHERE id = :'second';
UPDATE civic.reports SET status = 'in_progress' WHERE id = :'second';
SELECT set_config('civic.user_id', '', true) \g /dev/null
UPDATE civic.reports SET category = 'streetlight' WHERE id = :'second';
SELECT matches(pg_temp.state(:'second'), '^in_progress D2 category_area o[123]$', 'work that has begun stays');
SELECT throws_ok(format('SELECT civic.route_report(%L)', :'second'), 'ZC022', NULL, 'and is not routed on demand');

-- Refusals.
SELECT pg_temp.file('roads', 5, 'A report that nobody wants.') AS unwanted \gset
CREATE FUNCTION pg_temp.refuse(report uuid) RETURNS text LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    officer text;
BEGIN
    SELECT split_part(u.email, '@', 1) INTO officer FROM civic.reports AS r
    JOIN civic.users AS u ON u.id = r.assigned_to
    WHERE r.id = report;
    PERFORM tap.do(officer, format('SELECT civic.refuse_assignment(%L, ''Not for me, thank you.'')', report));
    PERFORM set_config('civic.organization_id', a.organization, true) FROM tap.actors AS a WHERE a.name = 'ada';
    RETURN officer;
END
$$;
CREATE TEMPORARY TABLE refusers AS SELECT pg_temp.refuse(:'unwanted') AS name;
SELECT matches(pg_temp.state(:'unwanted'), '^assigned_to_officer D2 category_area o[123]$', 'another officer follows');
INSERT INTO refusers SELECT pg_temp.refuse(:'unwanted');
SELECT is((SELECT count(*) FROM pg_temp.choice(:'unwanted') AS c WHERE NOT c.eligible
    AND c.verdict = 'The person has refused the report.'), 2::bigint, 'those who refused are told apart');
INSERT INTO refusers SELECT pg_temp.refuse(:'unwanted');
SELECT is((SELECT count(DISTINCT name) FROM refusers), 3::bigint, 'no officer is asked twice');
SELECT is(pg_temp.state(:'unwanted'), 'classified triage review', 'refused by all it goes to triage');
SELECT is((SELECT q.reason FROM civic.triage_queue() AS q WHERE (q.report).id = :'unwanted'),
    'Every officer has refused it.', 'and says so');
SELECT matches(pg_temp.old_decisions(:'unwanted'), '^refused category_area D2 roads o[123]$', 'the decision is kept');
SELECT set_eq(format('SELECT f.user_id FROM civic.assignment_refusals AS f WHERE f.report_id = %L', :'unwanted'),
    ARRAY[tap.id('o1'), tap.id('o2'), tap.id('o3')], 'and all who refused are remembered');
SELECT is(tap.value('ada', format('SELECT (civic.route_report(%L)).status', :'unwanted')), 'assigned_to_department',
    'routed again it waits in the department');
UPDATE civic.departments SET auto_assign = false WHERE code = 'D2' AND organization_id = :'city';
UPDATE civic.reports SET status = 'assigned_to_officer', assigned_to = tap.id('o1') WHERE id = :'report'
    AND department_id = pg_temp.dept('D2');
SELECT pg_temp.file('roads', 5, 'One more report.') AS more \gset
UPDATE civic.reports SET status = 'assigned_to_officer', assigned_to = tap.id('o1') WHERE id = :'more';
SELECT is(pg_temp.refuse(:'more'), 'o1', 'where no officers are chosen');
SELECT is(pg_temp.state(:'more'), 'assignment_rejected D2 category_area o1', 'a refusal waits for a person');

-- The loads are those of the tasks, whatever happened to them.
UPDATE civic.tasks SET priority = 9 WHERE report_id = :'second';
SELECT tap.do('ada', format('SELECT civic.hold_report(%L, ''Waiting for spare parts.'')', :'second')),
    set_config('civic.organization_id', :'city', true) \g /dev/null
CREATE TEMPORARY VIEW wrong_loads AS
SELECT u.id FROM civic.users AS u
WHERE (SELECT coalesce(sum(civic_helpers.task_points(t.status, t.priority)), 0) FROM civic.tasks AS t
        WHERE t.organization_id = u.organization_id AND t.assigned_to = u.id)
    <> (SELECT coalesce(sum(l.points), 0) FROM civic_private.officer_loads AS l
        WHERE l.organization_id = u.organization_id AND l.user_id = u.id);
SELECT is_empty('SELECT * FROM wrong_loads', 'loads are the points of active tasks');
SELECT cmp_ok((SELECT sum(points) FROM civic_private.officer_loads), '>', 20::bigint, 'of which there are some');
UPDATE civic_private.officer_loads SET points = 100;
SELECT civic_private.recount_loads() \g /dev/null
SELECT is_empty('SELECT * FROM wrong_loads', 'and can be counted anew');

------------------------------------------------------------------------------------------------------------------------
-- What if
------------------------------------------------------------------------------------------------------------------------

INSERT INTO civic.reports (user_id, title, description, category, latitude, longitude)
SELECT tap.id('rita'), 'Something is wrong', 'Come and see it.', p.category, p.latitude, p.longitude
FROM places AS p WHERE p.category IS NOT NULL AND p.n <= 100;
-- What the router says of all reports, by department.
CREATE FUNCTION pg_temp.counts() RETURNS TABLE (code text, n bigint) LANGUAGE sql STABLE
AS $$
    SELECT d.code, count(*) FROM civic.reports AS r
    CROSS JOIN LATERAL civic_private.decide_route(r.organization_id, r.category, r.sub_category, r.latitude,
        r.longitude, r.created_at) AS t
    LEFT JOIN civic.departments AS d ON d.organization_id = r.organization_id AND d.id = t.department_id
    WHERE r.organization_id = civic.current_organization_id() GROUP BY 1
$$;
CREATE FUNCTION pg_temp.then(changes jsonb) RETURNS TABLE (code text, n bigint) LANGUAGE sql VOLATILE
AS $$
    SELECT d.code, w.reports_then FROM civic.route_whatif(changes, '-infinity', 'infinity') AS w
    LEFT JOIN civic.departments AS d ON d.id = w.department_id WHERE w.reports_then > 0
$$;
CREATE TEMPORARY TABLE whatifs (name text, changes jsonb, statement text);
INSERT INTO whatifs
VALUES
    ('a new rule', jsonb_build_array(jsonb_build_object('action', 'add', 'rule', jsonb_build_object('category', 'water',
            'area_id', tap.id('outer'), 'department_id', pg_temp.dept('D9')))),
        format('INSERT INTO civic.routing_rules (name, category, area_id, department_id)
            VALUES (''n'', ''water'', %L, %L)', tap.id('outer'), pg_temp.dept('D9'))),
    ('another department', jsonb_build_array(jsonb_build_object('action', 'change', 'id', tap.id('r2'), 'rule',
            jsonb_build_object('department_id', pg_temp.dept('D1'), 'priority', 5))),
        format('UPDATE civic.routing_rules SET department_id = %L, priority = 5 WHERE id = %L', pg_temp.dept('D1'),
            tap.id('r2'))),
    ('a rule removed', jsonb_build_array(jsonb_build_object('action', 'remove', 'id', tap.id('r5'))),
        format('UPDATE civic.routing_rules SET is_active = false WHERE id = %L', tap.id('r5'))),
    ('another boundary', jsonb_build_array(jsonb_build_object('action', 'boundary', 'id', tap.id('outer'), 'geometry',
            ST_AsGeoJSON(ST_MakeEnvelope(0, 0, 6, 6, 4326))::jsonb)),
        format('UPDATE civic.areas SET boundary = ST_Multi(ST_MakeEnvelope(0, 0, 6, 6, 4326)) WHERE id = %L',
            tap.id('outer')));
INSERT INTO whatifs
SELECT 'all of it', jsonb_agg(w.changes -> 0), string_agg(w.statement, '; ') FROM whatifs AS w;

CREATE FUNCTION pg_temp.compare(name text, changes jsonb, statement text) RETURNS SETOF text LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    before text := (SELECT string_agg(c::text, ' ' ORDER BY c) FROM pg_temp.counts() AS c);
    foreseen text := (SELECT string_agg(t::text, ' ' ORDER BY t) FROM pg_temp.then(changes) AS t);
    really text;
BEGIN
    RETURN NEXT is((SELECT string_agg(c::text, ' ' ORDER BY c) FROM pg_temp.counts() AS c), before,
        name || ': asking changes nothing');
    BEGIN
        EXECUTE statement;
        really := (SELECT string_agg(c::text, ' ' ORDER BY c) FROM pg_temp.counts() AS c);
        RAISE EXCEPTION USING ERRCODE = 'TAP00';
    EXCEPTION WHEN SQLSTATE 'TAP00' THEN
        NULL;
    END;
    RETURN NEXT is(foreseen, really, name || ': what is foreseen is what happens');
    RETURN NEXT ok(really IS DISTINCT FROM before, name || ': which makes a difference');
END
$$;
SELECT pg_temp.compare(w.name, w.changes, w.statement) FROM whatifs AS w;
SELECT is_empty(
    $$SELECT d.* FROM whatifs AS w CROSS JOIN LATERAL civic.route_whatif(w.changes, '-infinity', 'infinity') AS d
        WHERE d.reports_then <> d.reports_now + d.gained - d.lost$$, 'gained and lost make the difference');
SELECT is((SELECT sum(w.reports_now) FROM civic.route_whatif('[]', '-infinity', 'infinity') AS w),
    (SELECT count(*)::numeric FROM civic.reports AS r WHERE r.organization_id = :'city'), 'each report counts once');
SELECT is((SELECT sum(w.gained + w.lost) FROM civic.route_whatif('[]', '-infinity', 'infinity') AS w), 0::numeric,
    'no change, no difference');
SELECT is_empty($$SELECT * FROM civic.route_whatif('[]', '-infinity', '2020-01-01')$$, 'the time limits the reports');
SELECT throws_ok(format('SELECT * FROM civic.route_whatif(%L, ''-infinity'')', w.changes), w.code, NULL, w.name)
FROM (VALUES
    ('a change without an action', '[{}]', '22023'), ('no list', '{}', '22023'),
    ('a change that is no object', '[5]', '22023'),
    ('a rule that does not exist', '[{"action": "remove", "id": "00000000-0000-0000-0000-00000000dead"}]', 'PT404'),
    ('no id', '[{"action": "change"}]', 'PT404'),
    ('a rule without a department', '[{"action": "add", "rule": {"category": "roads"}}]', '23502'),
    ('a geometry that is none', '[{"action": "boundary", "geometry": {"type": "Blob"}}]', '22023'),
    ('a boundary that is none', '[{"action": "boundary", "id": "00000000-0000-0000-0000-00000000dead"}]', 'PT404')
) AS w (name, changes, code);

------------------------------------------------------------------------------------------------------------------------
-- Who may see and do what; the other organization
------------------------------------------------------------------------------------------------------------------------

SELECT tap.unbecome() \g /dev/null
SELECT is(tap.value(x.actor, x.query), x.outcome, format('%s: %s gives %s', x.actor, x.query, x.outcome))
FROM (VALUES
    ('a.citizen', 'SELECT count(*) FROM civic.explain_route(tap.id(''a.pub_open''))', '1'),
    ('a.citizen', 'SELECT count(*) FROM civic.explain_route(tap.id(''a.priv_pwd''))', '0'),
    ('a.citizen', 'SELECT count(*) FROM civic.explain_route_at(''roads'', 22.5, 88.5)', '1'),
    ('a.citizen', 'SELECT e.level FROM civic.explain_route_at(''roads'', 22.5, 88.5) AS e', 'category_area'),
    ('a.officer', 'SELECT count(*) FROM civic.explain_route_at(''roads'', 22.5, 88.5)', '8'),
    ('a.admin', 'SELECT count(*) FROM civic.explain_route(tap.id(''a.pub_open''))', '9'),
    ('a.admin', 'SELECT count(*) FROM civic.explain_route(tap.id(''b.pub_open''))', '0'),
    ('none.anon', 'SELECT count(*) FROM civic.explain_route_at(''roads'', 22.5, 88.5)', '0'),
    ('a.citizen', 'SELECT count(*) FROM civic.route_points(''{1}'', ''{1}'', ''{roads}'')', '42501'),
    ('a.moderator', 'SELECT count(*) FROM civic.route_points(''{1}'', ''{1}'', ''{roads}'')', '42501'),
    ('a.admin', 'SELECT count(*) FROM civic.route_points(''{1}'', ''{1}'', ''{roads}'')', '1'),
    ('none.user', 'SELECT count(*) FROM civic.route_points(''{1}'', ''{1}'', ''{roads}'')', '42501'),
    ('a.moderator', 'SELECT count(*) FROM civic.route_whatif(''[]'', ''-infinity'')', '42501'),
    ('a.admin', 'SELECT count(*) > 0 FROM civic.route_whatif(''[]'', ''-infinity'', ''infinity'')', 'true'),
    ('a.admin', 'SELECT count(*) FROM civic.route_whatif(jsonb_build_array(jsonb_build_object(''action'', ''remove'',
        ''id'', tap.id(''b.routing_rule''))), ''-infinity'')', 'PT404'),
    ('a.citizen', 'SELECT count(*) FROM civic.choose_officer(tap.id(''a.pub_open''))', '0'),
    ('a.officer', 'SELECT count(*) > 0 FROM civic.choose_officer(tap.id(''a.pub_open''))', 'true'),
    ('a.officer', 'SELECT count(*) FROM civic.choose_officer(tap.id(''a.pub_wsd''))', '0'),
    ('a.admin', 'SELECT count(*) > 0 FROM civic.choose_officer(tap.id(''a.pub_wsd''))', 'true'),
    ('a.admin', 'SELECT count(*) FROM civic.choose_officer(tap.id(''b.pub_wsd''))', '0'),
    ('a.citizen', 'SELECT count(*) FROM civic.triage_queue()', '0'),
    ('a.officer', 'SELECT count(*) FROM civic.triage_queue()', '0'),
    ('a.admin', 'SELECT count(*) FROM civic.triage_queue()', '3'),
    ('a.moderator', 'SELECT (civic.route_report(tap.id(''a.pub_open''))).status', '42501'),
    ('a.admin', 'SELECT (civic.route_report(tap.id(''a.pub_open''))).routing_level', 'triage'),
    ('a.admin', 'SELECT (civic.route_report(tap.id(''b.pub_open''))).status', 'PT404'),
    ('a.admin', 'SELECT (civic.route_report(tap.id(''a.priv_done''))).status', 'ZC022')
) AS x (actor, query, outcome);
-- Many organizations in one session: each its own rules.
SELECT is(string_agg(tap.value(x.actor, 'SELECT e.level FROM civic.explain_route_at(''roads'', 22.5, 88.5) AS e
    WHERE e.verdict = ''chosen'''), ' ' ORDER BY x.place),
    'category_area category category_area category category_area',
    'each organization is routed by its own rules')
FROM (VALUES (1, 'a.citizen'), (2, 'rita'), (3, 'b.citizen'), (4, 'o1'), (5, 'a.admin')) AS x (place, actor);

SELECT * FROM finish();
ROLLBACK;
