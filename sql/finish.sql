CREATE FUNCTION civic_private.run_detached(statements text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT AS 'MODULE_PATHNAME', 'civic_run_detached';
COMMENT ON FUNCTION civic_private.run_detached(text) IS
    'Runs statements as if no extension script were running: what they make belongs to the database, so dumps hold it'
    ' and DROP EXTENSION cannot take it.';

CREATE FUNCTION civic_private.change_data_model(new_version text, statements text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known_functions oid[];
    known_relations oid[];
    made record;
BEGIN
    -- The geography types live wherever PostGIS was installed.
    PERFORM set_config('search_path', (
        SELECT 'pg_catalog, ' || string_agg(DISTINCT quote_ident(n.nspname), ', ') || ', pg_temp'
        FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname IN ('postgis', 'pg_trgm', 'btree_gist')
    ), true);
    -- What is there already, a city's own tables among it, stays with whom it belongs to.
    known_functions := ARRAY(
        SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace,
            'civic_private'::regnamespace)
    );
    known_relations := ARRAY(
        SELECT c.oid FROM pg_class AS c
        WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace)
    );
    EXECUTE statements;
    EXECUTE format('CREATE OR REPLACE FUNCTION civic.data_model_version() RETURNS text' -- lint: allow 1 it changes
        ' LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %L', new_version);
    COMMENT ON FUNCTION civic.data_model_version() IS
        'Version the tables, policies and triggers of this database are of. A dump holds it; civic.upgrade_data_model()'
        ' brings it forward.';
    PERFORM civic_private.set_function_rights(known_functions);
    PERFORM civic_private.own_tables(known_relations);
    FOR made IN
        SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p
        WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace,
            'civic_private'::regnamespace) AND p.oid <> ALL (known_functions)
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO civic_owner', made.name);
    END LOOP;
    NOTIFY pgrst, 'reload schema';
END
$$;
COMMENT ON FUNCTION civic_private.change_data_model(text, text) IS
    'Runs statements that create the data model or bring it to a version; what they make is civic_owner''s and gets the'
    ' usual rights. To be run by civic_private.run_detached().';

CREATE FUNCTION civic.create_data_model() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('civic.reports') IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
            MESSAGE = 'the tables of civic exist in this database',
            HINT = 'There is nothing to create.';
    END IF;
    PERFORM civic_private.run_detached(
        'SELECT civic_private.change_data_model(e.extversion, civic_private.data_model())'
        ' FROM pg_catalog.pg_extension AS e WHERE e.extname = ''civic''');
END
$$;
COMMENT ON FUNCTION civic.create_data_model() IS
    'Creates the tables, policies and triggers of civic where only its functions and types are installed. CREATE'
    ' EXTENSION does so by itself, except during a restore. For superusers. Error 42P07 when they exist.';

CREATE FUNCTION civic.upgrade_data_model(target_version text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := coalesce(target_version, (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'civic'));
    current text;
    next text;
BEGIN
    IF to_regclass('civic.reports') IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC041',
            MESSAGE = 'the tables of civic do not exist in this database',
            HINT = 'Run SELECT civic.create_data_model() as a superuser.';
    END IF;
    current := civic.data_model_version();
    WHILE current <> target LOOP
        SELECT s.to_version INTO next FROM civic_private.data_model_steps() AS s WHERE s.from_version = current;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC042',
                MESSAGE = format('the tables of civic cannot be brought from version %s to version %s', current,
                    target),
                DETAIL = 'The installed files hold no step from there.',
                HINT = 'Install the version of civic the tables are to have, or one that still knows theirs.';
        END IF;
        PERFORM civic_private.run_detached(format(
            'SELECT civic_private.change_data_model(s.to_version, s.statements)'
            ' FROM civic_private.data_model_steps() AS s WHERE s.from_version = %L', current));
        current := next;
    END LOOP;
    RETURN current;
END
$$;
COMMENT ON FUNCTION civic.upgrade_data_model(text) IS
    'Brings tables, policies and triggers to the version of the extension, or to the one given, step by step in this'
    ' transaction, and returns it. ALTER EXTENSION civic UPDATE calls it; call it yourself after a dump of an older'
    ' version was restored. For superusers. Error ZC041 when there are no tables, ZC042 when there is no way.';

SELECT civic_private.set_function_rights(ARRAY(
    SELECT p.oid FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace, 'civic_private'::regnamespace)
        AND p.proname NOT IN ('data_model', 'data_model_steps', 'run_detached', 'change_data_model',
            'create_data_model', 'upgrade_data_model')
));

DO $$
DECLARE
    made record;
BEGIN
    IF NOT civic.is_restoring() THEN
        PERFORM civic.create_data_model();
    END IF;
    -- The schemas belong to the database as well.
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
