#!/bin/bash
# The import of a city's extract (demo/import.sh): every row ends as a report or as a reject with its reason.
# Runs against the server of PGHOST, PGPORT and PGUSER, in databases of its own.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
sample=${CIVIC_SAMPLE_DATA:-$root/../shared/data}
database=civic_import_$$
tests=0
failures=0
dir=$(mktemp -d)

# shellcheck disable=SC2317 # called by the trap
clean()
{
	psql -X -q -d postgres -c "DROP DATABASE IF EXISTS $database" >/dev/null 2>&1
	rm -rf "$dir"
}
trap clean EXIT

# is GOT EXPECTED WHAT
is()
{
	tests=$((tests + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $tests - $3"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $3"
		printf 'got:\n%s\nexpected:\n%s\n' "$1" "$2" | sed 's/^/# /'
	fi
}

skip()
{
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

query()
{
	psql -X -At -d "$database" -c "$1" 2>&1
}

new_database()
{
	{
		psql -X -q -d postgres -c "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database" &&
			psql -X -q -d "$database" -c 'CREATE EXTENSION civic CASCADE'
	} >"$dir/log" 2>&1 || { sed 's/^/# /' "$dir/log"; echo "Bail out! cannot make a database with civic"; exit 1; }
}

# import DIR: runs the import, and shows what it said if it failed.
import()
{
	"$root/demo/import.sh" "$1" "$database" >"$dir/log" 2>&1
	local status=$?
	[ $status -eq 0 ] || sed 's/^/# /' "$dir/log"
	return $status
}

extract=$dir/extract
mkdir "$extract"
# Columns in no special order, one of them with a comma in its name; line breaks move the lines of what follows.
cat >"$extract/calls.csv" <<'CSV'
"Call, no",Opened,Closed,State,Subject,Details,Street,Agency,Quarter,X,Y,Kind
1,2020-03-01 08:00:00,2020-03-02 09:30:00,Done,Pothole in the road,"It is ""deep"",
and it grows",Mill Street 1,"ROADS,",01,10.5,50.5,Roads & Paths
2,2020-03-02 08:00:00,,open,Lamp is dark,The lamp at the corner is dark,Mill Street 2,LIGHTS,2,11.5,50.5,Street lights
3,2020-03-03 08:00:00,,open,No place to go,Somebody forgot to say where,Mill Street 3,LIGHTS,2,,,Street lights
2,2020-03-04 08:00:00,,open,Lamp is dark again,The same number twice,Mill Street 2,LIGHTS,2,11.5,50.5,Street lights
5,2020-02-30 08:00:00,,open,A day that never was,February is short,Mill Street 5,LIGHTS,2,11.5,50.5,Street lights
6,2020-03-06 08:00:00,,pondering,Strange status,Nobody mapped this one,Mill Street 6,LIGHTS,2,11.5,50.5,Street lights
7,2020-03-07 08:00:00,2020-03-08 08:00:00,DONE,Oak,,Mill Street 7,"ROADS,",1,10.25,50.25,Trees
8,2020-03-08 08:00:00,,open,Far outside,Beyond the pole,Mill Street 8,LIGHTS,2,11.5,95.5,Street lights
9,2020-03-09 08:00:00,soon,Done,Closed one day,The closing time is a word,Mill Street 9,LIGHTS,2,11.5,50.5,Street lights
,2020-03-10 08:00:00,,open,No number at all,Nothing to find it by,Mill Street 10,LIGHTS,2,11.5,50.5,Street lights
11,2020-03-11 08:00:00,,open,East of everything,The position is text,Mill Street 11,LIGHTS,2,east,50.5,Street lights
12,2020-03-12 08:00:00,,,Without a status,The column is empty,Mill Street 12,LIGHTS,2,11.5,50.5,Street lights
13,2020-03-13 08:00:00,2020-03-13 09:00:00,Void,Нет света,"Two lines
of text",Mill Street 13,,2,10.75,50.5,Освещение
3,2020-03-14 08:00:00,,open,Found the place,The number was rejected before so this one counts,Mill Street 3,LIGHTS,2,11.5,50.25,Street Lights
CSV
# The second polygon is a bow tie.
cat >"$extract/quarters.geojson" <<'JSON'
{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"no": 1, "name": "West"}, "geometry": {"type": "Polygon",
"coordinates": [[[10, 50], [11, 50], [11, 51], [10, 51], [10, 50]]]}},
{"type": "Feature", "properties": {"no": 2, "name": "East"}, "geometry": {"type": "Polygon",
"coordinates": [[[11, 50], [12, 51], [12, 50], [11, 51], [11, 50]]]}}
]}
JSON
cat >"$extract/import.conf" <<'CONF'
csv = calls.csv
geojson = quarters.geojson
organization.name = Testtown
organization.code = TT
time_zone = Europe/Berlin
column.id = Call, no
column.opened = Opened
column.closed = Closed
column.status = State
column.category = Kind
column.title = Subject
column.description = Details
column.address = Street
column.department = Agency
column.area = Quarter
column.lon = X
column.lat = Y
status.DONE = closed
status.open = assigned_to_department
status.Void = rejected
area.kind = district
area.code = no
area.name = name
CONF

new_database
import "$extract"
is $? 0 "a small extract is imported"
is "$(query 'SELECT records, imported, rejected FROM import.summary')" '14|5|9' "every row is imported or rejected"
is "$(query 'SELECT line_number, source_id, reason FROM import.rejects ORDER BY line_number')" \
	'5|3|no coordinates
