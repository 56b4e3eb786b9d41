-- The schemas are created here but do not stay members (finish.sql detaches them): a member schema could be dropped
-- only together with the extension, and DROP EXTENSION ... CASCADE would then take the tables along. A dump therefore
-- creates them before the extension, and only then may they exist.
DO $$
DECLARE
    wanted text;
    restoring boolean := pg_catalog.current_setting('row_security') = 'off'
        OR coalesce(nullif(pg_catalog.current_setting('civic.restoring', true), ''), 'off')::boolean;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['civic', 'civic_helpers', 'civic_private'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = wanted) THEN
            EXECUTE pg_catalog.format('CREATE SCHEMA %I', wanted);
            EXECUTE pg_catalog.format('COMMENT ON SCHEMA %I IS %L', wanted, CASE wanted
                WHEN 'civic' THEN 'The API of the civic extension: tables, types and functions that applications may'
                    ' use and PostgREST may expose.'
                WHEN 'civic_helpers' THEN 'Functions of the civic extension that serve its other functions. Clients may'
                    ' execute them, because what calls them runs with the rights of the client; PostgREST must not'
                    ' expose them.'
                ELSE 'Internals of the civic extension: credentials, one-time codes, caches and trigger functions.'
                    ' Clients have no USAGE.'
                END);
        ELSIF NOT restoring OR EXISTS (
            SELECT FROM pg_catalog.pg_namespace AS n, pg_catalog.pg_depend AS d
            WHERE n.nspname = wanted AND d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'duplicate_schema',
                MESSAGE = pg_catalog.format('schema "%s" already exists', wanted),
                DETAIL = 'civic creates its schemas itself, so that nothing of another origin can be in them.',
                HINT = pg_catalog.format('Drop or rename schema "%s". When you restore a dump that holds it, run'
                                         ' SET civic.restoring = on first.', wanted);
        END IF;
    END LOOP;
END
$$;
