-- Devices without a connection: actions done once, three-way merges, conflicts, dead letters; and changes for devices.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();
DELETE FROM civic.sync_conflicts;
DELETE FROM civic.offline_actions;
DELETE FROM civic.client_sync_states;
DELETE FROM civic.sync_field_policies WHERE organization_id = tap.id('a');

-- 1. Merging of values.
SELECT is(civic_helpers.sync_merged(m.base::jsonb, m.server::jsonb, m.client::jsonb), m.merged::jsonb,
    format('base %s, server %s, client %s', m.base, m.server, m.client))
FROM (VALUES
    ('{"a": 1, "b": 1}', '{"a": 2, "b": 1}', '{"a": 1, "b": 3}', '{"a": 2, "b": 3}'),
    ('{"a": 1}', '{"a": 2}', '{"a": 3}', '{"a": 3}'),
    ('{"a": 1, "b": 1}', '{"b": 1}', '{"a": 1, "b": 2}', '{"b": 2}'),
    ('{"a": 1, "b": 1}', '{"a": 2, "b": 1}', '{"b": 1}', '{"b": 1}'),
    ('{"a": {"x": 1, "y": 1}}', '{"a": {"x": 2, "y": 1}}', '{"a": {"x": 1, "y": 5}}', '{"a": {"x": 2, "y": 5}}'),
    (NULL, '{"a": 1}', '{"b": 2}', '{"a": 1, "b": 2}'),
    ('[1, 2, 3]', '[1, 2, 3, 4]', '[2, 3, 5]', '[2, 3, 4, 5]'),
    ('[1, 2]', '[1]', '[1, 2, 3]', '[1, 3]'),
    (NULL, '[1]', '[2, 1]', '[1, 2]'),
    ('10', '12', '15', '17'), (NULL, '12', '15', '15'),
    ('"a"', '"a and b"', '"a or c"', '"a and b\na or c"'), ('"a"', '"a and b"', '"a and b, c"', '"a and b, c"'),
    ('"a"', '"a, b, c"', '"a, b"', '"a, b, c"'),
    ('true', 'true', 'false', 'false'), ('1', 'null', '"x"', '"x"')
) AS m (base, server, client, merged);

-- Sends actions for good; the answers, in the order they were done.
CREATE FUNCTION tap.send(actor text, actions jsonb, device text DEFAULT 'phone') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM tap.become(actor);
    SELECT string_agg(concat_ws(' ', a.client_id, a.status, a.error_code, CASE WHEN a.server_id IS NOT NULL THEN 'id'
        END,
        CASE WHEN a.conflict_id IS NOT NULL THEN 'ask' END), ', ' ORDER BY a.n) INTO result
    FROM civic.sync_apply(actions, device) WITH ORDINALITY
        AS a (client_id, status, server_id, message, error_code, error_message, conflict_id, n);
    PERFORM set_config('role', 'none', true), tap.unbecome();
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
CREATE FUNCTION tap.action(client_id text, action_type text, payload jsonb, base jsonb DEFAULT NULL,
    priority integer DEFAULT 0, minutes_ago integer DEFAULT 0) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(jsonb_build_object('client_id', client_id, 'action_type', action_type, 'payload', payload,
        'base', base, 'priority', priority, 'created_at', now() - make_interval(mins => minutes_ago)))
$$;
CREATE FUNCTION tap.report(title text, latitude float8) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('title', title, 'description', 'Something is broken here.', 'category', 'roads',
        'latitude', latitude, 'longitude', 10)
$$;

-- 2. Once, and the same answer again.
SELECT is(tap.send('a.clerk', '[]'), NULL, 'nothing to do');
SELECT is(tap.send('none.user', '[]'), '28000', 'nobody has no device');
SELECT is(tap.send('a.auditor', '[]'), '42501', 'an auditor writes nothing');
SELECT is(tap.send('a.clerk', '{}'), 'ZC080', 'no list');
SELECT is(tap.send('a.clerk', NULL), 'ZC080', 'null');
SELECT is(tap.send('a.clerk', (SELECT jsonb_agg(n) FROM generate_series(1, 1001) AS n)), 'ZC080', 'too many');
SELECT is(tap.send('a.contributor', tap.action('r1', 'create_report', tap.report('Pothole one', 1))), 'r1 applied id',
    'a report is filed');
