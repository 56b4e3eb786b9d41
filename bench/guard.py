"""The guard of status columns, against no trigger and its twin."""
import statistics
import time

from city import ORGANIZATION, as_person, make_database
from harness import Session, Side, alternate, connect, cpu_note, query, ratios, say, server_cpu
from policies import statements

GUARDS = {
    'none': None,
    'idle': 'suppress_redundant_updates_trigger()',
    'C': "civic.guard_status('report', 'status', 'assigned_to', 'user_id')",
    'twin': 'twin.guard_status()',
}
MOVES = {
    # name: who, what the statement sets
    'move by assignee': ('officer', "status = CASE status WHEN 'acknowledged' THEN 'in_progress'::civic.report_status"
                                    " ELSE 'acknowledged' END"),
    'move by permission, with reason': (
        'admin', "status = CASE status WHEN 'in_progress' THEN 'on_hold'::civic.report_status ELSE 'in_progress' END,"
                 " hold_reason = CASE status WHEN 'in_progress' THEN 'Waiting for spare parts.' END"),
}


def guard_tables(database, rows):
    people, _ = statements(database)
    with connect(database, **{'civic.organization_id': ORGANIZATION}) as connection, connection.cursor() as cursor:
        cursor.execute('INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status,'
                       " actors) VALUES (%s, 'report', 'in_progress', 'acknowledged', '{assignee}')"
                       ' ON CONFLICT DO NOTHING',
                       (ORGANIZATION,))
        cursor.execute("SELECT string_agg(quote_ident(attname), ', '), string_agg('r.' || quote_ident(attname), ', ')"
                       ' FROM pg_attribute'
                       " WHERE attrelid = 'civic.reports'::regclass AND attnum > 0 AND NOT attisdropped"
                       " AND attname NOT IN ('id', 'status', 'assigned_to', 'department_id',"
                       " 'duplicate_of_report_id')")
        columns, values = cursor.fetchone()
        for name, trigger in GUARDS.items():
            relation = f'bench.guard_{name.lower()}'
            cursor.execute(f'DROP TABLE IF EXISTS {relation}')
            # Generated columns become plain ones: where a table has any BEFORE UPDATE trigger the server computes them
            # anew, and that is no work of the guard's.
            cursor.execute(f'CREATE TABLE {relation} (LIKE civic.reports INCLUDING DEFAULTS INCLUDING CONSTRAINTS,'
                           ' PRIMARY KEY (organization_id, id)) WITH (fillfactor = 70)')
            cursor.execute(
                f'INSERT INTO {relation} (id, status, assigned_to, department_id, {columns})'
                f" SELECT bench.person(0, row_number() OVER ()), 'in_progress', u.id, u.department_id,"
                f' {values} FROM (SELECT * FROM civic.reports WHERE organization_id = %s LIMIT %s) AS r'
                ' JOIN civic.users AS u ON u.organization_id = r.organization_id AND u.id = %s',
                (ORGANIZATION, rows, people['officer']))
            if trigger:
                cursor.execute(f'CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON {relation}'
                               f' FOR EACH ROW EXECUTE FUNCTION {trigger}')
            cursor.execute(f'GRANT SELECT, UPDATE ON {relation} TO civic_user')
            cursor.execute(f'VACUUM ANALYZE {relation}')
            cursor.execute(f'SELECT count(*) FROM {relation}')
            rows = cursor.fetchone()[0]
    return people, rows


def measure_guard(table, options):
    make_database('large', options.large)
    say('Making tables for the guard ...')
    for move, (who, assignments) in MOVES.items():
        people, rows = guard_tables('large', options.guard_rows)
        say(f'guard: {move}')
        sides = {name: Side('large', f'\\set n random(1, {rows})\nUPDATE bench.guard_{name.lower()} SET {assignments}'
                            f" WHERE organization_id = '{ORGANIZATION}' AND id = bench.person(0, :n);\n",
                            8, f'VACUUM bench.guard_{name.lower()}', **as_person(people, who)) for name in GUARDS}
        results = alternate(sides, options.rounds, lambda side: side.run(options.guard_seconds))
        workload = f'UPDATE of one row by key, {rows:,} rows, 8 clients; {move}'
        note = cpu_note(results, *GUARDS)
        table.add('guard, one row', workload, 'CPU per transaction, C guard / no trigger',
                  ratios(results, 'C', 'none', 'cpu'), note=note)
        gains = [(c['cpu'] - n['cpu']) / (t['cpu'] - n['cpu'])
                 for n, c, t in zip(results['none'], results['C'], results['twin'])]
        table.add('guard, one row', workload, 'CPU above no trigger, C guard / PL/pgSQL twin', gains, 0.1, False,
                  'throughput C / none %.3f, twin / none %.3f' % tuple(
                      statistics.median(ratios(results, name, 'none', 'tps')) for name in ('C', 'twin')))
        measure_guard_alone(table, options, move, who, assignments)
        say(f'guard in bulk: {move}')
        people, rows = guard_tables('large', options.guard_rows)

        def bulk(name):
            relation = f'bench.guard_{name.lower()}'
            with connect('large', **as_person(people, who)) as connection, connection.cursor() as cursor:
                cursor.execute(f'UPDATE {relation} SET {assignments} WHERE id = bench.person(0, 1)')
                before, started = server_cpu(), time.monotonic()
                cursor.execute(f'UPDATE {relation} SET {assignments}')
                taken, used = time.monotonic() - started, server_cpu() - before
            query('large', f'VACUUM {relation}')
            return {'ms': 1000 * taken, 'cpu': 1e6 * used / rows}

        results = alternate({name: name for name in GUARDS}, options.rounds + 1, bulk)
        # The first round writes the first new row versions of every page.
        results = {name: values[1:] for name, values in results.items()}
        gains = [(c['ms'] - n['ms']) / (t['ms'] - n['ms'])
                 for n, c, t in zip(results['none'], results['C'], results['twin'])]
        workload = f'UPDATE of {rows:,} rows at once, 1 client; {move}'
        note = 'ms: ' + ', '.join(f'{name} {statistics.median(r["ms"] for r in results[name]):.0f}' for name in GUARDS)
        table.add('guard, bulk', workload, 'time above no trigger, C guard / PL/pgSQL twin', gains, 0.25, False, note)
        table.add('guard, bulk', workload, 'time, C guard / no trigger', ratios(results, 'C', 'none', 'ms'))


def measure_guard_alone(table, options, move, who, assignments):
    """The guard takes about a microsecond; only sessions that take turns many times let it be seen."""
    people, rows = guard_tables('large', options.guard_rows)
    say(f'guard in one session: {move}')
    sides = {name: Session('large', f'UPDATE bench.guard_{name.lower()} SET {assignments}'
                           f" WHERE organization_id = '{ORGANIZATION}' AND id = bench.person(0, 1 + $1 * 7919 % {rows})",
                           options.guard_calls, synchronous_commit='off', **as_person(people, who)) for name in GUARDS}
    results = alternate(sides, 10 * options.rounds, lambda side: side.run())
    for side in sides.values():
        side.close()
    workload = (f'UPDATE of one row by key, {rows:,} rows, 1 session, {options.guard_calls} transactions a turn;'
                f' {move}')
    table.add('guard, one session', workload, "CPU of the session's backend, C guard / no trigger",
              ratios(results, 'C', 'none', 'cpu'), 1.03, False, cpu_note(results, *GUARDS))
    table.add('guard, one session', workload, "CPU of the session's backend, C guard / idle C trigger",
              ratios(results, 'C', 'idle', 'cpu'))
