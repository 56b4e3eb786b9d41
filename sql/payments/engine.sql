CREATE FUNCTION civic_private.today_of(organization uuid) RETURNS date
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT (now() AT TIME ZONE o.time_zone)::date FROM civic.organizations AS o
        WHERE o.id = today_of.organization
    );
END
$$;
COMMENT ON FUNCTION civic_private.today_of(uuid) IS 'The day it is in the time zone of an organization.';

CREATE FUNCTION civic.today() RETURNS date
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN civic_private.today_of(civic.current_organization_id());
END
$$;
COMMENT ON FUNCTION civic.today() IS
    'The day it is in the time zone of the current organization; null where there is none.';

CREATE FUNCTION civic_helpers.is_deal_visible(created_by uuid) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_is_deal_visible';
COMMENT ON FUNCTION civic_helpers.is_deal_visible(uuid) IS
    'Whether a deal of the current organization that this person made, with its payments, is shown to the asker: they'
    ' may see all deals, or verify, or it is their own. The one place of the rule: row policies and functions use it.';

CREATE FUNCTION civic_helpers.payment_percent(paid numeric, value numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN value = 0 THEN 0 ELSE round(paid * 100 / value, 4) END;
COMMENT ON FUNCTION civic_helpers.payment_percent(numeric, numeric) IS
    'Per cent of a value that is paid, rounded half up to four decimals; 0 where the value is 0.';

CREATE FUNCTION civic_helpers.payment_progress(paid numeric, value numeric) RETURNS civic.payment_progress
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE
    WHEN paid = 0 THEN 'awaiting_first_payment'::civic.payment_progress
    WHEN paid < value * 0.25 THEN 'initial_payment_received'::civic.payment_progress
    WHEN paid < value * 0.75 THEN 'substantial_payment'::civic.payment_progress
    WHEN paid < value THEN 'near_completion'::civic.payment_progress
    WHEN paid <= value * 1.01 THEN 'completed'::civic.payment_progress
    ELSE 'overpaid'::civic.payment_progress
END;
COMMENT ON FUNCTION civic_helpers.payment_progress(numeric, numeric) IS
    'How far a deal is paid: nothing, less than 25 per cent, 75, 100, up to 101, or more.';

CREATE FUNCTION civic_helpers.period_start(period civic.sales_period, day date DEFAULT civic.today()) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE period
    WHEN 'daily'::civic.sales_period THEN day
    WHEN 'weekly'::civic.sales_period THEN date_trunc('week', day::timestamp)::date
    WHEN 'monthly'::civic.sales_period THEN date_trunc('month', day::timestamp)::date
    WHEN 'yearly'::civic.sales_period THEN date_trunc('year', day::timestamp)::date
END;
COMMENT ON FUNCTION civic_helpers.period_start(civic.sales_period, date) IS
    'First day of the day, week (from Monday), month or year a day is in; today''s unless a day is given.';

CREATE FUNCTION civic_helpers.next_streak(previous numeric, is_active_day boolean) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN is_active_day THEN least(5.0, previous + 0.5) ELSE greatest(0.0, previous - 0.5) END;
COMMENT ON FUNCTION civic_helpers.next_streak(numeric, boolean) IS
    'Streak after a day: half a point up for an active one, to 5 at most; half a point down for another, to 0 at'
    ' least.';

CREATE FUNCTION civic_helpers.streak_level(
    streak numeric, OUT level text, OUT next_level text, OUT days_to_next integer
) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
    SELECT ROW(
        (array_agg(l.name ORDER BY l.threshold DESC) FILTER (WHERE l.threshold <= streak))[1],
        (array_agg(l.name ORDER BY l.threshold) FILTER (WHERE l.threshold > streak))[1],
        ((min(l.threshold) FILTER (WHERE l.threshold > streak) - streak) * 2)::integer)
    FROM (VALUES
        (50, 'Sales Legend'), (30, 'Master'), (20, 'Pro'), (10, 'Rising Star'), (5, 'Getting Started'), (1, 'Beginner'),
        (-1, 'New')
    ) AS l (threshold, name)
);
COMMENT ON FUNCTION civic_helpers.streak_level(numeric) IS
    'Name of the level a streak has reached, the next one, and how many active days are missing to it. A streak ends at'
    ' 5, so those from Rising Star on are for other scales; both are null beyond the last.';

