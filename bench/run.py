#!/usr/bin/python3
"""Measures civic against plain SQL and against its PL/pgSQL twins; started by script/bench, which makes the server."""
import argparse
import itertools
import json
import os
import random
import re
import statistics
import sys
import threading
import time

import psycopg2

from assignment import measure_assignment
from audit import measure_audit
from duplicates import measure_duplicates
from intake import measure_intake
from lists import measure_lists
from outbox import measure_outbox
from partitions import measure_partitions
from quality import measure_quality
from harness import (Log, Session, Side, Table, Tap, alternate, connect, cpu_note, psql, query, ratios, say,
                     server_cpu, value)
from routing import measure_areas
from search import measure_search
from sla import measure_deadlines
from sync import measure_sync

ORGANIZATION = '00000000-0000-0000-0000-000000001001'
OPEN = ("status IN ('assigned_to_department', 'assigned_to_officer', 'assignment_rejected', 'acknowledged',"
        " 'in_progress', 'pending_verification', 'on_hold', 'reopened')")
COLUMNS = 'id, report_number, title, category, status, severity, latitude, longitude, created_at'
ORGANIZATIONS = 10
TWINS = ('identity', 'guard', 'uuid', 'duplicates', 'areas', 'moderation', 'routing', 'sla', 'attendance', 'open311',
         'templates', 'audit', 'search')
# The guard comes last: its random rules stop the moves that the others rely on.
TWIN_CHECKS = ('audit', 'duplicates', 'identity', 'uuid', 'areas', 'moderation', 'routing', 'sla', 'attendance', 'open311',
               'templates', 'search', 'guard')


def person(number):
    return f'00000000-0000-0001-{number >> 48:04x}-{number:012x}'


def make_database(name, reports, organizations=ORGANIZATIONS):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', name):
        return
    say(f'Making {reports:,} reports in database {name} ...')
    started = time.monotonic()
    query('postgres', f'CREATE DATABASE {name}')
    query(name, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(name, 'generate.sql', organizations=organizations, reports=reports)
    for twin in TWINS:
        psql(name, f'twins/{twin}.sql')
    say(f'  {time.monotonic() - started:.0f} s')


def check_twins(tap, cases, seed):
    query('postgres', 'DROP DATABASE IF EXISTS checks')
    make_database('checks', 3000, 3)
    psql('checks', 'equality.sql')
    say(f'Asking C code and twins {cases} random questions (seed {seed}) ...')
    with connect('checks') as connection, connection.cursor() as cursor:
        cursor.execute('SELECT setseed(%s)', (seed,))
        for check in TWIN_CHECKS:
            cursor.execute(f'SELECT bench.check_{check}(%s)', (cases,))
        cursor.execute("SELECT part, count(*), count(*) FILTER (WHERE c ? 'error'), count(DISTINCT c ->> 'error'),"
                       ' count(*) FILTER (WHERE c IS DISTINCT FROM twin OR part = %s AND c IS NOT NULL)'
                       ' FROM bench.answers GROUP BY part ORDER BY part', ('uuid_v7()',))
        for part, count, refused, codes, different in cursor.fetchall():
            lines = []
            if different:
                cursor.execute('SELECT left(question::text, 700), left(c::text, 400), left(twin::text, 400)'
                               ' FROM bench.answers WHERE part = %s AND c IS DISTINCT FROM twin LIMIT 3', (part,))
                lines = [f'{a}\n#   C:    {b}\n#   twin: {c}' for a, b, c in cursor.fetchall()]
            tap.test(not different, f'{part}: twin and C agree in {count} random cases, {refused} of them errors of'
                     f' {codes} kinds; {different} differences', lines)


def check_data(tap, database):
    """generate.sql writes with triggers off, so look whether they would have let it."""
    orphans = value(database, """
        SELECT (SELECT count(*) FROM civic.reports AS r LEFT JOIN civic.tasks AS t
                ON t.organization_id = r.organization_id AND t.report_id = r.id
            WHERE civic_helpers.task_status_of(r.status) IS DISTINCT FROM t.status AND r.assigned_to IS NOT NULL)
          + (SELECT count(*) FROM civic.reports AS r WHERE r.assigned_to IS NOT NULL AND NOT EXISTS (
                SELECT FROM civic.users AS u WHERE u.organization_id = r.organization_id AND u.id = r.assigned_to
                    AND u.department_id = r.department_id))
          + (SELECT count(*) FROM civic.reports AS r WHERE r.duplicate_of_report_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM civic.reports AS p WHERE p.organization_id = r.organization_id
                    AND p.id = r.duplicate_of_report_id AND p.status <> 'duplicate'))
          + (SELECT count(*) FROM civic.reports AS r WHERE NOT EXISTS (
                SELECT FROM civic.users AS u WHERE u.organization_id = r.organization_id AND u.id = r.user_id))""")
    tap.test(orphans == 0, f'reports of {database} have their people, officers, tasks and roots')


# ---- row policies: statements as a person and the same written out for the owner ----

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
        f' WHERE {tenant} AND ST_DWithin(location, {place}, 500){visible["resident"]} ORDER BY 4, id LIMIT 50',
        setups['nearby']))
    return people, found


