-- Moderators in their areas, validations, reputation and promotion, metrics of officers, moves between departments.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

------------------------------------------------------------------------------------------------------------------------
-- What a moderator with areas sees and does
------------------------------------------------------------------------------------------------------------------------

-- Private reports of somebody else: of a ward or district by name, and at places, on the map of district N (longitude
-- 50 to 51, latitude 10 to 11).
INSERT INTO civic.areas (organization_id, id, kind, code, name, boundary)
VALUES (tap.id('a'), tap.id('a.district'), 'district', 'N', 'North', ST_Multi(ST_MakeEnvelope(50, 10, 51, 11, 4326)));
CREATE FUNCTION tap.add_place(name text, latitude float8, longitude float8, ward text, district text) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO civic.reports (organization_id, id, user_id, title, description, latitude, longitude, ward_number,
        district, category, status, department_id, is_public)
    VALUES (tap.id('a'), tap.id('a.' || name), tap.id('a.neighbour'), 'place ' || name, 'A report of the fixture.',
        latitude, longitude, ward, district, 'other', 'assigned_to_department', tap.dept('a', 'PWD'), false);
    INSERT INTO tap.names VALUES (tap.id('a.' || name), name);
$$;
SELECT tap.add_place('p_ward7', -60, -60, '7', NULL), tap.add_place('p_ward8', -61, -60, '8', NULL),
    tap.add_place('p_south', -62, -60, NULL, 'South'), tap.add_place('p_map_n', 10.5, 50.5, NULL, NULL),
    tap.add_place('p_border_n', 11, 50.5, NULL, NULL), tap.add_place('p_by_n', 11.001, 50.5, NULL, NULL),
    tap.add_place('p_none', 0, 0, NULL, NULL), tap.add_place('p_near', 0, 0.09, NULL, NULL),
    tap.add_place('p_far', 0, 0.1, NULL, NULL) \g /dev/null

