-- Which areas cover a place: always as ST_Covers says, through every change of the areas, for one's own organization
-- and day only.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();
SELECT set_config('civic.organization_id', tap.id('a')::text, true) \g /dev/null
INSERT INTO tap.names SELECT tap.id(n.name), n.name FROM (VALUES ('a.city'), ('a.ward'), ('b.city'), ('b.ward')) AS n
(name);

CREATE FUNCTION tap.point(latitude double precision, longitude double precision) RETURNS geometry LANGUAGE sql IMMUTABLE
RETURN ST_SetSRID(ST_MakePoint(longitude, latitude), 4326);

-- Codes of the areas of a place, from the map and from the boundaries themselves.
CREATE FUNCTION tap.mapped(latitude double precision, longitude double precision, on_day date DEFAULT NULL)
    RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(x.code, ' ' ORDER BY x.code COLLATE "C") FROM civic.areas_at(latitude, longitude, on_day) AS x
$$;
CREATE FUNCTION tap.covering(latitude double precision, longitude double precision, on_day date DEFAULT current_date)
    RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(x.code, ' ' ORDER BY x.code COLLATE "C") FROM civic.areas AS x
    WHERE x.organization_id = civic.current_organization_id() AND ST_Covers(x.boundary, tap.point(latitude, longitude))
        AND on_day >= x.valid_from AND on_day < x.valid_until
$$;
CREATE FUNCTION tap.add(kind civic.area_kind, code text, shape text) RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO civic.areas (kind, code, name, boundary)
    VALUES (kind, code, code, ST_Multi(ST_GeomFromText(shape, 4326))) RETURNING id
$$;

-- 1. A place and its areas.
SELECT is(tap.mapped(22.55, 88.35), '1 c', 'a place in a ward is in the city, too');
SELECT is(tap.mapped(22.9, 88.9), 'c', 'a place outside of it is in the city only');
SELECT is(tap.mapped(10, 10), NULL, 'a place elsewhere is in nothing');
SELECT is(civic.area_at(22.55, 88.35), tap.id('a.ward'), 'area_at() looks for a ward');
SELECT is(civic.area_at(22.55, 88.35, 'city'), tap.id('a.city'), 'or what it is told');
SELECT is(civic.area_at(22.55, 88.35, 'zone'), NULL, 'of which there may be none');
SELECT is(civic.area_at(22.9, 88.9), NULL, 'no ward there');
SELECT is(civic.area_at(NULL, 88.9), NULL, 'an unknown place is in no area');
SELECT is(tap.mapped(p.latitude, p.longitude), '1 c', format('the border belongs to the ward: %s, %s', p.latitude,
    p.longitude))
FROM (VALUES (22.5, 88.3), (22.6, 88.4), (22.5, 88.35), (22.55, 88.3), (22.55, 88.4), (22.6, 88.3)) AS p
    (latitude, longitude);
SELECT is(tap.mapped(22.55, 88.3 - 1e-13), 'c', 'a hair west of it is another place');

