-- A report that is private or sensitive does not exist for those who may not see it, whichever way they look.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

CREATE TABLE tap.reports AS
SELECT n.name, r.id, r.report_number, r.user_id, r.department_id, r.status, r.category, r.is_public
    AND NOT r.is_sensitive AS shown
FROM civic.reports AS r JOIN tap.names AS n ON n.id = r.id WHERE r.organization_id = tap.id('a');
GRANT SELECT ON tap.reports TO public;

-- Who sees which of the reports that are not shown to all; by hand.
CREATE TABLE tap.insiders (place serial, actor text, sees text[]);
INSERT INTO tap.insiders (actor, sees) VALUES
    ('a.citizen', '{own_citizen}'),
    ('a.contributor', '{own_contributor}'),
    ('a.neighbour', '{priv_none,priv_pwd,priv_mine,priv_done,priv_wsd,sens_pwd,sens_wsd}'),
    ('a.officer', '{priv_pwd,priv_mine,priv_done,sens_pwd}'),
    ('a.officer2', '{priv_done,priv_wsd,sens_wsd}'),
    ('a.officer3', '{priv_pwd,priv_mine,sens_pwd}'),
    ('a.clerk', '{}'),
    ('a.org_admin', '{}'),
    ('a.nobody', '{}'),
    ('a.inactive', '{}'),
    ('a.anon', '{}'),
    ('b.super_admin', '{}'),
    ('b.service', '{}'),
    ('b.db_auditor', '{}'),
    ('none.user', '{}'),
    ('none.anon', '{}'),
    ('none.service', '{}'),
    ('none.db_auditor', '{}');

SELECT is(count(*), 9::bigint, 'nine reports are not shown to all') FROM tap.reports WHERE NOT shown;

-- 1. Every way to a hidden report, for everybody it is hidden from: a query that must give nothing (null or 0), $id and
-- $number being the report's.
CREATE TABLE tap.ways (place serial, label text, query text);
INSERT INTO tap.ways (label, query) VALUES
    ('table reports', $$SELECT count(*) FROM civic.reports WHERE id = '$id'$$),
    ('table reports, by its number', $$SELECT count(*) FROM civic.reports WHERE report_number = '$number'$$),
    ('table status_history', $$SELECT count(*) FROM civic.status_history WHERE entity_id = '$id'$$),
    ('table media', $$SELECT count(*) FROM civic.media WHERE report_id = '$id'$$),
    ('get_report()', $$SELECT (civic.get_report('$id')).id$$),
    ('list_reports()', $$SELECT count(*) FROM civic.list_reports(max_rows => 1000) WHERE id = '$id'$$),
    ('list_reports() by reporter', $$SELECT count(*) FROM civic.list_reports(user_id => '$owner', max_rows => 1000)
        WHERE id = '$id'$$),
    ('list_reports() by status', $$SELECT count(*) FROM civic.list_reports(ARRAY['$status']::civic.report_status[],
        max_rows => 1000)
        WHERE id = '$id'$$),
    ('list_reports() by page', $$SELECT count(*) FROM civic.list_reports(before_time => 'infinity', max_rows => 1000)
        WHERE id = '$id'$$),
    ('nearby_reports()', $$SELECT count(*) FROM civic.nearby_reports(22.57, 88.36, 1000, 1000) AS n
        WHERE (n.report).id = '$id'$$),
    ('find_duplicates()', $$SELECT count(*)
        FROM civic.find_duplicates('other', 'A report of the fixture.', 22.57, 88.36, max_rows => 100)
        WHERE report_id = '$id'$$),
    ('find_duplicates_of() another', $$SELECT count(*) FROM civic.reports AS r,
        civic.find_duplicates_of(r.id, 100) AS d WHERE r.title LIKE 'needle pub%' AND d.report_id = '$id'$$),
    ('find_duplicates_of()', $$SELECT count(*) FROM civic.find_duplicates_of('$id')$$),
    ('family_status()', $$SELECT civic.family_status('$id')$$),
    ('report_family()', $$SELECT count(*) FROM civic.report_family('$id')$$),
    ('search_reports()', $$SELECT count(*) FROM civic.search_reports('needle', max_rows => 1000) WHERE id = '$id'$$),
    ('search_reports() by number', $$SELECT count(*) FROM civic.search_reports('$number', max_rows => 1000)$$),
    ('map_reports()', $$SELECT count(*) FROM civic.map_reports(88, 22, 89, 23, 5000) WHERE id = '$id'$$),
    ('reports_geojson()', $$SELECT count(*) FROM json_array_elements(
        civic.reports_geojson(88, 22, 89, 23, max_rows => 5000) -> 'features') AS f WHERE f ->> 'id' = '$id'$$),
    ('report_tile()', $$SELECT (strpos(encode(civic.report_tile(14, 12213, 7137), 'escape'), '$id') > 0)::integer$$),
    ('my_reports()', $$SELECT count(*) FROM civic.my_reports(1000) WHERE id = '$id'$$),
    ('department_reports()', $$SELECT count(*) FROM civic.department_reports(enum_range(NULL::civic.report_status),
        1000) WHERE id = '$id'$$),
    ('report_history()', $$SELECT count(*) FROM civic.report_history('$id')$$),
    ('report_media()', $$SELECT count(*) FROM civic.report_media('$id')$$),
    ('allowed_transitions()', $$SELECT count(*) FROM civic.allowed_transitions('report', '$id')$$),
    ('my_tasks()', $$SELECT count(*) FROM civic.my_tasks() WHERE report_id = '$id'$$),
    ('pending_tasks()', $$SELECT count(*) FROM civic.pending_tasks(1000) WHERE report_id = '$id'$$),
    ('a lock', $$SELECT count(*) FROM (SELECT FROM civic.reports WHERE id = '$id' FOR SHARE) AS x$$);
