# Lines of TAP for tests to source.
#   same WHAT HAVE WANT
#   check WHAT COMMAND...   the command succeeds; it may write to files in $work
# Both count in n and failures.
# shellcheck shell=bash

n=0
failures=0

same()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		diff <(echo "$2") <(echo "$3") | head -n 40 | sed 's/^/# /' || true
		failures=$((failures + 1))
	fi
}

check()
{
	n=$((n + 1))
	if "${@:2}" >"$work/out" 2>&1; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		head -n 20 "$work/out" | sed 's/^/# /'
		failures=$((failures + 1))
	fi
}
