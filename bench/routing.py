"""Measures the look-up of areas: one point, a million points, memory, the first call, and the edit of one ward."""
import contextlib
import statistics
import time

from harness import Log, Side, alternate, connect, cpu_note, psql, query, ratios, say, server_cpu, value

DATABASE = 'areas'
ALONE = {'max_parallel_workers_per_gather': 0, 'jit': 'off', 'work_mem': '256MB'}
ORGANIZATION = "organization_id = '00000000-0000-0000-0000-000000000001'"
POINT = 'ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)'
SUM = 'count(*), bit_xor(uuid_hash_extended({area}, {n}))'
JOINS = {
    'areas_of_points()': 'SELECT ' + SUM.format(n='a.point', area='a.area_id') + ' FROM (SELECT array_agg(latitude) AS'
                         ' y, array_agg(longitude) AS x FROM bench.points) AS p, civic.areas_of_points(p.y, p.x) AS a'
                         ' WHERE a.area_id IS NOT NULL',
    'join, index on areas': 'SELECT ' + SUM.format(n='p.n', area='a.id') + ' FROM bench.points AS p JOIN civic.areas'
                            f' AS a ON ST_Covers(a.boundary, p.place) WHERE a.{ORGANIZATION}',
    'join, index on points': 'SELECT ' + SUM.format(n='p.n', area='w.id') + ' FROM bench.plain_areas AS w'
                             ' JOIN bench.indexed_points AS p ON ST_Covers(w.boundary, p.place)',
    'subdivided, index on pieces': 'SELECT ' + SUM.format(n='p.n', area='s.id') + ' FROM bench.points AS p'
                                   ' JOIN bench.pieces AS s ON ST_Covers(s.piece, p.place)',
    'subdivided, index on points': 'SELECT ' + SUM.format(n='p.n', area='s.id') + ' FROM bench.plain_pieces AS s'
                                   ' JOIN bench.indexed_points AS p ON ST_Covers(s.piece, p.place)',
}


