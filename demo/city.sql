-- Fills a database that has just got the extension with the invented city of Riverton, and with its small neighbour
-- Lakeside. psql variables: seed, reports, until (the day the city has reached). The same three give the same city, but
-- for what the database itself numbers and times. script/demo runs it in one transaction.
--
-- The rows have a past, so they are written as the system: a superuser in whose session nobody is signed in.
\set QUIET on
\pset tuples_only on
\pset format unaligned

SELECT set_config('demo.seed', :'seed', false), set_config('TimeZone', 'Atlantic/Azores', false) \g /dev/null
-- So many of the reports are of the last hours, and not yet worked on.
SELECT least(12, :reports / 2) AS fresh \gset

UPDATE civic.organizations SET
    name = 'City of Riverton', code = 'RIV', time_zone = 'Atlantic/Azores', website = 'https://riverton.example',
    email = 'office@riverton.example', description = 'A city that does not exist, in the middle of the ocean.'
WHERE id = civic.current_organization_id();

-- A number of [0, 1) that depends on the seed, on what it is for and on which one it is.
CREATE FUNCTION pg_temp.dice(purpose text, which bigint) RETURNS double precision
    LANGUAGE sql STABLE
RETURN ('x' || left(md5(concat_ws('/', current_setting('demo.seed'), purpose, which)), 12))::bit(48)::bigint
    / 281474976710656.0;

CREATE FUNCTION pg_temp.pick(purpose text, which bigint, choices text[]) RETURNS text
    LANGUAGE sql STABLE
RETURN choices[1 + floor(pg_temp.dice(purpose, which) * cardinality(choices))::integer];

-- Version 7, like those of civic.uuid_v7(), but of a given time: rows of the past sort by it.
CREATE FUNCTION pg_temp.uuid_at(at timestamptz, purpose text, which bigint, place integer DEFAULT 0) RETURNS uuid
    LANGUAGE sql STABLE
