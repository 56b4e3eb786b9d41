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