SELECT is(tap.send('a.contributor', tap.action('r1', 'create_report', tap.report('Pothole one', 1))), 'r1 applied id',
    'sent again it is answered');
SELECT is(count(*), 1::bigint, 'and not filed again') FROM civic.reports WHERE title = 'Pothole one';
SELECT is(o.server_id || ' ' || o.message, r.id || ' ' || r.report_number, 'the device learns its id and number')
FROM civic.offline_actions AS o, civic.reports AS r WHERE o.client_id = 'r1' AND r.title = 'Pothole one';
SELECT is(tap.send('a.contributor', tap.action('r1', 'create_report', tap.report('Pothole two', 2)), 'tablet'),
    'r1 applied id', 'another device has names of its own');
SELECT is(tap.send('a.neighbour', tap.action('r1', 'create_report', tap.report('Pothole four', 4))), 'r1 applied id',
    'and so has another person');
SELECT is(tap.send('a.moderator', tap.action('x', 'create_report', tap.report('Pothole six', 6))
    || tap.action('x', 'create_report', tap.report('Pothole six', 6))), 'x applied id, x applied id',
    'twice in one list is once');
SELECT is(count(*), 1::bigint, 'indeed') FROM civic.reports WHERE title = 'Pothole six';

-- A failure leaves the others alone; files go with the report of the same device, in the order of priority and time.
SELECT is(tap.send('a.moderator', tap.action('m1', 'upload_media', jsonb_build_object('report_client_id', 'r2',
        'file_url', 'https://files/1', 'file_type', 'image', 'mime_type', 'image/jpeg'), minutes_ago => 5)
    || tap.action('bad', 'create_report', tap.report('Pothole x', 100), minutes_ago => 4)
    || tap.action('late', 'update_profile', '{"full_name": "Late"}',
        '{"full_name": "Early"}', minutes_ago => 1)
    || tap.action('r2', 'create_report', tap.report('Pothole seven', 7), priority => 5, minutes_ago => 2)
    || tap.action('early', 'update_profile', '{"full_name": "Early"}', '{"full_name": "moderator"}',
        minutes_ago => 9)),
    'r2 applied id, early applied id, m1 applied id, bad failed 23514, late applied id', 'priority first, then time');
SELECT is(u.full_name, 'Late', 'the later change is the last') FROM civic.users AS u WHERE u.id = tap.id('a.moderator');
SELECT is(count(*), 1::bigint, 'the file is there') FROM civic.media AS m JOIN civic.reports AS r ON r.id = m.report_id
WHERE r.title = 'Pothole seven' AND m.uploaded_by = tap.id('a.moderator');
SELECT is(tap.send('a.moderator', tap.action('m2', 'upload_media', '{"report_client_id": "none", "file_url": "x",'
    ' "file_type": "image"}')), 'm2 failed ZC080', 'a file of a report that was not filed waits');

-- Three failures are the end; what passes by itself is not counted.
SELECT is(tap.send('a.moderator', tap.action('bad', 'create_report', '{}')), 'bad failed 23514', 'the second failure');
SELECT is(tap.send('a.moderator', tap.action('bad', 'create_report', '{}')), 'bad dead 23514', 'the third is the end');
SELECT is(tap.send('a.moderator', tap.action('bad', 'create_report', '{}')), 'bad dead 23514', 'it stays dead');
SELECT is(o.retry_count || ' ' || (o.error_message ~ 'latitude'), '3 true', 'and says why')
FROM civic.offline_actions AS o WHERE o.client_id = 'bad';
SELECT is(tap.value('a.moderator', format('SELECT civic.revive_action(%L)', o.id)), 'true', 'it can be revived')
FROM civic.offline_actions AS o WHERE o.client_id = 'bad';
SELECT is(tap.value('a.citizen', format('SELECT civic.revive_action(%L)', o.id)), 'false', 'by whose it is')
FROM civic.offline_actions AS o WHERE o.client_id = 'bad';
SELECT is(tap.send('a.moderator', tap.action('r8', 'create_report', tap.report('Pothole eight', 8))), 'r8 applied id',
    'a third report');
