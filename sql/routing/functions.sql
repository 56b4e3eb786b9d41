CREATE FUNCTION civic.load_area(
    kind civic.area_kind, code text, name text, geometry jsonb, valid_from date DEFAULT '-infinity',
    properties jsonb DEFAULT '{}'
) RETURNS civic.areas
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.areas;
    boundary civic.areas.boundary%TYPE;
BEGIN
    BEGIN
        boundary := civic.boundary_of(load_area.geometry);
    EXCEPTION WHEN internal_error THEN
        -- PostGIS gives its own errors no code.
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('the geometry of area "%s" is not GeoJSON', load_area.code),
            DETAIL = SQLERRM,
            HINT = 'Pass the "geometry" member of a feature: a Polygon or a MultiPolygon.';
    END;
    IF boundary IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('the geometry of area "%s" covers nothing', load_area.code),
            HINT = 'Pass a Polygon or a MultiPolygon with an inside.';
    END IF;
    INSERT INTO civic.areas AS a (kind, code, name, boundary, valid_from, properties)
    VALUES (load_area.kind, load_area.code, load_area.name, boundary, load_area.valid_from, load_area.properties)
    RETURNING a.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.load_area(civic.area_kind, text, text, jsonb, date, jsonb) IS
    'Adds an area from a GeoJSON geometry, Polygon or MultiPolygon in degrees; a polygon that crosses itself is'
    ' mended. Errors: 22023 not GeoJSON or no area, 42501 not open to the caller, 23505 version known, 23514 no area'
    ' left.';

CREATE FUNCTION civic.areas_at(latitude civic.latitude, longitude civic.longitude, on_day date DEFAULT NULL)
    RETURNS SETOF civic.areas
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 3 SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a
    FROM civic.areas AS a
    WHERE a.organization_id = civic.current_organization_id()
        AND ST_Covers(a.boundary, civic.location_of(areas_at.latitude, areas_at.longitude)::geometry)
        AND coalesce(areas_at.on_day, current_date) >= a.valid_from
        AND coalesce(areas_at.on_day, current_date) < a.valid_until
    ORDER BY a.kind, a.id;
END;
COMMENT ON FUNCTION civic.areas_at(civic.latitude, civic.longitude, date) IS
    'Areas that cover a point, borders included, on a day (today unless given).';
