CREATE FUNCTION civic_helpers.tile_box(
    z integer, x integer, y integer, OUT west double precision, OUT south double precision, OUT east double precision,
    OUT north double precision
) RETURNS record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tiles integer;
    -- Less than the distance of two numbers at 180 degrees.
    hair CONSTANT double precision := 3e-14;
BEGIN
    IF z IS NULL OR z NOT BETWEEN 0 AND 22 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'z must be 0 to 22',
            HINT = 'It is the zoom of the map: 0 shows the world in one tile, each step doubles its scale.';
    END IF;
    tiles := 1 << z;
    IF x IS NULL OR y IS NULL OR x NOT BETWEEN 0 AND tiles - 1 OR y NOT BETWEEN 0 AND tiles - 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('there is no tile %s/%s/%s', z, coalesce(x::text, 'null'), coalesce(y::text, 'null')),
            DETAIL = format('At z = %s, x and y are 0 to %s.', z, tiles - 1),
            HINT = 'x counts from the west, y from the north.';
    END IF;
    west := 360.0 * x / tiles - 180;
    east := CASE WHEN x = tiles - 1 THEN 180 ELSE 360.0 * (x + 1) / tiles - 180 - hair END;
    south := degrees(atan(sinh(pi() * (1 - 2.0 * (y + 1) / tiles))));
    north := degrees(atan(sinh(pi() * (1 - 2.0 * y / tiles)))) - CASE WHEN y = 0 THEN 0 ELSE hair END;
END
$$;
COMMENT ON FUNCTION civic_helpers.tile_box(integer, integer, integer) IS
    'Degrees that a tile of a web map (EPSG:3857) reaches from and to. A place on the edge of two belongs to the'
    ' eastern or northern one, so that each lies in one tile. Error 22023 no such tile.';
