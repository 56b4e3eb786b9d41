-- Mandates, enrolment, and what both sides write to each other.

CREATE FUNCTION civic_private.check_mandate() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.individual_date_of_birth > current_date THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            MESSAGE = 'a date of birth lies in the past',
            TABLE = 'mandates', COLUMN = 'individual_date_of_birth', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_mandate() IS 'BEFORE row trigger on civic.mandates. Error 23514.';

CREATE FUNCTION civic.send_enrollment_token(mandate_id uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    mandate civic.mandates;
    rules jsonb;
    token text;
BEGIN
    SELECT m.* INTO mandate FROM civic.mandates AS m
    WHERE m.organization_id = organization AND m.id = send_enrollment_token.mandate_id
        AND (m.professional_id = civic.current_user_id() AND civic.has_permission('create:mandate')
            OR civic.is_system())
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the mandate does not exist',
            DETAIL = 'No mandate of yours has this id.';
    END IF;
    rules := civic_private.attendance_rules(organization,
        civic_private.policy_version_at(organization, mandate.jurisdiction_id, now()));
    PERFORM civic_private.check_enabled(rules, 'enrollment');
    IF mandate.status = 'created' THEN
        UPDATE civic.mandates AS m SET status = 'token_sent'
        WHERE m.organization_id = organization AND m.id = mandate.id;
    ELSIF mandate.status <> 'token_sent' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC123',
            MESSAGE = format('nobody can be enrolled through a mandate that is %s', mandate.status),
            HINT = 'Create a new mandate.', TABLE = 'mandates', SCHEMA = 'civic';
    END IF;
    UPDATE civic_private.enrollment_tokens AS t SET replaced_at = now()
    WHERE t.organization_id = organization AND t.mandate_id = mandate.id AND t.used_at IS NULL
        AND t.replaced_at IS NULL;
    -- 244 random bits; nothing but the hash is kept.
    token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    INSERT INTO civic_private.enrollment_tokens (organization_id, mandate_id, token_hash, expires_at)
    VALUES (organization, mandate.id, sha256(convert_to(token, 'UTF8')),
        now() + make_interval(days => (rules ->> 'token_days')::integer));
    RETURN token;
END
$$;
COMMENT ON FUNCTION civic.send_enrollment_token(uuid) IS
    'A new one-time token for a mandate of one''s own, to be sent to the telephone number of the mandate; only its'
    ' hash is kept, and tokens sent before are no longer good. Good for token_days of the policy. Errors: PT404 no such'
    ' mandate, ZC123 the mandate is over, ZC127 switched off.';

CREATE FUNCTION civic.check_enrollment_token(token text) RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT t.expires_at FROM civic_private.enrollment_tokens AS t
        JOIN civic.mandates AS m ON m.organization_id = t.organization_id AND m.id = t.mandate_id
        WHERE t.organization_id = civic.current_organization_id()
            AND t.token_hash = sha256(convert_to(check_enrollment_token.token, 'UTF8'))
            AND t.used_at IS NULL AND t.replaced_at IS NULL AND t.expires_at > now() AND m.status = 'token_sent'
    );
END
$$;
COMMENT ON FUNCTION civic.check_enrollment_token(text) IS
    'Until when a token for enrolment is good; null for one that is not. Tells nothing of the mandate.';

