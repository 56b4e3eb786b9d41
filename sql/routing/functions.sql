CREATE FUNCTION civic.load_area(
    kind civic.area_kind, code text, name text, geometry jsonb, valid_from date DEFAULT '-infinity',
    properties jsonb DEFAULT '{}'
) RETURNS civic.areas
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.areas;
BEGIN
    INSERT INTO civic.areas AS a (kind, code, name, boundary, valid_from, properties)
    VALUES (load_area.kind, load_area.code, load_area.name,
        civic.boundary_of_area(load_area.geometry, load_area.code), load_area.valid_from, load_area.properties)
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
        AND a.id = ANY (civic_private.area_ids_at(areas_at.latitude, areas_at.longitude, areas_at.on_day))
    ORDER BY a.kind, a.id;
END;
COMMENT ON FUNCTION civic.areas_at(civic.latitude, civic.longitude, date) IS
    'Areas that cover a point, borders included, on a day (today unless given).';