-- What tells "there is no such report", as it does for an id that does not exist.
CREATE TABLE tap.refusals (place serial, label text, query text);
INSERT INTO tap.refusals (label, query) VALUES
    ('support_report()', $$SELECT (civic.support_report('$id')).id$$),
    ('transition()', $$SELECT civic.transition('report', '$id', 'closed')$$),
    ('split_report()', $$SELECT (civic.split_report('$id')).id$$),
    ('close_report()', $$SELECT (civic.close_report('$id')).id$$),
    ('reject_report()', $$SELECT (civic.reject_report('$id', 'a long enough reason')).id$$),
    ('mark_duplicate()', $$SELECT (civic.mark_duplicate('$id', '$id')).id$$),
    ('assign_department()', $$SELECT (civic.assign_department('$id', NULL)).id$$),
    ('refuse_update()', $$SELECT civic_helpers.refuse_update('$id', 'closed')$$);

CREATE FUNCTION tap.fill_in(query text, r tap.reports) RETURNS text LANGUAGE sql AS $$
    SELECT replace(replace(replace(replace(query, '$id', r.id::text), '$number', r.report_number), '$owner',
        r.user_id::text),
        '$status', r.status::text)
$$;

SELECT ok(coalesce(o.outcome IN ('0', '42501'), true), format('%s: %s is hidden from %s%s', w.label, r.name, i.actor,
    ': ' || o.outcome))
FROM tap.insiders AS i
JOIN tap.reports AS r ON NOT r.shown AND r.name <> ALL (i.sees)
CROSS JOIN tap.ways AS w
CROSS JOIN LATERAL tap.value(i.actor, tap.fill_in(w.query, r)) AS o (outcome)
ORDER BY w.place, i.place, r.name;

SELECT is(tap.value(i.actor, tap.fill_in(w.query, r)),
    -- As for an id that does not exist.
    tap.value(i.actor, replace(tap.fill_in(w.query, r), r.id::text, tap.id('no such report')::text)),
    format('%s: %s does not exist for %s', w.label, r.name, i.actor))
