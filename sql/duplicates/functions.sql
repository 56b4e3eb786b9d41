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

CREATE FUNCTION civic_private.rank_reports(
    probe_id uuid, filed_by uuid, category text, content text, latitude double precision, longitude double precision,
    address text, at timestamptz, max_rows integer
) RETURNS TABLE (
    report_id uuid, report_number text, title text, status civic.report_status, distance_m double precision,
    age interval, text_similarity real, address_agreement real, score double precision, reason text
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    rules civic.duplicate_policies;
    grouped text;
    here geography := civic.location_of(rank_reports.latitude, rank_reports.longitude);
    place record;
BEGIN
    SELECT p.* INTO rules FROM civic_private.effective_policies(organization) AS p
    WHERE p.category IS NOT DISTINCT FROM rank_reports.category;
    SELECT c.category_group INTO grouped FROM civic.categories AS c
    WHERE c.organization_id = organization AND c.code = rank_reports.category;
    SELECT s.* INTO place FROM civic_private.street_of(rank_reports.address) AS s;
    RETURN QUERY
    WITH near AS (
        SELECT r.*, civic_private.compared_category(r) AS of_category, r.title || '. ' || r.description AS words,
            ST_Distance(r.location, here) AS metres,
            CASE WHEN at >= r.created_at THEN at - r.created_at ELSE -(r.created_at - at) END AS since
        FROM civic.reports AS r
        WHERE r.organization_id = organization
            AND ST_DWithin(r.location, here, rules.hint_radius_m)
            AND r.created_at BETWEEN at - make_interval(days => rules.window_days)
                AND at + make_interval(days => rules.window_days)
            AND r.status NOT IN ('duplicate', 'rejected') AND (rules.include_closed OR r.status <> 'closed')
            AND r.id IS DISTINCT FROM probe_id
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id)
            AND rules.hint_radius_m > 0
    ), weighed AS (
        SELECT n.*,
            CASE WHEN cardinality(show_trgm(content)) > 0 AND cardinality(show_trgm(n.words)) > 0
                THEN similarity(content, n.words) END AS alike,
            CASE WHEN place.street = 0 OR s.street = 0 OR place.street & 1 <> s.street & 1 THEN NULL
                WHEN place.street <> s.street THEN 0.25
                WHEN place.street & 1 = 1 THEN 1
                WHEN place.house_number = 0 OR s.house_number = 0 THEN 0.75
                WHEN rules.street_numbers = 0 THEN (place.house_number = s.house_number)::integer
                ELSE greatest(0, 1 - abs(place.house_number - s.house_number) / (2::double precision
                    * rules.street_numbers))
            END::double precision AS agreement
        FROM near AS n
        CROSS JOIN LATERAL civic_private.street_of(n.address) AS s
        LEFT JOIN civic.categories AS c ON c.organization_id = n.organization_id AND c.code = n.of_category
        WHERE n.of_category IS NULL OR rank_reports.category IS NULL OR n.of_category = rank_reports.category
            OR c.category_group = grouped
    ), scored AS (
        SELECT w.*, ((rules.distance_weight / (1 + (2 * w.metres / rules.hint_radius_m)
                * (2 * w.metres / rules.hint_radius_m))
            + rules.age_weight / (1 + 4 * abs(extract(epoch FROM w.since)::double precision)
                / (rules.window_days * 86400::double precision)))
            + coalesce(rules.address_weight * w.agreement, 0)
            + coalesce(rules.text_weight * least(1, w.alike::double precision / 0.5), 0))
            / ((rules.distance_weight + rules.age_weight)
            + CASE WHEN w.agreement IS NULL THEN 0 ELSE rules.address_weight END
            + CASE WHEN w.alike IS NULL THEN 0 ELSE rules.text_weight END) AS points
        FROM weighed AS w
    )
    SELECT s.id, s.report_number, s.title, s.status, s.metres, s.since, s.alike, s.agreement::real, s.points, ''
    FROM scored AS s
    WHERE s.points >= rules.hint_threshold
    ORDER BY s.points DESC, s.metres, s.id
    LIMIT max_rows;
END
$$;

CREATE FUNCTION civic.find_duplicates(
    category text, description text, latitude double precision, longitude double precision, address text DEFAULT NULL,
    title text DEFAULT NULL, max_rows integer DEFAULT 5
) RETURNS TABLE (
    report_id uuid, report_number text, title text, status civic.report_status, distance_m double precision,
    age interval, text_similarity real, address_agreement real, score double precision, reason text
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
    SELECT * FROM civic_private.rank_reports(NULL, civic.current_user_id(), $1, concat_ws('. ', $6, coalesce($2, '')), $3, $4, $5,
        now(), $7)
$$;

CREATE FUNCTION civic.find_duplicates(report_id uuid, max_rows integer DEFAULT 5) RETURNS TABLE (
    report_id uuid, report_number text, title text, status civic.report_status, distance_m double precision,
    age interval, text_similarity real, address_agreement real, score double precision, reason text
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
    SELECT d.* FROM civic.reports AS r
    CROSS JOIN LATERAL civic_private.rank_reports(r.id, r.user_id, civic_private.compared_category(r), r.title || '. ' || r.description,
        r.latitude, r.longitude, r.address, r.created_at, $2) AS d
    WHERE r.organization_id = civic.current_organization_id() AND r.id = $1
$$;

COMMENT ON FUNCTION civic.find_duplicates(uuid, integer) IS 'x';
