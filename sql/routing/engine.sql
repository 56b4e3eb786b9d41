CREATE FUNCTION civic.boundary_of(geojson jsonb) RETURNS geometry
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
    SELECT CASE WHEN NOT ST_IsEmpty(p.boundary) THEN p.boundary END
    FROM (
        SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(geojson), 4326)), 3))
    ) AS p (boundary)
);
COMMENT ON FUNCTION civic.boundary_of(jsonb) IS
    'Multipolygon of a GeoJSON geometry in degrees (WGS 84); one that crosses itself is mended, lines and points are'
    ' left out. Null when nothing is left.';

CREATE FUNCTION civic_private.size_of(boundary geometry) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ST_Area(boundary::geography);
COMMENT ON FUNCTION civic_private.size_of(geometry) IS 'Square metres of a boundary, on the spheroid.';

CREATE FUNCTION civic_private.covers(boundary geometry, latitude double precision, longitude double precision)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ST_Covers(boundary, ST_SetSRID(ST_MakePoint(longitude, latitude), 4326));
COMMENT ON FUNCTION civic_private.covers(geometry, double precision, double precision) IS
    'Whether a boundary covers a place, its border included.';