-- 2. Shapes.
SELECT tap.add('zone', 'ring', 'POLYGON((10 10, 20 10, 20 20, 10 20, 10 10), (13 13, 17 13, 17 17, 13 17, 13 13))');
SELECT tap.add('zone', 'island', 'MULTIPOLYGON(((14 14, 16 14, 16 16, 14 16, 14 14)), ((30 30, 31 30, 31 31, 30 30)))');
SELECT tap.add('zone', 'sliver', 'POLYGON((40 40, 50 40.0000000000001, 50 40, 40 40))');
SELECT tap.add('zone', 'east', 'POLYGON((179 -1, 180 -1, 180 1, 179 1, 179 -1))');
SELECT tap.add('zone', 'west', 'POLYGON((-180 -1, -179 -1, -179 1, -180 1, -180 -1))');
SELECT tap.add('zone', 'arctic', 'POLYGON((-180 80, 180 80, 180 90, -180 90, -180 80))');
SELECT is(tap.mapped(p.latitude, p.longitude), p.codes, format('%s: %s, %s', p.label, p.latitude, p.longitude))
FROM (VALUES
    ('a ring', 11, 11, 'ring'), ('its hole', 13.5, 15, NULL), ('the border of its hole', 13, 15, 'ring'),
    ('an island in the hole', 15, 15, 'island'), ('the other part of the island', 30.2, 30.8, 'island'),
    ('beside that', 30.8, 30.2, NULL), ('a sliver', 40, 45, 'sliver'),
    ('above it', 40.0000000000001, 45, NULL), ('its corner', 40.0000000000001, 50, 'sliver'),
    ('the last meridian', 0, 180, 'east'), ('the first', 0, -180, 'west'),
    ('a corner there', 1, 180, 'east'), ('the pole', 90, 0, 'arctic'), ('the pole from the east', 90, 180, 'arctic'),
    ('near it', 89.999999, -180, 'arctic'), ('the border of the Arctic', 80, 7, 'arctic'),
    ('south of it', 79.999999999, 7, NULL), ('the other pole', -90, -180, NULL)
) AS p (label, latitude, longitude, codes);
SELECT is(tap.mapped(p.latitude, p.longitude), tap.covering(p.latitude, p.longitude),
    format('ST_Covers agrees at %s, %s', p.latitude, p.longitude))
FROM (VALUES (13::float8, 15::float8), (40, 45), (40.0000000000001, 50), (0, 180), (90, 180), (80, 7)) AS p
    (latitude, longitude);

-- 3. The smallest wins, then the lowest id.
SELECT tap.add('district', 'large', 'POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))') AS large \gset
SELECT tap.add('district', 'small', 'POLYGON((1 1, 2 1, 2 2, 1 2, 1 1))') AS small \gset
SELECT tap.add('district', 'twin', 'POLYGON((1 1, 2 1, 2 2, 1 2, 1 1))') AS twin \gset
SELECT is(civic.area_at(1.5, 1.5, 'district'), least(:'small'::uuid, :'twin'::uuid), 'the smaller district');
SELECT is(civic.area_at(3, 3, 'district'), :'large'::uuid, 'the larger where the smaller is not');
SELECT results_eq('SELECT x.code FROM civic.areas_at(22.55, 88.35) AS x', ARRAY['1', 'c'],
    'areas_at() gives wards before the city');

-- 4. Time.
UPDATE civic.areas SET valid_from = '2020-01-01', valid_until = '2022-01-01' WHERE code = 'large';
SELECT is(civic.area_at(3, 3, 'district', d.day), CASE WHEN d.holds THEN :'large'::uuid END, format('on %s', d.day))
FROM (VALUES ('2019-12-31'::date, false), ('2020-01-01', true), ('2021-12-31', true), ('2022-01-01', false),
    ('-infinity', false), ('infinity', false)) AS d (day, holds);
SELECT is(civic.area_at(3, 3, 'district'), NULL, 'not today');
SELECT is(tap.mapped(3, 3, '2021-05-05'), 'large', 'areas_at() knows the day, too');
SELECT lives_ok($$SELECT civic.replace_area('ward', '1',
    '{"type": "Polygon", "coordinates": [[[88.3, 22.5], [88.35, 22.5], [88.35, 22.6], [88.3, 22.6], [88.3, 22.5]]]}',
    '2025-07-01', 'Ward one')$$, 'a ward gets another boundary from a day on');
SELECT is(civic.area_at(22.55, 88.38, 'ward', '2025-06-30'), tap.id('a.ward'), 'until then the old one holds');
SELECT is(civic.area_at(22.55, 88.38, 'ward', '2025-07-01'), NULL, 'then no longer');
SELECT results_eq(
    $$SELECT name, parent_id, valid_from, valid_until FROM civic.areas WHERE organization_id = tap.id('a')
        AND kind = 'ward' ORDER BY valid_from$$,
    $$VALUES ('Ward 1', tap.id('a.city'), '-infinity'::date, '2025-07-01'::date),
        ('Ward one', tap.id('a.city'), '2025-07-01', 'infinity')$$, 'both versions are kept');
