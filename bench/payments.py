"""Payments: lists of deals under the row policies, and what other tenants cost."""
import statistics
import time

from harness import Log, Side, alternate, connect, cpu_note, psql, query, ratios, say

COLUMNS = 'id, deal_no, deal_name, client_id, amount, currency, payment_status, verification_status, created_at'
NEWEST = 'ORDER BY created_at DESC, id DESC LIMIT 50'


def organization(number):
    return f'{4096 + number:032x}'


def thing(kind, number):
    return f'{kind:016x}{number:016x}'


def make_deals(database, organizations, first, each):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', database):
        return
    say(f'Making {organizations:,} organizations, the first with {first:,} deals, the others with {each:,} ...')
    started = time.monotonic()
    query('postgres', f'CREATE DATABASE {database}')
    query(database, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(database, 'payments.sql', organizations=organizations, first=first, each=each)
    say(f'  {time.monotonic() - started:.0f} s')


def as_person(number, tenant=1):
    return {'role': 'civic_user', 'civic.organization_id': organization(tenant),
            'civic.user_id': thing(1, 1000000 * tenant + number)}


def statements(first):
    """Name, person, statement of the person, the same written out for the table's owner."""
    tenant = f"organization_id = '{organization(1)}'"
    client = thing(2, 1000000 + 1 + first * 7 // 2 % max(first // 20, 20))
    seller = thing(1, 1000002)
    own = thing(1, 1000001)
    for name, person, where in (
            ('newest 50 deals', 0, ''), ('newest 50 deals', 2, ''),
            ("client's deals", 0, f"client_id = '{client}'"),
            ("seller's 50 deals", 2, f"created_by = '{seller}'"),
            ("seller's 50 deals", 1, f"created_by = '{own}'"),
            ('50 deals to verify', 0, "verification_status = 'pending'")):
        visible = f" AND created_by = '{own}'" if person == 1 else ''
        yield (name, person,
               f'SELECT {COLUMNS} FROM civic.deals{" WHERE " + where if where else ""} {NEWEST}',
               f'SELECT {COLUMNS} FROM civic.deals WHERE {tenant}{" AND " + where if where else ""}{visible} {NEWEST}')
    for person in (0, 1):
        visible = f" AND created_by = '{own}'" if person == 1 else ''
        yield ('newest 50 by list_deals()', person, f'SELECT {COLUMNS} FROM civic.list_deals()',
               f'SELECT {COLUMNS} FROM civic.deals WHERE {tenant}{visible} {NEWEST}')


PEOPLE = {0: 'organization administrator', 1: 'person who sees their own', 2: 'salesperson'}


def check(log, database, found):
    for name, person, user, owner in found:
        with connect(database, **as_person(person)) as connection, connection.cursor() as cursor:
            cursor.execute(user)
            rows = cursor.fetchall()
        log.test(rows and rows == query(database, owner, role='civic_owner'),
                 f'{database}: {name} as {PEOPLE[person]}: policies and written-out predicate give the same'
                 f' {len(rows)} rows')


def measure_payments(table, options):
    large, others = (50_000, 99) if options.quick else (1_000_000, 999)
    few, many, page = (10, 200, 200) if options.quick else (10, 5000, 200)
    make_deals('deals_large', others + 1, large, 100)
    log = Log()
    found = list(statements(large))
    check(log, 'deals_large', found)
    workload = f'{large:,} deals of a tenant among {others + 1:,}, 2 clients'
    for name, person, user, owner in found:
        say(f'{name} as {PEOPLE[person]}')
        sides = {
            'owner': Side('deals_large', owner + ';\n', 2, role='civic_owner'),
            'person': Side('deals_large', user + ';\n', 2, **as_person(person)),
        }
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
        times = {side: statistics.median(r['ms'] for r in results[side]) for side in results}
        table.add(f'{name} as {PEOPLE[person]}', workload, 'time under policies / owner, same rows',
                  ratios(results, 'person', 'owner', 'ms'), 1.15, False,
                  f'{times["person"]:.3f} ms against {times["owner"]:.3f} ms; ' + cpu_note(results, 'person', 'owner'))
    table.add('lists of deals', workload, f'{log.count - log.failed} of {log.count} checks of equality passed',
              [log.failed], 0, form='{:.0f}', note='failed checks')

    make_deals('deals_few', few, page, page)
    make_deals('deals_many', many, page, page)
    tenant = few // 2
    for name, statement in (
            ('newest 50 deals', f'SELECT {COLUMNS} FROM civic.deals {NEWEST}'),
            ('50 deals to verify', f"SELECT {COLUMNS} FROM civic.deals WHERE verification_status = 'pending' {NEWEST}"),
            ("client's deals", f"SELECT {COLUMNS} FROM civic.deals WHERE client_id = '{thing(2, 1000000 * tenant + 3)}'"
                               f' {NEWEST}'),
            ('list_deals()', f'SELECT {COLUMNS} FROM civic.list_deals()')):
        say(f'{name} among {few:,} and {many:,} organizations')
        sides = {
            'many': Side('deals_many', statement + ';\n', 2, **as_person(2, tenant)),
            'few': Side('deals_few', statement + ';\n', 2, **as_person(2, tenant)),
        }
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
        table.add(f"tenant's {name}", f'{page:,} deals each, {many:,} / {few:,} organizations, 2 clients',
                  'time among many / few', ratios(results, 'many', 'few', 'ms'), 1.2, False,
                  ', '.join(f'{side} {statistics.median(r["ms"] for r in results[side]):.3f} ms' for side in results)
                  + '; ' + cpu_note(results, 'many', 'few'))
