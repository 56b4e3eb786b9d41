-- A deal is sold, paid in parts, examined, refunded and rewarded. Four people have to do with it, each with their own
-- part. Fed to psql by script/demo. Any error but the four refusals shown stops it.
\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\set codes ''
\pset footer off
\pset null '-'
\pset linestyle ascii
SET TimeZone = 'Atlantic/Azores';
SET client_min_messages = warning;

INSERT INTO civic.users (username, full_name, email, sales_target)
VALUES ('petra', 'Petra Lindqvist', 'petra@riverton.example', 0), ('sam', 'Sam Okafor', 'sam@riverton.example', 5000),
    ('tessa', 'Tessa Moreau', 'tessa@riverton.example', 0), ('victor', 'Victor Hale', 'victor@riverton.example', 0);
SELECT civic.give_role(u.id, CASE u.username WHEN 'petra' THEN 'organization_admin' WHEN 'victor' THEN 'verifier'
    ELSE 'salesperson' END) FROM civic.users AS u WHERE u.username IN ('petra', 'sam', 'tessa', 'victor') \g /dev/null
SELECT max(u.id::text) FILTER (WHERE u.username = 'petra') AS petra,
    max(u.id::text) FILTER (WHERE u.username = 'sam') AS sam,
    max(u.id::text) FILTER (WHERE u.username = 'tessa') AS tessa,
    max(u.id::text) FILTER (WHERE u.username = 'victor') AS victor,
    max(u.id::text) FILTER (WHERE u.username = 'noor') AS noor,
    max(u.organization_id::text) FILTER (WHERE u.username = 'noor') AS lakeside
FROM civic.users AS u \gset
SET ROLE civic_user;

\echo
\echo '=== Sam Okafor sells stalls of the city''s market. He has a new client, and a deal.'
\echo
SET civic.user_id = :'sam';
\set ECHO queries
SELECT id AS client FROM civic.create_client('Bakery Almeida', 'shop@almeida.example', '+351291000111') \gset
SELECT id AS deal, deal_no, amount, currency, due_date - deal_date AS days, payment_status, verification_status
FROM civic.create_deal(:'client', 1200, 'bank', 'Stall 14, one year', source => 'referral',
    due_date => civic.today() + 30) \gset
SELECT deal_no ~ '^DLID[0-9]+$' AS has_a_number, amount, currency, payment_status, verification_status
FROM civic.list_deals();
\set ECHO none
\echo '=== Tessa, his colleague, sees the deal, but not the client: clients are one''s own.'
\echo
\set ECHO queries
SET civic.user_id = :'tessa';
SELECT (SELECT count(*) FROM civic.deals) AS deals, (SELECT count(*) FROM civic.clients) AS clients;
\set ECHO none

\echo '=== 500 come by bank. The client''s program sends the same twice; that is still one payment.'
\echo
\set ECHO queries
SET civic.user_id = :'sam';
SELECT received_amount, status FROM civic.record_payment(:'deal', 500, 'bank', idempotency_key => 'almeida-1');
SELECT received_amount, status FROM civic.record_payment(:'deal', 500, 'bank', idempotency_key => 'almeida-1');
SELECT received, paid, remaining, open_for_payment, progress FROM civic.deal_totals(:'deal');
\set ECHO none
\echo '=== A cheque of 800 is more than is open, wherever it is written. Refused:'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.record_payment(:'deal', 800, 'cheque', cheque_number => '0012345');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\echo
\echo '=== 600 are not, but are not final either. Refused:'
\echo
\set ECHO queries
SELECT civic.record_payment(:'deal', 600, 'cheque', 'final', cheque_number => '0012345');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo
\set ECHO queries
SELECT received_amount, payment_category, status
FROM civic.record_payment(:'deal', 700, 'cheque', 'final', cheque_number => '0012345');
\set ECHO none

\echo '=== Received is not paid: Victor Hale, verifier, finds both payments in his queue.'
\echo
\set ECHO queries
SET civic.user_id = :'victor';
SELECT client_name, seller_name, received_amount, payment_method, status FROM civic.verification_queue();
\set ECHO none
SELECT max(p.id::text) FILTER (WHERE p.payment_method = 'bank') AS transfer,
    max(p.id::text) FILTER (WHERE p.payment_method = 'cheque') AS cheque FROM civic.payments AS p \gset
