CREATE FUNCTION civic_helpers.is_case_visible(created_by uuid, assigned_to uuid) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_is_case_visible';
COMMENT ON FUNCTION civic_helpers.is_case_visible(uuid, uuid) IS
    'Whether a case of the current organization that one person opened and another is in charge of, with what belongs'
    ' to it, is shown to the asker: they see all cases, or are one of the two. The one place of the rule.';

CREATE FUNCTION civic_private.check_case() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.assigned_to IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.assigned_to IS DISTINCT FROM OLD.assigned_to)
        AND NOT civic_private.person_has_permission(NEW.organization_id, NEW.assigned_to, 'work:case') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC100',
            MESSAGE = 'the case cannot be assigned to this person',
            DETAIL = 'The person is not active, or holds no role with permission "work:case".',
            HINT = 'Choose an active caseworker.',
            TABLE = 'cases', COLUMN = 'assigned_to', SCHEMA = 'civic';
    END IF;
    -- A case that goes back to an earlier state has nobody in charge, whatever the update says.
    IF NEW.status IN ('new', 'pending_review') THEN
        NEW.assigned_to := NULL;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_case() IS
    'BEFORE row trigger on civic.cases: only a caseworker is put in charge. Error ZC100.';

CREATE FUNCTION civic_private.log_case() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.case_logs (organization_id, case_id, user_id, action, details)
    VALUES (NEW.organization_id, NEW.id, civic.current_user_id(), 'assigned',
        jsonb_build_object('from', CASE TG_OP WHEN 'UPDATE' THEN OLD.assigned_to END, 'to', NEW.assigned_to));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.log_case() IS
    'AFTER row trigger on civic.cases: writes down who is put in charge, by whom, and in whose place.';

CREATE FUNCTION civic_private.follow_case() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.case_logs AS c SET case_assigned_to = NEW.assigned_to
    WHERE c.organization_id = NEW.organization_id AND c.case_id = NEW.id;
    UPDATE civic.case_documents AS c SET case_assigned_to = NEW.assigned_to
    WHERE c.organization_id = NEW.organization_id AND c.case_id = NEW.id;
    UPDATE civic.case_reports AS c SET case_assigned_to = NEW.assigned_to
    WHERE c.organization_id = NEW.organization_id AND c.case_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_case() IS
    'AFTER row trigger on civic.cases: what belongs to a case is shown to whoever is in charge of it.';

CREATE FUNCTION civic_private.take_case_keys() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The lock keeps the caseworker in charge from changing before the row is there to follow.
    SELECT c.created_by, c.assigned_to INTO NEW.case_created_by, NEW.case_assigned_to
    FROM civic.cases AS c
    WHERE c.organization_id = NEW.organization_id AND c.id = NEW.case_id
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'the case does not exist',
            DETAIL = 'No case with this id belongs to the organization.',
            HINT = 'Check case_id, and who you are signed in as.',
            TABLE = TG_TABLE_NAME, COLUMN = 'case_id', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.take_case_keys() IS
    'BEFORE INSERT row trigger on what belongs to a case: takes over who may see it. Error 23503.';

CREATE FUNCTION civic_private.check_case_report() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.is_system() AND NOT EXISTS (
        SELECT FROM civic.reports AS r
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'the report does not exist',
            DETAIL = 'No report with this id is visible to you.',
            HINT = 'Check report_id, and who you are signed in as.',
            TABLE = 'case_reports', COLUMN = 'report_id', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_case_report() IS
    'BEFORE INSERT row trigger on civic.case_reports: nobody links what they cannot see. Error 23503.';

CREATE FUNCTION civic_private.tell_case() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words jsonb := jsonb_build_object('title', NEW.title, 'status', NEW.status, 'reason', NEW.return_reason);
BEGIN
    IF NEW.assigned_to IS DISTINCT FROM OLD.assigned_to AND NEW.assigned_to IS NOT NULL THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.assigned_to, 'case_assigned', 'case', NEW.id, words);
    END IF;
    IF NEW.status <> OLD.status THEN
        IF NEW.status = 'pending_review' THEN
            PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'assign:case', 'case_submitted',
                'case', NEW.id, words);
        ELSE
            PERFORM civic_private.notify(NEW.organization_id, NEW.created_by, 'case_status_changed', 'case', NEW.id,
                words);
        END IF;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_case() IS
    'AFTER UPDATE row trigger on civic.cases: tells chairs what waits for them, a caseworker what is theirs, and the'
    ' clerk how it goes on.';
