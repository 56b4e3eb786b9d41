#!/usr/bin/env bash
# Every function that reads, every table and every view gives the same answers on a hot standby as on its primary, to
# everybody, and open sessions of the standby learn what changed on the primary.
# Needs a server tree with civic and pgtap installed (PG_CONFIG); starts a primary and a standby of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=tap.bash
. test/t/tap.bash

work=$(mktemp -d)
chmod 755 "$work"
trap 'stop_standby; stop_cluster; rm -rf "$work"' EXIT

on_primary()
{
	psql -XAtq -v ON_ERROR_STOP=1 -d city "$@"
}

on_standby()
{
	psql -XAtq -v ON_ERROR_STOP=1 -p "$standby_port" -d city "$@"
}

# JIT would compile each query once, which takes longer than to run it.
start_cluster "$work/primary" "fsync = off" "jit = off"
psql -Xqc 'CREATE DATABASE city' -c 'CREATE ROLE copier LOGIN REPLICATION' postgres
on_primary -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION civic CASCADE'
on_primary -1 -c '\i test/pgtap/fixture.psql'
on_primary -c 'CALL civic.seal_audit_log()' -f test/t/replica_survey.sql
start_standby "$work/primary/standby" copier
wait_for_standby

same "the standby is one" "$(on_standby -c 'SELECT pg_is_in_recovery()')" t
same "every argument of every function that reads has a row in tap.arguments" \
	"$(on_primary -c 'SELECT c.function, c.unknown FROM tap.calls AS c WHERE c.unknown IS NOT NULL')" ""

# answers FILE: without what an answer says of this moment.
answers()
{
	sed -E 's/^((find_duplicates|open311_period|public_statistics|session_statistics)\|.*\|ok [0-9]+) [0-9a-f]{32}$/\1/' "$work/$1"
}

survey="SET client_min_messages = warning; SELECT s.* FROM tap.survey() AS s"
# Twice, should an hour or a day end in between.
for _ in 1 2; do
	on_primary -c "$survey" >"$work/at_primary" &
	on_standby -c "$survey" >"$work/at_standby"
	wait $!
	! cmp -s <(answers at_primary) <(answers at_standby) || break
done

same "something was asked" "$(($(wc -l <"$work/at_standby") > 3000))" 1
same "nothing that reads writes" "$(awk -F'|' '$4 ~ /^25006|^XX|^55000|^0A000/' "$work/at_standby")" ""
same "the standby answers as the primary does" "$(answers at_standby)" "$(answers at_primary)"
# refuse_update() is there to raise errors.
same "every function has answered somebody" "$(awk -F'|' '{ asked[$1] } $4 ~ /^ok/ { answered[$1] }
	END { for (f in asked) if (!(f in answered) && f != "refuse_update") print f }' "$work/at_standby")" ""
same "tables have rows to read" "$(($(awk -F'|' '$2 == "rows" && $3 == "a.service" && $4 ~ /^ok [1-9]/' \
	"$work/at_standby" | wc -l) > 60))" 1

# A request over PostgREST begins with check_session(), which notes that a session is used only where it can.
same "a session is checked on the standby" "$(on_standby 2>&1 <<'SQL'
SELECT set_config('request.jwt.claims', jsonb_build_object('sub', tap.id('a.citizen'), 'organization_id', tap.id('a'),
	'session_id', tap.id('a.session.citizen'))::text, false) \g /dev/null
SET ROLE civic_user;
SELECT civic.check_session(), civic.current_user_id() IS NOT NULL;
SQL
)" "|t"
same "writing is refused there, and says why" "$(on_standby -c "SET civic.organization_id = '$(on_primary -c \
	"SELECT tap.id('a')")'" -c "UPDATE civic.departments SET description = ''" 2>&1)" \
	"ERROR:  cannot execute UPDATE in a read-only transaction"

cat >"$work/changes.sql" <<'SQL'
SELECT set_config('civic.organization_id', tap.id('a')::text, false) \g /dev/null
SELECT FROM civic.change_role(tap.id('a.citizen'), 'moderator') \g /dev/null
SELECT FROM civic.load_area('ward', '99', 'South', '{"type": "Polygon", "coordinates":
	[[[-71, -34], [-69, -34], [-69, -32], [-71, -32], [-71, -34]]]}') \g /dev/null
INSERT INTO civic.workflow_transitions (workflow, from_status, to_status, actors)
VALUES ('report', 'assigned_to_department', 'on_hold', '{anyone}');
SQL

# One session of the standby before and after changes on the primary.
on_standby >"$work/caches" 2>&1 <<SQL
SELECT set_config('civic.organization_id', tap.id('a')::text, false), set_config('civic.user_id',
	tap.id('a.citizen')::text, false) \g /dev/null
SET ROLE civic_user;
SELECT civic.has_permission('read:private_report'), civic.area_at(-33, -70) IS NOT NULL,
	EXISTS (SELECT FROM civic.allowed_transitions('report', tap.id('a.pub_open')) AS m WHERE m.to_status = 'on_hold');
\! psql -Xq -v ON_ERROR_STOP=1 -d city -f "$work/changes.sql"
\! bash -c '. script/cluster.sh; standby_port=$standby_port; wait_for_standby'
SELECT civic.has_permission('read:private_report'), civic.area_at(-33, -70) IS NOT NULL,
	EXISTS (SELECT FROM civic.allowed_transitions('report', tap.id('a.pub_open')) AS m WHERE m.to_status = 'on_hold');
SQL
same "an open session of the standby learns of roles, areas and rules" "$(cat "$work/caches")" "f|f|f
t|t|t"

echo "1..$n"
[ "$failures" = 0 ]
