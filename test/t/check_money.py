"""Plays random deals, payments, decisions, refunds and commissions in a database, and the same in decimal arithmetic of
Python; refusals, sums and states must be the same. An argument is the seed of another run."""
import json
import random
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal('0.01')
CASES = 60
STEPS = 14


def cents(value):
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def psql(database, script):
    done = subprocess.run(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database, '-f', '-'], input=script,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f'not ok - psql: {done.stderr}')
    return done.stdout.splitlines()


SETUP = """
SET client_min_messages = warning;
CREATE EXTENSION civic CASCADE;
INSERT INTO civic.users (id, email) VALUES ('00000000-0000-0000-0000-00000000000a', 'boss@example.org');
INSERT INTO civic.user_roles (user_id, role_id)
SELECT '00000000-0000-0000-0000-00000000000a', r.id FROM civic.roles AS r WHERE r.code = 'organization_admin';
INSERT INTO civic.clients (id, name, email, created_by) VALUES ('00000000-0000-0000-0000-00000000000c', 'Client',
    'client@example.org', '00000000-0000-0000-0000-00000000000a');
-- Runs a statement and tells its SQLSTATE.
CREATE FUNCTION public.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SET ROLE civic_user;
SET civic.user_id = '00000000-0000-0000-0000-00000000000a';
"""


class Payment:
    def __init__(self, key, received):
        self.key, self.received = key, received
        self.status, self.paid, self.refunded, self.invoice = 'pending', Decimal(0), Decimal(0), 'pending'
        self.decided = None     # (approved, what counts)
        self.is_open = False    # an examination that is not decided


class Deal:
    """What a deal should be, by the rules as they are written down."""

    def __init__(self, key, value):
        self.key, self.value, self.payments = key, value, []
        self.status = 'initial_payment'

    def received(self):
        return sum((p.received - p.refunded for p in self.payments if p.status != 'rejected'), Decimal(0))

    def paid(self):
        return sum((p.paid for p in self.payments), Decimal(0))

    def settle(self):
        paid = self.paid()
        if paid > 0 and self.value - paid <= CENT:
            self.status = 'full_payment'
        elif paid > 0 and self.status == 'initial_payment':
            self.status = 'partial_payment'

    def pay(self, key, amount, final):
        if self.received() + amount > self.value + CENT:
            return 'ZC110'
        if final and self.value - self.received() - amount > CENT:
            return 'ZC114'
        if amount < CENT:
            return '23514'
        self.payments.append(Payment(key, amount))
        return 'ok'

    def decide(self, payment, approved, verified, in_invoice):
        if approved and not CENT <= verified <= payment.received:
            return 'ZC002'
        if approved and payment.status == 'rejected' \
                and self.received() + payment.received - payment.refunded > self.value + CENT:
            return 'ZC110'
        if approved:
            counted = in_invoice if in_invoice > 0 else payment.received
            payment.status = 'approved'
            payment.paid = max(counted - payment.refunded, Decimal(0))
            payment.invoice = 'refunded' if payment.refunded >= counted else 'verified'
        else:
            payment.status, payment.paid = 'rejected', Decimal(0)
            if payment.invoice != 'refunded':
                payment.invoice = 'rejected'
        self.settle()
        return 'ok'

    def refund(self, payment, amount):
        if payment.status != 'approved':
            return 'ZC115'
        if amount > payment.paid:
            return 'ZC110'
        if amount < CENT:
            return '23514'
        payment.refunded += amount
        payment.paid -= amount
        if payment.paid == 0:
            payment.invoice = 'refunded'
        self.settle()
        return 'ok'


def uuid(number):
    return f'{number:032x}'


def amount(rng, top):
    kind = rng.random()
    if kind < 0.15:
        return top
    if kind < 0.25:
        return top + CENT
    if kind < 0.3:
        return top + 2 * CENT
    return cents(Decimal(rng.randrange(0, 120)) / 100 * top)


