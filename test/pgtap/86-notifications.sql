-- Messages: who is told what, in which words, and how it leaves the application.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- The messages since the fixture, as "person type priority", sorted.
CREATE FUNCTION tap.told() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(x.line, ', ' ORDER BY x.line COLLATE "C") FROM (
        SELECT concat_ws(' ', replace(replace(a.name, 'a.', ''), '.', ' '), n.type, n.priority) AS line
        FROM civic.notifications AS n JOIN tap.actors AS a ON tap.id(a.name) = n.recipient_id
        WHERE n.organization_id = tap.id('a') AND n.title <> 'News'
    ) AS x
$$;
CREATE FUNCTION tap.forget() RETURNS void LANGUAGE sql AS $$
    DELETE FROM civic.notifications WHERE title <> 'News'
$$;
CREATE FUNCTION tap.tell(person text, type text, variables jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
    SELECT civic_private.notify(tap.id('a'), tap.id('a.' || person), type, 'report', tap.id('a.pub_open'), variables)
$$;

-- 1. Words.
SELECT is(civic_private.fill_template(x.template, x.variables::jsonb), x.outcome, x.template)
FROM (VALUES
    ('', '{}', ''), ('plain', '{"plain": 1}', 'plain'), ('{a}', '{"a": "x"}', 'x'), ('{a}{a}-{b}', '{"a": "x"}', 'xx-'),
    ('{a', '{"a": 1}', '{a'), ('a}', '{"a": 1}', 'a}'), ('{{a}}', '{"a": 1}', '{1}'), ('{}', '{"": "e"}', 'e'),
    ('{a} {b} {c} {d}', '{"a": 1.50, "b": true, "c": null, "d": [1, "x"]}', '1.50 true  [1, "x"]'),
    ('{a}', '{"a": "{b}", "b": "no"}', '{b}'), ('{a}', '[1]', ''), ('{ö} ü{a}', '{"ö": "ß", "a": "…"}', 'ß ü…')
) AS x (template, variables, outcome);

-- 2. One message: its words, its priority, and the language.
SELECT tap.tell('neighbour', 'status_change',
    '{"report_number": "CL-1", "title": "Hole {status}", "status": "closed"}');
SELECT results_eq($$SELECT category, priority::text, title, message, subject_type, subject_id, action_url, is_read
    FROM civic.notifications WHERE organization_id = tap.id('a') AND title <> 'News'$$,
    $$VALUES ('report', 'normal', 'Report CL-1: closed', 'Your report "Hole {status}" is now closed. ', 'report',
        tap.id('a.pub_open'), '/reports/' || tap.id('a.pub_open'), false)$$, 'a message');
SELECT is_empty($$SELECT * FROM civic.outbox WHERE channel <> 'email'$$,
    'nothing leaves unless the organization sends');
SELECT tap.forget();
INSERT INTO civic.notification_templates (organization_id, type, language, title, message, is_active)
VALUES (tap.id('a'), 'status_change', 'hi', 'hi', '{title}', true), (tap.id('a'), 'status_change', 'en', 'en', 'en',
    true), (tap.id('a'), 'status_change', 'pt-BR', 'pt-BR', 'x', true), (tap.id('a'), 'status_change', 'pt', 'pt', 'x',
    true), (tap.id('a'), 'status_change', 'fr', 'fr', 'x', false),
    (tap.id('b'), 'status_change', 'de', 'de', 'x', true);
CREATE FUNCTION tap.title_in(tongue text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    UPDATE civic.users SET preferred_language = tongue WHERE id = tap.id('a.neighbour');
    PERFORM tap.forget(), tap.tell('neighbour', 'status_change');
    SELECT title INTO result FROM civic.notifications WHERE organization_id = tap.id('a') AND title <> 'News';
    PERFORM tap.forget();
    RETURN result;
END
$$;
SELECT is(tap.title_in(x.tongue), x.title, 'words in ' || x.tongue)
FROM (VALUES ('hi', 'hi'), ('hi-IN', 'hi'), ('pt-BR', 'pt-BR'), ('pt-PT', 'pt'), ('fr', 'en'), ('de', 'en'),
    ('en', 'en')) AS x (tongue, title);
DELETE FROM civic.notification_templates WHERE organization_id = tap.id('a') AND type = 'status_change';
SELECT is(tap.title_in('de'), 'Report : ', 'the built-in words where there are none');
SELECT is(tap.attempt('a.admin', format('INSERT INTO civic.notification_templates (type, title, message)'
    ' VALUES (''sla_warning'', %L, %L)', x.title, x.message)), x.outcome, format('%s / %s', x.title, x.message))
FROM (VALUES ('{title}', 'due {deadline} {subject_id}', '1'), ('{status}', 'x', 'ZC086'), ('x', '{status}', 'ZC086'),
    ('', 'x', '23514'), ('{', '}', '1'), ('{}', 'x', 'ZC086')) AS x (title, message, outcome);
SELECT is(tap.attempt('a.admin', $$INSERT INTO civic.notification_templates (type, title, message)
    VALUES ('no_such_type', 'x', 'x')$$), '23503', 'no words for a type that does not exist');
SELECT throws_ok($$SELECT tap.tell('neighbour', 'no_such_type')$$, 'ZC085', NULL, 'no such type');
SELECT is_empty($$SELECT t.code, v.name FROM civic.notification_types AS t,
    regexp_matches(concat_ws(' ', t.title, t.message), '\{([^}]*)\}', 'g') AS v (name)
    WHERE v.name[1] <> ALL (t.variables)$$, 'the built-in words use the variables of their types');

-- 3. Who is not told.
SELECT tap.tell('inactive', 'status_change');
SELECT is(tap.told(), NULL, 'nobody who is not active');
SELECT civic_private.notify(tap.id('b'), tap.id('a.citizen'), 'status_change', 'report', NULL);
SELECT is_empty($$SELECT FROM civic.notifications WHERE title <> 'News'$$, 'nobody of another organization');
SELECT civic_private.notify(tap.id('a'), NULL, 'status_change', 'report', NULL);
SELECT is(tap.told(), NULL, 'nobody at all');
SELECT is(tap.steps('a.citizen', 'SET LOCAL ROLE NONE', 'SELECT tap.tell(''citizen'', ''status_change'')',
    'SELECT tap.told()'), NULL, 'nobody of what they do themselves');
SELECT is(tap.steps('a.citizen', 'SET LOCAL ROLE NONE', 'SELECT tap.tell(''citizen'', ''role_changed'')',
    'SELECT tap.told()'), 'citizen role_changed high', 'but of what they must know');
UPDATE civic.notification_settings SET muted_categories = '{sla}', min_priority = 'normal'
WHERE user_id = tap.id('a.neighbour');
SELECT tap.tell('neighbour', t, v::jsonb) FROM (VALUES ('sla_warning', '{}'), ('status_change', '{"priority": "low"}'),
    ('task_started', '{}'), ('task_started', '{"priority": "critical"}'), ('on_hold', '{}')) AS x (t, v);
SELECT is(tap.told(), 'neighbour on_hold normal, neighbour task_started critical',
    'a person switches off categories, and what matters little');
SELECT tap.forget();
SELECT civic_private.notify_permission_holders(tap.id('a'), 'assign:task', 'sla_violated', 'report', NULL);
SELECT is(tap.told(), 'admin sla_violated high, super_admin sla_violated high', 'who holds a permission');
SELECT tap.forget();

-- 4. Rights.
SELECT is(tap.attempt(a, $$SELECT civic_private.notify(NULL, NULL, 'x', 'x', NULL)$$), '42501', a || ' tells nobody')
FROM unnest(ARRAY['a.super_admin', 'a.service', 'a.anon']) AS a;
SELECT is(tap.attempt(x.actor, x.statement), x.outcome, x.actor || ': ' || x.statement)
FROM (VALUES ('a.super_admin', 'SELECT * FROM civic.claim_notifications(''w'')', '0'),
    ('a.moderator', 'SELECT * FROM civic.claim_notifications(''w'')', '42501'),
    ('none.service', 'SELECT * FROM civic.claim_notifications(''w'')', '28000'),
    ('a.officer', 'SELECT civic.finish_notifications(''w'', ''email'', ''{}'')', '42501'),
    ('a.officer', 'SELECT civic.fail_notifications(''w'', ''email'', ''{}'', ''x'')', '42501'),
    ('a.officer', 'SELECT civic.retry_notifications()', '42501'),
    ('a.officer', 'SELECT civic.tidy_notifications()', '42501'),
    ('a.service', 'SELECT * FROM civic.claim_notifications(''w'', 0)', '22023'),
    ('a.service', 'SELECT * FROM civic.claim_notifications(''w'', lease => ''0'')', '22023'),
    ('a.service', 'SELECT * FROM civic.claim_notifications(''w'', at => ''infinity'')', '22023'),
    ('a.officer', 'SELECT civic.announce(''x'', ''x'')', '42501'),
    ('a.admin', 'SELECT civic.announce(''x'', ''x'', type => ''sla_warning'')', 'ZC085'),
    ('a.contributor', 'SELECT civic.set_notification_settings(quiet_from => ''22:00'')', '23514'),
    ('a.contributor', 'SELECT civic.set_notification_settings(time_zone => ''Europe/Nowhere'')', '22023'),
    ('a.auditor', 'SELECT civic.set_notification_settings(digest => ''daily'')', '42501')
) AS x (actor, statement, outcome);
SELECT is(tap.value('a.service', 'SELECT count(*) FROM civic.claim_notifications(''w'')'), '0',
    'the message of the fixture is to a person without e-mail');

-- 5. Reading.
SELECT tap.tell('citizen', 'on_hold') FROM generate_series(1, 5);
SELECT is(tap.value('a.citizen', 'SELECT civic.count_unread_notifications()'), '6', 'unread');
SELECT is(tap.value('a.citizen', 'SELECT civic.count_unread_notifications(3)'), '3', 'unread, up to three');
CREATE TEMP TABLE newest AS SELECT id FROM civic.notifications WHERE recipient_id = tap.id('a.citizen')
ORDER BY id DESC LIMIT 2;
GRANT SELECT ON newest TO public;
SELECT is(tap.value('a.neighbour', 'SELECT civic.mark_notifications_read(ARRAY(SELECT id FROM newest))'), '0',
    'nobody marks messages of others');
SELECT tap.do('a.citizen', 'SELECT civic.mark_notifications_read(ARRAY(SELECT id FROM newest))');
SELECT is(tap.value('a.citizen', $$SELECT string_agg(is_read::text, ' ' ORDER BY id DESC)
    FROM civic.list_notifications(max_rows => 3)$$), 'true true false', 'newest first, two are read');
SELECT is(tap.value('a.citizen', $$SELECT count(*) FROM civic.list_notifications(
    before_id => (SELECT min(id::text)::uuid FROM newest))$$), '4', 'the next page');
SELECT is(tap.value('a.citizen', 'SELECT count(*) FROM civic.list_notifications(true)'), '4', 'those not read');
SELECT is(tap.steps('a.citizen', 'SELECT civic.mark_notifications_read()',
    'SELECT civic.count_unread_notifications()'), '0', 'all are read');
SELECT is(tap.value('a.auditor', 'SELECT civic.mark_notifications_read()'), '0', 'an auditor writes nothing');
SELECT is(tap.value('a.moderator', 'SELECT count(*) FROM civic.list_notifications()'), '0', 'nothing for others');
SELECT tap.forget();

-- 6. What is told of reports.
SELECT is(tap.steps(x.actor, x.statement, 'SET LOCAL ROLE NONE', 'SELECT tap.told()'), x.told,
    format('%s: %s', x.actor, x.statement))
FROM (VALUES
    ('a.admin', format('SELECT civic.assign_officer(%L, %L)', tap.id('a.pub_open'), tap.id('a.officer')),
        'neighbour status_change normal, officer task_assigned normal'),
    ('a.admin', format('SELECT civic.assign_officer(%L, %L, 9)', tap.id('a.pub_wsd'), tap.id('a.officer2')), NULL),
    ('a.officer2', format('SELECT civic.acknowledge_report(%L)', tap.id('a.pub_wsd')),
        'neighbour status_change normal'),
    ('a.officer2', format('SELECT civic.refuse_assignment(%L, ''Not my part of town.'')', tap.id('a.pub_wsd')),
        'admin assignment_rejected high, neighbour status_change high, super_admin assignment_rejected high'),
    ('a.officer3', format('SELECT civic.finish_work(%L, ''Filled.'')', tap.id('a.pub_colleague')),
        'admin verification_required high, neighbour status_change high, super_admin verification_required high'),
    ('a.admin', format('SELECT civic.hold_report(%L, ''Waits for parts to arrive.'')', tap.id('a.pub_colleague')),
        'neighbour status_change normal, officer3 on_hold normal'),
    -- citizen and officer2 support it, and so does whoever filed its duplicate.
    ('a.admin', format('SELECT civic.reject_report(%L, ''No such place.'')', tap.id('a.pub_open')),
        'citizen family_change normal, neighbour status_change critical, officer2 family_change normal')
) AS x (actor, statement, told);
SELECT is(tap.steps('a.admin', 'SET LOCAL ROLE NONE', format('SET LOCAL civic.user_id = %L', tap.id('a.officer3')),
        format('SELECT civic.finish_work(%L, ''Filled.'')', tap.id('a.pub_colleague')),
        format('SET LOCAL civic.user_id = %L', tap.id('a.admin')), 'SELECT tap.forget()',
        format('SELECT civic.%s', x.call), 'SELECT tap.told()'), x.told, x.call)
FROM (VALUES
    (format('reject_work(%L, ''Still a hole.'')', tap.id('a.pub_colleague')),
        'neighbour status_change normal, officer3 resolution_rejected high'),
    (format('approve_work(%L)', tap.id('a.pub_colleague')),
        'neighbour status_change high, officer3 resolution_approved normal')
) AS x (call, told);
SELECT is(tap.steps('a.citizen', $$SELECT civic.submit_report('A hole in the road',
    'A deep hole in the middle of the road', 22.5, 88.3, 'roads')$$, 'SET LOCAL ROLE NONE', 'SELECT tap.told()'), NULL,
    'whoever files a report has the answer');
UPDATE civic.departments SET auto_assign = true WHERE id = tap.dept('a', 'PWD');
SELECT is(tap.steps('a.citizen', $$SELECT civic.submit_report('A hole in the road',
    'A deep hole in the middle of the road', 22.5, 88.3, 'roads')$$, 'SET LOCAL ROLE NONE',
    $$SELECT count(*) FROM civic.notifications WHERE type = 'task_assigned'$$), '1',
    'and the officer it is given to is told');

-- 7. Deadlines and escalations.
CREATE FUNCTION tap.late(by interval) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM tap.become('a.service');
    PERFORM civic.tick(1000, (SELECT t.sla_deadline + by FROM civic.tasks AS t
        WHERE t.report_id = tap.id('a.pub_colleague')));
    PERFORM tap.unbecome();
    SELECT string_agg(x.line, ', ' ORDER BY x.line COLLATE "C") INTO result FROM (
        SELECT DISTINCT replace(a.name, 'a.', '') || ' ' || n.type AS line
        FROM civic.notifications AS n JOIN tap.actors AS a ON tap.id(a.name) = n.recipient_id
        WHERE n.subject_id = tap.id('a.pub_colleague') AND n.title <> 'News'
    ) AS x;
    PERFORM tap.forget();
    RETURN result;
END
$$;
SELECT is(tap.late('-1 minute'), 'officer3 sla_warning', 'the officer is warned');
SELECT is(tap.late('-30 seconds'), NULL, 'once');
SELECT is(tap.late('1 minute'), 'admin sla_violated, officer3 sla_violated, super_admin sla_violated',
    'and told that it is late, as are the administrators');
SELECT is(tap.steps('a.officer', format('SELECT civic.escalate_report(%L, ''unresolved'', ''Nobody helps.''%s)',
        tap.id('a.priv_mine'), x.rest), 'SET LOCAL ROLE NONE', 'SELECT tap.told()'), x.told, 'escalated' || x.rest)
FROM (VALUES (', ''level_2''', 'admin escalation_created high, super_admin escalation_created high'),
    (format(', ''level_3'', %L', tap.id('a.super_admin')), 'super_admin escalation_assigned high')) AS x (rest, told);

-- 8. People.
SELECT is(tap.steps('a.admin', format('SELECT civic.change_role(%L, ''contributor'', ''Good work.'')',
    tap.id('a.citizen')), 'SET LOCAL ROLE NONE', 'SELECT tap.told()'), 'citizen role_changed high', 'a new role');
SELECT is(tap.steps('a.admin', $$INSERT INTO civic.teams (name) VALUES ('Night watch')$$, 'SET LOCAL ROLE NONE',
    'SELECT string_agg(title, '', '') FROM civic.notifications WHERE type = ''team_created'''), '42501',
    'no team by who may not');
SELECT is(tap.steps('a.org_admin', $$INSERT INTO civic.users (phone, email, account_created_via)
    VALUES ('+919999999999', 'new@example.org', 'password')$$, 'SET LOCAL ROLE NONE',
    'SELECT coalesce(tap.told(), ''nobody else'')'), 'nobody else', 'who does it is not told');
SELECT is(tap.value('a.admin', 'SELECT civic.announce(''Office closed'', ''On Friday.'', ''nodal_officer'')'), '3',
    'an announcement');
SELECT is(tap.steps('a.org_admin',
    'SELECT civic.announce(''Closed'', ''Today.'', department_id => tap.dept(''a'', ''PWD''))', 'SET LOCAL ROLE NONE',
    'SELECT tap.told()'), 'officer organization_announcement normal, officer3 organization_announcement normal',
    'to a department');

SELECT is(tap.value('a.admin', 'SELECT civic.announce(''Drill'', ''x'', ''moderator'', type =>'
    ' ''test_system_broadcast'')'), '1', 'a drill');
SELECT is(tap.steps('a.citizen', 'SELECT civic.send_test_notification()', 'SET LOCAL ROLE NONE', 'SELECT tap.told()'),
    'citizen test_notification normal', 'a test comes to who asks for it');
SELECT is(tap.attempt(a, 'SELECT civic.send_test_notification()'), '42501', a || ' cannot ask')
FROM unnest(ARRAY['a.auditor', 'a.anon', 'a.service']) AS a;
-- Those of the default organization look after all of them.
INSERT INTO civic.users (organization_id, id, email)
SELECT o.id, tap.id('operator'), 'operator@example.org' FROM civic.organizations AS o WHERE o.is_default;
INSERT INTO civic.user_roles (organization_id, user_id, role_id)
SELECT o.id, tap.id('operator'), r.id FROM civic.organizations AS o, civic.roles AS r
WHERE o.is_default AND r.code = 'super_admin' AND r.is_system;
SELECT tap.forget();
SELECT civic.create_organization('TAPN', 'Newtown') \g /dev/null
SELECT results_eq($$SELECT recipient_id, title, message, subject_id FROM civic.notifications WHERE title <> 'News'$$,
    $$SELECT tap.id('operator'), 'New organization: Newtown', 'Organization Newtown (TAPN) was registered.', id
        FROM civic.organizations WHERE code = 'TAPN'$$, 'a new organization');

-- All kinds of messages that the five systems know.
SELECT set_has('SELECT code FROM civic.notification_types', $$SELECT unnest('{
    status_change,task_assigned,task_acknowledged,task_started,task_completed,verification_required,
    resolution_approved,resolution_rejected,appeal_submitted,appeal_reviewed,feedback_received,sla_warning,
    sla_violated,escalation_created,escalation_assigned,assignment_rejected,on_hold,work_resumed,hold_approved,
    hold_rejected,hold_approval_requested,
    client_created,deal_created,deal_updated,deal_status_changed,user_created,role_created,team_created,
    project_created,commission_created,payment_received,new_organization,system_alert,system_maintenance,
    organization_announcement,test_system_broadcast,test_notification,
    case_assigned,case_status_changed,attendance_request,attendance_message,comment_answered}'::text[])$$,
    'kinds of messages');

-- 9. The outbox: what leaves, by which way, in which order.
UPDATE civic.organizations SET notification_channels = '{app,email,sms}' WHERE id = tap.id('a');
UPDATE civic.users SET email = name.n || '@example.org', email_notifications = true, sms_notifications = false
FROM (VALUES ('citizen'), ('neighbour'), ('officer')) AS name (n) WHERE id = tap.id('a.' || name.n);
DELETE FROM civic.outbox;
UPDATE civic.notification_settings SET muted_categories = '{}', min_priority = 'low';
SELECT tap.tell('citizen', t, v::jsonb) FROM (VALUES ('status_change', '{}'), ('on_hold', '{"priority": "low"}'),
    ('status_change', '{"priority": "critical"}'), ('task_assigned', '{"priority": "high"}')) AS x (t, v);
SELECT results_eq($$SELECT n.type, o.channel::text FROM civic.outbox AS o JOIN civic.notifications AS n
    ON n.id = o.notification_id ORDER BY 1, 2$$, $$VALUES ('on_hold', 'app'), ('status_change', 'app'),
    ('status_change', 'app'), ('status_change', 'email'), ('status_change', 'email'), ('task_assigned', 'app'),
    ('task_assigned', 'email')$$, 'by the ways of the type that the person wants');
CREATE TEMP TABLE claims (worker text, place bigint, ids uuid[], channel civic.delivery_channel, recipient uuid,
    address text, priority text, title text, message text, attempt integer);
GRANT ALL ON claims TO public;
CREATE FUNCTION tap.claim(worker text, n integer, at timestamptz DEFAULT now(), VARIADIC ways text[] DEFAULT
    '{app,email,sms}') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    claimed bigint;
BEGIN
    PERFORM tap.become('a.service');
    INSERT INTO claims SELECT worker, row_number() OVER (), c.notification_ids, c.channel, c.recipient_id, c.address,
        c.priority, c.title, c.message, c.attempt
    FROM civic.claim_notifications(worker, n, ways::civic.delivery_channel[], '5 minutes', at) AS c;
    GET DIAGNOSTICS claimed = ROW_COUNT;
    PERFORM set_config('role', 'none', true), tap.unbecome();
    RETURN claimed;
END
$$;
SELECT is(tap.claim('w1', 3, now(), 'email'), 3::bigint, 'e-mails only');
SELECT is((SELECT string_agg(priority || ' ' || address || ' ' || attempt, ', ' ORDER BY place) FROM claims),
    'critical citizen@example.org 1, high citizen@example.org 1, normal citizen@example.org 1', 'the urgent first');
SELECT is(tap.claim('w2', 10), 4::bigint, 'another worker gets the rest');
SELECT is(tap.claim('w2', 10), 0::bigint, 'nothing is given out twice');
SELECT is(tap.claim('w2', 10, now() + interval '4 minutes'), 0::bigint, 'not while the lease holds');
SELECT is(tap.value('a.service', $$SELECT civic.finish_notifications('w1', 'email', (SELECT ids FROM claims
    WHERE worker = 'w1' AND place = 1))$$), '1', 'one is sent');
SELECT tap.do('a.service', $$SELECT civic.finish_notifications('w1', 'email', (SELECT ids FROM claims
    WHERE worker = 'w1' AND place = 1))$$);
SELECT is(tap.value('a.service', $$SELECT civic.fail_notifications('w2', 'email', (SELECT ids FROM claims
    WHERE worker = 'w1' AND place = 2), 'no')$$), '0', 'nobody fails for another worker');
SELECT tap.do('a.service', $$SELECT civic.fail_notifications('w1', 'email', (SELECT ids FROM claims
    WHERE worker = 'w1' AND place = 2), 'mailbox full')$$);
SELECT is((SELECT string_agg(format('%s %s %s %s', state, attempts, coalesce(claimed_by, '-'), last_error), ', ')
    FROM civic.outbox WHERE channel = 'email' AND notification_id = (SELECT ids[1] FROM claims WHERE worker = 'w1'
    AND place = 2)), 'pending 1 - mailbox full', 'a failure waits for another try');
SELECT cmp_ok((SELECT due_at FROM civic.outbox WHERE last_error = 'mailbox full'), '>=', now() + interval '30 seconds',
    'of half a minute');
DELETE FROM claims;
SELECT is(tap.claim('w3', 10, now() + interval '6 minutes'), 6::bigint, 'what a dead worker held is given out again');
SELECT is((SELECT string_agg(DISTINCT attempt::text, ' ') FROM claims), '2', 'as the second attempt');
DELETE FROM claims;
UPDATE civic.outbox SET attempts = 8, due_at = now() WHERE state = 'pending' AND channel = 'app';
SELECT is(tap.claim('w3', 10, now(), 'app'), 0::bigint, 'after eight attempts nobody gets it');
SELECT is((SELECT string_agg(DISTINCT state || ': ' || last_error, ', ') FROM civic.outbox WHERE channel = 'app'),
    'dead: no worker said what became of it', 'and it is given up');
SELECT is(tap.value('a.service', 'SELECT civic.retry_notifications()'), '4',
    'unless an administrator wants it to be tried');
SELECT is(civic_private.retry_after(n)::text, t, format('after %s attempts', n))
FROM (VALUES (1, '00:00:30'), (2, '00:01:30'), (6, '02:01:30'), (7, '06:00:00'), (8, NULL)) AS x (n, t);
UPDATE civic.users SET email_notifications = false WHERE id = tap.id('a.citizen');
UPDATE civic.outbox SET due_at = now() WHERE state = 'pending' AND channel = 'email';
SELECT is(tap.claim('w3', 10, now(), 'email'), 0::bigint, 'nobody gets what they switched off meanwhile');
SELECT is_empty($$SELECT FROM civic.outbox WHERE state = 'pending'$$, 'nor is it tried again');

-- 10. When messages leave: digests and quiet hours on the clock of the person.
CREATE FUNCTION tap.leaves(at text, written text, priority text, digest text, quiet text, zone text) RETURNS text
    LANGUAGE sql AS $$
    SELECT to_char(date_trunc('minute', civic_private.leaves_at(at::timestamptz, written::timestamptz,
        priority::civic.notification_priority, tap.id('a.neighbour'), digest::civic.notification_digest, '08:00',
        split_part(quiet, '-', 1)::time, split_part(quiet, '-', 2)::time, zone)), 'YYYY-MM-DD HH24:MI')
$$;
SET LOCAL TIME ZONE 'UTC';
SELECT is(tap.leaves(x.at, coalesce(x.written, x.at), x.priority, x.digest, x.quiet, x.zone), x.leaves,
    format('at %s, written %s, %s, digest %s, quiet %s, %s', x.at, x.written, x.priority, x.digest, x.quiet, x.zone))
FROM (VALUES
    ('2026-03-02 12:00', NULL, 'normal', 'none', NULL, 'UTC', '2026-03-02 12:00'),
    ('2026-03-02 12:10', NULL, 'normal', 'hourly', NULL, 'UTC', '2026-03-02 13:00'),
    ('2026-03-02 13:10', '2026-03-02 12:10', 'low', 'hourly', NULL, 'UTC', '2026-03-02 13:10'),
    ('2026-03-02 12:10', NULL, 'high', 'hourly', NULL, 'UTC', '2026-03-02 12:10'),
    ('2026-03-02 07:59', NULL, 'normal', 'daily', NULL, 'UTC', '2026-03-02 08:00'),
    ('2026-03-02 08:00', NULL, 'normal', 'daily', NULL, 'UTC', '2026-03-03 08:00'),
    ('2026-03-02 08:00', NULL, 'normal', 'daily', NULL, 'Asia/Kolkata', '2026-03-03 02:30'),
    -- The night to 29 March has no 02:30 in Berlin; eight o'clock is summer time.
    ('2026-03-28 20:00', NULL, 'normal', 'daily', NULL, 'Europe/Berlin', '2026-03-29 06:00'),
    ('2026-03-02 07:00', NULL, 'normal', 'weekly', NULL, 'UTC', '2026-03-02 08:00'),
    ('2026-03-02 09:00', NULL, 'normal', 'weekly', NULL, 'UTC', '2026-03-09 08:00'),
    ('2026-03-08 23:00', NULL, 'normal', 'weekly', NULL, 'UTC', '2026-03-09 08:00'),
    ('2026-03-02 23:00', NULL, 'normal', 'none', '22:00-07:00', 'UTC', '2026-03-03 07:00'),
    ('2026-03-03 06:59', NULL, 'high', 'none', '22:00-07:00', 'UTC', '2026-03-03 07:00'),
    ('2026-03-03 07:00', NULL, 'normal', 'none', '22:00-07:00', 'UTC', '2026-03-03 07:00'),
    ('2026-03-02 23:00', NULL, 'critical', 'daily', '22:00-07:00', 'UTC', '2026-03-02 23:00'),
    ('2026-03-02 13:30', NULL, 'normal', 'none', '13:00-14:00', 'UTC', '2026-03-02 14:00'),
    ('2026-03-02 18:00', NULL, 'normal', 'none', '22:00-07:00', 'Asia/Kolkata', '2026-03-03 01:30'),
    ('2026-03-02 07:30', NULL, 'normal', 'daily', '22:00-09:00', 'UTC', '2026-03-02 09:00')
) AS x (at, written, priority, digest, quiet, zone, leaves);

DELETE FROM civic.outbox;
UPDATE civic.notification_settings SET digest = 'daily', digest_at = (now() - interval '1 minute')::time
WHERE user_id = tap.id('a.neighbour');
SELECT tap.tell('neighbour', 'on_hold') FROM generate_series(1, 5);
SELECT tap.tell('neighbour', 'sla_warning');
SELECT tap.tell('officer', 'on_hold');
DELETE FROM claims;
SELECT is(tap.claim('w', 10, now(), 'app'), 2::bigint, 'high ones and those of others leave');
SELECT is((SELECT string_agg(replace(a.name, 'a.', '') || ' ' || c.priority, ', ' ORDER BY a.name) FROM claims AS c
    JOIN tap.actors AS a ON tap.id(a.name) = c.recipient), 'neighbour high, officer normal', 'namely those');
SELECT is(tap.claim('w', 2, now() + interval '23 hours', 'app'), 2::bigint, 'only the lease ends before the digest');
DELETE FROM claims;
UPDATE civic.outbox SET state = 'sent', finished_at = now() WHERE claimed_by IS NOT NULL;
SELECT is(tap.claim('w', 2, now() + interval '25 hours', 'app'), 1::bigint, 'a digest is one message');
SELECT is((SELECT format('%s %s %s', cardinality(ids), title, length(message) > 100) FROM claims), '5 5 messages t',
    'with everything in it, though only two were asked for');
SELECT is(tap.value('a.service', $$SELECT civic.finish_notifications('w', 'app', (SELECT ids FROM claims))$$), '5',
    'and is sent as one');

-- 11. Age.
SELECT is(tap.value('a.service', $$SELECT marked FROM civic.tidy_notifications(at => now() + interval '6 days')$$), '0',
    'nothing is as good as read after six days');
SELECT is(tap.value('a.service', $$SELECT marked = (SELECT count(*) FROM civic.notifications WHERE NOT is_read)
    FROM civic.tidy_notifications(at => now() + interval '8 days')$$), 'true', 'everything after eight');
UPDATE civic.notification_settings SET auto_mark_read_days = 0 WHERE user_id = tap.id('a.neighbour');
SELECT is(tap.steps('a.service', $$SELECT civic.tidy_notifications(at => now() + interval '400 days')$$,
    $$SELECT count(*) FILTER (WHERE is_read) || ' ' || count(*) FROM civic.notifications
        WHERE recipient_id = tap.id('a.neighbour')$$), '0 7', 'but never where the person wants that');
SELECT is(tap.steps('a.service', $$SELECT civic.tidy_notifications(at => now() + interval '400 days')$$,
    $$SELECT removed > 0 FROM civic.tidy_notifications(at => now() + interval '401 days')$$,
    $$SELECT count(*) FROM civic.notifications WHERE recipient_id <> tap.id('a.neighbour')$$), '0',
    'what is read and older than a year goes');

-- 12. New reports in one's area.
SELECT tap.forget();
DELETE FROM civic.area_subscriptions;
INSERT INTO civic.area_subscriptions (organization_id, user_id, name, area_kind, area_code, created_at)
VALUES (tap.id('a'), tap.id('a.citizen'), 'My ward', 'ward', '1', now() - interval '1 day');
INSERT INTO civic.area_subscriptions (organization_id, user_id, name, latitude, longitude, radius_m, created_at)
VALUES (tap.id('a'), tap.id('a.neighbour'), 'My street', 22.55, 88.35, 300, now() - interval '1 day');
CREATE FUNCTION tap.filed(name text, latitude float, longitude float, is_public boolean DEFAULT true,
    person text DEFAULT 'contributor', age interval DEFAULT '5 minutes') RETURNS void LANGUAGE sql AS $$
    INSERT INTO civic.reports (organization_id, user_id, title, description, latitude, longitude, category, status,
        created_at, is_public)
    VALUES (tap.id('a'), tap.id('a.' || person), name, 'A report for an alert.', latitude, longitude, 'other',
        'pending_classification', now() - age, is_public);
    -- As if a transaction of its own had done it.
    UPDATE civic_private.sync_feed AS f SET written_at = r.created_at, xid = '20' FROM civic.reports AS r
    WHERE r.title = filed.name AND f.entity_id = r.id AND f.xid = pg_current_xact_id()
$$;
DELETE FROM civic_private.sync_feed;
SELECT is(tap.attempt('a.officer', 'SELECT civic.send_area_alerts()'), '42501', 'not run by everybody');
SELECT is(tap.attempt('a.citizen', x.statement), x.outcome, x.statement)
FROM (VALUES ('INSERT INTO civic.area_subscriptions (name) VALUES (''x'')', '23514'),
    ('INSERT INTO civic.area_subscriptions (name, latitude, longitude, radius_m) VALUES (''x'', 1, 1, 6000)', '23514'),
    ('INSERT INTO civic.area_subscriptions (name, latitude, longitude, radius_m, area_kind, area_code)'
        ' VALUES (''x'', 1, 1, 60, ''ward'', ''1'')', '23514')) AS x (statement, outcome);
SELECT tap.filed('In both places', 22.55, 88.35), tap.filed('In the ward only', 22.51, 88.31),
    tap.filed('Nobody is told', 22.55, 88.35, false), tap.filed('Far away', 23.5, 88.31),
    tap.filed('By the neighbour', 22.55, 88.35, person => 'neighbour') \g /dev/null
SELECT tap.do('a.service', 'SELECT civic.send_area_alerts()');
SELECT results_eq($$SELECT replace(a.name, 'a.', ''), n.title, n.message FROM civic.notifications AS n
    JOIN tap.actors AS a ON tap.id(a.name) = n.recipient_id WHERE n.type = 'area_alert' ORDER BY 1$$,
    $$VALUES ('citizen', '3 new reports near you',
        'New in "My ward": In both places; In the ward only; By the neighbour'),
        ('neighbour', '1 new reports near you', 'New in "My street": In both places')$$,
    'who subscribed is told of public reports of others');
SELECT is(tap.value('a.service', 'SELECT civic.send_area_alerts()'), '0', 'once');
SELECT tap.filed('A later one', 22.55, 88.35);
UPDATE civic_private.area_alerts SET seen = '15:25:20';
UPDATE civic_private.sync_feed SET xid = '14'
WHERE xid = '20' AND place < (SELECT max(place) FROM civic_private.sync_feed);
UPDATE civic.reports SET landmark = 'changed', is_public = true WHERE title = 'Nobody is told';
UPDATE civic_private.sync_feed SET xid = '26', written_at = now() - interval '1 minute'
WHERE xid = pg_current_xact_id();
SELECT is(tap.value('a.service', 'SELECT civic.send_area_alerts()'), '2', 'a later one, but no changes');
UPDATE civic.area_subscriptions SET categories = '{roads}' WHERE organization_id = tap.id('a');
UPDATE civic_private.area_alerts SET seen = '15:25:20';
SELECT is(tap.value('a.service', 'SELECT civic.send_area_alerts()'), '0', 'nothing of other categories');
UPDATE civic.area_subscriptions SET categories = NULL WHERE organization_id = tap.id('a');
UPDATE civic_private.area_alerts SET epoch = 'another', seen = '1:1:';
SELECT is(tap.value('a.service', 'SELECT civic.send_area_alerts()'), '0', 'nothing from before a restore');
UPDATE civic_private.area_alerts SET seen = '1:1:';
SELECT is(tap.value('a.service', 'SELECT civic.send_area_alerts()'), '0', 'nor later');

SELECT * FROM finish();
ROLLBACK;
