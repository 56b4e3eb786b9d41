CREATE FUNCTION civic_helpers.require_deal(deal_id uuid) RETURNS civic.deals
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.deals;
BEGIN
    SELECT d.* INTO result FROM civic.deals AS d
    WHERE d.organization_id = civic.current_organization_id() AND d.id = require_deal.deal_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the deal does not exist',
            DETAIL = 'No deal with this id is visible to you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic_helpers.require_deal(uuid) IS
    'The deal. Error PT404 when there is none that the asker can see.';

CREATE FUNCTION civic.create_client(
    name text, email text, phone text DEFAULT NULL, address text DEFAULT NULL, nationality text DEFAULT NULL,
    remarks text DEFAULT NULL
) RETURNS civic.clients
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.clients;
BEGIN
    INSERT INTO civic.clients AS c (name, email, phone, address, nationality, remarks)
    VALUES (create_client.name, create_client.email, create_client.phone, create_client.address,
        create_client.nationality, create_client.remarks)
    RETURNING c.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.create_client(text, text, text, text, text, text) IS
    'Adds a client of the asker and returns it. Errors: 42501 not open to the caller, 23505 e-mail known, 23514'
    ' malformed.';

CREATE FUNCTION civic.create_deal(
    client_id uuid, amount numeric, payment_method civic.payment_method, deal_name text DEFAULT '',
    currency text DEFAULT 'USD', source civic.deal_source DEFAULT 'others', deal_date date DEFAULT NULL,
    due_date date DEFAULT NULL, project_id uuid DEFAULT NULL, remarks text DEFAULT NULL
) RETURNS civic.deals
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.deals;
BEGIN
    PERFORM civic_helpers.check_money(create_deal.amount);
    INSERT INTO civic.deals AS d (client_id, amount, payment_method, deal_name, currency, source, deal_date, due_date,
        project_id, remarks)
    VALUES (create_deal.client_id, create_deal.amount, create_deal.payment_method, create_deal.deal_name,
        create_deal.currency, create_deal.source, coalesce(create_deal.deal_date, civic.today()),
        create_deal.due_date, create_deal.project_id, create_deal.remarks)
    RETURNING d.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.create_deal(
    uuid, numeric, civic.payment_method, text, text, civic.deal_source, date, date, uuid, text
) IS
    'Records a deal of the asker and returns it with its number. Of today unless a day is given. Errors: 42501 not open'
    ' to the caller, 22003 more than two decimals, 23503 unknown client, project or currency, 23514 amount or due date'
    ' out of range.';

CREATE FUNCTION civic.update_deal(
    deal_id uuid, lock_version integer, amount numeric DEFAULT NULL, payment_method civic.payment_method DEFAULT NULL,
    deal_name text DEFAULT NULL, currency text DEFAULT NULL, source civic.deal_source DEFAULT NULL,
    deal_date date DEFAULT NULL, due_date date DEFAULT NULL, client_id uuid DEFAULT NULL,
    project_id uuid DEFAULT NULL, remarks text DEFAULT NULL, client_status civic.deal_client_status DEFAULT NULL
) RETURNS civic.deals
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.deals;
BEGIN
    PERFORM civic_helpers.check_money(update_deal.amount);
    UPDATE civic.deals AS d SET
        lock_version = update_deal.lock_version,
        amount = coalesce(update_deal.amount, d.amount),
        payment_method = coalesce(update_deal.payment_method, d.payment_method),
        deal_name = coalesce(update_deal.deal_name, d.deal_name),
        currency = coalesce(update_deal.currency, d.currency),
        source = coalesce(update_deal.source, d.source),
        deal_date = coalesce(update_deal.deal_date, d.deal_date),
        due_date = coalesce(update_deal.due_date, d.due_date),
        client_id = coalesce(update_deal.client_id, d.client_id),
        project_id = coalesce(update_deal.project_id, d.project_id),
        remarks = coalesce(update_deal.remarks, d.remarks),
        client_status = coalesce(update_deal.client_status, d.client_status)
    WHERE d.organization_id = civic.current_organization_id() AND d.id = update_deal.deal_id
    RETURNING d.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.require_deal(update_deal.deal_id);
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not change this deal',
            DETAIL = 'That needs permission "edit_deal".';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.update_deal(
    uuid, integer, numeric, civic.payment_method, text, text, civic.deal_source, date, date, uuid, uuid, text,
    civic.deal_client_status
) IS
    'Changes what is given of a deal that the caller read with this lock_version, and returns it. Errors: ZC111 it was'
    ' changed since, ZC110 worth less than was received, ZC004 or 42501 not open to the caller, PT404 no such deal.';

