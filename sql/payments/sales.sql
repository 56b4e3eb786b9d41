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
