-- Clients, deals, payments, decisions, refunds, commissions and streaks. Cases are worked out by hand; random ones
-- against a model outside the server are in test/t/060_money.sh.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- 1. Who sees what.
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.' || x.tbl), x.names, format('%s: %s', x.tbl, x.actor))
FROM (VALUES
    ('clients', 'seller', 'client_seller'), ('clients', 'junior', 'client_junior'), ('clients', 'verifier', NULL),
    ('clients', 'org_admin', 'client_junior client_seller'), ('clients', 'nobody', NULL),
    ('deals', 'seller', 'deal_junior deal_seller deal_spare'), ('deals', 'junior', 'deal_junior'),
    ('deals', 'verifier', 'deal_junior deal_seller deal_spare'), ('deals', 'admin', NULL), ('deals', 'citizen', NULL),
    ('deal_notes', 'junior', NULL), ('deal_notes', 'seller', 'note'), ('deal_notes', 'verifier', 'note'),
    ('payments', 'junior', 'payment_junior'), ('payments', 'seller', 'payment_junior payment_open payment_paid'),
    ('payments', 'verifier', 'payment_junior payment_open payment_paid'), ('payments', 'auditor',
        'payment_junior payment_open payment_paid'),
    ('payment_approvals', 'seller', 'approval_open approval_paid'), ('payment_approvals', 'junior', NULL),
    ('payment_approvals', 'verifier', 'approval_open approval_paid'),
    ('payment_refunds', 'seller', 'refund'), ('payment_refunds', 'junior', NULL),
    ('payment_refunds', 'verifier', 'refund'),
    ('commissions', 'seller', 'commission'), ('commissions', 'junior', NULL), ('commissions', 'verifier', NULL)
) AS x (tbl, actor, names);
SELECT is(tap.seen('a.' || x.actor, 'SELECT payment_id FROM civic.payment_invoices'), x.names,
    format('invoices: %s', x.actor))
FROM (VALUES ('seller', 'payment_open payment_paid'), ('junior', 'payment_junior'),
    ('verifier', 'payment_junior payment_open payment_paid'), ('moderator', NULL)) AS x (actor, names);
SELECT is(tap.seen('a.' || x.actor, 'SELECT DISTINCT user_id FROM civic.daily_streaks'), x.names,
    format('streaks: %s', x.actor))
FROM (VALUES ('seller', 'junior seller'), ('junior', 'junior'), ('verifier', NULL)) AS x (actor, names);
-- The same by the functions that run with the owner's rights.
SELECT is(tap.seen('a.' || a.name, 'SELECT id FROM civic.list_deals()'),
    tap.seen('a.' || a.name, 'SELECT id FROM civic.deals'), format('list_deals() and the table: %s', a.name))
FROM (VALUES ('seller'), ('junior'), ('verifier'), ('org_admin'), ('admin'), ('auditor'), ('moderator'), ('citizen'),
    ('nobody'), ('inactive'), ('service'), ('db_auditor')) AS a (name);
SELECT is(tap.value('a.' || x.actor, format('SELECT count(*) FROM civic.deal_activity(%L)', tap.id('a.deal_seller'))),
    x.n, format('activity of a deal: %s', x.actor))
FROM (VALUES ('junior', '0'), ('citizen', '0'), ('auditor', '9'), ('seller', '9'), ('verifier', '9')) AS x (actor, n);
SELECT is(tap.value('a.' || x.actor, format('SELECT civic.expand_deal(%L) %s', tap.id('a.deal_seller'), x.path)),
    x.outcome, format('expand_deal() %s: %s', x.path, x.actor))
FROM (VALUES
    ('junior', '-> ''deal''', NULL), ('seller', '#>> ''{deal,deal_name}''', 'deal_seller'),
    ('seller', '#>> ''{client,name}''', 'Client of seller'), ('verifier', '#>> ''{client,name}''', NULL),
    ('verifier', '->> ''client_name''', 'Client of seller'), ('verifier', '#>> ''{payments,0,invoice,status}''',
    'verified'),
    ('seller', '#>> ''{totals,paid}''', '360.00'), ('seller', '#>> ''{payments,0,refunds,0,amount}''', '40.00')
) AS x (actor, path, outcome);
SELECT is(tap.value('a.seller', format('SELECT civic.expand_deal(%L) #> ''{payments,0}'' ? ''invoice''',
    tap.id('a.deal_junior'))), 'false', 'who may see a colleague''s deal does not see its invoices');
SELECT is(tap.value('a.' || x.actor, 'SELECT count(*) FROM civic.verification_queue()'), x.n,
    format('verification queue: %s', x.actor))
FROM (VALUES ('verifier', '2'), ('org_admin', '2'), ('seller', '0'), ('junior', '0'), ('admin', '0')) AS x (actor, n);

