-- Appeals, escalations by hand, feedback, confirmation and automatic closing.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

CREATE FUNCTION tap.last_appeal() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT a.id FROM civic.appeals AS a
    WHERE a.organization_id = tap.id('a') AND a.report_id NOT IN (tap.id('a.priv_mine'), tap.id('a.own_citizen'))
    ORDER BY a.id DESC LIMIT 1
$$;

------------------------------------------------------------------------------------------------------------------------
-- Appeals
------------------------------------------------------------------------------------------------------------------------

-- Where a report must stand for each type, and who may.
SELECT tap.add_report('a', 'filed_' || s, 'citizen', s::text,
    CASE WHEN s IN ('received', 'pending_classification', 'classified', 'rejected', 'duplicate') THEN NULL ELSE 'PWD'
        END,
    CASE WHEN s IN ('received', 'pending_classification', 'classified', 'rejected', 'duplicate',
        'assigned_to_department') THEN NULL ELSE 'officer' END,
    original => CASE s WHEN 'duplicate' THEN 'pub_open' END)
FROM unnest(enum_range(NULL::civic.report_status)) AS e (s) WHERE s <> 'received' \g /dev/null

SELECT is(
    tap.attempt('a.' || a.actor, format('SELECT FROM civic.submit_appeal(tap.id(''a.filed_%s''), %L, %L)', s.status,
        t.type, 'It was not done as it should be.')),
    CASE WHEN NOT (a.kind = t.kind) THEN '42501'
        WHEN s.status::text = ANY (string_to_array(t.fits, ' ')) THEN '1' ELSE 'ZC061' END,
    format('%s appeals by %s about a report that is %s', a.actor, t.type, s.status))
FROM (VALUES
    ('classification', 'owner', 'pending_classification classified assigned_to_department assigned_to_officer'
        ' assignment_rejected acknowledged in_progress pending_verification on_hold reopened'),
    ('resolution', 'owner', 'resolved closed'), ('rejection', 'owner', 'rejected'),
    ('incorrect_assignment', 'officer', 'assigned_to_officer acknowledged in_progress on_hold reopened'),
    ('workload', 'officer', 'assigned_to_officer acknowledged in_progress on_hold reopened'),
    ('resource_lack', 'officer', 'assigned_to_officer acknowledged in_progress on_hold reopened'),
    ('quality_concern', 'admin', 'pending_verification resolved closed')
) AS t (type, kind, fits)
CROSS JOIN (VALUES ('citizen', 'owner'), ('officer', 'officer'), ('admin', 'admin'), ('contributor', ''),
    ('moderator', ''), ('officer3', ''), ('auditor', '')) AS a (actor, kind)
CROSS JOIN (SELECT unnest(enum_range(NULL::civic.report_status)) AS status) AS s
WHERE s.status <> 'received' AND NOT (a.kind = 'officer' AND t.kind = 'officer' AND s.status::text IN (
    'pending_classification', 'classified', 'assigned_to_department', 'rejected', 'duplicate'))
ORDER BY t.type, a.actor, s.status;

