-- Part one of demo/import.sh: where the extract is staged before anything of it becomes a report.
CREATE SCHEMA import;

CREATE TABLE import.settings (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE import.header (line text);
CREATE TABLE import.columns (position integer PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE import.geojson (content text);
CREATE TABLE import.rejects (
    line_number bigint PRIMARY KEY,
    source_id text,
    reason text NOT NULL,
    row jsonb NOT NULL
);
COMMENT ON TABLE import.rejects IS 'Rows of the CSV file that did not become reports, and why.';
CREATE TABLE import.rejected_areas (feature_number bigint PRIMARY KEY, code text, reason text NOT NULL);
COMMENT ON TABLE import.rejected_areas IS 'Features of the GeoJSON file that did not become areas, and why.';

CREATE FUNCTION import.setting(key text) RETURNS text
    LANGUAGE sql STABLE
RETURN (SELECT nullif(s.value, '') FROM import.settings AS s WHERE s.key = setting.key);

CREATE FUNCTION import.delimiter() RETURNS text
    LANGUAGE sql STABLE
RETURN CASE coalesce(import.setting('delimiter'), 'comma')
    WHEN 'comma' THEN ',' WHEN 'semicolon' THEN ';' WHEN 'tab' THEN E'\t' WHEN 'bar' THEN '|' END;

-- A mistake in the mapping should stop the import before a single row is read.
CREATE FUNCTION import.check_settings() RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    s record;
BEGIN
    IF import.delimiter() IS NULL THEN
        RAISE EXCEPTION 'mapping: delimiter is "%"', import.setting('delimiter')
            USING HINT = 'Give comma, semicolon, tab or bar.';
    END IF;
    PERFORM now() AT TIME ZONE coalesce(import.setting('time_zone'), 'UTC');
    PERFORM coalesce(import.setting('area.kind'), 'neighborhood')::civic.area_kind;
    FOR s IN
        SELECT substr(key, 8) AS source, value FROM import.settings WHERE key LIKE 'status.%'
    LOOP
        IF NOT s.value = ANY (enum_range(NULL::civic.report_status)::text[]) THEN
            RAISE EXCEPTION 'mapping: status "%" becomes "%", which is no status of a report', s.source, s.value
                USING HINT = 'Statuses: ' || array_to_string(enum_range(NULL::civic.report_status), ', ') || '.';
        ELSIF s.value IN ('assigned_to_officer', 'assignment_rejected', 'acknowledged', 'in_progress',
            'pending_verification', 'reopened') THEN
            RAISE EXCEPTION 'mapping: status "%" becomes "%", which needs an officer', s.source, s.value
                USING HINT = 'An import has no officers; assigned_to_department says as much as is known.';
        ELSIF s.value = 'duplicate' THEN
            RAISE EXCEPTION 'mapping: status "%" becomes "duplicate", which needs the original', s.source
                USING HINT = 'Take closed or rejected.';
        END IF;
    END LOOP;
    IF import.setting('column.status') IS NOT NULL
        AND NOT EXISTS (SELECT FROM import.settings WHERE key LIKE 'status.%') THEN
        RAISE EXCEPTION 'mapping: column.status is set, but no status is mapped'
            USING HINT = 'Add lines such as: status.CLOSED = closed';
    END IF;
END
$$;

-- A setting that names columns: one whose name is the whole setting, else a list with commas.
CREATE FUNCTION import.columns_of(key text) RETURNS text[]
    LANGUAGE sql STABLE
RETURN CASE
    WHEN import.setting(key) IS NULL THEN '{}'
    WHEN EXISTS (SELECT FROM import.columns AS c WHERE c.name = import.setting(key)) THEN ARRAY[import.setting(key)]
    ELSE (
        SELECT array_agg(btrim(l.name) ORDER BY l.place)
        FROM string_to_table(import.setting(key), ',') WITH ORDINALITY AS l (name, place)
    )
END;

-- Makes the staging table for the columns of the header, and returns the COPY that fills it.
CREATE FUNCTION import.make_staging() RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    s record;
    delimiter text := import.delimiter();
    escaped text := CASE WHEN delimiter = '|' THEN '\|' ELSE delimiter END;
BEGIN
    IF NOT EXISTS (SELECT FROM import.header WHERE line <> '') THEN
        RAISE EXCEPTION 'the CSV file has no header line';
    END IF;
    INSERT INTO import.columns (position, name)
    SELECT m.position, coalesce(nullif(btrim(coalesce(replace(m.part[1], '""', '"'), m.part[2])), ''),
        'column ' || m.position)
    FROM import.header AS h
    CROSS JOIN LATERAL regexp_matches(delimiter || ltrim(h.line, E'\uFEFF'),
        format('%1$s(?:"((?:[^"]|"")*)"|([^%1$s"]*))', escaped), 'g') WITH ORDINALITY AS m (part, position);
    FOR s IN
        SELECT k.key, n.name FROM import.settings AS k
        CROSS JOIN LATERAL unnest(import.columns_of(k.key)) AS n (name)
        WHERE k.key LIKE 'column.%' AND k.value <> '' AND n.name NOT IN (SELECT c.name FROM import.columns AS c)
    LOOP
        RAISE EXCEPTION 'mapping: "%" names column "%", which the CSV file does not have', s.key, s.name
            USING HINT = format('Its columns: %s.',
                (SELECT string_agg(c.name, ', ' ORDER BY c.position) FROM import.columns AS c));
    END LOOP;
    EXECUTE (
        SELECT format('CREATE UNLOGGED TABLE import.staging (record bigint GENERATED ALWAYS AS IDENTITY, %s)',
            string_agg(format('c%s text', position), ', ' ORDER BY position))
        FROM import.columns
    );
    RETURN (
        SELECT format('COPY import.staging (%s) FROM STDIN (FORMAT csv, HEADER, DELIMITER %L, ENCODING %L)',
            string_agg(format('c%s', position), ', ' ORDER BY position), delimiter,
            coalesce(import.setting('encoding'), 'UTF8'))
        FROM import.columns
    );
END
$$;

CREATE FUNCTION import.to_time(content text, format text) RETURNS timestamptz
    LANGUAGE plpgsql STABLE
AS $$
BEGIN
    -- A first digit keeps out words such as "now" and "infinity".
    IF content !~ '^\d' THEN
        RETURN NULL;
    END IF;
    RETURN CASE WHEN format IS NULL THEN content::timestamptz ELSE to_timestamp(content, format) END;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;

CREATE FUNCTION import.to_degrees(content text) RETURNS double precision
    LANGUAGE sql IMMUTABLE
RETURN CASE WHEN content ~ '^[-+]?(\d{1,9}(\.\d*)?|\.\d+)$' THEN content::double precision END;

CREATE FUNCTION import.slug(name text) RETURNS text
    LANGUAGE sql IMMUTABLE
RETURN coalesce(nullif(btrim(left(btrim(regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g'), '_'), 100), '_'), ''),
    'c_' || left(md5(name), 12));

-- "06" of the CSV file and 6 of the GeoJSON file are one area.
CREATE FUNCTION import.area_key(code text) RETURNS text
    LANGUAGE sql IMMUTABLE
RETURN CASE WHEN btrim(code) ~ '^\d+(\.0+)?$' THEN trunc(btrim(code)::numeric)::text ELSE lower(btrim(code)) END;

CREATE FUNCTION import.department_code(name text) RETURNS text
    LANGUAGE sql IMMUTABLE
RETURN CASE WHEN length(name) <= 40 THEN name ELSE left(name, 33) || '-' || left(md5(name), 6) END;
