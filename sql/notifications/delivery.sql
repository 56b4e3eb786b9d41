CREATE FUNCTION civic_private.leaves_at(
    at timestamptz, written_at timestamptz, priority civic.notification_priority, recipient uuid,
    digest civic.notification_digest, digest_at time, quiet_from time, quiet_until time, zone text
) RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Within a minute at most, and the same for all messages of a person: what leaves together is found together.
    spread interval := make_interval(secs => (hashtext(recipient::text) & 1048575) / 1048576.0 * 60);
    leaves timestamptz := at;
    clock timestamp;
BEGIN
    IF digest <> 'none' AND priority < 'high' THEN
        clock := written_at AT TIME ZONE zone;
        leaves := CASE
            WHEN digest = 'hourly' THEN date_trunc('hour', written_at) + interval '1 hour'
            WHEN digest = 'daily' THEN (clock::date + digest_at
                + CASE WHEN clock::time >= digest_at THEN interval '1 day' ELSE '0' END) AT TIME ZONE zone
            ELSE (date_trunc('week', clock) + digest_at
                + CASE WHEN clock >= date_trunc('week', clock) + digest_at THEN interval '7 days' ELSE '0' END)
                AT TIME ZONE zone
        END + spread;
        leaves := greatest(leaves, at);
    END IF;
    IF quiet_from IS NOT NULL AND priority < 'critical' THEN
        clock := leaves AT TIME ZONE zone;
        IF (quiet_from < quiet_until AND clock::time >= quiet_from AND clock::time < quiet_until)
            OR (quiet_from > quiet_until AND (clock::time >= quiet_from OR clock::time < quiet_until)) THEN
            leaves := (clock::date + quiet_until
                + CASE WHEN clock::time >= quiet_until THEN interval '1 day' ELSE '0' END) AT TIME ZONE zone + spread;
        END IF;
    END IF;
    RETURN leaves;
END
$$;
COMMENT ON FUNCTION civic_private.leaves_at(
    timestamptz, timestamptz, civic.notification_priority, uuid, civic.notification_digest, time, time, time, text
) IS
    'When a message that could be sent at a time leaves: then, or with the next digest, or after quiet hours; those two'
    ' up to a minute later, always the same for one person.';

CREATE FUNCTION civic_private.retry_after(attempts integer) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN attempts < 8 THEN least(interval '6 hours', interval '30 seconds' * power(3, attempts - 1)) END;
COMMENT ON FUNCTION civic_private.retry_after(integer) IS
    'How long a message waits after so many failed attempts: 30 seconds, then three times as long each time, at most 6'
    ' hours; null after the eighth, when it is given up.';

CREATE FUNCTION civic_private.check_worker(max_rows integer) RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.has_permission('manage:integrations') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not deliver messages',
            DETAIL = 'That needs permission "manage:integrations".',
            HINT = 'A worker runs as civic_service.';
    END IF;
    IF civic.current_organization_id() IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'the session works for no organization',
            HINT = 'Set civic.organization_id.';
    END IF;
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'max_rows must be 1 to 10000';
    END IF;
    RETURN civic.current_organization_id();
END
$$;
COMMENT ON FUNCTION civic_private.check_worker(integer) IS
    'Organization a worker delivers for. Errors: 42501 not open to the caller, 28000 no organization, 22023 max_rows.';

