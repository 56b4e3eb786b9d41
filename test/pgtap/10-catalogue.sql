-- What holds for every object of civic, whichever module it belongs to: read from the catalogue, so that what is added
-- later is held to it as well.
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
-- Before any function in PL/pgSQL runs, which plpgsql_check asks for.
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'plpgsql_check') AS checkable \gset
\if :checkable
    LOAD 'plpgsql_check';
\endif
SELECT * FROM no_plan();

-- Tables that do not belong to one organization.
CREATE TEMP VIEW shared_tables AS
SELECT to_regclass(t.name)::oid AS oid
FROM (VALUES ('civic.permissions'), ('civic.organizations'), ('civic.notification_types'), ('civic.audit_labels'),
    ('civic.audit_actions'), ('civic.audit_checkpoints'), ('civic_private.audit_segments'),
    ('civic_private.audit_state'), ('civic_private.audit_keys'), ('civic_private.audit_holds'),
    ('civic_private.audit_batches'), ('civic_private.audit_tables'), ('civic.sync_action_types')) AS t (name);

-- All tables, and those that hold rows of organizations. The two signals have no columns and never a row.
CREATE TEMP VIEW all_tables AS
SELECT c.oid, c.oid::regclass::text AS name, n.nspname AS schema
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('civic', 'civic_private') AND c.relkind IN ('r', 'p');

CREATE TEMP VIEW tenant_tables AS
SELECT t.* FROM all_tables AS t
WHERE NOT EXISTS (SELECT FROM shared_tables AS s WHERE s.oid = t.oid)
    AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped);

SELECT cmp_ok((SELECT count(*) FROM tenant_tables), '>=', 20::bigint, 'the tables of civic are there');
SELECT is_empty(
    $$SELECT t.name FROM all_tables AS t WHERE t.oid NOT IN (SELECT oid FROM tenant_tables)
        AND t.oid NOT IN (SELECT oid FROM shared_tables) AND t.name !~ '^civic_private\.[a-z]+_signal$'$$,
    'a table without columns is a signal of civic_private');

-- 1. Every row belongs to an organization.
SELECT ok(EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = t.oid AND a.attname = 'organization_id' AND a.attnotnull AND a.atttypid = 'uuid'::regtype
    ), format('%s.organization_id is a uuid and NOT NULL', t.name))
FROM tenant_tables AS t ORDER BY t.name COLLATE "C";

SELECT is((
        SELECT a.attname::text FROM pg_index AS i
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = t.oid AND i.indisprimary
    ), 'organization_id', format('the primary key of %s starts with organization_id', t.name))
-- The audit log is written without an index.
FROM tenant_tables AS t WHERE t.name !~ '^civic(_private)?\.audit_entries' ORDER BY t.name COLLATE "C";

SELECT is((
        SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    ), 'organization_id', format('unique index %s starts with organization_id', i.indexrelid::regclass))
FROM pg_index AS i JOIN tenant_tables AS t ON t.oid = i.indrelid
-- Heads of all trees are the leaves of one forest.
WHERE i.indisunique AND NOT i.indisprimary AND i.indexrelid::regclass::text !~ 'audit_heads_forest_index_key'
ORDER BY i.indexrelid::regclass::text COLLATE "C";

SELECT is((
        SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    ), 'organization_id', format('exclusion constraint %s starts with organization_id', c.conname))
FROM pg_constraint AS c JOIN tenant_tables AS t ON t.oid = c.conrelid WHERE c.contype = 'x';

-- 2. References do not cross tenants: organization_id refers to organization_id. Roles may be built in, so their
-- organization is a column of its own, which a check ties to the row's.
CREATE TEMP VIEW tenant_references AS
SELECT c.oid, c.conname, c.conrelid::regclass::text AS name, c.confupdtype, c.confdeltype, c.confmatchtype,
    cardinality(c.conkey) AS width,
    (SELECT array_agg(a.attname::text || '>' || f.attname ORDER BY k.place)
        FROM unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (near, far, place)
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.near
        JOIN pg_attribute AS f ON f.attrelid = c.confrelid AND f.attnum = k.far) AS pairs
FROM pg_constraint AS c
JOIN tenant_tables AS t ON t.oid = c.conrelid
JOIN tenant_tables AS f ON f.oid = c.confrelid
WHERE c.contype = 'f';

