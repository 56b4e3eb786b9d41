#!/usr/bin/env bash
# A database of an older version becomes one of the newer by ALTER EXTENSION civic UPDATE, or by being restored from its
# dump, and then has the catalogue and the rows of a fresh install. This is proved for every released version
# (test/releases) and for an invented one: the tree with a module that the next version changes in every way
# (test/upgrade).
# Needs PG_CONFIG with civic installed and the packages of script/test; everything happens in a copy of the server.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=tap.bash
. test/t/tap.bash
# shellcheck source=databases.bash
. test/t/databases.bash

if ! /usr/bin/python3 -c 'import pglast' 2>/dev/null || ! git rev-parse HEAD >/dev/null 2>&1; then
	echo "ok 1 - upgrade # SKIP needs python3-pglast and a git checkout"
	echo "1..1"
	exit 0
fi
work=$(mktemp -d)
chmod 755 "$work"
trap 'stop_cluster; rm -rf "$work"' EXIT
export PGOPTIONS='-c client_min_messages=warning'

copy_server "$work/pg"
extension_dir=$("$PG_CONFIG" --sharedir)/extension
library=$("$PG_CONFIG" --pkglibdir)/civic.so
start_cluster "$work/server" "fsync = off" "shared_buffers = 128MB"

create()
{
	fresh "$1" postgis
	psql -Xq -v ON_ERROR_STOP=1 -d "$1" -c "CREATE EXTENSION civic ${2:-}"
}

restore()
{
	fresh "$1"
	psql -Xq -v ON_ERROR_STOP=1 -d "$1" -f "$2"
}

same_catalogue()
{
	snapshot "$1" >"$work/snapshot"
	diff "$work/snapshot" <(snapshot "$2")
}

same_rows()
{
	psql -XAtq -d "$1" -f test/t/delivered_rows.sql >"$work/rows"
	[ -s "$work/rows" ] && diff "$work/rows" <(psql -XAtq -d "$2" -f test/t/delivered_rows.sql)
}

# prove VERSION: database "old" is of that version, and dumped in old.sql; database "new" is a fresh install.
prove()
{
	check "$1: a dump of it restores next to the newer extension" restore restored "$work/old.sql"
	check "$1: and there the next call says what to do" refused restored 'SELECT civic.current_user_id()' \
		'HINT:  Run SELECT civic.upgrade_data_model()'
	check "$1: which does it" psql -Xq -v ON_ERROR_STOP=1 -d restored -c 'SELECT civic.upgrade_data_model()'
	check "$1: the catalogue is that of a fresh install" same_catalogue new restored
	check "$1: and so are the rows" same_rows new restored
	check "$1: ALTER EXTENSION civic UPDATE" psql -Xq -v ON_ERROR_STOP=1 -d old -c 'ALTER EXTENSION civic UPDATE'
	check "$1: the catalogue is that of a fresh install" same_catalogue new old
	check "$1: and so are the rows" same_rows new old
	pg_dump --no-sync old >"$work/updated.sql"
	check "$1: a dump of the updated database restores" restore restored "$work/updated.sql"
	check "$1: the catalogue is that of a fresh install" same_catalogue new restored
}

fresh postgis
psql -Xqc 'CREATE EXTENSION postgis' -c 'CREATE EXTENSION pg_trgm' -c 'CREATE EXTENSION btree_gist' postgis

