#!/usr/bin/env bash
# What is packed for PGXN is complete, and what is installed goes away again.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=tap.bash
. test/t/tap.bash
# shellcheck source=databases.bash
. test/t/databases.bash

export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" civic.control)

run_make()
{
	make -s "with_llvm=no" COPT=-O0 PG_CONFIG="$PG_CONFIG" "$@"
}

installed()
{
	(cd "$work/root" && find . ! -type d -printf '%f\n' | sort)
}

check "META.json is as PGXN wants it" /usr/bin/python3 test/t/check_meta.py
check "the changes of this version are described" grep -q "^## $version " CHANGELOG.md
(need_packages unzip) >/dev/null 2>&1 || true
if ! git rev-parse HEAD >/dev/null 2>&1 || ! command -v unzip >/dev/null; then
	echo "ok $((n + 1)) - the archive builds # SKIP needs a git checkout and unzip"
	echo "1..$((n + 1))"
	exit "$failures"
fi

git clone -q --no-hardlinks . "$work/clone"
check "make dist packs what is committed" run_make -C "$work/clone" dist
check "into a folder with the version" unzip -q -d "$work" "$work/clone/civic-$version.zip"
check "everything of it" equal "$(git -C "$work/clone" ls-files)" \
	"$(cd "$work/civic-$version" && find . ! -type d -printf '%P\n' | sort)"

cd "$work/civic-$version"
check "it builds from itself" run_make -j2
check "and installs" run_make install DESTDIR="$work/root"
check "the library, the control file, the install script and the updates, nothing else" equal "$({
	printf '%s\n' civic.so civic.control "civic--$version.sql"
	find sql/updates -name '*--*' -printf 'civic--%f.sql\n'
} | sort)" "$(installed)"
check "make uninstall" run_make uninstall DESTDIR="$work/root"
check "leaves nothing" equal '' "$(installed)"
check "make clean" run_make clean
check "leaves what was packed" equal '' \
	"$(diff <(git -C "$work/clone" ls-files) <(find . ! -type d -printf '%P\n' | sort) 2>&1)"

echo "1..$n"
[ "$failures" = 0 ]
