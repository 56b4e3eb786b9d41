CREATE FUNCTION civic.engine_version() RETURNS pg_catalog.text
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_engine_version';
COMMENT ON FUNCTION civic.engine_version() IS
    'Version the loaded library was built for. Differs from the version of the extension between installing new files'
    ' and ALTER EXTENSION civic UPDATE.';

CREATE FUNCTION civic.is_restoring() RETURNS pg_catalog.bool
    LANGUAGE c STABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_is_restoring';
COMMENT ON FUNCTION civic.is_restoring() IS
    'True when CREATE EXTENSION civic would leave the tables to a restore: setting civic.restoring is on, or'
    ' row_security is off, as every dump sets it.';

CREATE FUNCTION civic.uuid_v7() RETURNS pg_catalog.uuid
    LANGUAGE c VOLATILE PARALLEL SAFE STRICT COST 1 AS 'MODULE_PATHNAME', 'civic_uuid_v7';
COMMENT ON FUNCTION civic.uuid_v7() IS
    'A new identifier that sorts by time: version 7 of RFC 9562, with a 12-bit counter after the milliseconds.';

CREATE FUNCTION civic.current_organization_id() RETURNS pg_catalog.uuid
    LANGUAGE c STABLE PARALLEL SAFE STRICT COST 1 AS 'MODULE_PATHNAME', 'civic_current_organization_id';
COMMENT ON FUNCTION civic.current_organization_id() IS
    'Organization the session works for, or null. From setting civic.organization_id, else claim organization_id of'
    ' request.jwt.claims, else the default organization where a person or an administrator asks. Null when the person'
    ' is unknown or not active in it. Error 22023 for a malformed value, ZC005 for an expired token.';

CREATE FUNCTION civic.current_user_id() RETURNS pg_catalog.uuid
    LANGUAGE c STABLE PARALLEL SAFE STRICT COST 1 AS 'MODULE_PATHNAME', 'civic_current_user_id';
COMMENT ON FUNCTION civic.current_user_id() IS
    'Person the session works for, or null. From setting civic.user_id, else claim sub of request.jwt.claims; only a'
    ' person who is active in the current organization counts. Error 22023 for a malformed value, ZC005 for an'
    ' expired token.';

CREATE FUNCTION civic.current_department_id() RETURNS pg_catalog.uuid
    LANGUAGE c STABLE PARALLEL SAFE STRICT COST 1 AS 'MODULE_PATHNAME', 'civic_current_department_id';
COMMENT ON FUNCTION civic.current_department_id() IS 'Department of the person who asks, or null.';

CREATE FUNCTION civic.current_role_level() RETURNS pg_catalog.int4
    LANGUAGE c STABLE PARALLEL SAFE STRICT COST 1 AS 'MODULE_PATHNAME', 'civic_current_role_level';
COMMENT ON FUNCTION civic.current_role_level() IS
    'Level of the asker on the civic ladder: citizen 1, contributor 2, moderator 3, nodal_officer 4, auditor 5, admin'
    ' 6, super_admin 7; 0 for anybody else.';

CREATE FUNCTION civic.has_permission(permission pg_catalog.text) RETURNS pg_catalog.bool
    LANGUAGE c STABLE PARALLEL SAFE STRICT COST 1 AS 'MODULE_PATHNAME', 'civic_has_permission';
COMMENT ON FUNCTION civic.has_permission(text) IS
    'Whether the asker holds a permission of civic.permissions in the current organization, through any of their'
    ' roles. Always true for a session of the system; a session of civic_auditor that names nobody holds those of role'
    ' auditor. Error 42704 for a permission that does not exist.';

CREATE FUNCTION civic.is_system() RETURNS pg_catalog.bool
    LANGUAGE c STABLE PARALLEL SAFE STRICT COST 1 AS 'MODULE_PATHNAME', 'civic_is_system';
