CREATE DOMAIN civic."*/*" AS pg_catalog.text;
COMMENT ON DOMAIN civic."*/*" IS
    'A body that names its media type itself, in setting response.headers; PostgREST passes it on as it is.';

CREATE TYPE civic.attribute_datatype AS ENUM (
    'string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist'
);
COMMENT ON TYPE civic.attribute_datatype IS
    'What answers a question about a service: a line, a number, a time, lines, one of a list or some of a list.';
