# Shared by tests that compare databases. The script that sources this and tap.bash sets work, a directory of its own.
# shellcheck shell=bash

fresh()
{
	PGOPTIONS='-c client_min_messages=warning' psql -Xqc "DROP DATABASE IF EXISTS $1" \
		-c "CREATE DATABASE $1 TEMPLATE ${2:-template0}" postgres
}

# Everything a dump says, in its own order; but rows sorted, because where a row lies on its page is nobody's business,
# and without the random key that a plain dump holds since the security releases of 2025.
snapshot_dump()
{
	{
		pg_dump --no-sync --section=pre-data "$1"
		pg_dump --no-sync --section=data "$1" | sort
		pg_dump --no-sync --section=post-data "$1"
	} | grep -vE '^\\(un)?restrict '
}

query()
{
	psql -XAtq -d "$1" -c "$2"
}

snapshot()
{
	psql -XAtq -d "$1" -f test/t/catalogue_snapshot.sql
}

refused()
{
	if psql -Xq -d "$1" -v VERBOSITY=verbose -c "$2" 2>"$work/error" || ! grep -q "$3" "$work/error"; then
		cat "$work/error"
		return 1
	fi
}

equal()
{
	diff <(echo "$1") <(echo "$2")
}
