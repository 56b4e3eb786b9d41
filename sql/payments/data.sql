INSERT INTO civic.permissions (code, description)
VALUES ('approve_commission', 'Approve, pay and cancel commissions'),
    ('manage_currencies', 'Change currencies and their exchange rates');
INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
SELECT r.organization_id, r.id, m.permission_code
FROM (VALUES
    ('approve_commission', 'organization_admin'), ('manage_currencies', 'organization_admin'),
    ('manage_currencies', 'admin'), ('manage_currencies', 'super_admin'),
    -- Who reads everything reads this.
    ('view_all_clients', 'auditor'), ('view_all_deals', 'auditor'), ('view_all_commissions', 'auditor'),
    ('view_paymentinvoice', 'auditor'), ('view_paymentapproval', 'auditor'), ('view_payment_analytics', 'auditor'),
    ('view_payment_verification_dashboard', 'auditor'),
    ('view_all_clients', 'super_admin'), ('view_all_deals', 'super_admin'), ('view_all_commissions', 'super_admin'),
    ('view_paymentinvoice', 'super_admin'), ('view_paymentapproval', 'super_admin'),
    ('view_payment_analytics', 'super_admin'), ('view_payment_verification_dashboard', 'super_admin')
) AS m (permission_code, role_code)
JOIN civic.roles AS r ON r.organization_id = '00000000-0000-0000-0000-000000000000' AND r.code = m.role_code;

INSERT INTO civic.workflow_transitions
    (organization_id, workflow, from_status, to_status, actors, permission_code, cleared_columns, description)
SELECT '00000000-0000-0000-0000-000000000000', m.workflow, m.from_status, m.to_status,
    m.actors::civic.transition_actor[], m.permission_code, m.cleared::text[], m.description
FROM (
    VALUES
        ('deal_verification', NULL, 'pending', '{anyone}', NULL, '{}', NULL),
        ('deal_verification', 'pending', 'verified', '{}', 'verify_deal_payment', '{}', NULL),
        ('deal_verification', 'pending', 'rejected', '{}', 'verify_deal_payment', '{}', NULL),
        ('deal_verification', 'verified', 'rejected', '{}', 'verify_deal_payment', '{}', NULL),
        ('deal_payment', NULL, 'initial_payment', '{anyone}', NULL, '{}', NULL),
        ('deal_payment', 'initial_payment', 'partial_payment', '{system}', NULL, '{}',
            'Something is verified as paid.'),
        ('deal_payment', 'initial_payment', 'full_payment', '{system}', NULL, '{}', 'All is verified as paid.'),
        ('deal_payment', 'partial_payment', 'full_payment', '{system}', NULL, '{}', 'All is verified as paid.'),
        ('payment', NULL, 'pending', '{anyone}', NULL, '{}', NULL),
        ('payment', 'pending', 'processing', '{system}', NULL, '{}', 'It is examined.'),
        ('payment', 'pending', 'approved', '{system}', NULL, '{}', 'Its latest decision approves it.'),
        ('payment', 'pending', 'rejected', '{system}', NULL, '{}', 'Its latest decision rejects it.'),
        ('payment', 'processing', 'approved', '{system}', NULL, '{}', 'Its latest decision approves it.'),
        ('payment', 'processing', 'rejected', '{system}', NULL, '{}', 'Its latest decision rejects it.'),
        ('payment', 'approved', 'rejected', '{system}', NULL, '{}', 'A later decision rejects it.'),
        ('payment', 'approved', 'completed', '{}', 'verify_payments', '{}', 'The money is on the account.'),
        ('payment', 'completed', 'rejected', '{system}', NULL, '{}', 'A later decision rejects it.'),
        ('payment', 'rejected', 'processing', '{system}', NULL, '{}', 'It is examined again.'),
        ('payment', 'rejected', 'approved', '{system}', NULL, '{}', 'A later decision approves it.'),
        ('invoice', NULL, 'pending', '{system}', NULL, '{}', 'Made with its payment.'),
        ('invoice', 'pending', 'verified', '{system}', NULL, '{}', 'The payment is approved.'),
        ('invoice', 'pending', 'rejected', '{system}', NULL, '{}', 'The payment is rejected.'),
        ('invoice', 'pending', 'bad_debt', '{}', 'manage_invoices', '{}', NULL),
        ('invoice', 'rejected', 'pending', '{system}', NULL, '{}', 'The payment is examined again.'),
        ('invoice', 'rejected', 'verified', '{system}', NULL, '{}', 'A later decision approves the payment.'),
        ('invoice', 'rejected', 'bad_debt', '{}', 'manage_invoices', '{}', NULL),
        ('invoice', 'verified', 'rejected', '{system}', NULL, '{}', 'A later decision rejects the payment.'),
        ('invoice', 'verified', 'refunded', '{system}', NULL, '{}', 'All of it was given back.'),
        ('invoice', 'refunded', 'verified', '{system}', NULL, '{}', 'A later decision approves more.'),
        ('invoice', 'bad_debt', 'pending', '{system}', 'manage_invoices', '{}', NULL),
        ('invoice', 'bad_debt', 'verified', '{system}', NULL, '{}', 'The payment is approved.'),
        ('invoice', 'bad_debt', 'rejected', '{system}', NULL, '{}', 'The payment is rejected.'),
        ('approval', NULL, 'pending', '{}', 'create_paymentapproval', '{}', NULL),
        ('approval', NULL, 'under_review', '{}', 'create_paymentapproval', '{}', NULL),
        ('approval', NULL, 'requires_info', '{}', 'create_paymentapproval', '{}', NULL),
        ('approval', NULL, 'approved', '{}', 'create_paymentapproval', '{}', NULL),
        ('approval', NULL, 'rejected', '{}', 'create_paymentapproval', '{}', NULL),
        ('approval', 'pending', 'under_review', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'pending', 'requires_info', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'pending', 'approved', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'pending', 'rejected', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'under_review', 'requires_info', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'under_review', 'approved', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'under_review', 'rejected', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'requires_info', 'under_review', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'requires_info', 'approved', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'requires_info', 'rejected', '{}', 'edit_paymentapproval', '{}', NULL),
        ('approval', 'rejected', 'under_review', '{}', 'edit_paymentapproval', '{failure_reason}', 'Opened again.'),
        ('commission', NULL, 'pending', '{anyone}', NULL, '{}', NULL),
        ('commission', 'pending', 'approved', '{}', 'approve_commission', '{}', NULL),
        ('commission', 'pending', 'cancelled', '{}', 'approve_commission', '{}', NULL),
        ('commission', 'approved', 'pending', '{}', 'approve_commission', '{}', NULL),
        ('commission', 'approved', 'paid', '{}', 'approve_commission', '{}', NULL),
        ('commission', 'approved', 'cancelled', '{}', 'approve_commission', '{}', NULL)
) AS m (workflow, from_status, to_status, actors, permission_code, cleared, description);

