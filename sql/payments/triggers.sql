CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.currencies
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'code', 'created_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.currencies
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.clients
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_by=view_all_clients',
        'created_at');
CREATE TRIGGER t60_follow AFTER INSERT ON civic.clients
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_client();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.clients
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_by', 'created_at',
        'deal_no=import:data', 'version=import:data', 'payment_count=import:data', 'paid_amount=import:data',
        'client_id=edit_deal', 'project_id=edit_deal', 'deal_name=edit_deal', 'amount=edit_deal', 'currency=edit_deal',
        'deal_date=edit_deal', 'due_date=edit_deal', 'payment_method=edit_deal', 'source=edit_deal',
        'remarks=edit_deal', 'client_status=edit_deal');
CREATE TRIGGER t06_version BEFORE UPDATE ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_lock_version('lock_version', 'updated_at', 'version',
        'payment_count', 'paid_amount', 'payment_status');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('deal_verification', 'verification_status', '', 'created_by');
CREATE TRIGGER t11_guard BEFORE INSERT OR UPDATE ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('deal_payment', 'payment_status', '', 'created_by');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE OF client_id, project_id, deal_name, amount, currency, deal_date,
    due_date, payment_method, source, remarks ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_deal();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF verification_status ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('deal_verification', 'verification_status', '', 'created_by');
CREATE TRIGGER t51_history AFTER INSERT OR UPDATE OF payment_status ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('deal_payment', 'payment_status', '', 'created_by');
CREATE TRIGGER t60_follow AFTER INSERT OR DELETE ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_deal();
CREATE TRIGGER t61_follow AFTER UPDATE ON civic.deals
    FOR EACH ROW WHEN (OLD.deal_date <> NEW.deal_date OR OLD.amount <> NEW.amount OR OLD.currency <> NEW.currency
        OR OLD.payment_status <> NEW.payment_status)
    EXECUTE FUNCTION civic_private.follow_deal();
CREATE TRIGGER t62_follow AFTER UPDATE ON civic.deals
    FOR EACH ROW WHEN (OLD.verification_status <> NEW.verification_status)
    EXECUTE FUNCTION civic_private.follow_verification();
CREATE TRIGGER t63_follow AFTER UPDATE ON civic.deals
    FOR EACH ROW WHEN (OLD.client_id IS DISTINCT FROM NEW.client_id OR OLD.project_id IS DISTINCT FROM NEW.project_id
        OR OLD.deal_name IS DISTINCT FROM NEW.deal_name OR OLD.amount IS DISTINCT FROM NEW.amount
        OR OLD.currency IS DISTINCT FROM NEW.currency OR OLD.deal_date IS DISTINCT FROM NEW.deal_date
        OR OLD.due_date IS DISTINCT FROM NEW.due_date OR OLD.payment_method IS DISTINCT FROM NEW.payment_method
        OR OLD.source IS DISTINCT FROM NEW.source OR OLD.remarks IS DISTINCT FROM NEW.remarks)
    EXECUTE FUNCTION civic_private.follow_edit();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.deals
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t10_refuse BEFORE UPDATE ON civic.deal_notes
    FOR EACH ROW EXECUTE FUNCTION civic_private.refuse_change();
CREATE TRIGGER t20_check BEFORE INSERT ON civic.deal_notes
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_note();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.payments
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'deal_id', 'seller_id',
        'transaction_id', 'idempotency_key', 'payment_date', 'received_amount', 'payment_method', 'payment_category',
        'cheque_number', 'created_by', 'created_at', 'paid_amount=import:data', 'refunded_amount=import:data',
        'verified_by=import:data', 'verified_at=import:data');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.payments
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('payment', 'status', '', 'created_by');
CREATE TRIGGER t20_check BEFORE INSERT ON civic.payments
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_payment();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.payments
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('payment', 'status', '', 'created_by');
CREATE TRIGGER t60_follow AFTER INSERT ON civic.payments
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_payment();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.payments
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.payment_invoices
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'payment_id', 'deal_id', 'seller_id',
        'invoice_number', 'created_at');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.payment_invoices
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('invoice', 'status', '', '');
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.payment_invoices
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('invoice', 'status', '', '');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.payment_invoices
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.payment_approvals
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'payment_id', 'deal_id', 'seller_id',
        'created_at');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.payment_approvals
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('approval', 'status', 'approver_id', '');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.payment_approvals
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_approval();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.payment_approvals
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('approval', 'status', 'approver_id', '');
CREATE TRIGGER t60_settle AFTER INSERT OR UPDATE ON civic.payment_approvals
    FOR EACH ROW EXECUTE FUNCTION civic_private.settle_payment();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.payment_approvals
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t10_refuse BEFORE DELETE OR UPDATE ON civic.payment_refunds
    FOR EACH ROW EXECUTE FUNCTION civic_private.refuse_change();
CREATE TRIGGER t10_refuse_truncate BEFORE TRUNCATE ON civic.payment_refunds
    EXECUTE FUNCTION civic_private.refuse_change();
CREATE TRIGGER t20_check BEFORE INSERT ON civic.payment_refunds
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_refund();
CREATE TRIGGER t60_follow AFTER INSERT ON civic.payment_refunds
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_refund();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.commissions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'user_id', 'deal_id', 'start_date',
        'end_date', 'currency', 'created_by', 'created_at', 'total_sales=import:data', 'paid_at=import:data');
CREATE TRIGGER t06_version BEFORE UPDATE ON civic.commissions
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_lock_version('lock_version', 'updated_at', 'paid_at',
        'commission_amount', 'total_commission', 'total_receivable', 'converted_amount');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.commissions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('commission', 'status', '', 'created_by');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.commissions
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_commission();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.commissions
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('commission', 'status', '', 'created_by');
CREATE TRIGGER t60_follow AFTER INSERT ON civic.commissions
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_commission();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.commissions
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
