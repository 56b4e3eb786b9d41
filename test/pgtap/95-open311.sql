-- Open311: who reads and files what, parameters, errors, sending twice, and XML as the server itself reads it.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- What an actor gets, as JSON; the form for a POST.
CREATE FUNCTION pg_temp.get(actor text, uri text) RETURNS jsonb LANGUAGE sql
AS $$ SELECT tap.value(actor, format('SELECT civic.open311_get(%L)', uri))::jsonb $$;
CREATE FUNCTION pg_temp.post(actor text, form text, headers jsonb DEFAULT '{}', uri text DEFAULT '/requests.json')
    RETURNS jsonb LANGUAGE plpgsql
AS $$
DECLARE
    answer jsonb;
BEGIN
    PERFORM set_config('request.headers', (headers || jsonb_build_object('x-open311-uri', uri))::text, true);
    PERFORM tap.become(actor);
    answer := civic.open311_post(form)::text::jsonb;
    PERFORM tap.unbecome();
    PERFORM set_config('request.headers', '', true);
    RETURN answer;
END
$$;

-- 1. What everybody sees is what the policies show them.
CREATE FUNCTION pg_temp.listed(actor text) RETURNS bigint LANGUAGE sql
AS $$ SELECT jsonb_array_length(pg_temp.get(actor, '/requests.json?start_date=2000-01-01&end_date='
    || to_char(now() + interval '1 day', 'YYYY-MM-DD')))::bigint $$;
SELECT is(pg_temp.listed('a.' || x.actor), tap.value('a.' || x.actor, 'SELECT count(*) FROM civic.reports')::bigint,
    format('%s is listed the reports they see', x.actor))
FROM (VALUES ('citizen'), ('officer'), ('admin'), ('anon'), ('nobody')) AS x (actor);
SELECT cmp_ok(pg_temp.listed('a.anon'), '>', 0::bigint, 'which are some');
SELECT ok(NOT pg_temp.get('a.' || x.actor, '/requests.json?start_date=2000-01-01')::text ~ 'secret@|\+91',
    format('no contact data are told to %s', x.actor))
FROM (VALUES ('anon'), ('admin')) AS x (actor);
SELECT is(pg_temp.get(x.actor, x.uri) -> 0 ->> 'code', '404', x.what)
FROM (VALUES
    ('a.anon', '/services.json?jurisdiction_id=NOBODY', 'an unknown jurisdiction'),
    ('a.citizen', '/services.json?jurisdiction_id='
        || (SELECT o.code FROM civic.organizations AS o WHERE o.id = tap.id('b')),
        'somebody of one organization asks about another'),
    ('a.anon', '/services/nothing.json', 'an unknown service'),
    ('a.anon', '/requests/CL-0.json', 'an unknown request'),
    ('a.anon', '/requests/'
        || (SELECT r.report_number FROM civic.reports AS r WHERE r.id = tap.id('a.priv_pwd')) || '.json',
        'a private request'),
    ('a.anon', '/tokens/' || tap.id('b.request_filed') || '.json', 'a token of another organization'),
    ('a.anon', '/tokens/x.json', 'a token that is none')) AS x (actor, uri, what);

SELECT alike(tap.value('a.anon', $$SELECT civic.open311_get('/requests.csv')$$), '%<code>404</code>%',
    'a format that is not known');

-- 2. Parameters.
SELECT is(pg_temp.get('a.anon', '/requests.json?' || x.query) -> 0 ->> 'code', '400', x.query)
FROM (VALUES ('start_date=yesterday'), ('end_date=2026-13-01'), ('status=gone'), ('page=2'), ('page_size=0'),
    ('page_size=many'), ('lat=1'), ('lat=100&long=1&radius=1'), ('after=nothing'), ('a=%zz'), ('%FF=1')) AS x (query);
SELECT is(jsonb_array_length(pg_temp.get('a.anon', '/requests.json?start_date=x&status=y&page_size=z')), 3,
    'all that is wrong is listed');
-- Old reports of which one was moved today; three places, two categories, open and closed.
SELECT set_config('civic.organization_id', tap.id('a')::text, true) \g /dev/null
INSERT INTO civic.reports (organization_id, report_number, user_id, title, description, category, latitude, longitude,
    status, department_id, created_at, status_updated_at)
