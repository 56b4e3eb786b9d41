-- Search by words, clusters of a map, the archive: what is found, in which order, and that nobody finds more than the
-- tables show them.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

CREATE FUNCTION tap.report(name text, title text, description text, address text, filed timestamptz,
    is_public boolean DEFAULT true) RETURNS void LANGUAGE sql AS $$
    INSERT INTO civic.reports (organization_id, id, user_id, title, description, address, latitude, longitude, category,
        status, created_at, is_public)
    VALUES (tap.id('a'), tap.id('a.' || name), tap.id('a.neighbour'), title, description, address, 10, 20, 'other',
        'pending_classification', filed, is_public);
    INSERT INTO tap.names VALUES (tap.id('a.' || name), name);
$$;
SELECT tap.report('lamp', 'Street lamp is dark', 'The lantern at the corner has been out since Monday.',
        'Rosenweg 12', now() - interval '1 minute'),
    tap.report('lamps', 'Three lamps flicker', 'At the market. Nobody sleeps; café owners complain.', 'Market-Place 3',
        now() - interval '3 days'),
    tap.report('old_lamp', 'A lamp fell over', 'It lies on the pavement.', NULL, now() - interval '40 days'),
    tap.report('oldest', 'A lamp of long ago', 'Nothing was done about the water main.', NULL,
        now() - interval '900 days'),
    tap.report('hidden', 'A lamp nobody knows of', 'It is behind the bath house.', NULL, now() - interval '2 days',
        false) \g /dev/null
SELECT is(tap.value('a.service', 'SELECT civic.learn_words(1000) > 20'), 'true', 'words are learned');
SELECT is(tap.attempt('a.officer', 'SELECT civic.learn_words()'), '42501', 'not by everybody');
SELECT tap.do('a.service', 'SELECT civic.learn_words(1000)');
SELECT is(tap.value('a.service', 'SELECT civic.learn_words(1000)'), '0', 'once');

-- The names of what is found, in order.
CREATE FUNCTION tap.found(actor text, call text) RETURNS text LANGUAGE sql AS $$
    SELECT tap.value(actor, format('SELECT string_agg(coalesce(n.name, f.report_number), '' '' ORDER BY f.place)'
        ' FROM (SELECT s.id, s.report_number, row_number() OVER () AS place FROM civic.%s AS s) AS f'
        ' LEFT JOIN tap.names AS n ON n.id = f.id', call))
