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
