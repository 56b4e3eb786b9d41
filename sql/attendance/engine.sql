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
