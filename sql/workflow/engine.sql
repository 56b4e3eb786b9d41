CREATE FUNCTION civic_private.actor_bits(actors civic.transition_actor[]) RETURNS pg_catalog.int4
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
    SELECT coalesce(pg_catalog.bit_or(CASE a.kind
        WHEN 'anyone'::civic.transition_actor THEN 1
        WHEN 'assignee'::civic.transition_actor THEN 2
        WHEN 'creator'::civic.transition_actor THEN 4
        ELSE 8 END), 0)
    FROM pg_catalog.unnest(actors) AS a (kind));
COMMENT ON FUNCTION civic_private.actor_bits(civic.transition_actor[]) IS
    'The kinds of actors as the bits the guard works with.';

CREATE FUNCTION civic.guard_status() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_guard_status';
COMMENT ON FUNCTION civic.guard_status() IS
    'BEFORE INSERT OR UPDATE row trigger that lets a status column move only along the rules of'
    ' civic.workflow_transitions. Arguments: workflow, status column, assignee column, creator column (each of the'
    ' last two may be an empty string). Errors: ZC001 no such move, ZC002 reason or column missing, ZC003 not open to'
    ' the caller.';

CREATE FUNCTION civic.record_status() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_record_status';
COMMENT ON FUNCTION civic.record_status() IS
    'AFTER INSERT OR UPDATE row trigger with the arguments of guard_status: writes civic.status_history.';

CREATE FUNCTION civic.allowed_transitions(
    workflow text,
    entity_id uuid,
    OUT to_status text,
    OUT reason_column text,
    OUT reason_min integer,
    OUT reason_max integer,
    OUT required_columns text[],
    OUT changed_columns text[]
) RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE ROWS 5 AS 'MODULE_PATHNAME', 'civic_allowed_transitions';
COMMENT ON FUNCTION civic.allowed_transitions(text, uuid) IS
    'Moves the guard would let the caller make with a row, and what each needs: a reason of so many characters in a'
    ' column, columns that must not be null, columns that must get another value. No rows when the caller cannot see'
    ' the row. Error 42704 for a workflow that guards no table.';

CREATE FUNCTION civic_private.project_report() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_project_report';
COMMENT ON FUNCTION civic_private.project_report() IS
    'AFTER row trigger on civic.reports: brings the task into the state the status of the report means.';

CREATE FUNCTION civic_helpers.is_projecting() RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_is_projecting';
COMMENT ON FUNCTION civic_helpers.is_projecting() IS
    'True while a report writes its task; triggers of your own on civic.tasks may want to know.';

CREATE FUNCTION civic_helpers.refuse_update(report_id uuid, to_status text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    current_status text;
BEGIN
    SELECT r.status INTO current_status FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = refuse_update.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the report does not exist',
            DETAIL = 'No report with this id is visible to you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ZC003',
        MESSAGE = format('you may not move the report from "%s" to "%s"', current_status, to_status),
        DETAIL = 'You can see this report but not change it.',
        HINT = (
            SELECT coalesce(
                format('Moves open to you from "%s": %s.', current_status, string_agg(m.to_status, ', ')),
                format('No move from "%s" is open to you.', current_status))
            FROM civic.allowed_transitions('report', refuse_update.report_id) AS m
            HAVING count(*) > 0
            UNION ALL SELECT format('No move from "%s" is open to you.', current_status)
            LIMIT 1
        ),
        TABLE = 'reports', COLUMN = 'status', SCHEMA = 'civic';
END
$$;
COMMENT ON FUNCTION civic_helpers.refuse_update(uuid, text) IS
    'Raises the reason why an update found no report to change: ZC003 where it is visible, PT404 where it is not.';

CREATE FUNCTION civic.transition(workflow text, entity_id uuid, to_status text, reason text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    guard record;
    reason_column text;
    moved uuid;
BEGIN
    SELECT t.tgrelid::regclass AS relation,
        split_part(encode(t.tgargs, 'escape'), '\000', 2) AS status_column
    INTO guard FROM pg_trigger AS t
    WHERE t.tgfoid = 'civic.guard_status()'::regprocedure AND NOT t.tgisinternal
        AND split_part(encode(t.tgargs, 'escape'), '\000', 1) = transition.workflow;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object',
            MESSAGE = format('workflow "%s" does not exist', transition.workflow),
            DETAIL = 'No table has a guard_status trigger for it.';
    END IF;
    SELECT m.reason_column INTO reason_column
    FROM civic.allowed_transitions(transition.workflow, transition.entity_id) AS m
    WHERE m.to_status = transition.to_status;
    EXECUTE format('UPDATE %s SET %I = %L%s WHERE organization_id = civic.current_organization_id() AND id = $1'
        ' RETURNING id', guard.relation, guard.status_column, transition.to_status,
        CASE WHEN reason_column IS NULL THEN '' ELSE format(', %I = $2', reason_column) END)
    INTO moved USING transition.entity_id, transition.reason;
    IF moved IS NULL THEN
        IF transition.workflow = 'report' THEN
            PERFORM civic_helpers.refuse_update(transition.entity_id, transition.to_status);
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = format('the %s does not exist', transition.workflow),
            DETAIL = 'No row with this id can be changed by you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic.transition(text, uuid, text, text) IS
    'Moves a row of any guarded table; the reason goes to the column the rule names. Moves that need other columns'
    ' have functions of their own, such as civic.assign_officer(). Errors: ZC001 to ZC003 refused by the guard, 22P02'
    ' no such status, 42704 no such workflow, PT404 no such row.';

CREATE FUNCTION civic.bulk_transition(workflow text, entity_ids uuid[], to_status text, reason text DEFAULT NULL)
    RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entity uuid;
    moved uuid[] := '{}';
    failed uuid[] := '{}';
    errors jsonb := '[]';
BEGIN
    IF cardinality(entity_ids) > 100 THEN
        RAISE EXCEPTION USING ERRCODE = 'program_limit_exceeded',
            MESSAGE = 'too many rows for one call',
            DETAIL = format('At most 100 are allowed, not %s.', cardinality(entity_ids)),
            HINT = 'Split the list.';
    END IF;
    FOREACH entity IN ARRAY entity_ids LOOP
        BEGIN
            PERFORM civic.transition(bulk_transition.workflow, entity, bulk_transition.to_status,
                bulk_transition.reason);
            moved := moved || entity;
        EXCEPTION WHEN SQLSTATE 'ZC001' OR SQLSTATE 'ZC002' OR SQLSTATE 'ZC003' OR SQLSTATE 'ZC004' OR SQLSTATE 'ZC006'
            OR SQLSTATE 'PT404' OR check_violation THEN
            failed := failed || entity;
            errors := errors || jsonb_build_object('id', entity, 'code', SQLSTATE, 'message', SQLERRM);
        END;
    END LOOP;
    RETURN jsonb_build_object('total', cardinality(entity_ids), 'successful', cardinality(moved),
        'failed', cardinality(failed), 'errors', errors, 'successful_ids', to_jsonb(moved),
        'failed_ids', to_jsonb(failed));
END
$$;
COMMENT ON FUNCTION civic.bulk_transition(text, uuid[], text, text) IS
    'Moves up to 100 rows, each on its own: what is refused is listed with code and message, the others are moved.'
    ' Error 54000 for more.';
