CREATE FUNCTION civic_private.feed_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_feed_change';
COMMENT ON FUNCTION civic_private.feed_change() IS
    'AFTER row trigger: writes civic_private.sync_feed. Arguments: the letter of the entity, the column of its id, and'
    ' the columns that say who sees the row: public, sensitive, person, officer, department, ward, district, latitude,'
    ' longitude; empty for none.';

CREATE FUNCTION civic_private.feed_rights() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    changed jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
    INSERT INTO civic_private.sync_feed (organization_id, entity, entity_id)
    VALUES ((changed ->> 'organization_id')::uuid, 'a', (changed ->> TG_ARGV[0])::uuid);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.feed_rights() IS
    'AFTER row trigger: what people see has changed, so their devices start anew. Argument: the column of the person;'
    ' one that does not exist means all people of the organization.';

CREATE FUNCTION civic_helpers.sync_merged(base jsonb, server jsonb, client jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kinds text := jsonb_typeof(server) || ' ' || jsonb_typeof(client);
    texts text[] := ARRAY[server #>> '{}', client #>> '{}'];
BEGIN
    CASE kinds
        WHEN 'object object' THEN
            RETURN (
                SELECT coalesce(jsonb_object_agg(k.key, k.value), '{}')
                FROM (
                    SELECT k.key, CASE
                        WHEN client -> k.key IS NOT DISTINCT FROM base -> k.key THEN server -> k.key
                        WHEN server -> k.key IS NOT DISTINCT FROM base -> k.key THEN client -> k.key
                        WHEN jsonb_typeof(server -> k.key) = jsonb_typeof(client -> k.key)
                            AND jsonb_typeof(client -> k.key) IN ('object', 'array')
                            THEN civic_helpers.sync_merged(base -> k.key, server -> k.key, client -> k.key)
                        ELSE client -> k.key
                    END AS value
                    FROM (SELECT jsonb_object_keys(server) UNION SELECT jsonb_object_keys(client)) AS k (key)
                ) AS k
                WHERE k.value IS NOT NULL
            );
        WHEN 'array array' THEN
            RETURN (
                SELECT coalesce(jsonb_agg(e.value ORDER BY e.source, e.place), '[]')
                FROM (
                    SELECT 1 AS source, s.place, s.value FROM jsonb_array_elements(server) WITH ORDINALITY
                        AS s (value, place)
                    WHERE client @> jsonb_build_array(s.value)
                        OR NOT coalesce(base @> jsonb_build_array(s.value), false)
                    UNION ALL
                    SELECT 2, c.place, c.value FROM jsonb_array_elements(client) WITH ORDINALITY AS c (value, place)
                    WHERE NOT server @> jsonb_build_array(c.value)
                        AND NOT coalesce(base @> jsonb_build_array(c.value), false)
                ) AS e
            );
        WHEN 'number number' THEN
            RETURN to_jsonb(server::numeric + client::numeric
                - CASE jsonb_typeof(base) WHEN 'number' THEN base::numeric ELSE server::numeric END);
        WHEN 'string string' THEN
            RETURN to_jsonb(CASE
                WHEN strpos(texts[1], texts[2]) > 0 THEN texts[1]
                WHEN strpos(texts[2], texts[1]) > 0 THEN texts[2]
                ELSE texts[1] || E'\n' || texts[2]
            END);
        ELSE
            RETURN client;
    END CASE;
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_merged(jsonb, jsonb, jsonb) IS
    'Puts two changes of one value together: objects key by key, the device first; lists with what either added and'
    ' without what either took away; numbers by adding up the changes; texts one after the other. Anything else is'
    ' that of the device.';

CREATE FUNCTION civic_helpers.sync_merge(entity_type text, entity_id uuid, changes jsonb, base jsonb) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    target text := CASE entity_type WHEN 'profile' THEN 'users' WHEN 'profile_page' THEN 'user_profiles'
        WHEN 'report' THEN 'reports' WHEN 'task' THEN 'tasks' END;
    key text := CASE entity_type WHEN 'profile_page' THEN 'user_id' ELSE 'id' END;
    server jsonb;
    wanted jsonb;
    before jsonb;
    kept jsonb := '{}';
    decided jsonb := '{}';
    open jsonb := '{}';
    ways text[] := '{}';
    c record;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) FROM civic.%I AS t WHERE t.organization_id = $1 AND t.%I = $2'
        ' FOR NO KEY UPDATE', target, key) INTO server USING organization, entity_id;
    IF server IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = format('the %s does not exist', entity_type),
            DETAIL = 'There is none of that id, or none that you may change.',
            HINT = 'Download it again.';
    END IF;
    -- In the words of the server, so that equal values look equal.
    EXECUTE format('SELECT to_jsonb(jsonb_populate_record(NULL::civic.%1$I, $1)),'
        ' to_jsonb(jsonb_populate_record(NULL::civic.%1$I, $2))', target)
    INTO wanted, before USING changes, coalesce(base, '{}');

    FOR c IN
        SELECT k.key AS name, p.policy, wanted -> k.key AS client, server -> k.key AS server,
            CASE WHEN coalesce(base, '{}') ? k.key THEN before -> k.key END AS base
        FROM jsonb_object_keys(changes) AS k (key)
        LEFT JOIN LATERAL (
            SELECT p.policy FROM civic.sync_field_policies AS p
            WHERE p.organization_id IN (organization, '00000000-0000-0000-0000-000000000000')
                AND p.entity_type = sync_merge.entity_type AND p.column_name = k.key
            ORDER BY p.organization_id DESC LIMIT 1
        ) AS p ON true
        ORDER BY k.key
    LOOP
        IF c.policy IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC080',
                MESSAGE = format('devices do not change column "%s" of a %s', c.name, entity_type),
                DETAIL = 'No row of civic.sync_field_policies names it.',
                HINT = 'Leave it out, or ask an administrator to add a policy.';
        ELSIF c.client = c.server OR c.client = c.base THEN
            CONTINUE;
        ELSIF c.server = c.base THEN
            kept := kept || jsonb_build_object(c.name, c.client);
        ELSIF c.policy = 'ask' THEN
            open := open || jsonb_build_object(c.name, NULL);
        ELSE
            ways := ways || c.policy::text;
            decided := decided || jsonb_build_object(c.name, CASE c.policy
                WHEN 'server' THEN c.server
                WHEN 'client' THEN c.client
                ELSE civic_helpers.sync_merged(c.base, c.server, c.client)
            END);
        END IF;
    END LOOP;
    kept := kept || (
        SELECT coalesce(jsonb_object_agg(d.key, d.value), '{}') FROM jsonb_each(decided) AS d
        WHERE d.value <> server -> d.key
    );
    PERFORM civic_helpers.sync_write(entity_type, entity_id, kept);
    RETURN jsonb_build_object('conflicts', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'entity_type', entity_type, 'entity_id', entity_id,
            'strategy', v.strategy,
            'resolved', CASE WHEN v.strategy IS NOT NULL THEN v.columns END,
            'client', civic_helpers.sync_columns(wanted, v.columns),
            'server', civic_helpers.sync_columns(server, v.columns),
            'base', civic_helpers.sync_columns(before, civic_helpers.sync_columns(coalesce(base, '{}'), v.columns))
        )), '[]')
        FROM (VALUES
            (open, NULL),
            (decided, CASE WHEN ways <@ '{server}' THEN 'server_wins' WHEN ways <@ '{client}' THEN 'client_wins'
                ELSE 'merge' END)
        ) AS v (columns, strategy)
        WHERE v.columns <> '{}'
    ));
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_merge(text, uuid, jsonb, jsonb) IS
    'Changes columns of a row as a device wants, with the rights of the asker. base is what the device had before: a'
    ' column that only one side changed is that side''s, one that both did follows civic.sync_field_policies. Returns'
    ' {conflicts: [...]}. Errors: PT404 no such row, ZC080 a column that devices do not change, and whatever the'
    ' change itself meets.';

