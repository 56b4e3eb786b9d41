-- The rows that civic delivers, without what differs from one installation to the next: identifiers, times and the log.
SELECT format('SELECT %L || '' '' || regexp_replace((to_jsonb(t) - %L::text[])::text, %L, ''uuid'', ''g'') FROM %s AS t ORDER BY 1',
    c.oid::regclass, '{created_at,updated_at,audited_at}',
    '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}', c.oid::regclass)
FROM pg_class AS c
WHERE c.relnamespace IN ('civic'::regnamespace, 'civic_private'::regnamespace) AND c.relkind IN ('r', 'p')
    AND c.relname !~ '^audit_(entries|segments|state)' ORDER BY c.oid::regclass::text \gexec