FROM tap.insiders AS i
JOIN tap.reports AS r ON NOT r.shown AND r.name <> ALL (i.sees)
CROSS JOIN tap.refusals AS w
ORDER BY w.place, i.place, r.name;
SELECT is(tap.value('a.citizen', format('SELECT (civic.support_report(%L)).id', tap.id('a.priv_pwd'))), 'PT404',
    'support_report() says that there is no such report');

-- The ways do lead somewhere: the same queries, for those who may see the report.
SELECT is(tap.value(x.actor, tap.fill_in(w.query, r)), x.outcome, format('%s: %s is shown to %s', w.label, r.name,
    x.actor))
FROM (VALUES
    ('table reports', 'a.officer', 'priv_mine', '1'), ('get_report()', 'a.officer', 'priv_mine',
        tap.id('a.priv_mine')::text),
    ('list_reports()', 'a.officer', 'priv_mine', '1'), ('list_reports() by reporter', 'a.moderator', 'priv_mine', '1'),
    ('list_reports() by status', 'a.officer', 'priv_mine', '1'),
    ('list_reports() by page', 'a.officer', 'priv_mine', '1'),
    ('nearby_reports()', 'a.officer', 'priv_mine', '1'), ('search_reports()', 'a.officer', 'priv_mine', '1'),
    ('search_reports() by number', 'a.officer', 'priv_mine', '1'), ('map_reports()', 'a.officer', 'priv_mine', '1'),
    ('find_duplicates()', 'a.officer', 'priv_mine', '1'), ('report_family()', 'a.officer', 'priv_mine', '1'),
    ('family_status()', 'a.officer', 'priv_mine', 'acknowledged'),
    ('my_reports()', 'a.neighbour', 'priv_mine', '1'), ('department_reports()', 'a.officer', 'priv_mine', '1'),
    ('report_history()', 'a.officer', 'priv_mine', '2'), ('report_media()', 'a.officer', 'priv_mine', '1'),
    ('my_tasks()', 'a.officer', 'priv_mine', '1'), ('pending_tasks()', 'a.officer2', 'priv_wsd', '1'),
    ('table media', 'a.moderator', 'priv_mine', '1'), ('table status_history', 'a.moderator', 'priv_mine', '2'),
    ('report_media()', 'a.neighbour', 'priv_mine', '1'), ('report_history()', 'a.neighbour', 'priv_mine', '2')
) AS x (label, actor, report, outcome)
JOIN tap.ways AS w ON w.label = x.label
JOIN tap.reports AS r ON r.name = x.report;
SELECT cmp_ok(tap.value('a.officer', format('SELECT count(*) FROM civic.allowed_transitions(''report'', %L)',
    tap.id('a.priv_mine')))::integer,
    '>', 0, 'allowed_transitions(): shown to a.officer');

-- 2. The functions that look past the policies return exactly what the policies let through, for everybody.
CREATE TABLE tap.views (place serial, label text, query text);
INSERT INTO tap.views (label, query) VALUES
    ('list_reports()', 'SELECT id FROM civic.list_reports(max_rows => 1000)'),
    ('nearby_reports()', 'SELECT (n.report).id FROM civic.nearby_reports(22.57, 88.36, 100000, 1000) AS n'),
    ('family_status()', 'SELECT n.id FROM tap.names AS n WHERE civic.family_status(n.id) IS NOT NULL'),
    ('report_family()',
        'SELECT n.id FROM tap.names AS n WHERE EXISTS (SELECT FROM civic.report_family(n.id) AS f'
            ' WHERE f.member_id = n.id)'),
    ('search_reports()', 'SELECT id FROM civic.search_reports(''NEEDLE'', max_rows => 1000)'),
    ('map_reports()', 'SELECT id FROM civic.map_reports(88, 22, 89, 23, 5000)'),
    ('get_report()', 'SELECT n.id FROM tap.names AS n WHERE EXISTS (SELECT FROM civic.get_report(n.id))'),
    ('report_history()', 'SELECT n.id FROM tap.names AS n WHERE EXISTS (SELECT FROM civic.report_history(n.id))');
