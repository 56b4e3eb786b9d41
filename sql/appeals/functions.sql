CREATE FUNCTION civic.submit_appeal(
    report_id uuid, appeal_type civic.appeal_type, reason text, evidence text DEFAULT NULL,
    requested_action text DEFAULT NULL
) RETURNS civic.appeals
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    filed integer;
    result civic.appeals;
BEGIN
    -- Who appeals at the same time waits, and is counted.
    SELECT p.organization_id, p.status, p.user_id, p.assigned_to INTO r FROM civic.reports AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = submit_appeal.report_id
        AND civic.is_report_visible(p.is_public, p.is_sensitive, p.user_id, p.assigned_to, p.department_id,
            p.ward_number, p.district, p.latitude, p.longitude)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(submit_appeal.report_id, NULL);
    END IF;
    IF civic.current_role_level() = 5 OR NOT coalesce(CASE
        WHEN appeal_type IN ('classification', 'resolution', 'rejection') THEN r.user_id = civic.current_user_id()
        WHEN appeal_type = 'quality_concern'
            THEN civic.current_user_id() IS NOT NULL AND civic.has_permission('review:appeal')
        ELSE r.assigned_to = civic.current_user_id()
    END, false) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('you may not appeal against this with type "%s"', appeal_type),
            DETAIL = CASE
                WHEN appeal_type IN ('classification', 'resolution', 'rejection') THEN 'That is for the reporter.'
                WHEN appeal_type = 'quality_concern' THEN 'That is for holders of permission "review:appeal".'
                ELSE 'That is for the officer in charge.'
            END, TABLE = 'appeals', COLUMN = 'appeal_type', SCHEMA = 'civic';
    END IF;
    IF NOT (CASE
        WHEN appeal_type = 'resolution' THEN r.status IN ('resolved', 'closed')
        WHEN appeal_type = 'rejection' THEN r.status = 'rejected'
        WHEN appeal_type = 'quality_concern' THEN r.status IN ('pending_verification', 'resolved', 'closed')
        WHEN appeal_type = 'classification' THEN r.status NOT IN ('resolved', 'closed', 'rejected', 'duplicate')
        ELSE r.status IN ('assigned_to_officer', 'acknowledged', 'in_progress', 'on_hold', 'reopened')
    END) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC061',
            MESSAGE = format('an appeal of type "%s" does not fit the report', appeal_type),
            DETAIL = format('The report is "%s".', r.status),
            HINT = CASE
                WHEN appeal_type = 'resolution' THEN 'Wait until the report is resolved.'
                WHEN appeal_type = 'rejection' THEN 'Only a rejected report has a rejection to appeal against.'
                WHEN appeal_type = 'quality_concern' THEN 'Wait until the work is handed in.'
                WHEN appeal_type = 'classification' THEN 'Appeal against the resolution or the rejection instead.'
                ELSE 'Appeal while the work is yours and not handed in.'
            END, TABLE = 'appeals', COLUMN = 'appeal_type', SCHEMA = 'civic';
    END IF;
    SELECT count(*) INTO filed FROM civic.appeals AS a
    WHERE a.organization_id = r.organization_id AND a.report_id = submit_appeal.report_id;
    IF filed >= 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC060',
            MESSAGE = 'the report was appealed about twice already',
            DETAIL = 'More than two appeals a report are not heard; withdrawn ones count.',
            HINT = 'Ask an administrator to look at it.', TABLE = 'appeals', SCHEMA = 'civic';
    END IF;
    INSERT INTO civic.appeals AS a (organization_id, report_id, ordinal, appeal_type, reason, evidence,
        requested_action)
    VALUES (r.organization_id, submit_appeal.report_id, filed + 1, submit_appeal.appeal_type, submit_appeal.reason,
        submit_appeal.evidence, submit_appeal.requested_action)
    RETURNING a.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.submit_appeal(uuid, civic.appeal_type, text, text, text) IS
    'Appeals about a report: types classification, resolution and rejection for its reporter; incorrect_assignment,'
    ' workload and resource_lack for the officer in charge; quality_concern for administrators. At most two a report.'
    ' Errors: ZC060 two were filed, ZC061 the type does not fit where the report stands, 42501 not open to the caller,'
    ' 23514 text too short or too long, PT404 no such report.';

