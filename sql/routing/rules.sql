CREATE FUNCTION civic_private.decide_route(
    organization uuid, category text, sub_category text, latitude double precision, longitude double precision,
    filed_at timestamptz, OUT department_id uuid, OUT rule_id uuid, OUT level civic.routing_level, OUT area_id uuid
) RETURNS record
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'civic_decide_route';
COMMENT ON FUNCTION civic_private.decide_route(uuid, text, text, double precision, double precision, timestamptz) IS
    'Department of a report by the rules of civic.routing_rules, as committed now, and the rule, level and area that'
    ' decide. The rule is null where the department is that of the category; all but the level are null in triage.'
    ' Errors: 22003 no such place, 40001 the rules have changed since the snapshot of the transaction.';

CREATE FUNCTION civic_private.explain_route(
    organization uuid, category text, sub_category text, latitude double precision, longitude double precision,
    filed_at timestamptz
) RETURNS TABLE (
    place integer, level civic.routing_level, rule_id uuid, rule_name text, department_id uuid, department text,
    area_id uuid, area text, verdict text, reason text
)
    LANGUAGE c STABLE PARALLEL RESTRICTED ROWS 20 AS 'MODULE_PATHNAME', 'civic_explain_route';
COMMENT ON FUNCTION civic_private.explain_route(uuid, text, text, double precision, double precision, timestamptz) IS
    'Every rule of an organization, with what became of it; see civic.explain_route().';

CREATE FUNCTION civic.route_points(
    latitudes double precision[], longitudes double precision[], categories text[], on_day date DEFAULT NULL
) RETURNS TABLE (point integer, department_id uuid, rule_id uuid, area_id uuid, level civic.routing_level)
    LANGUAGE c STABLE PARALLEL RESTRICTED COST 10000 ROWS 10000 AS 'MODULE_PATHNAME', 'civic_route_points';
COMMENT ON FUNCTION civic.route_points(double precision[], double precision[], text[], date) IS
    'Routes many places at once, on a day (today in the time zone of the organization unless given): one latitude,'
    ' longitude (degrees, WGS 84) and category for each; a category that is null or does not exist has no rules. Rows'
    ' come in the order of the points, numbered from 1; rule_id is null where the department is that of the category'
    ' or there is none. Changes nothing. For staff who manage areas or route reports. Errors: 2202E arrays of different'
    ' length, 22003 no such place, 42501 not open to the caller.';

