CREATE FUNCTION civic.checkpoint() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    state civic_private.audit_state;
    forest civic_private.audit_trees;
BEGIN
    SELECT * INTO STRICT state FROM civic_private.audit_state AS a;
    IF NOT state.may_publish OR state.cluster <> civic_private.cluster_identity() THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC054',
            MESSAGE = 'the audit log was restored and may be older than what was published of it',
            DETAIL = 'A checkpoint now could contradict one that others hold.',
            HINT = 'Seal the log, then call civic.resume_audit_log() with the last checkpoint that was published.';
    END IF;
    SELECT * INTO forest FROM civic_private.audit_trees AS t
    WHERE t.organization_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    RETURN state.origin || E'\n' || coalesce(forest.size, 0) || E'\n'
        || encode(coalesce(forest.root, sha256('')), 'base64') || E'\n';
END
$$;
COMMENT ON FUNCTION civic.checkpoint() IS
    'Name, size and root of the forest now: the text of c2sp.org/tlog-checkpoint that a notary outside the database'
    ' signs. Error ZC054 after a restore, until civic.resume_audit_log() was called.';

CREATE FUNCTION civic_private.entry_id(entry text, OUT epoch integer, OUT xid xid8, OUT counter integer)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF entry !~ '^[0-9]{1,9}\.[0-9]{1,19}\.[0-9]{1,9}$' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is no entry of the audit log', entry),
            HINT = 'Entries are named as in civic.audit_log.id, such as 1.4711.0.';
    END IF;
    epoch := split_part(entry, '.', 1);
    xid := split_part(entry, '.', 2);
    counter := split_part(entry, '.', 3);
END
$$;
COMMENT ON FUNCTION civic_private.entry_id(text) IS 'Parts of an identifier of civic.audit_log. Error 22023.';

