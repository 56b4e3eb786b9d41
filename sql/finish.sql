CREATE FUNCTION civic.create_data_model() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known oid[];
    made record;
BEGIN
    IF to_regclass('civic.reports') IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
            MESSAGE = 'the tables of civic exist in this database',
            HINT = 'There is nothing to create.';
    END IF;
    -- The geography types live wherever PostGIS was installed.
    PERFORM set_config('search_path', (
        SELECT 'pg_catalog, ' || string_agg(DISTINCT quote_ident(n.nspname), ', ') || ', pg_temp'
        FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname IN ('postgis', 'pg_trgm', 'btree_gist')
    ), true);
    known := ARRAY(
        SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace,
            'civic_private'::regnamespace)
    );
    EXECUTE civic_private.data_model();
    PERFORM civic_private.set_function_rights(known);

    FOR made IN
        SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p
        WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace,
            'civic_private'::regnamespace) AND p.oid <> ALL (known)
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO civic_owner', made.name);
    END LOOP;

    -- From here on they belong to the database: dumps hold them, DROP EXTENSION cannot take them.
    FOR made IN
        SELECT o.type, o.identity
        FROM pg_extension AS e
        JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS o
        WHERE e.extname = 'civic' AND (d.classid = 'pg_class'::regclass
            OR (d.classid = 'pg_proc'::regclass AND d.objid <> ALL (known)))
    LOOP
        EXECUTE format('ALTER EXTENSION civic DROP %s %s', made.type, made.identity);
    END LOOP;
    NOTIFY pgrst, 'reload schema';
END
$$;
COMMENT ON FUNCTION civic.create_data_model() IS
    'Creates the tables, policies and triggers of civic where only its functions and types are installed. CREATE'
    ' EXTENSION does so by itself, except during a restore. For superusers. Error 42P07 when they exist.';
SELECT civic_private.set_function_rights(ARRAY(
    SELECT p.oid FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace,
            'civic_private'::regnamespace)
        AND p.proname NOT IN ('create_data_model', 'data_model')
));

DO $$
DECLARE
    made record;
BEGIN
    IF NOT civic.is_restoring() THEN
        PERFORM civic.create_data_model();
    END IF;
    -- After the grants, so that these do not count as belonging to the extension either.
    FOR made IN
        SELECT o.identity
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_depend AS d
            ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) AS o
        WHERE e.extname = 'civic' AND o.type = 'schema'
    LOOP
        EXECUTE pg_catalog.format('ALTER EXTENSION civic DROP SCHEMA %s', made.identity);
    END LOOP;
END
$$;
