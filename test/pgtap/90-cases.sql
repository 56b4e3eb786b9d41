-- Cases: who moves them, who is put in charge, what is written down and stays, and who sees what.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- 1. Every move by everybody, against the rules written out by hand: a case of the clerk's in each state, assigned to
-- the caseworker where somebody is in charge.
CREATE TABLE tap.moves (from_status text, to_status text, who text, PRIMARY KEY (from_status, to_status));
INSERT INTO tap.moves VALUES
    ('new', 'pending_review', 'clerk'),
    ('pending_review', 'assigned', 'chair'),
    ('assigned', 'in_progress', 'caseworker'),
    ('in_progress', 'pending_completion', 'caseworker'),
    ('pending_completion', 'completed', 'chair clerk');
CREATE FUNCTION tap.case_in(status text) RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO civic.cases (organization_id, id, title, description, status, created_by, assigned_to)
    VALUES (tap.id('a'), tap.id('in ' || status), status, 'In every state.', status::civic.case_status,
        tap.id('a.clerk'), CASE WHEN status NOT IN ('new', 'pending_review') THEN tap.id('a.caseworker') END)
    RETURNING id
$$;
SELECT tap.case_in(s::text) FROM unnest(enum_range(NULL::civic.case_status)) AS s \g /dev/null
SELECT is(
    tap.attempt('a.' || a.name, format('UPDATE civic.cases SET status = %L%s WHERE id = %L', t.label,
        CASE WHEN t.label = 'assigned' AND f.label = 'pending_review'
            THEN format(', assigned_to = %L', tap.id('a.caseworker')) ELSE '' END, tap.id('in ' || f.label))),
    CASE
        WHEN a.name NOT IN ('clerk', 'chair') AND NOT (a.name = 'caseworker'
            AND f.label NOT IN ('new', 'pending_review')) THEN '0'
        WHEN m.who IS NULL THEN 'ZC001'
        -- That somebody is put in charge is refused before the move is.
        WHEN t.label = 'assigned' AND a.name = 'clerk' THEN 'ZC004'
        WHEN a.name = ANY (string_to_array(m.who, ' ')) THEN '1'
        ELSE 'ZC003'
    END,
    format('%s: %s -> %s', a.name, f.label, t.label))
FROM (SELECT unnest(enum_range(NULL::civic.case_status))::text) AS f (label)
CROSS JOIN (SELECT unnest(enum_range(NULL::civic.case_status))::text) AS t (label)
CROSS JOIN (VALUES ('clerk'), ('chair'), ('caseworker'), ('caseworker2'), ('admin'), ('auditor')) AS a (name)
LEFT JOIN tap.moves AS m ON m.from_status = f.label AND m.to_status = t.label
WHERE f.label <> t.label;
SELECT is(
    tap.value('a.' || a.name, format('SELECT string_agg(to_status, '' '' ORDER BY to_status)'
        ' FROM civic.allowed_transitions(''case'', %L)', tap.id('in ' || f.label))),
    (SELECT string_agg(m.to_status, ' ' ORDER BY m.to_status) FROM tap.moves AS m
        WHERE m.from_status = f.label AND a.name = ANY (string_to_array(m.who, ' '))),
    format('the guard tells %s the moves from %s', a.name, f.label))
FROM (SELECT unnest(enum_range(NULL::civic.case_status))::text) AS f (label)
CROSS JOIN (VALUES ('clerk'), ('chair'), ('caseworker')) AS a (name);

-- 2. Who can be put in charge.
SELECT is(tap.value('a.chair', format('SELECT (civic.assign_case(%L, %L)).status', tap.id('a.' || x.name),
    tap.id(x.person))), x.outcome, format('%s assigned to %s', x.name, x.person))
FROM (VALUES ('case_pending', 'a.caseworker', 'assigned'), ('case_pending', 'a.clerk', 'ZC100'),
    ('case_pending', 'a.inactive', 'ZC100'), ('case_pending', 'b.caseworker', 'ZC100'),
    ('case_pending', 'nobody at all', 'ZC100'), ('case_worked', 'a.caseworker2', 'in_progress'),
    ('case_other', 'a.caseworker', 'assigned'), ('case_new', 'a.caseworker', 'ZC001')) AS x (name, person, outcome);
SELECT is(tap.value('a.chair', format('SELECT civic.assign_case(%L, NULL)', tap.id('a.' || x.name))), x.outcome,
    format('%s assigned to nobody', x.name))
FROM (VALUES ('case_pending', 'ZC002'), ('case_worked', '23514')) AS x (name, outcome);
SELECT is(tap.value('a.clerk', format('SELECT civic.assign_case(%L, %L)', tap.id('a.case_worked'),
    tap.id('a.caseworker2'))), 'ZC004', 'the clerk assigns nobody');
