-- What src/area_lookup.c answers, from the boundaries themselves.
CREATE FUNCTION twin.area_at(
    latitude double precision, longitude double precision, kind civic.area_kind DEFAULT 'ward',
    on_day date DEFAULT NULL
) RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
AS $$
DECLARE
    found uuid;
BEGIN
    IF NOT (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180) THEN
        RAISE EXCEPTION USING ERRCODE = '22003',
            MESSAGE = format('there is no place at latitude %s and longitude %s', latitude, longitude),
            DETAIL = 'Latitude is -90 to 90 degrees north, longitude -180 to 180 degrees east.',
            HINT = 'Check that the two are not exchanged.';
    END IF;
    SELECT a.id INTO found FROM civic.areas AS a
    WHERE a.organization_id = civic.current_organization_id() AND a.kind = area_at.kind
        AND ST_Covers(a.boundary, ST_SetSRID(ST_MakePoint(longitude, latitude), 4326))
        AND coalesce(on_day, current_date) >= a.valid_from AND coalesce(on_day, current_date) < a.valid_until
    ORDER BY ST_Area(a.boundary::geography), a.id LIMIT 1;
    RETURN found;
END
$$;
