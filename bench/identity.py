"""Identity and permissions in a policy, identifiers, the check of a session."""
import json
import statistics
import time

from city import ORGANIZATION, as_person, make_database
from harness import Session, alternate, connect, ratios, say
from policies import statements


def measure_identity(table, options):
    make_database('small', options.small)
    people, _ = statements('small')
    rows, few = options.identity_rows, options.identity_rows // 50
    say('Making narrow tables ...')
    tenant = f"organization_id = '{ORGANIZATION}'"
    policies = {
        'constant': (rows, 'true'),
        'current_organization_id()': (rows, 'organization_id = civic.current_organization_id()'),
        'has_permission()': (rows, "civic.has_permission('create:report')"),
        'current_organization_id() of the twin': (few, 'organization_id = twin.current_organization_id()'),
        'has_permission() of the twin': (few, "twin.has_permission('create:report')"),
    }
    relations = {name: f'bench.narrow_{i}' for i, name in enumerate(policies)}
    with connect('small') as connection, connection.cursor() as cursor:
        for name, (count, policy) in policies.items():
            relation = relations[name]
            cursor.execute(f'DROP TABLE IF EXISTS {relation}')
            cursor.execute(f'CREATE TABLE {relation} AS SELECT %s::uuid AS organization_id, n'
                           ' FROM generate_series(1, %s) AS n', (ORGANIZATION, count))
            cursor.execute(f'GRANT SELECT ON {relation} TO civic_user')
            if policy != 'true':
                cursor.execute(f'ALTER TABLE {relation} ENABLE ROW LEVEL SECURITY')
                cursor.execute(f'CREATE POLICY p ON {relation} USING ({policy})')
            cursor.execute(f'VACUUM ANALYZE {relation}')
    say('identity in a policy')
    with connect('small', max_parallel_workers_per_gather=0, **as_person(people, 'resident')) as connection:
        def count(item):
            relation, where, expected = item
            with connection.cursor() as cursor:
                best = []
                for _ in range(3):
                    started = time.monotonic()
                    cursor.execute(f'SELECT count(*) FROM {relation}{where}')
                    best.append(time.monotonic() - started)
                    assert cursor.fetchone()[0] == expected
            return {'ns': 1e9 * min(best) / expected}

        sides = {name: (relations[name], '', policies[name][0]) for name in policies}
        sides['no predicate'] = (relations['constant'], '', rows)
        sides['constant'] = (relations['constant'], f' WHERE {tenant}', rows)
        count(sides['current_organization_id()'])
        results = alternate(sides, max(options.rounds, 5), count)
    note = 'ns/row in all: ' + ', '.join(
        f'{name} {statistics.median(r["ns"] for r in results[name]):.0f}' for name in results)
    for name, base in (('current_organization_id()', 'constant'), ('has_permission()', 'no predicate')):
        table.add(f'{name} in a policy', f'sequential count of {rows:,} rows, 1 client', f'ns per row above {base}',
                  [a['ns'] - b['ns'] for a, b in zip(results[name], results[base])], 60, False, note, '{:.1f}')
        table.add(f'{name} in a policy', f'sequential count, {few:,} rows for the twin', 'ns per row above ' + base
                  + ', twin / C', [(t['ns'] - b['ns']) / (a['ns'] - b['ns']) for a, b, t in zip(
                      results[name], results[base], results[f'{name} of the twin'])], form='{:.0f}')
        note = ''
    with connect('small') as connection, connection.cursor() as cursor:
        def make(schema):
            started = time.monotonic()
            cursor.execute(f'SELECT max({schema}.uuid_v7()::text) FROM generate_series(1, 50000)')
            return {'ns': 1e9 * (time.monotonic() - started) / 50000}
        results = alternate({'civic': 'civic', 'twin': 'twin'}, max(options.rounds, 5), make)
    table.add('uuid_v7()', '50,000 calls in a statement, 1 client', 'time, twin / C',
              ratios(results, 'twin', 'civic', 'ns'),
              note=', '.join(f'{name} {statistics.median(r["ns"] for r in results[name]):.0f} ns' for name in results))
    measure_check_session(table, options, people)


def measure_check_session(table, options, people):
    """What PostgREST calls before every request, among as many sessions as there are people."""
    calls = 1000
    with connect('small', **{'civic.organization_id': ORGANIZATION}) as connection, connection.cursor() as cursor:
        # Rows were loaded without triggers.
        cursor.execute('INSERT INTO civic.sign_in_policies DEFAULT VALUES ON CONFLICT DO NOTHING')
        cursor.execute('INSERT INTO civic.user_sessions (user_id, expires_at) SELECT u.id, now() + interval \'1 day\''
                       ' FROM civic.users AS u WHERE u.organization_id = %s', (ORGANIZATION,))
        cursor.execute('ANALYZE civic.user_sessions')
        cursor.execute('SELECT s.id FROM civic.user_sessions AS s WHERE s.user_id = %s LIMIT 1',
                       (people['resident'],))
        session = cursor.fetchone()[0]
    claims = json.dumps({'role': 'civic_user', 'sub': people['resident'], 'organization_id': ORGANIZATION,
                         'session_id': session})
    # A token of its own for each call, as with requests of different people.
    token = f"set_config('request.jwt.claims', rpad('{claims}', 300 + n::integer), false)"
    sides = {name: Session('small', f'SELECT {columns} FROM generate_series($1, $1 + {calls - 1}) AS n', 10,
                           role='civic_user')
             for name, columns in (('both', f'{token}, civic.check_session()'), ('token', token))}
    results = alternate(sides, max(options.rounds, 5), lambda side: side.run())
    table.add('check_session()', f'{calls:,} calls in a statement, 1 client', 'CPU µs per call above setting the token',
              [(b['cpu'] - t['cpu']) / calls for b, t in zip(results['both'], results['token'])], 100, form='{:.1f}')
    for side in sides.values():
        side.close()