SELECT ok(r.pairs @> ARRAY[CASE r.conname WHEN 'user_roles_role_fkey' THEN 'role_organization_id>organization_id'
        ELSE 'organization_id>organization_id' END],
    format('%s: %s includes organization_id on both sides', r.name, r.conname))
FROM tenant_references AS r ORDER BY r.name COLLATE "C", r.conname;

SELECT ok((
        SELECT count(*) = 1 FROM pg_constraint AS c
        WHERE c.conrelid = 'civic.user_roles'::regclass AND c.contype = 'c' AND c.convalidated AND (
            SELECT array_agg(a.attname::text ORDER BY a.attname COLLATE "C") FROM unnest(c.conkey) AS k (n)
            JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n
        ) = ARRAY['organization_id', 'role_organization_id']
    ), 'user_roles: a check ties role_organization_id to organization_id');

SELECT is_empty(
    $$SELECT r.name, r.conname FROM tenant_references AS r
        WHERE r.confdeltype IN ('n', 'd') OR r.confupdtype IN ('n', 'd')$$,
    'no composite reference sets columns to null or a default: organization_id would go with them');
SELECT is_empty(
    $$SELECT t.name, c.conname FROM pg_constraint AS c JOIN tenant_tables AS t ON t.oid = c.conrelid
        WHERE NOT c.convalidated OR c.condeferrable$$,
    'every constraint is validated and immediate');
SELECT is_empty(
    $$SELECT r.name, r.conname FROM tenant_references AS r
        WHERE r.confdeltype = 'c' AND r.oid NOT IN (SELECT c.oid FROM pg_constraint AS c
            WHERE c.confrelid <> 'civic.users'::regclass OR c.conrelid IN (
                SELECT o.oid FROM all_tables AS o WHERE o.name IN ('civic.user_profiles', 'civic.user_scores',
                    'civic.user_sessions', 'civic.notification_settings', 'civic.area_subscriptions',
                    'civic_private.credentials', 'civic_private.verification_codes',
                    'civic_private.password_history')))$$,
    'only secrets, sessions, profile, settings and scores of a person would go with the person');

-- An index serves every reference, or deletes and joins scan.
SELECT ok(EXISTS (
        SELECT FROM pg_index AS i JOIN pg_constraint AS c ON c.oid = r.oid
        WHERE i.indrelid = c.conrelid AND i.indisvalid
            AND (i.indkey::smallint[])[0:r.width - 1] @> c.conkey
            AND c.conkey @> (i.indkey::smallint[])[0:r.width - 1]
    ), format('%s: an index serves %s', r.name, r.conname))
FROM tenant_references AS r ORDER BY r.name COLLATE "C", r.conname;

-- 3. Row security.
SELECT ok(c.relrowsecurity, format('row security is on for %s', t.name))
FROM all_tables AS t JOIN pg_class AS c ON c.oid = t.oid WHERE t.schema = 'civic' ORDER BY t.name COLLATE "C";

SELECT is((
        SELECT string_agg(p.polname || ' ' || p.polcmd::text || ' ' || p.polroles::text, ', ' ORDER BY p.polname)
        FROM pg_policy AS p WHERE p.polrelid = t.oid AND NOT p.polpermissive
    ),
    CASE WHEN t.oid NOT IN (SELECT s.oid FROM shared_tables AS s WHERE s.oid <> 'civic.organizations'::regclass)
        THEN 'tenant * {0}' END,
    format('%s has exactly one restrictive policy, tenant, for all commands and everybody', t.name))
FROM all_tables AS t WHERE t.schema = 'civic' ORDER BY t.name COLLATE "C";

SELECT is((
        SELECT string_agg(DISTINCT x.expression, ' and ')
        FROM pg_policy AS p
        CROSS JOIN LATERAL (VALUES (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid)))
            AS x (expression)
        WHERE p.polrelid = t.oid AND p.polname = 'tenant'
    ), '(organization_id = civic.current_organization_id())', format('%s: the policy compares the organization',
        t.name))
FROM tenant_tables AS t
WHERE t.schema = 'civic' AND t.name NOT IN ('civic.roles', 'civic.role_permissions', 'civic.workflow_transitions',
    'civic.audit_entries', 'civic.sync_field_policies')
ORDER BY t.name COLLATE "C";

