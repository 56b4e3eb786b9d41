CREATE FUNCTION civic_helpers.boundary_of(geojson jsonb) RETURNS geometry
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
    SELECT CASE WHEN NOT ST_IsEmpty(p.boundary) THEN p.boundary END
    FROM (
        SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(geojson), 4326)), 3))
    ) AS p (boundary)
);
COMMENT ON FUNCTION civic_helpers.boundary_of(jsonb) IS
    'Multipolygon of a GeoJSON geometry in degrees (WGS 84); one that crosses itself is mended, lines and points are'
    ' left out. Null when nothing is left.';

CREATE FUNCTION civic_helpers.boundary_of_area(geojson jsonb, code text, OUT boundary geometry) RETURNS geometry
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    BEGIN
        boundary := civic_helpers.boundary_of(geojson);
    EXCEPTION WHEN internal_error THEN
        -- PostGIS gives its own errors no code.
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('the geometry of area "%s" is not GeoJSON', code),
            DETAIL = SQLERRM,
            HINT = 'Pass the "geometry" member of a feature: a Polygon or a MultiPolygon.';
    END;
    IF boundary IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('the geometry of area "%s" covers nothing', code),
            HINT = 'Pass a Polygon or a MultiPolygon with an inside.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_helpers.boundary_of_area(jsonb, text) IS
    'The same as civic_helpers.boundary_of(), but error 22023 where that is null or where the value is not GeoJSON; the'
    ' code is for the message.';

CREATE FUNCTION civic_private.size_of(boundary geometry) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ST_Area(boundary::geography);
COMMENT ON FUNCTION civic_private.size_of(geometry) IS 'Square metres of a boundary, on the spheroid.';

CREATE FUNCTION civic_private.binary_of(boundary geometry) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ST_AsBinary(boundary, 'NDR');
COMMENT ON FUNCTION civic_private.binary_of(geometry) IS 'Well-known binary of a boundary, little-endian.';

