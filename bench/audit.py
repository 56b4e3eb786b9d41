"""The audit log: what recording costs a writer, against no recording and against PL/pgSQL; sealing, proofs, verification."""
import statistics
import threading
import time

import psycopg2

from harness import TICK, Side, alternate, connect, cpu_note, process_times, psql, query, ratios, say, value

DATABASE = 'audit'
SIDES = ('bare', 'civic', 'plain', 'chain')
ORGANIZATION = '00000000-0000-0000-0000-000000000001'
AUDITOR = '00000000-0000-0001-0000-000000000002'
INSERT = """\\set x random(-1000000, 1000000)
\\set y random(-500000, 500000)
INSERT INTO twin.audited_{side} (organization_id, category, place, description)
VALUES ('00000000-0000-0000-0000-000000000001', 1 + abs(:x::integer) % 30, ST_SetSRID(ST_MakePoint(:x::integer / 10000.0, :y::integer / 10000.0),
 4326), repeat('A report of some length about a broken thing in a street. ', 3) || :x::integer);"""
BULK = """INSERT INTO twin.audited_{side} (organization_id, category, place, description)
SELECT '00000000-0000-0000-0000-000000000001', 1 + n % 30, ST_SetSRID(ST_MakePoint(n / 10000.0, n / 10000.0), 4326),
 repeat('A report of some length about a broken thing in a street. ', 3) || n
FROM generate_series(1, {rows}) AS n"""
THIN = """INSERT INTO twin.audited_thin (organization_id, id, state, note)
SELECT '00000000-0000-0000-0000-000000000001', n, 1 + n % 8, 'in_progress' FROM generate_series({first}, {last}) AS n"""
REPORT = """\\set x random(-1000, 1000)
\\set y random(-1000, 1000)
INSERT INTO civic.reports (user_id, title, description, latitude, longitude, category)
VALUES ('00000000-0000-0001-0000-000000000001', 'A report of a resident',
 repeat('A report of some length about a broken thing in a street. ', 3) || :x::integer, 10 + :x::integer / 1000.0, 75 + :y::integer / 1000.0,
 'roads');"""