-- Built-in rows are seen by all and written by nobody.
SELECT is(
    (SELECT pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy AS p
        WHERE p.polrelid = to_regclass(t.name) AND p.polname = 'tenant'),
    '(organization_id = civic.current_organization_id())', format('%s: rows are written in one''s own organization',
        t.name))
FROM (VALUES ('civic.roles'), ('civic.role_permissions'), ('civic.workflow_transitions'), ('civic.audit_entries'))
    AS t (name);

SELECT is_empty(
    $$SELECT t.name, p.polname FROM pg_policy AS p JOIN all_tables AS t ON t.oid = p.polrelid
        WHERE pg_get_expr(p.polqual, p.polrelid) ~* '\mselect\M' OR pg_get_expr(p.polwithcheck,
            p.polrelid) ~* '\mselect\M'
            OR p.polqual::text LIKE '%SUBLINK%' OR p.polwithcheck::text LIKE '%SUBLINK%'$$,
    'no policy has a subquery');
SELECT is_empty(
    $$SELECT t.name FROM all_tables AS t WHERE t.schema = 'civic' AND t.name <> 'civic.organizations'
        AND EXISTS (SELECT FROM tenant_tables AS x WHERE x.oid = t.oid)
        AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = t.oid AND p.polname = 'service')$$,
    'jobs can work with every table');

SELECT is_empty(
    $$SELECT c.oid::regclass FROM pg_class AS c
        WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind = 'v'
            AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on',
                'security_invoker=1']$$,
    'every view reads with the rights of its reader');
SELECT is_empty(
    $$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('m',
        'f')$$,
    'there is no materialized view and no foreign table: they know no row security');

-- 4. Secrets.
SELECT is_empty(
    $$SELECT a.attrelid::regclass, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'c') AND a.attnum > 0
            AND NOT a.attisdropped AND a.attname ~* 'password|secret|token|hash'
            -- A number, a duration or a yes is no secret, whatever it is about; the hash of a file is none either.
            AND a.atttypid NOT IN ('boolean'::regtype, 'integer'::regtype, 'interval'::regtype)
            AND a.attname <> 'sha256'$$,
    'no column of schema civic holds a secret');
SELECT is_empty(
    $$SELECT r.rolname, p.privilege FROM pg_roles AS r
        CROSS JOIN (VALUES ('USAGE'), ('CREATE')) AS p (privilege)
        WHERE r.rolname IN ('civic_anon', 'civic_user', 'civic_service', 'civic_auditor')
            AND has_schema_privilege(r.oid, 'civic_private', p.privilege)$$,
    'clients cannot enter schema civic_private');
SELECT is_empty(
    $$SELECT r.rolname, t.name FROM pg_roles AS r CROSS JOIN all_tables AS t
        WHERE r.rolname IN ('civic_anon', 'civic_user', 'civic_service', 'civic_auditor') AND t.schema = 'civic_private'
            AND (has_table_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                OR has_any_column_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))$$,
    'clients have no right on any table of civic_private');
SELECT is_empty(
    $$SELECT r.rolname, t.name FROM pg_roles AS r CROSS JOIN all_tables AS t
        WHERE r.rolname IN ('civic_anon', 'civic_user', 'civic_service', 'civic_auditor')
            AND has_table_privilege(r.oid, t.oid, 'TRUNCATE, REFERENCES, TRIGGER')$$,
    'clients cannot truncate, reference or put triggers on tables');
SELECT is_empty(
    $$SELECT r.rolname FROM pg_roles AS r
        WHERE r.rolname IN ('civic_anon', 'civic_user', 'civic_service', 'civic_auditor')
            AND has_schema_privilege(r.oid, 'civic', 'CREATE')$$,
    'clients cannot create anything in schema civic');
SELECT is_empty(
    $$SELECT t.name, p.privilege_type FROM pg_class AS c JOIN all_tables AS t ON t.oid = c.oid
        CROSS JOIN LATERAL aclexplode(c.relacl) AS p WHERE p.grantee = 0$$,
    'PUBLIC has no right on any table');
SELECT is_empty(
    $$SELECT t.name FROM all_tables AS t
        WHERE has_table_privilege('civic_auditor', t.oid, 'INSERT, UPDATE, DELETE')
            OR has_table_privilege('civic_anon', t.oid, 'INSERT, UPDATE, DELETE')$$,
    'civic_auditor and civic_anon write nothing');
