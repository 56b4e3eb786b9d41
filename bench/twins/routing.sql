-- What src/route.c decides, from the tables at every call.
CREATE FUNCTION twin.decide_route(
    organization uuid, category text, sub_category text, latitude double precision, longitude double precision,
    filed_at timestamptz, OUT department_id uuid, OUT rule_id uuid, OUT level civic.routing_level, OUT area_id uuid
) LANGUAGE plpgsql STABLE
AS $$
DECLARE
    place geometry := ST_SetSRID(ST_MakePoint(longitude, latitude), 4326);
    day date;
    own record;
BEGIN
    SELECT (filed_at AT TIME ZONE o.time_zone)::date INTO day FROM civic.organizations AS o WHERE o.id = organization;
    SELECT c.code, c.category_group, c.department_id, d.is_active INTO own FROM civic.categories AS c
    LEFT JOIN civic.departments AS d ON d.organization_id = c.organization_id AND d.id = c.department_id
    WHERE c.organization_id = organization AND c.code = decide_route.category;

    SELECT r.department_id, r.id, r.level, r.area_id INTO department_id, rule_id, level, area_id
    FROM (
        SELECT r.department_id, r.id, r.priority, v.id AS area_id, v.size,
            CASE
                WHEN r.is_override THEN 'override'
                WHEN r.area_id IS NULL THEN CASE WHEN r.category IS NULL THEN 'group' ELSE 'category' END
                WHEN r.category IS NOT NULL THEN 'category_area'
                WHEN r.category_group IS NOT NULL THEN 'group_area'
                ELSE 'area'
            END::civic.routing_level AS level
        FROM civic.routing_rules AS r
        JOIN civic.departments AS d ON d.organization_id = r.organization_id AND d.id = r.department_id
        LEFT JOIN civic.areas AS a ON a.organization_id = r.organization_id AND a.id = r.area_id
        LEFT JOIN LATERAL (
            SELECT w.id, ST_Area(w.boundary::geography) AS size FROM civic.areas AS w
            WHERE w.organization_id = a.organization_id AND w.kind = a.kind AND w.code = a.code
                AND day >= w.valid_from AND day < w.valid_until AND ST_Covers(w.boundary, place)
            ORDER BY 2, 1 LIMIT 1
        ) AS v ON true
        WHERE r.organization_id = organization AND r.is_active AND d.is_active
            AND day >= r.valid_from AND day < r.valid_until
            AND (r.category IS NULL OR r.category = own.code)
            AND (r.category_group IS NULL OR r.category_group = own.category_group)
            AND (r.sub_category IS NULL OR r.sub_category = decide_route.sub_category)
            AND (r.area_id IS NULL OR v.id IS NOT NULL)
        UNION ALL
        SELECT own.department_id, NULL, 2147483647, NULL, NULL, 'category' WHERE own.is_active
    ) AS r
    ORDER BY r.level, r.priority, r.area_id IS NULL, r.size, r.id
    LIMIT 1;
    level := coalesce(level, 'triage');
END
$$;