\echo '=== He takes the transfer under review, which verifies nothing, and then approves it. The cheque bounced.'
\echo
\set ECHO queries
SELECT status FROM civic.decide_payment(:'transfer', 'under_review');
SELECT paid_amount, payment_status FROM civic.deals WHERE id = :'deal';
SELECT status, verified_amount FROM civic.decide_payment(:'transfer', 'approved', 500);
SELECT status, failure_reason FROM civic.decide_payment(:'cheque', 'rejected', failure_reason => 'cheque_bounce');
SELECT paid_amount, payment_status FROM civic.deals WHERE id = :'deal';
SELECT civic.transition('deal_verification', :'deal', 'verified') \g /dev/null
SELECT verification_status FROM civic.deals WHERE id = :'deal';
\set ECHO none

\echo '=== Sam is told, and may not decide for himself. Refused:'
\echo
SET civic.user_id = :'sam';
\set ECHO queries
SELECT category, regexp_replace(title, '[0-9]{4,}', 'N') AS title FROM civic.notifications ORDER BY id;
\set ECHO none
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.decide_payment(:'cheque', 'approved', 700);
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo
\echo '=== The client brings the 700 in cash. Then all is paid, and 50 were too much: the price was agreed at 1150.'
\echo
\set ECHO queries
SELECT id AS cash FROM civic.record_payment(:'deal', 700, 'cash', 'final') \gset
SET civic.user_id = :'victor';
SELECT status FROM civic.decide_payment(:'cash', 'approved', 700);
SELECT paid_amount, payment_status FROM civic.deals WHERE id = :'deal';
SELECT amount, reason FROM civic.refund_payment(:'cash', 50, 'The price was agreed at 1150.', 'cash');
SELECT paid, refunded, remaining, percent, progress FROM civic.deal_totals(:'deal');
\set ECHO none

\echo '=== Sam and Tessa both correct the deal; Tessa read it before Sam wrote it. Refused:'
\echo
\set ECHO queries
SET civic.user_id = :'sam';
SELECT amount, version, lock_version
FROM civic.update_deal(:'deal', (SELECT lock_version FROM civic.deals WHERE id = :'deal'), amount => 1150);
\set ECHO none
SET civic.user_id = :'tessa';
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.update_deal(:'deal', (SELECT lock_version - 1 FROM civic.deals WHERE id = :'deal'),
    remarks => 'Corner stall');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on

\echo
\echo '=== Everything that happened is in the history of the deal, once.'
\echo
\set ECHO queries
SELECT a.action, coalesce(a.person_name, 'the system') AS by_whom,
    regexp_replace(a.description, '[0-9]{4,}:', 'N:') AS what
FROM civic.deal_activity(:'deal') AS a
WHERE a.action !~ '^(invoice|approval)_' ORDER BY a.happened_at, a.action;
\set ECHO none

\echo '=== Petra Lindqvist runs payments: commissions of the month, then what is due to Sam, then what is off.'
\echo
\set ECHO queries
SET civic.user_id = :'petra';
SELECT u.full_name, c.total_sales, c.commission_rate, c.commission_amount, c.total_receivable
FROM civic.calculate_commissions(civic_helpers.period_start('monthly'), civic.today(), commission_rate => 7.5) AS c
JOIN civic.users AS u ON u.id = c.user_id;
SELECT rank, full_name, deals, sales, target_percent FROM civic.sales_standings();
SELECT civic.transition('deal_verification', :'deal', 'rejected') \g /dev/null
SELECT recorded_sales, actual_sales, recorded_commission, actual_commission, is_fixed
FROM civic.reconcile_commissions(dry_run => true);
SELECT s ->> 'total_payments' AS payments, s ->> 'revenue' AS revenue, s ->> 'refunded_amount' AS refunded,
    s -> 'failure_reasons' AS failures
FROM civic.verification_statistics() AS s;
\set ECHO none

\echo '=== Noor Bakker administers Lakeside, in the same database. For her there is no deal.'
\echo
SET civic.organization_id = :'lakeside';
SET civic.user_id = :'noor';
\set ECHO queries
SELECT (SELECT count(*) FROM civic.deals) AS deals, (SELECT count(*) FROM civic.payments) AS payments,
    (SELECT count(*) FROM civic.clients) AS clients;
\set ECHO none
RESET ROLE;
SELECT :'codes' = ' ZC110 ZC114 ZC003 ZC111' AS as_told \gset
\if :as_told
    \echo 'As told: four refusals (ZC110, ZC114, ZC003, ZC111) and no other.'
\else
    \echo 'The refusals were not those of the story:' :codes
    SELECT 1 / 0;
\endif