def play(rng):
    """Statements with the outcome the model expects, and the deals as they should be afterwards."""
    statements, deals, number = [], [], 1000
    for _ in range(CASES):
        number += 1
        deal = Deal(uuid(number), cents(Decimal(rng.choice([1, 100, 99999, 7, 12345678])) / 100 * rng.randrange(1, 900)))
        deals.append(deal)
        statements.append(("INSERT INTO civic.deals (id, client_id, amount, payment_method) VALUES"
                           f" ('{deal.key}', '{uuid(12)}', {deal.value}, 'bank')", 'ok'))
        for _ in range(STEPS):
            kind = rng.random()
            if not deal.payments or kind < 0.4:
                number += 1
                value = amount(rng, max(deal.value - deal.received(), CENT))
                final = rng.random() < 0.2
                statements.append((
                    "INSERT INTO civic.payments (id, deal_id, received_amount, payment_method, payment_category) VALUES"
                    f" ('{uuid(number)}', '{deal.key}', {value}, 'bank', '{'final' if final else 'partial'}')",
                    deal.pay(uuid(number), value, final)))
            elif kind < 0.8:
                payment = rng.choice(deal.payments)
                approved = rng.random() < 0.65
                verified = amount(rng, payment.received) if rng.random() < 0.3 else payment.received
                in_invoice = Decimal(0) if rng.random() < 0.6 else amount(rng, payment.received)
                statements.append((
                    f"SELECT civic.decide_payment('{payment.key}', '{'approved' if approved else 'rejected'}',"
                    f" {verified if approved else 'NULL'}, {in_invoice}, verifier_remarks => 'Seen.')",
                    deal.decide(payment, approved, verified, in_invoice)))
            else:
                payment = rng.choice(deal.payments)
                value = amount(rng, max(payment.paid, CENT))
                statements.append((f"SELECT civic.refund_payment('{payment.key}', {value}, 'Because.')",
                                   deal.refund(payment, value)))
    return statements, deals


def check_payments(rng):
    statements, deals = play(rng)
    script = ''.join(f'SELECT public.try({quote(statement)});\n' for statement, _ in statements)
    outcomes = psql('money', SESSION + script)
    wrong = [f'{statement}: {got}, not {want}' for (statement, want), got in zip(statements, outcomes) if got != want]
    report(not wrong and len(outcomes) == len(statements), f'{len(statements)} statements end as in the model,'
           f' {sum(want != "ok" for _, want in statements)} of them refused', wrong[:5])
    rows = psql('money', SESSION + """
        SELECT json_build_object('id', d.id, 'status', d.payment_status, 'paid', d.paid_amount::text,
            'count', d.payment_count, 'remaining', (t.remaining)::text, 'open', (t.open_for_payment)::text,
            'percent', (t.percent)::text, 'payments', (
                SELECT coalesce(json_agg(json_build_array(p.id, p.status, p.paid_amount::text, p.refunded_amount::text,
                    i.status) ORDER BY p.id), '[]')
                FROM civic.payments AS p JOIN civic.payment_invoices AS i ON i.payment_id = p.id
                WHERE p.deal_id = d.id))
        FROM civic.deals AS d, civic.deal_totals(d.id) AS t ORDER BY d.id;
    """)
    found = {row['id'].replace('-', ''): row for row in map(json.loads, rows)}
    wrong = []
    for deal in deals:
        row = found[deal.key]
        paid = deal.paid()
        want = {
            'status': deal.status, 'paid': Decimal(paid), 'count': len(deal.payments),
            'remaining': deal.value - paid, 'open': max(deal.value - deal.received(), Decimal(0)),
            'percent': (paid / deal.value * 100).quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP),
            'payments': [(p.key, p.status, p.paid, p.refunded, p.invoice) for p in deal.payments],
        }
        got = {
            'status': row['status'], 'paid': Decimal(row['paid']), 'count': row['count'],
            'remaining': Decimal(row['remaining']), 'open': Decimal(row['open']), 'percent': Decimal(row['percent']),
            'payments': [(i.replace('-', ''), s, Decimal(p), Decimal(r), v) for i, s, p, r, v in row['payments']],
        }
        if got != want:
            wrong.append(f'{deal.key}: {got}, not {want}')
    report(not wrong, f'{len(deals)} deals stand as in the model', wrong[:3])
    states = {(d.status, p.status, p.invoice) for d in deals for p in d.payments}
    report(len(states) >= 10, f'{len(states)} mixes of states were met')


