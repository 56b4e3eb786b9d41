"""Cities whose reports say which incident they are about: the truth that duplicate detection is scored against.

What is known of real reports shapes them: families are geometric, a second report comes a day or so after the first
and before the closing, its pin is off by some meters or by half a block, its address by some house numbers, and its
words are its writer's own. Every fourth incident has another of its kind on the same street, half of them told in
nearly the same words.
"""
import bisect
import math
import random
import re
from dataclasses import dataclass, field

from phrases import ASIDES, FRAMES, LANDMARKS, LANGUAGES, NAMES, NEAR, SINCE

DAYS = 60
# category: group, mean of reports per incident, hours to close as mean and deviation of the logarithm
CATEGORIES = {
    'pothole': ('roads', 1.6, 5.0, 0.9), 'sidewalk': ('roads', 1.3, 5.8, 0.8), 'streetlight': (None, 1.5, 4.6, 0.8),
    'dumping': ('waste', 1.5, 4.4, 0.7), 'bin': ('waste', 1.25, 3.9, 0.7), 'noise': (None, 1.5, 2.5, 1.0),
    'parking': (None, 1.2, 2.8, 1.2), 'graffiti': (None, 1.2, 4.9, 0.8), 'leak': ('water', 1.6, 3.6, 0.9),
    'drain': ('water', 1.35, 4.8, 0.8), 'tree': (None, 1.4, 4.0, 0.9), 'signal': (None, 1.8, 3.2, 0.9),
}
# Distance of a pin from an earlier one of its incident: share of pins up to so many metres. A fifth lies on the same
# point, half within 31 m; measured on reports that a city marked as duplicates, cut at 200 m.
PIN_SHARES = [0.22, 0.26, 0.44, 0.56, 0.72, 0.80, 0.85, 1.0]
PIN_METRES = [0.0, 6.0, 15.0, 25.0, 50.0, 75.0, 100.0, 200.0]
# Share of a day's reports in each hour.
HOURS = [2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 9, 7, 6, 6, 6, 6, 5, 4, 4, 3, 2, 1, 1]
METRES_PER_DEGREE = 111195.0


@dataclass
class Style:
    """What a city looks like; lengths in metres."""
    title: str
    languages: tuple
    latitude: float
    longitude: float
    side: float
    house: float
    no_address: float
    incidents: int = 2000


STYLES = {
    'old town': Style('dense European old town', ('de', 'en'), 48.2, 16.4, 3000, 9, 0.05),
    'grid': Style('US grid', ('en', 'es'), 41.9, -87.7, 3600, 12, 0.05),
    'suburb': Style('suburb, 40 % without address', ('en', 'es'), 33.4, -112.0, 4000, 18, 0.40),
}


@dataclass
class Street:
    name: str
    x: float
    y: float
    heading: float
    length: float
    first: int
    landmarks: list = field(default_factory=list)

    def point(self, along, aside=0.0):
        return (self.x + along * math.cos(self.heading) - aside * math.sin(self.heading),
                self.y + along * math.sin(self.heading) + aside * math.cos(self.heading))


@dataclass
class Incident:
    number: int
    category: str
    street: Street
    along: float
    opened: float
    closed: float
    facts: tuple
    like: 'Incident' = None
    wording: str = None


@dataclass
class Report:
    incident: int
    category: str
    at: float
    closed: float
    latitude: float
    longitude: float
    address: str
    title: str
    text: str
    language: str
    reporter: int


