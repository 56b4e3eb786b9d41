CREATE FUNCTION civic_private.verify_structure(trusted_checkpoint text) RETURNS TABLE (
    organization_id uuid, entry text, leaf_index bigint, finding text, detail text
)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    forest_id CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    forest_size bigint := coalesce((SELECT t.size FROM civic_private.audit_trees AS t
        WHERE t.organization_id = forest_id), 0);
BEGIN
    RETURN QUERY
    SELECT h.organization_id, NULL::text, h.first_leaf, 'head_missing', 'Heads of this tree do not follow each other.'
    FROM (
        SELECT x.organization_id, x.first_leaf,
            lag(x.size, 1, 0::bigint) OVER (PARTITION BY x.organization_id ORDER BY x.size) AS before
        FROM civic_private.audit_heads AS x
    ) AS h WHERE h.first_leaf <> h.before
    UNION ALL
    SELECT forest_id, NULL, h.forest_index, 'head_missing', 'Leaves of the forest do not follow each other.'
    FROM (
        SELECT x.forest_index, row_number() OVER (ORDER BY x.forest_index) - 1 AS place
        FROM civic_private.audit_heads AS x
    ) AS h WHERE h.forest_index <> h.place
    UNION ALL
    SELECT t.organization_id, NULL, t.size, 'tree_changed', 'The tree is not as large as when it was last sealed.'
    FROM civic_private.audit_trees AS t
    WHERE t.size <> CASE WHEN t.organization_id = forest_id
        THEN (SELECT count(*) FROM civic_private.audit_heads AS h)
        ELSE coalesce((SELECT max(h.size) FROM civic_private.audit_heads AS h
            WHERE h.organization_id = t.organization_id), 0) END
    UNION ALL
    SELECT t.organization_id, NULL, t.size, 'tree_changed', 'The tree does not have the root that its hashes make.'
    FROM civic_private.audit_trees AS t WHERE t.root IS DISTINCT FROM civic_private.tree_root(t.organization_id, t.size)
    UNION ALL
    SELECT NULL, NULL, b.number, 'batch_changed', 'The seal does not have the number of entries that it sealed.'
    FROM civic_private.audit_batches AS b
    WHERE b.entries <> (SELECT coalesce(sum(h.size - h.first_leaf), 0) FROM civic_private.audit_heads AS h
        WHERE h.batch = b.number)
    UNION ALL
    SELECT NULL, NULL, c.size,
        CASE WHEN c.size > forest_size THEN 'log_truncated' ELSE 'checkpoint_differs' END,
        CASE WHEN c.size > forest_size THEN 'A checkpoint tells of more leaves than the forest has.'
            ELSE 'The forest had another root when it had the size of a checkpoint.' END
    FROM (
        SELECT p.size, p.root FROM civic.audit_checkpoints AS p
        UNION ALL SELECT r.size, r.root FROM civic_private.read_checkpoint(trusted_checkpoint) AS r
        WHERE trusted_checkpoint IS NOT NULL
    ) AS c
    WHERE CASE WHEN c.size > forest_size THEN true
        ELSE c.root IS DISTINCT FROM civic_private.tree_root(forest_id, c.size) END;

    RETURN QUERY
    SELECT NULL::uuid, NULL::text, s.number::bigint, 'segment_missing',
        format('Table civic_private.%s is gone.', s.table_name)
    FROM civic_private.audit_segments AS s
    WHERE s.dropped_at IS NULL AND to_regclass('civic_private.' || quote_ident(s.table_name)) IS NULL
    UNION ALL
    SELECT NULL, NULL, s.number, 'segment_missing', 'No entry of the log says that this segment was dropped.'
    FROM civic_private.audit_segments AS s
    WHERE s.dropped_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM civic.audit_entries AS e
        WHERE e.operation = 'R'
            AND civic_helpers.audit_item(e.columns, 'J', 'R', false)::jsonb ->> 'segment' = s.number::text
    )
    UNION ALL
    SELECT NULL, NULL, NULL, 'segment_unknown', format('Table %s pretends to be a segment.', i.inhrelid::regclass)
    FROM pg_inherits AS i
    WHERE i.inhparent = 'civic.audit_entries'::regclass AND NOT EXISTS (
        SELECT FROM civic_private.audit_segments AS s
        WHERE s.dropped_at IS NULL
            AND to_regclass('civic_private.' || quote_ident(s.table_name))::oid = i.inhrelid
    )
    UNION ALL
    SELECT NULL, NULL, NULL, 'guard_missing', format('Table %s can be written by SQL.', c.oid::regclass)
    FROM pg_class AS c
    WHERE (c.oid = 'civic.audit_entries'::regclass OR c.oid IN (
            SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = 'civic.audit_entries'::regclass))
        AND NOT EXISTS (
            SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgenabled = 'A'
                AND t.tgfoid = 'civic_private.refuse_audit_change()'::regprocedure
        )
    UNION ALL
    SELECT NULL, NULL, NULL, 'recording_off', format('Changes of table %s are not recorded.', a.relation)
    FROM civic_private.audit_tables AS a
    JOIN pg_namespace AS n ON n.nspname = split_part(a.relation, '.', 1)
    JOIN pg_class AS c ON c.relnamespace = n.oid AND n.nspname || '.' || c.relname = a.relation
    WHERE (
        SELECT count(*) FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgenabled = 'A'
            AND t.tgfoid = 'civic_private.record_change()'::regprocedure AND t.tgname IN ('t99_audit',
                't99_audit_truncate')
    ) < 2;