SELECT is(tap.story(VARIADIC x.steps), x.outcome, x.what)
FROM (VALUES
    ('an appeal starts as submitted, the first of its report', ARRAY[
        'citizen: SELECT concat_ws('' '', p.status, p.ordinal, p.submitted_by_user_id = $citizen) FROM'
        ' civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'') AS p'], 'submitted 1 t'),
    ('no third one', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'citizen: SELECT civic.withdraw_appeal(tap.last_appeal())',
        'admin: SELECT FROM civic.submit_appeal($filed_resolved, ''quality_concern'', ''The hole is still there.'')',
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')'],
        'ZC060'),
    ('a reason of nine characters', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''123456789'')'], '23514'),
    ('about a report one cannot see', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($priv_none, ''classification'', ''It is not about roads.'')'],
        'PT404'),
    ('nobody inserts past the function', ARRAY[
        'citizen: INSERT INTO civic.appeals (report_id, ordinal, appeal_type, reason) VALUES ($filed_resolved, 1,'
        ' ''resolution'', ''The hole is still there.'')'], '42501'),
    -- Withdrawal and review.
    ('the submitter takes it back', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'citizen: SELECT civic.withdraw_appeal(tap.last_appeal())',
        'citizen: SELECT status FROM civic.appeals WHERE id = tap.last_appeal()'], 'withdrawn'),
    ('another does not see it', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'contributor: SELECT civic.withdraw_appeal(tap.last_appeal())'], 'PT404'),
    ('the administrator cannot take it back', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT civic.withdraw_appeal(tap.last_appeal())'], 'ZC003'),
    ('not once it is under review', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''under_review'')',
        'citizen: SELECT civic.withdraw_appeal(tap.last_appeal())'], 'ZC001'),
    ('the submitter cannot decide', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'citizen: UPDATE civic.appeals SET status = ''approved'', review_notes = ''Yes.'' WHERE id ='
        ' tap.last_appeal()'], 'ZC004'),
    ('nor say what shall be done', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'citizen: UPDATE civic.appeals SET requires_rework = true, rework_notes = ''All.'' WHERE id ='
        ' tap.last_appeal()'], 'ZC004'),
    ('nor can a moderator decide', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'moderator: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Yes.'')'], 'PT404'),
    ('a decision needs notes', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''rejected'', ''  '')'], 'ZC002'),
    ('the reviewer and the time are kept', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT concat_ws('' '', a.status, a.reviewed_by_user_id = $admin, a.reviewed_at = now()) FROM'
        ' civic.review_appeal(tap.last_appeal(), ''rejected'', ''It is done.'') AS a'], 'rejected t t'),
    ('a second review is an error', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''rejected'', ''It is done.'')',
        'super_admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''rejected'', ''It is done.'')'], 'ZC062'),
    ('and what it ordered stays', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Yes.'')',
        'admin: UPDATE civic.appeals SET requires_rework = true, rework_notes = ''All.'' WHERE id ='
        ' tap.last_appeal()'], 'ZC062'),
    -- Rework.
    ('rework reopens the report for its officer', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_closed, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it to the top.'')',
        'admin: SELECT concat_ws('' '', r.status, r.assigned_to = $officer, r.rework_reason, t.status, t.notes,'
        ' a.rework_assigned_to_user_id = $officer) FROM civic.reports AS r JOIN civic.tasks AS t ON t.report_id = r.id'
        ' JOIN civic.appeals AS a ON a.report_id = r.id WHERE r.id = $filed_closed'],
        'reopened t Fill it to the top. in_progress Fill it to the top. t'),
    ('or for another', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it to the top.'', rework_assigned_to_user_id => $officer3)',
        'admin: SELECT r.assigned_to = $officer3 FROM civic.reports AS r WHERE r.id = $filed_resolved'], 'true'),
    ('who must be of the department, or nothing is decided', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it to the top.'', rework_assigned_to_user_id => $officer2)'], 'ZC006'),
    ('handed-in work goes back on a quality concern', ARRAY[
        'admin: SELECT FROM civic.submit_appeal($filed_pending_verification, ''quality_concern'', ''It looks bad.'
        ' Really.'')',
        'super_admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework =>'
        ' true,'
        ' rework_notes => ''Again.'')',
        'admin: SELECT r.status FROM civic.reports AS r WHERE r.id = $filed_pending_verification'], 'in_progress'),
    ('rework needs notes', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework =>'
        ' true)'], '23514'),
    ('and is not for a wrong assignment', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_in_progress, ''workload'', ''I have too much to do.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Again.'')'], '23514'),
    ('the rework officer completes it in one call', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it.'')',
        'officer: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')',
        'admin: SELECT concat_ws('' '', r.status, r.resolution_notes, r.rework_reason, t.status, a.rework_completed)'
        ' FROM civic.reports AS r JOIN civic.tasks AS t ON t.report_id = r.id JOIN civic.appeals AS a'
        ' ON a.report_id = r.id WHERE r.id = $filed_resolved'], 'pending_verification Filled. pending_verification t'),
    ('by way of in_progress', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it.'')',
        'officer: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')',
        'admin: SELECT string_agg(h.new_status, '' '' ORDER BY h.id) FROM civic.report_history($filed_resolved) AS h'],
        'resolved reopened in_progress pending_verification'),
    ('once', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it.'')',
        'officer: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')',
        'officer: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')'], 'ZC063'),
    ('and so does work handed in the usual way', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it.'')',
        'officer: SELECT FROM civic.start_work($filed_resolved)',
        'officer: SELECT FROM civic.finish_work($filed_resolved, ''Filled.'')',
        'officer: SELECT rework_completed FROM civic.appeals WHERE id = tap.last_appeal()'], 'true'),
    ('another officer cannot', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it.'')',
        'officer3: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')'], 'PT404'),
    ('nor an administrator', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it.'')',
        'admin: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')'], 'PT404'),
    -- Reassignment.
    ('a wrong assignment goes to another officer', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_acknowledged, ''incorrect_assignment'', ''Not my ward.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', reassigned_to_user_id =>'
        ' $officer3)',
        'admin: SELECT concat_ws('' '', r.status, t.status, t.assigned_to = $officer3) FROM civic.reports AS r'
        ' JOIN civic.tasks AS t ON t.report_id = r.id WHERE r.id = $filed_acknowledged'],
        'assigned_to_officer assigned t'),
    ('or to another department', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_in_progress, ''incorrect_assignment'', ''It is a pipe.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'','
        ' reassigned_to_department_id => tap.dept(''a'', ''WSD''))',
        'admin: SELECT concat_ws('' '', r.status, r.department_id = tap.dept(''a'', ''WSD''), r.routing_level,'
        ' r.assigned_to IS NULL, t.id IS NULL) FROM civic.reports AS r LEFT JOIN civic.tasks AS t'
        ' ON t.report_id = r.id WHERE r.id = $filed_in_progress'], 'assigned_to_department t manual t t'),
    ('or to an officer of another department', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_on_hold, ''incorrect_assignment'', ''It is a pipe.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', reassigned_to_user_id =>'
        ' $officer2,'
        ' reassigned_to_department_id => tap.dept(''a'', ''WSD''))',
        'admin: SELECT concat_ws('' '', r.status, r.department_id = tap.dept(''a'', ''WSD''),'
        ' r.assigned_to = $officer2) FROM civic.reports AS r WHERE r.id = $filed_on_hold'],
        'assigned_to_officer t t'),
    ('a reopened one as well', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_reopened, ''workload'', ''I have too much to do.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', reassigned_to_user_id =>'
        ' $officer3)',
        'admin: SELECT concat_ws('' '', r.status, r.assigned_to = $officer3) FROM civic.reports AS r'
        ' WHERE r.id = $filed_reopened'], 'assigned_to_officer t'),
    ('to where must be said', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_acknowledged, ''incorrect_assignment'', ''Not my ward.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'')'], '23514'),
    ('but workload may be approved without', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_acknowledged, ''workload'', ''I have too much to do.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Help is on the way.'')',
        'admin: SELECT r.assigned_to = $officer FROM civic.reports AS r WHERE r.id = $filed_acknowledged'], 'true'),
    ('residents'' appeals reassign nothing', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', reassigned_to_user_id =>'
        ' $officer3)'],
        '23514'),
    ('the new officer must be eligible, or nothing is decided', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_acknowledged, ''incorrect_assignment'', ''Not my ward.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', reassigned_to_user_id =>'
        ' $officer2)'],
        'ZC006'),
    ('who was relieved is not chosen again', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_acknowledged, ''incorrect_assignment'', ''Not my ward.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', reassigned_to_user_id =>'
        ' $officer3)',
        'system: SELECT civic_private.why_not_officer(tap.id(''a''), $filed_acknowledged, $officer)'],
        'The person has refused the report.'),
    ('a report that is done meanwhile is not reassigned', ARRAY[
        'officer: SELECT FROM civic.submit_appeal($filed_in_progress, ''workload'', ''I have too much to do.'')',
        'officer: SELECT FROM civic.finish_work($filed_in_progress, ''Done after all.'')',
        'admin: SELECT FROM civic.approve_work($filed_in_progress)',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', reassigned_to_user_id =>'
        ' $officer3)'],
        'ZC001'),
    -- A rejection.
    ('a rejection is undone', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_rejected, ''rejection'', ''It is really there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'')',
        'admin: SELECT concat_ws('' '', r.status, r.needs_review, r.rejection_reason) FROM civic.reports AS r'
        ' WHERE r.id = $filed_rejected'], 'pending_classification t'),
    ('only so', ARRAY[
        'admin: UPDATE civic.reports SET status = ''pending_classification'' WHERE id = $filed_rejected'], 'ZC003'),
    ('an appeal that is rejected does nothing', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_rejected, ''rejection'', ''It is really there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''rejected'', ''No.'')',
        'admin: SELECT r.status FROM civic.reports AS r WHERE r.id = $filed_rejected'], 'rejected'),
    -- Lists.
    ('statistics', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'officer: SELECT FROM civic.submit_appeal($filed_in_progress, ''workload'', ''I have too much to do.'')',
        'admin: SELECT s ->> ''total'' || (s -> ''by_status'' ->> ''submitted'') || (s -> ''by_type'' ->> ''workload'')'
        ' FROM civic.appeal_statistics() AS s'], '441'),
    ('one''s own are listed', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'citizen: SELECT count(*) FROM civic.list_appeals(report_id => $filed_resolved)'], '1'),
    ('page by page', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''And deeper than before.'')',
        'citizen: SELECT string_agg(l.ordinal::text, '' '') FROM civic.list_appeals(before_id => tap.last_appeal(),'
        ' report_id =>'
        ' $filed_resolved) AS l'], '1')
) AS x (what, steps, outcome);

