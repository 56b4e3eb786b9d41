CREATE FUNCTION civic.escalate_report(
    report_id uuid, reason civic.escalation_reason, description text, level civic.escalation_level DEFAULT 'level_1',
    escalated_to uuid DEFAULT NULL, previous_actions text DEFAULT NULL, urgency_notes text DEFAULT NULL
) RETURNS civic.escalations
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    result civic.escalations;
    mine boolean;
BEGIN
    SELECT coalesce(r.assigned_to = civic.current_user_id(), false)
        OR (civic.has_permission('update:any_report')
            AND (civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude)
            OR coalesce(r.department_id = civic.current_department_id(), false)))
    INTO mine
    FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = escalate_report.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude);
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(escalate_report.report_id, NULL);
    END IF;
    IF NOT mine THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not escalate this report',
            DETAIL = 'Reports are escalated by the officer in charge, their department and administrators.';
    END IF;
    INSERT INTO civic.escalations AS e (organization_id, report_id, escalated_to_user_id, level, reason, description,
        previous_actions, urgency_notes, sla_deadline)
    VALUES (organization, escalate_report.report_id, escalate_report.escalated_to, escalate_report.level,
        escalate_report.reason, escalate_report.description, escalate_report.previous_actions,
        escalate_report.urgency_notes, now() + civic_helpers.escalation_hours(escalate_report.level))
    ON CONFLICT DO NOTHING
    RETURNING e.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'unique_violation',
            MESSAGE = 'the report is escalated already',
            DETAIL = 'An escalation to this level for this reason is open.',
            HINT = 'Resolve that one first, or escalate to another level.',
            TABLE = 'escalations', SCHEMA = 'civic';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.escalate_report(
    uuid, civic.escalation_reason, text, civic.escalation_level, uuid, text, text
) IS
    'Brings a report to somebody higher. For the officer in charge, staff of the department and administrators. Errors:'
    ' 42501 not open to the caller, 23505 escalated already, 23503 no such person, PT404 no such report.';

