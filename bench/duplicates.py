"""Duplicate detection: the answers of civic.find_duplicates() against its twin, its speed against SQL."""
import collections
import statistics
import sys
import threading
import time

from harness import Log, alternate, connect, psql, query, ratios, say, value

LENGTHS = {100: 1, 480: 0}  # characters: remainder of the organization's number by two
WINDOWS = (30, 365)
RADIUS = 200
PROBES = 1000
OPEN = "r.status NOT IN ('closed', 'rejected', 'duplicate')"
PERSON = 1  # in each organization, a resident

LOADED = ('civic.reports', 'civic_private.report_signatures')

# Everybody looks for the five best open reports of the category within a radius and a time. p is the probe, since the
# start of the window.
SIDES = {
    'civic': """
        SELECT d.report_id, d.score
        FROM civic.find_duplicates(p.category, p.description, p.latitude, p.longitude, p.address, p.title, 5) AS d""",
    # What an application would write.
    'application': f"""
        SELECT r.id, similarity(r.description, p.description)
        FROM civic.reports AS r
        WHERE r.organization_id = p.organization_id AND r.category = p.category
            AND ST_DWithin(r.location, p.location, radius) AND r.created_at > since AND {OPEN}
            AND similarity(r.description, p.description) > 0.3
        ORDER BY similarity(r.description, p.description) DESC
        LIMIT 5""",
    # An index made for this question, and each similarity computed once.
    'tuned': f"""
        SELECT s.id, s.similarity
        FROM (
            SELECT r.id, similarity(r.description, p.description) AS similarity
            FROM civic.reports AS r
            WHERE r.organization_id = p.organization_id AND r.category = p.category
                AND civic_helpers.is_within(r.location, p.latitude, p.longitude, radius) AND r.created_at > since AND {OPEN}
            OFFSET 0
        ) AS s
        WHERE s.similarity > 0.3
        ORDER BY s.similarity DESC
        LIMIT 5""",
}
# Each side sees its own beside what civic installs for other searches.
INDEXES = {
    'application': 'CREATE INDEX bench_application ON civic.reports USING gist (organization_id, location)',
    'tuned': 'CREATE INDEX bench_tuned ON civic.reports USING gist (organization_id, category, (location::geometry),'
             f' created_at) WHERE {OPEN.replace("r.", "")}',
}

# Times are the server's own, of one static statement of PL/pgSQL a side, which is a prepared statement: no side pays
# for the way to the client. Who asks is made known before the clock starts.
TIMED = """
CREATE FUNCTION bench.time_{side}(characters integer, radius double precision, days integer, probes integer)
    RETURNS double precision[] LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    p bench.probes;
    since timestamptz := now() - make_interval(days => days);
    started timestamptz;
    times double precision[];
BEGIN
    FOR p IN
        SELECT b.* FROM bench.probes AS b WHERE b.characters = time_{side}.characters ORDER BY b.n LIMIT probes
    LOOP
        PERFORM set_config('civic.organization_id', p.organization_id::text, true),
            set_config('civic.user_id', p.person::text, true);
        PERFORM civic.current_user_id();
        started := clock_timestamp();
        PERFORM * FROM ({sql}) AS found;
        times := times || 1000 * extract(epoch FROM clock_timestamp() - started)::double precision;
    END LOOP;
    RETURN times;
END
$$
"""


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
        size = value(name, 'SELECT pg_size_pretty(pg_database_size(%s))', name)
        say(f'  {what}: {time.monotonic() - started:.0f} s, {size}')

    load(name, reports, 20 if reports >= 100_000 else 10, INDEXES.values(), done)
    psql(name, 'twins/identity.sql')
    psql(name, 'twins/duplicates.sql')
    make_probes(name)
    for side, sql in SIDES.items():
        query(name, TIMED.format(side=side, sql=sql))
    for loaded in LOADED:
        query(name, f'ALTER TABLE {loaded} RESET (autovacuum_enabled)')
    query(name, 'VACUUM (ANALYZE)')
    done('vacuum')


