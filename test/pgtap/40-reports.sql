-- Limits, constraints and computed things of reports, files and tasks.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- A report by somebody, with one column set as given.
CREATE FUNCTION tap.file(actor text, extra text DEFAULT NULL, value text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT tap.attempt(actor, (
        SELECT format('INSERT INTO civic.reports (%s) VALUES (%s)', string_agg(c.name, ', '), string_agg(c.value, ', '))
        FROM (
            SELECT b.name, b.value FROM (VALUES ('title', quote_literal('A new report')),
                ('description', quote_literal('With a description.')), ('latitude', '22.5'),
                ('longitude', '88.3')) AS b (name, value)
            WHERE b.name IS DISTINCT FROM extra
            UNION ALL SELECT extra, value WHERE extra IS NOT NULL
        ) AS c))
$$;
SELECT is(tap.file('a.citizen'), '1', 'a report');

-- The same by civic.submit_report().
CREATE FUNCTION tap.submit(actor text, extra text, value text) RETURNS text LANGUAGE sql AS $$
    SELECT tap.attempt(actor, (
        SELECT format('SELECT civic.submit_report(%s)', string_agg(format('%s => %s', c.name, c.value), ', '))
        FROM (
            SELECT b.name, b.value FROM (VALUES ('title', quote_literal('A new report')),
                ('description', quote_literal('With a description.')), ('latitude', '22.5'),
                ('longitude', '88.3')) AS b (name, value)
            WHERE b.name IS DISTINCT FROM extra
            UNION ALL SELECT extra, value
        ) AS c))
$$;

-- 1. Constraints of columns.
CREATE TABLE tap.limits AS
SELECT x.name, x.value, x.outcome
FROM (VALUES
    ('title', $$repeat('x', 4)$$, '23514'), ('title', $$repeat('x', 5)$$, '1'), ('title', $$repeat('x', 255)$$, '1'),
    ('title', $$repeat('x', 256)$$, '23514'), ('title', 'NULL', '23502'), ('title', $$repeat('ক', 255)$$, '1'),
    ('title', $$repeat('ক', 256)$$, '23514'),
    ('description', $$repeat('x', 9)$$, '23514'), ('description', $$repeat('x', 10)$$, '1'),
    ('description', $$repeat('x', 2000)$$, '1'),
    ('description', $$repeat('x', 2001)$$, '23514'), ('description', 'NULL', '23502'),
    ('latitude', '90', '1'), ('latitude', '-90', '1'), ('latitude', '90.000001', '23514'),
    ('latitude', '-90.000001', '23514'),
    ('latitude', $$'NaN'$$, '23514'), ('latitude', $$'Infinity'$$, '23514'), ('latitude', $$'-Infinity'$$, '23514'),
    ('latitude', 'NULL', '23502'), ('latitude', '0', '1'),
    ('longitude', '180', '1'), ('longitude', '-180', '1'), ('longitude', '180.000001', '23514'),
    ('longitude', '-180.000001', '23514'),
    ('longitude', $$'NaN'$$, '23514'), ('longitude', $$'Infinity'$$, '23514'), ('longitude', $$'-Infinity'$$, '23514'),
    ('longitude', 'NULL', '23502'),
    ('address', $$repeat('x', 500)$$, '1'), ('address', $$repeat('x', 501)$$, '23514'),
    ('landmark', $$repeat('x', 255)$$, '1'), ('landmark', $$repeat('x', 256)$$, '23514'),
    ('area_type', $$repeat('x', 50)$$, '1'), ('area_type', $$repeat('x', 51)$$, '23514'),
    ('ward_number', $$repeat('x', 50)$$, '1'), ('ward_number', $$repeat('x', 51)$$, '23514'),
    ('district', $$repeat('x', 100)$$, '1'), ('district', $$repeat('x', 101)$$, '23514'),
    ('state', $$repeat('x', 100)$$, '1'), ('state', $$repeat('x', 101)$$, '23514'),
    ('pincode', $$repeat('1', 10)$$, '1'), ('pincode', $$repeat('1', 11)$$, '23514'),
    ('sub_category', $$repeat('x', 100)$$, '1'), ('sub_category', $$repeat('x', 101)$$, '23514'),
    ('category', $$'roads'$$, '1'), ('category', $$'nosuch'$$, '23503'), ('severity', $$'critical'$$, '1'),
    ('severity', $$'worst'$$, '22P02'), ('severity', 'NULL', '23502'), ('is_public', 'false', '1'),
    ('is_public', 'NULL', '23502')
) AS x (name, value, outcome);
SELECT is(tap.file('a.citizen', x.name, x.value), x.outcome, format('%s = %s', x.name, left(x.value, 40)))
FROM tap.limits AS x;
SELECT is(tap.submit('a.citizen', x.name, x.value), x.outcome,
    format('submit_report(%s => %s)', x.name, left(x.value, 40)))
FROM tap.limits AS x WHERE x.name <> 'area_type';
SELECT is(tap.attempt('a.service',
    format('INSERT INTO civic.reports (user_id, title, description, latitude, longitude, ai_confidence)'
    ' VALUES (tap.id(''a.citizen''), ''A new report'', ''With a description.'', 1, 1, %s)', x.value)), x.outcome,
    format('ai_confidence = %s', x.value))
FROM (VALUES ('0', '1'), ('1', '1'), ('1.01', '23514'), ('-0.01', '23514'), ('''NaN''', '23514')) AS x (value, outcome);

SELECT is(tap.attempt('a.service', format('INSERT INTO civic.users (phone) VALUES (%L)', x.phone)), x.outcome,
    format('phone %s', x.phone))
FROM (VALUES ('+919876543210', '1'), ('9876543210', '1'), ('987654321', '23514'), ('123456789012345', '1'),
    ('1234567890123456', '23514'),
    ('0987654321', '23514'), ('+0987654321', '23514'), ('++919876543210', '23514'), ('98765 43210', '23514'),
    ('98765-43210', '23514'),
    ('abcdefghij', '23514'), ('', '23514'), (E'9876543210\n', '23514'), ('+', '23514')) AS x (phone, outcome);
SELECT is(tap.attempt('a.service', format('INSERT INTO civic.users (email) VALUES (%L)', x.email)), x.outcome,
    format('e-mail %s', left(x.email, 40)))
FROM (VALUES ('a@example.org', '1'), ('A.B+c_d%e-f@Sub.Example.ORG', '1'), ('a@example', '23514'),
    ('@example.org', '23514'),
    ('a@', '23514'), ('a', '23514'), ('a@@example.org', '23514'), ('a b@example.org', '23514'),
    ('a@example.o', '23514'), ('', '23514'),
    (repeat('x', 243) || '@example.org', '1'), (repeat('x', 244) || '@example.org', '23514'),
    (E'a@example.org\n', '23514'))
    AS x (email, outcome);
SELECT is(tap.steps('a.service', $$INSERT INTO civic.users (email) VALUES ('one@example.org')$$,
    $$INSERT INTO civic.users (email) VALUES ('One@Example.org')$$, $$SELECT 'done'$$), '23505',
        'an e-mail is one whatever its case');
SELECT is(tap.attempt('a.service', $$INSERT INTO civic.users (phone) VALUES ('+919000000011')$$), '23505',
    'a telephone number is one person''s');
SELECT is(tap.attempt('a.service', $$INSERT INTO civic.users (full_name) VALUES ('Nobody')$$), '23514',
    'a person can be reached');
SELECT is(tap.steps('a.service',
    format('INSERT INTO civic.users (phone, full_name, email, primary_address) VALUES (''+919876543210'', %s)', x.row),
    $$SELECT profile_completion FROM civic.users WHERE phone = '+919876543210'$$), x.outcome, format('profile of %s',
        x.row))
FROM (VALUES ('NULL, NULL, NULL', 'minimal'), ('''N'', NULL, NULL', 'basic'),
    ('''N'', ''n@example.org'', NULL', 'basic'),
    ('NULL, ''n@example.org'', ''A''', 'minimal'), ('''N'', ''n@example.org'', ''A''', 'complete')) AS x (row, outcome);

-- 2. The number of a report.
SELECT is(tap.steps('a.citizen', $$SELECT civic.submit_report('A new report', 'With a description.', 22.5, 88.3)$$,
    $$SELECT string_agg((report_number ~ '^CL-[0-9]{4}-[A-Z0-9]+-[0-9]{5,}$' AND report_number LIKE to_char(now(),
        '"CL-"YYYY"-TAPA-%"'))::text, ' ')
        FROM civic.reports WHERE title = 'A new report'$$), 'true', 'the number says CL, year, city and a number');
SELECT is_empty($$SELECT report_number FROM civic.reports WHERE report_number !~ '^CL-[0-9]{4}-[A-Z0-9]+-[0-9]{5,}$'$$,
    'every report of the fixture has such a number');
SELECT is((SELECT count(DISTINCT report_number) FROM civic.reports),
    (SELECT count(*) FROM civic.reports), 'no two are the same');
-- A sequence knows no rollback: it is put back at once.
SELECT last_value AS sequence_stood FROM civic.report_number_seq \gset
SELECT setval('civic.report_number_seq', greatest(99999, :sequence_stood)) \g /dev/null
SELECT is(tap.steps('a.citizen', $$SELECT civic.submit_report('A new report', 'With a description.', 22.5, 88.3)$$,
    $$SELECT substr(report_number, 8) FROM civic.reports WHERE title = 'A new report'$$), '-TAPA-' || greatest(99999,
        :sequence_stood) + 1,
    'a number may have more than five digits');
SELECT setval('civic.report_number_seq', :sequence_stood) \g /dev/null
UPDATE civic.organizations SET time_zone = 'Pacific/Kiritimati' WHERE id = tap.id('a');
SELECT is(tap.steps('a.service', $$INSERT INTO civic.reports (user_id, title, description, latitude, longitude,
    created_at)
    VALUES (tap.id('a.citizen'), 'A new report', 'With a description.', 22.5, 88.3, '2020-12-31 12:00+00')$$,
    $$SELECT left(report_number, 7) FROM civic.reports WHERE title = 'A new report'$$), 'CL-2021',
        'the year is that of the city');

-- 3. What a resident may not say about a new report.
SELECT is(tap.file('a.citizen', x.name, x.value), 'ZC004', format('a resident cannot file a report with %s', x.name))
FROM (VALUES ('department_id', $$tap.dept('a', 'PWD')$$), ('assigned_to', $$tap.id('a.officer')$$),
    ('ai_category', $$'roads'$$),
    ('ai_confidence', '0.5'), ('ai_processed_at', 'now()'), ('ai_model_version', $$'mine'$$),
    ('manual_category', $$'roads'$$),
    ('manual_severity', $$'critical'$$), ('classified_by_user_id', $$tap.id('a.moderator')$$),
    ('classification_notes', $$'x'$$),
    ('duplicate_of_report_id', $$tap.id('a.pub_open')$$), ('hold_reason', $$'a reason long enough'$$),
    ('rejection_reason', $$'x'$$),
    ('rework_reason', $$'x'$$), ('assignment_rejection_reason', $$'x'$$), ('assignment_rejected_at', 'now()'),
    ('assignment_rejected_by_user_id', $$tap.id('a.officer')$$), ('hold_approved_by_user_id', $$tap.id('a.officer')$$),
    ('resolution_notes', $$'x'$$), ('report_number', $$'CL-2020-TAPA-00001'$$), ('external_id', $$'x'$$),
    ('is_featured', 'true'),
    ('is_sensitive', 'true'), ('needs_review', 'true'), ('supporter_count', '5'),
    ('created_at', $$now() - interval '1 day'$$),
    ('status_updated_at', $$now() - interval '1 day'$$)) AS x (name, value);
SELECT is(tap.file('a.citizen', 'status', x.value), 'ZC003', format('nor in status %s', x.value))
FROM (VALUES ('''classified'''), ('''rejected'''), ('''on_hold''')) AS x (value);
SELECT is(tap.file('a.citizen', 'is_duplicate', 'true'), '428C9', 'nor with what is computed');
SELECT is(tap.file('a.citizen', 'location', 'NULL'), '428C9', 'nor with another position');
SELECT is(tap.file('a.admin', x.name, x.value), '1', format('who may import may: %s', x.name))
FROM (VALUES ('department_id', $$tap.dept('a', 'PWD')$$), ('report_number', $$'CL-2020-TAPA-00001'$$),
    ('external_id', $$'x'$$),
    ('created_at', $$now() - interval '1 day'$$), ('is_featured', 'true')) AS x (name, value);

-- 4. Three reports in five minutes.
CREATE FUNCTION tap.file_many(actor text, many integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n integer := 0;
BEGIN
    BEGIN
        PERFORM tap.become(actor);
        FOR i IN 1 .. many LOOP
            PERFORM civic.submit_report('Report ' || i, 'With a description.', 22.5, 88.3);
            n := i;
        END LOOP;
        RAISE EXCEPTION USING ERRCODE = 'TAP00';
    EXCEPTION WHEN OTHERS THEN
        RETURN n || CASE SQLSTATE WHEN 'TAP00' THEN '' ELSE ' ' || SQLSTATE END;
    END;
END
$$;
SELECT is(tap.file_many('a.citizen', 3), '3', 'three reports are taken');
SELECT is(tap.file_many('a.citizen', 4), '3 ZC011', 'the fourth is not');
SELECT is(tap.file_many('a.officer', 4), '3 ZC011', 'nor that of an officer');
SELECT is(tap.file_many('a.admin', 5), '5', 'who may import may file more');
INSERT INTO civic.reports (organization_id, user_id, title, description, latitude, longitude, status, created_at)
SELECT tap.id('a'), tap.id(x.person), 'An older report', 'With a description.', 22.5, 88.3, 'pending_classification',
    now() - x.age
FROM (VALUES ('a.contributor', interval '4 minutes 59 seconds'), ('a.contributor', interval '4 minutes'),
    ('a.moderator', interval '5 minutes 1 second'), ('a.moderator', interval '5 minutes')) AS x (person, age);
SELECT is(tap.file_many('a.contributor', 3), '1 ZC011', 'reports of less than five minutes ago count');
SELECT is(tap.file_many('a.moderator', 4), '3 ZC011', 'older ones do not');
SELECT is(tap.steps('a.contributor', 'SELECT civic.count_recent_reports()'), '2', 'count_recent_reports() says so');
SELECT is(tap.file_many('b.contributor', 3), '3', 'those of another organization do not either');
SELECT is(tap.value(a.name, $$SELECT (civic.submit_report('A new report', 'With a description.', 22.5, 88.3)).id$$),
    a.outcome,
    format('%s cannot file a report', a.name))
FROM (VALUES ('none.user', '28000'), ('a.service', '28000'), ('a.inactive', '28000'), ('a.anon', '42501'),
    ('a.clerk', '42501'),
    ('a.auditor', '42501')) AS a (name, outcome);

-- 5. What the intake makes of a report.
SELECT is(tap.value('a.citizen',
    format('SELECT concat_ws('' '', x.status, x.category, d.code, x.needs_review, x.ai_category, x.ai_confidence,'
    ' x.severity, x.ai_model_version) FROM civic.submit_report(%L, %L, 22.5, 88.3, %L) AS x LEFT JOIN'
        ' civic.departments AS d'
    ' ON d.organization_id = x.organization_id AND d.id = x.department_id', x.title, x.description, x.category)),
        x.outcome,
    format('intake of "%s"', x.title))
FROM (VALUES
    ('Something is wrong', 'Come and see it please.', 'roads', 'assigned_to_department roads PWD f medium'),
    ('Something is wrong', 'Come and see it please.', 'other', 'classified other t medium'),
    -- Nothing is found: 0.5 * 0.30 + 0.3 * 0.60.
    ('Something is wrong', 'Come and see it please.', NULL, 'pending_classification t other 0.33 medium keywords-1'),
    -- pothole, road: 0.61; severity by default 0.60; department 0.95.
    ('A pothole in the road', 'Come and see it please.', NULL,
        'assigned_to_department roads PWD f roads 0.68 medium keywords-1'),
    -- garbage alone: 0.45; 0.5 * 0.45 + 0.3 * 0.60 + 0.2 * 0.95 = 0.595, rounded up.
    ('There is garbage lying', 'Come and see it please.', NULL,
        'assigned_to_department sanitation SAN f sanitation 0.6 medium keywords-1')
) AS x (title, description, category, outcome);
SELECT is(tap.steps('a.citizen', $$SELECT civic.submit_report('A new report', 'With a description.', 22.5, 88.3)$$,
    $$SELECT concat_ws(' ', total_reports, reputation_score) FROM civic.user_scores
        WHERE user_id = civic.current_user_id()$$),
    (SELECT concat_ws(' ', total_reports + 1, reputation_score + 5) FROM civic.user_scores
        WHERE user_id = tap.id('a.citizen')),
    'a report counts for its reporter, with five points');
SELECT is(tap.steps('a.citizen', $$SELECT civic.submit_report('A new report', 'With a description.', 22.5, 88.3,
    'roads')$$,
    $$SELECT set_config('role', 'none', true)$$,
    $$SELECT string_agg(concat_ws('>', h.old_status, h.new_status) || coalesce(' ' || n.name, '')
        || CASE WHEN h.by_system THEN ' system' ELSE '' END,
        ', ' ORDER BY h.id) FROM civic.status_history AS h JOIN civic.reports AS r ON r.id = h.entity_id
        LEFT JOIN tap.names AS n ON n.id = h.changed_by WHERE r.title = 'A new report'$$),
    'received citizen, received>classified system, classified>assigned_to_department system',
        'every step is in the history');

SELECT is(tap.steps('a.service',
    $$INSERT INTO civic.reports (user_id, title, description, latitude, longitude)
        SELECT tap.id(u.name), 'A new report', 'With a description.', 22.5, 88.3
        FROM (VALUES ('a.nobody'), ('a.clerk'), ('a.nobody')) AS u (name)$$,
    $$DO $x$ BEGIN
        INSERT INTO civic.reports (user_id, title, description, latitude, longitude)
        VALUES (tap.id('a.nobody'), 'A new report', 'With a description.', 22.5, 88.3),
            (tap.id('a.nobody'), 'Bad', 'With a description.', 22.5, 88.3);
    EXCEPTION WHEN check_violation THEN NULL; END $x$ $$,
    $$SELECT string_agg(concat_ws(' ', n.name, s.total_reports, s.reputation_score), ', ' ORDER BY n.name)
        FROM civic.user_scores AS s JOIN tap.names AS n ON n.id = s.user_id
        WHERE s.user_id IN (tap.id('a.nobody'), tap.id('a.clerk'))$$),
    'clerk 1 5, nobody 2 10', 'reports of many people in one statement, and of one that fails');

-- Where the organization's rules do not let the system go on, the report waits for a person.
SELECT is(tap.steps('a.service',
    format('INSERT INTO civic.workflow_transitions (workflow, from_status, to_status, actors, is_enabled,'
        ' permission_code, required_columns) VALUES (''report'', %L, %L, %L, %L, ''route:report'', %L)', x.from_status,
        x.to_status, '{system}', x.is_enabled, x.required),
    $$INSERT INTO civic.reports (user_id, title, description, latitude, longitude, category)
        VALUES (tap.id('a.citizen'), 'A new report', 'With a description.', 22.5, 88.3, 'roads')$$,
    $$SELECT string_agg(h.new_status, ' ' ORDER BY h.id) || ', now ' || max(r.status::text)
        FROM civic.status_history AS h JOIN civic.reports AS r ON r.id = h.entity_id
        WHERE r.title = 'A new report'$$), x.outcome, format('intake without %s to %s', x.from_status, x.to_status))
FROM (VALUES
    ('received', 'classified', false, '{}', 'received, now received'),
    ('classified', 'assigned_to_department', false, '{}', 'received classified, now classified'),
    ('classified', 'assigned_to_department', true, '{landmark}', 'received classified, now classified'),
    ('classified', 'assigned_to_department', true, '{address}', 'received classified, now classified'),
    ('classified', 'assigned_to_department', true, '{}',
        'received classified assigned_to_department, now assigned_to_department')
) AS x (from_status, to_status, is_enabled, required, outcome);
-- The moves of a report that was not stored are not those of one that is, even with the same identifier.
SELECT is(tap.steps('a.service',
    $do$DO $$ BEGIN
        INSERT INTO civic.reports (id, user_id, title, description, latitude, longitude, category)
        VALUES (tap.id('again'), tap.id('a.citizen'), 'Bad', 'With a description.', 22.5, 88.3, 'roads');
    EXCEPTION WHEN check_violation THEN NULL; END $$$do$,
    $$INSERT INTO civic.reports (id, user_id, title, description, latitude, longitude, category, status, department_id)
        VALUES (tap.id('again'), tap.id('a.citizen'), 'A new report', 'With a description.', 22.5, 88.3, 'roads',
            'assigned_to_department', tap.dept('a', 'PWD'))$$,
    $$SELECT string_agg(concat_ws('>', h.old_status, h.new_status), ' ' ORDER BY h.id)
        FROM civic.status_history AS h WHERE h.entity_id = tap.id('again')$$), 'assigned_to_department',
    'moves of a report that failed are forgotten');

-- 6. Classification. Confidence of the category: none 0.30, one keyword 0.45, n of them
-- min(0.99, 0.50 + min(0.15, 0.03 n) + 0.05 (n - 1)). The words are taken from the table, none part of another.
SELECT is(tap.value('a.citizen',
    format('SELECT concat_ws('' '', c.category, c.category_confidence) FROM civic.classify_text(%L) AS c', x.words)),
    x.outcome, format('classify_text(%s)', x.words))
FROM (VALUES
    ('xyzzy', 'other 0.30'), ('', 'other 0.30'),
    ('pothole', 'roads 0.45'), ('POTHOLE', 'roads 0.45'),
    ('pothole asphalt', 'roads 0.61'), ('pothole asphalt footpath', 'roads 0.69'),
    ('pothole asphalt footpath highway', 'roads 0.77'),
    ('pothole asphalt footpath highway bridge', 'roads 0.85'),
    ('pothole asphalt footpath highway bridge cement', 'roads 0.90'),
    ('pothole asphalt footpath highway bridge cement crack', 'roads 0.95'),
    ('pothole asphalt footpath highway bridge cement crack pavement', 'roads 0.99'),
    ('pothole asphalt footpath highway bridge cement crack pavement resurfacing', 'roads 0.99'),
    -- More keywords win; then the longer one; then the order of the list.
    ('garbage litter pothole', 'sanitation 0.61'), ('pothole transformer', 'electricity 0.45'),
    -- Only the first 512 characters count.
    (repeat('x', 512) || ' pothole', 'other 0.30'), (repeat('x', 504) || ' pothole', 'roads 0.45'),
    (repeat('x', 505) || ' pothole', 'other 0.30')
) AS x (words, outcome);
SELECT is(tap.value('a.citizen',
    'SELECT concat_ws('' '', c.category, c.category_confidence) FROM civic.classify_text(NULL) AS c'), 'other 0.30',
    'classify_text(NULL)');
SELECT is(tap.value('a.citizen',
    'SELECT d.code FROM civic.classify_text(''pothole'') AS c JOIN civic.departments AS d ON d.id = c.department_id'),
    'PWD', 'the department is that of the category');
SELECT is(tap.value('none.user',
    'SELECT concat_ws('' '', c.category, c.category_confidence) FROM civic.classify_text(''pothole'') AS c'), '0.30',
    'without an organization there are no categories');

-- Severity.
SELECT is(
    (SELECT concat_ws(' ', s.severity, s.confidence) FROM civic_helpers.classify_severity(x.words, x.category) AS s),
    x.outcome,
    format('severity of "%s" in %s', x.words, x.category))
FROM (VALUES
    ('fire', 'roads', 'critical 0.85'), ('fire explosion', 'roads', 'critical 0.95'),
    ('fire explosion collapse', 'other', 'critical 0.95'),
    ('burst flooding', 'water', 'high 0.85'), ('burst widespread', 'water', 'high 0.80'),
    ('cosmetic scratch', 'roads', 'low 0.75'), ('needs repair, incomplete', 'roads', 'medium 0.75'),
    ('burst', 'water', 'high 0.70'), ('burst', 'drainage', 'high 0.70'), ('burst', 'electricity', 'high 0.70'),
    ('burst', 'roads', 'medium 0.60'), ('incomplete', 'roads', 'medium 0.65'),
    ('incomplete', 'sanitation', 'medium 0.65'),
    ('incomplete', 'streetlight', 'low 0.60'),
    ('xyzzy', 'roads', 'medium 0.60'), ('xyzzy', 'streetlight', 'low 0.60'), ('xyzzy', 'public_property', 'low 0.60'),
    ('xyzzy', 'other', 'low 0.60'), ('quickly', 'roads', 'high 0.70'), ('quickly', 'streetlight', 'medium 0.70'),
    ('asap', 'other', 'medium 0.70'), ('FIRE', 'roads', 'critical 0.85')
) AS x (words, category, outcome);

-- 7. Tasks: deadline and priority.
SELECT is(civic_helpers.severity_hours(x.severity::civic.report_severity), x.hours, format('hours of %s', x.severity))
FROM (VALUES ('critical', 24), ('high', 72), ('medium', 168), ('low', 336)) AS x (severity, hours);
SELECT is(civic_helpers.task_priority(x.severity::civic.report_severity, x.age::interval), x.priority,
    format('priority of %s after %s', x.severity, x.age))
FROM (VALUES
    ('low', '0', 5), ('medium', '0', 6), ('high', '0', 8), ('critical', '0', 10),
    ('low', '6 hours', 5), ('low', '6 hours 59 minutes', 5), ('low', '7 hours', 6), ('low', '24 hours', 6),
    ('low', '25 hours', 7),
    ('low', '72 hours', 7), ('low', '73 hours', 8), ('medium', '73 hours', 9), ('high', '25 hours', 10),
    ('high', '73 hours', 10),
    ('critical', '1 year', 10)
) AS x (severity, age, priority);
SELECT is(tap.steps('a.admin', format('UPDATE civic.reports SET severity = %L WHERE id = tap.id(''a.pub_open'')',
    x.severity),
    $$SELECT civic.assign_officer(tap.id('a.pub_open'), tap.id('a.officer'))$$,
    $$SELECT concat_ws(' ', status, priority, extract(epoch FROM sla_deadline - assigned_at)::integer / 3600, sla_state)
        FROM civic.tasks
        WHERE report_id = tap.id('a.pub_open')$$), x.outcome, format('task of a report of severity %s', x.severity))
FROM (VALUES ('critical', 'assigned 10 24 ok'), ('high', 'assigned 8 72 ok'), ('medium', 'assigned 6 168 ok'),
    ('low', 'assigned 5 336 ok'))
    AS x (severity, outcome);
SELECT is(tap.steps('a.admin', $$UPDATE civic.reports SET manual_severity = 'critical'
    WHERE id = tap.id('a.pub_open')$$,
    $$SELECT civic.assign_officer(tap.id('a.pub_open'), tap.id('a.officer'))$$,
    $$SELECT extract(epoch FROM sla_deadline - assigned_at)::integer / 3600 FROM civic.tasks
        WHERE report_id = tap.id('a.pub_open')$$), '24',
    'the severity a person decided goes first');
SELECT is(tap.steps('a.admin', $$SELECT civic.assign_officer(tap.id('a.pub_open'), tap.id('a.officer'), 3, 'hurry')$$,
    $$SELECT concat_ws(' ', priority, notes) FROM civic.tasks WHERE report_id = tap.id('a.pub_open')$$), '3 hurry',
        'a priority that is given');
SELECT is(tap.attempt('a.admin', format('SELECT civic.assign_officer(tap.id(''a.pub_open''), tap.id(%L), %s)',
    x.officer, x.priority)), x.outcome,
    format('assign_officer(%s, %s)', x.officer, x.priority))
FROM (VALUES ('a.officer', '0', '23514'), ('a.officer', '11', '23514'), ('a.officer', '10', '1'),
    ('a.officer2', 'NULL', 'ZC006'),
    ('a.citizen', 'NULL', 'ZC006'), ('a.inactive', 'NULL', 'ZC006'),
    ('b.officer', 'NULL', '23503')) AS x (officer, priority, outcome);

-- 8. The first day.
INSERT INTO civic.reports (organization_id, id, user_id, title, description, latitude, longitude, status, created_at)
SELECT tap.id('a'), tap.id('a.' || x.name), tap.id('a.nobody'), 'A report of ' || x.name, 'With a description.', 22.5,
    88.3,
    'pending_classification', now() - x.age
FROM (VALUES ('fresh', interval '23 hours 59 minutes 59 seconds'), ('stale', interval '24 hours'),
    ('old', interval '2 days')) AS x (name, age);
SELECT tap.do('a.super_admin', $$SELECT civic.change_role(tap.id('a.nobody'), 'citizen')$$) \g /dev/null
SELECT is(tap.attempt('a.nobody', format('UPDATE civic.reports SET %s WHERE id = tap.id(%L)', x.change, 'a.'
    || x.report)), x.outcome,
    format('the reporter sets %s of the %s report', x.change, x.report))
FROM (VALUES
    ('title = ''Another title''', 'fresh', '1'), ('title = ''Another title''', 'stale', '0'),
    ('title = ''Another title''', 'old', '0'),
    ('description = ''Another description.''', 'fresh', '1'), ('is_public = false', 'fresh', '1'),
    ('latitude = 1', 'fresh', '1'),
    ('landmark = ''x''', 'fresh', '1'),
    ('status = ''rejected'', rejection_reason = ''x''', 'fresh', 'ZC004'), ('status = ''rejected''', 'fresh', 'ZC003'),
    ('status = ''closed''', 'fresh', 'ZC001'),
    ('category = ''roads''', 'fresh', 'ZC004'), ('severity = ''critical''', 'fresh', 'ZC004'),
    ('department_id = tap.dept(''a'', ''PWD'')', 'fresh', 'ZC004'),
    ('assigned_to = tap.id(''a.officer'')', 'fresh', 'ZC004'), ('is_featured = true', 'fresh', 'ZC004'),
    ('is_sensitive = true', 'fresh', 'ZC004'),
    ('user_id = tap.id(''a.citizen'')', 'fresh', 'ZC004'), ('report_number = ''CL-2020-A-00000''', 'fresh', 'ZC004'),
    ('created_at = now()', 'fresh', 'ZC004'), ('supporter_count = 9', 'fresh', 'ZC004'),
    ('needs_review = false', 'fresh', '1'),
    ('needs_review = true', 'fresh', 'ZC004'), ('organization_id = tap.id(''b'')', 'fresh', 'ZC004'),
    ('estimated_resume_date = ''2030-01-01''', 'fresh', 'ZC004'), ('hold_approval_required = true', 'fresh', 'ZC004'),
    ('status_updated_at = now() - interval ''1 year''', 'fresh', 'ZC004'),
    ('duplicate_of_report_id = tap.id(''a.pub_open'')', 'fresh', 'ZC004')
) AS x (change, report, outcome);
SELECT is(tap.attempt('a.moderator', format('UPDATE civic.reports SET landmark = ''x'' WHERE id = tap.id(%L)',
    'a.old')), '1',
    'a moderator has more time');

-- 9. A resident withdraws a report while it is received, and only then.
SELECT is(tap.attempt('a.' || x.actor, format('DELETE FROM civic.reports WHERE id = tap.id(%L)', 'a.' || x.report)),
    x.outcome,
    format('%s deletes %s', x.actor, x.report))
FROM (VALUES ('citizen', 'pub_received', '1'), ('citizen', 'own_citizen', '0'), ('neighbour', 'pub_received', '0'),
    ('neighbour', 'pub_new', '0'),
    ('neighbour', 'priv_done', '0'), ('moderator', 'pub_received', '0'), ('officer', 'priv_mine', '0'),
    ('clerk', 'pub_received', '0'))
    AS x (actor, report, outcome);

-- 10. Supporters.
SELECT is((SELECT supporter_count FROM civic.reports WHERE id = tap.id('a.pub_open')), 2,
    'two people of the fixture support a report');
SELECT is(tap.steps('a.' || x.actor, format('SELECT civic.support_report(tap.id(%L))', 'a.' || x.report),
    format('SELECT supporter_count FROM civic.reports WHERE id = tap.id(%L)', 'a.' || x.counted)), x.outcome,
        format('%s supports %s', x.actor, x.report))
FROM (VALUES ('clerk', 'pub_open', 'pub_open', '3'), ('citizen', 'pub_open', 'pub_open', '2'),
    ('neighbour', 'pub_open', 'pub_open', '2'),
    ('clerk', 'pub_dup', 'pub_open', '3'), ('clerk', 'pub_dup', 'pub_dup', '0'),
    ('citizen', 'pub_dup', 'pub_open', '2'))
    AS x (actor, report, counted, outcome);
SELECT is(tap.value('a.clerk', $$SELECT (civic.support_report(tap.id('a.pub_dup'))).id$$), tap.id('a.pub_open')::text,
    'support of a duplicate goes to the root');
SELECT is(tap.value('a.citizen', $$SELECT civic.unsupport_report(tap.id('a.pub_open'))$$), 'true',
    'support is taken back');
SELECT is(tap.value('a.clerk', $$SELECT civic.unsupport_report(tap.id('a.pub_open'))$$), 'false', 'there was none');
SELECT is(tap.steps('a.citizen', $$SELECT civic.unsupport_report(tap.id('a.pub_open'))$$,
    $$SELECT supporter_count FROM civic.reports WHERE id = tap.id('a.pub_open')$$), '1', 'and counted');
SELECT is(tap.attempt(a.name, $$SELECT civic.support_report(tap.id('a.pub_open'))$$), a.outcome,
    format('%s cannot support', a.name))
FROM (VALUES ('none.user', '28000'), ('a.service', '28000'), ('a.inactive', '28000'), ('a.anon', '42501'),
    ('b.citizen', 'PT404')) AS a (name, outcome);

-- 11. Duplicates. The link goes to the root; a family has one.
SELECT is(tap.steps('a.moderator', VARIADIC x.steps), x.outcome, x.label)
FROM (VALUES
    ('a duplicate', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_wsd'), tap.id('a.pub_new'))$$,
        $$SELECT concat_ws(' ', r.status, r.is_duplicate, n.name) FROM civic.reports AS r
            JOIN tap.names AS n ON n.id = r.duplicate_of_report_id
            WHERE r.id = tap.id('a.pub_wsd')$$], 'duplicate t pub_new'),
    ('a duplicate of a duplicate is one of the root', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_wsd'),
        tap.id('a.pub_dup'))$$,
        $$SELECT n.name FROM civic.reports AS r JOIN tap.names AS n ON n.id = r.duplicate_of_report_id
            WHERE r.id = tap.id('a.pub_wsd')$$],
        'pub_open'),
    ('the duplicates of a duplicate follow to the root', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_open'),
        tap.id('a.pub_new'))$$,
        $$SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic.reports AS r JOIN tap.names AS n ON n.id = r.id
            WHERE r.duplicate_of_report_id = tap.id('a.pub_new')$$], 'pub_dup pub_open'),
    ('a long chain has one root', ARRAY[
        $$SELECT civic.mark_duplicate(tap.id('a.priv_pwd'), tap.id('a.pub_new'))$$,
        $$SELECT civic.mark_duplicate(tap.id('a.pub_new'), tap.id('a.pub_dup'))$$,
        $$SELECT civic.mark_duplicate(tap.id('a.pub_open'), tap.id('a.pub_wsd'))$$,
        $$SELECT string_agg(n.name, ' ' ORDER BY n.name) FROM civic.reports AS r JOIN tap.names AS n ON n.id = r.id
            WHERE r.duplicate_of_report_id = tap.id('a.pub_wsd')$$], 'priv_pwd pub_dup pub_new pub_open'),
    ('not of itself', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_open'), tap.id('a.pub_open'))$$,
        $$SELECT 'done'$$], 'ZC010'),
    ('not of its own duplicate', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_open'), tap.id('a.pub_dup'))$$,
        $$SELECT 'done'$$], 'ZC010'),
    ('not of a duplicate of its duplicate', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_wsd'),
        tap.id('a.pub_dup'))$$,
        $$SELECT civic.mark_duplicate(tap.id('a.pub_open'), tap.id('a.pub_wsd'))$$, $$SELECT 'done'$$], 'ZC010'),
    ('not of a report of another organization', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_new'),
        tap.id('b.pub_open'))$$,
        $$SELECT 'done'$$], '23503'),
    ('not of one that does not exist', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_new'), tap.id('?'))$$,
        $$SELECT 'done'$$], '23503'),
    ('not of nothing', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_new'), NULL)$$, $$SELECT 'done'$$], 'ZC002'),
    ('the task of a duplicate is over', ARRAY[$$SELECT civic.mark_duplicate(tap.id('a.pub_wsd'), tap.id('a.pub_new'))$$,
        $$SELECT set_config('role', 'none', true)$$, $$SELECT status FROM civic.tasks
            WHERE report_id = tap.id('a.pub_wsd')$$], 'rejected'),
    ('a duplicate unmarked starts anew', ARRAY[$$SELECT civic.unmark_duplicate(tap.id('a.pub_dup'))$$,
        $$SELECT concat_ws(' ', status, is_duplicate, needs_review, duplicate_of_report_id) FROM civic.reports
            WHERE id = tap.id('a.pub_dup')$$],
        'received f t'),
    ('and may be marked again', ARRAY[$$SELECT civic.unmark_duplicate(tap.id('a.pub_dup'))$$,
        $$SELECT civic.mark_duplicate(tap.id('a.pub_dup'), tap.id('a.pub_new'))$$,
        $$SELECT status FROM civic.reports WHERE id = tap.id('a.pub_dup')$$], 'duplicate'),
    ('the root of an unmarked one is free', ARRAY[$$SELECT civic.unmark_duplicate(tap.id('a.pub_dup'))$$,
        $$SELECT civic.mark_duplicate(tap.id('a.pub_open'), tap.id('a.pub_dup'))$$,
        $$SELECT n.name FROM civic.reports AS r JOIN tap.names AS n ON n.id = r.duplicate_of_report_id
            WHERE r.id = tap.id('a.pub_open')$$], 'pub_dup'),
    ('what is no duplicate is not unmarked', ARRAY[$$SELECT civic.unmark_duplicate(tap.id('a.pub_open'))$$,
        $$SELECT 'done'$$], 'ZC001'),
    ('nor what does not exist', ARRAY[$$SELECT civic.unmark_duplicate(tap.id('?'))$$, $$SELECT 'done'$$], 'PT404'),
    ('a duplicate cannot be moved otherwise', ARRAY[$$SELECT civic.transition('report', tap.id('a.pub_dup'),
        'received')$$, $$SELECT 'done'$$], 'ZC003')
) AS x (label, steps, outcome);
SELECT is(tap.attempt('a.' || a.name, $$SELECT civic.mark_duplicate(tap.id('a.pub_wsd'), tap.id('a.pub_new'))$$),
    a.outcome,
    format('%s marks a duplicate', a.name))
