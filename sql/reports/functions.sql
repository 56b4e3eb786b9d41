CREATE FUNCTION civic.submit_report(
    title text,
    description text,
    latitude double precision,
    longitude double precision,
    category text DEFAULT NULL,
    severity civic.report_severity DEFAULT 'medium',
    address text DEFAULT NULL,
    landmark text DEFAULT NULL,
    sub_category text DEFAULT NULL,
    ward_number text DEFAULT NULL,
    district text DEFAULT NULL,
    state text DEFAULT NULL,
    pincode text DEFAULT NULL,
    is_public boolean DEFAULT true
) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN civic_helpers.file_report(title, description, latitude, longitude, category, severity, address, landmark,
        sub_category, ward_number, district, state, pincode, is_public);
END
$$;
COMMENT ON FUNCTION civic.submit_report(
    text, text, double precision, double precision, text, civic.report_severity, text, text, text, text, text, text,
    text, boolean
) IS
    'Files a report for the asker and returns it as the intake left it: classified by its category or, without one,'
    ' by the keywords of its text, and with its department where there is one. Title 5 to 255 characters, description'
    ' 10 to 2000, position in degrees (WGS 84). Errors: 28000 nobody signed in, 42501 may not file reports, 23514'
    ' length or position, 23503 unknown category, ZC011 more than 3 reports in 5 minutes, 0A000 a policy for INSERT on'
    ' civic.reports has a subquery.';

CREATE FUNCTION civic.classify_report(
    report_id uuid, category text, severity civic.report_severity, notes text DEFAULT NULL
) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'classified',
        category = classify_report.category,
        manual_category = classify_report.category,
        severity = classify_report.severity,
        manual_severity = classify_report.severity,
        classified_by_user_id = civic.current_user_id(),
        classification_notes = classify_report.notes,
        needs_review = false
    WHERE r.organization_id = civic.current_organization_id() AND r.id = classify_report.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(classify_report.report_id, 'classified');
    END IF;
    -- It may have been routed since.
    SELECT r.* INTO result FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = classify_report.report_id;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.classify_report(uuid, text, civic.report_severity, text) IS
    'Decides category and severity of a report, also again while it is classified, and returns it as its routing left'
    ' it. Errors: ZC001 to ZC003 refused by the guard, 23503 unknown category, PT404 no such report.';