SELECT tap.id('a'), x.number, tap.id('a.citizen'), 'Title', 'Description', x.category, x.latitude, 170, x.status,
    tap.dept('a', 'PWD'), '2001-01-01', x.moved::timestamptz
FROM (VALUES ('OLD-1', 'roads', 60.0, 'assigned_to_department'::civic.report_status, '2001-01-02'),
    ('OLD-2', 'water', 60.001, 'resolved', '2001-01-03'),
    ('OLD-3', 'roads', 61.0, 'closed', '2001-02-01')) AS x (number, category, latitude, status, moved);
SELECT tap.unbecome() \g /dev/null
SELECT is((SELECT string_agg(r ->> 'service_request_id', ' ' ORDER BY place)
    FROM jsonb_array_elements(pg_temp.get('a.anon', '/requests.json?' || x.query)) WITH ORDINALITY AS r (r, place)
    WHERE r ->> 'service_request_id' LIKE 'OLD-%'), x.numbers, x.query)
FROM (VALUES
    ('start_date=2000-12-31&status=open', 'OLD-1'),
    ('start_date=2000-12-31&status=closed&updated_after=', 'OLD-3 OLD-2'),
    ('start_date=2000-12-31&status=open,closed&service_code=water', 'OLD-2'),
    ('start_date=2000-12-31&service_code=water,roads&lat=60&long=170&radius=200', 'OLD-2 OLD-1'),
    ('updated_after=2001-01-02T12:00:00Z', 'OLD-3 OLD-2'),
    ('updated_after=2001-01-02T12:00:00Z&updated_before=2001-01-31', 'OLD-2'),
    ('updated_after=2001-01-01&updated_before=2001-02-02&after=OLD-3', 'OLD-2 OLD-1'),
    ('service_request_id=OLD-3,OLD-1,nothing&status=closed', 'OLD-3 OLD-1'),
    ('', NULL)) AS x (query, numbers);
SELECT results_eq(
    $$SELECT p.period_start, p.period_end
    FROM civic_helpers.open311_period('{"from": "2026-01-01"}', 'from', 'to', 90) AS p
    UNION ALL SELECT p.period_start, p.period_end
        FROM civic_helpers.open311_period('{"to": "2026-04-01"}', 'from', 'to', 90) AS p
    UNION ALL SELECT p.period_start, p.period_end
        FROM civic_helpers.open311_period('{"from": "2026-01-01", "to": "2026-12-31"}', 'from', 'to', 90) AS p
    UNION ALL SELECT p.period_start, p.period_end FROM civic_helpers.open311_period('{}', 'from', 'to', 90) AS p$$,
    $$VALUES (timestamptz '2026-01-01 00:00Z', timestamptz '2026-04-01 00:00Z'),
        ('2026-01-01 00:00Z', '2026-04-01 00:00Z'), ('2026-10-02 00:00Z', '2026-12-31 00:00Z'),
        (now() - interval '90 days', now())$$, 'the rule of 90 days');
SELECT is(civic_helpers.open311_time(x.value), x.meant::timestamptz, x.value)
FROM (VALUES ('2026-05-01', '2026-05-01 00:00Z'), ('2026-05-01T08:30:00Z', '2026-05-01 08:30Z'),
    ('2026-05-01T08:30:00+02:00', '2026-05-01 06:30Z'), ('2026-05-01T08:30:00 02:00', '2026-05-01 06:30Z'),
    ('2026-02-30', NULL), ('now', NULL), ('infinity', NULL), ('2026-05-01T25:00:00Z', NULL)) AS x (value, meant);

-- 3. Filing.
UPDATE civic.service_attributes SET datatype = 'singlevaluelist', is_required = true,
    choices = '[{"key": "D", "name": "Deep"}, {"key": "$", "name": "Odd"}]'
WHERE organization_id = tap.id('a');
INSERT INTO civic.service_attributes (organization_id, category, code, position, question, datatype, choices) VALUES
    (tap.id('a'), 'roads', 'N', 2, 'How many?', 'number', DEFAULT),
    (tap.id('a'), 'roads', 'WHEN', 3, 'Since when?', 'datetime', DEFAULT),
    (tap.id('a'), 'roads', 'LANES', 4, 'Which?', 'multivaluelist',
        '[{"key": "1", "name": "1"}, {"key": "2", "name": "2"}]');
