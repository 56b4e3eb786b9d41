CREATE FUNCTION civic.current_user_profile() RETURNS SETOF civic.users
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.* FROM civic.users AS u
    WHERE u.organization_id = civic.current_organization_id() AND u.id = civic.current_user_id()
$$;
COMMENT ON FUNCTION civic.current_user_profile() IS 'The row of the person who asks; none for nobody.';

CREATE FUNCTION civic.my_permissions() RETURNS SETOF civic.permissions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.* FROM civic.permissions AS p WHERE civic.has_permission(p.code) ORDER BY p.code
$$;
COMMENT ON FUNCTION civic.my_permissions() IS 'Permissions the asker holds in the current organization.';

CREATE FUNCTION civic.user_with_roles(email text) RETURNS TABLE (
    user_id uuid, user_email text, full_name text, status civic.user_status, roles text[]
)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.email, u.full_name, u.status, ARRAY(
        SELECT r.code FROM civic.user_roles AS ur
        JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
        WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id
        ORDER BY r.level DESC, r.code
    )
    FROM civic.users AS u
    WHERE u.organization_id = civic.current_organization_id() AND lower(u.email) = lower(user_with_roles.email)
$$;
COMMENT ON FUNCTION civic.user_with_roles(text) IS
    'The person with an e-mail, whatever its case, and the codes of their roles, the highest first. No row when there'
    ' is none that the asker can see.';

CREATE FUNCTION civic.create_role(
    code text, name text, description text DEFAULT NULL, permissions text[] DEFAULT '{}'
) RETURNS civic.roles
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.roles;
BEGIN
    INSERT INTO civic.roles AS r (code, name, description)
    VALUES (create_role.code, create_role.name, create_role.description)
    RETURNING r.* INTO result;
    INSERT INTO civic.role_permissions (role_id, permission_code)
    SELECT result.id, p.code FROM unnest(create_role.permissions) AS p (code) GROUP BY p.code;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.create_role(text, text, text, text[]) IS
    'Makes a role of the organization''s own that holds these permissions, and returns it; give it to people with'
    ' civic.give_role(). Needs permission can_manage_roles, and nobody gives a permission they do not hold. Errors:'
    ' 42501 not open to the caller, 23505 the code is taken, 42704 or 23503 no such permission, 23514 malformed code.';

CREATE FUNCTION civic.set_role_permissions(role_code text, permissions text[]) RETURNS text[]
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target civic.roles;
BEGIN
    SELECT r.* INTO target FROM civic.roles AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.code = role_code;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object',
            MESSAGE = format('the organization has no role "%s" of its own', role_code),
            DETAIL = 'Permissions of built-in roles cannot be changed.',
            HINT = 'Make a role with civic.create_role().';
    END IF;
    IF NOT (civic.has_permission('can_manage_roles') OR civic.is_system()) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('you may not change role "%s"', role_code),
            DETAIL = 'That needs permission "can_manage_roles".',
            HINT = 'Ask an administrator.';
    END IF;
    -- Of two who set them at once, the second sets them all.
    PERFORM FROM civic.roles AS r
    WHERE r.organization_id = target.organization_id AND r.id = target.id FOR NO KEY UPDATE;
    DELETE FROM civic.role_permissions AS rp
    WHERE rp.organization_id = target.organization_id AND rp.role_id = target.id
        AND rp.permission_code <> ALL (permissions);
    INSERT INTO civic.role_permissions (role_id, permission_code)
    SELECT target.id, p.code FROM unnest(permissions) AS p (code)
    WHERE NOT EXISTS (
        SELECT FROM civic.role_permissions AS rp
        WHERE rp.organization_id = target.organization_id AND rp.role_id = target.id AND rp.permission_code = p.code
    )
    GROUP BY p.code;
    RETURN ARRAY(
        SELECT rp.permission_code FROM civic.role_permissions AS rp
        WHERE rp.organization_id = target.organization_id AND rp.role_id = target.id ORDER BY 1
    );
END
$$;
COMMENT ON FUNCTION civic.set_role_permissions(text, text[]) IS
    'Makes a role of the organization''s own hold exactly these permissions, and returns them sorted; people who have'
    ' the role have them from their next statement on. Needs permission can_manage_roles, and nobody gives a permission'
    ' they do not hold. Errors: 42501 not open to the caller, 42704 no such role or permission.';

CREATE FUNCTION civic.delete_role(role_code text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM civic.roles AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.code = role_code;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object',
            MESSAGE = format('there is no role "%s" that you could delete', role_code),
            DETAIL = 'Built-in roles stay; others need permission "can_manage_roles".',
            HINT = 'civic.roles lists the roles.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic.delete_role(text) IS
    'Deletes a role of the organization''s own that nobody has. Needs permission can_manage_roles. Errors: 42704 no'
    ' such role, 23503 somebody has it.';
