CREATE FUNCTION civic_private.fill_template(template text, variables jsonb) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_fill_template';
COMMENT ON FUNCTION civic_private.fill_template(text, jsonb) IS
    'A text with each {name} replaced by the variable of that name; nothing where there is none.';

CREATE FUNCTION civic_private.notify_people(
    organization uuid, recipients uuid[], type text, subject_type text, subject_id uuid, variables jsonb DEFAULT '{}'
) RETURNS void
    -- One plan for one and for many: planning costs more than the message.
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    kind record;
    level civic.notification_priority;
    words jsonb;
BEGIN
    IF coalesce(cardinality(array_remove(recipients, NULL)), 0) = 0 THEN
        RETURN;
    END IF;
    SELECT t.* INTO kind FROM civic.notification_types AS t WHERE t.code = notify_people.type;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC085',
            MESSAGE = format('notification type "%s" does not exist', notify_people.type),
            HINT = 'Table civic.notification_types lists them; a module adds its own in its data.sql.';
    END IF;
    level := coalesce((variables ->> 'priority')::civic.notification_priority, kind.default_priority);
    words := variables || jsonb_build_object('subject_id', notify_people.subject_id);
    WITH told AS (
        INSERT INTO civic.notifications (organization_id, recipient_id, type, category, priority, title, message,
            subject_type, subject_id, action_url)
        SELECT u.organization_id, u.id, kind.code, kind.category, level,
            left(civic_private.fill_template(coalesce(w.title, kind.title), words), 255),
            civic_private.fill_template(coalesce(w.message, kind.message), words),
            notify_people.subject_type, notify_people.subject_id,
            left(civic_private.fill_template(kind.action_url, words), 500)
        FROM civic.users AS u
        LEFT JOIN civic.notification_settings AS s ON s.organization_id = u.organization_id AND s.user_id = u.id
        LEFT JOIN LATERAL (
            SELECT t.title, t.message FROM civic.notification_templates AS t
            WHERE t.organization_id = u.organization_id AND t.type = kind.code AND t.is_active
                AND t.language IN (u.preferred_language, split_part(u.preferred_language, '-', 1), 'en')
            ORDER BY t.language <> u.preferred_language, t.language = 'en'
            LIMIT 1
        ) AS w ON true
        WHERE u.organization_id = notify_people.organization AND u.id = ANY (recipients) AND u.is_active
            AND (kind.is_mandatory OR (u.id IS DISTINCT FROM civic.current_user_id()
                AND level >= coalesce(s.min_priority, 'low')
                AND kind.category <> ALL (coalesce(s.muted_categories, '{}'))))
        RETURNING notifications.organization_id, notifications.id, notifications.recipient_id
    )
    INSERT INTO civic.outbox (organization_id, notification_id, channel, priority)
    SELECT told.organization_id, told.id, c.channel, level
    FROM told
    JOIN civic.organizations AS o ON o.id = told.organization_id
    JOIN civic.users AS u ON u.organization_id = told.organization_id AND u.id = told.recipient_id
    CROSS JOIN LATERAL unnest(o.notification_channels) AS c (channel)
    WHERE c.channel = ANY (kind.channels) AND CASE
        WHEN c.channel = 'app' THEN u.push_notifications
        WHEN c.channel = 'sms' THEN u.sms_notifications AND u.phone IS NOT NULL
        ELSE u.email_notifications AND u.email IS NOT NULL
    END;
END
$$;
COMMENT ON FUNCTION civic_private.notify_people(uuid, uuid[], text, text, uuid, jsonb) IS
    'Tells people of an organization something, in this transaction: one row in civic.notifications each, and one in'
    ' civic.outbox for each way out. Nobody is told who is null, not active, the one who acts, or does not want it.'
    ' variables fills the words of the type; its "priority" goes before that of the type. Called by definer functions'
    ' only. Error ZC085 no such type.';

CREATE FUNCTION civic_private.notify(
    organization uuid, recipient uuid, type text, subject_type text, subject_id uuid, variables jsonb DEFAULT '{}'
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify_people(organization, ARRAY[recipient], type, subject_type, subject_id, variables);
END
$$;
COMMENT ON FUNCTION civic_private.notify(uuid, uuid, text, text, uuid, jsonb) IS
    'civic_private.notify_people() for one person.';

CREATE FUNCTION civic_private.notify_permission_holders(
    organization uuid, permission text, type text, subject_type text, subject_id uuid, variables jsonb DEFAULT '{}'
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify_people(organization, ARRAY(
        SELECT DISTINCT ur.user_id
        FROM civic.role_permissions AS rp
        JOIN civic.user_roles AS ur ON ur.role_organization_id = rp.organization_id AND ur.role_id = rp.role_id
        WHERE rp.permission_code = permission
            AND rp.organization_id IN (organization, '00000000-0000-0000-0000-000000000000')
            AND ur.organization_id = organization
    ), type, subject_type, subject_id, variables);
END
$$;
COMMENT ON FUNCTION civic_private.notify_permission_holders(uuid, text, text, text, uuid, jsonb) IS
    'civic_private.notify_people() for all who hold a permission in the organization, such as assign:task for'
    ' "administrators".';

CREATE FUNCTION civic_private.check_template() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known text[];
    unknown text;
BEGIN
    SELECT t.variables INTO known FROM civic.notification_types AS t WHERE t.code = NEW.type;
    SELECT m.name[1] INTO unknown
    FROM regexp_matches(NEW.title || ' ' || NEW.message, '\{([^{}]*)\}', 'g') AS m (name)
    WHERE m.name[1] <> ALL (known || 'subject_id'::text)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC086',
            MESSAGE = format('messages of type "%s" have no variable "%s"', NEW.type, unknown),
            HINT = format('Variables that may stand in braces: %s.',
                coalesce(nullif(array_to_string(known, ', '), ''), 'none')),
            TABLE = 'notification_templates', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_template() IS
    'BEFORE row trigger on civic.notification_templates: only variables of the type. Error ZC086.';

CREATE FUNCTION civic_private.check_notification_settings() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Raises 22023 for a time zone that does not exist.
    PERFORM now() AT TIME ZONE NEW.time_zone;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_notification_settings() IS
    'BEFORE row trigger on civic.notification_settings: the time zone exists. Error 22023.';
