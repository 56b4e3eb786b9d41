CREATE FUNCTION civic.update_reputation(user_id uuid, points integer, note text) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.has_permission('promote:contributor') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not change reputations',
            DETAIL = 'That needs permission "promote:contributor".';
    END IF;
    PERFORM civic_private.add_reputation(civic.current_organization_id(), update_reputation.user_id,
        update_reputation.points, 'adjusted', NULL, update_reputation.note);
    RETURN (
        SELECT s.reputation_score FROM civic.user_scores AS s
        WHERE s.organization_id = civic.current_organization_id() AND s.user_id = update_reputation.user_id
    );
END
$$;
COMMENT ON FUNCTION civic.update_reputation(uuid, integer, text) IS
    'Gives a person points of reputation, or takes some, and returns what they have; never below 0. It may make them'
    ' contributor. Needs promote:contributor. Errors: 42501 not open to the caller, 23503 no such person, 23514 0 or'
    ' more than 10000 points, or no note.';

CREATE FUNCTION civic.reputation_history(
    user_id uuid DEFAULT civic.current_user_id(), before_time timestamptz DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS TABLE (
    created_at timestamptz, points integer, reason civic.reputation_reason, report_id uuid, note text
)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.created_at, h.points, h.reason, h.report_id, h.note
    FROM (
        (
            SELECT e.created_at, e.points, e.reason, e.report_id, e.note FROM civic.reputation_events AS e
            WHERE e.organization_id = civic.current_organization_id() AND e.user_id = reputation_history.user_id
                AND e.created_at < coalesce(before_time, 'infinity')
            ORDER BY e.id DESC LIMIT least(greatest(max_rows, 1), 1000)
        )
        UNION ALL
        (
            SELECT r.created_at, 5, 'report_filed', r.id, NULL FROM civic.reports AS r
            WHERE r.organization_id = civic.current_organization_id() AND r.user_id = reputation_history.user_id
                AND r.created_at < coalesce(before_time, 'infinity')
                AND (r.user_id = civic.current_user_id() OR civic.has_permission('read:all_users'))
            ORDER BY r.created_at DESC LIMIT least(greatest(max_rows, 1), 1000)
        )
    ) AS h
    ORDER BY h.created_at DESC
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.reputation_history(uuid, timestamptz, integer) IS
    'How the reputation of a person came about, newest first: their reports and the rows of civic.reputation_events.'
    ' One''s'
    ' own, or that of others for holders of read:all_users as far as they see the reports. For the next page pass'
    ' created_at of the last row as before_time. 1 to 1000 rows.';

CREATE FUNCTION civic.promotion_candidates(max_rows integer DEFAULT 100) RETURNS TABLE (
    user_id uuid, full_name text, reputation_score integer, total_reports integer, total_validations integer,
    profile_completion civic.profile_completion, is_due boolean
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.full_name, s.reputation_score, s.total_reports, s.total_validations, u.profile_completion,
        civic_private.is_due_for_promotion(s.organization_id, s.user_id)
    FROM civic.user_scores AS s
    JOIN civic.users AS u ON u.organization_id = s.organization_id AND u.id = s.user_id
    JOIN civic.organizations AS o ON o.id = s.organization_id
    JOIN civic.user_roles AS ur ON ur.organization_id = s.organization_id AND ur.user_id = s.user_id
        AND ur.family = 'civic'
    JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
    WHERE s.organization_id = civic.current_organization_id() AND civic.has_permission('promote:contributor')
        AND s.reputation_score >= o.promotion_reputation AND r.code = 'citizen' AND u.is_active
    ORDER BY s.reputation_score DESC, u.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.promotion_candidates(integer) IS
    'Citizens with the reputation of a contributor, best first, and whether the other three conditions are met too; for'
    ' holders of promote:contributor. Who meets all becomes contributor with their next report, validation or point, or'
    ' by civic.promote_candidates(). 1 to 1000 rows.';

CREATE FUNCTION civic.promote_candidates() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    candidate record;
    promoted integer := 0;
BEGIN
    FOR candidate IN
        SELECT c.user_id FROM civic.promotion_candidates(1000) AS c WHERE c.is_due
    LOOP
        promoted := promoted + civic_private.promote(civic.current_organization_id(), candidate.user_id)::integer;
    END LOOP;
    RETURN promoted;
END
$$;
COMMENT ON FUNCTION civic.promote_candidates() IS
    'Makes citizens who meet all four conditions contributors, after the organization has eased them; returns how many.'
    ' For holders of promote:contributor.';

CREATE FUNCTION civic.validate_report(report_id uuid, vote civic.validation_vote, comment text DEFAULT NULL)
    RETURNS civic.report_validations
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    weight smallint := CASE
        WHEN civic.has_permission('validation:weight_3x') OR civic.has_permission('override:validation') THEN 3
        WHEN civic.has_permission('validation:weight_2x') THEN 2
        WHEN civic.has_permission('validation:weight_1x') OR civic.has_permission('validate:report') THEN 1
    END;
    result civic.report_validations;
    is_new boolean;
BEGIN
    SELECT p.organization_id, p.status, p.user_id INTO r FROM civic.reports AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = validate_report.report_id
        AND civic.is_report_visible(p.is_public, p.is_sensitive, p.user_id, p.assigned_to, p.department_id,
            p.ward_number, p.district, p.latitude, p.longitude)
    FOR SHARE;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(validate_report.report_id, NULL);
    END IF;
    IF weight IS NULL OR civic.current_user_id() IS NULL OR civic.current_user_id() = r.user_id
        OR (validate_report.comment IS NOT NULL AND NOT civic.has_permission('add:validation_comment')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not validate this report so',
            DETAIL = CASE WHEN civic.current_user_id() = r.user_id THEN 'It is your own.'
                WHEN weight IS NULL OR civic.current_user_id() IS NULL THEN 'Your roles have no vote.'
                ELSE 'Comments are for contributors and staff.' END;
    END IF;
    IF r.status IN ('resolved', 'closed', 'rejected', 'duplicate') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC067',
            MESSAGE = 'the report is not to be validated any more',
            DETAIL = format('It is "%s".', r.status), TABLE = 'report_validations', SCHEMA = 'civic';
    END IF;
    INSERT INTO civic.report_validations AS v (organization_id, report_id, user_id, vote, weight, comment)
    VALUES (r.organization_id, validate_report.report_id, civic.current_user_id(), validate_report.vote, weight,
        validate_report.comment)
    ON CONFLICT ON CONSTRAINT report_validations_pkey DO UPDATE
        SET vote = excluded.vote, weight = excluded.weight, comment = excluded.comment
    RETURNING v.* INTO result;
    is_new := result.updated_at IS NULL;
    IF is_new THEN
        INSERT INTO civic.user_scores AS s (organization_id, user_id, total_validations)
        VALUES (r.organization_id, civic.current_user_id(), 1)
        ON CONFLICT (organization_id, user_id) DO UPDATE SET total_validations = s.total_validations + 1;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.validate_report(uuid, civic.validation_vote, text) IS
    'Says whether a report of somebody else is true; again to think again. Counts 1 for citizens and officers, 2 for'
    ' contributors, 3 for moderators and administrators; comments, 1 to 1000 characters, are for contributors and'
    ' staff.'
    ' Errors: ZC067 the report is decided, 42501 one''s own or no vote, PT404 no such report.';

CREATE FUNCTION civic.validation_summary(
    report_id uuid, OUT valid_votes bigint, OUT invalid_votes bigint, OUT valid_weight bigint,
    OUT invalid_weight bigint,
    OUT own_vote civic.validation_vote
) RETURNS record
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) FILTER (WHERE v.vote = 'valid'), count(*) FILTER (WHERE v.vote = 'invalid'),
        coalesce(sum(v.weight) FILTER (WHERE v.vote = 'valid'), 0),
        coalesce(sum(v.weight) FILTER (WHERE v.vote = 'invalid'), 0),
        max(v.vote) FILTER (WHERE v.user_id = civic.current_user_id())
    FROM civic.reports AS r
    JOIN civic.report_validations AS v ON v.organization_id = r.organization_id AND v.report_id = r.id
    WHERE r.organization_id = civic.current_organization_id() AND r.id = validation_summary.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
$$;
COMMENT ON FUNCTION civic.validation_summary(uuid) IS
    'Votes on a report the asker can see, as heads and as weights, and the asker''s own.';

CREATE FUNCTION civic.validation_queue(
    before_time timestamptz DEFAULT NULL, before_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.reports
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.* FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND civic.has_permission('access:validation_queue')
        AND r.status NOT IN ('resolved', 'closed', 'rejected', 'duplicate')
        AND r.user_id IS DISTINCT FROM civic.current_user_id()
        AND (r.created_at, r.id) < (coalesce(before_time, 'infinity'),
            coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
        AND NOT EXISTS (
            SELECT FROM civic.report_validations AS v
            WHERE v.organization_id = r.organization_id AND v.report_id = r.id AND v.user_id = civic.current_user_id()
        )
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.validation_queue(timestamptz, uuid, integer) IS
    'Open reports of others the asker can see and has not validated, newest first; for holders of'
    ' access:validation_queue. For the next page pass created_at and id of the last row. 1 to 1000 rows.';

CREATE FUNCTION civic.user_statistics(user_id uuid DEFAULT civic.current_user_id()) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'reputation_score', s.reputation_score, 'total_reports', s.total_reports,
        'in_progress_reports', r.in_progress, 'resolved_reports', r.resolved, 'active_reports', r.active,
        'total_validations', s.total_validations, 'helpful_validations', s.helpful_validations,
        'tasks_resolved', (
            SELECT count(*) FROM civic.tasks AS t
            WHERE t.organization_id = u.organization_id AND t.assigned_to = u.id AND t.status = 'resolved'
        ),
        'can_promote_to_contributor', x.is_citizen AND civic_private.is_due_for_promotion(u.organization_id, u.id),
        'next_milestone', CASE
            WHEN NOT x.is_citizen THEN NULL
            WHEN s.reputation_score < o.promotion_reputation
                THEN format('points of reputation missing: %s', o.promotion_reputation - s.reputation_score)
            WHEN s.total_reports < o.promotion_reports
                THEN format('reports missing: %s', o.promotion_reports - s.total_reports)
            WHEN s.total_validations < o.promotion_validations
                THEN format('validations missing: %s', o.promotion_validations - s.total_validations)
            WHEN u.profile_completion <> 'complete' THEN 'a complete profile: name, e-mail and address'
            ELSE 'contributor with the next contribution'
        END)
    FROM civic.users AS u
    JOIN civic.organizations AS o ON o.id = u.organization_id
    LEFT JOIN civic.user_scores AS k ON k.organization_id = u.organization_id AND k.user_id = u.id
    CROSS JOIN LATERAL (
        SELECT coalesce(k.reputation_score, 0), coalesce(k.total_reports, 0), coalesce(k.total_validations, 0),
            coalesce(k.helpful_validations, 0)
    ) AS s (reputation_score, total_reports, total_validations, helpful_validations)
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM civic.user_roles AS ur
            JOIN civic.roles AS c ON c.organization_id = ur.role_organization_id AND c.id = ur.role_id
            WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id AND ur.family = 'civic'
                AND c.code = 'citizen'
        )
    ) AS x (is_citizen)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE p.status IN ('in_progress', 'pending_verification', 'reopened')) AS in_progress,
            count(*) FILTER (WHERE p.status IN ('resolved', 'closed')) AS resolved,
            count(*) FILTER (WHERE p.status NOT IN ('resolved', 'closed', 'rejected', 'duplicate')) AS active
        FROM civic.reports AS p WHERE p.organization_id = u.organization_id AND p.user_id = u.id
    ) AS r
    WHERE u.organization_id = civic.current_organization_id() AND u.id = user_statistics.user_id
        AND (u.id = civic.current_user_id() OR civic.has_permission('read:all_users'))
