-- :areas wards of a city for the default organization, the same on every run: Voronoi cells of scattered points, their
-- edges drawn out into winding lines that neighbors share to the last digit. Some have thousands of vertices, some a
-- hole that is a part of the next ward; and :points points.
\set ON_ERROR_STOP on
CREATE SCHEMA bench;

-- A number from 0 to 1 that only depends on its arguments.
CREATE FUNCTION bench.noise(seed bigint, n bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, seed) & 1048575) / 1048576.0;

-- An edge as a winding line; from whichever end one looks, it is the same.
CREATE FUNCTION bench.winding(x1 double precision, y1 double precision, x2 double precision, y2 double precision)
    RETURNS geometry[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    turned boolean := (x1, y1) > (x2, y2);
    a double precision[] := CASE WHEN turned THEN ARRAY[x2, y2, x1, y1] ELSE ARRAY[x1, y1, x2, y2] END;
    seed bigint := hashtextextended(a::text, 0);
    length double precision := sqrt((a[3] - a[1]) ^ 2 + (a[4] - a[2]) ^ 2);
    steps integer := least(1 + (length / 0.000005)::integer,
        CASE WHEN bench.noise(seed, 0) < 0.002 THEN 4000 ELSE 62 END);
    line geometry[] := ARRAY[ST_MakePoint(a[1], a[2])];
    t double precision;
    away double precision;
BEGIN
    FOR n IN 1..steps - 1 LOOP
        t := n::double precision / steps;
        away := t * (1 - t) * (0.05 * bench.noise(seed, n) + 0.1 * sin(9 * t + bench.noise(seed, -1)));
        line := line || ST_MakePoint(a[1] + t * (a[3] - a[1]) - away * (a[4] - a[2]),
            a[2] + t * (a[4] - a[2]) + away * (a[3] - a[1]));
    END LOOP;
    line := line || ST_MakePoint(a[3], a[4]);
    IF turned THEN
        line := ARRAY(SELECT l.point FROM unnest(line) WITH ORDINALITY AS l (point, n) ORDER BY l.n DESC);
    END IF;
    RETURN line[1:cardinality(line) - 1];
END
$$;

CREATE TABLE bench.cells AS
SELECT row_number() OVER (ORDER BY c.cell) AS n, c.cell
FROM (
    SELECT ST_Intersection((ST_Dump(ST_VoronoiPolygons(ST_Collect(ST_MakePoint(
            77 + 0.5 * bench.noise(1, n), 28 + 0.5 * bench.noise(2, n)))))).geom,
        ST_MakeEnvelope(77, 28, 77.5, 28.5)) AS cell
    FROM generate_series(1, :areas) AS n
) AS c;

CREATE TABLE bench.shells AS
SELECT c.n, ST_MakeLine(w.line || w.line[1]) AS shell
FROM bench.cells AS c
CROSS JOIN LATERAL (
    SELECT array_agg(p.point ORDER BY e.place, p.place) AS line
    FROM (
        SELECT d.path[2] AS place, d.geom AS a, lead(d.geom) OVER (ORDER BY d.path[2]) AS b
        FROM ST_DumpPoints(c.cell) AS d WHERE d.path[1] = 1
    ) AS e
    CROSS JOIN LATERAL unnest(bench.winding(ST_X(e.a), ST_Y(e.a), ST_X(e.b), ST_Y(e.b)))
        WITH ORDINALITY AS p (point, place)
    WHERE e.b IS NOT NULL
) AS w;

CREATE TABLE bench.wards AS
SELECT s.n, ST_SetSRID(ST_Multi(CASE
    WHEN s.n % 100 = 0 THEN ST_MakePolygon(s.shell, ARRAY[ST_ExteriorRing(h.hole)])
    WHEN p.hole IS NOT NULL THEN ST_Collect(ST_MakePolygon(s.shell), p.hole)
    ELSE ST_MakePolygon(s.shell) END), 4326) AS boundary
FROM bench.shells AS s
LEFT JOIN LATERAL (
    SELECT ST_Buffer(c.center, 0.4 * ST_Distance(c.center, s.shell), 16) AS hole
    FROM (SELECT ST_PointOnSurface(ST_MakePolygon(s.shell))) AS c (center)
) AS h ON s.n % 100 = 0
LEFT JOIN LATERAL (
    SELECT ST_Buffer(c.center, 0.4 * ST_Distance(c.center, b.shell), 16) AS hole
    FROM bench.shells AS b, LATERAL (SELECT ST_PointOnSurface(ST_MakePolygon(b.shell))) AS c (center)
    WHERE b.n = s.n - 1
) AS p ON s.n % 100 = 1 AND s.n > 1;

INSERT INTO civic.areas (kind, code, name, boundary)
SELECT 'ward', w.n::text, 'Ward ' || w.n, w.boundary FROM bench.wards AS w ORDER BY w.n;

-- Points of the city and a little around it.
CREATE TABLE bench.points AS
SELECT n, 28.25 + 0.51 * (bench.noise(3, n) - 0.5) AS latitude, 77.25 + 0.51 * (bench.noise(4, n) - 0.5) AS longitude
FROM generate_series(1, :points) AS n;
ALTER TABLE bench.points ADD COLUMN place geometry(Point, 4326);
UPDATE bench.points SET place = ST_SetSRID(ST_MakePoint(longitude, latitude), 4326);
VACUUM ANALYZE civic.areas, civic_private.area_tiles, bench.points;

-- 100,000 places on borders: corners, and middles of edges.
CREATE TABLE bench.border AS
SELECT CASE WHEN d.n % 2 = 0 THEN d.x ELSE (d.x + d.next_x) / 2 END AS x,
    CASE WHEN d.n % 2 = 0 THEN d.y ELSE (d.y + d.next_y) / 2 END AS y
FROM (
    SELECT row_number() OVER () AS n, ST_X(p.geom) AS x, ST_Y(p.geom) AS y,
        lead(ST_X(p.geom)) OVER (PARTITION BY w.n ORDER BY p.path) AS next_x,
        lead(ST_Y(p.geom)) OVER (PARTITION BY w.n ORDER BY p.path) AS next_y
    FROM bench.wards AS w CROSS JOIN LATERAL ST_DumpPoints(w.boundary) AS p
) AS d
WHERE d.next_x IS NOT NULL
    AND d.n % (1 + 2 * ((SELECT sum(ST_NPoints(boundary)) FROM bench.wards)::bigint / 220000)) = 0
LIMIT 100000;

-- What a careful SQL programmer would make.
CREATE TABLE bench.pieces AS SELECT a.id, ST_Subdivide(a.boundary, 64) AS piece FROM civic.areas AS a;
CREATE TABLE bench.plain_pieces AS TABLE bench.pieces;
CREATE INDEX ON bench.pieces USING gist (piece);
CREATE TABLE bench.plain_areas AS SELECT a.id, a.boundary FROM civic.areas AS a;
CREATE TABLE bench.indexed_points AS TABLE bench.points;
CREATE INDEX ON bench.indexed_points USING gist (place);
VACUUM ANALYZE bench.pieces, bench.plain_pieces, bench.plain_areas, bench.indexed_points;
