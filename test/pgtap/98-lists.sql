-- Lists of deals and cases against the table under its row policies: every filter and every two of them, as people who
-- see all, their own, or none; page by page.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- 60 of each in both organizations; four of a kind have one time.
SET LOCAL session_replication_role = replica;
INSERT INTO civic.deals (organization_id, id, deal_no, client_id, project_id, deal_name, amount, deal_date,
    payment_method, verification_status, payment_status, created_by, created_at)
SELECT tap.id(o), tap.id(format('%s.list_deal_%s', o, n)), 'L' || n,
    tap.id(o || CASE WHEN n % 2 = 0 THEN '.client_seller' ELSE '.client_junior' END),
    CASE WHEN n % 5 = 0 THEN tap.id(o || '.project') END, format('%s deal %s', CASE n % 4 WHEN 0 THEN 'Big' ELSE 'Small'
        END, n), 100, '2025-01-01'::date + n / 3, 'bank',
    (ARRAY['pending', 'verified', 'rejected'])[1 + n % 3]::civic.deal_verification_status,
    (ARRAY['initial_payment', 'partial_payment', 'full_payment', 'partial_payment'])[1 + n % 4]
        ::civic.deal_payment_status,
    tap.id(o || CASE WHEN n % 7 < 4 THEN '.junior' ELSE '.seller' END),
    '2025-02-01'::timestamptz + n / 4 * interval '1 h'
FROM unnest(ARRAY['a', 'b']) AS o, generate_series(1, 60) AS n;
INSERT INTO civic.cases (organization_id, id, title, description, status, priority, created_by, assigned_to, created_at)
SELECT tap.id(o), tap.id(format('%s.list_case_%s', o, n)), 'Case ' || n, CASE n % 4 WHEN 0 THEN 'Dark' ELSE 'Loud' END,
    s.status, (ARRAY['low', 'medium', 'high', 'urgent'])[1 + n / 2 % 4]::civic.case_priority,
    tap.id(o || CASE WHEN n % 5 < 3 THEN '.clerk' ELSE '.caseworker' END),
    CASE WHEN s.status NOT IN ('new', 'pending_review')
        THEN tap.id(o || CASE WHEN n % 2 = 0 THEN '.caseworker' ELSE '.caseworker2' END) END,
    '2025-02-01'::timestamptz + n / 4 * interval '1 h'
FROM unnest(ARRAY['a', 'b']) AS o, generate_series(1, 60) AS n,
    LATERAL (SELECT (enum_range(NULL::civic.case_status))[1 + n % 6]) AS s (status);
SET LOCAL session_replication_role = origin;

