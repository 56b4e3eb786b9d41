CREATE SEQUENCE civic.deal_number_seq;
COMMENT ON SEQUENCE civic.deal_number_seq IS 'Numbers of deals, for all organizations; gaps are normal.';
CREATE SEQUENCE civic.transaction_number_seq;
COMMENT ON SEQUENCE civic.transaction_number_seq IS 'Numbers of payments, for all organizations; gaps are normal.';
CREATE SEQUENCE civic.invoice_number_seq;
COMMENT ON SEQUENCE civic.invoice_number_seq IS 'Numbers of invoices, for all organizations; gaps are normal.';

CREATE TABLE civic.currencies (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    code civic.currency_code NOT NULL,
    exchange_rate numeric(12, 6) NOT NULL DEFAULT 1,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, code),
    CONSTRAINT currencies_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT currencies_exchange_rate_check CHECK (exchange_rate BETWEEN 0.000001 AND 10000)
);
COMMENT ON TABLE civic.currencies IS 'Currencies an organization makes deals in. They are never deleted.';
COMMENT ON COLUMN civic.currencies.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.currencies.code IS 'Three letters, such as USD; deals and commissions name it.';
COMMENT ON COLUMN civic.currencies.exchange_rate IS
    'Units of the organization''s own currency that one unit is worth, 0.000001 to 10000; 1 for its own.';
COMMENT ON COLUMN civic.currencies.is_active IS 'False: no new deals are made in it.';
COMMENT ON COLUMN civic.currencies.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.currencies.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.clients (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    name text NOT NULL,
    email civic.email_address NOT NULL,
    phone civic.phone_number,
    address text,
    nationality text,
    satisfaction civic.client_satisfaction NOT NULL DEFAULT 'neutral',
    status civic.client_status NOT NULL DEFAULT 'pending',
    remarks text,
    is_active boolean NOT NULL DEFAULT true,
    created_by uuid NOT NULL DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT clients_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT clients_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT clients_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT clients_nationality_check CHECK (length(nationality) <= 100)
);
CREATE UNIQUE INDEX clients_email_key ON civic.clients (organization_id, lower(email));
CREATE INDEX clients_by_seller ON civic.clients (organization_id, created_by, created_at DESC, id DESC);
CREATE INDEX clients_newest ON civic.clients (organization_id, created_at DESC, id DESC);
COMMENT ON TABLE civic.clients IS
    'Whom deals are made with. They do not sign in. Salespeople see their own. One that has deals cannot be deleted'
    ' (error 23503); set is_active to false.';