SELECT is(tap.send('a.moderator', tap.action('r9', 'create_report', tap.report('Pothole nine', 9))), 'r9 failed ZC011',
    format('the fourth within 5 minutes waits, try %s', n)) FROM generate_series(1, 5) AS n;
SELECT is(o.retry_count, 0, 'and is not given up') FROM civic.offline_actions AS o WHERE o.client_id = 'r9';
UPDATE civic.reports SET created_at = now() - interval '6 minutes' WHERE false;
SELECT is(tap.value('a.moderator', 'SELECT s FROM civic.sync_state() AS s'), '(2,1,0,good)', 'what is unfinished');
SELECT is(tap.value('a.moderator', 'SELECT s FROM civic.sync_state(''tablet'') AS s'), '(0,0,0,good)', 'per device');
SELECT is(tap.send('a.clerk', tap.action(NULL, 'create_report', '{}') || tap.action('u', 'fly', '{}')
    || tap.action('v', 'create_report', '[]')), 'dead ZC080, u dead ZC080, v dead ZC080', 'what cannot be read')
FROM (SELECT) AS x;
SELECT is(tap.send('a.clerk', '[7, null, "x", {}, {"client_id": ""}]' || jsonb_build_array(
    jsonb_build_object('client_id', repeat('x', 256), 'action_type', 'create_report'),
    jsonb_build_object('client_id', 'big', 'action_type', 'create_report', 'payload',
        jsonb_build_object('x', (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 5000) AS n))))),
    'dead ZC080, dead ZC080, dead ZC080, dead ZC080,  dead ZC080, ' || repeat('x', 256) ||
        ' dead ZC080, big dead ZC080',
    'nor what is no action');
SELECT is(tap.send('a.clerk', '[{"client_id": "w1", "action_type": "update_profile", "payload": {"full_name": "clerk"},'
    ' "created_at": "yesterday or so", "priority": "high"}]'), 'w1 applied id', 'a time that is none is now');
SELECT is(tap.value('a.moderator', 'SELECT sync_version > 5 AND last_upload_at = now() AND last_download_at IS NULL'
    ' FROM civic.client_sync_states WHERE device_id = ''phone'''), 'true', 'the device is known');

-- 3. Three-way merge, by the policy of the column.
SELECT is(tap.send('a.citizen', tap.action('p1', 'update_profile', '{"full_name": "New"}', '{"full_name": "citizen"}')),
    'p1 applied id', 'only the device changed it');
SELECT is(u.full_name, 'New', 'so the device counts') FROM civic.users AS u WHERE u.id = tap.id('a.citizen');
SELECT is(tap.send('a.citizen', tap.action('p2', 'update_profile', '{"full_name": "Old", "preferred_language": "hi"}',
    '{"full_name": "Old", "preferred_language": "en"}')), 'p2 applied id', 'only the server changed the name');
SELECT is(u.full_name || ' ' || u.preferred_language, 'New hi', 'so the server counts, and the language of the device')
FROM civic.users AS u WHERE u.id = tap.id('a.citizen');
SELECT is(count(*), 0::bigint, 'no conflict so far') FROM civic.sync_conflicts;
SELECT is(tap.send('a.citizen', tap.action('p3', 'update_profile', '{"full_name": "Mine"}',
    '{"full_name": "citizen"}')),
    'p3 applied id', 'both changed it: policy client');
SELECT is(tap.send('a.citizen', tap.action('p4', 'update_profile', '{"full_name": "Mine"}',
    '{"full_name": "citizen"}')),
    'p4 applied id', 'both to the same');
SELECT results_eq($$SELECT c.entity_type, c.base_version, c.client_version, c.server_version,
    c.resolution_strategy::text,
        c.resolved_data, c.resolved_by FROM civic.sync_conflicts AS c$$,
    $$VALUES ('profile', '{"full_name": "citizen"}'::jsonb, '{"full_name": "Mine"}'::jsonb,
        '{"full_name": "New"}'::jsonb,
        'client_wins', '{"full_name": "Mine"}'::jsonb, NULL::uuid)$$, 'is recorded once, as decided');
