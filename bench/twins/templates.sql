-- civic_private.fill_template() in PL/pgSQL.
CREATE FUNCTION twin.fill_template(template text, variables jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    filled text := '';
    part text[];
BEGIN
    LOOP
        part := regexp_match(template, '^(.*?)\{([^{}]*)\}(.*)$');
        EXIT WHEN part IS NULL;
        filled := filled || part[1]
            || coalesce(CASE WHEN jsonb_typeof(variables) = 'object' THEN variables ->> part[2] END, '');
        template := part[3];
    END LOOP;
    RETURN filled || template;
END
$$;
