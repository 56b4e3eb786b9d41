-- What is kept stays as it was; what a retention policy deletes leaves a tombstone.

CREATE FUNCTION civic.record_sha256(kept anyelement) RETURNS civic.sha256
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
    SET extra_float_digits = 1 SET bytea_output = 'hex' SET intervalstyle = 'iso_8601'
AS $$
BEGIN
    RETURN sha256(convert_to(to_jsonb(kept)::text, 'UTF8'));
END
$$;
COMMENT ON FUNCTION civic.record_sha256(anyelement) IS
    'SHA-256 of a row: of its columns as jsonb in UTF-8, times in UTC. Pass a row, as in SELECT'
    ' civic.record_sha256(e) FROM civic.attendance_events AS e.';

CREATE FUNCTION civic_private.thread_sha256(organization uuid, thread uuid) RETURNS civic.sha256
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT sha256(coalesce(string_agg(civic.record_sha256(m)::bytea, ''::bytea ORDER BY m.sent_at, m.id), ''))
        FROM civic.messages AS m WHERE m.organization_id = organization AND m.thread_id = thread
    );
END
$$;
COMMENT ON FUNCTION civic_private.thread_sha256(uuid, uuid) IS
    'SHA-256 of the hashes of all messages of a thread, in the order they were sent.';

CREATE FUNCTION civic_private.keep_record() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    said jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- Only functions of civic come this far as its owner; then each row is looked at.
        IF TG_LEVEL = 'STATEMENT' AND current_user = 'civic_owner' THEN
            RETURN NULL;
        END IF;
        IF TG_LEVEL = 'ROW' AND EXISTS (
            SELECT FROM civic.record_tombstones AS t
            WHERE t.organization_id = OLD.organization_id AND t.record_type = TG_ARGV[0]::civic.attendance_record
                AND t.record_id = OLD.id AND t.record_sha256 = civic.record_sha256(OLD)
        ) THEN
            RETURN OLD;
        END IF;
    END IF;
    said := jsonb_build_object(
        'code', 'ZC120',
        'message', format('records in "%s" are kept as they are', TG_TABLE_NAME),
        'details', CASE TG_OP WHEN 'UPDATE' THEN 'What was documented is never changed.'
            ELSE 'Records are deleted by civic.apply_retention() alone, which leaves a tombstone.' END,
        'hint', CASE TG_OP WHEN 'UPDATE' THEN 'Document a correction as a new record that refers to this one.'
            ELSE 'Table civic.retention_policies says how long records are kept.' END);
    -- PostgREST turns this code into an answer of its own: status 409, with code ZC120.
    IF current_setting('request.method', true) <> '' THEN
        RAISE EXCEPTION USING ERRCODE = 'PGRST', MESSAGE = said::text, DETAIL = '{"status": 409, "headers": {}}';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ZC120', MESSAGE = said ->> 'message', DETAIL = said ->> 'details',
        HINT = said ->> 'hint', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
END
$$;
COMMENT ON FUNCTION civic_private.keep_record() IS
    'BEFORE trigger for UPDATE, DELETE and TRUNCATE, for each statement, and for each row that is deleted, on tables of'
    ' which a retention policy takes rows: one goes where a tombstone with its hash stands. Argument: the kind of'
    ' record. What nobody ever takes has civic_private.refuse_change(). Error ZC120; over PostgREST status 409.';

CREATE FUNCTION civic_private.is_held(organization uuid, contact uuid, record uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM civic.legal_holds AS h
        WHERE h.organization_id = organization AND h.released_at IS NULL AND h.target_id IN (contact, record)
    ) OR EXISTS (
        SELECT FROM civic.user_identities AS i
        JOIN civic.legal_holds AS h ON h.organization_id = i.organization_id AND h.released_at IS NULL
            AND h.case_identifier = i.case_identifier
        WHERE i.organization_id = organization AND i.contact_id = contact
    );
