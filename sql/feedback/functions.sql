CREATE FUNCTION civic.submit_feedback(
    report_id uuid,
    rating integer,
    satisfaction_level civic.satisfaction_level,
    comment text DEFAULT NULL,
    resolution_time_acceptable boolean DEFAULT true,
    work_quality_acceptable boolean DEFAULT true,
    officer_behavior_acceptable boolean DEFAULT true,
    would_recommend boolean DEFAULT true
) RETURNS civic.feedbacks
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    result civic.feedbacks;
BEGIN
    SELECT p.organization_id, p.status, p.user_id, p.assigned_to, p.department_id INTO r FROM civic.reports AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = submit_feedback.report_id
        AND civic.is_report_visible(p.is_public, p.is_sensitive, p.user_id, p.assigned_to, p.department_id,
            p.ward_number, p.district, p.latitude, p.longitude)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(submit_feedback.report_id, NULL);
    END IF;
    IF r.user_id IS DISTINCT FROM civic.current_user_id() OR civic.current_role_level() = 5 THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not rate this resolution',
            DETAIL = 'That is for the reporter.',
            HINT = 'Who supports a report says whether it is done with civic.confirm_resolution().';
    END IF;
    IF r.status NOT IN ('resolved', 'closed') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC064',
            MESSAGE = 'there is no resolution to rate or confirm yet',
            DETAIL = format('The report is "%s".', r.status),
            HINT = 'Wait until it is resolved.';
    END IF;
    INSERT INTO civic.feedbacks AS f (organization_id, report_id, officer_id, department_id, rating,
        satisfaction_level, comment, resolution_time_acceptable, work_quality_acceptable, officer_behavior_acceptable,
        would_recommend)
    VALUES (r.organization_id, submit_feedback.report_id, r.assigned_to, r.department_id, submit_feedback.rating,
        submit_feedback.satisfaction_level, submit_feedback.comment, submit_feedback.resolution_time_acceptable,
        submit_feedback.work_quality_acceptable, submit_feedback.officer_behavior_acceptable,
        submit_feedback.would_recommend)
    ON CONFLICT ON CONSTRAINT feedbacks_report_key DO NOTHING
    RETURNING f.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC065',
            MESSAGE = 'the resolution is rated already',
            DETAIL = 'A report has one feedback.',
            HINT = 'Within 7 days of giving it you may change it with an UPDATE of civic.feedbacks.',
            TABLE = 'feedbacks', SCHEMA = 'civic';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.submit_feedback(
    uuid, integer, civic.satisfaction_level, text, boolean, boolean, boolean, boolean
) IS
    'Rates the resolution of one''s own report, 1 to 5, once. Satisfied or very_satisfied closes a resolved report;'
    ' rating 1 or 2 or (very_)dissatisfied asks for a follow-up. For 7 days the reporter may UPDATE the row. Errors:'
    ' ZC064 not resolved yet, ZC065 rated already, 42501 not the reporter, 23514 rating out of 1 to 5, PT404 no such'
    ' report.';

CREATE FUNCTION civic.close_followup(feedback_id uuid, notes text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.feedbacks AS f SET requires_followup = false, followup_reason = close_followup.notes
    FROM civic.reports AS r
    WHERE f.organization_id = civic.current_organization_id() AND f.id = close_followup.feedback_id
        AND f.requires_followup AND r.organization_id = f.organization_id AND r.id = f.report_id
        AND civic.has_permission('resolve:disputes')
        AND civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'there is no such follow-up',
            DETAIL = 'No feedback with this id waits for one, or it is not for you.',
            HINT = 'civic.followups() lists them; that needs permission "resolve:disputes".';
    END IF;
END
$$;
COMMENT ON FUNCTION civic.close_followup(uuid, text) IS
    'Ends the follow-up of a feedback and notes what came of it, up to 1000 characters. Needs resolve:disputes. Error'
    ' PT404 none waits.';

CREATE FUNCTION civic.followups(after_id uuid DEFAULT NULL, max_rows integer DEFAULT 50) RETURNS SETOF civic.feedbacks
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.* FROM civic.feedbacks AS f
    JOIN civic.reports AS r ON r.organization_id = f.organization_id AND r.id = f.report_id
    WHERE f.organization_id = civic.current_organization_id() AND f.requires_followup
        AND (after_id IS NULL OR f.id > after_id) AND civic.has_permission('resolve:disputes')
        AND civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude)
    ORDER BY f.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.followups(uuid, integer) IS
    'Feedback that asks for a follow-up, longest waiting first, for holders of resolve:disputes; for the next page pass'
    ' the id of the last row as after_id. 1 to 1000 rows.';

