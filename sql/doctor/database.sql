CREATE FUNCTION civic_private.declared_objects() RETURNS TABLE (
    kind text, name text, relation text, statement text
)
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- Statements begin a line; bodies of functions, which are cut up as well, do not.
    WITH statements AS MATERIALIZED (
        SELECT substring(t.piece, '(?:^|\n)((?:CREATE |GRANT |SELECT civic\.protect_table).*)$') || ';' AS statement
        FROM string_to_table(civic_private.data_model(), E';\n') AS t (piece)
    ), made AS (
        SELECT s.statement, regexp_match(s.statement, '^CREATE (?:UNIQUE |CONSTRAINT )?'
            '(TABLE|VIEW|SEQUENCE|FUNCTION|PROCEDURE|INDEX|TRIGGER|POLICY) ([\w.]+)') AS parts
        FROM statements AS s WHERE s.statement LIKE 'CREATE %'
    ), protected AS (
        SELECT substring(s.statement, '''(civic\.\w+)''') AS relation
        FROM statements AS s WHERE s.statement LIKE 'SELECT %'
    )
    SELECT lower(m.parts[1]), m.parts[2], CASE WHEN m.parts[1] IN ('INDEX', 'TRIGGER', 'POLICY')
            THEN substring(m.statement, '\sON\s+(civic(?:_private)?\.\w+)') END, m.statement
    FROM made AS m
    UNION ALL
    SELECT 'policy', g.name, p.relation, format('CREATE POLICY %s ON %s %s;', g.name, p.relation, g.rule)
    FROM protected AS p
    CROSS JOIN (VALUES
        ('tenant', 'AS RESTRICTIVE USING (organization_id = civic.current_organization_id())'
            ' WITH CHECK (organization_id = civic.current_organization_id())'),
        ('service', 'TO civic_service USING (true) WITH CHECK (true)'),
        ('auditor', 'FOR SELECT TO civic_auditor USING (true)')
    ) AS g (name, rule)
    UNION ALL
    SELECT 'grant', NULL, NULL, s.statement FROM statements AS s WHERE s.statement LIKE 'GRANT %'
$$;
COMMENT ON FUNCTION civic_private.declared_objects() IS
    'What civic_private.data_model() creates and grants, with the statements that do; kinds in lower case.';

CREATE FUNCTION civic_private.doctor_roles() RETURNS SETOF civic.finding
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
    WITH ours AS (
        SELECT o.name, r.* FROM unnest(ARRAY['civic_owner', 'civic_anon', 'civic_user', 'civic_service',
            'civic_auditor']) AS o (name)
        LEFT JOIN pg_roles AS r ON r.rolname = o.name
    ), members AS (
        SELECT o.name, m.rolname, m.rolcanlogin, m.rolsuper, m.rolbypassrls
        FROM ours AS o JOIN pg_auth_members AS a ON a.roleid = o.oid JOIN pg_roles AS m ON m.oid = a.member
    )
    SELECT 'error', 'role_missing', o.name, 'The role does not exist.', format('CREATE ROLE %I NOLOGIN;', o.name)
    FROM ours AS o WHERE o.oid IS NULL
    UNION ALL
    SELECT 'error', 'role_too_powerful', o.name,
        'The role can ' || concat_ws(', ', CASE WHEN o.rolcanlogin THEN 'log in' END,
            CASE WHEN o.rolsuper THEN 'do everything' END, CASE WHEN o.rolbypassrls THEN 'bypass row security' END,
            CASE WHEN o.rolcreaterole THEN 'create roles' END, CASE WHEN o.rolreplication THEN 'replicate' END) || '.',
        format('ALTER ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION;', o.name)
    FROM ours AS o
    WHERE o.rolcanlogin OR o.rolsuper OR o.rolbypassrls OR o.rolcreaterole OR o.rolreplication
    UNION ALL
    SELECT 'error', 'role_in_role', o.name, format('The role has all rights of role "%s".', g.rolname),
        format('REVOKE %I FROM %I;', g.rolname, o.name)
    FROM ours AS o JOIN pg_auth_members AS a ON a.member = o.oid JOIN pg_roles AS g ON g.oid = a.roleid
    UNION ALL
    SELECT 'error', 'owner_given', m.rolname, 'The role owns the tables and can turn off their guards.',
        format('REVOKE civic_owner FROM %I;', m.rolname)
    FROM members AS m WHERE m.name = 'civic_owner'
    UNION ALL
    SELECT 'warning', 'member_bypasses', m.rolname,
        format('A member of %s that row security does not bind.', m.name),
        format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS;', m.rolname)
    FROM members AS m WHERE m.name <> 'civic_owner' AND (m.rolsuper OR m.rolbypassrls)
    UNION ALL
    SELECT 'info', 'service_member', m.rolname,
        'It may run jobs, and in their course do everything in an organization.',
        'Take the role away from whom you do not know.'
    FROM members AS m WHERE m.name = 'civic_service'
