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
