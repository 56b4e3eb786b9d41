CREATE TABLE civic_private.audit_signal ();
COMMENT ON TABLE civic_private.audit_signal IS
    'Always empty. Its invalidation tells every backend that segments of the audit log or names of actions changed.';

CREATE TABLE civic.audit_labels (
    code text PRIMARY KEY,
    category text NOT NULL,
    is_read boolean NOT NULL DEFAULT false,
    description text NOT NULL,
    CONSTRAINT audit_labels_code_check CHECK (code ~ '^[a-z][a-z0-9_]{2,59}$'),
    CONSTRAINT audit_labels_category_check CHECK (category ~ '^[a-z][a-z_]{2,29}$')
);
COMMENT ON TABLE civic.audit_labels IS
    'What entries of the audit log call an action, such as report_resolved. Shared by all organizations.';
COMMENT ON COLUMN civic.audit_labels.code IS 'Name of the action, as in audit_log.action.';
COMMENT ON COLUMN civic.audit_labels.category IS 'What it is about: authentication, users, reports and so on.';
COMMENT ON COLUMN civic.audit_labels.is_read IS 'It is one of reading or exporting, which civic.record_read() records.';
COMMENT ON COLUMN civic.audit_labels.description IS 'What has happened.';

CREATE TABLE civic.audit_actions (
    id uuid PRIMARY KEY DEFAULT civic.uuid_v7(),
    relation text NOT NULL,
    operation text NOT NULL,
    column_name text,
    value text,
    action text NOT NULL,
    reason_column text,
    CONSTRAINT audit_actions_action_fkey FOREIGN KEY (action) REFERENCES civic.audit_labels (code),
    CONSTRAINT audit_actions_key UNIQUE NULLS NOT DISTINCT (relation, operation, column_name, value),
    CONSTRAINT audit_actions_relation_check CHECK (relation ~ '^[^.]+\.[^.]+$'),
    CONSTRAINT audit_actions_operation_check CHECK (operation IN ('insert', 'update', 'delete', 'truncate')),
    CONSTRAINT audit_actions_value_check CHECK (value IS NULL OR column_name IS NOT NULL)
);
CREATE INDEX audit_actions_action ON civic.audit_actions (action);
COMMENT ON TABLE civic.audit_actions IS
    'Which change of a table means which action. The most exact rule counts: one with a value before one with a column'
    ' before one without. Shared by all organizations.';
COMMENT ON COLUMN civic.audit_actions.id IS 'Identifier.';
COMMENT ON COLUMN civic.audit_actions.relation IS 'Table, as schema.name.';
COMMENT ON COLUMN civic.audit_actions.operation IS 'insert, update, delete or truncate.';
COMMENT ON COLUMN civic.audit_actions.column_name IS 'Column that must change; null for any change.';
COMMENT ON COLUMN civic.audit_actions.value IS
    'Value the column must get, as text (booleans: true, false; empty for null); null for any.';
COMMENT ON COLUMN civic.audit_actions.action IS 'What the change means.';
COMMENT ON COLUMN civic.audit_actions.reason_column IS
    'Column of the table with the reason of the change, for the entry; null for none.';

CREATE TABLE civic.audit_entries (
    organization_id uuid NOT NULL,
    xid xid8 NOT NULL,
    at timestamptz NOT NULL,
    epoch integer NOT NULL,
    counter integer NOT NULL,
    operation "char" NOT NULL,
    action text,
    user_id uuid,
    user_role text NOT NULL,
    database_role text NOT NULL,
    schema_name text,
    table_name text,
    entity_id text,
    person_id uuid,
    columns bytea,
    personal bytea,
    request bytea
);
COMMENT ON TABLE civic.audit_entries IS
    'The entries of the audit log as they are kept and hashed; civic.audit_log shows them to people. The rows lie in'
    ' segments, tables of civic_private that inherit from this one. Nobody can write them by SQL: error ZC051.';
COMMENT ON COLUMN civic.audit_entries.organization_id IS
    'Organization the changed row belongs to; the one of zeroes where it belongs to none.';
