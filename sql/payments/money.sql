CREATE FUNCTION civic_private.number_text(prefix text, sequence regclass) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number text := nextval(sequence)::text;
BEGIN
    RETURN prefix || lpad(number, greatest(4, length(number)), '0');
END
$$;
COMMENT ON FUNCTION civic_private.number_text(text, regclass) IS
    'The next number of a sequence with at least four digits, behind a prefix.';

CREATE FUNCTION civic_private.lock_deal(
    organization uuid, deal uuid, OUT amount numeric, OUT currency text, OUT created_by uuid
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Only what the asker can see, so that nobody can make others wait for rows they have nothing to do with.
    SELECT d.amount, d.currency, d.created_by INTO lock_deal.amount, lock_deal.currency, lock_deal.created_by
    FROM civic.deals AS d
    WHERE d.organization_id = lock_deal.organization AND d.id = lock_deal.deal
        AND (civic.is_system() OR (d.organization_id = civic.current_organization_id()
            AND civic_helpers.is_deal_visible(d.created_by)))
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'the deal does not exist',
            DETAIL = 'No deal with this id is visible to you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.lock_deal(uuid, uuid) IS
    'Locks a deal for whoever changes what is paid of it, and tells what it is worth and whose it is. Error 23503 where'
    ' the asker sees none.';

CREATE FUNCTION civic_private.check_payment() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deal record;
    received numeric;
    today date;
BEGIN
    IF NOT civic.has_permission('import:data') THEN
        NEW.transaction_id := NULL;
        NEW.paid_amount := 0;
        NEW.refunded_amount := 0;
        NEW.verified_by := NULL;
        NEW.verified_at := NULL;
        NEW.created_at := now();
    END IF;
    NEW.transaction_id := coalesce(NEW.transaction_id,
        civic_private.number_text('TXN-', 'civic.transaction_number_seq'));
    today := civic_private.today_of(NEW.organization_id);
    IF NOT civic.is_system() AND NEW.payment_date NOT BETWEEN today - 365 AND today THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC112',
            MESSAGE = format('a payment cannot be of %s', NEW.payment_date),
            DETAIL = format('It may be of %s to %s, in the time zone of the organization.', today - 365, today),
            HINT = 'Correct the date.', TABLE = 'payments', COLUMN = 'payment_date', SCHEMA = 'civic';
    END IF;
    SELECT d.* INTO deal FROM civic_private.lock_deal(NEW.organization_id, NEW.deal_id) AS d;
    NEW.seller_id := deal.created_by;
    IF NEW.status = 'rejected' THEN
        RETURN NEW;
    END IF;
    PERFORM civic_private.check_room(NEW.organization_id, NEW.deal_id, NEW.received_amount);
    received := civic_private.received_for(NEW.organization_id, NEW.deal_id);
    IF NEW.payment_category = 'final' AND deal.amount - received - NEW.received_amount > 0.01 THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC114',
            MESSAGE = 'the final payment leaves something open',
            DETAIL = format('The deal is worth %s %s; after it %s would be open.', deal.amount, deal.currency,
                deal.amount - received - NEW.received_amount),
            HINT = 'Call it partial, or pay all that is open.',
            TABLE = 'payments', COLUMN = 'payment_category', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_payment() IS
    'BEFORE INSERT row trigger on civic.payments: gives the transaction number, locks the deal and holds the payment'
    ' against what is open. Errors ZC110, ZC112, ZC114, 23503.';

CREATE FUNCTION civic_private.follow_payment() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deal record;
BEGIN
    INSERT INTO civic.payment_invoices (organization_id, payment_id, deal_id, seller_id, invoice_number, invoice_date,
        amount)
    VALUES (NEW.organization_id, NEW.id, NEW.deal_id, NEW.seller_id,
        civic_private.number_text('INV-', 'civic.invoice_number_seq'), civic_private.today_of(NEW.organization_id),
        NEW.received_amount);
    UPDATE civic.deals AS d SET payment_count = d.payment_count + 1
    WHERE d.organization_id = NEW.organization_id AND d.id = NEW.deal_id
    RETURNING d.deal_no, d.currency INTO deal;
    UPDATE civic.daily_streaks AS s SET payments_received = s.payments_received + 1
    WHERE s.organization_id = NEW.organization_id AND s.user_id = NEW.created_by AND s.day = NEW.payment_date;
    PERFORM civic_private.notify_people(NEW.organization_id,
        civic_private.sales_audience(NEW.organization_id, NEW.seller_id, '{approve_commission,verify_payments}'),
        'payment_received', 'payment', NEW.id, jsonb_build_object('transaction_id', NEW.transaction_id,
            'amount', NEW.received_amount::text, 'currency', deal.currency, 'deal_no', deal.deal_no,
            'seller', civic_private.name_of(NEW.organization_id, NEW.seller_id)));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_payment() IS
    'AFTER INSERT row trigger on civic.payments: makes the invoice, counts the payment in its deal, and tells'
    ' verifiers, administrators and team leads.';

CREATE FUNCTION civic_private.check_approval() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    payment record;
    is_decided boolean := NEW.status IN ('approved', 'rejected') OR NEW.failure_reason IS NOT NULL;
BEGIN
    SELECT p.deal_id, p.seller_id, p.received_amount INTO payment FROM civic.payments AS p
    WHERE p.organization_id = NEW.organization_id AND p.id = NEW.payment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'the payment does not exist',
            HINT = 'Check the id, and who you are signed in as.', TABLE = TG_TABLE_NAME, COLUMN = 'payment_id',
            SCHEMA = 'civic';
    END IF;
    NEW.deal_id := payment.deal_id;
    NEW.seller_id := payment.seller_id;
    IF TG_OP = 'INSERT' AND NOT civic.has_permission('import:data') THEN
        NEW.created_at := now();
    END IF;
    -- Two that decide at once follow each other; the second is the later one, whenever its transaction began.
    PERFORM civic_private.lock_deal(NEW.organization_id, NEW.deal_id);
    IF NEW.status = 'approved' AND coalesce(NEW.verified_amount NOT BETWEEN 0.01 AND payment.received_amount, true) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC002',
            MESSAGE = 'a payment cannot be approved without the amount that was verified',
            DETAIL = format('It must be above 0 and no more than the %s received; it is %s.', payment.received_amount,
                coalesce(NEW.verified_amount::text, 'missing')),
            HINT = 'Set column "verified_amount" in the same update.',
            TABLE = 'payment_approvals', COLUMN = 'verified_amount', SCHEMA = 'civic';
    END IF;
    IF NEW.status = 'approved' AND NEW.failure_reason IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC002',
            MESSAGE = 'a payment that failed cannot be approved',
            DETAIL = format('The failure reason is "%s".', NEW.failure_reason),
            HINT = 'Set column "failure_reason" to null in the same update, or reject the payment.',
            TABLE = 'payment_approvals', COLUMN = 'failure_reason', SCHEMA = 'civic';
    END IF;
    IF NEW.status = 'rejected' AND NEW.failure_reason IS NULL AND coalesce(NEW.verifier_remarks !~ '\S', true) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC002',
            MESSAGE = 'a payment cannot be rejected without a reason',
            DETAIL = 'Neither a failure reason nor remarks of the verifier are given.',
            HINT = 'Set column "failure_reason" or "verifier_remarks" in the same update.',
            TABLE = 'payment_approvals', COLUMN = 'verifier_remarks', SCHEMA = 'civic';
    END IF;
    IF NOT is_decided THEN
        NEW.decided_at := NULL;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.decided_at IS NULL OR NOT civic.has_permission('import:data') THEN
            NEW.decided_at := clock_timestamp();
        END IF;
    ELSIF (NEW.status, NEW.failure_reason) IS DISTINCT FROM (OLD.status, OLD.failure_reason) THEN
        NEW.decided_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_approval() IS
    'BEFORE row trigger on civic.payment_approvals: locks the deal, asks for the amount of an approval and the reason'
    ' of a rejection (error ZC002), and notes when it was decided.';

CREATE FUNCTION civic_private.settle_payment() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := NEW.organization_id;
    payment record;
    invoice_state civic.invoice_status;
    payment_state civic.payment_status;
    decision record;
    is_approved boolean;
    counted numeric;
BEGIN
    SELECT p.transaction_id, p.status, p.received_amount, p.refunded_amount INTO payment FROM civic.payments AS p
    WHERE p.organization_id = organization AND p.id = NEW.payment_id;
    SELECT a.status, a.approver_id, a.amount_in_invoice, a.decided_at INTO decision FROM civic.payment_approvals AS a
    WHERE a.organization_id = organization AND a.payment_id = NEW.payment_id AND a.decided_at IS NOT NULL
    ORDER BY a.decided_at DESC, a.id DESC LIMIT 1;
    is_approved := decision.status IS NOT DISTINCT FROM 'approved'::civic.approval_status;
    IF is_approved THEN
        counted := CASE WHEN decision.amount_in_invoice > 0 THEN decision.amount_in_invoice
            ELSE payment.received_amount END;
        payment_state := CASE payment.status WHEN 'completed' THEN 'completed' ELSE 'approved' END;
        invoice_state := CASE WHEN payment.refunded_amount >= counted THEN 'refunded' ELSE 'verified' END;
    ELSE
        counted := 0;
        payment_state := CASE WHEN decision.status IS NULL THEN 'processing' ELSE 'rejected' END;
        invoice_state := CASE WHEN decision.status IS NULL THEN 'pending' ELSE 'rejected' END;
    END IF;
    -- What was rejected left room for other payments; it must still be there.
    IF payment.status = 'rejected' AND payment_state <> 'rejected' THEN
        PERFORM civic_private.check_room(organization, NEW.deal_id, payment.received_amount - payment.refunded_amount);
    END IF;
    UPDATE civic.payments AS p SET status = payment_state,
        paid_amount = greatest(counted - p.refunded_amount, 0),
        verified_by = CASE WHEN is_approved THEN decision.approver_id END,
        verified_at = CASE WHEN is_approved THEN decision.decided_at END
    WHERE p.organization_id = organization AND p.id = NEW.payment_id;
    -- What was given back stays given back.
    UPDATE civic.payment_invoices AS i SET status = invoice_state
    WHERE i.organization_id = organization AND i.payment_id = NEW.payment_id AND i.status <> invoice_state
        AND (i.status <> 'refunded' OR is_approved);
    PERFORM civic_private.refresh_deal(organization, NEW.deal_id);
    IF payment_state <> payment.status AND payment_state <> 'processing' THEN
        PERFORM civic_private.notify(organization, NEW.seller_id, 'payment_decided', 'payment', NEW.payment_id, (
            SELECT jsonb_build_object('transaction_id', payment.transaction_id,
                'amount', payment.received_amount::text, 'currency', d.currency, 'deal_no', d.deal_no,
                'status', payment_state, 'reason', coalesce(NEW.approval_remarks, NEW.failure_reason::text))
            FROM civic.deals AS d WHERE d.organization_id = organization AND d.id = NEW.deal_id
        ));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.settle_payment() IS
    'AFTER row trigger on civic.payment_approvals: payment, invoice and deal follow the latest decision, of which the'
    ' salesperson is told.';

CREATE FUNCTION civic_private.refresh_deal(organization uuid, deal uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    paid numeric := (
        SELECT coalesce(sum(p.paid_amount), 0) FROM civic.payments AS p
        WHERE p.organization_id = refresh_deal.organization AND p.deal_id = refresh_deal.deal
    );
BEGIN
    UPDATE civic.deals AS d SET paid_amount = paid,
        payment_status = CASE WHEN paid > 0 AND d.amount - paid <= 0.01 THEN 'full_payment'
            WHEN paid > 0 AND d.payment_status = 'initial_payment' THEN 'partial_payment'
            ELSE d.payment_status END
    WHERE d.organization_id = refresh_deal.organization AND d.id = refresh_deal.deal;
END
$$;
COMMENT ON FUNCTION civic_private.refresh_deal(uuid, uuid) IS
    'Sums up what is paid of a deal and moves its payment status forward. For who holds the lock on the deal.';

CREATE FUNCTION civic_private.check_refund() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    payment record;
BEGIN
    SELECT p.deal_id, p.seller_id INTO payment FROM civic.payments AS p
    WHERE p.organization_id = NEW.organization_id AND p.id = NEW.payment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'the payment does not exist',
            HINT = 'Check the id, and who you are signed in as.', TABLE = TG_TABLE_NAME, COLUMN = 'payment_id',
            SCHEMA = 'civic';
    END IF;
    NEW.deal_id := payment.deal_id;
    NEW.seller_id := payment.seller_id;
    IF NOT civic.has_permission('import:data') THEN
        NEW.created_at := now();
    END IF;
    PERFORM civic_private.lock_deal(NEW.organization_id, NEW.deal_id);
    SELECT p.paid_amount, p.status INTO payment FROM civic.payments AS p
    WHERE p.organization_id = NEW.organization_id AND p.id = NEW.payment_id;
    IF payment.status NOT IN ('approved', 'completed') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC115',
            MESSAGE = 'only verified payments are refunded',
            DETAIL = format('The status of the payment is "%s".', payment.status),
            HINT = 'A payment that is not verified is rejected instead.',
            TABLE = 'payment_refunds', COLUMN = 'payment_id', SCHEMA = 'civic';
    END IF;
    IF NEW.amount > payment.paid_amount THEN
        PERFORM civic_private.refuse_amount('payment_refunds', 'the refund is more than what is paid',
            format('%s of the payment count as paid.', payment.paid_amount), 'Give back no more than that.');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_refund() IS
    'BEFORE INSERT row trigger on civic.payment_refunds: locks the deal and holds the refund against what is paid.'
    ' Errors ZC110, ZC115, 23503.';

CREATE FUNCTION civic_private.follow_refund() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    left_over numeric;
BEGIN
    UPDATE civic.payments AS p SET refunded_amount = p.refunded_amount + NEW.amount,
        paid_amount = p.paid_amount - NEW.amount
    WHERE p.organization_id = NEW.organization_id AND p.id = NEW.payment_id
    RETURNING p.paid_amount INTO left_over;
    IF left_over = 0 THEN
        UPDATE civic.payment_invoices AS i SET status = 'refunded'
        WHERE i.organization_id = NEW.organization_id AND i.payment_id = NEW.payment_id AND i.status <> 'refunded';
    END IF;
    PERFORM civic_private.refresh_deal(NEW.organization_id, NEW.deal_id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_refund() IS
    'AFTER INSERT row trigger on civic.payment_refunds: payment, invoice and deal follow.';

CREATE FUNCTION civic_private.check_note() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.seller_id := (
        SELECT d.created_by FROM civic.deals AS d
        WHERE d.organization_id = NEW.organization_id AND d.id = NEW.deal_id
    );
    IF NOT civic.has_permission('import:data') THEN
        NEW.created_at := now();
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_note() IS
    'BEFORE INSERT row trigger on civic.deal_notes: notes whose deal it is.';
