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

CREATE FUNCTION civic.audit_values(
    operation "char", columns pg_catalog.bytea, personal pg_catalog.bytea, after pg_catalog.bool
) RETURNS pg_catalog.jsonb
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_audit_values';
COMMENT ON FUNCTION civic.audit_values("char", pg_catalog.bytea, pg_catalog.bytea, pg_catalog.bool) IS
    'Values that an entry of the audit log holds, by the names of their columns; those before or after the change.'
    ' Personal values that were erased are missing. Null where there are none.';

CREATE FUNCTION civic.audit_item(
    content pg_catalog.bytea, kind "char", operation "char", personal pg_catalog.bool
) RETURNS pg_catalog.text
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_audit_item';
COMMENT ON FUNCTION civic.audit_item(pg_catalog.bytea, "char", "char", pg_catalog.bool) IS
    'What an entry of the audit log holds besides columns. Kinds: R reason, O outcome, S role that logged in, J'
    ' details.';

CREATE FUNCTION civic.audit_request(request pg_catalog.bytea, agent pg_catalog.bool) RETURNS pg_catalog.text
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_audit_request';
COMMENT ON FUNCTION civic.audit_request(pg_catalog.bytea, pg_catalog.bool) IS
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
