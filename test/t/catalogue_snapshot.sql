-- Everything civic made, as text: two databases with the same output have the same catalogue.
-- Conditions are printed with few parentheses, because a restored one is nested otherwise.
SELECT concat_ws(' ', 'member', o.type, o.identity)
FROM pg_extension AS e
JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS o
WHERE e.extname = 'civic' ORDER BY 1;
SELECT concat_ws(' ', 'column', a.attrelid::regclass,
    row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), a.attname, format_type(a.atttypid, a.atttypmod),
    a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(f.adbin, f.adrelid),
    (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(a.attacl) AS x),
    col_description(a.attrelid, a.attnum))
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'S', 'c')
    AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid::regclass::text, a.attnum;
SELECT concat_ws(' ', 'relation', c.oid::regclass, c.relkind, pg_get_userbyid(c.relowner), c.relrowsecurity,
    c.relpersistence, c.relreplident, c.reloptions, CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END,
    (SELECT concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle)
        FROM pg_sequence AS q WHERE q.seqrelid = c.oid),
    (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(c.relacl) AS x), obj_description(c.oid, 'pg_class'))
FROM pg_class AS c WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace)
    AND c.relkind IN ('r', 'p', 'v', 'S') ORDER BY 1;
SELECT concat_ws(' ', 'constraint', c.conrelid::regclass, c.contypid::regtype, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint AS c WHERE c.connamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) ORDER BY 1;
SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid))
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) ORDER BY 1;
SELECT concat_ws(' ', 'trigger', t.tgenabled, pg_get_triggerdef(t.oid, true))
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND NOT t.tgisinternal ORDER BY 1;
SELECT concat_ws(' ', 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
    (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ',' ORDER BY 1)
        FROM unnest(p.polroles) AS r),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy AS p ORDER BY 1;
SELECT concat_ws(' ', 'function', p.oid::regprocedure, p.provolatile, p.proparallel, p.prosecdef, p.proleakproof,
    p.proisstrict, p.procost, p.prorows, p.proconfig, pg_get_userbyid(p.proowner), md5(pg_get_functiondef(p.oid)),
    (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(p.proacl) AS x), obj_description(p.oid, 'pg_proc'))
FROM pg_proc AS p
WHERE p.pronamespace IN ('civic'::regnamespace, 'civic_helpers'::regnamespace, 'civic_private'::regnamespace)
ORDER BY 1;
SELECT concat_ws(' ', 'type', t.oid::regtype, t.typtype,
    (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid),
    obj_description(t.oid, 'pg_type'))
FROM pg_type AS t WHERE t.typnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace)
    AND t.typtype IN ('e', 'd') ORDER BY 1;
SELECT concat_ws(' ', 'schema', n.nspname, obj_description(n.oid, 'pg_namespace'),
    (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(n.nspacl) AS x))
FROM pg_namespace AS n WHERE n.nspname IN ('civic', 'civic_helpers', 'civic_private') ORDER BY 1;
-- Rights that members had from the start; a dump holds those that differ from them.
SELECT concat_ws(' ', 'initial rights', o.type, o.identity,
    (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(i.initprivs) AS x))
FROM pg_init_privs AS i CROSS JOIN LATERAL pg_identify_object(i.classoid, i.objoid, i.objsubid) AS o
WHERE o.identity ~ '^(civic|civic_helpers|civic_private)\M' ORDER BY 1;