-- What is asked, and the same of the table.
CREATE TABLE tap.filters (list text, number integer, argument text, condition text);
INSERT INTO tap.filters
SELECT x.list, row_number() OVER (), x.argument, x.condition
FROM (VALUES
    ('deals', 'verification_statuses => ''{pending}''', 'verification_status = ''pending'''),
    ('deals', 'verification_statuses => ''{rejected,NULL,rejected}''', 'verification_status = ''rejected'''),
    ('deals', 'verification_statuses => ''{pending,verified}''', 'verification_status IN (''pending'', ''verified'')'),
    ('deals', 'verification_statuses => ''{}''', 'false'),
    ('deals', 'payment_statuses => ''{full_payment}''', 'payment_status = ''full_payment'''),
    ('deals', format('created_by => %L', tap.id('a.junior')), format('created_by = %L', tap.id('a.junior'))),
    ('deals', format('created_by => %L', tap.id('a.seller')), format('created_by = %L', tap.id('a.seller'))),
    ('deals', format('created_by => %L', tap.id('b.seller')), format('created_by = %L', tap.id('b.seller'))),
    ('deals', format('client_id => %L', tap.id('a.client_junior')),
        format('client_id = %L', tap.id('a.client_junior'))),
    ('deals', format('project_id => %L', tap.id('a.project')), format('project_id = %L', tap.id('a.project'))),
    ('deals', 'deal_from => ''2025-01-06''', 'deal_date >= ''2025-01-06'''),
    ('deals', 'deal_until => ''2025-01-14''', 'deal_date <= ''2025-01-14'''),
    ('deals', 'search => ''big D''', 'deal_name ILIKE ''%big d%'''),
    ('deals', 'before_time => ''2025-02-01 09:00+00''', 'created_at < ''2025-02-01 09:00+00'''),
    ('deals', format('before_time => ''2025-02-01 09:00+00'', before_id => %L', tap.id('a.list_deal_38')),
        format('(created_at, id) < (''2025-02-01 09:00+00'', %L)', tap.id('a.list_deal_38'))),
    ('cases', 'statuses => ''{new}''', 'status = ''new'''),
    ('cases', 'statuses => ''{assigned,NULL,in_progress,assigned}''', 'status IN (''assigned'', ''in_progress'')'),
    ('cases', 'statuses => ''{}''', 'false'),
    ('cases', 'statuses => ''{NULL}''', 'false'),
    ('cases', 'statuses => enum_range(NULL::civic.case_status)', 'true'),
    ('cases', 'priorities => ''{high,low}''', 'priority IN (''high'', ''low'')'),
    ('cases', format('assigned_to => %L', tap.id('a.caseworker')), format('assigned_to = %L', tap.id('a.caseworker'))),
    ('cases', format('assigned_to => %L', tap.id('a.caseworker2')),
        format('assigned_to = %L', tap.id('a.caseworker2'))),
    ('cases', format('assigned_to => %L', tap.id('b.caseworker')), format('assigned_to = %L', tap.id('b.caseworker'))),
    ('cases', format('created_by => %L', tap.id('a.clerk')), format('created_by = %L', tap.id('a.clerk'))),
    ('cases', format('created_by => %L', tap.id('a.caseworker')), format('created_by = %L', tap.id('a.caseworker'))),
    ('cases', 'query => ''DARK''', 'description ILIKE ''%dark%'''),
    ('cases', 'before_time => ''2025-02-01 09:00+00''', 'created_at < ''2025-02-01 09:00+00'''),
    ('cases', format('before_time => ''2025-02-01 09:00+00'', before_id => %L', tap.id('a.list_case_38')),
        format('(created_at, id) < (''2025-02-01 09:00+00'', %L)', tap.id('a.list_case_38')))
) AS x (list, argument, condition);
CREATE VIEW tap.mixes AS
SELECT f.list, f.argument, f.condition FROM tap.filters AS f
UNION ALL
SELECT f.list, f.argument || ', ' || g.argument, format('%s AND %s', f.condition, g.condition)
FROM tap.filters AS f JOIN tap.filters AS g ON g.list = f.list AND g.number > f.number
WHERE split_part(f.argument, ' ', 1) <> split_part(g.argument, ' ', 1)
UNION ALL VALUES ('deals', 'max_rows => NULL', 'true'), ('cases', 'max_rows => NULL', 'true');

