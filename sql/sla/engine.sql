CREATE FUNCTION civic_private.raise_escalation(
    organization uuid, report uuid, officer uuid, reason civic.escalation_reason, level civic.escalation_level,
    occasion timestamptz, description text, failures integer
) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.escalations (organization_id, report_id, escalated_by_user_id, escalated_to_user_id, level,
        reason, description, sla_deadline, occasion, officer_id, officer_failures)
    VALUES (organization, report, NULL,
        CASE WHEN level = 'level_3' THEN (
            SELECT u.id FROM civic.users AS u
            JOIN civic.user_roles AS ur ON ur.organization_id = u.organization_id AND ur.user_id = u.id
            JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
            WHERE u.organization_id = organization AND u.is_active AND r.is_system AND r.code = 'admin'
            ORDER BY u.created_at, u.id LIMIT 1
        ) END,
        level, reason, description, now() + civic_helpers.escalation_hours(level), occasion, officer, failures)
    ON CONFLICT DO NOTHING;
    RETURN FOUND::integer;
END
$$;
COMMENT ON FUNCTION civic_private.raise_escalation(
    uuid, uuid, uuid, civic.escalation_reason, civic.escalation_level, timestamptz, text, integer
) IS
    'Escalates a report on behalf of civic.tick(); 0 where the occasion was escalated to this level before, or an'
    ' escalation for the reason to this level is open, else 1.';

CREATE FUNCTION civic_helpers.escalation_hours(level civic.escalation_level) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE level
    WHEN 'level_1'::civic.escalation_level THEN '48 hours'::interval
    WHEN 'level_2'::civic.escalation_level THEN '24 hours'::interval
    ELSE '12 hours'::interval
END;
COMMENT ON FUNCTION civic_helpers.escalation_hours(civic.escalation_level) IS
    'Time to deal with an escalation: level_1 48 hours, level_2 24, level_3 12.';

CREATE FUNCTION civic_helpers.severity_level(severity civic.report_severity) RETURNS civic.escalation_level
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE severity
    WHEN 'critical'::civic.report_severity THEN 'level_3'::civic.escalation_level
    WHEN 'high'::civic.report_severity THEN 'level_2'::civic.escalation_level
    ELSE 'level_1'::civic.escalation_level
END;
COMMENT ON FUNCTION civic_helpers.severity_level(civic.report_severity) IS
    'Level that matters of a severity are escalated to: low and medium level_1, high level_2, critical level_3.';