def make_database(name=DATABASE):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', name):
        return
    query('postgres', f'CREATE DATABASE {name}')
    query(name, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(name, 'twins/audit.sql')
    query(name, """
        INSERT INTO civic.users (id, email, full_name)
        VALUES ('00000000-0000-0001-0000-000000000001', 'resident@city.example', 'A Resident'), (%s,
            'auditor@city.example', 'An Auditor')""", AUDITOR)
    query(name, "SELECT civic.give_role(%s, 'auditor')", AUDITOR)


class Sealer:
    """Seals all the time, as a job would; notes how long entries wait for it at most."""

    def __enter__(self):
        self.stop = threading.Event()
        self.lags = []
        self.thread = threading.Thread(target=self.work)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def work(self):
        before = None
        with connect(DATABASE, client_min_messages='warning') as connection, connection.cursor() as cursor:
            while not self.stop.wait(1):
                begun = time.monotonic()
                cursor.execute('CALL civic.seal_audit_log()')
                ended = time.monotonic()
                cursor.execute('SELECT max(number) FROM civic_private.audit_batches')
                batch = cursor.fetchone()[0]
                # What came right after the seal before had looked waited until now. A seal of nothing kept nobody waiting.
                if before and batch != before[1]:
                    self.lags.append(ended - before[0])
                before = begun, batch


class Writing:
    def __init__(self, script, clients, **settings):
        self.side = Side(DATABASE, script, clients, **settings)

    def run(self, seconds):
        before = value(DATABASE, "SELECT pg_current_wal_insert_lsn()::text || ' ' || xact_commit FROM pg_stat_database"
                       " WHERE datname = current_database()").split()
        result = self.side.run(seconds)
        time.sleep(0.6)  # statistics come late
        wal, commits = query(DATABASE, 'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s), xact_commit - %s'
                             ' FROM pg_stat_database WHERE datname = current_database()', before[0], int(before[1]))[0]
        result['wal'] = float(wal) / max(1, commits)
        return result


def wal_note(results):
    return 'WAL bytes/tx: ' + ', '.join(
        f'{name} {statistics.median(r["wal"] for r in found):.0f}' for name, found in results.items())


def writers(clients):
    return {side: Writing(INSERT.format(side=side), clients) for side in SIDES}


def empty():
    """Every round from the same tables; the log is only sealed."""
    query(DATABASE, 'TRUNCATE ' + ', '.join(f'twin.audited_{side}' for side in SIDES)
          + ', twin.audit_plain, twin.audit_chain')
    query(DATABASE, 'CHECKPOINT')


def timed(statement):
    started = time.monotonic()
    query(DATABASE, statement, client_min_messages='warning')
    return time.monotonic() - started


def own_cpu(database, statement):
    """Seconds of processor time that the backend took for it."""
    with connect(database, client_min_messages='warning') as connection, connection.cursor() as cursor:
        pid = connection.get_backend_pid()
        before = process_times(pid)[2]
        cursor.execute(statement)
        return max(1, process_times(pid)[2] - before) / TICK


def same_roots(log):
    query(DATABASE, BULK.format(side='civic', rows=3000))
    query(DATABASE, 'CALL civic.seal_audit_log()')
    wrong = value(DATABASE, """
        SELECT count(*) FROM civic_private.audit_heads AS h
        WHERE h.size <= 4000 AND h.root <> twin.merkle_root(ARRAY(
            SELECT substr(t.hashes, 1 + 32 * i, 32) FROM civic_private.audit_tiles AS t, generate_series(0, 255) AS i
            WHERE t.organization_id = h.organization_id AND t.level = 0 AND 256 * t.position + i < h.size
            ORDER BY t.position, i))""")
    log.test(wrong == 0, f'audit: the roots are those of the definition of RFC 6962; {wrong} differ')


def measure_audit(table, options, log):
    make_database()
    same_roots(log)
    rounds = options.rounds
    scaling = {}
    with Sealer() as sealer:
        for clients in (8, 1):
            say(f'audited INSERT, {clients} clients')
            empty()
            results = alternate(writers(clients), rounds, lambda side: side.run(options.seconds))
            scaling[clients] = results
            workload = f'INSERT of a row of 320 bytes with 3 indexes, {clients} clients, sealer on'
            notes = [cpu_note(results, *SIDES), wal_note(results), '']
            for above, below, goal in (('civic', 'bare', 0.90), ('civic', 'chain', 4.5), ('civic', 'plain', 1.9)):
                table.add('audited INSERT', workload, f'throughput, {above} / {below}',
                          ratios(results, above, below, 'tps'), goal if clients == 8 else None, True, notes.pop(0))
        growth = {side: [a['tps'] / b['tps'] for a, b in zip(scaling[8][side], scaling[1][side])] for side in SIDES}
        table.add('writers', '1 to 8 clients', 'scaling, civic / bare',
                  [a / b for a, b in zip(growth['civic'], growth['bare'])], 0.95, True,
                  ', '.join(f'{side} x {statistics.median(found):.2f}' for side, found in growth.items()))
        say('filing of reports')
        sides = {}
        for name, state in (('bare', 'DISABLE'), ('civic', 'ENABLE ALWAYS')):
            sides[name] = state
        results = {name: [] for name in sides}

        def file(state):
            for relation in ('reports', 'tasks', 'user_scores'):
                query(DATABASE, f'ALTER TABLE civic.{relation} {state} TRIGGER t99_audit')
            return Writing(REPORT, 8).run(options.seconds)
        results = alternate(sides, rounds, file)
        table.add('audited report', 'INSERT into civic.reports with all triggers, 8 clients, sealer on',
                  'throughput, civic / bare', ratios(results, 'civic', 'bare', 'tps'), 0.97, True,
                  cpu_note(results, *sides) + '; ' + wal_note(results))
        lags = sorted(sealer.lags)
        table.add('seal lag', 'at full load, sealed every second', 'longest wait of an entry, s, p99',
                  [lags[int(0.99 * (len(lags) - 1))]], None, False, f'p50 {lags[len(lags) // 2]:.2f} s', '{:.2f}')

    rows = 20_000 if options.quick else 200_000
    say(f'bulk of {rows:,} rows')
    empty()
    results = alternate({side: side for side in SIDES[:2]}, min(rounds, 5),
                        lambda side: {'s': timed(BULK.format(side=side, rows=rows))})
    table.add('bulk INSERT', f'{rows:,} rows in one statement', 'speed, civic / bare',
              ratios(results, 'bare', 'civic', 's'), 0.65, True, ', '.join(
                  f'{side} {statistics.median(r["s"] for r in found):.2f} s' for side, found in results.items()))

    entries = 100_000 if options.quick else 500_000
    for size, statement in (('320 bytes', lambda n: BULK.format(side='civic', rows=entries)),
                            ('two short columns', lambda n: THIN.format(first=n * entries + 1, last=(n + 1) * entries))):
        measure_trees(table, size, statement, entries)
    measure_proofs(table)


def measure_trees(table, size, statement, entries):
    """Sealing and verifying a log of nothing but entries of one kind of row."""
    say(f'sealing and verification, rows of {size}')
    name = 'audit_trees'
    query('postgres', f'DROP DATABASE IF EXISTS {name}')
    make_database(name)
    query(name, 'CALL civic.seal_audit_log(100000000)')
    rates = {'seal': [], 'verify': []}
    for n in range(3):
        query(name, statement(n))
        rates['seal'].append(entries / own_cpu(name, 'CALL civic.seal_audit_log(100000000)'))
        last, sealed = query(name, 'SELECT max(number), sum(entries)::float FROM civic_private.audit_batches')[0]
        rates['verify'].append(sealed / own_cpu(name, f'SELECT * FROM civic_private.verify_batches(1, {last})'))
    hashed = value(name, """
        SELECT avg(1 + length(civic_private.leaf_bytes(a.log_id, e)))
        FROM civic_private.audit_state AS a
        CROSS JOIN (SELECT x FROM civic.audit_entries AS x WHERE x.schema_name = 'twin' LIMIT 1000) AS l (e)""")
    query('postgres', f'DROP DATABASE {name}')
    kind = f'inserted rows of {size}, {hashed:.0f} bytes hashed an entry'
    table.add('sealing', f'{entries:,} entries, {kind}', 'entries a second of processor time', rates['seal'], 500_000,
              True, form='{:,.0f}')
    table.add('verification', f'the whole log, {kind}', 'entries a second of processor time', rates['verify'],
              1_000_000, True, form='{:,.0f}')


def milliseconds(cursor, statement, arguments):
    found = []
    for values in arguments:
        started = time.monotonic()
        cursor.execute(statement, values)
        cursor.fetchall()
        found.append(1000 * (time.monotonic() - started))
    return sorted(found)


def measure_proofs(table):
    query(DATABASE, 'CALL civic.seal_audit_log(100000000)')
    size = value(DATABASE, 'SELECT size FROM civic_private.audit_trees WHERE organization_id = %s', ORGANIZATION)
    entries = query(DATABASE, """
        SELECT epoch || '.' || xid::text || '.' || counter FROM civic.audit_entries TABLESAMPLE system (1)
        WHERE organization_id = %s ORDER BY random() LIMIT 1000""", ORGANIZATION)
    settings = {'role': 'civic_user', 'civic.organization_id': ORGANIZATION, 'civic.user_id': AUDITOR}
    with connect(DATABASE) as owner, connect(DATABASE, **settings) as auditor:
        for name, connection, statement, arguments in (
                ('hashes alone', owner, 'SELECT civic_private.tree_inclusion(%s, %s, %s)',
                 [(ORGANIZATION, n * (size // 1000), size) for n in range(1000)]),
                ('civic.inclusion_proof() for an auditor', auditor, 'SELECT * FROM civic.inclusion_proof(%s)', entries)):
            with connection.cursor() as cursor:
                found = milliseconds(cursor, statement, arguments)
            table.add('inclusion proof', f'tree of {size:,} entries, {name}', 'ms, median of 1000',
                      [statistics.median(found)], 1, False, f'p99 {found[len(found) * 99 // 100]:.2f} ms', '{:.2f}')
