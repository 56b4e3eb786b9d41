"""How well duplicates are found: on cities whose true incidents are known, and on a real sample."""
import csv
import datetime
import os
import statistics

from psycopg2.extras import execute_values

from harness import connect, query, say, value
from incidents import CATEGORIES, DAYS, STYLES, City

DATABASE = 'quality'
SEEDS = (1, 2, 3)
# The default categories where there is one for the subject.
CODES = {'pothole': 'roads', 'dumping': 'sanitation', 'leak': 'water', 'drain': 'drainage', 'signal': 'electricity',
         'tree': 'public_property'}
SAMPLE = 'stlouis-requests-2009-2012.csv'


class Answer:
    """What was said about one report."""

    def __init__(self, report, positive, candidates, linked, policy):
        self.report, self.positive, self.policy = report, positive, policy
        self.candidates = candidates  # of any score, best first: score, right, close enough to be linked by itself
        self.linked = linked  # whether what it would be linked to is right; None where it would not be

    def hints(self, threshold=None):
        threshold = self.policy['hint_threshold'] if threshold is None else threshold
        return [c for c in self.candidates if c[0] >= threshold]

    def link(self, threshold=None):
        """Whether the link is right; None for none. With another threshold it is an estimate."""
        if threshold is None:
            return self.linked
        return next((right for score, right, close in self.candidates if close and score >= threshold), None)


def new_organization(cursor, number, name, groups):
    """An organization with the categories of the city; returns its id."""
    cursor.execute('INSERT INTO civic.organizations (code, name) VALUES (%s, %s) RETURNING id', (f'Q{number}', name))
    organization = cursor.fetchone()[0]
    cursor.execute("SELECT set_config('civic.organization_id', %s, false)", (organization,))
    cursor.execute('SELECT civic_private.fill_organization(%s)', (organization,))
    execute_values(cursor, 'INSERT INTO civic.categories (organization_id, code, name, category_group) VALUES %s'
                   ' ON CONFLICT (organization_id, code) DO UPDATE SET category_group = excluded.category_group',
                   [(organization, code, code, group) for code, group in groups])
    return organization


def read_policies(cursor, organization):
    """The policies that hold, and the same with a hint for every report in reach, so that all scores can be seen."""
    cursor.execute("SELECT string_agg(attname, ', ') FROM pg_attribute"
                   " WHERE attrelid = 'civic.duplicate_policies'::regclass AND attnum > 0 AND NOT attisdropped"
                   " AND attname NOT IN ('id', 'created_at', 'updated_at')")
    columns = cursor.fetchone()[0].split(', ')
    cursor.execute(f'SELECT {", ".join(columns)} FROM civic.effective_duplicate_policies()')
    rows = [dict(zip(columns, row)) for row in cursor.fetchall()]
    execute_values(cursor, f'INSERT INTO civic.duplicate_policies ({", ".join(columns)}) VALUES %s', [
        [0 if name == 'hint_threshold' else row[name] for name in columns] for row in rows])
    return {row['category']: row for row in rows}


