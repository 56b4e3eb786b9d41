CREATE FUNCTION civic.resolve_conflict(
    conflict_id uuid, strategy civic.sync_resolution, merged_data jsonb DEFAULT NULL
) RETURNS civic.sync_conflicts
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.sync_conflicts;
    outcome jsonb;
BEGIN
    SELECT c.* INTO result FROM civic.sync_conflicts AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.id = resolve_conflict.conflict_id
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the conflict does not exist',
            HINT = 'civic.sync_conflicts lists those of your devices.';
    ELSIF result.resolved THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC081',
            MESSAGE = 'the conflict has been resolved already',
            DETAIL = format('By %s, at %s.', result.resolution_strategy, result.resolved_at),
            HINT = 'Change the row itself.';
    END IF;
    outcome := CASE strategy WHEN 'server_wins' THEN result.server_version WHEN 'client_wins' THEN result.client_version
        ELSE merged_data END;
    IF jsonb_typeof(outcome) IS DISTINCT FROM 'object'
        OR ARRAY(SELECT k.key FROM jsonb_object_keys(outcome) AS k (key) ORDER BY k.key)
            <> ARRAY(SELECT k.key FROM jsonb_object_keys(result.client_version) AS k (key) ORDER BY k.key) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC080',
            MESSAGE = 'a merge needs a value for each column of the conflict, and for no other',
            DETAIL = format('The columns are %s.', (
                SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(result.client_version) AS k (key)
            )),
            HINT = 'Give them as merged_data.';
    END IF;
    IF strategy <> 'server_wins' THEN
        PERFORM civic_helpers.sync_write(result.entity_type, result.entity_id, outcome);
    END IF;
    UPDATE civic.sync_conflicts AS c SET
        resolution_strategy = strategy, resolved_at = now(), resolved_by = civic.current_user_id(),
        resolved_data = outcome
    WHERE c.organization_id = result.organization_id AND c.id = result.id
    RETURNING c.* INTO result;
    UPDATE civic.offline_actions AS o SET status = 'applied'
    WHERE o.organization_id = result.organization_id AND o.id = result.action_id AND o.status = 'conflict'
        AND NOT EXISTS (
            SELECT FROM civic.sync_conflicts AS c
            WHERE c.organization_id = o.organization_id AND c.action_id = o.id AND NOT c.resolved
        );
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.resolve_conflict(uuid, civic.sync_resolution, jsonb) IS
    'Decides a conflict of one of the asker''s devices: the server stays as it is, the device gets what it wanted, or'
    ' both get merged_data, which holds every column of the conflict. Errors: PT404 no such conflict, ZC081 resolved'
    ' already, ZC080 merged_data does not fit, 42501 the row is not open to the caller any more.';