SELECT is(pg_temp.post(x.actor, x.form) -> 0 ->> 'code', x.code, format('%s: %s', x.actor, x.form))
FROM (VALUES
    ('a.anon', 'service_code=roads', '403'),
    ('a.anon', 'api_key=key of b', '403'),
    ('a.nobody', 'service_code=roads&lat=1&long=1', '403'),
    ('a.anon', 'api_key=key of a&service_code=nothing&lat=1&long=1', '404'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=91&long=1&attribute[DEPTH]=D', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=&attribute[DEPTH]=D', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1&attribute[DEPTH]=X', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1&attribute[DEPTH]=D&attribute[DEPTH]=$', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1&attribute[DEPTH]=D&attribute[N]=many', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1&attribute[DEPTH]=D&attribute[WHEN]=once', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1&attribute[DEPTH]=D&attribute[LANES][]=3', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1&attribute[DEPTH]=D&media_url=javascript:x', '400'),
    ('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=1&attribute[DEPTH]=D&email=' || repeat('x', 256), '400'),
    ('a.anon', 'api_key=key of a&a=%', '400')) AS x (actor, form, code);
SELECT is(jsonb_array_length(pg_temp.post('a.anon', 'api_key=key of a&service_code=roads&attribute[N]=x')), 3,
    'all that is missing or wrong is listed');

-- An account that files for many people holds import:data: else 3 in 5 minutes are the limit.
INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
VALUES (tap.id('a'), tap.id('a.inspector'), 'import:data');
INSERT INTO civic.user_roles (organization_id, user_id, role_organization_id, role_id)
VALUES (tap.id('a'), tap.id('a.citizen'), tap.id('a'), tap.id('a.inspector')) ON CONFLICT DO NOTHING;
CREATE TEMP TABLE sent AS SELECT n, pg_temp.post('a.anon', 'api_key=key of a&service_code=roads&lat=1&long=' || n
    || '&attribute[DEPTH]=$&attribute[LANES]=1&attribute[LANES]=2&attribute[extra]=x&email=u@x.org&description='
    || repeat('x', 3000)) AS answer
FROM generate_series(1, 5) AS n;
SELECT is(count(DISTINCT s.answer -> 0 ->> 'service_request_id'), 5::bigint, 'five different reports are filed')
FROM sent AS s;
SELECT results_eq(
    $$SELECT q.attributes, length(q.description), length(r.description), r.user_id = tap.id('a.citizen'), q.email
    FROM civic.open311_requests AS q JOIN civic.reports AS r ON r.id = q.report_id
    WHERE r.report_number = (SELECT answer -> 0 ->> 'service_request_id' FROM sent WHERE n = 1)$$,
    $$VALUES ('{"DEPTH": "$", "LANES": ["1", "2"], "extra": "x"}'::jsonb, 3000, 2000, true, 'u@x.org')$$,
    'with its answers, in the name of the account of the application');

-- 4. Sent twice, filed once.
CREATE FUNCTION pg_temp.number(actor text, form text, headers jsonb DEFAULT '{}') RETURNS text LANGUAGE sql
AS $$
    SELECT coalesce(a -> 0 ->> 'service_request_id', a -> 0 ->> 'code') FROM pg_temp.post(actor, form, headers) AS a
$$;
CREATE TEMP TABLE form AS SELECT 'api_key=key of a&service_code=roads&lat=2&long=2&attribute[DEPTH]=D'::text AS form;
CREATE TEMP TABLE first AS SELECT pg_temp.number('a.anon', f.form) AS number FROM form AS f;
SELECT is(pg_temp.number('a.anon', f.form), (SELECT number FROM first), 'the same content') FROM form AS f;
SELECT ok(pg_temp.number('a.anon', f.form || '&description=Another hole') IS DISTINCT FROM (SELECT number FROM first),
    'other content')
FROM form AS f;
UPDATE civic.open311_requests AS q SET created_at = now() - interval '11 minutes'
FROM civic.reports AS r WHERE r.id = q.report_id AND r.report_number = (SELECT number FROM first);
SELECT ok(pg_temp.number('a.anon', f.form) IS DISTINCT FROM (SELECT number FROM first),
    'the same content much later') FROM form AS f;