SELECT is(tap.seen(a.name, v.query), tap.seen(a.name, 'SELECT id FROM civic.reports'),
    format('%s shows %s what the table shows', v.label, a.name))
FROM tap.views AS v CROSS JOIN tap.actors AS a
ORDER BY v.place, a.name;
CREATE TABLE tap.with_media AS SELECT DISTINCT report_id FROM civic.media;
GRANT SELECT ON tap.with_media TO public;
SELECT is(tap.seen(a.name, 'SELECT n.id FROM tap.names AS n WHERE EXISTS (SELECT FROM civic.report_media(n.id))'),
    tap.seen(a.name, 'SELECT r.id FROM civic.reports AS r JOIN tap.with_media AS m ON m.report_id = r.id'),
    format('report_media() shows %s the files of what the table shows', a.name))
FROM tap.actors AS a ORDER BY a.name;
SELECT is(tap.seen(a.name, 'SELECT id FROM civic.department_reports(enum_range(NULL::civic.report_status), 1000)'),
    tap.seen(a.name, 'SELECT id FROM civic.reports WHERE department_id = civic.current_department_id()'),
    format('department_reports() shows %s what the table shows', a.name))
FROM tap.actors AS a ORDER BY a.name;
SELECT is(tap.seen('a.moderator', format('SELECT id FROM civic.map_reports(%s, 5000)', b.box)),
    tap.seen('a.moderator', 'SELECT id FROM civic.reports'), format('map_reports(%s): %s', b.box, b.label))
FROM (VALUES ('88.3, 22.5, 88.4, 22.6', 'a city'), ('68, 6, 98, 38', 'a country'),
    ('60, -10, 150, 60', 'half a continent'),
    ('-180, -90, 180, 90', 'the world'), ('-180, -85, 180, 85', 'the world of web maps'),
    ('-100, 0, 100, 60', 'more than half of it'), ('60, -90, 100, 90', 'from pole to pole'),
    ('88.36, 22.57, 88.36, 22.57', 'a point')) AS b (box, label);

-- The nearest are the nearest on the spheroid, in every latitude, on both sides of the 180th meridian, and where many
-- are at one place.
SET session_replication_role = replica;
INSERT INTO civic.reports (organization_id, report_number, user_id, title, description, category, latitude, longitude)
SELECT tap.id('a'), 'CL-NEAR-' || n, tap.id('a.neighbour'), 'Nearby ' || n, 'One of many places.', 'roads',
    greatest(-90, least(90, c.latitude + (random() - 0.5) * c.width / 2)),
    CASE WHEN x.longitude > 180 THEN x.longitude - 360 ELSE x.longitude END
FROM generate_series(1, 2400) AS n
JOIN (VALUES (0, 0, 10, 0.02), (1, 47.4, 8.5, 0.02), (2, 69.65, 18.95, 0.02), (3, -17.8, 180, 0.02), (4, 89.99, 0, 360),
    (5, -33.9, 18.4, 0)) AS c (place, latitude, longitude, width) ON c.place = n % 6