SELECT is(tap.send('a.citizen', tap.action('p5', 'update_profile', '{"preferences": {"a": 1}, "bio": "I."}')),
    'p5 applied id', 'a page that was not there');
UPDATE civic.user_profiles SET preferences = '{"a": 1, "b": 2}' WHERE user_id = tap.id('a.citizen');
SELECT is(tap.send('a.citizen', tap.action('p6', 'update_profile', '{"preferences": {"a": 5}}',
    '{"preferences": {"a": 1}}')), 'p6 applied id', 'policy merge');
SELECT is(p.preferences, '{"a": 5, "b": 2}'::jsonb, 'puts both together') FROM civic.user_profiles AS p
WHERE p.user_id = tap.id('a.citizen');
SELECT is(tap.send('a.citizen', tap.action('p7', 'update_profile', '{"capacity": 100}')), 'p7 failed ZC080',
    'a column that devices do not change');
SELECT is(tap.send('a.citizen', tap.action('p8', 'update_profile', '{"email": "no"}')), 'p8 failed 23514',
    'a value out of its limits');

-- Tasks: the status of the server, notes of both, what was done is asked.
SELECT is(tap.send('a.officer', tap.action('t1', 'update_task', jsonb_build_object('task_id', t.id, 'status',
    'in_progress', 'notes', 'With two men.'), '{"status": "acknowledged", "notes": null}')), 't1 applied id',
        'work starts')
FROM civic.tasks AS t WHERE t.report_id = tap.id('a.priv_mine');
SELECT is(r.status, 'in_progress', 'and so does the report') FROM civic.reports AS r WHERE r.id = tap.id('a.priv_mine');
SELECT is(tap.send('a.officer', tap.action('t2', 'update_task', jsonb_build_object('task_id', t.id, 'status',
    'pending_verification', 'notes', 'Rain.', 'resolution_notes', 'Filled.'),
    '{"status": "acknowledged", "notes": "Dry.", "resolution_notes": "x"}')), 't2 conflict id ask',
        'everything changed')
FROM civic.tasks AS t WHERE t.report_id = tap.id('a.priv_mine');
SELECT is(t.status || ' ' || t.notes || ' ' || (t.resolution_notes IS NULL), E'in_progress With two men.\nRain. true',
    'by the policy of each column') FROM civic.tasks AS t WHERE t.report_id = tap.id('a.priv_mine');
SELECT is(tap.value('a.officer', 'SELECT s FROM civic.sync_state() AS s'), '(0,0,1,conflicts_detected)', 'one waits');
SELECT is(tap.send('a.officer', tap.action('t2', 'update_task', '{}')), 't2 conflict id ask',
    'sent again, it still does');
SELECT is(tap.steps('a.officer', format('SELECT FROM civic.resolve_conflict(%L, %L, %L)', c.id, w.strategy, w.data),
    'SELECT coalesce(t.resolution_notes, ''-'') || '' '' || o.status FROM civic.tasks AS t, civic.offline_actions AS o'
    ' WHERE o.client_id = ''t2'' AND t.id = o.server_id'), w.outcome, format('resolve: %s %s', w.strategy, w.data))
FROM civic.sync_conflicts AS c,
    (VALUES ('server_wins', NULL, '- applied'), ('client_wins', NULL, 'Filled. applied'),
        ('merge', '{"resolution_notes": "Filled twice."}', 'Filled twice. applied'), ('merge', '{}', 'ZC080'),
        ('merge', NULL, 'ZC080'), ('merge', '{"resolution_notes": "x", "priority": 9}', 'ZC080'))
        AS w (strategy, data, outcome)
WHERE NOT c.resolved;
SELECT is(tap.attempt(a.actor, format('SELECT FROM civic.resolve_conflict(%L, ''server_wins'')', c.id)), 'PT404',
    format('%s does not resolve it', a.actor))
FROM civic.sync_conflicts AS c, (VALUES ('a.officer3'), ('a.admin'), ('b.officer')) AS a (actor) WHERE NOT c.resolved;
SELECT is(tap.steps('a.officer', format('SELECT FROM civic.resolve_conflict(%L, ''server_wins'')', c.id),
    format('SELECT FROM civic.resolve_conflict(%L, ''client_wins'')', c.id)), 'ZC081', 'resolved is resolved')