def as_person(people, who):
    return {'role': 'civic_user', 'civic.organization_id': ORGANIZATION, 'civic.user_id': people[who]}


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
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
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
        sides = {
            'large': Side('large', statement.setup + statement.user + ';\n', 2, **as_person(people, statement.who)),
            'small': Side('small', other.setup + other.user + ';\n', 2, **as_person(small_people, other.who)),
        }
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
        table.add(f'growth of {statement.name} as {statement.who}',
                  f'{options.large:,} / {options.small:,} reports, 2 clients',
                  'time large / small', ratios(results, 'large', 'small', 'ms'), 1.3, False,
                  ', '.join(f'{name} {statistics.median(r["ms"] for r in results[name]):.3f} ms' for name in results))


# ---- the guard ----

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


# ---- identity in a policy ----

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


# ---- how soon a rule holds ----

class Rule:
    """What the controller has committed: pending is raised before a change starts, state set after its commit."""

    def __init__(self):
        self.pending = 0
        self.state = (0, True)


def rule_worker(number, kind, rule, officer, stop, counts, errors):
    try:
        with connect('large', **{'role': 'civic_user', 'civic.organization_id': ORGANIZATION,
                                 'civic.user_id': officer}) as connection, connection.cursor() as cursor:
            try_rule(cursor, number, kind, rule, stop, counts)
    except Exception as error:
        errors.append(f'{kind}: {error}')
        stop.set()


def try_rule(cursor, number, kind, rule, stop, counts):
    guard, isolation, prepared = kind
    update = (f"UPDATE bench.guard_{guard} SET status = 'acknowledged' WHERE organization_id = '{ORGANIZATION}'"
              f' AND id = bench.person(0, {number + 1})')
    if prepared:
        cursor.execute(f'PREPARE move AS {update}')
        update = 'EXECUTE move'
    rng = random.Random(number)
    left, seen = 0, -1
    while not stop.is_set():
        if left == 0:
            cursor.execute(f'BEGIN ISOLATION LEVEL {isolation}')
            cursor.execute('SELECT count(*) FROM civic.departments')
            left = rng.randint(1, 200)
        cursor.execute('SAVEPOINT s')
        version, enabled = rule.state
        clear = rule.pending == version
        try:
            cursor.execute(update)
            accepted = True
        except psycopg2.Error as error:
            if error.pgcode != 'ZC001':
                raise
            accepted = False
        # Decided only where no change was under way from before the statement was sent until it was answered.
        if clear and rule.pending == version:
            counts['trials'] += 1
            counts['first'] += version != seen
            counts['stale accepts'] += accepted and not enabled
            counts['stale refusals'] += not accepted and enabled
            seen = version
        cursor.execute('ROLLBACK TO s')
        left -= 1
        if left == 0:
            cursor.execute('ROLLBACK')