CREATE TEMP TABLE keyed AS
SELECT pg_temp.number('a.anon', f.form, '{"idempotency-key": "k1"}') AS number FROM form AS f;
UPDATE civic.open311_requests AS q SET created_at = now() - interval '1 year' WHERE q.idempotency_key = 'k1';
SELECT is(pg_temp.number('a.anon', f.form, '{"idempotency-key": "k1"}'), (SELECT number FROM keyed),
    'the same Idempotency-Key, however much later') FROM form AS f;
SELECT is(pg_temp.number('a.anon', f.form || '1', '{"idempotency-key": "k1"}'), '400', 'it belongs to that content')
FROM form AS f;
SELECT ok(pg_temp.number('a.anon', f.form, '{"idempotency-key": "k2"}') IS DISTINCT FROM (SELECT number FROM keyed),
    'another Idempotency-Key') FROM form AS f;

-- 5. A test leaves nothing.
CREATE TEMP TABLE counted AS SELECT count(*) AS n FROM civic.open311_requests;
SELECT ok(pg_temp.post('a.anon', f.form || '&description=Only a test', uri => '/x/test/requests.json') -> 0
    ? 'service_request_id', 'a test is answered') FROM form AS f;
SELECT is((SELECT count(*) FROM civic.open311_requests), (SELECT n FROM counted), 'and nothing stays');

-- 6. A key that is switched off, and who makes one.
UPDATE civic.open311_keys SET is_active = false WHERE id = tap.id('a.open311_key');
SELECT is(pg_temp.number('a.anon', f.form), '403', 'a key that is switched off') FROM form AS f;
SELECT is(tap.attempt('a.' || x.actor, format('SELECT civic.create_open311_key(%L, %L)', x.actor,
    tap.id('a.' || x.account))), x.code, format('%s makes a key for %s', x.actor, x.account))
FROM (VALUES ('admin', 'neighbour', '1'), ('admin', 'moderator', '42501'), ('admin', 'super_admin', '42501'),
    ('moderator', 'citizen', '42501'), ('citizen', 'citizen', '42501')) AS x (actor, account, code);

-- 7. An address alone waits for a place.
SELECT is(tap.attempt('a.' || x.actor, format('SELECT civic.place_open311_request(%L, 3, 3)', tap.id(x.request))),
    x.code, format('%s places %s', x.actor, x.request))
FROM (VALUES ('citizen', 'a.request_waiting', '42501'), ('auditor', 'a.request_waiting', '42501'),
    ('moderator', 'b.request_waiting', 'PT404'), ('moderator', 'a.request_filed', 'ZC142')) AS x (actor, request, code);
SELECT tap.become('a.moderator') \g /dev/null
SELECT ok(civic.place_open311_request(tap.id('a.request_waiting'), 3, 3) IS NOT NULL, 'a moderator places it');
SELECT is(civic.current_user_id(), tap.id('a.moderator'), 'and is themselves again');
SELECT tap.unbecome() \g /dev/null
SELECT is(r.user_id, tap.id('a.neighbour'), 'who sent it is the reporter')
FROM civic.open311_requests AS q JOIN civic.reports AS r ON r.id = q.report_id WHERE q.id = tap.id('a.request_waiting');

-- 8. XML says what the JSON says; the server's own parser reads it.
SELECT ok(xml_is_well_formed_document(civic_helpers.json_to_xml(json_build_object('a', chr(n) || '<&>"'''), 'x')),
    format('character %s', n))
FROM unnest(ARRAY[1, 9, 10, 13, 31, 38, 60, 62, 127, 133, 8232, 65533, 65534, 65535, 128512]) AS n;
SELECT ok(xml_is_well_formed_document(tap.value('a.anon', format('SELECT civic.open311_get(%L)', u.uri))), u.uri)
FROM (VALUES ('/discovery.xml'), ('/services.xml'), ('/services/roads.xml'), ('/requests.xml'),
    ('/servicerequestupdates.xml'), ('/requests.xml?page=7'), ('/discovery')) AS u (uri);
SELECT throws_ok($$SELECT civic_helpers.json_to_xml('{"a b": 1}', 'x')$$, '22023', NULL,
    'a name that elements cannot have');
