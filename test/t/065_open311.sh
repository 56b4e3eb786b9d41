#!/usr/bin/env bash
# Open311 over HTTP: nginx with the example of docs/ in front of a real PostgREST, in JSON and XML.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=postgrest.bash
. test/t/postgrest.bash
# shellcheck source=nginx.bash
. test/t/nginx.bash

finish()
{
	stop_nginx
	stop_postgrest
	psql -Xqc 'DROP DATABASE IF EXISTS open311' postgres
}

# ask PATH [CURL OPTION...]: sets status, type, next and body.
ask()
{
	local headers
	path=$1
	shift
	headers=$(mktemp)
	body=$(curl -sg -D "$headers" "$@" "$nginx_url/open311/v2/$path")
	status=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$headers")
	type=$(tr -d '\r' <"$headers" | sed -n 's/^content-type: //Ip')
	next=$(tr -d '\r' <"$headers" | sed -n 's/^link: <\(.*\)>; rel="next"$/\1/Ip')
	rm "$headers"
}

# json EXPRESSION, xml EXPRESSION: of the last answer, which is called a.
json()
{
	printf '%s' "$body" | /usr/bin/python3 -c "import json, sys; a = json.load(sys.stdin); print($1)"
}

# conforms NAME: whether the last answer is in JSON as test/t/open311.schema.json says, a test of its own.
conforms()
{
	if [ -n "$ajv_missing" ]; then
		n=$((n + 1))
		echo "ok $n - answer of $path: $1 # SKIP $ajv_missing"
		return
	fi
	is "answer of $path: $1" \
		"$(printf '%s' "$body" | node test/t/check_schema.js test/t/open311.schema.json "$1" 2>&1 | tail -n 1)" valid
}

xml()
{
	printf '%s' "$body" | /usr/bin/python3 -c "import sys, xml.etree.ElementTree as t
a = t.fromstring(sys.stdin.buffer.read()); print($1)"
}

for what in postgrest nginx; do
	if ! "find_$what"; then
		reason=${what}_missing
		echo "ok 1 - Open311 over HTTP # SKIP ${!reason}"
		echo 1..1
		exit 0
	fi
done
ajv_missing=
if ! command -v node >/dev/null; then
	ajv_missing="node is not installed"
elif ! need_node_packages test ajv; then
	ajv_missing=$node_packages_missing
fi
trap finish EXIT

export PGOPTIONS='-c client_min_messages=warning'
psql -Xqc 'DROP DATABASE IF EXISTS open311' -c 'CREATE DATABASE open311' postgres
key=$(psql -XAtq -v ON_ERROR_STOP=1 -d open311 <<'SQL' | tail -n 1
CREATE EXTENSION civic CASCADE;
INSERT INTO civic.users (id, email) VALUES ('00000000-0000-0000-0000-00000000000a', 'app@example.org');
SELECT civic.give_role('00000000-0000-0000-0000-00000000000a', 'citizen') \g /dev/null
INSERT INTO civic.service_attributes (category, code, position, question, datatype, is_required, choices) VALUES
    ('roads', 'DEPTH', 1, 'How deep?', 'singlevaluelist', true, '[{"key": "D", "name": "Deep & wide"}]'),
    ('roads', 'LANES', 2, 'Which lanes?', 'multivaluelist', false, '[{"key": "1", "name": "One"},
        {"key": "2", "name": "Two"}]');
INSERT INTO civic.reports (user_id, title, description, category, latitude, longitude, created_at, is_public,
    is_sensitive)
SELECT '00000000-0000-0000-0000-00000000000a', 'Report ' || i, 'Broken <b>& open</b> ' || i, 'roads', 12 + i / 10.0, 77,
    now() - make_interval(days => 10 * i), i <> 2, i = 3
FROM generate_series(1, 12) AS i;
SELECT civic.create_open311_key('Test', '00000000-0000-0000-0000-00000000000a');
SQL
)
start_postgrest open311
start_nginx docs/nginx-open311.conf.example

ask discovery.json
conforms discovery
is "discovery in JSON" "$status $type $(json "[e['type'] for e in a['endpoints']]")" \
	"200 application/json; charset=utf-8 ['production', 'test']"
is "says where it is" "$(json "a['endpoints'][0]['url']")" "$nginx_url/open311/v2"
ask discovery.xml
is "discovery in XML" "$status $type $(xml "a.tag, len(a.findall('endpoints/endpoint'))")" \
	"200 text/xml; charset=utf-8 discovery 2"
ask services.json
conforms services
is "services" "$status $(json "a[0]['service_code'], a[0]['metadata'], a[1]['metadata']")" "200 roads True False"
ask services/roads.xml
is "definition of a service" "$(xml "[v.findtext('name') for v in a.iter('value')]")" "['Deep & wide', 'One', 'Two']"
ask services/roads.json
conforms definition
ask services/nothing.json
conforms errors
is "no such service" "$status $(json "a[0]['code']")" "404 404"
ask 'services.json?jurisdiction_id=OTHER'
is "no such jurisdiction" "$status" 404
ask 'services.json?jurisdiction_id=CITY&jsonp=x&nonsense[=1'
is "parameters that are not known do not matter" "$status" 200

ask requests.json
conforms requests
is "public reports of the last 90 days" "$status $(json "len(a), a[0]['description']")" \
	"200 6 Broken <b>& open</b> 1"
