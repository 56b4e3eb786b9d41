"""Filing reports: civic.submit_report() against the bare row and against the whole pipeline in PL/pgSQL."""
import statistics
import time

from harness import Side, alternate, cpu_note, psql, query, ratios, say, value

DATABASE = 'intake'
CLIENTS = (1, 4, 8)
# Every transaction signs another resident in, whatever is filed.
FRAME = """\\set t random(1, 10000)
\\set north random(-1000, 1000)
\\set east random(-1000, 1000)
BEGIN;
SELECT bench.sign_in() AS o \\gset
\\set latitude 10 + :o + :north / 1000.0 * {reach}
\\set longitude 75 + :o + :east / 1000.0 * {reach}
{statement}
COMMIT;
"""
FILE = """SELECT r.id FROM bench.texts AS t, {schema}.submit_report('Report of a resident', t.description, :latitude,
 :longitude, category => t.category, address => ('House ' || :t % 500 || ', Street ' || :t % 97)) AS r
WHERE t.n = :t;"""
STATEMENTS = {
    # The row as the intake leaves it.
    'bare': """INSERT INTO bench.bare_reports (organization_id, report_number, user_id, department_id, title,
 description, category, status, latitude, longitude, address)
SELECT civic.current_organization_id(), 'CL-2026-BENCH-' || nextval('bench.next_number'), civic.current_user_id(),
 d.id, 'Report of a resident', t.description, t.category, 'assigned_to_department', :latitude, :longitude,
 'House ' || :t % 500 || ', Street ' || :t % 97
FROM bench.texts AS t, bench.departments AS d WHERE t.n = :t AND d.organization = :o RETURNING id;""",
    'civic': FILE.format(schema='civic'),
    'twin': FILE.format(schema='twin'),
}
# What a run filed goes away again, so that every run starts from the same tables.
ADDED = ('civic.reports', 'civic.status_history', 'civic.tasks', 'civic_private.report_signatures',
         'bench.bare_reports', 'twin.reports', 'twin.status_history')


def make_database(reports):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', DATABASE):
        return
    say(f'Making {reports:,} reports in database {DATABASE} ...')
    started = time.monotonic()
    query('postgres', f'CREATE DATABASE {DATABASE}')
    query(DATABASE, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(DATABASE, 'generate.sql', organizations=10, reports=reports)
    psql(DATABASE, 'intake.sql')
    psql(DATABASE, 'twins/identity.sql')
    psql(DATABASE, 'twins/intake.sql')
    query(DATABASE, 'CREATE TABLE bench.started AS SELECT clock_timestamp() AS at')
    query(DATABASE, 'VACUUM (ANALYZE)')
    say(f'  {time.monotonic() - started:.0f} s')


class Filing:
    """One side with so many clients, from the same rows at every run."""

    def __init__(self, side, clients, reports):
        reach = (reports / 10 / 250) ** 0.5 / 2 / 111.2
        self.side = Side(DATABASE, FRAME.format(reach=reach, statement=STATEMENTS[side]), clients, role='civic_user')

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


def added():
    return [name for name in ADDED if value(DATABASE, 'SELECT to_regclass(%s) IS NOT NULL', name)]


def remove_filed():
    """Takes away what was filed after the data was made, with triggers off."""
    for name in added():
        query(DATABASE, f'DELETE FROM {name} AS t USING bench.started AS s WHERE t.{time_column(name)} > s.at',
              session_replication_role='replica')
        query(DATABASE, f'VACUUM {name}')


def time_column(name):
    return value(DATABASE, "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                 " AND attname IN ('created_at', 'changed_at', 'recorded_at')", name)


def measure_intake(table, options):
    reports = 20_000 if options.quick else 200_000
    make_database(reports)
    same_outcome()
    for clients in CLIENTS:
        say(f'intake: {clients} clients')
        sides = {name: Filing(name, clients, reports) for name in STATEMENTS}
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
        workload = f'{reports:,} reports, 10 organizations of 225 wards, {clients} clients'
        wal = 'WAL bytes/tx: ' + ', '.join(
            f'{name} {statistics.median(r["wal"] for r in results[name]):.0f}' for name in results)
        table.add('filing a report', workload, 'throughput, civic / bare INSERT',
                  ratios(results, 'civic', 'bare', 'tps'), 0.5, True, cpu_note(results, *STATEMENTS))
        table.add('filing a report', workload, 'throughput, civic / PL/pgSQL twin',
                  ratios(results, 'civic', 'twin', 'tps'), 5, True, wal, '{:.2f}')


def same_outcome():
    """Both file reports 270 m from each other; they must stand in the same department and status."""
    seen = {}
    for schema in ('civic', 'twin'):
        seen[schema] = query(DATABASE, f"""
            SELECT r.status, r.category, r.department_id FROM bench.texts AS t
            CROSS JOIN LATERAL (SELECT bench.sign_in_as(1 + t.n % 10, t.n) AS o OFFSET 0) AS i
            CROSS JOIN LATERAL {schema}.submit_report('Report of a resident', t.description,
                10 + i.o + (t.n / 10 % 10 - 4.5) * 0.0025, 75 + i.o + (t.n / 100 - 4.5) * 0.0025,
                category => t.category, address => 'House 1') AS r
            WHERE t.n <= 1000 ORDER BY t.n""", role='civic_user')
    remove_filed()
    different = sum(a != b for a, b in zip(seen['civic'], seen['twin']))
    say(f'intake: of 1000 reports {different} end in another status, category or department in the twin')