CREATE FUNCTION civic.log_deal_activity(deal_id uuid, note text) RETURNS civic.deal_notes
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.deal_notes;
BEGIN
    PERFORM civic_helpers.require_deal(log_deal_activity.deal_id);
    INSERT INTO civic.deal_notes AS n (deal_id, note) VALUES (log_deal_activity.deal_id, log_deal_activity.note)
    RETURNING n.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.log_deal_activity(uuid, text) IS
    'Writes a note into the history of a deal. Errors: 42501 not open to the caller, 23514 empty or longer than 2000'
    ' characters, PT404 no such deal.';

CREATE FUNCTION civic.record_payment(
    deal_id uuid, received_amount numeric, payment_method civic.payment_method,
    payment_category civic.payment_category DEFAULT 'partial', payment_date date DEFAULT NULL,
    cheque_number text DEFAULT NULL, bank_reference text DEFAULT NULL, remarks text DEFAULT NULL,
    idempotency_key text DEFAULT NULL
) RETURNS civic.payments
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.payments;
BEGIN
    PERFORM civic_helpers.check_money(record_payment.received_amount);
    PERFORM civic_helpers.require_deal(record_payment.deal_id);
    -- A replay waits in the unique index for the call it repeats.
    INSERT INTO civic.payments AS p (deal_id, received_amount, payment_method, payment_category, payment_date,
        cheque_number, bank_reference, remarks, idempotency_key)
    SELECT record_payment.deal_id, record_payment.received_amount, record_payment.payment_method,
        record_payment.payment_category, coalesce(record_payment.payment_date, civic.today()),
        record_payment.cheque_number, record_payment.bank_reference, record_payment.remarks,
        record_payment.idempotency_key
    WHERE NOT EXISTS (
        SELECT FROM civic.payments AS k
        WHERE k.organization_id = civic.current_organization_id()
            AND k.idempotency_key = record_payment.idempotency_key
    )
    RETURNING p.* INTO result;
    IF NOT FOUND THEN
        result := civic_helpers.replayed_payment(record_payment.idempotency_key, record_payment.deal_id,
            record_payment.received_amount);
    END IF;
    RETURN result;
EXCEPTION WHEN unique_violation OR SQLSTATE 'ZC110' OR SQLSTATE 'ZC114' THEN
    -- The other call may have recorded it, and with it used up what was open, while this one waited for the deal.
    result := civic_helpers.replayed_payment(record_payment.idempotency_key, record_payment.deal_id,
        record_payment.received_amount);
    IF result.id IS NULL THEN
        RAISE;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.record_payment(
    uuid, numeric, civic.payment_method, civic.payment_category, date, text, text, text, text
) IS
    'Records money received for a deal and returns the payment; its invoice is made with it. Called again with the same'
    ' idempotency_key it returns the payment that is stored. Errors: ZC110 more than what is open, ZC112 date, ZC113'
    ' key used for another payment, ZC114 final payment leaves something open, 22003 more than two decimals, 23505'
    ' cheque known, 23514 cheque number, 42501 not open to the caller, PT404 no such deal.';

CREATE FUNCTION civic_helpers.replayed_payment(idempotency_key text, deal_id uuid, received_amount numeric)
    RETURNS civic.payments
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.payments;
BEGIN
    SELECT p.* INTO result FROM civic.payments AS p
    WHERE p.organization_id = civic.current_organization_id()
        AND p.idempotency_key = replayed_payment.idempotency_key;
    IF FOUND AND (result.deal_id <> replayed_payment.deal_id
        OR result.received_amount <> replayed_payment.received_amount) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC113',
            MESSAGE = 'the key was used for another payment',
            DETAIL = format('It recorded %s of %s.', result.transaction_id, result.received_amount),
            HINT = 'Use a new key for a new payment.',
            TABLE = 'payments', COLUMN = 'idempotency_key', SCHEMA = 'civic';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic_helpers.replayed_payment(text, uuid, numeric) IS
    'The payment an idempotency key recorded, or null. Error ZC113 where deal or amount are others.';

