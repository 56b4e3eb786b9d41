-- Duplicates: what is found for whom and why, policies, families, rejected pairs, links made by themselves, bad input.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- A street far from the fixture. Reports are filed as the system, past the limit of three in five minutes.
CREATE FUNCTION tap.file_at(
    o text, name text, north double precision, owner text DEFAULT 'neighbour', category text DEFAULT 'roads',
    address text DEFAULT NULL, words text DEFAULT 'A deep pothole in the middle of the street.',
    status text DEFAULT 'classified', age interval DEFAULT '1 hour', is_public boolean DEFAULT true
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO civic.reports (organization_id, id, user_id, title, description, latitude, longitude, category, status,
        address, is_public, created_at, department_id)
    VALUES (tap.id(o), tap.id(o || '.' || name), tap.id(o || '.' || owner), 'Pothole', words,
        40 + north / 111195, 20, category, status::civic.report_status, address, is_public, now() - age,
        tap.dept(o, 'PWD'));
    INSERT INTO tap.names VALUES (tap.id(o || '.' || name), tap.label(o, name));
$$;
-- Names of what an actor is shown, best first.
CREATE FUNCTION tap.found(
    actor text, category text DEFAULT 'roads', max_rows integer DEFAULT 100, north double precision DEFAULT 0
) RETURNS text LANGUAGE sql AS $$
    SELECT tap.value(actor, format('SELECT string_agg(n.name, '' '' ORDER BY d.place) FROM civic.find_duplicates(%L,'
        ' ''A deep pothole in the middle of the street.'', %s, 20, NULL, ''Pothole'', %s) WITH ORDINALITY'
        ' AS d (id, number, title, status, metres, age, alike, agreement, score, reason, place)'
        ' JOIN tap.names AS n ON n.id = d.id', category, 40 + north / 111195, max_rows))
$$;
CREATE FUNCTION tap.found_of(actor text, name text) RETURNS text LANGUAGE sql AS $$
    SELECT tap.value(actor, format('SELECT string_agg(n.name, '' '' ORDER BY d.score DESC, d.distance_m)'
        ' FROM civic.find_duplicates_of(%L::uuid, 100) AS d JOIN tap.names AS n ON n.id = d.report_id', tap.id(name)))
$$;

SELECT tap.file_at('a', 'near', 10), tap.file_at('a', 'nearer', 5), tap.file_at('a', 'far', 190),
    tap.file_at('a', 'out', 255), tap.file_at('a', 'hidden', 2, is_public => false),
    tap.file_at('a', 'citizens', 13, owner => 'citizen', is_public => false),
    tap.file_at('b', 'of_b', 1), tap.file_at('a', 'old', 3, age => '31 days'),
    tap.file_at('a', 'done', 4, status => 'closed'), tap.file_at('a', 'refused', 4, status => 'rejected'),
    tap.file_at('a', 'lamp', 6, category => 'streetlight'),
    tap.file_at('a', 'open', 8, category => NULL, status => 'pending_classification') \g /dev/null

-- 1. Who sees what: the nearest first, only what the asker may see, only of their organization.
SELECT is(tap.found(a.actor), a.expected, format('%s is shown %s', a.actor, a.expected))
FROM (VALUES
    ('a.nobody', 'nearer open near far'), ('a.anon', 'nearer open near far'),
    ('a.citizen', 'nearer open near citizens far'), ('a.neighbour', 'hidden nearer open near far'),
    ('a.moderator', 'hidden nearer open near citizens far'), ('a.admin', 'hidden nearer open near citizens far'),
    ('a.auditor', 'hidden nearer open near citizens far'), ('a.officer', 'hidden nearer open near citizens far'),
    ('a.officer2', 'nearer open near far'), ('a.service', 'hidden nearer open near citizens far'),
    ('a.db_auditor', 'hidden nearer open near citizens far'), ('b.citizen', 'b.of_b'), ('b.admin', 'b.of_b'),
    ('none.user', NULL), ('none.anon', NULL), ('none.service', NULL), ('a.inactive', NULL)
) AS a (actor, expected);
SELECT is(tap.found_of(a.actor, a.name), a.expected, format('%s is shown %s for %s', a.actor, a.expected, a.name))
FROM (VALUES
    ('a.nobody', 'a.near', 'open nearer far out'), ('a.citizen', 'a.near', 'open citizens nearer far out'),
    ('a.nobody', 'a.hidden', NULL), ('a.neighbour', 'a.hidden', 'nearer open near far'), ('b.admin', 'a.near', NULL),
    ('a.nobody', 'b.of_b', NULL), ('a.nobody', '?', NULL)
) AS a (actor, name, expected);
SELECT is(tap.found('a.nobody', max_rows => n.rows), n.expected, format('at most %s rows', n.rows))
FROM (VALUES (1, 'nearer'), (2, 'nearer open'), (0, 'nearer'), (-5, 'nearer')) AS n (rows, expected);
SELECT is(tap.found('a.nobody', 'streetlight'), 'lamp open', 'other categories are another matter');
SELECT is(tap.found('a.nobody', NULL), 'nearer lamp open near far', 'without a category all are compared');

-- 2. The reason.
SELECT tap.file_at('a', 'later', 14, owner => 'contributor', age => '0') \g /dev/null
SELECT is(tap.value('a.neighbour', format('SELECT reason FROM civic.%s WHERE report_id = %L',
    r.question, tap.id('a.' || r.name))), r.reason, format('reason: %s', r.reason))
FROM (VALUES
    ($$find_duplicates('roads', 'A deep pothole in the middle of the street.', 40, 20, title => 'Pothole')$$, 'near',
        'same category, 10 m away, similar text (1.00), 1 hour ago, same reporter'),
    ($$find_duplicates('roads', '', 40, 20)$$, 'near', 'same category, 10 m away, 1 hour ago, same reporter'),
    ($$find_duplicates(NULL, 'Flooded basement', 40, 20)$$, 'nearer',
        'not classified yet, 5 m away, different text (0.00), 1 hour ago, same reporter'),
    (format('find_duplicates_of(%L, 100)', tap.id('a.near')), 'nearer',
        'same category, 5 m away, similar text (1.00), at the same time, same reporter'),
    (format('find_duplicates_of(%L, 100)', tap.id('a.later')), 'near',
        'same category, 4 m away, similar text (1.00), 1 hour earlier'),
    (format('find_duplicates_of(%L, 100)', tap.id('a.near')), 'later',
        'same category, 4 m away, similar text (1.00), 1 hour later')
) AS r (question, name, reason);
DELETE FROM civic.reports AS r WHERE r.organization_id = tap.id('a') AND r.id = tap.id('a.later');
SELECT tap.file_at('a', 'house', 1000, address => '12 MG Road', age => '2 days'),
    tap.file_at('a', 'corner', 1002, address => 'MG Road & 5th Avenue', age => '2 days'),
    tap.file_at('a', 'street', 1004, address => 'M.G. Rd', age => '2 days'),
    tap.file_at('a', 'elsewhere', 1006, address => '12 Oak Street', age => '2 days') \g /dev/null
SELECT is(tap.value('a.citizen', format('SELECT concat_ws('' '', address_agreement, reason) FROM civic.find_duplicates('
    '''roads'', ''?!'', 40 + 1000 / 111195.0, 20, %L) WHERE report_id = %L', r.address, tap.id('a.' || r.name))),
    r.expected, format('%s: %s', r.address, r.expected))
FROM (VALUES
    ('12 mg road', 'house', '1 same category, at the same place, same address, 2 days ago'),
    ('9 MG Rd', 'house', '0.97 same category, at the same place, same street 3 house numbers apart, 2 days ago'),
    ('13 MG Rd', 'house', '0.99 same category, at the same place, same street 1 house number apart, 2 days ago'),
    ('13 MG Rd', 'street', '0.75 same category, 4 m away, same street, 2 days ago'),
    ('13 MG Rd', 'elsewhere', '0.25 same category, 6 m away, another street, 2 days ago'),
    ('13 MG Rd', 'corner', 'same category, 2 m away, 2 days ago'),
    ('5th Ave / MG Road', 'corner', '1 same category, 2 m away, same crossing, 2 days ago'),
    (NULL, 'house', 'same category, at the same place, 2 days ago')
) AS r (address, name, expected);

-- 3. Policies, as they take effect at once.
CREATE FUNCTION tap.with_policy(changes text, category text DEFAULT 'roads') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('INSERT INTO civic.duplicate_policies AS p (organization_id, category, %s) VALUES (%L, NULL, %s)',
        split_part(changes, '=', 1), tap.id('a'), split_part(changes, '=', 2));
    result := coalesce(tap.found('a.nobody', category), '(none)');
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = result;
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    RETURN nullif(SQLERRM, '(none)');
END
$$;
SELECT is(tap.with_policy(p.changes, p.category), p.expected, format('%s: %s', p.changes, p.expected))
FROM (VALUES
    ('hint_radius_m=0', 'roads', NULL), ('hint_radius_m=9', 'roads', 'nearer open'),
    ('hint_radius_m=500', 'roads', 'nearer open near far out'), ('window_days=40', 'roads', 'nearer open near old far'),
    ('include_closed=true', 'roads', 'done nearer open near far'), ('hint_threshold=0.7', 'roads', 'nearer open near'),
    ('is_active=false', 'roads', 'nearer open near far'), ('hint_radius_m=9', 'drainage', 'open')
) AS p (changes, category, expected);
UPDATE civic.categories AS c SET category_group = 'street'
WHERE c.organization_id = tap.id('a') AND c.code IN ('roads', 'streetlight');
SELECT is(tap.found('a.nobody'), 'nearer lamp open near far', 'categories of a group are compared');
SELECT is(tap.value('a.nobody', format('SELECT reason FROM civic.find_duplicates(''roads'', NULL, 40, 20)'
    ' WHERE report_id = %L', tap.id('a.lamp'))), 'category "streetlight" of the same group, 6 m away, 1 hour ago',
    'and the reason says so');
UPDATE civic.categories AS c SET category_group = NULL WHERE c.organization_id = tap.id('a');
SELECT is(tap.found('a.nobody'), 'nearer open near far', 'and out of the group they are not');
SELECT is(tap.value('a.citizen', $$SELECT string_agg(category || ' ' || hint_radius_m, ', ' ORDER BY category)
    FROM civic.effective_duplicate_policies() WHERE id IS NULL AND category IS NOT NULL$$),
    'electricity 250, other 250, public_property 250, roads 250, sanitation 250, streetlight 150, water 250',
    'built-in radii');
SELECT is(tap.attempt('a.admin', format('INSERT INTO civic.duplicate_policies (category, %s) VALUES (''roads'', %s)',
    p.name, p.value)), '23514', format('%s cannot be %s', p.name, p.value))
FROM (VALUES ('hint_radius_m', '-1'), ('hint_radius_m', '5001'), ('hint_radius_m', '''NaN'''), ('window_days', '0'),
    ('hint_threshold', '0.8'), ('link_threshold', '1.1'), ('review_threshold', '0.95'), ('distance_weight', '0'),
    ('text_weight', '-1'), ('text_weight', '''infinity'''), ('street_numbers', '-1'), ('link_radius_m', '501')
) AS p (name, value);
SELECT is(tap.attempt('a.admin', $$INSERT INTO civic.duplicate_policies (category) VALUES ('drainage')$$), '23505',
    'one policy a category');

-- 4. Bad input is told, odd input is not an error.
SELECT is(tap.value('a.citizen', format('SELECT count(*) FROM civic.find_duplicates(%s)', q.question)), q.expected,
    format('find_duplicates(%s): %s', left(q.question, 60), q.expected))
FROM (VALUES
    ($$'roads', 'x', NULL, 20$$, '22004'), ($$'roads', 'x', 40, NULL$$, '22004'),
    ($$'roads', 'x', 'NaN', 20$$, '23514'), ($$'roads', 'x', 40, 'NaN'$$, '23514'),
    ($$'roads', 'x', 'infinity', 20$$, '23514'), ($$'roads', 'x', 90.01, 20$$, '23514'),
    ($$'roads', 'x', 40, -180.01$$, '23514'), ($$'no such', 'x', 40, 20$$, '23503'), ($$'', 'x', 40, 20$$, '23503'),
    ($$'roads', NULL, 40, 20, NULL, NULL, NULL$$, '5'), ($$'roads', '', 40, 20, '', ''$$, '5'),
    ($$'roads', repeat('A deep pothole. ', 65536), 40, 20$$, '5'),
    ($$'roads', 'x', 40, 20, repeat('MG Road, ', 100000)$$, '4'),
    ($$'roads', 'x', 90, 0$$, '0'), ($$'roads', 'x', -90, 180$$, '0'), ($$'roads', 'x', 0, 180$$, '0')
) AS q (question, expected);
SELECT is(tap.value('a.citizen', 'SELECT count(*) FROM civic.find_duplicates_of(NULL)'), '0', 'of no report');
SELECT tap.file_at('a', 'east', 0), tap.file_at('a', 'pole', 0) \g /dev/null
UPDATE civic.reports AS r SET latitude = 0.0001, longitude = -179.9999
WHERE r.organization_id = tap.id('a') AND r.id = tap.id('a.east');
UPDATE civic.reports AS r SET latitude = 89.9999, longitude = 10
WHERE r.organization_id = tap.id('a') AND r.id = tap.id('a.pole');
SELECT is(tap.value('a.citizen', format('SELECT round(distance_m::numeric) FROM civic.find_duplicates(''roads'', '''','
    ' %s)', p.place)), p.metres, format('over the edge of the map: %s', p.place))
FROM (VALUES ('0, 180', '16'), ('0.0001, 179.9999', '22'), ('90, -90', '11'), ('89.9999, -170', '22'))
    AS p (place, metres);

-- 5. Signatures follow the reports.
CREATE TABLE tap.signatures AS TABLE civic_private.report_signatures;
SELECT is(civic_private.rebuild_signatures(), (SELECT count(*) FROM civic.reports), 'signatures can be made anew');
SELECT is_empty('TABLE tap.signatures EXCEPT TABLE civic_private.report_signatures',
    'the triggers had made the same, after all that was done');
SELECT is((SELECT count(*) FROM tap.signatures), (SELECT count(*) FROM civic.reports), 'one for each report');
SELECT is(tap.found('a.nobody'), 'nearer open near far', 'with the same answers');
CREATE TABLE tap.version AS SELECT s.report_id, s.ctid AS place FROM civic_private.report_signatures AS s;
UPDATE civic.reports AS r SET status = 'assigned_to_department', landmark = 'Mill'
WHERE r.organization_id = tap.id('a') AND r.id = tap.id('a.near');
SELECT is((SELECT s.ctid FROM civic_private.report_signatures AS s WHERE s.report_id = tap.id('a.near')),
    (SELECT v.place FROM tap.version AS v WHERE v.report_id = tap.id('a.near')), 'a move does not rewrite them');
SELECT is((SELECT count(*) FROM (VALUES ('pothole'), ('Ünïcödé straße'), (''), ('a'), ('...'), ('x1 y2-z3'),
    (repeat('long text ', 1000))) AS a (t), (VALUES ('A pothole'), ('unicode STRASSE Ü'), ('b a'), ('')) AS b (t)
    WHERE similarity(a.t, b.t) <> civic_private.trigram_similarity(a.t, civic_private.trigram_signature(b.t))),
    0::bigint, 'similarity is that of pg_trgm');

-- 6. Families.
SELECT is(tap.steps(f.actor, VARIADIC f.steps), f.expected, f.label)
FROM (VALUES
    ('merge_reports()', 'a.moderator', ARRAY[$$SELECT civic.merge_reports(tap.id('a.near'),
        ARRAY[tap.id('a.nearer'), tap.id('a.far')], 'one hole')$$,
        $$SELECT string_agg(concat_ws(' ', n.name, f.is_root, f.duplicate_reason), ', ' ORDER BY f.is_root DESC, n.name)
            FROM civic.report_family(tap.id('a.far')) AS f JOIN tap.names AS n ON n.id = f.member_id$$],
        'near t, far f one hole, nearer f one hole'),
    ('members are not suggested', 'a.moderator', ARRAY[$$SELECT civic.merge_reports(tap.id('a.near'),
        ARRAY[tap.id('a.nearer')])$$, $$SELECT string_agg(n.name, ' ' ORDER BY n.name)
            FROM civic.find_duplicates_of(tap.id('a.near'), 100) AS d JOIN tap.names AS n ON n.id = d.report_id$$],
        'citizens far hidden open out'),
    ('a merge with a member goes to its root', 'a.moderator', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer')])$$,
        $$SELECT civic.merge_reports(tap.id('a.nearer'), ARRAY[tap.id('a.far'), tap.id('a.far')])$$,
        $$SELECT n.name FROM civic.reports AS r JOIN tap.names AS n ON n.id = r.duplicate_of_report_id
            WHERE r.id = tap.id('a.far')$$], 'near'),
    ('a family goes along', 'a.admin', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer')])$$,
        $$SELECT civic.merge_reports(tap.id('a.far'), ARRAY[tap.id('a.near')])$$,
        $$SELECT count(*) FROM civic.report_family(tap.id('a.nearer'))$$], '3'),
    ('not with oneself', 'a.admin', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.near')])$$, 'SELECT 1'], 'ZC010'),
    ('not by residents', 'a.citizen', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer')])$$, 'SELECT 1'], 'ZC003'),
    ('not what does not exist', 'a.admin', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('?')])$$, 'SELECT 1'], 'PT404'),
    ('nor into it', 'a.admin', ARRAY[
        $$SELECT civic.merge_reports(tap.id('?'), ARRAY[tap.id('a.near')])$$, 'SELECT 1'], 'PT404'),
    ('nor across organizations', 'a.admin', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('b.of_b')])$$, 'SELECT 1'], 'PT404'),
    ('not a hundred and one', 'a.admin', ARRAY[$$SELECT civic.merge_reports(tap.id('a.near'),
        array_fill(tap.id('a.near'), ARRAY[101]))$$, 'SELECT 1'], '54000'),
    ('split_report()', 'a.moderator', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer')])$$,
        $$SELECT civic.split_report(tap.id('a.nearer'), 'two holes')$$,
        $$SELECT concat_ws(' ', r.status, r.needs_review, r.duplicate_reason, (SELECT x.reason
            FROM civic.duplicate_rejections AS x WHERE r.id IN (x.report_id, x.other_report_id)))
            FROM civic.reports AS r WHERE r.id = tap.id('a.nearer')$$], 'received t two holes'),
    ('a rejected pair does not come back', 'a.moderator', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer')])$$,
        $$SELECT civic.split_report(tap.id('a.nearer'))$$,
        $$SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic.find_duplicates_of(tap.id('a.nearer'), 100) AS d
            JOIN tap.names AS n ON n.id = d.report_id$$], 'citizens far hidden open out'),
    ('nor in a family', 'a.moderator', ARRAY[
        $$SELECT civic.reject_duplicate(tap.id('a.near'), tap.id('a.nearer'))$$,
        $$SELECT civic.merge_reports(tap.id('a.far'), ARRAY[tap.id('a.near')])$$,
        $$SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic.find_duplicates_of(tap.id('a.nearer'), 100) AS d
            JOIN tap.names AS n ON n.id = d.report_id$$], 'citizens hidden open out'),
    ('nor the other way round', 'a.moderator', ARRAY[
        $$SELECT civic.reject_duplicate(tap.id('a.near'), tap.id('a.nearer'))$$,
        $$SELECT civic.merge_reports(tap.id('a.far'), ARRAY[tap.id('a.near')])$$,
        $$SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic.find_duplicates_of(tap.id('a.far'), 100) AS d
            JOIN tap.names AS n ON n.id = d.report_id$$], 'citizens hidden open out'),
    ('a merge takes a rejection back', 'a.moderator', ARRAY[
        $$SELECT civic.reject_duplicate(tap.id('a.near'), tap.id('a.nearer'))$$,
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer')])$$,
        $$SELECT count(*) FROM civic.duplicate_rejections WHERE tap.id('a.near') IN (report_id, other_report_id)$$],
        '0'),
    ('members are not rejected', 'a.moderator', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer'), tap.id('a.far')])$$,
        $$SELECT civic.reject_duplicate(tap.id('a.far'), tap.id('a.nearer'))$$, 'SELECT 1'], 'ZC012'),
    ('nor oneself', 'a.moderator', ARRAY[
        $$SELECT civic.reject_duplicate(tap.id('a.far'), tap.id('a.far'))$$, 'SELECT 1'], 'ZC012'),
    ('nor by residents', 'a.citizen', ARRAY[
        $$SELECT civic.reject_duplicate(tap.id('a.far'), tap.id('a.near'))$$, 'SELECT 1'], 'ZC003'),
    ('only duplicates are split', 'a.moderator', ARRAY[$$SELECT civic.split_report(tap.id('a.near'))$$, 'SELECT 1'],
        'ZC012'),
    ('only duplicates become roots', 'a.moderator', ARRAY[$$SELECT civic.change_root(tap.id('a.near'))$$, 'SELECT 1'],
        'ZC012'),
    ('nor by residents', 'a.neighbour', ARRAY[$$SELECT civic.change_root(tap.id('a.near'))$$, 'SELECT 1'], 'ZC003'),
    ('the work goes on with a new root', 'a.admin', ARRAY[
        $$SELECT civic.assign_officer(tap.id('a.near'), tap.id('a.officer'), 9, 'bring sand')$$,
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer'), tap.id('a.far')])$$,
        $$SELECT civic.change_root(tap.id('a.far'))$$,
        $$SELECT string_agg(concat_ws(' ', n.name, f.status, t.status, t.priority, t.notes), ', '
            ORDER BY f.is_root DESC, n.name)
            FROM civic.report_family(tap.id('a.near')) AS f JOIN tap.names AS n ON n.id = f.member_id
            LEFT JOIN civic.tasks AS t ON t.report_id = f.member_id$$],
        'far assigned_to_officer assigned 9 bring sand, near duplicate rejected 9 bring sand, nearer duplicate'),
    ('and back', 'a.admin', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer'), tap.id('a.far')], 'one hole')$$,
        $$SELECT civic.change_root(tap.id('a.far'))$$, $$SELECT civic.change_root(tap.id('a.near'))$$,
        $$SELECT string_agg(concat_ws(' ', n.name, f.status, f.duplicate_reason), ', ' ORDER BY f.is_root DESC, n.name)
            FROM civic.report_family(tap.id('a.near')) AS f JOIN tap.names AS n ON n.id = f.member_id$$],
        'near assigned_to_department, far duplicate one hole, nearer duplicate one hole'),
    ('a duplicate follows its root', 'a.admin', ARRAY[
        $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.nearer')])$$,
        $$SELECT civic.reject_report(tap.id('a.near'), 'Not on a public road.')$$,
        $$SELECT concat_ws(' ', civic.family_status(tap.id('a.nearer')), (SELECT h.reason
            FROM civic.report_history(tap.id('a.nearer')) AS h ORDER BY h.id DESC LIMIT 1))$$],
        'rejected The report that this one is a duplicate of is rejected.')
) AS f (label, actor, steps, expected);