CREATE FUNCTION tap.assign(kind text, data text, active boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
    SELECT format('admin: INSERT INTO civic.area_assignments (user_id, area_type, area_name, area_data, is_active)'
        ' VALUES ($moderator, %L, ''Area'', %L, %L)', kind, data, active)
$$;
CREATE FUNCTION tap.places() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(substr(r.title, 7), ' ' ORDER BY r.title) FROM civic.reports AS r WHERE r.title LIKE 'place %'
$$;

SELECT is(tap.story(tap.assign(x.kind, x.data), 'moderator: SELECT tap.places()'), x.seen,
    format('a moderator of %s %s sees its private reports', x.kind, x.data))
FROM (VALUES
    ('ward', '{"ward_number": "7"}', 'p_ward7'), ('ward', '{"ward_number": "9"}', NULL),
    ('ward', '{"ward_number": 7}', 'p_ward7'), ('ward', '{"ward_number": null}', NULL),
    ('district', '{"name": "South"}', 'p_south'), ('district', '{"name": "south"}', NULL),
    ('district', '{"name": "North"}', 'p_border_n p_map_n'), ('district', '{"name": "N"}', 'p_border_n p_map_n'),
    ('ward', '{"ward_number": "N"}', NULL),
    ('radius', '{"center_lat": 0, "center_lon": 0, "radius_km": 10.02}', 'p_near p_none'),
    ('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": 10.01}', 'p_none'),
    ('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": 0}', 'p_none'),
    ('circle', '{"center_lat": "x", "center_lon": 0, "radius_km": 1}', NULL),
    ('circle', '{"center_lat": 91, "center_lon": 0, "radius_km": 10000}', NULL),
    ('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": -1}', NULL),
    ('polygon', '{"coordinates": [[-1, -1], [-1, 0.095], [1, 0.095], [1, -1]]}', 'p_near p_none'),
    ('polygon', '{"coordinates": [[0, 0], [0, 0.09], [1, 0]]}', 'p_near p_none'),
    ('polygon', '{"coordinates": [[-1, -1], [1, 0.05], [1, -1], [-1, 0.05]]}', NULL),
    ('polygon', '{"coordinates": [[0, 0], [0, 1]]}', NULL), ('polygon', '{"coordinates": "none"}', NULL),
    ('polygon', '{"coordinates": [[1e300, 0], [0, 1e300], [5, 5]]}', NULL)
) AS x (kind, data, seen);

SELECT is(tap.story(VARIADIC x.steps), x.outcome, x.what)
FROM (VALUES
    ('several areas add up', ARRAY[tap.assign('ward', '{"ward_number": "7"}'), tap.assign('district',
        '{"name": "South"}'), 'moderator: SELECT tap.places()'], 'p_south p_ward7'),
    ('one that is over does not count', ARRAY[tap.assign('ward', '{"ward_number": "7"}'), tap.assign('district',
        '{"name": "South"}', false), 'moderator: SELECT tap.places()'], 'p_ward7'),
    ('without any the whole city is theirs', ARRAY[tap.assign('ward', '{"ward_number": "7"}', false),
        'moderator: SELECT count(*) FROM civic.reports AS r WHERE r.title LIKE ''place %'''], '9'),
    ('it holds from the next statement on, and no longer than it holds', ARRAY[
        'moderator: SELECT tap.places()', tap.assign('ward', '{"ward_number": "7"}'), 'moderator: SELECT tap.places()',
        'admin: UPDATE civic.area_assignments SET area_data = ''{"ward_number": "8"}'' WHERE user_id = $moderator',
        'moderator: SELECT tap.places()'], 'p_ward8'),
    ('a new area on the map as well', ARRAY[tap.assign('district', '{"name": "South"}'),
        'moderator: SELECT tap.places()',
        'system: INSERT INTO civic.areas (kind, code, name, boundary) VALUES (''district'', ''S'', ''South'','
        ' ST_Multi(ST_MakeEnvelope(-1, -1, 0.05, 1, 4326)))',
        'moderator: SELECT tap.places()'], 'p_none p_south'),
    ('areas of officers say where they work, not what they see', ARRAY[
        'admin: INSERT INTO civic.area_assignments (user_id, area_type, area_name, area_data) VALUES ($officer,'
        ' ''ward'', ''Area'', ''{"ward_number": "7"}'')',
        'officer: SELECT count(*) FROM civic.reports AS r WHERE r.title LIKE ''place %'''], '9'),
    ('the right to private reports is gone', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT civic.has_permission(''read:private_report'')'], 'false'),
    ('public reports are seen everywhere', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT count(*) FROM civic.reports AS r WHERE r.id IN ($pub_open, $pub_wsd)'], '2'),
    ('but changed in the area alone', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: WITH c AS (UPDATE civic.reports AS r SET needs_review = true WHERE r.id IN ($pub_open, $p_ward7,'
        ' $p_ward8) RETURNING r.id) SELECT string_agg(n.name, '' '') FROM c JOIN tap.names AS n USING (id)'],
        'p_ward7'),
    ('also where the place is on the map', ARRAY[tap.assign('ward', '{"ward_number": "1"}'),
        'moderator: WITH c AS (UPDATE civic.reports AS r SET is_featured = true WHERE r.id IN ($pub_open, $p_ward7)'
        ' RETURNING r.id) SELECT string_agg(n.name, '' '') FROM c JOIN tap.names AS n USING (id)'], 'pub_open'),
    ('marking duplicates', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.mark_duplicate($p_ward7, $pub_open)'], NULL),
    ('not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.mark_duplicate($pub_wsd, $pub_open)'], 'ZC003'),
    ('unmarking not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.unmark_duplicate($pub_dup)'], 'ZC003'),
    ('but in the area', ARRAY[tap.assign('ward', '{"ward_number": "1"}'),
        'moderator: SELECT FROM civic.unmark_duplicate($pub_dup)'], NULL),
    ('splitting not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.split_report($pub_dup)'], 'ZC003'),
    ('changing the root not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.change_root($pub_dup)'], 'ZC003'),
    ('rejecting a pair not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.reject_duplicate($pub_wsd, $pub_open)'], 'ZC003'),
    ('escalating not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT FROM civic.escalate_report($pub_open, ''unresolved'', ''x'')'], '42501'),
    ('but in the area', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT level FROM civic.escalate_report($p_ward7, ''unresolved'', ''x'')'], 'level_1'),
    ('attaching not outside', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: INSERT INTO civic.media (report_id, file_url, file_type) VALUES ($pub_open, ''x'', ''document'')'],
        '42501'),
    ('but in the area', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: INSERT INTO civic.media (report_id, file_url, file_type) VALUES ($p_ward7, ''x'', ''document'')'],
        NULL),
    ('the area cannot be left by changing the report', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: UPDATE civic.reports SET ward_number = ''9'' WHERE id = $p_ward7'], '42501'),
    ('history of private reports is seen in the area', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT (SELECT count(*) FROM civic.report_history($p_ward7)) || '' '' ||'
        ' (SELECT count(*) FROM civic.report_history($p_ward8))'], '1 0'),
    ('tasks, pauses and escalations of the city are not', ARRAY[tap.assign('ward', '{"ward_number": "7"}'),
        'moderator: SELECT (SELECT count(*) FROM civic.tasks) + (SELECT count(*) FROM civic.sla_pauses)'
        ' + (SELECT count(*) FROM civic.escalations) + (SELECT count(*) FROM civic.appeals)'], '0')
) AS x (what, steps, outcome);

-- Searching shows the same as the table.
SELECT is(tap.story(tap.assign('circle', '{"center_lat": 0, "center_lon": 0, "radius_km": 10.5}'), tap.assign('ward',
        '{"ward_number": "7"}'), 'moderator: ' || x.query), x.outcome, format('in the area as in the table:'
        ' %s', x.query))