CREATE FUNCTION civic.enroll(token text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic_private.require_person();
    used civic_private.enrollment_tokens;
    mandate civic.mandates;
BEGIN
    -- Whoever comes second waits here, and then finds the token used.
    UPDATE civic_private.enrollment_tokens AS t SET used_at = now()
    WHERE t.organization_id = organization
        AND t.token_hash = sha256(convert_to(enroll.token, 'UTF8'))
        AND t.used_at IS NULL AND t.replaced_at IS NULL AND t.expires_at > now()
    RETURNING t.* INTO used;
    SELECT m.* INTO mandate FROM civic.mandates AS m
    WHERE m.organization_id = organization AND m.id = used.mandate_id AND m.status = 'token_sent' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC123',
            MESSAGE = 'this link for enrolment cannot be used',
            DETAIL = 'It was used, replaced by a newer one, or has expired.',
            HINT = 'Ask the professional for a new one.';
    END IF;
    PERFORM civic_private.check_enabled(civic_private.attendance_rules(organization,
        civic_private.policy_version_at(organization, mandate.jurisdiction_id, now())), 'enrollment');
    IF NOT EXISTS (
        SELECT FROM civic.users AS u WHERE u.organization_id = organization AND u.id = person AND u.phone_verified
            AND ltrim(u.phone, '+') = ltrim(mandate.individual_phone, '+')
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC123',
            MESSAGE = 'this link for enrolment was made for another telephone number',
            DETAIL = 'Your account must have the telephone number of the mandate, and it must have been checked by a'
                ' code.',
            HINT = 'Check your telephone number, or ask the professional for a new link.';
    END IF;
    UPDATE civic.mandates AS m
    SET status = 'enrolled', enrolled_at = now(), enrolled_contact_id = person
    WHERE m.organization_id = organization AND m.id = mandate.id;
    PERFORM civic_private.notify(organization, mandate.professional_id, 'attendance_enrolled', 'mandate', mandate.id,
        jsonb_build_object('name', mandate.individual_name));
    RETURN mandate.id;
END
$$;
COMMENT ON FUNCTION civic.enroll(text) IS
    'Joins the mandate that a token was made for, and returns its id. What the caller records from now on is seen by'
    ' the professional as well. Errors: 28000 nobody is signed in, ZC123 the token is not good, or for another'
    ' telephone number, ZC127 switched off.';

CREATE FUNCTION civic_private.require_person() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF civic.current_user_id() IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'this needs somebody who does it',
            HINT = 'Sign in, or set civic.user_id.';
    END IF;
    IF civic.current_role_level() = 5 THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'an auditor writes nothing';
    END IF;
    RETURN civic.current_user_id();
END
$$;
COMMENT ON FUNCTION civic_private.require_person() IS
    'Who is signed in, and may write. Errors: 28000 nobody, 42501 an auditor.';

CREATE FUNCTION civic_private.check_thread() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mandate civic.mandates;
BEGIN
    SELECT m.* INTO mandate FROM civic.mandates AS m
    WHERE m.organization_id = NEW.organization_id AND m.id = NEW.mandate_id;
    IF mandate.status IS DISTINCT FROM 'enrolled' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC125',
            MESSAGE = 'a thread needs a mandate through which somebody is enrolled',
            TABLE = 'message_threads', COLUMN = 'mandate_id', SCHEMA = 'civic';
    END IF;
    NEW.contact_id := mandate.enrolled_contact_id;
    NEW.professional_id := mandate.professional_id;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_thread() IS
    'BEFORE INSERT row trigger on civic.message_threads: the two who write in it. Error ZC125.';

CREATE FUNCTION civic_private.check_message() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    thread civic.message_threads;
    referred civic.messages;
    fault text;
BEGIN
    SELECT t.* INTO thread FROM civic.message_threads AS t
    WHERE t.organization_id = NEW.organization_id AND t.id = NEW.thread_id FOR KEY SHARE;
    IF NOT FOUND OR NOT (civic.is_system()
        OR coalesce(civic.current_user_id() IN (thread.contact_id, thread.professional_id), false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the thread does not exist',
            DETAIL = 'No thread of yours has this id.';
    END IF;
    NEW.contact_id := thread.contact_id;
    NEW.professional_id := thread.professional_id;
    IF NOT civic.is_system() THEN
        NEW.sender_id := civic.current_user_id();
        NEW.sent_at := clock_timestamp();
        PERFORM civic_private.check_enabled(civic_private.attendance_rules(NEW.organization_id,
            civic_private.policy_version_at(NEW.organization_id,
                civic_private.attendance_jurisdiction(NEW.organization_id, NEW.contact_id), now())), 'messages');
    END IF;
    NEW.sender_role := CASE NEW.sender_id WHEN thread.contact_id THEN 'individual'
        WHEN thread.professional_id THEN 'professional' ELSE 'system' END;
    NEW.recipient_role := CASE NEW.sender_role WHEN 'individual' THEN 'professional'
        WHEN 'professional' THEN 'individual' ELSE coalesce(NEW.recipient_role, 'individual') END;
    IF NEW.references_message_id IS NOT NULL THEN
        SELECT m.* INTO referred FROM civic.messages AS m
        WHERE m.organization_id = NEW.organization_id AND m.id = NEW.references_message_id
            AND m.thread_id = NEW.thread_id;
    END IF;
    fault := CASE
        WHEN thread.status = 'archived' THEN 'The thread is archived.'
        WHEN NEW.message_type = 'professional_request' AND NEW.sender_role <> 'professional'
            THEN 'Requests are made by the professional.'
        WHEN NEW.message_type = 'user_question' AND NEW.sender_role <> 'individual'
            THEN 'Questions are asked by the person who was enrolled.'
        WHEN NEW.message_type = 'system_notification' AND NEW.sender_role <> 'system'
            THEN 'Notifications are sent by the system.'
        WHEN NEW.references_message_id IS NOT NULL AND referred.id IS NULL
            THEN 'The message that it refers to is not in this thread.'
        WHEN NEW.message_type = 'correction' AND NEW.references_message_id IS NULL
            THEN 'A correction refers to the message that it corrects.'
        WHEN NEW.message_type = 'correction' AND referred.sender_id IS DISTINCT FROM NEW.sender_id
            THEN 'One corrects what one wrote oneself.'
    END;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC125',
            MESSAGE = 'the message cannot be sent so', DETAIL = fault,
            TABLE = 'messages', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_message() IS
    'BEFORE INSERT row trigger on civic.messages: who writes to whom, and what each may write. Errors: PT404 no such'
    ' thread, ZC125 not so, ZC127 switched off.';

CREATE FUNCTION civic_private.check_attachment() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.is_system() AND NOT EXISTS (
        SELECT FROM civic.messages AS m
        WHERE m.organization_id = NEW.organization_id AND m.id = NEW.message_id
            AND m.sender_id = civic.current_user_id()
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC125',
            MESSAGE = 'the file cannot be attached',
            DETAIL = 'Files are attached to messages that one sent oneself.',
            TABLE = 'message_attachments', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_attachment() IS
    'BEFORE INSERT row trigger on civic.message_attachments: who sent the message attaches files to it. Error ZC125.';

CREATE FUNCTION civic_private.follow_message() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rules jsonb;
    deadline timestamptz;
BEGIN
    IF NEW.message_type = 'professional_request' THEN
        rules := civic_private.attendance_rules(NEW.organization_id,
            civic_private.policy_version_at(NEW.organization_id,
                civic_private.attendance_jurisdiction(NEW.organization_id, NEW.contact_id), NEW.sent_at));
        deadline := civic.work_add((rules ->> 'calendar_id')::uuid, NEW.sent_at,
            (rules ->> 'sla_hours')::double precision * interval '1 hour');
        INSERT INTO civic.message_sla (organization_id, message_id, contact_id, opened_at, sla_deadline)
        VALUES (NEW.organization_id, NEW.id, NEW.contact_id, NEW.sent_at, deadline);
    ELSIF NEW.sender_role = 'individual' AND NEW.message_type <> 'correction' THEN
        -- An answer to one request answers that one; any other message answers all.
        UPDATE civic.message_sla AS s SET sla_state = 'responded', responded_at = NEW.sent_at
        WHERE s.organization_id = NEW.organization_id AND s.sla_state = 'open' AND s.message_id IN (
            SELECT m.id FROM civic.messages AS m
            WHERE m.organization_id = NEW.organization_id AND m.thread_id = NEW.thread_id
                AND m.message_type = 'professional_request'
        ) AND (s.message_id = NEW.references_message_id OR NOT EXISTS (
            SELECT FROM civic.message_sla AS o
            WHERE o.organization_id = NEW.organization_id AND o.message_id = NEW.references_message_id
        ));
    END IF;
    PERFORM civic_private.notify(NEW.organization_id,
        CASE NEW.recipient_role WHEN 'individual' THEN NEW.contact_id WHEN 'professional' THEN NEW.professional_id END,
        CASE NEW.message_type WHEN 'professional_request' THEN 'attendance_request' ELSE 'attendance_message' END,
        'thread', NEW.thread_id, jsonb_build_object('content', left(NEW.content, 500),
            'deadline', civic_private.local_time(deadline,
                (SELECT o.time_zone FROM civic.organizations AS o WHERE o.id = NEW.organization_id))));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_message() IS
    'AFTER INSERT row trigger on civic.messages: a request starts a clock, and an answer stops it.';

CREATE FUNCTION civic.tick_attendance(
    max_rows integer DEFAULT 1000, at timestamptz DEFAULT now(),
    OUT expired_sessions bigint, OUT expired_mandates bigint, OUT expired_credentials bigint,
    OUT overdue_requests bigint
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    request record;
BEGIN
    IF NOT civic.has_permission('system:admin') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not run the clock',
            DETAIL = 'That needs permission "system:admin".',
            HINT = 'A scheduler runs civic.tick_attendance() as civic_service.';
    END IF;
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 100000 OR at IS NULL OR NOT isfinite(at) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'max_rows must be 1 to 100000, and the time a moment';
    END IF;
    UPDATE civic.attendance_sessions AS s SET status = 'expired'
    FROM (
        SELECT o.id FROM civic.attendance_sessions AS o
        WHERE o.organization_id = organization AND o.status = 'active' AND o.created_at < at - make_interval(mins =>
            (civic_private.attendance_rules(organization, o.policy_version_id) ->> 'check_in_minutes')::integer)
        ORDER BY o.created_at LIMIT max_rows
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS o
    WHERE s.organization_id = organization AND s.id = o.id;
    GET DIAGNOSTICS expired_sessions = ROW_COUNT;
    UPDATE civic.mandates AS m SET status = 'expired'
    FROM (
        SELECT o.id FROM civic_private.enrollment_tokens AS t
        JOIN civic.mandates AS o ON o.organization_id = t.organization_id AND o.id = t.mandate_id
        WHERE t.organization_id = organization AND t.used_at IS NULL AND t.replaced_at IS NULL AND t.expires_at <= at
            AND o.status = 'token_sent'
        ORDER BY t.expires_at LIMIT max_rows
        FOR NO KEY UPDATE OF o SKIP LOCKED
    ) AS o
    WHERE m.organization_id = organization AND m.id = o.id;
    GET DIAGNOSTICS expired_mandates = ROW_COUNT;
    UPDATE civic.professional_credentials AS c SET state = 'expired'
    FROM (
        SELECT o.id FROM civic.professional_credentials AS o
        WHERE o.organization_id = organization AND o.state IN ('active', 'suspended') AND o.expires_at <= at
        ORDER BY o.expires_at LIMIT max_rows
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS o
    WHERE c.organization_id = organization AND c.id = o.id;
    GET DIAGNOSTICS expired_credentials = ROW_COUNT;
    overdue_requests := 0;
    FOR request IN
        UPDATE civic.message_sla AS s SET is_overdue = true
        FROM (
            SELECT o.id, m.thread_id FROM civic.message_sla AS o
            JOIN civic.messages AS m ON m.organization_id = o.organization_id AND m.id = o.message_id
            WHERE o.organization_id = organization AND o.sla_state = 'open' AND NOT o.is_overdue
                AND o.sla_deadline < at
            ORDER BY o.sla_deadline LIMIT max_rows
            FOR NO KEY UPDATE OF o SKIP LOCKED
        ) AS o
        WHERE s.organization_id = organization AND s.id = o.id
        RETURNING s.professional_id, s.sla_deadline, o.thread_id
    LOOP
        overdue_requests := overdue_requests + 1;
        PERFORM civic_private.notify(organization, request.professional_id, 'attendance_request_overdue', 'thread',
            request.thread_id, jsonb_build_object('deadline', civic_private.local_time(request.sla_deadline,
                (SELECT o.time_zone FROM civic.organizations AS o WHERE o.id = organization))));
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.tick_attendance(integer, timestamptz) IS
    'What time does to attendance, up to max_rows of each kind: sessions without check-in, mandates whose link was not'
    ' used and licences at their end expire; requests that nobody answered become overdue. To be run every few minutes'
    ' as civic_service; running it twice, at once or late does no harm. Errors: 42501 not open to the caller, 22023'
    ' arguments.';