SELECT throws_ok(format($$SELECT civic.replace_area('ward', '1', '{"type": "Point", "coordinates": [1, 2]}', %L)$$,
    d.day), d.code, NULL, format('not from %s', d.day))
FROM (VALUES ('2025-07-01', '22023'), ('-infinity', '22023'), ('2026-01-01', '22023'), ('infinity', 'PT404')) AS d
    (day, code);
SELECT throws_ok($$SELECT civic.replace_area('ward', 'nowhere', '{}')$$, 'PT404',
    format('there is no ward "nowhere" on %s', current_date), 'nor one that is not');

-- 5. Only one's own.
SELECT is(tap.seen(a.actor, 'SELECT civic.area_at(22.55, 88.31, ''city'')'), a.city,
    format('the city of %s', a.actor))
FROM (VALUES ('a.citizen', 'a.city'), ('b.citizen', 'b.city'), ('a.anon', 'a.city'), ('b.service', 'b.city'),
    ('none.user', NULL), ('none.anon', NULL), ('a.inactive', NULL)) AS a (actor, city);
SELECT is(tap.seen(a.actor, 'SELECT x.id FROM civic.areas_at(22.55, 88.35) AS x WHERE x.kind = ''city'''), a.city,
    format('areas_at() for %s', a.actor))
FROM (VALUES ('a.citizen', 'a.city'), ('b.citizen', 'b.city'), ('none.user', NULL)) AS a (actor, city);
SELECT is(tap.seen(a.actor, 'SELECT p.area_id FROM civic.areas_of_points(''{22.55, 1}'', ''{88.31, 1}'', ''city'') AS p'
    ' WHERE p.area_id IS NOT NULL'), a.city, format('areas_of_points() for %s', a.actor))
FROM (VALUES ('a.citizen', 'a.city'), ('b.citizen', 'b.city'), ('none.user', NULL)) AS a (actor, city);
SELECT is(tap.value('a.admin', 'SELECT civic.rebuild_area_tiles() > 0'), 'true', 'an administrator may redraw the map');
SELECT is(tap.value(a.actor, 'SELECT civic.rebuild_area_tiles(tap.id(''b''))'), '42501',
    format('%s may not, of another', a.actor))
FROM (VALUES ('a.admin'), ('a.super_admin')) AS a (actor);
SELECT is(tap.value('a.citizen', 'SELECT civic.rebuild_area_tiles()'), '42501', 'a resident may not at all');
SELECT is(tap.value('a.citizen', $$SELECT civic.load_area('ward', '9', 'W',
    '{"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}')$$), '42501', 'nor add areas');
SELECT is(tap.steps('a.admin', $$SELECT civic.load_area('ward', '9', 'W',
    '{"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}')$$,
    'SELECT x.code FROM civic.areas AS x WHERE x.id = civic.area_at(1.2, 1.8)'), '9',
    'an administrator adds one and finds it');
SELECT is(civic.area_at(1.2, 1.8), NULL, 'and it is gone with the step that is taken back');

-- 6. What is no place, and what is no area.
SELECT throws_ok(format('SELECT civic.area_at(%L, %L)', p.latitude, p.longitude), '22003', NULL,
    format('no place: %s, %s', p.latitude, p.longitude))
FROM (VALUES ('NaN', '0'), ('0', 'NaN'), ('90.0000001', '0'), ('-91', '0'), ('0', '180.00001'), ('0', '-181'),
    ('Infinity', '0'), ('0', '-Infinity')) AS p (latitude, longitude);
SELECT throws_ok($$SELECT civic.areas_of_points('{1, NaN}', '{1, 1}')$$, '22003', NULL, 'nor in a list');
SELECT throws_ok($$SELECT civic.areas_of_points('{1, 2}', '{1}')$$, '2202E', 'there are 2 latitudes and 1 longitudes',
    'lists of different length');
