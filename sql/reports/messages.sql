CREATE FUNCTION civic_private.tell_of_report() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moved boolean := NEW.status <> OLD.status;
    reason text := CASE NEW.status
        WHEN 'rejected' THEN NEW.rejection_reason
        WHEN 'on_hold' THEN NEW.hold_reason
        WHEN 'duplicate' THEN NEW.duplicate_reason
    END;
    words jsonb := jsonb_build_object('report_number', NEW.report_number, 'title', NEW.title, 'address', NEW.address,
        'status', replace(NEW.status::text, '_', ' '), 'old_status', replace(OLD.status::text, '_', ' '),
        'reason', reason);
    task record;
BEGIN
    -- Whoever files a report is answered with what became of it at once.
    IF moved AND NEW.created_at <> now() THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.user_id, 'status_change', 'report', NEW.id,
            words || CASE
                WHEN NEW.status IN ('resolved', 'pending_verification', 'assignment_rejected')
                    THEN '{"priority": "high"}'::jsonb
                WHEN NEW.status = 'rejected' THEN '{"priority": "critical"}'::jsonb
                ELSE '{}'::jsonb
            END);
    END IF;
    IF moved AND NEW.duplicate_of_report_id IS NULL
        AND NEW.status IN ('resolved', 'closed', 'reopened', 'rejected') THEN
        PERFORM civic_private.notify_people(NEW.organization_id, array_remove(ARRAY(
            SELECT civic_private.family_reporters(NEW.organization_id, NEW.id)
        ), NEW.user_id), 'family_change', 'report', NEW.id, words);
    END IF;

    IF NEW.assigned_to IS NOT NULL THEN
        SELECT t.priority, t.assigned_by INTO task FROM civic.tasks AS t
        WHERE t.organization_id = NEW.organization_id AND t.report_id = NEW.id;
    END IF;
    IF NEW.status IN ('assigned_to_officer', 'reopened') THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'task_assigned', 'report', NEW.id,
            words || CASE WHEN task.priority >= 7 THEN '{"priority": "high"}'::jsonb ELSE '{}'::jsonb END);
    ELSIF moved AND NEW.status = 'acknowledged' THEN
        PERFORM civic_private.notify(NEW.organization_id, task.assigned_by, 'task_acknowledged', 'report', NEW.id,
            words);
    ELSIF moved AND NEW.status = 'in_progress' THEN
        IF OLD.status = 'pending_verification' THEN
            PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'resolution_rejected', 'report', NEW.id,
                words || jsonb_build_object('reason', NEW.rework_reason));
        ELSIF OLD.status = 'on_hold' THEN
            PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'work_resumed', 'report', NEW.id, words);
        ELSE
            PERFORM civic_private.notify(NEW.organization_id, task.assigned_by, 'task_started', 'report', NEW.id,
                words);
        END IF;
    ELSIF moved AND NEW.status = 'on_hold' THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'on_hold', 'report', NEW.id, words);
    ELSIF moved AND NEW.status = 'resolved' THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'resolution_approved', 'report', NEW.id,
            words);
        PERFORM civic_private.notify(NEW.organization_id, task.assigned_by, 'task_completed', 'report', NEW.id, words);
    ELSIF moved AND NEW.status = 'pending_verification' THEN
        PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'approve:task_completion',
            'verification_required', 'report', NEW.id, words);
    ELSIF moved AND NEW.status = 'assignment_rejected' THEN
        PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'assign:task', 'assignment_rejected',
            'report', NEW.id, words || jsonb_build_object('reason', NEW.assignment_rejection_reason));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_report() IS
    'AFTER UPDATE row trigger on civic.reports whose status or officer changed: tells the reporter each move, the'
    ' people of the family how it ends, the officer what is theirs and how their work was judged, who gave it to them'
    ' that it goes on, and administrators what waits for them.';

CREATE FUNCTION civic_private.tell_of_hold() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words jsonb := jsonb_build_object('report_number', NEW.report_number, 'title', NEW.title, 'reason', OLD.hold_reason,
        'until', NEW.estimated_resume_date);
BEGIN
    IF NEW.hold_approval_required THEN
        PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'hold:any_report',
            'hold_approval_requested', 'report', NEW.id, words);
    ELSIF NEW.status = 'on_hold' THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'hold_approved', 'report', NEW.id, words);
    ELSE
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'hold_rejected', 'report', NEW.id, words);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_hold() IS
    'AFTER UPDATE row trigger on civic.reports: tells the administrators that approval of a hold is asked for, and the'
    ' officer what they say.';
