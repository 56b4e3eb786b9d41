-- What the search knows of a report, in SQL.
CREATE SCHEMA IF NOT EXISTS twin;

CREATE FUNCTION twin.words_of(content text) RETURNS tsvector LANGUAGE sql IMMUTABLE
RETURN to_tsvector('pg_catalog.simple'::regconfig, translate(content, '-_/.@', '     '));

CREATE FUNCTION twin.organization_word(organization uuid) RETURNS text LANGUAGE sql IMMUTABLE
RETURN 'zc' || left(md5(organization::text), 10);

CREATE FUNCTION twin.search_words(
    organization uuid, filed_at timestamptz, number text, title text, description text, address text
) RETURNS tsvector LANGUAGE sql IMMUTABLE
RETURN setweight(twin.words_of(number || ' ' || title || ' ' || coalesce(address, '')), 'A')
    || twin.words_of(description)
    || array_to_tsvector(ARRAY[twin.organization_word(organization),
        twin.organization_word(organization) || 'd'
            || ((filed_at AT TIME ZONE 'UTC')::date - date '2000-01-01')::text]);