COMMENT ON COLUMN civic.audit_entries.xid IS 'Top-level transaction; gives the order within an epoch.';
COMMENT ON COLUMN civic.audit_entries.at IS 'When the change was made, by the clock of the server.';
COMMENT ON COLUMN civic.audit_entries.epoch IS 'Counts the clusters the log has lived in: each has xids of its own.';
COMMENT ON COLUMN civic.audit_entries.counter IS 'Place among the entries of the transaction; may have gaps.';
COMMENT ON COLUMN civic.audit_entries.operation IS
    'I insert, U update, D delete, T truncate, S a row as it stood when its audit began, A an action that changed no'
    ' row, E erasure of personal data, R removal of old entries, L what concerns the log itself.';
COMMENT ON COLUMN civic.audit_entries.action IS 'Code of civic.audit_labels; null where no rule names the change.';
COMMENT ON COLUMN civic.audit_entries.user_id IS 'Person who acted; null where none was signed in.';
COMMENT ON COLUMN civic.audit_entries.user_role IS
    'Role of that person on the civic ladder; member off it; system or anonymous where none was signed in.';
COMMENT ON COLUMN civic.audit_entries.database_role IS 'Role of the database that acted.';
COMMENT ON COLUMN civic.audit_entries.schema_name IS 'Schema of the table; null where no table is concerned.';
COMMENT ON COLUMN civic.audit_entries.table_name IS 'Table; null where no table is concerned.';
COMMENT ON COLUMN civic.audit_entries.entity_id IS
    'Primary key of the row without its organization, as text; parts are joined by /.';
COMMENT ON COLUMN civic.audit_entries.person_id IS 'Person whose data column personal holds; null where it holds none.';
COMMENT ON COLUMN civic.audit_entries.columns IS
    'Names and values before and after; see src/audit.h for the bytes and civic_helpers.audit_values() to read them.';
COMMENT ON COLUMN civic.audit_entries.personal IS
    'The same of personal columns, behind a 1 and a salt; after an erasure a 0 and the commitment the leaf is made of.';
COMMENT ON COLUMN civic.audit_entries.request IS 'Where the request came from, kept like personal.';

CREATE TABLE civic_private.audit_segments (
    number integer PRIMARY KEY,
    table_name text NOT NULL,
    epoch integer NOT NULL,
    xid_from xid8 NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    dropped_at timestamptz,
    scan_from bigint NOT NULL DEFAULT 0,
    mark_pages bigint,
    mark_xid xid8,
    file oid,
    CONSTRAINT audit_segments_table_name_key UNIQUE (table_name)
);
COMMENT ON TABLE civic_private.audit_segments IS
    'Tables that hold the entries of the audit log, in the order of transactions: each from xid_from up to that of the'
    ' next.';
COMMENT ON COLUMN civic_private.audit_segments.number IS 'Counts segments from 1.';
COMMENT ON COLUMN civic_private.audit_segments.table_name IS 'Table of civic_private.';
COMMENT ON COLUMN civic_private.audit_segments.epoch IS 'Epoch of its first transaction.';
COMMENT ON COLUMN civic_private.audit_segments.xid_from IS 'Its first transaction.';
COMMENT ON COLUMN civic_private.audit_segments.opened_at IS 'When it was made.';
COMMENT ON COLUMN civic_private.audit_segments.scan_from IS 'First page that may hold what is not sealed.';
COMMENT ON COLUMN civic_private.audit_segments.mark_pages IS 'Pages it had at an earlier seal; see src/audit_seal.c.';
COMMENT ON COLUMN civic_private.audit_segments.mark_xid IS 'The next transaction to come at that time.';
COMMENT ON COLUMN civic_private.audit_segments.file IS
    'File of the table at that time; in another, made by a restore or a rewrite, rows lie elsewhere.';
COMMENT ON COLUMN civic_private.audit_segments.closed_at IS 'Since when all its entries are sealed and no more come.';
COMMENT ON COLUMN civic_private.audit_segments.dropped_at IS 'When the retention period let it be dropped.';

