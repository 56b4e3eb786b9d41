-- Working time as one would write it in PL/pgSQL: day by day, the hours of each as a set of ranges, which the server's
-- own conversion of time zones places. Only days on which the clocks change are looked at minute by minute.
CREATE FUNCTION twin.hours_of_date(calendar civic.business_calendars, day date) RETURNS int4multirange
    LANGUAGE plpgsql STABLE
AS $$
DECLARE
    names constant text[] := ARRAY['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
    hours text[];
BEGIN
    SELECT h.hours INTO hours FROM civic.calendar_holidays AS h
    WHERE h.organization_id = calendar.organization_id AND h.calendar_id = calendar.id AND h.day = hours_of_date.day;
    IF NOT FOUND THEN
        hours := ARRAY(SELECT w
            FROM jsonb_array_elements_text(calendar.weekly_hours -> names[extract(isodow FROM day)::integer]) AS w);
    END IF;
    RETURN coalesce((
        SELECT range_agg(int4range(60 * substr(w, 1, 2)::integer + substr(w, 4, 2)::integer,
            60 * substr(w, 7, 2)::integer + substr(w, 10, 2)::integer))
        FROM unnest(hours) AS w
    ), '{}');
END
$$;

-- What is working time of 24 hours of UTC.
CREATE FUNCTION twin.work_of_day(calendar civic.business_calendars, day timestamptz) RETURNS tstzmultirange
    LANGUAGE plpgsql STABLE
AS $$
DECLARE
    shift interval := (day AT TIME ZONE calendar.time_zone) - (day AT TIME ZONE 'UTC');
    next_day timestamptz := day + '24 hours'::interval;
    result tstzmultirange := '{}';
    local_date date := (day AT TIME ZONE calendar.time_zone)::date;
BEGIN
    IF shift = (next_day AT TIME ZONE calendar.time_zone) - (next_day AT TIME ZONE 'UTC') THEN
        FOR i IN 0..1 LOOP
            result := result + coalesce((
                SELECT range_agg(tstzrange(
                    ((local_date + i)::timestamp + lower(h) * '1 minute'::interval - shift) AT TIME ZONE 'UTC',
                    ((local_date + i)::timestamp + upper(h) * '1 minute'::interval - shift) AT TIME ZONE 'UTC'))
                FROM unnest(twin.hours_of_date(calendar, local_date + i)) AS h
            ), '{}');
        END LOOP;
        RETURN result * tstzmultirange(tstzrange(day, next_day));
    END IF;
    RETURN coalesce((
        SELECT range_agg(tstzrange(m, m + '1 minute'::interval))
        FROM generate_series(day, next_day - '1 minute'::interval, '1 minute') AS m
        CROSS JOIN LATERAL (SELECT m AT TIME ZONE calendar.time_zone AS local) AS l
        WHERE (extract(hour FROM l.local) * 60 + extract(minute FROM l.local))::integer
            <@ twin.hours_of_date(calendar, l.local::date)
    ), '{}');
END
$$;

CREATE FUNCTION twin.calendar(calendar_id uuid) RETURNS civic.business_calendars LANGUAGE plpgsql STABLE
AS $$
DECLARE
    calendar civic.business_calendars;
BEGIN
    IF calendar_id IS NULL THEN
        calendar.time_zone := 'UTC';
        calendar.weekly_hours := '{"monday": ["00:00-24:00"], "tuesday": ["00:00-24:00"], "wednesday": ["00:00-24:00"],'
            ' "thursday": ["00:00-24:00"], "friday": ["00:00-24:00"], "saturday": ["00:00-24:00"],'
            ' "sunday": ["00:00-24:00"]}';
        RETURN calendar;
    END IF;
    SELECT c.* INTO calendar FROM civic.business_calendars AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.id = calendar_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = 'the calendar does not exist';
    END IF;
    RETURN calendar;
END
$$;

CREATE FUNCTION twin.check_instant(moment timestamptz) RETURNS void LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    IF moment < '1970-01-01 00:00:00+00' OR moment >= '2200-01-01 00:00:00+00' THEN
        RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow',
            MESSAGE = 'timestamp out of the range of working time';
    END IF;
END
$$;

CREATE FUNCTION twin.work_between(calendar_id uuid, start timestamptz, until timestamptz) RETURNS interval
    LANGUAGE plpgsql STABLE
AS $$
DECLARE
    calendar civic.business_calendars := twin.calendar(calendar_id);
    span tstzmultirange := tstzmultirange(tstzrange(least(start, until), greatest(start, until)));
    day timestamptz := date_trunc('day', least(start, until), 'UTC');
    worked interval := '0';
BEGIN
    PERFORM twin.check_instant(start), twin.check_instant(until);
    WHILE day < greatest(start, until) LOOP
        worked := worked + coalesce((
            SELECT sum(upper(w) - lower(w)) FROM unnest(twin.work_of_day(calendar, day) * span) AS w), '0');
        day := day + '24 hours'::interval;
    END LOOP;
    worked := make_interval(secs => extract(epoch FROM worked));
    RETURN CASE WHEN until < start THEN -worked ELSE worked END;
END
$$;

CREATE FUNCTION twin.work_add(calendar_id uuid, start timestamptz, worked interval) RETURNS timestamptz
    LANGUAGE plpgsql STABLE
AS $$
DECLARE
    calendar civic.business_calendars;
    span tstzmultirange := tstzmultirange(tstzrange(start, NULL));
    day timestamptz := date_trunc('day', start, 'UTC');
    rest interval := make_interval(secs => extract(epoch FROM worked));
    w tstzrange;
BEGIN
    calendar := twin.calendar(calendar_id);
    IF extract(year FROM worked) <> 0 OR extract(month FROM worked) <> 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC031',
            MESSAGE = 'a duration of working time cannot have months or years',
            DETAIL = 'They have no fixed length.', HINT = 'Give hours, or days of 24 hours.';
    ELSIF rest < '0' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC031', MESSAGE = 'a duration of working time cannot be negative';
    END IF;
    PERFORM twin.check_instant(start);
    IF rest = '0' THEN
        RETURN start;
    END IF;
    WHILE day < '2200-01-01 00:00:00+00' LOOP
        FOR w IN SELECT s FROM unnest(twin.work_of_day(calendar, day) * span) AS s ORDER BY s LOOP
            IF rest <= upper(w) - lower(w) THEN
                RETURN lower(w) + rest;
            END IF;
            rest := rest - (upper(w) - lower(w));
        END LOOP;
        day := day + '24 hours'::interval;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'ZC031',
        MESSAGE = 'so much working time ends after the year 2199',
        HINT = 'Check the duration, and the hours and holidays of the calendar.';
END
$$;
