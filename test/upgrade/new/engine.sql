CREATE TYPE civic.example_state AS ENUM ('new', 'waiting', 'done');
COMMENT ON TYPE civic.example_state IS 'Where an example stands, or waits.';

CREATE TYPE civic.example_kind AS ENUM ('small', 'large');
COMMENT ON TYPE civic.example_kind IS 'Size of an example.';

CREATE FUNCTION civic_private.fill_example() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.title := trim(NEW.title);
    NEW.priority := least(NEW.priority, civic.example_limit());
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.fill_example() IS 'BEFORE row trigger: trims the title and limits the priority.';

CREATE FUNCTION civic.example_limit() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 20;
COMMENT ON FUNCTION civic.example_limit() IS 'How many examples there may be.';

CREATE FUNCTION civic_private.count_example(example uuid) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT count(*) FROM civic.example_notes AS n WHERE n.example_id = example);
END
$$;
COMMENT ON FUNCTION civic_private.count_example(uuid) IS 'How many notes an example has.';

CREATE FUNCTION civic.example_number() RETURNS integer
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_example_number';
COMMENT ON FUNCTION civic.example_number() IS 'A number that only the newer library knows.';