CREATE TABLE civic_private.audit_state (
    is_only boolean PRIMARY KEY DEFAULT true,
    log_id uuid NOT NULL DEFAULT gen_random_uuid(),
    epoch integer NOT NULL DEFAULT 1,
    cluster text NOT NULL DEFAULT civic_private.cluster_identity(),
    origin text NOT NULL DEFAULT 'civic/' || gen_random_uuid(),
    sealed_to xid8 NOT NULL DEFAULT '0',
    timeline integer NOT NULL DEFAULT civic_private.current_timeline(),
    may_publish boolean NOT NULL DEFAULT true,
    CONSTRAINT audit_state_is_only_check CHECK (is_only)
);
COMMENT ON TABLE civic_private.audit_state IS 'One row: which log this is and how far it has come.';
COMMENT ON COLUMN civic_private.audit_state.is_only IS 'Always true, so that there is one row.';
COMMENT ON COLUMN civic_private.audit_state.log_id IS 'Identifier of the log, part of every leaf.';
COMMENT ON COLUMN civic_private.audit_state.epoch IS 'The epoch that the cluster below belongs to.';
COMMENT ON COLUMN civic_private.audit_state.cluster IS
    'Cluster and database of the epoch; where it is another one now, entries belong to the next epoch.';

COMMENT ON COLUMN civic_private.audit_state.origin IS 'First line of checkpoints: the name of the log in the world.';
COMMENT ON COLUMN civic_private.audit_state.sealed_to IS 'Transactions of the epoch below this one are sealed.';

COMMENT ON COLUMN civic_private.audit_state.timeline IS
    'Timeline of the WAL at the last seal; another after a failover.';
COMMENT ON COLUMN civic_private.audit_state.may_publish IS
    'False after a restore or failover, until civic.resume_audit_log() has seen the last published checkpoint.';