CREATE FUNCTION civic.decide_payment(
    payment_id uuid, status civic.approval_status, verified_amount numeric DEFAULT NULL,
    amount_in_invoice numeric DEFAULT 0, failure_reason civic.failure_reason DEFAULT NULL,
    verifier_remarks text DEFAULT NULL, approval_remarks text DEFAULT NULL
) RETURNS civic.payment_approvals
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.payment_approvals;
BEGIN
    PERFORM civic_helpers.check_money(decide_payment.verified_amount),
        civic_helpers.check_money(decide_payment.amount_in_invoice);
    IF NOT EXISTS (
        SELECT FROM civic.payments AS p
        WHERE p.organization_id = civic.current_organization_id() AND p.id = decide_payment.payment_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the payment does not exist',
            DETAIL = 'No payment with this id is visible to you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    -- The examination that is open goes on; where none is, or it is refused a move, a new one says what holds now.
    UPDATE civic.payment_approvals AS a SET
        status = decide_payment.status,
        approver_id = coalesce(civic.current_user_id(), a.approver_id),
        verified_amount = coalesce(decide_payment.verified_amount, a.verified_amount),
        amount_in_invoice = decide_payment.amount_in_invoice,
        failure_reason = decide_payment.failure_reason,
        verifier_remarks = coalesce(decide_payment.verifier_remarks, a.verifier_remarks),
        approval_remarks = coalesce(decide_payment.approval_remarks, a.approval_remarks)
    WHERE a.organization_id = civic.current_organization_id() AND a.payment_id = decide_payment.payment_id
        AND a.decided_at IS NULL AND a.id = (
            SELECT max(o.id::text)::uuid FROM civic.payment_approvals AS o
            WHERE o.organization_id = civic.current_organization_id() AND o.payment_id = decide_payment.payment_id
        )
    RETURNING a.* INTO result;
    IF NOT FOUND THEN
        INSERT INTO civic.payment_approvals AS a (payment_id, status, verified_amount, amount_in_invoice,
            failure_reason, verifier_remarks, approval_remarks)
        VALUES (decide_payment.payment_id, decide_payment.status, decide_payment.verified_amount,
            decide_payment.amount_in_invoice, decide_payment.failure_reason, decide_payment.verifier_remarks,
            decide_payment.approval_remarks)
        RETURNING a.* INTO result;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.decide_payment(
    uuid, civic.approval_status, numeric, numeric, civic.failure_reason, text, text
) IS
    'Examines a payment: takes it under review, asks for more, approves or rejects it. The examination that is open'
    ' goes on; after a decision a new one begins, and the latest decision counts. Errors: ZC002 amount or reason'
    ' missing, ZC003 or 42501 not open to the caller, ZC110 no longer open, 22003 more than two decimals, PT404 no such'
    ' payment.';

CREATE FUNCTION civic.refund_payment(
    payment_id uuid, amount numeric, reason text, payment_method civic.payment_method DEFAULT 'bank',
    refund_date date DEFAULT NULL, bank_reference text DEFAULT NULL
) RETURNS civic.payment_refunds
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.payment_refunds;
BEGIN
    PERFORM civic_helpers.check_money(refund_payment.amount);
    INSERT INTO civic.payment_refunds AS r (payment_id, amount, reason, payment_method, refund_date, bank_reference)
    VALUES (refund_payment.payment_id, refund_payment.amount, refund_payment.reason, refund_payment.payment_method,
        coalesce(refund_payment.refund_date, civic.today()), refund_payment.bank_reference)
    RETURNING r.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.refund_payment(uuid, numeric, text, civic.payment_method, date, text) IS
    'Gives back all of a verified payment, or a part. Errors: ZC110 more than what is paid, ZC115 not verified, 22003'
    ' more than two decimals, 23503 no such payment, 42501 not open to the caller.';

CREATE FUNCTION civic.calculate_commission(
    user_id uuid, start_date date, end_date date, currency text DEFAULT 'USD', commission_rate numeric DEFAULT NULL,
    bonus numeric DEFAULT NULL, penalty numeric DEFAULT NULL, exchange_rate numeric DEFAULT NULL,
    deal_id uuid DEFAULT NULL
) RETURNS civic.commissions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    result civic.commissions;
BEGIN
    IF NOT (civic.has_permission('create_commission') AND civic.has_permission('edit_commission')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not calculate commissions',
            DETAIL = 'That needs permissions "create_commission" and "edit_commission".';
    END IF;
    PERFORM civic_helpers.check_money(calculate_commission.bonus),
        civic_helpers.check_money(calculate_commission.penalty);
    INSERT INTO civic.commissions AS c (organization_id, user_id, start_date, end_date, currency, total_sales,
        commission_rate, bonus, penalty, exchange_rate, deal_id)
    VALUES (organization, calculate_commission.user_id, calculate_commission.start_date,
        calculate_commission.end_date, calculate_commission.currency,
        civic_private.sales_of(organization, calculate_commission.user_id, calculate_commission.start_date,
            calculate_commission.end_date, calculate_commission.currency, calculate_commission.deal_id),
        coalesce(calculate_commission.commission_rate, 5.00), coalesce(calculate_commission.bonus, 0),
        coalesce(calculate_commission.penalty, 0), calculate_commission.exchange_rate, calculate_commission.deal_id)
    ON CONFLICT ON CONSTRAINT commissions_period_key DO UPDATE SET
        total_sales = civic_private.sales_of(c.organization_id, c.user_id, c.start_date, c.end_date, c.currency,
            c.deal_id),
        commission_rate = coalesce(calculate_commission.commission_rate, c.commission_rate),
        bonus = coalesce(calculate_commission.bonus, c.bonus),
        penalty = coalesce(calculate_commission.penalty, c.penalty),
        exchange_rate = coalesce(calculate_commission.exchange_rate, c.exchange_rate)
    RETURNING c.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.calculate_commission(
    uuid, date, date, text, numeric, numeric, numeric, numeric, uuid
) IS
    'Calculates what a salesperson earns by their verified deals of a period and currency, or by one of them; again, it'
    ' brings the row up to date, and what is not given stays. 5 per cent and the rate of civic.currencies unless given.'
    ' Errors: ZC116 paid or cancelled, 23503 no such person or deal, 23514 out of range, 42501 not open to the caller.';

CREATE FUNCTION civic.calculate_commissions(
    start_date date, end_date date, user_ids uuid[] DEFAULT NULL, commission_rate numeric DEFAULT NULL
) RETURNS SETOF civic.commissions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seller record;
BEGIN
    -- In the order of people, so that two who do this at once do not wait for each other in a ring.
    FOR seller IN
        SELECT DISTINCT d.created_by, d.currency::text AS currency FROM civic.deals AS d
        WHERE d.organization_id = civic.current_organization_id() AND d.verification_status = 'verified'
            AND d.deal_date BETWEEN calculate_commissions.start_date AND calculate_commissions.end_date
            AND (calculate_commissions.user_ids IS NULL OR d.created_by = ANY (calculate_commissions.user_ids))
            AND NOT EXISTS (
                SELECT FROM civic.commissions AS c
                WHERE c.organization_id = d.organization_id AND c.user_id = d.created_by
                    AND c.start_date = calculate_commissions.start_date AND c.end_date = calculate_commissions.end_date
                    AND c.currency = d.currency AND c.deal_id IS NULL AND c.status IN ('paid', 'cancelled')
            )
        ORDER BY d.created_by, 2
    LOOP
        RETURN NEXT civic.calculate_commission(seller.created_by, calculate_commissions.start_date,
            calculate_commissions.end_date, seller.currency, calculate_commissions.commission_rate);
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.calculate_commissions(date, date, uuid[], numeric) IS
    'civic.calculate_commission() for everybody with verified deals in the period, or for those named, and every'
    ' currency; what is paid or cancelled is left out. Errors as there.';

CREATE FUNCTION civic.update_commissions(
    commission_ids uuid[], commission_rate numeric DEFAULT NULL, bonus numeric DEFAULT NULL,
    penalty numeric DEFAULT NULL, exchange_rate numeric DEFAULT NULL
) RETURNS SETOF civic.commissions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    commission uuid;
    result civic.commissions;
BEGIN
    PERFORM civic_helpers.check_money(update_commissions.bonus), civic_helpers.check_money(update_commissions.penalty);
    FOR commission IN SELECT DISTINCT i.id FROM unnest(update_commissions.commission_ids) AS i (id) ORDER BY 1 LOOP
        UPDATE civic.commissions AS c SET
            commission_rate = coalesce(update_commissions.commission_rate, c.commission_rate),
            bonus = coalesce(update_commissions.bonus, c.bonus),
            penalty = coalesce(update_commissions.penalty, c.penalty),
            exchange_rate = coalesce(update_commissions.exchange_rate, c.exchange_rate)
        WHERE c.organization_id = civic.current_organization_id() AND c.id = commission
        RETURNING c.* INTO result;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'PT404',
                MESSAGE = format('commission "%s" does not exist', commission),
                DETAIL = 'No commission with this id can be changed by you.';
        END IF;
        RETURN NEXT result;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.update_commissions(uuid[], numeric, numeric, numeric, numeric) IS
    'Changes what is given of several commissions, all or none. Errors: ZC116 one is paid or cancelled, 23514 out of'
    ' range, PT404 one that the caller cannot change.';

CREATE FUNCTION civic.reconcile_commissions(dry_run boolean DEFAULT true) RETURNS TABLE (
    commission_id uuid, user_id uuid, start_date date, end_date date, currency text, status civic.commission_status,
    recorded_sales numeric, actual_sales numeric, recorded_commission numeric, actual_commission numeric,
    is_fixed boolean
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    actual record;
BEGIN
    IF NOT civic.has_permission('view_all_commissions')
        OR NOT (reconcile_commissions.dry_run OR civic.has_permission('approve_commission')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not reconcile commissions',
            DETAIL = 'A dry run needs permission "view_all_commissions", fixing also "approve_commission".';
    END IF;
    FOR actual IN
        SELECT c.*, s.sales, round(round(s.sales * c.commission_rate / 100, 2) * c.exchange_rate, 2) + c.bonus AS due
        FROM civic.commissions AS c
        CROSS JOIN LATERAL civic_private.sales_of(c.organization_id, c.user_id, c.start_date, c.end_date, c.currency,
            c.deal_id) AS s (sales)
        WHERE c.organization_id = organization
            AND abs(s.sales - c.total_sales) > 0.01
        ORDER BY c.id
    LOOP
        commission_id := actual.id;
        user_id := actual.user_id;
        start_date := actual.start_date;
        end_date := actual.end_date;
        currency := actual.currency;
        status := actual.status;
        recorded_sales := actual.total_sales;
        actual_sales := actual.sales;
        recorded_commission := actual.total_commission;
        actual_commission := actual.due;
        is_fixed := false;
        IF NOT reconcile_commissions.dry_run AND actual.status NOT IN ('paid', 'cancelled') THEN
            -- Computed again under the lock of the row.
            UPDATE civic.commissions AS c SET total_sales = civic_private.sales_of(c.organization_id, c.user_id,
                c.start_date, c.end_date, c.currency, c.deal_id)
            WHERE c.organization_id = organization AND c.id = actual.id AND c.status NOT IN ('paid', 'cancelled');
            is_fixed := FOUND;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.reconcile_commissions(boolean) IS
    'Sums up all sales anew and lists the commissions whose record is off by more than 0.01. Unless it is a dry run'
    ' they are put right, but for those that are paid or cancelled. Error 42501 not open to the caller.';

CREATE FUNCTION civic.recompute_streak(user_id uuid DEFAULT civic.current_user_id()) RETURNS numeric
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    first_day date;
BEGIN
    IF recompute_streak.user_id IS DISTINCT FROM civic.current_user_id() AND NOT civic.has_permission('edit_user') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not compute the streak of others',
            DETAIL = 'That needs permission "edit_user".';
    END IF;
    SELECT least(min(d.deal_date), (
        SELECT min(s.day) FROM civic.daily_streaks AS s
        WHERE s.organization_id = organization AND s.user_id = recompute_streak.user_id
    )) INTO first_day FROM civic.deals AS d
    WHERE d.organization_id = organization AND d.created_by = recompute_streak.user_id;
    IF first_day IS NOT NULL THEN
        PERFORM civic_private.refresh_streak(organization, recompute_streak.user_id, first_day,
            civic.today() - 1);
    END IF;
    RETURN (
        SELECT u.current_streak FROM civic.users AS u
        WHERE u.organization_id = organization AND u.id = recompute_streak.user_id
    );
END
$$;
COMMENT ON FUNCTION civic.recompute_streak(uuid) IS
    'Computes all days of a salesperson anew up to yesterday, missing ones included, and returns the streak. To be'
    ' called when somebody signs in; civic.run_payment_jobs() does it for all. Error 42501 for others without'
    ' permission edit_user.';
