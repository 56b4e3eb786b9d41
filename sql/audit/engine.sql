CREATE FUNCTION civic_private.record_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_record_change';
COMMENT ON FUNCTION civic_private.record_change() IS
    'AFTER trigger for each row and for TRUNCATE: writes an entry of the audit log; put on a table by'
    ' civic.audit_table(). A change that cannot be recorded is not made: error ZC050.';

CREATE FUNCTION civic_private.record_rows(relation pg_catalog.regclass) RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_record_rows';
COMMENT ON FUNCTION civic_private.record_rows(pg_catalog.regclass) IS
    'Writes an entry of operation S for each row that an audited table has; returns how many.';

CREATE FUNCTION civic_private.write_event(
    organization_id pg_catalog.uuid, operation "char", action pg_catalog.text, outcome pg_catalog.text,
    user_id pg_catalog.uuid, person_id pg_catalog.uuid, schema_name pg_catalog.text, table_name pg_catalog.text,
    entity_id pg_catalog.text, details pg_catalog.jsonb, personal pg_catalog.jsonb
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_write_event';
COMMENT ON FUNCTION civic_private.write_event(
    pg_catalog.uuid, "char", pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb
) IS 'Writes an entry that tells of no change of a row; user_id null means whoever asks.';

CREATE FUNCTION civic_private.refuse_audit_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_refuse_audit_change';
COMMENT ON FUNCTION civic_private.refuse_audit_change() IS
    'BEFORE statement trigger on the tables of the audit log: nobody writes them by SQL. Error ZC051.';

CREATE FUNCTION civic_private.cluster_identity() RETURNS pg_catalog.text
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_cluster_identity';
COMMENT ON FUNCTION civic_private.cluster_identity() IS
    'Which database of which cluster this is; transaction numbers mean nothing in another.';

CREATE FUNCTION civic_private.current_timeline() RETURNS pg_catalog.int4
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_current_timeline';
COMMENT ON FUNCTION civic_private.current_timeline() IS 'Timeline of the WAL; another after a failover.';

CREATE FUNCTION civic_helpers.audit_values(
    operation "char", columns pg_catalog.bytea, personal pg_catalog.bytea, after pg_catalog.bool
) RETURNS pg_catalog.jsonb
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_audit_values';
COMMENT ON FUNCTION civic_helpers.audit_values("char", pg_catalog.bytea, pg_catalog.bytea, pg_catalog.bool) IS
    'Values that an entry of the audit log holds, by the names of their columns; those before or after the change.'
    ' Personal values that were erased are missing. Null where there are none.';

CREATE FUNCTION civic_helpers.audit_item(
    content pg_catalog.bytea, kind "char", operation "char", personal pg_catalog.bool
) RETURNS pg_catalog.text
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_audit_item';
COMMENT ON FUNCTION civic_helpers.audit_item(pg_catalog.bytea, "char", "char", pg_catalog.bool) IS
    'What an entry of the audit log holds besides columns. Kinds: R reason, O outcome, S role that logged in, J'
    ' details.';

CREATE FUNCTION civic_helpers.audit_request(request pg_catalog.bytea, agent pg_catalog.bool) RETURNS pg_catalog.text
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_audit_request';
COMMENT ON FUNCTION civic_helpers.audit_request(pg_catalog.bytea, pg_catalog.bool) IS
    'Address, or with agent the browser, that the request of an entry came from; null where it was erased.';

CREATE FUNCTION civic.audit_table(
    relation pg_catalog.regclass, personal pg_catalog.text[] DEFAULT '{}', skipped pg_catalog.text[] DEFAULT '{}',
    organization_column pg_catalog.text DEFAULT 'organization_id', person_column pg_catalog.text DEFAULT 'user_id'
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    present text[] := ARRAY(
        SELECT a.attname FROM pg_attribute AS a
        WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
    );
    missing text;
    arguments text;
BEGIN
    SELECT n.name INTO missing FROM unnest(personal || skipped) AS n (name) WHERE n.name <> ALL (present) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column',
            MESSAGE = format('column "%s" of relation "%s" does not exist', missing, relation),
            HINT = 'Name columns of the table in personal and skipped.';
    END IF;
    SELECT string_agg(quote_literal(a.value), ', ') INTO arguments FROM (
        SELECT 'organization=' || organization_column WHERE organization_column = ANY (present)
        UNION ALL SELECT 'person=' || person_column WHERE person_column = ANY (present)
        UNION ALL SELECT 'personal=' || n.name FROM unnest(personal) AS n (name)
        UNION ALL SELECT 'skipped=' || n.name FROM unnest(skipped) AS n (name)
    ) AS a (value);
    EXECUTE format('CREATE OR REPLACE TRIGGER t99_audit AFTER INSERT OR DELETE OR UPDATE ON %s'
        ' FOR EACH ROW EXECUTE FUNCTION civic_private.record_change(%s)', relation, arguments);
    EXECUTE format('CREATE OR REPLACE TRIGGER t99_audit_truncate AFTER TRUNCATE ON %s'
        ' EXECUTE FUNCTION civic_private.record_change(%s)', relation, arguments);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER t99_audit', relation);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER t99_audit_truncate', relation);
    INSERT INTO civic_private.audit_tables AS t (relation)
    SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = audit_table.relation
    ON CONFLICT ON CONSTRAINT audit_tables_pkey DO UPDATE SET audited_at = now();
    RETURN civic_private.record_rows(relation);
END
$$;
COMMENT ON FUNCTION civic.audit_table(
    pg_catalog.regclass, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text
) IS
    'Records every change of a table in the audit log from now on, and the rows it has as they stand; returns how many'
    ' these are. Columns in personal are kept apart, so that civic.erase_person() can remove them; columns in skipped'
    ' and generated ones are not recorded. organization_column and person_column name where a row says whose it is;'
    ' rows without belong to the organization of zeroes. For tables of your own as well; call it again to change what'
    ' is recorded. For superusers. Error 42703 for a column that does not exist.';

CREATE FUNCTION civic_private.add_audit_segment(epoch integer, xid_from xid8) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    added integer := coalesce((SELECT max(s.number) FROM civic_private.audit_segments AS s), 0) + 1;
    segment text := 'audit_entries_' || added;
    described record;
BEGIN
    -- The rest is for rows of ordinary size: nothing is compressed or moved out of line on the writer's time.
    EXECUTE format('CREATE TABLE civic_private.%I () INHERITS (civic.audit_entries) WITH (toast_tuple_target = 8160,'
        ' vacuum_truncate = false, autovacuum_freeze_max_age = 1000000000)', segment);
    EXECUTE format('COMMENT ON TABLE civic_private.%I IS %L', segment,
        'A segment of civic.audit_entries: the entries of the transactions that audit_segments tells.');
    FOR described IN
        SELECT a.attname, col_description(a.attrelid, a.attnum) AS comment FROM pg_attribute AS a
        WHERE a.attrelid = 'civic.audit_entries'::regclass AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('COMMENT ON COLUMN civic_private.%I.%I IS %L', segment, described.attname, described.comment);
    END LOOP;
    EXECUTE format('ALTER TABLE civic_private.%I ALTER COLUMN columns SET STORAGE EXTERNAL,'
        ' ALTER COLUMN personal SET STORAGE EXTERNAL', segment);
    PERFORM civic_private.guard_audit_table(format('civic_private.%I', segment)::regclass);
    INSERT INTO civic_private.audit_segments (number, table_name, epoch, xid_from)
    VALUES (added, segment, add_audit_segment.epoch, add_audit_segment.xid_from);
END
$$;
COMMENT ON FUNCTION civic_private.add_audit_segment(integer, xid8) IS
    'Makes the table that entries of transactions from xid_from on are written to.';

CREATE FUNCTION civic_private.guard_audit_table(relation regclass) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER t10_refuse BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s'
        ' EXECUTE FUNCTION civic_private.refuse_audit_change()', relation);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER t10_refuse', relation);
    IF current_user <> 'civic_owner' THEN
        EXECUTE format('ALTER TABLE %s OWNER TO civic_owner', relation);
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.guard_audit_table(regclass) IS 'Lets nobody write a table of the audit log by SQL.';

