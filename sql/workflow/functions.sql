CREATE FUNCTION civic.effective_transitions(workflow text) RETURNS SETOF civic.workflow_transitions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT ON (t.from_status, t.to_status) t.*
    FROM civic.workflow_transitions AS t
    WHERE t.workflow = effective_transitions.workflow
        AND t.organization_id IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000')
    ORDER BY t.from_status, t.to_status, t.organization_id DESC
$$;
COMMENT ON FUNCTION civic.effective_transitions(text) IS
    'Rules of a workflow as they hold in the current organization: its own where it has one, else the built-in.';

CREATE FUNCTION civic.enable_transition(
    workflow text, from_status text, to_status text, is_enabled boolean DEFAULT true
) RETURNS civic.workflow_transitions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.workflow_transitions;
BEGIN
    INSERT INTO civic.workflow_transitions AS t
        (workflow, from_status, to_status, actors, permission_code, reason_column, reason_min, reason_max,
            required_columns, changed_columns, cleared_columns, is_enabled, description)
    SELECT b.workflow, b.from_status, b.to_status, b.actors, b.permission_code, b.reason_column, b.reason_min,
        b.reason_max, b.required_columns, b.changed_columns, b.cleared_columns, enable_transition.is_enabled,
        b.description
    FROM civic.effective_transitions(enable_transition.workflow) AS b
    WHERE b.from_status IS NOT DISTINCT FROM enable_transition.from_status
        AND b.to_status = enable_transition.to_status
    ON CONFLICT ON CONSTRAINT workflow_transitions_move_key DO UPDATE SET is_enabled = excluded.is_enabled
    RETURNING t.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object',
            MESSAGE = format('workflow "%s" has no move from "%s" to "%s"', enable_transition.workflow,
                enable_transition.from_status, enable_transition.to_status),
            HINT = 'civic.effective_transitions() lists the moves.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.enable_transition(text, text, text, boolean) IS
    'Takes a built-in move into use in the current organization, or out of use, by a row of its own. Needs permission'
    ' manage:workflow. Errors: 42501 not open to the caller, 42704 no such move.';
