#!/usr/bin/env bash
# Runs the examples of the README and the docs on a server under Valgrind: no error may have civic's library in its
# stack. (The server itself has some, which are not ours to judge.)
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh

if ! command -v valgrind >/dev/null; then
	echo "ok 1 - memory checks # SKIP valgrind is not installed"
	echo "1..1"
	exit 0
fi

work=$(mktemp -d)
chmod 777 "$work"
server=
stop()
{
	if [ -n "$server" ]; then
		as_server_user "$(pg_config --bindir)/pg_ctl" -D "$work/server/data" -m immediate stop >/dev/null 2>&1 || true
	fi
	rm -rf "$work"
}
trap stop EXIT

start_cluster "$work/server" "fsync = off" "autovacuum_naptime = 1d"
stop_cluster
cd "$work"
as_server_user valgrind --quiet --trace-children=yes --leak-check=no --error-limit=no --log-file="$work/%p.valgrind" \
	"$(pg_config --bindir)/postgres" -D "$work/server/data" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 120); do
	psql -Xq -d postgres -c 'SELECT 1' >/dev/null 2>&1 && break
	sleep 1
done

cd "$civic_root"
failures=0
if /usr/bin/python3 test/t/run_examples.py README.md docs/*.md >"$work/examples" 2>&1; then
	echo "ok 1 - the examples run under Valgrind"
else
	echo "not ok 1 - the examples run under Valgrind"
	sed 's/^/# /' "$work/examples"
	failures=1
fi
as_server_user "$(pg_config --bindir)/pg_ctl" -D "$work/server/data" -m fast -w stop >/dev/null
server=

files=$(find src -name '*.c' -printf '%f\n' | sed 's,\.c$,,' | paste -sd '|')
# Errors are blocks between lines that hold nothing but the process number.
if awk 'BEGIN { RS = "==[0-9]+== \n" } /civic\.so|\(src\/|[( ]('"$files"')\.c:/ { print; found = 1 }
	END { exit !found }' "$work"/*.valgrind >"$work/found"; then
	echo "not ok 2 - no memory error in civic"
	head -n 60 "$work/found" | sed 's/^/# /'
	failures=1
elif ! ls "$work"/*.valgrind >/dev/null 2>&1; then
	echo "not ok 2 - no memory error in civic: Valgrind left no log"
	failures=1
else
	echo "ok 2 - no memory error in civic"
fi
echo "1..2"
[ "$failures" = 0 ]
