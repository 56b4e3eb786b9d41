CREATE FUNCTION civic_private.tell_of_deadline() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words jsonb;
BEGIN
    SELECT jsonb_build_object('report_number', r.report_number, 'title', r.title,
        'deadline', civic_private.local_time(NEW.sla_deadline, o.time_zone)) INTO words
    FROM civic.reports AS r JOIN civic.organizations AS o ON o.id = r.organization_id
    WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    IF NEW.sla_state = 'warning' THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'sla_warning', 'report', NEW.report_id,
            words);
    ELSE
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'sla_violated', 'report', NEW.report_id,
            words);
        PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'assign:task', 'sla_violated', 'report',
            NEW.report_id, words);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_deadline() IS
    'AFTER UPDATE row trigger on civic.tasks: tells the officer that a deadline is near, and the officer and the'
    ' administrators that it was missed.';

CREATE FUNCTION civic_private.tell_of_escalation() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words jsonb;
BEGIN
    SELECT jsonb_build_object('report_number', r.report_number, 'title', r.title, 'level', NEW.level,
        'reason', replace(NEW.reason::text, '_', ' '), 'description', NEW.description) INTO words
    FROM civic.reports AS r WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    IF NEW.escalated_to_user_id IS NOT NULL THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.escalated_to_user_id, 'escalation_assigned', 'escalation',
            NEW.id, words);
    ELSE
        PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'assign:task', 'escalation_created',
            'escalation', NEW.id, words);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_escalation() IS
    'AFTER row trigger on civic.escalations that are new or brought to somebody: tells that person, or the'
    ' administrators while it is nobody''s.';