CREATE FUNCTION civic_private.record_event(
    action text, outcome text DEFAULT 'success', user_id uuid DEFAULT NULL, relation regclass DEFAULT NULL,
    entity_id text DEFAULT NULL, details jsonb DEFAULT NULL, personal jsonb DEFAULT NULL,
    organization_id uuid DEFAULT civic.current_organization_id()
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM civic.audit_labels AS l WHERE l.code = record_event.action) THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object',
            MESSAGE = format('audit action "%s" does not exist', record_event.action),
            HINT = 'Table civic.audit_labels lists them.';
    END IF;
    IF outcome NOT IN ('success', 'failure', 'warning', 'partial_success') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is no outcome of an action', outcome),
            HINT = 'Outcomes are success, failure, warning and partial_success.';
    END IF;
    PERFORM civic_private.write_event(
        record_event.organization_id, 'A', record_event.action, nullif(outcome, 'success'), record_event.user_id,
        CASE WHEN record_event.personal IS NOT NULL
            THEN coalesce(record_event.user_id, civic.current_user_id()) END,
        n.nspname, c.relname, record_event.entity_id, nullif(record_event.details, '{}'),
        nullif(record_event.personal, '{}'))
    FROM (SELECT record_event.relation AS oid) AS r
    LEFT JOIN pg_class AS c ON c.oid = r.oid
    LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace;