def load(name, reports, organizations, more_indexes, done):
    """A new database with reports, indexes and signatures; autovacuum is off for the tables that were loaded."""
    query('postgres', f'CREATE DATABASE {name}')
    query(name, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(name, 'generate_duplicates.sql', reports=reports, organizations=organizations)
    indexes = query(name, 'SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i'
                    ' LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid'
                    " WHERE i.indrelid = 'civic.reports'::regclass AND c.oid IS NULL")
    for index, _ in indexes:
        query(name, f'DROP INDEX {index}')
    for loaded in LOADED:
        query(name, f'ALTER TABLE {loaded} SET (autovacuum_enabled = off)')
    step = 20_000
    in_two_sessions(name, [f'SELECT bench.load_reports({n}, {min(n + step, reports) - 1})'
                           for n in range(0, reports, step)], synchronous_commit='off')
    done('rows')
    in_two_sessions(name, ['VACUUM civic.reports'] + [definition for _, definition in indexes] + list(more_indexes),
                    maintenance_work_mem='512MB', max_parallel_maintenance_workers=0)
    done('indexes')
    make_signatures(name)
    done('signatures')


def make_probes(name):
    """The reports that would come next, those near the border of their city left out: around it there is nothing."""
    query(name, f"""
        CREATE TABLE bench.probes AS
        SELECT p.*, civic_helpers.location_of(p.latitude, p.longitude) AS location
        FROM (
            SELECT d.n, bench.organization(d.organization) AS organization_id,
                bench.person(d.organization, {PERSON}) AS person, CASE d.organization % 2 WHEN 1 THEN 100 ELSE 480 END
                    AS characters, d.category, d.title, d.description, d.latitude, d.longitude, d.address,
                row_number() OVER (PARTITION BY d.organization % 2 ORDER BY d.n) AS place
            FROM bench.sizes AS s
            CROSS JOIN LATERAL bench.drawn(s.reports, s.reports + {8 * PROBES}) AS d
            WHERE (d.latitude - 10 - d.organization) * 111195 BETWEEN {RADIUS} AND 1300 * floor(sqrt(s.tiles)) - {RADIUS}
                AND (d.longitude - 75 - d.organization) * 111195 * cosd(10 + d.organization)
                    BETWEEN {RADIUS} AND 1300 * floor(sqrt(s.tiles)) - {RADIUS}
        ) AS p
        WHERE p.place <= {PROBES}""")
    query(name, 'GRANT SELECT ON bench.probes TO civic_user')


def make_signatures(name):
    """In bulk, and with the index made at the end."""
    index = query(name, "SELECT pg_get_indexdef('civic_private.report_signatures_search'::regclass)")[0][0]
    query(name, 'DROP INDEX civic_private.report_signatures_search')
    in_two_sessions(name, [f'SELECT civic_private.rebuild_signatures({literal})' for literal, in query(
        name, "SELECT quote_literal(id) FROM civic.organizations")], synchronous_commit='off')
    query(name, index, maintenance_work_mem='1GB')


def set_policy(name, days):
    with connect(name) as connection, connection.cursor() as cursor:
        cursor.execute('DELETE FROM civic.duplicate_policies')
        cursor.execute('INSERT INTO civic.duplicate_policies (organization_id, hint_radius_m, window_days)'
                       ' SELECT bench.organization(o), %s, %s'
                       ' FROM bench.sizes AS s, generate_series(1, s.organizations) AS o', (RADIUS, days))


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


def summary(times):
    return {'mean': statistics.mean(times), 'p95': percentile(times, 0.95), 'p99': percentile(times, 0.99),
            'max': max(times)}


def show_index(name, side):
    """Sessions that start from now on may use the index of this side, and of no other."""
    for of_side in INDEXES:
        query(name, 'UPDATE pg_index SET indisvalid = %s WHERE indexrelid = %s::regclass', of_side == side,
              f'civic.bench_{of_side}')


class Timer:
    """One side in one session, with its plan kept or made anew at every call."""

    def __init__(self, name, side, characters, days, probes=PROBES, **settings):
        self.name, self.side, self.settings = name, side, settings
        self.arguments = (characters, RADIUS, days, probes)

    def run(self):
        return summary(self.times())

    def times(self):
        """Of each probe, in their order."""
        show_index(self.name, self.side)
        with connect(self.name, **self.settings) as connection, connection.cursor() as cursor:
            # The first probes load what a session keeps.
            cursor.execute(f'SELECT bench.time_{self.side}(%s, %s, %s, 20)', self.arguments[:3])
            passes = []
            for _ in range(3):
                cursor.execute(f'SELECT bench.time_{self.side}(%s, %s, %s, %s)', self.arguments)
                passes.append(cursor.fetchone()[0])
            # The middle one of three: what another process took from one call is not the call's.
            return [statistics.median(times) for times in zip(*passes)]


def best_plan(name, side, characters, days):
    """The faster of keeping a plan and planning every call, for SQL that must not be held back by either."""
    timers = [Timer(name, side, characters, days, plan_cache_mode=mode) for mode in ('auto', 'force_custom_plan')]
    return min(timers, key=lambda timer: timer.run()['mean'])


def explain(name, side, characters, days):
    """The plan of a side for one probe, as text."""
    show_index(name, side)
    with connect(name) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT row_to_json(p)::jsonb FROM bench.probes AS p WHERE p.characters = %s ORDER BY n LIMIT 1',
                       (characters,))
        probe = cursor.fetchone()[0]
        sql = SIDES[side].replace('radius', str(RADIUS)).replace('since', f"now() - interval '{days} days'")
        location = f"civic_helpers.location_of({probe['latitude']}, {probe['longitude']})"
        sql = sql.replace('p.location', location)
        for key in ('latitude', 'longitude'):
            sql = sql.replace(f'p.{key}', str(probe[key]))
        for key in ('organization_id', 'category', 'description'):
            cast = '%s::uuid' if key == 'organization_id' else '%s'
            sql = sql.replace(f'p.{key}', cursor.mogrify(cast, (probe[key],)).decode())
        cursor.execute('EXPLAIN (ANALYZE, COSTS off, TIMING off, BUFFERS) ' + sql)
        return '\n'.join(line for line, in cursor.fetchall())


