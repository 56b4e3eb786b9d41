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
        civic_helpers.boundary_of_area(load_area.geometry, load_area.code), load_area.valid_from, load_area.properties)
    RETURNING a.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.load_area(civic.area_kind, text, text, jsonb, date, jsonb) IS
    'Adds an area from a GeoJSON geometry, Polygon or MultiPolygon in degrees; a polygon that crosses itself is'
    ' mended. Errors: 22023 not GeoJSON or no area, 42501 not open to the caller, 23505 version known, 23514 no area'
    ' left.';

CREATE FUNCTION civic.load_areas(
    features jsonb, kind civic.area_kind, code_property text DEFAULT 'code', name_property text DEFAULT 'name',
    valid_from date DEFAULT '-infinity'
) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    crs text := features #>> '{crs,properties,name}';
    loaded integer;
    nameless bigint;
BEGIN
    IF features ->> 'type' IS DISTINCT FROM 'FeatureCollection'
        OR jsonb_typeof(features -> 'features') IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'this is not a GeoJSON FeatureCollection',
            HINT = 'Pass a whole file, with "type": "FeatureCollection" and a list of "features".';
    END IF;
    IF crs !~* '(CRS84|EPSG:{1,2}4326)$' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('the features are in %s, not in longitude and latitude', crs),
            HINT = 'Convert the file, for instance with ogr2ogr -t_srs EPSG:4326 OUT.geojson IN.geojson.';
    END IF;
    SELECT f.place INTO nameless
    FROM jsonb_array_elements(features -> 'features') WITH ORDINALITY AS f (feature, place)
    WHERE coalesce(f.feature -> 'properties' ->> code_property, '') = ''
    ORDER BY f.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('feature %s has no property "%s"', nameless, code_property),
            HINT = 'Pass the name of the property that holds the number or code of the area.';
    END IF;
    -- One statement, so that the map is drawn once.
    INSERT INTO civic.areas AS a (kind, code, name, boundary, valid_from, properties)
    SELECT load_areas.kind, p.code, coalesce(nullif(f.feature -> 'properties' ->> name_property, ''), p.code),
        civic_helpers.boundary_of_area(f.feature -> 'geometry', p.code), load_areas.valid_from,
        f.feature -> 'properties'
    FROM jsonb_array_elements(features -> 'features') WITH ORDINALITY AS f (feature, place)
    CROSS JOIN LATERAL (SELECT f.feature -> 'properties' ->> code_property) AS p (code)
    ORDER BY f.place;
    GET DIAGNOSTICS loaded = ROW_COUNT;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION civic.load_areas(jsonb, civic.area_kind, text, text, date) IS
    'Adds the areas of a GeoJSON FeatureCollection, all or none, and returns how many; two properties of its features'
    ' are named that hold code and name. Errors: 22023 not GeoJSON, not in degrees, a feature without code or inside,'
    ' 23505 version known, 42501 not open to the caller.';

CREATE FUNCTION civic.replace_area(
    kind civic.area_kind, code text, geometry jsonb, valid_from date DEFAULT current_date, name text DEFAULT NULL,
    properties jsonb DEFAULT NULL
) RETURNS civic.areas
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old civic.areas;
    result civic.areas;