$$;
COMMENT ON FUNCTION civic_private.doctor_roles() IS 'Findings of civic.doctor() on the roles of the database.';

CREATE FUNCTION civic_private.doctor_settings() RETURNS SETOF civic.finding
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
    -- Settings of the server as a session begins with them, not as this one has changed them.
    WITH settings AS (
        SELECT s.name, s.reset_val AS value FROM pg_settings AS s
    ), kept AS (
        SELECT concat_ws(' in ', 'role ' || r.rolname, 'database ' || d.datname) AS place,
            split_part(c.setting, '=', 1) AS name, lower(split_part(c.setting, '=', 2)) AS value, r.rolname, d.datname
        FROM pg_db_role_setting AS s
        CROSS JOIN unnest(s.setconfig) AS c (setting)
        LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
        LEFT JOIN pg_roles AS r ON r.oid = s.setrole
        WHERE s.setdatabase = 0 OR d.datname = current_database()
    )
    SELECT 'warning', 'setting_unsafe', s.name, w.detail,
        format('ALTER SYSTEM SET %s = %s;', s.name, w.remedy)
    FROM settings AS s
    JOIN (VALUES
        ('fsync', 'off', 'on', 'A crash of the machine may damage the database.'),
        ('full_page_writes', 'off', 'on', 'A crash of the machine may damage the database.'),
        ('autovacuum', 'off', 'on', 'Tables bloat, and transaction numbers run out.'),
        ('track_counts', 'off', 'on', 'Autovacuum does not know what to do.'),
        ('row_security', 'off', 'on', 'Statements of people fail where row policies would filter.'),
        ('session_replication_role', 'replica', 'origin', 'Guards and the checks of references do not fire.')
    ) AS w (name, value, remedy, detail) ON w.name = s.name AND w.value = s.value
    UNION ALL
    SELECT 'error', 'setting_disarms', k.name, format('Set to %s for %s: guards are not what they seem there.',
            k.value, k.place),
        concat_ws(' ', 'ALTER', CASE WHEN k.rolname IS NULL THEN 'DATABASE ' || quote_ident(k.datname)
            ELSE 'ROLE ' || quote_ident(k.rolname) || coalesce(' IN DATABASE ' || quote_ident(k.datname), '') END,
            'RESET', k.name) || ';'
    FROM kept AS k
    WHERE (k.name, k.value) IN (('session_replication_role', 'replica'), ('session_replication_role', 'local'),
        ('row_security', 'off'), ('civic.restoring', 'on'), ('civic.restoring', 'true'))
    UNION ALL
    SELECT 'warning', 'locks_too_few', 'max_locks_per_transaction',
        format('A dump locks %s tables, and there is room for %s locks.', r.tables, l.room),
        format('ALTER SYSTEM SET max_locks_per_transaction = %s;', 2 * r.tables / l.per_lock + 1)
    FROM (SELECT count(*) AS tables FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'S', 'm')
        AND c.relnamespace <> 'pg_catalog'::regnamespace) AS r
    CROSS JOIN (SELECT current_setting('max_locks_per_transaction')::integer * p.per_lock AS room, p.per_lock
        FROM (SELECT current_setting('max_connections')::integer
            + current_setting('max_prepared_transactions')::integer AS per_lock) AS p) AS l
    WHERE r.tables > l.room
    UNION ALL
    SELECT 'info', 'jit_on', 'jit',
        'Queries on tables with row policies are short; compiling them takes longer than running them.',
        'ALTER SYSTEM SET jit = off;'
    FROM settings AS s WHERE s.name = 'jit' AND s.value = 'on'
    UNION ALL
    SELECT 'info', 'wal_too_little', 'wal_level', 'No base backup and no replica can be made.',
        'ALTER SYSTEM SET wal_level = replica;'
    FROM settings AS s WHERE s.name = 'wal_level' AND s.value = 'minimal'
    UNION ALL
    SELECT 'info', 'checksums_off', 'data_checksums', 'Damage of a disk is noticed late.',
        'Stop the server and run pg_checksums --enable.'
    FROM settings AS s WHERE s.name = 'data_checksums' AND s.value = 'off'
    UNION ALL
    SELECT CASE WHEN a.age > 1800000000 THEN 'error' ELSE 'warning' END, 'transactions_old', d.datname,
        format('Transaction numbers run out at 2147483647; the oldest is %s back.', a.age), 'VACUUM FREEZE;'
    FROM pg_database AS d
    CROSS JOIN LATERAL (SELECT greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) AS age) AS a
    WHERE a.age > 1200000000
    UNION ALL
    SELECT 'error', 'version_differs', 'civic',
        format('The library is of version %s, the objects of the database are of version %s.', civic.engine_version(),
            e.extversion),
        'ALTER EXTENSION civic UPDATE;'
    FROM pg_extension AS e WHERE e.extname = 'civic' AND e.extversion <> civic.engine_version()
    UNION ALL
    SELECT 'info', 'passwords_unavailable', 'pgcrypto', 'Nobody can sign in by password.', 'CREATE EXTENSION pgcrypto;'
    WHERE NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pgcrypto')
    UNION ALL
    SELECT CASE WHEN u.share > 0.95 THEN 'error' ELSE 'warning' END, 'sequence_ends', u.name,
        format('%s%% of its numbers are used.', round(100 * u.share)), 'Ask civic for a wider column before it ends.'
    FROM (
        SELECT s.schemaname || '.' || s.sequencename AS name,
            (s.last_value - s.min_value)::numeric / (s.max_value - s.min_value)::numeric AS share
        FROM pg_sequences AS s
        WHERE s.schemaname IN ('civic', 'civic_private') AND NOT s.cycle AND s.increment_by > 0
    ) AS u
    WHERE u.share > 0.8
