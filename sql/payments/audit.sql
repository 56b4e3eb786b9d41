INSERT INTO civic.audit_labels (category, code, description) VALUES
    ('payments', 'client_created', 'A client was added'),
    ('payments', 'client_updated', 'A client was changed'),
    ('payments', 'client_deleted', 'A client was deleted'),
    ('payments', 'deal_created', 'A deal was made'),
    ('payments', 'deal_updated', 'A deal was changed'),
    ('payments', 'deal_verified', 'A deal was verified'),
    ('payments', 'deal_rejected', 'A deal was rejected'),
    ('payments', 'deal_deleted', 'A deal was deleted'),
    ('payments', 'payment_recorded', 'A payment was recorded'),
    ('payments', 'payment_approved', 'A payment was approved'),
    ('payments', 'payment_rejected', 'A payment was rejected'),
    ('payments', 'payment_refunded', 'Money was given back'),
    ('payments', 'invoice_updated', 'An invoice was changed'),
    ('payments', 'commission_calculated', 'A commission was calculated'),
    ('payments', 'commission_updated', 'A commission was changed'),
    ('payments', 'commission_paid', 'A commission was paid'),
    ('payments', 'exchange_rate_changed', 'An exchange rate was changed');

INSERT INTO civic.audit_actions (relation, operation, column_name, value, action, reason_column) VALUES
    ('civic.clients', 'insert', NULL, NULL, 'client_created', NULL),
    ('civic.clients', 'update', NULL, NULL, 'client_updated', NULL),
    ('civic.clients', 'delete', NULL, NULL, 'client_deleted', NULL),
    ('civic.deals', 'insert', NULL, NULL, 'deal_created', NULL),
    ('civic.deals', 'update', NULL, NULL, 'deal_updated', NULL),
    ('civic.deals', 'update', 'verification_status', 'verified', 'deal_verified', NULL),
    ('civic.deals', 'update', 'verification_status', 'rejected', 'deal_rejected', NULL),
    ('civic.deals', 'delete', NULL, NULL, 'deal_deleted', NULL),
    ('civic.payments', 'insert', NULL, NULL, 'payment_recorded', NULL),
    ('civic.payments', 'update', 'status', 'approved', 'payment_approved', NULL),
    ('civic.payments', 'update', 'status', 'rejected', 'payment_rejected', NULL),
    ('civic.payment_refunds', 'insert', NULL, NULL, 'payment_refunded', 'reason'),
    ('civic.payment_invoices', 'update', NULL, NULL, 'invoice_updated', NULL),
    ('civic.commissions', 'insert', NULL, NULL, 'commission_calculated', NULL),
    ('civic.commissions', 'update', NULL, NULL, 'commission_updated', NULL),
    ('civic.commissions', 'update', 'status', 'paid', 'commission_paid', NULL),
    ('civic.currencies', 'update', 'exchange_rate', NULL, 'exchange_rate_changed', NULL);

SELECT civic.audit_table('civic.currencies', skipped => '{updated_at}');
SELECT civic.audit_table('civic.clients', person_column => 'id',
    personal => '{name, email, phone, address, nationality, remarks}', skipped => '{updated_at}');
SELECT civic.audit_table('civic.deals', skipped => '{updated_at}');
SELECT civic.audit_table('civic.deal_notes');
SELECT civic.audit_table('civic.payments', skipped => '{updated_at}');
SELECT civic.audit_table('civic.payment_invoices', skipped => '{updated_at}');
SELECT civic.audit_table('civic.payment_approvals', skipped => '{updated_at}');
SELECT civic.audit_table('civic.payment_refunds');
SELECT civic.audit_table('civic.commissions', skipped => '{updated_at}');
SELECT civic.audit_table('civic.daily_streaks');