FROM civic.sync_conflicts AS c WHERE NOT c.resolved;
SELECT is(tap.send('a.officer3', tap.action('t3', 'update_task', jsonb_build_object('task_id', t.id, 'notes', 'x'))),
    't3 failed PT404', 'the task of another officer') FROM civic.tasks AS t WHERE t.report_id = tap.id('a.priv_mine');
SELECT is(tap.send('a.officer', tap.action('t4', 'update_task', jsonb_build_object('task_id', t.id, 'status',
    'resolved'),
    '{"status": "in_progress"}')), 't4 failed ZC001', 'the guard holds for devices too')
FROM civic.tasks AS t WHERE t.report_id = tap.id('a.priv_mine');
SELECT is(tap.send('a.citizen', tap.action('u1', 'update_report', jsonb_build_object('report_id',
    tap.id('a.own_citizen'),
    'landmark', 'Mill'), '{"landmark": null}')), 'u1 applied id', 'one''s own report');
SELECT is(tap.send('a.citizen', tap.action('u2', 'update_report', jsonb_build_object('report_id', tap.id('a.pub_new'),
    'landmark', 'Mill'))), 'u2 failed PT404', 'that of another');
INSERT INTO civic.sync_field_policies VALUES (tap.id('a'), 'task', 'notes', 'server');
SELECT is(tap.steps('a.officer', format('SELECT FROM civic.sync_apply(%L)', tap.action('t5', 'update_task',
    jsonb_build_object('task_id', t.id, 'notes', 'Mine.'), '{"notes": "x"}')),
    format('SELECT notes FROM civic.tasks WHERE id = %L', t.id)), E'With two men.\nRain.',
    'an organization has policies of its own')
