INSERT INTO civic.audit_actions (relation, operation, action) VALUES
    ('civic.feedbacks', 'insert', 'feedback_submitted'), ('civic.feedbacks', 'update', 'feedback_updated');

SELECT civic.audit_table('civic.feedbacks', skipped => '{updated_at}', person_column => 'user_id');
SELECT civic.audit_table('civic.resolution_confirmations', skipped => '{updated_at}', person_column => 'user_id');
