CREATE FUNCTION civic_private.start_session() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    meeting civic.meetings;
    rules jsonb;
BEGIN
    IF NOT civic.is_system() THEN
        NEW.created_at := clock_timestamp();
        NEW.check_in_at := NULL;
        NEW.check_out_at := NULL;
        NEW.ended_reason := NULL;
    END IF;
    NEW.policy_version_id := civic_private.policy_version_at(NEW.organization_id,
        civic_private.attendance_jurisdiction(NEW.organization_id, NEW.contact_id), NEW.created_at);
    rules := civic_private.attendance_rules(NEW.organization_id, NEW.policy_version_id);
    IF NOT civic.is_system() THEN
        PERFORM civic_private.check_enabled(rules, 'sessions');
    END IF;
    IF NEW.meeting_id IS NOT NULL THEN
        SELECT m.* INTO meeting FROM civic.meetings AS m
        WHERE m.organization_id = NEW.organization_id AND m.id = NEW.meeting_id;
        IF NOT FOUND OR NOT (meeting.is_active OR civic.is_system()) THEN
            RAISE EXCEPTION USING ERRCODE = 'PT404',
                MESSAGE = 'the meeting does not exist, or is no longer active',
                HINT = 'Look for meetings with civic.nearby_meetings() or civic.search_meetings().';
        END IF;
        NEW.dest_name := meeting.name;
        NEW.dest_address := meeting.address;
        NEW.dest_latitude := meeting.latitude;
        NEW.dest_longitude := meeting.longitude;
        NEW.radius_meters := meeting.radius_meters;
    ELSIF num_nonnulls(NEW.dest_latitude, NEW.dest_longitude) = 2
        AND (NEW.radius_meters IS NULL OR NOT civic.is_system()) THEN
        NEW.radius_meters := (rules ->> 'custom_radius_m')::double precision;
    END IF;
    IF NEW.status = 'active' THEN
        -- Two sessions that are started at once must see each other.
        PERFORM FROM civic.users AS u
        WHERE u.organization_id = NEW.organization_id AND u.id = NEW.contact_id FOR NO KEY UPDATE;
        UPDATE civic.attendance_sessions AS s
        SET status = 'ended', ended_reason = 'another session was started'
        WHERE s.organization_id = NEW.organization_id AND s.contact_id = NEW.contact_id
            AND s.status IN ('active', 'checked_in');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.start_session() IS
    'BEFORE INSERT row trigger on civic.attendance_sessions: copies the destination from the meeting, and ends the'
    ' session that the person has. Errors: ZC127 switched off, PT404 no such meeting.';

CREATE FUNCTION civic_private.check_session_notes() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    minutes integer := civic_private.attendance_rules(OLD.organization_id, OLD.policy_version_id) ->> 'notes_minutes';
BEGIN
    IF OLD.status IN ('active', 'checked_in')
        OR OLD.status = 'completed' AND clock_timestamp() <= OLD.check_out_at + make_interval(mins => minutes) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ZC122',
        MESSAGE = 'the notes of this session can no longer be changed',
        DETAIL = format('Notes may be changed until %s minutes after check-out.', minutes),
        HINT = 'Submit an explanation with civic.submit_explanation(), or write a message.',
        TABLE = 'attendance_sessions', COLUMN = 'session_notes', SCHEMA = 'civic';
END
$$;
COMMENT ON FUNCTION civic_private.check_session_notes() IS
    'BEFORE UPDATE row trigger on civic.attendance_sessions: when notes may be changed. Error ZC122.';

