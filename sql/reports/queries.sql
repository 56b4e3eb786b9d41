CREATE FUNCTION civic.get_report(report_id uuid) RETURNS SETOF civic.reports
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.* FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = report_id
$$;
COMMENT ON FUNCTION civic.get_report(uuid) IS 'The report; no row when there is none that the asker can see.';

CREATE FUNCTION civic.list_reports(
    statuses civic.report_status[] DEFAULT NULL,
    categories text[] DEFAULT NULL,
    severities civic.report_severity[] DEFAULT NULL,
    department_id uuid DEFAULT NULL,
    assigned_to uuid DEFAULT NULL,
    user_id uuid DEFAULT NULL,
    created_from timestamptz DEFAULT NULL,
    created_until timestamptz DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.reports
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Only the conditions that were given, so that each mix gets the index it needs. The rule of who sees what stands
    -- beside them, because behind a policy a filter on an enum could use none.
    RETURN QUERY EXECUTE 'SELECT r.* FROM civic.reports AS r WHERE r.organization_id = civic.current_organization_id()'
        || CASE WHEN statuses IS NULL THEN '' ELSE ' AND r.status = ANY ($1)' END
        || CASE WHEN categories IS NULL THEN '' ELSE ' AND r.category = ANY ($2)' END
        || CASE WHEN severities IS NULL THEN '' ELSE ' AND r.severity = ANY ($3)' END
        || CASE WHEN department_id IS NULL THEN '' ELSE ' AND r.department_id = $4' END
        || CASE WHEN assigned_to IS NULL THEN '' ELSE ' AND r.assigned_to = $5' END
        || CASE WHEN user_id IS NULL THEN '' ELSE ' AND r.user_id = $6' END
        || CASE WHEN created_from IS NULL THEN '' ELSE ' AND r.created_at >= $7' END
        || CASE WHEN created_until IS NULL THEN '' ELSE ' AND r.created_at < $8' END
        || CASE WHEN before_time IS NULL THEN '' ELSE ' AND (r.created_at, r.id) < ($9, $10)' END
        || ' AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,'
        || ' r.ward_number, r.district, r.latitude, r.longitude)'
        || ' ORDER BY r.created_at DESC, r.id DESC LIMIT $11'
    USING statuses, categories, severities, department_id, assigned_to, user_id, created_from, created_until,
        before_time, coalesce(before_id, '00000000-0000-0000-0000-000000000000'),
        least(greatest(coalesce(max_rows, 50), 1), 1000);
END
$$;
COMMENT ON FUNCTION civic.list_reports(
    civic.report_status[], text[], civic.report_severity[], uuid, uuid, uuid, timestamptz, timestamptz, timestamptz,
    uuid, integer
) IS
    'Reports the asker can see, newest first; each filter that is given must hold. For the next page pass created_at'
    ' and id of the last row as before_time and before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.my_reports(max_rows integer DEFAULT 50) RETURNS SETOF civic.reports
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.* FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.user_id = civic.current_user_id()
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.my_reports(integer) IS 'Reports the asker filed, newest first; 1 to 1000 rows.';

CREATE FUNCTION civic.department_reports(
    statuses civic.report_status[] DEFAULT ARRAY['assigned_to_department', 'assigned_to_officer', 'assignment_rejected',
        'acknowledged', 'in_progress', 'pending_verification', 'on_hold', 'reopened']::civic.report_status[],
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.reports
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.* FROM civic.list_reports(statuses => department_reports.statuses,
        department_id => civic.current_department_id(), max_rows => department_reports.max_rows) AS r
    WHERE civic.current_department_id() IS NOT NULL
$$;
COMMENT ON FUNCTION civic.department_reports(civic.report_status[], integer) IS
    'Reports of the asker''s department, open ones unless statuses are given, newest first; 1 to 1000 rows.';

CREATE FUNCTION civic.nearby_reports(
    latitude civic.latitude,
    longitude civic.longitude,
    radius_m civic.distance_m DEFAULT 1000,
    max_rows integer DEFAULT 50
) RETURNS TABLE (report civic.reports, distance_m double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
    -- Planning for one place takes longer than looking around it, and finds the same plan.
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    here civic.reports.location%TYPE := civic_helpers.location_of(nearby_reports.latitude, nearby_reports.longitude);
    wanted integer := least(greatest(nearby_reports.max_rows, 1), 1000);
    reach double precision;
BEGIN
    -- The index gives the nearest on a flat map. Whichever they are, none of the nearest on the spheroid lies farther
    -- than the farthest of them, which is at most 0.45 per cent farther than on the sphere.
    SELECT CASE WHEN count(*) = wanted THEN 0.01 + 1.005 * max(civic_helpers.great_circle_m(
            n.latitude, n.longitude, nearby_reports.latitude, nearby_reports.longitude)) END INTO reach
    FROM (
        SELECT r.latitude, r.longitude FROM civic.reports AS r
        WHERE r.organization_id = civic.current_organization_id()
            AND civic_helpers.may_lie_in(r.location, civic_helpers.box_around(
                nearby_reports.latitude, nearby_reports.longitude, nearby_reports.radius_m))
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
        ORDER BY civic_helpers.nearness(r.location, here)
        LIMIT wanted
    ) AS n;
    RETURN QUERY
    SELECT n.report, n.metres
    FROM (
        SELECT r AS report, civic_helpers.distance_between(r.location, here) AS metres
        FROM civic.reports AS r
        WHERE r.organization_id = civic.current_organization_id()
            AND civic_helpers.may_lie_in(r.location, civic_helpers.box_around(
                nearby_reports.latitude, nearby_reports.longitude, least(reach, nearby_reports.radius_m)))
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
        -- So that a distance is computed once.
        OFFSET 0
    ) AS n
    WHERE n.metres <= nearby_reports.radius_m
    ORDER BY n.metres, (n.report).id
    LIMIT wanted;
END
$$;
COMMENT ON FUNCTION civic.nearby_reports(civic.latitude, civic.longitude, civic.distance_m, integer) IS
    'Reports the asker can see within so many metres of a point, nearest first; 1 to 1000 rows. Error 23514 for a'
    ' position or distance out of bounds.';

CREATE FUNCTION civic_private.reports_in_box(
    west double precision, south double precision, east double precision, north double precision,
    statuses civic.report_status[], categories text[], before_time timestamptz, before_id uuid, max_rows integer
) RETURNS SETOF civic.reports
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000 SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
BEGIN
    -- Planned for this box: in a wide one the newest are found in the order of time, in a small one by place.
    RETURN QUERY EXECUTE 'SELECT r.* FROM civic.reports AS r WHERE r.organization_id = civic.current_organization_id()'
        ' AND r.latitude BETWEEN $1 AND $2 AND r.longitude BETWEEN $3 AND $4'
        ' AND civic_helpers.may_lie_in(r.location, $5)'
        || CASE WHEN statuses IS NULL THEN '' ELSE ' AND r.status = ANY ($6)' END
        || CASE WHEN categories IS NULL THEN '' ELSE ' AND r.category = ANY ($7)' END
        || CASE WHEN before_time IS NULL THEN '' ELSE ' AND (r.created_at, r.id) < ($8, $9)' END
        || ' AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,'
            ' r.ward_number, r.district, r.latitude, r.longitude)'
            ' ORDER BY r.created_at DESC, r.id DESC LIMIT $10'
    USING south, north, west, east, civic_helpers.box_of(west, south, east, north), statuses, categories, before_time,
        coalesce(before_id, '00000000-0000-0000-0000-000000000000'), max_rows;
END
$$;
COMMENT ON FUNCTION civic_private.reports_in_box(
    double precision, double precision, double precision, double precision, civic.report_status[], text[], timestamptz,
    uuid, integer
) IS 'Reports the asker can see between four degrees, newest first, under the filters that are given.';

CREATE FUNCTION civic.map_reports(
    west civic.longitude,
    south civic.latitude,
    east civic.longitude,
    north civic.latitude,
    max_rows integer DEFAULT 1000,
    statuses civic.report_status[] DEFAULT NULL,
    categories text[] DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL
) RETURNS TABLE (
    id uuid, report_number text, title text, category text, status civic.report_status, severity civic.report_severity,
    latitude double precision, longitude double precision, supporter_count integer, created_at timestamptz
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.id, r.report_number, r.title, r.category, r.status, r.severity, r.latitude, r.longitude,
        r.supporter_count, r.created_at
    FROM civic_private.reports_in_box(west, south, east, north, statuses, categories, before_time, before_id,
        least(greatest(coalesce(max_rows, 1000), 1), 5000)) AS r
$$;
COMMENT ON FUNCTION civic.map_reports(
    civic.longitude, civic.latitude, civic.longitude, civic.latitude, integer, civic.report_status[], text[],
    timestamptz, uuid
) IS
    'Points for a map: the reports the asker can see between four degrees, newest first; each filter that is given must'
    ' hold. For the next page pass created_at and id of the last row as before_time and before_id. 1 to 5000 rows.';

CREATE FUNCTION civic.report_history(report_id uuid) RETURNS SETOF civic.status_history
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.* FROM civic.status_history AS h
    WHERE h.organization_id = civic.current_organization_id() AND h.entity_id = report_history.report_id
        AND h.workflow = 'report' AND EXISTS (
            SELECT FROM civic.reports AS r
            WHERE r.organization_id = h.organization_id AND r.id = h.entity_id
                AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                    r.ward_number, r.district, r.latitude, r.longitude)
        )
    ORDER BY h.id
$$;
COMMENT ON FUNCTION civic.report_history(uuid) IS
    'Moves of a report the asker can see, oldest first. The table itself shows history of public reports only.';

CREATE FUNCTION civic.report_media(report_id uuid) RETURNS SETOF civic.media
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.* FROM civic.media AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.report_id = report_media.report_id
        AND EXISTS (
            SELECT FROM civic.reports AS r
            WHERE r.organization_id = m.organization_id AND r.id = m.report_id
                AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                    r.ward_number, r.district, r.latitude, r.longitude)
        )
    ORDER BY m.is_primary DESC, m.sequence_order, m.id
$$;
COMMENT ON FUNCTION civic.report_media(uuid) IS
    'Files of a report the asker can see. The table itself shows files of public reports only.';

CREATE FUNCTION civic.report_statistics(
    department_id uuid DEFAULT NULL, created_from timestamptz DEFAULT NULL, created_until timestamptz DEFAULT NULL
) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH counted AS (
        SELECT r.status, coalesce(r.manual_category, r.ai_category, r.category) AS category,
            coalesce(r.manual_severity, r.severity) AS severity, count(*) AS n
        FROM civic.reports AS r
        WHERE r.organization_id = civic.current_organization_id()
            AND (report_statistics.department_id IS NULL OR r.department_id = report_statistics.department_id)
            AND r.created_at >= coalesce(created_from, '-infinity')
            AND r.created_at < coalesce(created_until, 'infinity')
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
        GROUP BY 1, 2, 3
    ), open AS (
        SELECT * FROM counted WHERE status NOT IN ('closed', 'resolved', 'rejected')
    )
    SELECT jsonb_build_object(
        'total', (SELECT coalesce(sum(n), 0) FROM counted),
        'by_status', (SELECT coalesce(jsonb_object_agg(s.status, s.n), '{}') FROM (
            SELECT c.status, sum(c.n) AS n FROM counted AS c GROUP BY 1) AS s),
        'by_category', (SELECT coalesce(jsonb_object_agg(coalesce(s.category, 'none'), s.n), '{}') FROM (
            SELECT o.category, sum(o.n) AS n FROM open AS o GROUP BY 1) AS s),
        'by_severity', (SELECT coalesce(jsonb_object_agg(s.severity, s.n), '{}') FROM (
            SELECT o.severity, sum(o.n) AS n FROM open AS o GROUP BY 1) AS s))
$$;
COMMENT ON FUNCTION civic.report_statistics(uuid, timestamptz, timestamptz) IS
    'Counts of reports the asker can see: total and by_status over all; by_category and by_severity over those not'
    ' closed, resolved or rejected.';

CREATE FUNCTION civic_private.count_public_reports(organization uuid) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'total', count(*),
        'resolved', count(*) FILTER (WHERE r.status IN ('resolved', 'closed')),
        'active_officers', count(DISTINCT r.assigned_to) FILTER (WHERE t.status NOT IN ('resolved', 'rejected')),
        'avg_resolution_days', round((avg(date_part('epoch', t.resolved_at - t.assigned_at))
            FILTER (WHERE t.status = 'resolved') / 86400)::numeric, 2))
    FROM civic.reports AS r
    LEFT JOIN civic.tasks AS t ON t.organization_id = r.organization_id AND t.report_id = r.id
    WHERE r.organization_id = organization AND r.is_public AND NOT r.is_sensitive
$$;
COMMENT ON FUNCTION civic_private.count_public_reports(uuid) IS
    'Counts what civic.public_statistics() tells; reads all reports of the organization.';

CREATE FUNCTION civic.public_statistics() RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (
            SELECT p.figures || jsonb_build_object('as_of', p.counted_at)
            FROM civic_private.public_figures AS p
            WHERE p.organization_id = civic.current_organization_id() AND p.counted_at > now() - interval '1 day'
        ),
        civic_private.count_public_reports(civic.current_organization_id()) || jsonb_build_object('as_of', now()))