$$;
SELECT is(tap.found('a.citizen', format('search_reports(%L)', x.query)), x.names, coalesce(x.query, 'null'))
FROM (VALUES
    ('lamp', 'lamp lamps old_lamp oldest'), ('LAMP', 'lamp lamps old_lamp oldest'), ('lamps', 'lamps'),
    ('dark lamp', 'lamp'), ('lamp dark rosenweg 12', 'lamp'), ('lamp nowhere', NULL), ('lant', 'lamp'),
    ('café', 'lamps'), ('market place', 'lamps'), ('MARKET-PLACE', 'lamps'), ('pavemnt', 'old_lamp'),
    ('lamp pavment', 'old_lamp'), ('zzzzzzz', NULL), ('', NULL), ('  ...  ', NULL), (NULL, NULL), ('''', NULL),
    ('lamp & | ! ( : *', 'lamp lamps old_lamp oldest'), ('\', NULL), ('water main', 'oldest'), ('bath', NULL)
) AS x (query, names);
SELECT is(tap.found('a.moderator', 'search_reports(''lamp'')'), 'lamp hidden lamps old_lamp oldest',
    'who may see more finds more');
SELECT is(tap.found('b.moderator', 'search_reports(''lamp'')'), NULL, 'not those of another organization');
SELECT is(tap.value('a.citizen', format('SELECT count(*) FROM civic.search_reports(%L)', r.report_number)), '1',
    'a number finds its report') FROM civic.reports AS r WHERE r.id = tap.id('a.lamps');
SELECT is(tap.found('a.citizen', x.call), x.names, x.call)
FROM (VALUES
    ('search_reports(''lamp'', max_rows => 2)', 'lamp lamps'),
    ('search_reports(''lamp'', statuses => ''{received}'')', NULL),
    ('search_reports(''lamp'', categories => ''{roads}'')', NULL),
    ('search_reports(''lamp'', severities => ''{medium}'', statuses => ''{pending_classification}'', categories =>'
        ' ''{other}'')', 'lamp lamps old_lamp oldest'),
    ('search_reports(''lamp'', department_id => tap.dept(''a'', ''PWD''))', NULL),
    ('search_reports(''lamp'', user_id => tap.id(''a.neighbour''))', 'lamp lamps old_lamp oldest'),
    ('search_reports(''lamp'', user_id => tap.id(''a.citizen''))', NULL),
    ('search_reports(''lamp'', created_from => now() - interval ''60 days'')', 'lamp lamps old_lamp'),
    ('search_reports(''lamp'', created_until => now() - interval ''1 day'')', 'lamps old_lamp oldest'),
    ('search_reports(''lamp'', created_from => now() - interval ''60 days'', created_until => now() - interval'
        ' ''1 day'')', 'lamps old_lamp')
) AS x (call, names);

-- Page after page gives what one call gives.
CREATE FUNCTION tap.pages(actor text, query text, n integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    names text[] := '{}';
    at timestamptz;
    last uuid;
    page record;
BEGIN
    PERFORM tap.become(actor);
    LOOP
        SELECT array_agg(s.id) AS ids, min(s.created_at) AS at INTO page FROM civic.search_reports(query,
            before_time => at, before_id => last, max_rows => n) AS s;
        EXIT WHEN page.ids IS NULL;
        names := names || page.ids::text[];
        at := page.at;
        last := page.ids[cardinality(page.ids)];
    END LOOP;
    PERFORM set_config('role', 'none', true), tap.unbecome();
    RETURN array_to_string(names, ' ');
END
$$;
SELECT is(tap.pages(a, q, n), tap.pages(a, q, 1000), format('%s, %s, pages of %s', a, q, n))
FROM unnest(ARRAY['a.citizen', 'a.moderator']) AS a, unnest(ARRAY['lamp', 'needle']) AS q,
    unnest(ARRAY[1, 2, 3]) AS n;
SELECT is(tap.found('a.citizen', format('search_reports(''lamp'', before_time => (SELECT r.created_at'
    ' FROM civic.reports AS r WHERE r.id = %L), before_id => %1$L, user_id => %L)', tap.id('a.lamps'), x.person)),
    'old_lamp oldest',
    'the page after one, ' || x.whose)
FROM (VALUES (NULL, 'of everybody'), (tap.id('a.neighbour'), 'of one person')) AS x (person, whose);

-- The same as the table through its policies, for everybody.
CREATE TEMP TABLE hits AS SELECT x.query, r.organization_id, r.id FROM civic.reports AS r, (VALUES ('needle'), ('lamp'),
    ('fixture')) AS x (query) WHERE concat(r.title, r.description) ~* ('\m' || x.query);
GRANT SELECT ON hits TO public;
SELECT is(tap.seen(a.name, format('SELECT id FROM civic.search_reports(%L, max_rows => 1000)', x.query)),
    tap.seen(a.name, format('SELECT r.id FROM civic.reports AS r JOIN hits USING (organization_id, id)'
        ' WHERE query = %L', x.query)), format('%s finds what they see: %s', a.name, x.query))
FROM tap.actors AS a, (VALUES ('needle'), ('lamp'), ('fixture')) AS x (query)
WHERE tap.value(a.name, 'SELECT count(*) FROM civic.reports') <> '42501';
SELECT is(tap.value(a.name, format('SELECT civic.count_search_reports(%L)', x.query)),
    tap.value(a.name, format('SELECT count(*) FROM civic.reports AS r JOIN hits USING (organization_id, id)'
        ' WHERE query = %L', x.query)), format('%s counts what they see: %s', a.name, x.query))
FROM tap.actors AS a, (VALUES ('needle'), ('lamp')) AS x (query)
WHERE tap.value(a.name, 'SELECT count(*) FROM civic.reports') <> '42501';
SELECT is(tap.value('a.citizen', 'SELECT civic.count_search_reports(''lamp'', at_most => 2)'), '2', 'up to two');

-- Ranks and marks.
SELECT is(tap.value('a.citizen', 'SELECT string_agg(n.name, '' '' ORDER BY place) FROM (SELECT (r.report).id,'
    ' row_number() OVER () AS place FROM civic.rank_reports(''lamp'') AS r) AS f JOIN tap.names AS n USING (id)'),
    'lamp lamps old_lamp oldest', 'equally good ones, newest first');
SELECT is(tap.value('a.citizen', 'SELECT title_marked || '' / '' || description_marked'
    ' FROM civic.rank_reports(''water lamp'')'),
    'A <b>lamp</b> of long ago / Nothing was done about the <b>water</b> main', 'what was found is marked');
UPDATE civic.reports SET title = 'Pavement is broken' WHERE id = tap.id('a.lamps');
SELECT is(tap.value('a.citizen', 'SELECT string_agg(n.name, '' '' ORDER BY place) FROM (SELECT (r.report).id,'
    ' row_number() OVER () AS place FROM civic.rank_reports(''pavement'') AS r) AS f JOIN tap.names AS n USING (id)'),
    'lamps old_lamp', 'titles weigh more');
SELECT is(tap.found('a.citizen', 'search_reports(''flicker'')'), NULL, 'another title, other words');
SELECT is(tap.value('a.moderator', 'SELECT count(*) FROM civic.rank_reports(''needle'', max_rows => 100)'),
    tap.value('a.moderator', 'SELECT civic.count_search_reports(''needle'')'), 'as many ranked as found');
SELECT is(civic_private.rebuild_words(tap.id('a')), (SELECT count(*) FROM civic.reports
    WHERE organization_id = tap.id('a')), 'words can be made anew');
SELECT is_empty($$SELECT r.id FROM civic.reports AS r FULL JOIN civic_private.report_words AS w
    ON w.organization_id = r.organization_id AND w.report_id = r.id AND w.created_at = r.created_at
    WHERE w.words IS DISTINCT FROM civic_private.search_words(r.organization_id, r.created_at, r.report_number, r.title,
        r.description, r.address)$$, 'every report has its words, and no other');
DELETE FROM civic.reports WHERE id = tap.id('a.old_lamp');
SELECT is_empty($$SELECT FROM civic_private.report_words WHERE report_id = tap.id('a.old_lamp')$$,
    'a report that is gone has none');

-- Clusters: all the asker sees, each once.
SELECT is(tap.value(a.name, format('SELECT coalesce(sum(reports), 0) || '' '' || coalesce(sum(open), 0)'
        ' FROM civic.map_clusters(%s, %s)', b.box, z)),
    tap.value(a.name, format('SELECT count(*) || '' '' || count(*) FILTER (WHERE status NOT IN (''resolved'','
        ' ''closed'', ''rejected'', ''duplicate'')) FROM civic.reports WHERE longitude BETWEEN %s AND latitude'
        ' BETWEEN %s', b.lon, b.lat)), format('clusters of %s: %s at zoom %s', a.name, b.box, z))
FROM tap.actors AS a, unnest(ARRAY[0, 10, 22]) AS z, (VALUES ('-180, -90, 180, 90', '-180 AND 180', '-90 AND 90'),
    ('88.35, 22.55, 88.38, 22.59', '88.35 AND 88.38', '22.55 AND 22.59'), ('0, 0, 1, 1', '0 AND 1', '0 AND 1'))
    AS b (box, lon, lat)
WHERE a.place IS NOT NULL AND tap.value(a.name, 'SELECT count(*) FROM civic.reports') <> '42501';
SELECT is(tap.value('a.citizen', 'SELECT count(*) FROM civic.map_clusters(-180, -90, 180, 90, 4)'), '2', 'two places');
SELECT is(tap.value('a.citizen', 'SELECT round(latitude::numeric, 3) || '' '' || round(longitude::numeric, 3)'
    ' FROM civic.map_clusters(19, 9, 21, 11, 4)'), '10.000 20.000', 'the middle of one');
SELECT is(tap.value('a.citizen', 'SELECT sum(reports) FROM civic.map_clusters(-180, -90, 180, 90, 4,'
    ' categories => ''{roads}'')'), NULL, 'of a category');
SELECT is(tap.attempt('a.citizen', format('SELECT * FROM civic.map_clusters(%s)', x.arguments)), x.outcome, x.arguments)
FROM (VALUES ('0, 0, 1, 1, -1', '22023'), ('0, 0, 1, 1, 23', '22023'), ('0, 0, 1, 1, NULL', '22023'),
    ('0, -91, 1, 1, 5', '23514')) AS x (arguments, outcome);

-- The archive. priv_done is resolved, sens_wsd closed; pub_dup is a duplicate of an open report.
SELECT is(tap.attempt(a, 'SELECT civic.archive_reports()'), '42501', a || ' archives nothing')
FROM unnest(ARRAY['a.citizen', 'a.officer', 'a.moderator']) AS a;
SELECT is(tap.attempt('a.admin', x.call), '22023', x.call)
FROM (VALUES ('SELECT civic.archive_reports(0)'), ('SELECT civic.archive_reports(older_than => ''1 day'')'))
    AS x (call);
SELECT is(tap.value('a.admin', 'SELECT civic.archive_reports()'), '0', 'nothing is old yet');
CREATE TEMP TABLE triggers AS SELECT oid, tgenabled FROM pg_trigger;
CREATE TEMP TABLE before AS SELECT r.id, to_jsonb(r) AS report, to_jsonb(t) AS task, (SELECT jsonb_agg(to_jsonb(m))
    FROM civic.media AS m WHERE m.report_id = r.id) AS media
FROM civic.reports AS r LEFT JOIN civic.tasks AS t ON t.report_id = r.id WHERE r.organization_id = tap.id('a');
CREATE TEMP VIEW derived AS SELECT s.report_id, s::text AS signature, w.words
FROM civic_private.report_signatures AS s JOIN civic_private.report_words AS w USING (organization_id, report_id);
CREATE TEMP TABLE derived_before AS TABLE derived;
CREATE TEMP TABLE scores_before AS TABLE civic.user_scores;
SELECT tap.do('a.admin', 'SELECT civic.archive_reports(at => now() + interval ''3 years'')');
SELECT is(tap.seen('a.admin', 'SELECT id FROM civic.archived_reports WHERE report <> ''{}'' AND belongings <>'
    ' ''{}'''), 'priv_done sens_wsd', 'what is done with goes to the archive');