# 1. Released versions, and this tree.
shopt -s nullglob
for script in test/releases/civic--*.sql; do
	version=${script#*--}
	version=${version%.sql}
	cp "$script" "$extension_dir"
	[ "$(psql -XAtc "SELECT count(*) FROM pg_database WHERE datname = 'new'" postgres)" = 1 ] || create new
	create old "VERSION '$version'"
	pg_dump --no-sync old >"$work/old.sql"
	prove "$version"
done

# 2. The invented versions. "old" is a fresh install of the older one, "city" one in use.
quietly()
{
	"$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

build()
{
	quietly make -C "$work/source" -j2 with_llvm=no COPT=-O0 PG_CONFIG="$PG_CONFIG"
	quietly make -C "$work/source" with_llvm=no COPT=-O0 PG_CONFIG="$PG_CONFIG" install
}

in_source()
{
	(cd "$work/source" && quietly "$@")
}

commit()
{
	in_source git add -A
	in_source git -c user.name=test -c user.email=test@example.org commit -m "$1"
}

mkdir "$work/source"
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -C "$work/source" -x
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
in_source git init
mkdir "$work/source/sql/example"
cp test/upgrade/old/*.sql "$work/source/sql/example"
sed -i -e 's|^grants.sql|example/engine.sql\n&|' -e 's|^model/data.sql|example/model.sql\n&|' \
	"$work/source/sql/modules.list"
commit 'The older version'
build
cp "$library" "$work/older.so"

old_version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" civic.control)
new_version=9.9.9
create old
pg_dump --no-sync old >"$work/old.sql"
fresh city old
{
	psql -Xq1 -v ON_ERROR_STOP=1 -d city -v seed=1 -v reports=100 -v until="$(date +%F)" -f demo/city.sql
	psql -Xq -v ON_ERROR_STOP=1 -d city -f test/t/restore_source.sql
	psql -Xq -v ON_ERROR_STOP=1 -d city <<'SQL'
INSERT INTO civic.examples (title, remark) VALUES (' One ', 'x'), ('Two', 'y');
ALTER TABLE civic.examples ADD COLUMN city_note text DEFAULT 'kept';
CREATE INDEX city_examples_idx ON civic.examples (city_note);
CREATE POLICY city_examples ON civic.examples FOR SELECT TO civic_anon USING (city_note = 'kept');
UPDATE civic.workflow_transitions SET is_enabled = false, description = 'Not here.'
WHERE workflow = 'example' AND to_status = 'done';
REVOKE EXECUTE ON FUNCTION civic.find_examples() FROM civic_user;
CREATE ROLE city_admin;
CREATE TABLE civic.city_table (id integer PRIMARY KEY);
CREATE FUNCTION civic.city_function() RETURNS integer LANGUAGE sql RETURN 1;
ALTER TABLE civic.city_table OWNER TO city_admin;
SQL
} >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
pg_dump --no-sync -Fc -f "$work/city.dump" city

# A session that has loaded the older library stays connected.
coproc OLD_SESSION { psql -XAtq -d city -v VERBOSITY=verbose 2>&1; }
ask()
{
	local line
	echo "$1; SELECT 'end';" >&"${OLD_SESSION[1]}"
	while read -r line <&"${OLD_SESSION[0]}" && [ "$line" != end ]; do
		echo "$line"
	done
}
ask 'SELECT civic.current_role_level()' >"$work/asked"

# The next version is opened and its update written, as docs/releasing.md says.
in_source script/release "$new_version"
cp test/upgrade/new/*.sql "$work/source/sql/example"
cp test/upgrade/new/example.c "$work/source/src"
in_source script/draft-update
update=$work/source/sql/updates/$old_version--$new_version
check "the draft leaves to people what they must decide" equal "rights rows table" "$(
	sed -n -e 's/^-- By hand: \(rights\|table\) .*/\1/p' -e 's/^-- By hand: a city .*/rows/p' "$update/model.sql" |
		sort -u | xargs)"
cp "$update/model.sql" "$work/draft.sql"
cat test/upgrade/by_hand.sql "$work/draft.sql" test/upgrade/by_hand_after.sql >"$update/model.sql"
commit 'The newer version'
build
create new

check "the frozen script is what was installed" cmp "$work/source/test/releases/civic--$old_version.sql" \
	"$extension_dir/civic--$old_version.sql"
check "a session with the older library goes on" equal "$(cat "$work/asked")" "$(ask 'SELECT civic.current_role_level()')"
check "a new session is told that the database must be updated" refused city 'SELECT civic.current_user_id()' \
	'HINT:  Run ALTER EXTENSION civic UPDATE'
check "by an error of its own" grep -q 'ERROR:  ZC042: extension civic is of version' "$work/error"
check "whoever asks" refused city 'SET ROLE civic_anon; SELECT count(*) FROM civic.reports' 'ZC042'
check "a backup can be made all the same" pg_dump --no-sync -f "$work/backup.sql" city

cp "$extension_dir/civic--$old_version--$new_version.sql" "$work/update.sql"
echo 'SELECT 1 / 0;' >>"$extension_dir/civic--$old_version--$new_version.sql"
check "an update that fails" refused city 'ALTER EXTENSION civic UPDATE' 'division by zero'
check "leaves everything as it was" equal "$old_version $old_version t" "$(query city "
	SELECT concat_ws(' ', e.extversion, civic.data_model_version(), to_regclass('civic.example_notes') IS NULL)
	FROM pg_extension AS e WHERE e.extname = 'civic'")"
cp "$work/update.sql" "$extension_dir/civic--$old_version--$new_version.sql"

check "tables that the update does not name are not locked against readers" equal "examples reports" "$(query city "
	BEGIN;
	ALTER EXTENSION civic UPDATE;
	SELECT string_agg(DISTINCT c.relname, ' ') FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
	WHERE l.pid = pg_backend_pid() AND l.mode = 'AccessExclusiveLock' AND c.relnamespace = 'civic'::regnamespace
		AND c.relkind IN ('r', 'p') AND c.relname <> 'example_notes';
	COMMIT" | tail -n 1)"
check "a city is updated" equal "$new_version $new_version" "$(query city "
	SELECT e.extversion || ' ' || civic.data_model_version() FROM pg_extension AS e WHERE e.extname = 'civic'")"
ask 'SELECT civic.current_role_level()' >"$work/asked"
check "the session with the older library is told to connect again" \
	grep -q 'HINT:  Connect again. If that does not help, install civic 9.9.9' "$work/asked"
echo '\q' >&"${OLD_SESSION[1]}"

check "what the update changed is there" equal "42 One,Two 3 kept" "$(query city "
	SELECT concat_ws(' ', civic.example_number(), string_agg(title, ',' ORDER BY title), min(priority), min(city_note))
	FROM civic.find_examples()")"
check "rules that the city changed are as the city wants them" equal "f Not here." "$(query city "
	SELECT is_enabled, description FROM civic.workflow_transitions WHERE workflow = 'example' AND to_status = 'done'" |
	tr '|' ' ')"