CREATE FUNCTION civic_private.sales_audience(organization uuid, seller uuid, permissions text[]) RETURNS uuid[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT ur.user_id
        FROM civic.role_permissions AS rp
        JOIN civic.user_roles AS ur ON ur.role_organization_id = rp.organization_id AND ur.role_id = rp.role_id
        WHERE rp.permission_code = ANY (sales_audience.permissions) AND ur.organization_id = sales_audience.organization
        UNION
        SELECT t.team_lead_id
        FROM civic.team_members AS m
        JOIN civic.teams AS t ON t.organization_id = m.organization_id AND t.id = m.team_id
        WHERE m.organization_id = sales_audience.organization AND m.user_id = sales_audience.seller AND t.is_active
    );
END
$$;
COMMENT ON FUNCTION civic_private.sales_audience(uuid, uuid, text[]) IS
    'Who is told what a salesperson does: holders of any of the permissions, and those who lead a team of theirs.';

CREATE FUNCTION civic_private.name_of(organization uuid, person uuid) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT u.full_name FROM civic.users AS u
        WHERE u.organization_id = name_of.organization AND u.id = name_of.person
    );
END
$$;
COMMENT ON FUNCTION civic_private.name_of(uuid, uuid) IS 'Name of a person for the words of a message.';

CREATE FUNCTION civic_private.follow_client() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify_people(NEW.organization_id,
        civic_private.sales_audience(NEW.organization_id, NEW.created_by, '{approve_commission}'),
        'client_created', 'client', NEW.id, jsonb_build_object('name', NEW.name,
            'seller', civic_private.name_of(NEW.organization_id, NEW.created_by)));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_client() IS
    'AFTER INSERT row trigger on civic.clients: tells administrators and team leads.';

CREATE FUNCTION civic_private.follow_verification() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify(NEW.organization_id, NEW.created_by, 'deal_status_changed', 'deal', NEW.id,
        jsonb_build_object('deal_no', NEW.deal_no, 'amount', NEW.amount::text, 'currency', NEW.currency,
            'old_status', OLD.verification_status, 'status', NEW.verification_status));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_verification() IS
    'AFTER UPDATE row trigger on civic.deals for a change of verification_status: tells the salesperson.';

CREATE FUNCTION civic_private.follow_edit() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify(NEW.organization_id, NEW.created_by, 'deal_updated', 'deal', NEW.id,
        jsonb_build_object('deal_no', NEW.deal_no, 'amount', NEW.amount::text, 'currency', NEW.currency,
            'editor', civic_private.name_of(NEW.organization_id, civic.current_user_id())));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_edit() IS
    'AFTER UPDATE row trigger on civic.deals for a change of what was agreed: tells the salesperson what others did.';

CREATE FUNCTION civic_private.follow_commission() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify(NEW.organization_id, NEW.user_id, 'commission_created', 'commission', NEW.id,
        jsonb_build_object('start_date', NEW.start_date, 'end_date', NEW.end_date,
            'amount', NEW.total_receivable::text));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_commission() IS
    'AFTER INSERT row trigger on civic.commissions: tells the salesperson.';

CREATE FUNCTION civic_private.check_lock_version() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.lock_version <> OLD.lock_version THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC111',
            MESSAGE = format('the row of "%s" was changed by somebody else', TG_TABLE_NAME),
            DETAIL = format('Its lock_version is %s, not %s.', OLD.lock_version, NEW.lock_version),
            HINT = 'Read it again, and repeat the change if it still makes sense.',
            TABLE = TG_TABLE_NAME, COLUMN = 'lock_version', SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    IF to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
        NEW.lock_version := OLD.lock_version + 1;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_lock_version() IS
    'BEFORE UPDATE row trigger: refuses an update that names an old lock_version (error ZC111), and counts it up where'
    ' a column changes that is not among the arguments.';

CREATE FUNCTION civic_private.refuse_amount(relation text, message text, detail text, hint text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'ZC110', MESSAGE = message, DETAIL = detail, HINT = hint, TABLE = relation,
        SCHEMA = 'civic';
END
$$;
COMMENT ON FUNCTION civic_private.refuse_amount(text, text, text, text) IS 'Raises ZC110.';

CREATE FUNCTION civic_private.received_for(organization uuid, deal uuid) RETURNS numeric
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(p.received_amount - p.refunded_amount), 0) FROM civic.payments AS p
        WHERE p.organization_id = received_for.organization AND p.deal_id = received_for.deal
            AND p.status <> 'rejected'
    );
END
$$;
COMMENT ON FUNCTION civic_private.received_for(uuid, uuid) IS
    'Money received for a deal, verified or not, without what was rejected or given back. For who holds the lock on the'
    ' deal.';

