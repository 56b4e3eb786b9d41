#!/bin/bash
# Imports an extract of a city's 311 system: demo/import.sh DIR DATABASE.
# Wants a running server (PGHOST, PGPORT, PGUSER: a superuser) and a database with the extension civic; see README.md.
set -euo pipefail

demo_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

die()
{
	printf 'error: %s\n' "$*" >&2
	exit 1
}

trim()
{
	local text=$1
	text=${text#"${text%%[![:space:]]*}"}
	printf '%s' "${text%"${text##*[![:space:]]}"}"
}

declare -A settings=()

# read_conf FILE: fills settings from lines "key = value"; a # at the start of a line makes it a comment.
read_conf()
{
	local line key number=0
	settings=()
	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		line=$(trim "$line")
		case $line in '' | '#'*) continue ;; esac
		[ "$line" != "${line#*=}" ] || die "$1, line $number: expected \"key = value\""
		key=$(trim "${line%%=*}")
		case $key in
			csv | geojson | encoding | delimiter | time_zone | date_format | organization.name | organization.code | \
				area.kind | area.code | area.name | department.default | status.?* | \
				column.id | column.opened | column.closed | column.status | column.category | column.sub_category | \
				column.title | column.description | column.address | column.postal_code | column.ward | \
				column.department | column.area | column.lon | column.lat) ;;
			*) die "$1, line $number: unknown key \"$key\"; demo/README.md lists the keys" ;;
		esac
		[ -z "${settings[$key]+set}" ] || die "$1, line $number: \"$key\" is given twice"
		settings[$key]=$(trim "${line#*=}")
	done <"$1"
}

run()
{
	psql -X -q -v ON_ERROR_STOP=1 -d "$database" "$@"
}

if [ $# -ne 2 ]; then
	echo "usage: demo/import.sh DIR DATABASE" >&2
	exit 2
fi
dir=$1
database=$2
# Who imports is the system, whatever the environment says. A psql that asks for a password would only hang.
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning -c civic.user_id= -c civic.organization_id="

[ -d "$dir" ] || die "there is no folder $dir"
conf=
if [ -f "$dir/import.conf" ]; then
	conf=$dir/import.conf
	read_conf "$conf"
else
	for candidate in "$demo_dir"/mappings/*.conf; do
		[ -f "$candidate" ] || continue
		read_conf "$candidate"
		if [ -n "${settings[csv]:-}" ] && [ -f "$dir/${settings[csv]}" ]; then
			conf=$candidate
			break
		fi
	done
fi
[ -n "$conf" ] || die "$dir has no import.conf, and no mapping in demo/mappings names a CSV file that is there;
copy demo/import.conf to $dir and fill it in"

for key in csv column.id column.opened column.lon column.lat; do
	[ -n "${settings[$key]:-}" ] || die "$conf does not set \"$key\""
done
csv=$dir/${settings[csv]}
[ -f "$csv" ] || die "$conf names $csv, which does not exist"
geojson=
if [ -n "${settings[geojson]:-}" ]; then
	geojson=$dir/${settings[geojson]}
	[ -f "$geojson" ] || die "$conf names $geojson, which does not exist"
	[ -n "${settings[area.code]:-}" ] || die "$conf names a GeoJSON file, but no property for \"area.code\""
fi

echo "Importing ${csv##*/} with $conf ..."
[ "$(run -At -c "SELECT count(*) FROM pg_extension WHERE extname = 'civic'")" = 1 ] ||
	die "database $database does not have the extension: CREATE EXTENSION civic CASCADE"
[ -z "$(run -At -c "SELECT to_regnamespace('import')")" ] ||
	die "database $database holds an import already. To add another extract, first DROP SCHEMA import CASCADE: that
removes the rows as they were read and the list of rejects, not the reports"

done=false
# A half-loaded staging area would only stand in the way of the next try.
trap '$done || run -c "DROP SCHEMA IF EXISTS import CASCADE" || true' EXIT

run -f "$demo_dir/import_stage.sql"
for key in "${!settings[@]}"; do
	value=${settings[$key]//\\/\\\\}
	printf '%s\t%s\n' "${key//\\/\\\\}" "${value//$'\t'/\\t}"
done | run -c 'COPY import.settings FROM STDIN'
run -At -c 'SELECT import.check_settings()' >/dev/null

# Quote and delimiter that no text holds: a whole line becomes one column.
whole="FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02'"
encoding=${settings[encoding]:-UTF8}
head -n 1 "$csv" | tr -d '\r' |
	run -c "COPY import.header FROM STDIN ($whole, ENCODING '${encoding//\'/}')"
copy=$(run -At -c 'SELECT import.make_staging()')
# Not quiet: what COPY says is the number of records to account for.
records=$(psql -X -v ON_ERROR_STOP=1 -d "$database" -c "$copy" <"$csv")
if [ -n "$geojson" ]; then
	tr '\r\n' '  ' <"$geojson" | run -c "COPY import.geojson FROM STDIN ($whole)"
fi

run -At -1 -v records="${records#COPY }" -f "$demo_dir/import.sql"
done=true
run -c ANALYZE