CREATE FUNCTION civic.feedback_statistics(
    department_id uuid DEFAULT NULL, officer_id uuid DEFAULT NULL, created_from timestamptz DEFAULT NULL,
    created_until timestamptz DEFAULT NULL
) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    WITH f AS (
        SELECT b.rating, b.satisfaction_level, b.requires_followup, b.resolution_time_acceptable,
            b.work_quality_acceptable, b.officer_behavior_acceptable, b.would_recommend
        FROM civic.feedbacks AS b
        WHERE b.organization_id = civic.current_organization_id()
            AND (feedback_statistics.department_id IS NULL OR b.department_id = feedback_statistics.department_id)
            AND (feedback_statistics.officer_id IS NULL OR b.officer_id = feedback_statistics.officer_id)
            AND b.created_at >= coalesce(created_from, '-infinity')
            AND b.created_at < coalesce(created_until, 'infinity')
    )
    SELECT jsonb_build_object(
        'total', count(*),
        'average_rating', round(avg(f.rating), 2),
        'requires_followup', count(*) FILTER (WHERE f.requires_followup),
        'resolution_time_acceptable', round(100.0 * avg(f.resolution_time_acceptable::integer), 2),
        'work_quality_acceptable', round(100.0 * avg(f.work_quality_acceptable::integer), 2),
        'officer_behavior_acceptable', round(100.0 * avg(f.officer_behavior_acceptable::integer), 2),
        'would_recommend', round(100.0 * avg(f.would_recommend::integer), 2),
        'by_rating', (SELECT coalesce(jsonb_object_agg(s.rating, s.n), '{}') FROM (
            SELECT g.rating, count(*) AS n FROM f AS g GROUP BY 1) AS s),
        'by_satisfaction', (SELECT coalesce(jsonb_object_agg(s.satisfaction_level, s.n), '{}') FROM (
            SELECT g.satisfaction_level, count(*) AS n FROM f AS g GROUP BY 1) AS s))
    FROM f
$$;
COMMENT ON FUNCTION civic.feedback_statistics(uuid, uuid, timestamptz, timestamptz) IS
    'Feedback the asker can see, of all or one department or officer: number, mean rating, open follow-ups, shares of'
    ' yes in per cent, by_rating and by_satisfaction.';

CREATE FUNCTION civic.confirm_resolution(report_id uuid, is_confirmed boolean DEFAULT true, comment text DEFAULT NULL)
    RETURNS civic.resolution_confirmations
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    root uuid;
    resolved timestamptz;
    ends timestamptz;
    result civic.resolution_confirmations;
BEGIN
    SELECT coalesce(p.duplicate_of_report_id, p.id) INTO root FROM civic.reports AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = confirm_resolution.report_id
        AND civic.is_report_visible(p.is_public, p.is_sensitive, p.user_id, p.assigned_to, p.department_id,
            p.ward_number, p.district, p.latitude, p.longitude);
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(confirm_resolution.report_id, NULL);
    END IF;
    -- Who settles or closes at the same time waits.
    SELECT p.organization_id, p.id, p.status, p.user_id, o.confirmation_days INTO r FROM civic.reports AS p
    JOIN civic.organizations AS o ON o.id = p.organization_id
    WHERE p.organization_id = civic.current_organization_id() AND p.id = root
    FOR NO KEY UPDATE OF p;
    IF civic.current_role_level() = 5 OR civic.current_user_id() IS NULL OR NOT (r.user_id = civic.current_user_id()
        OR EXISTS (
            SELECT FROM civic.report_supporters AS s
            WHERE s.organization_id = r.organization_id AND s.report_id = r.id AND s.user_id = civic.current_user_id()
        ) OR EXISTS (
            SELECT FROM civic.reports AS d
            WHERE d.organization_id = r.organization_id AND d.duplicate_of_report_id = r.id
                AND d.user_id = civic.current_user_id()
        )) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not say whether this is done',
            DETAIL = 'That is for those who reported it, filed a duplicate of it or support it.',
            HINT = 'Support a report with civic.support_report() before it is resolved.';
    END IF;
    resolved := civic_private.resolved_at(r.organization_id, r.id);
    IF resolved IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC064',
            MESSAGE = 'there is no resolution to rate or confirm yet',
            DETAIL = format('The report is "%s".', r.status),
            HINT = 'Wait until it is resolved.';
    END IF;
    ends := resolved + make_interval(days => r.confirmation_days);
    IF now() > ends THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC066',
            MESSAGE = 'the time to confirm or dispute the resolution is over',
            DETAIL = format('It ended %s days after the resolution.', r.confirmation_days),
            HINT = 'File a new report where the matter has come back.';
    END IF;
    INSERT INTO civic.resolution_confirmations AS c (organization_id, report_id, resolved_at, is_confirmed, comment)
    VALUES (r.organization_id, r.id, resolved, confirm_resolution.is_confirmed, confirm_resolution.comment)
    ON CONFLICT ON CONSTRAINT resolution_confirmations_pkey DO UPDATE
        SET is_confirmed = excluded.is_confirmed, comment = excluded.comment
        WHERE c.settled_at IS NULL
    RETURNING c.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC066',
            MESSAGE = 'your dispute is settled',
            DETAIL = 'Somebody looked at it and found the matter done.',
            HINT = 'The reporter may appeal with civic.submit_appeal().';
    END IF;
    IF NOT confirm_resolution.is_confirmed THEN
        -- Always a new version of the row: whoever closes the report with an older snapshot has to try again.
        UPDATE civic.reports AS p SET needs_review = true
        WHERE p.organization_id = r.organization_id AND p.id = r.id;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.confirm_resolution(uuid, boolean, text) IS
    'Says that a matter one reported or supports is done, or with is_confirmed false that it is not and why (10 to 1000'
    ' characters); a duplicate stands for the root of its family. Within organizations.confirmation_days of the'
    ' resolution, and to be changed until then. A dispute keeps the report open until it is settled. Errors: ZC064 not'
    ' resolved, ZC066 too late or settled, 42501 not one of those, 23514 no reason, PT404 no such report.';