CREATE FUNCTION civic_private.check_room(organization uuid, deal uuid, amount numeric) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    worth record;
    received numeric := civic_private.received_for(check_room.organization, check_room.deal);
BEGIN
    SELECT d.amount, d.currency INTO worth FROM civic.deals AS d
    WHERE d.organization_id = check_room.organization AND d.id = check_room.deal;
    IF received + check_room.amount > worth.amount + 0.01 THEN
        PERFORM civic_private.refuse_amount('payments', 'the payment is more than what is open',
            format('The deal is worth %s %s; %s have been received, verified or not.', worth.amount, worth.currency,
                received),
            format('No more than %s can be paid.', greatest(worth.amount - received, 0)));
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.check_room(uuid, uuid, numeric) IS
    'Raises ZC110 where so much is more than what is open of a deal, with a tolerance of 0.01. For who holds the lock'
    ' on the deal.';

CREATE FUNCTION civic_private.check_deal() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    received numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.deal_no IS NULL OR NOT civic.has_permission('import:data') THEN
            NEW.deal_no := civic_private.number_text('DLID', 'civic.deal_number_seq');
        END IF;
        IF NOT civic.has_permission('import:data') THEN
            NEW.version := 'original';
            NEW.lock_version := 1;
            NEW.payment_count := 0;
            NEW.paid_amount := 0;
            NEW.created_at := now();
        END IF;
    ELSE
        IF (NEW.client_id, NEW.project_id, NEW.deal_name, NEW.amount, NEW.currency, NEW.deal_date, NEW.due_date,
            NEW.payment_method, NEW.source, NEW.remarks) IS DISTINCT FROM (OLD.client_id, OLD.project_id,
            OLD.deal_name, OLD.amount, OLD.currency, OLD.deal_date, OLD.due_date, OLD.payment_method, OLD.source,
            OLD.remarks) THEN
            NEW.version := 'edited';
        END IF;
        -- Who records a payment waits for this row, and sees what it becomes.
        IF NEW.amount < OLD.amount THEN
            received := civic_private.received_for(NEW.organization_id, NEW.id);
            IF received > NEW.amount + 0.01 THEN
                PERFORM civic_private.refuse_amount('deals', 'the deal cannot be worth less than was received for it',
                    format('%s %s have been received.', received, NEW.currency),
                    'Have payments rejected or refunded first.');
            END IF;
        END IF;
        IF NEW.currency <> OLD.currency AND NEW.payment_count > 0 THEN
            PERFORM civic_private.refuse_amount('deals', 'the currency of a deal with payments stays',
                format('%s payments were recorded in %s.', NEW.payment_count, OLD.currency),
                'Make a deal in the other currency.');
        END IF;
    END IF;
    IF (TG_OP = 'INSERT' OR NEW.currency IS DISTINCT FROM OLD.currency) AND NOT EXISTS (
        SELECT FROM civic.currencies AS c
        WHERE c.organization_id = NEW.organization_id AND c.code = NEW.currency AND c.is_active
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = format('the organization makes no deals in "%s"', NEW.currency),
            HINT = 'Table civic.currencies lists its currencies.',
            TABLE = 'deals', COLUMN = 'currency', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_deal() IS
    'BEFORE row trigger on civic.deals: gives the number, knows the currency (error 23503), notes that a deal was'
    ' edited and keeps its value above what was received (error ZC110).';

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

CREATE FUNCTION civic_private.check_commission() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status IN ('paid', 'cancelled') AND NEW.lock_version <> OLD.lock_version THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC116',
                MESSAGE = format('a commission that is %s cannot be changed', OLD.status),
                HINT = 'Calculate another one, such as for a deal or another period.',
                TABLE = 'commissions', SCHEMA = 'civic';
        END IF;
        NEW.paid_at := CASE WHEN NEW.status <> 'paid' THEN NULL
            WHEN OLD.status <> 'paid' THEN now() ELSE OLD.paid_at END;
    ELSIF NOT civic.has_permission('import:data') THEN
        NEW.lock_version := 1;
        NEW.created_at := now();
        NEW.paid_at := NULL;
        NEW.total_sales := civic_private.sales_of(NEW.organization_id, NEW.user_id, NEW.start_date, NEW.end_date,
            NEW.currency, NEW.deal_id);
    END IF;
    IF NEW.exchange_rate IS NULL THEN
        NEW.exchange_rate := (
            SELECT c.exchange_rate FROM civic.currencies AS c
            WHERE c.organization_id = NEW.organization_id AND c.code = NEW.currency
        );
    END IF;
    IF NEW.deal_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM civic.deals AS d
        WHERE d.organization_id = NEW.organization_id AND d.id = NEW.deal_id AND d.created_by = NEW.user_id
            AND d.currency = NEW.currency
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'the deal is not one of this salesperson in this currency',
            HINT = 'Check the deal, the person and the currency.',
            TABLE = 'commissions', COLUMN = 'deal_id', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_commission() IS
    'BEFORE row trigger on civic.commissions: keeps what was paid or cancelled (error ZC116), notes when it was paid,'
    ' knows whose the deal is (error 23503), and sums up the sales and finds the rate of a new one.';

CREATE FUNCTION civic_private.sales_of(
    organization uuid, person uuid, start_date date, end_date date, currency text, deal uuid
) RETURNS numeric
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(d.amount), 0) FROM civic.deals AS d
        WHERE d.organization_id = sales_of.organization AND d.created_by = sales_of.person
            AND d.deal_date BETWEEN sales_of.start_date AND sales_of.end_date AND d.currency = sales_of.currency
            AND d.verification_status = 'verified' AND (sales_of.deal IS NULL OR d.id = sales_of.deal)
    );