CREATE FUNCTION civic.assign_department(report_id uuid, department_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'assigned_to_department',
        department_id = assign_department.department_id
    WHERE r.organization_id = civic.current_organization_id() AND r.id = assign_department.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(assign_department.report_id, 'assigned_to_department');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.assign_department(uuid, uuid) IS
    'Gives a report to a department; from on_hold it goes back there without an officer. Errors: ZC001 to ZC003'
    ' refused by the guard, ZC006 the department takes no reports, PT404 no such report.';

CREATE FUNCTION civic.assign_officer(
    report_id uuid, officer_id uuid, priority integer DEFAULT NULL, notes text DEFAULT NULL
) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'assigned_to_officer',
        assigned_to = assign_officer.officer_id
    WHERE r.organization_id = civic.current_organization_id() AND r.id = assign_officer.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(assign_officer.report_id, 'assigned_to_officer');
    END IF;
    IF num_nonnulls(assign_officer.priority, assign_officer.notes) > 0 THEN
        UPDATE civic.tasks AS t SET
            priority = coalesce(assign_officer.priority, t.priority),
            notes = coalesce(assign_officer.notes, t.notes)
        WHERE t.organization_id = result.organization_id AND t.report_id = result.id;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.assign_officer(uuid, uuid, integer, text) IS
    'Gives a report to an officer of its department, also in place of another; priority 1 to 10, computed unless'
    ' given. Errors: ZC001 to ZC003 refused by the guard, ZC006 the officer is not eligible, PT404 no such report.';

CREATE FUNCTION civic.acknowledge_report(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'acknowledged'
    WHERE r.organization_id = civic.current_organization_id() AND r.id = acknowledge_report.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(acknowledge_report.report_id, 'acknowledged');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.acknowledge_report(uuid) IS
    'The officer in charge takes the report on. Errors: ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.refuse_assignment(report_id uuid, reason text) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'assignment_rejected',
        assignment_rejection_reason = refuse_assignment.reason
    WHERE r.organization_id = civic.current_organization_id() AND r.id = refuse_assignment.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(refuse_assignment.report_id, 'assignment_rejected');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.refuse_assignment(uuid, text) IS
    'The officer in charge refuses the assignment, with a reason of 10 to 1000 characters. Errors: ZC001 to ZC003'
    ' refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.start_work(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'in_progress'
    WHERE r.organization_id = civic.current_organization_id() AND r.id = start_work.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(start_work.report_id, 'in_progress');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.start_work(uuid) IS
    'The officer in charge starts work. Errors: ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.hold_report(
    report_id uuid, reason text, estimated_resume_date date DEFAULT NULL
) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'on_hold',
        hold_reason = hold_report.reason,
        estimated_resume_date = hold_report.estimated_resume_date
    WHERE r.organization_id = civic.current_organization_id() AND r.id = hold_report.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(hold_report.report_id, 'on_hold');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.hold_report(uuid, text, date) IS
    'Puts a report on hold, with a reason of 10 to 1000 characters and perhaps the day work should go on. Errors:'
    ' ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.resume_work(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'in_progress'
    WHERE r.organization_id = civic.current_organization_id() AND r.id = resume_work.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(resume_work.report_id, 'in_progress');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.resume_work(uuid) IS
    'Ends a hold; work goes on. Errors: ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.finish_work(report_id uuid, notes text) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'pending_verification',
        resolution_notes = finish_work.notes
    WHERE r.organization_id = civic.current_organization_id() AND r.id = finish_work.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(finish_work.report_id, 'pending_verification');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.finish_work(uuid, text) IS
    'The officer in charge says what was done and hands the work in. Errors: ZC001 to ZC003 refused by the guard,'
    ' PT404 no such report.';

CREATE FUNCTION civic.approve_work(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'resolved'
    WHERE r.organization_id = civic.current_organization_id() AND r.id = approve_work.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(approve_work.report_id, 'resolved');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.approve_work(uuid) IS
    'Accepts finished work. Errors: ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.reject_work(report_id uuid, reason text) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'in_progress',
        rework_reason = reject_work.reason
    WHERE r.organization_id = civic.current_organization_id() AND r.id = reject_work.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(reject_work.report_id, 'in_progress');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.reject_work(uuid, text) IS
    'Sends finished work back with a reason. Errors: ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.reject_report(report_id uuid, reason text) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'rejected',
        rejection_reason = reject_report.reason
    WHERE r.organization_id = civic.current_organization_id() AND r.id = reject_report.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(reject_report.report_id, 'rejected');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.reject_report(uuid, text) IS
    'Rejects a report as invalid, with a reason. Errors: ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.close_report(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'closed'
    WHERE r.organization_id = civic.current_organization_id() AND r.id = close_report.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(close_report.report_id, 'closed');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.close_report(uuid) IS
    'Closes a resolved report. Errors: ZC001 to ZC003 refused by the guard, PT404 no such report.';

CREATE FUNCTION civic.reopen_report(report_id uuid, officer_id uuid DEFAULT NULL) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'reopened',
        assigned_to = coalesce(reopen_report.officer_id, r.assigned_to)
    WHERE r.organization_id = civic.current_organization_id() AND r.id = reopen_report.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(reopen_report.report_id, 'reopened');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.reopen_report(uuid, uuid) IS
    'Reopens a resolved or closed report, for the same officer or another. Errors: ZC001 to ZC003 refused by the'
    ' guard, PT404 no such report.';

CREATE FUNCTION civic.mark_duplicate(report_id uuid, original_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    UPDATE civic.reports AS r SET
        status = 'duplicate',
        duplicate_of_report_id = mark_duplicate.original_id,
        duplicate_score = NULL,
        duplicate_reason = NULL
    WHERE r.organization_id = civic.current_organization_id() AND r.id = mark_duplicate.report_id
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(mark_duplicate.report_id, 'duplicate');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.mark_duplicate(uuid, uuid) IS
    'Marks a report as a duplicate of another; the link goes to the root of that one''s family, and duplicates of'
    ' this report follow. Errors: ZC001 to ZC003 refused by the guard, ZC010 of itself, PT404 no such report.';

CREATE FUNCTION civic.unmark_duplicate(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
BEGIN
    IF NOT civic.has_permission('merge:duplicate_reports') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC003',
            MESSAGE = 'you may not take a report out of its family',
            DETAIL = 'That needs permission "merge:duplicate_reports".',
            HINT = 'Ask a moderator or an administrator.';
    END IF;
    UPDATE civic.reports AS r SET status = 'received', needs_review = true
    WHERE r.organization_id = civic.current_organization_id() AND r.id = unmark_duplicate.report_id
        AND civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude)
    RETURNING r.* INTO result;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(unmark_duplicate.report_id, 'received');
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.unmark_duplicate(uuid) IS
    'A report marked as a duplicate by mistake starts anew as received, to be reviewed. Errors: ZC001 not a'
    ' duplicate, ZC003 not open to the caller, PT404 no such report.';

CREATE FUNCTION civic.support_report(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.reports;
    root uuid;
BEGIN
    IF civic.current_user_id() IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'supporting a report needs somebody who supports it',
            HINT = 'Sign in, or set civic.user_id.';
    END IF;
    IF civic.current_role_level() = 5 THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'an auditor writes nothing';
    END IF;
    SELECT coalesce(r.duplicate_of_report_id, r.id) INTO root FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = support_report.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude);
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(support_report.report_id, NULL);
    END IF;
    INSERT INTO civic.report_supporters (organization_id, report_id, user_id)
    SELECT r.organization_id, r.id, civic.current_user_id() FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = root
        AND r.user_id <> civic.current_user_id()
    ON CONFLICT ON CONSTRAINT report_supporters_pkey DO UPDATE SET from_report_id = NULL
        WHERE report_supporters.from_report_id IS NOT NULL;
    SELECT r.* INTO result FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = root
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude);
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.support_report(uuid) IS
    'Says "me too" to a report, once; a duplicate passes it on to the root of its family. One''s own report is not'
    ' supported. Returns the report that is supported. Errors: 28000 nobody signed in, PT404 no such report.';

CREATE FUNCTION civic.unsupport_report(report_id uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM civic.report_supporters AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.report_id = unsupport_report.report_id
        AND s.user_id = civic.current_user_id();
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION civic.unsupport_report(uuid) IS 'Takes a "me too" back; false when there was none.';

CREATE FUNCTION civic.effective_category(civic.reports) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(($1).manual_category, ($1).ai_category, ($1).category);
COMMENT ON FUNCTION civic.effective_category(civic.reports) IS
    'The category that counts: decided by a person, else found by keywords or a model, else as filed.';

CREATE FUNCTION civic.effective_severity(civic.reports) RETURNS civic.report_severity
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(($1).manual_severity, ($1).severity);
COMMENT ON FUNCTION civic.effective_severity(civic.reports) IS
    'The severity that counts: decided by a person, else as filed or found.';