CREATE FUNCTION civic_private.check_task(
    organization uuid, task uuid, at timestamptz, OUT warned integer, OUT violated integer, OUT escalated integer
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    clock record;
    event record;
    rework record;
    failures integer;
    due civic.sla_state;
BEGIN
    SELECT k.*, r.status_updated_at AS since, o.time_zone INTO t FROM civic.tasks AS k
    JOIN civic.reports AS r ON r.organization_id = k.organization_id AND r.id = k.report_id
    JOIN civic.organizations AS o ON o.id = k.organization_id
    WHERE k.organization_id = organization AND k.id = task;
    SELECT c.* INTO clock
    FROM civic_private.read_clock(organization, t.report_id, t.sla_policy_id, t.sla_severity, t.assigned_at) AS c;
    due := CASE WHEN clock.deadline < at THEN 'violated' WHEN clock.warn_at <= at THEN 'warning' ELSE 'ok' END;
    warned := (due = 'warning' AND t.sla_state = 'ok')::integer;
    violated := (due = 'violated' AND t.sla_state <> 'violated')::integer;
    escalated := 0;

    FOR event IN
        SELECT e.*
        FROM civic_private.clock_events(t.status, t.since, clock.warn_at, clock.deadline, clock.breaches) AS e
        WHERE e.due_at <= at AND e.reason IS NOT NULL ORDER BY e.due_at
    LOOP
        escalated := escalated + civic_private.raise_escalation(organization, t.report_id, t.assigned_to, event.reason,
            event.level, event.occasion,
            CASE event.reason
                WHEN 'sla_breach' THEN format('The deadline of %s was missed.',
                    civic_private.local_time(event.occasion, t.time_zone))
                ELSE format('The work is %s since %s.', replace(t.status::text, '_', ' '),
                    civic_private.local_time(event.occasion, t.time_zone))
            END, NULL);
    END LOOP;
    SELECT count(*) AS times, max(h.changed_at) AS last INTO rework FROM civic.status_history AS h
    WHERE h.organization_id = organization AND h.entity_id = t.report_id AND h.workflow = 'report'
        AND h.old_status = 'pending_verification' AND h.new_status = 'in_progress' AND h.changed_at <= at;
    IF rework.times >= 2 THEN
        escalated := escalated + civic_private.raise_escalation(organization, t.report_id, t.assigned_to,
            'quality_issue', civic_helpers.severity_level(t.sla_severity), rework.last,
            format('Finished work was sent back %s times.', rework.times), NULL);
    END IF;
    IF escalated > 0 THEN
        SELECT count(DISTINCT e.report_id) INTO failures FROM civic.escalations AS e
        WHERE e.organization_id = organization AND e.officer_id = t.assigned_to AND e.officer_failures IS NULL
            AND e.reason IN ('sla_breach', 'quality_issue') AND e.created_at > at - interval '30 days';
        IF failures >= 3 AND NOT EXISTS (
            SELECT FROM civic.escalations AS e
            WHERE e.organization_id = organization AND e.officer_id = t.assigned_to AND e.officer_failures IS NOT NULL
                AND e.created_at > at - interval '30 days'
        ) THEN
            escalated := escalated + civic_private.raise_escalation(organization, t.report_id, t.assigned_to,
                'quality_issue', civic_helpers.severity_level(t.sla_severity), at,
                format('%s reports of the officer were escalated within 30 days.', failures), failures);
        END IF;
    END IF;

    UPDATE civic.tasks AS k SET
        sla_deadline = clock.deadline,
        sla_state = due,
        sla_violation_count = k.sla_violation_count + violated,
        sla_next_check = (
            SELECT min(e.due_at)
            FROM civic_private.clock_events(t.status, t.since, clock.warn_at, clock.deadline, clock.breaches) AS e
            WHERE e.due_at > at
        )
    WHERE k.organization_id = organization AND k.id = task;
END
$$;
COMMENT ON FUNCTION civic_private.check_task(uuid, uuid, timestamptz) IS
    'Does what is due for one task at a time, in the order it became due, and says when to look again; for'
    ' civic.tick(), which holds the task.';

CREATE FUNCTION civic.tick(
    max_rows integer DEFAULT 1000, at timestamptz DEFAULT now(),
    OUT warned integer, OUT violated integer, OUT escalated integer, OUT closed integer, OUT remaining bigint
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    task record;
    done record;
    unclosed bigint;
BEGIN
    IF NOT civic.has_permission('system:admin') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not run the clock',
            DETAIL = 'That needs permission "system:admin".',
            HINT = 'A scheduler runs civic.tick() as civic_service.';
    END IF;
    IF organization IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'the session works for no organization',
            HINT = 'Set civic.organization_id.';
    END IF;
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 100000 OR at IS NULL OR NOT isfinite(at) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'max_rows must be 1 to 100000, and the time a moment';
    END IF;
    warned := 0;
    violated := 0;
    escalated := 0;
    -- Before anything is locked: among 500,000 reports it takes seconds.
    PERFORM civic_private.refresh_public_figures(organization, at);
    -- Who ticks at the same time takes other tasks; a task that was checked meanwhile is no longer due.
    FOR task IN
        SELECT t.id FROM civic.tasks AS t
        WHERE t.organization_id = organization AND t.sla_next_check <= at
        ORDER BY t.sla_next_check, t.id LIMIT max_rows
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        SELECT c.* INTO done FROM civic_private.check_task(organization, task.id, at) AS c;
        warned := warned + done.warned;
        violated := violated + done.violated;
        escalated := escalated + done.escalated;
    END LOOP;
    -- A subquery would be run again and again by a join, and take more than max_rows.
    WITH due AS MATERIALIZED (
        SELECT o.id FROM civic.escalations AS o
        WHERE o.organization_id = organization AND NOT o.is_overdue AND o.sla_deadline < at
            AND o.status IN ('escalated', 'acknowledged', 'under_review')
        ORDER BY o.sla_deadline, o.id LIMIT max_rows
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE civic.escalations AS e SET is_overdue = true FROM due
    WHERE e.organization_id = organization AND e.id = due.id;
    SELECT c.closed, c.remaining INTO closed, unclosed
    FROM civic_private.close_resolved(organization, at, max_rows) AS c;
    SELECT count(*) + unclosed INTO remaining FROM civic.tasks AS t
    WHERE t.organization_id = organization AND t.sla_next_check <= at;
END
$$;
COMMENT ON FUNCTION civic.tick(integer, timestamptz) IS
    'Looks at up to max_rows tasks of the organization for which something is due, in the order of time: warns, marks'
    ' missed deadlines, escalates; closes up to as many reports whose confirmation_days are over; and counts what'
    ' civic.public_statistics() tells, where that is older than ten minutes. To be run every few minutes by a scheduler'
    ' as civic_service, again while remaining is not 0; running it twice, at once or late does no harm. Returns how'
    ' many were warned, became violated, were escalated and closed, and how many tasks and reports are still due.'
    ' Errors: 42501 not open to the caller, 22023 arguments.';

CREATE FUNCTION civic_private.stamp_escalation() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.status <> OLD.status THEN
        IF NEW.status = 'acknowledged' THEN
            NEW.acknowledged_at := now();
        ELSIF NEW.status = 'resolved' THEN
            NEW.resolved_at := now();
        END IF;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.stamp_escalation() IS
    'BEFORE row trigger on civic.escalations: sets acknowledged_at and resolved_at.';

CREATE FUNCTION civic.set_sla_policy(
    time_allowed interval DEFAULT NULL, working_days integer DEFAULT NULL, department_id uuid DEFAULT NULL,
    category text DEFAULT NULL, severity civic.report_severity DEFAULT NULL, calendar_id uuid DEFAULT NULL,
    warning_before interval DEFAULT '2 hours'
) RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    version uuid;
BEGIN
    UPDATE civic.sla_policies AS p SET valid_until = now()
    WHERE p.organization_id = civic.current_organization_id()
        AND p.department_id IS NOT DISTINCT FROM set_sla_policy.department_id
        AND p.category IS NOT DISTINCT FROM set_sla_policy.category
        AND p.severity IS NOT DISTINCT FROM set_sla_policy.severity
        AND p.valid_from <= now() AND (p.valid_until IS NULL OR p.valid_until > now());
    INSERT INTO civic.sla_policies (department_id, category, severity, calendar_id, time_allowed, working_days,
        warning_before)
    VALUES (set_sla_policy.department_id, set_sla_policy.category, set_sla_policy.severity, set_sla_policy.calendar_id,
        set_sla_policy.time_allowed, set_sla_policy.working_days, set_sla_policy.warning_before)
    RETURNING id INTO version;
    RETURN version;
END
$$;
COMMENT ON FUNCTION civic.set_sla_policy(
    interval, integer, uuid, text, civic.report_severity, uuid, interval
) IS
    'Begins a new version of the policy for a department, category and severity (null: any), and ends the one before;'
    ' reports assigned already keep theirs. Either time_allowed, of working time, or working_days is given. Returns the'
    ' id of the version. Needs manage:settings. Errors: ZC030, ZC031, 42501, 23503 no such department, category or'
    ' calendar.';

CREATE FUNCTION civic.report_deadline(report_id uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result timestamptz;
BEGIN
    SELECT c.deadline INTO result
    FROM civic.reports AS r
    LEFT JOIN civic.tasks AS t ON t.organization_id = r.organization_id AND t.report_id = r.id
    LEFT JOIN LATERAL civic_private.read_clock(t.organization_id, t.report_id, t.sla_policy_id, t.sla_severity,
        t.assigned_at) AS c ON t.id IS NOT NULL
    WHERE r.organization_id = civic.current_organization_id() AND r.id = report_deadline.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude);
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(report_deadline.report_id, NULL);
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.report_deadline(uuid) IS
    'Deadline of a report, computed anew from what it was promised and its pauses; null while the clock stands and'
    ' before an officer is in charge. Errors: PT404 no such report.';

CREATE FUNCTION civic.explain_deadline(report_id uuid) RETURNS TABLE (item text, explanation text)
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    c record;
    policy record;
    zone text := 'UTC';
    stops timestamptz;
BEGIN
    SELECT k.* INTO t
    FROM civic.reports AS r
    LEFT JOIN civic.tasks AS k ON k.organization_id = r.organization_id AND k.report_id = r.id
    WHERE r.organization_id = civic.current_organization_id() AND r.id = explain_deadline.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude);
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(explain_deadline.report_id, NULL);
    END IF;
    IF t.id IS NULL THEN
        RETURN QUERY VALUES ('promise', 'none: the clock starts when an officer is in charge');
        RETURN;
    END IF;
    SELECT p.*, d.name AS department, b.name AS calendar, b.time_zone INTO policy FROM civic.sla_policies AS p
    LEFT JOIN civic.departments AS d ON d.organization_id = p.organization_id AND d.id = p.department_id
    LEFT JOIN civic.business_calendars AS b ON b.organization_id = p.organization_id AND b.id = p.calendar_id
    WHERE p.organization_id = t.organization_id AND p.id = t.sla_policy_id;
    zone := coalesce(policy.time_zone, (
        SELECT o.time_zone FROM civic.organizations AS o WHERE o.id = t.organization_id));
    SELECT k.* INTO c
    FROM civic_private.read_clock(t.organization_id, t.report_id, t.sla_policy_id, t.sla_severity, t.assigned_at) AS k;
    stops := CASE WHEN t.status IN ('resolved', 'rejected') THEN coalesce(t.resolved_at, t.rejected_at) END;
    RETURN QUERY
    SELECT e.item, e.explanation
    FROM (VALUES
        ('promise', format('made %s, when the officer was put in charge', civic_private.local_time(t.assigned_at,
            zone))),
        ('policy', CASE WHEN policy.id IS NULL THEN format('none fits: the usual hours of severity %s', t.sla_severity)
            ELSE format('for %s, version of %s', coalesce(nullif(concat_ws(', ', 'department ' || policy.department,
                'category ' || policy.category, 'severity ' || policy.severity), ''), 'every report'),
                civic_private.local_time(policy.valid_from, zone)) END),
        ('calendar', CASE WHEN c.calendar IS NULL THEN 'around the clock'
            ELSE format('%s, time zone %s', policy.calendar, policy.time_zone) END),
        ('allowed', CASE WHEN c.working_days IS NULL THEN civic_private.hours_of(c.allowed)
            ELSE format('until the close of working day %s after', c.working_days) END),
        ('worked', civic_private.hours_of(civic_private.clock_worked(t.organization_id, c.calendar, t.assigned_at,
            greatest(t.assigned_at, coalesce(stops, now())), c.paused, c.resumed))),
        ('paused', CASE WHEN c.paused IS NULL THEN 'never' ELSE format('%s of working time, pauses: %s%s',
            civic_private.hours_of(
                civic_private.clock_worked(t.organization_id, c.calendar, t.assigned_at,
                    greatest(t.assigned_at, coalesce(stops, now())), NULL, NULL)
                - civic_private.clock_worked(t.organization_id, c.calendar, t.assigned_at,
                    greatest(t.assigned_at, coalesce(stops, now())), c.paused, c.resumed)),
            cardinality(c.paused), CASE WHEN array_position(c.resumed, NULL) IS NOT NULL THEN ', still' ELSE '' END)
            END),
        ('holidays', coalesce((
            SELECT string_agg(format('%s %s', h.day, h.name), ', ' ORDER BY h.day) FROM civic.calendar_holidays AS h
            WHERE h.organization_id = t.organization_id AND h.calendar_id = c.calendar
                AND h.day BETWEEN (t.assigned_at AT TIME ZONE zone)::date
                    AND (coalesce(c.deadline, now()) AT TIME ZONE zone)::date
        ), 'none on the way')),
        ('deadline', CASE WHEN c.deadline IS NULL THEN 'open: the clock stands'
            WHEN c.deadline = 'infinity' THEN 'never'
            ELSE civic_private.local_time(c.deadline, zone) END),
        ('state', CASE WHEN stops IS NOT NULL THEN format('ended %s: %s', civic_private.local_time(stops, zone),
                CASE t.sla_state WHEN 'violated' THEN 'late' ELSE 'in time' END)
            WHEN c.deadline < now() THEN 'late'
            WHEN c.deadline IS NULL THEN 'the clock stands'
            ELSE 'in time' END)
    ) AS e (item, explanation);
END
$$;
COMMENT ON FUNCTION civic.explain_deadline(uuid) IS
    'How the deadline of a report comes about, in words: promise, policy, calendar, time allowed, worked and paused,'
    ' holidays on the way, deadline, state. Times are those of the calendar''s zone. Error PT404 no such report.';

CREATE FUNCTION civic_private.local_time(moment timestamptz, zone text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
RETURN to_char(moment AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI');
COMMENT ON FUNCTION civic_private.local_time(timestamptz, text) IS 'A moment on the clock of a time zone, for people.';

CREATE FUNCTION civic_private.hours_of(duration interval) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN format('%s h %s min', trunc(extract(epoch FROM duration) / 3600),
    trunc(extract(epoch FROM duration) / 60) % 60);
COMMENT ON FUNCTION civic_private.hours_of(interval) IS 'A duration in hours and minutes, for people.';