CREATE FUNCTION civic_private.not_sealed(entry text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'PT404',
        MESSAGE = format('entry %s is not sealed', entry),
        DETAIL = 'There is no such entry in your organization, or its transaction has not been sealed yet.',
        HINT = 'Check the entry. A job calls civic.seal_audit_log() every second or so.';
END
$$;
COMMENT ON FUNCTION civic_private.not_sealed(text) IS 'Raises PT404.';

CREATE FUNCTION civic.inclusion_proof(entry text) RETURNS TABLE (
    organization_id uuid, leaf_index bigint, tree_size bigint, leaf_hash bytea, hashes bytea[], root bytea
)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted record;
    tree civic_private.audit_trees;
BEGIN
    SELECT i.epoch, i.xid, i.counter INTO wanted FROM civic_private.entry_id(entry) AS i;
    FOR tree IN
        SELECT t.* FROM civic_private.audit_trees AS t
        WHERE t.organization_id IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000')
        ORDER BY t.organization_id DESC
    LOOP
        leaf_index := civic_private.find_leaf(tree.organization_id, wanted.epoch, wanted.xid, wanted.counter);
        IF leaf_index IS NOT NULL THEN
            organization_id := tree.organization_id;
            tree_size := tree.size;
            root := tree.root;
            SELECT substr(t.hashes, 1 + 32 * (leaf_index % 256)::integer, 32) INTO leaf_hash
            FROM civic_private.audit_tiles AS t
            WHERE t.organization_id = tree.organization_id AND t.level = 0 AND t.position = leaf_index / 256;
            hashes := civic_private.tree_inclusion(tree.organization_id, leaf_index, tree_size);
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
    PERFORM civic_private.not_sealed(entry);
END
$$;
COMMENT ON FUNCTION civic.inclusion_proof(text) IS
    'Shows that an entry (civic.audit_log.id) is in the tree of its organization: what civic.verify_inclusion() needs.'
    ' Its cost does not grow with the log. Errors: PT404 not sealed, 22023 no identifier, ZC052 the log is damaged.';

CREATE FUNCTION civic.consistency_proof(old_size bigint, new_size bigint, organization_id uuid DEFAULT NULL)
    RETURNS bytea[]
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF consistency_proof.organization_id <> civic.current_organization_id() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'the tree of another organization is not yours to see',
            HINT = 'Ask for that of your own organization, or for the forest by leaving the organization out.';
    END IF;
    RETURN civic_private.tree_consistency(
        coalesce(consistency_proof.organization_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), old_size, new_size);
END
$$;
COMMENT ON FUNCTION civic.consistency_proof(bigint, bigint, uuid) IS
    'Shows that the forest, or the tree of the own organization, of old_size leaves is the beginning of that of'
    ' new_size: what civic.verify_consistency() needs. Errors: 22003 no such size, 42501 another organization.';

CREATE FUNCTION civic_private.forest_leaf(organization uuid, size bigint, root bytea, sealed_at timestamptz)
    RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT convert_to(E'civic-forest/1\n', 'UTF8') || uuid_send(a.log_id) || uuid_send(organization)
        || int8send(size) || root || int8send((extract(epoch FROM sealed_at) * 1000000)::bigint)
    FROM civic_private.audit_state AS a
$$;
COMMENT ON FUNCTION civic_private.forest_leaf(uuid, bigint, bytea, timestamptz) IS
    'The leaf of the forest that a head of a tree is, see docs/audit-formats.md.';

CREATE FUNCTION civic.tile(path text, organization_id uuid DEFAULT NULL) RETURNS bytea
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tree uuid := coalesce(tile.organization_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    place bigint[] := civic_private.tile_of_path(path);
    stored civic_private.audit_tiles;
    bundle bytea;
    width integer := place[3];
BEGIN
    IF place IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is no path of a tile', path),
            HINT = 'Paths are as c2sp.org/tlog-tiles has them, such as tile/0/x001/234 or tile/entries/000.p/7.';
    END IF;
    IF tile.organization_id IS NOT NULL
        AND tile.organization_id <> coalesce(civic.current_organization_id(), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        OR place[1] = -1 AND tile.organization_id IS NOT NULL AND NOT (civic.has_permission('view:audit_logs')
            OR civic.has_permission('view:immutable_audit_logs')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'these entries are not yours to see',
            HINT = 'That needs permission "view:audit_logs" in the organization.';
    END IF;
    SELECT * INTO stored FROM civic_private.audit_tiles AS t
    WHERE t.organization_id = tree AND t.level = greatest(place[1], 0) AND t.position = place[2];
    IF NOT FOUND OR length(stored.hashes) < 32 * width THEN
        RETURN NULL;
    END IF;
    IF place[1] >= 0 THEN
        RETURN substr(stored.hashes, 1, 32 * width);
    END IF;
    IF tile.organization_id IS NULL THEN
        SELECT string_agg(substr(int4send(length(l.bytes)), 3) || l.bytes, '' ORDER BY l.forest_index) INTO bundle
        FROM (
            SELECT h.forest_index, civic_private.forest_leaf(h.organization_id, h.size, h.root, h.sealed_at)
                AS bytes FROM civic_private.audit_heads AS h
            WHERE h.forest_index >= 256 * place[2] AND h.forest_index < 256 * place[2] + width
        ) AS l;
        RETURN bundle;
    END IF;
    SELECT string_agg(substr(int4send(length(l.bytes)), 3) || l.bytes, '' ORDER BY l.place) INTO bundle
    FROM (
        SELECT p.place, civic_private.leaf_bytes(a.log_id, e) AS bytes
        FROM civic_private.audit_state AS a
        CROSS JOIN generate_series(0, width - 1) AS p (place)
        JOIN civic.audit_entries AS e ON e.organization_id = tree
            AND int4send(e.epoch) || int8send(e.xid::text::bigint) || int4send(e.counter)
                = substr(stored.entries, 1 + 16 * p.place, 16)
    ) AS l
    HAVING count(*) = width;
    RETURN bundle;
END
$$;
COMMENT ON FUNCTION civic.tile(text, uuid) IS
    'A tile or a bundle of entries of c2sp.org/tlog-tiles, of the forest or of the own organization, for mirrors; null'
    ' where there is none. Errors: 22023 no such path, 42501 entries that the asker may not read.';

CREATE FUNCTION civic_private.leaf_proof(entry text, OUT organization uuid, OUT entry_bytes bytea, OUT place bigint,
    OUT hashes bytea[], OUT head bytea, OUT head_index bigint, OUT head_hashes bytea[], OUT note text,
    OUT forest_size bigint, OUT public_columns bytea, OUT is_signed boolean)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted record;
    sealed civic_private.audit_heads;
    published record;
BEGIN
    SELECT i.epoch, i.xid, i.counter INTO wanted FROM civic_private.entry_id(entry) AS i;
    SELECT e.organization_id, civic_private.leaf_bytes(a.log_id, e), e.columns
    INTO organization, entry_bytes, public_columns
    FROM civic_private.audit_state AS a
    JOIN civic.audit_entries AS e ON e.epoch = wanted.epoch AND e.xid = wanted.xid AND e.counter = wanted.counter
        AND e.organization_id IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000');
    place := civic_private.find_leaf(organization, wanted.epoch, wanted.xid, wanted.counter);
    IF place IS NULL THEN
        PERFORM civic_private.not_sealed(entry);
    END IF;
    SELECT * INTO STRICT sealed FROM civic_private.audit_heads AS h
    WHERE h.organization_id = organization AND h.size > place ORDER BY h.size LIMIT 1;
    hashes := civic_private.tree_inclusion(organization, place, sealed.size);
    head := civic_private.forest_leaf(sealed.organization_id, sealed.size, sealed.root, sealed.sealed_at);
    head_index := sealed.forest_index;
    -- Best what others have signed already.
    SELECT c.size, c.note INTO published FROM civic.audit_checkpoints AS c
    WHERE c.size > head_index ORDER BY c.size DESC LIMIT 1;
    is_signed := FOUND;
    IF is_signed THEN
        note := published.note;
        forest_size := published.size;
    ELSE
        note := civic.checkpoint();
        forest_size := split_part(note, E'\n', 2);
    END IF;
    head_hashes := civic_private.tree_inclusion('ffffffff-ffff-ffff-ffff-ffffffffffff', head_index, forest_size);
END
$$;
COMMENT ON FUNCTION civic_private.leaf_proof(text) IS
    'All that leads from an entry to a checkpoint. Errors: PT404 not sealed, 22023 no identifier.';

CREATE FUNCTION civic_private.check_log_reader() RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.has_permission('view:audit_logs') OR civic.has_permission('view:immutable_audit_logs')
        OR civic.has_permission('view_audit_logs')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not read the audit log',
            HINT = 'That needs permission "view:audit_logs".';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.check_log_reader() IS 'Raises 42501 for who may not read the audit log.';

CREATE FUNCTION civic.tlog_proof(entry text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    p record;
    path bytea;
BEGIN
    PERFORM civic_private.check_log_reader();
    SELECT * INTO p FROM civic_private.leaf_proof(entry);
    IF NOT p.is_signed THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'no signed checkpoint covers the entry yet',
            HINT = 'Ask again when the notary has signed the next one; civic.entry_receipt() does not wait for it.';
    END IF;
    SELECT coalesce(string_agg(h.hash, '' ORDER BY h.place), '') INTO path
    FROM unnest(p.hashes) WITH ORDINALITY AS h (hash, place);
    RETURN civic_private.log_proof(int8send(p.place) || p.head || path, p.head_index, p.head_hashes, p.note);
END
$$;
COMMENT ON FUNCTION civic.tlog_proof(text) IS
    'Proof of an entry in one file, as c2sp.org/tlog-proof and docs/audit-formats.md have it. Errors: 42501 not open to'
    ' the asker, PT404 not sealed, or not covered by a signed checkpoint yet.';

CREATE FUNCTION civic_private.make_receipt(entry text) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    p record;
BEGIN
    SELECT * INTO p FROM civic_private.leaf_proof(entry);
    RETURN jsonb_build_object('format', 'civic-receipt/1', 'entry', encode(p.entry_bytes, 'hex'), 'index', p.place,
        'proof', ARRAY(SELECT encode(h.hash, 'hex') FROM unnest(p.hashes) WITH ORDINALITY AS h (hash, n) ORDER BY h.n),
        'forest', jsonb_build_object('leaf', encode(p.head, 'hex'), 'index', p.head_index, 'proof', ARRAY(
            SELECT encode(h.hash, 'hex') FROM unnest(p.head_hashes) WITH ORDINALITY AS h (hash, n) ORDER BY h.n)),
        'checkpoint', p.note)
        || CASE WHEN length(p.public_columns) > 32768
            THEN jsonb_build_object('columns', encode(p.public_columns, 'hex')) ELSE '{}' END;
END
$$;
COMMENT ON FUNCTION civic_private.make_receipt(text) IS 'A receipt of docs/audit-formats.md for an entry.';

CREATE FUNCTION civic.receipt(report_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    filed text;
BEGIN
    PERFORM FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = receipt.report_id
        AND r.user_id = civic.current_user_id();
    IF NOT FOUND THEN
        PERFORM civic_private.check_log_reader();
    END IF;
    SELECT e.epoch || '.' || e.xid::text || '.' || e.counter INTO filed FROM civic.audit_entries AS e
    WHERE e.organization_id = civic.current_organization_id() AND e.schema_name = 'civic'
        AND e.table_name = 'reports' AND e.entity_id = receipt.report_id::text AND e.operation IN ('I', 'S')
    ORDER BY e.epoch, e.xid, e.counter LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'there is no entry of this report',
            HINT = 'Check the id.';
    END IF;
    RETURN civic_private.make_receipt(filed);
END
$$;
COMMENT ON FUNCTION civic.receipt(uuid) IS
    'What a resident needs to show that a report was filed, as it was filed, without the database: its entry and the'
    ' proofs up to a checkpoint; tools/civic-verify checks it. For the reporter and for readers of the log. Errors:'
    ' 42501 not open to the asker, PT404 no such report, or not sealed yet.';

CREATE FUNCTION civic.entry_receipt(entry text) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.check_log_reader();
    RETURN civic_private.make_receipt(entry);
END
$$;
COMMENT ON FUNCTION civic.entry_receipt(text) IS
    'The receipt of any entry, for readers of the log. Errors: 42501 not open to the asker, PT404 not sealed.';

CREATE FUNCTION civic.trust_audit_key(key text, is_witness boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.is_system() OR civic.has_permission('blockchain:audit_verification')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not say whose signatures count',
            HINT = 'That needs permission "blockchain:audit_verification".';
    END IF;
    PERFORM civic.verify_signed_note('', trust_audit_key.key);
    INSERT INTO civic_private.audit_keys AS k (key, is_witness) VALUES (trust_audit_key.key,
        trust_audit_key.is_witness)
    ON CONFLICT ON CONSTRAINT audit_keys_pkey DO UPDATE SET is_witness = excluded.is_witness;
END
$$;
COMMENT ON FUNCTION civic.trust_audit_key(text, boolean) IS
    'Says that signatures of a key (name+id+key) count: of the notary of the log, or of a witness. Only public keys are'
    ' kept. Errors: 42501, 22023 no key.';

CREATE FUNCTION civic_private.read_checkpoint(note text, OUT size bigint, OUT root bytea)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lines text[] := string_to_array(note, E'\n');
    origin text;
BEGIN
    SELECT a.origin INTO origin FROM civic_private.audit_state AS a;
    IF lines[1] IS DISTINCT FROM origin THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC053',
            MESSAGE = 'the checkpoint is of another log',
            DETAIL = format('It is of "%s", this log is "%s".', lines[1], origin);
    END IF;
    IF coalesce(lines[2] !~ '^(0|[1-9][0-9]{0,17})$' OR lines[3] !~ '^[A-Za-z0-9+/]{43}=$', true) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'this is no checkpoint',
            HINT = 'Its first lines are the name of the log, the size and the root, see c2sp.org/tlog-checkpoint.';
    END IF;
    size := lines[2];
    root := decode(lines[3], 'base64');
    IF EXISTS (SELECT FROM civic_private.audit_keys AS k WHERE NOT k.is_witness) AND NOT EXISTS (
        SELECT FROM civic_private.audit_keys AS k WHERE NOT k.is_witness AND civic.verify_signed_note(note, k.key)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC053',
            MESSAGE = 'the checkpoint is not signed by a key of the log',
            HINT = 'civic.trust_audit_key() says whose signatures count.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.read_checkpoint(text) IS
    'Size and root of a checkpoint of this log. Errors: 22023 none, ZC053 of another log or not signed.';

CREATE FUNCTION civic.record_checkpoint(note text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    said record;
    now_size bigint := 0;
BEGIN
    IF NOT (civic.is_system() OR civic.has_permission('blockchain:audit_verification')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not record checkpoints',
            HINT = 'That needs permission "blockchain:audit_verification".';
    END IF;
    SELECT c.size, c.root INTO said FROM civic_private.read_checkpoint(note) AS c;
    SELECT t.size INTO now_size FROM civic_private.audit_trees AS t
    WHERE t.organization_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    IF said.size > coalesce(now_size, 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC054',
            MESSAGE = 'the checkpoint is newer than the log',
            DETAIL = format('It is of %s leaves, the log has %s.', said.size, coalesce(now_size, 0)),
            HINT = 'An older backup was restored, or the end of the log was cut off: see docs/audit.md.';
    END IF;
    IF said.root IS DISTINCT FROM civic_private.tree_root('ffffffff-ffff-ffff-ffff-ffffffffffff', said.size) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC053',
            MESSAGE = 'the checkpoint contradicts the log',
            DETAIL = 'The log had another root when it had that size.',
            HINT = 'One of the two was forged: keep both.';
    END IF;
    INSERT INTO civic.audit_checkpoints AS c (size, root, note) VALUES (said.size, said.root, record_checkpoint.note)
    ON CONFLICT ON CONSTRAINT audit_checkpoints_pkey DO UPDATE SET note = excluded.note;
END
$$;
COMMENT ON FUNCTION civic.record_checkpoint(text) IS
    'Keeps a checkpoint that was signed and witnessed outside, for receipts and verification. It must be of this log,'
    ' agree with it, and be signed by a key that civic.trust_audit_key() named, where there is one. Errors: 42501,'
    ' 22023 no checkpoint, ZC053 it contradicts the log or is not signed, ZC054 it is newer than the log.';

CREATE FUNCTION civic.resume_audit_log(last_published text, acknowledge boolean DEFAULT false, reason text DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    said record;
    now_size bigint := 0;
    continues boolean;
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not resume the audit log',
            HINT = 'An administrator does it as civic_service.';
    END IF;
    IF (SELECT a.cluster <> civic_private.cluster_identity() FROM civic_private.audit_state AS a) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC054',
            MESSAGE = 'the audit log has not been sealed here yet',
            HINT = 'CALL civic.seal_audit_log() first.';
    END IF;
    SELECT c.size, c.root INTO said FROM civic_private.read_checkpoint(last_published) AS c;
    SELECT t.size INTO now_size FROM civic_private.audit_trees AS t
    WHERE t.organization_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    continues := said.size <= coalesce(now_size, 0)
        AND said.root = civic_private.tree_root('ffffffff-ffff-ffff-ffff-ffffffffffff', said.size);
    IF NOT continues THEN
        IF NOT acknowledge THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC054',
                MESSAGE = 'the audit log is older than what was published of it',
                DETAIL = format('%s leaves were published, the restored log has %s, or other ones.', said.size,
                    coalesce(now_size, 0)),
                HINT = 'Restore a newer backup. If there is none, call this again with acknowledge and a reason: the'
                       ' log then goes on under another name.';
        END IF;
        PERFORM set_config('civic.reason', coalesce(resume_audit_log.reason, ''), true);
        PERFORM civic_private.write_event('00000000-0000-0000-0000-000000000000', 'L', 'audit_rollback_acknowledged',
            'warning', NULL, NULL, NULL, NULL, NULL, jsonb_build_object('published', last_published), NULL);
        PERFORM set_config('civic.reason', '', true);
        DELETE FROM civic.audit_checkpoints AS c WHERE c.size > coalesce(now_size, 0);
        UPDATE civic_private.audit_state SET origin = 'civic/' || gen_random_uuid();
    END IF;
    UPDATE civic_private.audit_state SET may_publish = true;
END
$$;
COMMENT ON FUNCTION civic.resume_audit_log(text, boolean, text) IS
    'After a restore or a failover: lets checkpoints be made again, if the log holds all that the last published one'
    ' says. If it does not, it must be acknowledged, which the log records, and the log gets another name. Errors:'
    ' 42501, ZC053 not a checkpoint of this log, ZC054 the log is older.';