END
$$;
COMMENT ON FUNCTION civic_private.is_held(uuid, uuid, uuid) IS
    'Whether a legal hold is on a record, its person or a case of theirs.';

CREATE FUNCTION civic_private.is_needed(organization uuid, kind civic.attendance_record, record uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE kind
        WHEN 'message' THEN EXISTS (
            SELECT FROM civic.messages AS m
            WHERE m.organization_id = organization AND m.references_message_id = record
        )
        WHEN 'attendance_session' THEN EXISTS (
            SELECT FROM civic.emergency_explanations AS e
            WHERE e.organization_id = organization AND e.session_id = record
        ) OR EXISTS (
            SELECT FROM civic.attendance_sessions AS s
            WHERE s.organization_id = organization AND s.id = record AND NOT s.is_complete
        )
        WHEN 'selfie_artifact' THEN EXISTS (
            SELECT FROM civic.attendance_events AS e
            WHERE e.organization_id = organization AND e.selfie_artifact_id = record
        )
        -- The newest consent of a type still holds.
        WHEN 'consent_artifact' THEN NOT EXISTS (
            SELECT FROM civic.consent_artifacts AS c
            JOIN civic.consent_artifacts AS n ON n.organization_id = c.organization_id
                AND n.contact_id = c.contact_id AND n.consent_type = c.consent_type
                AND (n.granted_at, n.id) > (c.granted_at, c.id)
            WHERE c.organization_id = organization AND c.id = record
        )
        ELSE false
    END;
END
$$;
COMMENT ON FUNCTION civic_private.is_needed(uuid, civic.attendance_record, uuid) IS
    'Whether a record must stay although its time is over: others refer to it, it is not finished, or it still holds.';

CREATE FUNCTION civic_private.retention_days(organization uuid, contact uuid, kind civic.attendance_record)
    RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT r.retention_days FROM civic.retention_policies AS r
        WHERE r.organization_id = organization AND r.record_type = kind AND r.is_active
            AND (r.jurisdiction_id IS NULL
                OR r.jurisdiction_id = civic_private.attendance_jurisdiction(organization, contact))
        ORDER BY r.jurisdiction_id IS NULL LIMIT 1
    );
END
$$;
COMMENT ON FUNCTION civic_private.retention_days(uuid, uuid, civic.attendance_record) IS
    'How many days records of a person are kept: as their jurisdiction says, else as the organization says; null for'
    ' good.';

