CREATE TABLE civic_private.report_words (
    organization_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    report_id uuid NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (organization_id, created_at, report_id)
);
-- Every search reads all that is pending; a quarter of the default costs it a quarter, and filing a few per cent.
CREATE INDEX report_words_words ON civic_private.report_words USING gin (words) WITH (gin_pending_list_limit = 1024);
COMMENT ON TABLE civic_private.report_words IS
    'The words of each report, for the search: of number, title and address with weight A, of the description without,'
    ' and two that stand for the organization and for its day, so that an index of words finds the newest of one'
    ' organization without reading the rest. Beside civic.reports, whose rows are written more often than their texts;'
    ' kept by a trigger, which has the keys, not by a reference, which would look each up again.';
COMMENT ON COLUMN civic_private.report_words.organization_id IS 'Organization the report belongs to.';
COMMENT ON COLUMN civic_private.report_words.created_at IS 'When the report was filed.';
COMMENT ON COLUMN civic_private.report_words.report_id IS 'The report.';
COMMENT ON COLUMN civic_private.report_words.words IS 'What civic_private.search_words() makes of it.';

CREATE TABLE civic_private.search_vocabulary (
    organization_id uuid NOT NULL,
    word text NOT NULL,
    PRIMARY KEY (organization_id, word)
);
CREATE INDEX search_vocabulary_similar ON civic_private.search_vocabulary USING gin (word gin_trgm_ops);
COMMENT ON TABLE civic_private.search_vocabulary IS
    'Each word that reports of an organization use, once: by its trigrams a word that nobody used is understood as'
    ' those most like it. Written by civic.learn_words().';
COMMENT ON COLUMN civic_private.search_vocabulary.organization_id IS 'Organization whose reports use the word.';
COMMENT ON COLUMN civic_private.search_vocabulary.word IS 'The word, in small letters.';