# ---- equality ----

def check_answers(tap, name, days):
    """Ids, scores and similarities are those of the twin, which asks ST_DWithin() and similarity()."""
    columns = 'report_id, distance_m, text_similarity, address_agreement, score'
    arguments = 'p.category, p.description, p.latitude, p.longitude, p.address, p.title'
    rows = different = wrong = 0
    examples = []
    with connect(name, role='civic_user') as connection, connection.cursor() as cursor:
        cursor.execute('SELECT n, organization_id::text, person::text FROM bench.probes ORDER BY organization_id, n')
        for n, organization, person in cursor.fetchall():
            cursor.execute("SELECT set_config('civic.organization_id', %s, false),"
                           " set_config('civic.user_id', %s, false)", (organization, person))
            # Ages count from now(), which stands still in a transaction.
            cursor.execute('BEGIN')
            answers = []
            for schema in ('civic', 'twin'):
                cursor.execute(f'SELECT {columns} FROM bench.probes AS p, {schema}.find_duplicates({arguments}, 50)'
                               ' WHERE p.n = %s', (n,))
                answers.append(cursor.fetchall())
            cursor.execute('COMMIT')
            rows += len(answers[0])
            if answers[0] != answers[1]:
                different += 1
                examples.append(f'probe {n}: {answers[0][:3]} and {answers[1][:3]}')
    with connect(name) as connection, connection.cursor() as cursor:
        for n, organization in query(name, 'SELECT n, organization_id::text FROM bench.probes'
                                     ' ORDER BY organization_id, n'):
            cursor.execute("SELECT set_config('civic.organization_id', %s, false)", (organization,))
            cursor.execute(
                'SELECT count(*) FROM bench.probes AS p'
                f' CROSS JOIN LATERAL civic.find_duplicates({arguments}, 50) AS d'
                ' JOIN civic.reports AS r ON r.organization_id = p.organization_id AND r.id = d.report_id'
                ' WHERE p.n = %s AND (d.distance_m IS DISTINCT FROM ST_Distance(r.location, p.location)'
                ' OR NOT ST_DWithin(r.location, p.location, %s)'
                " OR d.text_similarity IS DISTINCT FROM similarity(p.title || '. ' || p.description,"
                " r.title || '. ' || r.description))", (n, RADIUS))
            wrong += cursor.fetchone()[0]
    tap.test(different == 0 and rows > 0, f'{name}, {days} days: find_duplicates() and its twin give the same'
             f' {rows:,} rows; {different} probes differ', examples[:3])
    tap.test(wrong == 0, f'{name}, {days} days: distances are ST_Distance(), membership is ST_DWithin(),'
             f' similarities are similarity(); {wrong} rows differ')


# ---- speed ----