$$;
COMMENT ON FUNCTION civic.public_statistics() IS
    'What anybody may know: public reports in all and resolved, officers with open work, mean days from assignment to'
    ' resolution, and as_of, when that was counted: now, or where there are more than 1000 public reports by a'
    ' civic.tick() of the last day, which counts every ten minutes.';

CREATE FUNCTION civic.count_recent_reports(minutes integer DEFAULT 5) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.user_id = civic.current_user_id()
        AND r.created_at > now() - make_interval(mins => minutes)
$$;
COMMENT ON FUNCTION civic.count_recent_reports(integer) IS
    'Reports the asker filed in the last minutes; at 3 in 5 minutes no more are taken.';

CREATE FUNCTION civic.my_tasks(statuses civic.task_status[] DEFAULT NULL) RETURNS SETOF civic.tasks
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.* FROM civic.tasks AS t
    WHERE t.organization_id = civic.current_organization_id() AND t.assigned_to = civic.current_user_id()
        AND (statuses IS NULL OR t.status = ANY (statuses))
    ORDER BY t.priority DESC, t.created_at, t.id
$$;
COMMENT ON FUNCTION civic.my_tasks(civic.task_status[]) IS 'Tasks of the asker, most urgent first.';

CREATE FUNCTION civic.pending_tasks(max_rows integer DEFAULT 100) RETURNS SETOF civic.tasks
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.* FROM civic.tasks AS t
    WHERE t.organization_id = civic.current_organization_id() AND t.status IN ('assigned', 'in_progress')
    ORDER BY t.priority DESC, t.created_at, t.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.pending_tasks(integer) IS
    'Assigned and started tasks the asker can see, most urgent first; 1 to 1000 rows.';