check "a new status can be taken" psql -Xq -v ON_ERROR_STOP=1 -d city \
	-c "UPDATE civic.examples SET state = 'waiting' WHERE title = 'One'"
check "and the guard still refuses others" refused city "UPDATE civic.examples SET state = 'done'" ZC001
check "rights that the city took stay taken" equal f \
	"$(query city "SELECT has_function_privilege('civic_user', 'civic.find_examples()', 'EXECUTE')")"
check "columns, policies, indexes and triggers of the city are there" equal 5 "$(query city "
	SELECT (SELECT count(*) FROM pg_attribute WHERE attname IN ('city_remark', 'city_note') AND NOT attisdropped
			AND attrelid IN ('civic.reports'::regclass, 'civic.examples'::regclass))
		+ (SELECT count(*) FROM pg_policy WHERE polname IN ('city_policy', 'city_examples'))
		+ (SELECT count(*) FROM pg_trigger WHERE tgname = 'city_trigger')")"
check "tables and functions of the city, also in schema civic, stay its own" equal "city_admin postgres" "$(query city "
	SELECT pg_get_userbyid(c.relowner) || ' ' || pg_get_userbyid(p.proowner) FROM pg_class AS c, pg_proc AS p
	WHERE c.oid = 'civic.city_table'::regclass AND p.oid = 'civic.city_function()'::regprocedure")"
check "a report can be filed" psql -Xq -v ON_ERROR_STOP=1 -d city -c "SET ROLE civic_user" \
	-c "SET civic.user_id = '00000000-0000-0000-0000-0000000000d1'" \
	-c "SELECT civic.submit_report('Lamp is dark', 'The street light at the corner is dark.', 1, 2)"

fresh city_restored
check "the city's older dump restores in parallel" pg_restore --exit-on-error -j2 -d city_restored "$work/city.dump"
check "and is brought forward" equal "$new_version" "$(query city_restored 'SELECT civic.upgrade_data_model()')"
check "to the catalogue of the updated city" same_catalogue city city_restored
check "there is no way to a version that no file knows" refused city_restored \
	"SELECT civic.upgrade_data_model('7.7.7')" ZC042

prove "an invented version"

psql -Xqc "CREATE OR REPLACE FUNCTION civic.data_model_version() RETURNS text LANGUAGE sql RETURN '10.0.0'" new
check "an extension refuses tables of a newer version" refused new 'SELECT civic.current_user_id()' \
	'HINT:  Install civic 10.0.0 on this server'

cp --remove-destination "$work/older.so" "$library"
check "an older library refuses a newer database" refused city 'SELECT civic.current_user_id()' \
	"HINT:  Connect again. If that does not help, install civic $new_version"

echo "1..$n"
[ "$failures" = 0 ]
