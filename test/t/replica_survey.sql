-- What a replica is asked: every function of schema civic that reads, and every table and view, as several people.
-- Loaded into a database with the fixture; tap.survey() then does it, on the primary and on the replica alike.

-- An entry that is sealed and published. No key is known here, so nobody asks who signed.
SELECT civic.record_checkpoint(civic.checkpoint() || E'\n— city.example '
    || translate(encode('\x01020304' || sha512('signature'), 'base64'), E'\n', '') || E'\n') \g /dev/null
CREATE TABLE tap.entry AS
SELECT l.id FROM civic.audit_log AS l
WHERE l.organization_id = tap.id('a') AND l.entity_type = 'reports' ORDER BY l.id LIMIT 1;

-- An argument of a function by its name: for one function, or for all that have one of that name and type. The value is
-- an expression; an empty one means: leave it out.
CREATE TABLE tap.arguments (function text, name text, type text, value text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (function, name, type));
INSERT INTO tap.arguments (name, type, value)
SELECT a.name, 'uuid', format('tap.id(%L)', 'a.' || a.fixture)
FROM (VALUES ('assigned_to', 'officer'), ('case_id', 'case_worked'), ('client_id', 'client_seller'),
    ('commission_id', 'commission'), ('contact_id', 'citizen'), ('created_by', 'seller'),
    ('creator_id', 'professional'),
    ('deal_id', 'deal_seller'), ('entity_id', 'pub_open'), ('event_id', 'arrival.citizen'),
    ('jurisdiction_id', 'court'), ('meeting_id', 'meeting'), ('officer_id', 'officer'), ('post_id', 'post'),
    ('professional_id', 'professional'), ('project_id', 'project'), ('receipt_id', 'payment_paid'),
    ('record_id', 'visit.citizen'), ('report_id', 'priv_mine'), ('session_id', 'visit.citizen'),
    ('thread_id', 'thread.citizen'), ('user_id', 'citizen'), ('calendar_id', 'calendar')) AS a (name, fixture);