SELECT is(tap.value('a.caseworker', format('SELECT civic.assign_case(%L, %L)', tap.id('a.case_pending'),
    tap.id('a.caseworker'))), 'PT404', 'a case that one cannot see does not exist');
SELECT is(tap.attempt('a.service', format('INSERT INTO civic.cases (organization_id, title, description, created_by,'
    ' assigned_to) VALUES (%L, ''T'', ''D'', %L, %L)', tap.id('a'), tap.id('a.clerk'), tap.id('a.caseworker'))), '1',
    'a new case has nobody in charge');
SELECT is(tap.steps('a.service', format('INSERT INTO civic.cases (organization_id, id, title, description, created_by,'
    ' assigned_to) VALUES (%L, %L, ''T'', ''D'', %L, %L)', tap.id('a'), tap.id('fresh'), tap.id('a.clerk'),
    tap.id('a.caseworker')), format('SELECT assigned_to FROM civic.cases WHERE id = %L', tap.id('fresh'))), NULL,
    'whoever names somebody');

-- 3. A case from beginning to end by the functions, and what its log says.
SELECT tap.do('a.clerk', 'SELECT civic.open_case(''Noise at night'', ''The club next door.'', ''high'')');
CREATE FUNCTION tap.noise() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER AS
    'SELECT c.id FROM civic.cases AS c WHERE c.title = ''Noise at night''';
SELECT tap.do('a.clerk', format('SELECT civic.submit_case(%L)', tap.noise()));
SELECT tap.do('a.chair', format('SELECT civic.assign_case(%L, %L)', tap.noise(), tap.id('a.caseworker')));
SELECT tap.do('a.caseworker', format('SELECT civic.start_case(%L)', tap.noise()));
SELECT tap.do('a.chair', format('SELECT civic.assign_case(%L, %L)', tap.noise(), tap.id('a.caseworker2')));
SELECT is(tap.value('a.caseworker', format('SELECT civic.finish_case(%L)', tap.noise())), 'PT404',
    'who is no longer in charge does not see the case');
SELECT tap.do('a.caseworker2', format('SELECT civic.comment_case(%L, ''Measured: 60 dB.'')', tap.noise()));
SELECT tap.do('a.caseworker2', format('SELECT civic.add_case_document(%L, ''log.pdf'', ''k1'', ''application/pdf'','
    ' 104857600)', tap.noise()));
SELECT tap.do('a.caseworker2', format('SELECT civic.finish_case(%L)', tap.noise()));
SELECT tap.do('a.clerk', format('SELECT civic.complete_case(%L)', tap.noise()));
SELECT is(
    tap.value('a.clerk', format('SELECT string_agg(concat_ws('' '', l.user_name, l.action, coalesce(l.details ->>'
        ' ''comment'', l.details ->> ''from''), l.details ->> ''to''), E''\n'') FROM civic.case_log(%L) AS l',
        tap.noise())),
    concat_ws(E'\n', 'clerk created new', 'clerk status_changed new pending_review',
        'chair status_changed pending_review assigned', 'chair assigned ' || tap.id('a.caseworker'),
        'caseworker status_changed assigned in_progress',
        format('chair assigned %s %s', tap.id('a.caseworker'), tap.id('a.caseworker2')),
        'caseworker2 commented Measured: 60 dB.', 'caseworker2 status_changed in_progress pending_completion',
        'clerk status_changed pending_completion completed'),
    'the log tells everything in order');
SELECT is(tap.value('a.' || x.actor, format('SELECT count(*) FROM civic.case_log(%L)', tap.noise())), x.entries,
    format('entries of the log that %s sees', x.actor))
FROM (VALUES ('chair', '9'), ('caseworker', '0'), ('caseworker2', '9'), ('admin', '0'), ('auditor', '9'),
    ('service', '9'), ('nobody', '0')) AS x (actor, entries);
SELECT is(tap.value('b.chair', format('SELECT count(*) FROM civic.case_log(%L)', tap.noise())), '0',
    'nothing for another organization');
SELECT is(tap.value('a.' || x.actor, format('SELECT count(*) FROM civic.case_documents WHERE case_id = %L',
    tap.noise())), x.documents, format('documents that %s sees', x.actor))
FROM (VALUES ('clerk', '1'), ('caseworker', '0'), ('caseworker2', '1')) AS x (actor, documents);

