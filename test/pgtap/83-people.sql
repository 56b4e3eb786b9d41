-- Moderators in their areas, validations, reputation and promotion, metrics of officers, moves between departments.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

------------------------------------------------------------------------------------------------------------------------
-- What a moderator with areas sees and does
------------------------------------------------------------------------------------------------------------------------

-- Private reports of somebody else: of a ward or district by name, and at places, on the map of district N (longitude
-- 50 to 51, latitude 10 to 11).
INSERT INTO civic.areas (organization_id, id, kind, code, name, boundary)
VALUES (tap.id('a'), tap.id('a.district'), 'district', 'N', 'North', ST_Multi(ST_MakeEnvelope(50, 10, 51, 11, 4326)));
CREATE FUNCTION tap.add_place(name text, latitude float8, longitude float8, ward text, district text) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO civic.reports (organization_id, id, user_id, title, description, latitude, longitude, ward_number,
        district, category, status, department_id, is_public)
    VALUES (tap.id('a'), tap.id('a.' || name), tap.id('a.neighbour'), 'place ' || name, 'A report of the fixture.',
        latitude, longitude, ward, district, 'other', 'assigned_to_department', tap.dept('a', 'PWD'), false);
    INSERT INTO tap.names VALUES (tap.id('a.' || name), name);
$$;
SELECT tap.add_place('p_ward7', -60, -60, '7', NULL), tap.add_place('p_ward8', -61, -60, '8', NULL),
    tap.add_place('p_south', -62, -60, NULL, 'South'), tap.add_place('p_map_n', 10.5, 50.5, NULL, NULL),
    tap.add_place('p_border_n', 11, 50.5, NULL, NULL), tap.add_place('p_by_n', 11.001, 50.5, NULL, NULL),
    tap.add_place('p_none', 0, 0, NULL, NULL), tap.add_place('p_near', 0, 0.09, NULL, NULL),
    tap.add_place('p_far', 0, 0.1, NULL, NULL) \g /dev/null

