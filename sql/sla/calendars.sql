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