CREATE FUNCTION civic_private.extent_of(boundary geometry) RETURNS double precision[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ARRAY[ST_XMin(boundary), ST_YMin(boundary), ST_XMax(boundary), ST_YMax(boundary)];
COMMENT ON FUNCTION civic_private.extent_of(geometry) IS 'Westernmost, southernmost, easternmost, northernmost degree.';

CREATE FUNCTION civic_private.update_area_tiles(
    organization uuid, kind civic.area_kind, ids uuid[], extents double precision[]
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_update_area_tiles';
COMMENT ON FUNCTION civic_private.update_area_tiles(uuid, civic.area_kind, uuid[], double precision[]) IS
    'Takes areas out of the tiles within the extents they had (four degrees each, see extent_of), and puts in those'
    ' that exist. Others who change areas of the same kind wait.';

CREATE FUNCTION civic_private.area_ids_at(
    latitude double precision, longitude double precision, on_day date DEFAULT NULL
) RETURNS uuid[]
    LANGUAGE c STABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'civic_area_ids_at';
COMMENT ON FUNCTION civic_private.area_ids_at(double precision, double precision, date) IS
    'Areas of the current organization that cover a place on a day.';

CREATE FUNCTION civic.area_at(
    latitude double precision, longitude double precision, kind civic.area_kind DEFAULT 'ward',
    on_day date DEFAULT NULL
) RETURNS uuid
    LANGUAGE c STABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'civic_area_at';
COMMENT ON FUNCTION civic.area_at(double precision, double precision, civic.area_kind, date) IS
    'The area of a kind that covers a place, borders included, on a day (today unless given): the smallest where'
    ' several do, and of equal ones that with the lowest id; null where none does. Error 22003 for what is no place.';

CREATE FUNCTION civic.areas_of_points(
    latitudes double precision[], longitudes double precision[], kind civic.area_kind DEFAULT 'ward',
    on_day date DEFAULT NULL
) RETURNS TABLE (point integer, area_id uuid)
    LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1000 AS 'MODULE_PATHNAME', 'civic_areas_of_places';
COMMENT ON FUNCTION civic.areas_of_points(double precision[], double precision[], civic.area_kind, date) IS
    'What civic.area_at() says of each of many places: one row a place, in no particular order, with its number in the'
    ' arrays from 1. A place whose latitude or longitude is null has no area. Errors: 22003 for what is no place, 2202E'
    ' for arrays that do not match.';

CREATE FUNCTION civic_private.tile_new_areas() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    layer record;
BEGIN
    FOR layer IN
        SELECT n.organization_id, n.kind, array_agg(n.id) AS ids
        FROM new_areas AS n GROUP BY n.organization_id, n.kind ORDER BY n.organization_id, n.kind
    LOOP
        PERFORM civic_private.update_area_tiles(layer.organization_id, layer.kind, layer.ids, '{}');
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tile_new_areas() IS
    'AFTER INSERT statement trigger on civic.areas: puts the new areas on the map.';

CREATE FUNCTION civic_private.tile_changed_areas() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    layer record;
BEGIN
    FOR layer IN
        WITH before AS (
            SELECT o.organization_id, o.kind, o.id, o.valid_from, o.valid_until,
                civic_private.binary_of(o.boundary) AS shape, civic_private.extent_of(o.boundary) AS extent
            FROM old_areas AS o
        ), after AS (
            SELECT n.organization_id, n.kind, n.id, n.valid_from, n.valid_until,
                civic_private.binary_of(n.boundary) AS shape, civic_private.extent_of(n.boundary) AS extent
            FROM new_areas AS n
        ), changed AS (
            SELECT b.organization_id, b.kind, b.id, b.extent FROM (TABLE before EXCEPT TABLE after) AS b
            UNION ALL
            SELECT a.organization_id, a.kind, a.id, a.extent FROM (TABLE after EXCEPT TABLE before) AS a
        )
        SELECT c.organization_id, c.kind, array_agg(DISTINCT c.id) AS ids, array_agg(c.extent) AS extents
        FROM changed AS c GROUP BY c.organization_id, c.kind ORDER BY c.organization_id, c.kind
    LOOP
        PERFORM civic_private.update_area_tiles(layer.organization_id, layer.kind, layer.ids, layer.extents);
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tile_changed_areas() IS
    'AFTER UPDATE statement trigger on civic.areas: redraws those whose boundary, validity or kind changed.';

CREATE FUNCTION civic_private.tile_old_areas() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    layer record;
BEGIN
    FOR layer IN
        SELECT o.organization_id, o.kind, array_agg(o.id) AS ids,
            array_agg(civic_private.extent_of(o.boundary)) AS extents
        FROM old_areas AS o GROUP BY o.organization_id, o.kind ORDER BY o.organization_id, o.kind
    LOOP
        PERFORM civic_private.update_area_tiles(layer.organization_id, layer.kind, layer.ids, layer.extents);
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tile_old_areas() IS
    'AFTER DELETE statement trigger on civic.areas: takes the areas off the map.';

CREATE FUNCTION civic_private.forget_tiles() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM civic_private.area_layers;
    DELETE FROM civic_private.area_tiles;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.forget_tiles() IS 'AFTER TRUNCATE trigger on civic.areas: empties the map.';

CREATE FUNCTION civic.rebuild_area_tiles(organization uuid DEFAULT civic.current_organization_id()) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    layer record;
BEGIN
    IF NOT civic.is_system() AND (organization IS DISTINCT FROM civic.current_organization_id()
        OR NOT civic.has_permission('manage:areas')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not rebuild the map',
            DETAIL = 'That needs permission "manage:areas", and works on one''s own organization.',
            HINT = 'Ask an administrator.';
    END IF;
    FOR layer IN
        SELECT k.kind, array_remove(array_agg(k.id), NULL) AS ids
        FROM (
            SELECT a.kind, a.id FROM civic.areas AS a WHERE a.organization_id = organization
            UNION ALL
            SELECT l.kind, NULL FROM civic_private.area_layers AS l WHERE l.organization_id = organization
        ) AS k (kind, id)
        GROUP BY k.kind ORDER BY k.kind
    LOOP
        -- Takes the lock as well.
        PERFORM civic_private.update_area_tiles(organization, layer.kind, '{}', '{}');
        DELETE FROM civic_private.area_tiles AS t WHERE t.organization_id = organization AND t.kind = layer.kind;
        PERFORM civic_private.update_area_tiles(organization, layer.kind, layer.ids, '{}');
    END LOOP;
    RETURN (SELECT count(*) FROM civic_private.area_tiles AS t WHERE t.organization_id = organization);
END
$$;
COMMENT ON FUNCTION civic.rebuild_area_tiles(uuid) IS
    'Makes the map of an organization anew from civic.areas and returns the number of its tiles. Needed only where'
    ' areas were written with triggers switched off, or a dump was restored on a machine of the other byte order. Error'
    ' 42501 not open to the caller.';
