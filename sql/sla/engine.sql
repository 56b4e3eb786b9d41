CREATE FUNCTION civic.work_add(calendar_id uuid, start timestamptz, worked interval) RETURNS timestamptz
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'civic_work_add_interval';
COMMENT ON FUNCTION civic.work_add(uuid, timestamptz, interval) IS
    'The earliest moment at which so much working time of a calendar has passed since the start; a null calendar works'
    ' around the clock. Days of the duration have 24 hours of work. Errors: ZC030 the calendar is unusable, ZC031'
    ' months, a negative duration or one that ends after 2199, 22008 start before 1970 or after 2199, PT404 no such'
    ' calendar.';

CREATE FUNCTION civic.work_between(calendar_id uuid, start timestamptz, until timestamptz) RETURNS interval
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'civic_work_between_times';
COMMENT ON FUNCTION civic.work_between(uuid, timestamptz, timestamptz) IS
    'Working time of a calendar between two moments, in hours; negative where the second comes first. A null calendar'
    ' works around the clock. Errors: ZC030 the calendar is unusable, 22008 before 1970 or after 2199, PT404 no such'
    ' calendar.';

CREATE FUNCTION civic_private.clock_deadline(
    organization uuid, calendar uuid, started timestamptz, allowed interval, working_days integer,
    paused timestamptz[], resumed timestamptz[]
) RETURNS timestamptz
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'civic_clock_deadline';
COMMENT ON FUNCTION civic_private.clock_deadline(
    uuid, uuid, timestamptz, interval, integer, timestamptz[], timestamptz[]
) IS
    'When so much working time, or so many working days, will have passed outside of pauses; null while the clock'
    ' stands, infinity where that is after 2199. Errors as civic.work_add().';

CREATE FUNCTION civic_private.clock_worked(
    organization uuid, calendar uuid, start timestamptz, until timestamptz, paused timestamptz[],
    resumed timestamptz[]
) RETURNS interval
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'civic_clock_worked';
COMMENT ON FUNCTION civic_private.clock_worked(uuid, uuid, timestamptz, timestamptz, timestamptz[], timestamptz[]) IS
    'Working time between two moments outside of pauses. Errors as civic.work_between().';

CREATE FUNCTION civic_private.read_hours(hours text[]) RETURNS TABLE (opens integer, closes integer)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 2 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text;
    digits text[];
    closed integer := 0;
    fault text;
BEGIN
    FOREACH part IN ARRAY coalesce(hours, '{}') LOOP
        digits := regexp_match(part, '^(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$');
        opens := 60 * digits[1]::integer + digits[2]::integer;
        closes := 60 * digits[3]::integer + digits[4]::integer;
        fault := CASE
            WHEN digits IS NULL OR closes > 1440 THEN 'They are written like 08:00-12:00, from 00:00 to 24:00.'
            WHEN closes <= opens THEN 'They close before they open; hours over midnight are two, up to 24:00 on the one'
                ' day and from 00:00 on the next.'
            WHEN opens < closed THEN 'They overlap the ones before them, or stand in the wrong order.'
        END;
        IF fault IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC030',
                MESSAGE = format('working hours "%s" cannot be used', part),
                DETAIL = fault,
                HINT = 'Correct the hours of the calendar.';
        END IF;
        closed := closes;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic_private.read_hours(text[]) IS
    'Hours of one day, such as {08:00-12:00}, in minutes of the day. Error ZC030.';