SELECT throws_ok($$SELECT civic_helpers.form_fields('a=%zz')$$, 'ZC140', NULL, 'a broken escape');
SELECT throws_ok($$SELECT civic_helpers.form_fields(repeat('a', 1048577))$$, 'ZC141', NULL, 'too many bytes');
SELECT throws_ok($$SELECT civic_helpers.form_fields(repeat('a&', 1001))$$, 'ZC141', NULL, 'too many fields');
SELECT lives_ok($$SELECT civic_helpers.form_fields(repeat('a', 1048576)),
    civic_helpers.form_fields(repeat('a&', 1000))$$,
    'just as many');

-- 9. The shape of each answer: names and types of members as the schemas of GeoReport v2 have them.
CREATE FUNCTION pg_temp.shape(value jsonb) RETURNS text LANGUAGE sql
AS $$
    SELECT string_agg(m.key || ' ' || jsonb_typeof(m.value), ', ' ORDER BY m.key COLLATE "C")
    FROM jsonb_each(value) AS m
$$;
SELECT is(pg_temp.shape(pg_temp.get('a.anon', '/services.json') -> 0),
    'description string, group string, keywords string, metadata boolean, service_code string, service_name string,'
    ' type string', 'a service');
SELECT is(pg_temp.shape(pg_temp.get('a.anon', '/services/roads.json')), 'attributes array, service_code string',
    'a definition');
SELECT is(pg_temp.shape(pg_temp.get('a.anon', '/services/roads.json') -> 'attributes' -> 0),
    'code string, datatype string, datatype_description string, description string, order number, required boolean,'
    ' values array, variable boolean', 'a question');
SELECT is(pg_temp.shape(jsonb_strip_nulls(pg_temp.get('a.anon', '/requests.json') -> 0)
    - '{address,agency_responsible}'::text[]),
    'description string, lat number, long number, requested_datetime string, service_code string, service_name string,'
    ' service_request_id string, status string, updated_datetime string', 'a request');
SELECT is(pg_temp.shape(pg_temp.get('a.anon', '/requests.json?status=x') -> 0), 'code string, description string',
    'an error');

-- 8. Updates that applications send on.
CREATE FUNCTION pg_temp.number(name text) RETURNS text LANGUAGE sql
AS $$ SELECT r.report_number FROM civic.reports AS r WHERE r.id = tap.id(name) $$;
CREATE FUNCTION pg_temp.send(actor text, report text, fields text, uri text DEFAULT '/servicerequestupdates.json')
    RETURNS jsonb LANGUAGE sql
AS $$ SELECT pg_temp.post(actor, format(
    'jurisdiction_id=%s&updated_datetime=2026-05-01T00:00:00Z&service_request_id=%s&%s',
    (SELECT o.code FROM civic.organizations AS o WHERE o.id = tap.id('a')), pg_temp.number(report), fields),
    uri => uri) $$;
CREATE FUNCTION pg_temp.problems(answer jsonb) RETURNS text LANGUAGE sql
AS $$ SELECT string_agg(e.value ->> 'description', ' ' ORDER BY e.place)
    FROM jsonb_array_elements(answer) WITH ORDINALITY AS e (value, place) $$;
SELECT is(pg_temp.problems(pg_temp.post('a.citizen', '', uri => '/servicerequestupdates.json')),
    'service_request_id is required. update_id is required. updated_datetime is required. status is required.'
    ' description is required.', 'what is missing is listed');
SELECT is(pg_temp.problems(pg_temp.send(x.actor, x.report, x.fields)), x.problem, x.problem)
FROM (VALUES
    ('a.anon', 'a.pub_open', '', 'api_key is required.'),
    ('a.citizen', 'a.priv_pwd', 'update_id=u&status=OPEN&description=x', 'The service_request_id is not known.'),
    ('a.citizen', 'a.pub_open', 'update_id=u&status=GONE&description=x&media_url=x', 'The status is none of the'
        ' extension. media_url is not a URL.'),
    ('a.citizen', 'a.pub_open', 'update_id=u&status=OPEN&description=x&updated_datetime=3026-01-01',
        'updated_datetime is not a time such as 2026-05-01T00:00:00Z, or still to come.'),
    ('a.auditor', 'a.pub_open', 'update_id=u&status=OPEN&description=x', 'The account may not comment on reports.')
) AS x (actor, report, fields, problem);
UPDATE civic.open311_keys SET is_active = true WHERE id = tap.id('a.open311_key');
CREATE TEMP TABLE update_sent AS SELECT pg_temp.send('a.anon', 'a.pub_open',
    'api_key=key%20of%20a&update_id=u1&status=OPEN&'
    'description=Still there, and deeper.&email=rita@example.org') -> 0 ->> 'update_id' AS id;