INSERT INTO tap.arguments (name, type, value) VALUES
    ('a', 'geography', 'ST_MakePoint(88.36, 22.57)'), ('b', 'geography', 'ST_MakePoint(88.37, 22.57)'),
    ('box', 'geography', 'ST_Buffer(ST_MakePoint(88.36, 22.57)::geography, 100)'),
    ('place', 'geography', 'ST_MakePoint(88.36, 22.57)'),
    ('accuracy_m', 'double precision', '10'), ('address', 'text', '''12 Mill Lane'''), ('after', 'boolean', 'true'),
    ('after_code', 'text', ''), ('after_id', 'uuid', ''),
    ('after_time', 'timestamp with time zone', ''), ('age', 'interval', '''1 day'''),
    ('agent', 'boolean', 'true'), ('amount', 'numeric', '10.50'), ('arguments', 'jsonb', '''{}'''),
    ('at', 'timestamp with time zone', 'now()'), ('at_most', 'integer', '100'),
    ('avg_resolution_time_hours', 'double precision', '5'), ('avg_satisfaction_score', 'double precision', '4'),
    ('base', 'jsonb', '''{"a": 1}'''), ('base', 'text', '''https://city.example/'''), ('before_id', 'uuid', ''),
    ('before_time', 'timestamp with time zone', ''), ('body', 'text', ''''''),
    ('categories', 'text[]', '''{other}'''),
    ('category', 'text', '''other'''), ('chunk_entries', 'integer', '1000'), ('client', 'jsonb', '''{"a": 2}'''),
    ('code', 'integer', '400'), ('code', 'text', '''1'''), ('columns', 'bytea', ''),
    ('columns', 'jsonb', '''["a"]'''),
    ('config', 'jsonb', '''{}'''), ('content', 'json', '''{"a": 1}'''), ('content', 'bytea', ''),
    ('content', 'text', '''A deep pothole in the road'''),
    ('created_from', 'timestamp with time zone', '''2020-01-01'''),
    ('created_until', 'timestamp with time zone', '''2100-01-01'''), ('cursor', 'text', ''),
    ('day', 'date', '''2026-03-04'''),
    ('deal_from', 'date', '''2020-01-01'''), ('deal_until', 'date', '''2100-01-01'''),
    ('department_id', 'uuid', 'tap.dept(''a'', ''PWD'')'), ('description', 'text', '''A deep pothole in the road'''),
    ('dest_latitude', 'double precision', '22.57'), ('dest_longitude', 'double precision', '88.36'),
    ('device_id', 'text', '''device'''), ('district', 'text', ''), ('east', 'civic.longitude', '89'),
    ('east', 'double precision', '89'), ('email', 'text', '''professional@a.example.org'''),
    ('end_date', 'date', '''2100-01-01'''), ('entry', 'text', '(SELECT e.id FROM tap.entry AS e)'),
    ('errors', 'jsonb', '''[{"code": 400, "description": "x"}]'''), ('filed_at', 'timestamp with time zone', 'now()'),
    ('first_batch', 'bigint', ''), ('first_time_resolution_rate', 'double precision', '0.5'),
    ('form', 'text', '''a=1&b=2'''), ('format', 'text', '''json'''), ('from_name', 'text', '''start_date'''),
    ('geojson', 'jsonb', '''{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}'''),
    ('hashes', 'bytea[]', '''{}'''), ('is_active_day', 'boolean', 'true'), ('is_public', 'boolean', 'true'),
    ('is_sensitive', 'boolean', 'false'), ('jurisdiction_id', 'text', '''TAPA'''), ('key', 'text', '''x'''),
    ('keywords', 'text[]', '''{road,pothole}'''), ('kind', '"char"', '''R'''),
    ('kind', 'civic.area_kind', '''ward'''),
    ('last_batch', 'bigint', ''), ('latitude', 'civic.latitude', '22.57'), ('latitude', 'double precision', '22.57'),
    ('latitudes', 'double precision[]', '''{22.57,22.58}'''), ('leaf', 'bytea', '''x'''),
    ('leaf_hash', 'bytea', 'sha256(''x'')'),
    ('leaf_index', 'bigint', '0'), ('level', 'civic.escalation_level', '''level_1'''),
    ('levels', 'civic.escalation_level[]', '''{level_1}'''), ('link', 'text', ''),
    ('longitude', 'civic.longitude', '88.36'),
    ('longitude', 'double precision', '88.36'), ('longitudes', 'double precision[]', '''{88.36,88.37}'''),
    ('max_days', 'integer', '90'), ('max_rows', 'integer', '10'), ('metres', 'double precision', '100'),
    ('minutes', 'integer', '5'), ('new_root', 'bytea', 'sha256(''x'')'), ('new_size', 'bigint', '1'),
    ('north', 'civic.latitude', '23'), ('north', 'double precision', '23'), ('note', 'text', '''x'''),
    ('old_root', 'bytea', 'sha256(''x'')'), ('old_size', 'bigint', '1'), ('on_day', 'date', '''2026-03-04'''),
    ('only_overdue', 'boolean', 'false'), ('only_signals', 'boolean', 'false'), ('operation', '"char"', '''I'''),
    ('organization_id', 'uuid', 'tap.id(''a'')'), ('other_latitude', 'double precision', '22.58'),
    ('other_longitude', 'double precision', '88.37'), ('own_only', 'boolean', 'true'), ('paid', 'numeric', '5'),
    ('path', 'text', '''tile/0/000'''),
    ('payment_statuses', 'civic.deal_payment_status[]', 'enum_range(NULL::civic.deal_payment_status)'),
    ('period', 'civic.sales_period', '''monthly'''), ('permission', 'text', '''create:report'''),
    ('personal', 'boolean', 'false'),
    ('personal', 'bytea', ''), ('previous', 'numeric', '3'),
    ('priorities', 'civic.case_priority[]', 'enum_range(NULL::civic.case_priority)'), ('priority', 'integer', '5'),
    ('qr_code', 'text', '''meeting'''), ('query', 'text', '''needle'''), ('radius_m', 'civic.distance_m', '1000'),
    ('radius_m', 'double precision', '1000'), ('relation', 'regclass', '''civic.departments'''),
    ('report', 'civic.reports', '(SELECT r FROM civic.reports AS r WHERE r.id = tap.id(''a.pub_open''))'),
    ('request', 'bytea', ''), ('resolution_rate', 'double precision', '0.5'), ('role_code', 'text', '''moderator'''),
    ('root', 'bytea', 'sha256(''x'')'), ('root', 'text', '''services'''), ('score', 'numeric', '80'),
    ('search', 'text', '''Client'''),
    ('server', 'jsonb', '''{"a": 1}'''), ('service_code', 'text', '''roads'''),
    ('service_request_id', 'text', 'tap.id(''a.request_filed'')'),
    ('severities', 'civic.report_severity[]', 'enum_range(NULL::civic.report_severity)'),
    ('severity', 'civic.report_severity', '''high'''), ('signal_name', 'text', '''mock_location'''),
    ('since', 'interval', '''1 day'''),
    ('since', 'timestamp with time zone', '''2020-01-01'''), ('sla_compliance_rate', 'double precision', '0.5'),
    ('sliver_m2', 'double precision', '1'), ('south', 'civic.latitude', '22'), ('south', 'double precision', '22'),
    ('start', 'timestamp with time zone', '''2026-03-04 10:00'''), ('start_date', 'date', '''2020-01-01'''),
    ('status', 'civic.report_status', '''in_progress'''), ('status', 'civic.task_status', '''in_progress'''),
    ('status', 'integer', '200'), ('streak', 'numeric', '3'), ('sub_category', 'text', ''),
    ('title', 'text', '''Deep pothole'''), ('to_name', 'text', '''end_date'''), ('to_status', 'text', '''closed'''),
    ('token', 'text', '''token'''), ('tree_size', 'bigint', '1'), ('trusted_checkpoint', 'text', ''),
    ('types', 'civic.appeal_type[]', 'enum_range(NULL::civic.appeal_type)'), ('unread_only', 'boolean', 'true'),
    ('until', 'timestamp with time zone', '''2100-01-01'''),
    ('uri', 'text', '''/services.json?jurisdiction_id=TAPA'''),
    ('value', 'json', '''{"a": [1]}'''), ('value', 'numeric', '10'), ('value', 'text', '''2026-05-01T08:30:00Z'''),
    ('value', 'timestamp with time zone', '''2026-05-01T08:30:00Z'''),
    ('verification_statuses', 'civic.deal_verification_status[]', 'enum_range(NULL::civic.deal_verification_status)'),
    ('ward_number', 'text', ''), ('west', 'civic.longitude', '88'), ('west', 'double precision', '88'),
    ('whole', 'jsonb', '''{"a": 1}'''), ('within', 'interval', '''30 days'''), ('worked', 'interval', '''5 hours'''),
    ('workflow', 'text', '''report'''), ('x', 'integer', '5'), ('y', 'integer', '3'), ('z', 'integer', '3'),
    ('zoom', 'integer', '12');
