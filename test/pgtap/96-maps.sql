-- Tiles and GeoJSON for maps: what is in them is read from their bytes, and is what the tables show the asker.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- Reads protocol buffers, and vector tiles (version 2.1) in them: one row a feature, with its first point.
CREATE FUNCTION tap.varint(message bytea, start integer, OUT place integer, OUT number bigint) LANGUAGE plpgsql AS $$
DECLARE
    shift integer := 0;
    byte integer;
BEGIN
    place := start;
    number := 0;
    LOOP
        byte := get_byte(message, place);
        number := number | ((byte & 127)::bigint << shift);
        place := place + 1;
        shift := shift + 7;
        EXIT WHEN byte < 128;
    END LOOP;
END
$$;
CREATE FUNCTION tap.fields(message bytea) RETURNS TABLE (field integer, number bigint, bytes bytea)
    LANGUAGE plpgsql AS $$
DECLARE
    place integer := 0;
    tag bigint;
    size bigint;
BEGIN
    WHILE place < length(message) LOOP
        SELECT v.place, v.number INTO place, tag FROM tap.varint(message, place) AS v;
        field := tag >> 3;
        bytes := NULL;
        number := NULL;
        CASE tag & 7
            WHEN 0 THEN SELECT v.place, v.number INTO place, number FROM tap.varint(message, place) AS v;
            WHEN 2 THEN
                SELECT v.place, v.number INTO place, size FROM tap.varint(message, place) AS v;
                bytes := substr(message, place + 1, size::integer);
                place := place + size;
        END CASE;
        RETURN NEXT;
    END LOOP;
END
$$;
CREATE FUNCTION tap.numbers(packed bytea) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    place integer := 0;
    number bigint;
    result bigint[] := '{}';
BEGIN
    WHILE place < length(packed) LOOP
        SELECT v.place, v.number INTO place, number FROM tap.varint(packed, place) AS v;
        result := result || number;
    END LOOP;
    RETURN result;
END
$$;
CREATE FUNCTION tap.zigzag(number bigint) RETURNS bigint LANGUAGE sql RETURN (number >> 1) # -(number & 1);
CREATE FUNCTION tap.tile(tile bytea) RETURNS TABLE (layer text, properties jsonb, x bigint, y bigint)
    LANGUAGE plpgsql AS $$
DECLARE
    part record;
    feature bytea;
    keys text[];
    vals jsonb[];
    tags bigint[];
    shape bigint[];
BEGIN
    FOR part IN SELECT f.bytes FROM tap.fields(tile) AS f WHERE f.field = 3 LOOP
        SELECT convert_from((array_agg(f.bytes) FILTER (WHERE f.field = 1))[1], 'UTF8'),
            array_agg(convert_from(f.bytes, 'UTF8')) FILTER (WHERE f.field = 3),
            array_agg((SELECT CASE v.field WHEN 1 THEN to_jsonb(convert_from(v.bytes, 'UTF8'))
                WHEN 6 THEN to_jsonb(tap.zigzag(v.number)) ELSE to_jsonb(v.number) END FROM tap.fields(f.bytes) AS v))
                FILTER (WHERE f.field = 4)
        INTO layer, keys, vals
        FROM (SELECT g.field, g.bytes FROM tap.fields(part.bytes) AS g) AS f;
        FOR feature IN SELECT f.bytes FROM tap.fields(part.bytes) AS f WHERE f.field = 2 LOOP
            SELECT tap.numbers(f.bytes) INTO tags FROM tap.fields(feature) AS f WHERE f.field = 2;
            SELECT tap.numbers(f.bytes) INTO shape FROM tap.fields(feature) AS f WHERE f.field = 4;
            SELECT coalesce(jsonb_object_agg(keys[1 + tags[i]], vals[1 + tags[i + 1]]), '{}') INTO properties
            FROM generate_series(1, cardinality(tags), 2) AS i;
            x := tap.zigzag(shape[2]);
            y := tap.zigzag(shape[3]);
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$$;
SELECT is((SELECT f.number FROM tap.fields('\x089601') AS f), 150::bigint, 'the reader reads the makers'' example');
SELECT is((SELECT f.bytes FROM tap.fields('\x120774657374696e67') AS f), 'testing'::bytea, 'and a string');