CREATE FUNCTION civic_private.preconditions_of(
    organization uuid, contact uuid, jurisdiction uuid, rules jsonb
) RETURNS TABLE (code text, is_met boolean, explanation text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (rules ->> 'require_two_factor')::boolean THEN
        RETURN QUERY
        SELECT '2FA_REQUIRED', u.phone_verified AND u.email_verified AND u.two_fa_enabled,
            format('Telephone number %s, e-mail %s, authenticator %s.',
                CASE WHEN u.phone_verified THEN 'done' ELSE 'to be done' END,
                CASE WHEN u.email_verified THEN 'done' ELSE 'to be done' END,
                CASE WHEN u.two_fa_enabled THEN 'done' ELSE 'to be done' END)
        FROM civic.users AS u WHERE u.organization_id = organization AND u.id = contact;
    END IF;
    RETURN QUERY
    SELECT 'CONSENT_REQUIRED', coalesce(newest.granted, false),
        format('Consent "%s" %s.', wanted.name, CASE WHEN newest.granted THEN 'was given'
            WHEN newest.granted IS NULL THEN 'was never given' ELSE 'was withdrawn' END)
    FROM jsonb_array_elements_text(rules -> 'required_consents') AS wanted (name)
    LEFT JOIN LATERAL (
        SELECT c.granted FROM civic.consent_artifacts AS c
        WHERE c.organization_id = organization AND c.contact_id = contact
            AND c.consent_type = wanted.name::civic.consent_type
        ORDER BY c.granted_at DESC, c.id DESC LIMIT 1
    ) AS newest ON true;
    RETURN QUERY
    SELECT 'IDENTITY_REQUIRED', i.date_of_birth IS NOT NULL,
        CASE WHEN i.date_of_birth IS NULL
            THEN format('Name and date of birth are needed in jurisdiction "%s".', j.name)
            ELSE 'Name and date of birth are there.' END
    FROM civic.jurisdictions AS j
    LEFT JOIN civic.user_identities AS i ON i.organization_id = j.organization_id AND i.contact_id = contact
    WHERE j.organization_id = organization AND j.id = jurisdiction AND j.requires_date_of_birth;
END
$$;
COMMENT ON FUNCTION civic_private.preconditions_of(uuid, uuid, uuid, jsonb) IS
    'What a person needs before checking in, and whether it is there.';

CREATE FUNCTION civic_private.check_preconditions(
    organization uuid, contact uuid, jurisdiction uuid, rules jsonb
) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    SELECT string_agg(DISTINCT p.code, ', ') AS codes, string_agg(p.explanation, ' ') AS explanation INTO missing
    FROM civic_private.preconditions_of(organization, contact, jurisdiction, rules) AS p WHERE NOT p.is_met;
    IF missing.codes IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC121',
            MESSAGE = format('attendance cannot be recorded yet: %s', missing.codes),
            DETAIL = missing.explanation,
            HINT = 'Function civic.attendance_preconditions() lists what is needed.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.check_preconditions(uuid, uuid, uuid, jsonb) IS
    'Raises ZC121 where something is missing that a person needs before checking in.';

CREATE FUNCTION civic_private.document_event() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    session civic.attendance_sessions;
    selfie civic.selfie_artifacts;
    jurisdiction uuid;
    rules jsonb;
BEGIN
    -- Two events of a session are documented one after the other.
    SELECT s.* INTO session FROM civic.attendance_sessions AS s
    WHERE s.organization_id = NEW.organization_id AND s.id = NEW.session_id FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT (civic.is_system() OR session.contact_id IS NOT DISTINCT FROM civic.current_user_id()) THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the session does not exist',
            DETAIL = 'No session of yours has this id.',
            HINT = 'Start one with civic.start_session().';
    END IF;
    NEW.contact_id := session.contact_id;
    NEW.professional_id := session.professional_id;
    IF NOT civic.is_system() THEN
        NEW.server_at := clock_timestamp();
        NEW.receipt_id := gen_random_uuid();
        NEW.created_by := civic.current_user_id();
    END IF;
    jurisdiction := civic_private.attendance_jurisdiction(NEW.organization_id, NEW.contact_id);
    NEW.policy_version_id := civic_private.policy_version_at(NEW.organization_id, jurisdiction, NEW.server_at);
    rules := civic_private.attendance_rules(NEW.organization_id, NEW.policy_version_id);
    IF NOT civic.is_system() AND NEW.corrects_record_id IS NULL THEN
        PERFORM civic_private.check_enabled(rules, 'check_in');
        IF NEW.type = 'check_in' THEN
            PERFORM civic_private.check_preconditions(NEW.organization_id, NEW.contact_id, jurisdiction, rules);
        END IF;
    END IF;
    IF NEW.corrects_record_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM civic.attendance_events AS e
        WHERE e.organization_id = NEW.organization_id AND e.id = NEW.corrects_record_id
            AND e.session_id = NEW.session_id AND e.type = NEW.type
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'a correction speaks of an event of the same session and type',
            HINT = 'Check corrects_record_id.',
            TABLE = 'attendance_events', COLUMN = 'corrects_record_id', SCHEMA = 'civic';
    END IF;

    SELECT j.verdict, j.distance_m, j.confidence INTO NEW.verdict, NEW.distance_m, NEW.confidence
    FROM civic.judge_location(NEW.latitude, NEW.longitude, NEW.accuracy_m, session.dest_latitude,
        session.dest_longitude, session.radius_meters) AS j;
    NEW.location_flag := CASE
        WHEN num_nonnulls(NEW.latitude, NEW.longitude) < 2 THEN 'timeout'
        WHEN NEW.accuracy_m > (rules ->> 'max_accuracy_m')::double precision THEN 'denied'
        -- Without a fixed place any position is in range.
        WHEN session.radius_meters IS NULL OR NEW.distance_m <= session.radius_meters THEN 'granted'
        ELSE 'denied'
    END;
    NEW.liveness_score := NULL;
    NEW.liveness_passed := NULL;
    IF NEW.selfie_artifact_id IS NOT NULL THEN
        SELECT a.* INTO selfie FROM civic.selfie_artifacts AS a
        WHERE a.organization_id = NEW.organization_id AND a.id = NEW.selfie_artifact_id
            AND a.contact_id = NEW.contact_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
                MESSAGE = 'the picture does not exist',
                DETAIL = 'No picture of this person has this id.',
                TABLE = 'attendance_events', COLUMN = 'selfie_artifact_id', SCHEMA = 'civic';
        END IF;
        NEW.liveness_score := CASE jsonb_typeof(selfie.liveness_result -> 'score')
            WHEN 'number' THEN (selfie.liveness_result ->> 'score')::double precision END;
        NEW.liveness_passed := CASE jsonb_typeof(selfie.liveness_result -> 'passed')
            WHEN 'boolean' THEN (selfie.liveness_result ->> 'passed')::boolean END;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.document_event() IS
    'BEFORE INSERT row trigger on civic.attendance_events: the clock of the server, distance, verdict, flag and policy'
    ' version. Errors: PT404 no such session, ZC121 something is missing, ZC127 switched off, 23503 a correction of'
    ' something else.';

CREATE FUNCTION civic_private.follow_event() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    session civic.attendance_sessions;
    rules jsonb := civic_private.attendance_rules(NEW.organization_id, NEW.policy_version_id);
    drift double precision := round(extract(epoch FROM NEW.server_at - NEW.device_at)::numeric, 3);
    earlier record;
    apart double precision;
    seconds double precision;
BEGIN
    SELECT e.id, e.server_at, e.latitude, e.longitude, e.accuracy_m INTO earlier
    FROM civic.attendance_events AS e
    WHERE e.organization_id = NEW.organization_id AND e.contact_id = NEW.contact_id AND e.id <> NEW.id
        AND e.latitude IS NOT NULL AND e.corrects_record_id IS NULL AND e.server_at <= NEW.server_at
    ORDER BY e.server_at DESC LIMIT 1;
    -- What both accuracies allow was perhaps never travelled.
    apart := greatest(civic_helpers.great_circle_m(earlier.latitude, earlier.longitude, NEW.latitude, NEW.longitude)
        - coalesce(earlier.accuracy_m, 0) - coalesce(NEW.accuracy_m, 0), 0);
    seconds := greatest(extract(epoch FROM NEW.server_at - earlier.server_at), 1);
    INSERT INTO civic.data_quality_signals (organization_id, session_event_id, contact_id, signal_type, signal_name,
        signal_value)
    SELECT NEW.organization_id, NEW.id, NEW.contact_id, n.kind::civic.signal_type, n.name, n.value
    FROM (VALUES
        (NEW.latitude IS NULL, 'gps', 'position_timeout', 'true'::jsonb),
        (NEW.verdict = 'undecidable' AND NEW.distance_m IS NOT NULL, 'gps', 'location_undecidable',
            jsonb_build_object('distance_m', round(NEW.distance_m::numeric, 1), 'accuracy_m', NEW.accuracy_m,
                'radius_m', (SELECT s.radius_meters FROM civic.attendance_sessions AS s
                    WHERE s.organization_id = NEW.organization_id AND s.id = NEW.session_id))),
        (NEW.accuracy_m > (rules ->> 'warn_accuracy_m')::double precision, 'gps', 'gps_accuracy_meters',
            to_jsonb(NEW.accuracy_m)),
        (abs(drift) > (rules ->> 'max_drift_seconds')::double precision, 'temporal', 'clock_drift_seconds',
            to_jsonb(drift)),
        (NEW.corrects_record_id IS NULL AND apart * 3.6 > seconds * (rules ->> 'max_speed_kmh')::double precision,
            'gps', 'impossible_travel',
            jsonb_build_object('distance_m', round(apart::numeric), 'seconds', round(seconds::numeric),
                'previous_event_id', earlier.id))
    ) AS n (holds, kind, name, value)
    WHERE n.holds;

    -- A client that asks over HTTP is told by the status; the record stays either way.
    IF NEW.location_flag = 'denied' AND (rules ->> 'reject_out_of_range')::boolean THEN
        PERFORM set_config('response.status', '422', true);
    END IF;
    IF NEW.corrects_record_id IS NOT NULL OR NEW.type NOT IN ('check_in', 'check_out') THEN
        RETURN NULL;
    END IF;
    SELECT s.* INTO session FROM civic.attendance_sessions AS s
    WHERE s.organization_id = NEW.organization_id AND s.id = NEW.session_id;
    IF NEW.type = 'check_in' AND session.status = 'active' AND NEW.server_at
        > session.created_at + make_interval(mins => (rules ->> 'check_in_minutes')::integer) THEN
        UPDATE civic.attendance_sessions AS s SET status = 'expired'
        WHERE s.organization_id = NEW.organization_id AND s.id = NEW.session_id;
    ELSIF NEW.location_flag = 'granted' AND NEW.type = 'check_in' AND session.status = 'active' THEN
        UPDATE civic.attendance_sessions AS s SET status = 'checked_in', check_in_at = NEW.server_at
        WHERE s.organization_id = NEW.organization_id AND s.id = NEW.session_id;
    ELSIF NEW.location_flag = 'granted' AND NEW.type = 'check_out' AND session.status = 'checked_in' THEN
        UPDATE civic.attendance_sessions AS s SET status = 'completed', check_out_at = NEW.server_at
        WHERE s.organization_id = NEW.organization_id AND s.id = NEW.session_id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_event() IS
    'AFTER INSERT row trigger on civic.attendance_events: records what is worth knowing about the quality of the data,'
    ' and moves the session where the position was in range. Signals change nothing but themselves.';

CREATE FUNCTION civic_helpers.signal_type_of(signal_name text) RETURNS civic.signal_type
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN signal_name LIKE 'gps\_%' OR signal_name IN ('mock_provider_detected', 'impossible_travel',
        'position_timeout', 'location_undecidable') THEN 'gps'
    WHEN signal_name IN ('liveness_quality', 'image_blur_score', 'lighting_quality_score', 'occlusion_detected')
        THEN 'biometric'
    WHEN signal_name LIKE 'clock\_drift%' THEN 'temporal'
    ELSE 'device'
END::civic.signal_type;
COMMENT ON FUNCTION civic_helpers.signal_type_of(text) IS
    'What a signal is about, by its name. gps: gps_accuracy_meters, gps_ttff_seconds, gps_satellite_count, gps_source,'
    ' mock_provider_detected, impossible_travel, position_timeout, location_undecidable; biometric: liveness_quality,'
    ' image_blur_score, lighting_quality_score, occlusion_detected; temporal: clock_drift_seconds; device:'
    ' root_jailbreak_detected, emulator_detected, system_time_drift_seconds and any other.';