SELECT is_empty(
    $$SELECT t.name FROM all_tables AS t
        WHERE t.name IN ('civic.users', 'civic.role_history', 'civic.status_history')
            AND (has_table_privilege('civic_user', t.oid, 'DELETE') OR has_table_privilege('civic_service', t.oid,
                'DELETE'))$$,
    'people and histories are never deleted');

-- 5. Functions.
CREATE TEMP VIEW all_functions AS
SELECT p.oid, p.oid::regprocedure::text AS name, n.nspname AS schema, p.prosecdef, p.proconfig, p.proowner, p.proacl,
    p.prosqlbody, p.prorettype, p.proname, l.lanname AS language
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
WHERE n.nspname IN ('civic', 'civic_helpers', 'civic_private');

SELECT ok('search_path=pg_catalog, pg_temp' = ANY (f.proconfig) AND f.proowner = 'civic_owner'::regrole,
    format('definer function %s has its search_path pinned and belongs to civic_owner', f.name))
FROM all_functions AS f WHERE f.prosecdef ORDER BY f.name COLLATE "C";
SELECT ok('search_path=pg_catalog, pg_temp' = ANY (f.proconfig) OR f.prosqlbody IS NOT NULL,
    format('%s has its search_path pinned or a parsed body', f.name))
FROM all_functions AS f WHERE f.language <> 'c' AND NOT f.prosecdef ORDER BY f.name COLLATE "C";
SELECT is_empty(
    $$SELECT f.name FROM all_functions AS f WHERE has_function_privilege('public', f.oid, 'EXECUTE')$$,
    'PUBLIC can execute no function');
SELECT is_empty(
    $$SELECT f.name, r.name FROM all_functions AS f
        CROSS JOIN (VALUES ('civic_anon'), ('civic_user'), ('civic_service'), ('civic_auditor')) AS r (name)
        WHERE has_function_privilege(r.name, f.oid, 'EXECUTE') AND (f.schema = 'civic_private'
            OR f.prorettype = 'trigger'::regtype
            OR f.proname IN ('create_data_model', 'upgrade_data_model', 'create_organization', 'protect_table',
                'audit_table', 'set_token_secret'))$$,
    'clients can execute no internal function, no trigger function and no administration');
SELECT is_empty(
    $$SELECT f.name, r.name FROM all_functions AS f JOIN pg_proc AS p ON p.oid = f.oid
        CROSS JOIN (VALUES ('civic_anon'), ('civic_auditor')) AS r (name)
        WHERE p.provolatile = 'v' AND has_function_privilege(r.name, f.oid, 'EXECUTE')
            AND f.proname NOT IN ('uuid_v7', 'check_session')
            AND NOT (r.name = 'civic_anon' AND f.proname IN ('sign_in', 'refresh_session', 'reset_password',
                'open311_post'))$$,
    'civic_anon and civic_auditor can execute no function that writes, but to sign in or with a key');
SELECT is_empty(
    $$SELECT f.proname FROM all_functions AS f WHERE f.schema = 'civic' GROUP BY f.proname HAVING count(*) > 1$$,
    'no function of civic is overloaded: the description of the API has room for one of each name');
SELECT is_empty(
    $$SELECT f.name FROM all_functions AS f JOIN pg_proc AS p ON p.oid = f.oid
        WHERE p.prosrc ~ 'ERRCODE = ''(no_data_found|too_many_rows|P000[234]|object_|55|57|58)'$$,
    'no error has a code that PostgREST takes for a failure of the server');
SELECT is_empty(
    $$SELECT f.name FROM all_functions AS f WHERE f.language NOT IN ('c', 'sql', 'plpgsql')$$,
    'functions are in C, SQL or PL/pgSQL');

-- 6. Comments: every schema, table, view, column, sequence, function, type and domain.
SELECT is(count(obj_description(n.oid, 'pg_namespace')), 3::bigint, 'every schema has a comment')
FROM pg_namespace AS n WHERE n.nspname IN ('civic', 'civic_helpers', 'civic_private');
SELECT is_empty(
    $$SELECT c.oid::regclass FROM pg_class AS c
        WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace)
            AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
            AND NOT c.relispartition
        ORDER BY 1$$,
    'every table, view and sequence has a comment');
