INSERT INTO civic.audit_actions (relation, operation, column_name, value, action, reason_column) VALUES
    ('civic.appeals', 'insert', NULL, NULL, 'appeal_submitted', 'reason'),
    ('civic.appeals', 'update', 'status', NULL, 'appeal_reviewed', 'review_notes'),
    ('civic.appeals', 'update', 'status', 'approved', 'appeal_approved', 'review_notes'),
    ('civic.appeals', 'update', 'status', 'rejected', 'appeal_rejected', 'review_notes'),
    ('civic.appeals', 'update', 'status', 'withdrawn', 'appeal_withdrawn', NULL);

SELECT civic.audit_table('civic.appeals', skipped => '{updated_at}', person_column => 'submitted_by_user_id');