SELECT is(tap.seen('a.admin', 'SELECT id FROM civic.reports WHERE status IN (''resolved'', ''closed'')'), NULL,
    'and is no report any more');
SELECT is(tap.value('a.officer2', 'SELECT count(*) FROM civic.tasks WHERE report_id = tap.id(''a.priv_done'')'), '0',
    'nor is its task');
SELECT set_eq('TABLE civic.user_scores', 'TABLE scores_before', 'whose reporters keep their reputation');
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.search_archive(''needle'')'), x.names,
    format('%s finds in the archive: %s', x.actor, x.names))
FROM (VALUES ('admin', 'old_citizen old_public old_pwd priv_done sens_wsd'), ('citizen', 'old_citizen old_public'),
    ('officer', 'old_public old_pwd priv_done'), ('anon', 'old_public'), ('nobody', 'old_public'), ('inactive', NULL),
    ('neighbour', 'old_public old_pwd priv_done sens_wsd')) AS x (actor, names);
SELECT is(tap.seen('a.citizen', 'SELECT id FROM civic.search_archive(''OLD-old_public'')'), 'old_public',
    'by number');
SELECT is(tap.attempt('a.moderator', 'SELECT civic.restore_report(tap.id(''a.priv_done''))'), '42501',
    'not restored by everybody');