SELECT is_empty(
    $$SELECT f.name FROM all_functions AS f WHERE coalesce(obj_description(f.oid, 'pg_proc'), '') = '' ORDER BY 1$$,
    'every function has a comment');
SELECT is_empty(
    $$SELECT t.oid::regtype FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid
        WHERE t.typnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND t.typcategory <> 'A'
            AND t.typelem = 0 AND (t.typrelid = 0 OR c.relkind = 'c')
            AND coalesce(obj_description(t.oid, 'pg_type'), '') = ''
        ORDER BY 1$$,
    'every type and domain has a comment');
SELECT is((
        SELECT string_agg(a.attname, ', ' ORDER BY a.attnum)
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND coalesce(col_description(c.oid, a.attnum), '') = ''
    ), NULL, format('every column of %s has a comment', c.oid::regclass))
FROM pg_class AS c
WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace)
    AND c.relkind IN ('r', 'p', 'v', 'm', 'c') AND NOT c.relispartition
    AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0)
ORDER BY c.oid::regclass::text COLLATE "C";

-- 7. Owners and membership: the engine is the extension's, the data is the database's.
SELECT is_empty(
    $$SELECT t.name FROM all_tables AS t JOIN pg_class AS c ON c.oid = t.oid
        WHERE c.relowner <> 'civic_owner'::regrole$$,
    'every table belongs to civic_owner');
SELECT is_empty(
    $$SELECT c.oid::regclass FROM pg_class AS c
        WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND c.relkind IN ('S', 'v', 'm')
            AND c.relowner <> 'civic_owner'::regrole$$,
    'every sequence and view belongs to civic_owner');
SELECT is_empty(
    $$SELECT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend AS d
        JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
        WHERE e.extname = 'civic' AND d.deptype = 'e' AND d.classid IN ('pg_class'::regclass,
            'pg_namespace'::regclass)$$,
    'no table, sequence, view or schema is a member of the extension');
SELECT is_empty(
    $$SELECT f.name FROM all_functions AS f
        WHERE f.language = 'c' AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.reltype = f.prorettype)
            AND NOT EXISTS (SELECT FROM pg_depend AS d
                JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'civic'
                WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')$$,
    'every C function is a member of the extension, but those that return rows of a table, which come after it');
