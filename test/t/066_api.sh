#!/usr/bin/env bash
# The schema as an API: a real PostgREST with docs/postgrest.conf.example in front of two organizations full of people.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic and pgTAP installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=postgrest.bash
. test/t/postgrest.bash

finish()
{
	stop_postgrest
	psql -Xqc 'DROP DATABASE IF EXISTS api' -c 'ALTER ROLE civic_anon RESET civic.organization_id' postgres
}

if ! find_postgrest; then
	echo "ok 1 - the API # SKIP $postgrest_missing"
	echo 1..1
	exit 0
fi
trap finish EXIT

secret=$(head -c 48 /dev/urandom | base64 -w 0)
export PGOPTIONS='-c client_min_messages=warning'
psql -Xqc 'DROP DATABASE IF EXISTS api' -c 'CREATE DATABASE api' postgres
psql -Xq -v ON_ERROR_STOP=1 -d api -v secret="$secret" -c 'CREATE EXTENSION civic CASCADE' -c BEGIN \
	-f test/pgtap/fixture.psql -f - <<'SQL' >/dev/null
COMMIT;
-- The catalogue, which the tests compare the API with.
CREATE VIEW public.functions AS
SELECT p.proname::text AS name, p.provolatile::text AS volatility, p.pronargdefaults AS defaults,
    obj_description(p.oid, 'pg_proc') AS comment, has_function_privilege('civic_anon', p.oid, 'EXECUTE') AS for_anon,
    coalesce(p.proargnames[1] = '' OR p.proargnames IS NULL AND p.pronargs > 0, false) AS is_unnamed,
    p.proargtypes[0]::regtype::text AS first_type,
    ARRAY(SELECT jsonb_build_object('name', a.name, 'type', format_type(a.type, NULL), 'kind', coalesce(b.typtype,
            t.typtype)::text, 'element', nullif(t.typelem, 0)::regtype,
            'label', (SELECT e.enumlabel FROM pg_enum AS e WHERE e.enumtypid IN (t.oid, t.typelem)
                ORDER BY e.enumsortorder LIMIT 1))
        FROM unnest(p.proargtypes::oid[], p.proargnames[1:p.pronargs]) WITH ORDINALITY AS a (type, name, place)
        JOIN pg_type AS t ON t.oid = a.type LEFT JOIN pg_type AS b ON b.oid = t.typbasetype AND t.typbasetype <> 0
        ORDER BY a.place) AS arguments
FROM pg_proc AS p
WHERE p.pronamespace = 'civic'::regnamespace AND p.prokind = 'f' AND has_function_privilege('civic_user', p.oid, 'EXECUTE');
CREATE VIEW public.relations AS
SELECT c.relname::text AS name,
    ARRAY(SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped ORDER BY a.attnum) AS columns
FROM pg_class AS c
WHERE c.relnamespace = 'civic'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
    AND has_table_privilege('civic_user', c.oid, 'SELECT');

ALTER ROLE civic_anon SET civic.organization_id = '0cc175b9-c0f1-b6a8-31c3-99e269772661';
SQL
start_postgrest api "jwt-secret = \"$secret\"" 'db-tx-end = "commit-allow-override"'
psql -XAtq -d api -c "SELECT jsonb_build_object(
	'functions', (SELECT jsonb_agg(f) FROM public.functions AS f),
	'relations', (SELECT jsonb_agg(r) FROM public.relations AS r))" |
	/usr/bin/python3 test/t/api.py "$postgrest_url" "$secret" docs/errors.md
