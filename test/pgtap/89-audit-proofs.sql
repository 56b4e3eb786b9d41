-- Proofs, and what becomes of a log that somebody with all rights has changed. Entries are sealed once their
-- transaction has ended, so this file commits; its database is its own.
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE SCHEMA tap;
SELECT * FROM no_plan();

CREATE TABLE tap.matter (organization_id uuid, id integer PRIMARY KEY, title text);
SELECT civic.audit_table('tap.matter') AS recorded \gset
SELECT civic.create_organization('OTHER', 'Other city') AS other, civic.current_organization_id() AS own \gset
INSERT INTO tap.matter SELECT :'own', n, 'Matter ' || n FROM generate_series(1, 600) AS n;
INSERT INTO tap.matter SELECT :'other', n, 'Matter ' || n FROM generate_series(601, 620) AS n;
CALL civic.seal_audit_log();
SELECT civic.checkpoint() AS first_checkpoint \gset
UPDATE tap.matter SET title = title || '!' WHERE id % 3 = 0;
CALL civic.seal_audit_log();
SELECT civic_private.rotate_segments();
UPDATE tap.matter SET title = title || '?' WHERE id % 7 = 0;
CALL civic.seal_audit_log();
SELECT civic.checkpoint() AS note \gset
SELECT civic.record_checkpoint(:'note');
UPDATE tap.matter SET title = 'new' WHERE id = 1;

-- 1. Proofs.
CREATE VIEW tap.sealed AS
SELECT l.* FROM civic.audit_log AS l
JOIN civic.audit_entries AS e ON e.organization_id = l.organization_id
    AND l.id = e.epoch || '.' || e.xid::text || '.' || e.counter
WHERE civic_private.find_leaf(e.organization_id, e.epoch, e.xid, e.counter) IS NOT NULL;
SELECT is(count(*), (SELECT sum(t.size)::bigint FROM civic_private.audit_trees AS t
        WHERE t.organization_id IN (:'own', '00000000-0000-0000-0000-000000000000')),
    'every sealed entry that one may read has a proof, and it verifies')
FROM tap.sealed AS l CROSS JOIN LATERAL civic.inclusion_proof(l.id) AS p
WHERE l.organization_id <> :'other'
    AND civic.verify_inclusion(p.leaf_hash, p.leaf_index, p.tree_size, p.hashes, p.root);
SELECT is_empty(
    $$SELECT p.leaf_index FROM civic.audit_entries AS e
        JOIN civic_private.audit_state AS a ON true
        CROSS JOIN LATERAL civic.inclusion_proof(e.epoch || '.' || e.xid::text || '.' || e.counter) AS p
        WHERE e.organization_id = p.organization_id AND e.schema_name = 'tap'
            AND e.organization_id = civic.current_organization_id() AND e.entity_id <> '1'
            AND p.leaf_hash <> civic.leaf_hash(civic_private.leaf_bytes(a.log_id, e))$$,
    'and is of the entry itself');
SELECT ok(NOT civic.verify_inclusion(p.leaf_hash, p.leaf_index, p.tree_size, h.hashes, p.root),
    'a proof with another hash does not verify')