SELECT is_empty(
    $$SELECT t.tgrelid::regclass, f.name FROM pg_trigger AS t JOIN all_functions AS f ON f.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND NOT EXISTS (SELECT FROM pg_depend AS d
            JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'civic'
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')$$,
    'every trigger function is a member of the extension');
SELECT is_empty(
    $$SELECT t.oid::regtype FROM pg_type AS t
        WHERE t.typnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND t.typtype IN ('e', 'd')
            AND NOT EXISTS (SELECT FROM pg_depend AS d
                JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'civic'
                WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')$$,
    'every enum and domain is a member of the extension');
SELECT is_empty(
    $$SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger AS t JOIN all_tables AS a ON a.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled <> CASE WHEN t.tgname ~ '^t99_audit' OR a.name ~ '\.audit_entries'
            THEN 'A' ELSE 'O' END$$,
    'every trigger is enabled, and those of the audit always');

-- 8. Roles of the database.
SELECT ok(NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls),
    format('%s cannot log in and has no attribute of power', r.rolname))
FROM pg_roles AS r
WHERE r.rolname IN ('civic_owner', 'civic_anon', 'civic_user', 'civic_service', 'civic_auditor') ORDER BY r.rolname;
SELECT is(
    (SELECT count(*) FROM pg_roles AS r
        WHERE r.rolname IN ('civic_owner', 'civic_anon', 'civic_user', 'civic_service', 'civic_auditor')), 5::bigint,
    'the five roles exist');
SELECT is_empty(
    $$SELECT m.member::regrole, m.roleid::regrole FROM pg_auth_members AS m
        WHERE m.member IN ('civic_owner'::regrole, 'civic_anon'::regrole, 'civic_user'::regrole,
            'civic_service'::regrole,
            'civic_auditor'::regrole)$$,
    'none of them is a member of another role');

-- 9. plpgsql_check finds nothing to say about any PL/pgSQL function. What it may say without being right:
CREATE TEMP TABLE accepted (function text, message text, why text);
INSERT INTO accepted VALUES
    ('%', 'target type is different type than source type', 'a literal is cast once, when it is assigned'),
    ('civic_private.change_data_model(text,text)', 'text type variable is not sanitized',
        'open to superusers only; runs what the extension holds; the names come quoted from regprocedure'),
    ('civic.restore_report(uuid)', 'the expression is not SQL injection safe',
        'the names come quoted from the catalogue, the values as a parameter'),
    ('civic_private.own_tables(oid[])', 'text type variable is not sanitized', 'the names come quoted from regclass'),
    ('civic.audit_table(regclass,text[],text[],text,text)', 'text type variable is not sanitized',
        'the arguments come quoted from quote_literal()'),
    ('civic_helpers.sync_write(%', 'the expression is not SQL injection safe',
        'every name in it comes from quote_ident()'),
    ('civic_helpers.sync_%(jsonb,jsonb)', 'unused parameter "base"', 'all handlers of actions are called alike'),
    ('civic%.open311_%', 'routine is marked as STABLE, but expression is VOLATILE',
        'set_config() gives PostgREST the headers and changes nothing that is stored'),
    ('civic.seal_lag()', 'routine is marked as STABLE, but expression is VOLATILE',
        'pg_prepared_xacts is read, which the server calls volatile'),
    ('civic_helpers.open311_time(text)', 'routine is marked as IMMUTABLE, but expression is STABLE',
        'the function sets the time zone itself, and takes dates only as ISO 8601');
INSERT INTO accepted
SELECT f, 'routine is marked as IMMUTABLE, but expression is STABLE',
    'format() and the functions that make jsonb depend on settings for other types than texts, numbers and jsonb'
FROM unnest(ARRAY['civic.attendance_policy_fault(jsonb)', 'civic_helpers.boundary_of_area(jsonb,text)',
    'civic_helpers.check_money(numeric)', 'civic_helpers.sync_merged(jsonb,jsonb,jsonb)',
    'civic_helpers.tile_box(integer,integer,integer)',
    'civic_private.check_enabled(jsonb,text)', 'civic_private.entry_id(text)',
    'civic_private.password_faults(text,integer,text[])',
    'civic_private.read_hours(text[])', 'civic_private.read_week(jsonb)']) AS f;

CREATE FUNCTION pg_temp.findings() RETURNS TABLE (function text, relation text, finding text) LANGUAGE plpgsql AS $$
DECLARE
    f record;
BEGIN
    FOR f IN
        SELECT a.oid, a.name, coalesce(t.tgrelid, 0) AS relation, t.tgoldtable, t.tgnewtable
        FROM all_functions AS a
        LEFT JOIN (
            SELECT DISTINCT t.tgfoid, t.tgrelid, t.tgoldtable, t.tgnewtable FROM pg_trigger AS t
                WHERE NOT t.tgisinternal
        ) AS t ON t.tgfoid = a.oid
        WHERE a.language = 'plpgsql' AND (a.prorettype <> 'trigger'::regtype OR t.tgrelid IS NOT NULL)
        ORDER BY a.name COLLATE "C", t.tgrelid::regclass::text COLLATE "C"
    LOOP
        RETURN QUERY EXECUTE 'SELECT $1, $2, (SELECT string_agg(format(''%s: line %s: %s: %s %s'', c.level, c.lineno,'
            ' c.statement, c.message, c.detail), E''\n'') FROM plpgsql_check_function_tb($3, $4, oldtable => $5,'
                ' newtable => $6, other_warnings => true,'
            ' extra_warnings => true, performance_warnings => false, security_warnings => true) AS c WHERE NOT EXISTS ('
            ' SELECT FROM accepted AS x WHERE $1 LIKE x.function AND c.message = x.message))'
            USING f.name, f.relation::regclass::text, f.oid::regprocedure, f.relation::regclass, f.tgoldtable,
                f.tgnewtable;
    END LOOP;
END
$$;

\if :checkable
    CREATE EXTENSION IF NOT EXISTS plpgsql_check;
    SELECT is(f.finding, NULL, format('plpgsql_check: %s%s', f.function, nullif(' on ' || f.relation, ' on -')))
    FROM pg_temp.findings() AS f;
\else
    SELECT skip('extension plpgsql_check is not installed (package postgresql-NN-plpgsql-check)', 1);
\endif

SELECT * FROM finish();
ROLLBACK;
