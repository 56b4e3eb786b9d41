CREATE FUNCTION civic_private.trigram_signature(content text) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'civic_trigram_signature';
COMMENT ON FUNCTION civic_private.trigram_signature(text) IS
    'The trigrams of a text as pg_trgm finds them, each once, in a form that is compared quickly.';

CREATE FUNCTION civic_private.trigram_similarity(content text, signature bytea) RETURNS real
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'civic_trigram_similarity';
COMMENT ON FUNCTION civic_private.trigram_similarity(text, bytea) IS
    'similarity() of a text and the text a signature was made of, to the bit.';

CREATE FUNCTION civic_private.grid_cell(latitude double precision, longitude double precision) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_grid_cell';
COMMENT ON FUNCTION civic_private.grid_cell(double precision, double precision) IS
    'Cell of a place in the grid of report_signatures: row of 0.002 degrees of latitude in the upper 32 bits, column'
    ' of 0.00001 degrees of longitude in the lower. Error 22003 for no such place.';

CREATE FUNCTION civic_private.street_of(address text, OUT street bigint, OUT house_number integer) RETURNS record
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'civic_street_of';
COMMENT ON FUNCTION civic_private.street_of(text) IS
    'Street, as a hash of its name in normal form, and house number of an address; 0 for what it does not tell. Odd'
    ' for a crossing of two streets.';

CREATE FUNCTION civic_private.category_key(code text) RETURNS integer
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_category_key';
COMMENT ON FUNCTION civic_private.category_key(text) IS
    'Number that stands for a category in report_signatures; 0 for none.';

CREATE FUNCTION civic_private.signature_state(status civic.report_status) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE
    WHEN status IN ('duplicate'::civic.report_status, 'rejected'::civic.report_status) THEN 2
    WHEN status = 'closed'::civic.report_status THEN 1
    ELSE 0
END::smallint;
COMMENT ON FUNCTION civic_private.signature_state(civic.report_status) IS
    'Whether a report in that status is looked for as a duplicate: 0 it is, 1 only where closed ones count, 2 it is'
    ' not.';

CREATE FUNCTION civic_private.write_signature() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- The row as it is now, which the intake has moved on since.
        INSERT INTO civic_private.report_signatures
        SELECT s.* FROM civic.reports AS r CROSS JOIN LATERAL civic_private.signature_of(r) AS s
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.id;
        RETURN NULL;
    END IF;
    UPDATE civic_private.report_signatures AS s SET
        (created_at, latitude, longitude, cell, street, category_key, house_number, state, trigrams) = (
            SELECT n.created_at, n.latitude, n.longitude, n.cell, n.street, n.category_key, n.house_number, n.state,
                n.trigrams
            FROM civic_private.signature_of(NEW) AS n
        )
    WHERE s.organization_id = NEW.organization_id AND s.report_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.write_signature() IS
    'AFTER row trigger on civic.reports: keeps civic_private.report_signatures.';

CREATE FUNCTION civic.find_duplicates(
    category text,
    description text,
    latitude double precision,
    longitude double precision,
    address text DEFAULT NULL,
    title text DEFAULT NULL,
    max_rows integer DEFAULT 5
) RETURNS TABLE (
    report_id uuid,
    report_number text,
    title text,
    status civic.report_status,
    distance_m double precision,
    age interval,
    text_similarity real,
    address_agreement real,
    score double precision,
    reason text
)
    LANGUAGE c STABLE PARALLEL SAFE COST 2000 ROWS 3 AS 'MODULE_PATHNAME', 'civic_find_duplicates';
COMMENT ON FUNCTION civic.find_duplicates(
    text, text, double precision, double precision, text, text, integer
) IS
    'Reports the asker can see that may mean the same as one about to be filed, best first: distance in metres, time'
    ' since it was filed, similarity of texts and agreement of addresses from 0 to 1 (null where one side has none),'
    ' score from 0 to 1 by civic.duplicate_policies, and a reason in words. Category null where it is not known; 1 to'
    ' 100 rows. Errors: 22004 no position, 23503 unknown category, 23514 position out of bounds.';

CREATE FUNCTION civic.find_duplicates(report_id uuid, max_rows integer DEFAULT 5) RETURNS TABLE (
    report_id uuid,
    report_number text,
    title text,
    status civic.report_status,
    distance_m double precision,
    age interval,
    text_similarity real,
    address_agreement real,
    score double precision,
    reason text
)
    LANGUAGE c STABLE PARALLEL SAFE COST 2000 ROWS 3 AS 'MODULE_PATHNAME', 'civic_find_duplicates_of';
COMMENT ON FUNCTION civic.find_duplicates(uuid, integer) IS
    'The same for a report that is filed: not of its own family, and none that a person said is another matter. The age'
    ' is the time from the other report to this one. No rows when the asker cannot see the report.';
