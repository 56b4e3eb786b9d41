CREATE FUNCTION civic.nearby_meetings(
    latitude civic.latitude, longitude civic.longitude, radius_m civic.distance_m DEFAULT 5000,
    max_rows integer DEFAULT 25
) RETURNS TABLE (meeting civic.meetings, distance_m double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 25 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT m, civic_helpers.great_circle_m(m.latitude, m.longitude, nearby_meetings.latitude, nearby_meetings.longitude)
    FROM civic.meetings AS m
    -- The sphere of the distance that is shown and the spheroid of the index differ by 0.56 percent at most.
    WHERE m.organization_id = civic.current_organization_id() AND m.is_active
        AND civic_helpers.is_within(m.location, nearby_meetings.latitude, nearby_meetings.longitude,
            least(nearby_meetings.radius_m * 1.006 + 0.01, 21000000))
        AND civic_helpers.great_circle_m(m.latitude, m.longitude, nearby_meetings.latitude, nearby_meetings.longitude)
            <= nearby_meetings.radius_m
    ORDER BY 2, m.id LIMIT least(greatest(coalesce(max_rows, 25), 1), 1000);
END
$$;
COMMENT ON FUNCTION civic.nearby_meetings(civic.latitude, civic.longitude, civic.distance_m, integer) IS
    'Active meetings within so many metres of a place, nearest first; 1 to 1000 rows. Error 23514 for a position or'
    ' distance out of bounds.';

CREATE FUNCTION civic.search_meetings(query text, max_rows integer DEFAULT 20) RETURNS SETOF civic.meetings
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pattern text := lower(regexp_replace(btrim(query), '([\\%_])', '\\\1', 'g'));
BEGIN
    IF coalesce(length(btrim(query)), 0) < 3 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a search needs at least three characters';
    END IF;
    RETURN QUERY
    SELECT m.* FROM civic.meetings AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.is_active
        AND (lower(m.name) LIKE '%' || pattern || '%' OR lower(m.address) LIKE '%' || pattern || '%')
    ORDER BY lower(m.name) LIKE pattern || '%' DESC, m.name, m.id
    LIMIT least(greatest(coalesce(max_rows, 20), 1), 1000);
END
$$;
COMMENT ON FUNCTION civic.search_meetings(text, integer) IS
    'Active meetings whose name or address holds the words, those whose name begins with them first; 1 to 1000 rows.'
    ' Error 22023 for fewer than three characters.';

CREATE FUNCTION civic.upcoming_meetings(within interval DEFAULT '7 days', max_rows integer DEFAULT 100)
    RETURNS SETOF civic.meetings
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.* FROM civic.meetings AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.is_active
        AND m.start_time >= now() AND m.start_time < now() + within
    ORDER BY m.start_time, m.id LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.upcoming_meetings(interval, integer) IS
    'Active meetings that begin within a time from now, soonest first; 1 to 1000 rows.';

CREATE FUNCTION civic.current_meetings(max_rows integer DEFAULT 100) RETURNS SETOF civic.meetings
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.* FROM civic.meetings AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.is_active
        AND (m.start_time IS NULL OR m.start_time <= now()) AND (m.end_time IS NULL OR m.end_time > now())
    ORDER BY m.start_time DESC NULLS LAST, m.id LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.current_meetings(integer) IS
    'Active meetings that go on now; an end that is not set is open. 1 to 1000 rows.';

CREATE FUNCTION civic.meetings_created_by(
    creator_id uuid DEFAULT civic.current_user_id(), before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.meetings
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.* FROM civic.meetings AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.created_by = meetings_created_by.creator_id
        AND (before_id IS NULL OR m.id < before_id)
    ORDER BY m.id DESC LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.meetings_created_by(uuid, uuid, integer) IS
    'Meetings that a person created and the asker can see, newest first. For the next page pass the id of the last row'
    ' as before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.get_meeting_by_code(qr_code text) RETURNS SETOF civic.meetings
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.* FROM civic.meetings AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.qr_code = get_meeting_by_code.qr_code
        AND m.is_active
$$;
COMMENT ON FUNCTION civic.get_meeting_by_code(text) IS 'The active meeting whose poster has a code; no row for none.';

CREATE FUNCTION civic.meeting_statistics(meeting_id uuid) RETURNS TABLE (
    sessions bigint, people bigint, status_breakdown jsonb, average_duration_minutes numeric
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.has_permission('manage:meeting') OR civic.has_permission('view:all_attendance')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not see the statistics of meetings',
            DETAIL = 'That needs permission "manage:meeting".';
    END IF;
    RETURN QUERY
    SELECT sum(g.n)::bigint, (
            SELECT count(DISTINCT s.contact_id) FROM civic.attendance_sessions AS s
            WHERE s.organization_id = civic.current_organization_id() AND s.meeting_id = meeting_statistics.meeting_id
        ), jsonb_object_agg(g.status, g.n), round(sum(g.minutes) / nullif(sum(g.measured), 0), 2)
    FROM (
        SELECT s.status, count(*) AS n, sum(extract(epoch FROM s.duration) / 60) AS minutes,
            count(s.duration) AS measured
        FROM civic.attendance_sessions AS s
        WHERE s.organization_id = civic.current_organization_id() AND s.meeting_id = meeting_statistics.meeting_id
        GROUP BY s.status
    ) AS g
    HAVING count(*) > 0;
END
$$;
COMMENT ON FUNCTION civic.meeting_statistics(uuid) IS
    'How many sessions and people a meeting had, by status, and how long they stayed on average (minutes, two decimal'
    ' places). For holders of manage:meeting. No row for a meeting without sessions. Error 42501.';

CREATE FUNCTION civic.import_meetings(meetings jsonb) RETURNS TABLE (created bigint, known bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(meetings) IS DISTINCT FROM 'array' OR jsonb_array_length(meetings) > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'meetings must be a list of at most 10000 objects';
    END IF;
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT ON (lower(btrim(w.name)), lower(btrim(w.address))) w.*
        FROM jsonb_array_elements(import_meetings.meetings) WITH ORDINALITY AS e (entry, place)
        CROSS JOIN LATERAL jsonb_to_record(e.entry) AS w (
            name text, address text, latitude double precision, longitude double precision, description text,
            radius_meters double precision, start_time timestamptz, end_time timestamptz, qr_code text
        )
        ORDER BY lower(btrim(w.name)), lower(btrim(w.address)), e.place
    ), made AS (
        INSERT INTO civic.meetings (name, address, latitude, longitude, description, radius_meters, start_time,
            end_time, qr_code)
        SELECT btrim(w.name), btrim(w.address), w.latitude, w.longitude, w.description, coalesce(w.radius_meters, 100),
            w.start_time, w.end_time, w.qr_code
        FROM wanted AS w
        WHERE NOT EXISTS (
            SELECT FROM civic.meetings AS m
            WHERE m.organization_id = civic.current_organization_id() AND lower(m.name) = lower(btrim(w.name))
                AND lower(m.address) = lower(btrim(w.address))
        )
        RETURNING 1
    )
    SELECT count(*) INTO created FROM made;
    known := jsonb_array_length(meetings) - created;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION civic.import_meetings(jsonb) IS
    'Creates meetings from a list of objects with name, address, latitude, longitude and perhaps description,'
    ' radius_meters, start_time, end_time, qr_code. One with the same name and address as another, whatever the case'
    ' of letters, is not created again. All or none. For holders of manage:meeting. Errors: 22023 no list, 42501,'
    ' 23505 code taken, 23514 a value out of its limits.';