-- The tile of a place.
CREATE FUNCTION tap.at(z integer, latitude double precision, longitude double precision) RETURNS text
    LANGUAGE sql IMMUTABLE RETURN format('%s, %s, %s', z, floor((longitude + 180) / 360 * (1 << z)),
        floor((1 - asinh(tan(radians(latitude))) / pi()) / 2 * (1 << z)));
-- What the clusters of all tiles of a zoom add up to: reports, and open ones.
CREATE FUNCTION tap.count(z integer, statuses text DEFAULT NULL, categories text DEFAULT NULL) RETURNS text
    LANGUAGE sql AS $$
    SELECT format('%s %s', coalesce(sum((t.properties -> 'reports')::integer), 0),
        coalesce(sum((t.properties -> 'open')::integer), 0))
    FROM generate_series(0, (1 << z) - 1) AS x, generate_series(0, (1 << z) - 1) AS y,
        tap.tile(civic.report_tile(z, x, y, statuses::civic.report_status[], categories::text[])) AS t
    WHERE t.layer = 'clusters'
$$;

-- Which tiles there are, and from where to where they reach.
SELECT is(tap.attempt('a.citizen', format('SELECT civic.report_tile(%s)', x.tile)), x.outcome, 'tile ' || x.tile)
FROM (VALUES ('0, 0, 0', '1'), ('22, 4194303, 4194303', '1'), ('-1, 0, 0', '22023'), ('23, 0, 0', '22023'),
    ('0, 1, 0', '22023'), ('0, 0, 1', '22023'), ('3, 8, 0', '22023'), ('3, 0, 8', '22023'), ('3, -1, 0', '22023'),
    ('3, 0, -1', '22023'), ('NULL, 0, 0', '22023'), ('3, NULL, 0', '22023'), ('3, 0, NULL', '22023'),
    ('3, 2147483647, 0', '22023'), ('3, 0, 0, ''{nothing}''', '22P02')) AS x (tile, outcome);
SELECT throws_ok('SELECT civic.report_tile(3, 8, 0)', '22023', 'there is no tile 3/8/0');
SELECT is_empty($$SELECT z, x, y FROM generate_series(0, 4) AS z, generate_series(0, (1 << z) - 1) AS x,
        generate_series(0, (1 << z) - 1) AS y, civic_helpers.tile_box(z, x, y) AS b, ST_TileEnvelope(z, x, y) AS e,
        ST_Transform(e, 4326) AS d
    WHERE abs(b.west - ST_XMin(d)) + abs(b.south - ST_YMin(d)) + abs(b.east - ST_XMax(d)) + abs(b.north - ST_YMax(d))
        > 1e-9$$, 'tiles lie where PostGIS has them');
SELECT is_empty($$SELECT z, x FROM generate_series(1, 22) AS z, generate_series(1, least((1 << z) - 1, 300)) AS x,
        civic_helpers.tile_box(z, x - 1, x - 1) AS a, civic_helpers.tile_box(z, x, x) AS b
    WHERE a.east >= b.west OR b.west - a.east > 1e-13 OR b.north >= a.south OR a.south - b.north > 1e-13$$,
    'neighbours meet, and share no place');
-- What a box may hold reaches as far as all of it.
SELECT is_empty($$SELECT w, s, e, n, x, y FROM (SELECT -180 + 360 * random() AS w, -90 + 180 * random() AS s
        FROM generate_series(1, 5000)) AS c,
    LATERAL (SELECT w + (180 - w) * random() ^ 3 AS e, s + (90 - s) * random() ^ 3 AS n) AS d,
    LATERAL (SELECT CASE WHEN random() < 0.3 THEN w ELSE w + (e - w) * random() END AS x,
        CASE WHEN random() < 0.3 THEN n ELSE s + (n - s) * random() END AS y) AS p
    WHERE NOT civic_helpers.may_lie_in(civic_helpers.location_of(y, x), civic_helpers.box_of(w, s, e, n))$$,
    'places of boxes may lie in them');