-- The mixes for which an actor gets other rows from the list than from the table, or in another order.
CREATE FUNCTION tap.differing(actor text, list text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(m.argument, '; ')
    FROM tap.mixes AS m
    WHERE m.list = differing.list AND tap.value(differing.actor, format(
        'SELECT (SELECT array_agg(l) FROM (SELECT t.* FROM civic.list_%1$s(%2$s%4$s) AS t) AS l) IS DISTINCT FROM'
        ' (SELECT array_agg(l) FROM (SELECT t.* FROM civic.%1$s AS t WHERE %3$s'
        ' ORDER BY t.created_at DESC, t.id DESC%5$s) AS l)', m.list, m.argument, m.condition,
        CASE WHEN m.argument NOT LIKE '%max_rows%' THEN ', max_rows => 1000' ELSE '' END,
        CASE WHEN m.argument LIKE '%max_rows%' THEN ' LIMIT 50' ELSE '' END)) IS DISTINCT FROM 'false'
$$;
CREATE TEMP TABLE askers AS
SELECT * FROM (VALUES ('deals', 'seller'), ('deals', 'verifier'), ('deals', 'junior'), ('deals', 'org_admin'),
    ('deals', 'auditor'), ('deals', 'citizen'), ('deals', 'nobody'), ('deals', 'inactive'), ('deals', 'service'),
    ('deals', 'db_auditor'), ('cases', 'chair'), ('cases', 'clerk'), ('cases', 'caseworker'), ('cases', 'caseworker2'),
    ('cases', 'auditor'), ('cases', 'citizen'), ('cases', 'nobody'), ('cases', 'inactive'), ('cases', 'service'),
    ('cases', 'db_auditor')) AS a (list, name);
SELECT is(tap.differing('a.' || a.name, a.list), NULL, format('list_%s() is what the table shows %s', a.list, a.name))
FROM askers AS a;
SELECT is(tap.differing('b.' || a.name, a.list), NULL, format('and %s of another organization', a.name))
FROM (VALUES ('deals', 'seller'), ('deals', 'junior'), ('cases', 'chair'), ('cases', 'clerk')) AS a (list, name);
SELECT cmp_ok(tap.value('a.' || x.name, format('SELECT count(*) FROM civic.list_%s(max_rows => 1000)',
    x.list))::integer, x.operator, x.n, format('%s gets as many %s', x.name, x.list))
FROM (VALUES ('deals', 'seller', '=', 63), ('deals', 'junior', '>', 30), ('deals', 'junior', '<', 63),
    ('deals', 'citizen', '=', 0), ('cases', 'chair', '>', 60), ('cases', 'clerk', '>', 30), ('cases', 'clerk', '<', 60),
    ('cases', 'caseworker', '>', 30), ('cases', 'caseworker', '<', 60), ('cases', 'citizen', '=', 0))
    AS x (list, name, operator, n);

-- Pages of one row to the end, among four of one time, with arguments that are known only as it runs.
SELECT is(tap.value('a.' || x.name, format('WITH RECURSIVE p AS ('
    '(SELECT 1 AS place, l.created_at, l.id FROM civic.list_%1$s(%2$smax_rows => 1) AS l) UNION ALL'
    ' SELECT p.place + 1, l.created_at, l.id FROM p, civic.list_%1$s(%2$sbefore_time => p.created_at,'
    ' before_id => p.id, max_rows => 1) AS l) SELECT string_agg(p.id::text, '' '' ORDER BY p.place) FROM p',
    x.list, x.argument)),
    tap.value('a.' || x.name, format('SELECT string_agg(l.id::text, '' '' ORDER BY l.created_at DESC, l.id DESC)'
        ' FROM civic.%s AS l WHERE %s', x.list, x.condition)), format('pages of %s: %s %s', x.name, x.list, x.argument))
FROM (VALUES ('deals', 'seller', '', 'true'), ('deals', 'junior', '', 'true'),
    ('deals', 'verifier', 'verification_statuses => ''{pending}'', ', 'verification_status = ''pending'''),
    ('deals', 'verifier', 'search => ''small'', ', 'deal_name ILIKE ''%small%'''),
    ('cases', 'chair', '', 'true'), ('cases', 'caseworker', '', 'true'),
    ('cases', 'chair', 'statuses => ''{new,completed,assigned}'', ',
        'status IN (''new'', ''completed'', ''assigned'')'))
    AS x (list, name, argument, condition);
SELECT is(tap.value('a.chair', 'SELECT count(*) FROM civic.list_cases(assigned_to => (SELECT n.id FROM tap.names AS n'
    ' WHERE n.name = ''caseworker2''), max_rows => 1000)'),
    tap.value('a.chair', format('SELECT count(*) FROM civic.cases WHERE assigned_to = %L', tap.id('a.caseworker2'))),
    'an argument that is a query');
ALTER TABLE civic.cases ADD COLUMN city text DEFAULT 'Pune';
SELECT is(tap.value('a.' || a.name, 'SELECT string_agg(DISTINCT city, '' '') FROM civic.list_cases()'), 'Pune',
    format('a column that came later: %s', a.name))
FROM (VALUES ('chair'), ('clerk')) AS a (name);

SELECT * FROM finish();
ROLLBACK;
