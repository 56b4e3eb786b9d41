#!/usr/bin/env bash
# Eight writers with savepoints, rollbacks and prepared transactions, a sealer, and kill -9 of backends and of the whole
# server: afterwards every committed change has exactly one entry, nothing else has one, and the log verifies. Then the
# same for a dump that was restored, a standby that was promoted, and a page that was edited on disk.
# CIVIC_CRASH_ROUNDS says how often the server is killed: 2 by default, 20 before a release.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh

rounds=${CIVIC_CRASH_ROUNDS:-2}
n=0
failures=0
work=$(mktemp -d "${TMPDIR:-/tmp}/civic-crash.XXXXXX")
chmod 755 "$work"
sealer=

finish()
{
	[ -z "$sealer" ] || kill "$sealer" 2>/dev/null || true
	stop_standby || true
	stop_cluster || true
	rm -rf "$work"
}
trap finish EXIT

check()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '# have: %s\n# want: %s\n' "$2" "$3"
		failures=$((failures + 1))
	fi
}

query()
{
	PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d city -c "$1"
}

start_cluster "$work/server" "max_prepared_transactions = 50" "shared_buffers = 64MB" "wal_level = replica" \
	"max_wal_senders = 4" "checkpoint_timeout = 30s"
postgres_bin=$("$PG_CONFIG" --bindir)
PGOPTIONS='-c client_min_messages=warning' psql -XAtq -d postgres -c 'CREATE DATABASE city'
query 'CREATE EXTENSION civic CASCADE'
query "CREATE TABLE public.ledger (organization_id uuid, id bigint PRIMARY KEY, version integer NOT NULL);
	CREATE SEQUENCE public.ledger_id;
	SELECT civic.audit_table('public.ledger')" >/dev/null

# Each row's version counts the committed changes of it.
cat >"$work/write.sql" <<'SQL'
\set what random(1, 8)
\set many random(1, 4)
\set pause random(0, 8)
\set name random(1, 1000000000)
BEGIN;
INSERT INTO ledger SELECT civic.current_organization_id(), nextval('ledger_id'), 1 FROM generate_series(1, :many);
UPDATE ledger SET version = version + 1 WHERE id = currval('ledger_id');
\sleep :pause ms
\if :what = 1
ROLLBACK;
\elif :what = 2
SAVEPOINT a;
UPDATE ledger SET version = version + 1 WHERE id = currval('ledger_id');
ROLLBACK TO a;
UPDATE ledger SET version = version + 1 WHERE id = currval('ledger_id');
COMMIT;
\elif :what = 3
SAVEPOINT a;
INSERT INTO ledger SELECT civic.current_organization_id(), nextval('ledger_id'), 1;
SAVEPOINT b;
UPDATE ledger SET version = version + 1 WHERE id = currval('ledger_id');
RELEASE a;
COMMIT;
\elif :what = 4
PREPARE TRANSACTION 'p:name';
COMMIT PREPARED 'p:name';
\elif :what = 5
PREPARE TRANSACTION 'p:name';
ROLLBACK PREPARED 'p:name';
\elif :what = 6
DELETE FROM ledger WHERE id = currval('ledger_id');
COMMIT;
\else
COMMIT;
\endif
SQL

seal_for_ever()
{
	while :; do
		query 'CALL civic.seal_audit_log()' >/dev/null 2>&1 || true
		sleep 0.05
	done
}

wait_for_server()
{
	local try
	for try in $(seq 1 300); do
		if query 'SELECT 1' >/dev/null 2>&1; then
			return 0
		fi
		sleep 0.2
	done
	echo "# the server did not come back after $try tries"
	return 1
}

kill_backend()
{
	local pid
	pid=$(query "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
		AND application_name = 'pgbench' ORDER BY random() LIMIT 1")
	[ -z "$pid" ] || kill -9 "$pid"
}

kill_server()
{
	local postmaster
	postmaster=$(head -n 1 "$cluster_dir/data/postmaster.pid")
	kill -9 "$postmaster"
	local try
	for try in $(seq 1 100); do
		rm -f "$cluster_dir/data/postmaster.pid"
		if as_server_user "$postgres_bin/pg_ctl" -D "$cluster_dir/data" -l "$cluster_dir/server.log" -w start \
			>/dev/null 2>&1; then
			return 0
		fi
		sleep 0.2
	done
	echo "# the server did not start after $try tries"
	return 1
}

seal_for_ever &
sealer=$!
killed=0
for round in $(seq 1 "$rounds"); do
	pgbench -n -c 8 -j 2 -T 60 -f "$work/write.sql" city >"$work/pgbench.log" 2>&1 &
	writers=$!
	sleep "$(shuf -i 2-4 -n 1)"
	if [ $((round % 2)) = 1 ]; then
		kill_backend
	else
		kill_server
	fi
	wait "$writers" 2>/dev/null || true
	wait_for_server
	killed=$((killed + 1))
	[ $((round % 5)) != 0 ] || query 'SELECT civic_private.rotate_segments()' >/dev/null
done
kill "$sealer"
wait "$sealer" 2>/dev/null || true
sealer=

# What was prepared and is left: half of it is committed.
query "SELECT format('%s PREPARED %L', CASE WHEN row_number() OVER () % 2 = 0 THEN 'COMMIT' ELSE 'ROLLBACK' END, gid)
	FROM pg_prepared_xacts" >"$work/prepared"
while IFS= read -r statement; do
	query "$statement"
done <"$work/prepared"
query 'CALL civic.seal_audit_log()'

changes=$(query "SELECT sum(version) FROM ledger")
echo "# $changes committed changes in $killed rounds, $(query 'SELECT count(*) FROM civic_private.audit_batches') seals"
check 'writers wrote' "$(query 'SELECT count(*) > 100 FROM ledger')" t
count_wrong="SELECT count(*) FROM ledger AS l FULL JOIN (
	SELECT e.entity_id::bigint AS id, count(*) FILTER (WHERE e.operation IN ('I', 'U')) AS entries,
		bool_or(e.operation = 'D') AS deleted
	FROM civic.audit_entries AS e WHERE e.table_name = 'ledger' GROUP BY 1) AS e USING (id)
	WHERE CASE WHEN l.id IS NULL THEN NOT e.deleted ELSE l.version IS DISTINCT FROM e.entries OR e.deleted END"
