CREATE FUNCTION civic.list_deals(
    verification_statuses civic.deal_verification_status[] DEFAULT NULL,
    payment_statuses civic.deal_payment_status[] DEFAULT NULL,
    created_by uuid DEFAULT NULL,
    client_id uuid DEFAULT NULL,
    project_id uuid DEFAULT NULL,
    deal_from date DEFAULT NULL,
    deal_until date DEFAULT NULL,
    search text DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.deals
    LANGUAGE c STABLE PARALLEL SAFE ROWS 50 AS '$libdir/civic', 'civic_list_deals';
COMMENT ON FUNCTION civic.list_deals(
    civic.deal_verification_status[], civic.deal_payment_status[], uuid, uuid, uuid, date, date, text, timestamptz,
    uuid, integer
) IS
    'Deals the asker can see, newest first; each filter that is given must hold. search looks for a part of the name of'
    ' the deal, of its number or of the client''s name, whatever the case. For the next page pass created_at and id of'
    ' the last row as before_time and before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.deal_payments(deal_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deal civic.deals := civic_helpers.require_deal(deal_payments.deal_id);
BEGIN
    RETURN (
        SELECT jsonb_build_object('deal', to_jsonb(deal), 'payments', coalesce(jsonb_agg(p ORDER BY p.id), '[]'),
            'total_payments', count(*), 'total_amount', coalesce(sum(p.received_amount), 0))
        FROM civic.payments AS p WHERE p.organization_id = deal.organization_id AND p.deal_id = deal.id
    );
END
$$;
COMMENT ON FUNCTION civic.deal_payments(uuid) IS
    'A deal with its payments in the order they were recorded, their number, and the sum received, rejected ones'
    ' included. Error PT404 no such deal.';

CREATE FUNCTION civic.deal_totals(
    deal_id uuid, OUT amount numeric, OUT currency text, OUT received numeric, OUT paid numeric, OUT refunded numeric,
    OUT remaining numeric, OUT open_for_payment numeric, OUT percent numeric, OUT progress civic.payment_progress,
    OUT is_overpaid_by_5 boolean, OUT is_overpaid_by_10 boolean
) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deal civic.deals := civic_helpers.require_deal(deal_totals.deal_id);
BEGIN
    amount := deal.amount;
    currency := deal.currency;
    SELECT coalesce(sum(p.received_amount - p.refunded_amount) FILTER (WHERE p.status <> 'rejected'), 0),
        coalesce(sum(p.refunded_amount), 0)
    INTO received, refunded
    FROM civic.payments AS p WHERE p.organization_id = deal.organization_id AND p.deal_id = deal.id;
    paid := deal.paid_amount;
    remaining := deal.amount - paid;
    open_for_payment := greatest(deal.amount - received, 0);
    percent := civic_helpers.payment_percent(paid, deal.amount);
    progress := civic_helpers.payment_progress(paid, deal.amount);
    is_overpaid_by_5 := paid > deal.amount * 1.05;
    is_overpaid_by_10 := paid > deal.amount * 1.10;
END
$$;
COMMENT ON FUNCTION civic.deal_totals(uuid) IS
    'What is received, verified as paid and given back of a deal, in its currency; remaining is its value less what is'
    ' paid, open_for_payment its value less all that is received and not rejected. Error PT404 no such deal.';

CREATE FUNCTION civic.expand_deal(deal_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    deal civic.deals;
    with_papers boolean;
BEGIN
    SELECT d.* INTO deal FROM civic.deals AS d
    WHERE d.organization_id = organization AND d.id = expand_deal.deal_id
        AND civic_helpers.is_deal_visible(d.created_by);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    with_papers := civic.has_permission('view_paymentinvoice') OR deal.created_by = civic.current_user_id();
    RETURN jsonb_build_object(
        'deal', to_jsonb(deal),
        'client', (
            SELECT to_jsonb(c) FROM civic.clients AS c
            WHERE c.organization_id = organization AND c.id = deal.client_id
                AND (c.created_by = civic.current_user_id() OR civic.has_permission('view_all_clients'))
        ),
        'client_name', (
            SELECT c.name FROM civic.clients AS c WHERE c.organization_id = organization AND c.id = deal.client_id
        ),
        'project', (
            SELECT jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status) FROM civic.projects AS p
            WHERE p.organization_id = organization AND p.id = deal.project_id
        ),
        'totals', (SELECT to_jsonb(t) FROM civic.deal_totals(deal.id) AS t),
        'payments', (
            SELECT coalesce(jsonb_agg(to_jsonb(p) || CASE WHEN with_papers THEN jsonb_build_object(
                'invoice', (
                    SELECT to_jsonb(i) FROM civic.payment_invoices AS i
                    WHERE i.organization_id = organization AND i.payment_id = p.id
                ),
                'approvals', (
                    SELECT coalesce(jsonb_agg(a ORDER BY a.id), '[]') FROM civic.payment_approvals AS a
                    WHERE a.organization_id = organization AND a.payment_id = p.id
                ),
                'refunds', (
                    SELECT coalesce(jsonb_agg(r ORDER BY r.id), '[]') FROM civic.payment_refunds AS r
                    WHERE r.organization_id = organization AND r.payment_id = p.id
                )) ELSE '{}' END ORDER BY p.id), '[]')
            FROM civic.payments AS p WHERE p.organization_id = organization AND p.deal_id = deal.id
        )
    );
END
$$;
COMMENT ON FUNCTION civic.expand_deal(uuid) IS
    'A deal with its client, project, totals and payments, each with invoice, approvals and refunds for those who may'
    ' see them; null when there is none that the asker can see.';

CREATE FUNCTION civic.deal_activity(deal_id uuid, before_time timestamptz DEFAULT NULL, max_rows integer DEFAULT 100)
    RETURNS TABLE (
        happened_at timestamptz, action text, person_id uuid, person_name text, subject_type text, subject_id uuid,
        description text
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
BEGIN
    IF NOT EXISTS (
        SELECT FROM civic.deals AS d
        WHERE d.organization_id = organization AND d.id = deal_activity.deal_id
            AND civic_helpers.is_deal_visible(d.created_by)
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT a.happened_at, a.action, a.person_id, u.full_name, a.subject_type, a.subject_id, a.description
    FROM (
        SELECT d.created_at, 'deal_created', d.created_by, 'deal', d.id,
            format('%s: %s %s', d.deal_no, d.amount, d.currency)
        FROM civic.deals AS d WHERE d.organization_id = organization AND d.id = deal_activity.deal_id
        UNION ALL
        SELECT p.created_at, 'payment_recorded', p.created_by, 'payment', p.id,
            format('%s: %s by %s', p.transaction_id, p.received_amount, p.payment_method)
        FROM civic.payments AS p WHERE p.organization_id = organization AND p.deal_id = deal_activity.deal_id
        UNION ALL
        SELECT r.created_at, 'payment_refunded', r.created_by, 'refund', r.id, format('%s: %s', r.amount, r.reason)
        FROM civic.payment_refunds AS r WHERE r.organization_id = organization AND r.deal_id = deal_activity.deal_id
        UNION ALL
        SELECT n.created_at, 'note', n.created_by, 'deal', n.deal_id, n.note
        FROM civic.deal_notes AS n WHERE n.organization_id = organization AND n.deal_id = deal_activity.deal_id
        UNION ALL
        SELECT h.changed_at, h.workflow || '_' || h.new_status, h.changed_by, h.workflow, h.entity_id,
            format('%s to %s', h.old_status, h.new_status)
        FROM civic.status_history AS h
        WHERE h.organization_id = organization AND h.old_status IS NOT NULL AND h.entity_id IN (
            SELECT deal_activity.deal_id
            UNION ALL SELECT p.id FROM civic.payments AS p
            WHERE p.organization_id = organization AND p.deal_id = deal_activity.deal_id
            UNION ALL SELECT i.id FROM civic.payment_invoices AS i
            WHERE i.organization_id = organization AND i.deal_id = deal_activity.deal_id
            UNION ALL SELECT e.id FROM civic.payment_approvals AS e
            WHERE e.organization_id = organization AND e.deal_id = deal_activity.deal_id
        )
    ) AS a (happened_at, action, person_id, subject_type, subject_id, description)
    LEFT JOIN civic.users AS u ON u.organization_id = organization AND u.id = a.person_id
    WHERE deal_activity.before_time IS NULL OR a.happened_at < deal_activity.before_time
    ORDER BY a.happened_at DESC, a.subject_id DESC, a.action
    LIMIT least(greatest(coalesce(deal_activity.max_rows, 100), 1), 1000);
END
$$;
COMMENT ON FUNCTION civic.deal_activity(uuid, timestamptz, integer) IS
    'What happened to a deal, newest first: made, paid, refunded, notes, and every move of its statuses and those of'
    ' its payments, invoices and approvals, read from where it is recorded. person_id is null where the system moved'
    ' it. No rows when the asker cannot see the deal. 1 to 1000 rows.';

CREATE FUNCTION civic.list_clients(
    statuses civic.client_status[] DEFAULT NULL, search text DEFAULT NULL, before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.clients
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.* FROM civic.clients AS c
    WHERE c.organization_id = civic.current_organization_id()
        AND (list_clients.statuses IS NULL OR c.status = ANY (list_clients.statuses))
        AND (list_clients.search IS NULL OR strpos(lower(c.name), lower(list_clients.search)) > 0
            OR strpos(lower(c.email), lower(list_clients.search)) > 0)
        AND (list_clients.before_time IS NULL OR (c.created_at, c.id) < (list_clients.before_time,
            coalesce(list_clients.before_id, '00000000-0000-0000-0000-000000000000')))
    ORDER BY c.created_at DESC, c.id DESC
    LIMIT least(greatest(coalesce(list_clients.max_rows, 50), 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_clients(civic.client_status[], text, timestamptz, uuid, integer) IS
    'Clients the asker can see, newest first; search looks for a part of the name or e-mail. For the next page pass'
    ' created_at and id of the last row as before_time and before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.sales_totals(created_from timestamptz DEFAULT NULL, created_until timestamptz DEFAULT NULL)
    RETURNS TABLE (
        currency text, deals bigint, completed_deals bigint, total_amount numeric, paid_amount numeric,
        converted_amount numeric
    )
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.currency, t.deals, t.completed, t.amount, t.paid, round(t.amount * c.exchange_rate, 2)
    FROM (
        SELECT d.currency, count(*) AS deals, count(*) FILTER (WHERE d.payment_status = 'full_payment') AS completed,
            sum(d.amount) AS amount, sum(d.paid_amount) AS paid
        FROM civic.deals AS d
        WHERE d.organization_id = civic.current_organization_id()
            AND d.created_at >= coalesce(sales_totals.created_from, '-infinity')
            AND d.created_at < coalesce(sales_totals.created_until, 'infinity')
        GROUP BY d.currency
    ) AS t
    JOIN civic.currencies AS c ON c.organization_id = civic.current_organization_id() AND c.code = t.currency
    ORDER BY t.currency
$$;
COMMENT ON FUNCTION civic.sales_totals(timestamptz, timestamptz) IS
    'Deals the asker can see that were created in a span of time, by currency: how many, how many fully paid, their'
    ' value, what is paid, and their value in the organization''s own currency by the rates of now.';

CREATE FUNCTION civic.verification_queue(
    before_time timestamptz DEFAULT NULL, before_id uuid DEFAULT NULL, max_rows integer DEFAULT 5
) RETURNS TABLE (
    payment_id uuid, transaction_id text, deal_id uuid, deal_no text, client_name text, seller_name text,
    received_amount numeric, currency text, payment_method civic.payment_method, payment_date date,
    status civic.payment_status, recorded_at timestamptz
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.id, p.transaction_id, d.id, d.deal_no, c.name, u.full_name, p.received_amount, d.currency,
        p.payment_method, p.payment_date, p.status, p.created_at
    FROM civic.payments AS p
    JOIN civic.deals AS d ON d.organization_id = p.organization_id AND d.id = p.deal_id
    JOIN civic.clients AS c ON c.organization_id = d.organization_id AND c.id = d.client_id
    JOIN civic.users AS u ON u.organization_id = d.organization_id AND u.id = d.created_by
    WHERE p.organization_id = civic.current_organization_id() AND civic.has_permission('access_verification_queue')
        AND p.status IN ('pending', 'processing')
        AND (verification_queue.before_time IS NULL OR (p.created_at, p.id) < (verification_queue.before_time,
            coalesce(verification_queue.before_id, '00000000-0000-0000-0000-000000000000')))
    ORDER BY p.created_at DESC, p.id DESC
    LIMIT least(greatest(coalesce(verification_queue.max_rows, 5), 1), 1000)
$$;
COMMENT ON FUNCTION civic.verification_queue(timestamptz, uuid, integer) IS
    'Payments that wait for a decision, newest first, for who may verify (access_verification_queue). For the next page'
    ' pass recorded_at and payment_id of the last row. 1 to 1000 rows.';

CREATE FUNCTION civic.list_invoices(
    statuses civic.invoice_status[] DEFAULT NULL, deal_id uuid DEFAULT NULL, before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.payment_invoices
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT i.* FROM civic.payment_invoices AS i
    WHERE i.organization_id = civic.current_organization_id()
        AND (list_invoices.statuses IS NULL OR i.status = ANY (list_invoices.statuses))
        AND (list_invoices.deal_id IS NULL OR i.deal_id = list_invoices.deal_id)
        AND (list_invoices.before_time IS NULL OR (i.created_at, i.id) < (list_invoices.before_time,
            coalesce(list_invoices.before_id, '00000000-0000-0000-0000-000000000000')))
    ORDER BY i.created_at DESC, i.id DESC
    LIMIT least(greatest(coalesce(list_invoices.max_rows, 50), 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_invoices(civic.invoice_status[], uuid, timestamptz, uuid, integer) IS
    'Invoices the asker can see, newest first, of all deals or one. For the next page pass created_at and id of the'
    ' last row as before_time and before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.verification_statistics(
    created_from timestamptz DEFAULT NULL, created_until timestamptz DEFAULT NULL
) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH payments AS MATERIALIZED (
        SELECT p.id, p.status, p.payment_method, p.paid_amount * c.exchange_rate AS revenue,
            p.refunded_amount * c.exchange_rate AS refunded, d.payment_status, d.id AS deal_id
        FROM civic.payments AS p
        JOIN civic.deals AS d ON d.organization_id = p.organization_id AND d.id = p.deal_id
        JOIN civic.currencies AS c ON c.organization_id = d.organization_id AND c.code = d.currency
        WHERE p.organization_id = civic.current_organization_id()
            AND p.created_at >= coalesce(verification_statistics.created_from, '-infinity')
            AND p.created_at < coalesce(verification_statistics.created_until, 'infinity')
    ), invoices AS MATERIALIZED (
        SELECT i.status, i.total_amount * c.exchange_rate AS amount
        FROM payments AS p
        JOIN civic.payment_invoices AS i
            ON i.organization_id = civic.current_organization_id() AND i.payment_id = p.id
        JOIN civic.deals AS d ON d.organization_id = i.organization_id AND d.id = i.deal_id
        JOIN civic.currencies AS c ON c.organization_id = d.organization_id AND c.code = d.currency
    )
    SELECT jsonb_build_object(
        'total_payments', (SELECT count(*) FROM payments),
        'successful', (SELECT count(*) FROM payments AS p WHERE p.payment_status = 'full_payment'),
        'unsuccessful', (SELECT count(*) FROM payments AS p WHERE p.status = 'rejected'),
        'pending_invoices', (SELECT count(*) FROM invoices AS i WHERE i.status = 'pending'),
        'revenue', (SELECT round(coalesce(sum(p.revenue), 0), 2) FROM payments AS p),
        'refunds', (SELECT count(*) FROM payments AS p WHERE p.refunded > 0),
        'refunded_amount', (SELECT round(coalesce(sum(p.refunded), 0), 2) FROM payments AS p),
        'average_verified', (
            SELECT round(coalesce(avg(p.revenue), 0), 2) FROM payments AS p WHERE p.status IN ('approved', 'completed')
        ),
        'bad_debts', (SELECT count(*) FROM invoices AS i WHERE i.status = 'bad_debt'),
        'bad_debt_amount', (
            SELECT round(coalesce(sum(i.amount), 0), 2) FROM invoices AS i WHERE i.status = 'bad_debt'
        ),
        'statuses', (
            SELECT coalesce(jsonb_object_agg(s.status, jsonb_build_object('count', s.n,
                'percent', round(100.0 * s.n / s.of_all, 2))), '{}')
            FROM (
                SELECT i.status, count(*) AS n, sum(count(*)) OVER () AS of_all FROM invoices AS i GROUP BY i.status
            ) AS s
        ),
        'methods', (
            SELECT coalesce(jsonb_object_agg(s.payment_method, s.n), '{}')
            FROM (SELECT p.payment_method, count(*) AS n FROM payments AS p GROUP BY 1) AS s
        ),
        'failure_reasons', (
            SELECT coalesce(jsonb_object_agg(s.failure_reason, s.n), '{}')
            FROM (
                SELECT a.failure_reason, count(*) AS n
                FROM payments AS p
                JOIN civic.payment_approvals AS a
                    ON a.organization_id = civic.current_organization_id() AND a.payment_id = p.id
                WHERE a.failure_reason IS NOT NULL GROUP BY 1
            ) AS s
        ))
    WHERE civic.has_permission('view_payment_verification_dashboard')
        OR civic.has_permission('view_payment_analytics')
$$;
COMMENT ON FUNCTION civic.verification_statistics(timestamptz, timestamptz) IS
    'The verifier''s dashboard over payments recorded in a span of time: total; successful (the deal is fully paid);'
    ' unsuccessful; pending invoices; revenue, refunds and bad debt, in the organization''s own currency by the rates'
    ' of now; shares of invoice statuses in per cent; methods; failure reasons. Null without permission'
    ' view_payment_verification_dashboard or view_payment_analytics.';

CREATE FUNCTION civic.sales_standings(period civic.sales_period DEFAULT 'monthly', max_rows integer DEFAULT 20)
    RETURNS TABLE (rank bigint, user_id uuid, full_name text, deals bigint, sales numeric, target_percent numeric)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT rank() OVER (ORDER BY s.sales DESC), u.id, u.full_name, s.deals, s.sales,
        civic_helpers.payment_percent(s.sales, CASE WHEN u.sales_target > 0 THEN u.sales_target ELSE 25000 END)
    FROM (
        SELECT d.created_by, count(*) AS deals, round(sum(d.amount * c.exchange_rate), 2) AS sales
        FROM civic.deals AS d
        JOIN civic.currencies AS c ON c.organization_id = d.organization_id AND c.code = d.currency
        WHERE d.organization_id = civic.current_organization_id()
            AND d.deal_date >= civic_helpers.period_start(sales_standings.period) AND d.deal_date <= civic.today()
            AND d.verification_status <> 'rejected' AND civic_helpers.is_deal_visible(d.created_by)
        GROUP BY d.created_by
    ) AS s
    JOIN civic.users AS u ON u.organization_id = civic.current_organization_id() AND u.id = s.created_by
    ORDER BY 1, u.id
    LIMIT least(greatest(coalesce(sales_standings.max_rows, 20), 1), 1000)
$$;
COMMENT ON FUNCTION civic.sales_standings(civic.sales_period, integer) IS
    'Salespeople by the value of their deals of the period that is now, rejected ones left out, in the organization''s'
    ' own currency, with the share of their target (25000 where none is set). As far as the asker can see the deals; 1'
    ' to 1000 rows.';

CREATE FUNCTION civic.team_standings(period civic.sales_period DEFAULT 'monthly', max_rows integer DEFAULT 20)
    RETURNS TABLE (rank bigint, team_id uuid, team_name text, members bigint, deals bigint, sales numeric)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT rank() OVER (ORDER BY coalesce(sum(s.sales), 0) DESC), t.id, t.name, count(m.user_id),
        coalesce(sum(s.deals), 0)::bigint, coalesce(sum(s.sales), 0)
    FROM civic.teams AS t
    JOIN civic.team_members AS m ON m.organization_id = t.organization_id AND m.team_id = t.id
    LEFT JOIN civic.sales_standings(team_standings.period, 1000) AS s ON s.user_id = m.user_id
    WHERE t.organization_id = civic.current_organization_id() AND t.is_active AND civic.has_permission('view_all_deals')
    GROUP BY t.id, t.name
    ORDER BY 1, t.id
    LIMIT least(greatest(coalesce(team_standings.max_rows, 20), 1), 1000)
$$;
COMMENT ON FUNCTION civic.team_standings(civic.sales_period, integer) IS
    'Active teams by the sales of their members; see civic.sales_standings(). For who may see all deals.';

CREATE FUNCTION civic.streak_leaderboard(max_rows integer DEFAULT 20) RETURNS TABLE (
    rank bigint, user_id uuid, full_name text, streak numeric, streak_days integer, level text
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT rank() OVER (ORDER BY s.streak_value DESC, s.streak_days DESC), u.id, u.full_name, s.streak_value,
        s.streak_days, l.level
    FROM civic.users AS u
    CROSS JOIN LATERAL (
        SELECT d.streak_value, d.streak_days FROM civic.daily_streaks AS d
        WHERE d.organization_id = u.organization_id AND d.user_id = u.id ORDER BY d.day DESC LIMIT 1
    ) AS s
    CROSS JOIN LATERAL civic_helpers.streak_level(s.streak_value) AS l
    WHERE u.organization_id = civic.current_organization_id() AND u.is_active AND civic.has_permission('view_all_deals')
    ORDER BY 1, u.id
    LIMIT least(greatest(coalesce(streak_leaderboard.max_rows, 20), 1), 1000)
$$;
COMMENT ON FUNCTION civic.streak_leaderboard(integer) IS
    'Active salespeople by their streak, then by active days in a row. For who may see all deals; 1 to 1000 rows.';

CREATE FUNCTION civic.top_clients(period civic.sales_period DEFAULT 'yearly', max_rows integer DEFAULT 5)
    RETURNS TABLE (client_id uuid, name text, deals bigint, sales numeric)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.id, c.name, s.deals, s.sales
    FROM (
        SELECT d.client_id, count(*) AS deals, round(sum(d.amount * x.exchange_rate), 2) AS sales
        FROM civic.deals AS d
        JOIN civic.currencies AS x ON x.organization_id = d.organization_id AND x.code = d.currency
        WHERE d.organization_id = civic.current_organization_id()
            AND d.deal_date >= civic_helpers.period_start(top_clients.period) AND d.verification_status <> 'rejected'
            AND civic_helpers.is_deal_visible(d.created_by)
        GROUP BY d.client_id
    ) AS s
    JOIN civic.clients AS c ON c.organization_id = civic.current_organization_id() AND c.id = s.client_id
    WHERE c.created_by = civic.current_user_id() OR civic.has_permission('view_all_clients')
    ORDER BY s.sales DESC, c.id
    LIMIT least(greatest(coalesce(top_clients.max_rows, 5), 1), 1000)
$$;
COMMENT ON FUNCTION civic.top_clients(civic.sales_period, integer) IS
    'Clients the asker can see by the value of their deals of the period, rejected ones left out, in the'
    ' organization''s own currency. 1 to 1000 rows.';

CREATE FUNCTION civic.sales_dashboard(
    period civic.sales_period DEFAULT 'monthly', user_id uuid DEFAULT civic.current_user_id()
) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'period_start', civic_helpers.period_start(sales_dashboard.period),
        'target', t.target,
        'sales', coalesce(s.sales, 0),
        'target_percent', civic_helpers.payment_percent(coalesce(s.sales, 0), t.target),
        'deals', coalesce(s.deals, 0),
        'verified_deals', coalesce(s.verified, 0),
        'paid', coalesce(s.paid, 0),
        'streak', u.current_streak,
        'streak_days', coalesce(k.streak_days, 0),
        'level', l.level, 'next_level', l.next_level, 'days_to_next_level', l.days_to_next,
        'commission', (
            SELECT jsonb_build_object('receivable', coalesce(sum(c.total_receivable), 0),
                'paid', coalesce(sum(c.total_receivable) FILTER (WHERE c.status = 'paid'), 0))
            FROM civic.commissions AS c
            WHERE c.organization_id = u.organization_id AND c.user_id = u.id AND c.status <> 'cancelled'
                AND c.end_date >= civic_helpers.period_start(sales_dashboard.period)
        ))
    FROM civic.users AS u
    CROSS JOIN LATERAL (SELECT CASE WHEN u.sales_target > 0 THEN u.sales_target ELSE 25000 END AS target) AS t
    CROSS JOIN LATERAL civic_helpers.streak_level(u.current_streak) AS l
    LEFT JOIN LATERAL (
        SELECT d.streak_days FROM civic.daily_streaks AS d
        WHERE d.organization_id = u.organization_id AND d.user_id = u.id ORDER BY d.day DESC LIMIT 1
    ) AS k ON true
    LEFT JOIN LATERAL (
        SELECT round(sum(d.amount * c.exchange_rate), 2) AS sales, count(*) AS deals,
            count(*) FILTER (WHERE d.verification_status = 'verified') AS verified,
            round(sum(d.paid_amount * c.exchange_rate), 2) AS paid
        FROM civic.deals AS d
        JOIN civic.currencies AS c ON c.organization_id = d.organization_id AND c.code = d.currency
        WHERE d.organization_id = u.organization_id AND d.created_by = u.id
            AND d.deal_date >= civic_helpers.period_start(sales_dashboard.period)
            AND d.verification_status <> 'rejected'
    ) AS s ON true
    WHERE u.organization_id = civic.current_organization_id() AND u.id = sales_dashboard.user_id
        AND civic_helpers.is_deal_visible(u.id)
$$;
COMMENT ON FUNCTION civic.sales_dashboard(civic.sales_period, uuid) IS
    'A salesperson''s period that is now: sales against the target (25000 where none is set), deals, what is paid,'
    ' streak, level and commission, in the organization''s own currency. Null where the asker may not see these deals.';

CREATE FUNCTION civic.commission_analytics(start_date date DEFAULT NULL, end_date date DEFAULT NULL) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'commissions', count(*),
        'converted_sales', coalesce(sum(c.converted_amount), 0),
        'receivable', coalesce(sum(c.total_receivable), 0),
        'bonus', coalesce(sum(c.bonus), 0),
        'penalty', coalesce(sum(c.penalty), 0),
        'average_rate', round(coalesce(avg(c.commission_rate), 0), 2),
        'by_status', (
            SELECT coalesce(jsonb_object_agg(s.status, jsonb_build_object('count', s.n, 'receivable', s.receivable)),
                '{}')
            FROM (
                SELECT x.status, count(*) AS n, sum(x.total_receivable) AS receivable FROM civic.commissions AS x
                WHERE x.organization_id = civic.current_organization_id()
                    AND x.start_date >= coalesce(commission_analytics.start_date, '-infinity')
                    AND x.end_date <= coalesce(commission_analytics.end_date, 'infinity')
                GROUP BY x.status
            ) AS s
        ))
    FROM civic.commissions AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.status <> 'cancelled'
        AND c.start_date >= coalesce(commission_analytics.start_date, '-infinity')
        AND c.end_date <= coalesce(commission_analytics.end_date, 'infinity')
$$;
COMMENT ON FUNCTION civic.commission_analytics(date, date) IS
    'Commissions the asker can see whose period lies in a span of days, cancelled ones only among those by status.';

CREATE FUNCTION civic.commission_history(commission_id uuid) RETURNS TABLE (
    happened_at timestamptz, old_status text, new_status text, person_id uuid
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.changed_at, h.old_status, h.new_status, h.changed_by
    FROM civic.commissions AS c
    JOIN civic.status_history AS h ON h.organization_id = c.organization_id AND h.entity_id = c.id
    WHERE c.organization_id = civic.current_organization_id() AND c.id = commission_history.commission_id
        AND (civic.has_permission('view_all_commissions')
            OR (c.user_id = civic.current_user_id() AND civic.has_permission('view_own_commissions')))
    ORDER BY h.id
$$;
COMMENT ON FUNCTION civic.commission_history(uuid) IS
    'Moves of a commission the asker can see, in their order.';

CREATE FUNCTION civic.payment_reminders(at timestamptz DEFAULT now(), max_rows integer DEFAULT 100) RETURNS TABLE (
    kind text, deal_id uuid, payment_id uuid, person_id uuid, since timestamptz, message text
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.kind, r.deal_id, r.payment_id, r.person_id, r.since, r.message
    FROM (
        SELECT CASE WHEN s.since < payment_reminders.at - interval '7 days' THEN 'long_pending'
                WHEN s.since < payment_reminders.at - interval '3 days' THEN 'bottleneck'
                ELSE 'pending_verification' END,
            p.deal_id, p.id, p.seller_id, s.since,
            format('Payment %s of %s is %s for %s days.', p.transaction_id, p.received_amount, p.status,
                trunc(date_part('epoch', payment_reminders.at - s.since) / 86400))
        FROM civic.payments AS p
        CROSS JOIN LATERAL (
            SELECT coalesce((
                SELECT max(h.changed_at) FROM civic.status_history AS h
                WHERE h.organization_id = p.organization_id AND h.entity_id = p.id AND h.workflow = 'payment'
            ), p.created_at)
        ) AS s (since)
        WHERE p.organization_id = civic.current_organization_id() AND p.status IN ('pending', 'processing')
            AND civic_helpers.is_deal_visible(p.seller_id) AND s.since < payment_reminders.at - interval '24 hours'
        UNION ALL
        SELECT CASE WHEN d.due_date < t.today THEN 'overdue' ELSE 'due_soon' END, d.id, NULL, d.created_by,
            d.due_date::timestamp AT TIME ZONE 'UTC',
            format('Deal %s is due on %s; %s %s are not paid.', d.deal_no, d.due_date, d.amount - d.paid_amount,
                d.currency)
        FROM civic.deals AS d
        CROSS JOIN (
            SELECT (payment_reminders.at AT TIME ZONE o.time_zone)::date AS today FROM civic.organizations AS o
            WHERE o.id = civic.current_organization_id()
        ) AS t
        WHERE d.organization_id = civic.current_organization_id() AND d.payment_status <> 'full_payment'
            AND d.due_date <= t.today + 7 AND d.verification_status <> 'rejected'
            AND civic_helpers.is_deal_visible(d.created_by)
        UNION ALL
        SELECT 'inconsistent', d.id, NULL, d.created_by, coalesce(d.updated_at, d.created_at),
            CASE d.payment_status WHEN 'full_payment' THEN format('Deal %s is called fully paid, but %s of %s %s are.',
                d.deal_no, d.paid_amount, d.amount, d.currency)
                ELSE format('Deal %s is verified; of its %s payments none counts.', d.deal_no, d.payment_count) END
        FROM civic.deals AS d
        WHERE d.organization_id = civic.current_organization_id() AND civic_helpers.is_deal_visible(d.created_by)
            AND ((d.payment_status = 'full_payment' AND d.amount - d.paid_amount > 0.01)
                OR (d.verification_status = 'verified' AND d.payment_count > 0 AND d.paid_amount = 0))
    ) AS r (kind, deal_id, payment_id, person_id, since, message)
    ORDER BY r.since, r.deal_id, r.payment_id
    LIMIT least(greatest(coalesce(payment_reminders.max_rows, 100), 1), 1000)
$$;
COMMENT ON FUNCTION civic.payment_reminders(timestamptz, integer) IS
    'What somebody should look at, longest first, as far as the asker can see the deals: payments undecided in one'
    ' status for over 24 hours (pending_verification), 3 days (bottleneck) or 7 days (long_pending); deals due within 7'
    ' days or overdue; deals called fully paid that are not, or verified of whose payments none counts (inconsistent).'
    ' person_id is the salesperson. 1 to 1000 rows.';