-- The box around a place holds all that is within so many metres of it, near the poles and the 180th meridian too.
SELECT is_empty($$SELECT a.x, a.y, b.x, b.y, m.metres
    FROM (SELECT (ARRAY[0, 13, 179.9999, -179.99, 180, -180])[1 + n % 6] + (random() - 0.5) / 1e3 AS x,
            (ARRAY[0, 45, -60, 88.9, 89.9999, -89.5, 80])[1 + n % 7] * (1 - random() / 1e4) AS y
        FROM generate_series(1, 4000) AS n) AS c,
    LATERAL (SELECT greatest(-180, least(180, c.x)) AS x, c.y) AS a,
    LATERAL (SELECT power(10, 1 + 5 * random() + 0 * c.x) AS metres, 2 * pi() * random() AS azimuth) AS m,
    LATERAL (SELECT ST_Project(civic_helpers.location_of(a.y, a.x), m.metres * sqrt(random()), m.azimuth)) AS p (place),
    LATERAL (SELECT ST_X(p.place::geometry) AS x, ST_Y(p.place::geometry) AS y) AS b
    WHERE ST_DWithin(p.place, civic_helpers.location_of(a.y, a.x), m.metres)
        AND NOT civic_helpers.is_within(p.place, a.y, a.x, m.metres)$$,
    'the box around a place holds what is within metres of it');
SELECT is(civic_helpers.is_within(civic_helpers.location_of(y, x), 0, 0, metres), found,
    format('%s, %s within %s m', x, y, metres))
FROM (VALUES (0, 0, 0, true), (0.001, 0, 111.2, false), (0.001, 0, 111.4, true), (0, 0.001, 110.5, false),
    (0, 0.001, 110.6, true), (180, 0, 21000000, true)) AS a (x, y, metres, found);
SELECT is(civic_helpers.may_lie_in(civic_helpers.location_of(y, x), civic_helpers.box_of(-10, 20, 10, 40)), false,
    format('not %s, %s', x, y))
FROM (VALUES (0, 15), (0, 45), (-15, 30), (170, 30), (0, -30)) AS p (x, y);
SELECT volatility_is('civic', f.name, 'stable', f.name || '() answers GET')
FROM (VALUES ('report_tile'), ('reports_geojson'), ('areas_geojson'), ('map_reports')) AS f (name);
SELECT is(tap.attempt('none.anon', 'SELECT civic.' || c.call), '1', 'open to everybody: ' || c.call)
FROM (VALUES ('report_tile(0, 0, 0)'), ('reports_geojson(0, 0, 1, 1)'), ('areas_geojson()')) AS c (call);

-- Everybody gets what the table shows them: as points, and counted.
SELECT is(tap.seen(a.name, format('SELECT (t.properties ->> ''id'')::uuid FROM tap.tile(civic.report_tile(%s)) AS t'
        ' WHERE t.layer = ''reports''', tap.at(z, 22.57, 88.36))),
    tap.seen(a.name, 'SELECT id FROM civic.reports'), format('reports of a tile at zoom %s: %s', z, a.name))
FROM tap.actors AS a, unnest(ARRAY[14, 22]) AS z
WHERE tap.value(a.name, 'SELECT count(*) FROM civic.reports') <> '42501';
SELECT is(tap.value(a.name, format('SELECT tap.count(%s)', z)),
    tap.value(a.name, 'SELECT count(*) || '' '' || count(*) FILTER (WHERE status NOT IN (''resolved'', ''closed'','
        ' ''rejected'', ''duplicate'')) FROM civic.reports'), format('clusters at zoom %s: %s', z, a.name))
FROM tap.actors AS a, unnest(ARRAY[0, 2]) AS z
WHERE tap.value(a.name, 'SELECT count(*) FROM civic.reports') <> '42501';
SELECT is(tap.value('a.admin', format('SELECT string_agg(DISTINCT t.layer, '' '' ORDER BY t.layer)'
    ' FROM tap.tile(civic.report_tile(%s)) AS t', tap.at(z, 22.57, 88.36))), layers, format('layers at zoom %s', z))