check 'every committed change has exactly one entry, and nothing else has one' "$(query "$count_wrong")" 0
check 'no entry has been given twice' \
	"$(query 'SELECT count(*) - count(DISTINCT (epoch, xid, counter)) FROM civic.audit_entries')" 0
# A rewritten segment has its rows on other pages.
query "VACUUM FULL civic_private.$(query 'SELECT table_name FROM civic_private.audit_segments ORDER BY number DESC LIMIT 1')"
query "INSERT INTO ledger VALUES (civic.current_organization_id(), -1, 1)"
query 'CALL civic.seal_audit_log()'
check 'every entry is sealed' "$(query 'SELECT count(*) - (SELECT sum(size) FROM civic_private.audit_trees
	WHERE organization_id <> '"'ffffffff-ffff-ffff-ffff-ffffffffffff'"') FROM civic.audit_entries')" 0
check 'the log verifies' "$(query 'SELECT v FROM civic.verify_audit_log() AS v')" ''
check 'rows are what their entries say' "$(query "SELECT count(*) FROM civic.reconcile('public.ledger')")" 0
checkpoint=$(query 'SELECT civic.checkpoint()')
query "SELECT civic.record_checkpoint(E'${checkpoint//$'\n'/\\n}\\n')" >/dev/null

# A standby has the same log, verifies it without writing, and goes on with it.
start_standby "$cluster_dir/standby"
check 'a standby verifies the log' "$(PGPORT=$standby_port query 'SELECT v FROM civic.verify_audit_log() AS v')" ''
check 'and makes the same checkpoint' "$(PGPORT=$standby_port query 'SELECT civic.checkpoint()')" "$checkpoint"
as_server_user "$postgres_bin/pg_ctl" -D "$standby_dir" -w promote >/dev/null
PGPORT=$standby_port query "INSERT INTO ledger VALUES (civic.current_organization_id(), 0, 1)"
PGPORT=$standby_port query 'CALL civic.seal_audit_log()'
check 'after a promotion nothing is published' \
	"$(PGPORT=$standby_port query 'SELECT civic.checkpoint()' 2>&1 | grep -c 'restored')" 1
PGPORT=$standby_port query "SELECT civic.resume_audit_log(E'${checkpoint//$'\n'/\\n}\\n')" >/dev/null
check 'until the last published checkpoint was found in the log' \
	"$(PGPORT=$standby_port query 'SELECT v FROM civic.verify_audit_log() AS v')" ''
stop_standby

# A dump restored elsewhere goes on in a new epoch.
pg_dump --no-sync -Fc city >"$work/city.dump"
PGOPTIONS='-c client_min_messages=warning' psql -XAtq -d postgres -c 'CREATE DATABASE town TEMPLATE template0'
pg_restore -j 2 -d town "$work/city.dump"
town()
{
	PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d town -c "$1"
}
check 'a restored log verifies' "$(town 'SELECT v FROM civic.verify_audit_log() AS v')" ''
check 'no trigger fired' "$(town 'SELECT count(*) FROM civic.audit_entries')" \
	"$(query 'SELECT count(*) FROM civic.audit_entries')"
town "INSERT INTO ledger VALUES (civic.current_organization_id(), 0, 1)"
check 'it publishes nothing' "$(town 'SELECT civic.checkpoint()' 2>&1 | grep -c 'restored')" 1
town 'CALL civic.seal_audit_log()'
town 'CALL civic.seal_audit_log()'
town "SELECT civic.resume_audit_log(E'${checkpoint//$'\n'/\\n}\\n')" >/dev/null
check 'until it is shown to hold what was published' \
	"$(town 'SELECT civic.checkpoint()' | head -n 1)" "$(head -n 1 <<<"$checkpoint")"
check 'it goes on in a new epoch' "$(town 'SELECT max(epoch) FROM civic.audit_entries')" 2
check 'both epochs verify' "$(town 'SELECT v FROM civic.verify_audit_log() AS v')" ''

# A page edited on disk.
query "UPDATE civic.departments SET description = 'promised to the mayor' WHERE code = 'PWD'"
query 'CALL civic.seal_audit_log()'
query 'CHECKPOINT'
file=$cluster_dir/data/$(query "SELECT pg_relation_filepath('civic_private.' || table_name)
	FROM civic_private.audit_segments ORDER BY number DESC LIMIT 1")
as_server_user "$postgres_bin/pg_ctl" -D "$cluster_dir/data" -m fast -w stop >/dev/null
sed -i 's/promised to the mayor/promised to the pound/' "$file"
# Whoever can do that can make the page's checksum right as well; PostgreSQL 18 has checksums unless told otherwise.
as_server_user "$postgres_bin/pg_checksums" --disable -D "$cluster_dir/data" >/dev/null 2>&1 || true
as_server_user "$postgres_bin/pg_ctl" -D "$cluster_dir/data" -l "$cluster_dir/server.log" -w start >/dev/null
check 'an edit of the file is found' "$(query 'SELECT DISTINCT finding FROM civic.verify_audit_log()')" 'entry_changed'

echo "1..$n"
[ "$failures" = 0 ]
