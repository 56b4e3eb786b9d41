"""Duplicate detection: the answers of civic.find_duplicates() against its twin, its speed against SQL."""
import random
import re
import statistics
import threading
import time

from harness import Log, alternate, connect, psql, query, ratios, say, value

LENGTHS = {100: 1, 480: 0}  # characters: remainder of the organization's number by two
WINDOWS = (30, 365)
PROBES = 1000
OPEN = "status NOT IN ('resolved', 'closed', 'rejected', 'duplicate')"
POINT = 'civic.location_of(p.latitude, p.longitude)'

# Everybody looks for the five most similar open reports of the category within a radius and a time; p is the probe.
SIDES = {
    'civic': """
        SELECT d.report_id, d.score
        FROM civic.find_duplicates(p.category, p.description, p.latitude, p.longitude, p.address, p.title, 5) AS d""",
    # What an application would write.
    'application': f"""
        SELECT r.id, similarity(r.description, p.description)
        FROM civic.reports AS r
        WHERE r.organization_id = p.organization_id AND r.category = p.category
            AND ST_DWithin(r.location, {POINT}, radius)
            AND r.created_at > now() - make_interval(days => days) AND {OPEN}
            AND similarity(r.description, p.description) > 0.3
        ORDER BY similarity(r.description, p.description) DESC
        LIMIT 5""",
    # An index made for the question, the point made once, each similarity computed once.
    'tuned': f"""
        SELECT s.id, s.similarity
        FROM (
            SELECT r.id, similarity(r.description, p.description) AS similarity
            FROM civic.reports AS r
            WHERE r.organization_id = p.organization_id AND r.category = p.category
                AND ST_DWithin(r.location, p.location, radius) AND r.created_at > since AND {OPEN}
            OFFSET 0
        ) AS s
        WHERE s.similarity > 0.3
        ORDER BY s.similarity DESC
        LIMIT 5""",
}
INDEXES = (
    'CREATE INDEX bench_location ON civic.reports USING gist (location)',
    'CREATE INDEX bench_composite ON civic.reports USING gist (organization_id, category, location, created_at)'
    f' WHERE {OPEN}',
)


def in_two_sessions(database, statements, **settings):
    """Runs statements on two connections, each taking the next one that is left."""
    left, errors = list(reversed(statements)), []

    def work():
        try:
            with connect(database, **settings) as connection, connection.cursor() as cursor:
                while left:
                    cursor.execute(left.pop())
        except Exception as error:  # reported by the caller's thread
            left.clear()
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if errors:
        raise errors[0]


def make_database(name, reports):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', name):
        return
    say(f'Making {reports:,} reports with duplicates in database {name} ...')
    started = time.monotonic()

    def done(what):
        say(f'  {what}: {time.monotonic() - started:.0f} s, {value(name, "SELECT pg_size_pretty(pg_database_size(%s))", name)}')

    query('postgres', f'CREATE DATABASE {name}')
    query(name, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(name, 'generate_duplicates.sql', reports=reports, organizations=20 if reports >= 100_000 else 10)
    indexes = query(name, 'SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i'
                    ' LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid'
                    " WHERE i.indrelid = 'civic.reports'::regclass AND c.oid IS NULL")
    for index, _ in indexes:
        query(name, f'DROP INDEX {index}')
    step = 20_000
    in_two_sessions(name, [f'SELECT bench.load_reports({n}, {min(n + step, reports) - 1})'
                           for n in range(0, reports, step)], synchronous_commit='off')
    done('rows')
    in_two_sessions(name, ['VACUUM civic.reports'] + [definition for _, definition in indexes] + list(INDEXES),
                    maintenance_work_mem='512MB', max_parallel_maintenance_workers=0)
    done('indexes')
    query(name, 'SELECT civic.rebuild_report_signatures()')
    done('signatures')
    query(name, 'VACUUM (ANALYZE)')
    done('vacuum')