------------------------------------------------------------------------------------------------------------------------
-- Feedback and confirmation
------------------------------------------------------------------------------------------------------------------------

-- A matter of the citizen that the neighbour filed again, the contributor supports, and officer2 supports through the
-- duplicate.
SELECT tap.add_report('a', 'matter', 'citizen', 'resolved', 'PWD', 'officer'),
    tap.add_report('a', 'again', 'neighbour', 'duplicate', original => 'matter') \g /dev/null
INSERT INTO civic.report_supporters (organization_id, report_id, user_id, from_report_id)
SELECT tap.id('a'), tap.id('a.matter'), tap.id('a.' || p.name), tap.id('a.' || p.source)
FROM (VALUES ('contributor', NULL), ('officer2', 'again')) AS p (name, source);
CREATE FUNCTION tap.rate(rating integer, level text, actor text DEFAULT 'citizen', report text DEFAULT 'matter')
    RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: SELECT concat_ws('' '', f.rating, f.requires_followup, f.followup_reason, f.officer_id ='
    ' $officer)'
        ' FROM civic.submit_feedback($%s, %s, %L) AS f', actor, report, rating, level)
$$;
CREATE FUNCTION tap.confirm(actor text, confirmed boolean DEFAULT true, report text DEFAULT 'matter') RETURNS text
    LANGUAGE sql AS $$
    SELECT format('%s: SELECT is_confirmed FROM civic.confirm_resolution($%s, %L, ''It is as I say.'')', actor, report,
        confirmed)
$$;
-- Ages the matter: it was resolved so long ago.
CREATE FUNCTION tap.age(ago interval) RETURNS text LANGUAGE sql AS $$
    SELECT format('system: SELECT tap.make_older(%L)', ago)
