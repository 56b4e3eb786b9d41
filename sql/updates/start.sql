\echo Use "ALTER EXTENSION civic UPDATE" to load this file. \quit

-- Those made from here on get their rights in finish.sql.
SELECT pg_catalog.set_config('civic_update.known_functions', ARRAY(
    SELECT p.oid FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace, 'civic_private'::regnamespace)
)::pg_catalog.text, true);