FROM (SELECT max(l.id) AS id FROM civic.audit_log AS l WHERE l.new_values ->> 'title' = 'Matter 14?') AS l
CROSS JOIN LATERAL civic.inclusion_proof(l.id) AS p
CROSS JOIN LATERAL (SELECT array_agg(CASE n WHEN 2 THEN set_byte(x, 0, get_byte(x, 0) # 1) ELSE x END ORDER BY n)
    AS hashes FROM unnest(p.hashes) WITH ORDINALITY AS u (x, n)) AS h;
SELECT ok(bool_and(civic.verify_consistency(o.n, t.size, civic_private.tree_root(t.organization_id, o.n), t.root,
        civic.consistency_proof(o.n, t.size, nullif(t.organization_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))),
    'older trees are beginnings of the newest')
FROM civic_private.audit_trees AS t CROSS JOIN LATERAL generate_series(1, t.size) AS o (n)
WHERE t.organization_id IN (:'own', 'ffffffff-ffff-ffff-ffff-ffffffffffff');
SELECT ok(NOT civic.verify_consistency(2, t.size, sha256('x'), t.root, civic.consistency_proof(2, t.size)),
    'another beginning does not verify')
FROM civic_private.audit_trees AS t WHERE t.organization_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
SELECT throws_ok('SELECT civic.inclusion_proof(''1.1.1'')', 'PT404', NULL, 'what is not sealed has no proof');
SELECT throws_ok('SELECT civic.inclusion_proof(''x'')', '22023', NULL, 'nor has what is no entry');
SELECT throws_ok('SELECT civic.consistency_proof(1, 1000000)', '22003', NULL, 'a tree was never larger than it is');
SELECT throws_ok(format('SELECT civic.consistency_proof(1, 2, %L)', :'other'), '42501', NULL,
    'the tree of another organization is not shown');
SELECT is(sha256(decode('00', 'hex') || substr(civic.tile('tile/entries/000.p/3'), 3, 95)),
    substr(civic.tile('tile/0/000.p/3'), 1, 32), 'tiles hold the hashes of what the bundles hold');
SELECT is(length(civic.tile('tile/0/001', :'own')), 8192, 'a whole tile has 256 hashes');
SELECT is(civic.tile('tile/0/000', :'own'),
    (SELECT string_agg(civic.leaf_hash(b.leaf), '' ORDER BY b.n) FROM (
        WITH RECURSIVE bundle AS (
            SELECT 0 AS n, civic.tile('tile/entries/000', :'own') AS rest, NULL::bytea AS leaf
            UNION ALL
            SELECT n + 1, substr(rest, 3 + 256 * get_byte(rest, 0) + get_byte(rest, 1)),
                substr(rest, 3, 256 * get_byte(rest, 0) + get_byte(rest, 1))
            FROM bundle WHERE length(rest) > 0
        ) SELECT n, leaf FROM bundle WHERE leaf IS NOT NULL) AS b),
    'and of entries as well');
SELECT is(civic.tile('tile/0/999'), NULL, 'there is no tile beyond the tree');
SELECT throws_ok('SELECT civic.tile(''tile/0/1'')', '22023', NULL, 'and no other way to write a path');

-- 2. Notes. The vector is the one of golang.org/x/mod/sumdb/note.
\set key 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
SELECT E'If you think cryptography is the answer to your problem,\nthen you don''t know what your problem is.\n' AS
    text,
    E'\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJn'
    'AM=\n' AS signature
\gset
SELECT ok(civic.verify_signed_note(:'text' || :'signature', :'key'), 'a signed note verifies');
SELECT ok(NOT civic.verify_signed_note(replace(:'text', 'answer', 'anwser') || :'signature', :'key'),
    'not with another text');
SELECT ok(NOT civic.verify_signed_note(:'text' || replace(:'signature', 'ZJkuBS9', 'ZJkuBS8'), :'key'),
    'not with another signature');
SELECT throws_ok(format('SELECT civic.verify_signed_note('''', %L)', replace(:'key', 'c74f20a3', 'c74f20a4')),
    '22023', NULL, 'a key whose id is not its own is none');
SELECT ok(NOT civic.verify_signed_note(:'text' || E'\n', :'key'), 'a note without a signature is not signed');
SELECT lives_ok(format('SELECT civic.record_checkpoint(%L)', :'first_checkpoint'), 'an old checkpoint does no harm');
SELECT throws_ok(format('SELECT civic.record_checkpoint(%L)',
    regexp_replace(:'note', E'\n[0-9]+\n', E'\n1000\n')), 'ZC054', NULL, 'one of a larger log is refused');
SELECT throws_ok(format('SELECT civic.record_checkpoint(%L)', regexp_replace(:'note', '[A-Za-z0-9+/]{43}=',
    encode(sha256('fork'), 'base64'))), 'ZC053', NULL, 'so is one of the same size with another root');
SELECT throws_ok(format('SELECT civic.record_checkpoint(%L)', 'other' || :'note'), 'ZC053', NULL,
    'and one of another log');
BEGIN;
SELECT civic.trust_audit_key(:'key');
SELECT throws_ok(format('SELECT civic.record_checkpoint(%L)', :'note'), 'ZC053', NULL,
    'where a key is trusted, others do not count');
SELECT throws_ok(format('SELECT civic.record_checkpoint(%L)', :'note' || :'signature'), 'ZC053', NULL,
    'nor does its signature of something else');
ROLLBACK;

-- 3. The log is as it should be.
SELECT is_empty('SELECT * FROM civic.verify_audit_log()', 'an honest log verifies');
SELECT is_empty('SELECT * FROM civic.verify_audit_log(chunk_entries => 50)', 'in pieces too');
SELECT is_empty('SELECT * FROM civic.verify_audit_log(2, 2)', 'and by ranges');
SELECT is_empty($$SELECT r.* FROM civic_private.audit_tables AS t
    CROSS JOIN LATERAL civic.reconcile(t.relation::regclass) AS r$$, 'rows are what their entries say');
SELECT is_empty(format('SELECT * FROM civic.verify_audit_log(trusted_checkpoint => %L)', :'note'),
    'it agrees with a checkpoint kept elsewhere');

-- 4. Attacks by somebody who may do anything. Each is taken back afterwards.
CREATE FUNCTION tap.findings(attack text, trusted text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    SET LOCAL client_min_messages = error;
    SET LOCAL civic.restoring = on;
    EXECUTE attack;
    SET LOCAL civic.restoring = off;
    SELECT string_agg(DISTINCT f.finding, ' ' ORDER BY f.finding) INTO found FROM (
        SELECT v.finding FROM civic.verify_audit_log(trusted_checkpoint => trusted) AS v
        UNION ALL SELECT r.finding FROM civic.reconcile('tap.matter') AS r
    ) AS f;
    RAISE EXCEPTION 'taken back' USING ERRCODE = 'TAP00', DETAIL = coalesce(found, 'nothing');
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    GET STACKED DIAGNOSTICS found = PG_EXCEPTION_DETAIL;
    RETURN found;
END
$$;
-- Makes all trees anew from what the entries say now.
CREATE PROCEDURE tap.rewrite() LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM civic_private.audit_trees;
    DELETE FROM civic_private.audit_tiles;
    DELETE FROM civic_private.audit_heads;
    DELETE FROM civic_private.audit_batches;
    UPDATE civic_private.audit_segments SET scan_from = 0, mark_pages = NULL, mark_xid = NULL, closed_at = NULL;
    -- The database was made from a template, so its first entries are of another epoch.
    UPDATE civic_private.audit_state SET sealed_to = '0', epoch = epoch - 1, cluster = '0/0';
    PERFORM civic_private.seal_batch(200000000);
    UPDATE civic_private.audit_state
    SET sealed_to = '0', epoch = epoch + 1, cluster = civic_private.cluster_identity();
    PERFORM civic_private.seal_batch(200000000);
END
$$;
CREATE FUNCTION tap.entry(matter text) RETURNS tid LANGUAGE sql AS $$
    SELECT e.ctid FROM civic_private.audit_entries_1 AS e
    WHERE e.schema_name = 'tap' AND e.entity_id = matter AND e.operation = 'I'
$$;

\set e 'civic_private.audit_entries_1'
SELECT is(tap.findings('SELECT 1'), 'nothing', 'no attack, no finding');
SELECT is(tap.findings($$UPDATE civic_private.audit_entries_1 SET columns = replace(encode(columns, 'escape'),
    'Matter 5',
    'Mutter 5')::bytea WHERE ctid = tap.entry('5')$$), 'entry_changed row_differs', 'an entry was edited');
SELECT is(tap.findings($$UPDATE civic_private.audit_entries_1 SET user_role = 'admin' WHERE ctid = tap.entry('5')$$),
    'entry_changed', 'so it is whichever part of it');
SELECT is(tap.findings($$
    UPDATE civic_private.audit_entries_1 SET at = at - interval '1 day' WHERE ctid = tap.entry('5');
    UPDATE civic_private.audit_tiles AS t SET hashes = overlay(t.hashes PLACING civic.leaf_hash(
        civic_private.leaf_bytes(a.log_id, e)) FROM 1 + 32 * (civic_private.find_leaf(e.organization_id, e.epoch, e.xid,
            e.counter) % 256)::integer)
    FROM civic_private.audit_entries_1 AS e, civic_private.audit_state AS a
    WHERE e.schema_name = 'tap' AND e.entity_id = '5' AND t.organization_id = e.organization_id AND t.level = 0
        AND t.position = civic_private.find_leaf(e.organization_id, e.epoch, e.xid, e.counter) / 256$$),
    'tile_changed', 'an entry was edited, and its hash with it');
SELECT is(tap.findings('DELETE FROM civic_private.audit_tiles WHERE level = 0'),
    'checkpoint_differs entry_added forest_changed leaf_missing tile_missing tree_changed',
    'the leaves of the trees were deleted');
SELECT is(tap.findings('UPDATE civic_private.audit_tiles SET hashes = substr(hashes, 1, 100)'),
    'checkpoint_differs entry_added forest_changed leaf_missing tile_missing tree_changed', 'tiles were cut to pieces');
SELECT is(tap.findings('DELETE FROM civic_private.audit_tiles'),
    'checkpoint_differs entry_added forest_changed leaf_missing tile_missing tree_changed', 'all tiles were deleted');
SELECT is(tap.findings($$UPDATE civic_private.audit_entries_1 SET at = at - interval '1 day' WHERE ctid =
    tap.entry('5');
    CALL tap.rewrite()$$), 'checkpoint_differs log_truncated', 'all trees were made anew: published checkpoints tell');
SELECT is(tap.findings($$UPDATE civic_private.audit_entries_1 SET at = at - interval '1 day' WHERE ctid =
    tap.entry('5');
    CALL tap.rewrite(); DELETE FROM civic.audit_checkpoints$$), 'nothing',
    'without any published checkpoint nobody could know');
SELECT is(tap.findings($$UPDATE civic_private.audit_entries_1 SET at = at - interval '1 day' WHERE ctid =
    tap.entry('5');
    CALL tap.rewrite(); DELETE FROM civic.audit_checkpoints$$, :'note'), 'log_truncated',
    'but whoever kept one can');
SELECT is(tap.findings($$DELETE FROM civic_private.audit_entries_1 WHERE ctid = tap.entry('5')$$),
    'entry_missing row_not_recorded', 'an entry was deleted');
SELECT is(tap.findings($$DELETE FROM civic_private.audit_entries_2; DELETE FROM civic_private.audit_heads WHERE batch =
    3;
    DELETE FROM civic_private.audit_batches WHERE number = 3; CALL tap.rewrite()$$),
    'checkpoint_differs log_truncated row_differs', 'the tail was cut off');
SELECT is(tap.findings('DROP TABLE civic_private.audit_entries_1'), 'entry_missing row_not_recorded segment_missing',
    'a segment was dropped');
SELECT is(tap.findings($$DROP TABLE civic_private.audit_entries_1;
    UPDATE civic_private.audit_segments SET dropped_at = now() WHERE number = 1$$), 'row_not_recorded segment_missing',
    'a segment was dropped as if its time were over');
-- A plan that was made without the segment would outlive the rollback.
DISCARD PLANS;
SELECT is(tap.findings($$INSERT INTO civic_private.audit_entries_1 SELECT (e).* FROM (SELECT jsonb_populate_record(e,
    jsonb_build_object('counter', 100000)) AS e FROM civic_private.audit_entries_1 AS e WHERE ctid = tap.entry('5'))
        AS x$$), 'entry_added', 'an entry was put in later');
SELECT is(tap.findings($$INSERT INTO civic_private.audit_entries_1 SELECT * FROM civic_private.audit_entries_1
    WHERE ctid = tap.entry('5')$$), 'entry_added', 'an entry was copied');
SELECT is(tap.findings(format($$INSERT INTO civic_private.audit_entries_1 SELECT (e).* FROM (SELECT
    jsonb_populate_record(e, jsonb_build_object('organization_id', %L)) AS e FROM civic_private.audit_entries_1 AS e
        WHERE ctid = tap.entry('5')) AS x$$, :'other')), 'entry_added row_missing',
    'an entry was copied to the log of another organization');
SELECT is(tap.findings(format($$UPDATE civic_private.audit_entries_1 SET organization_id = %L
    WHERE ctid = tap.entry('5')$$, :'other')), 'entry_added entry_missing row_missing row_not_recorded',
    'an entry was given to another organization');
SELECT is(tap.findings($$UPDATE civic_private.audit_entries_1 AS e SET counter = x.counter
    FROM civic_private.audit_entries_1 AS x WHERE e.ctid IN (tap.entry('5'), tap.entry('6'))
        AND x.ctid IN (tap.entry('5'), tap.entry('6')) AND x.ctid <> e.ctid$$), 'entry_changed',
    'two entries were swapped');
SELECT is(tap.findings($$UPDATE civic_private.audit_heads SET root = sha256('x') WHERE batch = 2$$),
    'forest_changed head_changed', 'a head was changed');
SELECT is(tap.findings($$DELETE FROM civic_private.audit_heads WHERE batch = 2$$),
    'batch_changed entry_added head_missing tree_changed', 'a head was deleted');
SELECT is(tap.findings($$UPDATE civic_private.audit_trees SET root = sha256('x')
    WHERE organization_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'$$), 'tree_changed', 'the root was changed');
SELECT is(tap.findings($$UPDATE civic_private.audit_batches SET entries = entries + 1 WHERE number = 2$$),
    'batch_changed', 'a seal was changed');
SELECT is(tap.findings($$ALTER TABLE tap.matter DISABLE TRIGGER USER; UPDATE tap.matter SET title = 'x' WHERE id = 5;
    ALTER TABLE tap.matter ENABLE ALWAYS TRIGGER t99_audit;
    ALTER TABLE tap.matter ENABLE ALWAYS TRIGGER t99_audit_truncate$$), 'row_differs',
    'a row was changed while recording was off');
SELECT is(tap.findings($$DELETE FROM tap.matter WHERE id = 5$$), 'row_missing', 'a row was deleted so');
SELECT is(tap.findings($$INSERT INTO tap.matter (id) VALUES (9999)$$), 'row_not_recorded', 'a row was put in so');
SELECT is(tap.findings($$SET LOCAL civic.restoring = off; SET LOCAL session_replication_role = replica;
    UPDATE tap.matter SET title = 'x' WHERE id = 5$$), 'nothing',
    'session_replication_role hides nothing: the change has its entry');
SELECT is(tap.findings('CREATE OR REPLACE TRIGGER t99_audit BEFORE UPDATE ON tap.matter FOR EACH ROW EXECUTE FUNCTION'
    ' suppress_redundant_updates_trigger()'), 'recording_off row_missing row_not_recorded',
    'a trigger was replaced by a harmless one');
SELECT is(tap.findings('ALTER TABLE tap.matter DISABLE TRIGGER t99_audit_truncate'), 'recording_off',
    'recording was turned off');
SELECT is(tap.findings('DROP TRIGGER t10_refuse ON civic_private.audit_entries_2'), 'guard_missing',
    'a guard was taken away');
SELECT is(tap.findings('CREATE TABLE tap.fake () INHERITS (civic.audit_entries)'), 'guard_missing segment_unknown',
    'a table pretends to be a segment');
SELECT is(tap.findings('SELECT 1', regexp_replace(:'note', '[A-Za-z0-9+/]{43}=', encode(sha256('fork'), 'base64'))),
    'checkpoint_differs', 'two checkpoints of one size have different roots');
-- Before it is sealed, an entry can be changed and nobody will know: the window that docs/audit.md speaks of.
SELECT is(tap.findings($$UPDATE civic_private.audit_entries_2 SET user_role = 'admin'
    WHERE entity_id = '1' AND operation = 'U'$$), 'nothing', 'what is not sealed can still be changed');

-- 5. Erasure.
SELECT civic.register_user(phone => '+911234567890', full_name => 'Asha Rao', email => 'asha@example.org') AS person
\gset
UPDATE civic.users SET primary_address = '1 Temple Street' WHERE id = :'person';
SET civic.user_id = :'person';
SET request.headers = '{"x-forwarded-for": "203.0.113.7"}';
SET ROLE civic_user;
UPDATE civic.users SET preferred_language = 'bn' WHERE id = :'person';
RESET ROLE;
RESET civic.user_id;
RESET request.headers;
CALL civic.seal_audit_log();
SELECT isnt_empty($$SELECT * FROM civic.audit_entries AS e WHERE position('Temple' IN encode(e.personal, 'escape')) >
    0$$,
    'personal values are in the log');
SELECT throws_ok(format('SELECT civic.erase_person(%L, '' '')', :'person'), '22023', NULL, 'an erasure needs a reason');
SELECT cmp_ok(civic.erase_person(:'person', 'letter of 3 May'), '>=', 4::bigint, 'a person is erased');
SELECT is_empty(format($$SELECT * FROM civic.audit_entries AS e WHERE position('Temple' IN encode(e.personal, 'escape'))
    + position('Asha' IN encode(e.personal, 'escape')) + position('203.0.113.7' IN encode(e.request, 'escape')) > 0
    OR position('Temple' IN encode(e.columns, 'escape')) > 0$$), 'and nowhere in the log any more');
SELECT is_empty(format('SELECT * FROM civic.users WHERE id = %L AND (full_name IS NOT NULL OR phone IS NOT NULL'
    ' OR primary_address IS NOT NULL OR is_active)', :'person'), 'nor in the tables');
SELECT is(l.reason || ' ' || (l.details ->> 'entries' > '0')::text, 'letter of 3 May true',
    'the erasure has an entry of its own')
FROM civic.audit_log AS l WHERE l.operation = 'erasure';
CALL civic.seal_audit_log();
SELECT is_empty('SELECT * FROM civic.verify_audit_log()', 'every proof stays valid');
SELECT is_empty($$SELECT * FROM civic.reconcile('civic.users')$$, 'and the rows are what is left of their entries');
CREATE TABLE tap.keys_only (organization_id uuid, id uuid PRIMARY KEY);
SELECT civic.audit_table('tap.keys_only') \g /dev/null
INSERT INTO tap.keys_only VALUES (civic.current_organization_id(), md5('x')::uuid), (NULL, md5('y')::uuid);
SELECT is_empty($$SELECT * FROM civic.reconcile('tap.keys_only')$$, 'rows of nothing but keys are what entries say');
ALTER TABLE tap.keys_only DISABLE TRIGGER t99_audit;
DELETE FROM tap.keys_only WHERE id = md5('x')::uuid;
INSERT INTO tap.keys_only VALUES (NULL, md5('z')::uuid);
SELECT bag_eq($$SELECT r.entity_id, r.finding FROM civic.reconcile('tap.keys_only') AS r$$,
    $$VALUES (md5('x')::uuid::text, 'row_missing'), (md5('z')::uuid::text, 'row_not_recorded')$$,
    'and those that came or went unrecorded are found');
DROP TABLE tap.keys_only;
SELECT is(tap.findings($$UPDATE civic.audit_entries SET request = set_byte(request, 5, get_byte(request, 5) # 1)
    WHERE get_byte(request, 0) = 0$$), 'entry_changed', 'what an erasure leaves cannot be changed either');

-- 6. Retention.
UPDATE civic_private.audit_segments SET opened_at = opened_at - interval '8 years';
SELECT civic.hold_audit_log('case 17') AS hold \gset
SELECT throws_ok($$SELECT civic.drop_expired_audit('records act')$$, 'ZC055', NULL, 'a legal hold keeps all of it');
SELECT results_eq(
    $$SELECT m.segment, m.closed_at IS NOT NULL, m.bytes > 0, m.due FROM civic.maintain_partitions() AS m$$,
    $$VALUES (1, true, true, 'It is old enough to be dropped, but under a legal hold.'),
        (2, false, true, 'Some of it is not sealed: CALL civic.seal_audit_log().'), (3, false, true, NULL)$$,
    'a new month begins a segment, and what is due is named');
SELECT civic.release_audit_log(:'hold') AS released \gset
CALL civic.seal_audit_log();
SELECT results_eq($$SELECT m.segment, m.closed_at IS NOT NULL, m.due FROM civic.maintain_partitions() AS m$$,
    $$VALUES (1, true, 'It is old enough to be dropped: civic.drop_expired_audit().'), (2, true, NULL),
        (3, false, NULL)$$, 'once it is sealed the full one is closed, and the next month is begun once');
SELECT throws_ok($$SELECT civic.drop_expired_audit('')$$, '22023', NULL, 'dropping needs a legal basis');
SELECT is(civic.drop_expired_audit('records act'), 1, 'what is old enough is dropped, the open segment never');
CALL civic.seal_audit_log();
SELECT is_empty('SELECT * FROM civic.verify_audit_log()', 'what remains verifies');
SELECT is(count(*) FILTER (WHERE civic.verify_inclusion(p.leaf_hash, p.leaf_index, p.tree_size, p.hashes, p.root)),
    count(*), 'and has its proofs')
FROM tap.sealed AS l CROSS JOIN LATERAL civic.inclusion_proof(l.id) AS p WHERE l.organization_id <> :'other';
SELECT is(l.reason || ' ' || (l.details ->> 'segment'), 'records act 1', 'dropping has an entry of its own')
FROM civic.audit_log AS l WHERE l.operation = 'retention';

-- 7. Another cluster, and an older backup.
UPDATE civic_private.audit_state SET cluster = '1/1';
UPDATE tap.matter SET title = 'elsewhere' WHERE id = 2;
SELECT is(max(e.epoch), a.epoch + 1, 'entries elsewhere are of a new epoch')
FROM civic.audit_entries AS e, civic_private.audit_state AS a GROUP BY a.epoch;
SELECT throws_ok('SELECT civic.checkpoint()', 'ZC054', NULL, 'a restored log publishes nothing');
CALL civic.seal_audit_log();
CALL civic.seal_audit_log();
SELECT throws_ok('SELECT civic.checkpoint()', 'ZC054', NULL, 'until it has been compared');
SELECT throws_ok(format('SELECT civic.resume_audit_log(%L)', regexp_replace(:'note', E'\n[0-9]+\n', E'\n1000\n')),
    'ZC054', NULL, 'an older backup is refused');
SELECT lives_ok(format('SELECT civic.resume_audit_log(%L)', :'note'), 'one that holds all that was published goes on');
SELECT matches(civic.checkpoint(), '^' || split_part(:'note', E'\n', 1), 'under the same name');
SELECT is_empty('SELECT * FROM civic.verify_audit_log()', 'the log verifies over both epochs');
UPDATE civic_private.audit_state SET may_publish = false;
SELECT lives_ok(format('SELECT civic.resume_audit_log(%L, true, ''no other backup'')',
    regexp_replace(:'note', E'\n[0-9]+\n', E'\n1000\n')), 'an older backup can be acknowledged');
SELECT doesnt_match(civic.checkpoint(), '^' || split_part(:'note', E'\n', 1), 'and goes on under another name');
SELECT is(l.reason, 'no other backup', 'the log tells of it')
FROM civic.audit_log AS l WHERE l.action = 'audit_rollback_acknowledged';

-- 8. A seal that has a limit leaves the later transactions to the next one, and takes one transaction as a whole.
CALL civic.seal_audit_log();
SELECT max(number) AS sealed FROM civic_private.audit_batches \gset
DO $$
BEGIN
    FOR i IN 0..9 LOOP
        INSERT INTO tap.matter SELECT o.id, 2000 + 10 * i + n, 'Part'
        FROM generate_series(1, 5) AS n
        JOIN civic.organizations AS o ON o.code = CASE n % 2 WHEN 0 THEN 'OTHER' ELSE 'CITY' END;
        COMMIT;
    END LOOP;
END
$$;
CALL civic.seal_audit_log(7);
CALL civic.seal_audit_log(1);
CALL civic.seal_audit_log(12);
SELECT results_eq(format('SELECT b.entries FROM civic_private.audit_batches AS b WHERE b.number > %s ORDER BY 1',
    :sealed), '{5,10,15}'::bigint[], 'transactions of 5 entries, up to 7, 1 and 12 of them and the rest of the last');
CALL civic.seal_audit_log(1000);
SELECT is((SELECT count(civic_private.find_leaf(e.organization_id, e.epoch, e.xid, e.counter))
        FROM civic.audit_entries AS e WHERE e.schema_name = 'tap' AND e.entity_id LIKE '20__'), 50::bigint,
    'and nothing is left out');
SELECT is_empty('SELECT * FROM civic.verify_audit_log()', 'of what was sealed in parts nothing is found');

-- 9. Who may do what.
SELECT is_empty(format($$SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'civic'::regnamespace
    AND p.prosecdef AND p.proname ~ 'audit' AND has_function_privilege('civic_anon', p.oid, 'EXECUTE')
    AND p.provolatile = 'v'$$), 'anonymous people write nothing of it');
SET ROLE civic_user;
SELECT throws_ok('CALL civic.seal_audit_log()', '42501', NULL, 'people do not seal');
SELECT throws_ok('SELECT civic.verify_audit_log()', '42501', NULL, 'nor verify without permission');
SELECT throws_ok($$SELECT civic.reconcile('civic.users')$$, '42501', NULL, 'nor reconcile');
SELECT throws_ok(format('SELECT civic.erase_person(%L, ''x'')', :'person'), '42501', NULL, 'nor erase');
SELECT throws_ok($$SELECT civic.drop_expired_audit('x')$$, '42501', NULL, 'nor drop');
SELECT throws_ok('SELECT * FROM civic.maintain_partitions()', '42501', NULL, 'nor look after segments');
SELECT throws_ok('SELECT civic.record_checkpoint('''')', '42501', NULL, 'nor record checkpoints');
SELECT throws_ok('SELECT civic.resume_audit_log('''')', '42501', NULL, 'nor resume');
SELECT throws_ok('SELECT civic.entry_receipt(''1.1.1'')', '42501', NULL, 'nor get receipts of others');
SELECT throws_ok('SELECT civic.hold_audit_log(''x'')', '42501', NULL, 'nor hold');
SELECT throws_ok('SELECT * FROM civic.seal_lag()', '42501', NULL, 'nor see how far it is');
RESET ROLE;
SELECT isnt_empty('SELECT * FROM civic.seal_lag()', 'administrators do');

SELECT * FROM finish();