SELECT throws_ok($$SELECT civic.areas_of_points('{{1, 2}}', '{{1, 2}}')$$, '2202E', NULL, 'lists of lists');
SELECT results_eq(
    $$SELECT p.point, p.area_id
        FROM civic.areas_of_points('{1.5, NULL, 1.5, 50}', '{1.5, 1, NULL, 50}', 'district') AS p ORDER BY p.point$$,
    format($$VALUES (1, %L::uuid), (2, NULL), (3, NULL), (4, NULL)$$, least(:'small'::uuid, :'twin'::uuid)),
    'an unknown place in a list is in no area');
SELECT is_empty($$SELECT * FROM civic.areas_of_points('{}', '{}')$$, 'an empty list');
SELECT throws_ok(format($$SELECT civic.load_area('ward', 'x', 'X', %L)$$, g.geometry), g.code, NULL,
    format('no area: %s', g.geometry))
FROM (VALUES
    ('{"type": "Polygon", "coordinates": [[[1, 1], [1, 1], [1, 1], [1, 1]]]}', '22023'),
    ('{"type": "Polygon", "coordinates": []}', '22023'), ('{"type": "Point", "coordinates": [1, 1]}', '22023'),
    ('{"type": "Polygon"}', '22023'), ('[]', '22023'), ('"x"', '22023'),
    ('{"type": "Polygon", "coordinates": [[[170, 1], [190, 1], [190, 2], [170, 1]]]}', '23514'),
    ('{"type": "Polygon", "coordinates": [[[0, 80], [1, 80], [1, 100], [0, 80]]]}', '23514')
) AS g (geometry, code);
SELECT lives_ok($$SELECT civic.load_area('ward', 'bow', 'Bow',
    '{"type": "Polygon", "coordinates": [[[60, 0], [61, 1], [61, 0], [60, 1], [60, 0]]]}')$$,
    'a polygon that crosses itself is mended');
SELECT is(tap.mapped(0.5, 60.1) || tap.mapped(0.5, 60.9), 'bowbow', 'both its halves count');

-- 7. A whole file.
SELECT set_config('tap.file', jsonb_build_object('type', 'FeatureCollection', 'features', jsonb_agg(
    jsonb_build_object('type', 'Feature', 'properties', jsonb_build_object('nr', n, 'label', 'Square ' || n),
        'geometry', ST_AsGeoJSON(ST_MakeEnvelope(-60 + n % 10, n / 10, -59 + n % 10, n / 10 + 1))::jsonb)))::text, true)
FROM generate_series(0, 99) AS n \g /dev/null
SELECT is(civic.load_areas(current_setting('tap.file')::jsonb, 'neighborhood', 'nr', 'label'), 100,
    'a hundred squares at once');
SELECT is(count(*), 100::bigint, 'each covers its middle, and is named')
FROM generate_series(0, 99) AS n
JOIN civic.areas AS a ON a.id = civic.area_at(n / 10 + 0.5, -59.5 + n % 10, 'neighborhood')
    AND (a.code, a.name, a.properties ->> 'nr') = (n::text, 'Square ' || n, n::text);
SELECT is_empty($$SELECT * FROM civic.check_areas('neighborhood')$$, 'squares leave no gap and do not overlap');
SELECT throws_ok(format($$SELECT civic.load_areas(%s, 'zone', 'nr')$$, f.file), f.code, NULL, f.label)
FROM (VALUES
    ('current_setting(''tap.file'')::jsonb - ''type''', '22023', 'without a type'), ('''[]''', '22023', 'a list'),
    ('''{"type": "FeatureCollection"}''', '22023', 'without features'),
    ('''{"type": "FeatureCollection", "features": [{"properties": {"x": 1}}]}''', '22023', 'a feature without code'),
    ('''{"type": "FeatureCollection", "features": [{"properties": {"nr": 1}}]}''', '22023', 'and without geometry'),
    ('''{"type": "FeatureCollection", "features": [7]}''', '22023', 'a feature that is none'),
    ('current_setting(''tap.file'')::jsonb || ''{"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::26915"}}}''',
        '22023', 'in metres')
) AS f (file, code, label);
SELECT throws_ok($$SELECT civic.load_areas(current_setting('tap.file')::jsonb, 'neighborhood', 'nr')$$, '23505', NULL,
    'the same file again');
