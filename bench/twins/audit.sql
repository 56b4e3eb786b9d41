-- The audit log as it is usually made: a PL/pgSQL trigger that writes jsonb and a SHA-256 by pgcrypto, once for itself
-- and once as a chain in which each entry holds the hash of the one before.
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE SCHEMA IF NOT EXISTS twin;

CREATE TABLE twin.audit_plain (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL DEFAULT current_user, relation text NOT NULL, operation text NOT NULL, entity_id text NOT NULL,
    old_values jsonb, new_values jsonb, hash bytea NOT NULL
);
CREATE TABLE twin.audit_chain (LIKE twin.audit_plain INCLUDING ALL);
CREATE TABLE twin.audit_last (is_only boolean PRIMARY KEY DEFAULT true, hash bytea NOT NULL);
INSERT INTO twin.audit_last (hash) VALUES ('\x');

-- The columns of a that b does not have the same.
CREATE FUNCTION twin.changed(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(x.key, x.value) FROM jsonb_each(a) AS x WHERE x.value IS DISTINCT FROM b -> x.key
$$;

-- What is not null.
CREATE FUNCTION twin.present(a jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(x.key, x.value) FROM jsonb_each(a) AS x WHERE x.value <> 'null'
$$;

CREATE FUNCTION twin.record_plain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    old_values jsonb := CASE TG_OP WHEN 'UPDATE' THEN twin.changed(before, after) ELSE twin.present(before) END;
    new_values jsonb := CASE TG_OP WHEN 'UPDATE' THEN twin.changed(after, before) ELSE twin.present(after) END;
BEGIN
    IF TG_OP = 'UPDATE' AND new_values IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO twin.audit_plain (relation, operation, entity_id, old_values, new_values, hash)
    VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, lower(TG_OP), coalesce(after, before) ->> 'id', old_values,
        new_values, digest(concat(TG_OP, old_values::text, new_values::text), 'sha256'));
    RETURN NULL;
END
$$;

CREATE FUNCTION twin.record_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    previous bytea;
    added bytea;
BEGIN
    -- The order of the chain is the order of commits: the lock is held until then.
    PERFORM pg_advisory_xact_lock(4711);
    SELECT l.hash INTO previous FROM twin.audit_last AS l;
    added := digest(previous || convert_to(concat(TG_OP, before::text, after::text), 'UTF8'), 'sha256');
    INSERT INTO twin.audit_chain (relation, operation, entity_id, old_values, new_values, hash)
    VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, lower(TG_OP), coalesce(after, before) ->> 'id', before, after,
        added);
    UPDATE twin.audit_last SET hash = added;
    RETURN NULL;
END
$$;

-- RFC 6962, 2.1, as it is written there.
CREATE FUNCTION twin.merkle_root(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n integer := cardinality(leaves);
    k integer := 1;
BEGIN
    IF n = 0 THEN
        RETURN digest('', 'sha256');
    ELSIF n = 1 THEN
        RETURN leaves[1];
    END IF;
    WHILE 2 * k < n LOOP
        k := 2 * k;
    END LOOP;
    RETURN digest('\x01'::bytea || twin.merkle_root(leaves[1:k]) || twin.merkle_root(leaves[k + 1:n]), 'sha256');
END
$$;

-- One table for each way of recording: primary key, B-tree and GiST, a row of about 320 bytes.
CREATE TABLE twin.audited_bare (
    organization_id uuid NOT NULL, id uuid PRIMARY KEY DEFAULT civic.uuid_v7(), category integer NOT NULL,
    place geometry(Point, 4326) NOT NULL, description text NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON twin.audited_bare (organization_id, created_at);
CREATE INDEX ON twin.audited_bare USING gist (place);
CREATE TABLE twin.audited_civic (LIKE twin.audited_bare INCLUDING ALL);
CREATE TABLE twin.audited_plain (LIKE twin.audited_bare INCLUDING ALL);
CREATE TABLE twin.audited_chain (LIKE twin.audited_bare INCLUDING ALL);
SELECT civic.audit_table('twin.audited_civic');
-- A row as thin as what a change of a status leaves behind.
CREATE TABLE twin.audited_thin (
    organization_id uuid NOT NULL, id bigint PRIMARY KEY, state integer NOT NULL, note text NOT NULL
);
SELECT civic.audit_table('twin.audited_thin');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON twin.audited_plain
    FOR EACH ROW EXECUTE FUNCTION twin.record_plain();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON twin.audited_chain
    FOR EACH ROW EXECUTE FUNCTION twin.record_chain();

-- Both ways of recording on one table, for comparing what they record.
CREATE TABLE twin.audited_both (
    organization_id uuid, id integer PRIMARY KEY, a text, b boolean, c numeric, d timestamptz, e jsonb, f uuid, g text[],
    h date, i double precision
);
SELECT civic.audit_table('twin.audited_both');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON twin.audited_both
    FOR EACH ROW EXECUTE FUNCTION twin.record_plain();
