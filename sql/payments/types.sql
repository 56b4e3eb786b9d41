CREATE DOMAIN civic.currency_code AS pg_catalog.text
    CONSTRAINT currency_code_check CHECK (VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN civic.currency_code IS 'A currency by its three letters, such as USD (ISO 4217).';

CREATE TYPE civic.client_satisfaction AS ENUM ('neutral', 'satisfied', 'unsatisfied');
COMMENT ON TYPE civic.client_satisfaction IS 'How content a client is.';

CREATE TYPE civic.client_status AS ENUM ('pending', 'clear', 'bad_debt');
COMMENT ON TYPE civic.client_status IS 'State of a client''s account.';

CREATE TYPE civic.deal_payment_status AS ENUM ('initial_payment', 'partial_payment', 'full_payment');
COMMENT ON TYPE civic.deal_payment_status IS 'How far a deal is paid, by verified payments.';

CREATE TYPE civic.deal_verification_status AS ENUM ('pending', 'verified', 'rejected');
COMMENT ON TYPE civic.deal_verification_status IS
    'Whether a deal has been verified; only verified ones earn commission.';

CREATE TYPE civic.deal_client_status AS ENUM ('pending', 'loyal', 'bad_debt');
COMMENT ON TYPE civic.deal_client_status IS 'What the client of a deal turned out to be.';

CREATE TYPE civic.deal_version AS ENUM ('original', 'edited');
COMMENT ON TYPE civic.deal_version IS 'Whether a deal still stands as it was made.';

CREATE TYPE civic.deal_source AS ENUM ('linkedin', 'instagram', 'google', 'referral', 'others');
COMMENT ON TYPE civic.deal_source IS 'How a client was found.';

CREATE TYPE civic.payment_method AS ENUM ('wallet', 'bank', 'cheque', 'cash');
COMMENT ON TYPE civic.payment_method IS 'How money is paid.';

CREATE TYPE civic.payment_category AS ENUM ('advance', 'partial', 'final');
COMMENT ON TYPE civic.payment_category IS 'What a payment is to its deal; a final one leaves nothing open.';

CREATE TYPE civic.payment_status AS ENUM ('pending', 'processing', 'approved', 'rejected', 'completed');
COMMENT ON TYPE civic.payment_status IS
    'Where a payment stands: recorded, under review, approved or rejected by its latest decision, settled.';

CREATE TYPE civic.invoice_status AS ENUM ('pending', 'verified', 'rejected', 'refunded', 'bad_debt');
COMMENT ON TYPE civic.invoice_status IS 'Where an invoice stands; what is verified counts as paid.';

CREATE TYPE civic.approval_status AS ENUM ('pending', 'under_review', 'requires_info', 'approved', 'rejected');
COMMENT ON TYPE civic.approval_status IS 'Where the examination of a payment stands; only approved verifies it.';

CREATE TYPE civic.failure_reason AS ENUM (
    'insufficient_funds', 'bank_decline', 'technical_error', 'cheque_bounce', 'payment_received_not_reflected',
    'invalid_card'
);
COMMENT ON TYPE civic.failure_reason IS 'Why a payment failed.';

CREATE TYPE civic.commission_status AS ENUM ('pending', 'approved', 'paid', 'cancelled');
COMMENT ON TYPE civic.commission_status IS 'Where a commission stands; once paid or cancelled its figures stay.';

CREATE TYPE civic.payment_progress AS ENUM (
    'awaiting_first_payment', 'initial_payment_received', 'substantial_payment', 'near_completion', 'completed',
    'overpaid'
);
COMMENT ON TYPE civic.payment_progress IS
    'Paid share of a deal: nothing, under 25 per cent, under 75, under 100, up to 101, more.';

CREATE TYPE civic.sales_period AS ENUM ('daily', 'weekly', 'monthly', 'yearly');
COMMENT ON TYPE civic.sales_period IS 'The day, week (from Monday), month or year that is now.';