END
$$;
COMMENT ON FUNCTION civic_private.record_event(text, text, uuid, regclass, text, jsonb, jsonb, uuid) IS
    'Records what happened without changing a row, such as a failed sign-in. user_id is the person who did it, by'
    ' default whoever asks; personal goes where civic.erase_person() finds it. It goes with the transaction: a caller'
    ' that then raises an error has recorded nothing. Errors: 42704 no such action, 22023 no such outcome.';

CREATE FUNCTION civic.record_read(
    action text, entity_type text DEFAULT NULL, entity_id text DEFAULT NULL, reason text DEFAULT NULL,
    details jsonb DEFAULT '{}'
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation regclass := to_regclass('civic.' || quote_ident(entity_type));
BEGIN
    IF civic.current_organization_id() IS NULL
        OR (civic.current_user_id() IS NULL AND NOT civic.is_system()) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'reading is recorded only of people who are signed in',
            HINT = 'Sign in first.';
    END IF;
    IF NOT EXISTS (SELECT FROM civic.audit_labels AS l WHERE l.code = record_read.action AND l.is_read) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('audit action "%s" is not one of reading', record_read.action),
            HINT = 'Rows of civic.audit_labels with is_read are.';
    END IF;
    IF entity_type IS NOT NULL AND relation IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_table',
            MESSAGE = format('there is no table "%s" in schema civic', entity_type);
    END IF;
    IF pg_column_size(details) > 4000 OR length(entity_id) > 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'program_limit_exceeded',
            MESSAGE = 'what is to be recorded is too long',
            HINT = 'Record what was read, not its content.';
    END IF;
    PERFORM set_config('civic.reason', coalesce(record_read.reason, ''), true);
    PERFORM civic_private.record_event(record_read.action, relation => relation, entity_id => record_read.entity_id,
        details => record_read.details);
    PERFORM set_config('civic.reason', '', true);
END
$$;
COMMENT ON FUNCTION civic.record_read(text, text, text, text, jsonb) IS
    'Records that the asker has read, exported or disclosed something: an action of civic.audit_labels with is_read,'
    ' the table and the row it is about, and why. For applications, which call it with what they show. Errors: 42501'
    ' nobody is signed in, 22023 not an action of reading, 42P01 no such table, 54000 too long.';

CREATE FUNCTION civic_private.seal_batch(max_entries pg_catalog.int4) RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_seal_batch';
COMMENT ON FUNCTION civic_private.seal_batch(pg_catalog.int4) IS
    'Gives the entries of ended transactions their places in the trees, about so many at most; returns how many.';

CREATE FUNCTION civic_private.next_transaction() RETURNS xid8
    LANGUAGE c VOLATILE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_next_transaction';
COMMENT ON FUNCTION civic_private.next_transaction() IS 'The number that the next transaction will get.';

CREATE FUNCTION civic_private.change_epoch() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before civic_private.audit_state;
BEGIN
    SELECT * INTO before FROM civic_private.audit_state AS a;
    PERFORM civic_private.write_event('00000000-0000-0000-0000-000000000000', 'L', 'audit_epoch_opened', NULL, NULL,
        NULL, NULL, NULL, NULL, jsonb_build_object('epoch', before.epoch + 1, 'cluster',
            civic_private.cluster_identity(), 'cluster_before', before.cluster), NULL);
    UPDATE civic_private.audit_state
    SET epoch = before.epoch + 1, cluster = civic_private.cluster_identity(), sealed_to = '0';
    UPDATE civic_private.audit_segments SET scan_from = 0, mark_pages = NULL, mark_xid = NULL
    WHERE closed_at IS NULL;
END
$$;
COMMENT ON FUNCTION civic_private.change_epoch() IS
    'Goes on with the log in another cluster or database, where transactions are counted anew.';

CREATE FUNCTION civic_private.rotate_segments() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    state civic_private.audit_state;
    open civic_private.audit_segments;
    before text := current_setting('lock_timeout');
BEGIN
    SELECT * INTO state FROM civic_private.audit_state AS a;
    SELECT * INTO open FROM civic_private.audit_segments AS s WHERE s.dropped_at IS NULL ORDER BY s.number DESC LIMIT 1;
    -- Writers that come now wait until this commits, and then know better. Who writes already is not waited for long:
    -- the next seal will try again.
    PERFORM set_config('lock_timeout', '200ms', true);
    EXECUTE format('LOCK TABLE civic_private.%I IN SHARE MODE', open.table_name);
    PERFORM set_config('lock_timeout', before, true);
    PERFORM civic_private.add_audit_segment(state.epoch, civic_private.next_transaction());
EXCEPTION WHEN lock_not_available THEN
    NULL;
END
$$;
COMMENT ON FUNCTION civic_private.rotate_segments() IS
    'Begins another segment of the audit log, unless a transaction that writes to the last does not end.';

CREATE FUNCTION civic_private.is_segment_over() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT date_trunc('month', max(s.opened_at)) < date_trunc('month', now())
        FROM civic_private.audit_segments AS s);
