"""Lists of deals, cases and sessions under the row policies, by SELECT and by function, and what other tenants cost."""
import statistics
import time

from harness import Log, Side, connect, cpu_note, in_turns, psql, query, ratios, say

DEAL = 'id, deal_no, deal_name, client_id, amount, currency, payment_status, verification_status, created_at'
CASE = 'id, title, status, priority, created_by, assigned_to, created_at'
SESSION = 'id, contact_id, dest_name, status, created_at'
NEWEST = 'ORDER BY created_at DESC, id DESC LIMIT 50'
TABLES = {'deals': DEAL, 'cases': CASE}


def organization(number):
    return f'{4096 + number:032x}'


def thing(kind, number):
    return f'{kind:016x}{number:016x}'


def make_lists(database, organizations, first, each):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', database):
        return
    say(f'Making {organizations:,} organizations, the first with {first:,} deals and cases, the others with {each:,} ...')
    started = time.monotonic()
    query('postgres', f'CREATE DATABASE {database}')
    query(database, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(database, 'lists.sql', organizations=organizations, first=first, each=each)
    say(f'  {time.monotonic() - started:.0f} s')


class People:
    """Of a tenant with so many deals; see lists.sql."""

    def __init__(self, rows, tenant=1, first=True):
        self.sellers = max(rows // 20000, 5)
        self.clients = max(rows // 20, 20 if first else 5)
        self.tenant = tenant
        self.names = {'administrator': (1, 0), 'person who sees their own': (1, 1), 'salesperson': (1, 2),
                      'chair': (4, 0), 'clerk': (4, 3), 'caseworker': (4, self.sellers + 3),
                      'professional': (1, 2)}

    def id(self, name):
        kind, number = self.names[name]
        return thing(kind, 1000000 * self.tenant + number)

    def settings(self, name):
        return {'role': 'civic_user', 'civic.organization_id': organization(self.tenant), 'civic.user_id': self.id(name)}


# What is asked of a list all day: its name, the condition, and the arguments that say the same to the function.
def deal_filters(people, middle):
    client = thing(2, 1000000 * people.tenant + 1 + middle * 7 % people.clients)
    return {'newest 50': ('', ''),
            "client's": (f"client_id = '{client}'", f"client_id => '{client}'"),
            "seller's 50": (f"created_by = '{people.id('salesperson')}'",
                            f"created_by => '{people.id('salesperson')}'"),
            '50 to verify': ("verification_status = 'pending'", "verification_statuses => '{pending}'")}


def case_filters(people):
    return {'newest 50': ('', ''),
            '50 to review': ("status = 'pending_review'", "statuses => '{pending_review}'"),
            "caseworker's 50": (f"assigned_to = '{people.id('caseworker')}'",
                                f"assigned_to => '{people.id('caseworker')}'")}


def select(table, *conditions):
    where = ' AND '.join(condition for condition in conditions if condition)
    return f'SELECT {TABLES[table]} FROM civic.{table}{" WHERE " + where if where else ""} {NEWEST}'


def call(table, arguments):
    return f'SELECT {TABLES[table]} FROM civic.list_{table}({arguments})'


def statements(rows):
    """Name, person, their statement, the same written out for the table's owner."""
    people = People(rows)
    tenant = f"organization_id = '{organization(1)}'"
    filters = {'deals': deal_filters(people, rows // 2), 'cases': case_filters(people)}
    for table, asker in (('deals', 'administrator'), ('cases', 'chair')):
        for name, (condition, arguments) in filters[table].items():
            owner = select(table, tenant, condition)
            yield f'{name} {table}', asker, select(table, condition), owner
            yield f'{name} {table} by list_{table}()', asker, call(table, arguments), owner
    own = f"created_by = '{people.id('person who sees their own')}'"
    yield 'own 50 deals', 'person who sees their own', select('deals', own), select('deals', tenant, own)
    yield ('own 50 deals by list_deals()', 'person who sees their own', call('deals', ''), select('deals', tenant, own))
    for asker, column in (('clerk', 'created_by'), ('caseworker', 'assigned_to')):
        me = f"'{people.id(asker)}'"
        own = f'{column} = {me}'
        yield f'own 50 cases by {column}', asker, select('cases', own), select('cases', tenant, own)
        yield ('own 50 cases by list_cases()', asker, call('cases', ''),
               select('cases', tenant, f'(created_by = {me} OR assigned_to = {me})'))


def check(log, database, people, found):
    for name, asker, statement, owner in found:
        with connect(database, **people.settings(asker)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall()
        log.test(rows and rows == query(database, owner, role='civic_owner'),
                 f'{database}: {name} as {asker}: policies and written-out predicate give the same {len(rows)} rows')


def measure_lists(table, options):
    large, others = (50_000, 99) if options.quick else (1_000_000, 999)
    few, many, page = (10, 200, 200) if options.quick else (10, 5000, 200)
    make_lists('lists_large', others + 1, large, 100)
    log = Log()
    people = People(large)
    found = list(statements(large))
    check(log, 'lists_large', people, found)
    workload = f'{large:,} deals and cases of a tenant among {others + 1:,}, 2 clients'
    for name, asker, statement, owner in found:
        say(f'{name} as {asker}')
        sides = {
            'owner': Side('lists_large', owner + ';\n', 2, role='civic_owner'),
            'person': Side('lists_large', statement + ';\n', 2, **people.settings(asker)),
        }
        results = in_turns(sides, options.rounds, options.seconds)
        times = {side: statistics.median(r['ms'] for r in results[side]) for side in results}
        table.add(f'{name} as {asker}', workload, 'time under policies / owner, same rows',
                  ratios(results, 'person', 'owner', 'ms'), 1.15, False,
                  f'{times["person"]:.3f} ms against {times["owner"]:.3f} ms; ' + cpu_note(results, 'person', 'owner'))
    table.add('lists', workload, f'{log.count - log.failed} of {log.count} checks of equality passed',
              [log.failed], 0, form='{:.0f}', note='failed checks')

    make_lists('lists_few', few, page, page)
    make_lists('lists_many', many, page, page)
    people = People(page, few // 2, False)
    filters = {'deals': deal_filters(people, 2), 'cases': case_filters(people)}
    pages = [(f'{name} {kind}', asker, statement)
             for kind, asker in (('deals', 'salesperson'), ('cases', 'chair'))
             for name, (condition, arguments) in filters[kind].items()
             for statement in (select(kind, condition), call(kind, arguments))]
    pages.append(('own 50 sessions of mandates', 'professional', f'SELECT {SESSION} FROM civic.mandated_sessions()'))
    for name, asker, statement in pages:
        name += ' by function' if '(' in statement.partition('FROM')[2] else ''
        say(f'{name} among {few:,} and {many:,} organizations')
        sides = {
            'many': Side('lists_many', statement + ';\n', 2, **people.settings(asker)),
            'few': Side('lists_few', statement + ';\n', 2, **people.settings(asker)),
        }
        results = in_turns(sides, options.rounds, options.seconds)
        table.add(f"tenant's {name}", f'{page:,} rows each, {many:,} / {few:,} organizations, 2 clients',
                  'time among many / few', ratios(results, 'many', 'few', 'ms'), 1.2, False,
                  ', '.join(f'{side} {statistics.median(r["ms"] for r in results[side]):.3f} ms' for side in results)
                  + '; ' + cpu_note(results, 'many', 'few'))
