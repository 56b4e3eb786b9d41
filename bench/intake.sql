-- What filing of reports needs in a database of generate_duplicates.sql: residents enough that none reaches the limit,
-- wards, rules of routing, and the reports that come next. Triggers of the areas run; those of people do not.

CREATE TABLE bench.intake AS SELECT 30000::bigint AS residents, 20000::bigint AS texts;
GRANT SELECT ON bench.intake TO civic_user;

SET session_replication_role = replica;
SET civic.restoring = on;
INSERT INTO civic.users (organization_id, id, email, full_name)
SELECT bench.organization(o), bench.person(o, 1000000 + p), format('resident%s@organization%s.example', p, o),
    format('Resident %s', p)
FROM bench.sizes AS s, generate_series(1, s.organizations) AS o, bench.intake AS i,
    generate_series(1, i.residents) AS p;
INSERT INTO civic.user_roles (organization_id, user_id, role_id, family)
SELECT u.organization_id, u.id, r.id, r.family
FROM civic.users AS u JOIN civic.roles AS r ON r.is_system AND r.code = 'citizen'
WHERE u.full_name LIKE 'Resident %';
RESET session_replication_role;
RESET civic.restoring;

-- 15 by 15 wards to a city; borders wind, and neighbors share them.
CREATE FUNCTION bench.winding(x float8, y float8) RETURNS geometry LANGUAGE sql IMMUTABLE
RETURN ST_MakePoint(x + 0.15 * sin(7 * y) * sin(pi() * x / 15), y + 0.15 * cos(5 * x) * sin(pi() * y / 15));
INSERT INTO civic.areas (organization_id, kind, code, name, boundary)
SELECT bench.organization(o), 'ward', w.n::text, 'Ward ' || w.n,
    ST_Multi(ST_SetSRID(ST_Affine(w.shape, c.side / 15 / cosd(10 + o), 0, 0, c.side / 15,
        75 + o - 0.005, 10 + o - 0.005), 4326))
FROM bench.sizes AS s
CROSS JOIN generate_series(1, s.organizations) AS o
-- The city of generate_duplicates.sql and some 500 meters around it, in degrees.
CROSS JOIN LATERAL (SELECT 0.01 + 1300 * ceil(sqrt(s.tiles)) / 111195 AS side) AS c
CROSS JOIN (
    SELECT 1 + 15 * i + j AS n, ST_MakePolygon(ST_MakeLine(ARRAY(
        SELECT bench.winding(i + p.x, j + p.y)
        FROM (
            SELECT k, least(1, greatest(0, abs((k + 30) % 40 - 20) / 10.0 - 0.5)) AS x,
                least(1, greatest(0, abs((k + 20) % 40 - 20) / 10.0 - 0.5)) AS y
            FROM generate_series(0, 40) AS k
        ) AS p ORDER BY p.k))) AS shape
    FROM generate_series(0, 14) AS i, generate_series(0, 14) AS j
) AS w;

-- Five of the categories have a rule in every third ward, all have one for the city.
INSERT INTO civic.routing_rules (organization_id, name, category, area_id, department_id)
SELECT c.organization_id, c.name || ' in ' || a.name, c.code, a.id, d.id
FROM civic.categories AS c
JOIN civic.areas AS a ON a.organization_id = c.organization_id AND a.code::integer % 3 = 0
JOIN civic.departments AS d ON d.organization_id = c.organization_id
    AND d.code = (ARRAY['PWD', 'WSD', 'SAN', 'ELD', 'HRT', 'HMD'])[1 + a.code::integer / 3 % 6]
WHERE c.sort_order <= 50 AND c.organization_id IN (
    SELECT bench.organization(o) FROM bench.sizes AS s, generate_series(1, s.organizations) AS o);
INSERT INTO civic.routing_rules (organization_id, name, category, department_id)
SELECT c.organization_id, c.name || ' in the city', c.code, d.id
FROM civic.categories AS c
JOIN civic.departments AS d ON d.organization_id = c.organization_id AND d.code = 'PWD'
WHERE c.organization_id IN (
    SELECT bench.organization(o) FROM bench.sizes AS s, generate_series(1, s.organizations) AS o);

-- The reports that would come next, in their order, and the department that the row of a bare INSERT has.
CREATE TABLE bench.texts AS
SELECT d.n - s.reports AS n, d.organization, bench.organization(d.organization) AS organization_id, d.category,
    left(d.title, 255) AS title, left(d.description, 2000) AS description, d.latitude, d.longitude, d.address,
    p.id AS department_id
FROM bench.sizes AS s
CROSS JOIN bench.intake AS i
CROSS JOIN LATERAL bench.drawn(s.reports, s.reports + i.texts - 1) AS d
JOIN civic.departments AS p ON p.organization_id = bench.organization(d.organization) AND p.code = 'PWD';
ALTER TABLE bench.texts ADD PRIMARY KEY (n);
GRANT SELECT ON bench.texts TO civic_user;

-- Every call files the next of them, as another resident, so that nobody files more than three in five minutes.
CREATE SEQUENCE bench.next_call MINVALUE 0 CACHE 10;
GRANT USAGE ON SEQUENCE bench.next_call TO civic_user;
CREATE FUNCTION bench.sign_in_as(call bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    organization integer;
BEGIN
    SELECT t.organization INTO organization FROM bench.texts AS t WHERE t.n = call % 20000;
    PERFORM set_config('civic.organization_id', bench.organization(organization)::text, true),
        set_config('civic.user_id', bench.person(organization, 1000001 + call / 10 % 30000)::text, true);
    RETURN call % 20000;
END
$$;
CREATE FUNCTION bench.sign_in() RETURNS bigint LANGUAGE sql VOLATILE
AS $$
    SELECT bench.sign_in_as(nextval('bench.next_call'))
$$;

-- A table of the same shape with the same rows and indexes, which are made after the rows; references are not copied.
CREATE FUNCTION bench.copy_table(origin regclass, target text) RETURNS void LANGUAGE plpgsql VOLATILE
SET maintenance_work_mem = '512MB'
AS $$
DECLARE
    columns text := (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
        WHERE a.attrelid = origin AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '');
    index record;
BEGIN
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', target, origin);
    EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM %s', target, columns, origin);
    FOR index IN
        SELECT pg_get_indexdef(i.indexrelid) AS definition, c.relname AS name
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = origin
    LOOP
        EXECUTE replace(replace(index.definition, format(' ON %s ', origin), format(' ON %s ', target)),
            format('INDEX %s ', index.name), format('INDEX %s_%s ', split_part(target, '.', 2), index.name));
    END LOOP;
END
$$;

-- The references of tables that a schema has copies of; LIKE does not copy them.
CREATE FUNCTION bench.copy_references(target text) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    reference record;
BEGIN
    FOR reference IN
        SELECT t.relname AS relation, c.conname, pg_get_constraintdef(c.oid) AS definition
        FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
        WHERE c.contype = 'f' AND t.relnamespace = 'civic'::regnamespace
            AND to_regclass(format('%I.%I', target, t.relname)) IS NOT NULL
    LOOP
        EXECUTE format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s NOT VALID', target, reference.relation,
            reference.conname, replace(reference.definition, 'civic.reports', format('%I.reports', target)));
    END LOOP;
END
$$;

-- The same row without anything done to it.
SELECT bench.copy_table('civic.reports', 'bench.bare_reports');
CREATE SEQUENCE bench.next_number;
GRANT SELECT, INSERT ON bench.bare_reports TO civic_user;
GRANT USAGE ON SEQUENCE bench.next_number TO civic_user;