-- Every value of an enum there is.
INSERT INTO tap.arguments (name, type, value)
SELECT DISTINCT 'statuses', format_type(t, NULL),
    format('enum_range(NULL::%s)', trim(TRAILING '[]' FROM format_type(t, NULL)))
FROM pg_proc AS p, unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) AS a (name, t)
WHERE p.pronamespace = 'civic'::regnamespace AND a.name = 'statuses';
INSERT INTO tap.arguments (function, name, value) VALUES
    ('record_sha256', 'kept', 'ROW(1, ''x'')'), ('open311_number', 'value', '''12.5'''),
    ('route_points', 'categories', '''{other,roads}'''), ('sync_columns', 'columns', '''{"a": 1}'''),
    ('verify_signed_note', 'key',
        '''PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW''');

-- How functions are called: with what they must have, and with all there is. An argument without a row is an error of
-- this file.
CREATE VIEW tap.calls AS
SELECT p.proname::text AS function, f.form,
    string_agg(a.name || ' ' || a.type, ', ') FILTER (WHERE a.value IS NULL) AS unknown,
    format('SELECT count(*), md5(string_agg(r::text, '';'')) FROM civic.%I(%s) AS r', p.proname, coalesce(string_agg(
        format('%I => %s', a.name, CASE WHEN a.type = 'anyelement' THEN a.value
            ELSE format('(%s)::%s', coalesce(nullif(a.value, ''), 'NULL'), a.type) END), ', ' ORDER BY a.place)
            FILTER (WHERE a.name IS NOT NULL), '')) AS query
