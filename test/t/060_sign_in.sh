#!/usr/bin/env bash
# A resident signs in over HTTP through a real PostgREST and works with the token; other tokens are refused.
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
	psql -Xqc 'DROP DATABASE IF EXISTS sign_in' postgres
}

if ! find_postgrest; then
	echo "ok 1 - sign-in over HTTP # SKIP $postgrest_missing"
	echo 1..1
	exit 0
fi
trap finish EXIT

secret=$(head -c 48 /dev/urandom | base64 -w 0)
rita=00000000-0000-0000-0000-00000000000a
city=00000000-0000-0000-0000-000000000001
export PGOPTIONS='-c client_min_messages=warning'
psql -Xqc 'DROP DATABASE IF EXISTS sign_in' -c 'CREATE DATABASE sign_in' postgres
psql -Xq -v ON_ERROR_STOP=1 -v secret="$secret" -d sign_in <<'SQL' >/dev/null
CREATE EXTENSION civic CASCADE;
CREATE EXTENSION pgcrypto;
UPDATE civic.sign_in_policies SET bcrypt_cost = 10;
INSERT INTO civic.users (id, email, phone) VALUES
    ('00000000-0000-0000-0000-00000000000a', 'rita@example.org', '+919000000001'),
    ('00000000-0000-0000-0000-00000000000b', 'nils@example.org', '+919000000002');
SELECT civic.give_role(u.id, 'citizen') FROM civic.users AS u;
SELECT civic.set_password('00000000-0000-0000-0000-00000000000a', 'Blue-Lamp7Post', false);
INSERT INTO civic.reports (user_id, title, description, category, latitude, longitude, is_public)
SELECT u.id, 'Pothole of ' || u.email, 'A deep pothole in the road.', 'roads', 12, 77 + u.place, false
FROM (SELECT u.id, u.email, row_number() OVER (ORDER BY u.id) AS place FROM civic.users AS u) AS u;
SQL
start_postgrest sign_in "jwt-secret = \"$secret\""

sign_in='{"login": "rita@example.org", "password": "Blue-Lamp7Post"}'
request POST /rpc/sign_in '' "$sign_in"
is "without a secret in the database nobody signs in" "$http_status $(json "a['code']")" "400 ZC071"
psql -Xq -d sign_in -v secret="$secret" <<<"SELECT civic.set_token_secret(:'secret')" >/dev/null

request POST /rpc/sign_in '' '{"login": "rita@example.org", "password": "wrong"}'
is "a wrong password is refused, and the refusal stays: no error" "$http_status $(json "a['verdict'], a['access_token']")" \
	"200 refused None"
refused=$http_body
request POST /rpc/sign_in '' '{"login": "ghost@example.org", "password": "wrong"}'
is "somebody who does not exist gets the very same answer" "$http_body" "$refused"
is "the failure was counted" "$(psql -XAtq -d sign_in -c "
	SELECT failed_attempts FROM civic_private.credentials WHERE user_id = '$rita'")" 1

request POST /rpc/sign_in '' "$sign_in" 'User-Agent: test' 'X-Forwarded-For: 203.0.113.9, 198.51.100.7'
is "the right password signs in" "$http_status $(json "a['verdict'], a['user_id']")" "200 signed_in $rita"
access=$(json "a['access_token']")
refresh=$(json "a['refresh_token']")
is "where from is kept" "$(psql -XAtq -d sign_in -c 'SELECT ip_address, user_agent FROM civic.user_sessions')" \
	"198.51.100.7|test"

request GET '/reports?select=title' "$access"
is "the token opens one's own reports" "$http_status $(json "[r['title'] for r in a]")" "200 ['Pothole of rita@example.org']"
request GET /rpc/current_user_profile "$access"
is "and says who one is" "$(json "a[0]['email']")" rita@example.org
request POST /rpc/submit_report "$access" '{"title": "Lamp is dark", "description": "The street light is dark.",
	"latitude": 12, "longitude": 77}'
is "a report is filed" "$http_status $(json "a['user_id']")" "200 $rita"
request GET '/reports?select=title'
is "without a token there is nothing to see" "$http_status $http_body" "200 []"
request GET /rpc/my_permissions "$access"
is "permissions are those of a resident" "$(json "'create:report' in [p['code'] for p in a], 'assign:task' in [p['code'] for p in a]")" \
	"True False"

request GET /reports "${access%?????}AAAAA"
is "a token with another signature is refused" "$http_status" 401
middle=${access#*.}
middle=${middle%.*}
request GET /reports "${access%%.*}.${middle%??}fQ.${access##*.}"
is "a token with other claims is refused" "$http_status" 401
person="\"sub\": \"$rita\", \"organization_id\": \"$city\""
claims="\"role\": \"civic_user\", $person"
request GET /reports "$(token "{$claims, \"exp\": $(($(date +%s) + 60))}" "${secret}x")"
is "a token of another secret is refused" "$http_status" 401
request GET /reports "$(token "{$claims, \"exp\": $(($(date +%s) - 60))}")"
is "an expired token is refused" "$http_status $(json "a['message']")" "401 JWT expired"
request GET /reports "$(printf '{"alg":"none","typ":"JWT"}' | url64).$(printf '{%s}' "$claims" | url64)."
is "a token without a signature is refused" "$http_status" 401
request GET /reports "$(token "{\"role\": \"civic_owner\", $person}")"
is "a token cannot name a role that the server may not become" "$http_status" 403
request GET '/reports?select=title' "$(token "{$claims, \"exp\": $(($(date +%s) + 60))}")"
is "a token that another program signed is as good" "$(json "len(a)")" 2

request POST /rpc/refresh_session '' "{\"refresh_token\": \"$refresh\"}"
is "the refresh token gives new ones" "$http_status $(json "a['verdict']")" "200 signed_in"
second=$(json "a['access_token']")
request GET '/reports?select=title' "$second"
is "that work" "$(json "len(a)")" 2
request POST /rpc/refresh_session '' "{\"refresh_token\": \"$refresh\"}"
is "used again it is refused" "$http_status $(json "a['verdict']")" "200 refused"
request GET /reports "$second"
is "and the session has ended, before its token expires" "$http_status $(json "a['code']")" "401 ZC074"

request POST /rpc/sign_in '' "$sign_in"
access=$(json "a['access_token']")
request POST /rpc/end_session "$access" '{}'
is "signing out" "$http_status $http_body" "200 true"
request GET /reports "$access"
is "ends the token" "$http_status $(json "a['code']")" "401 ZC074"

for _ in 1 2 3 4 5; do
	request POST /rpc/sign_in '' '{"login": "rita@example.org", "password": "wrong"}'
done
request POST /rpc/sign_in '' "$sign_in"
is "after five failures the right password is refused like a wrong one" "$http_body" "$refused"

request POST /rpc/set_token_secret '' '{"secret": "01234567890123456789012345678901234567890"}'
is "nobody sets the secret over HTTP" "$http_status" 401
request POST /rpc/create_code "$(token "{$claims}")" '{"login": "rita@example.org", "purpose": "login"}'
is "nor makes codes" "$http_status" 403
request POST /rpc/create_code "$(token "{\"role\": \"civic_service\", \"organization_id\": \"$city\"}")" \
	'{"login": "nils@example.org", "purpose": "login"}'
is "a service makes them" "$http_status $(json "a['address']")" "200 +919000000002"
request POST /rpc/sign_in '' "{\"login\": \"+919000000002\", \"code\": \"$(json "a['code']")\"}"
is "and they sign in" "$http_status $(json "a['verdict']")" "200 signed_in"

echo "1..$n"
[ "$failures" = 0 ]