CREATE FUNCTION civic_helpers.task_points(status civic.task_status, priority integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE
    WHEN status IN ('assigned'::civic.task_status, 'acknowledged'::civic.task_status, 'in_progress'::civic.task_status,
        'pending_verification'::civic.task_status) THEN priority
    ELSE 0
END;
COMMENT ON FUNCTION civic_helpers.task_points(civic.task_status, integer) IS
    'What a task weighs in the load of its officer: its priority while it is active, which is assigned, acknowledged,'
    ' in progress or to be verified, else 0. 5 points are one task of middle priority.';

CREATE FUNCTION civic_private.add_load(organization uuid, person uuid, points integer, assigned_at timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own integer := 0;
BEGIN
    -- The first row that no other transaction is writing. One that reads with an older snapshot could not write a row
    -- that another has written since, and takes a row of its process.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        own := 16 + pg_backend_pid() % 1000;
    END IF;
    WHILE own < 16 AND NOT pg_try_advisory_xact_lock(hashtextextended(person::text, own)) LOOP
        own := own + 1;
    END LOOP;
    INSERT INTO civic_private.officer_loads AS l (organization_id, user_id, shard, points, last_assigned_at)
    VALUES (organization, person, own, add_load.points, assigned_at)
    ON CONFLICT (organization_id, user_id, shard) DO UPDATE SET
        points = l.points + excluded.points,
        last_assigned_at = coalesce(greatest(l.last_assigned_at, excluded.last_assigned_at), l.last_assigned_at);
END
$$;
COMMENT ON FUNCTION civic_private.add_load(uuid, uuid, integer, timestamptz) IS
    'Adds points to the load of an officer, or takes them away.';

CREATE FUNCTION civic_private.count_load() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before integer := 0;
    after integer := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        before := civic_helpers.task_points(OLD.status, OLD.priority);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := civic_helpers.task_points(NEW.status, NEW.priority);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.assigned_to = OLD.assigned_to THEN
        PERFORM civic_private.add_load(NEW.organization_id, NEW.assigned_to, after - before, NULL);
        RETURN NULL;
    END IF;
    -- In the order of the officers, so that two exchanges of work cannot wait for each other.
    IF TG_OP = 'UPDATE' AND NEW.assigned_to < OLD.assigned_to THEN
        PERFORM civic_private.add_load(NEW.organization_id, NEW.assigned_to, after, NEW.assigned_at);
    END IF;
    IF before <> 0 THEN
        PERFORM civic_private.add_load(OLD.organization_id, OLD.assigned_to, -before, NULL);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.assigned_to > OLD.assigned_to) THEN
        PERFORM civic_private.add_load(NEW.organization_id, NEW.assigned_to, after, NEW.assigned_at);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.count_load() IS
    'AFTER row trigger on civic.tasks: keeps civic_private.officer_loads.';

CREATE FUNCTION civic_private.covers(boundary geometry, latitude double precision, longitude double precision)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ST_Covers(boundary, ST_SetSRID(ST_MakePoint(longitude, latitude), 4326));
COMMENT ON FUNCTION civic_private.covers(geometry, double precision, double precision) IS
    'Whether a boundary covers a place, its border included.';

CREATE FUNCTION civic_private.polygon_of(coordinates jsonb) RETURNS geometry
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
    SELECT CASE WHEN l.points >= 3 AND l.are_numbers THEN
        ST_CollectionExtract(ST_MakeValid(
            ST_SetSRID(ST_MakePolygon(ST_AddPoint(l.line, ST_StartPoint(l.line))), 4326)), 3) END
    FROM (
        SELECT count(*) AS points, bool_and(n.latitude IS NOT NULL AND n.longitude IS NOT NULL) AS are_numbers,
            ST_MakeLine(ST_MakePoint(n.longitude, n.latitude) ORDER BY c.place) AS line
        FROM jsonb_array_elements(CASE WHEN jsonb_typeof(coordinates) = 'array' THEN coordinates ELSE '[]'::jsonb END)
            WITH ORDINALITY AS c (point, place)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN jsonb_typeof(c.point -> 0) = 'number' AND abs((c.point ->> 0)::numeric) <= 90
                    THEN (c.point ->> 0)::double precision END AS latitude,
                CASE WHEN jsonb_typeof(c.point -> 1) = 'number' AND abs((c.point ->> 1)::numeric) <= 180
                    THEN (c.point ->> 1)::double precision END AS longitude
        ) AS n
    ) AS l
);
COMMENT ON FUNCTION civic_private.polygon_of(jsonb) IS
    'Polygon of a list of [latitude, longitude] in degrees (WGS 84); null for anything else.';

CREATE FUNCTION civic_private.works_at(
    organization uuid, officer uuid, latitude double precision, longitude double precision, ward_number text,
    district text, on_day date
) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    assignment record;
    restricted boolean := false;
    found boolean;
BEGIN
    FOR assignment IN
        SELECT a.area_type::text AS kind, a.area_data AS data,
            a.area_data ->> CASE a.area_type WHEN 'ward' THEN 'ward_number' ELSE 'name' END AS name,
            jsonb_typeof(a.area_data -> 'center_lat') = 'number'
                AND jsonb_typeof(a.area_data -> 'center_lon') = 'number'
                AND jsonb_typeof(a.area_data -> 'radius_km') = 'number' AS has_center
        FROM civic.area_assignments AS a
        WHERE a.organization_id = organization AND a.user_id = officer AND a.is_active
    LOOP
        restricted := true;
        IF assignment.kind IN ('ward', 'district') THEN
            found := (assignment.kind = 'ward' AND assignment.name = works_at.ward_number)
                OR (assignment.kind = 'district' AND assignment.name = works_at.district)
                OR EXISTS (
                    SELECT FROM civic.areas AS v
                    WHERE v.organization_id = organization AND v.kind::text = assignment.kind
                        AND (v.code = assignment.name OR (v.kind = 'district' AND v.name = assignment.name))
                        AND on_day >= v.valid_from AND on_day < v.valid_until
                        AND civic_private.covers(v.boundary, works_at.latitude, works_at.longitude)
                );
        ELSIF assignment.kind = 'polygon' THEN
            found := civic_private.covers(civic_private.polygon_of(assignment.data -> 'coordinates'),
                works_at.latitude, works_at.longitude);
        ELSE
            found := assignment.has_center AND civic_helpers.distance_between(
                civic_helpers.location_of(works_at.latitude, works_at.longitude),
                civic_helpers.location_of((assignment.data ->> 'center_lat')::double precision,
                    (assignment.data ->> 'center_lon')::double precision)
            ) <= 1000 * (assignment.data ->> 'radius_km')::double precision;
        END IF;
        IF found THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN NOT restricted;
