CREATE FUNCTION civic_private.words_of(content text) RETURNS tsvector
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_words_of';
COMMENT ON FUNCTION civic_private.words_of(text) IS
    'The words of a text with their places, in small letters, whatever the language.';

CREATE FUNCTION civic_private.organization_word(organization uuid) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_organization_word';
COMMENT ON FUNCTION civic_private.organization_word(uuid) IS
    'The word that stands for an organization in the index of words.';

CREATE FUNCTION civic_private.day_words(organization uuid, first timestamptz, last timestamptz) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_day_words';
COMMENT ON FUNCTION civic_private.day_words(uuid, timestamptz, timestamptz) IS
    'The words that stand for the days of an organization, from one to another, in the index of words, with | between'
    ' them; days are those of UTC. Error 22023 for more than 1000 days, or none.';

CREATE FUNCTION civic_private.search_words(
    organization uuid, filed_at timestamptz, number text, title text, description text, address text
) RETURNS tsvector
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'civic_search_words';
COMMENT ON FUNCTION civic_private.search_words(uuid, timestamptz, text, text, text, text) IS
    'What the search knows of a report.';

CREATE FUNCTION civic_private.write_words() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_write_words';
COMMENT ON FUNCTION civic_private.write_words() IS
    'AFTER row trigger on civic.reports that are new, gone, or have another text: keeps civic_private.report_words.';
