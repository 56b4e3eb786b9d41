CREATE VIEW civic.audit_log WITH (security_invoker = true, security_barrier = true) AS
SELECT
    e.organization_id,
    e.epoch || '.' || e.xid::text || '.' || e.counter AS id,
    e.at AS occurred_at,
    CASE e.operation
        WHEN 'I' THEN 'insert' WHEN 'U' THEN 'update' WHEN 'D' THEN 'delete' WHEN 'T' THEN 'truncate'
        WHEN 'S' THEN 'baseline' WHEN 'A' THEN 'action' WHEN 'E' THEN 'erasure' WHEN 'R' THEN 'retention'
        WHEN 'L' THEN 'log'
    END AS operation,
    e.action,
    coalesce(civic_helpers.audit_item(e.columns, 'O', e.operation, false), 'success') AS outcome,
    e.user_id,
    e.user_role,
    e.database_role,
    coalesce(civic_helpers.audit_item(e.columns, 'S', e.operation, false), e.database_role) AS session_role,
    e.schema_name,
    e.table_name AS entity_type,
    e.entity_id,
    civic_helpers.audit_item(e.columns, 'R', e.operation, false) AS reason,
    civic_helpers.audit_values(e.operation, e.columns, e.personal, false) AS old_values,
    civic_helpers.audit_values(e.operation, e.columns, e.personal, true) AS new_values,
    civic_helpers.audit_item(e.columns, 'J', e.operation, false)::jsonb AS details,
    civic_helpers.audit_item(e.personal, 'J', e.operation, true)::jsonb AS personal_details,
    civic_helpers.audit_request(e.request, false) AS ip_address,
    civic_helpers.audit_request(e.request, true) AS user_agent,
    e.person_id,
    coalesce(get_byte(e.personal, 0) = 0, false) OR coalesce(get_byte(e.request, 0) = 0, false) AS is_erased
FROM civic.audit_entries AS e;
COMMENT ON VIEW civic.audit_log IS
    'The audit log: who did what, when, from where, to which row, and what changed. For people with permission'
    ' view:audit_logs, view:immutable_audit_logs or view_audit_logs, and for civic_auditor; entries of the own'
    ' organization, and those that concern none.';
COMMENT ON COLUMN civic.audit_log.organization_id IS 'Organization of the row; the one of zeroes for none.';
COMMENT ON COLUMN civic.audit_log.id IS
    'The entry, as civic.inclusion_proof() and civic.receipt() take it: epoch, transaction and counter.';
COMMENT ON COLUMN civic.audit_log.occurred_at IS 'When the change was made, by the clock of the server.';
COMMENT ON COLUMN civic.audit_log.operation IS
    'insert, update, delete, truncate; baseline: a row as it stood when its audit began; action: no row changed;'
    ' erasure, retention, log: what was done to the log itself.';
COMMENT ON COLUMN civic.audit_log.action IS 'What it means, a code of civic.audit_labels; null where no rule says.';
COMMENT ON COLUMN civic.audit_log.outcome IS 'success, failure, warning or partial_success.';
COMMENT ON COLUMN civic.audit_log.user_id IS 'Person who acted; null where none was signed in.';
COMMENT ON COLUMN civic.audit_log.user_role IS 'Role of that person then; system or anonymous where there was none.';
COMMENT ON COLUMN civic.audit_log.database_role IS 'Role of the database that acted.';
COMMENT ON COLUMN civic.audit_log.session_role IS 'Role of the database that had logged in.';
COMMENT ON COLUMN civic.audit_log.schema_name IS 'Schema of the table.';
COMMENT ON COLUMN civic.audit_log.entity_type IS 'Table of the row.';
COMMENT ON COLUMN civic.audit_log.entity_id IS 'Primary key of the row without its organization.';
COMMENT ON COLUMN civic.audit_log.reason IS 'Reason given: setting civic.reason, or the reason the change asked for.';
COMMENT ON COLUMN civic.audit_log.old_values IS 'Changed columns before; of a deleted row all that were not null.';
COMMENT ON COLUMN civic.audit_log.new_values IS 'Changed columns after; of a new row all that are not null.';
COMMENT ON COLUMN civic.audit_log.details IS 'What else an action without a row has to say.';
COMMENT ON COLUMN civic.audit_log.personal_details IS 'The part of it that is personal; null once erased.';
COMMENT ON COLUMN civic.audit_log.ip_address IS
    'Address the request came from, as the web server passed it on; null once erased, and for local connections.';
COMMENT ON COLUMN civic.audit_log.user_agent IS 'Browser of the request; null once erased.';
COMMENT ON COLUMN civic.audit_log.person_id IS 'Person whose personal data the entry holds or held.';
COMMENT ON COLUMN civic.audit_log.is_erased IS 'Personal data of this entry has been erased.';
