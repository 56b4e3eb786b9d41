-- No reference crosses tenants. For every foreign key between tables of organizations, read from the catalogue: a row
-- of one organization that refers to a row of another is refused by that very constraint, without help of policies or
-- triggers. Then the same with everything in place, on the rows of the fixture, as a superuser.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

CREATE TEMP TABLE keys AS
SELECT c.oid, c.conname::text AS name, c.conrelid::regclass AS near, c.confrelid::regclass AS far,
    ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (n, place)
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.place) AS near_columns,
    ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (n, place)
        JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.place) AS far_columns
FROM pg_constraint AS c
WHERE c.contype = 'f'
    AND c.connamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace)
    AND c.confrelid NOT IN ('civic.organizations'::regclass, 'civic.permissions'::regclass,
        'civic.notification_types'::regclass, 'civic.audit_labels'::regclass, 'civic.sync_action_types'::regclass)
    AND c.conparentid = 0;

SELECT cmp_ok(count(*), '>=', 41::bigint, 'the references of civic are there') FROM keys;

-- A value of a type that is as good as another.
CREATE FUNCTION pg_temp.any_value(type oid, seed text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE
        WHEN t.typtype = 'd' THEN pg_temp.any_value(t.typbasetype, seed)
        WHEN t.typtype = 'e' THEN (SELECT e.enumlabel::text FROM pg_enum AS e WHERE e.enumtypid = t.oid
            ORDER BY e.enumsortorder LIMIT 1)
        WHEN t.typname = 'uuid' THEN md5(seed)::uuid::text
        WHEN t.typcategory = 'S' THEN 'x' || left(md5(seed), 12)
        WHEN t.typcategory = 'N' THEN (('x' || left(md5(seed), 6))::bit(24)::integer)::text
        WHEN t.typcategory = 'D' THEN (timestamptz '2001-01-01' + make_interval(days => ('x' || left(md5(seed),
            3))::bit(12)::integer))::text
        WHEN t.typname = 'bytea' THEN '\x' || md5(seed)
    END
    FROM pg_type AS t WHERE t.oid = type
$$;

-- Strips a table of everything but its primary key, its unique indexes and one foreign key.
CREATE FUNCTION pg_temp.strip(tbl regclass, keep oid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    x record;
BEGIN
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', tbl);
    FOR x IN SELECT c.conname FROM pg_constraint AS c
        WHERE c.conrelid = tbl AND c.contype IN ('c', 'f') AND c.oid <> keep LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', tbl, x.conname);
    END LOOP;
    FOR x IN SELECT a.attname FROM pg_attribute AS a
        WHERE a.attrelid = tbl AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT EXISTS (
            SELECT FROM pg_index AS i WHERE i.indrelid = tbl AND i.indisprimary AND a.attnum = ANY (i.indkey)
        ) LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', tbl, x.attname);
    END LOOP;
END
$$;

-- Inserts a bare row: the columns given, and whatever else the primary key needs. NULL everywhere else.
CREATE FUNCTION pg_temp.insert_bare(tbl regclass, given jsonb, seed text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    row_values jsonb := given;
BEGIN
    SELECT given || coalesce(jsonb_object_agg(a.attname, pg_temp.any_value(a.atttypid, seed || a.attname)), '{}')
    INTO row_values
    FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = tbl AND i.indisprimary AND NOT given ? a.attname;
    EXECUTE (
        SELECT format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', tbl,
            string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
            string_agg(coalesce(quote_literal(row_values ->> a.attname), 'NULL'), ', ' ORDER BY a.attnum))
        FROM pg_attribute AS a
        WHERE a.attrelid = tbl AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    );
END
$$;

-- What happens when a row of organization a refers to a row of organization "owner": "ok", or SQLSTATE and constraint.
CREATE FUNCTION pg_temp.refer(key keys, owner text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    far_row jsonb;
    near_row jsonb;
    organization_column text;
    broken text;
BEGIN
    PERFORM pg_temp.strip(key.far, CASE WHEN key.far = key.near THEN key.oid ELSE 0 END);
    IF key.near <> key.far THEN
        PERFORM pg_temp.strip(key.near, key.oid);
    END IF;
    -- The row referred to. Its key columns are the same in both organizations but for the organization.
    SELECT jsonb_object_agg(a.attname, CASE a.attname WHEN 'organization_id' THEN tap.id(owner)::text
        ELSE pg_temp.any_value(a.atttypid, 'far' || a.attname) END)
    INTO far_row
    FROM unnest(key.far_columns) AS c (name) JOIN pg_attribute AS a ON a.attrelid = key.far AND a.attname = c.name;
    PERFORM pg_temp.insert_bare(key.far, far_row, 'far');
    -- The row that refers. Whatever names its organization is organization a.
    SELECT jsonb_object_agg(p.near,
        CASE p.far WHEN 'organization_id' THEN to_jsonb(tap.id('a')::text) ELSE far_row -> p.far END)
    INTO near_row FROM unnest(key.near_columns, key.far_columns) AS p (near, far);
    PERFORM pg_temp.insert_bare(key.near, near_row || jsonb_build_object('organization_id', tap.id('a')), 'near');
    RAISE EXCEPTION USING ERRCODE = 'TAP00';
EXCEPTION
    WHEN SQLSTATE 'TAP00' THEN
        RETURN 'ok';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
        RETURN format('%s %s', SQLSTATE, coalesce(nullif(broken, ''), SQLERRM));
END
$$;

-- 1. The constraint alone.
SELECT is(pg_temp.refer(k, 'a'), 'ok', format('%s: %s accepts a row of the same organization', k.near, k.name))
FROM keys AS k ORDER BY k.near::text COLLATE "C", k.name;
SELECT is(pg_temp.refer(k, 'b'), '23503 ' || k.name, format('%s: %s refuses a row of another organization', k.near,
    k.name))
FROM keys AS k ORDER BY k.near::text COLLATE "C", k.name;

-- 2. A role of another organization, named with its organization: the check refuses it.
SELECT is(
    tap.attempt('a.service',
        format('INSERT INTO civic.user_roles (organization_id, user_id, role_organization_id, role_id)'
        ' VALUES (%L, %L, %L, %L)', tap.id('a'), tap.id('a.nobody'), tap.id('b'), tap.id('b.spare'))),
    '23514', 'user_roles: a role of another organization is refused by the check');
DO $$
BEGIN
    ALTER TABLE civic.user_roles DISABLE TRIGGER USER;
END
$$;
SELECT throws_ok(
    format('INSERT INTO civic.user_roles (organization_id, user_id, role_organization_id, role_id) VALUES (%L, %L,'
        ' %L, %L)',
        tap.id('a'), tap.id('a.nobody'), tap.id('b'), tap.id('b.spare')),
    '23514', NULL, 'user_roles: and so it is without triggers and policies');
ALTER TABLE civic.user_roles ENABLE TRIGGER USER;

-- 3. With triggers in place, as a superuser: rows of organization a are turned to rows of organization b one column at
-- a time. What refuses it may be the constraint or a guard before it.
CREATE FUNCTION pg_temp.turn(key keys) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    columns text[] := ARRAY(SELECT p.near FROM unnest(key.near_columns, key.far_columns) AS p (near, far)
        WHERE p.far <> 'organization_id');
    far_columns text[] := ARRAY(SELECT p.far FROM unnest(key.near_columns, key.far_columns) AS p (near, far)
        WHERE p.far <> 'organization_id');
    touched bigint;
BEGIN
    EXECUTE format('UPDATE %s AS n SET (%s) = ROW(%s) FROM (SELECT * FROM %s AS f WHERE f.organization_id = %L AND'
        ' NOT EXISTS ('
        'SELECT FROM %s AS o WHERE o.organization_id = %L AND (%s) = (%s)) LIMIT 1) AS far'
        ' WHERE n.ctid = (SELECT x.ctid FROM %s AS x WHERE x.organization_id = %L LIMIT 1)',
        key.near,
        (SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns) AS c),
        (SELECT string_agg('far.' || quote_ident(c), ', ') FROM unnest(far_columns) AS c),
        key.far, tap.id('b'), key.far, tap.id('a'),
        (SELECT string_agg('o.' || quote_ident(c), ', ') FROM unnest(far_columns) AS c),
        (SELECT string_agg('f.' || quote_ident(c), ', ') FROM unnest(far_columns) AS c),
        key.near, tap.id('a'));
    GET DIAGNOSTICS touched = ROW_COUNT;
    RAISE EXCEPTION USING ERRCODE = 'TAP00', MESSAGE = touched::text;
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'TAP00' THEN SQLERRM ELSE SQLSTATE END;
END
$$;

-- A category that only organization b has, so that every reference has somewhere to go.
INSERT INTO civic.categories (organization_id, code, name) VALUES (tap.id('b'), 'only_b', 'Only b');

SELECT CASE t.outcome
    WHEN '0' THEN skip(format('%s: the fixture has no row for %s', k.near, k.name), 1)
    ELSE ok(t.outcome ~ '^(23503|23514|ZC[0-9]{3})$',
        format('%s: %s holds with all guards: %s', k.near, k.name, t.outcome)) END
FROM keys AS k CROSS JOIN LATERAL pg_temp.turn(k) AS t (outcome)
ORDER BY k.near::text COLLATE "C", k.name;

SELECT * FROM finish();
ROLLBACK;