CREATE FUNCTION civic_private.read_week(weekly_hours jsonb)
    RETURNS TABLE (weekday integer, opens integer, closes integer)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    names constant text[] := ARRAY['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
    day record;
    works boolean := false;
BEGIN
    IF jsonb_typeof(weekly_hours) <> 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC030',
            MESSAGE = 'weekly hours are an object of weekdays',
            HINT = 'Write them like {"monday": ["08:00-12:00", "13:00-17:00"]}.';
    END IF;
    FOR day IN SELECT e.key, e.value FROM jsonb_each(weekly_hours) AS e LOOP
        weekday := array_position(names, day.key);
        IF weekday IS NULL OR jsonb_typeof(day.value) <> 'array' THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC030',
                MESSAGE = format('weekly hours "%s" cannot be used', day.key),
                DETAIL = format('The names are %s, each with a list of hours.', array_to_string(names, ', ')),
                HINT = 'Write them like {"monday": ["08:00-12:00", "13:00-17:00"]}.';
        END IF;
        FOR opens, closes IN
            SELECT h.opens, h.closes
            FROM civic_private.read_hours(ARRAY(SELECT w FROM jsonb_array_elements_text(day.value) AS w)) AS h
        LOOP
            works := true;
            RETURN NEXT;
        END LOOP;
    END LOOP;
    IF NOT works THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC030',
            MESSAGE = 'the calendar has no working hours',
            DETAIL = 'No deadline could ever be reached.',
            HINT = 'Give at least one weekday hours; for work around the clock no calendar is needed.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.read_week(jsonb) IS
    'Hours of a week as rows: weekday 1 for Monday, minutes of the day. Error ZC030.';

CREATE FUNCTION civic_private.check_calendar() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.time_zone IS NULL THEN
        SELECT o.time_zone INTO NEW.time_zone FROM civic.organizations AS o WHERE o.id = NEW.organization_id;
    END IF;
    -- Other names, such as those of POSIX, would be taken for offsets that mean the opposite of what people think.
    IF (TG_OP = 'INSERT' OR NEW.time_zone <> OLD.time_zone)
        AND NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = NEW.time_zone) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('time zone "%s" is not known to the server', NEW.time_zone),
            HINT = 'Use a name of pg_timezone_names, such as Europe/Berlin.',
            TABLE = 'business_calendars', COLUMN = 'time_zone', SCHEMA = 'civic';
    END IF;
    IF NEW.weekly_hours IS NOT NULL THEN
        PERFORM FROM civic_private.read_week(NEW.weekly_hours);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_calendar() IS
    'BEFORE row trigger on civic.business_calendars: its time zone exists, and it has hours. Errors: ZC030, 22023.';

CREATE FUNCTION civic_private.check_holiday() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM civic_private.read_hours(NEW.hours);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_holiday() IS
    'BEFORE row trigger on civic.calendar_holidays: the hours make sense. Error ZC030.';

CREATE FUNCTION civic_private.recheck(organization uuid, calendar uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.tasks AS t SET sla_next_check = now()
    FROM civic.sla_policies AS p
    WHERE p.organization_id = organization AND p.calendar_id = calendar
        AND t.organization_id = p.organization_id AND t.sla_policy_id = p.id AND t.sla_next_check > now();
END
$$;
COMMENT ON FUNCTION civic_private.recheck(uuid, uuid) IS
    'Has the next civic.tick() compute the deadlines of open work anew that a calendar counts for.';

CREATE FUNCTION civic_private.recheck_calendars() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.recheck(c.organization_id, c.id) FROM changed AS c;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.recheck_calendars() IS
    'AFTER UPDATE statement trigger on civic.business_calendars: see civic_private.recheck().';

CREATE FUNCTION civic_private.recheck_holidays() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.recheck(c.organization_id, c.calendar_id)
    FROM (SELECT DISTINCT h.organization_id, h.calendar_id FROM changed AS h) AS c;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.recheck_holidays() IS
    'AFTER statement trigger on civic.calendar_holidays: see civic_private.recheck().';

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
    ' missed deadlines, escalates; and closes up to as many reports whose confirmation_days are over. To be run every'
    ' few minutes by a scheduler as civic_service, again while remaining is not 0; running it twice, at once or late'
    ' does no harm. Returns how many were warned, became violated, were escalated and closed, and how many tasks and'
    ' reports are still due. Errors: 42501 not open to the caller, 22023 arguments.';

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