UPDATE civic.areas SET boundary = ST_Multi(ST_MakeEnvelope(-58, 1, -56.5, 2, 4326))
WHERE organization_id = tap.id('a') AND kind = 'neighborhood' AND code = '12';
DELETE FROM civic.areas WHERE organization_id = tap.id('a') AND kind = 'neighborhood' AND code IN ('55', '9');
SELECT results_eq(
    $$SELECT c.problem, a.code || '+' || b.code, round(c.size_m2 / 1e9), floor(c.latitude), floor(c.longitude)
        FROM civic.check_areas('neighborhood') AS c
        LEFT JOIN civic.areas AS a ON a.id = c.area_id LEFT JOIN civic.areas AS b ON b.id = c.other_id
        ORDER BY c.size_m2 DESC$$,
    $$VALUES ('gap', NULL, 12::float8, 5::float8, -55::float8),
        ('overlap', (SELECT CASE WHEN x.id < y.id THEN '12+13' ELSE '13+12' END FROM civic.areas AS x, civic.areas AS y
            WHERE x.code = '12' AND y.code = '13' AND x.kind = 'neighborhood' AND y.kind = 'neighborhood'),
            6, 1, -57)$$,
    'a hole is found and an overlap, but not the corner of the city');
SELECT is_empty($$SELECT * FROM civic.check_areas('neighborhood', 2e10)$$, 'unless they count as slivers');

-- 8. Random areas come, change and go, and the map follows; places are vertices, places on edges, and any.
CREATE FUNCTION tap.blot(x double precision, y double precision) RETURNS geometry LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    corners integer := 3 + floor(random() * random() * 400);
    shape geometry;
BEGIN
    SELECT ST_Polygon(ST_MakeLine(p.point || p.point[1]), 4326) INTO shape
    FROM (
        SELECT array_agg(ST_MakePoint(x + 0.05 * r.reach * cos(2 * pi() * n / corners),
            y + 0.05 * r.reach * sin(2 * pi() * n / corners)) ORDER BY n) AS point
        FROM generate_series(1, corners) AS n CROSS JOIN LATERAL (SELECT 0.4 + 0.6 * random() + 0 * n) AS r (reach)
    ) AS p;
    IF random() < 0.3 THEN
        shape := ST_Difference(shape, ST_Buffer(tap.point(y, x), 0.01, 4));
    END IF;
    IF random() < 0.3 THEN
        shape := ST_Union(shape, ST_Buffer(tap.point(y + 0.03, x + 0.08), 0.02, 3));
    END IF;
    RETURN ST_Multi(shape);
END
$$;
CREATE FUNCTION tap.disagreements(asked OUT bigint, wrong OUT bigint) LANGUAGE sql VOLATILE AS $$
    WITH shapes AS (
        SELECT (ST_DumpPoints(a.boundary)).geom AS v FROM civic.areas AS a
        WHERE a.organization_id = civic.current_organization_id() AND a.kind = 'zone'
    ), places AS (
        SELECT ST_Y(v) AS latitude, ST_X(v) AS longitude FROM shapes WHERE random() < 0.05
        UNION ALL
        SELECT (ST_Y(s.v) + ST_Y(s.u)) / 2, (ST_X(s.v) + ST_X(s.u)) / 2
        FROM (SELECT v, lead(v) OVER () AS u FROM shapes) AS s WHERE s.u IS NOT NULL AND random() < 0.05
        UNION ALL
        SELECT 45 + 0.6 * random(), -100 + 0.6 * random() FROM generate_series(1, 100)
    )
    SELECT count(*), count(*) FILTER (WHERE tap.mapped(latitude, longitude) IS DISTINCT FROM
        tap.covering(latitude, longitude))
    FROM places
