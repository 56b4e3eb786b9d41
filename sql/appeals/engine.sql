CREATE FUNCTION civic_private.stamp_appeal() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What was decided stays as it was decided; only that the rework is done is added later.
    IF OLD.status IN ('approved', 'rejected', 'withdrawn')
        AND (NEW.rework_completed = OLD.rework_completed
            OR to_jsonb(NEW) - 'rework_completed' <> to_jsonb(OLD) - 'rework_completed') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC062',
            MESSAGE = format('the appeal is %s already', OLD.status),
            DETAIL = 'A decision on an appeal is made once.',
            HINT = 'A report can be appealed about twice; the second appeal is decided for itself.',
            TABLE = 'appeals', SCHEMA = 'civic';
    END IF;
    IF NEW.status <> OLD.status AND NEW.status <> 'withdrawn' THEN
        NEW.reviewed_by_user_id := civic.current_user_id();
        NEW.reviewed_at := now();
        IF NEW.requires_rework AND NEW.rework_assigned_to_user_id IS NULL THEN
            SELECT r.assigned_to INTO NEW.rework_assigned_to_user_id FROM civic.reports AS r
            WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
        END IF;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.stamp_appeal() IS
    'BEFORE UPDATE row trigger on civic.appeals: who reviewed it and when, who does the rework; a decision is final.'
    ' Error ZC062.';

CREATE FUNCTION civic_private.reassign_on_appeal(
    organization uuid, report uuid, leaving uuid, officer uuid, department uuid, because text
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
BEGIN
    SELECT p.department_id, p.category, p.sub_category, p.latitude, p.longitude INTO r FROM civic.reports AS p
    WHERE p.organization_id = organization AND p.id = report;
    -- Nobody should be chosen again for what they were relieved of.
    INSERT INTO civic.assignment_refusals AS f (organization_id, report_id, user_id, reason)
    VALUES (organization, report, leaving, because)
    ON CONFLICT (organization_id, report_id, user_id) DO UPDATE SET reason = excluded.reason, refused_at = now();
    IF department IS DISTINCT FROM r.department_id AND department IS NOT NULL THEN
        PERFORM civic_private.keep_decision(organization, report, 'appealed', r.category, r.sub_category, r.latitude,
            r.longitude);
    END IF;
    UPDATE civic.reports AS p SET
        status = CASE WHEN officer IS NULL THEN 'assigned_to_department' ELSE 'assigned_to_officer' END
            ::civic.report_status,
        assigned_to = officer,
        department_id = coalesce(department, p.department_id),
        routed_by_rule_id = CASE WHEN department IS DISTINCT FROM p.department_id AND department IS NOT NULL THEN NULL
            ELSE p.routed_by_rule_id END,
        routing_level = CASE WHEN department IS DISTINCT FROM p.department_id AND department IS NOT NULL THEN 'manual'
            ELSE p.routing_level END
    WHERE p.organization_id = organization AND p.id = report;
    IF officer IS NULL THEN
        PERFORM civic_private.give_to_officer(organization, report);
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.reassign_on_appeal(uuid, uuid, uuid, uuid, uuid, text) IS
    'Takes a report from its officer and gives it to another, to a department, or both; for apply_appeal().';

CREATE FUNCTION civic_private.apply_appeal() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.requires_rework THEN
        UPDATE civic.reports AS r SET
            status = CASE r.status WHEN 'pending_verification' THEN 'in_progress' ELSE 'reopened' END
                ::civic.report_status,
            assigned_to = NEW.rework_assigned_to_user_id,
            rework_reason = NEW.rework_notes
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
        UPDATE civic.tasks AS t SET notes = NEW.rework_notes
        WHERE t.organization_id = NEW.organization_id AND t.report_id = NEW.report_id;
    ELSIF NEW.appeal_type = 'rejection' THEN
        UPDATE civic.reports AS r SET status = 'pending_classification', needs_review = true
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    ELSIF num_nonnulls(NEW.reassigned_to_user_id, NEW.reassigned_to_department_id) > 0 THEN
        PERFORM civic_private.reassign_on_appeal(NEW.organization_id, NEW.report_id, NEW.submitted_by_user_id,
            NEW.reassigned_to_user_id, NEW.reassigned_to_department_id,
            coalesce(NEW.reassignment_reason, NEW.reason));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.apply_appeal() IS
    'AFTER UPDATE row trigger on civic.appeals: does what the approval orders. The moves are those of the reviewer,'
    ' under the guard of the report; when one is refused, so is the approval.';

CREATE FUNCTION civic_private.complete_reworks() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.appeals AS a SET rework_completed = true
    WHERE a.organization_id = NEW.organization_id AND a.report_id = NEW.id AND a.status = 'approved'
        AND a.requires_rework AND NOT a.rework_completed;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.complete_reworks() IS
    'AFTER UPDATE row trigger on civic.reports: work that is handed in completes the rework that appeals ordered.';

CREATE FUNCTION civic_private.tell_of_appeal() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words jsonb;
BEGIN
    SELECT jsonb_build_object('report_number', r.report_number, 'title', r.title, 'reason', NEW.reason,
        'appeal_type', replace(NEW.appeal_type::text, '_', ' '), 'status', replace(NEW.status::text, '_', ' '),
        'notes', NEW.review_notes) INTO words
    FROM civic.reports AS r WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    IF TG_OP = 'INSERT' THEN
        PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'review:appeal', 'appeal_submitted',
            'appeal', NEW.id, words);
    ELSE
        PERFORM civic_private.notify(NEW.organization_id, NEW.submitted_by_user_id, 'appeal_reviewed', 'appeal',
            NEW.id, words);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_appeal() IS
    'AFTER row trigger on civic.appeals: tells those who review of a new one, and the submitter of what becomes of it.';
