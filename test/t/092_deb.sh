#!/usr/bin/env bash
# The Debian package is built as Debian builds it, lintian has nothing to say, and what is in it passes the tests of
# pg_regress. It is unpacked into a copy of the server's files, never installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=tap.bash
. test/t/tap.bash
# shellcheck source=databases.bash
. test/t/databases.bash

skip()
{
	echo "ok 1 - Debian package # SKIP $1"
	echo "1..1"
	exit 0
}

command -v dpkg-query >/dev/null || skip "this is not a Debian system"
reason=$( (need_packages dpkg-dev debhelper lintian postgresql-server-dev-all) 2>&1) ||
	skip "$(echo "$reason" | tail -n 1)"
git rev-parse HEAD >/dev/null 2>&1 || skip "needs a git checkout"

work=$(mktemp -d)
chmod 755 "$work"
trap 'stop_cluster; rm -rf "$work"' EXIT
unset PG_CONFIG
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

mkdir "$work/civic"
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -C "$work/civic" -x
cp "$work/civic/debian/control" "$work/control"
(cd "$work/civic" && pg_buildext updatecontrol)
if [ "$(cd "$work/civic" && pg_buildext supported-versions)" = 15 ]; then
	check "debian/control is what debian/control.in says" cmp "$work/control" "$work/civic/debian/control"
fi

build()
{
	cd "$work/civic"
	DEB_BUILD_OPTIONS="parallel=2 noopt noautodbgsym" dpkg-buildpackage -us -uc -b
}
check "the package builds" build
version=$(cd "$work/civic" && pg_buildext supported-versions | tail -n 1)
package=$(echo "$work/postgresql-$version-civic_"*.deb)
# A package for Debian itself would close the bug that asks for it.
check "lintian has nothing to say" lintian --allow-root --fail-on error,warning \
	--suppress-tags initial-upload-closes-no-bugs "$work"/*.changes
check "it depends on PostGIS for that server" grep -q "postgresql-$version-postgis-3" \
	<(dpkg-deb -f "$package" Depends)

PG_CONFIG=/usr/lib/postgresql/$version/bin/pg_config
copy_server "$work/root"
find "$work/root" -name 'civic*' -delete
check "it unpacks where the server looks" dpkg-deb -x "$package" "$work/root"
start_cluster "$work/server" "fsync = off"
check "the library is the one of the package" equal "$work/root/usr/lib/postgresql/$version/lib" \
	"$("$PG_CONFIG" --pkglibdir)"
check "its tests pass" make -s -C "$work/civic" installcheck PG_CONFIG="$PG_CONFIG" ISOLATION= \
	REGRESS="install reports workflow"

echo "1..$n"
[ "$failures" = 0 ]
