CREATE FUNCTION civic.route_report(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    result civic.reports;
BEGIN
    IF NOT civic.has_permission('route:report') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not route reports',
            DETAIL = 'That needs permission "route:report".',
            HINT = 'Ask an administrator.';
    END IF;
    SELECT r.* INTO result FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = route_report.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(route_report.report_id, NULL);
    END IF;
    IF result.status NOT IN ('pending_classification', 'classified', 'assigned_to_department', 'assigned_to_officer',
        'assignment_rejected', 'acknowledged') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC022',
            MESSAGE = format('a report in status "%s" is not routed', result.status),
            DETAIL = 'Reports are routed from their classification until work on them begins.',
            HINT = 'Give work that has begun to another officer with civic.assign_officer().',
            TABLE = 'reports', COLUMN = 'status', SCHEMA = 'civic';
    END IF;
    PERFORM civic_private.keep_decision(organization, result.id, 'asked', result.category, result.sub_category,
        result.latitude, result.longitude);
    PERFORM civic_private.route(organization, result.id, true);
    SELECT r.* INTO result FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = route_report.report_id;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.route_report(uuid) IS
    'Routes a report by the rules as they stand, for the day it was filed, also anew; the old decision is kept in'
    ' civic.routing_decisions. A report that no rule fits goes to triage. Departments with auto_assign have an officer'
    ' chosen; an officer of the same department keeps the report. Errors: ZC022 work has begun or the report is done,'
    ' 42501 not open to the caller, PT404 no such report.';

CREATE FUNCTION civic.explain_route(report_id uuid) RETURNS TABLE (
    place integer, level civic.routing_level, rule_id uuid, rule_name text, department_id uuid, department text,
    area_id uuid, area text, verdict text, reason text
)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.* FROM civic.reports AS r
    CROSS JOIN LATERAL civic_private.explain_route(r.organization_id, r.category, r.sub_category, r.latitude,
        r.longitude, r.created_at) AS e
    WHERE r.organization_id = civic.current_organization_id() AND r.id = explain_route.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
        AND (e.verdict = 'chosen' OR civic_private.is_routing_staff())
    ORDER BY e.place
$$;
COMMENT ON FUNCTION civic.explain_route(uuid) IS
    'Why a report goes where the rules, as they stand, send it: every rule, first the one that is chosen, then others'
    ' that fit and come later, then those that do not fit, each with the reason in words. Who is not staff gets the'
    ' first row only. What was really decided is in the report (routing_level, routed_by_rule_id). No rows for a report'
    ' the asker cannot see.';

CREATE FUNCTION civic.explain_route_at(
    category text, latitude double precision, longitude double precision, sub_category text DEFAULT NULL,
    filed_at timestamptz DEFAULT now()
) RETURNS TABLE (
    place integer, level civic.routing_level, rule_id uuid, rule_name text, department_id uuid, department text,
    area_id uuid, area text, verdict text, reason text
)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.* FROM (SELECT civic.current_organization_id()) AS o (id)
    CROSS JOIN LATERAL civic_private.explain_route(o.id, explain_route_at.category, explain_route_at.sub_category,
        explain_route_at.latitude, explain_route_at.longitude, explain_route_at.filed_at) AS e
    WHERE o.id IS NOT NULL AND (e.verdict = 'chosen' OR civic_private.is_routing_staff())
    ORDER BY e.place
$$;
COMMENT ON FUNCTION civic.explain_route_at(text, double precision, double precision, text, timestamptz) IS
    'Where a report of this category at this place (degrees, WGS 84) would go, and why, as of the time it is filed;'
    ' rows as of explain_route(report_id). Errors: 22003 no such place.';

CREATE FUNCTION civic.choose_officer(report_id uuid) RETURNS TABLE (
    user_id uuid, eligible boolean, load numeric, capacity integer, last_assigned timestamptz, verdict text
)
    LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.user_id, c.refusal IS NULL, c.load, c.capacity, c.last_assigned,
        CASE
            WHEN c.refusal IS NOT NULL THEN c.refusal
            WHEN row_number() OVER w = 1 THEN 'Gets the report.'
            WHEN c.load / c.capacity > first_value(c.load / c.capacity) OVER w THEN 'Has a higher load.'
            WHEN c.last_assigned IS DISTINCT FROM first_value(c.last_assigned) OVER w
                THEN 'Has the same load and got work later.'
            ELSE 'Comes later by id.'
        END || CASE WHEN c.refusal IS NULL AND c.load >= c.capacity THEN ' Has no capacity left.' ELSE '' END
    FROM (
        SELECT o.*, civic_private.why_not_officer(r.organization_id, r.id, o.user_id) AS refusal
        FROM civic.reports AS r
        CROSS JOIN LATERAL civic_private.officers_by_load(r.organization_id, r.department_id)
            WITH ORDINALITY AS o (user_id, load, capacity, last_assigned, place)
        WHERE r.organization_id = civic.current_organization_id() AND r.id = choose_officer.report_id
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
            AND (civic.has_permission('assign:task') OR (
                r.department_id = civic.current_department_id() AND civic.has_permission('view:department_data')))
    ) AS c
    WINDOW w AS (ORDER BY c.refusal IS NOT NULL, c.place)
    ORDER BY c.refusal IS NOT NULL, c.place
$$;
COMMENT ON FUNCTION civic.choose_officer(uuid) IS
    'People of the department of a report, first the one who would get it now, and why each other would not. Eligible'
    ' are active officers and administrators of the department who work at the place, have not refused the report and'
    ' did not file it. Least load for their capacity first, then longest without new work, then id; officers without'
    ' capacity still get work when nobody else is left. Load is the priorities of active tasks divided by 5. Changes'
    ' nothing. For the staff of the department and those who assign tasks; no rows for others.';

CREATE FUNCTION civic.triage_queue(max_rows integer DEFAULT 100) RETURNS TABLE (report civic.reports, reason text)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r, CASE
            WHEN r.status = 'pending_classification' THEN 'Its text does not say what it is about.'
            WHEN r.status = 'assignment_rejected' THEN 'The officer has refused it.'
            WHEN r.routing_level = 'triage' AND EXISTS (
                SELECT FROM civic.assignment_refusals AS f
                WHERE f.organization_id = r.organization_id AND f.report_id = r.id
            ) THEN 'Every officer has refused it.'
            WHEN r.routing_level = 'triage' THEN 'No rule gives it to a department.'
            ELSE 'Its category is not certain enough to route it.'
        END
    FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id()
        AND r.status IN ('pending_classification', 'classified', 'assignment_rejected')
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
        AND (civic.has_permission('decide:classification') OR civic.has_permission('route:report'))
    ORDER BY r.severity DESC, r.created_at, r.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.triage_queue(integer) IS
    'Reports that wait for a person to say where they go, worst and oldest first, and why they wait; 1 to 1000 rows.'
    ' For those who classify or route reports; no rows for others.';

CREATE FUNCTION civic_private.apply_change(change jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    target uuid := (change ->> 'id')::uuid;
    given civic.routing_rules;
    shape civic.areas.boundary%TYPE;
BEGIN
    CASE change ->> 'action'
        WHEN 'add' THEN
            given := jsonb_populate_record(NULL::civic.routing_rules, jsonb_build_object('id', civic.uuid_v7(), 'name',
                'what if', 'is_override', false, 'priority', 100, 'valid_from', '-infinity', 'valid_until', 'infinity',
                'is_active', true, 'created_at', now()) || coalesce(change -> 'rule', '{}')
                || jsonb_build_object('organization_id', organization));
            INSERT INTO civic.routing_rules SELECT (given).*;
        WHEN 'change' THEN
            SELECT r.* INTO given FROM civic.routing_rules AS r
            WHERE r.organization_id = organization AND r.id = target;
            given := jsonb_populate_record(given, coalesce(change -> 'rule', '{}')
                || jsonb_build_object('organization_id', organization, 'id', target));
            UPDATE civic.routing_rules AS r SET category = given.category, category_group = given.category_group,
                sub_category = given.sub_category, area_id = given.area_id, department_id = given.department_id,
                is_override = given.is_override, priority = given.priority, valid_from = given.valid_from,
                valid_until = given.valid_until, is_active = given.is_active
            WHERE r.organization_id = organization AND r.id = target;
        WHEN 'remove' THEN
            UPDATE civic.routing_rules AS r SET is_active = false
            WHERE r.organization_id = organization AND r.id = target;
        WHEN 'boundary' THEN
            BEGIN
                shape := civic_helpers.boundary_of(change -> 'geometry');
            EXCEPTION WHEN internal_error THEN
                -- PostGIS gives its own errors no code.
                RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                    MESSAGE = 'the geometry of a what-if is not GeoJSON', DETAIL = SQLERRM;
            END;
            UPDATE civic.areas AS a SET boundary = shape
            WHERE a.organization_id = organization AND a.id = target;
        ELSE
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = 'the change of a what-if has no known action',
                DETAIL = format('It is %s.', left(change::text, 200)),
                HINT = 'Actions are add (rule), change (id, rule), remove (id) and boundary (id, geometry).';
    END CASE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the change of a what-if is to something that does not exist',
            DETAIL = format('There is no such rule or area: %s.', coalesce(target::text, 'no id is given')),
            HINT = 'Give the id of a row of civic.routing_rules, or of civic.areas for a boundary.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.apply_change(jsonb) IS
    'Makes one change of civic.route_whatif(). Errors: 22023, PT404, and those of the tables.';

CREATE FUNCTION civic.route_whatif(
    changes jsonb, since timestamptz, until timestamptz DEFAULT now()
) RETURNS TABLE (
    department_id uuid, department text, reports_now bigint, reports_then bigint, gained bigint, lost bigint
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    reports uuid[];
    before uuid[];
    counts jsonb;
    change jsonb;
BEGIN
    IF NOT civic.has_permission('route:report') OR NOT civic.has_permission('manage:areas') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not ask what other rules would do',
            DETAIL = 'That needs permissions "route:report" and "manage:areas".',
            HINT = 'Ask an administrator.';
    END IF;
    IF jsonb_typeof(changes) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the changes of a what-if are not a list',
            HINT = 'Pass a JSON array of objects, such as [{"action": "remove", "id": ...}].';
    END IF;
    SELECT array_agg(r.id ORDER BY r.id), array_agg(d.department_id ORDER BY r.id) INTO reports, before
    FROM civic.reports AS r
    CROSS JOIN LATERAL civic_private.decide_route(r.organization_id, r.category, r.sub_category, r.latitude,
        r.longitude, r.created_at) AS d
    WHERE r.organization_id = organization AND r.created_at >= since AND r.created_at < route_whatif.until
        AND r.status NOT IN ('rejected', 'duplicate');
    -- The changes are really made and taken back, so that this cannot answer other than the router would.
    BEGIN
        FOR change IN SELECT c.value FROM jsonb_array_elements(changes) AS c LOOP
            PERFORM civic_private.apply_change(change);
        END LOOP;
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'now', s.now, 'then', s.later, 'gained', s.gained,
            'lost', s.lost)), '[]')
        INTO counts
        FROM (
            SELECT x.id, count(*) FILTER (WHERE x.before) AS now, count(*) FILTER (WHERE x.after) AS later,
                count(*) FILTER (WHERE x.after AND NOT x.before) AS gained,
                count(*) FILTER (WHERE x.before AND NOT x.after) AS lost
            FROM unnest(reports, before) AS b (report, department)
            JOIN civic.reports AS r ON r.organization_id = organization AND r.id = b.report
            CROSS JOIN LATERAL civic_private.decide_route(r.organization_id, r.category, r.sub_category, r.latitude,
                r.longitude, r.created_at) AS d
            CROSS JOIN LATERAL (
                SELECT b.department, true, d.department_id IS NOT DISTINCT FROM b.department
                UNION ALL
                SELECT d.department_id, false, true WHERE d.department_id IS DISTINCT FROM b.department
            ) AS x (id, before, after)
            GROUP BY x.id
        ) AS s;
        RAISE EXCEPTION USING ERRCODE = 'UNDO0', MESSAGE = 'the what-if is taken back';
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
        NULL;
    END;
    RETURN QUERY
    SELECT d.id, d.name, c.now, c."then", c.gained, c.lost
    FROM jsonb_to_recordset(counts) AS c (id uuid, now bigint, "then" bigint, gained bigint, lost bigint)
    LEFT JOIN civic.departments AS d ON d.organization_id = organization AND d.id = c.id
    ORDER BY d.name NULLS LAST;
END
$$;
COMMENT ON FUNCTION civic.route_whatif(jsonb, timestamptz, timestamptz) IS
    'How the reports filed in a time, but for rejected ones and duplicates, would spread over the departments if rules'
    ' or boundaries were others: reports now and then, gained and lost, by the rules, whatever a person decided; a null'
    ' department is triage. changes is a list of {"action": "add", "rule": {columns}}, {"action": "change", "id": ...,'
    ' "rule": {columns}}, {"action": "remove", "id": ...} and {"action": "boundary", "id": area, "geometry": GeoJSON}.'
    ' Changes nothing. Errors: 22023 malformed, 42501 not open to the caller, PT404 no such rule or area, and those'
    ' such changes would raise.';