ask 'requests.xml?page_size=2&status=open'
is "a page of two, in XML" "$(xml "[r.findtext('description') for r in a]")" \
	"['Broken <b>& open</b> 1', 'Broken <b>& open</b> 4']"
is "and where the next one is" "$(printf '%s' "$next" | sed 's/CL-.*/CL/')" \
	"/open311/v2/requests.xml?page_size=2&status=open&after=CL"
ask "${next#/open311/v2/}"
is "which goes on from there" "$(xml "[r.findtext('description')[-1] for r in a]")" "['5', '6']"
ask "${next#/open311/v2/}"
ask "${next#/open311/v2/}"
is "up to the end" "$(xml "len(a)") $next" "0 "
ask 'requests.json?start_date=nonsense&status=odd&page=2'
conforms errors
is "all that is wrong is said at once" "$status $(json "len(a)")" "400 3"
id=$(psql -XAtq -d open311 -c 'SELECT report_number FROM civic.reports WHERE is_public AND NOT is_sensitive LIMIT 1')
ask "requests/$id.json"
conforms request
is "one report is a list of one" "$status $(json "[r['service_request_id'] for r in a]")" "200 ['$id']"
id=$(psql -XAtq -d open311 -c 'SELECT report_number FROM civic.reports WHERE NOT is_public')
ask "requests/$id.json"
is "a private one does not exist" "$status" 404
ask nothing.json
is "nothing else is there" "$status" 404

send=(--data-urlencode 'description=Größer als <alles> & "mehr"' -d "api_key=$key" -d service_code=roads -d lat=12.5
	-d long=77.5 -d 'attribute[DEPTH]=D' -d 'attribute%5BLANES%5D%5B%5D=1' -d 'attribute[LANES][]=2'
	-d email=rita@example.org -d phone=5551234)
ask requests.json -d service_code=roads -d lat=1 -d long=1
conforms errors
is "without a key nothing is filed" "$status $(json "a[0]['code']")" "403 403"
ask requests.json -d "api_key=$key" -d service_code=roads
conforms errors
is "everything that is missing is listed" "$status $(json "len(a)")" "400 2"
ask test/requests.json "${send[@]}"
conforms posted
is "a test is answered" "$status $(json "'service_request_id' in a[0]")" "200 True"
is "but nothing stays of it" "$(psql -XAtq -d open311 -c 'SELECT count(*) FROM civic.open311_requests')" 0
ask 'requests.json?' "${send[@]}" -H 'Content-Type: application/x-www-form-urlencoded; charset=utf-8'
is "a report is filed" "$status $type" "200 application/json; charset=utf-8"
id=$(json "a[0]['service_request_id']")
ask requests.xml "${send[@]}"
is "sent again it is the same" "$status $(xml "a.findtext('request/service_request_id')")" "200 $id"
is "with its answers" "$(psql -XAtq -d open311 -c 'SELECT attributes FROM civic.open311_requests')" \
	'{"DEPTH": "D", "LANES": ["1", "2"]}'
ask "requests/$id.xml"
is "it reads as it was written" "$(xml "a.findtext('request/description')")" 'Größer als <alles> & "mehr"'
is "but e-mail and telephone number are not for everybody" "$(printf '%s' "$body" | grep -cE 'rita|5551234' || true)" 0
ask requests.json -d "api_key=$key&description=%FF"
conforms errors
is "what is not UTF-8 is refused" "$status $(json "a[0]['description']")" \
	"400 The request cannot be read. Field 2 is not UTF-8."
ask requests.json -d "api_key=$key" -d service_code=roads -d 'attribute[DEPTH]=D' -d 'address_string=12 Mill Lane'
conforms posted
token=$(json "a[0]['token']")
ask "tokens/$token.json"
conforms token
is "an address alone gets a token, and no report yet" "$status $(json "a[0]['service_request_id'] == ''")" "200 True"
psql -Xq -d open311 -c "SELECT civic.place_open311_request('$token', 12.6, 77.6)" >/dev/null
ask "tokens/$token.xml"
id=$(xml "a.findtext('request/service_request_id')")
ask "requests/$id.json"
is "until somebody says where it is" "$status $(json "a[0]['address'], a[0]['lat']")" "200 12 Mill Lane 12.6"
ask servicerequestupdates.json
conforms updates
is "moves are listed" "$status $(json "len(a) > 0 and sorted({len(u) for u in a})")" "200 [6]"
update=(-d "api_key=$key" -d "service_request_id=$id" -d update_id=7 -d status=OPEN -d updated_datetime=2026-05-01
	--data-urlencode 'description=Still <there>')
ask servicerequestupdates.json "${update[@]}"
conforms posted_update
update_id=$(json "a[0]['update_id']")
ask servicerequestupdates.xml "${update[@]}"
is "an update of another application, sent twice" "$status $(xml "a.findtext('request_update/update_id')")" \
	"200 $update_id"
is "is one comment" "$(psql -XAtq -d open311 -c 'SELECT content FROM civic.comments')" 'Still <there>'
ask servicerequestupdates.json -d "api_key=$key" -d "service_request_id=$id"
conforms errors
is "what it lacks is listed" "$status $(json "len(a)")" "400 4"
ask requests.json -X DELETE
is "nothing is deleted" "$status" 405
head -c 1100000 /dev/zero | tr '\0' 'a' >"$nginx_directory/large"
ask requests.json --data-binary "@$nginx_directory/large"
is "a body of more than 1 MiB is refused" "$status" 413

echo "1..$n"
[ "$failures" = 0 ]
