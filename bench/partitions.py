"""Whether civic.reports would gain from partitions: the same rows in one table, in one a year and in one a month."""
import re
import statistics
import time

from city import make_database
from harness import Side, alternate, query, ratios, say, value

DATABASE = 'parted'
KINDS = {'plain': None, 'yearly': 'year', 'monthly': 'month'}
INDEXES = ('reports_newest', 'reports_by_department', 'reports_open_by_department', 'reports_location')
PROBES = 20_000


def columns():
    return [name for (name,) in query(
        DATABASE, "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'civic.reports'::regclass"
                  " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum")]


def make_copy(name, unit):
    """The reports, spread over three times the years that generate.sql gives them."""
    partitioned = ' PARTITION BY RANGE (created_at)' if unit else ''
    query(DATABASE, f'CREATE {"" if unit else "UNLOGGED "}TABLE bench.{name}'
                    f' (LIKE civic.reports INCLUDING GENERATED INCLUDING DEFAULTS){partitioned}')
    if unit:
        for start, end in query(DATABASE, f"SELECT d, d + interval '1 {unit}' FROM generate_series("
                                          f"timestamptz '2020-01-01', '2026-12-01', '1 {unit}') AS d"):
            query(DATABASE, f"CREATE UNLOGGED TABLE bench.{name}_{start:%Y_%m} PARTITION OF bench.{name}"
                            f" FOR VALUES FROM ('{start}') TO ('{end}')")
    stored = ', '.join(columns())
    spread = stored.replace('created_at', "timestamptz '2020-01-01' + (created_at - '2024-01-01') * 3", 1)
    query(DATABASE, f'INSERT INTO bench.{name} ({stored}) SELECT {spread} FROM civic.reports ORDER BY created_at')
    query(DATABASE, f'ALTER TABLE bench.{name} ADD PRIMARY KEY (organization_id, id{", created_at" if unit else ""})')
    for index in INDEXES:
        definition = value(DATABASE, f"SELECT pg_get_indexdef('civic.{index}'::regclass)")
        query(DATABASE, re.sub(r'INDEX \S+ ON (ONLY )?civic\.reports', f'INDEX ON bench.{name}', definition))
    query(DATABASE, f'VACUUM ANALYZE bench.{name}')


def questions():
    def of_probe(column):
        return f'(SELECT p.{column} FROM bench.probes AS p WHERE p.n = :n)'

    is_open = value(DATABASE, 'SELECT pg_get_expr(indpred, indrelid) FROM pg_index'
                              " WHERE indexrelid = 'civic.reports_open_by_department'::regclass")
    rows = f'FROM bench.{{}} AS r WHERE r.organization_id = {of_probe("organization_id")}'
    newest = 'ORDER BY r.created_at DESC, r.id DESC LIMIT 50'
    place, latitude, longitude = (of_probe(name) for name in ('location', 'latitude', 'longitude'))
    return {
        'newest 50': f'SELECT r.* {rows} {newest}',
        "department's open 50": f'SELECT r.* {rows} AND r.department_id = {of_probe("department_id")} AND {is_open}'
                                f' {newest}',
        'one by id': f'SELECT r.* {rows} AND r.id = {of_probe("id")}',
        'one by id and time': f'SELECT r.* {rows} AND r.id = {of_probe("id")} AND r.created_at ='
                              f' {of_probe("created_at")}',
        '50 nearest within 500 m': f'SELECT r.* {rows} AND civic_helpers.is_within(r.location, {latitude}, {longitude}, 500)'
                                   f' ORDER BY civic_helpers.distance_between(r.location, {place}), r.id LIMIT 50',
        'count of a year by status': f"SELECT r.status, count(*) {rows} AND r.created_at >= '2023-01-01'"
                                     " AND r.created_at < '2024-01-01' GROUP BY 1",
    }


def measure_partitions(table, options):
    make_database(DATABASE, options.large)
    started = time.monotonic()
    if not value(DATABASE, "SELECT to_regclass('bench.probes') IS NOT NULL"):
        say('Copying the reports into partitions ...')
        for name, unit in KINDS.items():
            make_copy(name, unit)
        query(DATABASE, 'CREATE TABLE bench.probes AS SELECT row_number() OVER () AS n, p.* FROM (SELECT'
                        ' organization_id, id, department_id, location, latitude, longitude, created_at FROM bench.plain ORDER BY random()'
                        f' LIMIT {PROBES}) AS p')
        query(DATABASE, 'ALTER TABLE bench.probes ADD PRIMARY KEY (n)')
        query(DATABASE, 'VACUUM ANALYZE bench.probes')
        say(f'  {time.monotonic() - started:.0f} s')
    counts = {value(DATABASE, f'SELECT count(*) FROM bench.{name}') for name in KINDS}
    assert counts == {options.large}, counts
    for what, statement in questions().items():
        say(f'partitions: {what}')
        sides = {name: Side(DATABASE, f'\\set n random(1, {PROBES})\n{statement.format(name)};\n', 1,
                            max_parallel_workers_per_gather=0) for name in KINDS}
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
        note = ', '.join(f'{name} {statistics.median(r["cpu"] for r in found):.0f} µs'
                         for name, found in results.items())
        for name in ('yearly', 'monthly'):
            table.add(f'partitions: {what}', f'{options.large:,} reports, 1 client', f'CPU, {name} / one table',
                      ratios(results, name, 'plain', 'cpu'), None, False, note)
            note = ''
