-- Roles belong to the cluster, so another database may have made them already. One that can log in or bypass checks is
-- somebody else's: refuse rather than hand it the data.
DO $$
DECLARE
    wanted text;
    found pg_catalog.pg_roles;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['civic_owner', 'civic_anon', 'civic_user', 'civic_service', 'civic_auditor'] LOOP
        BEGIN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            SELECT * INTO found FROM pg_catalog.pg_roles WHERE rolname = wanted;
            IF found.rolcanlogin OR found.rolsuper OR found.rolcreaterole OR found.rolbypassrls
                OR found.rolreplication THEN
                RAISE EXCEPTION USING
                    ERRCODE = 'invalid_grant_operation',
                    MESSAGE = pg_catalog.format('role "%s" exists and has more rights than civic expects', wanted),
                    DETAIL = 'The role can log in, is a superuser, or may create roles, replicate or bypass row'
                             ' security.',
                    HINT = pg_catalog.format('Rename that role, or run ALTER ROLE %I NOLOGIN NOSUPERUSER NOCREATEROLE'
                                             ' NOREPLICATION NOBYPASSRLS.', wanted);
            END IF;
        END;
    END LOOP;
END
$$;