COMMENT ON FUNCTION civic.is_system() IS
    'True for jobs and administrators: no person is named, and the database role is civic_service, civic_owner or a'
    ' superuser.';

CREATE FUNCTION civic_private.signal_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_signal_change';
COMMENT ON FUNCTION civic_private.signal_change() IS
    'Statement trigger: tells every backend, when the change commits, that the named cache is out of date.';

CREATE FUNCTION civic.guard_columns() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_guard_columns';
COMMENT ON FUNCTION civic.guard_columns() IS
    'BEFORE UPDATE row trigger. Argument "column": it may never change; "column=permission": only who holds the'
    ' permission may change it. Error ZC004.';

CREATE FUNCTION civic.touch() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_touch';
COMMENT ON FUNCTION civic.touch() IS
    'BEFORE UPDATE row trigger: sets the column named by its first argument to the time of the transaction; with two'
    ' more arguments, the column of the third as well where that of the second changes.';

CREATE FUNCTION civic.can_manage_role(role_code text) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target record;
    own integer := civic.current_role_level();
BEGIN
    SELECT r.id, r.organization_id, r.level, r.family, r.assign_permission, r.is_system INTO target
    FROM civic.roles AS r
    WHERE r.organization_id IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000')
        AND r.code = role_code
    ORDER BY r.organization_id DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object',
            MESSAGE = format('role "%s" does not exist', role_code),
            HINT = 'Table civic.roles lists them.';
    END IF;
    IF civic.is_system() THEN
        RETURN true;
    END IF;
    IF NOT civic.has_permission(target.assign_permission) THEN
        RETURN false;
    END IF;
    -- Nobody gets through a role of the organization what they do not have.
    IF NOT target.is_system AND EXISTS (
        SELECT FROM civic.role_permissions AS rp
        WHERE rp.organization_id = target.organization_id AND rp.role_id = target.id
            AND NOT civic.has_permission(rp.permission_code)
    ) THEN
        RETURN false;
    END IF;
    -- On the ladder: super_admin any, admin any below admin, auditor none, others strictly below themselves.
    RETURN target.family <> 'civic' OR CASE own WHEN 7 THEN true WHEN 5 THEN false ELSE target.level < own END;
END
$$;
COMMENT ON FUNCTION civic.can_manage_role(text) IS
    'Whether the asker may give or take a role: the permission the role names, and on the civic ladder also the level'
    ' rule (super_admin any; admin any but admin and super_admin; auditor none; others strictly lower). For a role of'
    ' the organization the asker must also hold all its permissions. Error 42704 for a role that does not exist.';

CREATE FUNCTION civic.protect_table(target pg_catalog.regclass) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY tenant ON %s AS RESTRICTIVE'
        ' USING (organization_id = civic.current_organization_id())'
        ' WITH CHECK (organization_id = civic.current_organization_id())', target);
    EXECUTE format('CREATE POLICY service ON %s TO civic_service USING (true) WITH CHECK (true)', target);
    EXECUTE format('CREATE POLICY auditor ON %s FOR SELECT TO civic_auditor USING (true)', target);
END
$$;
COMMENT ON FUNCTION civic.protect_table(pg_catalog.regclass) IS
    'Puts a table with a column organization_id under row security: rows of other organizations do not exist for'
    ' anybody, civic_service may write and civic_auditor read what is left. Who else may do what is for further,'
    ' permissive policies. For tables of your own as well; the caller must own the table.';

CREATE FUNCTION civic_private.complete_profile() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.profile_completion := CASE
        WHEN num_nonnulls(NEW.full_name, NEW.email, NEW.primary_address) = 3 THEN 'complete'
        WHEN NEW.full_name IS NOT NULL THEN 'basic'
        ELSE 'minimal'
    END;
    -- Another number or address has not been verified yet.
    IF TG_OP = 'UPDATE' AND NOT civic.has_permission('update:any_profile') THEN
        NEW.phone_verified := NEW.phone_verified AND NEW.phone IS NOT DISTINCT FROM OLD.phone;
        NEW.email_verified := NEW.email_verified AND NEW.email IS NOT DISTINCT FROM OLD.email;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.complete_profile() IS
    'BEFORE row trigger on civic.users: computes profile_completion, and unsets verified where a person changes their'
    ' telephone number or e-mail.';