class City:
    def __init__(self, style, seed):
        self.style, self.rng = STYLES[style], random.Random(f'{style} {seed}')
        self.streets = self.old_streets() if style == 'old town' else self.grid_streets()
        self.incidents = []
        self.people = 0
        self.make_incidents()
        self.reports = sorted((r for i in self.incidents for r in self.family(i)), key=lambda r: r.at)
        self.reports = [r for r in self.reports if r.at < DAYS]

    # ---- streets and addresses ----

    def grid_streets(self):
        rng, side, streets = self.rng, self.style.side, []
        names = ['Oak', 'Maple', 'Cedar', 'Elm', 'Pine', 'Walnut', 'Chestnut', 'Willow', 'Hickory', 'Laurel', 'Birch',
                 'Cherry', 'Spruce', 'Magnolia', 'Poplar', 'Sycamore', 'Ash', 'Locust', 'Dogwood', 'Juniper', 'Lincoln',
                 'Jackson', 'Monroe', 'Adams', 'Madison', 'Grant', 'Polk', 'Harrison', 'Taylor', 'Tyler', 'Hamilton',
                 'Franklin', 'Clay', 'Webster', 'Calhoun', 'Fremont', 'Douglas', 'Sumner', 'Seward', 'Chase', 'Greer',
                 'Cottage', 'Ashland', 'Evans', 'Cook', 'Hebert', 'Sullivan', 'Dodier', 'Salisbury', 'Palm']
        rng.shuffle(names)
        short = {1: 'st', 2: 'nd', 3: 'rd'}
        for n in range(int(side / 200)):
            ordinal = f'{n + 1}{"th" if 10 < n + 1 < 14 else short.get((n + 1) % 10, "th")}'
            streets.append(Street(f'W {ordinal} St', 0, 200 * n + 100, 0, side, 100))
        for n in range(int(side / 120)):
            kind = rng.choice(['Ave', 'Ave', 'Blvd', 'Dr'])
            streets.append(Street(f'N {names[n % len(names)]} {kind}' if n < len(names) else
                                  f'S {names[n % len(names)]} {kind}', 120 * n + 60, 0, math.pi / 2, side, 100))
        return [self.with_landmarks(s) for s in streets]

    def old_streets(self):
        rng, side, streets, taken = self.rng, self.style.side, [], set()
        stems = ['Linden', 'Kirch', 'Markt', 'Bäcker', 'Brunnen', 'Mühl', 'Rosen', 'Färber', 'Schul', 'Kloster',
                 'Berg', 'Garten', 'Neu', 'Alt', 'Stein', 'Weber', 'Gerber', 'Juden', 'Rathaus', 'Turm', 'Burg',
                 'Ufer', 'Wein', 'Korn', 'Salz', 'Schmied', 'Spital', 'Theater', 'Bahnhof', 'Post', 'Kaiser', 'Josef',
                 'Maria', 'Anna', 'Peter', 'Florian', 'Leopold', 'Franz', 'Wilhelm', 'Goethe', 'Schiller', 'Mozart',
                 'Haydn', 'Beethoven', 'Schubert', 'Eichen', 'Buchen', 'Ahorn']
        kinds = ['gasse', 'gasse', 'straße', 'weg', 'platz', 'zeile']
        target = side * side / 60
        while sum(s.length for s in streets) < target and len(taken) < len(stems) * 5:
            name = rng.choice(stems) + rng.choice(kinds)
            if name in taken:
                continue
            taken.add(name)
            length = rng.uniform(150, 900)
            heading = rng.choice([0.2, 0.9, 1.6, 2.4]) + rng.gauss(0, 0.2)
            streets.append(Street(name, rng.uniform(0, side), rng.uniform(0, side), heading, length, 1))
        return [self.with_landmarks(s) for s in streets]

    def with_landmarks(self, street):
        along = self.rng.uniform(0, 80)
        while along < street.length:
            name = f' {self.rng.choice(NAMES)}' if self.rng.random() < 0.5 else ''
            street.landmarks.append((along, self.rng.randrange(15), name))
            along += self.rng.expovariate(1 / 90)
        return street

    def house(self, street, along):
        """The house nearest to a place of a street: its number and where it is."""
        place = max(0, round(along / self.style.house))
        if street.first == 1:
            number = 1 + place
        else:
            # A hundred numbers to the block of 120 m.
            along = place * self.style.house
            number = street.first + 100 * int(along / 120) + int(along % 120 / 120 * 50) * 2 + place % 2
        return number, street.point(place * self.style.house, 8 if place % 2 else -8)

    def address(self, street, along, language):
        rng, style = self.rng, self.style
        kind = rng.random()
        if kind < style.no_address:
            return None
        number, _ = self.house(street, along + style.house * rng.choice((0, 0, 0, 0, 0, 0, 1, -1, 2, -3)))
        if kind > 0.98:
            return rng.choice(['near the corner', 'bei mir ums Eck' if language == 'de' else 'my street'])
        if kind > 0.87:
            other = self.crossing(street, along)
            return f'{street.name} & {other.name}' if street.first != 1 else f'{street.name} / Ecke {other.name}'
        if street.first == 1:
            name = street.name.replace('straße', rng.choice(['straße', 'str.', 'strasse']))
            return f'{name} {number}{rng.choice(["", "", "", "a"])}{rng.choice(["", "", ", 1010"])}'
        name = street.name
        if rng.random() < 0.25:
            name = name.replace('N ', 'North ').replace(' Ave', ' Avenue').replace(' St', ' Street')
        elif rng.random() < 0.2:
            name = name.split(' ', 1)[1]
        if rng.random() < 0.25:
            name = name.upper()
        return f'{number} {name}{rng.choice(["", "", ", Springfield"])}'

    def crossing(self, street, along):
        x, y = street.point(along)
        return min((s for s in self.streets if abs(math.sin(s.heading - street.heading)) > 0.3),
                   key=lambda s: math.hypot(*(a - b for a, b in zip(s.point(min(max(
                       (x - s.x) * math.cos(s.heading) + (y - s.y) * math.sin(s.heading), 0), s.length)), (x, y)))))

    # ---- incidents ----

    def make_incidents(self):
        rng = self.rng
        names = list(CATEGORIES)
        rng.shuffle(names)
        shares = [1 / (n + 1) for n in range(len(names))]
        lengths = [s.length * rng.lognormvariate(0, 0.6) for s in self.streets]
        centers = [(rng.uniform(0, self.style.side), rng.uniform(0, self.style.side)) for _ in range(6)]
        while len(self.incidents) < self.style.incidents:
            street = rng.choices(self.streets, lengths)[0]
            along = rng.uniform(0, street.length)
            x, y = street.point(along)
            if not (0 <= x <= self.style.side and 0 <= y <= self.style.side):
                continue
            near = min(math.hypot(x - a, y - b) for a, b in centers) / self.style.side
            if rng.random() > 0.3 + 0.7 * math.exp(-(near / 0.15) ** 2):
                continue
            first = self.add_incident(rng.choices(names, shares)[0], street, along, rng.uniform(-10, DAYS))
            if rng.random() < 0.25:
                # Another one of its kind, some houses away.
                other = along + rng.choice((-1, 1)) * rng.uniform(25, 150)
                if 0 < other < street.length:
                    self.add_incident(first.category, street, other, first.opened + rng.uniform(-7, 7),
                                      first.facts if rng.random() < 0.6 else None, first)
            if rng.random() < 0.05 and first.closed < DAYS:
                # The same again after it was closed is another incident.
                self.add_incident(first.category, street, along, first.closed + rng.uniform(1, 15), first.facts)

    def add_incident(self, category, street, along, day, facts=None, copied=None):
        rng = self.rng
        opened = math.floor(day) + (rng.choices(range(24), HOURS)[0] + rng.random()) / 24
        hours = rng.lognormvariate(*CATEGORIES[category][2:])
        facts = facts or (rng.randrange(3), rng.randrange(3))
        incident = Incident(len(self.incidents), category, street, along, opened,
                            opened + max(0.05, min(hours / 24, 45)), facts, copied)
        self.incidents.append(incident)
        return incident

    def family(self, incident):
        rng = self.rng
        mean = CATEGORIES[incident.category][1]
        size = 1
        while rng.random() < 1 - 1 / mean:
            size += 1
        if rng.random() < 0.001:
            size += rng.randint(10, 40)
        # The first pin lies on the house, where the phone was, or where the map was touched.
        place = incident.street.point(incident.along, rng.uniform(-6, 6))
        if rng.random() < 0.5:
            place = self.house(incident.street, incident.along)[1]
        pins, found, at = [(place, incident.along)], [], incident.opened
        for n in range(size):
            if n:
                at += self.gap()
                if at >= incident.closed:
                    break
                pins.append(self.next_pin(incident, *rng.choice(pins)))
            found.append(self.report(incident, at, *pins[-1], found))
        return found

    def gap(self):
        days = 0
        while self.rng.random() > 0.4:
            days += 1
        return max(0.0005, days + self.rng.expovariate(6) if not days else days + self.rng.uniform(-0.4, 0.4))

    def next_pin(self, incident, earlier, along):
        rng = self.rng
        share = rng.random()
        if share < PIN_SHARES[0]:
            return earlier, along
        n = bisect.bisect(PIN_SHARES, share)
        low, high = PIN_METRES[n - 1], PIN_METRES[n]
        distance = low + (high - low) * rng.random()
        if distance > 20 and rng.random() < 0.7:
            # A wrong house number moves the pin along the street.
            other = along + rng.choice((-1, 1)) * distance
            if not 0 < other < incident.street.length:
                other = 2 * along - other
            return self.house(incident.street, other)[1], other
        angle = rng.uniform(0, 2 * math.pi)
        return (earlier[0] + distance * math.cos(angle), earlier[1] + distance * math.sin(angle)), along

    # ---- words ----

    def report(self, incident, at, place, along, family):
        rng, style = self.rng, self.style
        language = style.languages[rng.random() < 0.15]
        again = bool(family) and rng.random() < 0.06
        self.people += 1
        reporter = rng.choice(family).reporter if again else self.people
        category = incident.category
        if family and rng.random() < 0.04:
            group = CATEGORIES[category][0]
            category = rng.choice([c for c in CATEGORIES if group and CATEGORIES[c][0] == group] or [category])
        same = [r for r in family if r.language == language]
        if same and rng.random() < 0.6:
            text = self.vary(rng.choice(same).text, language)
        elif not family and incident.like and incident.like.wording and rng.random() < 0.5:
            text = self.vary(incident.like.wording, language)
            text = re.sub(r'\b\d+\b', str(self.house(incident.street, along)[0]), text)
        else:
            text = self.write(incident, along, language)
        if not family:
            incident.wording = text
        thing = rng.choice(LANGUAGES[language][incident.category][0])
        title = rng.choice(['{0}', '{0} {1}', '{0}: {1}']).format(
            thing.capitalize(), rng.choice(LANGUAGES[language][incident.category][1][incident.facts[0]].split('|')))
        address = self.address(incident.street, along, language)
        latitude = style.latitude + place[1] / METRES_PER_DEGREE
        return Report(incident.number, category, at, incident.closed, latitude,
                      style.longitude + place[0] / METRES_PER_DEGREE / math.cos(math.radians(latitude)), address,
                      title if len(title) >= 5 else title + ' !!', text, language, reporter)

    def write(self, incident, along, language):
        rng = self.rng
        things, problems, details = LANGUAGES[language][incident.category]
        problem, detail = incident.facts
        _, landmark, name = min(incident.street.landmarks or [(0, 0, '')], key=lambda m: abs(m[0] - along))
        where = rng.choice(NEAR[language]).format(
            h=f'{self.house(incident.street, along)[0]} {incident.street.name}', s=incident.street.name,
            l=LANDMARKS[language][landmark] + name)
        parts = [rng.choice(FRAMES[language]).format(
            o=rng.choice(things), a=where, p=rng.choice(problems[problem].split('|')))]
        since = rng.choice(SINCE[language])
        if since:
            parts[0] = f'{parts[0][:-1]} {since}.'
        if rng.random() < 0.6:
            parts.append(rng.choice(details[detail].split('|')) + '.')
        if rng.random() < 0.25:
            parts.append(rng.choice(problems[rng.randrange(3)].split('|')).capitalize() + '.')
        for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
            parts.append(rng.choice(ASIDES[language]))
        if rng.random() < 0.3:
            rng.shuffle(parts)
        text = ' '.join(parts)
        return text[0].upper() + text[1:]

    def vary(self, text, language):
        """Three words in ten are dropped or replaced, and sentences may change places."""
        rng = self.rng
        others = ' '.join(ASIDES[language]).split()
        sentences = [s for s in text.split('. ') if s]
        if rng.random() < 0.3:
            rng.shuffle(sentences)
        words = []
        for word in ' '.join(sentences).split():
            dice = rng.random()
            if dice < 0.15:
                continue
            if dice < 0.25:
                word = rng.choice(others)
            elif dice < 0.30 and len(word) > 3:
                n = rng.randrange(len(word) - 1)
                word = word[:n] + word[n + 1] + word[n] + word[n + 2:]
            words.append(word)
        text = ' '.join(words)
        return text if len(text) >= 10 else text + ' ' + rng.choice(ASIDES[language])


def pairs_within(reports, metres):
    """Pairs (earlier, later, metres) of reports, on a plane; for the statistics of the generator."""
    cells = {}
    for n, report in enumerate(reports):
        x = report.longitude * METRES_PER_DEGREE * math.cos(math.radians(report.latitude))
        y = report.latitude * METRES_PER_DEGREE
        key = int(x // metres), int(y // metres)
        for i in (-1, 0, 1):
            for j in (-1, 0, 1):
                for other, a, b in cells.get((key[0] + i, key[1] + j), ()):
                    distance = math.hypot(x - a, y - b)
                    if distance <= metres:
                        yield reports[other], report, distance
        cells.setdefault(key, []).append((n, x, y))
