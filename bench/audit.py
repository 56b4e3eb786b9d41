"""The audit log: what recording costs a writer, against no recording and against PL/pgSQL; sealing, proofs, verification."""
import statistics
import threading
import time

import psycopg2

from harness import TICK, Side, alternate, connect, cpu_note, process_times, psql, query, ratios, say, value

DATABASE = 'audit'
SIDES = ('bare', 'civic', 'plain', 'chain')
INSERT = """\\set x random(-1000000, 1000000)
\\set y random(-500000, 500000)
INSERT INTO twin.audited_{side} (organization_id, category, place, description)
VALUES ('00000000-0000-0000-0000-000000000001', 1 + abs(:x::integer) % 30, ST_SetSRID(ST_MakePoint(:x::integer / 10000.0, :y::integer / 10000.0),
 4326), repeat('A report of some length about a broken thing in a street. ', 3) || :x::integer);"""
BULK = """INSERT INTO twin.audited_{side} (organization_id, category, place, description)
SELECT '00000000-0000-0000-0000-000000000001', 1 + n % 30, ST_SetSRID(ST_MakePoint(n / 10000.0, n / 10000.0), 4326),
 repeat('A report of some length about a broken thing in a street. ', 3) || n
FROM generate_series(1, {rows}) AS n"""
REPORT = """\\set x random(-1000, 1000)
\\set y random(-1000, 1000)
INSERT INTO civic.reports (user_id, title, description, latitude, longitude, category)
VALUES ('00000000-0000-0001-0000-000000000001', 'A report of a resident',
 repeat('A report of some length about a broken thing in a street. ', 3) || :x::integer, 10 + :x::integer / 1000.0, 75 + :y::integer / 1000.0,
 'roads');"""


def make_database():
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', DATABASE):
        return
    query('postgres', f'CREATE DATABASE {DATABASE}')
    query(DATABASE, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(DATABASE, 'twins/audit.sql')
    query(DATABASE, """
        INSERT INTO civic.users (id, email, full_name)
        VALUES ('00000000-0000-0001-0000-000000000001', 'resident@city.example', 'A Resident')""")


class Sealer:
    """Seals all the time, as a job would; notes how long an entry waits for it."""

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
        with connect(DATABASE, client_min_messages='warning') as connection, connection.cursor() as cursor:
            while not self.stop.wait(1):
                cursor.execute('SELECT clock_timestamp()')
                begun = cursor.fetchone()[0]
                cursor.execute('CALL civic.seal_audit_log()')
                # What came right after the seal before had to wait for this one to end.
                cursor.execute("""SELECT extract(epoch FROM clock_timestamp() - coalesce(
                    (SELECT b.sealed_at FROM civic_private.audit_batches AS b WHERE b.sealed_at < %s
                        ORDER BY b.number DESC LIMIT 1), %s))""", (begun, begun))
                self.lags.append(float(cursor.fetchone()[0]))


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


def own_cpu(statement):
    """Seconds of processor time that the backend took for it."""
    with connect(DATABASE, client_min_messages='warning') as connection, connection.cursor() as cursor:
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
    query(DATABASE, 'CALL civic.seal_audit_log(100000000)')
    rates = {'seal': [], 'verify': []}
    for _ in range(3):
        query(DATABASE, BULK.format(side='civic', rows=entries))
        rates['seal'].append(entries / own_cpu('CALL civic.seal_audit_log(100000000)'))
        last, sealed = query(DATABASE, 'SELECT max(number), sum(entries)::float FROM civic_private.audit_batches')[0]
        rates['verify'].append(sealed / own_cpu(f'SELECT * FROM civic_private.verify_batches(1, {last})'))
    table.add('sealing', f'{entries:,} entries', 'entries a second of processor time', rates['seal'], 500_000, True,
              form='{:,.0f}')
    table.add('verification', 'the whole log', 'entries a second of processor time', rates['verify'], 1_000_000, True,
              form='{:,.0f}')

    size = value(DATABASE, "SELECT max(size) FROM civic_private.audit_trees")
    with connect(DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT organization_id FROM civic_private.audit_trees ORDER BY size DESC LIMIT 1")
        tree = cursor.fetchone()[0]
        found = []
        for n in range(1000):
            started = time.monotonic()
            cursor.execute('SELECT cardinality(civic_private.tree_inclusion(%s, %s, %s))', (tree, n * (size // 1000), size))
            found.append(1000 * (time.monotonic() - started))
        found.sort()
    table.add('inclusion proof', f'tree of {size:,} entries', 'ms, median of 1000', [statistics.median(found)], 1, False,
              f'p99 {found[989]:.2f} ms', '{:.2f}')
