-- Reports of organizations in which duplicates are to be looked for: two years up to now, the same on every run but for
-- the time. Variables: organizations, reports (in all organizations together).
-- Everything about report n is a function of n, so that bench/duplicates.py can load slices side by side, and reports
-- that are yet to come can be asked for as probes. A city grows with its reports by tiles of 5000 reports on 1.69
-- square kilometers, so that a search around a point finds as many in a small database as in a large one.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET session_replication_role = replica;
SET civic.restoring = on;

CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO civic_user, civic_owner;

CREATE TABLE bench.sizes AS
SELECT :organizations::bigint AS organizations, :reports::bigint AS reports, 1000::bigint AS people,
    greatest(1, :reports / :organizations / 5000)::integer AS tiles, date_trunc('hour', now()) AS until;
GRANT SELECT ON bench.sizes TO civic_user, civic_owner;

CREATE FUNCTION bench.organization(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad(to_hex(4096 + n), 32, '0')::uuid;
CREATE FUNCTION bench.person(organization bigint, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(organization), 16, '0') || lpad(to_hex(n), 16, '0'))::uuid;
CREATE FUNCTION bench.reported_at(n bigint, reports bigint, until timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN until - make_interval(secs => 63072000.0 / reports * (reports - n));
CREATE FUNCTION bench.report(n bigint, at timestamptz) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN (lpad(to_hex(floor(1000 * date_part('epoch', at))::bigint), 12, '0') || '70008'
    || lpad(to_hex(n), 15, '0'))::uuid;
-- Random number k about thing n, 0 to 1.
CREATE FUNCTION bench.u(n bigint, k bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, k) & 16777215) / 16777216.0::double precision;
-- The same of a normal distribution.
CREATE FUNCTION bench.normal(n bigint, k bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sqrt(-2 * ln(bench.u(n, k) + 1e-9)) * cosd(360 * bench.u(n, k + 1));

INSERT INTO civic.organizations (id, code, name)
SELECT bench.organization(o), 'DUP' || o, 'Duplicates ' || o FROM generate_series(1, :organizations) AS o;
SELECT count(civic_private.fill_organization(bench.organization(o)))
FROM generate_series(1, :organizations) AS o \gset filled_
INSERT INTO civic.users (organization_id, id, email, full_name)
SELECT bench.organization(o), bench.person(o, p), format('person%s@organization%s.example', p, o),
    format('Person %s', p)
FROM bench.sizes AS s, generate_series(1, s.organizations) AS o, generate_series(1, s.people) AS p;
INSERT INTO civic.user_roles (organization_id, user_id, role_id, family)
SELECT bench.organization(o), bench.person(o, p), r.id, r.family
FROM bench.sizes AS s, generate_series(1, s.organizations) AS o, generate_series(1, s.people) AS p
JOIN civic.roles AS r ON r.is_system AND r.code = 'citizen';

-- What reports of a category speak of. Category n is one n-th as frequent as the first.
CREATE TABLE bench.topics AS
SELECT row_number() OVER () AS place, t.code, string_to_array(t.words, ', ') AS words
FROM (VALUES
    ('roads', 'pothole, asphalt, deep hole, road surface, cracked lane, loose gravel, wheel damage, broken edge,'
        ' sinking patch, speed bump, worn marking, resurfacing, crossroads, tar, milled lane, bus lane, dip, ridge'),
    ('sanitation', 'rubbish, garbage bags, smell, rats, collection day, sweeping, dirty gutter, broken glass,'
        ' dog mess, needles, waste, flies, leaking container, litter, wrappers, cardboard, rotten food, skip'),
    ('streetlight', 'street lamp, dark corner, bulb, flickering, lamp post, no light, cable box, timer,'
        ' glass cover, bent pole, dim glow, lantern, darkness, sensor, lit all day, crossing light, underpass,'
        ' night walk'),
    ('parking', 'parked car, driveway, double parking, van, trailer, wheel clamp, bike lane, fire hydrant,'
        ' disabled bay, ticket machine, number plate, abandoned wreck, loading zone, corner, pavement parking,'
        ' motorbike, permit'),
    ('noise', 'loud music, party, bass, shouting, bar, barking, construction machine, drill, engine, horn, alarm,'
        ' fireworks, terrace, closing time, neighbors, hammering, generator, leaf blower'),
    ('water', 'water leak, burst pipe, hydrant, low pressure, brown water, valve cover, meter, puddle, ice,'
        ' wet cellar, trickle, fountain, main, supply cut, taste, chlorine, seal, flooding'),
    ('public_property', 'bench, playground, swing, slide, fence, railing, park gate, picnic table, sand pit,'
        ' broken board, goal post, rubber mat, climbing frame, plaque, flower pot, drinking tap, shelter, wall'),
    ('drainage', 'drain, gully, blocked grate, manhole, sewer, overflow, mud, leaves, standing water,'
        ' missing cover, backflow, culvert, stench, mosquitoes, ditch, pump, rain, silt'),
    ('electricity', 'power cut, transformer, hanging wire, sparks, fuse box, cable, pole, outage, humming,'
        ' meter box, switch, insulator, voltage, blackout, junction, open cabinet, earth wire, crackling'),
    ('graffiti', 'graffiti, tag, spray paint, wall, insulting words, poster, sticker, facade, underpass, color,'
        ' marker, stencil, shutter, sign covered, monument, fresh paint, tunnel, scratched glass'),
    ('trees', 'tree, branch, roots, fallen trunk, dead wood, hedge, pruning, leaning, storm damage, stump, ivy,'
        ' leaves, bark, crown, nest, sapling, overgrown path, thorns'),
    ('sidewalk', 'footpath, paving slab, curb, trip hazard, wheelchair ramp, stairs, tactile strip, raised plate,'
        ' gap, slippery tiles, stroller, handrail, narrow passage, bollard, puddles, gravel path, ramp'),
    ('signals', 'traffic light, red phase, green arrow, pedestrian button, signal failure, blinking, detector,'
        ' long wait, tram signal, sound box, junction, filter lane, queue, turned head, lens, controller'),
    ('signs', 'road sign, stop sign, bent post, missing arrow, speed limit, street name, detour, faded letters,'
        ' turned sign, mirror, diversion, one way, warning triangle, rusty bolts, wrong name, bracket'),
    ('bulky', 'mattress, sofa, fridge, old furniture, washing machine, wardrobe, carpet, tires, television,'
        ' pallets, building rubble, sacks, toilet bowl, bath tub, paint cans, electronics'),
    ('bins', 'public bin, overflowing, lid, burned bin, ashtray, dog bags, emptied, crows, knocked over, liner,'
        ' recycling, bottle bank, paper bin, hinges, glass container, compost'),
    ('animals', 'stray dog, dead pigeon, wasps, rat hole, cat, injured bird, swarm, fox, leash, bite, feeding,'
        ' droppings, pigeon nest, snake, ducks, deer'),
    ('snow', 'snow, ice, black ice, salt, snow plough, blocked crossing, slush, icicles, gritting, frozen steps,'
        ' drift, shovel, roof snow, slippery, unploughed, thaw'),
    ('weeds', 'weeds, tall grass, mowing, bushes, ragweed, overgrown lot, brambles, nettles, pollen, verge,'
        ' strimmer, ditch, seeds, hidden view, creeper, moss'),
    ('bridges', 'bridge, joint, rail, rust, concrete, falling piece, expansion gap, bearing, pier, steel, deck,'
        ' clearance, arch, walkway, bolts, vibration'),
    ('transit', 'bus stop, timetable, late bus, shelter glass, tram rail, ticket, display, seat, driver, platform,'
        ' escalator, lift, route, crowded, transfer, announcement'),
    ('air', 'smoke, burning smell, dust, exhaust, soot, open fire, odor, chimney, factory, haze, chemicals,'
        ' diesel, plastic smell, ash, vent, fumes'),
    ('housing', 'no heating, mold, broken lift, hallway, stairwell, leaking roof, front door, landlord, window,'
        ' boiler, damp, peeling paint, gas smell, intercom, mailboxes, insulation'),
    ('toilets', 'public toilet, locked, no paper, soap, flooded floor, broken seat, urinal, tap, vandalised,'
        ' cleaner, changing table, coin slot, lock, mirror, hand dryer, smell'),
    ('construction', 'building site, scaffold, crane, closed path, fence panel, dust, trucks, early start,'
        ' barrier, cement, trench, steel plate, detour, site gate, permit, hoarding'),
    ('vendors', 'street vendor, stall, permit, market, cart, blocked way, generator, grill smoke, awning, crates,'
        ' tables, terrace, flyers, promoter, kiosk, counter'),
    ('safety', 'dark alley, threat, broken camera, gathering, drugs, knife, police, fight, burglary, alarm, fear,'
        ' thieves, patrol, begging, gang, harassment'),
    ('monuments', 'monument, statue, fountain, plaque, inscription, pedestal, bronze, cleaning, chipped stone,'
        ' memorial, flag, lighting, wreath, moss, railing, plinth'),
    ('cemetery', 'cemetery, grave, gate, chapel, wreath, water tap, path, opening hours, headstone, candle,'
        ' compost, hedge, urn, bench, caretaker, vase'),
    ('other', 'question, form, office, waiting time, letter, appointment, website, phone line, opening hours, fee,'
        ' receipt, clerk, language, map, address, deadline')
) AS t (code, words);
INSERT INTO civic.categories (organization_id, code, name, sort_order)
SELECT bench.organization(o), t.code, initcap(t.code), 100 + t.place
FROM bench.topics AS t, generate_series(1, :organizations) AS o
ON CONFLICT DO NOTHING;

-- What reports of all categories say, in the order of frequency.
CREATE FUNCTION bench.phrases() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN string_to_array('please, there is, in front of, next to the, since last week, on the corner, the, near,'
    || ' it is dangerous, again, for days, somebody should, at night, nobody came, a lot of, behind the school,'
    || ' and, still, every morning, very bad, across from the bakery, close to, children play here,'
    || ' on the way to work, as before, my neighbor says, I called twice, for a month, without, since the storm,'
    || ' opposite the church, it gets worse, in the whole street, old people, could not pass, thank you, urgent,'
    || ' when will this, be repaired, by the bus stop, on the left side, we have seen, yesterday evening,'
    || ' after the rain, right beside, you cannot see, almost fell, a cyclist, reported before, no answer,'
    || ' the second time, between the houses, at the entrance, has been, broken, for weeks now, our building,'
    || ' tourists, take photos, under the bridge, a shame, full of, below the window, in the middle, both sides,'
    || ' must be, replaced, cleaned, removed, some people, the city, does nothing, this year, worse than,'
    || ' at the gate, last night, around midnight, on weekends, early, quite large, about two metres, hard to miss,'
    || ' by the river, the ambulance, had to stop, wheelchair users, mothers with strollers, from the balcony,'
    || ' when it is dark, near the pharmacy, by the post office, in winter, during the holidays, looks like,'
    || ' has fallen, leaning over, half of it, the rest, is missing, was stolen, since spring, the owner, refuses,'
    || ' to help, we pay taxes, see picture, attached, coordinates are right, cannot sleep, a health risk,'
    || ' for pupils, on foot, by car, slows down, everybody, who lives here, the caretaker, told me, to write,'
    || ' to you, third floor, ground floor, back yard, side street, pedestrian zone, roundabout, main square,'
    || ' the market, cinema, hospital wing, car park exit, loading ramp, could somebody, have a look,'
    || ' as soon as possible, it would be nice, kind regards, with concern, a resident, second attempt,'
    || ' reference lost, same spot, other side, further down, uphill, downhill, by the fence, the hedge, left open,'
    || ' unlocked, wide open, half closed, blocked, dirty, wet, slippery, rusty, loose, sharp edges, noisy,'
    || ' temporary fix, did not last, came apart, after two days, a crew, was here, left again, unfinished,'
    || ' no sign, no barrier, no warning, at rush hour, twice a day, from six o''clock, until late, all summer,'
    || ' ever since, the new building, opened, delivery trucks, turn here, buses, cannot turn, the tram, rings,'
    || ' guests, of the hotel, complain, the kindergarten, outing, senior home, walkers, joggers, dog owners,'
    || ' the allotments, the canal, lock, steps, slope, embankment, passage, courtyard, arcade, tunnel mouth,'
    || ' viaduct, terminus, depot', ', ');

CREATE FUNCTION bench.name_of(n integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['Ka', 'Mil', 'No', 'Ros', 'Hu', 'Lo', 'Chen', 'Sin', 'We', 'Sil', 'Yl', 'Bro', 'Klei', 'Du', 'Mos', 'Gar',
        'Pe', 'Kel', 'Jan', 'Fi'])[1 + n % 20]
    || (ARRAY['rim', 'ler', 'wak', 'si', 'ber', 'pez', 'dra', 'gh', 'ver', 'va', 'maz', 'wn', 'ne', 'bois', 'er', 'cia',
        'trov', 'ly', 'sen', 'scher'])[1 + n / 20 % 20]
    || (ARRAY['', '', 's', ' Lane', ' Court', ' Bros', 'ova', ' & Co', 'hof', 'berg'])[1 + n / 400 % 10];

-- Bounds of the shares of hot spots of a tile, for five kinds of cities: from rather even to one spot above all.
CREATE TABLE bench.skews AS
SELECT kind, array_agg(bound ORDER BY spot) AS bounds
FROM (
    SELECT kind, spot,
        sum(weight) OVER (PARTITION BY kind ORDER BY spot) / sum(weight) OVER (PARTITION BY kind) AS bound
    FROM generate_series(0, 4) AS kind, generate_series(1, 40) AS spot,
        LATERAL (SELECT power(spot, -(ARRAY[0.4, 0.7, 1.0, 1.2, 1.5])[kind + 1]::double precision) AS weight) AS w
) AS s
GROUP BY kind;
-- Bounds of the shares of categories.
CREATE TABLE bench.shares AS
SELECT array_agg(bound ORDER BY place) AS bounds
FROM (SELECT place, sum(1.0::double precision / place) OVER (ORDER BY place) / sum(1.0 / place) OVER () AS bound
    FROM bench.topics) AS s;

-- Every fifth report of an organization repeats one of the last 250 before it: its place, give or take some metres, its
-- category, and most of its words. Half of the others lie in hot spots, which have a category of their own.
CREATE FUNCTION bench.drawn(first bigint, last bigint) RETURNS TABLE (
    n bigint, organization integer, original bigint, created_at timestamptz, category text, title text,
    description text, latitude double precision, longitude double precision, address text
) LANGUAGE sql STABLE ROWS 10000
AS $$
    SELECT p.n, p.o, nullif(p.m, p.n), p.created_at, t.code,
        CASE WHEN bench.u(p.n, 21) < 0.5 THEN 'Problem: ' ELSE '' END
            || initcap(t.words[1 + floor(5 * bench.u(p.m, 20))::integer]) || ' '
            || (bench.phrases())[1 + floor(60 * bench.u(p.n, 22))::integer],
        w.text || CASE WHEN bench.u(p.n, 23) < 0.3 THEN ' ' || a.address ELSE '' END,
        10 + p.o + a.y / 111195.0, 75 + p.o + a.x / (111195.0 * cosd(10 + p.o)), a.address
    FROM (
        SELECT d.*, bench.reported_at(d.n, s.reports, s.until) AS created_at,
            -- Hot spots have a category of their own: that of their rank and kind of city, so that tiles are alike.
            width_bucket(CASE WHEN spot IS NOT NULL AND bench.u(m, 6) < 0.6
                THEN ((0.618034 * (spot % 1000) + 0.2 * (o / 2 % 5)) % 1)::double precision
                ELSE bench.u(m, 8) END, c.bounds) + 1 AS topic,
            1300 * (tile % ceil(sqrt(s.tiles))::integer) + CASE WHEN spot IS NULL THEN 1300 * bench.u(m, 9)
                ELSE 1300 * bench.u(spot, 10) + 60 * bench.normal(m, 11) END
                + CASE WHEN m <> n THEN 15 * bench.normal(n, 12) ELSE 0 END AS x,
            1300 * (tile / ceil(sqrt(s.tiles))::integer) + CASE WHEN spot IS NULL THEN 1300 * bench.u(m, 14)
                ELSE 1300 * bench.u(spot, 15) + 60 * bench.normal(m, 16) END
                + CASE WHEN m <> n THEN 15 * bench.normal(n, 17) ELSE 0 END AS y
        FROM (
            SELECT e.*, CASE WHEN bench.u(m, 4) < 0.5
                THEN 1000000000::bigint * o + 1000 * tile + width_bucket(bench.u(m, 5), k.bounds) END AS spot
            FROM (
                SELECT i.*, floor(i.tiles * bench.u(m, 3))::integer AS tile
                FROM (
                    SELECT s.tiles, g.n, (1 + g.n % s.organizations)::integer AS o,
                        CASE WHEN g.n / s.organizations % 5 = 4
                            THEN greatest(g.n % s.organizations,
                                g.n - s.organizations * (1 + 5 * floor(50 * bench.u(g.n, 1))::bigint))
                            ELSE g.n END AS m
                    FROM bench.sizes AS s, generate_series(first, last) AS g (n)
                ) AS i
            ) AS e
            JOIN bench.skews AS k ON k.kind = e.o / 2 % 5
        ) AS d, bench.sizes AS s, bench.shares AS c
        OFFSET 0
    ) AS p
    JOIN bench.topics AS t ON t.place = p.topic
    -- Streets run every hundred metres; a place belongs to the nearer one, and the numbers count on by its blocks.
    CROSS JOIN LATERAL (
        SELECT x, y, CASE WHEN abs(x - 100 * round(x / 100)) < abs(y - 100 * round(y / 100))
            THEN format('%s %s Ave', 100 * greatest(0, floor(y / 100)) + 2 * floor((y - 100 * floor(y / 100)) / 8) + 1,
                (ARRAY['Oak', 'Maple', 'Cedar', 'Elm', 'Pine', 'Walnut', 'Chestnut', 'Willow', 'Laurel', 'Birch',
                'Cherry', 'Spruce', 'Magnolia', 'Poplar', 'Ash', 'Lincoln', 'Jackson', 'Monroe', 'Adams', 'Madison',
                'Grant', 'Polk', 'Harrison', 'Tyler', 'Franklin', 'Clay', 'Webster', 'Fremont', 'Douglas', 'Sumner',
                'Seward', 'Chase', 'Greer', 'Ashland', 'Evans'])[1 + abs(round(x / 100))::integer % 35]
                || CASE WHEN x > 3500 THEN ' ' || (round(x / 100)::integer / 35) ELSE '' END)
            ELSE format('%s W %s St', 100 * greatest(0, floor(x / 100)) + 2 * floor((x - 100 * floor(x / 100)) / 8),
                round(y / 100) || 'th') END AS address
        FROM (SELECT greatest(0.0, p.x) AS x, greatest(0.0, p.y) AS y) AS q
    ) AS a
    -- Seven words in ten of a repeated report are those of the first. Every sixth is a name.
    CROSS JOIN LATERAL (
        SELECT string_agg(CASE
            WHEN kind < 0.60 THEN phrases.list[1 + floor(array_length(phrases.list, 1) * which)::integer]
            WHEN kind < 0.83 THEN t.words[1 + floor(array_length(t.words, 1) * which)::integer]
            ELSE bench.name_of(floor(1000000 * which)::integer) END, ' ') AS text
        FROM generate_series(1, CASE p.o % 2 WHEN 1 THEN 6 + floor(7 * bench.u(p.m, 24))
            ELSE 37 + floor(15 * bench.u(p.m, 24)) END::integer) AS i,
            LATERAL (SELECT CASE WHEN bench.u(p.n, 700 + i) < 0.7 THEN p.m ELSE p.n END AS source OFFSET 0) AS h,
            LATERAL (SELECT bench.u(h.source, 300 + i) AS kind, bench.u(h.source, 500 + i) AS which OFFSET 0) AS v,
            (SELECT bench.phrases() AS list) AS phrases
    ) AS w
$$;

-- Of reports older than 60 days one in ten is open, of younger ones seven. Every tenth is linked to the one it repeats.
CREATE FUNCTION bench.load_reports(first bigint, last bigint) RETURNS void LANGUAGE sql VOLATILE
SET session_replication_role = replica SET civic.restoring = on
AS $$
    INSERT INTO civic.reports (organization_id, id, report_number, user_id, department_id, title, description, category,
        status, status_updated_at, latitude, longitude, address, is_public, duplicate_of_report_id, created_at)
    SELECT bench.organization(r.organization), bench.report(r.n, r.created_at), 'CL-' || r.n,
        bench.person(r.organization, 1 + floor(s.people * bench.u(r.n, 40))::bigint),
        CASE WHEN r.status IN ('received', 'classified', 'duplicate') THEN NULL ELSE d.id END,
        left(r.title, 255), left(r.description, 2000), r.category, r.status::civic.report_status,
        least(s.until, r.created_at + make_interval(hours => floor(240 * bench.u(r.n, 41))::integer)),
        r.latitude, r.longitude, r.address, bench.u(r.n, 42) < 0.97,
        CASE WHEN r.status = 'duplicate'
            THEN bench.report(r.original, bench.reported_at(r.original, s.reports, s.until)) END,
        r.created_at
    FROM (
        SELECT e.*, CASE
            WHEN e.original IS NOT NULL AND e.n / s.organizations % 10 = 9 THEN 'duplicate'
            WHEN bench.u(e.n, 43) < CASE WHEN e.created_at < s.until - interval '60 days' THEN 0.9 ELSE 0.3 END
                THEN CASE WHEN bench.u(e.n, 44) < 0.97 THEN 'closed' ELSE 'resolved' END
            ELSE (ARRAY['received', 'classified', 'assigned_to_department', 'assigned_to_department',
                'assigned_to_department', 'on_hold'])[1 + floor(6 * bench.u(e.n, 44))::integer]
        END AS status
        FROM bench.drawn(first, last) AS e, bench.sizes AS s
    ) AS r
    CROSS JOIN bench.sizes AS s
    JOIN civic.departments AS d ON d.organization_id = bench.organization(r.organization) AND d.code = 'PWD'
    ORDER BY r.n
$$;