def check_commissions(rng):
    """One commission a deal, as its own period; rates to two, exchange rates to six decimals."""
    wrong, script, wanted = [], '', []
    for number in range(400):
        sales = [cents(Decimal(rng.randrange(1, 10 ** rng.randrange(2, 11))) / 100 + CENT)
                 for _ in range(rng.randrange(1, 4))]
        rate = Decimal(rng.choice([0, 500, 10000, rng.randrange(0, 10001)])) / 100
        exchange = Decimal(rng.choice([1, 1000000, 10 ** 10, rng.randrange(1, 2 * 10 ** 6)])) / 10 ** 6
        bonus, penalty = (cents(Decimal(rng.randrange(0, 100000)) / 100) for _ in range(2))
        total = sum(sales)
        commission = cents(total * rate / 100)
        gross = cents(commission * exchange) + bonus
        if max(gross, cents(total * exchange)) >= Decimal(10) ** 13:
            continue
        day = f"date '2001-01-01' + {number}"
        script += ''.join(
            'INSERT INTO civic.deals (client_id, amount, payment_method, deal_date, verification_status, created_by)'
            f" VALUES ('{uuid(12)}', {value}, 'bank', {day}, 'verified', '{uuid(10)}');\n" for value in sales)
        # What does not count: another state, another day.
        script += ('INSERT INTO civic.deals (client_id, amount, payment_method, deal_date, created_by)'
                   f" VALUES ('{uuid(12)}', 77, 'bank', {day}, '{uuid(10)}');\n"
                   'SELECT json_build_array(c.total_sales::text, c.commission_amount::text, c.total_commission::text,'
                   ' c.total_receivable::text, c.converted_amount::text)'
                   f" FROM civic.calculate_commission('{uuid(10)}', {day}, {day}, 'USD', {rate}, {bonus}, {penalty},"
                   f' {exchange}) AS c;\n')
        wanted.append([total, commission, gross, gross - penalty, cents(total * exchange)])
    # As the system: deals come in verified; without their streaks, which are computed day by day.
    rows = psql('money', 'ALTER TABLE civic.deals DISABLE TRIGGER t60_follow;\n' + script)
    for want, row in zip(wanted, rows):
        got = [Decimal(text) for text in json.loads(row)]
        if got != want:
            wrong.append(f'{got}, not {want}')
    report(not wrong and len(rows) == len(wanted), f'{len(wanted)} commissions are as in decimal arithmetic', wrong[:5])
    stale = psql('money', 'SELECT count(*) FROM civic.reconcile_commissions()')
    report(stale == ['0'], 'nothing to reconcile')


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def report(passed, text, lines=()):
    report.count += 1
    print(f'{"ok" if passed else "not ok"} {report.count} - {text}')
    for line in lines:
        print(f'# {line}')
    report.failed |= not passed


report.count, report.failed = 0, False
SESSION = SETUP[SETUP.index('SET ROLE'):]


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    psql('postgres', 'SET client_min_messages = warning;\nDROP DATABASE IF EXISTS money;\nCREATE DATABASE money;')
    psql('money', SETUP)
    rng = random.Random(seed)
    check_payments(rng)
    check_commissions(rng)
    psql('postgres', 'DROP DATABASE money')
    print(f'1..{report.count}')
    return report.failed


sys.exit(main())