$$;
COMMENT ON FUNCTION civic.user_statistics(uuid) IS
    'What a person has contributed, and what a citizen still lacks to become contributor (next_milestone: reputation,'
    ' then reports, validations, profile). One''s own, or for holders of read:all_users of anybody; else null.';

CREATE FUNCTION civic.rebuild_officer_metrics(period_start timestamptz, period_end timestamptz) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    computed integer;
BEGIN
    IF NOT civic.has_permission('manage:settings') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not compute the metrics of officers',
            DETAIL = 'That needs permission "manage:settings".',
            HINT = 'A scheduler runs it as civic_service, once a week.';
    END IF;
    DELETE FROM civic.officer_metrics AS m
    WHERE m.organization_id = organization AND m.period_start = rebuild_officer_metrics.period_start
        AND m.period_end = rebuild_officer_metrics.period_end;
    WITH work AS (
        SELECT t.assigned_to AS officer_id, t.report_id, t.status, t.sla_state, t.assigned_at, t.acknowledged_at,
            t.started_at, t.resolved_at, t.status NOT IN ('resolved', 'rejected') AS is_open,
            t.status = 'resolved' AND t.resolved_at >= rebuild_officer_metrics.period_start
                AND t.resolved_at < rebuild_officer_metrics.period_end AS is_completed,
            greatest(t.assigned_at, rebuild_officer_metrics.period_start) AS from_time,
            least(coalesce(t.resolved_at, t.rejected_at, 'infinity'), rebuild_officer_metrics.period_end) AS until_time
        FROM civic.tasks AS t
        WHERE t.organization_id = organization AND t.assigned_at < rebuild_officer_metrics.period_end
            AND coalesce(t.resolved_at, t.rejected_at, 'infinity') >= rebuild_officer_metrics.period_start
    ), reworked AS (
        SELECT w.officer_id, w.report_id, w.is_completed,
            count(h.id) FILTER (WHERE h.changed_at >= rebuild_officer_metrics.period_start
                AND h.changed_at < rebuild_officer_metrics.period_end) AS times,
            count(h.id) > 0 AS ever
        FROM work AS w
        LEFT JOIN civic.status_history AS h ON h.organization_id = organization AND h.entity_id = w.report_id
            AND h.workflow = 'report' AND h.changed_at >= w.assigned_at
            AND ((h.old_status = 'pending_verification' AND h.new_status = 'in_progress') OR h.new_status = 'reopened')
        GROUP BY 1, 2, 3
    ), reworks AS (
        SELECT x.officer_id, sum(x.times) AS times, count(*) FILTER (WHERE x.is_completed AND NOT x.ever) AS first_time
        FROM reworked AS x GROUP BY 1
    ), load AS (
        SELECT e.officer_id, max(e.tasks) AS peak FROM (
            SELECT s.officer_id, sum(s.step) OVER (PARTITION BY s.officer_id ORDER BY s.at, s.step) AS tasks
            FROM (
                SELECT w.officer_id, w.from_time AS at, 1 AS step FROM work AS w WHERE w.until_time > w.from_time
                UNION ALL
                SELECT w.officer_id, w.until_time, -1 FROM work AS w WHERE w.until_time > w.from_time
            ) AS s
        ) AS e GROUP BY 1
    ), said AS (
        SELECT f.officer_id, avg(f.rating) AS mean, count(*) AS n, count(*) FILTER (WHERE f.rating >= 4) AS positive
        FROM civic.feedbacks AS f
        WHERE f.organization_id = organization AND f.created_at >= rebuild_officer_metrics.period_start
            AND f.created_at < rebuild_officer_metrics.period_end
        GROUP BY 1
    ), done AS (
        SELECT w.officer_id,
            count(*) FILTER (WHERE w.assigned_at >= rebuild_officer_metrics.period_start) AS assigned,
            count(*) FILTER (WHERE w.is_completed) AS completed,
            count(*) FILTER (WHERE w.is_open) AS active,
            count(*) FILTER (WHERE w.status = 'acknowledged') AS acknowledged,
            count(*) FILTER (WHERE w.status = 'in_progress') AS in_progress,
            count(*) FILTER (WHERE w.status = 'on_hold') AS on_hold,
            count(*) FILTER (WHERE (w.is_completed OR w.is_open) AND w.sla_state = 'violated') AS late,
            count(*) FILTER (WHERE w.is_completed AND w.sla_state <> 'violated') AS in_time,
            count(*) FILTER (WHERE w.is_open AND w.sla_state = 'violated') AS open_late,
            count(*) FILTER (WHERE w.is_open AND w.sla_state = 'warning') AS warned,
            avg(date_part('epoch', w.resolved_at - w.assigned_at)) FILTER (WHERE w.is_completed) / 3600 AS to_resolve,
            avg(date_part('epoch', w.acknowledged_at - w.assigned_at)) FILTER (WHERE w.is_completed) / 3600
                AS to_acknowledge,
            avg(date_part('epoch', w.resolved_at - w.started_at)) FILTER (WHERE w.is_completed) / 3600 AS to_complete,
            sum(greatest(0, date_part('epoch', w.until_time - w.from_time)))
                / date_part('epoch', rebuild_officer_metrics.period_end - rebuild_officer_metrics.period_start)
                AS mean_load
        FROM work AS w GROUP BY 1
    )
    INSERT INTO civic.officer_metrics (organization_id, officer_id, period_start, period_end, department_id,
        total_assigned, total_completed, total_active, total_acknowledged, total_in_progress, total_on_hold,
        resolution_rate, avg_resolution_time_hours, avg_acknowledgment_time_hours, avg_completion_time_hours,
        sla_compliance_rate, sla_violations_count, sla_warnings_count, avg_satisfaction_score,
        total_feedbacks_received, positive_feedbacks_count, negative_feedbacks_count, rework_count, rework_rate,
        first_time_resolution_rate, avg_daily_workload, peak_concurrent_tasks)
    SELECT organization, u.id, rebuild_officer_metrics.period_start, rebuild_officer_metrics.period_end,
        u.department_id, d.assigned, d.completed, d.active, d.acknowledged, d.in_progress, d.on_hold,
        coalesce(100.0 * d.completed / nullif(d.completed + d.active, 0), 0), coalesce(d.to_resolve, 0),
        coalesce(d.to_acknowledge, 0), coalesce(d.to_complete, 0),
        coalesce(100.0 * d.in_time / nullif(d.completed + d.open_late, 0), 0), d.late, d.warned, coalesce(s.mean, 0),
        coalesce(s.n, 0), coalesce(s.positive, 0), coalesce(s.n - s.positive, 0), coalesce(k.times, 0),
        coalesce(100.0 * k.times / nullif(k.times + d.completed, 0), 0),
        coalesce(100.0 * k.first_time / nullif(d.completed, 0), 0), coalesce(d.mean_load, 0), coalesce(l.peak, 0)
    FROM done AS d
    JOIN civic.users AS u ON u.organization_id = organization AND u.id = d.officer_id
    LEFT JOIN reworks AS k ON k.officer_id = d.officer_id
    LEFT JOIN load AS l ON l.officer_id = d.officer_id
    LEFT JOIN said AS s ON s.officer_id = d.officer_id;
    GET DIAGNOSTICS computed = ROW_COUNT;
    RETURN computed;
