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
        'P0002'),
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
        'contributor: SELECT civic.withdraw_appeal(tap.last_appeal())'], 'P0002'),
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
        'moderator: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Yes.'')'], 'P0002'),
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
        'officer3: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')'], 'P0002'),
    ('nor an administrator', ARRAY[
        'citizen: SELECT FROM civic.submit_appeal($filed_resolved, ''resolution'', ''The hole is still there.'')',
        'admin: SELECT FROM civic.review_appeal(tap.last_appeal(), ''approved'', ''Right.'', requires_rework => true,'
        ' rework_notes => ''Fill it.'')',
        'admin: SELECT FROM civic.complete_rework(tap.last_appeal(), ''Filled.'')'], 'P0002'),
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

SELECT * FROM finish();
ROLLBACK;
