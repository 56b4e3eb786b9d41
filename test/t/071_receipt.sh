#!/usr/bin/env bash
# A resident's receipt, as the database gives it, checked by tools/civic-verify against a checkpoint that was kept: right,
# after the log has grown, after the person was erased, and forged.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic installed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
n=0
failures=0

finish()
{
	psql -Xqc 'DROP DATABASE IF EXISTS receipts' postgres
	rm -rf "$work"
}
trap finish EXIT

ask() { psql -XAtq -v ON_ERROR_STOP=1 -d receipts "$@"; }

# verdict NAME WANTED CHECKPOINT RECEIPT
verdict()
{
	local got=0
	n=$((n + 1))
	tools/civic-verify --checkpoint "$3" "$4" >"$work/out" 2>&1 || got=$?
	if [ "$got" = "$2" ]; then
		echo "ok $n - $1: $(tail -n 1 "$work/out")"
	else
		echo "not ok $n - $1 gives $got, not $2"
		sed 's/^/# /' "$work/out"
		failures=1
	fi
}

export PGOPTIONS='-c client_min_messages=warning'
psql -Xqc 'DROP DATABASE IF EXISTS receipts' -c 'CREATE DATABASE receipts' postgres
ask >/dev/null <<'SQL'
CREATE EXTENSION civic CASCADE;
INSERT INTO civic.users (id, email, full_name) VALUES ('00000000-0000-0000-0000-00000000000a', 'rita@example.org', 'Rita');
SELECT civic.give_role('00000000-0000-0000-0000-00000000000a', 'citizen');
SET civic.user_id = '00000000-0000-0000-0000-00000000000a';
SET ROLE civic_user;
SELECT civic.submit_report('Deep pothole', 'A deep pothole in the road next to the bridge.', 23.3441, 85.3096);
RESET ROLE;
RESET civic.user_id;
SQL
ask -c 'CALL civic.seal_audit_log()'
ask -c 'SELECT civic.checkpoint()' | head -n 3 >"$work/kept"
receipt="SELECT civic.receipt(r.id) FROM civic.reports AS r"
ask -c "$receipt" >"$work/first"
verdict 'a receipt against the checkpoint of its day' 0 "$work/kept" "$work/first"

ask -c "UPDATE civic.departments SET description = 'Roads and bridges.'" -c 'CALL civic.seal_audit_log()'
ask -c 'SELECT civic.checkpoint()' | head -n 3 >"$work/later"
ask -c "$receipt" >"$work/second"
verdict 'a receipt after the log has grown' 0 "$work/later" "$work/second"

ask -c "SELECT civic.erase_person('00000000-0000-0000-0000-00000000000a', 'asked for it')" \
	-c 'CALL civic.seal_audit_log()' >/dev/null
ask -c "$receipt" >"$work/third"
ask -c 'SELECT civic.checkpoint()' | head -n 3 >"$work/last"
verdict 'a receipt after the person was erased' 0 "$work/last" "$work/third"
verdict 'the first receipt still' 0 "$work/kept" "$work/first"

/usr/bin/python3 - "$work/first" "$work/forged" <<'PYTHON'
import json, re, sys
text = open(sys.argv[1]).read()
entry = json.loads(text)['entry']
# One bit of the last byte.
open(sys.argv[2], 'w').write(text.replace(entry, entry[:-1] + '0123456789abcdef'[int(entry[-1], 16) ^ 1]))
PYTHON
verdict 'a receipt with one bit changed' 1 "$work/kept" "$work/forged"
{ head -n 2 "$work/kept"; head -c 32 /dev/urandom | base64; } >"$work/other"
verdict 'a receipt against a checkpoint of another tree' 1 "$work/other" "$work/first"
echo "1..$n"
[ "$failures" = 0 ]