$$;
COMMENT ON FUNCTION civic_private.doctor_settings() IS
    'Findings of civic.doctor() on settings, versions and counters of the server.';

CREATE FUNCTION civic_private.doctor_objects() RETURNS SETOF civic.finding
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
    WITH declared AS MATERIALIZED (
        SELECT d.* FROM civic_private.declared_objects() AS d WHERE d.kind <> 'grant'
    ), relations AS MATERIALIZED (
        SELECT c.oid, n.nspname || '.' || c.relname AS name, n.nspname, c.relkind, c.relowner, c.relrowsecurity,
            c.relacl, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind,
            s.number IS NOT NULL OR EXISTS (
                SELECT FROM declared AS d
                WHERE d.kind IN ('table', 'view', 'sequence') AND d.name = n.nspname || '.' || c.relname
            ) AS is_ours,
            EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.deptype IN ('a', 'i', 'e')) AS is_part
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN civic_private.audit_segments AS s
            ON n.nspname = 'civic_private' AND s.table_name = c.relname AND s.dropped_at IS NULL
        WHERE n.nspname IN ('civic', 'civic_private') AND c.relkind IN ('r', 'p', 'v', 'S', 'm', 'f')
            AND NOT c.relispartition
    ), functions AS MATERIALIZED (
        SELECT p.oid, p.oid::regprocedure::text AS signature, n.nspname, p.prosecdef, p.proowner, p.proacl,
            e.objid IS NOT NULL AS is_engine, e.objid IS NOT NULL OR EXISTS (
                SELECT FROM declared AS d
                WHERE d.kind IN ('function', 'procedure') AND d.name = n.nspname || '.' || p.proname
            ) AS is_ours
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        LEFT JOIN pg_depend AS e ON e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e'
        WHERE n.nspname IN ('civic', 'civic_private')
    ), triggers AS MATERIALIZED (
        SELECT t.tgname, t.tgenabled, t.tgisinternal, r.name AS relation, r.oid,
            n.nspname IN ('civic', 'civic_private') AS is_ours, t.tgname ~ '^t99_audit' AS is_audit,
            c.conname
        FROM pg_trigger AS t JOIN relations AS r ON r.oid = t.tgrelid
        JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN pg_namespace AS n ON n.oid = p.pronamespace
        LEFT JOIN pg_constraint AS c ON c.oid = t.tgconstraint AND t.tgisinternal
    )
    SELECT 'error', d.kind || '_missing', d.name, format('The %s does not exist.', d.kind),
        'Restore it from a backup.'
    FROM declared AS d
    WHERE d.kind IN ('table', 'view', 'sequence') AND NOT EXISTS (SELECT FROM relations AS r WHERE r.name = d.name)
    UNION ALL
    SELECT 'error', 'function_missing', d.name, 'The function does not exist.', 'Restore it from a backup.'
    FROM declared AS d
    WHERE d.kind IN ('function', 'procedure') AND NOT EXISTS (
        SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname || '.' || p.proname = d.name)
    UNION ALL
    SELECT 'error', 'row_security_off', r.name, 'Everybody with a right on the table sees all its rows.',
        format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', r.name)
    FROM relations AS r
    WHERE r.is_ours AND r.nspname = 'civic' AND r.relkind IN ('r', 'p') AND NOT r.relrowsecurity
    UNION ALL
    SELECT 'error', 'policy_missing', d.relation || ' ' || d.name, 'A row policy of civic does not exist.', d.statement
    FROM declared AS d JOIN relations AS r ON r.name = d.relation
    WHERE d.kind = 'policy' AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = r.oid AND p.polname = d.name)
    UNION ALL
    SELECT 'error', 'tenant_policy_changed', r.name, 'Policy "tenant" does not keep organizations apart any more.',
        format('DROP POLICY tenant ON %s; %s', r.name, d.statement)
    FROM declared AS d JOIN relations AS r ON r.name = d.relation
    JOIN pg_policy AS p ON p.polrelid = r.oid AND p.polname = d.name
    WHERE d.kind = 'policy' AND d.name = 'tenant' AND (p.polpermissive OR p.polcmd <> '*' OR p.polroles <> '{0}'
        OR pg_get_expr(p.polqual, p.polrelid) !~ 'current_organization_id\(\)')
    UNION ALL
    SELECT 'info', 'policy_added', r.name || ' ' || p.polname, format('A row policy of yours, %s.',
            CASE WHEN p.polpermissive THEN 'which shows or allows more' ELSE 'which restricts' END),
        'Drop it where it is not meant.'
    FROM pg_policy AS p JOIN relations AS r ON r.oid = p.polrelid
    WHERE r.is_ours AND NOT EXISTS (
        SELECT FROM declared AS d WHERE d.kind = 'policy' AND d.relation = r.name AND d.name = p.polname)
    UNION ALL
    SELECT 'error', 'trigger_missing', d.relation || ' ' || d.name, 'A trigger of civic does not exist.', d.statement
    FROM declared AS d JOIN relations AS r ON r.name = d.relation
    WHERE d.kind = 'trigger' AND NOT EXISTS (
        SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgname = d.name)
    UNION ALL
    SELECT 'error', 'trigger_disabled', t.relation || ' ' || coalesce(t.conname, t.tgname),
        CASE WHEN t.conname IS NOT NULL THEN 'References are not checked.'
            WHEN t.is_audit THEN 'Changes are not, or not always, recorded in the audit log.'
            ELSE 'A guard of civic does not, or not always, fire.' END,
        format('ALTER TABLE %s ENABLE %sTRIGGER %I;', t.relation, CASE WHEN t.is_audit THEN 'ALWAYS ' ELSE '' END,
            t.tgname)
    FROM triggers AS t
    WHERE (t.is_ours OR t.conname IS NOT NULL) AND (t.tgenabled IN ('D', 'R') OR t.is_audit AND t.tgenabled <> 'A')
    UNION ALL
    SELECT 'error', 'audit_missing', a.relation, 'Changes of the table are not recorded in the audit log.',
        format('SELECT civic.audit_table(%L);', a.relation)
    FROM civic_private.audit_tables AS a
    WHERE to_regclass(a.relation) IS NOT NULL AND (SELECT count(*) FROM pg_trigger AS t
        WHERE t.tgrelid = to_regclass(a.relation) AND t.tgname IN ('t99_audit', 't99_audit_truncate')) < 2
    UNION ALL
    SELECT 'error', 'index_invalid', i.indexrelid::regclass::text,
        'The index was not built to its end and is not used.',
        format('REINDEX INDEX CONCURRENTLY %s;', i.indexrelid::regclass)
    FROM pg_index AS i JOIN relations AS r ON r.oid = i.indrelid WHERE NOT i.indisvalid OR NOT i.indisready
    UNION ALL
    SELECT 'warning', 'index_missing', d.relation || ' ' || d.name, 'An index of civic does not exist.', d.statement
    FROM declared AS d JOIN relations AS r ON r.name = d.relation
    WHERE d.kind = 'index' AND NOT EXISTS (
        SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = r.oid AND c.relname = d.name)
    UNION ALL
    SELECT 'warning', 'constraint_unchecked', r.name || ' ' || c.conname, 'Rows from before may break the constraint.',
        format('ALTER TABLE %s VALIDATE CONSTRAINT %I;', r.name, c.conname)
    FROM pg_constraint AS c JOIN relations AS r ON r.oid = c.conrelid WHERE NOT c.convalidated
    UNION ALL
    SELECT 'error', 'owner_changed', r.name, format('It belongs to %s; functions of civic cannot use it as they must.',
            r.relowner::regrole),
        format('ALTER %s %s OWNER TO civic_owner;', r.kind, r.name)
    FROM relations AS r WHERE r.is_ours AND r.relowner <> 'civic_owner'::regrole
    UNION ALL
    SELECT 'error', 'owner_changed', f.signature, format('It belongs to %s, with whose rights it runs.',
            f.proowner::regrole),
        format('ALTER ROUTINE %s OWNER TO civic_owner;', f.signature)
    FROM functions AS f WHERE f.is_ours AND f.prosecdef AND f.proowner <> 'civic_owner'::regrole
    UNION ALL
    SELECT CASE WHEN o.is_open THEN 'warning' ELSE 'info' END, 'foreign_table', r.name,
        concat_ws(' ', format('A %s of your own.', lower(r.kind)),
            CASE WHEN o.is_open THEN 'Clients can read it, and no row policy says which rows.' END),
        CASE WHEN o.is_open THEN format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', r.name)
            ELSE 'Nothing, if you put it there.' END
    FROM relations AS r
    CROSS JOIN LATERAL (
        SELECT r.relkind IN ('r', 'p', 'm', 'f') AND NOT r.relrowsecurity AND EXISTS (
            SELECT FROM aclexplode(r.relacl) AS a
            WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR a.grantee IN (SELECT c.oid FROM pg_roles AS c
                WHERE c.rolname IN ('civic_anon', 'civic_user', 'civic_service', 'civic_auditor')))) AS is_open
    ) AS o
    WHERE NOT r.is_ours AND NOT r.is_part
    UNION ALL
    SELECT CASE WHEN o.is_open THEN 'warning' ELSE 'info' END, 'foreign_function', f.signature,
        concat_ws(' ', 'A function of your own.',
            CASE WHEN o.is_open THEN 'It runs with the rights of its owner, and everybody may call it.' END),
        CASE WHEN o.is_open THEN format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC;', f.signature)
            ELSE 'Nothing, if you put it there.' END
    FROM functions AS f
    CROSS JOIN LATERAL (
        SELECT f.prosecdef AND (f.proacl IS NULL OR EXISTS (
            SELECT FROM aclexplode(f.proacl) AS a WHERE a.grantee = 0)) AS is_open
    ) AS o
    WHERE NOT f.is_ours