CREATE FUNCTION civic_private.check_last_admin(organization uuid, leaving uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Two administrators who leave at once must see each other. A write, because a mere lock would let the second go on
    -- with an old snapshot under REPEATABLE READ.
    UPDATE civic.organizations AS o SET updated_at = now() WHERE o.id = organization;
    IF NOT EXISTS (
        SELECT FROM civic.user_roles AS ur
        JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
        JOIN civic.users AS u ON u.organization_id = ur.organization_id AND u.id = ur.user_id
        WHERE ur.organization_id = organization AND ur.user_id <> leaving AND u.is_active
            AND r.family = 'civic' AND r.level >= 6
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = 'the last administrator of an organization cannot be removed',
            DETAIL = 'No other active person of the organization is admin or super_admin.',
            HINT = 'Make somebody else administrator first.',
            TABLE = 'user_roles', SCHEMA = 'civic';
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.check_last_admin(uuid, uuid) IS
    'Raises ZC007 when an organization would be left without an active administrator.';

CREATE FUNCTION civic_private.guard_account() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    level integer := (
        SELECT coalesce(max(r.level), 0) FROM civic.user_roles AS ur
        JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
        WHERE ur.organization_id = OLD.organization_id AND ur.user_id = OLD.id AND r.family = 'civic'
    );
BEGIN
    IF level >= 6 AND OLD.status = 'active' AND NEW.status <> 'active' THEN
        PERFORM civic_private.check_last_admin(OLD.organization_id, OLD.id);
    END IF;
    -- The account of an administrator could be taken over through its telephone number or e-mail.
    IF NOT civic.is_system() AND level >= civic.current_role_level() AND civic.current_role_level() < 7
        AND (NEW.status <> OLD.status OR (level >= 6 AND OLD.id IS DISTINCT FROM civic.current_user_id())) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = 'you may not change this account',
            DETAIL = 'The person stands as high as you on the civic ladder, or higher.',
            HINT = 'Ask somebody above them.', TABLE = 'users', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.guard_account() IS
    'BEFORE row trigger on civic.users for a change of status, telephone number or e-mail: status only of people'
    ' lower on the ladder and never of the last administrator, the others never of administrators on one''s own level'
    ' or above. Error ZC007.';

CREATE FUNCTION civic_private.guard_user_role() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before civic.roles;
    after civic.roles;
    earned boolean := false;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT * INTO before FROM civic.roles AS r
        WHERE r.organization_id = OLD.role_organization_id AND r.id = OLD.role_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT * INTO after FROM civic.roles AS r
        WHERE r.organization_id = NEW.role_organization_id AND r.id = NEW.role_id;
        IF after.code IS NULL THEN
            RETURN NEW;
        END IF;
        earned := TG_OP = 'UPDATE' AND NEW.is_automatic AND before.code = 'citizen' AND after.code = 'contributor'
            AND civic_private.is_due_for_promotion(NEW.organization_id, NEW.user_id);
        NEW.is_automatic := earned;
        NEW.family := after.family;
        NEW.assigned_at := now();
        NEW.assigned_by := CASE WHEN earned THEN NULL WHEN civic.is_system() THEN NEW.assigned_by
            ELSE civic.current_user_id() END;
    END IF;

    IF TG_OP = 'UPDATE' AND (NEW.organization_id, NEW.user_id) <> (OLD.organization_id, OLD.user_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = 'a role cannot be moved to another person',
            HINT = 'Take it from the one and give it to the other.';
    END IF;
    IF TG_OP <> 'INSERT' AND NOT earned AND NOT civic.is_system() AND NOT civic.can_manage_role(before.code) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('you may not take role "%s"', before.code),
            HINT = 'Ask somebody for whom civic.can_manage_role() is true.', TABLE = 'user_roles', SCHEMA = 'civic';
    END IF;
    -- Everybody starts as citizen; any other role is given by somebody.
    IF TG_OP <> 'DELETE' AND NOT earned AND NOT civic.is_system() AND NOT civic.can_manage_role(after.code)
        AND NOT (TG_OP = 'INSERT' AND after.code = 'citizen') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('you may not give role "%s"', after.code),
            HINT = 'Ask somebody for whom civic.can_manage_role() is true.', TABLE = 'user_roles', SCHEMA = 'civic';
    END IF;
    IF TG_OP = 'DELETE' AND before.family = 'civic' AND NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('role "%s" is changed, not taken', before.code),
            HINT = 'Call civic.change_role(), or set the status of the person to inactive.',
            TABLE = 'user_roles', SCHEMA = 'civic';
    END IF;
    IF TG_OP = 'UPDATE' AND before.family = 'civic' AND before.code <> after.code AND NOT EXISTS (
        SELECT FROM civic.workflow_transitions AS t
        WHERE t.workflow = 'role' AND t.from_status = before.code AND t.to_status = after.code AND t.is_enabled
            AND t.organization_id = (
                SELECT max(o.organization_id::text)::uuid FROM civic.workflow_transitions AS o
                WHERE o.workflow = 'role' AND o.from_status = before.code AND o.to_status = after.code
                    AND o.organization_id IN (NEW.organization_id, '00000000-0000-0000-0000-000000000000')
            )
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('role cannot change from "%s" to "%s"', before.code, after.code),
            DETAIL = 'No rule of workflow "role" allows this change.',
            HINT = (
                SELECT format('Roles that follow "%s": %s.', before.code,
                    coalesce(string_agg(DISTINCT t.to_status, ', '), 'none'))
                FROM civic.workflow_transitions AS t
                WHERE t.workflow = 'role' AND t.from_status = before.code AND t.is_enabled
                    AND t.organization_id IN (NEW.organization_id, '00000000-0000-0000-0000-000000000000')
            ),
            TABLE = 'user_roles', SCHEMA = 'civic';
    END IF;
    IF TG_OP <> 'INSERT' AND before.family = 'civic' AND before.level >= 6
        AND (TG_OP = 'DELETE' OR after.level < 6) THEN
        PERFORM civic_private.check_last_admin(OLD.organization_id, OLD.user_id);
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION civic_private.guard_user_role() IS
    'BEFORE row trigger on civic.user_roles: who may give or take a role, the order of the civic ladder, the last'
    ' administrator. Error ZC007.';

CREATE FUNCTION civic_private.record_role() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text;
    after text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT r.code INTO before FROM civic.roles AS r
        WHERE r.organization_id = OLD.role_organization_id AND r.id = OLD.role_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT r.code INTO after FROM civic.roles AS r
        WHERE r.organization_id = NEW.role_organization_id AND r.id = NEW.role_id;
    END IF;
    IF before IS DISTINCT FROM after THEN
        INSERT INTO civic.role_history (organization_id, user_id, old_role, new_role, changed_by, reason, automatic)
        SELECT CASE TG_OP WHEN 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END,
            CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END,
            before, after, CASE WHEN TG_OP <> 'DELETE' AND NEW.is_automatic THEN NULL ELSE civic.current_user_id() END,
            CASE TG_OP WHEN 'DELETE' THEN NULL ELSE NEW.reason END,
            civic.is_system() OR (TG_OP <> 'DELETE' AND NEW.is_automatic);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.record_role() IS 'AFTER row trigger on civic.user_roles: writes civic.role_history.';

CREATE FUNCTION civic_private.protect_system_role() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND NOT NEW.is_system AND EXISTS (
        SELECT FROM civic.roles AS r WHERE r.is_system AND r.code = NEW.code
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('role "%s" is built in', NEW.code),
            HINT = 'Choose another code.', TABLE = 'roles', COLUMN = 'code', SCHEMA = 'civic';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF OLD.is_system AND (TG_OP = 'DELETE'
        OR (NEW.organization_id, NEW.id, NEW.code, NEW.family, NEW.level, NEW.is_system)
            <> (OLD.organization_id, OLD.id, OLD.code, OLD.family, OLD.level, OLD.is_system)) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('system role "%s" cannot be renamed or deleted', OLD.code),
            HINT = 'Create a role of your own and give it the permissions you need.',
            TABLE = 'roles', SCHEMA = 'civic';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION civic_private.protect_system_role() IS
    'BEFORE row trigger on civic.roles: built-in roles stay as they are, and no other has the code of one. Error'
    ' ZC007.';

CREATE FUNCTION civic_private.refuse_change() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What a row says stays; to whom it is shown follows the row it speaks of.
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ZC004',
        MESSAGE = format('rows of "%s" cannot be changed or deleted', TG_TABLE_NAME),
        DETAIL = 'The table records what happened.', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
END
$$;
COMMENT ON FUNCTION civic_private.refuse_change() IS
    'BEFORE trigger for UPDATE, DELETE and TRUNCATE on tables that record what happened. Arguments: columns that say to'
    ' whom a row is shown, which may follow the row it speaks of. Error ZC004.';

CREATE FUNCTION civic_private.person_has_permission(organization uuid, person uuid, permission text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM civic.users AS u
        JOIN civic.user_roles AS ur ON ur.organization_id = u.organization_id AND ur.user_id = u.id
        JOIN civic.role_permissions AS rp
            ON rp.organization_id = ur.role_organization_id AND rp.role_id = ur.role_id
        WHERE u.organization_id = organization AND u.id = person AND u.is_active AND rp.permission_code = permission
    )
$$;
COMMENT ON FUNCTION civic_private.person_has_permission(uuid, uuid, text) IS
    'Whether a person is active and one of their roles holds a permission. Of the person who asks,'
    ' civic.has_permission() knows it faster.';

CREATE FUNCTION civic.change_role(user_id uuid, role_code text, reason text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    target uuid;
BEGIN
    IF NOT civic.can_manage_role(role_code) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('you may not give role "%s"', role_code),
            HINT = 'Ask somebody for whom civic.can_manage_role() is true.';
    END IF;
    SELECT r.id INTO target FROM civic.roles AS r
    WHERE r.organization_id = '00000000-0000-0000-0000-000000000000' AND r.code = role_code AND r.family = 'civic';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('role "%s" is not on the civic ladder', role_code),
            HINT = 'Give and take other roles with civic.give_role() and civic.take_role().';
    END IF;
    UPDATE civic.user_roles AS ur SET role_id = target, reason = change_role.reason
    WHERE ur.organization_id = organization AND ur.user_id = change_role.user_id AND ur.family = 'civic';
    IF NOT FOUND THEN
        INSERT INTO civic.user_roles (organization_id, user_id, role_id, reason)
        VALUES (organization, change_role.user_id, target, change_role.reason);
    END IF;
END
$$;
COMMENT ON FUNCTION civic.change_role(uuid, text, text) IS
    'Moves a person on the civic ladder, along the rules of workflow role; kept in civic.role_history with the'
    ' reason. Errors: ZC007 the change is not allowed or not open to the caller, 42704 no such role.';

CREATE FUNCTION civic.give_role(user_id uuid, role_code text, reason text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
BEGIN
    IF NOT civic.can_manage_role(role_code) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('you may not give role "%s"', role_code),
            HINT = 'Ask somebody for whom civic.can_manage_role() is true.';
    END IF;
    INSERT INTO civic.user_roles (organization_id, user_id, role_organization_id, role_id, reason)
    SELECT organization, give_role.user_id, r.organization_id, r.id, give_role.reason
    FROM civic.roles AS r
    WHERE r.organization_id IN (organization, '00000000-0000-0000-0000-000000000000') AND r.code = role_code
    ORDER BY r.organization_id DESC LIMIT 1;
END
$$;
COMMENT ON FUNCTION civic.give_role(uuid, text, text) IS
    'Gives a person a further role, built in or of the organization. Errors: ZC007 not open to the caller, 23505 the'
    ' person has it, 42704 no such role.';

CREATE FUNCTION civic.take_role(user_id uuid, role_code text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.can_manage_role(role_code) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = format('you may not take role "%s"', role_code),
            HINT = 'Ask somebody for whom civic.can_manage_role() is true.';
    END IF;
    DELETE FROM civic.user_roles AS ur USING civic.roles AS r
    WHERE ur.organization_id = civic.current_organization_id() AND ur.user_id = take_role.user_id
        AND r.organization_id = ur.role_organization_id AND r.id = ur.role_id AND r.code = role_code;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION civic.take_role(uuid, text) IS
    'Takes a role from a person; false when they did not have it. Roles of the civic ladder are changed, not taken.'
    ' Error ZC007.';

CREATE FUNCTION civic.set_user_status(user_id uuid, status civic.user_status) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.has_permission('suspend:user') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not change the status of people',
            DETAIL = 'That needs permission "suspend:user".',
            HINT = 'Ask a moderator or an administrator.';
    END IF;
    UPDATE civic.users AS u SET status = set_user_status.status
    WHERE u.organization_id = civic.current_organization_id() AND u.id = set_user_status.user_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the person does not exist',
            HINT = 'Check the id.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic.set_user_status(uuid, civic.user_status) IS
    'Suspends, deactivates or reactivates a person; their rights end or begin with their next statement. Errors:'
    ' 42501 not open to the caller, ZC007 the last administrator, PT404 no such person.';

CREATE FUNCTION civic.register_user(
    phone text DEFAULT NULL, email text DEFAULT NULL, full_name text DEFAULT NULL, preferred_language text DEFAULT 'en'
) RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.uuid_v7();
BEGIN
    IF NOT (civic.is_system() OR civic.has_permission('update:any_profile')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not register people',
            HINT = 'The service that verified the telephone number or e-mail calls this as civic_service.';
    END IF;
    INSERT INTO civic.users (organization_id, id, phone, email, full_name, preferred_language)
    VALUES (organization, person, register_user.phone, register_user.email, register_user.full_name,
        register_user.preferred_language);
    INSERT INTO civic.user_roles (organization_id, user_id, role_id)
    SELECT organization, person, r.id FROM civic.roles AS r
    WHERE r.organization_id = '00000000-0000-0000-0000-000000000000' AND r.code = 'citizen';
    RETURN person;
END
$$;
COMMENT ON FUNCTION civic.register_user(text, text, text, text) IS
    'Registers a resident and returns their id; at least one of phone and e-mail is needed. For civic_service and'
    ' staff with update:any_profile. Errors: 42501 not open to the caller, 23505 phone or e-mail known, 23514'
    ' malformed.';

CREATE FUNCTION civic_private.fill_organization(organization uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.departments (organization_id, code, name, keywords)
    SELECT organization, d.code, d.name, string_to_array(d.keywords, ', ')
    FROM (VALUES
        ('PWD', 'Public Works Department', 'roads, potholes, bridges, footpaths, drainage, culverts, public buildings,'
            ' civil construction, repairs, resurfacing, cracks, broken, damaged'),
        ('WSD', 'Water Supply Department', 'water, supply, leakage, pipeline, breaks, quality, tank, maintenance,'
            ' distribution, shortage, contamination, pressure'),
        ('SAN', 'Sanitation Department', 'garbage, waste, sanitation, collection, dumping, toilet, cleaning, sweeping,'
            ' disposal, hygiene, litter, trash'),
        ('ELD', 'Electrical Department', 'streetlight, electricity, lighting, bulb, transformer, power, electrical,'
            ' illumination, lamp, pole, wiring'),
        ('HRT', 'Horticulture Department', 'parks, gardens, trees, plants, green, horticulture, trimming, cutting,'
            ' maintenance, beautification, landscaping'),
        ('HMD', 'Health & Medical Department', 'health, medical, hospital, clinic, disease, vaccination, healthcare,'
            ' ambulance, emergency, medical waste, public health, sanitary')
    ) AS d (code, name, keywords);

    INSERT INTO civic.categories (organization_id, code, name, department_id, sort_order, keywords)
    SELECT organization, c.code, c.name, d.id, 10 * c.place, string_to_array(c.keywords, ', ')
    FROM (VALUES
        ('roads', 'Roads', 'PWD', 1, 'pothole, road, street, highway, pavement, asphalt, crack, footpath, bridge,'
            ' broken road, damaged road, road repair, resurfacing, tar, cement, construction'),
        ('water', 'Water', 'WSD', 2, 'water, pipe, leak, burst, supply, tap, pipeline, drinking water, pressure,'
            ' shortage, no water, water supply, leaking pipe, broken pipe, water tank, contamination'),
        ('sanitation', 'Sanitation', 'SAN', 3, 'garbage, waste, trash, dump, collection, bin, litter, sweeping,'
            ' sanitation, hygiene, dirty, cleaning, dustbin, disposal, rubbish, filth, toilet, public toilet, washroom,'
            ' restroom, lavatory, urinal'),
        ('electricity', 'Electricity', 'ELD', 4, 'electricity, power, outage, transformer, wire, electric wire,'
            ' electric pole, connection, meter, no power, blackout, power cut, electrical fault, short circuit,'
            ' hanging wire, loose wire'),
        ('streetlight', 'Street light', 'ELD', 5, 'streetlight, street light, lamp, light pole, bulb, dark,'
            ' illumination, night, not working, lighting, lamp post, broken light, dim light, no light'),
        ('drainage', 'Drainage', 'PWD', 6, 'drainage, drain, sewer, clog, overflow, flood, rainwater, gutter, manhole,'
            ' blockage, waterlogging, blocked drain, sewage, stagnant water, flooding, manhole cover, missing cover,'
            ' open manhole'),
        ('public_property', 'Public property', 'HRT', 7, 'park, garden, bench, playground, fence, wall,'
            ' public property, vandalism, tree, broken, plants, green space, trimming, cutting, beautification,'
            ' equipment, swing, slide, see-saw, merry-go-round, children, park bench, maintenance needed'),
        ('other', 'Other', NULL, 8, 'other, miscellaneous, general, complaint, issue')
    ) AS c (code, name, department, place, keywords)
    LEFT JOIN civic.departments AS d ON d.organization_id = organization AND d.code = c.department;

    INSERT INTO civic.currencies (organization_id, code) VALUES (organization, 'USD');
END
$$;
COMMENT ON FUNCTION civic_private.fill_organization(uuid) IS
    'Gives a new organization the six departments, eight categories and the currency of the defaults.';

CREATE FUNCTION civic.create_organization(code text, name text, time_zone text DEFAULT 'UTC') RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.uuid_v7();
BEGIN
    PERFORM now() AT TIME ZONE create_organization.time_zone;
    INSERT INTO civic.organizations (id, code, name, time_zone)
    VALUES (organization, create_organization.code, create_organization.name, create_organization.time_zone);
    PERFORM civic_private.fill_organization(organization);
    RETURN organization;
END
$$;
COMMENT ON FUNCTION civic.create_organization(text, text, text) IS
    'Creates a further organization with the default departments and categories, and returns its id. For'
    ' administrators of the database. Errors: 23505 code or name taken, 22023 unknown time zone.';
