CREATE FUNCTION civic_private.words_of(content text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN to_tsvector('pg_catalog.simple'::regconfig, translate(content, '-_/.@', '     '));
COMMENT ON FUNCTION civic_private.words_of(text) IS
    'The words of a text with their places, in small letters, whatever the language.';

CREATE FUNCTION civic_private.organization_word(organization uuid) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN 'zc' || left(md5(organization::text), 10);
COMMENT ON FUNCTION civic_private.organization_word(uuid) IS
    'The word that stands for an organization in the index of words.';

CREATE FUNCTION civic_private.day_word(organization uuid, moment timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN civic_private.organization_word(organization) || 'd'
    || ((moment AT TIME ZONE 'UTC')::date - date '2000-01-01')::text;
COMMENT ON FUNCTION civic_private.day_word(uuid, timestamptz) IS
    'The word that stands for a day of an organization in the index of words; days are those of UTC.';

CREATE FUNCTION civic_private.search_words(
    organization uuid, filed_at timestamptz, number text, title text, description text, address text
) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(civic_private.words_of(number || ' ' || title || ' ' || coalesce(address, '')), 'A')
    || civic_private.words_of(description)
    || array_to_tsvector(ARRAY[civic_private.organization_word(organization),
        civic_private.day_word(organization, filed_at)]);
COMMENT ON FUNCTION civic_private.search_words(uuid, timestamptz, text, text, text, text) IS
    'What the search knows of a report.';

CREATE FUNCTION civic_private.write_words() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM civic_private.report_words AS w
        WHERE w.organization_id = OLD.organization_id AND w.created_at = OLD.created_at AND w.report_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO civic_private.report_words (organization_id, created_at, report_id, words)
        VALUES (NEW.organization_id, NEW.created_at, NEW.id, civic_private.search_words(NEW.organization_id,
            NEW.created_at, NEW.report_number, NEW.title, NEW.description, NEW.address));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.write_words() IS
    'AFTER row trigger on civic.reports that are new, gone, or have another text: keeps civic_private.report_words.';