COMMENT ON COLUMN civic.clients.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.clients.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.clients.name IS 'Name of the person or firm, up to 255 characters.';
COMMENT ON COLUMN civic.clients.email IS 'E-mail address, unique in the organization whatever its case.';
COMMENT ON COLUMN civic.clients.phone IS 'Telephone number.';
COMMENT ON COLUMN civic.clients.address IS 'Postal address.';
COMMENT ON COLUMN civic.clients.nationality IS 'Nationality, up to 100 characters.';
COMMENT ON COLUMN civic.clients.satisfaction IS 'How content the client is, as the seller sees it.';
COMMENT ON COLUMN civic.clients.status IS 'State of the account.';
COMMENT ON COLUMN civic.clients.remarks IS 'Notes of the seller.';
COMMENT ON COLUMN civic.clients.is_active IS 'False: the client is no longer dealt with.';
COMMENT ON COLUMN civic.clients.created_by IS 'Salesperson whose client it is.';
COMMENT ON COLUMN civic.clients.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.clients.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.deals (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    deal_no text NOT NULL,
    client_id uuid NOT NULL,
    project_id uuid,
    deal_name text NOT NULL DEFAULT '',
    amount numeric(15, 2) NOT NULL,
    currency civic.currency_code NOT NULL DEFAULT 'USD',
    deal_date date NOT NULL DEFAULT civic.today(),
    due_date date,
    payment_method civic.payment_method NOT NULL,
    source civic.deal_source NOT NULL DEFAULT 'others',
    remarks text,
    payment_status civic.deal_payment_status NOT NULL DEFAULT 'initial_payment',
    verification_status civic.deal_verification_status NOT NULL DEFAULT 'pending',
    client_status civic.deal_client_status NOT NULL DEFAULT 'pending',
    version civic.deal_version NOT NULL DEFAULT 'original',
    payment_count integer NOT NULL DEFAULT 0,
    paid_amount numeric(15, 2) NOT NULL DEFAULT 0,
    lock_version integer NOT NULL DEFAULT 1,
    created_by uuid NOT NULL DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT deals_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT deals_client_fkey FOREIGN KEY (organization_id, client_id)
        REFERENCES civic.clients (organization_id, id),
    CONSTRAINT deals_project_fkey FOREIGN KEY (organization_id, project_id)
        REFERENCES civic.projects (organization_id, id),
    CONSTRAINT deals_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT deals_deal_no_key UNIQUE (organization_id, deal_no),
    CONSTRAINT deals_deal_name_check CHECK (length(deal_name) <= 255),
    CONSTRAINT deals_amount_check CHECK (amount BETWEEN 0.01 AND 999999999.99),
    CONSTRAINT deals_due_date_check CHECK (due_date >= deal_date),
    CONSTRAINT deals_counts_check CHECK (payment_count >= 0 AND paid_amount >= 0 AND lock_version > 0)
) WITH (fillfactor = 85);
ALTER SEQUENCE civic.deal_number_seq OWNED BY civic.deals.deal_no;
CREATE INDEX deals_newest ON civic.deals (organization_id, created_at DESC, id DESC);
CREATE INDEX deals_by_seller ON civic.deals (organization_id, created_by, created_at DESC, id DESC);
CREATE INDEX deals_by_seller_day ON civic.deals (organization_id, created_by, deal_date);
CREATE INDEX deals_by_client ON civic.deals (organization_id, client_id, created_at DESC, id DESC);
-- Behind a policy a filter on an enum cannot be a condition of an index, but it can choose one made for it.
CREATE INDEX deals_pending ON civic.deals (organization_id, created_at DESC, id DESC)
    WHERE verification_status = 'pending';
CREATE INDEX deals_due ON civic.deals (organization_id, due_date) WHERE payment_status <> 'full_payment';
CREATE INDEX deals_inconsistent ON civic.deals (organization_id)
    WHERE (payment_status = 'full_payment' AND amount - paid_amount > 0.01)
        OR (verification_status = 'verified' AND payment_count > 0 AND paid_amount = 0);
CREATE INDEX deals_project ON civic.deals (organization_id, project_id) WHERE project_id IS NOT NULL;
COMMENT ON TABLE civic.deals IS
    'What was sold to whom and for how much. Both statuses move only along civic.workflow_transitions (workflows'
    ' deal_verification and deal_payment; errors ZC001 to ZC003). One that has payments cannot be deleted (error'
    ' 23503), nor be made worth less than was received (ZC110).';
COMMENT ON COLUMN civic.deals.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.deals.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.deals.deal_no IS 'DLID and a number of at least four digits, unique in the organization.';
COMMENT ON COLUMN civic.deals.client_id IS 'Client the deal is made with.';
COMMENT ON COLUMN civic.deals.project_id IS 'Project the deal belongs to; null for none.';
COMMENT ON COLUMN civic.deals.deal_name IS 'Name of the deal, up to 255 characters.';
COMMENT ON COLUMN civic.deals.amount IS 'Value of the deal in its currency, 0.01 to 999999999.99.';
COMMENT ON COLUMN civic.deals.currency IS 'Currency of the deal and of its payments; one of civic.currencies.';
COMMENT ON COLUMN civic.deals.deal_date IS 'Day the deal was made.';
COMMENT ON COLUMN civic.deals.due_date IS 'Day by which it is to be paid, not before deal_date; null for none.';
COMMENT ON COLUMN civic.deals.payment_method IS 'How it is to be paid.';
COMMENT ON COLUMN civic.deals.source IS 'How the client was found.';
COMMENT ON COLUMN civic.deals.remarks IS 'Notes of the seller.';
COMMENT ON COLUMN civic.deals.payment_status IS 'How far it is paid; follows from verified payments.';
COMMENT ON COLUMN civic.deals.verification_status IS 'Whether a verifier has accepted the deal.';
COMMENT ON COLUMN civic.deals.client_status IS 'What the client turned out to be.';
COMMENT ON COLUMN civic.deals.version IS 'Edited once the seller has changed what was agreed.';
COMMENT ON COLUMN civic.deals.payment_count IS 'How many payments were recorded, rejected ones included.';
COMMENT ON COLUMN civic.deals.paid_amount IS 'Sum of its verified payments less what was refunded, in its currency.';
COMMENT ON COLUMN civic.deals.lock_version IS
    'Grows with each change by a person. An update that names another value than the current one is refused (ZC111).';
