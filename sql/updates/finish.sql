SELECT civic_private.set_function_rights(
    pg_catalog.current_setting('civic_update.known_functions')::pg_catalog.oid[]);
-- Where only the engine is installed, there is nothing to bring forward.
SELECT civic.upgrade_data_model('@version@') WHERE pg_catalog.to_regclass('civic.reports') IS NOT NULL;