SELECT is(
    (SELECT string_agg(concat_ws(' ', u.full_name, n.type, n.title), E'\n' ORDER BY n.id) FROM civic.notifications AS n
        JOIN civic.users AS u ON u.organization_id = n.organization_id AND u.id = n.recipient_id
        WHERE n.subject_id = tap.noise()),
    concat_ws(E'\n', 'chair case_submitted A case waits for review',
        'caseworker case_assigned Case "Noise at night" is yours',
        'clerk case_status_changed Case "Noise at night": assigned',
        'clerk case_status_changed Case "Noise at night": in_progress',
        'caseworker2 case_assigned Case "Noise at night" is yours',
        'clerk case_status_changed Case "Noise at night": pending_completion'),
    'everybody is told what concerns them, and nobody of what they did themselves');

-- 4. What is written down stays, for the owner of the tables too.
SELECT throws_ok(x.statement, 'ZC004', NULL, x.statement)
FROM (VALUES ('UPDATE civic.case_logs SET details = ''{"comment": "x"}'''), ('DELETE FROM civic.case_logs'),
    ('TRUNCATE civic.case_logs'), ('UPDATE civic.case_logs SET user_id = NULL'), ('DELETE FROM civic.case_documents'),
    ('UPDATE civic.case_documents SET file_size = 1'), ('TRUNCATE civic.case_documents')) AS x (statement);
SELECT throws_ok(format('DELETE FROM civic.cases WHERE id = %L', tap.noise()), '23503', NULL,
    'nobody deletes a case that has a log');

-- 5. What is out of bounds.
SELECT is(tap.value('a.clerk', x.statement), x.outcome, x.statement)
FROM (VALUES
    ('SELECT civic.open_case(''  '', ''d'')', '23514'), ('SELECT civic.open_case(''t'', '''')', '23514'),
    (format('SELECT civic.open_case(%L, ''d'')', repeat('t', 256)), '23514'),
    (format('SELECT civic.open_case(''t'', %L)', repeat('d', 20001)), '23514'),
    ('SELECT civic.open_case(NULL, ''d'')', '23502'),
    (format('SELECT civic.comment_case(%L, '' '')', tap.id('a.case_new')), '23514'),
    (format('SELECT civic.comment_case(%L, NULL)', tap.id('a.case_new')), '23514'),
    (format('SELECT civic.comment_case(%L, %L)', tap.id('a.case_new'), (SELECT string_agg(md5(i::text), '')
        FROM generate_series(1, 5000) AS i)), '23514'),
    (format('SELECT civic.comment_case(%L, ''x'')', tap.id('nowhere')), '23503'),
    (format('SELECT civic.comment_case(%L, ''x'')', tap.id('b.case_new')), '23503'),
    (format('SELECT civic.comment_case(%L, ''x'')', tap.id('a.case_pending')), '42501'),
    (format('SELECT civic.add_case_document(%L, ''f'', ''k'', ''application/pdf'', 104857601)',
        tap.id('a.case_new')), '23514'),
    (format('SELECT civic.add_case_document(%L, ''f'', ''k'', ''application/pdf'', 0)', tap.id('a.case_new')),
        '23514'),
    (format('SELECT civic.add_case_document(%L, ''f'', ''k'', ''pdf'', 1)', tap.id('a.case_new')), '23514'),
    (format('SELECT civic.add_case_document(%L, '''', ''k'', ''text/plain'', 1)', tap.id('a.case_new')), '23514'),
    (format('SELECT civic.add_case_document(%L, ''f'', %L, ''text/plain'', 1)', tap.id('a.case_new'),
        'acase_worked'), '23505'),
    (format('SELECT civic.add_case_document(%L, ''f'', ''k'', ''text/plain'', 1, ''\x00'')', tap.id('a.case_new')),
        '23514'),
    (format('SELECT (civic.link_case_report(%L, %L)).report_id', tap.id('a.case_new'), tap.id('a.priv_none')),
        '23503'),
    (format('SELECT (civic.link_case_report(%L, %L)).report_id', tap.id('a.case_new'), tap.id('b.pub_open')),
        '23503'),
    (format('SELECT (civic.link_case_report(%L, %L)).report_id', tap.id('a.case_worked'), tap.id('a.pub_open')),
        '23505'),
    (format('SELECT (civic.link_case_report(%L, %L)).report_id', tap.id('a.case_new'), tap.id('a.pub_open')),
        tap.id('a.pub_open')::text)
) AS x (statement, outcome);

-- 6. Lists: the same as the table shows, in pages.
SELECT is(tap.seen('a.' || a.name, 'SELECT id FROM civic.list_cases(max_rows => 1000)'),
    tap.seen('a.' || a.name, 'SELECT id FROM civic.cases'), format('list_cases() as %s', a.name))
