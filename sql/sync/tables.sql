CREATE TABLE civic.client_sync_states (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    device_id text NOT NULL,
    sync_version integer NOT NULL DEFAULT 1,
    last_sync_at timestamptz NOT NULL DEFAULT now(),
    last_upload_at timestamptz,
    last_download_at timestamptz,
    last_cursor text,
    device_info jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, user_id, device_id),
    CONSTRAINT client_sync_states_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT client_sync_states_device_id_check CHECK (length(device_id) BETWEEN 1 AND 255)
);
COMMENT ON TABLE civic.client_sync_states IS 'Devices of people, and when they last talked to the server.';
COMMENT ON COLUMN civic.client_sync_states.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.client_sync_states.user_id IS 'Person whose device it is.';
COMMENT ON COLUMN civic.client_sync_states.device_id IS
    'Name that the application gave the device, up to 255 characters.';
COMMENT ON COLUMN civic.client_sync_states.sync_version IS 'How often the device has talked to the server.';
COMMENT ON COLUMN civic.client_sync_states.last_sync_at IS 'When it did so last.';
COMMENT ON COLUMN civic.client_sync_states.last_upload_at IS 'When it last sent actions; null for never.';
COMMENT ON COLUMN civic.client_sync_states.last_download_at IS
    'When it last told a cursor, and so that it has taken in what came before; null for never.';
COMMENT ON COLUMN civic.client_sync_states.last_cursor IS 'Cursor that it told last.';
COMMENT ON COLUMN civic.client_sync_states.device_info IS 'platform, os_version, app_version, as the device tells.';
COMMENT ON COLUMN civic.client_sync_states.created_at IS 'When the device was first seen.';

CREATE TABLE civic.sync_action_types (
    code text PRIMARY KEY,
    handler text NOT NULL,
    description text NOT NULL,
    CONSTRAINT sync_action_types_code_check CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT sync_action_types_handler_check CHECK (handler ~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$')
);
COMMENT ON TABLE civic.sync_action_types IS
    'Kinds of actions a device can send, for all organizations. Modules and administrators of the database add theirs.';
COMMENT ON COLUMN civic.sync_action_types.code IS 'Name in programs, such as create_report.';
COMMENT ON COLUMN civic.sync_action_types.handler IS
    'Function, with its schema, that does it with the rights of the person: (payload jsonb, base jsonb) returns jsonb,'
    ' with server_id and message for the device and what civic_helpers.sync_merge() returned.';
COMMENT ON COLUMN civic.sync_action_types.description IS 'What it does, and what is in its payload.';

CREATE TABLE civic.sync_field_policies (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    entity_type text NOT NULL,
    column_name text NOT NULL,
    policy civic.sync_policy NOT NULL,
    PRIMARY KEY (organization_id, entity_type, column_name),
    CONSTRAINT sync_field_policies_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT sync_field_policies_entity_type_check
        CHECK (entity_type IN ('profile', 'profile_page', 'report', 'task'))
);
COMMENT ON TABLE civic.sync_field_policies IS
    'Columns that devices may change, and whose value counts where the server has changed them too. Rows of the'
    ' organization of zeroes hold for everybody; a row of an organization replaces the one for the same column.';
COMMENT ON COLUMN civic.sync_field_policies.organization_id IS
    'Organization the policy holds for; the one of zeroes for all.';
COMMENT ON COLUMN civic.sync_field_policies.entity_type IS
    'profile: the person in civic.users; profile_page: civic.user_profiles; report; task.';
COMMENT ON COLUMN civic.sync_field_policies.column_name IS 'Column of that table.';
COMMENT ON COLUMN civic.sync_field_policies.policy IS 'Whose value counts.';

CREATE TABLE civic.offline_actions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    device_id text NOT NULL,
    client_id text NOT NULL,
    action_type text NOT NULL,
    payload jsonb NOT NULL,
    base jsonb,
    priority integer NOT NULL DEFAULT 0,
    status civic.sync_status NOT NULL DEFAULT 'failed',
    server_id uuid,
    message text,
    error_code text,
    error_message text,
    retry_count integer NOT NULL DEFAULT 0,
    max_retries integer NOT NULL DEFAULT 3,
    created_at timestamptz NOT NULL DEFAULT now(),
    received_at timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT offline_actions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT offline_actions_type_fkey FOREIGN KEY (action_type) REFERENCES civic.sync_action_types (code),
    CONSTRAINT offline_actions_client_id_key UNIQUE (organization_id, user_id, device_id, client_id),
    CONSTRAINT offline_actions_device_id_check CHECK (length(device_id) BETWEEN 1 AND 255),
    CONSTRAINT offline_actions_client_id_check CHECK (length(client_id) BETWEEN 1 AND 255),
    CONSTRAINT offline_actions_payload_check CHECK (jsonb_typeof(payload) = 'object' AND pg_column_size(payload) <
        100000),
    CONSTRAINT offline_actions_priority_check CHECK (priority >= 0),
    CONSTRAINT offline_actions_retry_count_check CHECK (retry_count >= 0),
    CONSTRAINT offline_actions_max_retries_check CHECK (max_retries >= 0)
) WITH (fillfactor = 70);
CREATE INDEX offline_actions_type ON civic.offline_actions (action_type);
CREATE INDEX offline_actions_unfinished ON civic.offline_actions (organization_id, user_id, device_id, status)
    WHERE status IN ('failed', 'dead');