END
$$;
COMMENT ON FUNCTION civic_private.verify_structure(text) IS
    'Findings about the log as a whole: heads, trees, checkpoints, segments, guards and recording.';

CREATE FUNCTION civic.verify_audit_log(
    first_batch bigint DEFAULT 1, last_batch bigint DEFAULT NULL, trusted_checkpoint text DEFAULT NULL,
    chunk_entries integer DEFAULT 1000000
) RETURNS TABLE (
    batch bigint, organization_id uuid, entry text, leaf_index bigint, finding text, detail text
)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    newest bigint := (SELECT max(b.number) FROM civic_private.audit_batches AS b);
    chunk record;
    checked bigint := 0;
BEGIN
    IF NOT (civic.has_permission('blockchain:audit_verification')
        OR civic.has_permission('view:immutable_audit_logs')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not verify the audit log',
            HINT = 'That needs permission "view:immutable_audit_logs".';
    END IF;
    FOR chunk IN
        SELECT min(c.number) AS low, max(c.number) AS high, sum(c.entries)::bigint AS entries
        FROM (
            SELECT b.number, b.entries, div(sum(b.entries) OVER (ORDER BY b.number) - b.entries, chunk_entries) AS part
            FROM civic_private.audit_batches AS b
            WHERE b.number BETWEEN first_batch AND coalesce(last_batch, newest)
        ) AS c
        GROUP BY c.part ORDER BY 1
    LOOP
        RETURN QUERY
        SELECT chunk.high, v.* FROM civic_private.verify_batches(chunk.low, chunk.high) AS v
        WHERE civic.is_system()
            OR v.organization_id IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000');
        checked := checked + chunk.entries;
        RAISE NOTICE 'seals % to % verified, % entries so far', chunk.low, chunk.high, checked;
    END LOOP;
    IF last_batch IS NULL OR last_batch >= newest THEN
        RETURN QUERY SELECT newest, v.* FROM civic_private.verify_structure(trusted_checkpoint) AS v;
    END IF;
END
$$;
COMMENT ON FUNCTION civic.verify_audit_log(bigint, bigint, text, integer) IS
    'Compares the audit log with what was sealed, seal by seal, and names each difference; no row means none. Tells its'
    ' progress as notices. To resume, or to let several sessions work, give each its own range of seals; a range that'
    ' ends with the last seal looks at the log as a whole too. trusted_checkpoint is one that the caller kept'
    ' elsewhere: only against that is a log safe that was rewritten as a whole. Writes nothing, so a standby can do it.'
    ' Findings: entry_changed, entry_missing, entry_added, leaf_missing, tile_missing, tile_changed, head_changed,'
    ' forest_changed, head_missing, tree_changed, batch_changed, checkpoint_differs, log_truncated, segment_missing,'
    ' segment_unknown, guard_missing, recording_off. Errors: 42501, ZC053 the checkpoint is of another log.';

CREATE FUNCTION civic.reconcile(relation regclass) RETURNS TABLE (
    organization_id uuid, entity_id text, finding text, columns text[]
)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target record;
BEGIN
    IF NOT (civic.has_permission('blockchain:audit_verification')
        OR civic.has_permission('view:immutable_audit_logs')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not verify the audit log',
            HINT = 'That needs permission "view:immutable_audit_logs".';
    END IF;
    SELECT n.nspname AS schema, c.relname AS name INTO target
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation;
    RETURN QUERY
    WITH entries AS (
        SELECT e.organization_id, e.entity_id, e.operation, e.columns, e.personal,
            row_number() OVER (ORDER BY e.epoch, e.xid, e.counter) AS place
        FROM civic.audit_entries AS e
        WHERE e.schema_name = target.schema AND e.table_name = target.name
            AND e.operation IN ('I', 'U', 'D', 'S', 'T')
    ), lives AS (
        -- Since the row was last made, or taken down as it stood.
        SELECT e.*, coalesce(max(e.place) FILTER (WHERE e.operation IN ('I', 'S', 'D')) OVER w, 0) AS began
        FROM entries AS e
        WHERE e.place > coalesce((SELECT max(t.place) FROM entries AS t WHERE t.operation = 'T'), 0)
        WINDOW w AS (PARTITION BY e.organization_id, e.entity_id)
    ), said AS (
        SELECT l.organization_id, l.entity_id, v.key, (array_agg(v.value ORDER BY l.place DESC))[1] AS value
        FROM lives AS l
        CROSS JOIN LATERAL jsonb_each(civic_helpers.audit_values(l.operation, l.columns, l.personal, true)) AS v
        WHERE l.place >= l.began AND l.operation <> 'D'
        GROUP BY 1, 2, 3
    ), images AS (
        SELECT l.organization_id, l.entity_id,
            bool_or(l.place = l.began AND l.operation IN ('I', 'S')) AS is_whole,
            bool_or(l.place = l.began AND l.operation = 'D') AS is_gone,
            bool_or(coalesce(get_byte(l.personal, 0) = 0, false)) AS is_erased,
            coalesce((SELECT jsonb_object_agg(s.key, s.value) FROM said AS s
                WHERE s.organization_id = l.organization_id AND s.entity_id = l.entity_id), '{}') AS image
        FROM lives AS l GROUP BY 1, 2
    ), present AS (
        SELECT c.organization_id, c.entity_id, civic_helpers.audit_values('S', c.columns, c.personal, true) AS image
        FROM civic_private.current_rows(relation) AS c
    ), compared AS (
        SELECT coalesce(p.organization_id, i.organization_id) AS organization_id,
            coalesce(p.entity_id, i.entity_id) AS entity_id,
            CASE
                WHEN p.organization_id IS NULL AND i.is_gone IS NOT TRUE THEN 'row_missing'
                WHEN p.organization_id IS NULL THEN NULL
                WHEN i.entity_id IS NULL OR i.is_gone THEN 'row_not_recorded'
                WHEN EXISTS (
                    SELECT FROM jsonb_each(i.image) AS x
                    WHERE x.value IS DISTINCT FROM coalesce(p.image -> x.key, 'null')
                ) OR (i.is_whole AND NOT i.is_erased AND EXISTS (
                    SELECT FROM jsonb_object_keys(p.image) AS x (key) WHERE NOT i.image ? x.key
                )) THEN 'row_differs'
            END AS finding,
            ARRAY(
                SELECT x.key FROM jsonb_each(i.image) AS x
                WHERE x.value IS DISTINCT FROM coalesce(p.image -> x.key, 'null')
                UNION
                SELECT x.key FROM jsonb_object_keys(p.image) AS x (key)
                WHERE i.is_whole AND NOT i.is_erased AND NOT i.image ? x.key
                ORDER BY 1
            ) AS columns
        FROM present AS p
        FULL JOIN images AS i ON i.organization_id = p.organization_id AND i.entity_id = p.entity_id
    )
    SELECT c.organization_id, c.entity_id, c.finding, CASE WHEN c.finding = 'row_differs' THEN c.columns END
    FROM compared AS c
    WHERE c.finding IS NOT NULL AND (civic.is_system()
        OR c.organization_id IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000'))
    ORDER BY 1, 2;
END
$$;
COMMENT ON FUNCTION civic.reconcile(regclass) IS
    'Compares the rows of an audited table with what its entries say they should be; no row means no difference. Finds'
    ' what was changed while recording was off, or below SQL. After a new column or key call civic.audit_table() again.'
    ' Findings: row_missing, row_not_recorded, row_differs with the columns. Error 42501.';

CREATE FUNCTION civic.erase_person(user_id uuid, reason text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    erased bigint;
BEGIN
    IF NOT (civic.is_system() OR civic.has_permission('permanent:delete_user')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not erase people',
            DETAIL = 'That needs permission "permanent:delete_user".';
    END IF;
    IF coalesce(erase_person.reason !~ '\S', true) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'an erasure needs a reason',
            HINT = 'Name the request of the person, or the law.';
    END IF;
    PERFORM set_config('civic.reason', erase_person.reason, true);
    -- Somebody must be reachable, so the address says that nobody is.
    UPDATE civic.users AS u
    SET email = u.id || '@erased.invalid', email_verified = false, phone = NULL, phone_verified = false,
        username = NULL, full_name = NULL, primary_latitude = NULL, primary_longitude = NULL, primary_address = NULL,
        current_latitude = NULL, current_longitude = NULL, last_location_update = NULL, employee_id = NULL,
        external_id = NULL, notes = NULL, status = 'inactive'
    WHERE u.organization_id = organization AND u.id = erase_person.user_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the person does not exist',
            HINT = 'Check the id.';
    END IF;
    DELETE FROM civic.user_profiles AS p
    WHERE p.organization_id = organization AND p.user_id = erase_person.user_id;
    DELETE FROM civic_private.credentials AS c
    WHERE c.organization_id = organization AND c.user_id = erase_person.user_id;
    DELETE FROM civic_private.verification_codes AS c
    WHERE c.organization_id = organization AND c.user_id = erase_person.user_id;
    DELETE FROM civic.user_sessions AS s
    WHERE s.organization_id = organization AND s.user_id = erase_person.user_id;
    erased := civic_private.erase_entries(organization, erase_person.user_id);
    PERFORM civic_private.write_event(organization, 'E', 'personal_data_erased', NULL, NULL, NULL, 'civic', 'users',
        erase_person.user_id::text, jsonb_build_object('entries', erased), NULL);
    PERFORM set_config('civic.reason', '', true);
    RETURN erased;
END
$$;
COMMENT ON FUNCTION civic.erase_person(uuid, text) IS
    'Removes the personal data of a person for good: name, addresses, telephone, profile, sessions and secrets, and'
    ' the same from every entry of the audit log, with the addresses their requests came from. What they did stays,'
    ' under an identifier that names nobody any more; reports are the city''s record and stay; all proofs stay valid.'
    ' Returns the number of entries changed. Backups hold the data until they are gone. Errors: 42501, 22023 no reason,'
    ' PT404 no such person, ZC007 the last administrator.';

CREATE FUNCTION civic.hold_audit_log(reason text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hold uuid;
BEGIN
    IF NOT (civic.is_system() OR civic.has_permission('view:immutable_audit_logs')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not put the audit log under a legal hold',
            HINT = 'That needs permission "view:immutable_audit_logs".';
    END IF;
    INSERT INTO civic_private.audit_holds (reason, held_by) VALUES (hold_audit_log.reason, civic.current_user_id())
    RETURNING id INTO hold;
    RETURN hold;
END
$$;
COMMENT ON FUNCTION civic.hold_audit_log(text) IS
    'Puts the log under a legal hold: nothing of it is dropped until civic.release_audit_log() is called with the'
    ' returned id. Error 42501.';

CREATE FUNCTION civic.release_audit_log(hold uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.is_system() OR civic.has_permission('blockchain:audit_verification')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not end a legal hold',
            HINT = 'That needs permission "blockchain:audit_verification".';
    END IF;
    UPDATE civic_private.audit_holds AS h SET released_at = now()
    WHERE h.id = release_audit_log.hold AND h.released_at IS NULL;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION civic.release_audit_log(uuid) IS 'Ends a legal hold; false where it had ended. Error 42501.';

CREATE FUNCTION civic.drop_expired_audit(legal_basis text, retention interval DEFAULT '7 years') RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    expired record;
    entries bigint;
    dropped integer := 0;
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not drop entries of the audit log',
            HINT = 'A job does it as civic_service.';
    END IF;
    IF coalesce(legal_basis !~ '\S', true) OR retention < interval '1 year' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'entries cannot be dropped so',
            DETAIL = 'A legal basis is needed, and a retention of at least a year.';
    END IF;
    PERFORM pg_advisory_xact_lock(1667855729, 1);
    IF EXISTS (SELECT FROM civic_private.audit_holds AS h WHERE h.released_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC055',
            MESSAGE = 'the audit log is under a legal hold',
            HINT = 'civic.release_audit_log() ends it.';
    END IF;
    PERFORM set_config('civic.reason', legal_basis, true);
    FOR expired IN
        SELECT s.number, s.table_name, s.epoch, s.xid_from, n.epoch AS next_epoch, n.xid_from AS next_xid
        FROM civic_private.audit_segments AS s
        JOIN civic_private.audit_segments AS n ON n.number = s.number + 1
        WHERE s.closed_at IS NOT NULL AND s.dropped_at IS NULL AND n.opened_at < now() - retention
        ORDER BY s.number
    LOOP
        EXECUTE format('SELECT count(*) FROM civic_private.%I', expired.table_name) INTO entries;
        PERFORM civic_private.write_event('00000000-0000-0000-0000-000000000000', 'R', 'audit_entries_dropped', NULL,
            NULL, NULL, NULL, NULL, NULL, jsonb_build_object('segment', expired.number, 'entries', entries,
                'from', expired.epoch || '.' || expired.xid_from::text,
                'until', expired.next_epoch || '.' || expired.next_xid::text), NULL);
        EXECUTE format('DROP TABLE civic_private.%I', expired.table_name);
        UPDATE civic_private.audit_segments SET dropped_at = now() WHERE number = expired.number;
        dropped := dropped + 1;
    END LOOP;
    PERFORM set_config('civic.reason', '', true);
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION civic.drop_expired_audit(text, interval) IS
    'Drops whole segments of the audit log that are older than the retention period, oldest first, and records that it'
    ' did; returns how many. Hashes are kept, so all proofs of what remains stay valid. For civic_service. Errors:'
    ' 42501, 22023 no legal basis, ZC055 the log is under a legal hold.';

CREATE FUNCTION civic.maintain_partitions(retention interval DEFAULT '7 years') RETURNS TABLE (
    segment integer, table_name text, opened_at timestamptz, closed_at timestamptz, bytes bigint, due text
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last_segment integer;
    is_over boolean;
    is_held boolean := EXISTS (SELECT FROM civic_private.audit_holds AS h WHERE h.released_at IS NULL);
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not maintain the audit log',
            HINT = 'A job does it as civic_service.';
    END IF;
    -- A sealer that works does the same.
    IF pg_try_advisory_xact_lock(1667855729, 1) THEN
        PERFORM civic_private.close_segments();
        IF civic_private.is_segment_over() THEN
            PERFORM civic_private.rotate_segments();
        END IF;
    END IF;
    SELECT max(s.number) INTO last_segment FROM civic_private.audit_segments AS s;
    is_over := civic_private.is_segment_over();
    RETURN QUERY
    SELECT s.number, s.table_name, s.opened_at, s.closed_at,
        pg_total_relation_size(format('civic_private.%I', s.table_name)::regclass),
        CASE
            WHEN s.number = last_segment THEN CASE WHEN is_over
                THEN 'The month is over, but a transaction that writes to it does not end; see civic.seal_lag().' END
            WHEN s.closed_at IS NULL THEN 'Some of it is not sealed: CALL civic.seal_audit_log().'
            WHEN n.opened_at >= now() - maintain_partitions.retention THEN NULL
            WHEN is_held THEN 'It is old enough to be dropped, but under a legal hold.'
            ELSE 'It is old enough to be dropped: civic.drop_expired_audit().'
        END
    FROM civic_private.audit_segments AS s
    LEFT JOIN civic_private.audit_segments AS n ON n.number = s.number + 1
    WHERE s.dropped_at IS NULL
    ORDER BY s.number;
END
$$;
COMMENT ON FUNCTION civic.maintain_partitions(interval) IS
    'Looks after the segments of the audit log, one a month: begins the next where the month is over and gives indexes'
    ' to those that are full and sealed, as the sealer does by itself; then lists what there is, with its size and what'
    ' is due, null for nothing. Drops nothing. Running it twice does no harm. For civic_service. Error 42501 for'
    ' people.';