FROM (VALUES ('clerk'), ('chair'), ('caseworker'), ('caseworker2'), ('admin'), ('auditor'), ('super_admin'),
    ('service'), ('nobody'), ('inactive')) AS a (name);
SELECT is(tap.value('a.chair', format('SELECT count(*) FROM civic.list_cases(%s)', x.filter)), x.rows, x.filter)
FROM (VALUES ('statuses => ''{new}''', '2'), ('priorities => ''{high}''', '1'),
    (format('assigned_to => %L', tap.id('a.caseworker2')), '2'), ('query => ''NOISE''', '1'),
    ('query => ''club next''', '1'), ('query => ''%''', '0'), (format('created_by => %L', tap.id('a.chair')), '2'),
    ('max_rows => 0', '1'), ('max_rows => 3', '3')) AS x (filter, rows);
SELECT is(
    (WITH RECURSIVE pages AS (
        SELECT 1 AS place, c.created_at, c.id FROM civic.list_cases(max_rows => 1) AS c
        UNION ALL
        SELECT p.place + 1, c.created_at, c.id FROM pages AS p
        CROSS JOIN LATERAL civic.list_cases(before_time => p.created_at, before_id => p.id, max_rows => 1) AS c
    ) SELECT array_agg(p.id ORDER BY p.place) FROM pages AS p),
    (SELECT array_agg(c.id ORDER BY c.created_at DESC, c.id DESC) FROM civic.list_cases() AS c),
    'page by page, each once');
SELECT is(tap.seen('a.chair', 'SELECT id FROM civic.pending_cases()'), format('%s case_pending',
    tap.id('in pending_review')), 'what the chair has to review');
SELECT is(tap.seen('a.clerk', 'SELECT id FROM civic.pending_cases()'), tap.id('in pending_review')::text,
    'a clerk sees their own');
SELECT is(tap.value('a.chair', format('SELECT w.assigned || '' '' || w.in_progress || '' '' || w.completed'
    ' FROM civic.case_workload() AS w WHERE w.caseworker_id = %L', tap.id('a.caseworker'))), '1 2 1',
    'the workload of a caseworker');
SELECT is(tap.value('a.clerk', 'SELECT count(*) FROM civic.case_workload()'), '42501',
    'which is for the chair to know');

-- 7. The ways back, where an organization wants them.
SELECT is(tap.value('a.chair', format('SELECT (civic.return_case(%L, ''Incomplete.'')).status',
    tap.id('a.case_pending'))), 'ZC001', 'not by default');
SELECT is(tap.value('a.chair', 'SELECT civic.enable_transition(''case'', ''pending_review'', ''new'')'), '42501',
    'a chair does not change the rules');
SELECT is(tap.value('a.admin', 'SELECT civic.enable_transition(''case'', ''completed'', ''new'')'), '42704',
    'nor is there a way that is not known');
SELECT tap.do('a.admin', format('SELECT civic.enable_transition(''case'', %L, %L)', x.from_status, x.to_status))
FROM (VALUES ('pending_review', 'new'), ('assigned', 'pending_review'), ('pending_completion', 'in_progress'))
    AS x (from_status, to_status) \g /dev/null
SELECT is(tap.value('a.chair', format('SELECT (c).status || '' '' || ((c).assigned_to IS NULL) || '' '' ||'
    ' (c).return_reason FROM civic.return_case(%L, ''Incomplete.'') AS c', tap.id(x.name))), x.outcome,
    format('%s is returned', x.name))
FROM (VALUES ('a.case_pending', 'new true Incomplete.'), ('a.case_other', 'pending_review true Incomplete.'),
    ('in pending_completion', 'in_progress false Incomplete.'), ('a.case_worked', 'ZC001'), ('nowhere', 'PT404'),
    ('b.case_pending', 'PT404')) AS x (name, outcome);
SELECT is(tap.value('a.chair', format('SELECT civic.return_case(%L, '' '')', tap.id('a.case_pending'))), 'ZC002',
    'not without a reason');
SELECT is(tap.value('a.clerk', format('SELECT civic.return_case(%L, ''Mine.'')', tap.id('in pending_review'))),
    'ZC003', 'nor by the clerk');
SELECT is(tap.value('b.chair', format('SELECT civic.return_case(%L, ''Incomplete.'')', tap.id('b.case_pending'))),
    'ZC001', 'the other organization keeps its rules');
SELECT tap.do('a.admin', 'SELECT civic.enable_transition(''case'', ''pending_review'', ''new'', false)');
SELECT is(tap.value('a.chair', format('SELECT civic.return_case(%L, ''Incomplete.'')', tap.id('a.case_pending'))),
    'ZC001', 'and one that is taken out of use is gone');

SELECT * FROM finish();
ROLLBACK;