CROSS JOIN LATERAL (SELECT c.longitude + (random() - 0.5) * c.width AS longitude) AS x;
RESET session_replication_role;
SELECT is(tap.value('a.moderator', format('SELECT string_agg(n.distance_m::text || (n.report).id, '','')'
        ' FROM civic.nearby_reports(%s, %s, %s, %s) AS n', c.latitude, c.longitude, m.metres, w.max_rows)),
    tap.value('a.moderator', format('SELECT string_agg(d.metres::text || d.id, '','' ORDER BY d.metres, d.id) FROM ('
        'SELECT r.id, ST_Distance(r.location, p.place) AS metres FROM civic.reports AS r,'
        ' civic_helpers.location_of(%s, %s) AS p (place) WHERE ST_DWithin(r.location, p.place, %s)'
        ' ORDER BY 2, 1 LIMIT %s) AS d', c.latitude, c.longitude, m.metres, w.max_rows)),
    format('the %s nearest within %s m of %s, %s', w.max_rows, m.metres, c.latitude, c.longitude))
FROM (VALUES (0, 10), (47.401, 8.502), (69.652, 18.94), (-17.8, 180), (-17.801, -179.999), (-17.8, 179.995),
    (89.991, 40), (90, 0), (-33.9, 18.4)) AS c (latitude, longitude), (VALUES (300), (1500), (20000)) AS m (metres),
    (VALUES (1), (7), (100), (1000)) AS w (max_rows);
DELETE FROM civic.reports WHERE report_number LIKE 'CL-NEAR-%';

-- 3. Numbers.
CREATE FUNCTION tap.numbers(actor text, condition text) RETURNS text LANGUAGE sql AS $$
    SELECT tap.value(actor,
        format('SELECT jsonb_build_object(''total'', (SELECT count(*) FROM civic.reports AS r WHERE %1$s),'
        ' ''by_status'', (SELECT coalesce(jsonb_object_agg(status, n), ''{}'') FROM'
        '   (SELECT r.status, count(*) AS n FROM civic.reports AS r WHERE %1$s GROUP BY 1) AS x),'
        ' ''by_category'', (SELECT coalesce(jsonb_object_agg(category, n), ''{}'') FROM'
        '   (SELECT civic.effective_category(r) AS category, count(*) AS n FROM civic.reports AS r'
        '    WHERE r.status NOT IN (''closed'', ''resolved'', ''rejected'') AND %1$s GROUP BY 1) AS x),'
        ' ''by_severity'', (SELECT coalesce(jsonb_object_agg(severity, n), ''{}'') FROM'
        '   (SELECT coalesce(r.manual_severity, r.severity) AS severity, count(*) AS n FROM civic.reports AS r'
        '    WHERE r.status NOT IN (''closed'', ''resolved'', ''rejected'') AND %1$s GROUP BY 1) AS x))', condition))
$$;
SELECT is(tap.value(a.name, 'SELECT civic.report_statistics()'), tap.numbers(a.name, 'true'),
    format('report_statistics() counts for %s what the table shows', a.name))
FROM tap.actors AS a ORDER BY a.name;
SELECT is(tap.value(a.name, format('SELECT civic.report_statistics(%L)', tap.dept('a', d.code))),
    tap.numbers(a.name, format('r.department_id = %L', tap.dept('a', d.code))),
    format('report_statistics() of %s counts for %s what the table shows', d.code, a.name))
FROM tap.actors AS a CROSS JOIN (VALUES ('PWD'), ('WSD')) AS d (code) ORDER BY a.name, d.code;
SELECT is(tap.value(a.name,
    format('SELECT (s ->> ''pending'')::int + (s ->> ''in_progress'')::int + (s ->> ''resolved'')::int'
        ' FROM civic.department_statistics(%L) AS s', tap.dept('a', d.code))),
    tap.value(a.name, format('SELECT count(*) FROM civic.reports WHERE department_id = %L', tap.dept('a', d.code))),
    format('department_statistics() of %s counts for %s what the table shows', d.code, a.name))
FROM tap.actors AS a CROSS JOIN (VALUES ('PWD'), ('WSD')) AS d (code) ORDER BY a.name, d.code;

