-- Calendars, working time, policies and their versions, pauses, civic.tick() and escalations.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- 1. Calendars that make no sense are refused when they are written.
SELECT is(tap.attempt('a.admin', format('INSERT INTO civic.business_calendars (name, weekly_hours, time_zone)'
    ' VALUES (''New'', %L, %L)', x.hours, x.zone)), x.outcome, format('hours %s, zone %s', x.hours, x.zone))
FROM (VALUES
    ('{"monday": ["08:00-12:00", "13:00-17:00"]}', 'Europe/Berlin', '1'),
    ('{"monday": ["00:00-24:00"]}', 'UTC', '1'), ('{"sunday": ["23:59-24:00"]}', 'Asia/Kolkata', '1'),
    ('{"monday": ["08:00-12:00", "12:00-17:00"], "friday": []}', 'Australia/Lord_Howe', '1'),
    ('{}', 'UTC', 'ZC030'), ('{"monday": []}', 'UTC', 'ZC030'), ('[]', 'UTC', 'ZC030'), ('"monday"', 'UTC', 'ZC030'),
    ('null', 'UTC', 'ZC030'), (NULL, 'UTC', '23502'), ('{"monday": "08:00-12:00"}', 'UTC', 'ZC030'),
    ('{"Monday": ["08:00-12:00"]}', 'UTC', 'ZC030'), ('{"monday": ["12:00-08:00"]}', 'UTC', 'ZC030'),
    ('{"monday": ["08:00-08:00"]}', 'UTC', 'ZC030'), ('{"monday": ["08:00-12:00", "11:59-17:00"]}', 'UTC', 'ZC030'),
    ('{"monday": ["13:00-17:00", "08:00-12:00"]}', 'UTC', 'ZC030'), ('{"monday": ["8-12"]}', 'UTC', 'ZC030'),
    ('{"monday": ["08:00-24:01"]}', 'UTC', 'ZC030'), ('{"monday": ["08:60-12:00"]}', 'UTC', 'ZC030'),
    ('{"monday": [null]}', 'UTC', 'ZC030'), ('{"monday": [5]}', 'UTC', 'ZC030'),
    ('{"monday": [["08:00-12:00"]]}', 'UTC', 'ZC030'), ('{"monday": ["99:00-99:30"]}', 'UTC', 'ZC030'),
    ('{"monday": ["08:00-12:00"]}', 'Europe/Nowhere', '22023'), ('{"monday": ["08:00-12:00"]}', 'Berlin+2', '22023'),
    ('{"monday": ["08:00-12:00"]}', '', '22023'), ('{"monday": ["08:00-12:00"]}', 'CEST', '22023')
) AS x (hours, zone, outcome);
SELECT is(tap.attempt('a.admin', format('INSERT INTO civic.calendar_holidays (calendar_id, day, name, hours)'
    ' VALUES (%L, %L, ''Day'', %L)', tap.id(x.calendar), x.day, x.hours)), x.outcome,
    format('holiday %s with hours %s', x.day, x.hours))
FROM (VALUES
    ('a.calendar', '2026-12-24', '{08:00-12:00}', '1'), ('a.calendar', '2026-12-25', '{}', '1'),
    ('a.calendar', '2026-12-24', '{08:00-12:00,13:00-14:00}', '1'), ('a.calendar', '2026-12-24', '{12:00-08:00}',
    'ZC030'),
    ('a.calendar', '2026-12-24', '{NULL}', 'ZC030'), ('a.calendar', 'infinity', '{}', '23514'),
    ('a.calendar', '1900-01-01', '{}', '23514'), ('a.calendar', '2020-01-01', '{}', '23505'),
    ('b.calendar', '2026-12-24', '{}', '23503')
) AS x (calendar, day, hours, outcome);
SELECT is(tap.value('a.admin', 'INSERT INTO civic.business_calendars (name, weekly_hours)'
    ' VALUES (''New'', ''{"monday": ["08:00-12:00"]}'') RETURNING time_zone'), 'UTC',
    'the zone of the organization unless another is given');

-- 2. Working time, worked out by hand. 2026-03-02 is a Monday.
CREATE FUNCTION tap.calendar(name text, zone text, hours text) RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO civic.business_calendars (organization_id, id, name, time_zone, weekly_hours)
    SELECT tap.id('a'), tap.id(name), name, zone, jsonb_object_agg(d, to_jsonb(string_to_array(hours, ' ')))
    FROM unnest(ARRAY['monday', 'tuesday', 'wednesday', 'thursday', 'friday']
        || CASE WHEN hours = '00:00-24:00' THEN ARRAY['saturday', 'sunday'] ELSE '{}' END) AS d
    RETURNING id
$$;
SELECT tap.calendar('office', 'UTC', '08:00-12:00 13:00-17:00'),
    tap.calendar('berlin', 'Europe/Berlin', '08:00-17:00') \g /dev/null
INSERT INTO civic.calendar_holidays (organization_id, calendar_id, day, name, hours)
VALUES (tap.id('a'), tap.id('office'), '2026-04-03', 'Good Friday', '{}'),
    (tap.id('a'), tap.id('office'), '2026-04-06', 'Easter Monday', '{}'),
    (tap.id('a'), tap.id('office'), '2026-04-02', 'Maundy Thursday', '{08:00-12:00}'),
    (tap.id('a'), tap.id('office'), '2026-03-07', 'Open day', '{10:00-12:00}');
SELECT is(tap.value('a.citizen', format('SELECT to_char(civic.work_add(%L, %L, %L) AT TIME ZONE ''UTC'','
    ' ''YYYY-MM-DD HH24:MI:SS.US'')', tap.id('office'), x.start || '+00', x.worked)), x.outcome,
    format('%s and %s of work', x.start, x.worked))
FROM (VALUES
    ('2026-03-02 08:00', '4 hours', '2026-03-02 12:00:00.000000'),
    ('2026-03-02 08:00', '4:00:00.000001', '2026-03-02 13:00:00.000001'),
    ('2026-03-01 03:00', '1 hour', '2026-03-02 09:00:00.000000'),
    ('2026-03-02 17:00', '1 hour', '2026-03-03 09:00:00.000000'),
    ('2026-03-02 20:00', '0', '2026-03-02 20:00:00.000000'),
    ('2026-03-06 16:00', '2 hours', '2026-03-07 11:00:00.000000'),
    ('2026-03-06 16:00', '4 hours', '2026-03-09 09:00:00.000000'),
    ('2026-04-02 11:00', '2 hours', '2026-04-07 09:00:00.000000'),
    ('2026-03-02 08:00', '1 day', '2026-03-04 17:00:00.000000'),
    ('2026-03-09 08:00', '80 hours', '2026-03-20 17:00:00.000000'),
    ('2026-03-02 08:00', '1 month', 'ZC031'), ('2026-03-02 08:00', '1 year -12 months', '2026-03-02 08:00:00.000000'),
    ('2026-03-02 08:00', '-1 hour', 'ZC031'), ('2026-03-02 08:00', '2000000000 days', 'ZC031'),
    ('2026-03-02 08:00', '100 years -1200 months 600000 days', 'ZC031')
) AS x (start, worked, outcome);
SELECT is(tap.value('a.citizen', format('SELECT civic.work_add(%s, %s, %s)', x.calendar, x.start, x.worked)), x.outcome,
    format('work_add(%s, %s, %s)', x.calendar, x.start, x.worked))