FROM (VALUES
    ('SELECT string_agg(substr(r.title, 7), '' '' ORDER BY r.title) FROM civic.list_reports(user_id => $neighbour) AS r'
        ' WHERE r.title LIKE ''place %''', 'p_near p_none p_ward7'),
    ('SELECT string_agg(substr(r.title, 7), '' '' ORDER BY r.title) FROM civic.search_reports(''place '') AS r',
        'p_near p_none p_ward7'),
    ('SELECT string_agg(substr((r.report).title, 7), '' '' ORDER BY r.distance_m) FROM civic.nearby_reports(0, 0,'
        ' 30000) AS r', 'p_none p_near'),
    ('SELECT string_agg(substr(r.title, 7), '' '' ORDER BY r.title) FROM civic.map_reports(-1, -1, 1, 1) AS r',
        'p_near p_none'),
    ('SELECT EXISTS (SELECT FROM civic.get_report($p_ward7)) AND NOT EXISTS ('
        'SELECT FROM civic.get_report($p_ward8))', 'true'),
    ('SELECT string_agg(d.title, '' '') FROM civic.find_duplicates(''other'','
        ' ''A report of the fixture.'', 0, 0.09, title => ''place p_near'') AS d', 'place p_near')
) AS x (query, outcome);

-- The same as works_at() says of officers, for places all over the areas.
CREATE FUNCTION tap.works(latitude float8, longitude float8, ward text, district text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT civic_private.works_at(tap.id('a'), tap.id('a.moderator'), latitude, longitude, ward, district, current_date)
$$;
CREATE TABLE tap.points AS
SELECT n, CASE WHEN n % 5 = 0 THEN round(p.latitude) ELSE p.latitude END AS latitude,
    CASE WHEN n % 7 = 0 THEN round(p.longitude) ELSE p.longitude END AS longitude,
    CASE n % 3 WHEN 0 THEN (n % 4)::text END AS ward, CASE n % 4 WHEN 0 THEN 'D' || n % 3 END AS district
FROM generate_series(1, 400) AS n
CROSS JOIN LATERAL (SELECT sin(n * 12.9898) * 89, sin(n * 78.233) * 179) AS p (latitude, longitude);
GRANT SELECT ON tap.points TO public;
SELECT is(tap.story(tap.assign(x.kind, x.data), 'moderator: SELECT count(*) FILTER (WHERE m) || '' of '' || count(*) ||'
    ' '', '' || count(*) FILTER (WHERE m <> w) FROM (SELECT civic.can_moderate_at(p.ward, p.district, p.latitude,'
    ' p.longitude) AS m, tap.works(p.latitude, p.longitude, p.ward, p.district) AS w FROM tap.points AS p) AS q'),
    x.inside || ' of 400, 0', format('as works_at(): %s %s', x.kind, x.data))
FROM (
    SELECT 'circle', format('{"center_lat": %s, "center_lon": %s, "radius_km": %s}', c.latitude, c.longitude, c.km),
        c.inside
    FROM (VALUES (0, 0, 5000, 19), (52, 13, 3000, 15), (89.9, 0, 2000, 79), (-90, 77, 4000, 119), (10, 179.5, 3000, 24),
        (-40, -179, 6000, 147), (0, 0, 20100, 400), (45, 90, 12000, 237), (88, 10, 200, 7))
        AS c (latitude, longitude, km, inside)
    UNION ALL
    VALUES ('polygon', '{"coordinates": [[-60, -100], [-60, 100], [60, 100], [60, -100]]}', 72),
        ('polygon', '{"coordinates": [[-60, -100], [60, 100], [60, -100], [-60, 100]]}', 36),
        ('polygon', '{"coordinates": [[0, 0], [70, 20], [10, 150], [-80, 30], [5, -170]]}', 55),
        ('ward', '{"ward_number": "2"}', 33), ('district', '{"name": "D1"}', 34)
) AS x (kind, data, inside);

------------------------------------------------------------------------------------------------------------------------
-- Validations, reputation, promotion
------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION tap.vote(
    actor text, vote text DEFAULT 'valid', report text DEFAULT 'pub_open', comment text DEFAULT NULL
) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: SELECT v.vote || '' '' || v.weight FROM civic.validate_report($%s, %L, %L) AS v', actor, report,
        vote, comment)