-- Whoever is with a duplicate is with its root, once, as long as it is one.
INSERT INTO civic.report_supporters (organization_id, report_id, user_id)
SELECT tap.id('a'), tap.id('a.' || s.report), tap.id('a.' || s.person)
FROM (VALUES ('far', 'clerk'), ('near', 'clerk'), ('nearer', 'nobody'), ('citizens', 'nobody')) AS s (report, person);
SELECT is(tap.steps('a.moderator', VARIADIC f.steps || ARRAY[$$SELECT concat_ws(' ', r.supporter_count,
    (SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic.report_supporters AS s
        JOIN tap.names AS n ON n.id = s.user_id WHERE s.report_id = r.id))
    FROM civic.reports AS r WHERE r.id = tap.id('a.near')$$]), f.expected, f.label)
FROM (VALUES
    ('before', '{}'::text[], '1 clerk'),
    ('reporters and supporters of duplicates', ARRAY[$$SELECT civic.merge_reports(tap.id('a.near'),
        ARRAY[tap.id('a.far'), tap.id('a.nearer'), tap.id('a.citizens')])$$], '3 citizen clerk nobody'),
    ('one leaves, another brings the same person', ARRAY[$$SELECT civic.merge_reports(tap.id('a.near'),
        ARRAY[tap.id('a.nearer'), tap.id('a.citizens')])$$, $$SELECT civic.split_report(tap.id('a.nearer'))$$],
        '3 citizen clerk nobody'),
    ('both leave', ARRAY[$$SELECT civic.merge_reports(tap.id('a.near'),
        ARRAY[tap.id('a.nearer'), tap.id('a.citizens')])$$, $$SELECT civic.split_report(tap.id('a.nearer'))$$,
        $$SELECT civic.split_report(tap.id('a.citizens'))$$], '1 clerk'),
    ('a root that becomes a duplicate keeps its own', ARRAY[$$SELECT civic.merge_reports(tap.id('a.near'),
        ARRAY[tap.id('a.citizens')])$$, $$SELECT civic.change_root(tap.id('a.citizens'))$$], '1 clerk')
) AS f (label, steps, expected);
SELECT is((SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic_private.family_reporters(tap.id('a'),
    tap.id('a.near')) AS p (id) JOIN tap.names AS n ON n.id = p.id), 'clerk neighbour', 'whom to tell of a report');