FROM (VALUES
    ('NULL', '''2026-03-02 08:00+00''', '''30 hours''', '2026-03-03 14:00:00+00'),
    ('NULL', 'NULL', '''30 hours''', NULL), ('NULL', 'now()', 'NULL', NULL),
    ('NULL', '''infinity''', '''1 hour''', '22008'), ('NULL', '''-infinity''', '''1 hour''', '22008'),
    ('NULL', '''1969-12-31 23:59+00''', '''1 hour''', '22008'), ('NULL', '''2200-01-01 00:00+00''', '''1 hour''',
    '22008'),
    ('tap.id(''b.calendar'')', 'now()', '''1 hour''', 'PT404'), ('tap.id(''nosuch'')', 'now()', '''1 hour''', 'PT404')
) AS x (calendar, start, worked, outcome);
SELECT is(tap.value('none.service', format('SELECT civic.work_add(%L, now(), ''1 hour'')', tap.id('office'))), 'PT404',
    'without an organization there is no calendar');
SELECT is(tap.value('a.anon', format('SELECT civic.work_between(%L, ''2026-03-02'', ''2026-03-09'')',
    tap.id('office'))),
    '42:00:00', 'a week');
SELECT is(tap.value('a.anon', format('SELECT civic.work_between(%L, ''2026-03-09'', ''2026-03-02'')',
    tap.id('office'))),
    '-42:00:00', 'and backwards');

-- Zones: against the server's own conversion, quarter by quarter of the weeks in which the clocks change.
SELECT tap.calendar(z.zone || h.hours, z.zone, h.hours)
FROM unnest(ARRAY['UTC', 'America/Chicago', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo',
    'Asia/Kathmandu', 'Pacific/Apia']) AS z (zone)
CROSS JOIN unnest(ARRAY['00:00-24:00', '01:15-03:30 22:00-24:00']) AS h (hours) \g /dev/null
SELECT is(
    tap.value('a.citizen', format('SELECT civic.work_between(%L, %L, %L)', tap.id(z.zone || '01:15-03:30 22:00-24:00'),
        w.day, w.day + interval '9 days')),
    (
        SELECT (interval '15 minutes' * count(*))::text
        FROM generate_series(w.day, w.day + interval '9 days' - interval '1 minute', '15 minutes') AS q
        CROSS JOIN LATERAL (SELECT q AT TIME ZONE z.zone AS local) AS l
        WHERE extract(isodow FROM l.local) <= 5
            AND (l.local::time BETWEEN '01:15' AND '03:29' OR l.local::time >= '22:00')
    ), format('%s in the week of %s', z.zone, w.day::date))
FROM unnest(ARRAY['UTC', 'America/Chicago', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo',
    'Asia/Kathmandu', 'Pacific/Apia']) AS z (zone)
CROSS JOIN unnest(ARRAY['2026-03-05', '2026-03-24', '2026-04-01', '2026-09-30', '2026-10-22', '2026-10-29',
    '2018-02-14', '2018-11-01', '2011-12-27', '2150-03-24', '2150-10-20', '1985-12-28']::timestamptz[]) AS w (day);
SELECT is(tap.value('a.citizen', format('SELECT count(*) FROM generate_series(1, 3000) AS n CROSS JOIN LATERAL (SELECT'
    ' ''2025-01-01''::timestamptz + make_interval(mins => n * 7919 %% 1000000, secs => n %% 7) AS start,'
    ' make_interval(secs => n * 104729 %% 500000) AS d) AS x CROSS JOIN LATERAL (SELECT civic.work_add(%1$L, x.start,'
    ' x.d) AS done) AS y WHERE civic.work_between(%1$L, x.start, y.done) <> x.d'
    ' OR civic.work_between(%1$L, x.start, y.done - interval ''1 microsecond'') >= x.d', tap.id(c.name))), '0',
    format('%s: work_between() of work_add() gives the duration back, and a microsecond less gives less', c.name))
FROM (VALUES ('office'), ('berlin'), ('America/Chicago01:15-03:30 22:00-24:00'),
    ('Australia/Lord_Howe01:15-03:30 22:00-24:00'), ('Asia/Kolkata00:00-24:00')) AS c (name);

-- A change of a calendar holds at once, and not after a rollback.
CREATE FUNCTION tap.office_week() RETURNS text LANGUAGE sql AS $$
    SELECT tap.value('a.citizen', format('SELECT civic.work_between(%L, ''2026-06-01'', ''2026-06-08'')',
    tap.id('office')))
$$;
SELECT is(tap.office_week(), '40:00:00', 'before');
SAVEPOINT change;
UPDATE civic.business_calendars SET weekly_hours = '{"monday": ["08:00-09:00"]}' WHERE id = tap.id('office');
SELECT is(tap.office_week(), '01:00:00', 'other hours');
INSERT INTO civic.calendar_holidays (organization_id, calendar_id, day, name)
VALUES (tap.id('a'), tap.id('office'), '2026-06-01', 'Strike');
SELECT is(tap.office_week(), '00:00:00', 'a holiday more');
DELETE FROM civic.calendar_holidays WHERE day = '2026-06-01';
SELECT is(tap.office_week(), '01:00:00', 'and less');
UPDATE civic.business_calendars SET time_zone = 'Asia/Tokyo' WHERE id = tap.id('office');
SELECT is(tap.value('a.citizen', format('SELECT civic.work_add(%L, ''2026-06-01 00:00+09'', ''1 minute'')'
    ' = ''2026-06-01 08:01+09''', tap.id('office'))), 'true', 'another zone');
ROLLBACK TO change;
SELECT is(tap.office_week(), '40:00:00', 'as before');