$$;
CREATE FUNCTION tap.make_older(ago interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE civic.reports SET status_updated_at = now() - ago WHERE id = tap.id('a.matter');
    UPDATE civic.status_history SET changed_at = now() - ago WHERE entity_id = tap.id('a.matter');
    UPDATE civic.feedbacks SET created_at = now() - ago WHERE report_id = tap.id('a.matter');
    SET LOCAL session_replication_role = origin;
END
$$;
-- Histories of one transaction all have its time; what comes next counts as later.
CREATE FUNCTION tap.later() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.make_older('1 day');
    SET LOCAL session_replication_role = replica;
    UPDATE civic.resolution_confirmations SET resolved_at = resolved_at - interval '1 day';
    SET LOCAL session_replication_role = origin;
END
$$;
CREATE FUNCTION tap.make_all_older() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE civic.reports SET status_updated_at = now() - interval '1 month' WHERE status = 'resolved';
    SET LOCAL session_replication_role = origin;
END
$$;
CREATE FUNCTION tap.state() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
    SELECT concat_ws(' ', r.status, r.needs_review) FROM civic.reports AS r WHERE r.id = tap.id('a.matter')
$$;

SELECT is(tap.story(VARIADIC x.steps), x.outcome, x.what)
FROM (VALUES
    -- Who rates, when, and what comes of it.
    ('the reporter rates', ARRAY[tap.rate(4, 'satisfied')], '4 f t'),
    ('a duplicate''s reporter does not', ARRAY[tap.rate(4, 'satisfied', 'neighbour')], '42501'),
    ('a supporter does not', ARRAY[tap.rate(4, 'satisfied', 'contributor')], '42501'),
    ('the officer does not', ARRAY[tap.rate(4, 'satisfied', 'officer')], '42501'),
    ('not what is not resolved', ARRAY[tap.rate(4, 'satisfied', report => 'filed_in_progress')], 'ZC064'),
    ('nor what is rejected', ARRAY[tap.rate(4, 'satisfied', report => 'filed_rejected')], 'ZC064'),
    ('also what is closed', ARRAY[tap.rate(4, 'satisfied', report => 'filed_closed')], '4 f t'),
    ('not 0', ARRAY[tap.rate(0, 'satisfied')], '23514'), ('not 6', ARRAY[tap.rate(6, 'satisfied')], '23514'),
    ('once', ARRAY[tap.rate(4, 'satisfied'), tap.rate(5, 'satisfied')], 'ZC065'),
    ('satisfied closes', ARRAY[tap.rate(4, 'satisfied'), 'system: SELECT tap.state()'], 'closed f'),
    ('very satisfied closes', ARRAY[tap.rate(5, 'very_satisfied'), 'system: SELECT tap.state()'], 'closed f'),
    ('neutral does not', ARRAY[tap.rate(3, 'neutral'), 'system: SELECT tap.state()'], 'resolved f'),
    ('dissatisfied asks why', ARRAY[tap.rate(3, 'dissatisfied')], '3 t Rated 3 of 5, dissatisfied. t'),
    ('as does very dissatisfied', ARRAY[tap.rate(3, 'very_dissatisfied')], '3 t Rated 3 of 5, very dissatisfied. t'),
    ('as does rating 2', ARRAY[tap.rate(2, 'neutral')], '2 t Rated 2 of 5, neutral. t'),
    ('and nothing is closed', ARRAY[tap.rate(2, 'dissatisfied'), 'system: SELECT tap.state()'], 'resolved f'),
    -- Changing it.
    ('it may be changed, and then closes', ARRAY[tap.rate(2, 'dissatisfied'),
        'citizen: UPDATE civic.feedbacks SET rating = 5, satisfaction_level = ''very_satisfied'' WHERE report_id ='
        ' $matter',
        'citizen: SELECT tap.state() || '' '' || f.requires_followup FROM civic.feedbacks AS f'
        ' WHERE f.report_id = $matter'], 'closed f false'),
    ('for seven days', ARRAY[tap.rate(2, 'neutral'), tap.age('6 days 23:59'),
        'citizen: WITH u AS (UPDATE civic.feedbacks SET rating = 3 WHERE report_id = $matter RETURNING 1) SELECT'
        ' count(*)'
        ' FROM u'], '1'),
    ('and no longer', ARRAY[tap.rate(2, 'neutral'), tap.age('7 days'),
        'citizen: WITH u AS (UPDATE civic.feedbacks SET rating = 3 WHERE report_id = $matter RETURNING 1) SELECT'
        ' count(*)'
        ' FROM u'], '0'),
    ('by nobody else', ARRAY[tap.rate(2, 'neutral'),
        'admin: WITH u AS (UPDATE civic.feedbacks SET rating = 3 WHERE report_id = $matter RETURNING 1) SELECT count(*)'
        ' FROM u'], '0'),
    ('the follow-up is not for the reporter to end', ARRAY[tap.rate(2, 'neutral'),
        'citizen: UPDATE civic.feedbacks SET requires_followup = false WHERE report_id = $matter'], 'ZC004'),
    ('it is listed for who settles disputes', ARRAY[tap.rate(2, 'neutral'),
        'moderator: SELECT count(*) FROM civic.followups() AS f WHERE f.report_id = $matter'], '1'),
    ('and for nobody else', ARRAY[tap.rate(2, 'neutral'), 'officer: SELECT count(*) FROM civic.followups()'], '0'),
    ('who ends it', ARRAY[tap.rate(2, 'neutral'),
        'moderator: SELECT civic.close_followup(f.id, ''We called.'') FROM civic.followups() AS f WHERE f.report_id ='
        ' $matter',
        'moderator: SELECT f.requires_followup || f.followup_reason FROM civic.feedbacks AS f WHERE f.report_id ='
        ' $matter'],
        'falseWe called.'),
    ('an officer does not', ARRAY[tap.rate(2, 'neutral'),
        'officer: SELECT civic.close_followup(f.id, ''We called.'') FROM civic.feedbacks AS f'
        ' WHERE f.report_id = $matter'], 'PT404'),
    ('the officer reads what was said of the work', ARRAY[tap.rate(2, 'neutral'),
        'officer: SELECT rating FROM civic.feedbacks WHERE report_id = $matter'], '2'),
    ('statistics', ARRAY[tap.rate(2, 'neutral'), tap.rate(5, 'satisfied', report => 'filed_closed'),
        'admin: SELECT concat_ws('' '', s ->> ''total'', s ->> ''average_rating'', s ->> ''requires_followup'','
        ' s -> ''by_rating'' ->> ''5'', s -> ''by_satisfaction'' ->> ''neutral'', s ->> ''would_recommend'')'
        ' FROM civic.feedback_statistics(created_from => now() - interval ''1 minute'', officer_id => $officer) AS s'],
        '3 3.00 2 1 2 100.00'),
    -- Who confirms.
    ('the reporter confirms', ARRAY[tap.confirm('citizen')], 'true'),
    ('who filed the duplicate confirms', ARRAY[tap.confirm('neighbour')], 'true'),
    ('also by the duplicate', ARRAY[tap.confirm('neighbour', true, 'again'),
        'neighbour: SELECT count(*) FROM civic.resolution_confirmations WHERE report_id = $matter'], '1'),
    ('a supporter confirms', ARRAY[tap.confirm('contributor')], 'true'),
    ('a supporter of the duplicate confirms', ARRAY[tap.confirm('officer2')], 'true'),
    ('others do not', ARRAY[tap.confirm('officer3')], '42501'), ('nor'
    ' administrators', ARRAY[tap.confirm('admin')], '42501'),
    ('nor auditors', ARRAY[tap.confirm('auditor')], '42501'),
    ('not what is not resolved', ARRAY[tap.confirm('citizen', true, 'filed_in_progress')], 'ZC064'),
    ('to dispute needs a reason',
        ARRAY['citizen: SELECT FROM civic.confirm_resolution($matter, false, ''No.'')'], '23514'),
    ('one may think again', ARRAY[tap.confirm('citizen'), tap.confirm('citizen', false),
        'citizen: SELECT string_agg(is_confirmed::text, '' '') FROM civic.resolution_confirmations AS c'
        ' WHERE c.report_id = $matter'], 'false'),
    ('a dispute puts the report before a person', ARRAY[tap.confirm('neighbour', false), 'system: SELECT tap.state()'],
        'resolved t'),
    ('a confirmation changes nothing', ARRAY[tap.confirm('citizen'), 'system: SELECT tap.state()'], 'resolved f'),
    -- The window.
    ('within seven days', ARRAY[tap.age('7 days'), tap.confirm('citizen')], 'true'),
    ('not later', ARRAY[tap.age('7 days 00:00:01'), tap.confirm('citizen')], 'ZC066'),
    ('or as the city says', ARRAY['admin: UPDATE civic.organizations SET confirmation_days = 14', tap.age('8 days'),
        tap.confirm('citizen')], 'true'),
    ('also after the report was closed', ARRAY[tap.rate(4, 'satisfied'), tap.confirm('neighbour', false)], 'false'),
    -- Settling.
    ('a moderator opens it again', ARRAY[tap.confirm('neighbour', false),
        'moderator: SELECT concat_ws('' '', r.status, r.rework_reason, r.needs_review) FROM'
        ' civic.settle_dispute($matter,'
        ' true, ''Half of it.'') AS r'], 'reopened Half of it. f'),
    ('or leaves it', ARRAY[tap.confirm('neighbour', false), tap.confirm('contributor', false),
        'moderator: SELECT r.status FROM civic.settle_dispute($matter, false, ''It is done.'') AS r',
        'moderator: SELECT tap.state() || count(*) FROM civic.resolution_confirmations AS c WHERE NOT c.is_upheld'
        ' AND c.settled_by_user_id = $moderator'], 'resolved f2'),
    ('then it is settled', ARRAY[tap.confirm('neighbour', false),
        'moderator: SELECT r.status FROM civic.settle_dispute($matter, false, ''It is done.'') AS r',
        tap.confirm('neighbour', false)], 'ZC066'),
    ('not twice', ARRAY[tap.confirm('neighbour', false),
        'moderator: SELECT r.status FROM civic.settle_dispute($matter, false, ''It is done.'') AS r',
        'moderator: SELECT r.status FROM civic.settle_dispute($matter, false, ''It is done.'') AS r'], 'PT404'),
    ('not without notes', ARRAY[tap.confirm('neighbour', false),
        'moderator: SELECT r.status FROM civic.settle_dispute($matter, false, '''') AS r'], '23514'),
    ('the officer does not settle', ARRAY[tap.confirm('neighbour', false),
        'officer: SELECT r.status FROM civic.settle_dispute($matter, false, ''It is done.'') AS r'], '42501'),
    ('nor a moderator of elsewhere', ARRAY[tap.confirm('neighbour', false),
        'admin: INSERT INTO civic.area_assignments (user_id, area_type, area_name, area_data) VALUES ($moderator,'
        ' ''ward'', ''Area'', ''{"ward_number": "7"}'')',
        'moderator: SELECT r.status FROM civic.settle_dispute($matter, false, ''It is done.'') AS r'], '42501'),
    ('disputes are listed', ARRAY[tap.confirm('neighbour', false), tap.confirm('citizen'),
        'moderator: SELECT concat_ws('' '', disputes, confirmations) FROM civic.disputed_reports()'], '1 1'),
    ('for those who settle them', ARRAY[tap.confirm('neighbour', false),
        'officer: SELECT count(*) FROM civic.disputed_reports()'], '0'),
    ('a second resolution is confirmed anew', ARRAY[tap.confirm('neighbour', false),
        'moderator: SELECT FROM civic.settle_dispute($matter, true, ''Half of it.'')',
        'officer: SELECT FROM civic.start_work($matter)', 'officer: SELECT FROM civic.finish_work($matter, ''All of'
        ' it.'')',
        'system: SELECT tap.later()', 'admin: SELECT FROM civic.approve_work($matter)',
        tap.confirm('neighbour')], 'true'),
    -- Closing by the clock.
    ('seven days after, the clock closes it', ARRAY[tap.age('7 days 00:00:01'),
        'service: SELECT closed FROM civic.tick()', 'system: SELECT tap.state()'], 'closed f'),
    ('not before', ARRAY[tap.age('7 days'), 'service: SELECT closed FROM civic.tick()'], '0'),
    ('and says how many', ARRAY[tap.age('7 days 00:00:01'), 'service: SELECT closed FROM civic.tick()'], '1'),
    ('not while it is disputed', ARRAY[tap.age('6 days'), tap.confirm('neighbour', false), tap.age('9 days'),
        'service: SELECT closed || '' '' || remaining FROM civic.tick()'], '0 0'),
    ('but when that is settled', ARRAY[tap.age('6 days'), tap.confirm('neighbour', false), tap.age('9 days'),
        'moderator: SELECT FROM civic.settle_dispute($matter, false, ''It is done.'')',
        'service: SELECT closed FROM civic.tick()'], '1'),
    ('a confirmation does not hold it', ARRAY[tap.age('6 days'), tap.confirm('neighbour'), tap.age('9 days'),
        'service: SELECT closed FROM civic.tick()'], '1'),
    ('many are closed bit by bit', ARRAY[
        'system: SELECT tap.make_all_older()', 'service: SELECT closed || '' '' || (remaining > 0) FROM civic.tick(1)'],
        '1 true')
) AS x (what, steps, outcome);

------------------------------------------------------------------------------------------------------------------------
-- Holds, refused assignments, escalations by hand
------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION tap.escalated() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT e.id FROM civic.escalations AS e WHERE e.report_id = tap.id('a.filed_in_progress') ORDER BY e.id DESC LIMIT 1
$$;
CREATE FUNCTION tap.hold_for(days integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE civic.reports SET status_updated_at = now() - make_interval(days => days, secs => 1)
    WHERE id IN (tap.id('a.filed_on_hold'), tap.id('a.filed_assigned_to_officer'), tap.id('a.filed_acknowledged'),
        tap.id('a.filed_in_progress'));
    SET LOCAL session_replication_role = origin;
END
$$;
SELECT is(tap.story(VARIADIC x.steps), x.outcome, x.what)
FROM (VALUES
    ('the officer asks for approval', ARRAY['officer: SELECT r.hold_approval_required FROM'
        ' civic.request_hold_approval($filed_on_hold) AS r'], 'true'),
    ('not of what is not on hold', ARRAY['officer: SELECT FROM civic.request_hold_approval($filed_in_progress)'],
        'PT404'),
    ('nobody else does', ARRAY['citizen: SELECT FROM civic.request_hold_approval($filed_on_hold)'], 'ZC004'),
    ('it is pending', ARRAY['officer: SELECT FROM civic.request_hold_approval($filed_on_hold)',
        'admin: SELECT count(*) FROM civic.pending_holds()'], '1'),
    ('for administrators', ARRAY['officer: SELECT FROM civic.request_hold_approval($filed_on_hold)',
        'officer: SELECT count(*) FROM civic.pending_holds()'], '0'),
    ('after seven days unasked', ARRAY['system: SELECT tap.hold_for(7)',
        'admin: SELECT count(*) FROM civic.pending_holds()'], '1'),
    ('not before', ARRAY['system: SELECT tap.hold_for(6)', 'admin: SELECT count(*) FROM civic.pending_holds()'], '0'),
    ('approved, with more days', ARRAY['officer: SELECT FROM civic.request_hold_approval($filed_on_hold)',
        'admin: SELECT concat_ws('' '', r.status, r.hold_approved_by_user_id = $admin, r.hold_approval_required,'
        ' r.estimated_resume_date - current_date) FROM civic.review_hold($filed_on_hold, true, 10) AS r'],
        'on_hold t f 10'),
    ('then it is not pending any more', ARRAY['system: SELECT tap.hold_for(8)',
        'admin: SELECT FROM civic.review_hold($filed_on_hold, true)',
        'admin: SELECT count(*) FROM civic.pending_holds()'], '0'),
    ('rejected, work goes on', ARRAY['officer: SELECT FROM civic.request_hold_approval($filed_on_hold)',
        'admin: SELECT concat_ws('' '', r.status, r.hold_approval_required, r.hold_reason) FROM'
        ' civic.review_hold($filed_on_hold, false, notes => ''Go on.'') AS r'], 'in_progress f'),
    ('and the officer reads why', ARRAY['admin: SELECT FROM civic.review_hold($filed_on_hold, false, notes => ''Go'
    ' on.'')',
        'officer: SELECT t.notes FROM civic.tasks AS t WHERE t.report_id = $filed_on_hold'], 'Go on.'),
    ('officers do not approve', ARRAY['officer: SELECT FROM civic.review_hold($filed_on_hold, true)'], '42501'),
    ('367 days are too many', ARRAY['admin: SELECT FROM civic.review_hold($filed_on_hold, true, 367)'], '22023'),
    -- Refused assignments.
    ('a refused report goes to another officer', ARRAY[
        'admin: SELECT concat_ws('' '', r.status, r.assigned_to = $officer3, r.assignment_rejection_reason) FROM'
        ' civic.review_assignment($filed_assignment_rejected, ''reassign'', officer_id => $officer3) AS r'],
        'assigned_to_officer t'),
    ('or is classified anew', ARRAY[
        'admin: SELECT concat_ws('' '', r.manual_category, r.manual_severity, r.assignment_rejected_at) FROM'
        ' civic.review_assignment($filed_assignment_rejected, ''reclassify'', category => ''water'', severity =>'
        ' ''high'') AS r'], 'water high'),
    ('for a department', ARRAY[
        'admin: SELECT concat_ws('' '', r.status, r.department_id = tap.dept(''a'', ''HRT'')) FROM'
        ' civic.review_assignment($filed_assignment_rejected, ''reclassify'', category => ''water'', severity =>'
        ' ''high'', department_id => tap.dept(''a'', ''HRT'')) AS r'], 'assigned_to_department t'),
    ('or is rejected', ARRAY[
        'admin: SELECT r.status || r.rejection_reason FROM civic.review_assignment($filed_assignment_rejected,'
        ' ''reject_report'', reason => ''Nothing there.'') AS r'], 'rejectedNothing there.'),
    ('with what it takes', ARRAY[
        'admin: SELECT FROM civic.review_assignment($filed_assignment_rejected, ''reassign'')'], '22023'),
    ('and that all', ARRAY['admin: SELECT FROM civic.review_assignment($filed_assignment_rejected, ''reclassify'','
        ' category => ''water'')'], '22023'),
    ('only where somebody refused', ARRAY[
        'admin: SELECT FROM civic.review_assignment($filed_in_progress, ''reassign'', $officer3)'], 'ZC068'),
    ('by administrators', ARRAY[
        'officer3: SELECT FROM civic.review_assignment($filed_assignment_rejected, ''reassign'', $officer3)'], 'ZC004'),
    -- What does not move.
    ('stale work', ARRAY['system: SELECT tap.hold_for(31)',
        'admin: SELECT string_agg(s.status || '' '' || s.is_urgent, '', '' ORDER BY s.status) FROM civic.stale_tasks()'
        ' AS s'], 'assigned true, acknowledged true, in_progress true, on_hold false'),
    ('each in its time', ARRAY['system: SELECT tap.hold_for(8)',
        'admin: SELECT string_agg(s.status || '' '' || s.is_urgent, '', '' ORDER BY s.status) FROM civic.stale_tasks()'
        ' AS s'], 'assigned false, acknowledged true'),
    ('not before', ARRAY['system: SELECT tap.hold_for(2)', 'admin: SELECT count(*) FROM civic.stale_tasks()'], '0'),
    ('one''s own', ARRAY['system: SELECT tap.hold_for(31)', 'officer2: SELECT count(*) FROM civic.stale_tasks()'], '0'),
    -- Escalations.
    ('an officer escalates with all that is to say', ARRAY[
        'officer: SELECT concat_ws('' '', e.status, e.level, e.previous_actions, e.urgency_notes) FROM'
        ' civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'', ''level_2'', $admin,'
        ' ''Asked twice.'', ''Rain is coming.'') AS e'], 'escalated level_2 Asked twice. Rain is coming.'),
    ('it is taken on, looked into, acted on and resolved', ARRAY[
        'officer: SELECT FROM civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'','
        ' escalated_to => $admin)',
        'admin: SELECT civic.acknowledge_escalation(tap.escalated())',
        'admin: SELECT FROM civic.respond_to_escalation(tap.escalated(), ''under_review'', ''We look.'')',
        'admin: SELECT FROM civic.respond_to_escalation(tap.escalated(), ''action_taken'', action_taken => ''Sent'
        ' two.'')',
        'admin: SELECT concat_ws('' '', e.status, e.response_notes, e.action_taken, e.acknowledged_at IS NOT NULL,'
        ' e.resolved_at IS NOT NULL) FROM civic.resolve_escalation(tap.escalated(), ''Done by both.'') AS e'],
        'resolved We look. Done by both. t t'),
    ('not back', ARRAY[
        'officer: SELECT FROM civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'','
        ' escalated_to => $admin)',
        'admin: SELECT FROM civic.respond_to_escalation(tap.escalated(), ''under_review'', ''We look.'')',
        'admin: SELECT FROM civic.respond_to_escalation(tap.escalated(), ''acknowledged'')'], 'ZC001'),
    ('an action is named', ARRAY[
        'officer: SELECT FROM civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'','
        ' escalated_to => $admin)',
        'admin: SELECT FROM civic.respond_to_escalation(tap.escalated(), ''action_taken'')'], 'ZC002'),
    ('who escalated takes it back', ARRAY[
        'officer: SELECT FROM civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'','
        ' escalated_to => $admin)',
        'officer: SELECT e.status FROM civic.respond_to_escalation(tap.escalated(), ''de_escalated'', ''It ended.'')'
        ' AS e'],
        'de_escalated'),
    ('and does not resolve it', ARRAY[
        'officer: SELECT FROM civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'','
        ' escalated_to => $admin)',
        'officer: SELECT FROM civic.respond_to_escalation(tap.escalated(), ''resolved'', action_taken => ''Me.'')'],
        'ZC003'),
    ('a stranger does not', ARRAY[
        'officer: SELECT FROM civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'')',
        'officer2: SELECT FROM civic.respond_to_escalation(tap.escalated(), ''under_review'')'], 'PT404'),
    ('lists and counts', ARRAY[
        'officer: SELECT FROM civic.escalate_report($filed_in_progress, ''unresolved'', ''It does not end.'','
        ' ''level_3'')',
        'admin: SELECT concat_ws('' '', (SELECT count(*) FROM civic.list_escalations(levels => ''{level_3}'')), s ->>'
        ' ''total'','
        ' s -> ''by_level'' ->> ''level_3'', s -> ''by_status'' ->> ''escalated'', s ->> ''overdue'') FROM'
        ' civic.escalation_statistics() AS s'], '1 3 1 3 0')
) AS x (what, steps, outcome);

------------------------------------------------------------------------------------------------------------------------
-- Who is told
------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION tap.told() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
    SELECT string_agg(n.type || ' ' || p.name, ', ' ORDER BY n.type, p.name COLLATE "C")
    FROM civic.notifications AS n JOIN tap.names AS p ON p.id = n.recipient_id
    WHERE n.organization_id = tap.id('a') AND n.type ~ '^(appeal|feedback|resolution_d|hold)'
$$;
SELECT is(tap.story(VARIADIC x.steps || ARRAY['system: SELECT tap.told()']), x.outcome, x.what)
FROM (VALUES
    ('an appeal', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')'],
        'appeal_submitted admin, appeal_submitted super_admin'),
    ('its review', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''rejected'', ''It is done.'')'],
        'appeal_reviewed citizen, appeal_submitted admin, appeal_submitted super_admin'),
    ('bad feedback', ARRAY[tap.rate(1, 'dissatisfied')],
        'feedback_followup admin, feedback_followup super_admin, feedback_received officer'),
    ('good feedback', ARRAY[tap.rate(5, 'satisfied')], 'feedback_received officer'),
    ('feedback that becomes bad', ARRAY[tap.rate(5, 'neutral'),
        'citizen: UPDATE civic.feedbacks SET rating = 1 WHERE report_id = $matter'],
        'feedback_followup admin, feedback_followup super_admin, feedback_received officer'),
    ('a dispute', ARRAY[tap.confirm('neighbour', false)], 'resolution_disputed admin, resolution_disputed super_admin'),
    ('a confirmation tells nobody', ARRAY[tap.confirm('neighbour')], NULL),
    ('who thinks again', ARRAY[tap.confirm('neighbour'), tap.confirm('neighbour', false)],
        'resolution_disputed admin, resolution_disputed super_admin'),
    ('a hold', ARRAY['officer: SELECT FROM civic.request_hold_approval($filed_on_hold)'],
        'hold_approval_requested admin, hold_approval_requested super_admin'),
    ('its approval', ARRAY['admin: SELECT FROM civic.review_hold($filed_on_hold, true, 3)'], 'hold_approved officer'),
    ('its rejection', ARRAY['officer: SELECT FROM civic.request_hold_approval($filed_on_hold)',
        'admin: SELECT FROM civic.review_hold($filed_on_hold, false)'], 'hold_approval_requested admin,'
        ' hold_approval_requested super_admin, hold_rejected officer')
) AS x (what, steps, outcome);

SELECT * FROM finish();
ROLLBACK;
