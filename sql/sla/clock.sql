CREATE FUNCTION civic_private.check_sla_policy() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NOT civic.is_system() AND (OLD.valid_until <= now() OR NEW.valid_until < now()) THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC004',
                MESSAGE = 'what a policy promised in the past cannot be changed',
                DETAIL = 'A version ends now or later, and stays ended.',
                HINT = 'Make a new version with civic.set_sla_policy().',
                TABLE = 'sla_policies', COLUMN = 'valid_until', SCHEMA = 'civic';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT civic.is_system() AND NEW.valid_from < now() THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC004',
            MESSAGE = 'a policy cannot begin in the past',
            DETAIL = 'Reports were promised under what held then.',
            HINT = 'Leave valid_from out.', TABLE = 'sla_policies', COLUMN = 'valid_from', SCHEMA = 'civic';
    END IF;
    fault := CASE
        WHEN extract(year FROM NEW.time_allowed) <> 0 OR extract(month FROM NEW.time_allowed) <> 0
            OR extract(year FROM NEW.warning_before) <> 0 OR extract(month FROM NEW.warning_before) <> 0
            THEN 'Months and years have no fixed length; give hours, or days of 24 hours.'
        WHEN NEW.time_allowed <= '0' OR NEW.warning_before < '0' THEN 'It must be more than nothing.'
        WHEN NEW.time_allowed > '366 days' OR NEW.warning_before > '366 days' THEN 'It may be 366 days at most.'
        WHEN NEW.working_days NOT BETWEEN 1 AND 366 THEN 'Working days are 1 to 366.'
        WHEN NEW.working_days IS NOT NULL AND NEW.calendar_id IS NULL THEN 'Working days need a calendar.'
        WHEN num_nonnulls(NEW.time_allowed, NEW.working_days) <> 1
            THEN 'Either time_allowed or working_days is given.'
        WHEN EXISTS (
            SELECT FROM civic.business_calendars AS c
            WHERE c.organization_id = NEW.organization_id AND c.id = NEW.calendar_id
        ) AND civic_private.clock_deadline(NEW.organization_id, NEW.calendar_id, NEW.valid_from, NEW.time_allowed,
            NEW.working_days, NULL, NULL) = 'infinity'
            THEN 'The calendar has so few working hours that the deadline comes after 2199.'
    END;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC031',
            MESSAGE = 'the time that the policy allows cannot be used',
            DETAIL = fault, TABLE = 'sla_policies', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_sla_policy() IS
    'BEFORE row trigger on civic.sla_policies: the time makes sense, and the past stays. Errors: ZC004, ZC030, ZC031.';

CREATE FUNCTION civic_private.find_sla_policy(
    organization uuid, department uuid, category text, severity civic.report_severity, promised_at timestamptz
) RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT p.id FROM civic.sla_policies AS p
        WHERE p.organization_id = organization
            AND (p.department_id IS NULL OR p.department_id = department)
            AND (p.category IS NULL OR p.category = find_sla_policy.category)
            AND (p.severity IS NULL OR p.severity = find_sla_policy.severity)
            AND p.valid_from <= promised_at AND (p.valid_until IS NULL OR p.valid_until > promised_at)
        ORDER BY num_nonnulls(p.department_id, p.category, p.severity) DESC,
            p.department_id IS NULL, p.category IS NULL, p.severity IS NULL
        LIMIT 1
    );
END
$$;
COMMENT ON FUNCTION civic_private.find_sla_policy(uuid, uuid, text, civic.report_severity, timestamptz) IS
    'Policy of a report promised at a time: the one that names most of department, category and severity; among equals'
    ' one that names the department, then the category. Null for none.';

