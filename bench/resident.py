"""What a resident does all day, in a large and a small city of the same density."""
import statistics

from city import ORGANIZATION, ORGANIZATIONS, person
from harness import Session, alternate, query, ratios, say, value
from search import prepare

CALLS = 100


def actions(database):
    """Name and statement; $1 is the number of the call."""
    total = value(database, 'SELECT reports FROM bench.sizes')
    own = total // ORGANIZATIONS
    # Inside the city, at least 500 m from its edge.
    reach = (own / 250) ** 0.5 / 2 / 111.2 - 0.006
    report = f'bench.report(10 * ($1 * 7919 % {own}), {total})'
    # Some are private.
    seen = f'FROM civic.get_report({report}) AS r, LATERAL'
    lat = f'(11 + ($1 * 7919 % 2000 - 1000) / 1000.0 * {reach})::float8'
    lon = f'(76 + ($1 * 6007 % 2000 - 1000) / 1000.0 * {reach})::float8'
    box = f'{lon} - 0.003, {lat} - 0.003, {lon} + 0.003, {lat} + 0.003'
    text = "'The lamp at house ' || $1 % 89 || ' is dark since last week, somebody should come and look.'"
    tile = (f'15, floor(({lon} + 180) / 360 * 32768)::integer,'
            f' floor((1 - asinh(tand({lat})) / pi()) / 2 * 32768)::integer')
    return {
        'read a report': f'SELECT * FROM civic.get_report({report})',
        'its history': f'SELECT * FROM civic.report_history({report})',
        'its family': f'SELECT * FROM civic.report_family({report})',
        'its deadline': f'SELECT d.* {seen} civic.report_deadline(r.id) AS d',
        'newest reports': 'SELECT * FROM civic.list_reports(max_rows => 20 + $1::integer % 2)',
        'newest of a category': "SELECT * FROM civic.list_reports(categories => '{water}', max_rows => 20 + $1::integer % 2)",
        'own reports': 'SELECT * FROM civic.my_reports(20 + $1::integer % 2)',
        'own figures': 'SELECT civic.user_statistics() WHERE $1 > 0',
        'reports around': f'SELECT * FROM civic.nearby_reports({lat}, {lon}, 500)',
        # As many as the small city has of each.
        'search for a house number': 'SELECT * FROM civic.search_reports(($1 % 997)::text, max_rows => 5)',
        'map of a quarter': f'SELECT * FROM civic.map_reports({box})',
        'clusters of a quarter': f'SELECT * FROM civic.map_clusters({box}, 15)',
        'tile of a quarter': f'SELECT civic.report_tile({tile})',
        'public figures': 'SELECT civic.public_statistics() WHERE $1 > 0',
        'notifications': 'SELECT * FROM civic.list_notifications(max_rows => 20 + $1::integer % 2)',
        'changes for a device': 'SELECT civic.sync_changes(max_rows => 100 + $1::integer % 2)',
        'look for duplicates': f"SELECT * FROM civic.find_duplicates('streetlight', {text}, {lat}, {lon})",
        'file a report': f"SELECT id FROM civic.submit_report('Lamp out of order', {text}, {lat}, {lon})",
        'support a report': f'SELECT s.* {seen} civic.support_report(r.id) AS s',
        'comment on a report': f"SELECT c.* {seen} civic.add_comment('I have seen it too.', report_id => r.id) AS c",
    }


def measure_resident(table, options):
    small, large = (20_000, 200_000) if options.quick else (50_000, 5_000_000)
    prepare('search_small', small)
    prepare('search_large', large)
    settings = {'role': 'civic_user', 'civic.organization_id': ORGANIZATION, 'civic.user_id': person(100)}
    for database in ('search_small', 'search_large'):
        query(database, 'SELECT civic_private.refresh_public_figures(%s, now())', ORGANIZATION)
    of_small = actions('search_small')
    for name, statement in actions('search_large').items():
        say(f'{name}, {large:,} / {small:,} reports')
        # What is written is taken back, so that every call finds the same city.
        sides = {'large': Session('search_large', statement, CALLS, keeps=False, **settings),
                 'small': Session('search_small', of_small[name], CALLS, keeps=False, **settings)}
        results = alternate(sides, options.rounds, lambda side: side.run())
        for side in sides.values():
            side.close()
        note = ', '.join(f'{side} {statistics.median(r["cpu"] for r in found):.0f} µs' for side, found in results.items())
        table.add(f'resident: {name}', f'{large:,} / {small:,} reports', 'CPU large / small',
                  ratios(results, 'large', 'small', 'cpu'), 1.5, False, note)