BEGIN
    SELECT * INTO old FROM civic.areas AS a
    WHERE a.organization_id = civic.current_organization_id() AND a.kind = replace_area.kind
        AND a.code = replace_area.code AND a.valid_from <= replace_area.valid_from
        AND a.valid_until > replace_area.valid_from
    ORDER BY a.valid_from DESC LIMIT 1
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = format('there is no %s "%s" on %s', replace_area.kind, replace_area.code,
                replace_area.valid_from),
            HINT = 'Add it with civic.load_area().';
    END IF;
    IF old.valid_from = replace_area.valid_from THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s "%s" has a boundary that starts on %s', old.kind, old.code, old.valid_from),
            HINT = 'Choose a later day, or correct that boundary with an UPDATE of civic.areas.';
    END IF;
    UPDATE civic.areas AS a SET valid_until = replace_area.valid_from
    WHERE a.organization_id = old.organization_id AND a.id = old.id;
    INSERT INTO civic.areas AS a (kind, code, name, parent_id, boundary, valid_from, valid_until, properties)
    VALUES (old.kind, old.code, coalesce(replace_area.name, old.name), old.parent_id,
        civic_helpers.boundary_of_area(replace_area.geometry, old.code), replace_area.valid_from, old.valid_until,
        coalesce(replace_area.properties, old.properties))
    RETURNING a.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.replace_area(civic.area_kind, text, jsonb, date, text, jsonb) IS
    'Gives an area another boundary from a day on: its version of that day ends, and the next begins, with the same'
    ' name, parent and properties unless given. Returns the new version. Errors: PT404 no such area on that day, 22023'
    ' a version starts that day or the geometry is not one, 42501 not open to the caller.';

CREATE FUNCTION civic.check_areas(
    kind civic.area_kind, sliver_m2 double precision DEFAULT 1, on_day date DEFAULT NULL
) RETURNS TABLE (
    problem text, area_id uuid, other_id uuid, size_m2 double precision, latitude double precision,
    longitude double precision
)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    WITH chosen AS (
        SELECT a.id, a.boundary FROM civic.areas AS a
        WHERE a.organization_id = civic.current_organization_id() AND a.kind = check_areas.kind
            AND coalesce(check_areas.on_day, current_date) >= a.valid_from
            AND coalesce(check_areas.on_day, current_date) < a.valid_until
    ), found AS (
        SELECT 'overlap' AS problem, a.id AS area_id, b.id AS other_id,
            ST_CollectionExtract(ST_Intersection(a.boundary, b.boundary), 3) AS shape
        FROM chosen AS a JOIN chosen AS b ON a.id < b.id AND ST_Intersects(a.boundary, b.boundary)
            AND NOT ST_Touches(a.boundary, b.boundary)
        UNION ALL
        SELECT 'gap' AS problem, NULL::uuid AS area_id, NULL::uuid AS other_id,
            ST_Difference(r.geom, u.shape) AS shape
        FROM (SELECT ST_Union(c.boundary) FROM chosen AS c) AS u (shape), ST_Dump(u.shape) AS p,
            ST_DumpRings(p.geom) AS r
        WHERE r.path[1] > 0
    )
    SELECT f.problem, f.area_id, f.other_id, m.size_m2, ST_Y(ST_PointOnSurface(f.shape)),
        ST_X(ST_PointOnSurface(f.shape))
    FROM found AS f CROSS JOIN LATERAL (SELECT ST_Area(f.shape::geography)) AS m (size_m2)
    WHERE m.size_m2 > check_areas.sliver_m2
    ORDER BY m.size_m2 DESC, f.area_id, f.other_id;
END;
COMMENT ON FUNCTION civic.check_areas(civic.area_kind, double precision, date) IS
    'What is wrong with the areas of a kind on a day (today unless given): places that belong to two (overlap) and'
    ' places within the city that belong to none (gap), with their size in square metres and a point of each, largest'
    ' first. Those up to sliver_m2 are left out.';

CREATE FUNCTION civic.areas_at(latitude civic.latitude, longitude civic.longitude, on_day date DEFAULT NULL)
    RETURNS SETOF civic.areas
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 3 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    area uuid;
BEGIN
    -- One by one: for a list, the server would make a plan at every call.
    FOREACH area IN ARRAY coalesce(civic_private.area_ids_at(latitude, longitude, on_day), '{}') LOOP
        RETURN QUERY SELECT a.* FROM civic.areas AS a
            WHERE a.organization_id = civic.current_organization_id() AND a.id = area;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.areas_at(civic.latitude, civic.longitude, date) IS
    'Areas that cover a point, borders included, on a day (today unless given), by kind and from small to large.';
