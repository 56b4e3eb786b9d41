CREATE FUNCTION civic_helpers.great_circle_m(
    latitude double precision, longitude double precision, other_latitude double precision,
    other_longitude double precision
) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_great_circle_m';
COMMENT ON FUNCTION civic_helpers.great_circle_m(
    double precision, double precision, double precision, double precision
) IS
    'Metres between two places by the haversine formula on a sphere of 6371008.8 m; null where one is no place on'
    ' earth.';

CREATE FUNCTION civic.judge_location(
    latitude double precision, longitude double precision, accuracy_m double precision,
    dest_latitude double precision, dest_longitude double precision, radius_m double precision,
    OUT verdict civic.location_verdict, OUT distance_m double precision, OUT confidence double precision
) RETURNS record
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_judge_location';
COMMENT ON FUNCTION civic.judge_location(
    double precision, double precision, double precision, double precision, double precision, double precision
) IS
    'What a measured position says about a place. inside: distance and accuracy together are at most the radius;'
    ' outside: distance less accuracy is more than the radius; undecidable: anything else, and where something is not'
    ' known (null or NaN). distance_m in metres on the great circle, confidence (1 - distance / radius) * (1 - accuracy'
    ' / 1000) from 0 to 1; each null where it cannot be computed.';

-- ---- policy ----

CREATE FUNCTION civic.attendance_defaults() RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{
    "reject_out_of_range": false, "require_two_factor": true,
    "required_consents": ["location", "data_retention", "documentation_disclosure"],
    "disabled": [], "custom_radius_m": 200, "max_accuracy_m": 1000, "warn_accuracy_m": 50, "max_drift_seconds": 300,
    "max_speed_kmh": 300, "check_in_minutes": 15, "notes_minutes": 5, "token_days": 7, "sla_hours": 24,
    "calendar_id": null
}'::pg_catalog.jsonb;
COMMENT ON FUNCTION civic.attendance_defaults() IS
    'What holds where a policy version says nothing else. reject_out_of_range: an attempt out of range is recorded and'
    ' answered with HTTP status 422. require_two_factor, required_consents: needed to check in. disabled: what is'
    ' switched off (sessions, check_in, enrollment, messages, explanations). custom_radius_m: of a destination of'
    ' one''s own, metres. max_accuracy_m: a worse accuracy is out of range; warn_accuracy_m: from here on it becomes a'
    ' signal. max_drift_seconds: between the clocks of device and server. max_speed_kmh: between two events of a'
    ' person. check_in_minutes: until a session without check-in expires. notes_minutes: after check-out. token_days:'
    ' a link for enrolment is good. sla_hours: of working time of calendar_id until a request is to be answered.';