SELECT is(tap.steps('a.moderator', $$SELECT civic.merge_reports(tap.id('a.near'), ARRAY[tap.id('a.citizens')])$$,
    $$RESET ROLE$$, $$SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic_private.family_reporters(tap.id('a'),
        tap.id('a.citizens')) AS p (id) JOIN tap.names AS n ON n.id = p.id$$), 'citizen clerk neighbour nobody',
    'and of its duplicates');

-- 7. A new report joins a family by itself, or is put before a person, or neither.
CREATE FUNCTION tap.submitted(
    north double precision, changes text DEFAULT NULL, owner text DEFAULT 'citizen', address text DEFAULT NULL,
    words text DEFAULT 'A deep pothole in the middle of the street.', category text DEFAULT 'roads'
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    IF changes IS NOT NULL THEN
        EXECUTE changes;
    END IF;
    PERFORM tap.become('a.' || owner);
    SELECT concat_ws(' ', r.status, r.needs_review, n.name, (r.duplicate_score >= 0.8)::text,
        (r.duplicate_reason LIKE 'same category, %')::text) INTO result
    FROM civic.submit_report('Pothole', words, 40 + north / 111195, 20, category, address => address) AS r
    LEFT JOIN tap.names AS n ON n.id = r.duplicate_of_report_id;
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = result;
EXCEPTION WHEN SQLSTATE 'TAP00' THEN
    RETURN SQLERRM;
END
$$;
SELECT tap.file_at('a', 'hole', 3000, address => '100 Park Avenue'),
    tap.file_at('a', 'private', 5000, is_public => false),
    tap.file_at('a', 'mended', 6000, status => 'closed'),
    tap.file_at('a', 'undecided', 7000, category => NULL, status => 'pending_classification') \g /dev/null
SELECT is(tap.submitted(s.north, s.changes, s.owner, s.address, s.words, s.category), s.expected, s.label)
FROM (VALUES
    ('the same place and text', 3010, NULL, 'citizen', NULL, 'A deep pothole in the middle of the street.', 'roads',
        'duplicate f hole true true'),
    ('not within 25 metres', 3026, NULL, 'citizen', NULL, 'A deep pothole in the middle of the street.', 'roads',
        'assigned_to_department t'),
    ('but of a house close by', 3026, NULL, 'citizen', '104 Park Ave',
        'A deep pothole in the middle of the street.', 'roads', 'duplicate f hole true true'),
    ('another text', 3010, NULL, 'citizen', NULL, 'Signs were stolen, nobody knows where to go', 'roads',
        'assigned_to_department f'),
    ('another text farther away', 3150, NULL, 'citizen', NULL, 'Signs were stolen, nobody knows where to go', 'roads',
        'assigned_to_department f'),
    ('another category', 3010, NULL, 'citizen', NULL, 'A deep pothole in the middle of the street.', 'water',
        'assigned_to_department f'),
    ('automatic linking off', 3010, $$INSERT INTO civic.duplicate_policies (organization_id, automatic_linking)
        VALUES (tap.id('a'), false)$$, 'citizen', NULL, 'A deep pothole in the middle of the street.', 'roads',
        'assigned_to_department t'),
    ('the search off', 3010, $$INSERT INTO civic.duplicate_policies (organization_id, hint_radius_m)
        VALUES (tap.id('a'), 0)$$, 'citizen', NULL, 'A deep pothole in the middle of the street.', 'roads',
        'assigned_to_department f'),
    ('a wider radius', 3026, $$INSERT INTO civic.duplicate_policies (organization_id, link_radius_m, link_threshold)
        VALUES (tap.id('a'), 50, 0.75)$$, 'citizen', NULL, 'A deep pothole in the middle of the street.', 'roads',
        'duplicate f hole false true'),
    ('nobody is led to a private report', 5000, NULL, 'citizen', NULL, 'A deep pothole in the middle of the street.',
        'roads', 'assigned_to_department t'),
    ('but to one''s own', 5000, NULL, 'neighbour', NULL, 'A deep pothole in the middle of the street.', 'roads',
        'duplicate f private true true'),
    ('what was mended is broken again', 6000, $$INSERT INTO civic.duplicate_policies (organization_id, include_closed)
        VALUES (tap.id('a'), true)$$, 'citizen', NULL, 'A deep pothole in the middle of the street.', 'roads',
        'assigned_to_department t'),
    ('without a category a person decides', 7000, NULL, 'citizen', NULL, 'A deep pothole in the middle of the street.',
        'roads', 'assigned_to_department t')
) AS s (label, north, changes, owner, address, words, category, expected);

-- 8. Reports of one statement are compared with each other as if they came one by one.
DELETE FROM civic.duplicate_policies AS p WHERE p.organization_id = tap.id('a');
CREATE FUNCTION tap.file_together(words text[], VARIADIC places double precision[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    -- As the import does, of people who file one each.
    WITH filed AS (
        INSERT INTO civic.reports (organization_id, user_id, title, description, latitude, longitude, category)
        SELECT tap.id('a'), tap.id('a.neighbour'), 'Seen today', words[1 + (n.place - 1) % cardinality(words)],
            40 + n.north / 111195, 20, 'roads'
        FROM unnest(places) WITH ORDINALITY AS n (north, place)
        ORDER BY n.place
        RETURNING id, status, latitude, duplicate_of_report_id
    )
    SELECT string_agg(f.status || coalesce(' of ' || round((o.latitude - 40) * 111195)::integer, ''), ', '
        ORDER BY f.latitude, f.status, f.id)
    INTO answer FROM filed AS f LEFT JOIN filed AS o ON o.id = f.duplicate_of_report_id;
    RETURN answer;
END
$$;
SELECT is(tap.file_together('{A tree lies across the road}', VARIADIC f.places), f.expected, f.label)
FROM (VALUES
    ('the second of two is a duplicate of the first', '{8000,8010}'::double precision[],
        'assigned_to_department, duplicate of 8000'),
    ('all of a family have one root', '{9000,9005,9010}',
        'assigned_to_department, duplicate of 9000, duplicate of 9000'),
    ('what is far away stands alone', '{10000,10600}', 'assigned_to_department, assigned_to_department')
) AS f (label, places, expected);
SELECT is(tap.file_together('{A tree lies across the road,Manhole cover was stolen}', 11000, 11010),
    'assigned_to_department, assigned_to_department', 'other words are no duplicate');
SELECT is((SELECT count(*)::integer FROM civic.status_history AS h JOIN civic.reports AS r
        ON r.organization_id = h.organization_id AND r.id = h.entity_id
    WHERE r.organization_id = tap.id('a') AND abs((r.latitude - 40) * 111195 - 9005) < 1), 3,
    'the moves of a duplicate of the same statement are in the history');

-- What the statement did not store is nothing to be a duplicate of.
CREATE FUNCTION tap.skip_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN abs((NEW.latitude - 40) * 111195 - 12000) > 1 THEN NEW END;
END
$$;
CREATE TRIGGER t99_skip BEFORE INSERT ON civic.reports FOR EACH ROW EXECUTE FUNCTION tap.skip_first();
SELECT is(tap.file_together('{A tree lies across the road}', 12000, 12010), 'assigned_to_department',
    'a report that a trigger kept out is not compared with');
DROP TRIGGER t99_skip ON civic.reports;

SELECT * FROM finish();
ROLLBACK;
