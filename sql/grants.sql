CREATE FUNCTION civic_private.set_function_rights(known oid[]) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    f record;
BEGIN
    FOR f IN
        SELECT p.oid::regprocedure AS signature, p.provolatile = 'v' AS writes, p.prosecdef AS definer,
            n.nspname <> 'civic_private' AND p.prorettype <> 'trigger'::regtype
                AND p.proname NOT IN ('create_data_model', 'upgrade_data_model', 'create_organization',
                    'protect_table', 'audit_table', 'set_token_secret') AS open
        FROM pg_proc AS p
        JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('civic', 'civic_helpers', 'civic_private') AND p.oid <> ALL (known)
        ORDER BY p.oid
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', f.signature);
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO civic_owner', f.signature);
        IF f.open THEN
            EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO civic_user, civic_service', f.signature);
            IF NOT f.writes THEN
                EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO civic_anon, civic_auditor', f.signature);
            END IF;
        END IF;
        IF f.definer THEN
            EXECUTE format('ALTER ROUTINE %s OWNER TO civic_owner', f.signature);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic_private.set_function_rights(oid[]) IS
    'Rights on functions made since: those that read are for everybody, those that write for people and jobs;'
    ' internals, trigger functions and administration for the owner alone. Definer functions run as civic_owner,'
    ' never as a superuser.';

CREATE FUNCTION civic_private.own_tables(known oid[] DEFAULT '{}') RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind,
            c.oid::regclass::text AS name
        FROM pg_class AS c
        WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace)
            AND c.relkind IN ('r', 'p', 'v', 'S') AND c.oid <> ALL (known)
            AND c.relowner <> 'civic_owner'::regrole AND NOT EXISTS (
                SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                    AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass
            )
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO civic_owner', made.kind, made.name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic_private.own_tables(oid[]) IS
    'Gives tables, views and sequences made since to civic_owner, as whom the library reads them.';

-- A new row may need an identifier whoever inserts it.
SELECT civic_private.set_function_rights('{}');
GRANT EXECUTE ON FUNCTION civic.uuid_v7() TO civic_anon, civic_auditor;
-- Who signs in is nobody yet; and every request is checked.
GRANT EXECUTE ON FUNCTION civic.sign_in(text, text, text, text, text, jsonb), civic.refresh_session(text, text),
    civic.reset_password(text, text, text, text) TO civic_anon;
GRANT EXECUTE ON FUNCTION civic.check_session() TO civic_anon, civic_auditor;
-- The api_key in the form says who files.
GRANT EXECUTE ON FUNCTION civic.open311_post(text) TO civic_anon;
