#!/usr/bin/env bash
# What civic.doctor() finds of a server that is set up badly, and whether its remedies mend it; the rest is in
# test/pgtap/97-doctor.sql. Needs a server tree with civic installed (PG_CONFIG); starts a server of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=tap.bash
. test/t/tap.bash

work=$(mktemp -d)
chmod 755 "$work"
trap 'stop_cluster; rm -rf "$work"' EXIT

query()
{
	psql -XAtq -v ON_ERROR_STOP=1 -d city -c "$1"
}

restart()
{
	as_server_user "$("$PG_CONFIG" --bindir)/pg_ctl" -D "$cluster_dir/data" -l "$cluster_dir/server.log" -w restart \
		>/dev/null
}

findings="SELECT d.severity, d.finding, d.object FROM civic.doctor() AS d
	WHERE d.finding ~ '^(setting_|locks_|wal_|jit_|index_)' ORDER BY 2, 3"

start_cluster "$work/server"
psql -Xqc 'CREATE DATABASE city' postgres
query 'SET client_min_messages = warning; CREATE EXTENSION civic CASCADE'
query 'ALTER SYSTEM SET jit = off'
restart
same "a server as it comes is well" "$(query "$findings")" ""

# The build of an index that fails leaves it behind.
query "INSERT INTO civic.departments (code, name, keywords) VALUES ('A', 'A', '{x}'), ('B', 'B', '{x}')"
psql -XAtqd city -c 'CREATE UNIQUE INDEX CONCURRENTLY city_keywords ON civic.departments (organization_id, keywords)' \
	2>/dev/null || true
same "an index that was not built to its end is found" "$(query "$findings")" \
	"error|index_invalid|civic.city_keywords"
query "DELETE FROM civic.departments WHERE code IN ('A', 'B')"
query "$(query "SELECT d.remedy FROM civic.doctor() AS d WHERE d.finding = 'index_invalid'")"
same "and built by the remedy" "$(query "$findings")" ""

for setting in "fsync = off" "full_page_writes = off" "autovacuum = off" "track_counts = off" "row_security = off" \
	"session_replication_role = replica" "wal_level = minimal" "max_wal_senders = 0" "jit = on" \
	"max_locks_per_transaction = 10" "max_connections = 20"; do
	query "ALTER SYSTEM SET $setting"
done
restart
same "bad settings are found" "$(query "$findings")" "info|jit_on|jit
warning|locks_too_few|max_locks_per_transaction
warning|setting_unsafe|autovacuum
warning|setting_unsafe|fsync
warning|setting_unsafe|full_page_writes
warning|setting_unsafe|row_security
warning|setting_unsafe|session_replication_role
warning|setting_unsafe|track_counts
info|wal_too_little|wal_level"
query "SELECT d.remedy FROM civic.doctor() AS d WHERE d.remedy LIKE 'ALTER SYSTEM %'" >"$work/remedies"
while read -r remedy; do
	query "$remedy"
done <"$work/remedies"
restart
same "and mended by their remedies" "$(query "$findings")" ""

echo "1..$n"
[ "$failures" = 0 ]