-- 3. Policies.
INSERT INTO civic.business_calendars (organization_id, id, name, weekly_hours)
VALUES (tap.id('a'), tap.id('a.seldom'), 'Seldom', '{"friday": ["08:00-08:01"]}');
SELECT is(tap.attempt('a.admin', format('SELECT civic.set_sla_policy(%s)', x.arguments)), x.outcome, x.arguments)
FROM (VALUES
    ('''8 hours''', '1'), ('''366 days''', '1'), ('''367 days''', 'ZC031'), ('''0''', 'ZC031'), ('''-1 hour''',
    'ZC031'),
    ('''1 month''', 'ZC031'), ('''1 hour'', warning_before => ''1 month''', 'ZC031'),
    ('''1 hour'', warning_before => ''-1 hour''', 'ZC031'), ('NULL', 'ZC031'), ('''1 hour'', 2', 'ZC031'),
    ('working_days => 3', 'ZC031'), ('working_days => 3, calendar_id => tap.id(''a.calendar'')', '1'),
    ('working_days => 0, calendar_id => tap.id(''a.calendar'')', 'ZC031'),
    ('working_days => 367, calendar_id => tap.id(''a.calendar'')', 'ZC031'),
    ('''1 hour'', calendar_id => tap.id(''b.calendar'')', '23503'), ('''1 hour'', category => ''nosuch''', '23503'),
    ('''1 hour'', department_id => tap.dept(''b'', ''PWD'')', '23503'),
    ('''366 days'', calendar_id => tap.id(''a.calendar2'')', '1'),
    ('working_days => 366, calendar_id => tap.id(''a.calendar2'')', '1'),
    ('''3 hours'', calendar_id => tap.id(''a.seldom'')', '1'),
    ('''366 days'', calendar_id => tap.id(''a.seldom'')', 'ZC031')
) AS x (arguments, outcome);
SELECT is(tap.attempt('a.' || x.actor, 'SELECT civic.set_sla_policy(''8 hours'')'), '42501', format('%s sets no policy',
    x.actor))
FROM (VALUES ('citizen'), ('moderator'), ('officer'), ('auditor'), ('clerk'), ('nobody')) AS x (actor);
SELECT is(tap.attempt('a.admin', 'INSERT INTO civic.sla_policies (time_allowed, valid_from) VALUES (''1 hour'','
    ' now() - interval ''1 day'')'), 'ZC004', 'a policy cannot begin in the past');
SELECT is(tap.attempt('a.admin', format('UPDATE civic.sla_policies SET valid_until = now() - interval ''1 second'''
    ' WHERE id = %L', tap.id('a.policy'))), 'ZC004', 'nor end in it');
SELECT is(tap.steps('a.admin', 'INSERT INTO civic.sla_policies (time_allowed) VALUES (''1 hour'')',
    'INSERT INTO civic.sla_policies (time_allowed) VALUES (''2 hours'')', 'SELECT 1'), '23P01',
    'two versions do not hold at once');

-- The most specific wins: the number of conditions, then department, then category.
INSERT INTO civic.sla_policies (organization_id, id, department_id, category, severity, time_allowed, valid_from)
SELECT tap.id('a'), tap.id('policy.' || x.name), CASE WHEN x.name LIKE '%d%' THEN tap.dept('a', 'PWD') END,
    CASE WHEN x.name LIKE '%c%' THEN 'roads' END,
    CASE WHEN x.name LIKE '%s%' THEN 'high'::civic.report_severity END, '5 hours', '2026-01-01'
FROM (VALUES ('any'), ('d'), ('c'), ('s'), ('dc'), ('d+s'), ('c+s'), ('dc+s')) AS x (name);
SELECT is(
    civic_private.find_sla_policy(tap.id('a'), tap.dept('a', x.department), x.category,
        x.severity::civic.report_severity, now()),
    tap.id('policy.' || x.wins), format('%s %s %s: %s', x.department, x.category, x.severity, x.wins))
FROM (VALUES
    ('PWD', 'roads', 'high', 'dc+s'), ('PWD', 'roads', 'low', 'dc'), ('PWD', 'water', 'high', 'd+s'),
    ('WSD', 'roads', 'high', 'c+s'), ('PWD', 'water', 'low', 'd'), ('WSD', 'roads', 'low', 'c'),
    ('WSD', 'water', 'high', 's'), ('WSD', NULL, 'low', 'any')
) AS x (department, category, severity, wins);
UPDATE civic.sla_policies SET valid_until = '2026-02-01' WHERE id = tap.id('policy.dc+s');
SELECT is(civic_private.find_sla_policy(tap.id('a'), tap.dept('a', 'PWD'), 'roads', 'high', now()), tap.id('policy.dc'),
    'department and category before department and severity');
UPDATE civic.sla_policies SET valid_until = '2026-02-01' WHERE id = tap.id('policy.dc');
SELECT is(civic_private.find_sla_policy(tap.id('a'), tap.dept('a', 'PWD'), 'roads', 'high', now()),
    tap.id('policy.d+s'),
    'department and severity before category and severity');
SELECT is(civic_private.find_sla_policy(tap.id('a'), tap.dept('a', 'PWD'), 'roads', 'high', '2026-01-15'),
    tap.id('policy.dc+s'), 'what held at the time holds for the time');
SELECT is(civic_private.find_sla_policy(tap.id('a'), tap.dept('a', 'PWD'), 'roads', 'high', '2025-12-31'), NULL,
    'before any there was none');
UPDATE civic.sla_policies SET valid_until = greatest(valid_from, '2026-02-01') WHERE organization_id = tap.id('a')
    AND id <> tap.id('a.policy');

-- 4. The clock. Time stands still in a transaction, so the past of a report is moved instead: its task, its pauses, its
-- status, its escalations.
CREATE FUNCTION tap.pass(report text, span interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE civic.tasks AS t SET assigned_at = t.assigned_at - span, resolved_at = t.resolved_at - span,
        rejected_at = t.rejected_at - span, sla_deadline = t.sla_deadline - span,
        sla_next_check = t.sla_next_check - span
    WHERE t.report_id = tap.id('a.' || report);
    UPDATE civic.reports AS r SET status_updated_at = r.status_updated_at - span WHERE r.id = tap.id('a.' || report);
    UPDATE civic.sla_pauses AS p SET paused_at = p.paused_at - span, resumed_at = p.resumed_at - span
    WHERE p.report_id = tap.id('a.' || report);
    UPDATE civic.escalations AS e SET occasion = e.occasion - span, created_at = e.created_at - span,
        sla_deadline = e.sla_deadline - span
    WHERE e.report_id = tap.id('a.' || report);
    UPDATE civic.status_history AS h SET changed_at = h.changed_at - span WHERE h.entity_id = tap.id('a.' || report);
    SET LOCAL session_replication_role = origin;
END
$$;
-- What is left of the time until the deadline, the state, and how often it was missed.
CREATE FUNCTION tap.clock(report text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', coalesce(justify_hours(t.sla_deadline - now())::text, 'stands'), t.sla_state,
        t.sla_violation_count)
    FROM civic.tasks AS t WHERE t.report_id = tap.id('a.' || report)
$$;
CREATE FUNCTION tap.tick(after interval DEFAULT '0', max_rows integer DEFAULT 1000) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM tap.become('a.service');
    SELECT concat_ws(' ', t.warned, t.violated, t.escalated, t.remaining) INTO result
    FROM civic.tick(max_rows, now() + after) AS t;
    PERFORM set_config('role', 'none', true);
    PERFORM tap.unbecome();
    RETURN result;
END
$$;
CREATE FUNCTION tap.call(actor text, function text, report text, more text DEFAULT '') RETURNS void LANGUAGE sql AS $$
    SELECT tap.do('a.' || actor, format('SELECT civic.%I(%L%s)', function, tap.id('a.' || report), more))
$$;
-- The state after each step of a life is what matters; the lives below use a report of officer "officer" each.
SELECT tap.add_report('a', 'life' || n, 'neighbour', 'assigned_to_officer', 'PWD', 'officer')
FROM generate_series(1, 14) AS n \g /dev/null
SELECT is(tap.clock('life1'), '7 days ok 0', 'no policy: 168 hours for medium, around the clock');

-- On hold and back.
SELECT tap.pass('life1', '2 days'), tap.call('officer', 'acknowledge_report', 'life1'),
    tap.call('officer', 'start_work', 'life1') \g /dev/null
SELECT is(tap.clock('life1'), '5 days ok 0', 'two days later');
SELECT tap.call('officer', 'hold_report', 'life1', ', ''Waiting for spare parts.''') \g /dev/null
SELECT is(tap.clock('life1'), 'stands ok 0', 'on hold the clock stands');
SELECT is(tap.value('a.citizen', format('SELECT civic.report_deadline(%L)', tap.id('a.life1'))), NULL, 'nobody knows');
SELECT tap.pass('life1', '30 days') \g /dev/null
SELECT is(tap.tick(), '0 0 0 0', 'nothing happens while it stands');
SELECT tap.call('officer', 'resume_work', 'life1') \g /dev/null
SELECT is(tap.clock('life1'), '5 days ok 0', 'and goes on where it stopped');
SELECT is((SELECT string_agg(concat_ws(' ', p.reason, p.resumed_at - p.paused_at), ', ') FROM civic.sla_pauses AS p
    WHERE p.report_id = tap.id('a.life1')), 'on_hold 30 days', 'the pause is kept');
-- Asking the reporter, also while on hold; what overlaps counts once.
SELECT tap.call('officer', 'pause_clock', 'life1', ', ''Which side of the street?''') \g /dev/null
SELECT is(tap.clock('life1'), 'stands ok 0', 'waiting for the reporter it stands');
SELECT is(tap.attempt('a.officer', format('SELECT civic.pause_clock(%L, ''Again'')', tap.id('a.life1'))), 'ZC032',
    'it stands already');
SELECT tap.pass('life1', '1 day'), tap.call('officer', 'hold_report', 'life1', ', ''Waiting for spare parts.'''),
    tap.pass('life1', '1 day'), tap.call('officer', 'resume_clock', 'life1') \g /dev/null
SELECT is(tap.clock('life1'), 'stands ok 0', 'still on hold');
SELECT tap.pass('life1', '1 day'), tap.call('officer', 'resume_work', 'life1') \g /dev/null
SELECT is(tap.clock('life1'), '5 days ok 0', 'three days stood, not four');
SELECT is(tap.attempt('a.officer', format('SELECT civic.resume_clock(%L)', tap.id('a.life1'))), 'ZC032',
    'a clock that runs cannot be resumed');
-- Another severity: from the start, with the pauses kept.
SELECT tap.do('a.admin', format('UPDATE civic.reports SET severity = ''low'' WHERE id = %L', tap.id('a.life1')))
    \g /dev/null
SELECT is(tap.clock('life1'), '12 days ok 0', 'low: 14 days, 2 of them gone, pauses kept');
SELECT tap.do('a.admin', format('UPDATE civic.reports SET severity = ''critical'' WHERE id = %L',
    tap.id('a.life1'))) \g /dev/null
SELECT is(tap.clock('life1'), '-34 days ok 0', 'critical: should have been done before the first pause');
SELECT is(tap.tick(), '0 1 2 0', 'which the next tick notices');
SELECT is(tap.clock('life1'), '-34 days violated 1', 'missed');
SELECT tap.do('a.admin', format('UPDATE civic.reports SET severity = ''high'' WHERE id = %L', tap.id('a.life1')))
    \g /dev/null
SELECT is(tap.clock('life1'), '1 day ok 1', 'high: a day is left; that one was missed stays on record');
-- Done, and opened again: what lay between does not count.
SELECT tap.call('officer', 'finish_work', 'life1', ', ''Done.'''), tap.call('admin', 'approve_work', 'life1')
    \g /dev/null
SELECT is((SELECT t.sla_next_check FROM civic.tasks AS t WHERE t.report_id = tap.id('a.life1')), NULL,
    'work that is done is not looked at');
SELECT tap.pass('life1', '20 days'), tap.call('admin', 'close_report', 'life1') \g /dev/null
SELECT is(tap.clock('life1'), '-19 days ok 1', 'closing judges nothing');
SELECT is(tap.tick(), '0 0 0 0', 'nor does a tick');
SELECT tap.call('admin', 'reopen_report', 'life1') \g /dev/null
SELECT is(tap.clock('life1'), '1 day ok 1', 'opened again: a day is left as before');
-- Another officer starts anew.
SELECT tap.call('officer', 'start_work', 'life1'), tap.call('admin', 'assign_officer', 'life1', format(', %L',
    tap.id('a.officer3'))) \g /dev/null
SELECT is(tap.clock('life1'), '3 days ok 1', 'another officer has all the time');
-- Done too late, before any tick.
SELECT tap.pass('life1', '4 days'), tap.call('officer3', 'acknowledge_report', 'life1'),
    tap.call('officer3', 'start_work', 'life1'), tap.call('officer3', 'finish_work', 'life1', ', ''Done.'''),
    tap.call('admin', 'approve_work', 'life1') \g /dev/null
SELECT is(tap.clock('life1'), '-1 days violated 2', 'work that is done too late missed its deadline');
-- Refused and given again to the same officer.
SELECT tap.pass('life2', '1 day'), tap.call('officer', 'refuse_assignment', 'life2', ', ''Not in my district.'''),
    tap.pass('life2', '5 days'), tap.call('admin', 'assign_officer', 'life2', format(', %L', tap.id('a.officer')))
    \g /dev/null
SELECT is(tap.clock('life2'), '6 days ok 0', 'the days it was refused do not count');
-- Back to the department: no officer, no clock, no open pause.
SELECT tap.call('officer', 'pause_clock', 'life2', ', ''Which house?'''), tap.call('admin', 'hold_report', 'life2',
    ', ''Waiting for spare parts.'''), tap.call('admin', 'assign_department', 'life2', format(', %L', tap.dept('a',
    'PWD')))
    \g /dev/null
SELECT is(tap.clock('life2'), NULL, 'no task');
SELECT is((SELECT count(*) FROM civic.sla_pauses AS p WHERE p.report_id = tap.id('a.life2') AND p.resumed_at IS NULL),
    0::bigint, 'no open pause');
SELECT is(tap.value('a.citizen', format('SELECT string_agg(item, '' '') FROM civic.explain_deadline(%L)',
    tap.id('a.life2'))), 'promise', 'nothing to explain but that');
SELECT is(tap.attempt('a.admin', format('SELECT civic.pause_clock(%L, ''What?'')', tap.id('a.life2'))), 'ZC032',
    'nothing to stop');

-- Who may stop a clock.
SELECT is(tap.attempt('a.' || x.actor, format('SELECT civic.pause_clock(%L, ''What?'')', tap.id('a.life3'))), x.outcome,
    format('%s stops the clock: %s', x.actor, x.outcome))
FROM (VALUES ('citizen', '42501'), ('neighbour', '42501'), ('moderator', '42501'), ('officer', '1'), ('officer2',
    '42501'),
    ('officer3', '42501'), ('auditor', '42501'), ('admin', '1'), ('super_admin', '1'), ('clerk', '42501'),
    ('service', '1'), ('anon', '42501'), ('inactive', 'PT404')) AS x (actor, outcome);
SELECT is(tap.attempt('b.admin', format('SELECT civic.%I(%L%s)', f.name, tap.id('a.life3'), f.more)), 'PT404',
    format('another organization: %s()', f.name))
FROM (VALUES ('pause_clock', ', ''What?'''), ('resume_clock', ''), ('report_deadline', ''), ('explain_deadline', ''),
    ('escalate_report', ', ''unresolved'', ''x''')) AS f (name, more);
SELECT is(tap.attempt('a.officer', format('SELECT civic.pause_clock(%L, %L)', tap.id('a.life3'), x.note)), x.outcome,
    format('a note of %s characters', length(x.note)))
FROM (VALUES ('', '23514'), (repeat('x', 1000), '1'), (repeat('x', 1001), '23514')) AS x (note, outcome);

-- 5. A calendar and a version: life 4 is promised 16 hours of the office, from a Monday 10:00.
SELECT tap.do('a.admin', format('SELECT civic.set_sla_policy(''16 hours'', calendar_id => %L, category => ''roads'')',
    tap.id('office'))) \g /dev/null
SET LOCAL session_replication_role = replica;
UPDATE civic.reports SET category = 'roads' WHERE id IN (tap.id('a.life4'), tap.id('a.life5'));
UPDATE civic.tasks AS t SET sla_policy_id = p.id, sla_category = 'roads', assigned_at = '2026-03-02 10:00+00'
FROM civic.sla_policies AS p
WHERE t.report_id IN (tap.id('a.life4'), tap.id('a.life5')) AND p.organization_id = tap.id('a')
    AND p.calendar_id = tap.id('office') AND p.category = 'roads';
SET LOCAL session_replication_role = origin;
CREATE FUNCTION tap.deadline(report text) RETURNS text LANGUAGE sql AS $$
    SELECT tap.value('a.citizen',
    format('SELECT to_char(civic.report_deadline(%L) AT TIME ZONE ''UTC'', ''Dy DD HH24:MI'')',
        tap.id('a.' || report)))
$$;
SELECT is(tap.deadline('life4'), 'Wed 04 10:00', 'from Monday 10:00, 16 hours of the office');
CREATE FUNCTION tap.add_pause(report text, "from" text, until text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO civic.sla_pauses (organization_id, report_id, reason, paused_at, resumed_at)
    VALUES (tap.id('a'), tap.id('a.' || report), 'on_hold', "from"::timestamptz, until::timestamptz);
    RETURN tap.deadline(report);
END
$$;
SELECT is(tap.add_pause('life4', '2026-03-02 20:00+00', '2026-03-03 07:00+00'), 'Wed 04 10:00',
    'a pause over the night moves nothing');
SELECT is(tap.add_pause('life4', '2026-03-02 16:00+00', '2026-03-03 09:00+00'), 'Wed 04 12:00',
    'one from 16:00 to 9:00 moves it by two hours, not by seventeen');
SELECT is(tap.add_pause('life4', '2026-03-04 12:00+00', '2026-03-05 12:00+00'), 'Wed 04 12:00',
    'one that begins at the deadline comes too late');
SELECT is(tap.add_pause('life4', '2026-03-04 11:00+00', '2026-03-06 16:00+00'), 'Fri 06 17:00',
    'one before it pushes the last hour to its end');
SELECT is(tap.add_pause('life4', '2026-03-06 16:30+00', '2026-03-09 08:15+00'), 'Mon 09 08:45',
    'one over the weekend begins half an hour before');
SELECT is(tap.add_pause('life4', '2026-03-09 08:00+00', NULL), NULL, 'and one that has not ended');
-- A new version is for new promises.
SELECT tap.do('a.admin', format('SELECT civic.set_sla_policy(''1 hour'', calendar_id => %L, category => ''roads'')',
    tap.id('office'))) \g /dev/null
SELECT is(tap.deadline('life5'), 'Wed 04 10:00', 'a new version does not change what was promised');
SELECT is(tap.steps('a.admin', format('UPDATE civic.reports SET landmark = ''x'', is_featured = true WHERE id = %L',
    tap.id('a.life5')), format('SELECT to_char(civic.report_deadline(%L), ''DD HH24:MI'')', tap.id('a.life5'))),
    '04 10:00',
    'nor does a move');
-- The calendar is corrected: the next tick moves the deadline of open work.
UPDATE civic.tasks SET sla_next_check = now() + interval '1 year' WHERE report_id = tap.id('a.life5');
INSERT INTO civic.calendar_holidays (organization_id, calendar_id, day, name)
VALUES (tap.id('a'), tap.id('office'), '2026-03-03', 'Flood');
SELECT is((SELECT t.sla_next_check FROM civic.tasks AS t WHERE t.report_id = tap.id('a.life5')), now(),
    'a new holiday has the task looked at');
SELECT is(tap.deadline('life5'), 'Thu 05 10:00', 'a holiday more');
SELECT is(tap.value('a.citizen', format('SELECT string_agg(item || '': '' || explanation, ''; '') FROM'
    ' civic.explain_deadline(%L) WHERE item NOT IN (''policy'', ''worked'')', tap.id('a.life5'))),
    'promise: made 2026-03-02 10:00, when the officer was put in charge; calendar: office, time zone UTC; allowed: 16 h'
    ' 0 min; paused: never; holidays: 2026-03-03 Flood; deadline: 2026-03-05 10:00; state: late', 'in words');
-- Working days.
SELECT tap.do('a.admin',
    format('SELECT civic.set_sla_policy(working_days => 3, calendar_id => %L, category => ''other'')',
    tap.id('office'))) \g /dev/null
SET LOCAL session_replication_role = replica;
UPDATE civic.tasks AS t SET sla_policy_id = p.id, assigned_at = '2026-04-01 16:59+00' FROM civic.sla_policies AS p
WHERE t.report_id = tap.id('a.life6') AND p.organization_id = tap.id('a') AND p.working_days = 3;
SET LOCAL session_replication_role = origin;
SELECT is(tap.deadline('life6'), 'Wed 08 17:00',
    'three working days over Easter: the short Thursday, Tuesday, Wednesday');
SELECT is(tap.add_pause('life6', '2026-04-02 07:00+00', '2026-04-07 09:00+00'), 'Thu 09 17:00',
    'a day that was all paused does not count, one that was not does');
SELECT tap.do('a.admin', 'UPDATE civic.sla_policies SET valid_until = now() WHERE valid_until IS NULL') \g /dev/null
UPDATE civic.tasks SET sla_next_check = NULL WHERE report_id IN (tap.id('a.life4'), tap.id('a.life5'),
    tap.id('a.life6'));

-- A promise without end, because the calendar lost its hours, keeps nobody else from being looked at.
SELECT tap.do('a.admin', format('SELECT civic.set_sla_policy(''3 hours'', calendar_id => %L, category => ''other'')',
    tap.id('a.seldom'))) \g /dev/null
INSERT INTO civic.calendar_holidays (organization_id, calendar_id, day, name)
SELECT tap.id('a'), tap.id('a.seldom'), d::date, 'Closed'
FROM generate_series('2000-01-07'::timestamp, '2199-12-27', '7 days') AS d;
SELECT tap.add_report('a', 'endless', 'neighbour', 'assigned_to_officer', 'PWD', 'officer') \g /dev/null
SELECT is((SELECT t.sla_deadline FROM civic.tasks AS t WHERE t.report_id = tap.id('a.endless')), 'infinity',
    'a deadline that never comes');
UPDATE civic.tasks SET sla_next_check = now() WHERE report_id = tap.id('a.endless');
SELECT is(tap.tick(), '0 0 0 0', 'is looked at');
SELECT is(tap.value('a.citizen', format('SELECT string_agg(explanation, '', '') FROM civic.explain_deadline(%L)'
    ' WHERE item IN (''deadline'', ''state'')', tap.id('a.endless'))), 'never, in time', 'and explained');
SELECT tap.do('a.admin', 'UPDATE civic.sla_policies SET valid_until = now() WHERE valid_until IS NULL') \g /dev/null

-- 6. Ticks. Everything else is out of the way.
UPDATE civic.tasks SET sla_next_check = NULL WHERE organization_id = tap.id('a')
    AND report_id NOT IN (SELECT tap.id('a.life' || n) FROM generate_series(7, 14) AS n);
CREATE FUNCTION tap.raised(report text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', e.reason, e.level), ', ' ORDER BY e.reason, e.level, e.occasion)
    FROM civic.escalations AS e WHERE e.report_id = tap.id('a.' || report)
$$;
SELECT is(tap.tick('6 days 21:59:59.999999'), '0 0 0 0', 'nothing is due');
SELECT is(tap.tick('6 days 22:00', 1), '1 0 0 7', 'two hours before: one warned, seven are still to do');
SELECT is(tap.tick('6 days 22:00'), '7 0 0 0', 'the rest');
SELECT is(tap.tick('6 days 22:00'), '0 0 0 0', 'and no one twice');
SELECT is(tap.clock('life7'), '7 days warning 0', 'state');
SELECT is(tap.tick('7 days'), '0 0 0 0', 'at the deadline it is not missed');
SELECT is(tap.tick('7 days 00:00:00.000001'), '0 8 0 0', 'a microsecond after it is');
SELECT is(tap.clock('life7'), '7 days violated 1', 'state');
SELECT is(tap.tick('7 days 04:00'), '0 0 0 0', 'four hours past');
SELECT is(tap.tick('7 days 04:00:01'), '0 0 9 0',
    'more than four hours past: each is escalated, and the officer who failed three times');
SELECT is(tap.tick('7 days 23:00'), '0 0 0 0', 'once');
SELECT is(tap.tick('8 days 00:00:01'), '0 0 8 0', 'more than a day past: a level higher');
-- A late tick ends where ticks in time would have: life 8 gets one after 70 days, life 7 one a day.
UPDATE civic.tasks SET sla_next_check = NULL WHERE organization_id = tap.id('a') AND report_id <> tap.id('a.life7');
SELECT count(tap.tick(make_interval(days => n))) FROM generate_series(8, 70) AS n \g /dev/null
DELETE FROM civic.escalations WHERE report_id = tap.id('a.life8');
UPDATE civic.tasks SET sla_next_check = now(), sla_state = 'ok', sla_violation_count = 0
WHERE report_id = tap.id('a.life8');
SELECT is(tap.tick('70 days'), '0 1 6 0', 'one late tick');
SELECT is(tap.raised('life8'), tap.raised('life7'), 'raises what many in time did');
SELECT is(tap.raised('life7'), 'sla_breach level_1, sla_breach level_2, sla_breach level_3, unresolved level_1,'
    ' unresolved level_2, unresolved level_3', 'namely');
SELECT is(tap.clock('life8'), tap.clock('life7'), 'and leaves the same clock');
SELECT is((SELECT t.sla_next_check FROM civic.tasks AS t WHERE t.report_id = tap.id('a.life7')), NULL,
    'then nothing is left to do');
SELECT is((SELECT string_agg(DISTINCT coalesce(n.name, 'nobody'), ' ') FROM civic.escalations AS e
    LEFT JOIN tap.names AS n ON n.id = e.escalated_to_user_id
    WHERE e.report_id = tap.id('a.life7') AND e.level = 'level_3'), 'admin', 'level 3 is the administrator''s');
SELECT is((SELECT string_agg(DISTINCT concat_ws(' ', e.level, e.sla_deadline - now()), ', ') FROM civic.escalations AS e
    WHERE e.report_id = tap.id('a.life7')), 'level_1 2 days, level_2 1 day, level_3 12:00:00',
    'time to deal with it by level');

-- The order of time, also for work that was promised under different terms; at most max_rows.
UPDATE civic.tasks SET sla_next_check = now() - interval '1 hour' * (CASE report_id WHEN tap.id('a.life9') THEN 1
    WHEN tap.id('a.life10') THEN 3 ELSE 2 END)
WHERE report_id IN (tap.id('a.life9'), tap.id('a.life10'), tap.id('a.life11'));
SELECT is(tap.tick('0', 2), '0 0 0 1', 'two of three');
SELECT is((SELECT n.name FROM civic.tasks AS t JOIN tap.names AS n ON n.id = t.report_id
    WHERE t.organization_id = tap.id('a') AND t.sla_next_check <= now()), 'life9', 'the latest is left');
SELECT is(tap.tick(), '0 0 0 0', 'the last');
UPDATE civic.tasks SET sla_next_check = NULL WHERE organization_id = tap.id('a');

-- An escalation that was resolved does not come again for the same deadline, but for the next.
SELECT is(tap.raised('life12'), 'sla_breach level_1, sla_breach level_2', 'before');
SELECT tap.do('a.admin', format('SELECT civic.resolve_escalation(id, ''Sent two more people.'') FROM civic.escalations'
    ' WHERE report_id = %L', tap.id('a.life12'))) \g /dev/null
UPDATE civic.tasks SET sla_next_check = now() WHERE report_id = tap.id('a.life12');
SELECT is(tap.tick('8 days 01:00'), '0 0 0 0', 'not again');
SELECT tap.call('officer', 'acknowledge_report', 'life12'), tap.call('officer', 'start_work', 'life12'),
    tap.pass('life12', '1 hour'), tap.call('admin', 'assign_officer', 'life12', format(', %L', tap.id('a.officer3')))
    \g /dev/null
SELECT is(tap.tick('7 days 05:00'), '0 1 1 0', 'another officer, another deadline, another escalation');
SELECT is(tap.raised('life12'), 'sla_breach level_1, sla_breach level_1, sla_breach level_2', 'after');

-- Work that was sent back twice.
SELECT tap.call('officer', 'acknowledge_report', 'life13'), tap.call('officer', 'start_work', 'life13') \g /dev/null
SELECT tap.call('officer', 'finish_work', 'life13', ', ''Done.'''), tap.call('admin', 'reject_work', 'life13',
    ', ''Not clean.''') \g /dev/null
SELECT is(tap.tick(), '0 0 0 0', 'once is not yet a matter');
SELECT tap.pass('life13', '1 minute'), tap.call('officer', 'finish_work', 'life13', ', ''Done.'''),
    tap.call('admin', 'reject_work', 'life13', ', ''Still not clean.''') \g /dev/null
DELETE FROM civic.escalations WHERE officer_id = tap.id('a.officer') AND report_id <> tap.id('a.life13');
SELECT is(tap.tick(), '0 0 1 0', 'twice is');
SELECT is(tap.tick(), '0 0 0 0', 'but once');
SELECT is((SELECT string_agg(concat_ws(' ', e.reason, e.level, e.description), ', ') FROM civic.escalations AS e
    WHERE e.report_id = tap.id('a.life13') AND e.officer_id IS NOT NULL AND e.reason = 'quality_issue'),
    'quality_issue level_1 Finished work was sent back 2 times.', 'as such');
-- Three reports of an officer within 30 days.
SELECT tap.add_report('a', 'fail' || n, 'neighbour', 'assigned_to_officer', 'PWD', 'officer')
FROM generate_series(1, 4) AS n \g /dev/null
SELECT tap.pass('fail' || n, '7 days 5 hours')
FROM generate_series(1, 4) AS n \g /dev/null
SELECT is(tap.tick('0', 1), '0 1 1 3', 'the second failure');
SELECT is(tap.tick('0', 1), '0 1 2 2', 'the third: the officer is escalated as well');
SELECT is(tap.tick(), '0 2 2 0', 'but not for every further one');
SELECT is((SELECT concat_ws(' ', e.reason, e.level, e.officer_failures, e.description) FROM civic.escalations AS e
    WHERE e.organization_id = tap.id('a') AND e.officer_failures IS NOT NULL),
    'quality_issue level_1 3 3 reports of the officer were escalated within 30 days.', 'as such');

-- Escalations that nobody deals with.
UPDATE civic.escalations SET is_overdue = false;
SELECT tap.pass('fail1', '49 hours'), tap.tick() \g /dev/null
SELECT is((SELECT string_agg(DISTINCT n.name, ' ') FROM civic.escalations AS e JOIN tap.names AS n ON n.id = e.report_id
    WHERE e.is_overdue), 'fail1', 'overdue');

-- 7. Who runs the clock, and bad arguments.
SELECT is(tap.attempt('a.' || x.actor, 'SELECT civic.tick()'), x.outcome, format('%s ticks: %s', x.actor, x.outcome))
FROM (VALUES ('citizen', '42501'), ('officer', '42501'), ('admin', '42501'), ('auditor', '42501'), ('super_admin', '1'),
    ('service', '1'), ('anon', '42501'), ('db_auditor', '42501'), ('inactive', '42501')) AS x (actor, outcome);
SELECT is(tap.attempt('none.service', 'SELECT civic.tick()'), '28000', 'the clock of no organization');
SELECT is(tap.attempt('a.service', format('SELECT civic.tick(%s)', x.arguments)), '22023', format('tick(%s)',
    x.arguments))
FROM (VALUES ('0'), ('-1'), ('NULL'), ('100001'), ('1, ''infinity'''), ('1, NULL')) AS x (arguments);
UPDATE civic.tasks SET sla_next_check = now() - interval '1 day' WHERE organization_id = tap.id('b');
SELECT is(tap.tick(), '0 0 0 0', 'another organization has a clock of its own');

-- 8. People's escalations.
SELECT is(tap.attempt('a.' || x.actor, format('SELECT civic.escalate_report(%L, ''citizen_complaint'', ''Dangerous.'')',
    tap.id('a.pub_colleague'))), x.outcome, format('%s escalates: %s', x.actor, x.outcome))
FROM (VALUES ('citizen', '42501'), ('neighbour', '42501'), ('moderator', '1'), ('officer', '1'), ('officer2', '42501'),
    ('officer3', '1'), ('auditor', '42501'), ('admin', '1'), ('clerk', '42501'), ('anon', '42501'),
    ('service', '1'), ('inactive', 'PT404')) AS x (actor, outcome);
SELECT is(tap.attempt('a.officer', format('SELECT civic.escalate_report(%L, %s)', tap.id('a.priv_mine'), x.more)),
    x.outcome, x.more)
FROM (VALUES ('''citizen_complaint'', ''Again.''', '23505'), ('''citizen_complaint'', ''Higher.'', ''level_2''', '1'),
    ('''vip_attention'', ''Other.''', '1'), ('''vip_attention'', ''''', '23514'), ('''vip_attention'', NULL', '23502'),
    ('''vip_attention'', repeat(''x'', 2001)', '23514'), ('''nosuch'', ''x''', '22P02'),
    ('''vip_attention'', ''x'', ''level_1'', tap.id(''b.admin'')', '23503')) AS x (more, outcome);
-- Moves: forward, also over steps, and down from any open status.
CREATE FUNCTION tap.move(actor text, before text, after text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE civic.escalations SET status = before::civic.escalation_status WHERE id = tap.id('a.escalation.priv_mine');
    SET LOCAL session_replication_role = origin;
    RETURN tap.attempt('a.' || actor, format('UPDATE civic.escalations SET status = %L, action_taken = ''Did it.'','
        ' response_notes = ''No longer.'' WHERE id = %L', after, tap.id('a.escalation.priv_mine')));
END
$$;
SELECT is(tap.move('admin', b.label, a.label), CASE WHEN b.label = a.label THEN '1'
    WHEN b.label IN ('resolved',
    'de_escalated') OR a.label = 'escalated' OR b.place > a.place THEN 'ZC001' ELSE '1' END,
    format('from %s to %s', b.label, a.label))
FROM unnest(enum_range(NULL::civic.escalation_status)::text[]) WITH ORDINALITY AS b (label, place)
CROSS JOIN unnest(enum_range(NULL::civic.escalation_status)::text[]) WITH ORDINALITY AS a (label, place);
SELECT is(tap.move(x.actor, 'escalated', x.target), x.outcome, format('%s to %s', x.actor, x.target))
FROM (VALUES ('officer', 'acknowledged', 'ZC003'), ('officer', 'de_escalated', '1'), ('officer2', 'acknowledged', '0'),
    ('super_admin', 'acknowledged', '1'), ('moderator', 'acknowledged', '0'), ('citizen', 'acknowledged', '0'),
    ('service', 'acknowledged', 'ZC003')) AS x (actor, target, outcome);
SELECT is(tap.steps('a.admin', format('SELECT civic.acknowledge_escalation(%L)', tap.id('a.escalation.priv_mine')),
    format('SELECT civic.resolve_escalation(%L, ''Sent somebody.'')', tap.id('a.escalation.priv_mine')),
    format('SELECT concat_ws('' '', status, action_taken, acknowledged_at = now(), resolved_at = now())'
    ' FROM civic.escalations WHERE id = %L', tap.id('a.escalation.priv_mine'))), 'resolved Sent somebody. t t',
    'acknowledged, then resolved');
SELECT is(tap.attempt('a.admin', format('SELECT civic.resolve_escalation(%L, '' '')',
    tap.id('a.escalation.priv_mine'))),
    'ZC002', 'resolving needs words');
SELECT is(tap.steps('a.admin', format('SELECT civic.transition(''escalation'', %L, ''de_escalated'', ''A mistake.'')',
    tap.id('a.escalation.priv_mine')), format('SELECT count(*) FROM civic.status_history WHERE entity_id = %L'
    ' AND workflow = ''escalation'' AND reason = ''A mistake.''', tap.id('a.escalation.priv_mine'))), '1',
    'history is written');
SELECT is(tap.attempt('a.officer2', format('SELECT civic.resolve_escalation(%L, ''Mine.'')',
    tap.id('a.escalation.priv_mine'))), 'PT404', 'not for others');

-- 9. Lists: a definer function shows what the table shows.
SELECT is(tap.seen('a.' || a.name, 'SELECT id FROM civic.overdue_tasks(1000)'), tap.seen('a.' || a.name,
    'SELECT id FROM civic.tasks WHERE status NOT IN (''resolved'', ''rejected'') AND sla_deadline < now()'),
    format('overdue tasks of %s', a.name))
FROM (SELECT substr(c.name, 3) AS name FROM tap.actors AS c WHERE c.name LIKE 'a.%' AND c.db_role = 'civic_user') AS a;
SELECT is(tap.seen('a.' || a.name, 'SELECT id FROM civic.upcoming_deadlines(''100 days'', max_rows => 1000)'),
    tap.seen('a.' || a.name, 'SELECT id FROM civic.tasks WHERE status NOT IN (''resolved'', ''rejected'')'
    ' AND sla_deadline BETWEEN now() AND now() + interval ''100 days'''), format('deadlines of %s', a.name))
FROM (SELECT substr(c.name, 3) AS name FROM tap.actors AS c WHERE c.name LIKE 'a.%' AND c.db_role = 'civic_user') AS a;
SELECT is(tap.value('a.' || a.name, 'SELECT sum(open) || '' '' || sum(in_time + warned + overdue + paused) FROM'
    ' civic.sla_statistics()'), tap.value('a.' || a.name, 'SELECT nullif(count(*) || '' '' || count(*), ''0 0'') FROM'
    ' civic.tasks WHERE status NOT IN (''resolved'', ''rejected'')'), format('statistics of %s', a.name))
FROM (SELECT substr(c.name, 3) AS name FROM tap.actors AS c WHERE c.name LIKE 'a.%' AND c.db_role = 'civic_user') AS a;

-- 10. Plans: what is due is found by an index of open work alone.
SET LOCAL enable_seqscan = off;
CREATE FUNCTION tap.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    result text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        result := result || line || E'\n';
    END LOOP;
    RETURN result;
END
$$;
SELECT matches(tap.plan('SELECT t.id FROM civic.tasks AS t WHERE t.organization_id = tap.id(''a'') AND t.sla_next_check'
    ' <= now() ORDER BY t.sla_next_check, t.id LIMIT 10 FOR NO KEY UPDATE SKIP LOCKED'),
    '^Limit\n  ->  LockRows\n        ->  Index Scan using tasks_sla_next_check on tasks t\n',
    'due work, in order, unsorted');
SELECT matches(tap.plan('SELECT t.id FROM civic.tasks AS t WHERE t.organization_id = tap.id(''a'') AND t.status NOT IN'
    ' (''resolved'', ''rejected'') AND t.sla_deadline < now() ORDER BY t.sla_deadline, t.id LIMIT 10'),
    'Index Scan using tasks_sla_deadline', 'overdue work');

SELECT * FROM finish();
ROLLBACK;