COMMENT ON COLUMN civic.deals.created_by IS 'Salesperson whose deal it is.';
COMMENT ON COLUMN civic.deals.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.deals.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.deal_notes (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    deal_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    note text NOT NULL,
    created_by uuid NOT NULL DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT deal_notes_deal_fkey FOREIGN KEY (organization_id, deal_id)
        REFERENCES civic.deals (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT deal_notes_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT deal_notes_note_check CHECK (length(note) BETWEEN 1 AND 2000)
);
CREATE INDEX deal_notes_deal ON civic.deal_notes (organization_id, deal_id, id);
CREATE INDEX deal_notes_created_by ON civic.deal_notes (organization_id, created_by);
COMMENT ON TABLE civic.deal_notes IS
    'What people write into the history of a deal by hand, never changed; what happened to it is in'
    ' civic.deal_activity().';
COMMENT ON COLUMN civic.deal_notes.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.deal_notes.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.deal_notes.deal_id IS 'Deal the note is about.';
COMMENT ON COLUMN civic.deal_notes.seller_id IS 'Salesperson of the deal; set by civic.';
COMMENT ON COLUMN civic.deal_notes.note IS 'The note, 1 to 2000 characters.';
COMMENT ON COLUMN civic.deal_notes.created_by IS 'Person who wrote it.';
COMMENT ON COLUMN civic.deal_notes.created_at IS 'When it was written.';

CREATE TABLE civic.payments (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    deal_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    transaction_id text NOT NULL,
    idempotency_key text,
    payment_date date NOT NULL DEFAULT civic.today(),
    received_amount numeric(15, 2) NOT NULL,
    payment_method civic.payment_method NOT NULL,
    payment_category civic.payment_category NOT NULL DEFAULT 'partial',
    status civic.payment_status NOT NULL DEFAULT 'pending',
    cheque_number text,
    bank_reference text,
    remarks text,
    receipt_name civic.file_name,
    receipt_mime_type civic.mime_type,
    receipt_size civic.file_size,
    receipt_sha256 civic.sha256,
    receipt_key civic.storage_key,
    paid_amount numeric(15, 2) NOT NULL DEFAULT 0,
    refunded_amount numeric(15, 2) NOT NULL DEFAULT 0,
    verified_by uuid,
    verified_at timestamptz,
    created_by uuid NOT NULL DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT payments_deal_fkey FOREIGN KEY (organization_id, deal_id) REFERENCES civic.deals (organization_id, id),
    CONSTRAINT payments_verified_by_fkey FOREIGN KEY (organization_id, verified_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT payments_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT payments_transaction_id_key UNIQUE (organization_id, transaction_id),
    CONSTRAINT payments_idempotency_key_key UNIQUE (organization_id, idempotency_key),
    CONSTRAINT payments_cheque_number_key UNIQUE (organization_id, cheque_number),
    CONSTRAINT payments_received_amount_check CHECK (received_amount BETWEEN 0.01 AND 999999999.99),
    CONSTRAINT payments_cheque_check CHECK (payment_method <> 'cheque' OR cheque_number IS NOT NULL),
    CONSTRAINT payments_cheque_number_check CHECK (length(cheque_number) BETWEEN 6 AND 20),
    CONSTRAINT payments_idempotency_key_check CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    CONSTRAINT payments_bank_reference_check CHECK (length(bank_reference) <= 100),
    CONSTRAINT payments_amounts_check CHECK (paid_amount >= 0 AND refunded_amount >= 0)
);
ALTER SEQUENCE civic.transaction_number_seq OWNED BY civic.payments.transaction_id;
CREATE INDEX payments_deal ON civic.payments (organization_id, deal_id, id);
CREATE INDEX payments_created_by ON civic.payments (organization_id, created_by, payment_date);
CREATE INDEX payments_newest ON civic.payments (organization_id, created_at DESC, id DESC);
CREATE INDEX payments_open ON civic.payments (organization_id, created_at DESC, id DESC)
    WHERE status IN ('pending', 'processing');
CREATE INDEX payments_verified_by ON civic.payments (organization_id, verified_by) WHERE verified_by IS NOT NULL;
COMMENT ON TABLE civic.payments IS
    'Money received for deals. A payment is never changed or deleted, but decided on; see civic.payment_approvals. All'
    ' that is not rejected may exceed the value of the deal by 0.01 at most (error ZC110).';
COMMENT ON COLUMN civic.payments.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.payments.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.payments.deal_id IS 'Deal that is paid.';
COMMENT ON COLUMN civic.payments.seller_id IS 'Salesperson of the deal; set by civic.';
COMMENT ON COLUMN civic.payments.transaction_id IS
    'TXN- and a number of at least four digits, unique in the organization.';
COMMENT ON COLUMN civic.payments.idempotency_key IS
    'Key the client chose, unique in the organization: sent again it records nothing new. Null for none.';
COMMENT ON COLUMN civic.payments.payment_date IS
    'Day the money came, today or up to 365 days ago in the time zone of the organization (error ZC112).';
COMMENT ON COLUMN civic.payments.received_amount IS 'Money received, in the currency of the deal.';
COMMENT ON COLUMN civic.payments.payment_method IS 'How it was paid.';
COMMENT ON COLUMN civic.payments.payment_category IS 'A final payment must leave no more than 0.01 open (error ZC114).';
COMMENT ON COLUMN civic.payments.status IS 'Where the payment stands; follows from the decisions on it.';
COMMENT ON COLUMN civic.payments.cheque_number IS
    '6 to 20 characters, unique in the organization; needed where payment_method is cheque.';
COMMENT ON COLUMN civic.payments.bank_reference IS 'Reference of the bank, up to 100 characters.';
COMMENT ON COLUMN civic.payments.remarks IS 'Notes of whoever recorded it.';
COMMENT ON COLUMN civic.payments.receipt_name IS 'Name of the file of the receipt; null for none.';
COMMENT ON COLUMN civic.payments.receipt_mime_type IS 'Media type of the receipt.';
COMMENT ON COLUMN civic.payments.receipt_size IS 'Bytes of the receipt.';
COMMENT ON COLUMN civic.payments.receipt_sha256 IS 'SHA-256 of the receipt.';
COMMENT ON COLUMN civic.payments.receipt_key IS 'Where the bytes of the receipt lie.';
COMMENT ON COLUMN civic.payments.paid_amount IS
    'What counts as paid: 0 until its invoice is verified, then amount_in_invoice of the deciding approval where that'
    ' is above 0, else received_amount; less what was refunded.';
COMMENT ON COLUMN civic.payments.refunded_amount IS 'Sum of its refunds.';
COMMENT ON COLUMN civic.payments.verified_by IS 'Person whose approval verified it; null while it is not verified.';
COMMENT ON COLUMN civic.payments.verified_at IS 'When it was verified; null while it is not.';
COMMENT ON COLUMN civic.payments.created_by IS 'Person who recorded it.';
COMMENT ON COLUMN civic.payments.created_at IS 'When it was recorded.';
COMMENT ON COLUMN civic.payments.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.payment_invoices (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    payment_id uuid NOT NULL,
    deal_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    invoice_number text NOT NULL,
    invoice_date date NOT NULL DEFAULT civic.today(),
    due_date date,
    amount numeric(15, 2) NOT NULL,
    tax_amount numeric(15, 2) NOT NULL DEFAULT 0,
    total_amount numeric(15, 2) NOT NULL GENERATED ALWAYS AS (amount + tax_amount) STORED,
    status civic.invoice_status NOT NULL DEFAULT 'pending',
    file_name civic.file_name,
    mime_type civic.mime_type,
    file_size civic.file_size,
    sha256 civic.sha256,
    storage_key civic.storage_key,
    remarks text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT payment_invoices_payment_fkey FOREIGN KEY (organization_id, payment_id)
        REFERENCES civic.payments (organization_id, id),
    CONSTRAINT payment_invoices_deal_fkey FOREIGN KEY (organization_id, deal_id)
        REFERENCES civic.deals (organization_id, id),
    CONSTRAINT payment_invoices_payment_key UNIQUE (organization_id, payment_id),
    CONSTRAINT payment_invoices_invoice_number_key UNIQUE (organization_id, invoice_number),
    CONSTRAINT payment_invoices_amount_check CHECK (amount BETWEEN 0.01 AND 999999999.99),
    CONSTRAINT payment_invoices_tax_amount_check CHECK (tax_amount BETWEEN 0 AND 999999999.99),
    CONSTRAINT payment_invoices_due_date_check CHECK (due_date >= invoice_date)
);
ALTER SEQUENCE civic.invoice_number_seq OWNED BY civic.payment_invoices.invoice_number;
CREATE INDEX payment_invoices_deal ON civic.payment_invoices (organization_id, deal_id);
CREATE INDEX payment_invoices_newest ON civic.payment_invoices (organization_id, created_at DESC, id DESC);
COMMENT ON TABLE civic.payment_invoices IS
    'The invoice of each payment, made with it. What its status is follows from the decisions on the payment; only'
    ' bad_debt is said by hand.';
COMMENT ON COLUMN civic.payment_invoices.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.payment_invoices.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.payment_invoices.payment_id IS 'Payment the invoice is for; one each.';
COMMENT ON COLUMN civic.payment_invoices.deal_id IS 'Deal of the payment.';
COMMENT ON COLUMN civic.payment_invoices.seller_id IS 'Salesperson of the deal; set by civic.';
COMMENT ON COLUMN civic.payment_invoices.invoice_number IS
    'INV- and a number of at least four digits, unique in the organization.';
COMMENT ON COLUMN civic.payment_invoices.invoice_date IS 'Day of the invoice.';
COMMENT ON COLUMN civic.payment_invoices.due_date IS 'Day by which it is due, not before invoice_date; null for none.';
COMMENT ON COLUMN civic.payment_invoices.amount IS 'Amount before tax, in the currency of the deal.';
COMMENT ON COLUMN civic.payment_invoices.tax_amount IS 'Tax, in the currency of the deal.';
COMMENT ON COLUMN civic.payment_invoices.total_amount IS 'amount and tax_amount together; computed.';
COMMENT ON COLUMN civic.payment_invoices.status IS 'Where the invoice stands; what is verified counts as paid.';
COMMENT ON COLUMN civic.payment_invoices.file_name IS 'Name of the file of the invoice; null for none.';
COMMENT ON COLUMN civic.payment_invoices.mime_type IS 'Media type of the file.';
COMMENT ON COLUMN civic.payment_invoices.file_size IS 'Bytes of the file.';
COMMENT ON COLUMN civic.payment_invoices.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN civic.payment_invoices.storage_key IS 'Where the bytes of the file lie.';
COMMENT ON COLUMN civic.payment_invoices.remarks IS 'Notes on the invoice.';
COMMENT ON COLUMN civic.payment_invoices.created_at IS 'When the invoice was made.';
COMMENT ON COLUMN civic.payment_invoices.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.payment_approvals (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    payment_id uuid NOT NULL,
    deal_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    approver_id uuid NOT NULL DEFAULT civic.current_user_id(),
    status civic.approval_status NOT NULL DEFAULT 'pending',
    verified_amount numeric(15, 2),
    amount_in_invoice numeric(15, 2) NOT NULL DEFAULT 0,
    failure_reason civic.failure_reason,
    verifier_remarks text,
    approval_remarks text,
    decided_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT payment_approvals_payment_fkey FOREIGN KEY (organization_id, payment_id)
        REFERENCES civic.payments (organization_id, id),
    CONSTRAINT payment_approvals_deal_fkey FOREIGN KEY (organization_id, deal_id)
        REFERENCES civic.deals (organization_id, id),
    CONSTRAINT payment_approvals_approver_fkey FOREIGN KEY (organization_id, approver_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT payment_approvals_verified_amount_check CHECK (verified_amount BETWEEN 0.01 AND 999999999.99),
    CONSTRAINT payment_approvals_amount_in_invoice_check CHECK (amount_in_invoice BETWEEN 0 AND 999999999.99),
    CONSTRAINT payment_approvals_approved_check CHECK (
        status <> 'approved' OR (verified_amount IS NOT NULL AND failure_reason IS NULL)
    ),
    CONSTRAINT payment_approvals_rejected_check CHECK (
        status <> 'rejected' OR failure_reason IS NOT NULL OR verifier_remarks ~ '\S'
    ),
    CONSTRAINT payment_approvals_decided_check CHECK (
        (decided_at IS NOT NULL) = (status IN ('approved', 'rejected') OR failure_reason IS NOT NULL)
    )
);
CREATE INDEX payment_approvals_payment ON civic.payment_approvals (organization_id, payment_id, decided_at);
CREATE INDEX payment_approvals_deal ON civic.payment_approvals (organization_id, deal_id);
CREATE INDEX payment_approvals_approver ON civic.payment_approvals (organization_id, approver_id);
COMMENT ON TABLE civic.payment_approvals IS
    'Examinations of payments. Only approved verifies a payment; rejected, or a failure reason, rejects it; of several'
    ' that are decided the latest counts. The status moves only along civic.workflow_transitions (workflow approval).';
COMMENT ON COLUMN civic.payment_approvals.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.payment_approvals.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.payment_approvals.payment_id IS 'Payment that is examined.';
COMMENT ON COLUMN civic.payment_approvals.deal_id IS 'Deal of the payment; set by civic.';
COMMENT ON COLUMN civic.payment_approvals.seller_id IS 'Salesperson of the deal; set by civic.';
COMMENT ON COLUMN civic.payment_approvals.approver_id IS 'Person who examines it.';
COMMENT ON COLUMN civic.payment_approvals.status IS 'Where the examination stands.';
COMMENT ON COLUMN civic.payment_approvals.verified_amount IS
    'What the verifier found to have come; above 0 and no more than received_amount; needed for approved.';
COMMENT ON COLUMN civic.payment_approvals.amount_in_invoice IS
    'What shall count as paid in place of received_amount; 0 for that.';
COMMENT ON COLUMN civic.payment_approvals.failure_reason IS 'Why the payment failed; null where it did not.';
COMMENT ON COLUMN civic.payment_approvals.verifier_remarks IS
    'Notes of the verifier; needed for rejected where no failure reason is given.';
COMMENT ON COLUMN civic.payment_approvals.approval_remarks IS 'Notes to the seller.';
COMMENT ON COLUMN civic.payment_approvals.decided_at IS
    'When it was approved, rejected or said to have failed; null while it is open. Set by civic.';
COMMENT ON COLUMN civic.payment_approvals.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.payment_approvals.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.payment_refunds (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    payment_id uuid NOT NULL,
    deal_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    amount numeric(15, 2) NOT NULL,
    refund_date date NOT NULL DEFAULT civic.today(),
    payment_method civic.payment_method NOT NULL,
    bank_reference text,
    reason text NOT NULL,
    created_by uuid NOT NULL DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT payment_refunds_payment_fkey FOREIGN KEY (organization_id, payment_id)
        REFERENCES civic.payments (organization_id, id),
    CONSTRAINT payment_refunds_deal_fkey FOREIGN KEY (organization_id, deal_id)
        REFERENCES civic.deals (organization_id, id),
    CONSTRAINT payment_refunds_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT payment_refunds_amount_check CHECK (amount BETWEEN 0.01 AND 999999999.99),
    CONSTRAINT payment_refunds_bank_reference_check CHECK (length(bank_reference) <= 100),
    CONSTRAINT payment_refunds_reason_check CHECK (length(reason) BETWEEN 1 AND 1000)
);
CREATE INDEX payment_refunds_payment ON civic.payment_refunds (organization_id, payment_id);
CREATE INDEX payment_refunds_deal ON civic.payment_refunds (organization_id, deal_id);
CREATE INDEX payment_refunds_created_by ON civic.payment_refunds (organization_id, created_by);
COMMENT ON TABLE civic.payment_refunds IS
    'Money given back, never changed. All refunds of a payment together are no more than what counted as paid (error'
    ' ZC110); when all is given back its invoice is refunded.';
COMMENT ON COLUMN civic.payment_refunds.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.payment_refunds.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.payment_refunds.payment_id IS 'Payment that is refunded; it must be verified (error ZC115).';
COMMENT ON COLUMN civic.payment_refunds.deal_id IS 'Deal of the payment; set by civic.';
COMMENT ON COLUMN civic.payment_refunds.seller_id IS 'Salesperson of the deal; set by civic.';
COMMENT ON COLUMN civic.payment_refunds.amount IS 'Money given back, in the currency of the deal.';
COMMENT ON COLUMN civic.payment_refunds.refund_date IS 'Day it was given back.';
COMMENT ON COLUMN civic.payment_refunds.payment_method IS 'How it was given back.';
COMMENT ON COLUMN civic.payment_refunds.bank_reference IS 'Reference of the bank, up to 100 characters.';
COMMENT ON COLUMN civic.payment_refunds.reason IS 'Why, in 1 to 1000 characters.';
COMMENT ON COLUMN civic.payment_refunds.created_by IS 'Person who gave it back.';
COMMENT ON COLUMN civic.payment_refunds.created_at IS 'When the refund was recorded.';

CREATE TABLE civic.commissions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    deal_id uuid,
    start_date date NOT NULL,
    end_date date NOT NULL,
    currency civic.currency_code NOT NULL DEFAULT 'USD',
    total_sales numeric(15, 2) NOT NULL DEFAULT 0,
    commission_rate numeric(5, 2) NOT NULL DEFAULT 5.00,
    exchange_rate numeric(12, 6) NOT NULL,
    bonus numeric(15, 2) NOT NULL DEFAULT 0,
    penalty numeric(15, 2) NOT NULL DEFAULT 0,
    commission_amount numeric(15, 2) NOT NULL
        GENERATED ALWAYS AS (round(total_sales * commission_rate / 100, 2)) STORED,
    total_commission numeric(15, 2) NOT NULL
        GENERATED ALWAYS AS (round(round(total_sales * commission_rate / 100, 2) * exchange_rate, 2) + bonus) STORED,
    total_receivable numeric(15, 2) NOT NULL
        GENERATED ALWAYS AS (round(round(total_sales * commission_rate / 100, 2) * exchange_rate, 2) + bonus - penalty)
        STORED,
    converted_amount numeric(15, 2) NOT NULL GENERATED ALWAYS AS (round(total_sales * exchange_rate, 2)) STORED,
    status civic.commission_status NOT NULL DEFAULT 'pending',
    paid_at timestamptz,
    lock_version integer NOT NULL DEFAULT 1,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT commissions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT commissions_deal_fkey FOREIGN KEY (organization_id, deal_id)
        REFERENCES civic.deals (organization_id, id),
    CONSTRAINT commissions_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT commissions_period_key UNIQUE NULLS NOT DISTINCT
        (organization_id, user_id, start_date, end_date, currency, deal_id),
    CONSTRAINT commissions_period_check CHECK (end_date >= start_date),
    CONSTRAINT commissions_rate_check CHECK (commission_rate BETWEEN 0 AND 100),
    CONSTRAINT commissions_exchange_rate_check CHECK (exchange_rate BETWEEN 0.000001 AND 10000),
    CONSTRAINT commissions_amounts_check CHECK (total_sales >= 0 AND bonus >= 0 AND penalty >= 0),
    CONSTRAINT commissions_paid_check CHECK ((status = 'paid') = (paid_at IS NOT NULL))
);
CREATE INDEX commissions_newest ON civic.commissions (organization_id, end_date DESC, id DESC);
CREATE INDEX commissions_deal ON civic.commissions (organization_id, deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX commissions_created_by ON civic.commissions (organization_id, created_by);
COMMENT ON TABLE civic.commissions IS
    'What salespeople earn by their verified deals of a period in one currency, or by one deal. Once paid or cancelled'
    ' the figures stay (error ZC116).';
COMMENT ON COLUMN civic.commissions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.commissions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.commissions.user_id IS 'Salesperson who earns it.';
COMMENT ON COLUMN civic.commissions.deal_id IS 'Deal it is for; null where it is for all of the period.';
COMMENT ON COLUMN civic.commissions.start_date IS 'First day of the period.';
COMMENT ON COLUMN civic.commissions.end_date IS 'Last day of the period.';
COMMENT ON COLUMN civic.commissions.currency IS 'Currency of the deals that count.';
COMMENT ON COLUMN civic.commissions.total_sales IS
    'Sum of the salesperson''s verified deals in this currency with deal_date in the period.';
COMMENT ON COLUMN civic.commissions.commission_rate IS 'Per cent of the sales, 0 to 100.';
COMMENT ON COLUMN civic.commissions.exchange_rate IS
    'Units of the organization''s own currency for one of this one, as it was when calculated.';
COMMENT ON COLUMN civic.commissions.bonus IS 'Added, in the organization''s own currency.';
COMMENT ON COLUMN civic.commissions.penalty IS 'Taken off, in the organization''s own currency.';
COMMENT ON COLUMN civic.commissions.commission_amount IS
    'total_sales * commission_rate / 100, rounded half up to cents; computed.';
COMMENT ON COLUMN civic.commissions.total_commission IS
    'commission_amount * exchange_rate, rounded half up to cents, and bonus; computed.';
COMMENT ON COLUMN civic.commissions.total_receivable IS 'total_commission less penalty; computed.';
COMMENT ON COLUMN civic.commissions.converted_amount IS
    'total_sales * exchange_rate, rounded half up to cents; computed.';
COMMENT ON COLUMN civic.commissions.status IS 'Where the commission stands.';
COMMENT ON COLUMN civic.commissions.paid_at IS 'When it was paid; null until then.';
COMMENT ON COLUMN civic.commissions.lock_version IS
    'Grows with each change. An update that names another value than the current one is refused (ZC111).';
COMMENT ON COLUMN civic.commissions.created_by IS 'Person who calculated it; null for the system.';
COMMENT ON COLUMN civic.commissions.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.commissions.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.daily_streaks (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    user_id uuid NOT NULL,
    day date NOT NULL,
    deals_closed integer NOT NULL DEFAULT 0,
    total_deal_value numeric(15, 2) NOT NULL DEFAULT 0,
    payments_received integer NOT NULL DEFAULT 0,
    is_active_day boolean NOT NULL DEFAULT false,
    streak_value numeric(3, 1) NOT NULL DEFAULT 0,
    streak_days integer NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, user_id, day),
    CONSTRAINT daily_streaks_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT daily_streaks_value_check CHECK (streak_value BETWEEN 0 AND 5),
    CONSTRAINT daily_streaks_counts_check
        CHECK (least(deals_closed, payments_received, streak_days) >= 0 AND total_deal_value >= 0)
) WITH (fillfactor = 85);
COMMENT ON TABLE civic.daily_streaks IS
    'A salesperson''s days. Follows from their deals and can be computed anew at any time; see'
    ' civic.recompute_streak().';
COMMENT ON COLUMN civic.daily_streaks.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.daily_streaks.user_id IS 'Salesperson.';
COMMENT ON COLUMN civic.daily_streaks.day IS 'The day.';
COMMENT ON COLUMN civic.daily_streaks.deals_closed IS 'Deals with this deal_date.';
COMMENT ON COLUMN civic.daily_streaks.total_deal_value IS
    'Their value in the organization''s own currency, by the rates of now.';
COMMENT ON COLUMN civic.daily_streaks.payments_received IS 'Payments the person recorded with this payment_date.';
COMMENT ON COLUMN civic.daily_streaks.is_active_day IS
    'One of the deals is worth 101 or more in its currency and its payment is initial or full.';
COMMENT ON COLUMN civic.daily_streaks.streak_value IS
    'Streak at the end of the day, 0 to 5: half a point up for an active day, half a point down for another.';
COMMENT ON COLUMN civic.daily_streaks.streak_days IS 'Active days in a row up to this one.';