COMMENT ON TABLE civic.offline_actions IS
    'What people did while their device had no connection, in the words of the device, and what came of it. Each'
    ' client_id of a device is done once: sent again, it gets the same answer.';
COMMENT ON COLUMN civic.offline_actions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.offline_actions.id IS 'Identifier; sorts by the time it was received.';
COMMENT ON COLUMN civic.offline_actions.user_id IS 'Person who did it.';
COMMENT ON COLUMN civic.offline_actions.device_id IS 'Device it was done on.';
COMMENT ON COLUMN civic.offline_actions.client_id IS 'Name the device gave it, best a uuid; unique on the device.';
COMMENT ON COLUMN civic.offline_actions.action_type IS 'What it is.';
COMMENT ON COLUMN civic.offline_actions.payload IS 'What it is made of, as civic.sync_action_types says.';
COMMENT ON COLUMN civic.offline_actions.base IS
    'Values of the changed columns as the device had them before; null where it makes something new.';
COMMENT ON COLUMN civic.offline_actions.priority IS 'Greater ones are done first, then earlier ones.';
COMMENT ON COLUMN civic.offline_actions.status IS 'What came of it.';
COMMENT ON COLUMN civic.offline_actions.server_id IS 'Row that it made or changed; null where there is none.';
COMMENT ON COLUMN civic.offline_actions.message IS 'What to tell the person, such as the number of a report.';
COMMENT ON COLUMN civic.offline_actions.error_code IS 'SQLSTATE of the last failure.';
COMMENT ON COLUMN civic.offline_actions.error_message IS 'What went wrong the last time.';
COMMENT ON COLUMN civic.offline_actions.retry_count IS
    'Failures so far. What will pass by itself, such as a limit on reports, is not counted.';
COMMENT ON COLUMN civic.offline_actions.max_retries IS 'Failures after which it is given up.';
COMMENT ON COLUMN civic.offline_actions.created_at IS 'When the person did it, by the clock of the device.';
COMMENT ON COLUMN civic.offline_actions.received_at IS 'When the server got it first.';
COMMENT ON COLUMN civic.offline_actions.processed_at IS 'When it was done or given up; null until then.';