END
$$;
COMMENT ON FUNCTION civic_private.works_at(uuid, uuid, double precision, double precision, text, text, date) IS
    'Whether an officer works at a place: in one of their active civic.area_assignments, or everywhere without any. A'
    ' ward or district is meant by its number or name in the report or by an area that covers the place.';

CREATE FUNCTION civic_private.why_not_officer(organization uuid, report uuid, officer uuid) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    reason text;
BEGIN
    SELECT CASE
        WHEN NOT u.is_active THEN 'The person is not active.'
        WHEN NOT EXISTS (
            SELECT FROM civic.user_roles AS ur
            JOIN civic.roles AS o ON o.organization_id = ur.role_organization_id AND o.id = ur.role_id
            WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id
                AND o.code IN ('nodal_officer', 'admin') AND o.is_system
        ) THEN 'The person is neither nodal_officer nor admin.'
        WHEN u.id = r.user_id THEN 'The person filed the report.'
        WHEN EXISTS (
            SELECT FROM civic.assignment_refusals AS f
            WHERE f.organization_id = u.organization_id AND f.report_id = r.id AND f.user_id = u.id
        ) THEN 'The person has refused the report.'
        WHEN EXISTS (
            SELECT FROM civic.area_assignments AS a
            WHERE a.organization_id = u.organization_id AND a.user_id = u.id AND a.is_active
        ) AND NOT civic_private.works_at(u.organization_id, u.id, r.latitude, r.longitude, r.ward_number, r.district,
            current_date) THEN 'The place is in none of the areas of the person.'
    END INTO reason
    FROM civic.reports AS r
    JOIN civic.users AS u ON u.organization_id = r.organization_id
    WHERE r.organization_id = organization AND r.id = report AND u.id = officer;
    RETURN reason;
END
$$;
COMMENT ON FUNCTION civic_private.why_not_officer(uuid, uuid, uuid) IS
    'Why a person of the department of a report cannot be given it; null for one who can.';

CREATE FUNCTION civic_private.officers_by_load(organization uuid, department uuid) RETURNS TABLE (
    user_id uuid, load numeric, capacity integer, last_assigned timestamptz
)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 20 SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT u.id, round(coalesce(sum(l.points), 0) / 5.0, 2), u.capacity, max(l.last_assigned_at)
    FROM civic.users AS u
    LEFT JOIN civic_private.officer_loads AS l ON l.organization_id = u.organization_id AND l.user_id = u.id
    WHERE u.organization_id = organization AND u.department_id = department
    GROUP BY u.organization_id, u.id
    ORDER BY coalesce(sum(l.points), 0)::double precision / u.capacity, max(l.last_assigned_at) NULLS FIRST, u.id;
END
$$;
COMMENT ON FUNCTION civic_private.officers_by_load(uuid, uuid) IS
    'People of a department in the order in which they would get work: least load for their capacity, longest without'
    ' new work, id.';

CREATE FUNCTION civic_private.pick_officer(organization uuid, report uuid, department uuid) RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    candidate record;
    least double precision;
    nearly uuid[] := '{}';
BEGIN
    -- Officers who are just being given work in another transaction, whose choice nobody sees yet, are passed over for
    -- the next. Nobody waits.
    FOR candidate IN
        SELECT o.user_id, o.load::double precision / o.capacity AS used, 1.0::double precision / o.capacity AS task
        FROM civic_private.officers_by_load(organization, department) AS o
    LOOP
        IF civic_private.why_not_officer(organization, report, candidate.user_id) IS NULL THEN
            IF pg_try_advisory_xact_lock(hashtextextended(candidate.user_id::text, 0)) THEN
                RETURN candidate.user_id;
            END IF;
            least := coalesce(least, candidate.used);
            IF candidate.used <= least + candidate.task THEN
                nearly := nearly || candidate.user_id;
            END IF;
        END IF;
    END LOOP;
    RETURN nearly[1 + floor(random() * cardinality(nearly))];