FROM (VALUES ('citizen', 'ZC003'), ('contributor', 'ZC003'), ('officer', 'ZC003'), ('officer2', 'ZC004'),
    ('auditor', 'ZC003'), ('moderator', '1'),
    ('admin', '1'), ('super_admin', '1')) AS a (name, outcome);
SELECT is(tap.attempt('a.' || a.name, $$SELECT civic.unmark_duplicate(tap.id('a.pub_dup'))$$), a.outcome,
    format('%s unmarks a duplicate', a.name))
FROM (VALUES ('citizen', 'ZC003'), ('neighbour', 'ZC003'), ('officer', 'ZC003'), ('auditor', 'ZC003'),
    ('moderator', '1'), ('admin', '1'))
    AS a (name, outcome);
SELECT is_empty($$SELECT r.id FROM civic.reports AS r JOIN civic.reports AS p ON p.organization_id = r.organization_id
    AND p.id = r.duplicate_of_report_id WHERE p.duplicate_of_report_id IS NOT NULL$$,
        'no duplicate points to a duplicate');

-- 12. Files.
CREATE FUNCTION tap.attach(actor text, type text, size text, mime text,
    source text DEFAULT 'citizen_submission') RETURNS text LANGUAGE sql AS $$
    SELECT tap.attempt(actor,
        format('INSERT INTO civic.media (report_id, file_url, file_type, file_size, mime_type, upload_source)'
        ' VALUES (tap.id(''a.own_citizen''), ''https://x'', %L, %s, %s, %L)', type, size, mime, source))
