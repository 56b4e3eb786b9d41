-- What src/identity.c and src/permissions.c answer, from the settings and tables at every call.
CREATE SCHEMA twin;
GRANT USAGE ON SCHEMA twin TO civic_user, civic_service;

CREATE FUNCTION twin.parse_uuid(value text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF value !~ '^[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}$' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid identity: "%s"', value);
    END IF;
    RETURN value::uuid;
END
$$;

CREATE FUNCTION twin.claim(claims jsonb, name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF jsonb_typeof(claims -> name) NOT IN ('string', 'null') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('claim "%s" is not a string', name);
    END IF;
    RETURN nullif(claims ->> name, '');
END
$$;

-- is_system is told apart by the role that was set, because this runs as its owner.
CREATE FUNCTION twin.identity(
    OUT organization uuid, OUT person uuid, OUT department uuid, OUT is_system boolean
) RETURNS record LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
DECLARE
    claimed_organization uuid := twin.parse_uuid(nullif(current_setting('civic.organization_id', true), ''));
    claimed_person uuid := twin.parse_uuid(nullif(current_setting('civic.user_id', true), ''));
    claims_text text := nullif(current_setting('request.jwt.claims', true), '');
    claims jsonb;
    outer_role name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
    IF claims_text IS NOT NULL THEN
        claims := claims_text::jsonb;
        IF jsonb_typeof(claims) <> 'object' THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'request.jwt.claims is not a JSON object';
        END IF;
        IF jsonb_typeof(claims -> 'exp') NOT IN ('number', 'null') THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'claim "exp" is not a number';
        END IF;
        claimed_organization := coalesce(claimed_organization, twin.parse_uuid(twin.claim(claims, 'organization_id')));
        claimed_person := coalesce(claimed_person, twin.parse_uuid(twin.claim(claims, 'sub')));
        IF (claims ->> 'exp')::float8 <= date_part('epoch', now()) THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC005', MESSAGE = 'the caller''s identity has expired';
        END IF;
    END IF;
    is_system := claimed_person IS NULL
        AND (pg_has_role(outer_role, 'civic_owner', 'USAGE') OR pg_has_role(outer_role, 'civic_service', 'USAGE'));
    IF claimed_organization IS NULL
        AND (claimed_person IS NOT NULL OR pg_has_role(outer_role, 'civic_owner', 'USAGE')) THEN
        SELECT o.id INTO claimed_organization FROM civic.organizations AS o WHERE o.is_default AND o.is_active;
    END IF;
    IF claimed_person IS NULL THEN
        SELECT o.id INTO organization FROM civic.organizations AS o WHERE o.id = claimed_organization AND o.is_active;
    ELSE
        SELECT u.organization_id, u.id, u.department_id INTO organization, person, department
        FROM civic.users AS u JOIN civic.organizations AS o ON o.id = u.organization_id
        WHERE u.organization_id = claimed_organization AND u.id = claimed_person AND u.is_active AND o.is_active;
    END IF;
END
$$;

CREATE FUNCTION twin.current_organization_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$ BEGIN RETURN (twin.identity()).organization; END $$;
CREATE FUNCTION twin.current_user_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$ BEGIN RETURN (twin.identity()).person; END $$;
CREATE FUNCTION twin.current_department_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$ BEGIN RETURN (twin.identity()).department; END $$;

CREATE FUNCTION twin.has_permission(permission text) RETURNS boolean
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
AS $$
DECLARE
    me record := twin.identity();
BEGIN
    IF NOT EXISTS (SELECT FROM civic.permissions AS p WHERE p.code = permission) THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('permission "%s" does not exist', permission);
    END IF;
    RETURN me.is_system OR EXISTS (
        SELECT FROM civic.user_roles AS ur
        JOIN civic.role_permissions AS rp
            ON rp.organization_id = ur.role_organization_id AND rp.role_id = ur.role_id
        WHERE ur.organization_id = me.organization AND ur.user_id = me.person AND rp.permission_code = permission
    );
END
$$;

CREATE FUNCTION twin.is_deal_visible(created_by uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN twin.has_permission('view_all_deals') OR twin.has_permission('access_verification_queue')
        OR coalesce(created_by = twin.current_user_id() AND twin.has_permission('view_own_deals'), false);
END
$$;
