\echo Use "CREATE EXTENSION civic CASCADE" to load this file. \quit

DO $$
BEGIN
    IF pg_catalog.current_setting('server_version_num')::int < 150000 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'feature_not_supported',
            MESSAGE = 'civic needs PostgreSQL 15 or later';
    END IF;
END
$$;
