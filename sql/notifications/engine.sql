CREATE FUNCTION civic_private.fill_template(template text, variables jsonb) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_fill_template';
COMMENT ON FUNCTION civic_private.fill_template(text, jsonb) IS
    'A text with each {name} replaced by the variable of that name; nothing where there is none.';

CREATE FUNCTION civic_private.notify_people(
    organization uuid, recipients uuid[], type text, subject_type text, subject_id uuid, variables jsonb DEFAULT '{}'
) RETURNS void
    -- Planning anew costs more than the message.
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    kind record;
    person uuid;
    told record;
    level civic.notification_priority;
    words jsonb;
    message uuid;
BEGIN
    SELECT t.* INTO kind FROM civic.notification_types AS t WHERE t.code = notify_people.type;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC085',
            MESSAGE = format('notification type "%s" does not exist', notify_people.type),
            HINT = 'Table civic.notification_types lists them; a module adds its own in its data.sql.';
    END IF;
    level := coalesce((variables ->> 'priority')::civic.notification_priority, kind.default_priority);
    words := variables || jsonb_build_object('subject_id', notify_people.subject_id);
    FOREACH person IN ARRAY recipients LOOP
        CONTINUE WHEN person IS NULL OR (person = civic.current_user_id() AND NOT kind.is_mandatory);
        SELECT w.title, w.message, s.min_priority, s.muted_categories, o.notification_channels AS channels,
            u.push_notifications AS app, u.sms_notifications AND u.phone IS NOT NULL AS sms,
            u.email_notifications AND u.email IS NOT NULL AS email
        INTO told
        FROM civic.users AS u
        JOIN civic.organizations AS o ON o.id = u.organization_id
        LEFT JOIN civic.notification_settings AS s ON s.organization_id = u.organization_id AND s.user_id = u.id
        LEFT JOIN LATERAL (
            SELECT t.title, t.message FROM civic.notification_templates AS t
            WHERE t.organization_id = u.organization_id AND t.type = kind.code AND t.is_active
                AND t.language IN (u.preferred_language, split_part(u.preferred_language, '-', 1), 'en')
            ORDER BY t.language <> u.preferred_language, t.language = 'en'
            LIMIT 1
        ) AS w ON true
        WHERE u.organization_id = notify_people.organization AND u.id = person AND u.is_active;
        CONTINUE WHEN NOT FOUND
            OR (NOT kind.is_mandatory AND (level < told.min_priority OR kind.category = ANY (told.muted_categories)));
        message := civic.uuid_v7();
        INSERT INTO civic.notifications (organization_id, id, recipient_id, type, category, priority, title, message,
            subject_type, subject_id, action_url)
        VALUES (notify_people.organization, message, person, kind.code, kind.category, level,
            left(civic_private.fill_template(coalesce(told.title, kind.title), words), 255),
            civic_private.fill_template(coalesce(told.message, kind.message), words),
            notify_people.subject_type, notify_people.subject_id,
            left(civic_private.fill_template(kind.action_url, words), 500));
        IF told.channels && kind.channels THEN
            INSERT INTO civic.outbox (organization_id, notification_id, channel, priority)
            SELECT notify_people.organization, message, c.channel, level FROM unnest(told.channels) AS c (channel)
            WHERE c.channel = ANY (kind.channels) AND CASE WHEN c.channel = 'app' THEN told.app
                WHEN c.channel = 'sms' THEN told.sms ELSE told.email END;
        END IF;
    END LOOP;
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
    FROM unnest(ARRAY[NEW.title, NEW.message]) AS t (words), regexp_matches(t.words, '\{([^{}]*)\}', 'g') AS m (name)
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