INSERT INTO civic.notification_types
    (code, category, default_priority, channels, is_mandatory, title, message, action_url, variables)
VALUES
    ('client_created', 'client', 'low', '{app}', false, 'New client: {name}', '{seller} has added client {name}.',
        '/clients/{subject_id}', '{name,seller}'),
    ('deal_created', 'deal', 'normal', '{app}', false, 'New deal {deal_no}',
        '{seller} has made deal {deal_no} over {amount} {currency}.', '/deals/{subject_id}',
        '{deal_no,amount,currency,seller}'),
    ('deal_updated', 'deal', 'normal', '{app}', false, 'Deal {deal_no} was changed',
        '{editor} has changed deal {deal_no}; it is over {amount} {currency} now.', '/deals/{subject_id}',
        '{deal_no,amount,currency,editor}'),
    ('deal_status_changed', 'deal', 'normal', '{app,email}', false, 'Deal {deal_no} is {status}',
        'Your deal {deal_no} over {amount} {currency} was {old_status} and is now {status}.', '/deals/{subject_id}',
        '{deal_no,amount,currency,old_status,status}'),
    ('payment_received', 'payment', 'high', '{app,email}', false, 'Payment {transaction_id} is to be verified',
        '{amount} {currency} came for deal {deal_no} of {seller}.', '/payments/{subject_id}',
        '{transaction_id,amount,currency,deal_no,seller}'),
    ('payment_decided', 'payment', 'normal', '{app,email}', false, 'Payment {transaction_id} is {status}',
        'Your payment of {amount} {currency} for deal {deal_no} is {status}. {reason}', '/payments/{subject_id}',
        '{transaction_id,amount,currency,deal_no,status,reason}'),
    ('payment_reminder', 'payment', 'normal', '{app,email}', false, 'Something waits: {kind}', '{message}',
        '/deals/{deal_id}', '{kind,message,deal_id}'),
    ('commission_created', 'commission', 'normal', '{app,email}', false, 'Your commission {start_date} to {end_date}',
        'For {start_date} to {end_date} you are to receive {amount}.', '/commissions/{subject_id}',
        '{start_date,end_date,amount}');
