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
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan -- one plan is the best of every page
AS $$
DECLARE
    page_id uuid := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    page_rows integer := least(greatest(max_rows, 1), 1000);
BEGIN
    RETURN QUERY SELECT s.* FROM civic.attendance_sessions AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.contact_id = list_sessions.contact_id
        AND s.id < page_id AND (statuses IS NULL OR s.status = ANY (statuses))
    ORDER BY s.id DESC LIMIT page_rows;
END
$$;
COMMENT ON FUNCTION civic.list_sessions(uuid, civic.attendance_status[], uuid, integer) IS
    'Sessions of a person that the asker can see, newest first. For the next page pass the id of the last row as'
    ' before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.mandated_sessions(
    statuses civic.attendance_status[] DEFAULT NULL, before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.attendance_sessions
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan -- one plan is the best of every page
AS $$
DECLARE
    page_id uuid := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    page_rows integer := least(greatest(max_rows, 1), 1000);
BEGIN
    RETURN QUERY SELECT s.* FROM civic.attendance_sessions AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.professional_id = civic.current_user_id()
        AND s.id < page_id AND (statuses IS NULL OR s.status = ANY (statuses))
    ORDER BY s.id DESC LIMIT page_rows;
END
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
