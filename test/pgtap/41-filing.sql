-- civic.submit_report() stores a row as INSERT does: what is said of the table between two reports of one session holds
-- for the second.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- Files a report with this title as the citizen and tells something of it.
CREATE FUNCTION tap.filed(title text, tells text DEFAULT 'r.title') RETURNS text LANGUAGE sql AS $$
    SELECT format('citizen: SELECT %s FROM civic.submit_report(%L, ''With a description.'', 22.5, 88.3,'
        ' landmark => ''Clock tower'') AS r', tells, title)
$$;
SELECT is(tap.story(tap.filed('First')), 'First', 'a report');

-- 1. The table.
SELECT is(tap.story(tap.filed('First'), x.step, tap.filed('Second', x.tells)), x.outcome, x.step)
FROM (VALUES
    ('system: ALTER TABLE civic.reports ADD CONSTRAINT tap_check CHECK (title <> ''Second'') NOT VALID', 'r.title',
        '23514'),
    ('system: ALTER TABLE civic.reports ALTER area_type SET DEFAULT ''square''', 'r.area_type', 'square'),
    ('system: ALTER TABLE civic.reports ADD weather text; ALTER TABLE civic.reports ALTER weather SET DEFAULT ''rain''',
        'r.weather', 'rain'),
    ('system: CREATE UNIQUE INDEX tap_index ON civic.reports (organization_id, landmark)', 'r.title', '23505'),
    ('system: ALTER DOMAIN civic.latitude ADD CONSTRAINT tap_check CHECK (VALUE > 23) NOT VALID', 'r.title', '23514'),
    ('system: CREATE OR REPLACE FUNCTION civic_helpers.location_of(latitude float8, longitude float8)'
        ' RETURNS geography LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT'
        ' RETURN ST_SetSRID(ST_MakePoint(1, latitude), 4326)::geography', 'ST_X(r.location::geometry)', '1'),
    ('system: REVOKE INSERT ON civic.reports FROM civic_user', 'r.title', '42501'),
    ('system: SET LOCAL transaction_read_only = on', 'r.title', '25006'),
    ('system: SET LOCAL row_security = off', 'r.title', '42501')
) AS x (step, tells, outcome);
SELECT is(tap.story('system: ALTER TABLE civic.reports DROP CONSTRAINT reports_title_check', tap.filed('X')), 'X',
    'a constraint that is gone');
SELECT is(tap.story(tap.filed('X')), '23514', 'and is there again with the rollback');
SELECT is(tap.story(tap.filed('First'), 'system: DROP INDEX civic.reports_location', tap.filed('Second')), 'Second',
    'an index that is gone');

-- The table that a foreign key refers to by a key of its own loses its primary key, or gets another.
SELECT is(tap.story('system: ALTER TABLE civic.categories DROP CONSTRAINT categories_pkey CASCADE,'
    ' ADD CONSTRAINT tap_key UNIQUE (organization_id, code);'
    ' ALTER TABLE civic.reports ADD CONSTRAINT tap_fkey FOREIGN KEY (organization_id, category)'
    ' REFERENCES civic.categories (organization_id, code);'
    ' ALTER TABLE civic.categories ADD CONSTRAINT tap_pkey PRIMARY KEY (organization_id, code)',
    'citizen: SELECT civic.submit_report(''First'', ''With a description.'', 10, 20, ''roads'')',
    'system: ALTER TABLE civic.categories DROP CONSTRAINT tap_pkey' || x.addition,
    format('citizen: SELECT r.title FROM civic.submit_report(''Second'', ''With a description.'', 30, 40, %L) AS r',
        x.category)), x.outcome, format('%s after DROP CONSTRAINT tap_pkey%s', x.category, x.addition))
FROM (VALUES ('', 'roads', 'Second'), ('', 'nosuch', '23503'),
    (', ADD PRIMARY KEY (organization_id, name)', 'roads', 'Second'),
    (', ADD PRIMARY KEY (organization_id, name)', 'nosuch', '23503')) AS x (addition, category, outcome);