CREATE FUNCTION tap.assign(kind text, data text, active boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
    SELECT format('admin: INSERT INTO civic.area_assignments (user_id, area_type, area_name, area_data, is_active)'
        ' VALUES ($moderator, %L, ''Area'', %L, %L)', kind, data, active)
$$;
CREATE FUNCTION tap.places() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(substr(r.title, 7), ' ' ORDER BY r.title) FROM civic.reports AS r WHERE r.title LIKE 'place %'
$$;

SELECT is(tap.story(tap.assign(x.kind, x.data), 'moderator: SELECT tap.places()'), x.seen,
    format('a moderator of %s %s sees its private reports', x.kind, x.data))
FROM (VALUES
    ('ward', '{"ward_number": "7"}', 'p_ward7'), ('ward', '{"ward_number": "9"}', NULL),
    ('ward', '{"ward_number": 7}', 'p_ward7'), ('ward', '{"ward_number": null}', NULL),
    ('district', '{"name": "South"}', 'p_south'), ('district', '{"name": "south"}', NULL),
    ('district', '{"name": "North"}', 'p_border_n p_map_n'), ('district', '{"name": "N"}', 'p_border_n p_map_n'),
    ('ward', '{"ward_number": "N"}', NULL),
    ('radius', '{"center_lat": 0, "center_lon": 0, "radius_km": 10.02}', 'p_near p_none'),
    ('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": 10.01}', 'p_none'),
    ('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": 0}', 'p_none'),
    ('circle', '{"center_lat": "x", "center_lon": 0, "radius_km": 1}', NULL),
    ('circle', '{"center_lat": 91, "center_lon": 0, "radius_km": 10000}', NULL),
    ('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": -1}', NULL),
    ('polygon', '{"coordinates": [[-1, -1], [-1, 0.095], [1, 0.095], [1, -1]]}', 'p_near p_none'),
    ('polygon', '{"coordinates": [[0, 0], [0, 0.09], [1, 0]]}', 'p_near p_none'),
    ('polygon', '{"coordinates": [[-1, -1], [1, 0.05], [1, -1], [-1, 0.05]]}', NULL),
    ('polygon', '{"coordinates": [[0, 0], [0, 1]]}', NULL), ('polygon', '{"coordinates": "none"}', NULL),
    ('polygon', '{"coordinates": [[1e300, 0], [0, 1e300], [5, 5]]}', NULL)
) AS x (kind, data, seen);

SELECT is(tap.story(VARIADIC x.steps), x.outcome, x.what)
FROM (VALUES
    ('several areas add up', ARRAY[tap.assign('ward', '{"ward_number": "7"}'), tap.assign('district',
        '{"name": "South"}'), 'moderator: SELECT tap.places()'], 'p_south p_ward7'),
    ('one that is over does not count', ARRAY[tap.assign('ward', '{"ward_number": "7"}'), tap.assign('district',
        '{"name": "South"}', false), 'moderator: SELECT tap.places()'], 'p_ward7'),
    ('without any the whole city is theirs', ARRAY[tap.assign('ward', '{"ward_number": "7"}', false),
        'moderator: SELECT count(*) FROM civic.reports AS r WHERE r.title LIKE ''place %'''], '9'),
    ('it holds from the next statement on, and no longer than it holds', ARRAY[
        'moderator: SELECT tap.places()', tap.assign('ward', '{"ward_number": "7"}'), 'moderator: SELECT tap.places()',
        'admin: UPDATE civic.area_assignments SET area_data = ''{"ward_number": "8"}'' WHERE user_id = $moderator',
        'moderator: SELECT tap.places()'], 'p_ward8'),
    ('a new area on the map as well', ARRAY[tap.assign('district', '{"name": "South"}'),
        'moderator: SELECT tap.places()',
        'system: INSERT INTO civic.areas (kind, code, name, boundary) VALUES (''district'', ''S'', ''South'','
        ' ST_Multi(ST_MakeEnvelope(-1, -1, 0.05, 1, 4326)))',
        'moderator: SELECT tap.places()'], 'p_none p_south'),
    ('areas of officers say where they work, not what they see', ARRAY[
        'admin: INSERT INTO civic.area_assignments (user_id, area_type, area_name, area_data) VALUES ($officer,'
        ' ''ward'', ''Area'', ''{"ward_number": "7"}'')',
        'officer: SELECT count(*) FROM civic.reports AS r WHERE r.title LIKE ''place %'''], '9'),
    ('the right to private reports is gone', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT civic.has_permission(''read:private_report'')'], 'false'),
    ('public reports are seen everywhere', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT count(*) FROM civic.reports AS r WHERE r.id IN ($pub_open, $pub_wsd)'], '2'),
    ('but changed in the area alone', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: WITH c AS (UPDATE civic.reports AS r SET needs_review = true WHERE r.id IN ($pub_open, $p_ward7,'
        ' $p_ward8) RETURNING r.id) SELECT string_agg(n.name, '' '') FROM c JOIN tap.names AS n USING (id)'],
        'p_ward7'),
    ('also where the place is on the map', ARRAY[tap.assign('ward', '{"ward_number": "1"}'),
        'moderator: WITH c AS (UPDATE civic.reports AS r SET is_featured = true WHERE r.id IN ($pub_open, $p_ward7)'
        ' RETURNING r.id) SELECT string_agg(n.name, '' '') FROM c JOIN tap.names AS n USING (id)'], 'pub_open'),
    ('marking duplicates', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.mark_duplicate($p_ward7, $pub_open)'], NULL),
    ('not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.mark_duplicate($pub_wsd, $pub_open)'], 'ZC003'),
    ('unmarking not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.unmark_duplicate($pub_dup)'], 'ZC003'),
    ('but in the area', ARRAY[tap.assign('ward', '{"ward_number": "1"}'),
        'moderator: SELECT FROM civic.unmark_duplicate($pub_dup)'], NULL),
    ('splitting not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.split_report($pub_dup)'], 'ZC003'),
    ('changing the root not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.change_root($pub_dup)'], 'ZC003'),
    ('rejecting a pair not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.reject_duplicate($pub_wsd, $pub_open)'], 'ZC003'),
    ('escalating not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.escalate_report($pub_open, ''unresolved'', ''x'')'], '42501'),
    ('but in the area', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT level FROM civic.escalate_report($p_ward7, ''unresolved'', ''x'')'], 'level_1'),
    ('attaching not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: INSERT INTO civic.media (report_id, file_url, file_type) VALUES ($pub_open, ''x'', ''document'')'],
        '42501'),
    ('but in the area', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: INSERT INTO civic.media (report_id, file_url, file_type) VALUES ($p_ward7, ''x'', ''document'')'],
        NULL),
    ('the area cannot be left by changing the report', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: UPDATE civic.reports SET ward_number = ''9'' WHERE id = $p_ward7'], '42501'),
    ('history of private reports is seen in the area', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT (SELECT count(*) FROM civic.report_history($p_ward7)) || '' '' ||'
        ' (SELECT count(*) FROM civic.report_history($p_ward8))'], '1 0'),
    ('tasks, pauses and escalations of the city are not', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT (SELECT count(*) FROM civic.tasks) + (SELECT count(*) FROM civic.sla_pauses)'
        ' + (SELECT count(*) FROM civic.escalations) + (SELECT count(*) FROM civic.appeals)'], '0')
) AS x (what, steps, outcome);