def measure_duplicates(table, options):
    reports = options.reports or (200_000 if options.quick else 5_000_000)
    small = 50_000
    rounds = min(options.rounds, 10)
    log = Log()
    for name, size in (('duplicates_small', small), ('duplicates', reports)):
        make_database(name, size)
    for days in WINDOWS:
        set_policy('duplicates', days)
        check_answers(log, 'duplicates', days)
    if log.failed:
        sys.exit('duplicates: the answers differ')
    table.add('duplicates, answers', f'{reports:,} reports, {2 * PROBES:,} probes, {RADIUS} m, windows of'
              f' {" and ".join(map(str, WINDOWS))} days', 'checks in which C and SQL differ', [log.failed], 0,
              form='{:.0f}')
    for days in WINDOWS:
        for name in ('duplicates', 'duplicates_small'):
            set_policy(name, days)
        for characters in LENGTHS:
            measure_combination(table, reports, characters, days, rounds)
            measure_growth_of_search(table, ('duplicates', 'duplicates_small'), (reports, small), characters, days, rounds)


def measure_growth_of_search(table, names, sizes, characters, days, rounds):
    """The search in a large and in a small database, with probes that find equally many candidates in both."""
    chosen = dict(zip(names, comparable(names, characters, days)))
    probes = len(chosen[names[0]])
    say(f'duplicates, growth: {probes} of {PROBES:,} probes have their like in the other database')

    def run(name):
        times = Timer(name, 'civic', characters, days, role='civic_user').times()
        return summary([times[place] for place in chosen[name]])

    results = alternate({name: name for name in names}, rounds, run)
    for key, goal in (('mean', None), ('p99', 1.5)):
        table.add('duplicates, growth', f'{characters} characters, {days} days; {sizes[0]:,} / {sizes[1]:,} reports,'
                  f' {probes} probes with as many candidates', f'{key} of civic, large / small',
                  ratios(results, *names, key), goal, False, times_note(results) if goal else '', '{:.2f}')


def comparable(names, characters, days):
    """For each database the places of its probes, as many for each number of candidates."""
    places = []
    for name in names:
        show_index(name, 'tuned')
        counts = query(name, f"""
            SELECT count(r.id) FROM bench.probes AS p
            LEFT JOIN civic.reports AS r ON r.organization_id = p.organization_id AND r.category = p.category
                AND civic_helpers.is_within(r.location, p.latitude, p.longitude, {RADIUS}) AND {OPEN}
                AND r.created_at > now() - interval '{days} days'
            WHERE p.characters = {characters} GROUP BY p.n ORDER BY p.n""")
        found = collections.defaultdict(list)
        for place, (count,) in enumerate(counts):
            found[count].append(place)
        places.append(found)
    chosen = [[] for _ in names]
    for count in set(places[0]) & set(places[1]):
        many = min(len(found[count]) for found in places)
        for side, found in zip(chosen, places):
            side += found[count][:many]
    return chosen


def measure_combination(table, reports, characters, days, rounds):
    workload = f'{reports:,} reports, {characters} characters, {days} days, {RADIUS} m, {PROBES:,} probes'
    say(f'duplicates: {workload}')
    sides = {'civic': Timer('duplicates', 'civic', characters, days, role='civic_user')}
    for side in ('application', 'tuned'):
        sides[side] = best_plan('duplicates', side, characters, days)
        say(f'{side}, {sides[side].settings}:\n{explain("duplicates", side, characters, days)}')
    results = alternate(sides, rounds, lambda side: side.run())
    # The goals hold for long texts and a long window; elsewhere civic must not be slower.
    stated = (10, 20, 5, 15) if characters == 480 and days == 365 else (1, 1, 1, 1)
    goals = dict(zip((('application', 'mean'), ('application', 'p99'), ('tuned', 'mean'), ('tuned', 'p99')), stated))
    for (side, key), goal in goals.items():
        table.add(f'duplicates, {side} SQL', workload, f'{key}, {side} SQL / civic',
                  ratios(results, side, 'civic', key), goal, True, times_note(results) if key == 'mean' else '',
                  '{:.2f}')
    few = 20
    behind = Timer('duplicates', 'application', characters, days, few, role='civic_user')
    civic = Timer('duplicates', 'civic', characters, days, few, role='civic_user')
    results = alternate({'civic': civic, 'application': behind}, min(rounds, 3), lambda side: side.run())
    table.add('duplicates, under row policies', workload.replace(f'{PROBES:,} probes', f'{few} probes'),
              'mean, application SQL as a resident / civic', ratios(results, 'application', 'civic', 'mean'),
              500 if characters == 480 and days == 365 else None, True, times_note(results), '{:.0f}')


def times_note(results):
    return 'ms (mean, p95, p99, max): ' + '; '.join(
        f'{name} ' + ' '.join(f'{statistics.median(r[key] for r in results[name]):.3f}' for key in results[name][0])
        for name in results)
