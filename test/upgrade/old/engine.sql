CREATE TYPE civic.example_state AS ENUM ('new', 'done');
COMMENT ON TYPE civic.example_state IS 'Where an example stands.';

CREATE FUNCTION civic_private.fill_example() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.title := trim(NEW.title);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.fill_example() IS 'BEFORE row trigger: trims the title.';

CREATE FUNCTION civic.example_limit() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 10;
COMMENT ON FUNCTION civic.example_limit() IS 'How many examples there may be.';