CREATE FUNCTION civic.claim_notifications(
    worker text, max_rows integer DEFAULT 100, channels civic.delivery_channel[] DEFAULT NULL,
    lease interval DEFAULT '5 minutes', at timestamptz DEFAULT now()
) RETURNS TABLE (
    notification_ids uuid[], channel civic.delivery_channel, recipient_id uuid, address text, language text,
    priority civic.notification_priority, title text, message text, action_url text, attempt integer
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(max_rows);
    wanted civic.delivery_channel[] := coalesce(channels, enum_range(NULL::civic.delivery_channel));
    ids uuid[];
    ways civic.delivery_channel[];
    held_ids uuid[];
    held_ways civic.delivery_channel[];
    moments timestamptz[];
    obstacles text[];
BEGIN
    IF lease IS NULL OR lease <= '0' OR lease > '1 day' OR at IS NULL OR NOT isfinite(at) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the lease must be more than 0 and at most a day, and the time a moment';
    END IF;
    LOOP
        -- The most urgent first; who claims at the same time takes others. One index scan a priority, so that what
        -- waits for the morning is not read over and over.
        SELECT array_agg(p.notification_id), array_agg(p.channel) INTO ids, ways
        FROM (
            SELECT d.notification_id, d.channel
            FROM unnest('{critical,high,normal,low}'::civic.notification_priority[]) AS l (priority)
            CROSS JOIN LATERAL (
                SELECT o.notification_id, o.channel FROM civic.outbox AS o
                WHERE o.organization_id = organization AND o.state = 'pending' AND o.priority = l.priority
                    AND o.due_at <= claim_notifications.at AND o.channel = ANY (wanted)
                ORDER BY o.due_at
                LIMIT max_rows
                FOR UPDATE SKIP LOCKED
            ) AS d
            LIMIT max_rows
        ) AS p;
        EXIT WHEN ids IS NULL;

        -- A digest is whole or is not sent: the rest of it has the same time and is taken as well, unless somebody
        -- else has a part of it just now.
        SELECT array_agg(DISTINCT o.due_at) INTO moments
        FROM unnest(ids, ways) AS k (id, channel)
        JOIN civic.outbox AS o
            ON o.organization_id = organization AND o.notification_id = k.id AND o.channel = k.channel
        JOIN civic.notifications AS n ON n.organization_id = organization AND n.id = k.id
        JOIN civic.notification_settings AS s ON s.organization_id = organization AND s.user_id = n.recipient_id
        WHERE s.digest <> 'none' AND o.priority < 'high' AND o.due_at > o.created_at;
        IF moments IS NOT NULL THEN
            WITH taken AS (
                SELECT o.notification_id, o.channel, o.due_at FROM civic.outbox AS o
                WHERE o.organization_id = organization AND o.state = 'pending' AND o.priority IN ('low', 'normal')
                    AND o.due_at = ANY (moments) AND o.channel = ANY (wanted)
                FOR UPDATE SKIP LOCKED
            ), whole AS (
                SELECT t.due_at, count(*) = (
                    SELECT count(*) FROM civic.outbox AS o
                    WHERE o.organization_id = organization AND o.state = 'pending' AND o.priority IN ('low', 'normal')
                        AND o.due_at = t.due_at AND o.channel = ANY (wanted)
                ) AS is_whole
                FROM taken AS t GROUP BY t.due_at
            )
            SELECT array_agg(u.id), array_agg(u.channel) INTO ids, ways
            FROM (
                SELECT k.id, k.channel FROM unnest(ids, ways) AS k (id, channel)
                UNION
                SELECT t.notification_id, t.channel FROM taken AS t
                EXCEPT
                SELECT t.notification_id, t.channel FROM taken AS t JOIN whole AS w USING (due_at) WHERE NOT w.is_whole
            ) AS u;
        END IF;

        -- What may not leave yet, or not at all any more.
        SELECT array_agg(k.id) FILTER (WHERE c.leaves IS NULL AND c.obstacle IS NULL),
            array_agg(k.channel) FILTER (WHERE c.leaves IS NULL AND c.obstacle IS NULL),
            array_agg(k.id) FILTER (WHERE num_nonnulls(c.leaves, c.obstacle) > 0),
            array_agg(k.channel) FILTER (WHERE num_nonnulls(c.leaves, c.obstacle) > 0),
            array_agg(c.leaves) FILTER (WHERE num_nonnulls(c.leaves, c.obstacle) > 0),
            array_agg(c.obstacle) FILTER (WHERE num_nonnulls(c.leaves, c.obstacle) > 0)
        INTO ids, ways, held_ids, held_ways, moments, obstacles
        FROM unnest(ids, ways) AS k (id, channel)
        CROSS JOIN LATERAL civic_private.delivery_check(organization, k.id, k.channel, claim_notifications.at) AS c;
        UPDATE civic.outbox AS o SET
            due_at = coalesce(h.leaves, o.due_at),
            state = CASE WHEN h.obstacle IS NULL THEN o.state ELSE 'dead' END,
            finished_at = CASE WHEN h.obstacle IS NOT NULL THEN claim_notifications.at END,
            last_error = coalesce(h.obstacle, o.last_error)
        FROM unnest(held_ids, held_ways, moments, obstacles) AS h (id, channel, leaves, obstacle)
        WHERE o.organization_id = organization AND o.notification_id = h.id AND o.channel = h.channel;

        RETURN QUERY
        WITH claimed AS (
            UPDATE civic.outbox AS o SET
                due_at = claim_notifications.at + lease,
                attempts = o.attempts + 1,
                claimed_by = worker
            FROM unnest(ids, ways) AS k (id, channel)
            WHERE o.organization_id = organization AND o.notification_id = k.id AND o.channel = k.channel
            RETURNING o.notification_id, o.channel, o.priority, o.attempts
        )
        SELECT array_agg(c.notification_id ORDER BY c.notification_id), c.channel, n.recipient_id,
            max(CASE WHEN c.channel = 'sms' THEN u.phone::text WHEN c.channel = 'email' THEN u.email::text END),
            max(u.preferred_language), max(c.priority),
            CASE WHEN count(*) = 1 THEN max(n.title) ELSE format('%s messages', count(*)) END,
            CASE WHEN count(*) = 1 THEN max(n.message)
                ELSE string_agg(n.title || E'\n' || n.message, E'\n\n' ORDER BY c.notification_id) END,
            CASE WHEN count(*) = 1 THEN max(n.action_url) END,
            max(c.attempts)
        FROM claimed AS c
        JOIN civic.notifications AS n ON n.organization_id = organization AND n.id = c.notification_id
        JOIN civic.users AS u ON u.organization_id = organization AND u.id = n.recipient_id
        LEFT JOIN civic.notification_settings AS s
            ON s.organization_id = organization AND s.user_id = n.recipient_id
        GROUP BY n.recipient_id, c.channel,
            CASE WHEN s.digest <> 'none' AND c.priority < 'high' THEN NULL ELSE c.notification_id END
        ORDER BY max(c.priority) DESC, min(n.created_at);
        EXIT WHEN FOUND OR held_ids IS NULL;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.claim_notifications(
    text, integer, civic.delivery_channel[], interval, timestamptz
) IS
    'Takes up to max_rows messages that are due from the outbox of the organization, the most urgent first, for a'
    ' worker with that name; a digest is one row with all its messages. Nobody else gets them until the lease ends.'
    ' What has to wait for a digest or the end of quiet hours is put off here. address is the telephone number or'
    ' e-mail, null for the app; attempt counts from 1. Then civic.finish_notifications() or'
    ' civic.fail_notifications(). No rows: nothing is due. For holders of manage:integrations. Errors: 42501 not open'
    ' to the caller, 28000 no organization, 22023 arguments.';

CREATE FUNCTION civic_private.delivery_check(
    organization uuid, notification uuid, channel civic.delivery_channel, at timestamptz,
    OUT leaves timestamptz, OUT obstacle text
) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    d record;
BEGIN
    SELECT o.priority, o.attempts, o.created_at, o.due_at, n.recipient_id, u.is_active, t.is_mandatory,
        s.digest, s.digest_at, s.quiet_from, s.quiet_until, coalesce(s.time_zone, g.time_zone) AS zone,
        CASE WHEN delivery_check.channel = 'app' THEN u.push_notifications
            WHEN delivery_check.channel = 'sms' THEN u.sms_notifications AND u.phone IS NOT NULL
            ELSE u.email_notifications AND u.email IS NOT NULL END AS wanted
    INTO STRICT d
    FROM civic.outbox AS o
    JOIN civic.notifications AS n ON n.organization_id = o.organization_id AND n.id = o.notification_id
    JOIN civic.notification_types AS t ON t.code = n.type
    JOIN civic.users AS u ON u.organization_id = n.organization_id AND u.id = n.recipient_id
    JOIN civic.organizations AS g ON g.id = o.organization_id
    LEFT JOIN civic.notification_settings AS s ON s.organization_id = n.organization_id AND s.user_id = n.recipient_id
    WHERE o.organization_id = organization AND o.notification_id = notification AND o.channel = delivery_check.channel;
    obstacle := CASE
        WHEN NOT d.is_active THEN 'the person is not active any more'
        WHEN NOT d.wanted THEN 'the person does not take messages this way any more'
        WHEN civic_private.retry_after(d.attempts) IS NULL AND d.attempts > 0 THEN 'no worker said what became of it'
    END;
    IF obstacle IS NOT NULL OR d.is_mandatory OR d.digest IS NULL THEN
        RETURN;
    END IF;
    IF d.digest <> 'none' AND d.priority < 'high' AND d.attempts = 0 THEN
        -- All of one digest get the same time, by which they are found together, also when that time has passed.
        leaves := civic_private.leaves_at(d.created_at, d.created_at, d.priority, d.recipient_id, d.digest,
            d.digest_at, d.quiet_from, d.quiet_until, d.zone);
        IF leaves <> d.due_at THEN
            RETURN;
        END IF;
    END IF;
    leaves := nullif(civic_private.leaves_at(at, d.created_at, d.priority, d.recipient_id, d.digest, d.digest_at,
        d.quiet_from, d.quiet_until, d.zone), at);
END
$$;
COMMENT ON FUNCTION civic_private.delivery_check(uuid, uuid, civic.delivery_channel, timestamptz) IS
    'Until when a message in the outbox waits, null where it may leave now, and what keeps it from leaving at all, null'
    ' for nothing.';

CREATE FUNCTION civic.finish_notifications(
    worker text, channel civic.delivery_channel, notification_ids uuid[]
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(1);
    finished bigint;
BEGIN
    UPDATE civic.outbox AS o SET state = 'sent', finished_at = now(), claimed_by = worker, last_error = NULL
    WHERE o.organization_id = organization AND o.notification_id = ANY (finish_notifications.notification_ids)
        AND o.channel = finish_notifications.channel AND o.attempts > 0 AND o.state <> 'sent';
    GET DIAGNOSTICS finished = ROW_COUNT;
    RETURN finished;
END
$$;
COMMENT ON FUNCTION civic.finish_notifications(text, civic.delivery_channel, uuid[]) IS
    'Messages that a worker took were sent, also where its lease has ended meanwhile. Returns how many were not known'
    ' to be. For holders of manage:integrations. Errors: 42501 not open to the caller, 28000 no organization.';

CREATE FUNCTION civic.fail_notifications(
    worker text, channel civic.delivery_channel, notification_ids uuid[], error text, permanent boolean DEFAULT false
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(1);
    failed bigint;
BEGIN
    UPDATE civic.outbox AS o SET
        state = CASE WHEN permanent OR civic_private.retry_after(o.attempts) IS NULL THEN 'dead' ELSE o.state END,
        finished_at = CASE WHEN permanent OR civic_private.retry_after(o.attempts) IS NULL THEN now() END,
        -- Not all at the same moment again.
        due_at = now() + coalesce(civic_private.retry_after(o.attempts), '0') * (1 + random() / 5),
        claimed_by = NULL,
        last_error = left(error, 1000)
    WHERE o.organization_id = organization AND o.notification_id = ANY (fail_notifications.notification_ids)
        AND o.channel = fail_notifications.channel AND o.state = 'pending' AND o.claimed_by = worker;
    GET DIAGNOSTICS failed = ROW_COUNT;
    RETURN failed;
END
$$;
COMMENT ON FUNCTION civic.fail_notifications(text, civic.delivery_channel, uuid[], text, boolean) IS
    'Messages that this worker took could not be sent, and why (up to 1000 characters): they are tried again later,'
    ' eight times in all, then given up; permanent gives them up at once. Returns how many were still this worker''s.'
    ' For holders of manage:integrations. Errors: 42501 not open to the caller, 28000 no organization.';

CREATE FUNCTION civic.retry_notifications(since timestamptz DEFAULT '-infinity', max_rows integer DEFAULT 1000)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(max_rows);
    retried bigint;
BEGIN
    UPDATE civic.outbox AS o SET state = 'pending', finished_at = NULL, due_at = now(), attempts = 0, claimed_by = NULL
    FROM (
        SELECT d.notification_id, d.channel FROM civic.outbox AS d
        WHERE d.organization_id = organization AND d.state = 'dead' AND d.finished_at >= since
        ORDER BY d.finished_at LIMIT max_rows
        FOR UPDATE SKIP LOCKED
    ) AS d
    WHERE o.organization_id = organization AND o.notification_id = d.notification_id AND o.channel = d.channel;
    GET DIAGNOSTICS retried = ROW_COUNT;
    RETURN retried;
END
$$;
COMMENT ON FUNCTION civic.retry_notifications(timestamptz, integer) IS
    'Puts messages that were given up since a time back into the outbox, 1 to 10000, as if they had never been tried;'
    ' returns how many. For holders of manage:integrations. Errors: 42501 not open to the caller, 28000 no'
    ' organization, 22023 max_rows.';

CREATE FUNCTION civic.tidy_notifications(
    max_rows integer DEFAULT 10000, kept interval DEFAULT '1 year', at timestamptz DEFAULT now(),
    OUT marked bigint, OUT removed bigint
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(max_rows);
BEGIN
    UPDATE civic.notifications AS n SET read_at = tidy_notifications.at
    FROM (
        SELECT u.id FROM civic.notifications AS u
        LEFT JOIN civic.notification_settings AS s
            ON s.organization_id = u.organization_id AND s.user_id = u.recipient_id
        WHERE u.organization_id = organization AND u.read_at IS NULL
            AND u.created_at < tidy_notifications.at - make_interval(days => nullif(coalesce(s.auto_mark_read_days, 7),
                0))
        LIMIT max_rows
        FOR UPDATE OF u SKIP LOCKED
    ) AS u
    WHERE n.organization_id = organization AND n.id = u.id;
    GET DIAGNOSTICS marked = ROW_COUNT;
    DELETE FROM civic.notifications AS n
    USING (
        SELECT o.id FROM civic.notifications AS o
        WHERE o.organization_id = organization AND o.created_at < tidy_notifications.at - kept
            AND o.read_at IS NOT NULL
        ORDER BY o.id LIMIT max_rows
        FOR UPDATE SKIP LOCKED
    ) AS o
    WHERE n.organization_id = organization AND n.id = o.id;
    GET DIAGNOSTICS removed = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION civic.tidy_notifications(integer, interval, timestamptz) IS
    'Marks messages as read after the days that their person chose (7 unless they did), and removes read ones that are'
    ' older than kept, up to max_rows each. To be run every night as civic_service. For holders of'
    ' manage:integrations. Errors: 42501 not open to the caller, 28000 no organization, 22023 max_rows.';

CREATE FUNCTION civic.announce(
    title text, message text, role text DEFAULT NULL, department_id uuid DEFAULT NULL,
    type text DEFAULT 'organization_announcement'
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    people uuid[];
BEGIN
    IF NOT (civic.has_permission('add_notification') OR civic.has_permission('manage:settings')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not speak for the organization',
            DETAIL = 'That needs permission "add_notification" or "manage:settings".';
    END IF;
    IF announce.type NOT IN ('organization_announcement', 'system_alert', 'system_maintenance',
        'test_system_broadcast') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC085',
            MESSAGE = format('"%s" is no type of an announcement', announce.type),
            HINT = 'Use organization_announcement, system_alert, system_maintenance or test_system_broadcast.';
    END IF;
    people := ARRAY(
        SELECT u.id FROM civic.users AS u
        WHERE u.organization_id = civic.current_organization_id() AND u.is_active
            AND (announce.department_id IS NULL OR u.department_id = announce.department_id)
            AND (announce.role IS NULL OR EXISTS (
                SELECT FROM civic.user_roles AS ur JOIN civic.roles AS r
                    ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
                WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id AND r.code = announce.role
            ))
    );
    PERFORM civic_private.notify_people(civic.current_organization_id(), people, announce.type, NULL, NULL,
        jsonb_build_object('title', announce.title, 'message', announce.message));
    RETURN cardinality(people);
END
$$;
COMMENT ON FUNCTION civic.announce(text, text, text, uuid, text) IS
    'Writes a message to all active people of the organization, or to those with a role, of a department, or both;'
    ' returns how many they are. type: organization_announcement, system_maintenance, system_alert or'
    ' test_system_broadcast. For holders of add_notification or manage:settings. Errors: 42501 not open to the caller,'
    ' ZC085 other type.';

CREATE FUNCTION civic.send_test_notification() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF civic.current_user_id() IS NULL OR civic.current_role_level() = 5 THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'there is nobody to send a test to',
            DETAIL = 'A test goes to the person who asks, and auditors write nothing.';
    END IF;
    PERFORM civic_private.notify(civic.current_organization_id(), civic.current_user_id(), 'test_notification', NULL,
        NULL);
END
$$;
COMMENT ON FUNCTION civic.send_test_notification() IS
    'Sends the caller a message by each of their ways, to see that it arrives. Error 42501 for nobody and auditors.';
