CREATE FUNCTION civic_private.tell_of_role() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify(NEW.organization_id, NEW.user_id, 'role_changed', 'user', NEW.user_id,
        jsonb_build_object('old_role', NEW.old_role, 'role', coalesce(NEW.new_role, 'none'), 'reason', NEW.reason));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_role() IS
    'AFTER INSERT row trigger on civic.role_history: tells a person that a role of theirs changed or was taken.';

CREATE FUNCTION civic_private.tell_of_new_row() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    added jsonb := to_jsonb(NEW);
BEGIN
    -- An import tells nobody.
    IF civic.is_system() THEN
        RETURN NULL;
    END IF;
    PERFORM civic_private.notify_permission_holders(NEW.organization_id, TG_ARGV[1], TG_ARGV[0],
        split_part(TG_ARGV[0], '_', 1), NEW.id,
        jsonb_build_object('name', coalesce(added ->> 'name', added ->> 'full_name', added ->> 'email',
            added ->> 'phone')));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_new_row() IS
    'AFTER INSERT row trigger: tells the holders of the permission of its second argument that a person, role, team or'
    ' project was added, by the type of its first.';

CREATE FUNCTION civic_private.tell_of_organization() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify_permission_holders(o.id, 'system:admin', 'new_organization', 'organization', NEW.id,
        jsonb_build_object('name', NEW.name, 'code', NEW.code))
    FROM civic.organizations AS o WHERE o.is_default;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_organization() IS
    'AFTER INSERT row trigger on civic.organizations: tells the super administrators of the default organization, who'
    ' look after all of them.';