CREATE FUNCTION civic.acknowledge_escalation(escalation_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic.transition('escalation', acknowledge_escalation.escalation_id, 'acknowledged');
END
$$;
COMMENT ON FUNCTION civic.acknowledge_escalation(uuid) IS
    'Takes an escalation on. For whom it was brought to and administrators; further moves by civic.transition(). Errors'
    ' as civic.transition().';

CREATE FUNCTION civic.resolve_escalation(escalation_id uuid, action_taken text, notes text DEFAULT NULL)
    RETURNS civic.escalations
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.escalations;
BEGIN
    UPDATE civic.escalations AS e SET
        status = 'resolved',
        action_taken = resolve_escalation.action_taken,
        response_notes = coalesce(resolve_escalation.notes, e.response_notes)
    WHERE e.organization_id = civic.current_organization_id() AND e.id = resolve_escalation.escalation_id
    RETURNING e.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the escalation does not exist',
            DETAIL = 'No escalation with this id can be changed by you.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.resolve_escalation(uuid, text, text) IS
    'Ends an escalation and says what was done. For whom it was brought to and administrators. Errors: ZC001 to ZC003'
    ' refused by the guard, PT404 no such escalation.';

CREATE FUNCTION civic.overdue_tasks(max_rows integer DEFAULT 100) RETURNS SETOF civic.tasks
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.* FROM civic.tasks AS t
    WHERE t.organization_id = civic.current_organization_id() AND t.status NOT IN ('resolved', 'rejected')
        AND t.sla_deadline < now()
        AND (t.assigned_to = civic.current_user_id() OR (civic.has_permission('read:task')
            AND (t.department_id = civic.current_department_id() OR civic.has_permission('read:private_report'))))
    ORDER BY t.sla_deadline, t.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.overdue_tasks(integer) IS
    'Open tasks past their deadline that the asker can see, longest overdue first; 1 to 1000 rows.';

CREATE FUNCTION civic.upcoming_deadlines(
    within interval DEFAULT '7 days', department_id uuid DEFAULT NULL, max_rows integer DEFAULT 100
) RETURNS SETOF civic.tasks
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.* FROM civic.tasks AS t
    WHERE t.organization_id = civic.current_organization_id() AND t.status NOT IN ('resolved', 'rejected')
        AND t.sla_deadline >= now() AND t.sla_deadline < now() + within
        AND (upcoming_deadlines.department_id IS NULL OR t.department_id = upcoming_deadlines.department_id)
        AND (t.assigned_to = civic.current_user_id() OR (civic.has_permission('read:task')
            AND (t.department_id = civic.current_department_id() OR civic.has_permission('read:private_report'))))
    ORDER BY t.sla_deadline, t.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.upcoming_deadlines(interval, uuid, integer) IS
    'Open tasks whose deadline comes within a time, of all departments or one, as far as the asker can see them;'
    ' soonest first, 1 to 1000 rows.';

CREATE FUNCTION civic.sla_statistics() RETURNS TABLE (
    department_id uuid, open bigint, in_time bigint, warned bigint, overdue bigint, paused bigint
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.department_id, count(*),
        count(*) FILTER (WHERE t.sla_deadline >= now() AND t.sla_state = 'ok'),
        count(*) FILTER (WHERE t.sla_deadline >= now() AND t.sla_state <> 'ok'),
        count(*) FILTER (WHERE t.sla_deadline < now()),
        count(*) FILTER (WHERE t.sla_deadline IS NULL)
    FROM civic.tasks AS t
    WHERE t.organization_id = civic.current_organization_id() AND t.status NOT IN ('resolved', 'rejected')
        AND (t.assigned_to = civic.current_user_id() OR (civic.has_permission('read:task')
            AND (t.department_id = civic.current_department_id() OR civic.has_permission('read:private_report'))))
    GROUP BY 1 ORDER BY 1
$$;
COMMENT ON FUNCTION civic.sla_statistics() IS
    'Open tasks the asker can see, by department: in all, in time, warned, overdue, and those whose clock stands.';

CREATE FUNCTION civic.respond_to_escalation(
    escalation_id uuid, status civic.escalation_status, notes text DEFAULT NULL, action_taken text DEFAULT NULL
) RETURNS civic.escalations
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.escalations;
BEGIN
    UPDATE civic.escalations AS e SET
        status = respond_to_escalation.status,
        response_notes = coalesce(respond_to_escalation.notes, e.response_notes),
        action_taken = coalesce(respond_to_escalation.action_taken, e.action_taken)
    WHERE e.organization_id = civic.current_organization_id() AND e.id = respond_to_escalation.escalation_id
    RETURNING e.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the escalation does not exist',
            DETAIL = 'No escalation with this id can be changed by you.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.respond_to_escalation(uuid, civic.escalation_status, text, text) IS
    'Moves an escalation on: under_review with what is answered, action_taken with what was done, or de_escalated with'
    ' why. Steps may be left out, not gone back. For whom it was brought to and administrators; de_escalated also for'
    ' whoever escalated. Errors: ZC001 to ZC003 refused by the guard, PT404 no such escalation.';

CREATE FUNCTION civic.list_escalations(
    statuses civic.escalation_status[] DEFAULT NULL, levels civic.escalation_level[] DEFAULT NULL,
    report_id uuid DEFAULT NULL, only_overdue boolean DEFAULT false, before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.escalations
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.* FROM civic.escalations AS e
    WHERE e.organization_id = civic.current_organization_id()
        AND (statuses IS NULL OR e.status = ANY (statuses)) AND (levels IS NULL OR e.level = ANY (levels))
        AND (list_escalations.report_id IS NULL OR e.report_id = list_escalations.report_id)
        AND (e.is_overdue OR NOT only_overdue) AND (before_id IS NULL OR e.id < before_id)
    ORDER BY e.id DESC
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_escalations(
    civic.escalation_status[], civic.escalation_level[], uuid, boolean, uuid, integer
) IS
    'Escalations the asker can see, newest first; for the next page pass the id of the last row as before_id. 1 to 1000'
    ' rows.';

CREATE FUNCTION civic.escalation_statistics() RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    WITH counted AS (
        SELECT e.status, e.level, e.is_overdue, count(*) AS n FROM civic.escalations AS e
        WHERE e.organization_id = civic.current_organization_id() GROUP BY 1, 2, 3
    )
    SELECT jsonb_build_object(
        'total', (SELECT coalesce(sum(n), 0) FROM counted),
        'overdue', (SELECT coalesce(sum(n), 0) FROM counted
            WHERE is_overdue AND status IN ('escalated', 'acknowledged', 'under_review')),
        'by_level', (SELECT coalesce(jsonb_object_agg(s.level, s.n), '{}') FROM (
            SELECT c.level, sum(c.n) AS n FROM counted AS c GROUP BY 1) AS s),
        'by_status', (SELECT coalesce(jsonb_object_agg(s.status, s.n), '{}') FROM (
            SELECT c.status, sum(c.n) AS n FROM counted AS c GROUP BY 1) AS s))
$$;
COMMENT ON FUNCTION civic.escalation_statistics() IS
    'Counts of escalations the asker can see: total, overdue (of those open), by_level and by_status.';
