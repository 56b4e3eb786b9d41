#!/bin/bash
# Rules learned from the first half of a real 311 extract route its second half: how many go to the department that
# really had them. Runs against the server of PGHOST, PGPORT and PGUSER, in a database of its own.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
sample=${CIVIC_SAMPLE_DATA:-$root/../shared/data}
database=civic_routing_$$
dir=$(mktemp -d)

# shellcheck disable=SC2317 # called by the trap
clean()
{
	psql -X -q -d postgres -c "DROP DATABASE IF EXISTS $database" >/dev/null 2>&1
	rm -rf "$dir"
}
trap clean EXIT

if ! ls "$sample"/stlouis-requests*.csv >/dev/null 2>&1; then
	echo "ok 1 - routing of a real extract # SKIP no sample data in $sample"
	echo "1..1"
	exit 0
fi
if ! { psql -X -q -d postgres -c "CREATE DATABASE $database" &&
	psql -X -q -d "$database" -c 'CREATE EXTENSION civic CASCADE' &&
	"$root/demo/import.sh" "$sample" "$database"; } >"$dir/log" 2>&1; then
	sed 's/^/# /' "$dir/log"
	echo "Bail out! cannot import the sample data"
	exit 1
fi
psql -X -q -At -v ON_ERROR_STOP=1 -d "$database" -f "$root/test/t/routing_learned.sql" >"$dir/tap" 2>&1
status=$?
cat "$dir/tap"
[ $status -eq 0 ] && ! grep -q '^not ok' "$dir/tap"