FROM civic.tasks AS t WHERE t.report_id = tap.id('a.priv_mine');
INSERT INTO civic.sync_action_types VALUES ('ping', 'tap.ping', 'A kind of the city''s own.');
CREATE FUNCTION tap.ping(payload jsonb, base jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT
    '{"message": "pong"}'::jsonb $$;
SELECT is(tap.value('a.citizen', format('SELECT message FROM civic.sync_apply(%L)', tap.action('k', 'ping', '{}'))),
    'pong',
    'kinds of one''s own');

-- 4. Changes. Within one transaction nothing commits, so the notes of each step get a transaction that has.
CREATE FUNCTION tap.committed(step integer) RETURNS void LANGUAGE sql AS $$
    UPDATE civic_private.sync_feed SET xid = (10 + step)::text::xid8 WHERE xid = pg_current_xact_id()
$$;
-- A cursor of a device that has got everything up to a step.
CREATE FUNCTION tap.at(step integer, own_only boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws('/', civic_private.sync_epoch(), own_only, format('%s:%s:', 11 + step, 11 + step), '', '0', '0')
$$;
CREATE FUNCTION tap.changes(actor text, cursor text, own_only boolean DEFAULT true, max_rows integer DEFAULT 100)
    RETURNS text
    LANGUAGE sql AS $$
    SELECT tap.value(actor, format('SELECT concat_ws('' '', nullif(string_agg(concat_ws('' '', c.value ->>'
        ' ''entity_type'', n.name, c.value ->> ''operation''), '', '' ORDER BY n.name), ''''), CASE WHEN'
            ' min(s.has_more::text) = ''true'''
        ' THEN ''more'' END, CASE WHEN min(s.must_restart::text) = ''true'' THEN ''restart'' END)'
        ' FROM civic.sync_changes(%L, %s, %L) AS s'
        ' LEFT JOIN LATERAL jsonb_array_elements(s.changes) WITH ORDINALITY AS c (value, n) ON true'
        ' LEFT JOIN tap.names AS n ON n.id = (c.value ->> ''entity_id'')::uuid', cursor, max_rows, own_only))
$$;
SELECT tap.committed(0) \g /dev/null

UPDATE civic.reports SET landmark = 'Bridge' WHERE id IN (tap.id('a.pub_open'), tap.id('a.priv_none'));
SELECT tap.committed(1) \g /dev/null
SELECT is(tap.changes(x.actor, tap.at(0, false), false), x.outcome, format('%s gets changes of what they see', x.actor))
FROM (VALUES ('a.neighbour', 'report priv_none upsert, report pub_open upsert'), ('a.citizen',
    'report pub_open upsert'),
    ('a.admin', 'report priv_none upsert, report pub_open upsert'), ('a.nobody', 'report pub_open upsert'),
    ('a.service', 'report priv_none upsert, report pub_open upsert'), ('b.neighbour', NULL), ('a.inactive', NULL),
    ('a.anon', NULL), ('none.user', NULL)) AS x (actor, outcome);
SELECT is(tap.changes('a.neighbour', tap.at(0)), 'report priv_none upsert, report pub_open upsert', 'one''s own');
SELECT is(tap.changes('a.citizen', tap.at(0)), NULL, 'not those of others');
SELECT is(tap.changes('a.neighbour', tap.at(1)), NULL, 'nothing after the last');

-- Rows that stop being seen.
UPDATE civic.reports SET is_public = false WHERE id = tap.id('a.pub_new');
SELECT tap.committed(2) \g /dev/null
UPDATE civic.reports SET landmark = 'Tower' WHERE id = tap.id('a.pub_new');
SELECT tap.committed(3) \g /dev/null
SELECT is(tap.changes(x.actor, tap.at(x.step, false), false), x.outcome, format('%s after step %s', x.actor, x.step))
FROM (VALUES ('a.citizen', 1, 'report pub_new delete'), ('a.neighbour', 1, 'report pub_new upsert'),
    ('a.citizen', 2, NULL), ('a.neighbour', 2, 'report pub_new upsert'), ('a.admin', 1, 'report pub_new upsert'))
    AS x (actor, step, outcome);
UPDATE civic.reports SET assigned_to = tap.id('a.officer3') WHERE id = tap.id('a.priv_mine');
SELECT tap.committed(4) \g /dev/null
SELECT is(tap.changes('a.officer', tap.at(3)), 'report priv_mine delete, task task_priv_mine delete',
    'work that was given to another leaves the device');
SELECT is(tap.changes('a.officer3', tap.at(3)), 'report priv_mine upsert, task task_priv_mine upsert',
    'and comes to theirs');
SELECT is(tap.changes('a.officer', tap.at(3, false), false), 'report priv_mine upsert, task task_priv_mine upsert',
    'in the same department it stays visible');
DELETE FROM civic.reports WHERE id = tap.id('a.pub_received');
SELECT tap.committed(5) \g /dev/null
SELECT is(tap.changes(x.actor, tap.at(4, false), false), x.outcome, format('%s learns of what was deleted', x.actor))
FROM (VALUES ('a.citizen', 'report pub_received delete'), ('a.nobody', 'report pub_received delete')) AS x (actor,
    outcome);
SELECT is(tap.changes('a.neighbour', tap.at(4)), NULL, 'whose it was not does not');
INSERT INTO civic.media (organization_id, report_id, file_url, file_type, uploaded_by)
VALUES (tap.id('a'), tap.id('a.pub_open'), 'x', 'image', tap.id('a.neighbour'));
SELECT tap.committed(6) \g /dev/null
SELECT is(tap.changes('a.neighbour', tap.at(5)), 'report pub_open upsert', 'a file is a change of its report');
SELECT is(tap.value('a.neighbour', format('SELECT jsonb_array_length(changes -> 0 -> ''data'' -> ''media'')'
    ' FROM civic.sync_changes(%L)', tap.at(5))), '2', 'which comes with its files');
UPDATE civic.users SET full_name = 'Newest' WHERE id = tap.id('a.citizen');
SELECT tap.committed(7) \g /dev/null
SELECT is(tap.changes('a.citizen', tap.at(6)), 'profile citizen upsert', 'oneself');
SELECT is(tap.changes('a.admin', tap.at(6, false), false), NULL, 'nobody else');

-- A moderator with an area: what leaves it leaves the device.
UPDATE civic.area_assignments SET is_active = true WHERE id = tap.id('a.assignment.moderator');
SELECT tap.committed(8) \g /dev/null
SELECT is(tap.changes('a.moderator', tap.at(7, false), false), 'restart', 'another area is another right');
DELETE FROM civic_private.sync_feed WHERE entity = 'a';
UPDATE civic.reports SET ward_number = '1' WHERE id = tap.id('a.priv_none');
SELECT tap.committed(8) \g /dev/null
SELECT is(tap.changes('a.moderator', tap.at(7, false), false), 'report priv_none upsert',
    'in the ward of the moderator');
UPDATE civic.reports SET ward_number = '7', latitude = 1, longitude = 1 WHERE id = tap.id('a.priv_none');
SELECT tap.committed(9) \g /dev/null
SELECT is(tap.changes('a.moderator', tap.at(8, false), false), 'report priv_none delete', 'moved out of it');
SELECT is(tap.changes('a.admin', tap.at(8, false), false), 'report priv_none upsert', 'others see it as before');
DELETE FROM civic_private.sync_feed WHERE xid IN ('18', '19');

-- Rights.
SELECT tap.do('a.super_admin', format('SELECT civic.change_role(%L, ''contributor'')', tap.id('a.citizen')))
\g /dev/null
SELECT tap.committed(8) \g /dev/null
SELECT is(tap.changes('a.citizen', tap.at(7)), 'restart', 'whose rights changed starts anew');
SELECT is(tap.changes('a.neighbour', tap.at(7)), NULL, 'others do not');
INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
VALUES (tap.id('a'), tap.id('a.inspector'), 'read:private_report');
SELECT tap.committed(9) \g /dev/null
SELECT is(tap.changes('a.neighbour', tap.at(8)), 'restart', 'a changed role concerns all');
SELECT is(tap.changes('b.neighbour', tap.at(8)), NULL, 'of the organization');
DELETE FROM civic.role_permissions WHERE role_id = tap.id('a.inspector') AND permission_code = 'read:private_report';
DELETE FROM civic_private.sync_feed WHERE entity = 'a';

-- Pages: every change comes, whatever the size of the page, and so does every row that stopped being seen.
CREATE FUNCTION tap.walk(actor text, cursor text, own_only boolean, max_rows integer) RETURNS text LANGUAGE plpgsql AS
    $$
DECLARE
    page record;
    seen jsonb := '[]';
    pages integer := 0;
BEGIN
    LOOP
        PERFORM tap.become(actor);
        SELECT * INTO page FROM civic.sync_changes(cursor, max_rows, own_only);
        PERFORM set_config('role', 'none', true), tap.unbecome();
        seen := seen || page.changes;
        cursor := page.next_cursor;
        pages := pages + 1;
        EXIT WHEN NOT page.has_more OR pages > 100;
    END LOOP;
    -- As a device would: the last word on each row counts.
    RETURN (
        SELECT string_agg(concat_ws(' ', coalesce(n.name, c.id::text), c.operation), ', '
            ORDER BY coalesce(n.name, c.id::text) COLLATE "C")
        FROM (
            SELECT DISTINCT ON (c.value ->> 'entity_id') (c.value ->> 'entity_id')::uuid AS id,
                c.value ->> 'operation' AS operation
            FROM jsonb_array_elements(seen) WITH ORDINALITY AS c (value, place)
            ORDER BY c.value ->> 'entity_id', c.place DESC
        ) AS c LEFT JOIN tap.names AS n ON n.id = c.id
    );
END
$$;
SELECT is(tap.walk(a.actor, tap.at(0, false), false, size), tap.walk(a.actor, tap.at(0, false), false, 500),
    format('%s in pages of %s', a.actor, size))
FROM (VALUES ('a.citizen'), ('a.neighbour'), ('a.officer'), ('a.admin'), ('a.nobody')) AS a (actor),
    generate_series(1, 4) AS size;
SELECT is(tap.walk('a.nobody', tap.at(0, false), false, 1), 'pub_new delete, pub_open upsert, pub_received delete',
    'and it is what changed');

-- The start: for every asker exactly what the row policies show.
UPDATE civic.reports SET updated_at = now() WHERE organization_id = tap.id('a');
SELECT is(tap.walk(a.name, NULL, false, size), (
        SELECT string_agg(x.name || ' upsert', ', ' ORDER BY x.name COLLATE "C") FROM (
            SELECT regexp_split_to_table(s.names, ' ') AS name FROM (VALUES
                (tap.seen(a.name, 'SELECT id FROM civic.reports')), (tap.seen(a.name, 'SELECT id FROM civic.tasks')),
                (tap.seen(a.name, 'SELECT civic.current_user_id()'))) AS s (names)
        ) AS x WHERE x.name <> ''
    ), format('%s starts with what the policies show, in pages of %s', a.name, size))
FROM tap.actors AS a, (VALUES (3), (500)) AS s (size)
WHERE a.name LIKE 'a.%' AND a.db_role = 'civic_user' AND a.name <> 'a.inactive'
ORDER BY a.place, size;
SELECT is(tap.value(a.name, $$SELECT string_agg(m.value ->> 'id', ' ' ORDER BY m.value ->> 'id')
        FROM civic.sync_changes(NULL, 500, false) AS s, jsonb_array_elements(s.changes) AS c,
            jsonb_array_elements(c.value -> 'data' -> 'media') AS m$$),
    tap.value(a.name, $$SELECT string_agg(m.id::text, ' ' ORDER BY m.id::text) FROM civic.media AS m
        WHERE EXISTS (SELECT FROM civic.reports AS r WHERE r.id = m.report_id)$$),
    format('%s starts with the files the policies show', a.name))
FROM tap.actors AS a WHERE a.name LIKE 'a.%' AND a.db_role = 'civic_user' AND a.name <> 'a.inactive' ORDER BY a.place;
SELECT is(tap.walk('a.citizen', NULL, true, 2), 'citizen upsert, own_citizen upsert', 'a phone starts with one''s own');
SELECT is(tap.value('a.citizen', 'SELECT jsonb_array_length(changes) FROM civic.sync_changes(since => ''-1 hour'')'),
    '1',
    'of the last 30 days, or as asked for');

-- Cursors that are none.
SELECT is(tap.changes('a.citizen', c.cursor), c.outcome, format('cursor "%s"', c.cursor))
FROM (VALUES ('x', '22023'), ('', '22023'), ('a/b/c/d/e/f', 'restart'), (replace(tap.at(0), '/t/', '/f/'), 'restart'),
    (regexp_replace(tap.at(0), '^[^/]+', 'other'), 'restart'), (replace(tap.at(0), ':', 'x'), '22P02'))
    AS c (cursor, outcome);
SELECT is(tap.value('a.citizen', format('SELECT s FROM civic.sync_changes(NULL, %s) AS s', n)), '22023',
    format('max_rows %s', n)) FROM unnest('{0,501,-1}'::integer[]) AS n;
SELECT is(tap.steps('a.citizen', $$SELECT FROM civic.sync_apply('[]', 'phone', NULL, 'c1')$$,
    'SELECT last_cursor || '' '' || (last_download_at = now()) FROM civic.client_sync_states WHERE device_id ='
        ' ''phone'''),
    'c1 true', 'what a device has got is kept');

-- Trimming.
SELECT is(tap.attempt(a.actor, 'SELECT civic.trim_sync_feed()'), a.outcome, format('trim_sync_feed by %s', a.actor))
FROM (VALUES ('a.citizen', '42501'), ('a.auditor', '42501'), ('a.admin', '1')) AS a (actor, outcome);
UPDATE civic_private.sync_feed SET written_at = now() - interval '40 days' WHERE xid < '14';
SELECT tap.do('a.admin', 'SELECT civic.trim_sync_feed()') \g /dev/null
SELECT is(tap.changes('a.neighbour', tap.at(0)), 'restart', 'a device that comes too late starts anew');
SELECT is(tap.changes('a.citizen', tap.at(6)), 'profile citizen upsert', 'others go on');
SELECT is(count(*), 0::bigint, 'and what is older is gone') FROM civic_private.sync_feed AS f
WHERE f.organization_id = tap.id('a') AND f.xid < '14';

SELECT * FROM finish();
ROLLBACK;