SELECT results_eq($$SELECT u.id::text, u.user_id, u.key_id, u.status, c.content, c.user_id
    FROM civic.open311_updates AS u JOIN civic.comments AS c ON c.report_id = u.report_id AND c.content = u.description
    WHERE u.update_id = 'u1'$$,
    $$SELECT id, tap.id('a.citizen'), tap.id('a.open311_key'), 'OPEN', 'Still there, and deeper.', tap.id('a.citizen')
        FROM update_sent$$, 'an update is kept, and comments on the report');
SELECT is(pg_temp.send('a.anon', 'a.pub_open', 'api_key=key%20of%20a&update_id=u1&status=OPEN&'
    'description=Still there, and deeper.&email=rita@example.org') -> 0 ->> 'update_id', id,
    'sent again it is the same')
FROM update_sent;
SELECT is(pg_temp.problems(pg_temp.send('a.citizen', 'a.pub_open', 'update_id=u1&status=OPEN&description=Other.')),
    'The update_id was used for another update.', 'but another one needs a name of its own');
SELECT ok(pg_temp.send('a.citizen', 'a.pub_open', 'update_id=u2&status=OPEN&description=Trying.',
    '/test/servicerequestupdates.json') -> 0 ? 'update_id', 'a test is answered');
SELECT is((SELECT count(*) FROM civic.open311_updates AS u WHERE u.organization_id = tap.id('a')), 2::bigint,
    'and nothing stays of it');
SELECT is((SELECT count(*) FROM civic.comments AS c
    WHERE c.content IN ('Still there, and deeper.', 'Other.', 'Trying.')), 1::bigint, 'nor more comments than one');
-- The reporter of a report that is done says whether it is. pub_done is one of the citizen's.
INSERT INTO civic.reports (organization_id, id, user_id, title, description, category, latitude, longitude, status,
    department_id)
SELECT tap.id('a'), tap.id('a.pub_done'), tap.id('a.citizen'), 'Mended', 'It was broken here.', 'roads', 10, 20,
    'resolved', tap.dept('a', 'PWD');
SELECT is(pg_temp.send('a.neighbour', 'a.pub_done', 'update_id=n&status=REOPEN&description=Others think not.')
    -> 0 ? 'update_id', true, 'what others say of it');
SELECT is((SELECT count(*) FROM civic.resolution_confirmations AS c WHERE c.report_id = tap.id('a.pub_done')),
    0::bigint, 'disputes nothing');
SELECT pg_temp.send('a.citizen', 'a.pub_done', 'update_id=r&status=REOPEN&description=No.') \g /dev/null
SELECT results_eq($$SELECT c.is_confirmed, c.comment FROM civic.resolution_confirmations AS c
    WHERE c.report_id = tap.id('a.pub_done')$$, $$VALUES (false, 'Not done: No.')$$, 'REOPEN of the reporter does');
SELECT pg_temp.send('a.citizen', 'a.pub_done', 'update_id=f&status=FIXED&description=Late.&updated_datetime=2026-04-01')
    \g /dev/null
SELECT is((SELECT c.is_confirmed FROM civic.resolution_confirmations AS c WHERE c.report_id = tap.id('a.pub_done')),
    false, 'what was said before and comes later changes nothing');
SELECT pg_temp.send('a.citizen', 'a.pub_done', 'update_id=g&status=FIXED&description=Now.&updated_datetime=2026-05-02')
    \g /dev/null
SELECT is((SELECT c.is_confirmed FROM civic.resolution_confirmations AS c WHERE c.report_id = tap.id('a.pub_done')),
    true, 'FIXED confirms');

SELECT * FROM finish();
ROLLBACK;