-- As CREATE INDEX CONCURRENTLY does it, of which only the index tells: the second report is in it.
CREATE FUNCTION tap.ready(ready boolean) RETURNS text LANGUAGE sql AS $$
    SELECT format('system: UPDATE pg_index SET indisready = %1$L, indisvalid = %1$L, indcheckxmin = false'
        ' WHERE indexrelid = ''civic.tap_index''::regclass', ready)
$$;
SELECT is(tap.story('system: CREATE INDEX tap_index ON civic.reports (landmark)', tap.ready(false), tap.filed('First'),
    tap.ready(true), tap.filed('Second'), 'system: SET LOCAL enable_seqscan = off',
    'system: SELECT string_agg(r.title, '', '') FROM civic.reports AS r WHERE r.landmark = ''Clock tower'''), 'Second',
    'an index that gets ready for rows');

-- 2. Policies: one of the permissive ones, and all restrictive ones.
SELECT is(tap.story(tap.filed('First'), x.step, tap.filed('Second')), x.outcome, x.step)
FROM (VALUES
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE FOR INSERT WITH CHECK (title <> ''Second'')', '42501'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE FOR INSERT WITH CHECK (title <> ''Third'')', 'Second'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE FOR INSERT WITH CHECK (NULL)', '42501'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE USING (false)', '42501'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE USING (false) WITH CHECK (true)', 'Second'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE FOR UPDATE USING (false)', 'Second'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE TO civic_service USING (false)', 'Second'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE TO civic_service, civic_user USING (false)', '42501'),
    ('system: CREATE ROLE tap_guests; CREATE POLICY tap ON civic.reports AS RESTRICTIVE TO tap_guests USING (false)',
        'Second'),
    ('system: DROP POLICY filed ON civic.reports', '42501'),
    ('system: ALTER POLICY filed ON civic.reports WITH CHECK (false)', '42501'),
    ('system: ALTER TABLE civic.reports DISABLE ROW LEVEL SECURITY', 'Second'),
    ('system: CREATE POLICY tap ON civic.reports AS RESTRICTIVE FOR INSERT WITH CHECK (EXISTS (SELECT))', '0A000')
) AS x (step, outcome);
SELECT is(tap.story('system: CREATE ROLE tap_guests; CREATE POLICY tap ON civic.reports AS RESTRICTIVE TO tap_guests'
    ' USING (false)', tap.filed('First'), 'system: GRANT tap_guests TO civic_user', tap.filed('Second')), '42501',
    'a policy for a role that the caller becomes a member of');
SELECT is(tap.attempt(a.name, $$SELECT civic.submit_report('A new report', 'With a description.', 22.5, 88.3)$$),
    a.outcome, format('%s files a report', a.name))
FROM (VALUES ('a.citizen', '1'), ('a.admin', '1'), ('a.auditor', '42501'), ('a.nobody', '42501'),
    ('a.inactive', '28000'), ('a.service', '28000'), ('a.anon', '42501'), ('a.db_auditor', '42501'),
    ('none.user', '28000')) AS a (name, outcome);

-- 3. Triggers of others.
CREATE TABLE tap.seen (title text, count bigint);
CREATE FUNCTION tap.trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_ARGV[0]
        WHEN 'keep out' THEN
            RETURN CASE WHEN NEW.title = 'First' THEN NEW END;
        WHEN 'rename' THEN
            NEW.title := NEW.title || ' renamed';
            RETURN NEW;
        WHEN 'file another' THEN
            IF NEW.title = 'Second' THEN
                INSERT INTO tap.seen SELECT r.title, 1
                FROM civic.submit_report('Third', 'By a trigger, with a description.', 1, 1, 'roads') AS r;
            END IF;
        WHEN 'fail' THEN
            RAISE EXCEPTION USING ERRCODE = 'TAP01';
    END CASE;
    RETURN NEW;
