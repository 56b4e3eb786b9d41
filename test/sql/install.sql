-- What CREATE EXTENSION makes: members of the extension, and what belongs to the database from then on.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS civic CASCADE;
SELECT e.extversion = civic.engine_version() AS versions_agree FROM pg_extension AS e WHERE e.extname = 'civic';

-- Members by kind; tables, schemas and what works on tables are no members, so that dumps hold them.
SELECT o.type, count(*)
FROM pg_extension AS e
JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS o
WHERE e.extname = 'civic' AND o.type <> 'function' AND o.identity NOT LIKE '%[]' -- from 17 on members too
GROUP BY o.type ORDER BY o.type COLLATE "C";
SELECT n.nspname, c.relkind, c.relrowsecurity, r.rolname, count(*)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_roles AS r ON r.oid = c.relowner
WHERE n.nspname IN ('civic', 'civic_private') AND c.relkind IN ('r', 'S', 'v')
GROUP BY 1, 2, 3, 4 ORDER BY n.nspname COLLATE "C", c.relkind, c.relrowsecurity;

-- Functions that are members.
\pset format unaligned
\pset tuples_only on
CREATE TEMPORARY VIEW functions AS
SELECT format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS signature,
    format('%s%s%s%s%s%s%s',
        CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
        CASE WHEN p.proisstrict THEN ', strict' END,
        CASE p.proparallel WHEN 's' THEN ', safe' WHEN 'r' THEN ', restricted' ELSE ', unsafe' END,
        CASE WHEN p.prosecdef THEN ', definer' END,
        CASE WHEN p.proleakproof THEN ', leakproof' END,
        CASE WHEN p.proretset THEN ', set' END,
        CASE WHEN l.lanname = 'c' THEN ', C' END) AS properties,
    EXISTS (
        SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    ) AS is_member
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
WHERE n.nspname IN ('civic', 'civic_helpers', 'civic_private');
SELECT f.signature, f.properties FROM functions AS f WHERE f.is_member ORDER BY f.signature COLLATE "C";

-- Functions of the data model.
SELECT f.signature, f.properties FROM functions AS f WHERE NOT f.is_member ORDER BY f.signature COLLATE "C";
\pset tuples_only off
\pset format aligned

-- Nothing that must not be: definer functions under the caller's path, undocumented objects, rights of everybody.
SELECT p.oid::regprocedure AS follows_the_callers_path
FROM pg_proc AS p
WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace, 'civic_private'::regnamespace)
    AND p.prosecdef AND NOT coalesce(p.proconfig @> '{"search_path=pg_catalog, pg_temp"}', false);
SELECT p.oid::regprocedure AS undocumented
FROM pg_proc AS p
WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace, 'civic_private'::regnamespace)
    AND obj_description(p.oid, 'pg_proc') IS NULL;
SELECT c.oid::regclass AS undocumented
FROM pg_class AS c
WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND c.relkind IN ('r', 'S', 'v')
    AND obj_description(c.oid, 'pg_class') IS NULL;
SELECT t.oid::regtype AS undocumented
FROM pg_type AS t
WHERE t.typnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND t.typtype IN ('e', 'd')
    AND obj_description(t.oid, 'pg_type') IS NULL;
SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolreplication, r.rolbypassrls
FROM pg_roles AS r WHERE r.rolname LIKE 'civic\_%' ORDER BY r.rolname COLLATE "C";
SELECT has_schema_privilege('civic_user', 'civic', 'USAGE') AS civic,
    has_schema_privilege('civic_user', 'civic_helpers', 'USAGE') AS civic_helpers,
    has_schema_privilege('civic_user', 'civic_private', 'USAGE') AS civic_private;
