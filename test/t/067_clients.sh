#!/usr/bin/env bash
# What people write programs with: node-postgres, the client of PostgREST that Supabase uses, and Drizzle, an ORM.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=postgrest.bash
. test/t/postgrest.bash

finish()
{
	stop_postgrest
	psql -Xqc 'DROP DATABASE IF EXISTS clients' postgres
}

skip()
{
	echo "ok 1 - clients # SKIP $1"
	echo 1..1
	exit 0
}

find_postgrest || skip "$postgrest_missing"
command -v node >/dev/null || skip "node is not installed"
need_node_packages test pg @supabase/postgrest-js drizzle-kit drizzle-orm || skip "$node_packages_missing"
trap finish EXIT

secret=$(head -c 48 /dev/urandom | base64 -w 0)
export PGOPTIONS='-c client_min_messages=warning'
psql -Xqc 'DROP DATABASE IF EXISTS clients' -c 'CREATE DATABASE clients' postgres
psql -Xq -v ON_ERROR_STOP=1 -d clients <<'SQL' >/dev/null
CREATE EXTENSION civic CASCADE;
INSERT INTO civic.users (id, email, full_name) VALUES
    ('00000000-0000-0000-0000-00000000000a', 'rita@example.org', 'Rita'),
    ('00000000-0000-0000-0000-00000000000b', 'nils@example.org', 'Nils');
SELECT civic.give_role(u.id, 'citizen') FROM civic.users AS u;
INSERT INTO civic.reports (user_id, title, description, category, latitude, longitude, is_public)
SELECT u.id, 'Pothole of ' || u.full_name, 'A deep pothole in the road.', 'roads', 12, 77 + u.place, false
FROM (SELECT u.id, u.full_name, row_number() OVER (ORDER BY u.id) AS place FROM civic.users AS u) AS u;
SQL
start_postgrest clients "jwt-secret = \"$secret\""
PGDATABASE=clients node test/t/clients.mjs "$postgrest_url" \
	"$(token '{"role": "civic_user", "sub": "00000000-0000-0000-0000-00000000000a"}')"
