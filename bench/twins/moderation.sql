-- What src/moderation.c answers, from the assignments and boundaries at every call.
CREATE FUNCTION twin.can_moderate_at(
    ward_number text, district text, latitude double precision, longitude double precision
) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
AS $$
DECLARE
    me record := twin.identity();
    place geometry := ST_SetSRID(ST_MakePoint(longitude, latitude), 4326);
BEGIN
    IF me.is_system THEN
        RETURN true;
    END IF;
    IF 3 IS DISTINCT FROM (
            SELECT max(r.level) FROM civic.user_roles AS ur
            JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
            WHERE ur.organization_id = me.organization AND ur.user_id = me.person
        ) OR NOT EXISTS (
            SELECT FROM civic.area_assignments AS a
            WHERE a.organization_id = me.organization AND a.user_id = me.person AND a.is_active
        ) THEN
        RETURN twin.has_permission('read:private_report');
    END IF;
    RETURN EXISTS (
        SELECT FROM civic.area_assignments AS a
        CROSS JOIN LATERAL (
            SELECT a.area_data ->> CASE a.area_type WHEN 'ward' THEN 'ward_number' ELSE 'name' END AS name,
                CASE WHEN jsonb_typeof(a.area_data -> 'center_lat') = 'number'
                    AND jsonb_typeof(a.area_data -> 'center_lon') = 'number'
                    AND jsonb_typeof(a.area_data -> 'radius_km') = 'number'
                    AND abs((a.area_data ->> 'center_lat')::numeric) <= 90
                    AND abs((a.area_data ->> 'center_lon')::numeric) <= 180 THEN
                    ST_MakePoint((a.area_data ->> 'center_lon')::double precision,
                        (a.area_data ->> 'center_lat')::double precision)::geography END AS center
        ) AS d
        WHERE a.organization_id = me.organization AND a.user_id = me.person AND a.is_active
            AND CASE
                WHEN a.area_type = 'polygon' THEN
                    ST_Covers(civic_private.polygon_of(a.area_data -> 'coordinates'), place)
                WHEN a.area_type IN ('circle', 'radius') THEN (a.area_data ->> 'radius_km')::double precision >= 0
                    AND ST_DWithin(d.center, place::geography, 1000 * (a.area_data ->> 'radius_km')::double precision)
                ELSE d.name = CASE a.area_type WHEN 'ward' THEN can_moderate_at.ward_number
                        ELSE can_moderate_at.district END
                    OR EXISTS (
                        SELECT FROM civic.areas AS v
                        WHERE v.organization_id = me.organization AND v.kind::text = a.area_type::text
                            AND (v.code = d.name OR (a.area_type = 'district' AND v.name = d.name))
                            AND current_date >= v.valid_from AND current_date < v.valid_until
                            AND ST_Covers(v.boundary, place)
                    )
            END
    );
END
$$;
