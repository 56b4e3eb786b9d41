"""Row policies: statements as a person and the same written out for the owner; their growth."""
import random
import re
import statistics

from city import ORGANIZATION, ORGANIZATIONS, as_person, check_data, make_database, person
from harness import Log, Side, connect, cpu_note, in_turns, ratios, say, value

OPEN = ("status IN ('assigned_to_department', 'assigned_to_officer', 'assignment_rejected', 'acknowledged',"
        " 'in_progress', 'pending_verification', 'on_hold', 'reopened')")
COLUMNS = 'id, report_number, title, category, status, severity, latitude, longitude, created_at'


class Statement:
    def __init__(self, name, who, user, owner, setup=''):
        self.name, self.who, self.user, self.owner, self.setup = name, who, user, owner, setup


def statements(database):
    department, quiet = (
        value(database, 'SELECT id FROM civic.departments WHERE organization_id = %s AND code = %s', ORGANIZATION, code)
        for code in ('PWD', 'HMD'))
    officer = value(database, 'SELECT min(id::text) FROM civic.users WHERE organization_id = %s AND department_id = %s',
                    ORGANIZATION, department)
    total = value(database, 'SELECT reports FROM bench.sizes')
    tenant = f"organization_id = '{ORGANIZATION}'"
    shown = '((is_public AND NOT is_sensitive)'
    people = {'resident': person(71), 'officer': officer, 'admin': person(1)}
    visible = {
        'resident': f" AND {shown} OR user_id = '{people['resident']}' OR assigned_to = '{people['resident']}')",
        'officer': f" AND {shown} OR user_id = '{officer}' OR assigned_to = '{officer}'"
                   f" OR department_id = '{department}')",
        'admin': '',
    }
    setups = {
        'point': f'\\set n 10 * random(0, {total // ORGANIZATIONS - 1})\n',
        # Inside the city, at least 500 m from its edge.
        'nearby': '\\set lat 11 + random(-1000, 1000) / 1000.0 * {0}\n'
                  '\\set lon 76 + random(-1000, 1000) / 1000.0 * {0}\n'
                  .format(max(0.001, (total / ORGANIZATIONS / 250) ** 0.5 / 2 / 111.2 - 0.006)),
    }
    point = f'SELECT {COLUMNS} FROM civic.reports WHERE id = bench.report(:n, {total})'
    newest = 'ORDER BY created_at DESC, id DESC LIMIT 50'
    place = 'ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography'
    found = []
    for who in people:
        found.append(Statement('point read', who, point, f'{point} AND {tenant}{visible[who]}', setups['point']))
        found.append(Statement('newest 50', who, f'SELECT {COLUMNS} FROM civic.reports {newest}',
                               f'SELECT {COLUMNS} FROM civic.reports WHERE {tenant}{visible[who]} {newest}'))
        for name, number in (("department's open 50", department), ("small department's open 50", quiet)):
            where = f"department_id = '{number}' AND {OPEN}"
            found.append(Statement(
                name, who, f'SELECT {COLUMNS} FROM civic.reports WHERE {where} {newest}',
                f'SELECT {COLUMNS} FROM civic.reports WHERE {tenant} AND {where}{visible[who]} {newest}'))
    found.append(Statement(
        'nearby_reports()', 'resident',
        'SELECT (n.report).id, (n.report).title, (n.report).status, n.distance_m'
        ' FROM civic.nearby_reports(:lat, :lon, 500, 50) AS n',
        f'SELECT id, title, status, ST_Distance(location, {place}) AS distance_m FROM civic.reports'
        f' WHERE {tenant} AND civic_helpers.is_within(location, :lat, :lon, 500){visible["resident"]} ORDER BY 4, id LIMIT 50',
        setups['nearby']))
    return people, found