CREATE FUNCTION civic_private.read_clock(
    organization uuid, report uuid, policy uuid, severity civic.report_severity, started timestamptz,
    OUT calendar uuid, OUT allowed interval, OUT working_days integer, OUT warn_at timestamptz,
    OUT deadline timestamptz, OUT breaches timestamptz[], OUT paused timestamptz[], OUT resumed timestamptz[]
) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    warning interval := '2 hours';
BEGIN
    IF policy IS NULL THEN
        allowed := make_interval(hours => civic_helpers.severity_hours(severity));
    ELSE
        SELECT p.calendar_id, p.time_allowed, p.working_days, p.warning_before
        INTO calendar, allowed, working_days, warning
        FROM civic.sla_policies AS p WHERE p.organization_id = organization AND p.id = policy;
    END IF;
    SELECT array_agg(p.paused_at ORDER BY p.paused_at), array_agg(p.resumed_at ORDER BY p.paused_at)
    INTO paused, resumed
    FROM civic.sla_pauses AS p
    WHERE p.organization_id = organization AND p.report_id = report
        AND (p.resumed_at IS NULL OR p.resumed_at > started);
    deadline := civic_private.clock_deadline(organization, calendar, started, allowed, working_days, paused, resumed);
    warn_at := CASE
        WHEN working_days IS NOT NULL THEN deadline - warning
        ELSE civic_private.clock_deadline(organization, calendar, started, greatest(allowed - warning, '0'), NULL,
            paused, resumed)
    END;
    breaches := ARRAY[
        civic_private.clock_deadline(organization, calendar, deadline, '4 hours', NULL, paused, resumed),
        civic_private.clock_deadline(organization, calendar, deadline, '24 hours', NULL, paused, resumed),
        civic_private.clock_deadline(organization, calendar, deadline, '48 hours', NULL, paused, resumed)
    ];
END
$$;
COMMENT ON FUNCTION civic_private.read_clock(uuid, uuid, uuid, civic.report_severity, timestamptz) IS
    'The promise of a report computed from its start: what is allowed, when only the warning time is left, the deadline'
    ' (null while the clock stands before it), when it is 4, 24 and 48 hours of working time past, and the pauses.';

