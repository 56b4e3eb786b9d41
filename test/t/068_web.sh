#!/usr/bin/env bash
# The page of script/demo --web in a real browser: the map, a report from the click to its number, and what is suggested
# to whoever reports the same. Pictures stay in build/screenshots.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=../../script/postgrest.bash
. script/postgrest.bash

skip()
{
	echo "ok 1 - the page of the demo # SKIP $*"
	echo 1..1
	exit 0
}

demo_pid=
output=$(mktemp)
finish()
{
	if [ -n "$demo_pid" ]; then
		kill -INT "$demo_pid" 2>/dev/null || true
		wait "$demo_pid" || true
	fi
	rm -f "$output"
}

(need_commands npm curl chromium) >/dev/null 2>&1 || skip "npm, curl or Chromium is missing and cannot be installed"
find_postgrest || skip "$postgrest_missing"
need_node_packages test playwright-core || skip "$node_packages_missing"
need_node_packages demo/web leaflet @mapbox/vector-tile pbf || skip "$node_packages_missing"
trap finish EXIT

# Interrupts are switched off for what a script starts in the background.
env --default-signal=INT script/demo --web --installed --reports 150 >"$output" 2>&1 &
demo_pid=$!
for _ in $(seq 600); do
	! grep -q '^Ctrl-C stops' "$output" || break
	kill -0 "$demo_pid" 2>/dev/null || break
	sleep 0.2
done
url=$(sed -n 's/^The city is at //p' "$output")
if [ -z "$url" ]; then
	echo "not ok 1 - the demo starts"
	sed 's/^/# /' "$output"
	exit 1
fi
directory=$(sed -n 's/^Ctrl-C stops everything and removes \(.*\)\.$/\1/p' "$output")

mkdir -p build/screenshots
status=0
CHROMIUM=$(command -v chromium) node test/t/web_page.mjs "$url" \
	"$(sed -n 's/^Sign in as .* with the password //p' "$output")" build/screenshots || status=1

kill -INT "$demo_pid"
wait "$demo_pid" || true
demo_pid=
if [ -e "$directory" ] || curl -s -o /dev/null "$url"; then
	printf 'not '
	status=1
fi
echo "ok - Ctrl-C stops the demo and leaves nothing behind"
[ "$status" = 0 ]