END
$$;
COMMENT ON FUNCTION civic.rebuild_officer_metrics(timestamptz, timestamptz) IS
    'Computes civic.officer_metrics for a period, in place of what was computed for it before, and returns the number'
    ' of'
    ' officers. For a scheduler once a week, and holders of manage:settings. Errors: 42501 not open to the caller,'
    ' 23514'
    ' the period ends before it starts.';

CREATE FUNCTION civic.move_officer(
    user_id uuid, department_id uuid, strategy civic.department_change DEFAULT 'keep_assignments'
) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    work record;
    colleague uuid;
    kept integer := 0;
    reassigned integer := 0;
    unassigned integer := 0;
BEGIN
    IF NOT (civic.has_permission('assign:officer') AND civic.has_permission('assign:task')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not move officers',
            DETAIL = 'That needs permissions "assign:officer" and "assign:task".';
    END IF;
    UPDATE civic.users AS u SET department_id = move_officer.department_id
    WHERE u.organization_id = organization AND u.id = move_officer.user_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = 'the person does not exist', HINT = 'Check the id.';
    END IF;
    FOR work IN
        SELECT r.id, r.status, r.department_id FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.assigned_to = move_officer.user_id
            AND r.status IN ('assigned_to_officer', 'acknowledged', 'in_progress', 'pending_verification', 'on_hold',
                'reopened')
            AND r.department_id IS DISTINCT FROM move_officer.department_id
        ORDER BY r.id
        FOR NO KEY UPDATE
    LOOP
        -- Work that is handed in stays with who did it.
        IF strategy = 'keep_assignments' OR work.status = 'pending_verification' THEN
            kept := kept + 1;
            CONTINUE;
        END IF;
        colleague := CASE strategy WHEN 'reassign_reports'
            THEN civic_private.pick_officer(organization, work.id, work.department_id) END;
        UPDATE civic.reports AS r SET
            status = CASE WHEN colleague IS NULL THEN 'assigned_to_department'
                WHEN work.status = 'on_hold' THEN r.status ELSE 'assigned_to_officer' END::civic.report_status,
            assigned_to = colleague
        WHERE r.organization_id = organization AND r.id = work.id;
        reassigned := reassigned + (colleague IS NOT NULL)::integer;
        unassigned := unassigned + (colleague IS NULL)::integer;
    END LOOP;
    RETURN jsonb_build_object('kept', kept, 'reassigned', reassigned, 'unassigned', unassigned);
END
$$;
COMMENT ON FUNCTION civic.move_officer(uuid, uuid, civic.department_change) IS
    'Puts an officer in another department and says what becomes of open work in the old one: keep_assignments leaves'
    ' it'
    ' with them; reassign_reports gives it to the colleagues with the least load, or back to the department where'
    ' nobody'
    ' can take it; unassign_reports gives it back to the department. Work that waits for verification stays with who'
    ' did'
    ' it. Returns the numbers. Needs assign:officer and assign:task. Errors: 42501 not open to the caller, 23503 no'
    ' such'
    ' department, PT404 no such person.';

CREATE FUNCTION civic.bulk_update_reports(
    report_ids uuid[], department_id uuid DEFAULT NULL, officer_id uuid DEFAULT NULL,
    severity civic.report_severity DEFAULT NULL
) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    report uuid;
    done uuid[] := '{}';
    failed uuid[] := '{}';
    errors jsonb := '[]';
BEGIN
    IF num_nonnulls(bulk_update_reports.department_id, bulk_update_reports.officer_id,
        bulk_update_reports.severity) <> 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'one thing is changed at a time',
            HINT = 'Give a department, an officer or a severity.';
    END IF;
    IF cardinality(report_ids) > 100 THEN
        RAISE EXCEPTION USING ERRCODE = 'program_limit_exceeded',
            MESSAGE = 'too many rows for one call',
            DETAIL = format('At most 100 are allowed, not %s.', cardinality(report_ids)),
            HINT = 'Split the list.';
    END IF;
    FOREACH report IN ARRAY report_ids LOOP
        BEGIN
            IF bulk_update_reports.department_id IS NOT NULL THEN
                PERFORM civic.assign_department(report, bulk_update_reports.department_id);
            ELSIF bulk_update_reports.officer_id IS NOT NULL THEN
                PERFORM civic.assign_officer(report, bulk_update_reports.officer_id);
            ELSE
                UPDATE civic.reports AS r SET manual_severity = bulk_update_reports.severity
                WHERE r.organization_id = civic.current_organization_id() AND r.id = report;
                IF NOT FOUND THEN
                    PERFORM civic_helpers.refuse_update(report, NULL);
                END IF;
            END IF;
            done := done || report;
        EXCEPTION WHEN SQLSTATE 'ZC001' OR SQLSTATE 'ZC002' OR SQLSTATE 'ZC003' OR SQLSTATE 'ZC004' OR SQLSTATE 'ZC006'
            OR SQLSTATE 'PT404' OR check_violation OR foreign_key_violation THEN
            failed := failed || report;
            errors := errors || jsonb_build_object('id', report, 'code', SQLSTATE, 'message', SQLERRM);
        END;
    END LOOP;
    RETURN jsonb_build_object('total', cardinality(report_ids), 'successful', cardinality(done),
        'failed', cardinality(failed), 'errors', errors, 'successful_ids', to_jsonb(done), 'failed_ids',
        to_jsonb(failed));
END
$$;
COMMENT ON FUNCTION civic.bulk_update_reports(uuid[], uuid, uuid, civic.report_severity) IS
    'Gives up to 100 reports to a department or an officer, or decides their severity, each on its own: what is refused'
    ' is listed with code and message, the others are changed. civic.bulk_transition() moves statuses. Errors: 54000'
    ' too'
    ' many, 22023 not one thing.';