-- 2. Deals.
CREATE FUNCTION tap.new_deal(amount numeric, extra text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT civic.create_deal(%L, %L, ''bank''%s)', tap.id('a.client_seller'), amount, extra)
$$;
SELECT is(tap.attempt('a.seller', tap.new_deal(x.amount, x.extra)), x.outcome, format('deal of %s%s', x.amount,
    x.extra))
FROM (VALUES
    (0.01, '', '1'), (999999999.99, '', '1'), (0, '', '23514'), (-1, '', '23514'), (1000000000, '', '23514'),
    (1.005, '', '22003'), (1.500, '', '1'), ('NaN', '', '23514'),
    (10, ', currency => ''EUR''', '23503'), (10, ', currency => ''usd''', '23514'),
    (10, ', due_date => civic.today()', '1'), (10, ', due_date => civic.today() - 1', '23514'),
    (10, format(', project_id => %L', tap.id('a.project1')), '1'),
    (10, format(', project_id => %L', tap.id('b.project1')), '23503'),
    (10, ', deal_name => repeat(''x'', 255)', '1'), (10, ', deal_name => repeat(''x'', 256)', '23514')
) AS x (amount, extra, outcome);
SELECT matches(tap.value('a.seller', 'SELECT (' || substr(tap.new_deal(5), 8) || ').deal_no'), '^DLID[0-9]{4,}$',
    'a deal has a number');
CREATE SEQUENCE tap.small START 7;
CREATE SEQUENCE tap.large START 9999;
SELECT is(civic_private.number_text('X', 'tap.small'), 'X0007', 'numbers have four digits');
SELECT is(civic_private.number_text('X', 'tap.large'), 'X9999', 'at least');
SELECT is(civic_private.number_text('X', 'tap.large'), 'X10000', 'and grow');
SELECT is(tap.attempt('a.' || x.actor, format('INSERT INTO civic.deals (client_id, amount, payment_method%s)'
    ' VALUES (%L, 5, ''cash''%s)', x.columns, tap.id('a.client_seller'), x.given)), x.outcome,
    format('%s inserts a deal with%s', x.actor, x.columns))
FROM (VALUES
    ('seller', '', '', '1'), ('seller', ', verification_status', ', ''verified''', 'ZC003'),
    ('seller', ', payment_status', ', ''full_payment''', 'ZC003'), ('verifier', '', '', '42501'),
    ('seller', ', created_by', format(', %L', tap.id('a.junior')), '42501')
) AS x (actor, columns, given, outcome);
SELECT is(tap.value('a.seller', format('INSERT INTO civic.deals (client_id, amount, payment_method, paid_amount,'
    ' payment_count, lock_version, version, deal_no) VALUES (%L, 5, ''cash'', 5, 9, 9, ''edited'', ''DLID1'')'
    ' RETURNING concat_ws('' '', paid_amount, payment_count, lock_version, version, deal_no = ''DLID1'')',
    tap.id('a.client_seller'))), '0.00 0 1 original f', 'what civic keeps is not taken from people');

-- Both statuses are guarded, each by its own rules, in one update and in one session.
SELECT is(tap.value('a.' || x.actor, format('SELECT string_agg(m.to_status, '' '' ORDER BY m.to_status)'
    ' FROM civic.allowed_transitions(%L, %L) AS m', x.workflow, tap.id('a.deal_seller'))), x.moves,
    format('%s: moves of %s', x.actor, x.workflow))
FROM (VALUES ('verifier', 'deal_verification', 'rejected verified'), ('seller', 'deal_verification', NULL),
    ('verifier', 'deal_payment', NULL), ('seller', 'deal_payment', NULL)) AS x (actor, workflow, moves);
SELECT is(tap.attempt('a.' || x.actor, format('UPDATE civic.deals SET %s WHERE id = %L', x.change,
    tap.id('a.deal_seller'))), x.outcome, format('%s: %s', x.actor, x.change))
FROM (VALUES
    ('verifier', 'verification_status = ''verified''', '1'), ('verifier', 'payment_status = ''full_payment''', 'ZC003'),
    ('verifier', 'verification_status = ''verified'', payment_status = ''full_payment''', 'ZC003'),
    ('verifier', 'amount = 5000', 'ZC004'), ('seller', 'verification_status = ''verified''', 'ZC003'),
    ('seller', 'amount = 5000', '1'), ('seller', 'created_by = civic.current_user_id()', '1'),
    ('junior', 'amount = 5000', '0'), ('seller', 'paid_amount = 1000', 'ZC004'), ('seller', 'deal_no = ''X''', 'ZC004'),
    ('seller', 'lock_version = lock_version + 1', 'ZC111'), ('seller', 'amount = 460', '1'),
    ('seller', 'amount = 459.99', '1'), ('seller', 'amount = 459.98', 'ZC110'), ('seller', 'currency = ''EUR''',
        'ZC110')
) AS x (actor, change, outcome);
SELECT is(tap.steps('a.verifier',
    format('UPDATE civic.deals SET verification_status = ''verified'' WHERE id = %L', tap.id('a.deal_seller')),
    format('UPDATE civic.deals SET verification_status = ''rejected'' WHERE id = %L', tap.id('a.deal_seller')),
    format('UPDATE civic.deals SET verification_status = ''verified'' WHERE id = %L RETURNING 1',
        tap.id('a.deal_seller'))), 'ZC001', 'a rejected deal stays rejected');
SELECT is(tap.value('a.seller', format('SELECT concat_ws('' '', amount, version, lock_version) FROM'
    ' civic.update_deal(%L,'
    ' 1, amount => 2000)', tap.id('a.deal_seller'))), '2000.00 edited 2', 'an edited deal says so');
SELECT is(tap.value('a.seller', format('SELECT concat_ws('' '', version, lock_version) FROM civic.update_deal(%L, 1,'
    ' client_status => ''loyal'')', tap.id('a.deal_seller'))), 'original 2', 'what the client is does not edit a deal');
SELECT is(tap.value('a.seller', format('SELECT lock_version FROM civic.update_deal(%L, 1)', tap.id('a.deal_seller'))),
    '1', 'nothing changed, nothing counted');
SELECT is(tap.steps('a.seller', format('SELECT civic.update_deal(%L, 1, remarks => ''mine'')', tap.id('a.deal_seller')),
    format('SELECT lock_version FROM civic.update_deal(%L, 1, remarks => ''theirs'')', tap.id('a.deal_seller'))),
    'ZC111', 'an update of what was read before somebody else changed it is refused');
SELECT is(tap.value('a.' || x.actor, format('SELECT civic.update_deal(%L, 1, remarks => ''x'')',
    tap.id('a.deal_seller'))),
    x.outcome, format('%s edits', x.actor))
FROM (VALUES ('junior', 'PT404'), ('verifier', 'ZC004'), ('nobody', 'PT404')) AS x (actor, outcome);

-- Filters and pages.
SELECT is(tap.seen('a.seller', 'SELECT id FROM civic.list_deals(' || x.filter || ')'), x.names, x.filter)
FROM (VALUES
    ('payment_statuses => ''{partial_payment}''', 'deal_seller'),
    ('verification_statuses => ''{pending}''', 'deal_junior deal_seller deal_spare'),
    ('verification_statuses => ''{verified,rejected}''', NULL),
    (format('created_by => %L', tap.id('a.junior')), 'deal_junior'),
    (format('client_id => %L', tap.id('a.client_seller')), 'deal_seller deal_spare'),
    ('search => ''SPARE''', 'deal_spare'), ('search => ''client of jun''', 'deal_junior'), ('search => ''%''', NULL),
    ('deal_from => civic.today() + 1', NULL), ('deal_until => civic.today()', 'deal_junior deal_seller deal_spare')
) AS x (filter, names);
SELECT is(tap.seen('a.junior', 'SELECT id FROM civic.list_deals(' || x.filter || ')'), x.names, 'junior: ' || x.filter)
FROM (VALUES
    (format('created_by => %L', tap.id('a.junior')), 'deal_junior'),
    (format('created_by => %L', tap.id('a.seller')), NULL),
    (format('created_by => %L, search => ''deal''', tap.id('a.seller')), NULL), ('search => ''deal''', 'deal_junior')
) AS x (filter, names);
SELECT is(tap.value('a.seller', 'WITH RECURSIVE p AS ('
    ' (SELECT d.id, d.created_at, 1 AS n FROM civic.list_deals(max_rows => 1) AS d)'
    ' UNION ALL SELECT d.id, d.created_at, p.n + 1 FROM p, civic.list_deals(before_time => p.created_at,'
    ' before_id => p.id, max_rows => 1) AS d WHERE p.n < 9) SELECT count(DISTINCT id) || '' '' || count(*) FROM p'),
    '3 3', 'page by page, each deal once');

-- 3. Payments. deal_seller is worth 1000: 400 paid, 40 of it given back, 100 not yet verified, so 540 are open.
CREATE FUNCTION tap.pay(deal text, amount text, extra text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT status FROM civic.record_payment(%L, %s, ''bank''%s)', tap.id(deal), amount, extra)
$$;
SELECT is(tap.value('a.' || x.actor, tap.pay(x.deal, x.amount, x.extra)), x.outcome,
    format('%s pays %s for %s%s', x.actor, x.amount, x.deal, x.extra))
FROM (VALUES
    ('seller', 'a.deal_seller', '540', '', 'pending'), ('seller', 'a.deal_seller', '540.01', '', 'pending'),
    ('seller', 'a.deal_seller', '540.02', '', 'ZC110'), ('seller', 'a.deal_seller', '0', '', '23514'),
    ('seller', 'a.deal_seller', '-1', '', '23514'), ('seller', 'a.deal_seller', '0.001', '', '22003'),
    ('seller', 'a.deal_seller', '10', ', payment_category => ''final''', 'ZC114'),
    ('seller', 'a.deal_seller', '539.98', ', payment_category => ''final''', 'ZC114'),
    ('seller', 'a.deal_seller', '539.99', ', payment_category => ''final''', 'pending'),
    ('seller', 'a.deal_seller', '540', ', payment_category => ''final''', 'pending'),
    ('seller', 'a.deal_seller', '10', ', payment_date => civic.today()', 'pending'),
    ('seller', 'a.deal_seller', '10', ', payment_date => civic.today() + 1', 'ZC112'),
    ('seller', 'a.deal_seller', '10', ', payment_date => civic.today() - 365', 'pending'),
    ('seller', 'a.deal_seller', '10', ', payment_date => civic.today() - 366', 'ZC112'),
    ('junior', 'a.deal_junior', '450', '', 'pending'), ('junior', 'a.deal_seller', '1', '', 'PT404'),
    ('seller', 'a.deal_junior', '1', '', 'pending'), ('verifier', 'a.deal_seller', '1', '', '42501'),
    ('seller', 'b.deal_seller', '1', '', 'PT404'), ('nobody', 'a.deal_seller', '1', '', 'PT404')
) AS x (actor, deal, amount, extra, outcome);
SELECT is(tap.value('a.seller', format('SELECT status FROM civic.record_payment(%L, 10, ''cheque'', cheque_number =>'
    ' %L)',
    tap.id('a.deal_seller'), x.number)), x.outcome, format('cheque %s', coalesce(x.number, 'without a number')))
FROM (VALUES (NULL, '23514'), ('12345', '23514'), ('123456', 'pending'), (repeat('1', 20), 'pending'),
    (repeat('1', 21), '23514')) AS x (number, outcome);
SELECT is(tap.steps('a.seller', format('SELECT civic.record_payment(%L, 10, ''cheque'', cheque_number => ''777777'')',
    tap.id('a.deal_seller')), format('SELECT status FROM civic.record_payment(%L, 10, ''cheque'', cheque_number =>'
    ' ''777777'')', tap.id('a.deal_junior'))), '23505', 'a cheque comes once');
SELECT is(tap.steps('a.seller', tap.pay('a.deal_seller', '540'), tap.pay('a.deal_seller', '0.01'),
    tap.pay('a.deal_seller', '0.01')), 'ZC110', 'the tolerance is for all payments together');
SELECT is(tap.steps('a.seller', tap.pay('a.deal_seller', '540'), format('SELECT concat_ws('' '', i.status, i.amount,'
    ' i.total_amount, d.payment_count, p.transaction_id ~ ''^TXN-[0-9]{4,}$'', i.invoice_number ~ ''^INV-[0-9]{4,}$'')'
    ' FROM civic.payments AS p JOIN civic.payment_invoices AS i ON i.payment_id = p.id JOIN civic.deals AS d'
    ' ON d.id = p.deal_id WHERE p.deal_id = %L AND p.received_amount = 540', tap.id('a.deal_seller'))),
    'pending 540.00 540.00 3 t t', 'a payment has an invoice and a number');
SELECT is(tap.value('a.seller', format('INSERT INTO civic.payments (deal_id, received_amount, payment_method,'
    ' seller_id,'
    ' paid_amount, verified_by, verified_at, transaction_id) VALUES (%L, 5, ''cash'', %L, 5, %L, now(), ''TXN-1'')'
    ' RETURNING concat_ws('' '', seller_id = %L, paid_amount, verified_by, verified_at, transaction_id = ''TXN-1'')',
    tap.id('a.deal_junior'), tap.id('a.seller'), tap.id('a.seller'), tap.id('a.junior'))), 't 0.00 f',
    'what civic keeps is not taken from people');

-- The same key, the same payment.
SELECT is(tap.steps('a.seller', tap.pay('a.deal_seller', '540', ', idempotency_key => ''k1'''),
    tap.pay('a.deal_seller', '540', ', idempotency_key => ''k1'''),
        format('SELECT count(*) || '' '' || max(received_amount)'
    ' FROM civic.payments WHERE idempotency_key = ''k1''')), '1 540.00', 'a replay records nothing');
SELECT is(tap.steps('a.seller', tap.pay('a.deal_seller', '5', ', idempotency_key => ''k1'''),
    tap.pay(x.deal, x.amount, ', idempotency_key => ''k1''')), x.outcome,
    format('a replay with %s for %s', x.amount, x.deal))
FROM (VALUES ('a.deal_seller', '5', 'pending'), ('a.deal_seller', '6', 'ZC113'), ('a.deal_junior', '5', 'ZC113'))
    AS x (deal, amount, outcome);
SELECT is(tap.steps('a.seller', tap.pay('a.deal_seller', '5', ', idempotency_key => ''k1'''), format('SELECT'
    ' set_config(''civic.organization_id'', %L, true), set_config(''civic.user_id'', %L, true)', tap.id('b'),
        tap.id('b.seller')),
    tap.pay('b.deal_seller', '6', ', idempotency_key => ''k1''')), 'pending',
        'another organization has keys of its own');

-- 4. Decisions. The state of a payment, its invoice and its deal:
CREATE FUNCTION tap.state(payment text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT concat_ws('' '', p.status, p.paid_amount, i.status, d.paid_amount, d.payment_status,'
        ' (p.verified_by IS NOT NULL)::text) FROM civic.payments AS p JOIN civic.payment_invoices AS i'
        ' ON i.payment_id = p.id JOIN civic.deals AS d ON d.id = p.deal_id WHERE p.id = %L', tap.id(payment))
$$;
CREATE FUNCTION tap.decide(payment text, status text, extra text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT (civic.decide_payment(%L, %L%s)).status', tap.id(payment), status, extra)
$$;
SELECT is(tap.value('a.verifier', tap.state(x.payment)), x.state, x.payment)
FROM (VALUES ('a.payment_paid', 'approved 360.00 verified 360.00 partial_payment true'),
    ('a.payment_open', 'processing 0.00 pending 360.00 partial_payment false'),
    ('a.payment_junior', 'pending 0.00 pending 0.00 initial_payment false')) AS x (payment, state);
SELECT is(tap.steps('a.verifier', tap.decide('a.payment_open', x.status, x.extra), tap.state('a.payment_open')),
    x.state,
    format('payment_open %s%s', x.status, x.extra))
FROM (VALUES
    -- Only approved verifies.
    ('pending', '', 'processing 0.00 pending 360.00 partial_payment false'),
    ('under_review', '', 'processing 0.00 pending 360.00 partial_payment false'),
    ('requires_info', '', 'processing 0.00 pending 360.00 partial_payment false'),
    ('under_review', ', verified_amount => 100', 'processing 0.00 pending 360.00 partial_payment false'),
    ('approved', ', verified_amount => 100', 'approved 100.00 verified 460.00 partial_payment true'),
    ('approved', ', verified_amount => 60', 'approved 100.00 verified 460.00 partial_payment true'),
    ('approved', ', verified_amount => 100, amount_in_invoice => 80',
        'approved 80.00 verified 440.00 partial_payment true'),
    ('approved', '', 'ZC002'), ('approved', ', verified_amount => 100.01', 'ZC002'),
    ('approved', ', verified_amount => 0', 'ZC002'),
    ('approved', ', verified_amount => 100, failure_reason => ''cheque_bounce''', 'ZC002'),
    ('rejected', '', 'ZC002'), ('rejected', ', verifier_remarks => ''  ''', 'ZC002'),
    ('rejected', ', verifier_remarks => ''Not there.''', 'rejected 0.00 rejected 360.00 partial_payment false'),
    ('rejected', ', failure_reason => ''cheque_bounce''', 'rejected 0.00 rejected 360.00 partial_payment false'),
    ('under_review', ', failure_reason => ''bank_decline''', 'rejected 0.00 rejected 360.00 partial_payment false')
) AS x (status, extra, state);
SELECT is(tap.steps('a.verifier', tap.decide('a.payment_open', 'approved', ', verified_amount => 100'),
    tap.decide('a.payment_open', 'rejected', ', verifier_remarks => ''Bounced.'''), tap.state('a.payment_open')),
    'rejected 0.00 rejected 360.00 partial_payment false', 'the latest decision wins: rejected');
SELECT is(tap.steps('a.verifier', tap.decide('a.payment_open', 'rejected', ', verifier_remarks => ''Late.'''),
    tap.decide('a.payment_open', 'approved', ', verified_amount => 100'), tap.state('a.payment_open')),
    'approved 100.00 verified 460.00 partial_payment true', 'the latest decision wins: approved');
SELECT is(tap.steps('a.verifier', tap.decide('a.payment_open', 'approved', ', verified_amount => 100'),
    format('INSERT INTO civic.payment_approvals (payment_id) VALUES (%L)', tap.id('a.payment_open')),
    tap.state('a.payment_open')),
    'approved 100.00 verified 460.00 partial_payment true', 'a new examination takes nothing back before it is'
        ' decided');
SELECT is(tap.steps('a.verifier', tap.decide('a.payment_open', 'rejected', ', failure_reason => ''bank_decline'''),
    format('SELECT civic.transition(''approval'', %L, ''under_review'')', tap.id('a.approval_open')),
    tap.state('a.payment_open')),
    'processing 0.00 pending 360.00 partial_payment false', 'a rejection can be opened again');
SELECT is(tap.attempt('a.verifier', format('UPDATE civic.payment_approvals SET status = ''under_review'' WHERE id = %L',
    tap.id('a.approval_paid'))), 'ZC001', 'an approval cannot');
SELECT is(tap.attempt('a.' || x.actor, tap.decide('a.payment_open', 'approved', ', verified_amount => 100')), x.outcome,
    format('%s decides', x.actor))
FROM (VALUES ('seller', 'ZC003'), ('junior', 'PT404'), ('admin', 'PT404'), ('org_admin', '1')) AS x (actor, outcome);
-- A rejected payment leaves its room to others, and needs it again when it is approved after all.
SELECT is(tap.steps('a.org_admin', tap.decide('a.payment_open', 'rejected', ', verifier_remarks => ''No.'''),
    tap.pay('a.deal_seller', '640'), tap.decide('a.payment_open', 'approved', ', verified_amount => 100')), 'ZC110',
    'what was given to another payment is gone');
SELECT is(tap.steps('a.org_admin', tap.decide('a.payment_open', 'rejected', ', verifier_remarks => ''No.'''),
    tap.pay('a.deal_seller', '540'), tap.decide('a.payment_open', 'approved', ', verified_amount => 100')), 'approved',
    'what is still open is not');
SELECT is(tap.steps('a.org_admin', tap.decide('a.payment_junior', 'approved', ', verified_amount => 50'),
    tap.pay('a.deal_junior', '449.99'), 'SELECT civic.decide_payment(id, ''approved'', 449.99) FROM civic.payments'
    ' WHERE received_amount = 449.99', tap.state('a.payment_junior')),
    'approved 50.00 verified 499.99 full_payment true', 'paid but for a cent is paid');
SELECT is(tap.steps('a.org_admin', format('SELECT civic.decide_payment(%L, ''rejected'', verifier_remarks => ''No.'')',
    tap.id('a.payment_open')), format('UPDATE civic.deals SET amount = 360 WHERE id = %L', tap.id('a.deal_seller')),
    tap.state('a.payment_paid')), 'approved 360.00 verified 360.00 full_payment true',
    'a deal that becomes worth what is paid is paid');
SELECT is(tap.steps('a.verifier', format('SELECT civic.transition(''payment'', %L, ''completed'')',
    tap.id('a.payment_paid')), tap.state('a.payment_paid')), 'completed 360.00 verified 360.00 partial_payment true',
    'a verified payment is completed by hand');
SELECT is(tap.attempt('a.verifier', format('UPDATE civic.payment_invoices SET status = ''bad_debt'' WHERE payment_id'
    ' = %L',
    tap.id('a.' || x.payment))), x.outcome, format('bad debt: %s', x.payment))
FROM (VALUES ('payment_open', '1'), ('payment_paid', 'ZC001')) AS x (payment, outcome);

-- 5. Refunds. 360 of payment_paid are left.
SELECT is(tap.value('a.' || x.actor, format('SELECT amount FROM civic.refund_payment(%L, %s, ''Because.'')',
    tap.id(x.payment), x.amount)), x.outcome, format('%s refunds %s of %s', x.actor, x.amount, x.payment))
FROM (VALUES
    ('verifier', 'a.payment_paid', '360', '360.00'), ('verifier', 'a.payment_paid', '360.01', 'ZC110'),
    ('verifier', 'a.payment_paid', '0', '23514'), ('verifier', 'a.payment_paid', '0.005', '22003'),
    ('verifier', 'a.payment_open', '1', 'ZC115'), ('verifier', 'b.payment_paid', '1', '23503'),
    ('seller', 'a.payment_paid', '1', '42501'), ('junior', 'a.payment_paid', '1', '23503')
) AS x (actor, payment, amount, outcome);
SELECT is(tap.steps('a.verifier', format('SELECT civic.refund_payment(%L, 60, ''Part.'')', tap.id('a.payment_paid')),
    tap.state('a.payment_paid')), 'approved 300.00 verified 300.00 partial_payment true', 'a part is given back');
SELECT is(tap.steps('a.verifier', format('SELECT civic.refund_payment(%L, 60, ''Part.'')', tap.id('a.payment_paid')),
    format('SELECT civic.refund_payment(%L, 300, ''Rest.'')', tap.id('a.payment_paid')),
    tap.state('a.payment_paid')), 'approved 0.00 refunded 0.00 partial_payment true', 'and then the rest');
SELECT is(tap.steps('a.org_admin', format('SELECT civic.refund_payment(%L, 360, ''All.'')', tap.id('a.payment_paid')),
    tap.pay('a.deal_seller', '900')), 'pending', 'what was given back can be paid again');
SELECT is(tap.attempt('a.service', 'UPDATE civic.payment_refunds SET amount = 1'), '42501', 'a refund is not changed');
SELECT throws_ok('UPDATE civic.payment_refunds SET amount = 1', 'ZC004', NULL, 'by nobody');

-- 6. What is shown of money.
SELECT is(tap.value('a.seller', format('SELECT t::text FROM civic.deal_totals(%L) AS t', tap.id('a.deal_seller'))),
    '(1000.00,USD,460.00,360.00,40.00,640.00,540.00,36.0000,substantial_payment,f,f)', 'totals of a deal');
SELECT is(civic_helpers.payment_progress(x.paid, 1000)::text, x.outcome, format('progress of %s in 1000', x.paid))
FROM (VALUES (0, 'awaiting_first_payment'), (0.01, 'initial_payment_received'), (249.99, 'initial_payment_received'),
    (250, 'substantial_payment'), (749.99, 'substantial_payment'), (750, 'near_completion'), (999.99,
        'near_completion'),
    (1000, 'completed'), (1010, 'completed'), (1010.01, 'overpaid')) AS x (paid, outcome);
SELECT is(civic_helpers.payment_percent(x.paid, x.value)::text, x.outcome, format('%s of %s', x.paid, x.value))
FROM (VALUES (1, 3, '33.3333'), (2, 3, '66.6667'), (1, 0, '0'), (0, 5, '0.0000'), (1, 80000, '0.0013'))
    AS x (paid, value, outcome);
SELECT is(tap.value('a.junior', format('SELECT civic.deal_totals(%L)', tap.id('a.deal_seller'))), 'PT404',
    'not for others');
SELECT is(tap.value('a.verifier', format('SELECT concat_ws('' '', s ->> ''total_payments'', s ->> ''pending_invoices'','
    ' s ->> ''revenue'', s ->> ''refunds'', s ->> ''refunded_amount'', s ->> ''average_verified'','
    ' s #>> ''{statuses,pending,percent}'', s #>> ''{methods,bank}'') FROM civic.verification_statistics() AS s')),
    '3 2 360.00 1 40.00 360.00 66.67 3', 'the verifier''s dashboard');
SELECT is(tap.value('a.seller', 'SELECT civic.verification_statistics()'), NULL, 'is not for salespeople');
SELECT is(tap.value('a.' || x.actor, 'SELECT t::text FROM civic.sales_totals() AS t'), x.outcome,
    format('sales totals: %s', x.actor))
FROM (VALUES ('seller', '(USD,3,0,1600.00,360.00,1600.00)'), ('junior', '(USD,1,0,500.00,0.00,500.00)'),
    ('citizen', NULL)) AS x (actor, outcome);
SELECT is(tap.value('a.' || x.actor, 'SELECT string_agg(format(''%s %s %s %s'', rank, full_name, sales,'
    ' target_percent),'
    ' '', '' ORDER BY rank) FROM civic.sales_standings()'), x.outcome, format('standings: %s', x.actor))
FROM (VALUES ('seller', '1 seller 1100.00 4.4000, 2 junior 500.00 2.0000'), ('junior', '1 junior 500.00 2.0000'),
    ('nobody', NULL)) AS x (actor, outcome);
SELECT is(tap.steps('a.service', format('INSERT INTO civic.team_members (organization_id, team_id, user_id) VALUES'
    ' (%1$L, %2$L, %3$L), (%1$L, %2$L, %4$L)', tap.id('a'), tap.id('a.team3'), tap.id('a.seller'), tap.id('a.junior')),
    format('SELECT set_config(''role'', ''civic_user'', true), set_config(''civic.user_id'', %L, true)',
        tap.id('a.seller')),
    'SELECT string_agg(format(''%s %s %s'', team_name, members, sales), '', '' ORDER BY rank, team_name)'
    ' FROM civic.team_standings()'), 'Three 2 1600.00, One 2 0, Two 1 0', 'standings of teams');
SELECT is(tap.value('a.seller', 'SELECT string_agg(name || '' '' || sales, '', '') FROM civic.top_clients()'),
    'Client of seller 1100.00', 'top clients are one''s own');
SELECT is(tap.value('a.seller', 'SELECT concat_ws('' '', s ->> ''sales'', s ->> ''target'', s ->> ''target_percent'','
    ' s ->> ''streak'', s ->> ''level'', s ->> ''paid'') FROM civic.sales_dashboard() AS s'),
    '1100.00 25000 4.4000 4.5 Beginner 360.00', 'a salesperson''s dashboard');
SELECT is(tap.value('a.junior', format('SELECT civic.sales_dashboard(user_id => %L)', tap.id('a.seller'))), NULL,
    'of others only for who sees their deals');
SELECT is(tap.value('a.seller', format('SELECT concat_ws('' '', j ->> ''total_payments'', j ->> ''total_amount'')'
    ' FROM civic.deal_payments(%L) AS j', tap.id('a.deal_seller'))), '2 500.00', 'payments of a deal');
SELECT is(tap.value('a.seller', format('SELECT string_agg(action, '' '' ORDER BY action COLLATE "C")'
    ' FROM civic.deal_activity(%L)', tap.id('a.deal_seller'))),
    'deal_created deal_payment_partial_payment invoice_verified note payment_approved payment_processing'
    ' payment_recorded payment_recorded payment_refunded', 'activity of a deal');
SELECT is(tap.steps('a.seller', format('SELECT civic.log_deal_activity(%L, ''Called again.'')',
    tap.id('a.deal_seller')),
    format('SELECT string_agg(description, '', '' ORDER BY description) FROM civic.deal_activity(%L)'
    ' WHERE action = ''note''', tap.id('a.deal_seller'))), 'Called again., Called.', 'notes by hand');
SELECT is(tap.value('a.' || x.actor, format('SELECT civic.log_deal_activity(%L, ''x'')', tap.id('a.deal_seller'))),
    x.outcome, format('%s writes a note', x.actor))
FROM (VALUES ('verifier', '42501'), ('junior', 'PT404')) AS x (actor, outcome);

-- 7. Streaks: half a point up for a day with a deal of 101 or more, half a point down for another.
CREATE FUNCTION tap.deal_of(days integer, amount numeric) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT civic.create_deal(%L, %s, ''cash'', deal_date => civic.today() - %s)',
        tap.id('a.client_junior'),
        amount, days)
$$;
CREATE FUNCTION tap.streaks() RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT string_agg(format(''%%s:%%s/%%s'', civic.today() - day, streak_value, streak_days), '' '''
        ' ORDER BY day) FROM civic.daily_streaks WHERE user_id = %L', tap.id('a.junior'))
$$;
SELECT is(tap.value('a.junior', tap.streaks()), '0:5.0/1', 'one deal today');
SELECT is(tap.steps('a.junior', tap.deal_of(4, x.amount), tap.streaks()), x.outcome, format('a deal of %s before',
    x.amount))
FROM (VALUES (101, '4:5.0/1 3:4.5/0 2:4.0/0 1:3.5/0 0:4.0/1'), (100.99, '4:4.5/0 3:4.0/0 2:3.5/0 1:3.0/0 0:3.5/1'))
    AS x (amount, outcome);
SELECT is(tap.steps('a.junior', tap.deal_of(4, 200), tap.deal_of(3, 200), tap.streaks()),
    '4:5.0/1 3:5.0/2 2:4.5/0 1:4.0/0 0:4.5/1', 'filling a day moves those after it');
SELECT is(tap.steps('a.junior', tap.deal_of(4, 200), tap.deal_of(3, 200),
    'DELETE FROM civic.deals WHERE deal_date = civic.today() - 4', tap.streaks()),
    '4:4.5/0 3:5.0/1 2:4.5/0 1:4.0/0 0:4.5/1', 'a deal that is deleted counts no longer');
SELECT is(tap.steps('a.junior', tap.deal_of(20, 200), tap.streaks() || ' AND day > civic.today() - 8'),
    '7:0.0/0 6:0.0/0 5:0.0/0 4:0.0/0 3:0.0/0 2:0.0/0 1:0.0/0 0:0.5/1', 'never below nothing');
SELECT is(tap.steps('a.junior', tap.deal_of(1, 200), 'UPDATE civic.deals SET amount = 100.99 WHERE deal_date <'
    ' civic.today()',
    tap.streaks()), '1:4.5/0 0:5.0/1', 'a deal that becomes too small');
SELECT is(tap.steps('a.junior', tap.deal_of(2, 200), 'UPDATE civic.deals SET deal_date = civic.today() - 1'
    ' WHERE deal_date < civic.today()', tap.streaks()), '2:4.5/0 1:5.0/1 0:5.0/2', 'a deal that moves');
SELECT is(tap.steps('a.junior', tap.deal_of(-1, 200), tap.streaks()), '0:5.0/1', 'what is to come does not count');
SELECT is(tap.steps('a.junior', tap.deal_of(2, 200), format('SELECT current_streak FROM civic.users WHERE id = %L',
    tap.id('a.junior'))), '5.0', 'the person''s streak is that of the last day');
-- The job fills what nobody touched.
SELECT is(tap.steps('a.service', format('SELECT * FROM civic.run_payment_jobs(now() + interval ''%s days'')', x.days),
    format('SELECT string_agg(format(''%%s:%%s'', day - civic.today(), streak_value), '' '' ORDER BY day)'
    ' FROM civic.daily_streaks WHERE user_id = %L', tap.id('a.junior'))), x.outcome, format('after %s days', x.days))
FROM (VALUES (0, '0:5.0'), (1, '0:5.0')) AS x (days, outcome);
SELECT is((SELECT l::text FROM civic_helpers.streak_level(x.streak) AS l), x.outcome, format('level at %s', x.streak))
FROM (VALUES (0, '(New,Beginner,2)'), (0.5, '(New,Beginner,1)'), (1, '(Beginner,"Getting Started",8)'),
    (5, '("Getting Started","Rising Star",10)'), (50, '("Sales Legend",,)')) AS x (streak, outcome);

-- 8. Messages and reminders.
CREATE FUNCTION tap.told(actor text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    DELETE FROM civic.outbox;
    DELETE FROM civic.notifications;
    PERFORM tap.become(actor);
    EXECUTE statement;
    PERFORM set_config('role', 'none', true);
    PERFORM tap.unbecome();
    SELECT string_agg(u.full_name || ': ' || n.title, ', ' ORDER BY u.full_name COLLATE "C") INTO result
    FROM civic.notifications AS n
    JOIN civic.users AS u ON u.organization_id = n.organization_id AND u.id = n.recipient_id;
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = coalesce(result, '(nobody)');
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    RETURN regexp_replace(SQLERRM, '[0-9]{4,}', 'N', 'g');
END
$$;
INSERT INTO civic.team_members (organization_id, team_id, user_id)
VALUES (tap.id('a'), tap.id('a.team2'), tap.id('a.seller'));
SELECT is(tap.told('a.' || x.actor, x.statement), x.told, format('%s: who is told', x.statement))
FROM (VALUES
    ('seller', 'SELECT civic.create_client(''New'', ''new@client.example'')',
        'neighbour: New client: New, org_admin: New client: New'),
    ('seller', tap.new_deal(7), 'org_admin: New deal DLIDN'),
    ('seller', tap.pay('a.deal_seller', '5'), 'neighbour: Payment TXN-N is to be verified, org_admin: Payment TXN-N is'
        ' to be verified, verifier: Payment TXN-N is to be verified'),
    ('verifier', tap.decide('a.payment_open', 'approved', ', verified_amount => 100'),
        'seller: Payment TXN-N is approved'),
    ('verifier', tap.decide('a.payment_open', 'under_review'), '(nobody)'),
    ('verifier', format('SELECT civic.transition(''deal_verification'', %L, ''rejected'')', tap.id('a.deal_junior')),
        'junior: Deal DLIDN is rejected'),
    ('org_admin', format('UPDATE civic.deals SET amount = 501 WHERE id = %L', tap.id('a.deal_junior')),
        'junior: Deal DLIDN was changed'),
    ('org_admin', format('UPDATE civic.deals SET amount = amount WHERE id = %L', tap.id('a.deal_junior')), '(nobody)'),
    ('seller', format('UPDATE civic.deals SET amount = 1001 WHERE id = %L', tap.id('a.deal_seller')), '(nobody)')
) AS x (actor, statement, told);
SELECT is(tap.value('a.' || x.actor, 'SELECT string_agg(kind, '' '' ORDER BY kind) FROM'
    ' civic.payment_reminders(now() + interval '
    || quote_literal(x.later) || ')'), x.kinds, format('reminders of %s after %s', x.actor, x.later))
FROM (VALUES
    ('verifier', '23 hours', NULL), ('verifier', '25 hours', 'pending_verification pending_verification'),
    ('verifier', '73 hours', 'bottleneck bottleneck'), ('verifier', '169 hours', 'long_pending long_pending'),
    ('junior', '25 hours', 'pending_verification'), ('citizen', '25 hours', NULL)
) AS x (actor, later, kinds);
SELECT is(tap.steps('a.org_admin', x.change, 'SELECT string_agg(kind, '' '' ORDER BY kind) FROM'
    ' civic.payment_reminders()'),
    x.kinds, format('reminders: %s', x.change))
FROM (VALUES
    ('UPDATE civic.deals SET due_date = civic.today() + 7 WHERE deal_name = ''deal_spare''', 'due_soon'),
    ('UPDATE civic.deals SET due_date = civic.today() + 8 WHERE deal_name = ''deal_spare''', NULL),
    ('UPDATE civic.deals SET deal_date = civic.today() - 9, due_date = civic.today() - 1 WHERE deal_name ='
        ' ''deal_spare''',
        'overdue')
) AS x (change, kinds);
SELECT is(tap.steps('a.org_admin', tap.decide('a.payment_open', 'approved', ', verified_amount => 100'),
    tap.pay('a.deal_seller', '540', ', payment_category => ''final'''),
    'SELECT civic.decide_payment(id, ''approved'', 540) FROM civic.payments WHERE received_amount = 540',
    format('SELECT civic.refund_payment(%L, 100, ''Wrong.'')', tap.id('a.payment_open')),
    'SELECT string_agg(kind || '': '' || regexp_replace(message, ''[0-9]{4,} '', ''N ''), '' '') FROM'
        ' civic.payment_reminders()'),
    'inconsistent: Deal DLIDN is called fully paid, but 900.00 of 1000.00 USD are.', 'called paid, but given back');
SELECT is(tap.value('a.service', 'SELECT reminded FROM civic.run_payment_jobs(now() + interval ''25 hours'')'), '2',
    'verifiers are reminded of two payments');
SELECT is(tap.value('a.service', 'SELECT r.reminded FROM civic.run_payment_jobs() AS r'), '0', 'not before their time');
SELECT is(tap.value('a.' || x.actor, 'SELECT civic.run_payment_jobs()'), '42501', format('%s runs no jobs', x.actor))
FROM (VALUES ('seller'), ('org_admin'), ('admin')) AS x (actor);

-- 9. Commissions.
SELECT tap.do('a.verifier', format('UPDATE civic.deals SET verification_status = ''verified'' WHERE id IN (%L, %L)',
    tap.id('a.deal_seller'), tap.id('a.deal_junior'))) \g /dev/null
CREATE FUNCTION tap.commission(who text, extra text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT concat_ws('' '', total_sales, commission_amount, total_commission, total_receivable,'
        ' converted_amount, status) FROM civic.calculate_commission(%L, civic.today() - 5, civic.today()%s)',
        tap.id('a.' || who), extra)
$$;
SELECT is(tap.value('a.' || x.actor, tap.commission(x.who, x.extra)), x.outcome,
    format('%s calculates for %s%s', x.actor, x.who, x.extra))
FROM (VALUES
    ('org_admin', 'seller', '', '1000.00 50.00 50.00 50.00 1000.00 pending'),
    ('org_admin', 'seller', ', commission_rate => 3.33, exchange_rate => 0.333333, bonus => 1.5, penalty => 20',
        '1000.00 33.30 12.60 -7.40 333.33 pending'),
    ('org_admin', 'seller', ', commission_rate => 0', '1000.00 0.00 0.00 0.00 1000.00 pending'),
    ('org_admin', 'seller', ', commission_rate => 100', '1000.00 1000.00 1000.00 1000.00 1000.00 pending'),
    ('org_admin', 'seller', ', commission_rate => 100.01', '23514'),
    ('org_admin', 'seller', ', exchange_rate => 10000', '1000.00 50.00 500000.00 500000.00 10000000.00 pending'),
    ('org_admin', 'seller', ', exchange_rate => 10001', '23514'), ('org_admin', 'seller', ', exchange_rate => 0',
        '23514'),
    ('org_admin', 'nobody', '', '0.00 0.00 0.00 0.00 0.00 pending'),
    ('org_admin', 'seller', format(', deal_id => %L', tap.id('a.deal_seller')),
        '1000.00 50.00 50.00 50.00 1000.00 pending'),
    ('org_admin', 'seller', format(', deal_id => %L', tap.id('a.deal_junior')), '23503'),
    ('org_admin', 'seller', ', currency => ''EUR''', '23502'),
    ('seller', 'seller', '', '1000.00 50.00 50.00 50.00 1000.00 pending'),
    ('verifier', 'seller', '', '42501'), ('junior', 'junior', '', '42501'), ('admin', 'seller', '', '42501')
) AS x (actor, who, extra, outcome);
SELECT is(tap.steps('a.org_admin', tap.commission('seller', ', bonus => 5'), tap.commission('seller',
    ', penalty => 1')),
    '1000.00 50.00 55.00 54.00 1000.00 pending', 'calculated again, what is not given stays');
SELECT is(tap.value('a.org_admin', 'SELECT count(*) || '' '' || sum(total_receivable)'
    ' FROM civic.calculate_commissions(civic.today() - 5, civic.today(), commission_rate => 10)'), '2 150.00',
    'for everybody');
-- Off by what was verified since; a dry run says so and changes nothing; what is paid stays.
SELECT is(tap.steps('a.org_admin', tap.commission('seller'), tap.commission('junior'),
    format('UPDATE civic.commissions SET status = ''approved'' WHERE user_id = %L', tap.id('a.junior')),
    format('UPDATE civic.commissions SET status = ''paid'' WHERE user_id = %L', tap.id('a.junior')),
    format('UPDATE civic.deals SET verification_status = ''rejected'' WHERE id IN (%L, %L)', tap.id('a.deal_seller'),
        tap.id('a.deal_junior')),
    'SELECT civic.reconcile_commissions()',
    'SELECT string_agg(format(''%s %s %s %s %s'', status, recorded_sales, actual_sales, actual_commission, is_fixed),'
    ' '', '' ORDER BY status) FROM civic.reconcile_commissions(' || x.dry_run || ')'), x.outcome,
    format('reconciled, dry run %s', x.dry_run))
FROM (VALUES ('true', 'pending 1000.00 0 0.00 f, paid 500.00 0 0.00 f'),
    ('false', 'pending 1000.00 0 0.00 t, paid 500.00 0 0.00 f')) AS x (dry_run, outcome);
SELECT is(tap.value('a.' || x.actor, 'SELECT count(*) FROM civic.reconcile_commissions(' || x.dry_run || ')'),
    x.outcome,
    format('%s reconciles, dry run %s', x.actor, x.dry_run))
FROM (VALUES ('seller', 'true', '0'), ('seller', 'false', '42501'), ('junior', 'true', '42501')) AS x (actor, dry_run,
    outcome);
SELECT is(tap.steps('a.org_admin', tap.commission('seller'),
    format('UPDATE civic.commissions SET status = ''approved'' WHERE user_id = %L AND total_sales > 0',
        tap.id('a.seller')),
    format('UPDATE civic.commissions SET status = ''paid'' WHERE user_id = %L AND total_sales > 0', tap.id('a.seller')),
    x.change), x.outcome, format('once paid: %s', x.change))
FROM (VALUES
    ('UPDATE civic.commissions SET bonus = 1 WHERE total_sales > 0 RETURNING 1', 'ZC116'),
    ('UPDATE civic.commissions SET status = ''cancelled'' WHERE total_sales > 0 RETURNING 1', 'ZC001'),
    ('SELECT count(*) FROM civic.update_commissions(ARRAY(SELECT id FROM civic.commissions WHERE total_sales > 0), 7)',
        'ZC116'),
    (tap.commission('seller', ', commission_rate => 6'), 'ZC116'),
    ('SELECT (paid_at IS NOT NULL)::text FROM civic.commissions WHERE total_sales > 0', 'true')
) AS x (change, outcome);
SELECT is(tap.attempt('a.seller', format('UPDATE civic.commissions SET status = ''approved'' WHERE id = %L',
    tap.id('a.commission'))), 'ZC003', 'nobody approves their own commission by being a salesperson');
SELECT is(tap.steps('a.org_admin', tap.commission('seller'), tap.commission('junior', ', bonus => 7'),
    'SELECT concat_ws('' '', j ->> ''commissions'', j ->> ''receivable'', j ->> ''bonus'', j #>>'
    ' ''{by_status,pending,count}'') FROM civic.commission_analytics() AS j'), '3 82.00 7.00 3', 'analytics');

-- 10. A new organization.
SELECT is(tap.steps('none.service', format('SELECT set_config(''civic.organization_id'', %L, true)', tap.id('a')),
    'SELECT set_config(''tap.test_org'', organization_id::text, true), set_config(''tap.test_admin'', admin_id::text,'
    ' true) FROM civic.register_organization(''NEWORG'', ''New organization'', ''boss@new.example'', ''Boss'','
    ' ''Europe/Berlin'', ''EUR'')',
    'SELECT set_config(''role'', ''civic_user'', true), set_config(''civic.organization_id'','
    ' current_setting(''tap.test_org''), true), set_config(''civic.user_id'', current_setting(''tap.test_admin''),'
        ' true)',
    'SELECT concat_ws('' '', civic.has_permission(''can_manage_roles''), civic.has_permission(''view_all_deals''),'
    ' (SELECT count(*) FROM civic.deals), (SELECT string_agg(code, '','' ORDER BY code) FROM civic.currencies),'
    ' civic.current_role_level())'), 't t 0 EUR,USD 6', 'an organization with its first person');
SELECT is(tap.value('a.' || x.actor, 'SELECT civic.register_organization(''NEWORG'', ''New'', ''boss@new.example'')'),
    '42501',
    format('%s registers none', x.actor))
FROM (VALUES ('super_admin'), ('org_admin'), ('citizen')) AS x (actor);

SELECT * FROM finish();
ROLLBACK;
