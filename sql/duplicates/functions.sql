CREATE FUNCTION civic_private.compared_category(report civic.reports) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN (report).status = 'pending_classification' THEN (report).manual_category
        ELSE coalesce((report).manual_category, (report).ai_category, (report).category) END
$$;
COMMENT ON FUNCTION civic_private.compared_category(civic.reports) IS
    'The category a report is compared in; null while a person has to decide it.';

CREATE FUNCTION civic_private.signature_of(report civic.reports) RETURNS civic_private.report_signatures
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (report).organization_id, (report).id, (report).created_at, (report).latitude::double precision,
        (report).longitude::double precision, civic_private.grid_cell((report).latitude, (report).longitude), a.street,
        civic_private.category_key(civic_private.compared_category(report)), a.house_number,
        civic_private.signature_state((report).status),
        civic_private.trigram_signature((report).title || '. ' || (report).description)
    FROM civic_private.street_of((report).address) AS a
$$;
COMMENT ON FUNCTION civic_private.signature_of(civic.reports) IS 'The row of report_signatures a report has.';

CREATE FUNCTION civic_private.effective_policies(organization uuid) RETURNS SETOF civic.duplicate_policies
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    WITH asked AS (
        SELECT c.code, CASE c.code
            WHEN 'streetlight' THEN 50 WHEN 'roads' THEN 200 WHEN 'water' THEN 150 WHEN 'sanitation' THEN 100
            WHEN 'electricity' THEN 150 WHEN 'drainage' THEN 200 WHEN 'public_property' THEN 100 WHEN 'other' THEN 150
            ELSE 200 END AS radius
        FROM civic.categories AS c WHERE c.organization_id = organization
        UNION ALL SELECT NULL, 200
    )
    SELECT coalesce(p.organization_id, organization), p.id, a.code, coalesce(p.hint_radius_m, a.radius),
        coalesce(p.window_days, 30), coalesce(p.include_closed, false), coalesce(p.distance_weight, 0.40),
        coalesce(p.address_weight, 0.20), coalesce(p.text_weight, 0.25), coalesce(p.age_weight, 0.15),
        coalesce(p.hint_threshold, 0.45), coalesce(p.review_threshold, 0.75), coalesce(p.link_threshold, 0.90),
        coalesce(p.link_radius_m, 25), coalesce(p.street_numbers, 50), coalesce(p.automatic_linking, true),
        coalesce(p.is_active, true), coalesce(p.created_at, '-infinity'), p.updated_at
    FROM asked AS a
    LEFT JOIN LATERAL (
        SELECT d.* FROM civic.duplicate_policies AS d
        WHERE d.organization_id = organization AND d.is_active AND (d.category = a.code OR d.category IS NULL)
        ORDER BY d.category IS NULL
        LIMIT 1
    ) AS p ON true
$$;
COMMENT ON FUNCTION civic_private.effective_policies(uuid) IS
    'For each category, and for reports without one, the policy that holds: its own, that of the organization, or the'
    ' built-in one.';

CREATE FUNCTION civic.effective_duplicate_policies() RETURNS SETOF civic.duplicate_policies
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.* FROM civic_private.effective_policies(civic.current_organization_id()) AS p
    WHERE civic.current_organization_id() IS NOT NULL
    ORDER BY p.category
$$;
COMMENT ON FUNCTION civic.effective_duplicate_policies() IS
    'How duplicates are looked for in the current organization, per category of the new report; last for reports without'
    ' a category. A row without id is built in.';

CREATE FUNCTION civic_private.rebuild_signatures(organization uuid DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    DELETE FROM civic_private.report_signatures AS s WHERE organization IS NULL OR s.organization_id = organization;
    INSERT INTO civic_private.report_signatures
    SELECT s.* FROM civic.reports AS r CROSS JOIN LATERAL civic_private.signature_of(r) AS s
    WHERE organization IS NULL OR r.organization_id = organization;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;
COMMENT ON FUNCTION civic_private.rebuild_signatures(uuid) IS
    'Makes the signatures of all reports anew, or of those of one organization; after reports were loaded with triggers'
    ' off. Returns how many. For administrators of the database.';

CREATE FUNCTION civic_private.never_suggested(organization uuid, report uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    WITH root AS (
        SELECT coalesce(r.duplicate_of_report_id, r.id) AS id FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.id = report
    ), family AS (
        SELECT root.id FROM root
        UNION ALL
        SELECT r.id FROM root JOIN civic.reports AS r
            ON r.organization_id = organization AND r.duplicate_of_report_id = root.id
    ), others AS (
        SELECT x.other_report_id AS id FROM family JOIN civic.duplicate_rejections AS x
            ON x.organization_id = organization AND x.report_id = family.id
        UNION ALL
        SELECT x.report_id FROM family JOIN civic.duplicate_rejections AS x
            ON x.organization_id = organization AND x.other_report_id = family.id
    )
    SELECT root.id FROM root
    UNION ALL
    SELECT coalesce(r.duplicate_of_report_id, r.id) FROM others JOIN civic.reports AS r
        ON r.organization_id = organization AND r.id = others.id
$$;
COMMENT ON FUNCTION civic_private.never_suggested(uuid, uuid) IS
    'Roots that are not suggested for a report: of its own family, and of the families a person said are another matter'
    ' than one of its family.';