$$;
-- What somebody's row of scores says: reputation, reports, validations, helpful ones.
CREATE FUNCTION tap.scores(person text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
    SELECT concat_ws(' ', s.reputation_score, s.total_reports, s.total_validations, s.helpful_validations)
    FROM civic.user_scores AS s WHERE s.user_id = tap.id('a.' || person)
$$;
CREATE FUNCTION tap.role_of(person text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
    SELECT r.code FROM civic.user_roles AS ur JOIN civic.roles AS r ON r.id = ur.role_id
    WHERE ur.user_id = tap.id('a.' || person) AND ur.family = 'civic'
$$;
-- Scores of the citizen just as they are wanted, and the profile.
CREATE FUNCTION tap.set_scores(reputation integer, reports integer, validations integer, complete boolean) RETURNS text
    LANGUAGE sql AS $$
    SELECT format('system: SELECT tap.put_scores(%s, %s, %s, %L)', reputation, reports, validations, complete)
$$;
CREATE FUNCTION tap.put_scores(reputation integer, reports integer, validations integer, complete boolean) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE civic.user_scores SET reputation_score = reputation, total_reports = reports, total_validations = validations
    WHERE user_id = tap.id('a.citizen');
    UPDATE civic.users SET profile_completion = CASE WHEN complete THEN 'complete' ELSE 'basic' END
            ::civic.profile_completion, email = CASE WHEN complete THEN 'c@example.org' END,
        primary_address = CASE WHEN complete THEN 'Mill Lane 1' END
    WHERE id = tap.id('a.citizen');
    SET LOCAL session_replication_role = origin;
END
$$;

SELECT is(tap.story(VARIADIC x.steps), x.outcome, x.what)
FROM (VALUES
    ('a citizen''s vote counts once', ARRAY[tap.vote('citizen')], 'valid 1'),
    ('a contributor''s twice', ARRAY[tap.vote('contributor', 'invalid')], 'invalid 2'),
    ('a moderator''s three times', ARRAY[tap.vote('moderator')], 'valid 3'),
    ('an administrator''s three times', ARRAY[tap.vote('admin')], 'valid 3'),
    ('an officer''s once', ARRAY[tap.vote('officer')], 'valid 1'), ('an auditor has'
    ' none', ARRAY[tap.vote('auditor')], '42501'),
    ('nor has who has no role', ARRAY[tap.vote('nobody')], '42501'),
    ('nor the reporter', ARRAY[tap.vote('neighbour')], '42501'),
    ('of what one cannot see', ARRAY[tap.vote('citizen', report => 'priv_none')], 'PT404'),
    ('citizens do not comment', ARRAY[tap.vote('citizen', comment => 'I saw it.')], '42501'),
    ('contributors do', ARRAY[tap.vote('contributor', comment => 'I saw it.')], 'valid 2'),
    ('a report that is decided is not validated', ARRAY['admin: SELECT FROM civic.reject_report($pub_open, ''No.'')',
        tap.vote('citizen')], 'ZC067'),
    ('one may think again, and it counts once', ARRAY[tap.vote('citizen'), tap.vote('citizen', 'invalid'),
        'citizen: SELECT tap.scores(''citizen'') || '' '' || concat_ws('' '', s.valid_votes, s.invalid_votes,'
        ' s.invalid_weight, s.own_vote) FROM civic.validation_summary($pub_open) AS s'], '10 2 1 0 0 1 1 invalid'),
    ('the weights add up', ARRAY[tap.vote('citizen'), tap.vote('contributor'), tap.vote('moderator', 'invalid'),
        'anon: SELECT concat_ws('' '', s.valid_votes, s.invalid_votes, s.valid_weight, s.invalid_weight, s.own_vote)'
        ' FROM'
        ' civic.validation_summary($pub_open) AS s'], '2 1 3 3'),
    ('the queue holds what others filed and one has not validated', ARRAY[tap.vote('contributor'),
        'contributor: SELECT string_agg(n.name, '' '' ORDER BY n.name) FROM civic.validation_queue() AS q JOIN'
        ' tap.names'
        ' AS n USING (id)'], 'pub_colleague pub_new pub_received pub_wsd'),
    ('it is not for citizens', ARRAY['citizen: SELECT count(*) FROM civic.validation_queue()'], '0'),
    ('votes are nobody else''s to read', ARRAY[tap.vote('contributor'),
        'citizen: SELECT count(*) FROM civic.report_validations WHERE user_id = $contributor'], '0'),
    -- What comes of a vote.
    ('a rejected report was rightly called invalid', ARRAY[tap.vote('citizen', 'invalid'), tap.vote('contributor'),
        'admin: SELECT FROM civic.reject_report($pub_open, ''No.'')',
        'system: SELECT tap.scores(''citizen'') || '', '' || tap.scores(''contributor'')'], '12 2 1 1, 5 1 1 0'),
    ('a resolved one rightly valid, once', ARRAY[tap.vote('citizen', 'valid', 'pub_colleague'),
        'officer3: SELECT FROM civic.finish_work($pub_colleague, ''Done.'')',
        'admin: SELECT FROM civic.approve_work($pub_colleague)', 'admin: SELECT FROM'
        ' civic.reopen_report($pub_colleague)',
        'officer3: SELECT FROM civic.start_work($pub_colleague)',
        'officer3: SELECT FROM civic.finish_work($pub_colleague, ''Done.'')',
        'admin: SELECT FROM civic.approve_work($pub_colleague)', 'system: SELECT tap.scores(''citizen'')'], '12 2 1 1'),
    ('and the history tells', ARRAY[tap.vote('citizen', 'invalid'),
        'admin: SELECT FROM civic.reject_report($pub_open, ''No.'')',
        'citizen: SELECT string_agg(h.points || '' '' || h.reason, '', '' ORDER BY h.points) FROM'
        ' civic.reputation_history() AS h'], '2 validation_helpful, 5 report_filed, 5 report_filed'),
    ('a report that is withdrawn counts no longer', ARRAY[
        'system: SELECT tap.put_scores(7, 2, 0, false)', 'citizen: DELETE FROM civic.reports WHERE id = $pub_received',
        'system: SELECT tap.scores(''citizen'')'], '2 1 0 0'),
    -- Staff.
    ('staff give points', ARRAY['admin: SELECT civic.update_reputation($citizen, 20, ''Helped at the fair.'')'], '30'),
    ('and take them, never below 0', ARRAY['admin: SELECT civic.update_reputation($citizen, -50, ''Lied.'')'], '0'),
    ('not without saying why', ARRAY['admin: SELECT civic.update_reputation($citizen, 5, '''')'], '23514'),
    ('moderators do not', ARRAY['moderator: SELECT civic.update_reputation($citizen, 5, ''Mine.'')'], '42501'),
    ('nor of another city', ARRAY['admin: SELECT civic.update_reputation(tap.id(''b.citizen''), 5,'
    ' ''Theirs.'')'], '23503'),
    -- Promotion: each condition just missed, then met.
    ('99 points are too few', ARRAY[tap.set_scores(99, 5, 9, true), tap.vote('citizen'),
        'system: SELECT tap.role_of(''citizen'')'], 'citizen'),
    ('4 reports are too few', ARRAY[tap.set_scores(100, 4, 9, true), tap.vote('citizen'),
        'system: SELECT tap.role_of(''citizen'')'], 'citizen'),
    ('9 validations are too few', ARRAY[tap.set_scores(100, 5, 8, true), tap.vote('citizen'),
        'system: SELECT tap.role_of(''citizen'')'], 'citizen'),
    ('so is half a profile', ARRAY[tap.set_scores(100, 5, 9, false), tap.vote('citizen'),
        'system: SELECT tap.role_of(''citizen'')'], 'citizen'),
    ('with all four a validation makes a contributor', ARRAY[tap.set_scores(100, 5, 9, true), tap.vote('citizen'),
        'system: SELECT tap.role_of(''citizen'')'], 'contributor'),
    ('by the system, and kept', ARRAY[tap.set_scores(100, 5, 9, true), tap.vote('citizen'),
        'citizen: SELECT concat_ws('' '', h.old_role, h.new_role, h.automatic, h.changed_by IS NULL) FROM'
        ' civic.role_history AS h WHERE h.user_id = $citizen AND h.new_role = ''contributor'''],
        'citizen contributor t t'),
    ('whose rights hold at once', ARRAY[tap.set_scores(100, 5, 9, true), tap.vote('citizen'),
        'citizen: SELECT civic.has_permission(''access:validation_queue'')'], 'true'),
    ('a report does so too', ARRAY[tap.set_scores(95, 4, 10, true),
        'citizen: SELECT FROM civic.submit_report(''Broken bench'', ''The bench is broken.'', 1, 1, ''other'')',
        'system: SELECT tap.role_of(''citizen'')'], 'contributor'),
    ('a profile as well', ARRAY[tap.set_scores(100, 5, 10, false),
        'citizen: UPDATE civic.users SET email = ''me@example.org'', primary_address = ''Mill Lane 1'' WHERE id ='
        ' $citizen',
        'system: SELECT tap.role_of(''citizen'')'], 'contributor'),
    ('and points by staff', ARRAY[tap.set_scores(90, 5, 10, true),
        'admin: SELECT civic.update_reputation($citizen, 10, ''Thanks.'')', 'system: SELECT tap.role_of(''citizen'')'],
        'contributor'),
    ('a city may ask for less', ARRAY['admin: UPDATE civic.organizations SET promotion_reputation = 10,'
    ' promotion_reports'
        ' = 1, promotion_validations = 1', tap.set_scores(10, 2, 0, true), tap.vote('citizen'),
        'system: SELECT tap.role_of(''citizen'')'], 'contributor'),
    ('who is more stays so', ARRAY['system: UPDATE civic.user_roles SET role_id = tap.role(''moderator'') WHERE'
    ' user_id ='
        ' $citizen', tap.set_scores(100, 5, 9, true), tap.vote('citizen'), 'system: SELECT tap.role_of(''citizen'')'],
        'moderator'),
    ('nobody promotes themselves', ARRAY[tap.set_scores(100, 5, 10, true),
        'citizen: UPDATE civic.user_roles SET role_id = tap.role(''contributor''), is_automatic = true WHERE user_id ='
        ' $citizen', 'system: SELECT tap.role_of(''citizen'')'], 'citizen'),
    ('nor does a clerk of roles say it was the rule', ARRAY[
        'org_admin: UPDATE civic.user_roles SET role_id = tap.role(''contributor''), is_automatic = true WHERE'
        ' user_id ='
        ' $citizen'], 'ZC007'),
    ('candidates are listed', ARRAY[tap.set_scores(150, 5, 10, true),
        'admin: SELECT string_agg(n.name || '' '' || c.is_due, '','') FROM civic.promotion_candidates() AS c JOIN'
        ' tap.names'
        ' AS n ON n.id = c.user_id'], 'citizen true,neighbour false'),
    ('for staff', ARRAY[tap.set_scores(150, 5, 10, true), 'moderator: SELECT count(*) FROM'
    ' civic.promotion_candidates()'],
        '0'),
    ('and promoted', ARRAY[tap.set_scores(150, 5, 10, true), 'admin: SELECT civic.promote_candidates()',
        'system: SELECT tap.role_of(''citizen'')'], 'contributor'),
    ('how many', ARRAY[tap.set_scores(150, 5, 10, true), 'admin: SELECT civic.promote_candidates()'], '1'),
    ('not by others', ARRAY[tap.set_scores(150, 5, 10, true), 'citizen: SELECT civic.promote_candidates()'], '0'),
    -- Statistics of a person.
    ('what one has and lacks', ARRAY[tap.set_scores(99, 5, 10, true),
        'citizen: SELECT concat_ws('' '', s ->> ''total_reports'', s ->> ''active_reports'', s ->>'
        ' ''resolved_reports'','
        ' s ->> ''can_promote_to_contributor'', s ->> ''next_milestone'') FROM civic.user_statistics() AS s'],
        '5 2 0 false points of reputation missing: 1'),
    ('then reports', ARRAY[tap.set_scores(100, 3, 1, false), 'citizen: SELECT civic.user_statistics() ->>'
    ' ''next_milestone'''],
        'reports missing: 2'),
    ('then validations', ARRAY[tap.set_scores(100, 5, 1, false),
        'citizen: SELECT civic.user_statistics() ->> ''next_milestone'''], 'validations missing: 9'),
    ('then the profile', ARRAY[tap.set_scores(100, 5, 10, false),
        'citizen: SELECT civic.user_statistics() ->> ''next_milestone'''], 'a complete profile: name, e-mail and'
        ' address'),
    ('nothing for who is more', ARRAY['moderator: SELECT coalesce(civic.user_statistics() ->> ''next_milestone'','
    ' ''none'')'],
        'none'),
    ('of others only staff', ARRAY['citizen: SELECT civic.user_statistics($neighbour)'], NULL),
    ('as do moderators', ARRAY['moderator: SELECT civic.user_statistics($neighbour) ->> ''active_reports'''], '18')
) AS x (what, steps, outcome);

------------------------------------------------------------------------------------------------------------------------
-- Officers: metrics, moves, many at once
------------------------------------------------------------------------------------------------------------------------

-- By hand: 0.25*80 + 0.25*90 + 0.2*75 + 0.2*60 + 0.1*50 = 74.5.
SELECT is(civic_helpers.officer_score(x.resolution, x.sla, x.satisfaction, x.first_time, x.hours) || ' '
    || civic_helpers.officer_grade(civic_helpers.officer_score(x.resolution, x.sla, x.satisfaction, x.first_time,
        x.hours)), x.outcome,
    'score and grade ' || x.outcome)
FROM (VALUES
    (80, 90, 4, 60, 96, '74.50 C+'), (100, 100, 5, 100, 48, '100.00 A+'), (100, 100, 5, 100, 0, '100.00 A+'),
    (0, 0, 0, 0, 0, '10.00 F'), (0, 0, 1, 0, 4800, '0.10 F'), (100, 100, 1, 100, 24, '80.00 B+'),
    (60, 60, 3.4, 60, 80, '60.00 D')
) AS x (resolution, sla, satisfaction, first_time, hours, outcome);
SELECT is(civic_helpers.officer_grade(x.score), x.grade, format('grade of %s', x.score))
FROM (VALUES (90, 'A+'), (89.99, 'A'), (85, 'A'), (84.99, 'B+'), (80, 'B+'), (79.99, 'B'), (75, 'B'), (74.99, 'C+'),
    (70, 'C+'), (69.99, 'C'), (65, 'C'), (64.99, 'D'), (60, 'D'), (59.99, 'F')) AS x (score, grade);

-- A week of officer3, worked out by hand. March 2026: two tasks done (48 and 24 hours after assignment, the second late
-- and once sent back), one open and late, one on hold; one done before the week and one assigned after it.
CREATE FUNCTION tap.week() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT * FROM (VALUES
        (1, 'resolved', '2026-03-02 00:00+00', '2026-03-04 00:00+00', 'ok'),
        (2, 'resolved', '2026-03-03 00:00+00', '2026-03-04 00:00+00', 'violated'),
        (3, 'in_progress', '2026-03-06 00:00+00', NULL, 'violated'),
        (4, 'on_hold', '2026-02-20 00:00+00', NULL, 'warning'),
        (5, 'resolved', '2026-02-20 00:00+00', '2026-03-01 00:00+00', 'ok'),
        (6, 'acknowledged', '2026-03-09 00:00+00', NULL, 'ok')) AS v (n, status, assigned, resolved, sla)
    LOOP
        PERFORM tap.add_report('a', 'week' || t.n, 'citizen', t.status, 'PWD', 'officer3');
        SET LOCAL session_replication_role = replica;
        UPDATE civic.tasks AS k SET assigned_at = t.assigned::timestamptz, resolved_at = t.resolved::timestamptz,
            acknowledged_at = t.assigned::timestamptz + interval '6 hours',
            started_at = t.assigned::timestamptz + interval '12 hours', sla_state = t.sla::civic.sla_state
        WHERE k.report_id = tap.id('a.week' || t.n);
        SET LOCAL session_replication_role = origin;
    END LOOP;
    INSERT INTO civic.status_history (organization_id, workflow, entity_id, old_status, new_status, changed_at)
    VALUES (tap.id('a'), 'report', tap.id('a.week2'), 'pending_verification', 'in_progress', '2026-03-03 12:00+00');
    INSERT INTO civic.feedbacks (organization_id, report_id, user_id, officer_id, rating, satisfaction_level,
        created_at)
    SELECT tap.id('a'), tap.id('a.week' || f.n), tap.id('a.citizen'), tap.id('a.officer3'), f.rating, 'neutral',
        '2026-03-05 00:00+00'
    FROM (VALUES (1, 5), (2, 2)) AS f (n, rating);
END
$$;
SELECT is(tap.story(VARIADIC ARRAY['system: SELECT tap.week()',
    'service: SELECT civic.rebuild_officer_metrics(''2026-03-02 00:00+00'', ''2026-03-09 00:00+00'')'] || x.steps),
    x.outcome, x.what)
FROM (VALUES
    ('officers with work in the week', ARRAY['admin: SELECT string_agg(n.name, '' '') FROM civic.officer_metrics AS m'
    ' JOIN'
        ' tap.names AS n ON n.id = m.officer_id WHERE m.officer_id = $officer3'], 'officer3'),
    ('numbers', ARRAY['officer3: SELECT concat_ws('' '', total_assigned, total_completed, total_active,'
        ' total_acknowledged, total_in_progress, total_on_hold, sla_violations_count, sla_warnings_count,'
        ' total_feedbacks_received, positive_feedbacks_count, negative_feedbacks_count, rework_count,'
        ' peak_concurrent_tasks) FROM civic.officer_metrics WHERE officer_id = $officer3'], '3 2 2 0 1 1 2 1 2 1 1 1'
        ' 3'),
    ('rates and means', ARRAY['officer3: SELECT concat_ws('' '', resolution_rate, avg_resolution_time_hours,'
        ' avg_acknowledgment_time_hours, avg_completion_time_hours, round(sla_compliance_rate::numeric, 2),'
        ' avg_satisfaction_score, round(rework_rate::numeric, 2), first_time_resolution_rate,'
        ' round(avg_daily_workload::numeric, 4)) FROM civic.officer_metrics WHERE officer_id = $officer3'],
        '50 36 6 24 33.33 3.5 33.33 50 1.8571'),
    -- 0.25*50 + 0.25*33.33 + 0.2*62.5 + 0.2*50 + 0.1*100
    ('score and grade', ARRAY['officer3: SELECT performance_score || '' '' || grade FROM civic.officer_metrics'
        ' WHERE officer_id = $officer3'], '53.33 F'),
    ('again is the same', ARRAY[
        'service: SELECT civic.rebuild_officer_metrics(''2026-03-02 00:00+00'', ''2026-03-09 00:00+00'')',
        'officer3: SELECT count(*) || '' '' || max(performance_score) FROM civic.officer_metrics'
        ' WHERE officer_id = $officer3'], '1 53.33'),
    ('a colleague of the department sees it', ARRAY['officer: SELECT count(*) FROM civic.officer_metrics'
        ' WHERE officer_id = $officer3'], '1'),
    ('another department does not', ARRAY['officer2: SELECT count(*) FROM civic.officer_metrics'
        ' WHERE officer_id = $officer3'], '0'),
    ('officers do not compute them', ARRAY['officer3: SELECT civic.rebuild_officer_metrics(now(), now())'], '42501'),
    ('a period has an end', ARRAY['admin: SELECT civic.rebuild_officer_metrics(''2026-03-09'','
    ' ''2026-03-02'')'], '23514')
) AS x (what, steps, outcome);

CREATE FUNCTION tap.add_work() RETURNS void LANGUAGE sql AS $$
    SELECT tap.add_report('a', 'held', 'citizen', 'on_hold', 'PWD', 'officer'),
        tap.add_report('a', 'done', 'citizen', 'pending_verification', 'PWD', 'officer'),
        tap.add_report('a', 'opened', 'citizen', 'reopened', 'PWD', 'officer');
$$;
CREATE FUNCTION tap.hands() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(n.name || '=' || coalesce(o.name, '-') || '/' || r.status, ' ' ORDER BY n.name)
    FROM civic.reports AS r JOIN tap.names AS n ON n.id = r.id LEFT JOIN tap.names AS o ON o.id = r.assigned_to
    WHERE n.name IN ('held', 'done', 'opened', 'priv_mine')
$$;
SELECT is(tap.story(VARIADIC x.steps), x.outcome, x.what)
FROM (VALUES
    -- Officer works on priv_mine (acknowledged) and held (on hold), done (handed in), and again (reopened).
    ('an officer takes the work along', ARRAY['system: SELECT tap.add_work()',
        'admin: SELECT civic.move_officer($officer, tap.dept(''a'', ''WSD''))',
        'admin: SELECT tap.hands()'], 'done=officer/pending_verification held=officer/on_hold'
        ' opened=officer/reopened priv_mine=officer/acknowledged'),
    ('or a colleague gets it', ARRAY['system: SELECT tap.add_work()',
        'admin: SELECT civic.move_officer($officer, tap.dept(''a'', ''WSD''), ''reassign_reports'')',
        'admin: SELECT tap.hands()'], 'done=officer/pending_verification held=officer3/on_hold'
        ' opened=officer3/assigned_to_officer priv_mine=officer3/assigned_to_officer'),
    ('or it waits in the department', ARRAY['system: SELECT tap.add_work()',
        'admin: SELECT civic.move_officer($officer, tap.dept(''a'', ''WSD''), ''unassign_reports'')',
        'admin: SELECT tap.hands()'], 'done=officer/pending_verification held=-/assigned_to_department'
        ' opened=-/assigned_to_department priv_mine=-/assigned_to_department'),
    ('as it does where there is no colleague', ARRAY['system: SELECT tap.add_work()',
        'admin: SELECT civic.set_user_status($officer3, ''inactive'')',
        'admin: SELECT concat_ws('' '', m ->> ''kept'', m ->> ''reassigned'', m ->> ''unassigned'') FROM'
        ' civic.move_officer($officer, tap.dept(''a'', ''WSD''), ''reassign_reports'') AS m'], '1 0 3'),
    ('tasks go with it', ARRAY['system: SELECT tap.add_work()',
        'admin: SELECT civic.move_officer($officer, tap.dept(''a'', ''WSD''), ''unassign_reports'')',
        'admin: SELECT count(*) FROM civic.tasks WHERE assigned_to = $officer AND status <> ''resolved'''], '1'),
    ('and the person is of the new department', ARRAY[
        'admin: SELECT civic.move_officer($officer, tap.dept(''a'', ''WSD''))',
        'officer: SELECT civic.current_department_id() = tap.dept(''a'', ''WSD'')'], 'true'),
    ('officers do not move themselves', ARRAY['officer: SELECT civic.move_officer($officer, tap.dept(''a'', ''WSD''))'],
        '42501'),
    ('nor to another city', ARRAY['admin: SELECT civic.move_officer($officer, tap.dept(''b'', ''WSD''))'], '23503'),
    ('nobody of another city', ARRAY['admin: SELECT civic.move_officer(tap.id(''b.officer''), tap.dept(''a'','
    ' ''WSD''))'],
        'PT404'),
    -- Many at once.
    ('some go, some do not', ARRAY[
        'admin: SELECT concat_ws('' '', b ->> ''total'', b ->> ''successful'', b ->> ''failed'', b -> ''errors'' -> 0'
        ' ->>'
        ' ''code'') FROM civic.bulk_update_reports(ARRAY[$pub_open, $priv_pwd, $pub_wsd], officer_id => $officer3) AS'
        ' b'],
        '3 2 1 ZC006'),
    ('to a department', ARRAY[
        'admin: SELECT b ->> ''successful'' FROM civic.bulk_update_reports(ARRAY[$own_contributor, $pub_open],'
        ' department_id => tap.dept(''a'', ''ELD'')) AS b'], '2'),
    ('severity', ARRAY[
        'admin: SELECT b ->> ''successful'' FROM civic.bulk_update_reports(ARRAY[$pub_open, $pub_wsd], severity =>'
        ' ''critical'') AS b',
        'admin: SELECT string_agg(civic.effective_severity(r)::text, '' '') FROM civic.reports AS r WHERE r.id IN'
        ' ($pub_open,'
        ' $pub_wsd)'], 'critical critical'),
    ('one by one for who may not', ARRAY[
        'citizen: SELECT concat_ws('' '', b ->> ''failed'', b -> ''errors'' -> 0 ->> ''code'') FROM'
        ' civic.bulk_update_reports(ARRAY[$pub_open, $priv_none], severity => ''critical'') AS b'], '2 ZC003'),
    ('100', ARRAY['admin: SELECT b ->> ''failed'' FROM civic.bulk_update_reports(array_fill($nosuch, ARRAY[100]),'
        ' severity => ''low'') AS b'], '100'),
    ('not 101', ARRAY['admin: SELECT civic.bulk_update_reports(array_fill($nosuch, ARRAY[101]), severity => ''low'')'],
        '54000'),
    ('one thing', ARRAY['admin: SELECT civic.bulk_update_reports(ARRAY[$pub_open], severity => ''low'', officer_id =>'
        ' $officer)'], '22023'),
    ('at least', ARRAY['admin: SELECT civic.bulk_update_reports(ARRAY[$pub_open])'], '22023'),
    ('a department''s days', ARRAY['system: SELECT tap.week()',
        'admin: SELECT civic.department_statistics(tap.dept(''a'', ''PWD'')) ->> ''avg_resolution_days'''], '4.00')
) AS x (what, steps, outcome);
SELECT * FROM finish();
ROLLBACK;
