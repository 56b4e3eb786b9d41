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
    'Cell of a place in the grid of report_signatures: bands of 0.01 degrees of longitude, in each rows of 0.002'
    ' degrees of latitude, in each columns of 0.00001 degrees. Error 22003 for no such place.';

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
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_write_signature';
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

CREATE FUNCTION civic.find_duplicates_of(report_id uuid, max_rows integer DEFAULT 5) RETURNS TABLE (
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
COMMENT ON FUNCTION civic.find_duplicates_of(uuid, integer) IS
    'The same as civic.find_duplicates() for a report that is filed: not of its own family, and none that a person said'
    ' is another matter. The age is the time from the other report to this one. No rows when the asker cannot see the'
    ' report.';

CREATE FUNCTION civic_private.match_report(
    report record, OUT root_id uuid, OUT links boolean, OUT score double precision, OUT reason text
) RETURNS record
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 2000 AS 'MODULE_PATHNAME', 'civic_match_report';
COMMENT ON FUNCTION civic_private.match_report(record) IS
    'The report that one about to be stored is a duplicate of (links), or perhaps is (not links); null for none. Sees'
    ' what is committed now, and lets two new reports that could be duplicates of each other look one after the other,'
    ' until the end of the transaction. Error 40001 when the other report is too new for the snapshot of the'
    ' transaction.';

CREATE FUNCTION civic_private.gather_supporters(organization uuid, member uuid, root uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.report_supporters (organization_id, report_id, user_id, from_report_id)
    SELECT organization, root, p.user_id, member
    FROM (
        SELECT r.user_id FROM civic.reports AS r WHERE r.organization_id = organization AND r.id = member
        UNION
        SELECT s.user_id FROM civic.report_supporters AS s
        WHERE s.organization_id = organization AND s.report_id = member AND s.from_report_id IS NULL
    ) AS p
    JOIN civic.reports AS o ON o.organization_id = organization AND o.id = root AND o.user_id <> p.user_id
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION civic_private.gather_supporters(uuid, uuid, uuid) IS
    'Who filed or supports a duplicate supports the root of its family, each person once. False where all did before.';

CREATE FUNCTION civic_private.follow_family() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    left_root uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        left_root := OLD.duplicate_of_report_id;
        -- What was a duplicate of this report is now one of its root.
        IF NEW.duplicate_of_report_id IS NOT NULL THEN
            UPDATE civic.reports AS r SET duplicate_of_report_id = NEW.duplicate_of_report_id
            WHERE r.organization_id = NEW.organization_id AND r.duplicate_of_report_id = NEW.id;
        END IF;
    END IF;
    -- The root is written, if not by the count of its supporters, so that a session with an older snapshot, which does
    -- not see its new member, cannot make it a duplicate in turn.
    IF NEW.duplicate_of_report_id IS NOT NULL
        AND NOT civic_private.gather_supporters(NEW.organization_id, NEW.id, NEW.duplicate_of_report_id) THEN
        UPDATE civic.reports AS r SET updated_at = now()
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.duplicate_of_report_id;
    END IF;
    IF left_root IS NOT NULL THEN
        DELETE FROM civic.report_supporters AS s
        WHERE s.organization_id = NEW.organization_id AND s.report_id = left_root AND s.from_report_id = NEW.id;
        -- Somebody may have counted by this report who is with another of the family as well.
        PERFORM civic_private.gather_supporters(r.organization_id, r.id, left_root) FROM civic.reports AS r
        WHERE r.organization_id = NEW.organization_id AND r.duplicate_of_report_id = left_root;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_family() IS
    'AFTER row trigger on civic.reports that became or ceased to be duplicates: families keep one root, and the people'
    ' of a duplicate support its root.';

CREATE FUNCTION civic_private.tell_family() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.status_history (organization_id, workflow, entity_id, old_status, new_status, by_system, reason,
        is_public)
    SELECT r.organization_id, 'report', r.id, r.status, r.status, true,
        format('The report that this one is a duplicate of is %s.', NEW.status),
        r.is_public AND NOT r.is_sensitive
    FROM civic.reports AS r
    WHERE r.organization_id = NEW.organization_id AND r.duplicate_of_report_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_family() IS
    'AFTER UPDATE row trigger on civic.reports that were resolved, closed, reopened or rejected: the history of each'
    ' duplicate says so.';
