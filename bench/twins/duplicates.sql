-- civic.find_duplicates() from civic.reports alone: ST_DWithin(), similarity() and one sort, no signatures. Reasons are
-- left out.
CREATE FUNCTION twin.compared_category(report civic.reports) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
    SELECT civic_private.compared_category($1)
$$;

CREATE FUNCTION twin.rank_reports(
    probe_id uuid, filed_by uuid, category text, content text, latitude double precision, longitude double precision,
    address text, at timestamptz, max_rows integer
) RETURNS TABLE (
    report_id uuid, report_number text, title text, status civic.report_status, distance_m double precision,
    age interval, text_similarity real, address_agreement real, score double precision
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    rules civic.duplicate_policies;
    grouped text;
    here geography;
    place record;
BEGIN
    IF rank_reports.latitude NOT BETWEEN -90 AND 90 OR rank_reports.longitude NOT BETWEEN -180 AND 180 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'no such place';
    END IF;
    here := civic_helpers.location_of(rank_reports.latitude, rank_reports.longitude);
    IF organization IS NULL THEN
        RETURN;
    END IF;
    SELECT p.* INTO rules FROM civic_private.effective_policies(organization) AS p
    WHERE p.category IS NOT DISTINCT FROM rank_reports.category;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = 'unknown category';
    END IF;
    SELECT c.category_group INTO grouped FROM civic.categories AS c
    WHERE c.organization_id = organization AND c.code = rank_reports.category;
    SELECT s.* INTO place FROM civic_private.street_of(rank_reports.address) AS s;
    RETURN QUERY
    WITH near AS (
        SELECT r.*, civic_private.compared_category(r) AS of_category, r.title || '. ' || r.description AS words,
            ST_Distance(r.location, here) AS metres,
            at - r.created_at AS since
        FROM civic.reports AS r
        WHERE r.organization_id = organization
            AND civic_helpers.is_within(r.location, rank_reports.latitude, rank_reports.longitude, rules.hint_radius_m)
            AND r.created_at BETWEEN at - make_interval(days => rules.window_days)
                AND at + make_interval(days => rules.window_days)
            AND r.status NOT IN ('duplicate', 'rejected') AND (rules.include_closed OR r.status <> 'closed')
            AND r.id IS DISTINCT FROM probe_id
            AND r.id NOT IN (SELECT civic_private.never_suggested(organization, probe_id))
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
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
        SELECT w.*, ((rules.distance_weight / (1 + (w.metres / 30) * (w.metres / 30))
            + rules.age_weight / (1 + abs(extract(epoch FROM w.since)::double precision) / 86400))
            + coalesce(rules.address_weight * w.agreement, 0)
            -- least() would overlook a null.
            + CASE WHEN w.alike IS NULL THEN 0
                ELSE rules.text_weight * least(1, w.alike::double precision / 0.5) END)
            / ((rules.distance_weight + rules.age_weight)
            + CASE WHEN w.agreement IS NULL THEN 0 ELSE rules.address_weight END
            + CASE WHEN w.alike IS NULL THEN 0 ELSE rules.text_weight END) AS points
        FROM weighed AS w
    )
    SELECT s.id, s.report_number, s.title, s.status, s.metres, s.since, s.alike, s.agreement::real, s.points
    FROM scored AS s
    WHERE s.points >= rules.hint_threshold
    ORDER BY s.points DESC, s.metres, s.id
    LIMIT max_rows;
END
$$;

CREATE FUNCTION twin.find_duplicates(
    category text, description text, latitude double precision, longitude double precision, address text DEFAULT NULL,
    title text DEFAULT NULL, max_rows integer DEFAULT 5
) RETURNS TABLE (
    report_id uuid, report_number text, title text, status civic.report_status, distance_m double precision,
    age interval, text_similarity real, address_agreement real, score double precision
)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM twin.rank_reports(NULL, civic.current_user_id(), $1, concat_ws('. ', $6, coalesce($2, '')), $3, $4, $5,
        now(), $7)
$$;

CREATE FUNCTION twin.find_duplicates_of(report_id uuid, max_rows integer DEFAULT 5) RETURNS TABLE (
    report_id uuid, report_number text, title text, status civic.report_status, distance_m double precision,
    age interval, text_similarity real, address_agreement real, score double precision
)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT d.* FROM civic.reports AS r
    CROSS JOIN LATERAL twin.rank_reports(r.id, r.user_id, twin.compared_category(r), r.title || '. ' || r.description,
        r.latitude, r.longitude, r.address, r.created_at, $2) AS d
    WHERE r.organization_id = civic.current_organization_id() AND r.id = $1
$$;