RETURN (lpad(to_hex(floor(date_part('epoch', at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(place), 3, '0') || '8'
    || left(md5(concat_ws('/', current_setting('demo.seed'), purpose, which, place)), 15))::uuid;

CREATE TEMPORARY TABLE span AS
SELECT u.until, u.until - interval '728 days' AS since
FROM (SELECT :'until'::date::timestamptz AS until) AS u;

-- The ground: an outline, in units of the half width and the half height of the city, and twenty wards inside it.
CREATE FUNCTION pg_temp.place(x double precision, y double precision) RETURNS geometry
    LANGUAGE sql IMMUTABLE
RETURN ST_SetSRID(ST_MakePoint(-30.05 + 0.070 * x, 40.02 + 0.042 * y), 4326);

CREATE TEMPORARY TABLE outline AS
SELECT ST_MakePolygon(ST_MakeLine(pg_temp.place(p.x, p.y) ORDER BY p.place)) AS ground
FROM (
    VALUES (1, -1, -0.15), (2, -0.85, -0.6), (3, -0.5, -0.85), (4, -0.1, -0.95), (5, 0.3, -0.85), (6, 0.7, -0.7),
        (7, 0.95, -0.3), (8, 1, 0.1), (9, 0.85, 0.5), (10, 0.55, 0.8), (11, 0.15, 0.95), (12, -0.3, 0.9),
        (13, -0.65, 0.75), (14, -0.9, 0.35), (15, -1, -0.15)
) AS p (place, x, y);

CREATE TEMPORARY TABLE wards AS
SELECT row_number() OVER (ORDER BY round(ST_Y(ST_Centroid(c.ground))::numeric, 2) DESC, ST_X(ST_Centroid(c.ground)))
        AS number, c.ground
FROM outline AS o
CROSS JOIN LATERAL (
    SELECT ST_VoronoiPolygons(ST_Collect(pg_temp.place(
        0.38 * (g.n % 5 - 2) + 0.22 * (pg_temp.dice('ward x', g.n) - 0.5),
        0.42 * (g.n / 5 - 1.5) + 0.24 * (pg_temp.dice('ward y', g.n) - 0.5)) ORDER BY g.n), 0, o.ground) AS cells
    FROM generate_series(0, 19) AS g (n)
) AS v
CROSS JOIN LATERAL ST_Dump(v.cells) AS d
CROSS JOIN LATERAL (SELECT ST_CollectionExtract(ST_Intersection(d.geom, o.ground), 3) AS ground) AS c;

SELECT civic.load_area('city', 'RIV', 'Riverton', ST_AsGeoJSON(o.ground, 12)::jsonb) FROM outline AS o \g /dev/null
SELECT civic.load_area('ward', w.number::text, (ARRAY['Northgate', 'Beacon Hill', 'Orchard Bank', 'Lime Kilns',
    'Tannery Row', 'Old Harbour', 'Market Cross', 'Cathedral Close', 'Mill Quarter', 'Eastbrook', 'Ropewalk',
    'Station Fields', 'Garden Suburb', 'Weaver Street', 'Salt Meadows', 'Southbank', 'Brickfields', 'University',
    'Low Common', 'Ferry Point'])[w.number], ST_AsGeoJSON(w.ground, 12)::jsonb)
FROM wards AS w ORDER BY w.number \g /dev/null
UPDATE civic.areas AS w SET parent_id = c.id
FROM civic.areas AS c
WHERE w.organization_id = civic.current_organization_id() AND w.kind = 'ward'
    AND c.organization_id = w.organization_id AND c.kind = 'city';

-- People. The first of them have parts in demo/walk.sql.
CREATE TEMPORARY TABLE people AS
SELECT p.number, p.username, p.full_name, p.role, d.id AS department_id, p.employee_id,
    pg_temp.uuid_at(s.since - interval '30 days', 'user', p.number) AS id
FROM (
    SELECT c.number, c.username, c.full_name, c.role, c.department, c.employee_id
    FROM (
        VALUES (1, 'vera', 'Vera Lindqvist', 'super_admin', NULL, 'R-001'),
            (2, 'amir', 'Amir Haddad', 'admin', NULL, 'R-002'),
            (3, 'odile', 'Odile Marchetti', 'auditor', NULL, 'R-003'),
            (4, 'mio', 'Mio Tanaka', 'moderator', NULL, 'R-004'),
            (11, 'pwd1', 'Tomas Okafor', 'nodal_officer', 'PWD', 'R-011'),
            (12, 'pwd2', 'Ines Valdes', 'nodal_officer', 'PWD', 'R-012'),
            (13, 'wsd1', 'Piet Janssen', 'nodal_officer', 'WSD', 'R-013'),
            (14, 'wsd2', 'Leila Nasser', 'nodal_officer', 'WSD', 'R-014'),
            (15, 'san1', 'Rosa Delgado', 'nodal_officer', 'SAN', 'R-015'),
            (16, 'san2', 'Kofi Mensah', 'nodal_officer', 'SAN', 'R-016'),
            (17, 'eld1', 'Hana Novak', 'nodal_officer', 'ELD', 'R-017'),
            (18, 'eld2', 'Declan Byrne', 'nodal_officer', 'ELD', 'R-018'),
            (19, 'hrt1', 'Marta Kowalska', 'nodal_officer', 'HRT', 'R-019'),
            (20, 'hrt2', 'Samuel Adeyemi', 'nodal_officer', 'HRT', 'R-020'),
            (21, 'hmd1', 'Priya Raman', 'nodal_officer', 'HMD', 'R-021'),
            (22, 'hmd2', 'Jonas Weber', 'nodal_officer', 'HMD', 'R-022'),
            (101, 'ana', 'Ana Ferreira', 'citizen', NULL, NULL),
            (102, 'ben', 'Ben Castellan', 'citizen', NULL, NULL)
    ) AS c (number, username, full_name, role, department, employee_id)
    UNION ALL
    SELECT g.n, 'resident' || (g.n - 100),
        pg_temp.pick('first name', g.n, ARRAY['Ada', 'Bruno', 'Chidi', 'Dora', 'Emil', 'Farah', 'Greta', 'Hugo', 'Ilse',
            'Jun', 'Karim', 'Lucia', 'Mateo', 'Nadia', 'Omar', 'Paula', 'Quentin', 'Ruth', 'Stefan', 'Tara', 'Uma',
            'Viktor', 'Wanda', 'Xavier', 'Yara', 'Zoltan']) || ' '
        || pg_temp.pick('last name', g.n, ARRAY['Abel', 'Barros', 'Cohen', 'Dietrich', 'Eriksen', 'Fontaine', 'Garcia',
            'Horvat', 'Ivanova', 'Jansen', 'Khan', 'Lehmann', 'Mbeki', 'Nilsson', 'Oduya', 'Petrov', 'Quinn', 'Rossi',
            'Silva', 'Tran', 'Ueda', 'Varga', 'Wójcik', 'Yilmaz', 'Zanetti']),
        CASE WHEN g.n % 12 = 0 THEN 'contributor' ELSE 'citizen' END, NULL, NULL
    FROM generate_series(103, 300) AS g (n)
) AS p
CROSS JOIN span AS s
LEFT JOIN civic.departments AS d ON d.organization_id = civic.current_organization_id() AND d.code = p.department;

INSERT INTO civic.users (id, username, full_name, email, email_verified, phone, department_id, employee_id,
    primary_address, created_at)
SELECT p.id, p.username, p.full_name, p.username || '@riverton.example', true,
    '+9990000' || lpad(p.number::text, 6, '0'), p.department_id, p.employee_id,
    CASE WHEN p.number > 100 THEN 'Riverton' END, s.since - interval '30 days'
FROM people AS p CROSS JOIN span AS s ORDER BY p.number;
INSERT INTO civic.user_roles (user_id, role_id, reason)
SELECT p.id, r.id, 'Demo city'
FROM people AS p
JOIN civic.roles AS r ON r.organization_id = '00000000-0000-0000-0000-000000000000' AND r.code = p.role
ORDER BY p.number;

-- What people write. %1$s is a street, %2$s a landmark.
CREATE TEMPORARY TABLE phrases AS
SELECT t.*, row_number() OVER (PARTITION BY t.category ORDER BY t.title) AS number,
    count(*) OVER (PARTITION BY t.category) AS choices
FROM (
    VALUES
        ('sanitation', 'Garbage not collected on %1$s',
            'The bins on %1$s were not emptied on the usual day, and the waste is piling up next to %2$s.',
            'Bins emptied by an extra round.'),
        ('sanitation', 'Overflowing bin near %2$s',
            'The public bin close to %2$s has been overflowing for days. Litter blows along %1$s.',
            'Bin emptied and the pavement swept.'),
        ('sanitation', 'Rubbish dumped at %2$s',
            'Somebody dumped rubbish and an old mattress behind %2$s, on the side of %1$s.',
            'Dumped waste taken away.'),
        ('sanitation', 'Public toilet out of order',
            'The public toilet at %2$s is locked and dirty. It needs cleaning and a new lock.',
            'Toilet cleaned, lock replaced.'),
        ('sanitation', 'Dead leaves block the pavement',
            'Nobody has swept %1$s since the storm; leaves and litter make the pavement slippery.',
            'Street swept.'),
        ('roads', 'Pothole on %1$s',
            'A deep pothole has opened on %1$s, close to %2$s. Cars swerve into the other lane to avoid it.',
            'Pothole filled with hot asphalt.'),
        ('roads', 'Broken pavement near %2$s',
            'Several slabs of the pavement on %1$s are loose. A neighbour fell there last week.',
            'Loose slabs set again.'),
        ('roads', 'Faded crossing on %1$s',
            'The markings of the pedestrian crossing at %2$s can hardly be seen any more.',
            'Crossing painted again.'),
        ('roads', 'Road surface sinking',
            'The road on %1$s is sinking where it was opened for construction. It needs repair before it breaks.',
            'Trench filled and resurfaced.'),
        ('roads', 'Damaged kerb at %2$s',
            'A lorry broke the kerb at the corner of %1$s. Pieces of concrete lie on the road.',
            'Kerb stones replaced.'),
        ('streetlight', 'Street light out on %1$s',
            'The lamp in front of %2$s has not been working for a week. That stretch of %1$s is dark at night.',
            'Lamp replaced.'),
        ('streetlight', 'Flickering lamp on %1$s',
            'The street light near %2$s flickers all night long. Probably the bulb.',
            'Ballast and bulb replaced.'),
        ('streetlight', 'Lamp post leaning',
            'The lamp post at the corner of %1$s leans towards the road since a car hit it.',
            'Post set upright.'),
        ('streetlight', 'Lights on in daytime',
            'All street lights along %1$s stay on during the day.',
            'Light sensor replaced.'),
        ('water', 'Water leak on %1$s',
            'Water comes up through the road on %1$s near %2$s. It looks like a leaking pipe.',
            'Pipe joint sealed.'),
        ('water', 'Low water pressure on %1$s',
            'Since Monday the water pressure in our building on %1$s is so low that the tap only drips.',
            'Valve opened, pressure back to normal.'),
        ('water', 'Brown drinking water',
            'The drinking water on %1$s has been brown since the works at %2$s.',
            'Main flushed, sample clean.'),
        ('water', 'Burst pipe at %2$s',
            'A pipe burst at %2$s, the water supply of %1$s is down and the street is under water.',
            'Pipe replaced.'),
        ('drainage', 'Blocked drain on %1$s',
            'The drain on %1$s is blocked. After every rain there is stagnant water in front of %2$s.',
            'Drain cleared.'),
        ('drainage', 'Missing manhole cover',
            'The cover of the manhole next to %2$s is missing. Somebody put a branch in the hole as a warning.',
            'New cover fitted.'),
        ('drainage', 'Sewage smell on %1$s',
            'There is a strong smell of sewage from the gutter on %1$s, worst near %2$s.',
            'Sewer flushed.'),
        ('drainage', 'Waterlogging under the bridge',
            'The underpass of %1$s floods whenever it rains; rainwater cannot drain away.',
            'Pump repaired.'),
        ('electricity', 'Power outage on %1$s',
            'There is no power on the even side of %1$s since last night. %2$s has light.',
            'Fuse of the substation replaced.'),
        ('electricity', 'Loose wire near %2$s',
            'An electric wire hangs low over the pavement near %2$s. Children walk past it.',
            'Line tightened.'),
        ('electricity', 'Transformer humming',
            'The transformer behind %2$s hums so loudly that nobody on %1$s can sleep.',
            'Transformer refitted.'),
        ('public_property', 'Broken bench in the park',
            'The bench opposite %2$s has lost two of its boards.',
            'Boards replaced.'),
        ('public_property', 'Tree needs trimming',
            'Branches of the tree in front of %2$s hang over %1$s and cover the traffic sign.',
            'Tree trimmed.'),
        ('public_property', 'Swing broken on the playground',
            'One of the swings on the playground by %2$s hangs by one chain. Children still use it.',
            'Chain replaced and tested.'),
        ('public_property', 'Graffiti on the wall of %2$s',
            'The wall on %1$s was sprayed over at the weekend.',
            'Wall cleaned.'),
        ('other', 'Noise at night on %1$s',
            'Deliveries to %2$s start before five in the morning, every day but Sunday.',
            'Operator informed of the quiet hours.'),
        ('other', 'Abandoned bicycle',
            'A bicycle without wheels has been chained to the railing at %2$s for months.',
            'Bicycle removed after notice.')
) AS t (category, title, description, outcome);

CREATE TEMPORARY TABLE severities AS
SELECT s.* FROM (
    VALUES ('low', 0.00, 0.22, 1.6), ('medium', 0.22, 0.72, 1.0), ('high', 0.72, 0.94, 0.6),
        ('critical', 0.94, 1.01, 0.25)
) AS s (severity, low, high, pace);

-- Who reports what, when and where. The rank of a category divides its share, as in Zipf's law; the centre of the week
-- and the late morning are busier than the rest; most reports come from some places.
CREATE TEMPORARY TABLE filed AS
WITH drawn AS (
    SELECT g.i, c.category,
        s.since + make_interval(
            days => 7 * floor(104 * pg_temp.dice('week', g.i) ^ 0.85)::integer
                + width_bucket(pg_temp.dice('weekday', g.i), ARRAY[0.19, 0.37, 0.54, 0.70, 0.85, 0.93]),
            hours => width_bucket(pg_temp.dice('hour', g.i), ARRAY[0.005, 0.01, 0.013, 0.016, 0.02, 0.03, 0.06, 0.12,
                0.21, 0.31, 0.40, 0.47, 0.53, 0.59, 0.65, 0.71, 0.77, 0.83, 0.88, 0.92, 0.95, 0.975, 0.99]),
            secs => floor(3600 * pg_temp.dice('second', g.i))) AS created_at
    FROM generate_series(1, :reports - :fresh) AS g (i)
    CROSS JOIN span AS s
    CROSS JOIN LATERAL (
        SELECT (ARRAY['sanitation', 'roads', 'streetlight', 'water', 'drainage', 'electricity', 'public_property',
            'other'])[1 + width_bucket(pg_temp.dice('category', g.i), ARRAY[0.3679, 0.5519, 0.6745, 0.7665, 0.8401,
            0.9014, 0.9540])] AS category
    ) AS c
)
SELECT row_number() OVER (ORDER BY d.created_at, d.i) AS n, d.created_at, d.category,
    101 + floor(200 * pg_temp.dice('person', d.i) ^ 1.6)::integer AS person,
    pg_temp.uuid_at(d.created_at, 'report', d.i) AS id,
    1 + floor(pg_temp.dice('phrase', d.i) * p.choices)::integer AS phrase,
    e.severity::civic.report_severity AS severity, e.pace,
    CASE
        WHEN b.roll < 0.06 THEN 'rejected' WHEN b.roll < 0.10 THEN 'duplicate' WHEN b.roll < 0.14 THEN 'held'
        WHEN b.roll < 0.165 THEN 'refused' WHEN b.roll < 0.21 THEN 'reworked' WHEN b.roll < 0.235 THEN 'reopened'
        ELSE 'plain'
    END AS path,
    -- Some reports stay lying about at one of these steps.
    CASE WHEN pg_temp.dice('stuck', d.i) < 0.10 THEN 4 + floor(5 * pg_temp.dice('stuck at', d.i))::integer END AS stuck,
    w.x, w.y
FROM drawn AS d
JOIN (SELECT category, count(*) AS choices FROM phrases GROUP BY 1) AS p ON p.category = d.category
JOIN severities AS e ON pg_temp.dice('severity', d.i) >= e.low AND pg_temp.dice('severity', d.i) < e.high
CROSS JOIN LATERAL (SELECT pg_temp.dice('path', d.i) AS roll) AS b
CROSS JOIN LATERAL (SELECT floor(14 * pg_temp.dice('spot', d.i) ^ 1.7)::integer AS spot) AS h
CROSS JOIN LATERAL (
    SELECT CASE WHEN pg_temp.dice('clustered', d.i) < 0.7
            THEN 1.6 * (pg_temp.dice('spot x', h.spot) - 0.5) + 0.14 * (pg_temp.dice('x1', d.i)
                + pg_temp.dice('x2', d.i) + pg_temp.dice('x3', d.i) - 1.5)
            ELSE 2 * (pg_temp.dice('x', d.i) - 0.5) END AS x,
        CASE WHEN pg_temp.dice('clustered', d.i) < 0.7
            THEN 1.5 * (pg_temp.dice('spot y', h.spot) - 0.5) + 0.20 * (pg_temp.dice('y1', d.i)
                + pg_temp.dice('y2', d.i) + pg_temp.dice('y3', d.i) - 1.5)
            ELSE 2 * (pg_temp.dice('y', d.i) - 0.5) END AS y
) AS w;

-- A duplicate speaks of the last report of its category before it; without one it is none.
CREATE TEMPORARY TABLE stories AS
SELECT f.n, f.id, f.created_at, f.category, u.id AS user_id, f.severity, f.pace, f.stuck,
    coalesce(o.phrase, f.phrase) AS phrase,
    CASE WHEN f.path = 'duplicate' AND f.original IS NULL THEN 'plain' ELSE f.path END AS path, o.id AS original_id,
    coalesce(o.x + 0.004 * (pg_temp.dice('beside x', f.n) - 0.5), f.x) AS x,
    coalesce(o.y + 0.004 * (pg_temp.dice('beside y', f.n) - 0.5), f.y) AS y,
    coalesce(c.department_id, (
        SELECT d.id FROM civic.departments AS d WHERE d.organization_id = civic.current_organization_id()
        ORDER BY md5(d.code || f.n) LIMIT 1)) AS department_id
FROM (
    SELECT i.*, max(i.n) FILTER (WHERE i.path <> 'duplicate') OVER (PARTITION BY i.category ORDER BY i.n
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS original
    FROM filed AS i
) AS f
JOIN people AS u ON u.number = f.person
JOIN civic.categories AS c ON c.organization_id = civic.current_organization_id() AND c.code = f.category
LEFT JOIN filed AS o ON f.path = 'duplicate' AND o.n = f.original;
ALTER TABLE stories ADD PRIMARY KEY (n);
ANALYZE stories;

-- Positions outside the outline move towards the centre until they lie inside.
CREATE TEMPORARY TABLE sites AS
SELECT s.n, round(ST_Y(p.point)::numeric, 6)::double precision AS latitude,
    round(ST_X(p.point)::numeric, 6)::double precision AS longitude, w.number AS ward,
    format('%s Street', (ARRAY['Mill', 'Harbour', 'Chapel', 'Bridge', 'Station', 'Market', 'Orchard', 'Weaver',
        'Quarry', 'Garden', 'Cooper', 'Lantern', 'Ferry', 'Saddler', 'Willow', 'Granary', 'Abbey', 'Foundry',
        'Pear Tree', 'Rope', 'Salt', 'Brick', 'College', 'Well', 'Tanner', 'Heron', 'Castle', 'Linden', 'Potter',
        'Sluice'])[
        1 + (w.number * 7 + floor(5 * pg_temp.dice('street', s.n))::integer) % 30]) AS street,
    pg_temp.pick('landmark', s.n, ARRAY['the old mill', 'the primary school', 'the ferry pier', 'the market hall',
        'the bakery', 'the bus stop', 'the library', 'the chapel', 'the post office', 'the fire station',
        'the pharmacy', 'the swimming pool']) AS landmark
FROM stories AS s
CROSS JOIN outline AS o
CROSS JOIN LATERAL (
    SELECT pg_temp.place(k.factor * s.x, k.factor * s.y) AS point
    FROM (VALUES (1.0), (0.85), (0.7), (0.5)) AS k (factor)
    WHERE ST_Covers(o.ground, pg_temp.place(k.factor * s.x, k.factor * s.y))
    ORDER BY k.factor DESC LIMIT 1
) AS p
CROSS JOIN LATERAL (SELECT a.number FROM wards AS a ORDER BY ST_Distance(a.ground, p.point), a.number LIMIT 1) AS w;
ALTER TABLE sites ADD PRIMARY KEY (n);

-- Every path through the workflow: status, mean hours until it, who brings it about.
CREATE TEMPORARY TABLE paths AS
SELECT p.path, s.place::integer AS place, split_part(s.step, ' ', 1)::civic.report_status AS status,
    split_part(s.step, ' ', 2)::double precision AS hours, split_part(s.step, ' ', 3) AS actor
FROM (
    SELECT v.path, v.middle, v.tail FROM (
        VALUES ('plain', '', ''),
            ('rejected', 'rejected 14 admin', 'none'),
            ('duplicate', 'duplicate 9 moderator', 'none'),
            ('held', 'assigned_to_officer 10 admin,acknowledged 8 officer,in_progress 20 officer,on_hold 20 officer,'
                'in_progress 700 officer,pending_verification 40 officer,resolved 20 admin,closed 72 admin', 'none'),
            ('refused', 'assigned_to_officer 10 admin,assignment_rejected 6 officer', ''),
            ('reworked', 'assigned_to_officer 10 admin,acknowledged 8 officer,in_progress 20 officer,'
                'pending_verification 40 officer,in_progress 10 admin,pending_verification 30 officer,'
                'resolved 20 admin,closed 72 admin', 'none'),
            ('reopened', 'assigned_to_officer 10 admin,acknowledged 8 officer,in_progress 20 officer,'
                'pending_verification 50 officer,resolved 20 admin,closed 72 admin,reopened 200 admin,'
                'in_progress 8 officer,pending_verification 30 officer,resolved 20 admin,closed 72 admin', 'none')
    ) AS v (path, middle, tail)
) AS p
CROSS JOIN LATERAL string_to_table(concat_ws(',',
    'received 0 reporter,classified 0 system,assigned_to_department 0 system', nullif(p.middle, ''),
    CASE WHEN p.tail <> 'none' THEN 'assigned_to_officer 10 admin,acknowledged 8 officer,in_progress 20 officer,'
        'pending_verification 50 officer,resolved 20 admin,closed 72 admin' END), ',')
    WITH ORDINALITY AS s (step, place);

CREATE TEMPORARY TABLE steps AS
SELECT t.n, t.place, t.status, lag(t.status) OVER w AS old_status, t.at,
    -- A report of category "other" has no department of its own; somebody has to choose one.
    CASE WHEN t.category = 'other' AND t.place = 3 THEN 'admin' ELSE t.actor END AS actor,
    -- After a refusal the report is with the other officer of the department.
    count(*) FILTER (WHERE t.status = 'assignment_rejected') OVER w > 0 AND t.status <> 'assignment_rejected'
        AS second_officer
FROM (
    SELECT s.n, s.category, p.place, p.status, p.actor,
        s.created_at + make_interval(secs => sum(
            3600 * s.pace * CASE WHEN s.category = 'other' AND p.place = 3 THEN 12 ELSE p.hours END
                * (0.3 - ln(1 - pg_temp.dice('wait ' || p.place, s.n)))
            + CASE WHEN p.place = s.stuck THEN 3600 * 24 * (120 + 900 * pg_temp.dice('stuck for', s.n)) ELSE 0 END
        ) OVER (PARTITION BY s.n ORDER BY p.place)) AS at
    FROM stories AS s JOIN paths AS p ON p.path = s.path
) AS t
CROSS JOIN span AS d
WHERE t.at < d.until
WINDOW w AS (PARTITION BY t.n ORDER BY t.place);
ALTER TABLE steps ADD PRIMARY KEY (n, place);
ANALYZE steps;

CREATE TEMPORARY TABLE officers AS
SELECT p.department_id, min(p.id::text)::uuid AS first_id, max(p.id::text)::uuid AS second_id
FROM people AS p WHERE p.role = 'nodal_officer' GROUP BY 1;

-- Where each report stands. The times that matter for its task are those of the last officer.
CREATE TEMPORARY TABLE outcomes AS
SELECT s.n, l.status, l.at, a.assigned_at, a.acknowledged_at, a.started_at, a.finished_at,
    CASE WHEN a.assigned_at IS NULL THEN NULL
        WHEN l.second_officer = (pg_temp.dice('officer', s.n) < 0.6) THEN o.second_id ELSE o.first_id END AS officer_id,
    CASE WHEN pg_temp.dice('officer', s.n) < 0.6 THEN o.first_id ELSE o.second_id END AS first_officer_id,
    CASE WHEN pg_temp.dice('officer', s.n) < 0.6 THEN o.second_id ELSE o.first_id END AS other_officer_id
FROM stories AS s
LEFT JOIN officers AS o ON o.department_id = s.department_id
CROSS JOIN LATERAL (SELECT t.* FROM steps AS t WHERE t.n = s.n ORDER BY t.place DESC LIMIT 1) AS l
CROSS JOIN LATERAL (
    SELECT max(t.at) FILTER (WHERE t.status = 'assigned_to_officer') AS assigned_at,
        max(t.at) FILTER (WHERE t.status = 'acknowledged') AS acknowledged_at,
        min(t.at) FILTER (WHERE t.status = 'in_progress') AS started_at,
        max(t.at) FILTER (WHERE t.status = 'pending_verification') AS finished_at
    FROM steps AS t WHERE t.n = s.n
) AS a;
ALTER TABLE outcomes ADD PRIMARY KEY (n);

CREATE TEMPORARY TABLE supporters AS
SELECT DISTINCT s.n, s.id AS report_id, u.id AS user_id
FROM stories AS s
JOIN outcomes AS o ON o.n = s.n AND o.status NOT IN ('duplicate', 'rejected')
CROSS JOIN LATERAL generate_series(1, floor(7 * pg_temp.dice('supporters', s.n) ^ 5)::integer) AS g (k)
JOIN people AS u ON u.number = 101 + floor(200 * pg_temp.dice('supporter ' || g.k, s.n))::integer
WHERE u.id <> s.user_id;

-- The triggers would write the history, and count, as of now. Here both have a past of their own.
ALTER TABLE civic.reports DISABLE TRIGGER t50_history;
INSERT INTO civic.reports (id, user_id, department_id, assigned_to, title, description, category, status, severity,
    status_updated_at, latitude, longitude, address, landmark, ward_number, is_public, is_sensitive,
    duplicate_of_report_id, rejection_reason, hold_reason, rework_reason, assignment_rejection_reason, resolution_notes,
    estimated_resume_date, supporter_count, created_at, updated_at)
SELECT s.id, s.user_id,
    CASE WHEN o.status NOT IN ('received', 'classified') THEN s.department_id END,
    CASE WHEN o.status NOT IN ('rejected', 'duplicate') THEN o.officer_id END,
    format(p.title, w.street, w.landmark), format(p.description, w.street, w.landmark), s.category, o.status,
    s.severity, o.at, w.latitude, w.longitude,
    format('%s %s, Riverton', 1 + floor(140 * pg_temp.dice('number', s.n)), w.street), w.landmark, w.ward::text,
    pg_temp.dice('private', s.n) >= 0.05, pg_temp.dice('sensitive', s.n) < 0.02,
    CASE WHEN o.status = 'duplicate' THEN s.original_id END,
    CASE WHEN o.status = 'rejected' THEN pg_temp.pick('rejection', s.n, ARRAY['The place belongs to a private owner.',
        'There is nothing wrong at this address.', 'The photo shows another city.',
        'Already planned for this year.']) END,
    CASE WHEN o.status = 'on_hold' THEN pg_temp.pick('hold', s.n, ARRAY['Waiting for a spare part.',
        'The street is closed for another site.', 'Too wet to work at the moment.']) END,
    CASE WHEN s.path = 'reworked' AND o.status = 'in_progress' AND o.finished_at IS NOT NULL
        THEN 'The photo shows that the work is not finished.' END,
    CASE WHEN o.status = 'assignment_rejected' THEN 'This needs equipment that our team does not have.' END,
    CASE WHEN o.finished_at IS NOT NULL THEN p.outcome END,
    CASE WHEN o.status = 'on_hold' THEN (d.until + interval '9 days')::date END,
    coalesce(h.n, 0), s.created_at, o.at
FROM stories AS s
JOIN outcomes AS o ON o.n = s.n
JOIN sites AS w ON w.n = s.n
JOIN phrases AS p ON p.category = s.category AND p.number = s.phrase
CROSS JOIN span AS d
LEFT JOIN (SELECT b.n AS story, count(*) AS n FROM supporters AS b GROUP BY 1) AS h ON h.story = s.n
ORDER BY s.n;
ALTER TABLE civic.reports ENABLE TRIGGER t50_history;
UPDATE civic.reports AS r SET assignment_rejected_at = o.at
FROM stories AS s JOIN outcomes AS o ON o.n = s.n
WHERE r.organization_id = civic.current_organization_id() AND r.id = s.id AND r.status = 'assignment_rejected';

INSERT INTO civic.status_history (id, workflow, entity_id, old_status, new_status, changed_by, by_system, reason,
    is_public, changed_at)
SELECT pg_temp.uuid_at(t.at, 'history', t.n, t.place), 'report', s.id, t.old_status, t.status,
    CASE t.actor WHEN 'reporter' THEN s.user_id WHEN 'admin' THEN a.admin_id WHEN 'moderator' THEN a.moderator_id
        WHEN 'officer' THEN CASE WHEN t.second_officer THEN o.other_officer_id ELSE o.first_officer_id END END,
    t.actor = 'system',
    CASE t.status WHEN 'rejected' THEN r.rejection_reason
        WHEN 'on_hold' THEN coalesce(r.hold_reason, 'Waiting for a spare part.')
        WHEN 'assignment_rejected' THEN 'This needs equipment that our team does not have.'
        WHEN 'in_progress' THEN CASE WHEN t.old_status = 'pending_verification'
            THEN 'The photo shows that the work is not finished.' END END,
    r.is_public AND NOT r.is_sensitive, t.at
FROM steps AS t
JOIN stories AS s ON s.n = t.n
JOIN outcomes AS o ON o.n = t.n
JOIN civic.reports AS r ON r.organization_id = civic.current_organization_id() AND r.id = s.id
CROSS JOIN (
    SELECT max(p.id::text) FILTER (WHERE p.role = 'admin')::uuid AS admin_id,
        max(p.id::text) FILTER (WHERE p.role = 'moderator')::uuid AS moderator_id
    FROM people AS p
) AS a
ORDER BY t.at, t.n, t.place;

UPDATE civic.tasks AS t SET
    assigned_by = a.id,
    assigned_at = o.assigned_at,
    acknowledged_at = CASE WHEN o.acknowledged_at > o.assigned_at THEN o.acknowledged_at END,
    started_at = CASE WHEN o.started_at > o.assigned_at THEN o.started_at END,
    resolved_at = CASE WHEN t.status IN ('pending_verification', 'resolved') THEN o.finished_at END,
    rejected_at = CASE WHEN t.status = 'rejected' THEN o.at END,
    sla_deadline = l.deadline,
    sla_state = CASE WHEN coalesce(o.finished_at, d.until) > l.deadline THEN 'violated' ELSE 'ok' END::civic.sla_state,
    sla_violation_count = CASE WHEN coalesce(o.finished_at, d.until) > l.deadline THEN 1 ELSE 0 END,
    sla_next_check = CASE WHEN t.status NOT IN ('resolved', 'rejected') THEN d.until END,
    priority = civic_helpers.task_priority(s.severity, o.assigned_at - s.created_at),
    created_at = t.created_at
FROM stories AS s
JOIN outcomes AS o ON o.n = s.n
CROSS JOIN LATERAL (SELECT o.assigned_at + make_interval(hours => civic_helpers.severity_hours(s.severity)) AS deadline) AS l
CROSS JOIN people AS a
CROSS JOIN span AS d
WHERE t.organization_id = civic.current_organization_id() AND t.report_id = s.id AND a.role = 'admin';

ALTER TABLE civic.report_supporters DISABLE TRIGGER t50_count;
INSERT INTO civic.report_supporters (report_id, user_id, created_at)
SELECT u.report_id, u.user_id, least(d.until, s.created_at + make_interval(hours => 1 + (s.n % 70)::integer))
FROM supporters AS u JOIN stories AS s ON s.n = u.n CROSS JOIN span AS d;
ALTER TABLE civic.report_supporters ENABLE TRIGGER t50_count;

INSERT INTO civic.media (report_id, file_url, file_type, file_size, mime_type, sha256, is_primary, sequence_order,
    uploaded_by, created_at)
SELECT s.id, format('https://media.riverton.example/%s.jpg', s.id), 'image',
    200000 + floor(3000000 * pg_temp.dice('bytes', s.n)), 'image/jpeg', sha256(s.id::text::bytea), true, 1, s.user_id,
    s.created_at
FROM stories AS s WHERE pg_temp.dice('photo', s.n) < 0.35;

-- The last reports of the day come without a category, and through the intake like any other.
INSERT INTO civic.reports (id, user_id, title, description, latitude, longitude, ward_number, created_at)
SELECT pg_temp.uuid_at(f.at, 'fresh', g.n), u.id, format(p.title, w.street, w.landmark),
    format(p.description, w.street, w.landmark), w.latitude, w.longitude, w.ward::text, f.at
FROM generate_series(1, :fresh) AS g (n)
CROSS JOIN span AS d
CROSS JOIN LATERAL (SELECT d.until - make_interval(mins => 15 * (13 - g.n)) AS at) AS f
JOIN people AS u ON u.number = 110 + g.n
JOIN sites AS w ON w.n = g.n
CROSS JOIN LATERAL (
    SELECT c.title, c.description FROM phrases AS c ORDER BY md5(c.title || current_setting('demo.seed') || g.n) LIMIT 1
) AS c
-- One in four says nothing the keywords know, and waits for a person to classify it.
CROSS JOIN LATERAL (
    SELECT CASE WHEN g.n % 4 = 0 THEN 'Something odd by %2$s' ELSE c.title END AS title,
        CASE WHEN g.n % 4 = 0 THEN 'Whom should I ask about this? Could somebody come and have a look?'
            ELSE c.description END AS description
) AS p
ORDER BY g.n;

SELECT count(*) = :reports AS is_complete
FROM civic.reports AS r WHERE r.organization_id = civic.current_organization_id() \gset
\if :is_complete
\else
    DO $$ BEGIN RAISE EXCEPTION 'the city lacks some of its reports'; END $$;
\endif

-- The neighbour. Nobody of Riverton sees anything of this, and the other way round.
SELECT civic.create_organization('LKS', 'Town of Lakeside', 'Atlantic/Azores') AS lakeside \gset
SELECT set_config('civic.organization_id', :'lakeside', true) \g /dev/null
INSERT INTO civic.users (id, username, full_name, email, department_id, employee_id)
SELECT pg_temp.uuid_at(s.since, 'lakeside', p.number), p.username, p.full_name, p.username || '@lakeside.example', d.id,
    p.employee_id
FROM (
    VALUES (1, 'noor', 'Noor Bakker', NULL, 'L-01'), (2, 'luca', 'Luca Brandt', 'PWD', 'L-02'),
        (3, 'sofia', 'Sofia Ekman', NULL, NULL), (4, 'theo', 'Theo Laurent', NULL, NULL),
        (5, 'mina', 'Mina Sato', NULL, NULL)
) AS p (number, username, full_name, department, employee_id)
CROSS JOIN span AS s
LEFT JOIN civic.departments AS d ON d.organization_id = civic.current_organization_id() AND d.code = p.department;
INSERT INTO civic.user_roles (user_id, role_id, reason)
SELECT u.id, r.id, 'Demo city'
FROM civic.users AS u
JOIN civic.roles AS r ON r.organization_id = '00000000-0000-0000-0000-000000000000'
    AND r.code = CASE u.username WHEN 'noor' THEN 'admin' WHEN 'luca' THEN 'nodal_officer' ELSE 'citizen' END
WHERE u.organization_id = civic.current_organization_id();
SELECT civic.load_area('city', 'LKS', 'Lakeside',
    ST_AsGeoJSON(ST_MakeEnvelope(-29.96, 40.00, -29.93, 40.02, 4326))::jsonb) \g /dev/null
INSERT INTO civic.reports (id, user_id, title, description, category, latitude, longitude, created_at)
SELECT pg_temp.uuid_at(f.at, 'lakeside report', g.n), u.id, format(p.title, 'Lake Road', 'the jetty'),
    format(p.description, 'Lake Road', 'the jetty'), p.category, 40.001 + 0.018 * pg_temp.dice('lakeside y', g.n),
    -29.959 + 0.028 * pg_temp.dice('lakeside x', g.n), f.at
FROM generate_series(1, 24) AS g (n)
CROSS JOIN span AS d
CROSS JOIN LATERAL (SELECT d.until - make_interval(days => 25 - g.n, mins => -600) AS at) AS f
JOIN civic.users AS u ON u.organization_id = civic.current_organization_id()
    AND u.username = (ARRAY['sofia', 'theo', 'mina'])[1 + g.n % 3]
CROSS JOIN LATERAL (
    SELECT c.category, c.title, c.description FROM phrases AS c ORDER BY md5(c.title || 'lakeside' || g.n) LIMIT 1
) AS p
ORDER BY g.n;
SELECT set_config('civic.organization_id', '', true) \g /dev/null

SELECT format('  %s (%s): %s wards, %s people, %s reports', o.name, o.code,
    (SELECT count(*) FROM civic.areas AS a WHERE a.organization_id = o.id AND a.kind = 'ward'),
    (SELECT count(*) FROM civic.users AS u WHERE u.organization_id = o.id),
    (SELECT count(*) FROM civic.reports AS r WHERE r.organization_id = o.id))
FROM civic.organizations AS o WHERE o.is_active ORDER BY o.is_default DESC;
SELECT format('    %s', string_agg(format('%s %s', s.n, s.status), ', ' ORDER BY s.status))
FROM (
    SELECT r.status, count(*) AS n FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() GROUP BY 1
) AS s;
