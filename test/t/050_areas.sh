#!/usr/bin/env bash
# Places and areas of a real city: the map finds what ST_Covers finds, for every located request and along the borders;
# and how far it agrees with the neighborhood that the city itself noted.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic installed, and the extract in CIVIC_SAMPLE_DATA.
set -euo pipefail

sample=${CIVIC_SAMPLE_DATA:-}
requests=$sample/stlouis-requests-2009-2012.csv
areas=$sample/stlouis-neighborhoods.geojson
database=civic_areas_$$

if [ -z "$sample" ] || [ ! -f "$requests" ] || [ ! -f "$areas" ]; then
	echo "ok 1 - areas of a real city # SKIP no extract of St. Louis; set CIVIC_SAMPLE_DATA to the folder that holds it"
	echo "1..1"
	exit 0
fi

run()
{
	PGOPTIONS='-c client_min_messages=warning' psql -XqAt -v ON_ERROR_STOP=1 "$@"
}

trap 'run -d postgres -c "DROP DATABASE IF EXISTS $database"' EXIT
run -d postgres -c "CREATE DATABASE $database"
columns=$(head -n 1 "$requests" | tr -d '\r' | sed 's/,/ text, /g; s/$/ text/; s/group/"group"/')
run -d "$database" -c 'CREATE EXTENSION civic CASCADE' -c 'CREATE TABLE file (content text)' \
	-c "CREATE TABLE requests ($columns)" -c "COPY requests FROM STDIN (FORMAT csv, HEADER)" <"$requests"
tr '\r\n' '  ' <"$areas" | run -d "$database" -c "COPY file FROM STDIN (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"

run -d "$database" <<'SQL'
CREATE FUNCTION tap(n integer, passed boolean, label text) RETURNS text LANGUAGE sql
RETURN format('%sok %s - %s', CASE WHEN passed THEN '' ELSE 'not ' END, n, label);

SELECT civic.load_areas(content::jsonb, 'neighborhood', 'NHD_NUM', 'NHD_NAME') AS loaded FROM file \gset
SELECT tap(1, :loaded = (SELECT jsonb_array_length(content::jsonb -> 'features') FROM file),
    format('%s neighborhoods are loaded', :loaded));

CREATE TABLE places AS
SELECT row_number() OVER () AS n, latitude::double precision, longitude::double precision,
    nullif(ltrim(neighborhood, '0'), '') AS noted
FROM requests WHERE latitude <> '' AND longitude <> '';
CREATE TABLE borders AS
SELECT row_number() OVER () AS n, ST_Y(p) AS latitude, ST_X(p) AS longitude
FROM (
    SELECT d.geom AS p FROM civic.areas AS a, ST_DumpPoints(a.boundary) AS d
    UNION ALL
    SELECT ST_LineInterpolatePoint(s.geom, f) FROM civic.areas AS a, ST_DumpSegments(ST_Boundary(a.boundary)) AS s,
        unnest(ARRAY[0.5, 0.31]) AS f
) AS x;

CREATE FUNCTION differing(of regclass, OUT asked bigint, OUT wrong bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE civic_private.area_ids_at(p.latitude, p.longitude)'
        ' IS DISTINCT FROM ARRAY(SELECT a.id FROM civic.areas AS a WHERE ST_Covers(a.boundary,'
        ' ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326))'
        ' ORDER BY ST_Area(a.boundary::geography), a.id)) FROM %s AS p', of) INTO asked, wrong;
END
$$;
SELECT tap(2, wrong = 0 AND asked > 0, format('%s located requests: %s differ from ST_Covers', asked, wrong))
FROM differing('places');
SELECT tap(3, wrong = 0 AND asked > 0, format('%s places on borders: %s differ from ST_Covers', asked, wrong))
FROM differing('borders');

CREATE TABLE compared AS
SELECT p.noted, f.code AS found, ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326)::geography AS place,
    (SELECT a.boundary::geography FROM civic.areas AS a WHERE a.code = p.noted) AS boundary
FROM (SELECT array_agg(latitude ORDER BY n) AS y, array_agg(longitude ORDER BY n) AS x FROM places) AS l
CROSS JOIN LATERAL civic.areas_of_points(l.y, l.x, 'neighborhood') AS a
JOIN places AS p ON p.n = a.point
LEFT JOIN civic.areas AS f ON f.id = a.area_id;
SELECT tap(4, count(*) FILTER (WHERE noted = found) > 0.9 * count(*),
    format('%s of %s agree with the neighborhood the city noted', count(*) FILTER (WHERE noted = found), count(*)))
FROM compared;
SELECT format('# %s: %s', c.why, count(*))
FROM (
    SELECT CASE
        WHEN noted IS NULL THEN 'none noted'
        WHEN boundary IS NULL THEN 'a number is noted that no neighborhood has'
        WHEN found IS NULL AND ST_Distance(place, boundary) <= 50 THEN 'in none, up to 50 m from the one noted'
        WHEN found IS NULL THEN 'in none, farther from the one noted'
        WHEN ST_Distance(place, boundary) <= 50 THEN 'in another, up to 50 m from the one noted'
        WHEN ST_Distance(place, boundary) <= 500 THEN 'in another, 50 to 500 m from the one noted'
        ELSE 'in another, farther from the one noted'
        END AS why
    FROM compared WHERE noted IS DISTINCT FROM found
) AS c
GROUP BY c.why ORDER BY count(*) DESC;
SELECT '1..4';
SQL