def make_areas(areas, points):
    query('postgres', f'DROP DATABASE IF EXISTS {DATABASE}')
    query('postgres', f'CREATE DATABASE {DATABASE}')
    query(DATABASE, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    say(f'Making {areas:,} wards and {points:,} points ...')
    started = time.monotonic()
    psql(DATABASE, 'generate_areas.sql', areas=areas, points=points)
    for twin in ('identity', 'areas'):
        psql(DATABASE, f'twins/{twin}.sql')
    say(f'  {time.monotonic() - started:.0f} s')
    return '{:,} wards of {:.0f} vertices (at most {:,}), {:,} points'.format(
        *query(DATABASE, 'SELECT count(*), avg(ST_NPoints(boundary)), max(ST_NPoints(boundary)) FROM civic.areas')[0],
        points)


def check_areas(log):
    """Every point alike, and 100,000 corners and middles of edges."""
    asked, different = query(DATABASE, """
        SELECT count(*), count(*) FILTER (WHERE p.places IS DISTINCT FROM c.places)
        FROM (SELECT n, CASE WHEN area_id IS NOT NULL THEN ARRAY[area_id] END AS places
            FROM (SELECT array_agg(latitude ORDER BY n) AS y, array_agg(longitude ORDER BY n) AS x FROM bench.points)
                AS l, civic.areas_of_points(l.y, l.x) AS a (n, area_id)) AS p
        LEFT JOIN (SELECT p.n, array_agg(a.id ORDER BY a.id) AS places FROM bench.points AS p
            JOIN civic.areas AS a ON ST_Covers(a.boundary, p.place) GROUP BY p.n) AS c USING (n)""", **ALONE)[0]
    log.test(different == 0, f'{different} of {asked:,} random points differ from ST_Covers')
    asked, different = query(DATABASE, """
        SELECT count(*), count(*) FILTER (WHERE (SELECT array_agg(a.id ORDER BY a.id) FROM civic.areas AS a
                WHERE ST_Covers(a.boundary, ST_SetSRID(ST_MakePoint(b.x, b.y), 4326)))
            IS DISTINCT FROM (SELECT array_agg(i.id ORDER BY i.id)
                FROM unnest(civic_private.area_ids_at(b.y, b.x)) AS i (id)))
        FROM bench.border AS b""", **ALONE)[0]
    log.test(different == 0, f'{different} of {asked:,} corners and middles of edges differ from ST_Covers')
    answers = {name: query(DATABASE, sql, **ALONE)[0] for name, sql in JOINS.items()}
    log.test(len(set(answers.values())) == 1, f'all statements find the same {answers["areas_of_points()"][0]:,} pairs',
             [f'{name}: {answer}' for name, answer in answers.items()])


def first_call():
    with connect(DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT 1')
        started = time.monotonic()
        cursor.execute('SELECT civic.area_at(28.25, 77.25)')
        return 1000 * (time.monotonic() - started)


def memory():
    """Megabytes of a session's map after it looked everywhere."""
    with connect(DATABASE, **ALONE) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT count(civic.area_at(latitude, longitude)) FROM bench.points WHERE n <= 300000')
        cursor.execute("SELECT sum(total_bytes) / 1048576.0 FROM pg_backend_memory_contexts WHERE name = 'civic areas'"
                       " OR parent = 'civic areas'")
        return float(cursor.fetchone()[0])


def edit(number):
    """Milliseconds until one ward is changed and committed; another session must know at once."""
    code = str(1 + number * 37 % value(DATABASE, 'SELECT count(*) FROM civic.areas'))
    with connect(DATABASE) as writer, connect(DATABASE) as reader, \
            writer.cursor() as write, reader.cursor() as read:
        read.execute('SELECT civic.area_at(28.25, 77.25)')
        write.execute('SELECT ST_Translate(boundary, 1e-5, 0)::text, id,'
                      ' (SELECT ST_Y(p) FROM ST_PointOnSurface(boundary) AS p),'
                      ' (SELECT ST_X(p) + 1e-5 FROM ST_PointOnSurface(boundary) AS p)'
                      ' FROM civic.areas WHERE code = %s', (code,))
        boundary, area, latitude, longitude = write.fetchone()
        started = time.monotonic()
        write.execute('UPDATE civic.areas SET boundary = %s WHERE id = %s', (boundary, area))
        taken = 1000 * (time.monotonic() - started)
        read.execute('SELECT %s = ANY (civic_private.area_ids_at(%s, %s))', (area, latitude, longitude))
        assert read.fetchone()[0], 'the edit was not seen'
    return taken


def measure_areas(table, options):
    quick = options.quick
    workload = make_areas(500 if quick else 10_000, 50_000 if quick else 1_000_000)
    log = Log()
    check_areas(log)
    table.add('areas', workload, f'{log.count - log.failed} of {log.count} checks of equality with ST_Covers passed',
              [log.failed], 0, form='{:.0f}', note='failed checks')

    points = value(DATABASE, 'SELECT count(*) FROM bench.points')

    def join(side):
        connection, sql = side
        with connection.cursor() as cursor:
            before, started = server_cpu(), time.monotonic()
            cursor.execute(sql)
            taken = time.monotonic() - started
            return {'us': 1e6 * taken / points, 'cpu': 1e6 * (server_cpu() - before) / points}

    say('all points at once')
    with contextlib.ExitStack() as sessions:
        sides = {name: (sessions.enter_context(connect(DATABASE, **ALONE)), sql) for name, sql in JOINS.items()}
        # The first round fills the caches of the sessions.
        results = {name: values[1:] for name, values in alternate(sides, options.rounds + 1, join).items()}
    for name, goal in (('join, index on areas', 20), ('join, index on points', None),
                       ('subdivided, index on pieces', 8), ('subdivided, index on points', 8)):
        table.add('areas_of_points()', workload, f'processor time, {name} / C',
                  ratios(results, name, 'areas_of_points()', 'cpu'), goal, True,
                  'CPU µs per point {:.2f} and {:.2f}, elapsed {:.2f} and {:.2f}'.format(*(
                      statistics.median(r[key] for r in results[side])
                      for key in ('cpu', 'us') for side in (name, 'areas_of_points()'))), '{:.1f}')

    say('one point')
    setup = '\\set a random(0, 1000000)\n\\set b random(0, 1000000)\n'
    where = {'lat': '28.0 + :a / 2000000.0', 'lon': '77.0 + :b / 2000000.0'}

    def filled(sql):
        return setup + sql.replace(':lat', where['lat']).replace(':lon', where['lon']) + ';\n'

    sides = {
        'area_at()': Side(DATABASE, filled('SELECT civic.area_at(:lat, :lon)'), 2),
        'ST_Covers': Side(DATABASE, filled(f"SELECT id FROM civic.areas WHERE {ORGANIZATION} AND kind = 'ward' AND"
                                           f' ST_Covers(boundary, {POINT})'), 2),
        'twin': Side(DATABASE, filled('SELECT twin.area_at(:lat, :lon)'), 2),
    }
    results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
    table.add('area_at()', f'{workload}, one call a statement, 2 clients', 'throughput, C / SQL with ST_Covers',
              ratios(results, 'area_at()', 'ST_Covers', 'tps'), 2, True, cpu_note(results, *sides), '{:.2f}')
    table.add('area_at()', 'the same', 'processor time, SQL with ST_Covers / C',
              ratios(results, 'ST_Covers', 'area_at()', 'cpu'), 2, True, form='{:.2f}')
    table.add('area_at()', 'the same', 'throughput, C / PL/pgSQL twin', ratios(results, 'area_at()', 'twin', 'tps'),
              form='{:.2f}')

    say('memory, first call, edit')
    table.add('area_at()', workload, "MB of a session's map", [memory()], 16, form='{:.1f}')
    table.add('area_at()', workload, 'ms of the first call in a session', [first_call() for _ in range(11)], 50,
              form='{:.1f}')
    table.add('UPDATE of one boundary', workload, 'ms until it is committed and holds in all sessions',
              [edit(n) for n in range(5 if quick else 31)], 100, form='{:.1f}')