CREATE FUNCTION civic.review_appeal(
    appeal_id uuid,
    decision civic.appeal_status,
    review_notes text DEFAULT NULL,
    action_taken text DEFAULT NULL,
    reassigned_to_user_id uuid DEFAULT NULL,
    reassigned_to_department_id uuid DEFAULT NULL,
    reassignment_reason text DEFAULT NULL,
    requires_rework boolean DEFAULT false,
    rework_assigned_to_user_id uuid DEFAULT NULL,
    rework_notes text DEFAULT NULL
) RETURNS civic.appeals
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.appeals;
BEGIN
    UPDATE civic.appeals AS a SET
        status = review_appeal.decision,
        review_notes = coalesce(review_appeal.review_notes, a.review_notes),
        action_taken = coalesce(review_appeal.action_taken, a.action_taken),
        reassigned_to_user_id = review_appeal.reassigned_to_user_id,
        reassigned_to_department_id = review_appeal.reassigned_to_department_id,
        reassignment_reason = review_appeal.reassignment_reason,
        requires_rework = review_appeal.requires_rework,
        rework_assigned_to_user_id = review_appeal.rework_assigned_to_user_id,
        rework_notes = review_appeal.rework_notes
    WHERE a.organization_id = civic.current_organization_id() AND a.id = review_appeal.appeal_id
    RETURNING a.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the appeal does not exist',
            DETAIL = 'No appeal with this id can be changed by you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.review_appeal(uuid, civic.appeal_status, text, text, uuid, uuid, text, boolean, uuid, text) IS
    'Takes an appeal under review, or approves or rejects it with notes. An approval does what it orders in the same'
    ' transaction: an appeal of an officer gives the report to another officer or department; requires_rework, for a'
    ' resolution or quality concern, reopens it for the rework officer; one against a rejection puts the report before'
    ' a person again. Needs review:appeal. Errors: ZC062 decided already, ZC001 to ZC003 refused by the guard of the'
    ' appeal or of the report, ZC006 the officer cannot take it, 23514 the order does not fit the type, PT404 no such'
    ' appeal.';

CREATE FUNCTION civic.withdraw_appeal(appeal_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic.transition('appeal', withdraw_appeal.appeal_id, 'withdrawn');
END
$$;
COMMENT ON FUNCTION civic.withdraw_appeal(uuid) IS
    'Takes one''s own appeal back, until its review begins. It still counts as one of the two. Errors as'
    ' civic.transition().';

CREATE FUNCTION civic.complete_rework(appeal_id uuid, notes text) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    a record;
    stands civic.report_status;
BEGIN
    SELECT p.* INTO a FROM civic.appeals AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = complete_rework.appeal_id
        AND p.rework_assigned_to_user_id = civic.current_user_id();
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the appeal does not exist',
            DETAIL = 'No appeal with this id orders rework from you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    -- The report first, as every move locks it before what hangs on it.
    SELECT r.status INTO stands FROM civic.reports AS r
    WHERE r.organization_id = a.organization_id AND r.id = a.report_id FOR NO KEY UPDATE;
    PERFORM FROM civic.appeals AS p
    WHERE p.organization_id = a.organization_id AND p.id = a.id AND p.status = 'approved' AND NOT p.rework_completed
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC063',
            MESSAGE = 'there is no rework to complete',
            DETAIL = 'It was not ordered yet, or is completed.', TABLE = 'appeals', SCHEMA = 'civic';
    END IF;
    IF stands = 'reopened' THEN
        PERFORM civic.start_work(a.report_id);
    END IF;
    RETURN civic.finish_work(a.report_id, complete_rework.notes);
END
$$;
COMMENT ON FUNCTION civic.complete_rework(uuid, text) IS
    'The officer from whom an approved appeal ordered rework says what was done and hands it in: the report waits for'
    ' verification. Once. Errors: ZC063 completed already, ZC001 to ZC003 refused by the guard of the report, PT404 no'
    ' such appeal of the caller.';

CREATE FUNCTION civic.list_appeals(
    statuses civic.appeal_status[] DEFAULT NULL, types civic.appeal_type[] DEFAULT NULL, report_id uuid DEFAULT NULL,
    before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.appeals
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.* FROM civic.appeals AS a
    WHERE a.organization_id = civic.current_organization_id()
        AND (statuses IS NULL OR a.status = ANY (statuses)) AND (types IS NULL OR a.appeal_type = ANY (types))
        AND (list_appeals.report_id IS NULL OR a.report_id = list_appeals.report_id)
        AND (before_id IS NULL OR a.id < before_id)
    ORDER BY a.id DESC
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_appeals(civic.appeal_status[], civic.appeal_type[], uuid, uuid, integer) IS
    'Appeals the asker can see, newest first; for the next page pass the id of the last row as before_id. 1 to 1000'
    ' rows.';

CREATE FUNCTION civic.appeal_statistics() RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    WITH counted AS (
        SELECT a.status, a.appeal_type, count(*) AS n FROM civic.appeals AS a
        WHERE a.organization_id = civic.current_organization_id() GROUP BY 1, 2
    )
    SELECT jsonb_build_object(
        'total', (SELECT coalesce(sum(n), 0) FROM counted),
        'by_status', (SELECT coalesce(jsonb_object_agg(s.status, s.n), '{}') FROM (
            SELECT c.status, sum(c.n) AS n FROM counted AS c GROUP BY 1) AS s),
        'by_type', (SELECT coalesce(jsonb_object_agg(s.appeal_type, s.n), '{}') FROM (
            SELECT c.appeal_type, sum(c.n) AS n FROM counted AS c GROUP BY 1) AS s))
$$;
COMMENT ON FUNCTION civic.appeal_statistics() IS 'Counts of appeals the asker can see: total, by_status, by_type.';
