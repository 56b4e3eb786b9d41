-- ---- meetings ----

CREATE FUNCTION civic.nearby_meetings(
    latitude civic.latitude, longitude civic.longitude, radius_m civic.distance_m DEFAULT 5000,
    max_rows integer DEFAULT 25
) RETURNS TABLE (meeting civic.meetings, distance_m double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 25 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    here civic.meetings.location%TYPE := civic_helpers.location_of(nearby_meetings.latitude, nearby_meetings.longitude);
BEGIN
    RETURN QUERY
    SELECT m, civic_helpers.great_circle_m(m.latitude, m.longitude, nearby_meetings.latitude, nearby_meetings.longitude)
    FROM civic.meetings AS m
    -- The sphere of the distance that is shown and the spheroid of the index differ by 0.56 percent at most.
    WHERE m.organization_id = civic.current_organization_id() AND m.is_active
        AND civic_helpers.is_within(m.location, here, least(nearby_meetings.radius_m * 1.006 + 0.01, 21000000))
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

-- ---- sessions ----

CREATE FUNCTION civic.start_session(
    meeting_id uuid DEFAULT NULL, dest_name text DEFAULT NULL, dest_address text DEFAULT NULL,
    latitude civic.latitude DEFAULT NULL, longitude civic.longitude DEFAULT NULL
) RETURNS civic.attendance_sessions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.attendance_sessions;
BEGIN
    INSERT INTO civic.attendance_sessions AS s (meeting_id, dest_name, dest_address, dest_latitude, dest_longitude)
    VALUES (start_session.meeting_id, coalesce(start_session.dest_name, 'General Session'),
        coalesce(start_session.dest_address, ''), start_session.latitude, start_session.longitude)
    RETURNING s.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.start_session(uuid, text, text, civic.latitude, civic.longitude) IS
    'Starts a session at a meeting, at a destination of one''s own, or without a fixed place where neither is given.'
    ' The session one has is ended by it. Errors: 42501 not open to the caller, PT404 no such meeting, ZC127 switched'
    ' off, 23514 a value out of its limits.';

CREATE FUNCTION civic.get_active_session(contact_id uuid DEFAULT civic.current_user_id())
    RETURNS SETOF civic.attendance_sessions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.* FROM civic.attendance_sessions AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.contact_id = get_active_session.contact_id
        AND s.status IN ('active', 'checked_in')
$$;
COMMENT ON FUNCTION civic.get_active_session(uuid) IS
    'The session of a person that is active or checked in, as far as the asker can see it; no row for none.';

CREATE FUNCTION civic.attendance_preconditions(contact_id uuid DEFAULT civic.current_user_id())
    RETURNS TABLE (code text, is_met boolean, explanation text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    jurisdiction uuid := civic_private.attendance_jurisdiction(organization, attendance_preconditions.contact_id);
BEGIN
    IF civic.has_permission('view:all_attendance')
        OR attendance_preconditions.contact_id = civic.current_user_id() THEN
        RETURN QUERY SELECT p.code, p.is_met, p.explanation
        FROM civic_private.preconditions_of(organization, attendance_preconditions.contact_id, jurisdiction,
            civic_private.attendance_rules(organization,
                civic_private.policy_version_at(organization, jurisdiction, now()))) AS p;
    END IF;
END
$$;
COMMENT ON FUNCTION civic.attendance_preconditions(uuid) IS
    'What a person needs before checking in, whether it is there, and what to do. For the person and holders of'
    ' view:all_attendance.';

CREATE FUNCTION civic.record_event(
    session_id uuid, type civic.attendance_event_type, latitude civic.latitude DEFAULT NULL,
    longitude civic.longitude DEFAULT NULL, accuracy_m double precision DEFAULT NULL,
    device_at timestamptz DEFAULT now(), notes text DEFAULT NULL, selfie_artifact_id uuid DEFAULT NULL,
    signals jsonb DEFAULT '{}', corrects_record_id uuid DEFAULT NULL
) RETURNS civic.attendance_events
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.attendance_events;
BEGIN
    INSERT INTO civic.attendance_events AS e (session_id, type, latitude, longitude, accuracy_m, device_at, notes,
        selfie_artifact_id, corrects_record_id)
    VALUES (record_event.session_id, record_event.type, record_event.latitude, record_event.longitude,
        record_event.accuracy_m, coalesce(record_event.device_at, now()), record_event.notes,
        record_event.selfie_artifact_id, record_event.corrects_record_id)
    RETURNING e.* INTO result;
    INSERT INTO civic.data_quality_signals (session_event_id, signal_type, signal_name, signal_value)
    SELECT result.id, civic_helpers.signal_type_of(s.key), s.key, s.value FROM jsonb_each(record_event.signals) AS s;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.record_event(
    uuid, civic.attendance_event_type, civic.latitude, civic.longitude, double precision, timestamptz, text, uuid,
    jsonb, uuid
) IS
    'Documents an event of a session of one''s own, in range or not, and returns it with its receipt. Signals are an'
    ' object of names and values, as in {"gps_source": "FUSED", "mock_provider_detected": true}. A correction names the'
    ' event that it corrects, and says why in notes. Errors: PT404 no such session, ZC121 something is missing, ZC127'
    ' switched off, 42501 not open to the caller, 23514 a value out of its limits.';

CREATE FUNCTION civic.check_in(
    session_id uuid, latitude civic.latitude DEFAULT NULL, longitude civic.longitude DEFAULT NULL,
    accuracy_m double precision DEFAULT NULL, device_at timestamptz DEFAULT now(), notes text DEFAULT NULL,
    selfie_artifact_id uuid DEFAULT NULL, signals jsonb DEFAULT '{}'
) RETURNS civic.attendance_events
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN civic.record_event(check_in.session_id, 'check_in', check_in.latitude, check_in.longitude,
        check_in.accuracy_m, check_in.device_at, check_in.notes, check_in.selfie_artifact_id, check_in.signals);
END
$$;
COMMENT ON FUNCTION civic.check_in(
    uuid, civic.latitude, civic.longitude, double precision, timestamptz, text, uuid, jsonb
) IS
    'Documents an arrival. Leave the position out where none came within 15 seconds. The session becomes checked_in'
    ' where location_flag is granted. Errors as civic.record_event().';

CREATE FUNCTION civic.check_out(
    session_id uuid, latitude civic.latitude DEFAULT NULL, longitude civic.longitude DEFAULT NULL,
    accuracy_m double precision DEFAULT NULL, device_at timestamptz DEFAULT now(), notes text DEFAULT NULL,
    selfie_artifact_id uuid DEFAULT NULL, signals jsonb DEFAULT '{}'
) RETURNS civic.attendance_events
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN civic.record_event(check_out.session_id, 'check_out', check_out.latitude, check_out.longitude,
        check_out.accuracy_m, check_out.device_at, check_out.notes, check_out.selfie_artifact_id, check_out.signals);
END
$$;
COMMENT ON FUNCTION civic.check_out(
    uuid, civic.latitude, civic.longitude, double precision, timestamptz, text, uuid, jsonb
) IS
    'Documents a departure. The session becomes completed where location_flag is granted. Errors as'
    ' civic.record_event().';

CREATE FUNCTION civic.stop_session(session_id uuid, reason text) RETURNS civic.attendance_sessions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.attendance_sessions;
BEGIN
    UPDATE civic.attendance_sessions AS s SET status = 'ended', ended_reason = stop_session.reason
    WHERE s.organization_id = civic.current_organization_id() AND s.id = stop_session.session_id
    RETURNING s.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the session does not exist',
            DETAIL = 'No session of yours has this id.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.stop_session(uuid, text) IS
    'Ends a session of one''s own before check-out, with a reason. Errors: ZC001 it is over, ZC002 no reason, PT404 no'
    ' such session.';

CREATE FUNCTION civic.write_session_notes(session_id uuid, notes text) RETURNS civic.attendance_sessions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.attendance_sessions;
BEGIN
    UPDATE civic.attendance_sessions AS s SET session_notes = write_session_notes.notes
    WHERE s.organization_id = civic.current_organization_id() AND s.id = write_session_notes.session_id
    RETURNING s.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the session does not exist',
            DETAIL = 'No session of yours has this id.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.write_session_notes(uuid, text) IS
    'Writes the notes of a session of one''s own, up to 500 characters. Errors: ZC122 too late, 23514 too long, PT404'
    ' no such session.';

CREATE FUNCTION civic.list_sessions(
    contact_id uuid DEFAULT civic.current_user_id(), statuses civic.attendance_status[] DEFAULT NULL,
    before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.attendance_sessions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.* FROM civic.attendance_sessions AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.contact_id = list_sessions.contact_id
        AND (statuses IS NULL OR s.status = ANY (statuses)) AND (before_id IS NULL OR s.id < before_id)
    ORDER BY s.id DESC LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_sessions(uuid, civic.attendance_status[], uuid, integer) IS
    'Sessions of a person that the asker can see, newest first. For the next page pass the id of the last row as'
    ' before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.mandated_sessions(
    statuses civic.attendance_status[] DEFAULT NULL, before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.attendance_sessions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.* FROM civic.attendance_sessions AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.professional_id = civic.current_user_id()
        AND (statuses IS NULL OR s.status = ANY (statuses)) AND (before_id IS NULL OR s.id < before_id)
    ORDER BY s.id DESC LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.mandated_sessions(civic.attendance_status[], uuid, integer) IS
    'Sessions of the people enrolled through the asker, newest first. For the next page pass the id of the last row as'
    ' before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.session_events(session_id uuid) RETURNS SETOF civic.attendance_events
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.* FROM civic.attendance_events AS e
    WHERE e.organization_id = civic.current_organization_id() AND e.session_id = session_events.session_id
    ORDER BY e.server_at, e.id
$$;
COMMENT ON FUNCTION civic.session_events(uuid) IS
    'Events of a session that the asker can see, in the order of the server.';

CREATE FUNCTION civic.event_signals(event_id uuid) RETURNS SETOF civic.data_quality_signals
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.* FROM civic.data_quality_signals AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.session_event_id = event_signals.event_id
    ORDER BY s.id
$$;
COMMENT ON FUNCTION civic.event_signals(uuid) IS 'Data quality signals of an event, each as it was observed.';

CREATE FUNCTION civic.get_receipt(receipt_id uuid) RETURNS TABLE (
    id uuid, event_type civic.attendance_event_type, device_at timestamptz, server_at timestamptz,
    location_flag civic.location_flag, destination text, qr_reference text
)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.receipt_id, e.type, e.device_at, e.server_at, e.location_flag, s.dest_name,
        'civic:receipt:' || e.receipt_id
    FROM civic.attendance_events AS e
    JOIN civic.attendance_sessions AS s ON s.organization_id = e.organization_id AND s.id = e.session_id
    WHERE e.organization_id = civic.current_organization_id() AND e.receipt_id = get_receipt.receipt_id
$$;
COMMENT ON FUNCTION civic.get_receipt(uuid) IS
    'The receipt of an event that the asker can see: what was documented, when by both clocks, and the text of its QR'
    ' code. No row for none.';

CREATE FUNCTION civic.check_location(
    meeting_id uuid, latitude civic.latitude, longitude civic.longitude, accuracy_m double precision DEFAULT NULL
) RETURNS TABLE (
    within boolean, verdict civic.location_verdict, distance_m double precision, confidence double precision
)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT j.distance_m <= m.radius_meters, j.verdict, j.distance_m, j.confidence
    FROM civic.meetings AS m
    CROSS JOIN LATERAL civic.judge_location(check_location.latitude, check_location.longitude,
        check_location.accuracy_m, m.latitude, m.longitude, m.radius_meters) AS j
    WHERE m.organization_id = civic.current_organization_id() AND m.id = check_location.meeting_id
$$;
COMMENT ON FUNCTION civic.check_location(uuid, civic.latitude, civic.longitude, double precision) IS
    'What a check-in at a meeting would document from a position; records nothing. Metres; no row for no such meeting.';

CREATE FUNCTION civic.session_statistics(
    contact_id uuid DEFAULT civic.current_user_id(), since timestamptz DEFAULT now() - interval '30 days',
    until timestamptz DEFAULT now()
) RETURNS TABLE (
    total_sessions bigint, status_breakdown jsonb, completed_sessions bigint, average_duration_minutes numeric,
    date_range tstzrange
)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(g.n), 0)::bigint, coalesce(jsonb_object_agg(g.status, g.n) FILTER (WHERE g.n > 0), '{}'),
        coalesce(sum(g.n) FILTER (WHERE g.status = 'completed'), 0)::bigint,
        round(sum(g.minutes) / nullif(sum(g.measured), 0), 2), tstzrange(since, until)
    FROM (
        SELECT s.status, count(*) AS n, sum(extract(epoch FROM s.duration) / 60) AS minutes,
            count(s.duration) AS measured
        FROM civic.attendance_sessions AS s
        WHERE s.organization_id = civic.current_organization_id()
            AND s.contact_id = session_statistics.contact_id AND s.created_at >= since AND s.created_at < until
        GROUP BY s.status
    ) AS g
$$;
COMMENT ON FUNCTION civic.session_statistics(uuid, timestamptz, timestamptz) IS
    'Sessions of a person that the asker can see, started within a time: how many, by status, and how long from'
    ' check-in to check-out on average (minutes by the clock of the server, two decimal places; null for none).';

CREATE FUNCTION civic.attendance_statistics(
    since timestamptz DEFAULT now() - interval '30 days', until timestamptz DEFAULT now()
) RETURNS TABLE (
    total_contacts bigint, total_sessions bigint, completion_rate numeric, average_duration_minutes numeric,
    location_granted_rate numeric, location_denials bigint, location_timeouts bigint, repeat_contacts bigint
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.has_permission('view:all_attendance') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not see the statistics of attendance',
            DETAIL = 'That needs permission "view:all_attendance".';
    END IF;
    SELECT count(*), coalesce(sum(c.n), 0), round(sum(c.completed)::numeric / nullif(sum(c.n), 0), 4),
        round(sum(c.minutes) / nullif(sum(c.measured), 0), 2), count(*) FILTER (WHERE c.n > 1)
    INTO total_contacts, total_sessions, completion_rate, average_duration_minutes, repeat_contacts
    FROM (
        SELECT count(*) AS n, count(*) FILTER (WHERE s.status = 'completed') AS completed,
            sum(extract(epoch FROM s.duration) / 60) AS minutes, count(s.duration) AS measured
        FROM civic.attendance_sessions AS s
        WHERE s.organization_id = civic.current_organization_id() AND s.created_at >= since AND s.created_at < until
        GROUP BY s.contact_id
    ) AS c;
    SELECT round(count(*) FILTER (WHERE e.location_flag = 'granted')::numeric / nullif(count(*), 0), 4),
        count(*) FILTER (WHERE e.location_flag = 'denied'), count(*) FILTER (WHERE e.location_flag = 'timeout')
    INTO location_granted_rate, location_denials, location_timeouts
    FROM civic.attendance_events AS e
    WHERE e.organization_id = civic.current_organization_id() AND e.type IN ('check_in', 'check_out')
        AND e.corrects_record_id IS NULL AND e.server_at >= since AND e.server_at < until;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION civic.attendance_statistics(timestamptz, timestamptz) IS
    'Figures of the organization over a time: people, sessions, rate of completed sessions, minutes from check-in to'
    ' check-out, rate of attempts in range, attempts out of range and without position, people with more than one'
    ' session. Rates from 0 to 1. For holders of view:all_attendance. Error 42501.';

-- ---- consents, identity, pictures, explanations ----

CREATE FUNCTION civic.record_consent(
    consent_type civic.consent_type, consent_version text, consent_text text, granted boolean,
    device_id text DEFAULT NULL
) RETURNS civic.consent_artifacts
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.consent_artifacts;
    headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
BEGIN
    INSERT INTO civic.consent_artifacts AS c (consent_type, consent_version, text_sha256, granted, user_agent,
        device_id)
    VALUES (record_consent.consent_type, record_consent.consent_version,
        sha256(convert_to(record_consent.consent_text, 'UTF8')), record_consent.granted,
        left(headers ->> 'user-agent', 500), record_consent.device_id)
    RETURNING c.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.record_consent(civic.consent_type, text, text, boolean, text) IS
    'Documents that the caller gave a consent, or refused or withdrew it. The text is the one that was shown; its'
    ' SHA-256 is kept. Errors: 42501 not open to the caller, 23514 a value out of its limits.';

CREATE FUNCTION civic.list_consents(contact_id uuid DEFAULT civic.current_user_id())
    RETURNS SETOF civic.consent_artifacts
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.* FROM civic.consent_artifacts AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.contact_id = list_consents.contact_id
    ORDER BY c.granted_at DESC, c.id DESC
$$;
COMMENT ON FUNCTION civic.list_consents(uuid) IS
    'Every consent of a person that the asker can see, newest first: the export of their consents. Which are needed:'
    ' civic.attendance_preconditions().';

CREATE FUNCTION civic.register_identity(
    full_name text, jurisdiction_id uuid, date_of_birth date DEFAULT NULL
) RETURNS civic.user_identities
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.user_identities;
BEGIN
    INSERT INTO civic.user_identities AS i (full_name, jurisdiction_id, date_of_birth)
    VALUES (register_identity.full_name, register_identity.jurisdiction_id, register_identity.date_of_birth)
    ON CONFLICT ON CONSTRAINT user_identities_contact_key DO UPDATE
        SET full_name = excluded.full_name, jurisdiction_id = excluded.jurisdiction_id,
            date_of_birth = excluded.date_of_birth
    RETURNING i.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.register_identity(text, uuid, date) IS
    'Sets name, jurisdiction and date of birth of the caller. Errors: ZC121 the jurisdiction requires a date of birth,'
    ' 23503 no such jurisdiction, 42501 not open to the caller.';

CREATE FUNCTION civic.submit_explanation(
    category civic.explanation_category, narrative text, session_id uuid DEFAULT NULL,
    device_at timestamptz DEFAULT now()
) RETURNS civic.emergency_explanations
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.emergency_explanations;
BEGIN
    INSERT INTO civic.emergency_explanations AS e (category, narrative, session_id, device_at)
    VALUES (submit_explanation.category, submit_explanation.narrative, submit_explanation.session_id,
        coalesce(submit_explanation.device_at, now()))
    RETURNING e.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.submit_explanation(civic.explanation_category, text, uuid, timestamptz) IS
    'Documents what kept the caller, in 50 characters or more, perhaps about a session. Files are rows of'
    ' civic.explanation_attachments. Errors: 23503 no session of theirs, 23514 too short or long, 42501, ZC127 switched'
    ' off.';

CREATE FUNCTION civic.list_explanations(
    contact_id uuid DEFAULT NULL, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.emergency_explanations
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.* FROM civic.emergency_explanations AS e
    WHERE e.organization_id = civic.current_organization_id()
        AND (list_explanations.contact_id IS NULL OR e.contact_id = list_explanations.contact_id)
        AND (since IS NULL OR e.server_at >= since) AND (until IS NULL OR e.server_at < until)
        AND (before_id IS NULL OR e.id < before_id)
    ORDER BY e.id DESC LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_explanations(uuid, timestamptz, timestamptz, uuid, integer) IS
    'Explanations that the asker can see, of one person or all, received within a time; newest first. For the next page'
    ' pass the id of the last row as before_id. 1 to 1000 rows.';

-- ---- reviews ----

CREATE FUNCTION civic.review_record(
    record_type civic.attendance_record, record_id uuid, decision civic.review_decision, reason text DEFAULT NULL,
    annotation text DEFAULT NULL
) RETURNS civic.review_artifacts
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.review_artifacts;
BEGIN
    INSERT INTO civic.review_artifacts AS r (source_record_type, source_record_id, decision_type, reason, annotation)
    VALUES (review_record.record_type, review_record.record_id, review_record.decision, review_record.reason,
        review_record.annotation)
    RETURNING r.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.review_record(
    civic.attendance_record, uuid, civic.review_decision, text, text
) IS
    'Documents what the caller, as the professional of the person, determined about a record; the state of the'
    ' licence is copied. Decision rejected needs a reason, annotated an annotation and no licence. Errors: PT404 no'
    ' such record, 42501 not the caller''s to review, ZC124 no active licence, 23514 reason or annotation missing.';

CREATE FUNCTION civic.record_reviews(record_id uuid) RETURNS SETOF civic.review_artifacts
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.* FROM civic.review_artifacts AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.source_record_id = record_reviews.record_id
    ORDER BY r.id
$$;
COMMENT ON FUNCTION civic.record_reviews(uuid) IS
    'Reviews of a record that the asker can see, oldest first: the export of its reviews.';

CREATE FUNCTION civic.review_queue(only_signals boolean DEFAULT false, max_rows integer DEFAULT 50)
    RETURNS SETOF civic.attendance_sessions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.* FROM civic.attendance_sessions AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.professional_id = civic.current_user_id()
        AND s.is_complete
        AND NOT EXISTS (
            SELECT FROM civic.review_artifacts AS r
            WHERE r.organization_id = s.organization_id AND r.source_record_id = s.id
                AND r.decision_type <> 'annotated'
        )
        AND (NOT only_signals OR EXISTS (
            SELECT FROM civic.attendance_events AS e
            JOIN civic.data_quality_signals AS q
                ON q.organization_id = e.organization_id AND q.session_event_id = e.id
            WHERE e.organization_id = s.organization_id AND e.session_id = s.id
        ))
    ORDER BY s.id LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.review_queue(boolean, integer) IS
    'Sessions of people enrolled through the asker that are over and not reviewed, oldest first; only those with data'
    ' quality signals, if wanted. 1 to 1000 rows.';

-- ---- mandates and messages ----

CREATE FUNCTION civic.create_mandate(
    phone civic.phone_number, name text, date_of_birth date DEFAULT NULL, jurisdiction_id uuid DEFAULT NULL
) RETURNS civic.mandates
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.mandates;
BEGIN
    INSERT INTO civic.mandates AS m (individual_phone, individual_name, individual_date_of_birth, jurisdiction_id)
    VALUES (create_mandate.phone, create_mandate.name, create_mandate.date_of_birth, create_mandate.jurisdiction_id)
    RETURNING m.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.create_mandate(civic.phone_number, text, date, uuid) IS
    'Creates a mandate of the caller for a person; civic.send_enrollment_token() makes the link for them. Errors: 42501'
    ' not open to the caller, 23503 no such jurisdiction, 23514 a value out of its limits.';

CREATE FUNCTION civic.list_mandates(
    statuses civic.mandate_status[] DEFAULT NULL, before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.mandates
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.* FROM civic.mandates AS m
    WHERE m.organization_id = civic.current_organization_id()
        AND (m.professional_id = civic.current_user_id() OR m.enrolled_contact_id = civic.current_user_id())
        AND (statuses IS NULL OR m.status = ANY (statuses)) AND (before_id IS NULL OR m.id < before_id)
    ORDER BY m.id DESC LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_mandates(civic.mandate_status[], uuid, integer) IS
    'Mandates that the asker gave or is enrolled through, newest first. For the next page pass the id of the last row'
    ' as before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.open_thread(mandate_id uuid) RETURNS civic.message_threads
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.message_threads;
BEGIN
    INSERT INTO civic.message_threads AS t (mandate_id) VALUES (open_thread.mandate_id)
    ON CONFLICT DO NOTHING RETURNING t.* INTO result;
    IF NOT FOUND THEN
        SELECT t.* INTO result FROM civic.message_threads AS t
        WHERE t.organization_id = civic.current_organization_id() AND t.mandate_id = open_thread.mandate_id
            AND t.status = 'active';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.open_thread(uuid) IS
    'The open thread of a mandate, a new one where there is none. For both who belong to the mandate. Errors: ZC125'
    ' nobody is enrolled, 42501 not open to the caller.';

CREATE FUNCTION civic.send_message(
    thread_id uuid, message_type civic.message_type, content text, references_message_id uuid DEFAULT NULL,
    device_info jsonb DEFAULT NULL, app_version text DEFAULT NULL
) RETURNS civic.messages
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.messages;
BEGIN
    INSERT INTO civic.messages AS m (thread_id, message_type, content, references_message_id, device_info,
        app_version)
    VALUES (send_message.thread_id, send_message.message_type, send_message.content,
        send_message.references_message_id, send_message.device_info, send_message.app_version)
    RETURNING m.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.send_message(uuid, civic.message_type, text, uuid, jsonb, text) IS
    'Writes in a thread of one''s own. A professional_request is to be answered by its sla_deadline in'
    ' civic.message_sla; the next message of the person answers it. A correction names the message that it corrects.'
    ' Errors: PT404 no such thread, ZC125 not so, ZC127 switched off, 42501 not open to the caller.';

CREATE FUNCTION civic.list_messages(thread_id uuid, before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50)
    RETURNS SETOF civic.messages
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.* FROM civic.messages AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.thread_id = list_messages.thread_id
        AND (before_id IS NULL OR m.id < before_id)
    ORDER BY m.id DESC LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_messages(uuid, uuid, integer) IS
    'Messages of a thread that the asker can see, newest first. For the next page pass the id of the last row as'
    ' before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.export_thread(thread_id uuid) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('id', m.id, 'sent_at', m.sent_at, 'from', m.sender_role,
        'to', m.recipient_role, 'type', m.message_type, 'references', m.references_message_id, 'content', m.content,
        'sha256', encode(civic_helpers.record_sha256(m), 'hex')) ORDER BY m.sent_at, m.id)
    INTO result FROM civic.messages AS m
    WHERE m.organization_id = civic.current_organization_id() AND m.thread_id = export_thread.thread_id;
    IF result IS NOT NULL THEN
        PERFORM civic.record_read('data_export', 'message_threads', export_thread.thread_id::text);
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.export_thread(uuid) IS
    'The transcript of a thread that the asker can see, in the order of sending, with the hash of each message; null'
    ' for none. The export itself is recorded in the audit log.';

-- ---- policies, holds, integrity, subscriptions ----

CREATE FUNCTION civic.attendance_policy_at(jurisdiction_id uuid, at timestamptz DEFAULT now())
    RETURNS SETOF civic.policy_versions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.* FROM civic.policy_versions AS p
    WHERE p.organization_id = civic.current_organization_id()
        AND p.jurisdiction_id = attendance_policy_at.jurisdiction_id
        AND tstzrange(p.effective_from, p.effective_until) @> at
$$;
COMMENT ON FUNCTION civic.attendance_policy_at(uuid, timestamptz) IS
    'The policy version of a jurisdiction that held, or will hold, at a moment; no row where only the defaults do.';

CREATE FUNCTION civic.set_attendance_policy(jurisdiction_id uuid, version text, config jsonb)
    RETURNS civic.policy_versions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.policy_versions;
BEGIN
    UPDATE civic.policy_versions AS p SET effective_until = now()
    WHERE p.organization_id = civic.current_organization_id()
        AND p.jurisdiction_id = set_attendance_policy.jurisdiction_id AND p.effective_until IS NULL
        AND p.effective_from <= now();
    INSERT INTO civic.policy_versions AS p (jurisdiction_id, version, config)
    VALUES (set_attendance_policy.jurisdiction_id, set_attendance_policy.version, set_attendance_policy.config)
    RETURNING p.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.set_attendance_policy(uuid, text, jsonb) IS
    'Ends the policy version that holds in a jurisdiction and begins the next. The config says what differs from'
    ' civic.attendance_defaults(); {"disabled": ["check_in"]} is the switch that stops check-ins at once. For holders'
    ' of manage:settings. Errors: 42501 not open to the caller, 23503 no such jurisdiction, 23505 version taken,'
    ' 23514 config not usable, 23P01 two at once.';

CREATE FUNCTION civic.place_legal_hold(
    target_type civic.hold_target, reason text, target_id uuid DEFAULT NULL, case_identifier text DEFAULT NULL
) RETURNS civic.legal_holds
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.legal_holds;
BEGIN
    INSERT INTO civic.legal_holds AS h (target_type, target_id, case_identifier, reason)
    VALUES (place_legal_hold.target_type, place_legal_hold.target_id, place_legal_hold.case_identifier,
        place_legal_hold.reason)
    RETURNING h.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.place_legal_hold(civic.hold_target, text, uuid, text) IS
    'Keeps a person''s records, those of all people of a case, or one record from being deleted. For holders of'
    ' manage:legal_hold. Errors: 42501 not open to the caller, 23514 no target or no reason.';

CREATE FUNCTION civic.release_legal_hold(hold_id uuid) RETURNS civic.legal_holds
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.legal_holds;
BEGIN
    UPDATE civic.legal_holds AS h SET released_at = now(), released_by = civic.current_user_id()
    WHERE h.organization_id = civic.current_organization_id() AND h.id = release_legal_hold.hold_id
        AND h.released_at IS NULL
    RETURNING h.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the legal hold does not exist, or was released',
            HINT = 'Check the id.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.release_legal_hold(uuid) IS
    'Ends a legal hold. For holders of manage:legal_hold. Error PT404 for none that holds.';

CREATE FUNCTION civic.create_proof(
    event_type civic.proof_event, event_id uuid, provider civic.proof_provider DEFAULT 'native'
) RETURNS civic.verification_proofs
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.verification_proofs;
BEGIN
    INSERT INTO civic.verification_proofs AS p (event_type, event_id, provider)
    VALUES (create_proof.event_type, create_proof.event_id, create_proof.provider)
    RETURNING p.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.create_proof(civic.proof_event, uuid, civic.proof_provider) IS
    'Asks for an integrity record of an event or a thread of one''s own; the hash is computed here, and a service'
    ' brings it to the provider. Errors: PT404 no such event, 42501 not open to the caller.';

CREATE FUNCTION civic.settle_proof(
    proof_id uuid, succeeded boolean, proof_blob jsonb DEFAULT NULL, reason text DEFAULT NULL,
    provider_key_version text DEFAULT NULL
) RETURNS civic.verification_proofs
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.verification_proofs;
BEGIN
    UPDATE civic.verification_proofs AS p SET
        status = CASE WHEN settle_proof.succeeded THEN 'verified' ELSE 'failed' END::civic.proof_status,
        verified_at = CASE WHEN settle_proof.succeeded THEN now() END,
        failure_reason = CASE WHEN NOT settle_proof.succeeded THEN settle_proof.reason END,
        proof_blob = coalesce(settle_proof.proof_blob, p.proof_blob),
        provider_key_version = coalesce(settle_proof.provider_key_version, p.provider_key_version)
    WHERE p.organization_id = civic.current_organization_id() AND p.id = settle_proof.proof_id
    RETURNING p.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the integrity record does not exist',
            HINT = 'Check the id.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.settle_proof(uuid, boolean, jsonb, text, text) IS
    'What the provider answered for an integrity record that is pending, or why it could not. For civic_service.'
    ' Errors: ZC001 not pending, ZC002 no reason, PT404 no such row.';

CREATE FUNCTION civic.claim_proofs(max_rows integer DEFAULT 100) RETURNS SETOF civic.verification_proofs
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    UPDATE civic.verification_proofs AS p SET status = 'pending', attempts = p.attempts + 1
    FROM (
        SELECT o.id FROM civic.verification_proofs AS o
        WHERE o.organization_id = civic.current_organization_id() AND o.status IN ('created', 'failed')
            AND o.attempts < 10
        ORDER BY o.id LIMIT least(greatest(max_rows, 1), 1000)
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS o
    WHERE p.organization_id = civic.current_organization_id() AND p.id = o.id
    RETURNING p.*;
END
$$;
COMMENT ON FUNCTION civic.claim_proofs(integer) IS
    'Integrity records that the provider is to be asked for now, new ones and those it could not do before, up to ten'
    ' times each; they become pending. Several services may call it at once. For civic_service.';

CREATE FUNCTION civic.record_subscription(
    contact_id uuid, provider_customer_id text, provider_subscription_id text, plan civic.subscription_plan,
    status civic.subscription_status, current_period_start timestamptz, current_period_end timestamptz
) RETURNS civic.subscriptions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.subscriptions;
BEGIN
    UPDATE civic.subscriptions AS s SET
        plan = record_subscription.plan, status = record_subscription.status,
        current_period_start = record_subscription.current_period_start,
        current_period_end = record_subscription.current_period_end
    WHERE s.organization_id = civic.current_organization_id()
        AND s.provider_subscription_id = record_subscription.provider_subscription_id
    RETURNING s.* INTO result;
    IF NOT FOUND THEN
        INSERT INTO civic.subscriptions AS s (contact_id, provider_customer_id, provider_subscription_id, plan, status,
            current_period_start, current_period_end)
        VALUES (record_subscription.contact_id, record_subscription.provider_customer_id,
            record_subscription.provider_subscription_id, record_subscription.plan, record_subscription.status,
            record_subscription.current_period_start, record_subscription.current_period_end)
        RETURNING s.* INTO result;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.record_subscription(
    uuid, text, text, civic.subscription_plan, civic.subscription_status, timestamptz, timestamptz
) IS
    'What the payment provider reports about a subscription: created, updated, deleted, payment missing. For'
    ' civic_service. Errors: ZC001 a cancelled one does not come back, 42501 not open to the caller, 23505 two at'
    ' once.';