CREATE FUNCTION civic_helpers.sync_columns(whole jsonb, columns jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(k.key, whole -> k.key), '{}') FROM jsonb_object_keys(columns) AS k (key)
    WHERE whole ? k.key
$$;
COMMENT ON FUNCTION civic_helpers.sync_columns(jsonb, jsonb) IS
    'The keys of the second object as they are in the first.';

CREATE FUNCTION civic_helpers.sync_write(entity_type text, entity_id uuid, columns jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := CASE entity_type WHEN 'profile' THEN 'users' WHEN 'profile_page' THEN 'user_profiles'
        WHEN 'report' THEN 'reports' WHEN 'task' THEN 'tasks' END;
    changed integer;
BEGIN
    IF columns = '{}' THEN
        RETURN;
    END IF;
    EXECUTE (
        SELECT format('UPDATE civic.%1$I AS t SET (%2$s) = (SELECT %3$s FROM jsonb_populate_record(NULL::civic.%1$I,'
            ' $3)'
            ' AS n) WHERE t.organization_id = $1 AND t.%4$I = $2', target,
            string_agg(quote_ident(k.key), ', ' ORDER BY k.key), string_agg('n.' || quote_ident(k.key), ', '
                ORDER BY k.key), CASE entity_type WHEN 'profile_page' THEN 'user_id' ELSE 'id' END)
        FROM jsonb_object_keys(columns) AS k (key)
    ) USING civic.current_organization_id(), entity_id, columns;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('you may not change the %s', entity_type),
            HINT = 'Download it again to see where it stands.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_write(text, uuid, jsonb) IS
    'Sets columns of a row from an object, with the rights of the asker. Errors: 42501 not open to the caller, and'
    ' whatever the change itself meets.';

CREATE FUNCTION civic_helpers.sync_create_report(payload jsonb, base jsonb) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    filed record;
BEGIN
    SELECT r.id, r.report_number INTO filed FROM civic.submit_report(
        payload ->> 'title', payload ->> 'description', (payload ->> 'latitude')::double precision,
        (payload ->> 'longitude')::double precision, payload ->> 'category',
        coalesce(payload ->> 'severity', 'medium')::civic.report_severity, payload ->> 'address',
        payload ->> 'landmark', payload ->> 'sub_category', payload ->> 'ward_number', payload ->> 'district',
        payload ->> 'state', payload ->> 'pincode', coalesce((payload ->> 'is_public')::boolean, true)) AS r;
    RETURN jsonb_build_object('server_id', filed.id, 'message', filed.report_number);
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_create_report(jsonb, jsonb) IS
    'Action create_report of civic.sync_apply(). Errors: those of civic.submit_report().';

CREATE FUNCTION civic_helpers.sync_update_profile(payload jsonb, base jsonb) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    person uuid := civic.current_user_id();
    page jsonb := civic_helpers.sync_columns(payload, '{"avatar_url": 0, "bio": 0, "preferences": 0}');
    conflicts jsonb := civic_helpers.sync_merge('profile', person,
        payload - ARRAY['avatar_url', 'bio', 'preferences'], base)
        -> 'conflicts';
BEGIN
    IF page <> '{}' THEN
        INSERT INTO civic.user_profiles (user_id) VALUES (person) ON CONFLICT ON CONSTRAINT user_profiles_pkey DO
            NOTHING;
        conflicts := conflicts || (civic_helpers.sync_merge('profile_page', person, page, base) -> 'conflicts');
    END IF;
    RETURN jsonb_build_object('server_id', person, 'conflicts', conflicts);
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_update_profile(jsonb, jsonb) IS
    'Action update_profile of civic.sync_apply(): one''s own row of civic.users and of civic.user_profiles. Errors:'
    ' those of civic_helpers.sync_merge().';

CREATE FUNCTION civic_helpers.sync_update_report(payload jsonb, base jsonb) RETURNS jsonb
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT civic_helpers.sync_merge('report', (payload ->> 'report_id')::uuid, payload - 'report_id', base)
        || jsonb_build_object('server_id', payload -> 'report_id')
$$;
COMMENT ON FUNCTION civic_helpers.sync_update_report(jsonb, jsonb) IS
    'Action update_report of civic.sync_apply(). Errors: those of civic_helpers.sync_merge().';

CREATE FUNCTION civic_helpers.sync_update_task(payload jsonb, base jsonb) RETURNS jsonb
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT civic_helpers.sync_merge('task', (payload ->> 'task_id')::uuid, payload - 'task_id', base)
        || jsonb_build_object('server_id', payload -> 'task_id')
$$;
COMMENT ON FUNCTION civic_helpers.sync_update_task(jsonb, jsonb) IS
    'Action update_task of civic.sync_apply(). Errors: those of civic_helpers.sync_merge().';

CREATE FUNCTION civic_helpers.sync_upload_media(payload jsonb, base jsonb) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made uuid;
BEGIN
    INSERT INTO civic.media AS m (report_id, file_url, file_type, file_size, mime_type, sha256, is_primary,
        is_proof_of_work, sequence_order, caption, meta, upload_source)
    SELECT n.report_id, n.file_url, n.file_type, n.file_size, n.mime_type, decode(payload ->> 'sha256', 'hex'),
        coalesce(n.is_primary, false), coalesce(n.is_proof_of_work, false), n.sequence_order, n.caption,
        coalesce(n.meta, '{}'), coalesce(n.upload_source, 'citizen_submission')
    FROM jsonb_populate_record(NULL::civic.media, payload - 'sha256') AS n
    RETURNING m.id INTO made;
    RETURN jsonb_build_object('server_id', made);
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_upload_media(jsonb, jsonb) IS
    'Action upload_media of civic.sync_apply(). The bytes are uploaded elsewhere; file_url says where. sha256 is in'
    ' hexadecimal. Errors: those of an INSERT into civic.media.';

CREATE FUNCTION civic_helpers.sync_submit_appeal(payload jsonb, base jsonb) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    filed uuid;
BEGIN
    SELECT a.id INTO filed FROM civic.submit_appeal((payload ->> 'report_id')::uuid,
        (payload ->> 'appeal_type')::civic.appeal_type, payload ->> 'reason', payload ->> 'evidence',
        payload ->> 'requested_action') AS a;
    RETURN jsonb_build_object('server_id', filed);
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_submit_appeal(jsonb, jsonb) IS
    'Action submit_appeal of civic.sync_apply(). Errors: those of civic.submit_appeal().';

CREATE FUNCTION civic_helpers.sync_moment(value text) RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN value::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_helpers.sync_moment(text) IS 'A time as a device tells it; null where it is none.';

CREATE FUNCTION civic.sync_apply(
    actions jsonb, device_id text DEFAULT 'default', device_info jsonb DEFAULT NULL, cursor text DEFAULT NULL
) RETURNS TABLE (
    client_id text, status civic.sync_status, server_id uuid, message text, error_code text, error_message text,
    conflict_id uuid
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    person uuid := civic.current_user_id();
    known jsonb := (SELECT jsonb_object_agg(t.code, t.handler) FROM civic.sync_action_types AS t);
    a record;
    done record;
    outcome jsonb;
    work jsonb;
    state text;
    words text;
    hint text;
BEGIN
    IF person IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'a device belongs to somebody',
            DETAIL = 'The session names no active person of the organization.',
            HINT = 'Sign in, or set civic.user_id.';
    END IF;
    IF jsonb_typeof(actions) IS DISTINCT FROM 'array' OR jsonb_array_length(actions) > 1000 THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC080',
            MESSAGE = 'the actions of a device are a list of at most 1000',
            HINT = 'Send them in several calls, in the order of their priority.';
    END IF;
    INSERT INTO civic.client_sync_states AS s (user_id, device_id, device_info, last_upload_at, last_download_at,
        last_cursor)
    VALUES (person, sync_apply.device_id, sync_apply.device_info,
        CASE WHEN jsonb_array_length(actions) > 0 THEN now() END, CASE WHEN sync_apply.cursor IS NOT NULL THEN now()
            END,
        sync_apply.cursor)
    ON CONFLICT ON CONSTRAINT client_sync_states_pkey DO UPDATE SET
        sync_version = s.sync_version + 1, last_sync_at = now(),
        device_info = coalesce(EXCLUDED.device_info, s.device_info),
        last_upload_at = coalesce(EXCLUDED.last_upload_at, s.last_upload_at),
        last_download_at = coalesce(EXCLUDED.last_download_at, s.last_download_at),
        last_cursor = coalesce(EXCLUDED.last_cursor, s.last_cursor);

    FOR a IN
        SELECT e.value ->> 'client_id' AS client_id, e.value ->> 'action_type' AS action_type,
            coalesce(e.value -> 'payload', '{}') AS payload, nullif(e.value -> 'base', 'null') AS base,
            CASE jsonb_typeof(e.value -> 'priority') WHEN 'number'
                THEN least(greatest((e.value ->> 'priority')::numeric, 0), 1000000)::integer ELSE 0 END AS priority,
            coalesce(civic_helpers.sync_moment(e.value ->> 'created_at'), now()) AS created_at
        FROM jsonb_array_elements(actions) WITH ORDINALITY AS e (value, place)
        ORDER BY priority DESC, created_at, e.place
    LOOP
        -- Nothing to keep it by, or nothing that could ever be done.
        IF (length(a.client_id) BETWEEN 1 AND 255 AND known ? a.action_type AND jsonb_typeof(a.payload) = 'object'
            AND pg_column_size(a.payload) < 100000) IS NOT TRUE THEN
            client_id := a.client_id; status := 'dead'; server_id := NULL; message := NULL; conflict_id := NULL;
            error_code := 'ZC080';
            error_message := CASE
                WHEN (length(a.client_id) BETWEEN 1 AND 255) IS NOT TRUE
                    THEN 'the action has no client_id of 1 to 255 characters'
                WHEN (known ? a.action_type) IS NOT TRUE THEN format('there is no action "%s"', a.action_type)
                ELSE 'the payload is not an object of less than 100000 bytes'
            END;
            RETURN NEXT;
            CONTINUE;
        END IF;
        -- Whoever comes with the same client_id waits here until this transaction has ended.
        INSERT INTO civic.offline_actions AS o (user_id, device_id, client_id, action_type, payload, base, priority,
            created_at)
        VALUES (person, sync_apply.device_id, a.client_id, a.action_type, a.payload, a.base, a.priority, a.created_at)
        ON CONFLICT ON CONSTRAINT offline_actions_client_id_key DO NOTHING
        RETURNING o.* INTO done;
        IF NOT FOUND THEN
            SELECT o.* INTO done FROM civic.offline_actions AS o
            WHERE o.organization_id = civic.current_organization_id() AND o.user_id = person
                AND o.device_id = sync_apply.device_id AND o.client_id = a.client_id
            FOR UPDATE;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
                MESSAGE = 'the same action was sent since this transaction began',
                HINT = 'Try again.';
        END IF;

        IF done.status = 'failed' THEN
            BEGIN
                work := done.payload;
                IF work ? 'report_client_id' THEN
                    work := work - 'report_client_id' || jsonb_build_object('report_id', (
                        SELECT o.server_id FROM civic.offline_actions AS o
                        WHERE o.organization_id = civic.current_organization_id() AND o.user_id = person
                            AND o.device_id = sync_apply.device_id AND o.client_id = work ->> 'report_client_id'
                            AND o.status = 'applied'
                    ));
                    IF work ->> 'report_id' IS NULL THEN
                        RAISE EXCEPTION USING ERRCODE = 'ZC080',
                            MESSAGE = 'the action belongs to one that has not been done',
                            DETAIL = format('report_client_id is "%s".', done.payload ->> 'report_client_id');
                    END IF;
                END IF;
                EXECUTE format('SELECT %s($1, $2)', (
                    SELECT quote_ident(split_part(h.name, '.', 1)) || '.' || quote_ident(split_part(h.name, '.', 2))
                    FROM (SELECT known ->> done.action_type) AS h (name)
                )) INTO outcome USING work, done.base;
                IF jsonb_array_length(outcome -> 'conflicts') > 0 THEN
                    INSERT INTO civic.sync_conflicts (user_id, action_id, device_id, entity_type, entity_id,
                        base_version,
                        client_version, server_version, resolution_strategy, resolved_at, resolved_data)
                    SELECT person, done.id, done.device_id, c.value ->> 'entity_type', (c.value ->> 'entity_id')::uuid,
                        c.value -> 'base', c.value -> 'client', c.value -> 'server',
                        (c.value ->> 'strategy')::civic.sync_resolution,
                        CASE WHEN c.value ->> 'strategy' IS NOT NULL THEN now() END, nullif(c.value -> 'resolved',
                            'null')
                    FROM jsonb_array_elements(outcome -> 'conflicts') AS c;
                END IF;
                UPDATE civic.offline_actions AS o SET
                    status = CASE WHEN jsonb_path_exists(outcome, '$.conflicts[*] ? (@.strategy == null)')
                        THEN 'conflict' ELSE 'applied' END::civic.sync_status,
                    server_id = (outcome ->> 'server_id')::uuid, message = outcome ->> 'message', error_code = NULL,
                    error_message = NULL, processed_at = now()
                WHERE o.organization_id = done.organization_id AND o.id = done.id
                RETURNING o.* INTO done;
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, words = MESSAGE_TEXT, hint = PG_EXCEPTION_DETAIL;
                -- Some failures pass by themselves: a limit on reports, a lock, a lack of space.
                UPDATE civic.offline_actions AS o SET
                    retry_count = o.retry_count + CASE WHEN state = 'ZC011' OR state ~ '^(40|53|55|57)' THEN 0 ELSE 1
                        END,
                    error_code = state, error_message = concat_ws(': ', words, nullif(hint, ''))
                WHERE o.organization_id = done.organization_id AND o.id = done.id;
                UPDATE civic.offline_actions AS o SET
                    status = CASE WHEN o.retry_count >= o.max_retries THEN 'dead' ELSE 'failed' END::civic.sync_status,
                    processed_at = CASE WHEN o.retry_count >= o.max_retries THEN now() END
                WHERE o.organization_id = done.organization_id AND o.id = done.id
                RETURNING o.* INTO done;
            END;
        END IF;
        client_id := done.client_id;
        status := done.status;
        server_id := done.server_id;
        message := done.message;
        error_code := done.error_code;
        error_message := done.error_message;
        conflict_id := NULL;
        IF done.status = 'conflict' THEN
            SELECT c.id INTO conflict_id FROM civic.sync_conflicts AS c
            WHERE c.organization_id = done.organization_id AND c.action_id = done.id AND NOT c.resolved LIMIT 1;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.sync_apply(jsonb, text, jsonb, text) IS
    'Does what a person did while their device had no connection, greatest priority first, then in the order of'
    ' created_at, each by itself: one that fails leaves the others alone. actions is a list of at most 1000 objects'
    ' with client_id, action_type, payload, and where there are any base, priority, created_at. A client_id that has'
    ' been done is not done again but answered as before; one that failed is tried again, three times. cursor tells'
    ' which changes the device has taken in. Errors: 28000 nobody signed in, ZC080 no list, 40001 sent twice at once,'
    ' try again.';

CREATE FUNCTION civic.sync_state(
    device_id text DEFAULT NULL, OUT pending_uploads bigint, OUT dead_letters bigint, OUT conflicts bigint,
    OUT sync_health text
)
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.pending, a.dead, c.open, CASE WHEN c.open > 0 THEN 'conflicts_detected' ELSE 'good' END
    FROM (
        SELECT count(*) FILTER (WHERE o.status = 'failed') AS pending, count(*) FILTER (WHERE o.status = 'dead') AS dead
        FROM civic.offline_actions AS o
        WHERE o.organization_id = civic.current_organization_id() AND o.user_id = civic.current_user_id()
            AND o.status IN ('failed', 'dead') AND o.device_id = coalesce(sync_state.device_id, o.device_id)
    ) AS a, (
        SELECT count(*) AS open FROM civic.sync_conflicts AS c
        WHERE c.organization_id = civic.current_organization_id() AND c.user_id = civic.current_user_id()
            AND NOT c.resolved AND c.device_id = coalesce(sync_state.device_id, c.device_id)
    ) AS c
$$;
COMMENT ON FUNCTION civic.sync_state(text) IS
    'What of the asker''s devices, or of one, is unfinished: actions to be sent again, actions given up, conflicts'
    ' that wait. sync_health is good or conflicts_detected.';

CREATE FUNCTION civic.revive_action(action_id uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.offline_actions AS o SET status = 'failed', retry_count = 0, processed_at = NULL
    WHERE o.organization_id = civic.current_organization_id() AND o.id = revive_action.action_id AND o.status = 'dead';
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION civic.revive_action(uuid) IS
    'Lets an action that was given up be sent again, as when its cause is gone; false where it was not given up.';