$$;
COMMENT ON FUNCTION civic_private.doctor_objects() IS
    'Findings of civic.doctor() on tables, functions, indexes, triggers and policies, compared with what'
    ' civic_private.data_model() creates.';

CREATE FUNCTION civic_private.doctor_rights() RETURNS SETOF civic.finding
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
    WITH declared AS MATERIALIZED (
        SELECT d.* FROM civic_private.declared_objects() AS d
    ), grantees AS (
        SELECT r.oid, r.rolname::text AS name FROM pg_roles AS r
        WHERE r.rolname IN ('civic_anon', 'civic_user', 'civic_service', 'civic_auditor')
        UNION ALL SELECT 0, 'PUBLIC'
    ), grants AS MATERIALIZED (
        SELECT regexp_match(d.statement, '^GRANT (.*?) ON (?:TABLE |SEQUENCE )?(.*?)\s+TO (.*?);$') AS m
        FROM declared AS d WHERE d.kind = 'grant'
    ), intended AS MATERIALIZED (
        SELECT DISTINCT trim(v.verb) AS verb, o.relation, trim(r.role) AS role
        FROM grants AS g
        CROSS JOIN LATERAL string_to_table(g.m[1], ',') AS v (verb)
        CROSS JOIN LATERAL string_to_table(g.m[3], ',') AS r (role)
        CROSS JOIN LATERAL (
            SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE g.m[2] = 'ALL TABLES IN SCHEMA civic' AND n.nspname = 'civic' AND c.relkind IN ('r', 'p', 'v')
            UNION ALL
            SELECT trim(t.name, E' \n') FROM string_to_table(g.m[2], ',') AS t (name) WHERE g.m[2] NOT LIKE 'ALL %'
        ) AS o (relation)
    ), given AS MATERIALIZED (
        SELECT a.privilege_type AS verb, n.nspname || '.' || c.relname AS relation, g.name AS role, n.nspname
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (
            SELECT x.privilege_type, x.grantee FROM aclexplode(c.relacl) AS x
            UNION
            SELECT x.privilege_type, x.grantee FROM pg_attribute AS b, aclexplode(b.attacl) AS x
            WHERE b.attrelid = c.oid AND b.attacl IS NOT NULL
        ) AS a
        JOIN grantees AS g ON g.oid = a.grantee
        WHERE n.nspname IN ('civic', 'civic_private')
    ), ours AS (
        SELECT d.name FROM declared AS d WHERE d.kind IN ('table', 'view', 'sequence')
    )
    SELECT CASE WHEN g.role IN ('PUBLIC', 'civic_anon') OR g.nspname = 'civic_private' THEN 'error' ELSE 'warning' END,
        'grant_added', g.relation, format('%s may %s, which civic does not give.', g.role, lower(g.verb)),
        format('REVOKE %s ON %s FROM %s;', g.verb, g.relation, g.role)
    FROM given AS g
    WHERE (g.relation IN (SELECT o.name FROM ours AS o) OR g.relation ~ '^civic_private\.audit_entries_')
        AND (g.verb, g.relation, g.role) NOT IN (SELECT i.verb, i.relation, i.role FROM intended AS i)
    UNION ALL
    SELECT 'info', 'grant_missing', i.relation, format('%s may not %s, which civic gives.', i.role, lower(i.verb)),
        format('GRANT %s ON %s TO %s;', i.verb, i.relation, i.role)
    FROM intended AS i
    WHERE i.relation IN (SELECT o.name FROM ours AS o) AND i.role IN (SELECT g.name FROM grantees AS g)
        AND (i.verb, i.relation, i.role) NOT IN (SELECT g.verb, g.relation, g.role FROM given AS g)
    UNION ALL
    -- Rights on what the extension owns are known to the server as they were made.
    SELECT CASE WHEN g.name IN ('PUBLIC', 'civic_anon') OR n.nspname = 'civic_private' THEN 'error' ELSE 'warning' END,
        'grant_added', p.oid::regprocedure::text, format('%s may execute it, which civic does not give.', g.name),
        format('REVOKE EXECUTE ON ROUTINE %s FROM %s;', p.oid::regprocedure, g.name)
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    LEFT JOIN pg_init_privs AS i ON i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid AND i.privtype = 'e'
    CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
    JOIN grantees AS g ON g.oid = a.grantee
    WHERE n.nspname IN ('civic', 'civic_private') AND CASE
        WHEN i.objoid IS NOT NULL THEN a.grantee NOT IN (SELECT x.grantee FROM aclexplode(i.initprivs) AS x)
        -- Functions of the data model that read are open to all clients, those that write to people and jobs.
        ELSE EXISTS (
                SELECT FROM declared AS d
                WHERE d.kind = 'function' AND d.name = n.nspname || '.' || p.proname
            ) AND (g.name = 'PUBLIC' OR n.nspname = 'civic_private'
                OR (p.provolatile = 'v' AND g.name IN ('civic_anon', 'civic_auditor')))
        END
    UNION ALL
    SELECT 'error', 'grant_added', 'schema ' || n.nspname, format('%s has %s, which civic does not give.', g.name,
            a.privilege_type),
        format('REVOKE %s ON SCHEMA %s FROM %s;', a.privilege_type, n.nspname, g.name)
    FROM pg_namespace AS n
    CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
    JOIN grantees AS g ON g.oid = a.grantee
    WHERE n.nspname = 'civic_private' OR n.nspname = 'civic' AND (a.privilege_type = 'CREATE' OR g.name = 'PUBLIC')