CREATE FUNCTION civic_private.bury_records(
    organization uuid, kind civic.attendance_record, ids uuid[], reason text
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    buried bigint;
BEGIN
    EXECUTE format('INSERT INTO civic.record_tombstones (organization_id, record_type, record_id, deletion_reason,'
        ' record_sha256) SELECT r.organization_id, $2, r.id, $4, civic.record_sha256(r) FROM civic.%I AS r'
        ' WHERE r.organization_id = $1 AND r.id = ANY ($3)', civic_private.table_of_record(kind))
    USING organization, kind, ids, reason;
    EXECUTE format('DELETE FROM civic.%I AS r WHERE r.organization_id = $1 AND r.id = ANY ($2)',
        civic_private.table_of_record(kind))
    USING organization, ids;
    GET DIAGNOSTICS buried = ROW_COUNT;
    RETURN buried;
END
$$;
COMMENT ON FUNCTION civic_private.bury_records(uuid, civic.attendance_record, uuid[], text) IS
    'Deletes records and leaves a tombstone for each.';

CREATE FUNCTION civic_private.children_of(
    organization uuid, kind civic.attendance_record, parent text, parents uuid[]
) RETURNS uuid[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    children uuid[];
BEGIN
    EXECUTE format('SELECT array_agg(c.id) FROM civic.%I AS c WHERE c.organization_id = $1 AND c.%I = ANY ($2)',
        civic_private.table_of_record(kind), parent)
    INTO children USING organization, parents;
    RETURN coalesce(children, '{}');
END
$$;
COMMENT ON FUNCTION civic_private.children_of(uuid, civic.attendance_record, text, uuid[]) IS
    'Records of a kind that belong to others, by the column that refers to them.';

CREATE FUNCTION civic.apply_retention(max_rows integer DEFAULT 1000)
    RETURNS TABLE (record_type civic.attendance_record, deleted bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 8 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    kind record;
    due uuid[];
    events uuid[];
    reason text;
BEGIN
    IF NOT civic.has_permission('manage:retention') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not apply the retention policies',
            DETAIL = 'That needs permission "manage:retention".',
            HINT = 'A scheduler runs civic.apply_retention() as civic_service.';
    END IF;
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'max_rows must be 1 to 100000';
    END IF;
    -- No hold is placed meanwhile, and one that is being placed is waited for.
    LOCK TABLE civic.legal_holds IN SHARE MODE;
    -- What refers to something goes before it.
    FOR kind IN
        SELECT k.label::civic.attendance_record AS label, k.since, min(p.retention_days) AS least_days
        FROM (VALUES
            (1, 'verification_proof', 'created_at'), (2, 'review_artifact', 'created_at'), (3, 'message', 'sent_at'),
            (4, 'emergency_explanation', 'server_at'), (5, 'attendance_session', 'created_at'),
            (6, 'selfie_artifact', 'created_at'), (7, 'consent_artifact', 'granted_at')
        ) AS k (place, label, since)
        JOIN civic.retention_policies AS p ON p.organization_id = organization AND p.is_active
            AND p.record_type = k.label::civic.attendance_record
        GROUP BY k.place, k.label, k.since ORDER BY k.place
    LOOP
        EXECUTE format('SELECT array_agg(d.id) FROM (SELECT r.id FROM civic.%1$I AS r'
            ' WHERE r.organization_id = $1 AND r.%2$I < now() - make_interval(days => $2)'
            ' AND r.%2$I < now() - make_interval(days => civic_private.retention_days(r.organization_id,'
            ' r.contact_id, $3)) AND NOT civic_private.is_held(r.organization_id, r.contact_id, r.id)'
            ' AND NOT civic_private.is_needed(r.organization_id, $3, r.id)'
            ' ORDER BY r.%2$I LIMIT $4 FOR UPDATE SKIP LOCKED) AS d',
            civic_private.table_of_record(kind.label), kind.since)
        INTO due USING organization, kind.least_days, kind.label, max_rows;
        CONTINUE WHEN due IS NULL;
        reason := format('retention policy of %s', replace(kind.label::text, '_', ' '));
        IF kind.label = 'attendance_session' THEN
            events := civic_private.children_of(organization, 'attendance_event', 'session_id', due);
            PERFORM civic_private.bury_records(organization, 'data_quality_signal',
                civic_private.children_of(organization, 'data_quality_signal', 'session_event_id', events), reason);
            PERFORM civic_private.bury_records(organization, 'attendance_event', events, reason);
        ELSIF kind.label = 'emergency_explanation' THEN
            PERFORM civic_private.bury_records(organization, 'explanation_attachment',
                civic_private.children_of(organization, 'explanation_attachment', 'explanation_id', due), reason);
        ELSIF kind.label = 'message' THEN
            PERFORM civic_private.bury_records(organization, 'message_attachment',
                civic_private.children_of(organization, 'message_attachment', 'message_id', due), reason);
            DELETE FROM civic.message_sla AS s WHERE s.organization_id = organization AND s.message_id = ANY (due);
        END IF;
        RETURN QUERY SELECT kind.label, civic_private.bury_records(organization, kind.label, due, reason);
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.apply_retention(integer) IS
    'Deletes records that the retention policies no longer keep, oldest first and up to max_rows of each kind, and'
    ' leaves a tombstone for each. What is under a legal hold stays, and so does what others still refer to. For'
    ' holders of manage:retention; run it again while it returns max_rows. Errors: 42501 not open to the caller, 22023'
    ' max_rows.';
