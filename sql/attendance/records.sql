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