def with_values(sql, rng, total, reach):
    n = 10 * rng.randrange(total // ORGANIZATIONS)
    lat, lon = 11 + rng.uniform(-reach, reach), 76 + rng.uniform(-reach, reach)
    return sql.replace(':n,', f'{n},').replace(':lat', repr(lat)).replace(':lon', repr(lon))


def check_statements(tap, database):
    """Both sides give the same rows, and no plan reads all of the table."""
    people, found = statements(database)
    total = value(database, 'SELECT reports FROM bench.sizes')
    reach = (total / ORGANIZATIONS / 250) ** 0.5 / 2 / 111.2
    for statement in found:
        rng = random.Random(7)
        settings = as_person(people, statement.who)
        rows = different = 0
        with connect(database, **settings) as user, connect(database, role='civic_owner') as owner:
            for _ in range(25):
                seed = rng.random()
                answers = []
                for connection, sql in ((user, statement.user), (owner, statement.owner)):
                    with connection.cursor() as cursor:
                        cursor.execute(with_values(sql, random.Random(seed), total, reach))
                        answers.append(cursor.fetchall())
                rows += len(answers[0])
                different += answers[0] != answers[1]
        tap.test(different == 0, f'{database}: {statement.name} as {statement.who}: policies and written-out'
                 f' predicate give the same {rows} rows')
        scans = plans(database, statement, settings, total)
        tap.test(not any('Seq Scan' in scan for scan in scans),
                 f'{database}: {statement.name} as {statement.who}: {"; ".join(sorted(scans))}')


def plans(database, statement, settings, total):
    """How the reports are read: the scans in the plans of eight executions, of functions' statements too."""
    with connect(database) as connection:
        with connection.cursor() as cursor:
            cursor.execute("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;"
                           ' SET auto_explain.log_nested_statements = on; SET client_min_messages = log')
            for name, text in settings.items():
                cursor.execute(f'SET {name} = %s', (text,))
            sql = statement.user
            names = [name for name in (':n', ':lat', ':lon') if name in sql]
            for i, name in enumerate(names):
                sql = re.sub(name + r'\b', f'${i + 1}', sql)
            kinds = {':n': 'bigint', ':lat': 'float8', ':lon': 'float8'}
            types = f'({", ".join(kinds[name] for name in names)})' if names else ''
            cursor.execute(f'PREPARE s{types} AS {sql}')
            arguments = {':n': str(total // 2 // 10 * 10), ':lat': '11.001', ':lon': '76.001'}
            connection.notices.clear()
            for _ in range(8):
                cursor.execute('EXECUTE s' + (f'({", ".join(arguments[name] for name in names)})' if names else ''))
            text = '\n'.join(connection.notices)
    return set(re.findall(r'((?:Parallel )?(?:Seq|Index Only|Index|Bitmap Heap|Bitmap Index) Scan '
                          r'(?:on reports\w*|using reports\w+))', text))


def chosen(found, options):
    """A quick run takes each statement as one person only."""
    who = {'point read': 'resident', 'newest 50': 'admin', 'nearby_reports()': 'resident'}
    return [s for s in found if not options.quick or s.who == who.get(s.name, 'officer')]


def measure_policies(table, options):
    make_database('large', options.large)
    check_data(Log(), 'large')
    log = Log()
    check_statements(log, 'large')
    same = f'{log.count - log.failed} of {log.count} checks of equality and plans passed'
    people, found = statements('large')
    for statement in chosen(found, options):
        say(f'{statement.name} as {statement.who}')
        sides = {
            'owner': Side('large', statement.setup + statement.owner + ';\n', 2, role='civic_owner'),
            'person': Side('large', statement.setup + statement.user + ';\n', 2, **as_person(people, statement.who)),
        }
        results = in_turns(sides, options.rounds, options.seconds)
        times = {name: statistics.median(r['ms'] for r in results[name]) for name in results}
        note = f'{times["person"]:.3f} ms against {times["owner"]:.3f} ms; ' + cpu_note(results, 'person', 'owner')
        workload = f'{options.large:,} reports, 2 clients'
        if statement.name in ('point read', 'nearby_reports()'):
            table.add(f'{statement.name} as {statement.who}', workload, 'throughput under policies / owner, same rows',
                      ratios(results, 'person', 'owner', 'tps'), 0.95 if statement.name == 'point read' else 0.8, True,
                      note)
        else:
            table.add(f'{statement.name} as {statement.who}', workload, 'time under policies / owner, same rows',
                      ratios(results, 'person', 'owner', 'ms'), 1.15, False, note)
    table.add('row policies', f'{options.large:,} reports', same, [log.failed], 0, form='{:.0f}', note='failed checks')


def measure_growth(table, options):
    make_database('small', options.small)
    make_database('large', options.large)
    log = Log()
    check_statements(log, 'small')
    small = {(s.name, s.who): s for s in statements('small')[1]}
    small_people = statements('small')[0]
    people, found = statements('large')
    for statement in chosen(found, options):
        other = small[statement.name, statement.who]
        say(f'{statement.name} as {statement.who}, {options.small:,} and {options.large:,} reports')
        wanted, of_small = statement.user, other.user
        if ':' not in of_small:
            # A page that is not full in the small database would be compared with a full one.
            with connect('small', **as_person(small_people, other.who)) as connection, connection.cursor() as cursor:
                cursor.execute(of_small)
                wanted, of_small = (sql.replace('LIMIT 50', f'LIMIT {cursor.rowcount}') for sql in (wanted, of_small))
        sides = {
            'large': Side('large', statement.setup + wanted + ';\n', 2, **as_person(people, statement.who)),
            'small': Side('small', other.setup + of_small + ';\n', 2, **as_person(small_people, other.who)),
        }
        results = in_turns(sides, options.rounds, options.seconds)
        table.add(f'growth of {statement.name} as {statement.who}',
                  f'{options.large:,} / {options.small:,} reports, 2 clients',
                  'time large / small', ratios(results, 'large', 'small', 'ms'), 1.3, False,
                  ', '.join(f'{name} {statistics.median(r["ms"] for r in results[name]):.3f} ms' for name in results))