CREATE FUNCTION civic.attendance_policy_fault(config jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry record;
    fault text;
BEGIN
    IF jsonb_typeof(config) IS DISTINCT FROM 'object' THEN
        RETURN 'It must be an object.';
    END IF;
    FOR entry IN
        SELECT e.key, e.value, jsonb_typeof(e.value) AS kind, d.value AS preset, l.least, l.most
        FROM jsonb_each(config) AS e
        LEFT JOIN jsonb_each(civic.attendance_defaults()) AS d ON d.key = e.key
        LEFT JOIN (VALUES
            ('custom_radius_m', 10, 1000), ('max_accuracy_m', 0, 100000), ('warn_accuracy_m', 0, 100000),
            ('max_drift_seconds', 0, 604800), ('max_speed_kmh', 1, 100000), ('check_in_minutes', 0, 10080),
            ('notes_minutes', 0, 10080), ('token_days', 1, 365), ('sla_hours', 1, 8760)
        ) AS l (key, least, most) ON l.key = e.key
    LOOP
        fault := CASE
            WHEN entry.preset IS NULL THEN 'is not known'
            WHEN entry.key = 'calendar_id' THEN
                CASE WHEN entry.kind <> 'null' AND entry.value #>> '{}'
                    !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN 'must be an id or null' END
            WHEN entry.kind <> jsonb_typeof(entry.preset) THEN 'must be of type ' || jsonb_typeof(entry.preset)
            WHEN entry.key = 'required_consents' AND NOT entry.value
                <@ '["biometric", "location", "data_retention", "documentation_disclosure"]'
                THEN 'must be a list of biometric, location, data_retention, documentation_disclosure'
            WHEN entry.key = 'disabled' AND NOT entry.value
                <@ '["sessions", "check_in", "enrollment", "messages", "explanations"]'
                THEN 'must be a list of sessions, check_in, enrollment, messages, explanations'
            WHEN entry.kind = 'number' AND NOT (entry.value #>> '{}')::numeric BETWEEN entry.least AND entry.most
                THEN format('must be %s to %s', entry.least, entry.most)
        END;
        IF fault IS NOT NULL THEN
            RETURN format('"%s" %s.', entry.key, fault);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic.attendance_policy_fault(jsonb) IS
    'What is wrong with the config of a policy version, in words; null for one that can be used: an object with keys of'
    ' civic.attendance_defaults() and values within their limits.';

CREATE FUNCTION civic_private.attendance_jurisdiction(organization uuid, contact uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(
        (SELECT i.jurisdiction_id FROM civic.user_identities AS i
            WHERE i.organization_id = organization AND i.contact_id = contact),
        (SELECT m.jurisdiction_id FROM civic.mandates AS m
            WHERE m.organization_id = organization AND m.enrolled_contact_id = contact
                AND m.jurisdiction_id IS NOT NULL
            ORDER BY m.enrolled_at DESC, m.id DESC LIMIT 1));
END
$$;
COMMENT ON FUNCTION civic_private.attendance_jurisdiction(uuid, uuid) IS
    'Jurisdiction whose policy holds for a person: that of their identity, else of their newest mandate that names one;'
    ' null for none.';

CREATE FUNCTION civic_private.policy_version_at(organization uuid, jurisdiction uuid, at timestamptz) RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT p.id FROM civic.policy_versions AS p
        WHERE p.organization_id = organization AND p.jurisdiction_id = jurisdiction
            AND tstzrange(p.effective_from, p.effective_until) @> at
    );
END
$$;
COMMENT ON FUNCTION civic_private.policy_version_at(uuid, uuid, timestamptz) IS
    'Policy version of a jurisdiction that held at a moment; null for none.';

CREATE FUNCTION civic_private.attendance_rules(organization uuid, policy_version uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN civic.attendance_defaults() || coalesce((
        SELECT p.config FROM civic.policy_versions AS p
        WHERE p.organization_id = organization AND p.id = policy_version
    ), '{}');
END
$$;
COMMENT ON FUNCTION civic_private.attendance_rules(uuid, uuid) IS
    'What a policy version rules, completed by the defaults; a null version is the defaults.';

CREATE FUNCTION civic_private.check_enabled(rules jsonb, operation text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF rules -> 'disabled' ? operation THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC127',
            MESSAGE = format('"%s" is switched off', operation),
            DETAIL = 'The policy that holds for the person says so.',
            HINT = 'Ask the administration when it will be switched on again.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.check_enabled(jsonb, text) IS 'Raises ZC127 for what the policy has switched off.';

CREATE FUNCTION civic_private.check_policy_version() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF civic.attendance_policy_fault(NEW.config) IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC126',
                MESSAGE = 'the config of the policy version cannot be used',
                DETAIL = civic.attendance_policy_fault(NEW.config),
                HINT = 'Function civic.attendance_defaults() shows what can be set.',
                TABLE = 'policy_versions', COLUMN = 'config', SCHEMA = 'civic';
        END IF;
        IF NOT civic.is_system() AND NEW.effective_from < now() THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC126',
                MESSAGE = 'a policy version cannot begin in the past',
                DETAIL = 'Records were made under what held then.',
                HINT = 'Leave effective_from out.', TABLE = 'policy_versions', SCHEMA = 'civic';
        END IF;
    ELSIF OLD.effective_until IS NOT NULL OR NEW.effective_until IS NULL
        OR NEW.effective_until < now() AND NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC126',
            MESSAGE = 'a policy version ends once, now or later',
            HINT = 'Make a new version with civic.set_attendance_policy().',
            TABLE = 'policy_versions', COLUMN = 'effective_until', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_policy_version() IS
    'BEFORE row trigger on civic.policy_versions: the config can be used, and a version begins and ends once, not in'
    ' the past. Error ZC126.';

-- ---- whose a record is ----

CREATE FUNCTION civic_private.set_professional() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.professional_id := (
        SELECT m.professional_id FROM civic.mandates AS m
        WHERE m.organization_id = NEW.organization_id AND m.enrolled_contact_id = NEW.contact_id
        ORDER BY m.enrolled_at DESC, m.id DESC LIMIT 1
    );
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.set_professional() IS
    'BEFORE INSERT row trigger: whoever enrolled the person last sees the record, so that policies need no look at'
    ' mandates.';

CREATE FUNCTION civic_private.inherit_access() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parent uuid := (to_jsonb(NEW) ->> TG_ARGV[1])::uuid;
BEGIN
    EXECUTE format('SELECT p.contact_id, p.professional_id FROM civic.%I AS p WHERE p.organization_id = $1 AND p.id ='
        ' $2', TG_ARGV[0])
    INTO NEW.contact_id, NEW.professional_id USING NEW.organization_id, parent;
    IF NEW.contact_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = format('no row of "%s" has this id', TG_ARGV[0]),
            DETAIL = format('%s is %s.', TG_ARGV[1], coalesce(parent::text, 'null')),
            HINT = 'Check the id.', TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[1], SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.inherit_access() IS
    'BEFORE INSERT row trigger with a table and the column that refers to it: who sees the row is who sees that one.';

-- ---- sessions ----

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

-- ---- consents, identities, reviews ----

CREATE FUNCTION civic_private.follow_consent() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.users AS u
    SET consent_granted = NEW.granted, consent_at = CASE WHEN NEW.granted THEN NEW.granted_at END
    WHERE u.organization_id = NEW.organization_id AND u.id = NEW.contact_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_consent() IS
    'AFTER INSERT row trigger on civic.consent_artifacts for type location: keeps consent_granted of the person.';

CREATE FUNCTION civic_private.stamp_consent() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.is_system() THEN
        NEW.granted_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.stamp_consent() IS
    'BEFORE INSERT row trigger on civic.consent_artifacts: the clock of the server.';

CREATE FUNCTION civic_private.check_identity() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.date_of_birth IS NULL AND EXISTS (
        SELECT FROM civic.jurisdictions AS j
        WHERE j.organization_id = NEW.organization_id AND j.id = NEW.jurisdiction_id AND j.requires_date_of_birth
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC121',
            MESSAGE = 'the jurisdiction requires a date of birth',
            HINT = 'Give date_of_birth.', TABLE = 'user_identities', COLUMN = 'date_of_birth', SCHEMA = 'civic';
    END IF;
    IF NEW.date_of_birth > current_date THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            MESSAGE = 'a date of birth lies in the past',
            TABLE = 'user_identities', COLUMN = 'date_of_birth', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_identity() IS
    'BEFORE row trigger on civic.user_identities: a date of birth where the jurisdiction requires one. Errors: ZC121,'
    ' 23514.';

CREATE FUNCTION civic_private.owner_of_record(
    organization uuid, kind civic.attendance_record, record_id uuid, OUT contact_id uuid, OUT professional_id uuid
) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('SELECT r.contact_id, r.professional_id FROM civic.%I AS r WHERE r.organization_id = $1 AND r.id ='
        ' $2', civic_private.table_of_record(kind))
    INTO contact_id, professional_id USING organization, record_id;
    IF contact_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = format('the %s does not exist', replace(kind::text, '_', ' ')),
            HINT = 'Check the id, and the kind of the record.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.owner_of_record(uuid, civic.attendance_record, uuid) IS
    'Whom a record is about, and who sees it besides. Error PT404 for no such record.';

CREATE FUNCTION civic_private.table_of_record(kind civic.attendance_record) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN kind::text || 's';
COMMENT ON FUNCTION civic_private.table_of_record(civic.attendance_record) IS 'Table that holds records of a kind.';

CREATE FUNCTION civic.credential_state(professional_id uuid DEFAULT civic.current_user_id())
    RETURNS civic.credential_state
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.has_permission('view:all_attendance')
        OR coalesce(credential_state.professional_id = civic.current_user_id(), false)) THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT CASE WHEN c.expires_at <= now() AND c.state IN ('active', 'suspended') THEN 'expired' ELSE c.state END
        FROM civic.professional_credentials AS c
        WHERE c.organization_id = civic.current_organization_id()
            AND c.professional_id = credential_state.professional_id
        ORDER BY c.state = 'active' AND coalesce(c.expires_at > now(), true) DESC, c.created_at DESC, c.id DESC
        LIMIT 1
    );
END
$$;
COMMENT ON FUNCTION civic.credential_state(uuid) IS
    'State of the licence of a professional: active where any of their licences is, else that of the newest; null for'
    ' who has none, and for who may not know.';

CREATE FUNCTION civic_private.check_review() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT o.contact_id, o.professional_id INTO NEW.contact_id, NEW.professional_id
    FROM civic_private.owner_of_record(NEW.organization_id, NEW.source_record_type, NEW.source_record_id) AS o;
    NEW.policy_version_id := civic_private.policy_version_at(NEW.organization_id,
        civic_private.attendance_jurisdiction(NEW.organization_id, NEW.contact_id), now());
    IF civic.is_system() THEN
        RETURN NEW;
    END IF;
    NEW.reviewer_id := civic.current_user_id();
    NEW.created_at := clock_timestamp();
    NEW.reviewer_credential_state := civic.credential_state(NEW.reviewer_id);
    IF NEW.professional_id IS DISTINCT FROM NEW.reviewer_id
        OR NOT civic.has_permission(CASE NEW.decision_type WHEN 'annotated' THEN 'annotate:record'
            ELSE 'review:record' END) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not review this record',
            DETAIL = 'Records are reviewed by the professional through whom the person was enrolled.';
    END IF;
    IF NEW.decision_type <> 'annotated' AND NEW.reviewer_credential_state IS DISTINCT FROM 'active' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC124',
            MESSAGE = 'a determination needs an active licence',
            DETAIL = format('Yours is %s.', coalesce(NEW.reviewer_credential_state::text, 'not registered')),
            HINT = 'Annotate the record, or ask the administration to look at your licence.',
            TABLE = 'review_artifacts', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_review() IS
    'BEFORE INSERT row trigger on civic.review_artifacts: the record exists and is the reviewer''s to review, and the'
    ' state of the licence is copied. Errors: PT404 no such record, 42501, ZC124 no active licence.';

CREATE FUNCTION civic_private.check_explanation() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.session_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM civic.attendance_sessions AS s
        WHERE s.organization_id = NEW.organization_id AND s.id = NEW.session_id AND s.contact_id = NEW.contact_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'an explanation speaks of a session of the same person',
            TABLE = 'emergency_explanations', COLUMN = 'session_id', SCHEMA = 'civic';
    END IF;
    IF NOT civic.is_system() THEN
        PERFORM civic_private.check_enabled(civic_private.attendance_rules(NEW.organization_id,
            civic_private.policy_version_at(NEW.organization_id,
                civic_private.attendance_jurisdiction(NEW.organization_id, NEW.contact_id), now())), 'explanations');
        NEW.server_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_explanation() IS
    'BEFORE INSERT row trigger on civic.emergency_explanations: the clock of the server, and a session of the same'
    ' person. Errors: 23503, ZC127 switched off.';

CREATE FUNCTION civic_private.tell_review() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify(NEW.organization_id, NEW.contact_id, 'attendance_reviewed',
        NEW.source_record_type::text, NEW.source_record_id,
        jsonb_build_object('decision', NEW.decision_type, 'reason', NEW.reason));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_review() IS
    'AFTER INSERT row trigger on civic.review_artifacts: tells the person.';

CREATE FUNCTION civic_private.tell_explanation() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify(NEW.organization_id, NEW.professional_id, 'attendance_explained',
        'emergency_explanation', NEW.id,
        jsonb_build_object('category', NEW.category, 'narrative', left(NEW.narrative, 500)));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_explanation() IS
    'AFTER INSERT row trigger on civic.emergency_explanations: tells the professional.';

CREATE FUNCTION civic_private.check_proof() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    event civic.attendance_events;
    thread civic.message_threads;
BEGIN
    IF NEW.event_type IN ('check_in', 'check_out') THEN
        SELECT e.* INTO event FROM civic.attendance_events AS e
        WHERE e.organization_id = NEW.organization_id AND e.id = NEW.event_id
            AND e.type::text = NEW.event_type::text;
        NEW.contact_id := event.contact_id;
        NEW.professional_id := event.professional_id;
        NEW.occurred_at := event.server_at;
        NEW.payload_sha256 := civic_helpers.record_sha256(event);
    ELSIF NEW.event_type = 'message_export' THEN
        SELECT t.* INTO thread FROM civic.message_threads AS t
        WHERE t.organization_id = NEW.organization_id AND t.id = NEW.event_id;
        NEW.contact_id := thread.contact_id;
        NEW.professional_id := thread.professional_id;
        NEW.occurred_at := now();
        NEW.payload_sha256 := civic_private.thread_sha256(NEW.organization_id, thread.id);
    END IF;
    IF NEW.contact_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'what the integrity record is about does not exist',
            HINT = 'Check event_type and event_id.', TABLE = 'verification_proofs', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_proof() IS
    'BEFORE INSERT row trigger on civic.verification_proofs: computes the hash of what is in the database. Error PT404'
    ' for what is not.';