CREATE FUNCTION civic.officer_workload(department_id uuid DEFAULT NULL, officer_id uuid DEFAULT NULL) RETURNS TABLE (
    user_id uuid, full_name text, employee_id text, active_reports bigint, by_status jsonb, resolved_reports bigint,
    avg_resolution_time_days numeric, workload_score numeric, capacity_level text
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.full_name, u.employee_id, w.active, w.by_status, w.resolved, w.days,
        round(w.active + w.days / 7 * 2, 2),
        CASE WHEN w.active <= 3 AND w.days <= 5 THEN 'low' WHEN w.active <= 7 AND w.days <= 10 THEN 'medium'
            ELSE 'high' END
    FROM civic.users AS u
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE t.status IN ('assigned', 'acknowledged', 'in_progress', 'pending_verification'))
                AS active,
            count(*) FILTER (WHERE t.status = 'resolved') AS resolved,
            (SELECT coalesce(jsonb_object_agg(s.status, s.n), '{}') FROM (
                SELECT b.status, count(*) AS n FROM civic.tasks AS b
                WHERE b.organization_id = u.organization_id AND b.assigned_to = u.id GROUP BY 1) AS s) AS by_status,
            round(coalesce(avg(date_part('epoch', t.resolved_at - t.assigned_at)) FILTER (
                WHERE t.status = 'resolved' AND t.resolved_at > now() - interval '30 days') / 86400, 7.0)::numeric, 2)
                AS days
        FROM civic.tasks AS t WHERE t.organization_id = u.organization_id AND t.assigned_to = u.id
    ) AS w
    WHERE u.organization_id = civic.current_organization_id() AND u.is_active AND u.department_id IS NOT NULL
        AND (officer_workload.department_id IS NULL OR u.department_id = officer_workload.department_id)
        AND (officer_workload.officer_id IS NULL OR u.id = officer_workload.officer_id)
        AND (civic.has_permission('read:private_report') OR u.id = civic.current_user_id()
            OR (u.department_id = civic.current_department_id() AND civic.has_permission('view:department_data')))
        AND EXISTS (
            SELECT FROM civic.user_roles AS ur JOIN civic.roles AS r
                ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
            WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id AND r.is_system
                AND r.code IN ('nodal_officer', 'admin')
        )
    ORDER BY 8, u.id