FROM pg_proc AS p
CROSS JOIN (VALUES ('required'), ('all')) AS f (form)
LEFT JOIN LATERAL (
    SELECT n.place, n.name, format_type(n.type, NULL) AS type, (
        SELECT r.value FROM tap.arguments AS r
        WHERE r.name = n.name AND r.function IS NOT DISTINCT FROM p.proname
            OR r.function IS NULL AND r.name = n.name AND r.type = format_type(n.type, NULL)
        ORDER BY r.function NULLS LAST LIMIT 1) AS value
    FROM unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) WITH ORDINALITY AS n (name, type, place)
) AS a ON a.place <= p.pronargs - p.pronargdefaults OR f.form = 'all' AND a.value IS DISTINCT FROM ''
WHERE p.pronamespace = 'civic'::regnamespace AND p.provolatile <> 'v' AND p.prorettype <> 'trigger'::regtype
    AND (f.form = 'required' OR p.pronargdefaults > 0) AND (p.pronargs = 0 OR p.proargnames IS NOT NULL)
GROUP BY p.oid, p.proname, f.form
-- Those without names for their arguments tell something of a row: of each that is seen.
UNION ALL
SELECT p.proname, 'rows', NULL, format(
    'SELECT count(*), md5(string_agg(r::text, '';'' ORDER BY r::text)) FROM %s AS t, LATERAL civic.%I(t) AS r',
    y.typrelid::regclass, p.proname)
FROM pg_proc AS p JOIN pg_type AS y ON y.oid = p.proargtypes[0]
WHERE p.pronamespace = 'civic'::regnamespace AND p.provolatile <> 'v' AND p.pronargs = 1 AND p.proargnames IS NULL;

-- Rows and digest of a query as somebody, or the SQLSTATE of its error with its message.
CREATE FUNCTION tap.answer(actor text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rows bigint;
    digest text;
BEGIN
    PERFORM tap.become(actor);
    EXECUTE query INTO rows, digest;
    PERFORM set_config('role', 'none', true);
    RETURN concat_ws(' ', 'ok', rows, digest);
EXCEPTION WHEN OTHERS THEN
    RETURN concat_ws(' ', SQLSTATE, SQLERRM);
END
$$;

CREATE FUNCTION tap.survey() RETURNS TABLE (subject text, form text, actor text, answer text) LANGUAGE plpgsql AS $$
DECLARE
    who text;
    call record;
BEGIN
    FOREACH who IN ARRAY ARRAY['a.super_admin', 'a.citizen', 'a.officer', 'a.auditor', 'a.professional', 'a.seller',
        'a.service', 'a.anon', 'a.db_auditor', 'none.user'] LOOP
        FOR call IN
            SELECT c.function AS subject, c.form, c.query FROM tap.calls AS c
            UNION ALL
            SELECT r.oid::regclass::text, 'rows', format('SELECT count(*) FROM %s', r.oid::regclass) FROM pg_class AS r
            WHERE r.relnamespace = 'civic'::regnamespace AND r.relkind IN ('r', 'p', 'v')
            ORDER BY 1, 2
        LOOP
            subject := call.subject;
            form := call.form;
            actor := who;
            answer := tap.answer(who, call.query);
            PERFORM tap.unbecome();
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$$;

GRANT SELECT ON ALL TABLES IN SCHEMA tap TO public;