END
$$;
COMMENT ON FUNCTION civic_private.pick_officer(uuid, uuid, uuid) IS
    'Officer of a department for a report: the first to whom no other transaction is giving work, else, when all are'
    ' busy so, any of those within one task of the least. Null when nobody is eligible.';

CREATE FUNCTION civic_private.give_to_officer(organization uuid, report uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    department uuid;
    officer uuid;
BEGIN
    SELECT d.id INTO department FROM civic.reports AS r
    JOIN civic.departments AS d ON d.organization_id = r.organization_id AND d.id = r.department_id
    WHERE r.organization_id = organization AND r.id = report AND d.auto_assign AND d.is_active;
    IF department IS NOT NULL THEN
        officer := civic_private.pick_officer(organization, report, department);
    END IF;
    IF officer IS NULL THEN
        RETURN false;
    END IF;
    UPDATE civic.reports AS r SET status = 'assigned_to_officer', assigned_to = officer
    WHERE r.organization_id = organization AND r.id = report;
    RETURN true;
END
$$;
COMMENT ON FUNCTION civic_private.give_to_officer(uuid, uuid) IS
    'Gives a report to an officer of its department, as the system; false, and nothing done, where the department does'
    ' not want that or nobody is eligible.';

CREATE FUNCTION civic_private.keep_decision(organization uuid, report uuid, because text, category text,
    sub_category text, latitude double precision, longitude double precision) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.routing_decisions (organization_id, report_id, level, rule_id, department_id, assigned_to,
        category, sub_category, latitude, longitude, explanation, replaced_because)
    SELECT r.organization_id, r.id, r.routing_level, r.routed_by_rule_id, r.department_id, r.assigned_to,
        keep_decision.category, keep_decision.sub_category, keep_decision.latitude, keep_decision.longitude,
        (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.place)
            FROM civic_private.explain_route(organization, keep_decision.category, keep_decision.sub_category,
                keep_decision.latitude, keep_decision.longitude, r.created_at) AS e
            WHERE e.verdict <> 'does not fit'),
        because
    FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = report
        AND (r.department_id IS NOT NULL OR r.routing_level IS NOT NULL);
END
$$;
COMMENT ON FUNCTION civic_private.keep_decision(
    uuid, uuid, text, text, text, double precision, double precision
) IS
    'Writes the decision that holds for a report to civic.routing_decisions, with the category and place it was made'
    ' for; nothing where none was made.';