$$;
COMMENT ON FUNCTION civic.officer_workload(uuid, uuid) IS
    'Load of officers, least first: active are tasks assigned, acknowledged, in progress or to be verified; mean days'
    ' to resolution over 30 days (7.0 without any); score = active + days / 7 * 2; capacity low up to 3 active and 5'
    ' days, medium up to 7 and 10. For staff of the department and those who may read all reports.';

CREATE FUNCTION civic.department_statistics(department_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'officers', o.officers,
        'available', o.available,
        'capacity', CASE WHEN o.officers = 0 THEN 'no_officers' WHEN o.available = 0 THEN 'at_capacity'
            WHEN o.available::numeric / o.officers >= 0.7 THEN 'good'
            WHEN o.available::numeric / o.officers >= 0.4 THEN 'moderate' ELSE 'limited' END,
        'pending', r.pending,
        'in_progress', r.in_progress,
        'resolved', r.resolved,
        'resolution_rate', CASE WHEN r.total = 0 THEN 0 ELSE round(100.0 * r.resolved / r.total, 2) END,
        'avg_resolution_days', r.days)
    FROM (
        SELECT count(*) AS officers, count(*) FILTER (WHERE w.capacity_level <> 'high') AS available
        FROM civic.officer_workload(department_statistics.department_id) AS w
    ) AS o
    CROSS JOIN (
        SELECT count(*) AS total,
            count(*) FILTER (WHERE p.status IN ('assigned_to_department', 'assigned_to_officer', 'acknowledged'))
                AS pending,
            count(*) FILTER (WHERE p.status IN ('in_progress', 'pending_verification', 'on_hold', 'reopened'))
                AS in_progress,
            count(*) FILTER (WHERE p.status IN ('resolved', 'closed')) AS resolved,
            round((avg(date_part('epoch', t.resolved_at - t.assigned_at)) FILTER (WHERE t.status = 'resolved') / 86400)
                ::numeric, 2) AS days
        FROM civic.reports AS p
        LEFT JOIN civic.tasks AS t ON t.organization_id = p.organization_id AND t.report_id = p.id
        WHERE p.organization_id = civic.current_organization_id()
            AND p.department_id = department_statistics.department_id
            AND civic.is_report_visible(p.is_public, p.is_sensitive, p.user_id, p.assigned_to, p.department_id,
                p.ward_number, p.district, p.latitude, p.longitude)
    ) AS r
$$;
COMMENT ON FUNCTION civic.department_statistics(uuid) IS
    'Officers and reports of a department as far as the asker can see them: pending, in progress, resolved,'
    ' resolution rate in per cent, mean days from assignment to resolution, and capacity (share of officers that are'
    ' not at high load: good from 0.7, moderate'
    ' from 0.4).';
