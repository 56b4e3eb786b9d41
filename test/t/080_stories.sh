#!/usr/bin/env bash
# Tells every story of the demo in a small city. A story ends with an error unless it goes as it says.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

psql() { command psql -X -q -v ON_ERROR_STOP=1 "$@"; }
psql -d postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS story' \
	-c 'DROP DATABASE IF EXISTS story_city' -c 'CREATE DATABASE story_city' || exit 1
psql -d story_city -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION civic CASCADE' || exit 1
psql -d story_city -1 -v seed=1 -v reports=100 -v until="$(date +%F)" -f demo/city.sql >/dev/null || exit 1

number=0
failures=0
output=$(mktemp)
for story in demo/walk.sql demo/stories/*.sql; do
	number=$((number + 1))
	psql -d postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS story' \
		-c 'CREATE DATABASE story TEMPLATE story_city'
	if command psql -X -d story <"$story" >"$output" 2>&1; then
		echo "ok $number - $story"
	else
		echo "not ok $number - $story"
		tail -n 30 "$output" | sed 's/^/# /'
		failures=1
	fi
done
rm -f "$output"
psql -d postgres -c 'DROP DATABASE story' -c 'DROP DATABASE story_city'
echo "1..$number"
[ "$failures" = 0 ]