-- What anybody may know does not tell of hidden reports: it is the same when they are gone.
UPDATE civic.tasks SET resolved_at = assigned_at + interval '3 days' WHERE report_id = tap.id('a.priv_done');
CREATE FUNCTION tap.without_hidden(actor text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    DELETE FROM civic.reports AS r WHERE r.organization_id = tap.id('a') AND (r.is_sensitive OR NOT r.is_public);
    result := tap.value(actor, query);
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = coalesce(result, '');
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    RETURN nullif(SQLERRM, '');
END
$$;
SELECT is(tap.value(a.name, format('SELECT civic.public_statistics() ->> %L', k.key)),
    tap.without_hidden(a.name, format('SELECT civic.public_statistics() ->> %L', k.key)),
    format('public_statistics(): %s tells %s nothing of hidden reports', k.key, a.name))
FROM (VALUES ('a.anon'), ('a.citizen'), ('a.clerk')) AS a (name)
CROSS JOIN (VALUES ('total'), ('resolved'), ('active_officers'), ('avg_resolution_days')) AS k (key);
SELECT is(tap.value('a.anon', 'SELECT civic.public_statistics() ->> ''total'''), '6',
    'public_statistics(): six public reports');
SELECT is(tap.value('b.anon', 'SELECT civic.public_statistics() ->> ''total'''), '6',
    'and six of the other organization');
SELECT is(tap.value(a.name, 'SELECT civic.public_statistics() ->> ''total'''), x.n, format('public_statistics() for %s',
    a.name))
FROM (VALUES ('none.anon'), ('none.user'), ('a.inactive')) AS a (name) CROSS JOIN (VALUES ('0')) AS x (n);
-- A large city is counted by the clock, at most every ten minutes; a count of more than a day ago is not told.
CREATE FUNCTION tap.figures(reports integer, ticks interval[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    n bigint;
    tick interval;
BEGIN
    SELECT count(*) INTO n FROM civic.reports AS r
    WHERE r.organization_id = tap.id('a') AND r.is_public AND NOT r.is_sensitive;
    SET LOCAL session_replication_role = replica;
    INSERT INTO civic.reports (organization_id, report_number, user_id, title, description, category, latitude,
        longitude)
    SELECT tap.id('a'), 'CL-MANY-' || m, tap.id('a.neighbour'), 'One of many', 'One of many places.', 'roads', 22.5,
        88.3
    FROM generate_series(n + 1, reports) AS m;
    SET LOCAL session_replication_role = origin;
    FOREACH tick IN ARRAY ticks LOOP
        PERFORM tap.become('a.service');
        PERFORM civic.tick(at => now() + tick);
        PERFORM tap.unbecome();
        DELETE FROM civic.reports AS r WHERE r.report_number = 'CL-MANY-' || reports;
        reports := reports - 1;
    END LOOP;
    result := tap.value('a.anon', 'SELECT f ->> ''total'' || '' as of '' || ((f ->> ''as_of'')::timestamptz - now())'
        ' FROM civic.public_statistics() AS f');
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = result;
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    RETURN SQLERRM;
END
$$;
SELECT is(tap.figures(x.reports, x.ticks::interval[]), x.figures,
    format('public_statistics() of %s reports after ticks at %s', x.reports, x.ticks))
FROM (VALUES (1001, '{}', '1001 as of 00:00:00'), (1001, '{0}', '1001 as of 00:00:00'),
    (1000, '{0}', '999 as of 00:00:00'), (1005, '{"-9 min", 0}', '1005 as of -00:09:00'),
    (1005, '{"-11 min", 0}', '1004 as of 00:00:00'), (1005, '{"-23:59"}', '1005 as of -23:59:00'),
    (1005, '{"-24:00"}', '1004 as of 00:00:00'), (1005, '{0, "-11 min"}', '1005 as of 00:00:00'),
    (1001, '{"-11 min", 0}', '1001 as of -00:11:00')) AS x (reports, ticks, figures);
SELECT is(tap.value(a.name, 'SELECT count(*) FROM civic.officer_workload()'), a.n,
    format('officer_workload() shows %s %s officers', a.name, a.n))
FROM (VALUES ('a.citizen', '0'), ('a.contributor', '0'), ('a.clerk', '0'), ('a.nobody', '0'), ('a.anon', '0'),
    ('none.user', '0'),
    ('a.officer', '2'), ('a.officer2', '1'), ('a.moderator', '3'), ('a.auditor', '3'), ('a.admin', '3'),
    ('a.service', '3'))
    AS a (name, n);

-- 4. Files and history follow the report.
-- First one does something, then another looks; all is taken back.
CREATE FUNCTION tap.after(first text, statement text, then_actor text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    BEGIN
        PERFORM tap.become(first);
        EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
        NULL; -- refused is as good
    END;
    PERFORM set_config('role', 'none', true);
    PERFORM tap.unbecome();
    result := tap.seen(then_actor, query);
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = coalesce(result, '');
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    RETURN nullif(SQLERRM, '');
END
$$;
SELECT is(tap.seen('a.anon', 'SELECT id FROM civic.media'), 'file_pub_open', 'the public sees one file');
SELECT is(tap.after('a.' || x.actor, x.statement, 'a.anon', 'SELECT id FROM civic.media'), x.outcome, x.label)
FROM (VALUES
    ('neighbour', $$UPDATE civic.reports SET is_public = false WHERE id = tap.id('a.pub_open')$$, NULL,
        'files of a report that is made private are hidden'),
    ('moderator', $$UPDATE civic.reports SET is_sensitive = true WHERE id = tap.id('a.pub_open')$$, NULL,
        'files of a report that is found sensitive are hidden'),
    ('neighbour', $$UPDATE civic.reports SET is_public = true WHERE id = tap.id('a.priv_pwd')$$,
        'file_priv_pwd file_pub_open',
        'files of a report that is made public are shown'),
    ('citizen', $$INSERT INTO civic.media (id, report_id, file_url, file_type, is_public)
        VALUES (tap.id('new'), tap.id('a.own_citizen'), 'https://x', 'image', true)$$, 'file_pub_open',
        'a file cannot be added as public to a private report'),
    ('neighbour', $$UPDATE civic.media SET is_public = true WHERE id = tap.id('a.file_priv_pwd')$$, 'file_pub_open',
        'a file cannot be made public apart from its report, by who uploaded it'),
    ('moderator', $$UPDATE civic.media SET is_public = true WHERE id = tap.id('a.file_priv_pwd')$$, 'file_pub_open',
        'nor by a moderator'),
    ('officer', $$UPDATE civic.media SET is_public = true$$, 'file_pub_open', 'nor all of them at once by an officer')
) AS x (actor, statement, outcome, label);
SELECT is(tap.after('a.neighbour', $$UPDATE civic.reports SET is_public = false WHERE id = tap.id('a.pub_open')$$,
    'a.citizen',
    'SELECT DISTINCT entity_id FROM civic.status_history'), 'pub_colleague pub_dup pub_new pub_received pub_wsd',
    'the history of a report that is made private is hidden');
SELECT is(tap.after('a.neighbour', $$UPDATE civic.reports SET is_public = true WHERE id = tap.id('a.priv_pwd')$$,
    'a.citizen',
    'SELECT DISTINCT entity_id FROM civic.status_history'),
    'priv_pwd pub_colleague pub_dup pub_new pub_open pub_received pub_wsd', 'and shown when it is made public');
SELECT is(tap.after('a.neighbour', $$UPDATE civic.reports SET is_public = false WHERE id = tap.id('a.pub_open')$$,
    'a.citizen',
    'SELECT id FROM civic.reports'), 'own_citizen pub_colleague pub_dup pub_new pub_received pub_wsd',
    'a report that is made private is hidden, also from its supporters');

-- The duplicate of a hidden report is shown, the report is not; support goes to it without a word about it.
SELECT tap.add_report('a', 'pub_dup_of_hidden', 'neighbour', 'duplicate', original => 'priv_none') \g /dev/null
SELECT is(tap.value('a.citizen', format('SELECT (civic.support_report(%L)).id', tap.id('a.pub_dup_of_hidden'))), NULL,
    'support_report() of a duplicate shows nothing of a hidden root');
SELECT is(tap.value('a.neighbour', format('SELECT (civic.support_report(%L)).id', tap.id('a.pub_dup_of_hidden'))),
    tap.id('a.priv_none')::text, 'but to who may see it');

-- A policy is asked before anything a query of the asker's says about the rows.
CREATE FUNCTION tap.peek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
BEGIN
    IF $1 LIKE '%priv%' OR $1 LIKE '%sens%' THEN
        RAISE EXCEPTION USING ERRCODE = 'TAP66', MESSAGE = $1;
    END IF;
    RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION tap.peek(text) TO public;
SELECT is(tap.value('a.clerk', 'SELECT count(*) FROM civic.reports WHERE tap.peek(title)'), '7',
    'no function of the asker sees hidden rows');
SELECT is(tap.value('a.clerk', 'SELECT count(*) FROM civic.list_reports(max_rows => 1000) WHERE tap.peek(title)'), '7',
    'nor past list_reports()');
SELECT is(tap.value('a.clerk',
    'SELECT count(*) FROM civic.search_reports(''needle'', max_rows => 1000) WHERE tap.peek(title)'), '7',
    'nor past search_reports()');
SELECT is(tap.value('a.clerk',
    'SELECT count(*) FROM civic.nearby_reports(22.57, 88.36, 1000, 1000) AS n WHERE tap.peek((n.report).title)'),
    '7', 'nor past nearby_reports()');
SELECT is(tap.value('a.clerk', 'SELECT count(*) FROM civic.map_reports(88, 22, 89, 23) WHERE tap.peek(title)'), '7',
    'nor past map_reports()');

-- The auditor of the organization reads everything and writes nothing, by functions either.
SELECT ok(o.outcome IN ('0', '28000', '42501', 'ZC003', 'ZC004', 'ZC007'), format('auditor: %s: %s', x.statement,
    o.outcome))
FROM (VALUES
    ($$SELECT civic.submit_report('A new report', 'With a description.', 22.5, 88.3)$$),
    ($$SELECT civic.support_report(tap.id('a.pub_open'))$$),
    ($$SELECT civic.close_report(tap.id('a.priv_done'))$$),
    ($$SELECT civic.assign_department(tap.id('a.pub_new'), tap.dept('a', 'PWD'))$$),
    ($$SELECT civic.unmark_duplicate(tap.id('a.pub_dup'))$$),
    ($$SELECT civic.register_user('+918888888888')$$),
    ($$SELECT civic.change_role(tap.id('a.citizen'), 'contributor')$$),
    ($$SELECT civic.give_role(tap.id('a.nobody'), 'inspector')$$)
) AS x (statement)
CROSS JOIN LATERAL tap.attempt('a.auditor', x.statement) AS o (outcome);

-- A department alone shows nothing: its private reports are for who may view department data.
UPDATE civic.users SET department_id = tap.dept('a', 'PWD')
WHERE organization_id = tap.id('a') AND id = tap.id('a.nobody');
SELECT is(tap.value('a.nobody', 'SELECT civic.current_department_id()'), tap.dept('a', 'PWD')::text,
    'a person without a role may be of a department');
SELECT is(tap.value('a.nobody', 'SELECT count(*) FROM civic.reports WHERE id = tap.id(''a.priv_pwd'')'), '0',
    'and still sees no private report of it');
SELECT is(tap.value('a.officer', 'SELECT count(*) FROM civic.reports WHERE id = tap.id(''a.priv_pwd'')'), '1',
    'as its officer does');

SELECT * FROM finish();
ROLLBACK;