-- Searching shows the same as the table.
SELECT is(tap.story(tap.assign('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": 10.5}'), tap.assign('ward',
        '{"ward_number": "7"}'), 'moderator: ' || x.query), x.outcome, format('in the area as in the table:'
        ' %s', x.query))
FROM (VALUES
    ('SELECT string_agg(substr(r.title, 7), '' '' ORDER BY r.title) FROM civic.list_reports(user_id => $neighbour) AS r'
        ' WHERE r.title LIKE ''place %''', 'p_near p_none p_ward7'),
    ('SELECT string_agg(substr(r.title, 7), '' '' ORDER BY r.title) FROM civic.search_reports(''place '') AS r',
        'p_near p_none p_ward7'),
    ('SELECT string_agg(substr((r.report).title, 7), '' '' ORDER BY r.distance_m) FROM civic.nearby_reports(0, 0,'
        ' 30000) AS r', 'p_none p_near'),
    ('SELECT string_agg(substr(r.title, 7), '' '' ORDER BY r.title) FROM civic.map_reports(-1, -1, 1, 1) AS r',
        'p_near p_none'),
    ('SELECT (civic.get_report($p_ward7)).id IS NOT NULL AND (civic.get_report($p_ward8)).id IS NULL', 'true'),
    ('SELECT string_agg(d.title, '' '') FROM civic.find_duplicates(''other'','
        ' ''A report of the fixture.'', 0, 0.09, title => ''place p_near'') AS d', 'place p_near')
) AS x (query, outcome);

-- The same as works_at() says of officers, for places all over the areas.
CREATE FUNCTION tap.works(latitude float8, longitude float8, ward text, district text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT civic_private.works_at(tap.id('a'), tap.id('a.moderator'), latitude, longitude, ward, district, current_date)
$$;
CREATE TABLE tap.points AS
SELECT n, CASE WHEN n % 5 = 0 THEN round(p.latitude) ELSE p.latitude END AS latitude,
    CASE WHEN n % 7 = 0 THEN round(p.longitude) ELSE p.longitude END AS longitude,
    CASE n % 3 WHEN 0 THEN (n % 4)::text END AS ward, CASE n % 4 WHEN 0 THEN 'D' || n % 3 END AS district
FROM generate_series(1, 400) AS n
CROSS JOIN LATERAL (SELECT sin(n * 12.9898) * 89, sin(n * 78.233) * 179) AS p (latitude, longitude);
GRANT SELECT ON tap.points TO public;
SELECT is(tap.story(tap.assign(x.kind, x.data), 'moderator: SELECT count(*) FILTER (WHERE m) || '' of '' || count(*) ||'
    ' '', '' || count(*) FILTER (WHERE m <> w) FROM (SELECT civic.can_moderate_at(p.ward, p.district, p.latitude,'
    ' p.longitude) AS m, tap.works(p.latitude, p.longitude, p.ward, p.district) AS w FROM tap.points AS p) AS q'),
    x.inside || ' of 400, 0', format('as works_at(): %s %s', x.kind, x.data))
FROM (
    SELECT 'circle', format('{"center_lat": %s, "center_lon": %s, "radius_km": %s}', c.latitude, c.longitude, c.km),
        c.inside
    FROM (VALUES (0, 0, 5000, 19), (52, 13, 3000, 15), (89.9, 0, 2000, 79), (-90, 77, 4000, 119), (10, 179.5, 3000, 24),
        (-40, -179, 6000, 147), (0, 0, 20100, 400), (45, 90, 12000, 237), (88, 10, 200, 7))
        AS c (latitude, longitude, km, inside)
    UNION ALL
    VALUES ('polygon', '{"coordinates": [[-60, -100], [-60, 100], [60, 100], [60, -100]]}', 72),
        ('polygon', '{"coordinates": [[-60, -100], [60, 100], [60, -100], [-60, 100]]}', 36),
        ('polygon', '{"coordinates": [[0, 0], [70, 20], [10, 150], [-80, 30], [5, -170]]}', 55),
        ('ward', '{"ward_number": "2"}', 33), ('district', '{"name": "D1"}', 34)
) AS x (kind, data, inside);
SELECT * FROM finish();
ROLLBACK;