CREATE FUNCTION civic_private.clock_events(
    status civic.task_status, since timestamptz, warn_at timestamptz, deadline timestamptz, breaches timestamptz[]
) RETURNS TABLE (
    due_at timestamptz, reason civic.escalation_reason, level civic.escalation_level, occasion timestamptz
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 8 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT warn_at, NULL::civic.escalation_reason, NULL::civic.escalation_level, NULL::timestamptz
    UNION ALL
    SELECT deadline + '1 microsecond', NULL, NULL, NULL
    UNION ALL
    SELECT breaches[l.place] + '1 microsecond', 'sla_breach', l.level, deadline
    FROM unnest(enum_range(NULL::civic.escalation_level)) WITH ORDINALITY AS l (level, place)
    UNION ALL
    SELECT since + s.age, 'unresolved', s.level::civic.escalation_level, since
    FROM (VALUES
        ('assigned', interval '10 days', 'level_1'), ('in_progress', '21 days', 'level_1'),
        (NULL, '45 days 1 microsecond', 'level_2'), (NULL, '60 days 1 microsecond', 'level_3')
    ) AS s (status, age, level)
    WHERE coalesce(s.status = clock_events.status::text,
        clock_events.status IN ('assigned', 'in_progress', 'on_hold'));
END
$$;
COMMENT ON FUNCTION civic_private.clock_events(
    civic.task_status, timestamptz, timestamptz, timestamptz, timestamptz[]
) IS
    'When civic.tick() has something to do for a task, and what to escalate then: missed deadlines after 4, 24 and 48'
    ' hours of working time; work assigned for 10, in progress for 21 or on hold for 45 days, higher after 45 and 60.';

CREATE FUNCTION civic_private.end_pauses(organization uuid, report uuid, only_reason civic.pause_reason) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.sla_pauses AS p SET resumed_at = greatest(p.paused_at, now())
    WHERE p.organization_id = organization AND p.report_id = report AND p.resumed_at IS NULL
        AND (only_reason IS NULL OR p.reason = only_reason);
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION civic_private.end_pauses(uuid, uuid, civic.pause_reason) IS
    'Ends the open pauses of a report, or those of one reason; false when there was none.';

CREATE FUNCTION civic_private.run_clock(
    organization uuid, report uuid, officer uuid, department uuid, target civic.task_status, category text,
    severity civic.report_severity, since timestamptz,
    OUT policy uuid, OUT deadline timestamptz, OUT state civic.sla_state, OUT violations integer,
    OUT next_check timestamptz
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    clock record;
    starts boolean;
    ends boolean := target IN ('resolved', 'rejected');
    was_ended boolean;
    started timestamptz;
    due civic.sla_state;
BEGIN
    SELECT k.* INTO t FROM civic.tasks AS k
    WHERE k.organization_id = organization AND k.report_id = report FOR NO KEY UPDATE;
    starts := t.assigned_to IS DISTINCT FROM officer;
    was_ended := coalesce(t.status IN ('resolved', 'rejected'), false);
    started := CASE WHEN starts THEN now() ELSE t.assigned_at END;
    policy := t.sla_policy_id;
    IF starts
        OR (t.department_id, t.sla_category, t.sla_severity) IS DISTINCT FROM (department, category, severity) THEN
        policy := civic_private.find_sla_policy(organization, department, category, severity, started);
    ELSIF ends AND was_ended THEN
        deadline := t.sla_deadline;
        state := t.sla_state;
        violations := t.sla_violation_count;
        RETURN;
    END IF;

    IF starts OR ends THEN
        PERFORM civic_private.end_pauses(organization, report, NULL);
    ELSIF was_ended THEN
        INSERT INTO civic.sla_pauses (organization_id, report_id, reason, paused_at, resumed_at)
        VALUES (organization, report, 'finished', coalesce(t.resolved_at, t.rejected_at, now()), now());
    END IF;
    IF target = 'on_hold' THEN
        INSERT INTO civic.sla_pauses (organization_id, report_id, reason) VALUES (organization, report, 'on_hold')
        ON CONFLICT (organization_id, report_id, reason) WHERE resumed_at IS NULL DO NOTHING;
    ELSIF t.status = 'on_hold' THEN
        PERFORM civic_private.end_pauses(organization, report, 'on_hold');
    END IF;

    SELECT c.* INTO clock FROM civic_private.read_clock(organization, report, policy, severity, started) AS c;
    deadline := clock.deadline;
    violations := coalesce(t.sla_violation_count, 0);
    due := CASE WHEN deadline < now() THEN 'violated' WHEN clock.warn_at <= now() THEN 'warning' ELSE 'ok' END;
    IF ends THEN
        state := CASE due WHEN 'violated' THEN 'violated' ELSE 'ok' END;
        violations := violations + (state = 'violated' AND t.sla_state IS DISTINCT FROM 'violated')::integer;
    ELSE
        -- A move may end a warning; to give one is for civic.tick(), which also tells people.
        state := CASE WHEN starts THEN 'ok' ELSE least(t.sla_state, due) END;
        next_check := CASE
            WHEN due > state OR (NOT starts AND (t.sla_next_check <= now()
                OR (t.status = 'pending_verification' AND target = 'in_progress'))) THEN now()
            ELSE (
                SELECT min(e.due_at)
                FROM civic_private.clock_events(target, since, clock.warn_at, deadline, clock.breaches) AS e
                WHERE e.due_at > now()
            )
        END;
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.run_clock(
    uuid, uuid, uuid, uuid, civic.task_status, text, civic.report_severity, timestamptz
) IS
    'Stops and starts the clock of a report that moves, and computes its deadline from the start; for'
    ' apply_task_state(), which writes it to the task. Another officer starts it anew; another department, category or'
    ' severity changes the policy, as it was at the start.';

CREATE FUNCTION civic_private.task_of_clock(
    report uuid, OUT organization uuid, OUT task uuid, OUT status civic.task_status
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    officer uuid;
BEGIN
    organization := civic.current_organization_id();
    -- A report first, as every move locks it before its task.
    SELECT r.assigned_to INTO officer FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = report
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(report, NULL);
    END IF;
    IF NOT (coalesce(officer = civic.current_user_id(), false) OR civic.has_permission('hold:any_report')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not stop or start the clock of this report',
            DETAIL = 'That is for the officer in charge and for holders of permission "hold:any_report".';
    END IF;
    SELECT t.id, t.status INTO task, status FROM civic.tasks AS t
    WHERE t.organization_id = task_of_clock.organization AND t.report_id = report;
    IF task IS NULL OR status IN ('resolved', 'rejected') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC032',
            MESSAGE = 'the clock of this report does not run',
            DETAIL = 'It runs from the assignment of an officer until the work is done.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.task_of_clock(uuid) IS
    'The task of a report whose clock the asker may stop and start. Errors: 42501, PT404, ZC032.';

CREATE FUNCTION civic_private.rerun_clock(organization uuid, report uuid) RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clock record;
BEGIN
    SELECT c.* INTO clock FROM civic.tasks AS t
    JOIN civic.reports AS r ON r.organization_id = t.organization_id AND r.id = t.report_id
    CROSS JOIN LATERAL civic_private.run_clock(t.organization_id, t.report_id, t.assigned_to, t.department_id, t.status,
        t.sla_category, t.sla_severity, r.status_updated_at) AS c
    WHERE t.organization_id = organization AND t.report_id = report;
    UPDATE civic.tasks AS t SET
        sla_deadline = clock.deadline,
        sla_state = clock.state,
        sla_next_check = clock.next_check
    WHERE t.organization_id = organization AND t.report_id = report;
    RETURN clock.deadline;
END
$$;
COMMENT ON FUNCTION civic_private.rerun_clock(uuid, uuid) IS
    'Writes the deadline of a report to its task after its pauses changed; returns it.';

CREATE FUNCTION civic.pause_clock(report_id uuid, reason text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
BEGIN
    SELECT c.* INTO t FROM civic_private.task_of_clock(pause_clock.report_id) AS c;
    INSERT INTO civic.sla_pauses (organization_id, report_id, reason, note)
    VALUES (t.organization, pause_clock.report_id, 'waiting_for_reporter', pause_clock.reason)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC032',
            MESSAGE = 'the clock of this report stands already',
            DETAIL = 'It waits for the reporter.',
            HINT = 'civic.resume_clock() lets it go on.';
    END IF;
    PERFORM civic_private.rerun_clock(t.organization, pause_clock.report_id);
END
$$;
COMMENT ON FUNCTION civic.pause_clock(uuid, text) IS
    'Stops the clock of a report while its reporter is asked something; reason says what, 1 to 1000 characters. For the'
    ' officer in charge and administrators. Errors: ZC032 it stands or does not run, 42501 not open to the caller,'
    ' 23514 reason too long, PT404 no such report.';

CREATE FUNCTION civic.resume_clock(report_id uuid) RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
BEGIN
    SELECT c.* INTO t FROM civic_private.task_of_clock(resume_clock.report_id) AS c;
    IF NOT civic_private.end_pauses(t.organization, resume_clock.report_id, 'waiting_for_reporter') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC032',
            MESSAGE = 'the clock of this report does not wait for the reporter',
            HINT = 'A report on hold goes on with civic.resume_work().';
    END IF;
    RETURN civic_private.rerun_clock(t.organization, resume_clock.report_id);
END
$$;
COMMENT ON FUNCTION civic.resume_clock(uuid) IS
    'Lets the clock go on that civic.pause_clock() stopped, and returns the new deadline; null while the report is on'
    ' hold. Errors: ZC032 it does not wait, 42501 not open to the caller, PT404 no such report.';