$$;
CREATE FUNCTION tap.scribble(steps integer, OUT asked bigint, OUT wrong bigint) LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    asked := 0;
    wrong := 0;
    FOR n IN 1..steps LOOP
        CASE floor(random() * 6)
            WHEN 0, 1, 2 THEN
                INSERT INTO civic.areas (kind, code, name, boundary)
                SELECT 'zone', civic.uuid_v7()::text, 'Z', tap.blot(-100 + 0.5 * random(), 45 + 0.5 * random() + 0 * k)
                FROM generate_series(1, 1 + floor(random() * 4)::integer) AS k;
            WHEN 3 THEN
                UPDATE civic.areas SET boundary = tap.blot(-100 + 0.5 * random(), 45 + 0.5 * random())
                WHERE organization_id = civic.current_organization_id() AND kind = 'zone' AND random() < 0.2;
            WHEN 4 THEN
                DELETE FROM civic.areas WHERE organization_id = civic.current_organization_id() AND kind = 'zone'
                    AND random() < 0.2;
            ELSE
                BEGIN
                    UPDATE civic.areas SET valid_until = '2000-01-01'
                    WHERE organization_id = civic.current_organization_id() AND kind = 'zone';
                    PERFORM tap.mapped(45.2, -99.8);
                    RAISE EXCEPTION 'taken back';
                EXCEPTION WHEN raise_exception THEN
                    NULL;
                END;
        END CASE;
        SELECT * INTO found FROM tap.disagreements();
        asked := asked + found.asked;
        wrong := wrong + found.wrong;
    END LOOP;
END
$$;
SELECT setseed(0.7) \g /dev/null
SELECT wrong, asked, asked > 5000 AS enough FROM tap.scribble(40) \gset
SELECT is(:wrong, 0, 'the map and ST_Covers agree all the time') WHERE :'enough';
SELECT set_config('civic.area_cache_mb', '0', true) \g /dev/null
SELECT is(wrong, 0::bigint, 'also without memory to keep any of it') FROM tap.disagreements();
SELECT set_config('civic.area_cache_mb', '16', true) \g /dev/null
SELECT cmp_ok(civic.rebuild_area_tiles(), '>', 0::bigint, 'the map is redrawn');
SELECT is(wrong, 0::bigint, 'and says the same') FROM tap.disagreements();
SELECT is(count(*), 0::bigint, 'areas_of_points() says what area_at() says')
FROM (
    SELECT array_agg(45 + 0.6 * random()) AS y, array_agg(-100 + 0.6 * random()) AS x FROM generate_series(1, 3000)
) AS p
CROSS JOIN LATERAL civic.areas_of_points(p.y, p.x, 'zone') AS a
WHERE a.area_id IS DISTINCT FROM civic.area_at(p.y[a.point], p.x[a.point], 'zone');

-- 9. Tables.
UPDATE civic_private.area_tiles SET tile = '\x00' WHERE organization_id = tap.id('a') AND kind = 'city';
SELECT set_config('civic.area_cache_mb', '0', true) \g /dev/null
SELECT throws_ok('SELECT civic.area_at(22.55, 88.35, ''city'')', 'XX001', NULL, 'a damaged map is told');
SELECT civic.rebuild_area_tiles() \g /dev/null
SELECT is(civic.area_at(22.55, 88.35, 'city'), tap.id('a.city'), 'and mended');
DELETE FROM civic.areas WHERE organization_id = tap.id('a') AND kind = 'zone';
SELECT is_empty($$SELECT FROM civic_private.area_tiles WHERE organization_id = tap.id('a') AND kind = 'zone'$$,
    'nothing is left of areas that are gone');
SELECT isnt_empty($$SELECT FROM civic_private.area_tiles WHERE organization_id = tap.id('b')$$,
    'those of another organization stay');

SELECT * FROM finish();
ROLLBACK;