END
$$;
CREATE FUNCTION tap.count_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tap.seen SELECT max(n.title), count(*) FROM new_rows AS n;
    RETURN NULL;
END
$$;
GRANT ALL ON tap.seen TO public;
-- A report within a report has its own history, words and signature.
CREATE FUNCTION tap.of_three() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', (SELECT s.title FROM tap.seen AS s), count(*),
        count(*) FILTER (WHERE EXISTS (SELECT FROM civic.status_history AS h WHERE h.entity_id = r.id)),
        count(*) FILTER (WHERE EXISTS (SELECT FROM civic_private.report_words AS w WHERE w.report_id = r.id)),
        count(*) FILTER (WHERE EXISTS (SELECT FROM civic_private.report_signatures AS s WHERE s.report_id = r.id)))
    FROM civic.reports AS r WHERE r.title IN ('First', 'Second', 'Third')
$$;
SELECT is(tap.story(tap.filed('First'), format('system: CREATE TRIGGER a_tap %s ON civic.reports %s', x.event, x.rest),
    tap.filed('Second'), 'system: SELECT ' || x.question), x.outcome, x.event || ' ' || x.rest)
FROM (VALUES
    ('BEFORE INSERT', 'FOR EACH ROW EXECUTE FUNCTION tap.trigger(''rename'')',
        $$string_agg(r.title, ', ' ORDER BY r.title) FROM civic.reports AS r WHERE r.landmark = 'Clock tower'$$,
        'First, Second renamed'),
    ('BEFORE INSERT', 'FOR EACH ROW EXECUTE FUNCTION tap.trigger(''keep out'')',
        $$string_agg(r.title, ', ') FROM civic.reports AS r WHERE r.landmark = 'Clock tower'$$, 'First'),
    ('AFTER INSERT', 'REFERENCING NEW TABLE AS new_rows EXECUTE FUNCTION tap.count_new()',
        's.title || s.count FROM tap.seen AS s', 'Second1'),
    ('AFTER INSERT', 'FOR EACH ROW WHEN (NEW.title = ''Third'') EXECUTE FUNCTION tap.trigger(''fail'')', '1', '1'),
    ('AFTER INSERT', 'FOR EACH ROW WHEN (NEW.title = ''Second'') EXECUTE FUNCTION tap.trigger(''fail'')', '1', 'TAP01'),
    ('AFTER INSERT', 'FOR EACH ROW EXECUTE FUNCTION tap.trigger(''file another'')', 'tap.of_three()',
        'Third, 3, 3, 3, 3'),
    ('BEFORE INSERT', 'FOR EACH ROW EXECUTE FUNCTION tap.trigger(''file another'')', 'tap.of_three()',
        'Third, 3, 3, 3, 3')
) AS x (event, rest, question, outcome);
CREATE TRIGGER a_tap AFTER INSERT ON civic.reports FOR EACH ROW WHEN (NEW.title = 'Broken')
    EXECUTE FUNCTION tap.trigger('fail');
SELECT is(tap.story(tap.filed('First')), 'First', 'a report');
SELECT is(tap.story(tap.filed('First'), tap.filed('Broken')), 'TAP01', 'one that fails in the midst of it');
SELECT is(tap.story(tap.filed('First'), tap.filed('Second')), 'Second', 'and others after it');

-- 4. What is stored beside a report goes with it.
SELECT is(tap.story(tap.filed('First'), 'system: DELETE FROM civic.reports AS r WHERE r.title = ''First''',
    'system: SELECT count(*) FROM civic_private.' || t.name || ' AS t WHERE NOT EXISTS ('
    'SELECT FROM civic.reports AS r WHERE r.organization_id = t.organization_id AND r.id = t.report_id)'), '0',
    format('no row of %s without a report', t.name))
FROM (VALUES ('report_signatures'), ('report_words')) AS t (name);

SELECT * FROM finish();
ROLLBACK;