CREATE FUNCTION civic.settle_dispute(report_id uuid, reopen boolean, notes text) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    result civic.reports;
BEGIN
    SELECT p.organization_id, p.id,
        civic.has_permission('resolve:disputes')
            AND civic.can_moderate_at(p.ward_number, p.district, p.latitude, p.longitude) AS is_open
    INTO r FROM civic.reports AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = settle_dispute.report_id
        AND civic.is_report_visible(p.is_public, p.is_sensitive, p.user_id, p.assigned_to, p.department_id,
            p.ward_number, p.district, p.latitude, p.longitude)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(settle_dispute.report_id, NULL);
    END IF;
    IF NOT r.is_open THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not settle disputes about this report',
            DETAIL = 'That needs permission "resolve:disputes", and the report in an area one moderates.';
    END IF;
    UPDATE civic.resolution_confirmations AS c SET
        is_upheld = settle_dispute.reopen,
        settled_by_user_id = civic.current_user_id(),
        settled_at = now(),
        settlement_notes = settle_dispute.notes
    WHERE c.organization_id = r.organization_id AND c.report_id = r.id AND NOT c.is_confirmed AND c.settled_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'nobody disputes this resolution',
            HINT = 'civic.disputed_reports() lists those that are.';
    END IF;
    UPDATE civic.reports AS p SET
        status = CASE WHEN settle_dispute.reopen THEN 'reopened' ELSE p.status END,
        rework_reason = CASE WHEN settle_dispute.reopen THEN settle_dispute.notes ELSE p.rework_reason END,
        needs_review = false
    WHERE p.organization_id = r.organization_id AND p.id = r.id
    RETURNING p.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.settle_dispute(uuid, boolean, text) IS
    'Settles the open disputes of a resolution, with notes of 1 to 1000 characters: the report is opened again for its'
    ' officer, or stays as it is. Needs resolve:disputes, for moderators in their areas. Errors: PT404 no such report'
    ' or nobody disputes it, 42501 not open to the caller, ZC001 and ZC002 refused by the guard, 23514 notes.';

CREATE FUNCTION civic.disputed_reports(max_rows integer DEFAULT 50) RETURNS TABLE (
    report_id uuid, report_number text, title text, status civic.report_status, disputes bigint, confirmations bigint,
    disputed_since timestamptz
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.id, r.report_number, r.title, r.status, d.disputes, (
            SELECT count(*) FROM civic.resolution_confirmations AS c
            WHERE c.organization_id = r.organization_id AND c.report_id = r.id AND c.is_confirmed
                AND c.resolved_at = d.resolved_at
        ), d.since
    FROM (
        SELECT c.organization_id, c.report_id, count(*) AS disputes, min(c.created_at) AS since,
            max(c.resolved_at) AS resolved_at
        FROM civic.resolution_confirmations AS c
        WHERE c.organization_id = civic.current_organization_id() AND NOT c.is_confirmed AND c.settled_at IS NULL
        GROUP BY 1, 2
    ) AS d
    JOIN civic.reports AS r ON r.organization_id = d.organization_id AND r.id = d.report_id
    WHERE civic.has_permission('resolve:disputes')
        AND civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude)
    ORDER BY d.since, r.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.disputed_reports(integer) IS
    'Reports whose resolution is disputed, longest first, with how many dispute and how many confirm it; for holders of'
    ' resolve:disputes, moderators in their areas. 1 to 1000 rows.';
