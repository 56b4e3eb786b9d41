-- civic_private.feed_change() in PL/pgSQL, into a table of its own. And the other design: the transaction in a column of
-- the row itself, with an index.
CREATE SCHEMA IF NOT EXISTS twin;
CREATE TABLE twin.sync_feed (LIKE civic_private.sync_feed INCLUDING ALL);
GRANT USAGE ON SCHEMA twin TO civic_owner;
GRANT ALL ON twin.sync_feed TO civic_owner;

CREATE FUNCTION twin.feed_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    hides boolean := TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM generate_series(2, 6) AS i
        WHERE before -> TG_ARGV[i] IS DISTINCT FROM after -> TG_ARGV[i]
    ));
BEGIN
    INSERT INTO twin.sync_feed (organization_id, entity, entity_id, old_public, old_user, old_assignee, old_department)
    VALUES ((after ->> 'organization_id')::uuid, TG_ARGV[0]::"char", (after ->> TG_ARGV[1])::uuid,
        CASE WHEN hides THEN coalesce((before ->> TG_ARGV[2])::boolean, false)
            AND NOT coalesce((before ->> TG_ARGV[3])::boolean, false) END,
        CASE WHEN hides THEN (before ->> TG_ARGV[4])::uuid END, CASE WHEN hides THEN (before ->> TG_ARGV[5])::uuid END,
        CASE WHEN hides THEN (before ->> TG_ARGV[6])::uuid END);
    RETURN NULL;
END
$$;
ALTER FUNCTION twin.feed_change() OWNER TO civic_owner;

CREATE FUNCTION twin.stamp_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.changed_in := pg_current_xact_id();
    RETURN NEW;
END
$$;
