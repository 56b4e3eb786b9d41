CREATE FUNCTION civic.list_notifications(
    unread_only boolean DEFAULT false, before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.notifications
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Written out twice, so that each has its index.
    IF unread_only THEN
        RETURN QUERY SELECT n.* FROM civic.notifications AS n
        WHERE n.organization_id = civic.current_organization_id() AND n.recipient_id = civic.current_user_id()
            AND n.read_at IS NULL AND n.id < coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        ORDER BY n.id DESC
        LIMIT least(greatest(max_rows, 1), 1000);
    ELSE
        RETURN QUERY SELECT n.* FROM civic.notifications AS n
        WHERE n.organization_id = civic.current_organization_id() AND n.recipient_id = civic.current_user_id()
            AND n.id < coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        ORDER BY n.id DESC
        LIMIT least(greatest(max_rows, 1), 1000);
    END IF;
END
$$;
COMMENT ON FUNCTION civic.list_notifications(boolean, uuid, integer) IS
    'Messages to the asker, newest first, all or those not read yet. For the next page pass the id of the last row as'
    ' before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.count_unread_notifications(at_most integer DEFAULT 1000) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) FROM (
        SELECT FROM civic.notifications AS n
        WHERE n.organization_id = civic.current_organization_id() AND n.recipient_id = civic.current_user_id()
            AND n.read_at IS NULL
        LIMIT least(greatest(at_most, 1), 100000)
    ) AS unread
$$;
COMMENT ON FUNCTION civic.count_unread_notifications(integer) IS
    'How many messages to the asker are not read yet, counted up to at_most; from an index, no counter is kept that'
    ' writers would queue for.';

CREATE FUNCTION civic.mark_notifications_read(notification_ids uuid[] DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    marked bigint;
BEGIN
    UPDATE civic.notifications AS n SET read_at = now()
    WHERE n.organization_id = civic.current_organization_id() AND n.recipient_id = civic.current_user_id()
        AND n.read_at IS NULL AND (notification_ids IS NULL OR n.id = ANY (notification_ids));
    GET DIAGNOSTICS marked = ROW_COUNT;
    RETURN marked;
END
$$;
COMMENT ON FUNCTION civic.mark_notifications_read(uuid[]) IS
    'The asker has read these messages, or all of theirs; returns how many were not read before. An auditor, who writes'
    ' nothing, marks none.';

CREATE FUNCTION civic.my_notification_settings() RETURNS SETOF civic.notification_settings
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.* FROM civic.notification_settings AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.user_id = civic.current_user_id()
$$;
COMMENT ON FUNCTION civic.my_notification_settings() IS
    'What the asker wants to be told of; no row while the defaults hold.';

CREATE FUNCTION civic.set_notification_settings(
    muted_categories text[] DEFAULT NULL, min_priority civic.notification_priority DEFAULT NULL,
    quiet_from time DEFAULT NULL, quiet_until time DEFAULT NULL, time_zone text DEFAULT NULL,
    digest civic.notification_digest DEFAULT NULL, digest_at time DEFAULT NULL,
    auto_mark_read_days integer DEFAULT NULL, no_quiet_hours boolean DEFAULT false
) RETURNS civic.notification_settings
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.notification_settings;
BEGIN
    INSERT INTO civic.notification_settings AS s (muted_categories, min_priority, quiet_from, quiet_until, time_zone,
        digest, digest_at, auto_mark_read_days)
    VALUES (coalesce(set_notification_settings.muted_categories, '{}'),
        coalesce(set_notification_settings.min_priority, 'low'), set_notification_settings.quiet_from,
        set_notification_settings.quiet_until, set_notification_settings.time_zone,
        coalesce(set_notification_settings.digest, 'none'), coalesce(set_notification_settings.digest_at, '08:00'),
        coalesce(set_notification_settings.auto_mark_read_days, 7))
    ON CONFLICT ON CONSTRAINT notification_settings_pkey DO UPDATE SET
        muted_categories = coalesce(set_notification_settings.muted_categories, s.muted_categories),
        min_priority = coalesce(set_notification_settings.min_priority, s.min_priority),
        quiet_from = CASE WHEN NOT no_quiet_hours
            THEN coalesce(set_notification_settings.quiet_from, s.quiet_from) END,
        quiet_until = CASE WHEN NOT no_quiet_hours
            THEN coalesce(set_notification_settings.quiet_until, s.quiet_until) END,
        time_zone = coalesce(set_notification_settings.time_zone, s.time_zone),
        digest = coalesce(set_notification_settings.digest, s.digest),
        digest_at = coalesce(set_notification_settings.digest_at, s.digest_at),
        auto_mark_read_days = coalesce(set_notification_settings.auto_mark_read_days, s.auto_mark_read_days)
    RETURNING s.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.set_notification_settings(
    text[], civic.notification_priority, time, time, text, civic.notification_digest, time, integer, boolean
) IS
    'Changes what the asker wants to be told of; what is left out stays as it is, no_quiet_hours ends quiet hours.'
    ' Holds from the next message that is written or taken from the outbox on. Errors: 22023 unknown time zone, 23514'
    ' only one end of quiet hours, 42501 an auditor, 23502 nobody signed in.';
