#!/usr/bin/env bash
# Attendance through a real PostgREST: what is documented stays, and the answer says so with its status.
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
	psql -Xqc 'DROP DATABASE IF EXISTS attendance' postgres
}

if ! find_postgrest; then
	echo "ok 1 - attendance over HTTP # SKIP $postgrest_missing"
	echo 1..1
	exit 0
fi
trap finish EXIT

secret=$(head -c 48 /dev/urandom | base64 -w 0)
ida=00000000-0000-0000-0000-0000000000d1
court=00000000-0000-0000-0000-0000000000d5
meeting=00000000-0000-0000-0000-0000000000d4
export PGOPTIONS='-c client_min_messages=warning'
psql -Xqc 'DROP DATABASE IF EXISTS attendance' -c 'CREATE DATABASE attendance' postgres
psql -Xq -v ON_ERROR_STOP=1 -v ida="$ida" -v court="$court" -v meeting="$meeting" -d attendance <<'SQL' >/dev/null
CREATE EXTENSION civic CASCADE;
-- A single city: visitors without a token see what is public there.
ALTER DATABASE attendance SET civic.organization_id = '00000000-0000-0000-0000-000000000001';
INSERT INTO civic.users (id, email, phone, phone_verified, email_verified, two_fa_enabled)
VALUES (:'ida', 'ida@example.org', '+919000000001', true, true, true);
SELECT civic.give_role(:'ida', 'individual');
INSERT INTO civic.jurisdictions (id, name, code, requires_date_of_birth) VALUES (:'court', 'Court', 'CO', false);
SELECT civic.set_attendance_policy(:'court', '1', '{"reject_out_of_range": true, "required_consents": []}');
INSERT INTO civic.user_identities (contact_id, full_name, jurisdiction_id) VALUES (:'ida', 'Ida', :'court');
INSERT INTO civic.meetings (id, name, address, latitude, longitude)
VALUES (:'meeting', 'Monday group', '1 Mill Lane', 52.52, 13.40);
SQL
start_postgrest attendance "jwt-secret = \"$secret\""
access=$(token "{\"role\": \"civic_user\", \"sub\": \"$ida\"}")

request GET '/rpc/nearby_meetings?latitude=52.52&longitude=13.4'
is "meetings are found without signing in" "$http_status $(json "len(a), a[0]['meeting']['name']")" "200 1 Monday group"
request POST /rpc/start_session "$access" "{\"meeting_id\": \"$meeting\"}"
is "a session is started" "$http_status $(json "a['status']")" "200 active"
session=$(json "a['id']")
request POST /rpc/check_in "$access" "{\"session_id\": \"$session\", \"latitude\": 52.53, \"longitude\": 13.4, \"accuracy_m\": 5}"
is "where the policy wants it, out of range is answered 422" "$http_status $(json "a['location_flag'], a['verdict']")" \
	"422 denied outside"
is "and recorded all the same" "$(psql -XAtq -d attendance -c 'SELECT count(*) FROM civic.attendance_events')" 1
request POST /rpc/check_in "$access" "{\"session_id\": \"$session\", \"latitude\": 52.52, \"longitude\": 13.4, \"accuracy_m\": 5}"
is "in range is answered 200" "$http_status $(json "a['location_flag'], len(a['receipt_id'])")" "200 granted 36"
request PATCH "/attendance_events?session_id=eq.$session" "$access" '{"notes": "Not so."}'
is "what was documented cannot be changed: 409" "$http_status $(json "a['code'], a['message']")" \
	"409 ZC120 records in \"attendance_events\" are kept as they are"
is "and the answer says what to do" "$(json "a['hint']")" \
	"Document a correction as a new record that refers to this one."
request DELETE "/attendance_events?session_id=eq.$session" "$access"
is "nor deleted" "$http_status $(json "a['code']")" "409 ZC120"
request DELETE '/attendance_events' "$access"
is "nor all of them" "$http_status $(json "a['code']")" "409 ZC120"
is "they are still there" "$(psql -XAtq -d attendance -c 'SELECT count(*) FROM civic.attendance_events AS e
	WHERE e.notes IS NULL')" 2

echo "1..$n"
[ "$failures" = 0 ]
