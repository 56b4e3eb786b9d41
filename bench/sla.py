"""Deadlines: what a tick costs in a small and in a large table, and working time in C against its twin."""
import json
import statistics
import time

from city import ORGANIZATION, make_database
from harness import alternate, connect, psql, query, ratios, say

CALENDAR = '00000000-0000-0007-0000-000000000001'
DUE = 400


def make_tasks(database, tasks):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', database):
        return
    make_database(database, 1000)
    say(f'Making {tasks:,} tasks in database {database} ...')
    started = time.monotonic()
    psql(database, 'deadlines.sql', tasks=tasks)
    say(f'  {time.monotonic() - started:.0f} s')


def explain(cursor, statement):
    cursor.execute('EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) ' + statement)
    plan = cursor.fetchone()[0]
    plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]
    top = plan['Plan']
    return {'ms': plan['Execution Time'], 'buffers': top['Shared Hit Blocks'] + top['Shared Read Blocks']}


def tick(database, rows, at):
    """One tick that is rolled back, in a session that has ticked before."""
    with connect(database, **{'role': 'civic_service', 'civic.organization_id': ORGANIZATION}) as connection:
        with connection.cursor() as cursor:
            statement = f'SELECT * FROM civic.tick({rows}, {at})'
            cursor.execute('BEGIN')
            cursor.execute('SELECT * FROM civic.tick(5)')
            cursor.execute('ROLLBACK; BEGIN')
            result = explain(cursor, statement)
            cursor.execute('ROLLBACK; BEGIN')
            cursor.execute(statement)
            result['done'] = sum(cursor.fetchone()[:2])
            cursor.execute('ROLLBACK')
    return result


def seconds(cursor, expression, count):
    started = time.monotonic()
    cursor.execute(f'SELECT count({expression}) FROM generate_series(1, %s) AS n', (count,))
    assert cursor.fetchone()[0] == count
    return {'us': 1e6 * (time.monotonic() - started) / count}


def measure_deadlines(table, options):
    small, large = (10_000, 100_000) if options.quick else (50_000, 5_000_000)
    # Both have the same number of tasks due: in the small table that is all of them that are late.
    due = min(DUE, small // 200 - 20)
    make_tasks('deadlines_small', small)
    make_tasks('deadlines_large', large)
    sizes = f'{large:,} / {small:,} tasks, 1 in 100 open'
    for name, rows, at in (('tick with work', due, 'now()'),
                           ('tick without work', 1000, "now() - interval '1 year'")):
        say(f'{name}, {sizes}')
        sides = {'large': 'deadlines_large', 'small': 'deadlines_small'}
        results = alternate(sides, options.rounds, lambda side: tick(side, rows, at))
        assert all(r['done'] == (rows if at == 'now()' else 0) for side in results.values() for r in side)
        note = '; '.join(
            f'{side} {statistics.median(r["ms"] for r in found):.2f} ms, '
            f'{statistics.median(r["buffers"] for r in found):.0f} buffers' for side, found in results.items())
        if rows == due:
            note += f'; {due} tasks each'
        table.add(name, sizes, 'time large / small', ratios(results, 'large', 'small', 'ms'), 1.5, False, note)
        # A task is in twelve indexes, each a level deeper in the large table.
        table.add(name, sizes, 'buffers large / small', ratios(results, 'large', 'small', 'buffers'), 2)
    scan = ('SELECT count(*) FROM civic.tasks AS t WHERE t.organization_id ='
            f" '{ORGANIZATION}' AND t.status::text NOT IN ('resolved', 'rejected') AND t.sla_deadline < now()")
    with connect('deadlines_large', max_parallel_workers_per_gather=0) as connection, connection.cursor() as cursor:
        whole = [explain(cursor, scan) for _ in range(3)]
    idle = [tick('deadlines_large', 1000, "now() - interval '1 year'") for _ in range(3)]
    table.add('tick without work', f'{large:,} tasks', 'time of a scan for late work without the index / tick',
              [a['ms'] / b['ms'] for a, b in zip(whole, idle)], form='{:.0f}')
    say('working time')
    with connect('deadlines_small', **{'civic.organization_id': ORGANIZATION}) as connection:
        for name, call, twin in (
                ('work_add(), 16 hours', "work_add('{0}', start, '16 hours')", 200),
                ('work_add(), 400 hours', "work_add('{0}', start, '400 hours')", 20),
                ('work_between(), a month', "work_between('{0}', start, start + interval '30 days')", 50)):
            start = "(timestamptz '2026-01-01 10:00+00' + n %% 1000 * interval '1 hour')"
            call = call.format(CALENDAR).replace('start', start)
            with connection.cursor() as cursor:
                results = alternate({'civic': (f'civic.{call}', 100_000), 'twin': (f'twin.{call}', twin)},
                                    max(options.rounds, 5), lambda side: seconds(cursor, *side))
            table.add(name, 'a calendar with holidays in Europe/Berlin, 1 client', 'time, twin / C',
                      ratios(results, 'twin', 'civic', 'us'), 10, True, ', '.join(
                          f'{side} {statistics.median(r["us"] for r in found):.2f} µs'
                          for side, found in results.items()), form='{:.0f}')