6|2|duplicate id
7|5|unparsable opening time
8|6|unknown status
10|8|coordinates out of range
11|9|unparsable closing time
12||no id
13|11|unparsable coordinates
14|12|no status' "each reject has its line, its id and its reason"
is "$(query "SELECT row ->> 'Call, no', row ->> 'Subject' FROM import.rejects WHERE line_number = 7")" \
	'5|A day that never was' "a reject keeps its row"
is "$(query 'SELECT external_id, status, category, title FROM civic.reports ORDER BY external_id::integer')" \
	"$(query "SELECT * FROM (VALUES (1, 'closed', 'roads_paths', 'Pothole in the road'),
		(2, 'assigned_to_department', 'street_lights', 'Lamp is dark'),
		(3, 'assigned_to_department', 'street_lights', 'Found the place'),
		(7, 'closed', 'trees', 'Trees: Oak'),
		(13, 'rejected', 'c_' || left(md5('Освещение'), 12), 'Нет света')) AS v")" \
	"reports have status, category and a title that is long enough"
is "$(query "SELECT description FROM civic.reports WHERE external_id = '1'")" 'It is "deep",
and it grows' "quotes and line breaks arrive"
is "$(query "SELECT description FROM civic.reports WHERE external_id = '7'")" 'Trees: Oak
Category: Trees
Address: Mill Street 7' "an empty description is made of what is known"
is "$(query "SELECT created_at AT TIME ZONE 'UTC', status_updated_at AT TIME ZONE 'UTC', report_number
	FROM civic.reports WHERE external_id = '1'")" \
	'2020-03-01 07:00:00|2020-03-02 08:30:00|CL-2020-TT-00001' "times are those of the city"
is "$(query "SELECT d.code, count(*) FROM civic.reports AS r LEFT JOIN civic.departments AS d ON d.id = r.department_id
	GROUP BY 1 ORDER BY 1")" 'LIGHTS|2
ROADS|2
|1' "departments come from the data, without trailing commas"
is "$(query 'SELECT kind, code, name, ST_IsValid(boundary), ST_NumGeometries(boundary) FROM civic.areas ORDER BY 2')" \
	'district|1|West|t|1
district|2|East|t|2' "areas come from the data, one that crosses itself mended"
# The bow tie has no ground at 11.5, 50.25; report 13 lies in the quarter it does not name.
is "$(query 'SELECT located, comparable, agreeing FROM import.summary')" '4|4|3' "polygons are compared with the rows"
is "$(query 'SELECT count(*) FROM civic.status_history WHERE by_system AND old_status IS NULL')" 5 \
	"the history begins with the import"

import "$extract" 2>/dev/null >&2
is $? 1 "a second import into the same database is refused"
query 'DROP SCHEMA import CASCADE' >/dev/null
import "$extract"
is "$?,$(query "SELECT imported, (SELECT count(*) FROM import.rejects WHERE reason = 'duplicate id')
	FROM import.summary")" '0,0|6' "the same extract again brings nothing new"

new_database
# broken WHAT SED-SCRIPT PATTERN: the mapping changed like this stops the import, leaving nothing behind.
broken()
{
	local folder=$dir/broken
	rm -rf "$folder"
	cp -r "$extract" "$folder"
	sed -i "$2" "$folder/import.conf"
	"$root/demo/import.sh" "$folder" "$database" >"$dir/log" 2>&1
	local status=$?
	is "$status,$(grep -c -e "$3" "$dir/log"),$(query "SELECT to_regnamespace('import'), count(*) FROM civic.reports")" \
		'1,1,|0' "$1"
}
broken "a column that does not exist is refused" 's/= Kind/= Sort/' 'names column "Sort"'
broken "a status that does not exist is refused" 's/= closed/= shut/' 'becomes "shut", which is no status'
broken "a status that needs an officer is refused" 's/= closed/= in_progress/' 'which needs an officer'
broken "an unknown key is refused" '$a colour = blue' 'unknown key "colour"'

new_database
plain=$dir/plain
cp -r "$extract" "$plain"
# Without statuses, rows that were closed are, and the others come in as if filed now.
sed -i '/status/d' "$plain/import.conf"
import "$plain"
is "$?,$(query 'SELECT string_agg(n || $$ $$ || status, $$, $$ ORDER BY status) FROM (
	SELECT status, count(*) AS n FROM civic.reports GROUP BY 1) AS s')" '0,4 assigned_to_department, 3 closed' \
	"an extract without statuses goes through the intake"
is "$(query 'SELECT total_reports FROM civic.user_scores')" 7 "and every report is counted for the import person"

if [ -d "$sample" ]; then
	new_database
	import "$sample"
	is $? 0 "the sample extract is imported"
	is "$(query 'SELECT imported + rejected, areas FROM import.summary')" '8345|88' \
		"every row and every area of the sample is accounted for"
	is "$(query 'SELECT (SELECT count(*) FROM civic.reports) + (SELECT count(*) FROM import.rejects),
		(SELECT count(*) FROM civic.areas)')" '8345|88' "and is there"
	is "$(query 'SELECT agreeing > 0.95 * comparable FROM import.summary')" t \
		"nearly all reports lie in the neighborhood their row names"
else
	skip "sample extract" "folder $sample is absent"
fi

echo "1..$tests"
[ $failures -eq 0 ]
