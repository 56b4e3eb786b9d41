CREATE FUNCTION civic.request_hold_approval(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET hold_approval_required = true
    WHERE r.organization_id = civic.current_organization_id() AND r.id = request_hold_approval.report_id
        AND r.status = 'on_hold'
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'there is no hold to approve',
            DETAIL = 'No report with this id is on hold and to be changed by you.',
            HINT = 'Put it on hold with civic.hold_report() first.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.request_hold_approval(uuid) IS
    'Asks the administration to approve the hold of a report. For the officer in charge and staff. Errors: PT404 none'
    ' on hold, ZC004 not open to the caller.';

CREATE FUNCTION civic.review_hold(
    report_id uuid, approve boolean, extend_days integer DEFAULT 0, notes text DEFAULT NULL
) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    IF NOT civic.has_permission('hold:any_report') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not review holds',
            DETAIL = 'That needs permission "hold:any_report".';
    END IF;
    IF extend_days NOT BETWEEN 0 AND 366 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a hold is extended by 0 to 366 days';
    END IF;
    IF approve THEN
        UPDATE civic.reports AS r SET
            hold_approved_by_user_id = civic.current_user_id(),
            hold_approval_required = false,
            estimated_resume_date = CASE extend_days WHEN 0 THEN r.estimated_resume_date
                ELSE greatest(coalesce(r.estimated_resume_date, current_date), current_date) + extend_days END
        WHERE r.organization_id = civic.current_organization_id() AND r.id = review_hold.report_id
            AND r.status = 'on_hold'
        RETURNING r.* INTO result;
    ELSE
        UPDATE civic.reports AS r SET status = 'in_progress', hold_approval_required = false
        WHERE r.organization_id = civic.current_organization_id() AND r.id = review_hold.report_id
            AND r.status = 'on_hold'
        RETURNING r.* INTO result;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'there is no hold to review',
            DETAIL = 'No report with this id is on hold and to be changed by you.',
            HINT = 'civic.pending_holds() lists them.';
    END IF;
    IF review_hold.notes IS NOT NULL THEN
        UPDATE civic.tasks AS t SET notes = review_hold.notes
        WHERE t.organization_id = result.organization_id AND t.report_id = result.id;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.review_hold(uuid, boolean, integer, text) IS
    'Approves the hold of a report, perhaps with more days until work should go on (0 to 366, from the day it should,'
    ' or today where that is over), or rejects it: work goes on. notes reach the officer in the task. Needs'
    ' hold:any_report. Errors: 42501 not open to the caller, 22023 days, PT404 none on hold, ZC002 nobody is in'
    ' charge.';

CREATE FUNCTION civic.pending_holds(max_rows integer DEFAULT 100) RETURNS SETOF civic.reports
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.* FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.status = 'on_hold'
        AND (r.hold_approval_required
            OR (r.hold_approved_by_user_id IS NULL AND r.status_updated_at < now() - interval '7 days'))
        AND civic.has_permission('hold:any_report')
    ORDER BY r.hold_approval_required DESC, r.status_updated_at, r.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.pending_holds(integer) IS
    'Reports on hold that somebody should look at: approval was asked for, or they wait for more than 7 days and nobody'
    ' approved it. Those asked for first, then the longest; for holders of hold:any_report. 1 to 1000 rows.';

CREATE FUNCTION civic.review_assignment(
    report_id uuid,
    decision civic.assignment_decision,
    officer_id uuid DEFAULT NULL,
    category text DEFAULT NULL,
    severity civic.report_severity DEFAULT NULL,
    department_id uuid DEFAULT NULL,
    reason text DEFAULT NULL
) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text := CASE
        WHEN decision = 'reassign' AND officer_id IS NULL THEN 'officer_id'
        WHEN decision = 'reclassify' AND category IS NULL THEN 'category'
        WHEN decision = 'reclassify' AND severity IS NULL THEN 'severity'
        WHEN decision = 'reject_report' AND reason IS NULL THEN 'reason'
    END;
    stands civic.report_status;
    result civic.reports;
BEGIN
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('decision "%s" needs "%s"', decision, missing);
    END IF;
    SELECT r.status INTO stands FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = review_assignment.report_id;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(review_assignment.report_id, NULL);
    END IF;
    IF stands <> 'assignment_rejected' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC068',
            MESSAGE = 'there is no refused assignment to review',
            DETAIL = format('The report is "%s".', stands);
    END IF;
    IF decision = 'reassign' THEN
        RETURN civic.assign_officer(review_assignment.report_id, review_assignment.officer_id);
    ELSIF decision = 'reject_report' THEN
        RETURN civic.reject_report(review_assignment.report_id, review_assignment.reason);
    END IF;
    result := civic.classify_report(review_assignment.report_id, review_assignment.category, review_assignment.severity,
        review_assignment.reason);
    IF review_assignment.department_id IS DISTINCT FROM result.department_id
        AND review_assignment.department_id IS NOT NULL THEN
        RETURN civic.assign_department(review_assignment.report_id, review_assignment.department_id);
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.review_assignment(
    uuid, civic.assignment_decision, uuid, text, civic.report_severity, uuid, text
) IS
    'Decides on a report whose officer refused the assignment: reassign to another officer of the department'
    ' (officer_id); reclassify (category, severity, perhaps department_id), after which it is routed anew; or'
    ' reject_report (reason). Errors: ZC068 no refused assignment, 22023 something is missing, ZC001 to ZC003 and'
    ' ZC006 as the functions it stands for, PT404 no such report.';

CREATE FUNCTION civic.stale_tasks(max_rows integer DEFAULT 100) RETURNS TABLE (
    task_id uuid, report_id uuid, assigned_to uuid, status civic.task_status, since timestamptz, allowed interval,
    is_urgent boolean
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.id, t.report_id, t.assigned_to, t.status, r.status_updated_at, l.allowed,
        now() - r.status_updated_at > l.allowed * 1.5
    FROM (VALUES
        ('assigned'::civic.task_status, interval '7 days'), ('acknowledged', '3 days'), ('in_progress', '14 days'),
        ('on_hold', '30 days')
    ) AS l (status, allowed)
    JOIN civic.tasks AS t ON t.status = l.status
    JOIN civic.reports AS r ON r.organization_id = t.organization_id AND r.id = t.report_id
    WHERE t.organization_id = civic.current_organization_id() AND r.status_updated_at < now() - l.allowed
        AND (t.assigned_to = civic.current_user_id() OR (civic.has_permission('read:task')
            AND (t.department_id = civic.current_department_id() OR civic.has_permission('read:private_report'))))
    ORDER BY (now() - r.status_updated_at > l.allowed * 1.5) DESC, r.status_updated_at, t.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.stale_tasks(integer) IS
    'Work the asker can see that has not moved for long: assigned for 7 days, acknowledged 3, in progress 14, on hold'
    ' 30; urgent from half as long again. Urgent ones first, then the longest; 1 to 1000 rows. civic.tick() escalates'
    ' what stays so.';
