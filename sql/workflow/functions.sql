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
