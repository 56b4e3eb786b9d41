INSERT INTO civic.audit_actions (relation, operation, column_name, value, action, reason_column) VALUES
    ('civic.user_roles', 'update', 'is_automatic', 'true', 'promotion_automatic', 'reason'),
    ('civic.reputation_events', 'insert', NULL, NULL, 'reputation_updated', 'note');

-- Metrics follow from what is in the log anyway.
SELECT civic.audit_table('civic.reputation_events', person_column => 'user_id');
SELECT civic.audit_table('civic.report_validations', skipped => '{updated_at}', person_column => 'user_id');