$$;
SELECT is(tap.attach('a.citizen', x.type, x.size, x.mime), x.outcome, format('%s of %s bytes, %s', x.type, x.size,
    x.mime))
FROM (VALUES
    ('image', '1', '''image/jpeg''', '1'), ('image', '10485760', '''image/png''', '1'),
    ('image', '10485761', '''image/png''', '23514'),
    ('image', '0', '''image/png''', '23514'), ('image', '-1', '''image/png''', '23514'),
    ('image', '1', '''image/webp''', '1'),
    ('image', '1', '''image/gif''', '23514'), ('image', '1', '''image/svg+xml''', '23514'),
    ('image', '1', '''text/html''', '23514'),
    ('image', 'NULL', 'NULL', '1'),
    ('audio', '26214400', '''audio/mpeg''', '1'), ('audio', '26214401', '''audio/mpeg''', '23514'),
    ('audio', '1', '''audio/wav''', '1'),
    ('audio', '1', '''audio/mp4''', '1'), ('audio', '1', '''audio/x-m4a''', '1'), ('audio', '1', '''audio/webm''', '1'),
    ('audio', '1', '''audio/ogg''', '1'), ('audio', '1', '''audio/flac''', '23514'),
    ('audio', '1', '''image/png''', '23514'),
    ('document', '52428800', '''application/pdf''', '1'), ('document', '52428801', '''application/pdf''', '23514'),
    ('video', '1', '''video/'' || repeat(''x'', 94)', '1'), ('video', '1', '''video/'' || repeat(''x'', 95)', '23514'),
    ('video', '1', '''video''', '23514'),
    ('film', '1', '''video/mp4''', '22P02')
) AS x (type, size, mime, outcome);
CREATE FUNCTION tap.attach_many(actor text, VARIADIC files text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n integer := 0;
BEGIN
    DELETE FROM civic.media WHERE report_id = tap.id('a.own_citizen');
    PERFORM tap.become(actor);
    FOR i IN 1 .. cardinality(files) LOOP
        EXECUTE format('INSERT INTO civic.media (report_id, file_url, file_type, file_size, upload_source)'
            ' VALUES (tap.id(''a.own_citizen''), ''https://x'', %L, %s, %L)', split_part(files[i], ' ', 1),
            coalesce(nullif(split_part(files[i], ' ', 2), ''), 'NULL'), coalesce(nullif(split_part(files[i], ' ', 3),
                ''), 'citizen_submission'));
        n := i;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'TAP00';
EXCEPTION WHEN OTHERS THEN
    RETURN n || CASE SQLSTATE WHEN 'TAP00' THEN '' ELSE ' ' || SQLSTATE END;
END
$$;
SELECT is(tap.attach_many('a.citizen', VARIADIC array_fill('image 1'::text, ARRAY[5])), '5', 'five images');
SELECT is(tap.attach_many('a.citizen', VARIADIC array_fill('image 1'::text, ARRAY[6])), '5 23514', 'not six');
SELECT is(tap.attach_many('a.citizen', 'audio 1', 'audio 1'), '1 23514', 'one recording');
SELECT is(tap.attach_many('a.citizen', VARIADIC array_fill('image 1'::text, ARRAY[5]) || ARRAY['audio 1',
    'document 1']), '7', 'other files besides');
SELECT is(tap.attach_many('a.admin', VARIADIC array_fill('image 1'::text, ARRAY[5])
    || array_fill('image 1 officer_after_photo'::text, ARRAY[5])), '10',
    'five images by the resident and five by the officer');
SELECT is(tap.attach_many('a.admin', VARIADIC array_fill('image 1 officer_after_photo'::text, ARRAY[3])
    || array_fill('image 1 officer_before_photo'::text, ARRAY[3])), '5 23514',
        'photos before and after count together');
SELECT is(tap.attach_many('a.citizen', 'document 52428800', 'image 1'), '1 23514', '50 MiB in all');
SELECT is(tap.attach_many('a.citizen', 'image 10485760', 'image 10485760', 'image 10485760', 'image 10485760',
    'image 10485760'), '5', '50 MiB exactly');
SELECT is(tap.attach('a.' || a.name, 'image', '1', '''image/png'''), a.outcome,
    format('%s attaches a file to somebody''s private report', a.name))
FROM (VALUES ('citizen', '1'), ('neighbour', '42501'), ('contributor', '42501'), ('auditor', '42501'),
    ('clerk', '42501'), ('moderator', '1'),
    ('admin', '1')) AS a (name, outcome);
SELECT is(tap.attempt('a.citizen', $$INSERT INTO civic.media (report_id, file_url, file_type)
    VALUES (tap.id('b.pub_open'), 'https://x', 'image')$$), '23503',
    'nor to a report of another organization');
SELECT is(tap.attempt('a.citizen', format('UPDATE civic.media SET %s WHERE id = tap.id(''a.file_own_citizen'')',
    x.change)), x.outcome,
    format('who uploaded a file sets %s', x.change))
FROM (VALUES ('caption = ''x''', '1'), ('caption = repeat(''x'', 501)', '23514'), ('file_url = ''https://y''', 'ZC004'),
    ('file_type = ''video''', 'ZC004'),
    ('file_size = 5', 'ZC004'), ('mime_type = ''image/png''', 'ZC004'), ('sha256 = sha256(''x'')', 'ZC004'),
    ('uploaded_by = NULL', 'ZC004'),
    ('report_id = tap.id(''a.pub_open'')', 'ZC004'), ('created_at = now() - interval ''1 day''', 'ZC004'),
    ('is_primary = true', '1')) AS x (change, outcome);

SELECT * FROM finish();
ROLLBACK;