END
$$;
COMMENT ON FUNCTION civic_private.sales_of(uuid, uuid, date, date, text, uuid) IS
    'Value of the verified deals of a salesperson in a currency and period, or of one of them.';

CREATE FUNCTION civic_private.refresh_streak(organization uuid, person uuid, from_day date, to_day date DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    today date := civic_private.today_of(refresh_streak.organization);
    first_day date;
    last_day date;
    before record;
    current numeric;
BEGIN
    IF refresh_streak.from_day > today THEN
        RETURN;
    END IF;
    -- Two deals of one person at once count both: the second waits for the first.
    SELECT u.current_streak INTO current FROM civic.users AS u
    WHERE u.organization_id = refresh_streak.organization AND u.id = refresh_streak.person
    FOR NO KEY UPDATE;
    SELECT min(s.day), max(s.day) INTO first_day, last_day FROM civic.daily_streaks AS s
    WHERE s.organization_id = refresh_streak.organization AND s.user_id = refresh_streak.person;
    -- Days without a row between the last and this one are filled.
    first_day := CASE WHEN last_day < refresh_streak.from_day THEN last_day + 1 ELSE refresh_streak.from_day END;
    SELECT s.streak_value, s.streak_days INTO before FROM civic.daily_streaks AS s
    WHERE s.organization_id = refresh_streak.organization AND s.user_id = refresh_streak.person
        AND s.day < first_day
    ORDER BY s.day DESC LIMIT 1;
    INSERT INTO civic.daily_streaks AS t (organization_id, user_id, day, deals_closed, total_deal_value,
        payments_received, is_active_day, streak_value, streak_days)
    WITH RECURSIVE facts AS MATERIALIZED (
        SELECT g.day::date AS day, coalesce(d.deals, 0) AS deals, coalesce(d.value, 0) AS value,
            coalesce(d.is_active, false) AS is_active, coalesce(p.payments, 0) AS payments
        FROM generate_series(first_day::timestamp,
            greatest(refresh_streak.from_day, last_day, refresh_streak.to_day)::timestamp, '1 day') AS g (day)
        LEFT JOIN (
            SELECT x.deal_date AS day, count(*)::integer AS deals, round(sum(x.amount * c.exchange_rate), 2) AS value,
                bool_or(x.amount >= 101 AND x.payment_status IN ('initial_payment', 'full_payment')) AS is_active
            FROM civic.deals AS x
            JOIN civic.currencies AS c ON c.organization_id = x.organization_id AND c.code = x.currency
            WHERE x.organization_id = refresh_streak.organization AND x.created_by = refresh_streak.person
                AND x.deal_date BETWEEN first_day AND greatest(refresh_streak.from_day, last_day, refresh_streak.to_day)
            GROUP BY x.deal_date
        ) AS d ON d.day = g.day
        LEFT JOIN (
            SELECT x.payment_date AS day, count(*)::integer AS payments FROM civic.payments AS x
            WHERE x.organization_id = refresh_streak.organization AND x.created_by = refresh_streak.person
                AND x.payment_date
                    BETWEEN first_day AND greatest(refresh_streak.from_day, last_day, refresh_streak.to_day)
            GROUP BY x.payment_date
        ) AS p ON p.day = g.day
    ), walk AS (
        SELECT f.*, civic_helpers.next_streak(
                coalesce(before.streak_value, CASE WHEN last_day IS NULL THEN current END, 5.0), f.is_active) AS streak,
            CASE WHEN f.is_active THEN coalesce(before.streak_days, 0) + 1 ELSE 0 END AS in_a_row
        FROM facts AS f WHERE f.day = first_day
        UNION ALL
        SELECT f.*, civic_helpers.next_streak(w.streak, f.is_active),
            CASE WHEN f.is_active THEN w.in_a_row + 1 ELSE 0 END
        FROM walk AS w JOIN facts AS f ON f.day = w.day + 1
    )
    SELECT refresh_streak.organization, refresh_streak.person, w.day, w.deals, w.value, w.payments, w.is_active,
        w.streak, w.in_a_row
    FROM walk AS w ORDER BY w.day
    ON CONFLICT ON CONSTRAINT daily_streaks_pkey DO UPDATE SET deals_closed = excluded.deals_closed,
        total_deal_value = excluded.total_deal_value, payments_received = excluded.payments_received,
        is_active_day = excluded.is_active_day, streak_value = excluded.streak_value,
        streak_days = excluded.streak_days
    WHERE (t.deals_closed, t.total_deal_value, t.payments_received, t.is_active_day, t.streak_value, t.streak_days)
        IS DISTINCT FROM (excluded.deals_closed, excluded.total_deal_value, excluded.payments_received,
            excluded.is_active_day, excluded.streak_value, excluded.streak_days);
    UPDATE civic.users AS u SET current_streak = s.streak_value
    FROM (
        SELECT l.streak_value FROM civic.daily_streaks AS l
        WHERE l.organization_id = refresh_streak.organization AND l.user_id = refresh_streak.person
        ORDER BY l.day DESC LIMIT 1
    ) AS s
    WHERE u.organization_id = refresh_streak.organization AND u.id = refresh_streak.person
        AND u.current_streak <> s.streak_value;
END
$$;
COMMENT ON FUNCTION civic_private.refresh_streak(uuid, uuid, date, date) IS
    'Computes the days of a salesperson anew from a day on, to the last one that has a row or further; days in between'
    ' that have none get one. Nothing for a day that is still to come.';

CREATE FUNCTION civic_private.follow_deal() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM civic_private.refresh_streak(OLD.organization_id, OLD.created_by,
            CASE TG_OP WHEN 'DELETE' THEN OLD.deal_date ELSE least(OLD.deal_date, NEW.deal_date) END);
        -- Of less value, it may be paid.
        IF TG_OP = 'UPDATE' AND NEW.amount < OLD.amount THEN
            PERFORM civic_private.refresh_deal(NEW.organization_id, NEW.id);
        END IF;
    ELSE
        PERFORM civic_private.refresh_streak(NEW.organization_id, NEW.created_by, NEW.deal_date);
        PERFORM civic_private.notify_people(NEW.organization_id,
            civic_private.sales_audience(NEW.organization_id, NULL, '{approve_commission}'),
            'deal_created', 'deal', NEW.id, jsonb_build_object('deal_no', NEW.deal_no, 'amount', NEW.amount::text,
                'currency', NEW.currency, 'seller', civic_private.name_of(NEW.organization_id, NEW.created_by)));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_deal() IS
    'AFTER row trigger on civic.deals: the streak of the salesperson follows, and administrators hear of a new one.';

CREATE FUNCTION civic.run_payment_jobs(
    at timestamptz DEFAULT now(), OUT filled_streaks integer, OUT recalculated integer, OUT reminded integer
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    today date;
    seller record;
    reminder record;
    audience uuid[];
BEGIN
    IF NOT civic.has_permission('system:admin') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not run the jobs of payments',
            DETAIL = 'That needs permission "system:admin".',
            HINT = 'A scheduler runs civic.run_payment_jobs() as civic_service.';
    END IF;
    today := (SELECT (run_payment_jobs.at AT TIME ZONE o.time_zone)::date FROM civic.organizations AS o
        WHERE o.id = organization);
    filled_streaks := 0;
    FOR seller IN
        SELECT s.user_id, max(s.day) + 1 AS day FROM civic.daily_streaks AS s
        WHERE s.organization_id = organization GROUP BY s.user_id HAVING max(s.day) < today - 1
        ORDER BY s.user_id
    LOOP
        PERFORM civic_private.refresh_streak(organization, seller.user_id, seller.day, today - 1);
        filled_streaks := filled_streaks + 1;
    END LOOP;
    UPDATE civic.commissions AS c SET total_sales = s.sales
    FROM civic.commissions AS o
    CROSS JOIN LATERAL civic_private.sales_of(o.organization_id, o.user_id, o.start_date, o.end_date, o.currency,
        o.deal_id) AS s (sales)
    WHERE o.organization_id = organization AND o.status = 'pending' AND o.total_sales <> s.sales
        AND c.organization_id = o.organization_id AND c.id = o.id AND c.status = 'pending';
    GET DIAGNOSTICS recalculated = ROW_COUNT;
    reminded := 0;
    -- Two that remind at once would tell people twice.
    PERFORM pg_advisory_xact_lock(hashtextextended('civic.run_payment_jobs ' || organization, 0));
    FOR reminder IN SELECT r.* FROM civic.payment_reminders(run_payment_jobs.at, 1000) AS r LOOP
        audience := CASE WHEN reminder.kind IN ('due_soon', 'overdue') THEN ARRAY[reminder.person_id]
            ELSE civic_private.sales_audience(organization, NULL, '{access_verification_queue}') END;
        audience := ARRAY(
            SELECT a.id FROM unnest(audience) AS a (id)
            WHERE NOT EXISTS (
                SELECT FROM civic.notifications AS n
                WHERE n.organization_id = organization AND n.recipient_id = a.id AND n.type = 'payment_reminder'
                    AND n.subject_id = coalesce(reminder.payment_id, reminder.deal_id)
                    AND n.created_at > run_payment_jobs.at - interval '23 hours'
            )
        );
        IF cardinality(audience) > 0 THEN
            PERFORM civic_private.notify_people(organization, audience, 'payment_reminder',
                CASE WHEN reminder.payment_id IS NULL THEN 'deal' ELSE 'payment' END,
                coalesce(reminder.payment_id, reminder.deal_id), jsonb_build_object('kind', reminder.kind,
                    'message', reminder.message, 'deal_id', reminder.deal_id));
            reminded := reminded + 1;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic.run_payment_jobs(timestamptz) IS
    'What is to be done now and then: fills the days of streaks up to yesterday, brings pending commissions up to date,'
    ' and reminds verifiers of payments that wait and salespeople of deals that are due, each once a day. To be run by'
    ' a scheduler as civic_service, hourly or so; twice or late does no harm. Returns how many streaks, commissions and'
    ' reminders. Error 42501 not open to the caller.';

CREATE FUNCTION civic.register_organization(
    code text, name text, admin_email text, admin_name text DEFAULT NULL, time_zone text DEFAULT 'UTC',
    currency text DEFAULT 'USD', OUT organization_id uuid, OUT admin_id uuid
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text := current_setting('civic.organization_id', true);
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not register organizations',
            HINT = 'The service that checked the application calls this as civic_service.';
    END IF;
    organization_id := civic.create_organization(register_organization.code, register_organization.name,
        register_organization.time_zone);
    -- Rights are looked up in the organization the session works for.
    PERFORM set_config('civic.organization_id', organization_id::text, true);
    INSERT INTO civic.currencies AS c (organization_id, code)
    VALUES (register_organization.organization_id, register_organization.currency) ON CONFLICT DO NOTHING;
    INSERT INTO civic.users AS u (organization_id, email, full_name)
    VALUES (register_organization.organization_id, register_organization.admin_email, register_organization.admin_name)
    RETURNING u.id INTO admin_id;
    INSERT INTO civic.user_roles (organization_id, user_id, role_id)
    SELECT register_organization.organization_id, admin_id, r.id FROM civic.roles AS r
    WHERE r.organization_id = '00000000-0000-0000-0000-000000000000'
        AND r.code IN ('admin', 'organization_admin');
    PERFORM set_config('civic.organization_id', coalesce(before, ''), true);
END
$$;
COMMENT ON FUNCTION civic.register_organization(text, text, text, text, text, text) IS
    'Creates an organization and its first person, who is admin and organization_admin, at once; the roles of all'
    ' systems are built in and need no copies. For civic_service. Errors: 42501 not open to the caller, 23505 code,'
    ' name or e-mail taken, 22023 unknown time zone, 23514 malformed.';

CREATE FUNCTION civic_helpers.check_money(amount numeric) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF scale(trim_scale(amount)) > 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range',
            MESSAGE = format('amount %s has more than two decimals', amount),
            HINT = 'Round it first; civic does not guess which way.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_helpers.check_money(numeric) IS 'Raises 22003 for an amount with more than two decimals.';