def make_database():
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', DATABASE):
        query('postgres', f'DROP DATABASE {DATABASE}')
    query('postgres', f'CREATE DATABASE {DATABASE}')
    query(DATABASE, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    # Reports come with their times and are closed at once; of all triggers only those that keep signatures run.
    for name, in query(DATABASE, "SELECT tgname FROM pg_trigger WHERE tgrelid = 'civic.reports'::regclass"
                       " AND tgname LIKE '%%signature%%' AND NOT tgisinternal"):
        query(DATABASE, f'ALTER TABLE civic.reports ENABLE ALWAYS TRIGGER {name}')


def ask(cursor, report_id):
    cursor.execute('SELECT report_id, score, distance_m, address_agreement FROM civic.find_duplicates_of(%s, 1000)',
                   (report_id,))
    return cursor.fetchall()


def play(number, style, seed):
    """Feeds a city's reports in the order of time, asking about each before the next; returns the answers."""
    city = City(style, seed)
    started = value(DATABASE, "SELECT date_trunc('day', now()) - make_interval(days => %s)", DAYS + 2)
    answers = []
    with connect(DATABASE, session_replication_role='replica') as connection, connection.cursor() as cursor:
        organization = new_organization(cursor, number, f'{style} {seed}',
                                        [(CODES.get(code, code), settings[0]) for code, settings in CATEGORIES.items()])
        policies = read_policies(cursor, organization)
        cursor.execute("SELECT id FROM civic.departments WHERE organization_id = %s AND code = 'PWD'", (organization,))
        department = cursor.fetchone()[0]
        execute_values(cursor, 'INSERT INTO civic.users (organization_id, id, email, full_name) VALUES %s', [
            (organization, f'00000000-0000-0000-0000-{n:012d}', f'p{n}@quality.example', f'Person {n}')
            for n in range(1, city.people + 1)])
        cursor.execute('ANALYZE civic.users')
        incident_of, families, closing = {}, {}, []
        for n, report in enumerate(city.reports):
            due = [c for c in closing if c[0] <= report.at]
            if due:
                closing = [c for c in closing if c[0] > report.at]
                cursor.execute("UPDATE civic.reports SET status = 'closed'"
                               ' WHERE organization_id = %s AND id = ANY (%s::uuid[])',
                               (organization, [c[1] for c in due]))
            at = started + datetime.timedelta(days=report.at)
            category = CODES.get(report.category, report.category)
            cursor.execute(
                'INSERT INTO civic.reports (organization_id, report_number, user_id, department_id, title, description,'
                ' category, status, latitude, longitude, address, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s,'
                " 'assigned_to_department', %s, %s, %s, %s) RETURNING id",
                (organization, f'Q-{n}', f'00000000-0000-0000-0000-{report.reporter:012d}', department, report.title,
                 report.text, category, report.latitude, report.longitude, report.address, at))
            report_id = cursor.fetchone()[0]
            family = families.setdefault(report.incident, [])
            policy = policies.get(category, policies.get(None))
            if report.at >= 0:
                found = ask(cursor, report_id)
                cursor.execute('SELECT m.root_id FROM civic.reports AS r, civic_private.match_report(r) AS m'
                               ' WHERE r.organization_id = %s AND r.id = %s AND m.links', (organization, report_id))
                linked = [incident_of[other] == report.incident for other, in cursor.fetchall()]
                positive = any(report.at - earlier <= policy['window_days'] for earlier in family)
                answers.append(Answer(report, positive, [
                    (score, incident_of[other] == report.incident,
                     distance <= policy['link_radius_m'] or (agreement is not None and agreement >= 0.5))
                    for other, score, distance, agreement in found], linked[0] if linked else None, policy))
            family.append(report.at)
            incident_of[report_id] = report.incident
            closing.append((report.closed, report_id))
            if n == 500:
                cursor.execute('ANALYZE civic.reports; ANALYZE civic_private.report_signatures')
    return answers


class Score:
    """Counts over answers. Who has an earlier report of its incident in the window should be told of one."""

    def __init__(self, answers, hint=None, link=None):
        hints = [h for h in (a.hints(hint) for a in answers) if h]
        links = [right for right in (a.link(link) for a in answers) if right is not None]
        self.reports = len(answers)
        self.positives = sum(a.positive for a in answers)
        self.candidates = sum(map(len, hints)) / max(1, self.reports)
        right = sum(any(c[1] for c in h) for h in hints)
        self.precision = right / max(1, len(hints))
        self.recall = right / max(1, self.positives)
        self.recall5 = sum(any(c[1] for c in h[:5]) for h in hints) / max(1, self.positives)
        self.first = sum(h[0][1] for h in hints) / max(1, len(hints))
        self.linked = len(links)
        self.link_precision = sum(links) / max(1, len(links))
        self.link_recall = sum(links) / max(1, self.positives)

    @staticmethod
    def f1(precision, recall):
        return 2 * precision * recall / max(1e-9, precision + recall)


def measure_quality(table, options):
    make_database()
    cities = [(style, seed) for style in STYLES for seed in (SEEDS[:1] if options.quick else SEEDS)]
    answers = {}
    for number, (style, seed) in enumerate(cities, 1):
        say(f'quality: {STYLES[style].title}, seed {seed}')
        answers[style, seed] = play(number, style, seed)
        score = Score(answers[style, seed])
        say(f'  {score.reports} reports, {score.positives} with an earlier one of their incident; hints: recall'
            f' {score.recall:.3f}, precision {score.precision:.3f}, {score.candidates:.2f} candidates; links:'
            f' {score.linked}, precision {score.link_precision:.3f}, recall {score.link_recall:.3f}')
    for style in STYLES:
        found = {seed: answers[s, seed] for s, seed in answers if s == style}
        scores = [Score(a) for a in found.values()]
        workload = (f'{STYLES[style].title}; {len(scores)} cities of'
                    f' {statistics.mean(s.reports for s in scores):.0f} reports,'
                    f' {statistics.mean(s.positives / s.reports for s in scores):.0%} of them duplicates')
        table.add('duplicates, hints', workload, 'recall', [s.recall for s in scores], 0.95, True,
                  f'recall@5 {statistics.median(s.recall5 for s in scores):.3f}')
        table.add('duplicates, hints', workload, 'candidates a report', [s.candidates for s in scores], 1.5)
        table.add('duplicates, hints', workload, 'precision: hints with a right candidate',
                  [s.precision for s in scores], note='F1'
                  f' {statistics.median(Score.f1(s.precision, s.recall) for s in scores):.3f}; the first is right in'
                  f' {statistics.median(s.first for s in scores):.3f}')
        table.add('duplicates, links', workload, 'precision', [s.link_precision for s in scores], 0.97, True,
                  f'recall {statistics.median(s.link_recall for s in scores):.3f}, F1'
                  f' {statistics.median(Score.f1(s.link_precision, s.link_recall) for s in scores):.3f}')
    everything = [a for found in answers.values() for a in found]
    for n in range(0, 20):
        score = Score(everything, n / 20, n / 20)
        say(f'  threshold {n / 20:.2f}: hint recall {score.recall:.3f} recall@5 {score.recall5:.3f} precision'
            f' {score.precision:.3f} candidates {score.candidates:.2f}; links {score.linked} precision'
            f' {score.link_precision:.3f} recall {score.link_recall:.3f}')
    for code in sorted({CODES.get(c, c) for c in CATEGORIES}):
        part = [a for a in everything if CODES.get(a.report.category, a.report.category) == code]
        score = Score(part)
        say(f'  {code}, radius {part[0].policy["hint_radius_m"]:.0f} m: {score.positives} duplicates, hint recall'
            f' {score.recall:.3f}, candidates {score.candidates:.2f}, link precision {score.link_precision:.3f}')
    measure_sample(table)


# ---- a real city ----

def sample_rows():
    """Requests of the St. Louis sample with a time and a place, in the order of time; None where it is not there."""
    folder = os.environ.get('CIVIC_SAMPLE_DATA') or os.path.join(
        os.path.dirname(os.path.abspath(__file__)), '..', '..', 'shared', 'data')
    path = os.path.join(folder, SAMPLE)
    if not os.path.exists(path):
        return None
    rows = {}
    with open(path, newline='', encoding='utf-8', errors='replace') as file:
        for row in csv.DictReader(file):
            try:
                found = (datetime.datetime.fromisoformat(row['datetimeinit'].split('.')[0]), float(row['latitude']),
                         float(row['longitude']), row)
            except ValueError:
                continue
            # Some requests are in the file twice, some lie at zero degrees.
            if abs(found[1]) > 1:
                rows.setdefault(row['requestid'], found)
    return sorted(rows.values(), key=lambda r: r[0])


def measure_sample(table):
    rows = sample_rows()
    if rows is None:
        say(f'quality: skipped the sample of St. Louis: CIVIC_SAMPLE_DATA names no folder with {SAMPLE}')
        return
    say(f'quality: {len(rows):,} requests of St. Louis')
    shift = datetime.datetime.now() - rows[-1][0] - datetime.timedelta(days=1)
    radii = (20, 50, 100, 200)
    near, shown, total = dict.fromkeys(radii, 0), dict.fromkeys(radii, 0), 0
    codes = {}
    for *_, row in rows:
        codes.setdefault(row['problemcode'].strip() or 'none', f'p{len(codes)}')
    with connect(DATABASE, session_replication_role='replica') as connection, connection.cursor() as cursor:
        organization = new_organization(cursor, 99, 'St. Louis', [(code, None) for code in codes.values()])
        policies = read_policies(cursor, organization)
        cursor.execute('UPDATE civic.duplicate_policies SET hint_radius_m = 200, window_days = 30'
                       ' WHERE organization_id = %s', (organization,))
        threshold = policies[None]['hint_threshold']
        cursor.execute('INSERT INTO civic.users (organization_id, email, full_name) VALUES (%s, %s, %s) RETURNING id',
                       (organization, 'import@quality.example', 'Import'))
        person = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM civic.departments WHERE organization_id = %s AND code = 'PWD'", (organization,))
        department = cursor.fetchone()[0]
        for n, (at, latitude, longitude, row) in enumerate(rows):
            title = (row['plain_english_name_for_problemcode'] or row['description'] or row['problemcode'])[:255]
            text = '. '.join(t for t in (
                row['plain_english_name_for_problemcode'], row['description'], row['explanation']) if t)[:2000]
            cursor.execute(
                'INSERT INTO civic.reports (organization_id, report_number, user_id, department_id, title, description,'
                " category, status, latitude, longitude, address, created_at) VALUES (%s, %s, %s, %s, rpad(%s, 5, '.'),"
                " rpad(%s, 10, '.'), %s, 'assigned_to_department', %s, %s, %s, %s) RETURNING id",
                (organization, f'S-{n}', person, department, title, text, codes[row['problemcode'].strip() or 'none'],
                 latitude, longitude, row['probaddress'] or None, at + shift))
            found = [(score, distance) for _, score, distance, _ in ask(cursor, cursor.fetchone()[0])]
            total += 1
            for radius in radii:
                near[radius] += any(d <= radius for _, d in found)
                shown[radius] += any(d <= radius and s >= threshold for s, d in found)
            if n == 500:
                cursor.execute('ANALYZE civic.reports; ANALYZE civic_private.report_signatures')
    for radius in radii:
        table.add('duplicates, St. Louis', f'{total:,} requests of 2009 to 2012, same type, 30 days',
                  f'share with an earlier one within {radius} m', [near[radius] / total],
                  note=f'{shown[radius] / total:.3f} with a score of {threshold} or more')