def measure_rules(table, options):
    make_database('large', options.large)
    people, _ = guard_tables('large', options.guard_rows)
    say(f'rule changes: {options.trials:,} trials')
    rule, stop, errors = Rule(), threading.Event(), []
    kinds = list(itertools.product(('c',), ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'), (False, True)))
    # A guard that reads the rules with the transaction's snapshot must be caught, or the trials prove nothing.
    kinds.append(('twin', 'REPEATABLE READ', False))
    counts = [dict.fromkeys(('trials', 'first', 'stale accepts', 'stale refusals'), 0) for _ in kinds]
    workers = [threading.Thread(target=rule_worker, args=(i, kind, rule, people['officer'], stop, counts[i], errors))
               for i, kind in enumerate(kinds)]
    for worker in workers:
        worker.start()
    rng = random.Random(11)
    started = shown = time.monotonic()
    changes = 0
    with connect('large') as connection, connection.cursor() as cursor:
        while not stop.is_set():
            done = sum(c['trials'] for c in counts[:-1])
            if done >= options.trials:
                break
            if time.monotonic() > shown + 10:
                shown = time.monotonic()
                say(f'  {done:,} trials, {changes:,} changes')
            rule.pending += 1
            cursor.execute('UPDATE civic.workflow_transitions SET is_enabled = %s WHERE organization_id = %s AND'
                           " workflow = 'report' AND from_status = 'in_progress' AND to_status = 'acknowledged'",
                           (not rule.state[1], ORGANIZATION))
            rule.state = (rule.pending, not rule.state[1])
            changes += 1
            time.sleep(rng.choice((0, 0.0005, 0.001, 0.003)))
    stop.set()
    for worker in workers:
        worker.join()
    if errors:
        sys.exit('rule changes: ' + errors[0])
    total = {key: sum(c[key] for c in counts[:-1]) for key in counts[0]}
    control = counts[-1]
    query('large', 'UPDATE civic.workflow_transitions SET is_enabled = true WHERE organization_id = %s', ORGANIZATION)
    workload = (f'{total["trials"]:,} trials in {time.monotonic() - started:.0f} s, {changes:,} committed changes,'
                f' {total["first"]:,} trials were the first of their session after a change')
    for kind in ('stale accepts', 'stale refusals'):
        table.add('rule change reaches the next statement', workload, f'{kind}; {len(kinds) - 1} sessions inside open'
                  ' READ COMMITTED, REPEATABLE READ and SERIALIZABLE transactions, half with prepared statements',
                  [total[kind]], 0, form='{:.0f}', note=f'PL/pgSQL twin inside REPEATABLE READ: {control[kind]:,} of'
                  f' {control["trials"]:,}')


MEASURES = {
    'policies': measure_policies,
    'guard': measure_guard,
    'identity': measure_identity,
    'growth': measure_growth,
    'rules': measure_rules,
    'areas': measure_areas,
    'assignment': measure_assignment,
    'duplicates': measure_duplicates,
    'quality': measure_quality,
    'intake': measure_intake,
    'audit': lambda table, options: measure_audit(table, options, options.log),
    'deadlines': lambda table, options: measure_deadlines(table, options, make_database),
    'search': lambda table, options: measure_search(table, options, make_database),
    'outbox': lambda table, options: measure_outbox(table, options, make_database),
    'sync': lambda table, options: measure_sync(table, options, make_database),
    'lists': measure_lists,
    'partitions': lambda table, options: measure_partitions(table, options, make_database),
}


def settings_line():
    changed = query('postgres', 'SELECT name, current_setting(name) FROM pg_settings'
                    " WHERE source = 'configuration file'"
                    ' AND setting IS DISTINCT FROM boot_val'
                    " AND name !~ '^(log_|lc_|port$|unix_socket|listen_|default_text|DateStyle)' ORDER BY name")
    fixed = query('postgres', "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit',"
                  " 'full_page_writes', 'autovacuum') ORDER BY name")
    return ', '.join(f'{name} = {text}' for name, text in fixed + changed)


def main():
    parser = argparse.ArgumentParser(prog='script/bench', description='Measures civic; prints one table.')
    parser.add_argument('--quick', action='store_true',
                        help='small tables and short rounds: to try the benchmark itself')
    parser.add_argument('--check', action='store_true', help='only compare answers; prints TAP')
    parser.add_argument('--only', choices=MEASURES, action='append', help='this measure only; may be repeated')
    parser.add_argument('--rounds', type=int, help='rounds of each comparison (default 10, quick 2)')
    parser.add_argument('--seconds', type=float, help='length of one run of a statement (default 5, quick 1)')
    parser.add_argument('--reports', type=int, help='of the measures duplicates (default 5000000, quick 200000) and intake (500000, 50000)')
    parser.add_argument('--seed', type=float, default=0.5, help='of random questions, -1 to 1')
    options = parser.parse_args()
    quick = options.quick
    options.rounds = options.rounds or (2 if quick else 10)
    options.seconds = max(1, round(options.seconds or (1 if quick else 5)))
    options.guard_seconds = options.seconds if quick else 2 * options.seconds
    options.large = 100_000 if quick else 1_000_000
    options.small = 20_000 if quick else 50_000
    options.guard_rows = 20_000 if quick else 100_000
    options.guard_calls = 200 if quick else 1000
    options.identity_rows = 200_000 if quick else 1_000_000
    options.trials = 5_000 if quick else 100_000

    if options.check:
        tap = Tap()
        check_twins(tap, 2000 if quick else 10_000, options.seed)
        make_database('small', 20_000)
        check_data(tap, 'small')
        check_statements(tap, 'small')
        print(f'1..{tap.count}')
        sys.exit(tap.failed > 0)

    table = Table()
    log = options.log = Log()
    check_twins(log, 2000 if quick else 10_000, options.seed)
    table.add('equality', f'{log.count} parts, see bench/README.md', 'parts in which C and twin differ', [log.failed],
              0, form='{:.0f}')
    for name, measure in MEASURES.items():
        if not options.only or name in options.only:
            measure(table, options)
    print(f'{value("postgres", "SELECT version()")}; {os.cpu_count()} processors; load at the end'
          f' {os.getloadavg()[0]:.1f}; {options.rounds} rounds of {options.seconds} s a side\n')
    print(f'Settings: {settings_line()}\n')
    table.print()
    # A missed goal is a result; a wrong answer is a failure.
    sys.exit(log.failed > 0)


if __name__ == '__main__':
    main()
