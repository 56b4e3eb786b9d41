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