FROM (VALUES (0, 'areas clusters'), (13, 'areas clusters'), (14, 'areas reports')) AS x (z, layers);

-- What is said of a report.
SELECT is(tap.value('a.admin', format('SELECT t.properties - ''id'' FROM tap.tile(civic.report_tile(%s)) AS t'
        ' WHERE t.properties ->> ''id'' = tap.id(''a.priv_done'')::text', tap.at(15, 22.57, 88.36)))::jsonb,
    (SELECT jsonb_build_object('report_number', report_number, 'title', title, 'category', category, 'status', status,
        'severity', severity, 'supporter_count', supporter_count) FROM civic.reports WHERE id = tap.id('a.priv_done')),
    'a report in a tile');

-- Filters.
SELECT is(tap.seen('a.admin', format('SELECT (t.properties ->> ''id'')::uuid FROM tap.tile(civic.report_tile(%s, %s))'
        ' AS t WHERE t.layer = ''reports''', tap.at(16, 22.57, 88.36), f.filter)),
    tap.seen('a.admin', 'SELECT id FROM civic.reports WHERE ' || f.condition), 'reports with ' || f.filter)
FROM (VALUES ('''{closed,in_progress}''', 'status IN (''closed'', ''in_progress'')'),
    ('categories => ''{roads}''', 'category = ''roads'''), ('categories => ''{other,roads}''', 'true'),
    ('''{}''', 'false'), ('''{closed}'', ''{other}''', 'status = ''closed''')) AS f (filter, condition);
SELECT is(tap.value('a.admin', 'SELECT tap.count(0, ''{closed,in_progress}'')'),
    tap.value('a.admin', 'SELECT count(*) || '' '' || count(*) FILTER (WHERE status = ''in_progress'')'
        ' FROM civic.reports WHERE status IN (''closed'', ''in_progress'')'), 'clusters of some statuses');
SELECT is(tap.value('a.admin', 'SELECT tap.count(0, categories => ''{roads}'')'), '0 0', 'of a category nobody filed');

-- Reports in another place, so many that a tile cannot hold them.
INSERT INTO civic.reports (organization_id, id, user_id, title, description, latitude, longitude, category, status,
    severity, rejection_reason, created_at)
SELECT tap.id('a'), tap.id('a.many' || i), tap.id('a.neighbour'), 'One of many', 'Report number ' || i, 40.0001,
    10.0001, 'other', CASE WHEN i > 100 THEN 'pending_classification' ELSE 'rejected' END::civic.report_status,
    (ARRAY['low', 'medium', 'high', 'critical'])[1 + i % 4]::civic.report_severity, 'Nothing is there.',
    now() - i * interval '1 minute'
FROM generate_series(1, 700) AS i;
SELECT tap.become('a.admin');
CREATE TEMP TABLE shown AS SELECT t.layer, t.properties, (t.properties ->> 'id')::uuid AS id
FROM tap.tile(civic.report_tile(14, 8647, 6202)) AS t;
SELECT set_config('role', 'none', true), tap.unbecome();
SELECT is(tap.at(14, 40.0001, 10.0001), '14, 8647, 6202', 'where they are');
SELECT is((SELECT count(*) FROM shown WHERE layer = 'reports'), 500::bigint, 'no more than 500 reports in a tile');
SELECT is((SELECT jsonb_agg(properties) FROM shown WHERE layer = 'clusters'), '[{"reports": 200, "open": 100}]',
    'the rest is counted');
SELECT set_eq('SELECT id FROM shown WHERE layer = ''reports''', $$SELECT id FROM civic.reports WHERE latitude = 40.0001
    ORDER BY status = 'rejected', severity DESC, created_at DESC LIMIT 500$$, 'and is what matters least');

-- A report on an edge is in one tile; beyond 85 degrees there are none.
INSERT INTO civic.reports (organization_id, id, user_id, title, description, latitude, longitude, category, status,
    created_at)
SELECT tap.id('b'), tap.id('b.' || p.name), tap.id('b.neighbour'), 'On the edge', 'At the edge: ' || p.name, p.latitude,
    p.longitude, 'other', 'pending_classification', now()
