SELECT civic.protect_table('civic.currencies');
CREATE POLICY readable ON civic.currencies FOR SELECT USING (civic.current_user_id() IS NOT NULL);
CREATE POLICY created ON civic.currencies FOR INSERT WITH CHECK (civic.has_permission('manage_currencies'));
CREATE POLICY updated ON civic.currencies FOR UPDATE
    USING (civic.has_permission('manage_currencies')) WITH CHECK (civic.has_permission('manage_currencies'));

SELECT civic.protect_table('civic.clients');
CREATE POLICY own ON civic.clients FOR SELECT
    USING (created_by = civic.current_user_id() AND civic.has_permission('view_own_clients'));
CREATE POLICY staff ON civic.clients FOR SELECT USING (civic.has_permission('view_all_clients'));
CREATE POLICY created ON civic.clients FOR INSERT
    WITH CHECK (created_by = civic.current_user_id() AND civic.has_permission('create_new_client'));
CREATE POLICY updated ON civic.clients FOR UPDATE
    USING (civic.has_permission('edit_client_details')
        AND (created_by = civic.current_user_id() OR civic.has_permission('view_all_clients')))
    WITH CHECK (civic.has_permission('edit_client_details')
        AND (created_by = civic.current_user_id() OR civic.has_permission('view_all_clients')));
CREATE POLICY deleted ON civic.clients FOR DELETE
    USING (civic.has_permission('remove_client')
        AND (created_by = civic.current_user_id() OR civic.has_permission('view_all_clients')));

SELECT civic.protect_table('civic.deals');
CREATE POLICY visible ON civic.deals FOR SELECT USING (civic_helpers.is_deal_visible(created_by));
CREATE POLICY made ON civic.deals FOR INSERT
    WITH CHECK (created_by = civic.current_user_id() AND civic.has_permission('create_deal'));
CREATE POLICY edited ON civic.deals FOR UPDATE
    USING (civic.has_permission('edit_deal') AND civic_helpers.is_deal_visible(created_by))
    WITH CHECK (civic.has_permission('edit_deal'));
CREATE POLICY verified ON civic.deals FOR UPDATE
    USING (civic.has_permission('verify_deal_payment')) WITH CHECK (civic.has_permission('verify_deal_payment'));
CREATE POLICY withdrawn ON civic.deals FOR DELETE
    USING (civic.has_permission('delete_deal') AND civic_helpers.is_deal_visible(created_by)
        AND verification_status <> 'verified');

SELECT civic.protect_table('civic.deal_notes');
CREATE POLICY visible ON civic.deal_notes FOR SELECT USING (civic_helpers.is_deal_visible(seller_id));
CREATE POLICY written ON civic.deal_notes FOR INSERT
    WITH CHECK (created_by = civic.current_user_id() AND civic.has_permission('log_deal_activity')
        AND civic_helpers.is_deal_visible(seller_id));

SELECT civic.protect_table('civic.payments');
CREATE POLICY visible ON civic.payments FOR SELECT USING (civic_helpers.is_deal_visible(seller_id));
CREATE POLICY recorded ON civic.payments FOR INSERT
    WITH CHECK (created_by = civic.current_user_id() AND civic.has_permission('create_deal_payment')
        AND civic_helpers.is_deal_visible(seller_id));
-- The money of a payment never changes; this is for remarks, references and receipts.
CREATE POLICY described ON civic.payments FOR UPDATE
    USING (created_by = civic.current_user_id() AND civic.has_permission('create_deal_payment'))
    WITH CHECK (civic.has_permission('create_deal_payment'));
CREATE POLICY verified ON civic.payments FOR UPDATE
    USING (civic.has_permission('verify_payments')) WITH CHECK (civic.has_permission('verify_payments'));

SELECT civic.protect_table('civic.payment_invoices');
CREATE POLICY own ON civic.payment_invoices FOR SELECT
    USING (seller_id = civic.current_user_id() AND civic.has_permission('view_own_deals'));
CREATE POLICY staff ON civic.payment_invoices FOR SELECT USING (civic.has_permission('view_paymentinvoice'));
CREATE POLICY managed ON civic.payment_invoices FOR UPDATE
    USING (civic.has_permission('manage_invoices') OR civic.has_permission('edit_paymentinvoice'))
    WITH CHECK (civic.has_permission('manage_invoices') OR civic.has_permission('edit_paymentinvoice'));

SELECT civic.protect_table('civic.payment_approvals');
CREATE POLICY own ON civic.payment_approvals FOR SELECT
    USING (seller_id = civic.current_user_id() AND civic.has_permission('view_own_deals'));
CREATE POLICY staff ON civic.payment_approvals FOR SELECT USING (civic.has_permission('view_paymentapproval'));
CREATE POLICY opened ON civic.payment_approvals FOR INSERT
    WITH CHECK (approver_id = civic.current_user_id() AND civic.has_permission('create_paymentapproval'));
CREATE POLICY decided ON civic.payment_approvals FOR UPDATE
    USING (civic.has_permission('edit_paymentapproval'))
    WITH CHECK (approver_id = civic.current_user_id() AND civic.has_permission('edit_paymentapproval'));

SELECT civic.protect_table('civic.payment_refunds');
CREATE POLICY own ON civic.payment_refunds FOR SELECT
    USING (seller_id = civic.current_user_id() AND civic.has_permission('view_own_deals'));
CREATE POLICY staff ON civic.payment_refunds FOR SELECT
    USING (civic.has_permission('manage_refunds') OR civic.has_permission('view_paymentinvoice'));
CREATE POLICY given ON civic.payment_refunds FOR INSERT
    WITH CHECK (created_by = civic.current_user_id() AND civic.has_permission('manage_refunds'));

SELECT civic.protect_table('civic.commissions');
CREATE POLICY own ON civic.commissions FOR SELECT
    USING (user_id = civic.current_user_id() AND civic.has_permission('view_own_commissions'));
CREATE POLICY staff ON civic.commissions FOR SELECT USING (civic.has_permission('view_all_commissions'));
CREATE POLICY created ON civic.commissions FOR INSERT
    WITH CHECK (civic.has_permission('create_commission'));
CREATE POLICY updated ON civic.commissions FOR UPDATE
    USING (civic.has_permission('edit_commission')) WITH CHECK (civic.has_permission('edit_commission'));
CREATE POLICY withdrawn ON civic.commissions FOR DELETE
    USING (civic.has_permission('delete_commission') AND status = 'pending');

SELECT civic.protect_table('civic.daily_streaks');
CREATE POLICY own ON civic.daily_streaks FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.daily_streaks FOR SELECT USING (civic.has_permission('view_all_deals'));