CREATE TABLE civic_private.audit_keys (
    key text PRIMARY KEY,
    is_witness boolean NOT NULL DEFAULT false,
    added_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE civic_private.audit_keys IS 'Public keys whose signatures under checkpoints count.';
COMMENT ON COLUMN civic_private.audit_keys.key IS 'Name, id and key, as c2sp.org/signed-note writes them.';
COMMENT ON COLUMN civic_private.audit_keys.is_witness IS 'It is of a witness, not of the notary of the log.';
COMMENT ON COLUMN civic_private.audit_keys.added_at IS 'When it was added.';

CREATE TABLE civic.audit_checkpoints (
    size bigint PRIMARY KEY,
    root bytea NOT NULL,
    note text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_checkpoints_size_check CHECK (size >= 0),
    CONSTRAINT audit_checkpoints_root_check CHECK (length(root) = 32)
);
COMMENT ON TABLE civic.audit_checkpoints IS
    'Checkpoints of the audit log that were signed and published outside; see civic.record_checkpoint(). Shared by all'
    ' organizations and open to all.';
COMMENT ON COLUMN civic.audit_checkpoints.size IS 'Leaves of the forest.';
COMMENT ON COLUMN civic.audit_checkpoints.root IS 'Root of the forest, SHA-256.';
COMMENT ON COLUMN civic.audit_checkpoints.note IS 'The signed note.';
COMMENT ON COLUMN civic.audit_checkpoints.recorded_at IS 'When it was recorded here.';

CREATE TABLE civic_private.audit_tables (
    relation text PRIMARY KEY,
    audited_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE civic_private.audit_tables IS 'Tables that civic.audit_table() was called for.';
COMMENT ON COLUMN civic_private.audit_tables.relation IS 'Table, as schema.name.';
COMMENT ON COLUMN civic_private.audit_tables.audited_at IS 'Since when.';

CREATE TABLE civic_private.audit_holds (
    id uuid PRIMARY KEY DEFAULT civic.uuid_v7(),
    reason text NOT NULL,
    held_by uuid,
    held_at timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz
);
COMMENT ON TABLE civic_private.audit_holds IS 'Legal holds: while one is open, nothing of the log is dropped.';
COMMENT ON COLUMN civic_private.audit_holds.id IS 'Identifier.';
COMMENT ON COLUMN civic_private.audit_holds.reason IS 'Why.';
COMMENT ON COLUMN civic_private.audit_holds.held_by IS 'Person who asked for it; null for the system.';
COMMENT ON COLUMN civic_private.audit_holds.held_at IS 'Since when.';
COMMENT ON COLUMN civic_private.audit_holds.released_at IS 'When it ended.';

CREATE TABLE civic_private.audit_trees (
    organization_id uuid PRIMARY KEY,
    size bigint NOT NULL,
    hashes bytea NOT NULL,
    root bytea NOT NULL
);
COMMENT ON TABLE civic_private.audit_trees IS
    'Merkle trees of RFC 6962: one of each organization, and the forest over their heads, whose identifier is all f.';
COMMENT ON COLUMN civic_private.audit_trees.organization_id IS 'Organization, or all f for the forest.';
COMMENT ON COLUMN civic_private.audit_trees.size IS 'Number of leaves.';
COMMENT ON COLUMN civic_private.audit_trees.hashes IS 'Roots of the perfect subtrees from left to right.';
COMMENT ON COLUMN civic_private.audit_trees.root IS 'Root hash.';

CREATE TABLE civic_private.audit_tiles (
    organization_id uuid NOT NULL,
    level integer NOT NULL,
    position bigint NOT NULL,
    hashes bytea NOT NULL,
    entries bytea,
    PRIMARY KEY (organization_id, level, position)
);
ALTER TABLE civic_private.audit_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL,
    ALTER COLUMN entries SET STORAGE EXTERNAL;
COMMENT ON TABLE civic_private.audit_tiles IS
    'Hashes of the trees, 256 in a row: level L holds the nodes of tree level 8 L. Kept for ever.';
COMMENT ON COLUMN civic_private.audit_tiles.organization_id IS 'Organization, or all f for the forest.';
COMMENT ON COLUMN civic_private.audit_tiles.level IS 'Level of the tile, as in c2sp.org/tlog-tiles.';
COMMENT ON COLUMN civic_private.audit_tiles.position IS 'Place among the tiles of the level, from 0.';
COMMENT ON COLUMN civic_private.audit_tiles.hashes IS 'Up to 256 hashes of 32 bytes.';
COMMENT ON COLUMN civic_private.audit_tiles.entries IS
    'Which entries the leaves of a tile of level 0 are: epoch, transaction and counter in 16 bytes.';

CREATE TABLE civic_private.audit_batches (
    number bigint PRIMARY KEY,
    sealed_at timestamptz NOT NULL,
    epoch integer NOT NULL,
    xid_until xid8 NOT NULL,
    entries bigint NOT NULL
);
COMMENT ON TABLE civic_private.audit_batches IS 'What each seal sealed.';
COMMENT ON COLUMN civic_private.audit_batches.number IS 'Counts seals from 1.';
COMMENT ON COLUMN civic_private.audit_batches.sealed_at IS 'When.';
COMMENT ON COLUMN civic_private.audit_batches.epoch IS 'Epoch of the transactions.';
COMMENT ON COLUMN civic_private.audit_batches.xid_until IS 'Transactions below this one were sealed.';
COMMENT ON COLUMN civic_private.audit_batches.entries IS 'How many entries.';

CREATE TABLE civic_private.audit_heads (
    organization_id uuid NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    forest_index bigint NOT NULL,
    batch bigint NOT NULL,
    first_leaf bigint NOT NULL,
    epoch integer NOT NULL,
    xid_from xid8 NOT NULL,
    xid_to xid8 NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, size),
    CONSTRAINT audit_heads_forest_index_key UNIQUE (forest_index)
);
CREATE INDEX audit_heads_xids ON civic_private.audit_heads (organization_id, epoch, xid_to);
COMMENT ON TABLE civic_private.audit_heads IS
    'Heads that the trees of organizations had after each seal; in this order they are the leaves of the forest.';
COMMENT ON COLUMN civic_private.audit_heads.organization_id IS 'Organization of the tree.';
COMMENT ON COLUMN civic_private.audit_heads.size IS 'Leaves of its tree after the seal.';
COMMENT ON COLUMN civic_private.audit_heads.root IS 'Root of its tree after the seal.';
COMMENT ON COLUMN civic_private.audit_heads.forest_index IS 'Which leaf of the forest this is, from 0.';
COMMENT ON COLUMN civic_private.audit_heads.batch IS 'The seal.';
COMMENT ON COLUMN civic_private.audit_heads.first_leaf IS 'First leaf that this seal added.';
COMMENT ON COLUMN civic_private.audit_heads.epoch IS 'Epoch of these leaves.';
COMMENT ON COLUMN civic_private.audit_heads.xid_from IS 'First transaction of these leaves.';
COMMENT ON COLUMN civic_private.audit_heads.xid_to IS 'Last transaction of these leaves.';
COMMENT ON COLUMN civic_private.audit_heads.sealed_at IS 'When they were sealed.';

INSERT INTO civic_private.audit_state DEFAULT VALUES;
SELECT civic_private.add_audit_segment(1, '0');
