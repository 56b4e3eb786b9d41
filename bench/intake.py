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
FILE = """SELECT r.id FROM bench.texts AS t, {schema}.submit_report('Report of a resident', t.description, :latitude, :longitude,
 category => t.category, address => ('House ' || :t % 500 || ', Street ' || :t % 97)) AS r WHERE t.n = :t;"""
STATEMENTS = {
    # The row as the intake leaves it.
    'bare': """INSERT INTO bench.bare_reports (organization_id, report_number, user_id, department_id, title, description,
 category, status, latitude, longitude, address)
SELECT civic.current_organization_id(), 'CL-2026-BENCH-' || nextval('bench.next_number'), civic.current_user_id(),
 civic.current_department_id(), 'Report of a resident', t.description, t.category, 'assigned_to_department', :latitude, :longitude,
 'House ' || :t % 500 || ', Street ' || :t % 97 FROM bench.texts AS t WHERE t.n = :t RETURNING id;""",
    'civic': FILE.format(schema='civic'),
    'twin': FILE.format(schema='twin'),
}
# What a run filed goes away again, so that every run starts from the same tables.
ADDED = ('civic.reports', 'civic.status_history', 'civic_private.report_signatures', 'bench.bare_reports', 'twin.reports',
         'twin.status_history', 'twin.deadlines')


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
    query(DATABASE, 'VACUUM (ANALYZE)')
    say(f'  {time.monotonic() - started:.0f} s')
