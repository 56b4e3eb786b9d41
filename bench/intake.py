"""Filing reports: civic.submit_report() against the bare row, all the rows it leaves, and the pipeline in PL/pgSQL."""
import statistics
import time

from duplicates import LOADED, load
from harness import Side, alternate, connect, cpu_note, psql, query, ratios, say, value

DATABASE = 'intake'
CLIENTS = (1, 4, 8)
# Every transaction signs another resident in and files the report that comes next, whatever is filed.
FRAME = """BEGIN;
SELECT bench.sign_in() AS n \\gset
{statement}
COMMIT;
"""
FILE = """SELECT r.id FROM bench.texts AS t, {schema}.submit_report(t.title, t.description, t.latitude, t.longitude,
 category => t.category, address => t.address) AS r WHERE t.n = :n;"""
STATEMENTS = {
    # The row as the intake leaves it.
    'bare': """INSERT INTO bench.bare_reports (organization_id, report_number, user_id, department_id, title,
 description, category, status, latitude, longitude, address)
SELECT civic.current_organization_id(), 'CL-2026-BENCH-' || nextval('bench.next_number'), civic.current_user_id(),
 t.department_id, t.title, t.description, t.category, 'assigned_to_department', t.latitude, t.longitude, t.address
FROM bench.texts AS t WHERE t.n = :n RETURNING id;""",
    'plain': """SELECT r.id FROM bench.texts AS t, plain.submit_report(t.title, t.description, t.latitude, t.longitude,
 t.category, t.address, t.department_id) AS r WHERE t.n = :n;""",
    'civic': FILE.format(schema='civic'),
    'twin': FILE.format(schema='twin'),
}
ORGANIZATIONS = 10
# What a run filed goes away again, so that every run starts from the same tables.
ADDED = ('civic.reports', 'civic.status_history', 'civic.tasks', 'civic_private.report_signatures',
         'civic_private.report_words', 'civic_private.sync_feed', 'civic.report_supporters', 'bench.bare_reports',
         'twin.reports', 'twin.status_history', 'twin.report_supporters', 'twin.audit_plain', 'twin.sync_feed',
         'plain.reports', 'plain.status_history', 'plain.report_signatures', 'plain.report_words', 'plain.sync_feed',
         'plain.audit_entries')
SCORES = ('civic.user_scores', 'twin.user_scores', 'plain.user_scores')


def make_database(reports):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', DATABASE):
        return
    say(f'Making {reports:,} reports in database {DATABASE} ...')
    started = time.monotonic()

    def done(what):
        say(f'  {what}: {time.monotonic() - started:.0f} s')

    load(DATABASE, reports, ORGANIZATIONS, [], done)
    for file in ('intake.sql', 'twins/identity.sql', 'twins/uuid.sql', 'twins/audit.sql', 'twins/intake.sql',
                 'intake_plain.sql'):
        psql(DATABASE, file)
    done('copies')
    query(DATABASE, 'CREATE TABLE bench.started AS SELECT clock_timestamp() AS at')
    for loaded in LOADED:
        query(DATABASE, f'ALTER TABLE {loaded} RESET (autovacuum_enabled)')
    query(DATABASE, 'VACUUM (ANALYZE)')
    done('vacuum')


class Filing:
    """One side with so many clients, from the same rows at every run."""

    def __init__(self, side, clients):
        self.side = Side(DATABASE, FRAME.format(statement=STATEMENTS[side]), clients, role='civic_user')

    def run(self, seconds):
        written, before = value(DATABASE, 'SELECT pg_current_wal_insert_lsn()'), count_filed()
        result = self.side.run(seconds)
        # The first second is part of both counts.
        result['wal'] = float(value(DATABASE, 'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)', written)) \
            / max(1, count_filed() - before)
        remove_filed()
        return result


def count_filed():
    return value(DATABASE, "SELECT last_value FROM bench.next_number") + value(
        DATABASE, 'SELECT last_value FROM civic.report_number_seq')


def remove_filed():
    """Takes away what was filed after the data was made, with triggers off."""
    for name in SCORES:
        query(DATABASE, f'TRUNCATE {name}')
    for name in ADDED:
        query(DATABASE, f'DELETE FROM {name} AS t USING bench.started AS s WHERE t.{time_column(name)} > s.at',
              session_replication_role='replica')
        query(DATABASE, f'VACUUM {name}')


def time_column(name):
    return value(DATABASE, "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                 " AND attname IN ('created_at', 'changed_at', 'recorded_at', 'written_at', 'at')", name)


def measure_intake(table, options):
    reports = options.reports or (50_000 if options.quick else 500_000)
    make_database(reports)
    same_outcome()
    for clients in CLIENTS:
        say(f'intake: {clients} clients')
        sides = {name: Filing(name, clients) for name in STATEMENTS}
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
        workload = f'{reports:,} reports, {ORGANIZATIONS} organizations of 225 wards, {clients} clients'
        wal = 'WAL bytes/tx: ' + ', '.join(
            f'{name} {statistics.median(r["wal"] for r in results[name]):.0f}' for name in results)
        table.add('filing a report', workload, 'throughput, civic / bare INSERT',
                  ratios(results, 'civic', 'bare', 'tps'), 0.5, True, cpu_note(results, *STATEMENTS))
        table.add('filing a report', workload, 'throughput, civic / the rows it leaves',
                  ratios(results, 'civic', 'plain', 'tps'), None, True, '')
        table.add('filing a report', workload, 'throughput, civic / PL/pgSQL twin',
                  ratios(results, 'civic', 'twin', 'tps'), 5, True, wal, '{:.2f}')


def same_outcome():
    """Both file the same 2000 reports, one after the other; what becomes of them must be the same."""
    seen = {}
    for schema in ('civic', 'twin'):
        with connect(DATABASE, role='civic_user') as connection, connection.cursor() as cursor:
            seen[schema] = []
            for n in range(2000):
                cursor.execute('BEGIN')
                cursor.execute('SELECT bench.sign_in_as(%s)', (n,))
                cursor.execute(f"""
                    SELECT r.status, r.category, r.department_id, r.needs_review, round(r.duplicate_score::numeric, 2)
                    FROM bench.texts AS t, {schema}.submit_report(t.title, t.description, t.latitude, t.longitude,
                        category => t.category, address => t.address) AS r
                    WHERE t.n = %s""", (n,))
                seen[schema] += cursor.fetchall()
                cursor.execute('COMMIT')
    remove_filed()
    different = sum(a != b for a, b in zip(seen['civic'], seen['twin']))
    duplicates = sum(row[0] == 'duplicate' for row in seen['civic'])
    say(f'intake: of 2000 reports {duplicates} are duplicates; {different} end in another status, category,'
        ' department or before a person in the twin')
