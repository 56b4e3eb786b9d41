CREATE TYPE civic.finding AS (
    severity pg_catalog.text,
    finding pg_catalog.text,
    object pg_catalog.text,
    detail pg_catalog.text,
    remedy pg_catalog.text
);
COMMENT ON TYPE civic.finding IS 'Something that civic.doctor() found.';
COMMENT ON COLUMN civic.finding.severity IS
    'error: something does not work or is not protected; warning: it will not be for long; info: worth knowing.';
COMMENT ON COLUMN civic.finding.finding IS 'What was found, a code that stays the same; docs/operations.md lists them.';
COMMENT ON COLUMN civic.finding.object IS 'What it was found at: a table, role, setting, department and so on.';
COMMENT ON COLUMN civic.finding.detail IS 'What is wrong with it, or what is to be known.';
COMMENT ON COLUMN civic.finding.remedy IS
    'A statement that mends it, ending in a semicolon, or a sentence on what to do.';
