# What tests ask a PostgREST of their own with, to source after script/cluster.sh; script/postgrest.bash starts it.
#   request METHOD PATH [TOKEN [BODY [HEADER...]]]     sets http_status and http_body
#   json EXPRESSION                            of the last answer
#   token CLAIMS [SECRET]
#   is WHAT GOT WANTED                         a line of TAP; counts in n and failures
# shellcheck shell=bash

# shellcheck source=../../script/postgrest.bash
. "$civic_root/script/postgrest.bash"

n=0
failures=0

is()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '# have %s\n# want %s\n# answer %s\n' "$2" "$3" "${http_body:-${body:-}}"
		failures=$((failures + 1))
	fi
}

# request METHOD PATH [TOKEN [BODY [HEADER...]]]
request()
{
	local method=$1 path=$2 token=${3:-} body=${4:-} options=() header answer
	[ -z "$token" ] || options+=(-H "Authorization: Bearer $token")
	[ -z "$body" ] || options+=(-H 'Content-Type: application/json' -d "$body")
	for header in "${@:5}"; do
		options+=(-H "$header")
	done
	answer=$(curl -s -X "$method" "${options[@]}" -w '\n%{http_code}' "$postgrest_url$path")
	# shellcheck disable=SC2034
	http_status=${answer##*$'\n'}
	# shellcheck disable=SC2034
	http_body=${answer%$'\n'*}
}

# json EXPRESSION: of the last answer, which is called a.
json()
{
	printf '%s' "$http_body" | /usr/bin/python3 -c "import json, sys; a = json.load(sys.stdin); print($1)"
}

# token CLAIMS [SECRET]: signed by openssl, not by civic, with $secret unless another is given.
token()
{
	local content
	content=$(printf '{"alg":"HS256","typ":"JWT"}' | url64).$(printf '%s' "$1" | url64)
	printf '%s.%s' "$content" "$(printf '%s' "$content" | openssl dgst -sha256 -hmac "${2:-$secret}" -binary | url64)"
}

url64()
{
	base64 -w 0 | tr '+/' '-_' | tr -d '='
}