FROM (VALUES ('null', 0, 0), ('east', 0, 180), ('west', 0, -180), ('edge', 0, 90), ('near', 1e-12, 90 - 1e-12),
    ('pole', 89.9, 0)) AS p (name, latitude, longitude);
CREATE TEMP VIEW edges WITH (security_invoker) AS SELECT z, e.x, s.y, (t.properties ->> 'id')::uuid AS id
FROM unnest(ARRAY[14, 17]) AS z, unnest(ARRAY[0, (1 << z) / 2 - 1, (1 << z) / 2, (1 << z) / 4 * 3 - 1,
    (1 << z) / 4 * 3, (1 << z) - 1]) AS e (x), unnest(ARRAY[(1 << z) / 2 - 1, (1 << z) / 2]) AS s (y),
    tap.tile(civic.report_tile(z, e.x, s.y)) AS t WHERE t.layer = 'reports';
GRANT SELECT ON edges TO public;
SELECT is(tap.value('b.citizen', format('SELECT string_agg(format(''%%s/%%s'', x, y), '' '') FROM edges'
    ' WHERE z = 14 AND id = %L', tap.id('b.' || p.name))), p.tile, 'on an edge: ' || p.name)
FROM (VALUES ('null', '8192/8191'), ('east', '16383/8191'), ('west', '0/8191'), ('edge', '12288/8191'),
    ('near', '12287/8191'), ('pole', NULL)) AS p (name, tile);
SELECT is(tap.value('b.citizen', 'SELECT string_agg(n::text, '' '') FROM (SELECT count(*) AS n FROM edges'
    ' GROUP BY z, id) AS c'), '1 1 1 1 1 1 1 1 1 1', 'each once');
SELECT is(tap.value('b.citizen', format('SELECT tap.count(%s)', z)),
    tap.value('b.citizen', 'SELECT count(*) || '' '' || count(*) FILTER (WHERE status NOT IN (''resolved'', ''closed'','
        ' ''rejected'', ''duplicate'')) FROM civic.reports WHERE latitude < 85'), format('counted once at zoom %s', z))
FROM unnest(ARRAY[0, 1, 2]) AS z;

-- Where things are drawn: 4096 units are a tile.
INSERT INTO civic.reports (organization_id, id, user_id, title, description, latitude, longitude, category, status)
SELECT tap.id('a'), tap.id('a.drawn' || i), tap.id('a.neighbour'), 'Somewhere', 'Report number ' || i,
    -80 + 160 * random(), -179 + 358 * random(), 'other', 'pending_classification'
FROM generate_series(1, 20) AS i;
SELECT is(tap.value('a.admin', format($$SELECT bool_and(abs(t.x - 4096 * (u.x - floor(u.x))) <= 1
        AND abs(t.y - 4096 * (u.y - floor(u.y))) <= 1) FROM (
        SELECT id, (longitude + 180) / 360 * 65536 AS x,
            (1 - asinh(tan(radians(latitude))) / pi()) / 2 * 65536 AS y
        FROM civic.reports WHERE id = %1$L) AS u,
        tap.tile(civic.report_tile(16, floor(u.x)::integer, floor(u.y)::integer)) AS t
    WHERE t.properties ->> 'id' = %1$L$$, tap.id('a.drawn' || i))), 'true', 'drawn in its place: ' || i)
FROM generate_series(1, 20) AS i;

-- Areas: of the organization, of today, cut to the tile.
SELECT is(tap.value(a, format('SELECT string_agg(t.properties ->> ''code'', '' '' ORDER BY t.properties ->> ''code'')'
    ' FROM tap.tile(civic.report_tile(%s)) AS t WHERE t.layer = ''areas''', tap.at(14, 22.57, 88.36))), codes,
    'areas that ' || a || ' sees')