END
$$;
COMMENT ON FUNCTION civic_private.is_segment_over() IS
    'Whether the last segment of the audit log is of an earlier month.';

CREATE FUNCTION civic_private.close_segments() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    full_one record;
BEGIN
    FOR full_one IN
        SELECT s.number, s.table_name FROM civic_private.audit_segments AS s
        JOIN civic_private.audit_segments AS n ON n.number = s.number + 1
        CROSS JOIN civic_private.audit_state AS a
        WHERE s.closed_at IS NULL AND (n.epoch, n.xid_from) <= (a.epoch, a.sealed_to)
    LOOP
        EXECUTE format('CREATE INDEX ON civic_private.%I (epoch, xid, counter)', full_one.table_name);
        EXECUTE format('CREATE INDEX ON civic_private.%I (organization_id, table_name, entity_id)',
            full_one.table_name);
        EXECUTE format('CREATE INDEX ON civic_private.%I (organization_id, user_id)', full_one.table_name);
        EXECUTE format('CREATE INDEX ON civic_private.%I (organization_id, person_id) WHERE person_id IS NOT NULL',
            full_one.table_name);
        UPDATE civic_private.audit_segments SET closed_at = now() WHERE number = full_one.number;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic_private.close_segments() IS
    'Gives indexes to segments that get no more entries and have none that is not sealed.';

CREATE PROCEDURE civic.seal_audit_log(max_entries integer DEFAULT 500000)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    elsewhere boolean;
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not seal the audit log',
            HINT = 'A job does it as civic_service.';
    END IF;
    IF NOT pg_try_advisory_xact_lock(1667855729, 1) THEN
        RAISE NOTICE 'the audit log is being sealed by another session';
        RETURN;
    END IF;
    -- With the seal, everything it covers is on disk as well.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    SELECT a.cluster <> civic_private.cluster_identity() INTO elsewhere FROM civic_private.audit_state AS a;
    -- After a restore or a failover the log may be older than what others have been told.
    UPDATE civic_private.audit_state
    SET timeline = civic_private.current_timeline(),
        may_publish = may_publish AND NOT EXISTS (SELECT FROM civic.audit_checkpoints AS c)
    WHERE elsewhere OR timeline <> civic_private.current_timeline();
    IF elsewhere THEN
        -- Nobody writes entries of the old epoch any more.
        IF civic_private.seal_batch(max_entries) >= max_entries THEN
            RETURN;
        END IF;
        PERFORM civic_private.change_epoch();
    END IF;
    PERFORM civic_private.seal_batch(max_entries);
    PERFORM civic_private.close_segments();
    IF civic_private.is_segment_over() THEN
        PERFORM civic_private.rotate_segments();
    END IF;