SELECT is(tap.attempt('a.admin', 'SELECT civic.restore_report(tap.id(''a.pub_open''))'), 'PT404', 'nor twice');
CREATE TEMP TABLE notes AS SELECT place FROM civic_private.sync_feed;
SELECT tap.do('a.admin', format('SELECT civic.restore_report(%L)', tap.id('a.' || x)))
FROM unnest(ARRAY['priv_done', 'sens_wsd']) AS x;
SELECT is_empty($$SELECT b.id FROM before AS b LEFT JOIN civic.reports AS r ON r.id = b.id
    LEFT JOIN civic.tasks AS t ON t.report_id = b.id
    WHERE b.report IS DISTINCT FROM to_jsonb(r) OR b.task IS DISTINCT FROM to_jsonb(t) OR b.media IS DISTINCT FROM
        (SELECT jsonb_agg(to_jsonb(m)) FROM civic.media AS m WHERE m.report_id = b.id)$$,
    'what comes back is as it was');
SELECT is(tap.found('a.officer', 'search_reports(''priv done'')'), 'priv_done', 'and is found again');
SELECT set_eq('TABLE derived', 'TABLE derived_before', 'it is compared with new reports by what it was before');
SELECT set_eq('SELECT DISTINCT entity, entity_id FROM civic_private.sync_feed WHERE place NOT IN (TABLE notes)',
    'SELECT ''r''::"char", tap.id(x) FROM unnest(ARRAY[''a.priv_done'', ''a.sens_wsd'']) AS x UNION ALL'
    ' SELECT ''t'', t.id FROM civic.tasks AS t WHERE t.report_id IN (tap.id(''a.priv_done''), tap.id(''a.sens_wsd''))',
    'and devices hear that it is back');