$$;
COMMENT ON FUNCTION civic_private.doctor_rights() IS
    'Findings of civic.doctor() on rights of PUBLIC and of the roles for clients, compared with what civic gives.';

CREATE FUNCTION civic_private.doctor_audit() RETURNS SETOF civic.finding
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
    state civic_private.audit_state;
    open_segment civic_private.audit_segments;
    waiting_since timestamptz;
BEGIN
    SELECT * INTO state FROM civic_private.audit_state AS a;
    SELECT * INTO open_segment FROM civic_private.audit_segments AS s WHERE s.dropped_at IS NULL
    ORDER BY s.number DESC LIMIT 1;
    IF state IS NULL OR open_segment IS NULL THEN
        RETURN QUERY VALUES ('error', 'segment_missing', 'civic_private.audit_segments',
            'The audit log has nowhere to go, so nothing can be changed.', 'Restore its rows from a backup.');
        RETURN;
    END IF;
    RETURN QUERY
    SELECT 'error', 'segment_missing', 'civic_private.' || s.table_name, 'A segment of the audit log does not exist.',
        'Restore it from a backup.'
    FROM civic_private.audit_segments AS s
    WHERE s.dropped_at IS NULL AND to_regclass('civic_private.' || quote_ident(s.table_name)) IS NULL;
    IF open_segment.opened_at < date_trunc('month', now())
        AND now() > date_trunc('month', now()) + interval '1 day' THEN
        RETURN QUERY VALUES ('warning', 'segment_late', 'civic_private.' || open_segment.table_name,
            'This month has no segment of its own: the log was not sealed since, or a transaction does not end.',
            'CALL civic.seal_audit_log();');
    END IF;
    IF NOT state.may_publish THEN
        RETURN QUERY VALUES ('warning', 'checkpoints_stopped', state.origin,
            'After a restore or a failover the log publishes nothing until it was shown to hold what was published.',
            'Call civic.resume_audit_log() with the last checkpoint that was published.');
    ELSIF NOT EXISTS (SELECT FROM civic.audit_checkpoints AS c WHERE c.recorded_at > now() - interval '7 days') THEN
        RETURN QUERY VALUES ('info', 'checkpoint_old', state.origin,
            'Nobody outside has signed a checkpoint in the last 7 days; until then the log could be made anew.',
            'Have civic.checkpoint() signed and published, see docs/audit.md.');
    END IF;
    IF to_regclass('civic_private.' || quote_ident(open_segment.table_name)) IS NULL THEN
        RETURN;
    END IF;
    -- The first entry that is not sealed; of a page that the last seal stopped at, so that no more than it is read.
    EXECUTE format('SELECT e.at FROM civic_private.%I AS e WHERE e.ctid >= %L::tid AND (e.epoch, e.xid) >= ($1, $2)'
        ' LIMIT 1', open_segment.table_name, format('(%s,0)', open_segment.scan_from))
        INTO waiting_since USING state.epoch, state.sealed_to;
    IF waiting_since < now() - interval '1 hour' THEN
        RETURN QUERY VALUES (CASE WHEN waiting_since < now() - interval '1 day' THEN 'error' ELSE 'warning' END,
            'sealing_late', 'civic.seal_audit_log()',
            format('The log has not been sealed since %s; what is not sealed is not proved.',
                to_char(waiting_since, 'YYYY-MM-DD HH24:MI TZ')),
            'Have a job run CALL civic.seal_audit_log(); civic.seal_lag() says what holds it back.');
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.doctor_audit() IS 'Findings of civic.doctor() on the audit log.';