END
$$;
COMMENT ON PROCEDURE civic.seal_audit_log(integer) IS
    'Gives the entries of all transactions that have ended their places in the Merkle trees, oldest first, about'
    ' max_entries at most; call it every second or so. Only one session seals at a time, another call does nothing; a'
    ' seal that is stopped has done nothing. Opens a new segment each month. For civic_service. Errors: 42501 for'
    ' people, ZC052 the log is damaged.';

CREATE FUNCTION civic.seal_lag() RETURNS TABLE (
    unsealed_transactions bigint, last_sealed_at timestamptz, blocking_pid integer, blocking_gid text,
    blocking_since timestamptz, blocking_database text
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.has_permission('view:audit_logs') OR civic.has_permission('view:immutable_audit_logs')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not see how far the audit log is sealed',
            HINT = 'That needs permission "view:audit_logs".';
    END IF;
    RETURN QUERY
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - a.sealed_to::text::bigint,
        (SELECT max(b.sealed_at) FROM civic_private.audit_batches AS b),
        b.pid, b.gid, b.since, b.database
    FROM civic_private.audit_state AS a
    LEFT JOIN LATERAL (
        SELECT s.pid, NULL::text AS gid, s.xact_start AS since, s.datname::text AS database, age(s.backend_xid) AS old
        FROM pg_stat_activity AS s WHERE s.backend_xid IS NOT NULL AND s.pid <> pg_backend_pid()
        UNION ALL
        SELECT NULL, p.gid, p.prepared, p.database::text, age(p.transaction) FROM pg_prepared_xacts AS p
        ORDER BY 5 DESC LIMIT 1
    ) AS b ON true;
END
$$;
COMMENT ON FUNCTION civic.seal_lag() IS
    'How far the sealer is behind: transactions since the last that is sealed, when it last sealed, and the oldest'
    ' writing session or prepared transaction of the whole cluster, which no seal can pass. Since when a session of'
    ' another role writes is null, unless you GRANT pg_read_all_stats TO civic_owner. Error 42501.';

CREATE FUNCTION civic_private.tree_inclusion(
    tree pg_catalog.uuid, leaf_index pg_catalog.int8, tree_size pg_catalog.int8
) RETURNS pg_catalog.bytea[]
    LANGUAGE c STABLE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_tree_inclusion';
COMMENT ON FUNCTION civic_private.tree_inclusion(pg_catalog.uuid, pg_catalog.int8, pg_catalog.int8) IS
    'Inclusion proof of RFC 6962. Errors: 22003 no such leaf or size, ZC052 the tiles are damaged.';

CREATE FUNCTION civic_private.tree_consistency(
    tree pg_catalog.uuid, old_size pg_catalog.int8, new_size pg_catalog.int8
) RETURNS pg_catalog.bytea[]
    LANGUAGE c STABLE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_tree_consistency';
COMMENT ON FUNCTION civic_private.tree_consistency(pg_catalog.uuid, pg_catalog.int8, pg_catalog.int8) IS
    'Consistency proof of RFC 6962. Errors: 22003 no such sizes, ZC052 the tiles are damaged.';

CREATE FUNCTION civic_private.tree_root(tree pg_catalog.uuid, tree_size pg_catalog.int8) RETURNS pg_catalog.bytea
    LANGUAGE c STABLE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_tree_root';
COMMENT ON FUNCTION civic_private.tree_root(pg_catalog.uuid, pg_catalog.int8) IS
    'The root that a tree had at a size, from its tiles; null where they are missing.';

CREATE FUNCTION civic_private.find_leaf(
    tree pg_catalog.uuid, epoch pg_catalog.int4, xid xid8, counter pg_catalog.int4
) RETURNS pg_catalog.int8
    LANGUAGE c STABLE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_find_leaf';
COMMENT ON FUNCTION civic_private.find_leaf(pg_catalog.uuid, pg_catalog.int4, xid8, pg_catalog.int4) IS
    'Which leaf of a tree an entry is; null for one that is not sealed.';

CREATE FUNCTION civic_private.leaf_bytes(log_id pg_catalog.uuid, entry record) RETURNS pg_catalog.bytea
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_leaf_bytes';
COMMENT ON FUNCTION civic_private.leaf_bytes(pg_catalog.uuid, record) IS
    'The bytes that an entry is hashed by, see docs/audit-formats.md; null for one that civic would not write.';

CREATE FUNCTION civic_private.tile_of_path(path pg_catalog.text) RETURNS pg_catalog.int8[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_tile_of_path';
COMMENT ON FUNCTION civic_private.tile_of_path(pg_catalog.text) IS
    'Level (-1 for entries), index and width of a path of c2sp.org/tlog-tiles; null for anything else.';

CREATE FUNCTION civic_private.log_proof(
    extra pg_catalog.bytea, leaf_index pg_catalog.int8, hashes pg_catalog.bytea[], checkpoint pg_catalog.text
) RETURNS pg_catalog.text
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_log_proof';
COMMENT ON FUNCTION civic_private.log_proof(pg_catalog.bytea, pg_catalog.int8, pg_catalog.bytea[], pg_catalog.text) IS
    'A proof in one file, as c2sp.org/tlog-proof has it.';

CREATE FUNCTION civic.leaf_hash(leaf pg_catalog.bytea) RETURNS pg_catalog.bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_sha256_leaf';
COMMENT ON FUNCTION civic.leaf_hash(pg_catalog.bytea) IS 'SHA-256 of a zero byte and the leaf, as RFC 6962 says.';

CREATE FUNCTION civic.verify_inclusion(
    leaf_hash pg_catalog.bytea, leaf_index pg_catalog.int8, tree_size pg_catalog.int8, hashes pg_catalog.bytea[],
    root pg_catalog.bytea
) RETURNS pg_catalog.bool
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_verify_inclusion_proof';
COMMENT ON FUNCTION civic.verify_inclusion(
    pg_catalog.bytea, pg_catalog.int8, pg_catalog.int8, pg_catalog.bytea[], pg_catalog.bytea
) IS 'Whether a proof shows that a leaf is in the tree with this root (RFC 9162, 2.1.3.2). Reads no table.';

CREATE FUNCTION civic.verify_consistency(
    old_size pg_catalog.int8, new_size pg_catalog.int8, old_root pg_catalog.bytea, new_root pg_catalog.bytea,
    hashes pg_catalog.bytea[]
) RETURNS pg_catalog.bool
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_verify_consistency_proof';
COMMENT ON FUNCTION civic.verify_consistency(
    pg_catalog.int8, pg_catalog.int8, pg_catalog.bytea, pg_catalog.bytea, pg_catalog.bytea[]
) IS 'Whether a proof shows that the old tree is the beginning of the new one (RFC 9162, 2.1.4.2). Reads no table.';

CREATE FUNCTION civic.verify_signed_note(note pg_catalog.text, key pg_catalog.text) RETURNS pg_catalog.bool
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_verify_signed_note';
COMMENT ON FUNCTION civic.verify_signed_note(pg_catalog.text, pg_catalog.text) IS
    'Whether a key (name+id+key) has signed or cosigned a note of c2sp.org/signed-note. Reads no table. Error 22023 for'
    ' what is no key.';

CREATE FUNCTION civic_private.verify_batches(first_batch pg_catalog.int8, last_batch pg_catalog.int8) RETURNS TABLE (
    organization_id pg_catalog.uuid, entry pg_catalog.text, leaf_index pg_catalog.int8, finding pg_catalog.text,
    detail pg_catalog.text
)
    LANGUAGE c STABLE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_verify_batches';
COMMENT ON FUNCTION civic_private.verify_batches(pg_catalog.int8, pg_catalog.int8) IS
    'Compares what some seals have sealed with what is stored; a row for each difference.';

CREATE FUNCTION civic_private.current_rows(relation pg_catalog.regclass) RETURNS TABLE (
    organization_id pg_catalog.uuid, entity_id pg_catalog.text, columns pg_catalog.bytea, personal pg_catalog.bytea
)
    LANGUAGE c STABLE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_current_rows';
COMMENT ON FUNCTION civic_private.current_rows(pg_catalog.regclass) IS
    'Rows of an audited table as entries would hold them.';

CREATE FUNCTION civic_private.erase_entries(organization pg_catalog.uuid, person pg_catalog.uuid)
    RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_erase_entries';
COMMENT ON FUNCTION civic_private.erase_entries(pg_catalog.uuid, pg_catalog.uuid) IS
    'Replaces personal data of a person in entries by the commitment to it; returns how many entries.';