FROM (VALUES ('a.citizen', '1 c'), ('a.anon', '1 c'), ('b.admin', '1 c'), ('none.user', NULL)) AS x (a, codes);
SELECT is(tap.value('a.citizen', format('SELECT t.properties - ''code'' FROM tap.tile(civic.report_tile(%s)) AS t'
        ' WHERE t.properties ->> ''code'' = ''1''', tap.at(14, 22.57, 88.36)))::jsonb,
    jsonb_build_object('id', tap.id('a.ward'), 'kind', 'ward', 'name', 'Ward 1'), 'what is said of an area');
SELECT is(tap.value('a.citizen', format('SELECT string_agg(t.properties ->> ''code'', '' '') FROM'
    ' tap.tile(civic.report_tile(%s)) AS t WHERE t.layer = ''areas''', tap.at(14, 22.8, 88.8))), 'c',
    'only those there');
UPDATE civic.areas SET valid_until = current_date WHERE id = tap.id('a.ward');
INSERT INTO civic.areas (organization_id, id, kind, code, name, boundary, valid_from)
VALUES (tap.id('a'), tap.id('a.ward2'), 'ward', '1', 'Ward 1, larger', ST_Multi(ST_MakeEnvelope(88.2, 22.5, 88.4, 22.6,
    4326)), current_date);
SELECT is(tap.value('a.citizen', format('SELECT string_agg(t.properties ->> ''name'', '' / '') FROM'
    ' tap.tile(civic.report_tile(%s)) AS t WHERE t.layer = ''areas''', tap.at(14, 22.57, 88.36))),
    'City / Ward 1, larger', 'areas of today, the largest first');
INSERT INTO civic.areas (organization_id, id, kind, code, name, boundary)
VALUES (tap.id('a'), tap.id('a.pole'), 'zone', 'pole', 'Pole', ST_Multi(ST_MakeEnvelope(0, 60, 40, 90, 4326)));
SELECT is(tap.value('a.citizen', format('SELECT count(*) FROM tap.tile(civic.report_tile(%s)) AS t'
    ' WHERE t.properties ->> ''code'' = ''pole''', tile)), '1', 'an area up to the pole: ' || tile)
FROM unnest(ARRAY['0, 0, 0', '3, 4, 0', '10, 520, 0']) AS tile;

