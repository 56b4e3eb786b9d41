#!/usr/bin/env bash
# A database in use is dumped and restored: plainly, in parallel, into a cluster without the roles. What comes back
# must be what was there, and no trigger may have fired.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=tap.bash
. test/t/tap.bash
# shellcheck source=databases.bash
. test/t/databases.bash

work=$(mktemp -d)
chmod 755 "$work"
trap 'stop_cluster; rm -rf "$work"' EXIT

same_dump()
{
	snapshot_dump "$1" >"$work/again"
	diff "$work/snapshot" "$work/again"
}

fresh restore_source
psql -Xq -d restore_source -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION civic CASCADE'
{
	psql -Xq1 -v ON_ERROR_STOP=1 -d restore_source -v seed=1 -v reports=1000 -v until="$(date +%F)" -f demo/city.sql &&
		psql -Xq -v ON_ERROR_STOP=1 -d restore_source -f test/t/restore_source.sql
} >"$work/setup" 2>&1 || { cat "$work/setup"; exit 1; }
pg_dump --no-sync restore_source >"$work/first.sql"
snapshot_dump restore_source >"$work/snapshot"
pg_dump --no-sync -Fd -j 2 -f "$work/directory" restore_source

fresh restore_plain
check "a plain dump restores without an error" \
	psql -Xq -v ON_ERROR_STOP=1 -d restore_plain -f "$work/first.sql"
check "the dump of the plain restore is the same" same_dump restore_plain

fresh restore_parallel
check "pg_restore -j4 restores without an error" \
	pg_restore --exit-on-error -j 4 -d restore_parallel "$work/directory"
check "the dump of the parallel restore is the same" same_dump restore_parallel

check "no trigger fired: history and logs have as many rows" equal \
	"$(query restore_source 'SELECT (SELECT count(*) FROM civic.status_history), (SELECT count(*) FROM civic.role_history),
		(SELECT count(*) FROM city_log)')" \
	"$(query restore_parallel 'SELECT (SELECT count(*) FROM civic.status_history), (SELECT count(*) FROM civic.role_history),
		(SELECT count(*) FROM city_log)')"
check "the sequence goes on" equal \
	"$(query restore_source "SELECT nextval('civic.report_number_seq')")" \
	"$(query restore_parallel "SELECT nextval('civic.report_number_seq')")"
check "a column of the user's is still there, with its values" equal \
	"$(query restore_source 'SELECT count(*) FROM civic.reports WHERE city_remark IS NOT NULL')" \
	"$(query restore_parallel 'SELECT count(*) FROM civic.reports WHERE city_remark IS NOT NULL')"
check "a revoked right stays revoked" equal f \
	"$(query restore_parallel "SELECT has_table_privilege('civic_anon', 'civic.areas', 'SELECT')")"
check "a policy of the user's is still there" equal 1 \
	"$(query restore_parallel "SELECT count(*) FROM pg_policy WHERE polname = 'city_policy'")"
check "the guard holds in the restored database" refused restore_parallel \
	"UPDATE civic.reports SET status = 'closed' WHERE status = 'received'" 'cannot go from'
check "a report can be filed in the restored database" psql -Xq -v ON_ERROR_STOP=1 -d restore_parallel \
	-c "SET ROLE civic_user" -c "SET civic.user_id = '00000000-0000-0000-0000-0000000000d1'" \
	-c "SELECT civic.submit_report('Lamp is dark', 'The street light at the corner is dark.', 1, 2)"

check "the map was restored: places are found as in the areas themselves" equal "t t" "$(query restore_parallel "
	SELECT count(civic.area_at(p.latitude, p.longitude)) > 100, NOT bool_or(EXISTS (
		SELECT FROM civic.areas AS a WHERE a.organization_id = civic.current_organization_id() AND a.kind = 'ward'
			AND a.id IS DISTINCT FROM civic.area_at(p.latitude, p.longitude)
			AND ST_Contains(a.boundary, ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326))))
	FROM (SELECT r.latitude::float8, r.longitude::float8 FROM civic.reports AS r LIMIT 500) AS p" | tr '|' ' ')"

ailing="SELECT d.* FROM civic.doctor() AS d WHERE d.severity <> 'info' AND d.finding NOT IN ('setting_unsafe',
	'tick_late', 'messages_waiting', 'sealing_late', 'department_without_officers', 'areas_overlap')"
check "the doctor finds what was there before, and nothing else" equal \
	"$(query restore_source "$ailing")" "$(query restore_parallel "$ailing")"
check "DROP EXTENSION is refused" refused restore_source 'DROP EXTENSION civic' 'other objects depend on it'
check "the data is still there" equal t "$(query restore_source 'SELECT count(*) > 1000 FROM civic.reports')"

fresh engine_only
psql -Xq -d engine_only -c 'SET client_min_messages = warning' -c "SET row_security = off" -c 'CREATE EXTENSION civic CASCADE'
check "with row_security off only the engine is installed" equal '' \
	"$(query engine_only "SELECT to_regclass('civic.reports')")"
check "without its tables the engine says what to do" refused engine_only \
	'SELECT civic.current_user_id()' 'create_data_model'
check "create_data_model() creates the tables later" psql -Xq -d engine_only -c 'SELECT civic.create_data_model()'
fresh fresh_install
psql -Xq -d fresh_install -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION civic CASCADE'
check "the catalogue is the same as of a fresh install" equal \
	"$(snapshot fresh_install)" "$(snapshot engine_only)"
check "a fresh install restores" bash -c "
	psql -Xqc 'CREATE DATABASE fresh_restored TEMPLATE template0' postgres &&
	pg_dump fresh_install | psql -Xq -v ON_ERROR_STOP=1 -d fresh_restored >/dev/null"
check "and as of the same install dumped and restored" equal "$(snapshot fresh_install)" "$(snapshot fresh_restored)"
psql -Xqc 'DROP DATABASE fresh_restored' postgres

PGHOST_first=$PGHOST PGPORT_first=$PGPORT
start_cluster "$work/second" "fsync = off"
fresh restore_elsewhere
check "a cluster without the roles takes the dump: the extension brings them" \
	psql -Xq -v ON_ERROR_STOP=1 -d restore_elsewhere -f "$work/first.sql"
check "the dump from there is the same" same_dump restore_elsewhere
stop_cluster
export PGHOST=$PGHOST_first PGPORT=$PGPORT_first

for database in restore_source restore_plain restore_parallel engine_only fresh_install; do
	psql -Xqc "DROP DATABASE $database" postgres
done
echo "1..$n"
[ "$failures" = 0 ]
