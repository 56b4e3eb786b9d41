-- What src/workflow.c decides for workflow report, from civic.workflow_transitions at every row. It is written for
-- speed: no SET search_path, one look-up of the rule, and rows become JSON only where a rule names columns.
CREATE FUNCTION twin.is_admitted(
    rule civic.workflow_transitions, assigned_to uuid, user_id uuid
) RETURNS boolean LANGUAGE plpgsql STABLE
AS $$
DECLARE
    me record;
BEGIN
    IF 'anyone' = ANY (rule.actors) THEN
        RETURN true;
    END IF;
    me := twin.identity();
    RETURN coalesce('assignee' = ANY (rule.actors) AND assigned_to = me.person, false)
        OR coalesce('creator' = ANY (rule.actors) AND user_id = me.person, false)
        OR ('system' = ANY (rule.actors) AND me.is_system)
        OR (rule.permission_code IS NOT NULL AND me.person IS NOT NULL AND twin.has_permission(rule.permission_code));
END
$$;

CREATE FUNCTION twin.open_moves(
    organization uuid, from_status civic.report_status, assigned_to uuid, user_id uuid
) RETURNS text LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        format('Moves open to you from "%s": ', from_status)
            || string_agg(m.to_status, ', ' ORDER BY m.to_status::civic.report_status) || '.',
        format('No move from "%s" is open to you.', from_status))
    FROM (
        SELECT DISTINCT ON (t.to_status) t AS rule, t.to_status, t.is_enabled
        FROM civic.workflow_transitions AS t
        WHERE t.workflow = 'report' AND t.from_status = open_moves.from_status::text
            AND t.organization_id IN (organization, '00000000-0000-0000-0000-000000000000')
        ORDER BY t.to_status, t.organization_id DESC
    ) AS m
    WHERE m.is_enabled AND twin.is_admitted(m.rule, assigned_to, user_id)
$$;

CREATE FUNCTION twin.guard_status() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    rule civic.workflow_transitions;
    old_row jsonb;
    new_row jsonb;
    missing text;
    reason text;
    detail text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT t.* INTO rule FROM civic.workflow_transitions AS t
        WHERE t.organization_id IN (NEW.organization_id, '00000000-0000-0000-0000-000000000000')
            AND t.workflow = 'report' AND t.from_status IS NULL AND t.to_status = NEW.status::text
        ORDER BY t.organization_id DESC LIMIT 1;
        IF (rule.is_enabled AND twin.is_admitted(rule, NEW.assigned_to, NEW.user_id))
            OR twin.has_permission('import:data') THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'ZC003',
            MESSAGE = format('you may not create a report in status "%s"', NEW.status),
            DETAIL = 'Creating one that is not at its first status needs permission "import:data".',
            HINT = 'Leave the status out, and move it afterwards.';
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;

    SELECT t.* INTO rule FROM civic.workflow_transitions AS t
    WHERE t.organization_id IN (OLD.organization_id, '00000000-0000-0000-0000-000000000000')
        AND t.workflow = 'report' AND t.from_status = OLD.status::text AND t.to_status = NEW.status::text
    ORDER BY t.organization_id DESC LIMIT 1;
    IF rule.is_enabled IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC001',
            MESSAGE = format('report cannot go from "%s" to "%s"', OLD.status, NEW.status),
            DETAIL = 'No rule of workflow "report" allows this move.',
            HINT = twin.open_moves(OLD.organization_id, OLD.status, OLD.assigned_to, OLD.user_id);
    END IF;
    IF NOT twin.is_admitted(rule, OLD.assigned_to, OLD.user_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC003',
            MESSAGE = format('you may not move the report from "%s" to "%s"', OLD.status, NEW.status),
            DETAIL = format('The move is open to %s.', coalesce(nullif(concat_ws(' or ', (
                SELECT string_agg('the ' || a.kind, ', ' ORDER BY a.kind)
                FROM unnest(rule.actors) AS a (kind)),
                'holders of permission "' || rule.permission_code || '"'), ''), 'nobody')),
            HINT = twin.open_moves(OLD.organization_id, OLD.status, OLD.assigned_to, OLD.user_id);
    END IF;

    IF rule.required_columns <> '{}' OR rule.changed_columns <> '{}' THEN
        new_row := to_jsonb(NEW);
        FOREACH missing IN ARRAY rule.required_columns LOOP
            detail := 'The column is null.';
            EXIT WHEN new_row -> missing = 'null';
            detail := NULL;
        END LOOP;
        IF detail IS NULL AND rule.changed_columns <> '{}' THEN
            old_row := to_jsonb(OLD);
            FOREACH missing IN ARRAY rule.changed_columns LOOP
                detail := 'The move needs another value in this column.';
                EXIT WHEN new_row -> missing IN ('null', old_row -> missing);
                detail := NULL;
            END LOOP;
        END IF;
    END IF;
    IF detail IS NULL AND rule.reason_column IS NOT NULL THEN
        missing := rule.reason_column;
        reason := CASE rule.reason_column
            WHEN 'hold_reason' THEN NEW.hold_reason
            WHEN 'rejection_reason' THEN NEW.rejection_reason
            WHEN 'rework_reason' THEN NEW.rework_reason
            WHEN 'assignment_rejection_reason' THEN NEW.assignment_rejection_reason
            ELSE to_jsonb(NEW) ->> rule.reason_column
        END;
        IF (length(btrim(reason)) BETWEEN rule.reason_min AND rule.reason_max) IS NOT TRUE THEN
            detail := format('The reason must have %s to %s characters; it has %s.', rule.reason_min, rule.reason_max,
                coalesce(length(btrim(reason)), 0));
        END IF;
    END IF;
    IF detail IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC002',
            MESSAGE = format('report cannot go from "%s" to "%s" without "%s"', OLD.status, NEW.status, missing),
            DETAIL = detail, HINT = format('Set column "%s" in the same update.', missing);
    END IF;

    IF rule.cleared_columns <> '{}' THEN
        NEW := jsonb_populate_record(NEW, (
            SELECT jsonb_object_agg(c.name, NULL) FROM unnest(rule.cleared_columns) AS c (name)));
    END IF;
    RETURN NEW;
END
$$;