-- GeoJSON of reports is what civic.map_reports() gives, page after page.
CREATE FUNCTION tap.features(answer json) RETURNS TABLE (id uuid, created_at timestamptz, feature jsonb)
    LANGUAGE sql AS $$
    SELECT (f ->> 'id')::uuid, (f #>> '{properties,created_at}')::timestamptz, f
    FROM jsonb_array_elements(answer::jsonb -> 'features') AS f WHERE answer ->> 'type' = 'FeatureCollection'
$$;
SELECT is(tap.seen(a.name, 'SELECT f.id FROM tap.features(civic.reports_geojson(88, 22, 89, 23)) AS f'),
    tap.seen(a.name, 'SELECT id FROM civic.reports WHERE latitude BETWEEN 22 AND 23 AND longitude BETWEEN 88 AND 89'),
    'features for ' || a.name)
FROM tap.actors AS a WHERE tap.value(a.name, 'SELECT count(*) FROM civic.reports') <> '42501';
SELECT is(tap.value('a.admin', 'SELECT f.feature FROM tap.features(civic.reports_geojson(88, 22, 89, 23)) AS f'
        ' WHERE f.id = tap.id(''a.priv_done'')')::jsonb,
    (SELECT jsonb_build_object('type', 'Feature', 'id', id, 'geometry', ST_AsGeoJSON(location)::jsonb, 'properties',
        jsonb_build_object('report_number', report_number, 'title', title, 'category', category, 'status', status,
        'severity', severity, 'supporter_count', supporter_count, 'created_at', created_at))
        FROM civic.reports WHERE id = tap.id('a.priv_done')), 'a report as a feature');
SELECT is(tap.value('a.citizen', 'SELECT civic.reports_geojson(0, 0, 0, 0)')::jsonb,
    '{"type": "FeatureCollection", "features": []}', 'nothing there');
CREATE FUNCTION tap.pages(n integer, filter text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[] := '{}';
    before_time timestamptz;
    before_id uuid;
    page record;
BEGIN
    LOOP
        EXECUTE format('SELECT array_agg(f.id ORDER BY f.created_at DESC, f.id DESC) AS ids, min(f.created_at) AS at'
            ' FROM tap.features(civic.reports_geojson(-180, -90, 180, 90, before_time => %L, before_id => %L,'
            ' max_rows => %s%s)) AS f', before_time, before_id, n, filter) INTO page;
        EXIT WHEN page.ids IS NULL;
        ids := ids || page.ids;
        before_time := page.at;
        before_id := page.ids[cardinality(page.ids)];
    END LOOP;
    RETURN array_to_string(ids, ' ');
END
$$;
SELECT is(tap.value('a.admin', format('SELECT tap.pages(%s, %L)', n, f.filter)),
    tap.value('a.admin', format('SELECT string_agg(id::text, '' '' ORDER BY created_at DESC, id DESC)'
        ' FROM civic.reports WHERE %s', f.condition)), format('pages of %s%s', n, f.filter))
FROM unnest(ARRAY[7, 100, 5000]) AS n, (VALUES ('', 'true'), (', statuses => ''{rejected}''', 'status = ''rejected'''),
    (', categories => ''{roads}''', 'category = ''roads''')) AS f (filter, condition)
WHERE n > 7 OR f.filter <> '';
SELECT is(tap.value('a.admin', format('SELECT count(*) FROM tap.features(civic.reports_geojson(-180, -90, 180, 90,'
    ' max_rows => %s))', x.n)), x.rows, 'at most ' || x.n)
FROM (VALUES ('3', '3'), ('0', '1'), ('-5', '1')) AS x (n, rows);
SELECT is(tap.attempt('a.citizen', 'SELECT civic.reports_geojson(0, -91, 1, 1)'), '23514', 'no such place');

-- GeoJSON of areas: of a kind, on a day, by code.
SELECT is(tap.value(a, format('SELECT string_agg(f.feature #>> ''{properties,name}'', '' / '')'
    ' FROM tap.features(civic.areas_geojson(%s)) AS f', call)), names, format('areas of %s: %s', a, call))
FROM (VALUES ('a.citizen', '', 'Ward 1, larger'), ('a.anon', '''city''', 'City'), ('b.citizen', '', 'Ward 1'),
    ('a.citizen', '''ward'', current_date - 1', 'Ward 1'), ('a.citizen', '''district''', NULL), ('none.user', '', NULL))
    AS x (a, call, names);
SELECT is(tap.value('a.citizen', 'SELECT ST_AsText(ST_GeomFromGeoJSON(f.feature -> ''geometry''))'
        ' FROM tap.features(civic.areas_geojson()) AS f'),
    'MULTIPOLYGON(((88.2 22.5,88.2 22.6,88.4 22.6,88.4 22.5,88.2 22.5)))', 'its boundary');
SELECT is(tap.value('a.citizen', 'SELECT f.feature -> ''properties'' FROM tap.features(civic.areas_geojson()) AS f')
        ::jsonb,
    jsonb_build_object('kind', 'ward', 'code', '1', 'name', 'Ward 1, larger', 'parent_id', NULL, 'valid_from',
        current_date, 'valid_until', 'infinity'), 'what is said of it');
INSERT INTO civic.areas (organization_id, kind, code, name, boundary)
SELECT tap.id('a'), 'neighborhood', 'n' || i, 'N ' || i, ST_Multi(ST_MakeEnvelope(i, 0, i + 1, 1, 4326))
FROM generate_series(1, 5) AS i;
SELECT is(tap.value('a.citizen', format('SELECT string_agg(f.feature #>> ''{properties,code}'', '' '')'
    ' FROM tap.features(civic.areas_geojson(''neighborhood'', %s)) AS f', x.page)), x.codes, 'a page: ' || x.page)
FROM (VALUES ('max_rows => 2', 'n1 n2'), ('max_rows => 2, after_code => ''n2''', 'n3 n4'),
    ('max_rows => 2, after_code => ''n4''', 'n5'), ('after_code => ''n5''', NULL), ('max_rows => 0', 'n1'))
    AS x (page, codes);

SELECT * FROM finish();
ROLLBACK;