SELECT set_eq('SELECT oid, tgenabled FROM pg_trigger', 'SELECT oid, tgenabled FROM triggers',
    'all triggers are on again');

-- What is common is read in the order of time, the newest 2000 reports first, then the rest; sixty are of one time, so
-- that it goes on in the midst of them.
SET LOCAL session_replication_role = replica;
INSERT INTO civic.reports (organization_id, id, report_number, user_id, title, description, latitude, longitude,
    category, status, created_at, is_public)
SELECT tap.id('a'), tap.id('a.hubbub_' || n), 'NOISE-' || n, tap.id('a.neighbour'),
    CASE WHEN n % 3 = 0 THEN 'Hubbub at night' ELSE 'Silence at night' END, 'All night long.', 10, 20,
    CASE WHEN n > 2300 THEN 'roads' ELSE 'other' END, 'received', now() - n / 60 * interval '1 minute', true
FROM generate_series(1, 2400) AS n;
SET LOCAL session_replication_role = origin;
SELECT civic_private.rebuild_words(tap.id('a')) > 2400 \g /dev/null
SELECT is(md5(tap.pages('a.citizen', 'hubbub', n)),
    (SELECT md5(string_agg(r.id::text, ' ' ORDER BY r.created_at DESC, r.id DESC)) FROM civic.reports AS r
        WHERE r.title LIKE 'Hubbub%'), format('what is common, in pages of %s', n))
FROM unnest(ARRAY[50, 1000]) AS n;
SELECT is(tap.value('a.citizen', 'SELECT count(*) FROM civic.search_reports(''hubbub'', categories => ''{roads}'')'),
    '34', 'and what of it is farther back');
SELECT is(tap.value('a.citizen', 'SELECT count(*) FROM civic.search_reports(''hubbub'','
    ' created_from => now() - interval ''10 minutes'', max_rows => 1000)'),
    (SELECT count(*)::text FROM civic.reports AS r WHERE r.title LIKE 'Hubbub%'
        AND r.created_at >= now() - interval '10 minutes'), 'and of a time');