CREATE FUNCTION civic_private.route(organization uuid, report uuid, with_officer boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    target record;
BEGIN
    SELECT p.status, p.category, p.sub_category, p.latitude, p.longitude, p.created_at, p.department_id INTO r
    FROM civic.reports AS p WHERE p.organization_id = organization AND p.id = report;
    SELECT d.* INTO target FROM civic_private.decide_route(organization, r.category, r.sub_category, r.latitude,
        r.longitude, r.created_at) AS d;
    IF target.department_id IS NULL THEN
        UPDATE civic.reports AS p
        SET status = CASE p.status WHEN 'pending_classification' THEN p.status ELSE 'classified' END,
            department_id = NULL, assigned_to = NULL, routed_by_rule_id = NULL, routing_level = target.level,
            needs_review = true
        WHERE p.organization_id = organization AND p.id = report;
        RETURN;
    END IF;
    IF target.department_id = r.department_id
        AND r.status IN ('assigned_to_department', 'assigned_to_officer', 'acknowledged') THEN
        UPDATE civic.reports AS p SET routed_by_rule_id = target.rule_id, routing_level = target.level
        WHERE p.organization_id = organization AND p.id = report
            AND (p.routed_by_rule_id IS DISTINCT FROM target.rule_id OR p.routing_level IS DISTINCT FROM target.level);
    ELSE
        UPDATE civic.reports AS p
        SET status = 'assigned_to_department', department_id = target.department_id, assigned_to = NULL,
            routed_by_rule_id = target.rule_id, routing_level = target.level, needs_review = false
        WHERE p.organization_id = organization AND p.id = report;
        r.status := 'assigned_to_department';
    END IF;
    IF with_officer AND r.status = 'assigned_to_department' THEN
        PERFORM civic_private.give_to_officer(organization, report);
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.route(uuid, uuid, boolean) IS
    'Gives a report to its department by the rules, as the system, and perhaps to an officer; without a department it'
    ' goes to triage. An officer of the same department keeps the report.';

CREATE FUNCTION civic_private.reroute_report() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.keep_decision(NEW.organization_id, NEW.id, 'changed', OLD.category, OLD.sub_category,
        OLD.latitude, OLD.longitude);
    BEGIN
        PERFORM civic_private.route(NEW.organization_id, NEW.id, true);
    EXCEPTION WHEN SQLSTATE 'ZC001' OR SQLSTATE 'ZC002' OR SQLSTATE 'ZC003' THEN
        UPDATE civic.reports AS r SET needs_review = true
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.id;
    END;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.reroute_report() IS
    'AFTER UPDATE row trigger on civic.reports: another category or place, before work began, routes the report anew,'
    ' as does a person''s decision on the category. Where the organization''s transition rules do not let the system do'
    ' that, a person should look.';

CREATE FUNCTION civic_private.note_manual_route() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The router writes as the owner of the tables; anybody else has decided for themselves.
    IF NEW.department_id IS NOT NULL AND current_user <> 'civic_owner' THEN
        NEW.routed_by_rule_id := NULL;
        NEW.routing_level := 'manual';
    ELSIF NEW.department_id IS NULL AND NEW.routing_level <> 'triage' THEN
        NEW.routed_by_rule_id := NULL;
        NEW.routing_level := NULL;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.note_manual_route() IS
    'BEFORE UPDATE row trigger on civic.reports, as the caller: a department that a person sets or takes away is no'
    ' rule''s decision.';

CREATE FUNCTION civic_private.follow_refusal() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.assignment_refusals AS f (organization_id, report_id, user_id, reason)
    VALUES (NEW.organization_id, NEW.id, NEW.assigned_to, NEW.assignment_rejection_reason)
    ON CONFLICT (organization_id, report_id, user_id) DO UPDATE SET reason = excluded.reason, refused_at = now();
    IF NOT EXISTS (
        SELECT FROM civic.departments AS d
        WHERE d.organization_id = NEW.organization_id AND d.id = NEW.department_id AND d.auto_assign AND d.is_active
    ) OR civic_private.give_to_officer(NEW.organization_id, NEW.id) THEN
        RETURN NULL;
    END IF;
    PERFORM civic_private.keep_decision(NEW.organization_id, NEW.id, 'refused', NEW.category, NEW.sub_category,
        NEW.latitude, NEW.longitude);
    UPDATE civic.reports AS r
    SET status = 'classified', routed_by_rule_id = NULL, routing_level = 'triage', needs_review = true
    WHERE r.organization_id = NEW.organization_id AND r.id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_refusal() IS
    'AFTER UPDATE row trigger on civic.reports: remembers who refused; where the department has officers chosen, the'
    ' next gets the report, and when all have refused it goes to triage.';

CREATE FUNCTION civic_private.recount_loads() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE civic.tasks IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM civic_private.officer_loads;
    INSERT INTO civic_private.officer_loads (organization_id, user_id, shard, points, last_assigned_at)
    SELECT t.organization_id, t.assigned_to, 0, sum(civic_helpers.task_points(t.status, t.priority)), max(t.assigned_at)
    FROM civic.tasks AS t
    GROUP BY t.organization_id, t.assigned_to;
END
$$;
COMMENT ON FUNCTION civic_private.recount_loads() IS
    'Counts the loads of officers anew from their tasks; needed only after tasks were written with triggers off. For'
    ' administrators of the database.';

CREATE FUNCTION civic_private.is_routing_staff() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN civic.has_permission('view:department_data') OR civic.has_permission('read:private_report')
    OR civic.has_permission('route:report') OR civic.has_permission('manage:areas');
COMMENT ON FUNCTION civic_private.is_routing_staff() IS 'Whether the asker may read the rules of routing.';