CREATE TABLE civic.sync_conflicts (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    action_id uuid NOT NULL,
    device_id text NOT NULL,
    entity_type text NOT NULL,
    entity_id uuid NOT NULL,
    base_version jsonb NOT NULL,
    client_version jsonb NOT NULL,
    server_version jsonb NOT NULL,
    resolution_strategy civic.sync_resolution,
    resolved boolean NOT NULL GENERATED ALWAYS AS (resolution_strategy IS NOT NULL) STORED,
    resolved_at timestamptz,
    resolved_by uuid,
    resolved_data jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT sync_conflicts_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT sync_conflicts_action_fkey FOREIGN KEY (organization_id, action_id)
        REFERENCES civic.offline_actions (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT sync_conflicts_resolved_by_fkey FOREIGN KEY (organization_id, resolved_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT sync_conflicts_resolution_check
        CHECK ((resolution_strategy IS NULL) = (resolved_at IS NULL)
            AND (resolution_strategy IS NULL) = (resolved_data IS NULL))
);
CREATE INDEX sync_conflicts_user ON civic.sync_conflicts (organization_id, user_id, created_at DESC);
CREATE INDEX sync_conflicts_open ON civic.sync_conflicts (organization_id, user_id, device_id) WHERE NOT resolved;
CREATE INDEX sync_conflicts_action ON civic.sync_conflicts (organization_id, action_id);
CREATE INDEX sync_conflicts_resolved_by ON civic.sync_conflicts (organization_id, resolved_by)
    WHERE resolved_by IS NOT NULL;
COMMENT ON TABLE civic.sync_conflicts IS
    'Columns that a device and the server had both changed: those that a policy decided, and those that wait for a'
    ' person.';
COMMENT ON COLUMN civic.sync_conflicts.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.sync_conflicts.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.sync_conflicts.user_id IS 'Person whose device it was.';
COMMENT ON COLUMN civic.sync_conflicts.action_id IS 'Action that met the change of the server.';
COMMENT ON COLUMN civic.sync_conflicts.device_id IS 'Device it came from.';
COMMENT ON COLUMN civic.sync_conflicts.entity_type IS 'What was changed; see civic.sync_field_policies.';
COMMENT ON COLUMN civic.sync_conflicts.entity_id IS 'Row that was changed.';
COMMENT ON COLUMN civic.sync_conflicts.base_version IS
    'The columns as the device had them before; without those it told nothing of.';
COMMENT ON COLUMN civic.sync_conflicts.client_version IS 'The columns as the device wanted them.';
COMMENT ON COLUMN civic.sync_conflicts.server_version IS 'The columns as they were on the server.';
COMMENT ON COLUMN civic.sync_conflicts.resolution_strategy IS 'How it was resolved; null while it waits.';
COMMENT ON COLUMN civic.sync_conflicts.resolved IS 'It was resolved; computed.';
COMMENT ON COLUMN civic.sync_conflicts.resolved_at IS 'When it was resolved; null while it waits.';
COMMENT ON COLUMN civic.sync_conflicts.resolved_by IS 'Who resolved it; null for a policy.';
COMMENT ON COLUMN civic.sync_conflicts.resolved_data IS 'The columns as they came out.';
COMMENT ON COLUMN civic.sync_conflicts.created_at IS 'When it was found.';

CREATE SEQUENCE civic_private.sync_feed_seq CACHE 32;
COMMENT ON SEQUENCE civic_private.sync_feed_seq IS 'Order of changes within a transaction.';

CREATE TABLE civic_private.sync_feed (
    organization_id uuid NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    place bigint NOT NULL DEFAULT nextval('civic_private.sync_feed_seq'),
    entity_id uuid,
    old_user uuid,
    old_assignee uuid,
    old_department uuid,
    old_ward text,
    old_district text,
    old_latitude double precision,
    old_longitude double precision,
    written_at timestamptz NOT NULL DEFAULT now(),
    entity "char" NOT NULL,
    old_public boolean,
    -- No foreign key: the changed row has one, and another would be checked at every change.
    PRIMARY KEY (organization_id, xid, place)
);
COMMENT ON TABLE civic_private.sync_feed IS
    'That a row changed, and in which transaction: what civic.sync_changes() reads. Where a row may have stopped being'
    ' visible, to whom it was.';
COMMENT ON COLUMN civic_private.sync_feed.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.sync_feed.xid IS
    'Transaction that made the change. Whether a snapshot sees it says whether a device has got it.';
COMMENT ON COLUMN civic_private.sync_feed.place IS 'Order within the transaction.';
COMMENT ON COLUMN civic_private.sync_feed.entity_id IS
    'Row that changed; for rights, the person, or null for many people.';
COMMENT ON COLUMN civic_private.sync_feed.old_user IS 'Person whose it was before.';
COMMENT ON COLUMN civic_private.sync_feed.old_assignee IS 'Officer in charge before.';
COMMENT ON COLUMN civic_private.sync_feed.old_department IS 'Department in charge before.';
COMMENT ON COLUMN civic_private.sync_feed.old_ward IS 'Ward before, as the report told it.';
COMMENT ON COLUMN civic_private.sync_feed.old_district IS 'District before, as the report told it.';
COMMENT ON COLUMN civic_private.sync_feed.old_latitude IS 'Place before, degrees north (WGS 84).';
COMMENT ON COLUMN civic_private.sync_feed.old_longitude IS 'Place before, degrees east (WGS 84).';
COMMENT ON COLUMN civic_private.sync_feed.written_at IS 'Time of the transaction.';
COMMENT ON COLUMN civic_private.sync_feed.entity IS 'r report, t task, m media, u person, a rights of people.';
COMMENT ON COLUMN civic_private.sync_feed.old_public IS
    'Whether everybody saw it before; null where what it was before shows it to nobody who does not see it now.';

CREATE TABLE civic_private.sync_horizons (
    organization_id uuid NOT NULL,
    trimmed_below xid8 NOT NULL,
    PRIMARY KEY (organization_id),
    CONSTRAINT sync_horizons_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id)
);
COMMENT ON TABLE civic_private.sync_horizons IS 'How far back civic_private.sync_feed still goes.';
COMMENT ON COLUMN civic_private.sync_horizons.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.sync_horizons.trimmed_below IS
    'Changes of transactions before this one are not known any more.';
