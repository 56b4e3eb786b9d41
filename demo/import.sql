-- Part two of demo/import.sh, in one transaction: every staged row becomes a report or a row of import.rejects.
SET LOCAL DateStyle = 'ISO, YMD';

UPDATE civic.organizations SET
    name = coalesce(import.setting('organization.name'), name),
    code = coalesce(import.setting('organization.code'), code),
    time_zone = coalesce(import.setting('time_zone'), time_zone)
WHERE id = civic.current_organization_id();
-- Times without an offset are those of the city.
SELECT set_config('TimeZone', o.time_zone, true) AS time_zone
FROM civic.organizations AS o WHERE o.id = civic.current_organization_id() \gset

-- The rows as they are in the file; a record starts where the lines of those before it end.
SELECT format($$
    CREATE TABLE import.rows AS
    SELECT 2 + coalesce(sum(1 + regexp_count(concat_ws('', %1$s), E'\n'))
            OVER (ORDER BY s.record ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS line_number,
        jsonb_object(%2$L::text[], ARRAY[%1$s]) AS row
    FROM import.staging AS s
    $$, string_agg(format('s.c%s', position), ', ' ORDER BY position), array_agg(name ORDER BY position))
FROM import.columns \gexec
DROP TABLE import.staging;

CREATE TEMPORARY TABLE mapping ON COMMIT DROP AS
SELECT import.setting('column.id') AS id, import.setting('column.opened') AS opened,
    import.setting('column.closed') AS closed, import.setting('column.status') AS status,
    import.setting('column.category') AS category, import.setting('column.sub_category') AS sub_category,
    import.columns_of('column.title') AS title, import.columns_of('column.description') AS description,
    import.columns_of('column.address') AS address, import.setting('column.postal_code') AS postal_code,
    import.setting('column.ward') AS ward, import.setting('column.department') AS department,
    import.setting('column.area') AS area, import.setting('column.lon') AS lon, import.setting('column.lat') AS lat,
    import.setting('date_format') AS date_format;

-- The texts of the columns of the mapping, blanks at the ends taken away, empty ones null.
CREATE TEMPORARY TABLE texts ON COMMIT DROP AS
SELECT r.line_number, r.row, t.*,
    m.status IS NOT NULL AS has_status, m.date_format,
    (SELECT v.content FROM (
        SELECT nullif(btrim(r.row ->> c.name), '') AS content, c.place
        FROM unnest(m.title) WITH ORDINALITY AS c (name, place)) AS v
    WHERE v.content IS NOT NULL ORDER BY v.place LIMIT 1) AS title,
    -- Each text once, however many columns repeat it.
    (SELECT string_agg(v.content, E'\n' ORDER BY v.place) FROM (
        SELECT DISTINCT ON (lower(btrim(r.row ->> c.name))) btrim(r.row ->> c.name, E' \t\r\n') AS content, c.place
        FROM unnest(m.description) WITH ORDINALITY AS c (name, place)
        ORDER BY lower(btrim(r.row ->> c.name)), c.place) AS v
    WHERE v.content <> '') AS description,
    (SELECT string_agg(v.content, ' ' ORDER BY v.place) FROM (
        SELECT btrim(r.row ->> c.name) AS content, c.place
        FROM unnest(m.address) WITH ORDINALITY AS c (name, place)) AS v
    WHERE v.content <> '') AS address
FROM import.rows AS r
CROSS JOIN mapping AS m
CROSS JOIN LATERAL (
    SELECT nullif(btrim(r.row ->> m.id), '') AS source_id,
        nullif(btrim(r.row ->> m.opened), '') AS opened_text, nullif(btrim(r.row ->> m.closed), '') AS closed_text,
        nullif(btrim(r.row ->> m.status), '') AS source_status,
        nullif(btrim(regexp_replace(r.row ->> m.category, '\s+', ' ', 'g')), '') AS category_name,
        nullif(btrim(r.row ->> m.sub_category), '') AS sub_category,
        nullif(btrim(r.row ->> m.postal_code), '') AS postal_code, nullif(btrim(r.row ->> m.ward), '') AS ward,
        nullif(btrim(regexp_replace(r.row ->> m.department, '\s+', ' ', 'g'), ' ,;'), '') AS department_name,
        nullif(btrim(r.row ->> m.area), '') AS area,
        nullif(btrim(r.row ->> m.lon), '') AS lon_text, nullif(btrim(r.row ->> m.lat), '') AS lat_text
) AS t;

CREATE TEMPORARY TABLE judged ON COMMIT DROP AS
SELECT c.*, CASE
        WHEN c.source_id IS NULL THEN 'no id'
        WHEN c.opened_text IS NULL THEN 'no opening time'
        WHEN c.opened IS NULL THEN 'unparsable opening time'
        WHEN c.opened > now() THEN 'opening time in the future'
        WHEN c.closed IS NULL AND c.closed_text IS NOT NULL THEN 'unparsable closing time'
        WHEN c.has_status AND c.source_status IS NULL THEN 'no status'
        WHEN c.status IS NULL THEN 'unknown status'
        -- Zero and zero is what systems write for a place they do not know.
        WHEN c.lon_text IS NULL OR c.lat_text IS NULL OR (c.longitude = 0 AND c.latitude = 0) THEN 'no coordinates'
        WHEN c.longitude IS NULL OR c.latitude IS NULL THEN 'unparsable coordinates'
        WHEN c.longitude NOT BETWEEN -180 AND 180 OR c.latitude NOT BETWEEN -90 AND 90
            THEN 'coordinates out of range'
        -- Of an extract imported earlier.
        WHEN EXISTS (
            SELECT FROM civic.reports AS r
            WHERE r.organization_id = civic.current_organization_id() AND r.external_id = c.source_id
        ) THEN 'duplicate id'
    END AS reason
FROM (
    SELECT t.*,
        import.to_time(t.opened_text, t.date_format) AS opened, import.to_time(t.closed_text, t.date_format) AS closed,
        import.to_degrees(t.lon_text) AS longitude, import.to_degrees(t.lat_text) AS latitude,
        CASE WHEN t.has_status THEN s.value WHEN t.closed_text IS NOT NULL THEN 'closed' ELSE 'received'
            END::civic.report_status AS status
    FROM texts AS t
    -- Upper or lower case of a status does not matter, but an exact match goes first.
    LEFT JOIN LATERAL (
        SELECT k.value FROM import.settings AS k
        WHERE k.key LIKE 'status.%' AND lower(substr(k.key, 8)) = lower(t.source_status)
        ORDER BY substr(k.key, 8) = t.source_status DESC LIMIT 1
    ) AS s ON true
) AS c;

-- The first row of an id that can be imported is; those after it are duplicates.
UPDATE judged AS j SET reason = 'duplicate id'
FROM (
    SELECT d.line_number, row_number() OVER (PARTITION BY d.source_id ORDER BY d.line_number) AS n
    FROM judged AS d WHERE d.reason IS NULL
) AS d
WHERE d.line_number = j.line_number AND d.n > 1;

INSERT INTO import.rejects (line_number, source_id, reason, row)
SELECT j.line_number, j.source_id, j.reason, j.row FROM judged AS j WHERE j.reason IS NOT NULL;

-- Areas.
DO $$
DECLARE
    f record;
    crs text;
BEGIN
    SELECT g.content::jsonb #>> '{crs,properties,name}' INTO crs FROM import.geojson AS g;
    IF crs !~* '(CRS84|EPSG:{1,2}4326)$' THEN
        RAISE EXCEPTION 'the GeoJSON file is in %, not in longitude and latitude', crs
            USING HINT = 'Convert it: ogr2ogr -t_srs EPSG:4326 OUT.geojson IN.geojson';
    END IF;
    FOR f IN
        SELECT e.place, e.feature, e.feature -> 'properties' ->> import.setting('area.code') AS code,
            coalesce(e.feature -> 'properties' ->> import.setting('area.name'),
                e.feature -> 'properties' ->> import.setting('area.code')) AS name
        FROM import.geojson AS g
        CROSS JOIN LATERAL jsonb_array_elements(g.content::jsonb -> 'features') WITH ORDINALITY AS e (feature, place)
    LOOP
        BEGIN
            IF f.code IS NULL THEN
                INSERT INTO import.rejected_areas VALUES (f.place, NULL, 'no code');
                CONTINUE;
            ELSIF jsonb_typeof(f.feature -> 'geometry') IS DISTINCT FROM 'object' THEN
                INSERT INTO import.rejected_areas VALUES (f.place, f.code, 'no geometry');
                CONTINUE;
            END IF;
            PERFORM civic.load_area(coalesce(import.setting('area.kind'), 'neighborhood')::civic.area_kind, f.code,
                f.name, f.feature -> 'geometry', properties => f.feature -> 'properties');
        EXCEPTION WHEN integrity_constraint_violation OR data_exception OR internal_error THEN
            INSERT INTO import.rejected_areas VALUES (f.place, f.code, SQLERRM);
        END;
    END LOOP;
END
$$;

-- Departments, found again by code or name whatever their case.
CREATE TEMPORARY TABLE new_departments ON COMMIT DROP AS
SELECT upper(n.name) AS key, mode() WITHIN GROUP (ORDER BY n.name) AS name
FROM (
    SELECT coalesce(j.department_name, coalesce(import.setting('department.default'), 'UNSPECIFIED')) AS name
    FROM judged AS j
    WHERE j.reason IS NULL AND (j.department_name IS NOT NULL
        OR j.status NOT IN ('received', 'pending_classification', 'classified', 'on_hold', 'rejected'))
) AS n
GROUP BY 1;
INSERT INTO civic.departments (code, name, description)
SELECT import.department_code(n.name), left(n.name, 255), 'From ' || import.setting('csv')
FROM new_departments AS n
WHERE NOT EXISTS (
    SELECT FROM civic.departments AS d
    WHERE d.organization_id = civic.current_organization_id() AND n.key IN (upper(d.code), upper(d.name))
);
CREATE TEMPORARY TABLE department_ids ON COMMIT DROP AS
SELECT n.key, d.id FROM new_departments AS n
CROSS JOIN LATERAL (
    SELECT c.id FROM civic.departments AS c
    WHERE c.organization_id = civic.current_organization_id()
        AND (c.code = import.department_code(n.name) OR n.key IN (upper(c.code), upper(c.name)))
    ORDER BY c.code = import.department_code(n.name) DESC LIMIT 1
) AS d;

-- Categories; each belongs to the department that has most of its rows.
CREATE TEMPORARY TABLE new_categories ON COMMIT DROP AS
SELECT import.slug(j.category_name) AS code, left(mode() WITHIN GROUP (ORDER BY j.category_name), 255) AS name,
    mode() WITHIN GROUP (ORDER BY upper(j.department_name)) AS department
FROM judged AS j
WHERE j.reason IS NULL AND j.category_name IS NOT NULL
GROUP BY 1;
INSERT INTO civic.categories (code, name, description, department_id, sort_order)
SELECT n.code, n.name, 'From ' || import.setting('csv'), d.id, 200
FROM new_categories AS n LEFT JOIN department_ids AS d ON d.key = n.department
ON CONFLICT DO NOTHING;

SELECT coalesce(
    (SELECT u.id FROM civic.users AS u
    WHERE u.organization_id = civic.current_organization_id() AND u.username = 'import'),
    (SELECT civic.register_user(email => format('import@%s.example', lower(o.code)),
        full_name => 'Import of ' || o.name)
    FROM civic.organizations AS o WHERE o.id = civic.current_organization_id())) AS person \gset
UPDATE civic.users SET username = 'import', notes = 'Stands for everybody whose reports came from another system.'
WHERE organization_id = civic.current_organization_id() AND id = :'person';

CREATE TEMPORARY TABLE new_reports ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY t.opened, t.line_number) AS place,
    :'person'::uuid AS user_id, t.source_id AS external_id, t.opened AS created_at,
    CASE WHEN t.status IN ('resolved', 'closed', 'rejected') THEN greatest(t.opened, t.closed) ELSE t.opened END
        AS status_updated_at,
    t.status, d.id AS department_id, CASE WHEN t.category_name IS NOT NULL THEN import.slug(t.category_name) END
        AS category,
    left(t.sub_category, 100) AS sub_category,
    CASE WHEN length(t.title) > 255 THEN left(t.title, 254) || '…' ELSE t.title END AS title,
    CASE WHEN length(x.description) > 2000 THEN left(x.description, 1999) || '…' ELSE x.description END
        AS description,
    CASE WHEN t.status = 'rejected' THEN format('Status in the source: %s', coalesce(t.source_status, 'none')) END
        AS rejection_reason,
    t.latitude, t.longitude, left(t.address, 500) AS address, left(t.ward, 50) AS ward_number,
    CASE WHEN length(t.postal_code) <= 10 THEN t.postal_code END AS pincode
FROM (
    SELECT j.line_number, j.source_id, j.opened, j.closed, j.status, j.source_status, j.category_name, j.sub_category,
        j.description, j.latitude, j.longitude, j.address, j.ward, j.postal_code, j.department_name,
        -- A title that says too little gets the category, or at least the word "Report", before it.
        CASE WHEN length(w.title) >= 5 THEN w.title
            WHEN w.title IS NULL THEN left(coalesce('Report: ' || j.category_name, 'Report'), 255)
            ELSE coalesce(j.category_name, 'Report') || ': ' || w.title
        END AS title
    FROM judged AS j
    CROSS JOIN LATERAL (
        SELECT nullif(btrim(regexp_replace(coalesce(j.title, j.sub_category), '\s+', ' ', 'g')), '') AS title
    ) AS w
    WHERE j.reason IS NULL
) AS t
-- So does a description: title, category and address, as far as they are known.
CROSS JOIN LATERAL (
    SELECT CASE WHEN length(t.description) >= 10 THEN t.description
        ELSE concat_ws(E'\n', coalesce(t.description, t.title), 'Category: ' || coalesce(t.category_name, 'not given'),
            'Address: ' || t.address) END AS description
) AS x
LEFT JOIN department_ids AS d ON d.key = upper(coalesce(t.department_name,
    CASE WHEN t.status NOT IN ('received', 'pending_classification', 'classified', 'on_hold', 'rejected')
        THEN coalesce(import.setting('department.default'), 'UNSPECIFIED') END));

INSERT INTO civic.reports (user_id, external_id, created_at, status_updated_at, status, department_id, category,
    sub_category, title, description, rejection_reason, latitude, longitude, address, ward_number, pincode)
SELECT n.user_id, n.external_id, n.created_at, n.status_updated_at, n.status, n.department_id, n.category,
    n.sub_category, n.title, n.description, n.rejection_reason, n.latitude, n.longitude, n.address, n.ward_number,
    n.pincode
FROM new_reports AS n ORDER BY n.place;

-- Nothing may be lost: what COPY counted, what was imported and what was rejected must agree.
CREATE TABLE import.summary AS
SELECT :records::bigint AS records,
    (SELECT count(*) FROM import.rows) AS rows,
    (SELECT count(*) FROM judged AS j JOIN civic.reports AS r ON r.external_id = j.source_id
        WHERE r.organization_id = civic.current_organization_id() AND j.reason IS NULL) AS imported,
    (SELECT count(*) FROM import.rejects) AS rejected,
    (SELECT count(*) FROM civic.areas AS a WHERE a.organization_id = civic.current_organization_id()) AS areas,
    (SELECT count(*) FROM import.rejected_areas) AS rejected_areas,
    (SELECT count(*) FROM department_ids) AS departments,
    (SELECT count(*) FROM new_categories) AS categories,
    located.*
FROM (
    SELECT count(*) FILTER (WHERE p.areas IS NOT NULL) AS located,
        count(*) FILTER (WHERE p.areas IS NOT NULL AND j.area IS NOT NULL) AS comparable,
        count(*) FILTER (WHERE import.area_key(j.area) = ANY (p.areas)) AS agreeing
    FROM judged AS j
    CROSS JOIN LATERAL (
        SELECT array_agg(import.area_key(k.code)) AS areas
        FROM civic.areas AS a
        CROSS JOIN LATERAL (VALUES (a.code), (a.name)) AS k (code)
        WHERE a.organization_id = civic.current_organization_id()
            AND ST_Covers(a.boundary, ST_SetSRID(ST_MakePoint(j.longitude, j.latitude), 4326))
    ) AS p
    WHERE j.reason IS NULL
) AS located;
DO $$
DECLARE
    s import.summary;
BEGIN
    SELECT * INTO s FROM import.summary;
    IF s.records <> s.rows OR s.rows <> s.imported + s.rejected THEN
        RAISE EXCEPTION 'the counts do not add up: % records read, % staged, % imported, % rejected',
            s.records, s.rows, s.imported, s.rejected;
    END IF;
END
$$;

SELECT format('  %s records = %s imported + %s rejected', s.records, s.imported, s.rejected) FROM import.summary AS s;
SELECT format('    rejected, %s: %s', r.reason, count(*)) FROM import.rejects AS r
GROUP BY r.reason ORDER BY count(*) DESC, r.reason;
SELECT format('    statuses the mapping does not know: %s', string_agg(DISTINCT j.source_status, ', '))
FROM judged AS j WHERE j.reason = 'unknown status' HAVING count(*) > 0;
SELECT format('    imported as %s: %s', r.status, count(*)) FROM civic.reports AS r
WHERE r.organization_id = civic.current_organization_id() AND r.user_id = :'person'
GROUP BY r.status ORDER BY r.status;
SELECT format('  %s areas%s, %s departments, %s categories', s.areas,
    CASE WHEN s.rejected_areas > 0 THEN format(' (%s features rejected: import.rejected_areas)', s.rejected_areas) END,
    s.departments, s.categories)
FROM import.summary AS s;
SELECT format('  %s reports lie in an area; %s of them name one, and %s (%s %%) name the one they lie in', s.located,
    s.comparable, s.agreeing, round(100.0 * s.agreeing / s.comparable, 2))
FROM import.summary AS s WHERE s.comparable > 0;
