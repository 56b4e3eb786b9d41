CREATE FUNCTION civic.current_user_profile() RETURNS civic.users
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u FROM civic.users AS u
    WHERE u.organization_id = civic.current_organization_id() AND u.id = civic.current_user_id()
$$;
COMMENT ON FUNCTION civic.current_user_profile() IS 'The row of the person who asks, or null.';

CREATE FUNCTION civic.my_permissions() RETURNS SETOF civic.permissions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.* FROM civic.permissions AS p WHERE civic.has_permission(p.code) ORDER BY p.code
$$;
COMMENT ON FUNCTION civic.my_permissions() IS 'Permissions the asker holds in the current organization.';
