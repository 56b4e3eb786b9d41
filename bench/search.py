"""Search, nearby and map clusters against the owner's plain SQL on the same indexes."""
import random
import statistics
import time

from city import ORGANIZATION, make_database
from harness import alternate, connect, query, ratios, say, value

VISIBLE = 'r.is_public AND NOT r.is_sensitive'


def prepare(database, reports):
    """The database, with the reports, their words and their indexes in memory."""
    make_database(database, reports)
    read_words(database, reports)
    query(database, 'CREATE EXTENSION IF NOT EXISTS pg_prewarm')
    query(database, "SELECT pg_prewarm(i.indexrelid) FROM pg_index AS i WHERE i.indrelid IN ('civic.reports'::regclass,"
                    " 'civic_private.report_words'::regclass)")
    query(database, "SELECT pg_prewarm('civic.reports'), pg_prewarm('civic_private.report_words')")


def read_words(database, reports):
    if value(database, 'SELECT count(*) FROM (SELECT FROM civic_private.report_words LIMIT 1) AS w'):
        return
    say(f'Reading the words of {reports:,} reports ...')
    started = time.monotonic()
    query(database, 'SELECT civic_private.rebuild_words()')
    query(database, 'SELECT civic.learn_words(100000)', **{'civic.organization_id': ORGANIZATION})
    query(database, 'VACUUM ANALYZE civic_private.report_words')
    query(database, 'VACUUM ANALYZE civic_private.search_vocabulary')
    say(f'  {time.monotonic() - started:.0f} s')


class Asked:
    """One statement, asked again and again with other values in one session."""

    def __init__(self, database, statement, values, resident):
        self.database, self.statement, self.values = database, statement, values
        self.settings = {'civic.organization_id': ORGANIZATION, 'max_parallel_workers_per_gather': 0}
        if resident:
            self.settings.update({'civic.user_id': '00000000-0000-0001-0000-000000000064', 'role': 'civic_user'})

    def run(self, seconds):
        rng = random.Random(7)
        with connect(self.database, **self.settings) as connection, connection.cursor() as cursor:
            clock = "SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 100), ' ', 1)::bigint"
            cpu, count, end = [], 0, time.monotonic() + seconds
            with connect(self.database) as other, other.cursor() as reader:
                reader.execute(clock.replace('self', str(connection.info.backend_pid)))
                cpu.append(reader.fetchone()[0])
                while count < 3 or time.monotonic() < end:
                    cursor.execute(self.statement, self.values(rng))
                    cursor.fetchall()
                    count += 1
                reader.execute(clock.replace('self', str(connection.info.backend_pid)))
                cpu.append(reader.fetchone()[0])
        return {'cpu': (cpu[1] - cpu[0]) / count / 1e6}


def questions(database):
    """name, the function as a resident, the plain SQL as the owner, values, and whether a resident asks it all day"""
    west, south, east, north, total = query(
        database, 'SELECT min(longitude), min(latitude), max(longitude), max(latitude), count(*) FROM civic.reports'
                  f" WHERE organization_id = '{ORGANIZATION}'")[0]
    place = 'civic_helpers.location_of(%(lat)s, %(lon)s)'
    words = ("SELECT r.* FROM civic_private.report_words AS w JOIN civic.reports AS r ON r.organization_id ="
             ' w.organization_id AND r.id = w.report_id WHERE w.words @@ (%(word)s::tsquery'
             f" && civic_private.organization_word('{ORGANIZATION}')::tsquery) AND w.organization_id ="
             f" '{ORGANIZATION}' AND {VISIBLE} ORDER BY w.created_at DESC, w.report_id DESC LIMIT 50")

    def spot(rng):
        return {'lat': rng.uniform(south, north), 'lon': rng.uniform(west, east)}

    def number(rng):
        return {'word': str(rng.randrange(int(total)))}

    box = {'w': west, 's': south, 'e': east, 'n': north}
    return [
        ('search of a number', 'SELECT * FROM civic.search_reports(%(word)s)', words, number, True),
        ('search of a common word', 'SELECT * FROM civic.search_reports(%(word)s)', words,
         lambda rng: {'word': 'sanitation'}, True),
        ('nearby', 'SELECT * FROM civic.nearby_reports(%(lat)s, %(lon)s, 500)',
         f'SELECT r.*, civic_helpers.distance_between(r.location, {place}) FROM civic.reports AS r WHERE'
         f" r.organization_id = '{ORGANIZATION}' AND civic_helpers.is_within(r.location, %(lat)s, %(lon)s, 500) AND {VISIBLE} ORDER BY"
         f' civic_helpers.distance_between(r.location, {place}), r.id LIMIT 50', spot, True),
        ('clusters of the city', 'SELECT * FROM civic.map_clusters(%(w)s, %(s)s, %(e)s, %(n)s, 12)',
         f"SELECT count(*) FROM civic.reports AS r WHERE r.organization_id = '{ORGANIZATION}' AND r.latitude BETWEEN"
         f' %(s)s AND %(n)s AND r.longitude BETWEEN %(w)s AND %(e)s AND {VISIBLE}', lambda rng: box, False),
    ]


def measure_search(table, options):
    small, large = (20_000, 200_000) if options.quick else (50_000, 5_000_000)
    prepare('search_small', small)
    prepare('search_large', large)
    sizes = f'{large:,} / {small:,} reports'
    for (name, function, plain, values, daily), (_, _, _, small_values, _) in zip(questions('search_large'),
                                                                                 questions('search_small')):
        say(f'{name}, {sizes}')
        sides = {'civic': Asked('search_large', function, values, True),
                 'plain': Asked('search_large', plain, values, False),
                 'small': Asked('search_small', function, small_values, True)}
        results = alternate(sides, options.rounds, lambda side: side.run(options.seconds))
        note = ', '.join(f'{side} {statistics.median(r["cpu"] for r in found):.2f} ms'
                         for side, found in results.items())
        table.add(name, f'{large:,} reports', "CPU of the function / of the owner's plain SQL" if daily
                  else 'CPU of the function / of counting the rows', ratios(results, 'civic', 'plain', 'cpu'),
                  1.2 if daily else None, False, note)
        if daily:
            table.add(f'growth of {name}', sizes, 'CPU large / small', ratios(results, 'civic', 'small', 'cpu'), 1.5,
                      False, note)