-- What is rarer is found in spans of days, whose length depends on what was found: there is a clamour in the last hour
-- of each day, and some at midnight.
SET LOCAL session_replication_role = replica;
INSERT INTO civic.reports (organization_id, id, report_number, user_id, title, description, latitude, longitude,
    category, status, created_at, is_public)
SELECT tap.id('a'), tap.id('a.tumult_' || n), 'RARE-' || n,
    tap.id(CASE WHEN n % 5 = 0 THEN 'a.citizen' ELSE 'a.officer' END),
    concat_ws(' ', CASE WHEN n % 9 = 0 THEN 'Tumult' END, CASE WHEN n % 67 = 0 THEN 'Uproar' END,
        CASE WHEN n IN (1, 1999) THEN 'Ruckus' END, CASE WHEN n % 4 = 0 OR n % 24 = 1 THEN 'Clamour' END,
        'in street', n % 89), 'Day after day.', 10, 20,
    CASE WHEN n % 45 = 0 THEN 'roads' ELSE 'other' END, 'received',
    date_trunc('day', now(), 'UTC')
        - CASE WHEN n % 24 = 1 THEN n / 4 * interval '1 day'
            ELSE n * interval '6 hours' + n % 11 * interval '5 minutes' END,
    n % 7 <> 0
FROM generate_series(1, 2000) AS n;
SET LOCAL session_replication_role = origin;
SELECT civic_private.rebuild_words(tap.id('a')) > 4400 \g /dev/null
CREATE FUNCTION tap.spans(actor text, word text, filters text, condition text) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
DECLARE
    found text;
    size integer;
BEGIN
    FOREACH size IN ARRAY ARRAY[1, 20, 50, 1000] LOOP
        found := tap.value(actor, format('SELECT md5(string_agg(s.id::text, '' '')) FROM civic.search_reports(%L, %s'
            ' max_rows => %s) AS s', word, filters, size));
        RETURN NEXT is(found, tap.value(actor, format('SELECT md5(string_agg(t.id::text, '' '' ORDER BY'
            ' t.created_at DESC, t.id DESC)) FROM (SELECT r.id, r.created_at FROM civic.reports AS r WHERE'
            ' r.title || '' '' || r.report_number ~* %L AND %s ORDER BY r.created_at DESC, r.id DESC LIMIT %s) AS t',
            '\m' || word || '\M', condition, size)), format('%s of %s for %s, %s', size, word, actor, condition));
    END LOOP;
    RETURN NEXT is(tap.value(actor, format('SELECT civic.count_search_reports(%L, %s at_most => 9999)', word, filters)),
        tap.value(actor, format('SELECT count(*) FROM civic.reports AS r WHERE'
            ' r.title || '' '' || r.report_number ~* %L AND %s', '\m' || word || '\M', condition)),
        format('how many have %s for %s, %s', word, actor, condition));
END
$$;
SELECT tap.spans(a.name, w.word, f.filters, f.condition)
FROM (VALUES ('a.citizen'), ('a.moderator')) AS a (name),
    (VALUES ('tumult'), ('clamour'), ('uproar'), ('ruckus'), ('17'), ('hubbub'), ('1500')) AS w (word),
    (VALUES ('statuses => NULL,', 'true'), ('categories => ''{roads}'',', 'r.category = ''roads'''),
        ('user_id => tap.id(''a.citizen''),', 'r.user_id = tap.id(''a.citizen'')'),
        ('created_until => now() - interval ''90 days'',', 'r.created_at < now() - interval ''90 days'''),
        ('created_from => now() - interval ''100 days'',', 'r.created_at >= now() - interval ''100 days'''),
        ('created_from => now() - interval ''3 days'', created_until => now() - interval ''2 days'',',
            'r.created_at >= now() - interval ''3 days'' AND r.created_at < now() - interval ''2 days''')
    ) AS f (filters, condition);

SELECT * FROM finish();
ROLLBACK;
