# An nginx of one's own in front of what postgrest.bash started, for tests to source after it.
#   find_nginx || skip "$nginx_missing"
#   start_nginx EXAMPLE        a file of locations in front of port 3000; sets nginx_url
#   stop_nginx
# shellcheck shell=bash

# find_nginx: sets nginx_binary; fetches Debian's package, without installing it, where nginx is missing. False, with
# the reason in nginx_missing, where that cannot be done.
find_nginx()
{
	local cache=$civic_root/build/nginx
	nginx_binary=$(command -v nginx || true)
	[ -z "$nginx_binary" ] || return 0
	nginx_binary=$cache/usr/sbin/nginx
	[ ! -x "$nginx_binary" ] || return 0
	nginx_missing="nginx is not installed, and apt-get cannot download it"
	command -v apt-get >/dev/null || return 1
	mkdir -p "$cache"
	(cd "$cache" && apt-get download -q nginx >/dev/null 2>&1 && dpkg-deb -x nginx_*.deb . && rm nginx_*.deb) || return 1
	if ldd "$nginx_binary" | grep -q 'not found'; then
		nginx_missing="libraries of nginx are missing:$(ldd "$nginx_binary" | sed -n 's/=> not found//p' | tr -d '\n')"
		rm -r "$cache"
		return 1
	fi
}

# start_nginx EXAMPLE: needs postgrest_url.
start_nginx()
{
	local port
	nginx_directory=$(mktemp -d)
	port=$(free_port)
	nginx_url=http://127.0.0.1:$port
	cp "$nginx_binary" "$nginx_directory/nginx"
	mkdir "$nginx_directory/tmp"
	: >"$nginx_directory/log"
	sed "s,http://127.0.0.1:3000,$postgrest_url," "$1" >"$nginx_directory/locations"
	{
		echo "daemon off; pid $nginx_directory/pid; error_log $nginx_directory/log;"
		echo "events {}"
		echo "http {"
		echo "access_log off;"
		for kind in client_body proxy fastcgi uwsgi scgi; do
			echo "${kind}_temp_path $nginx_directory/tmp/$kind;"
		done
		echo "server { listen 127.0.0.1:$port; include $nginx_directory/locations; }"
		echo "}"
	} >"$nginx_directory/nginx.conf"
	chmod 755 "$nginx_directory"
	if [ "$(id -u)" = 0 ]; then
		chown -R postgres "$nginx_directory"
		setpriv --reuid postgres --regid postgres --init-groups "$nginx_directory/nginx" -e "$nginx_directory/log" \
			-c "$nginx_directory/nginx.conf" 2>>"$nginx_directory/log" &
	else
		"$nginx_directory/nginx" -e "$nginx_directory/log" -c "$nginx_directory/nginx.conf" 2>>"$nginx_directory/log" &
	fi
	nginx_pid=$!
	for _ in $(seq 100); do
		if curl -s -o /dev/null "$nginx_url/"; then
			return 0
		fi
		kill -0 "$nginx_pid" 2>/dev/null || break
		sleep 0.1
	done
	sed 's/^/# /' "$nginx_directory/log"
	stop_nginx
	return 1
}

stop_nginx()
{
	[ -n "${nginx_pid:-}" ] || return 0
	kill "$nginx_pid" 2>/dev/null || true
	wait "$nginx_pid" 2>/dev/null || true
	nginx_pid=
	rm -rf "$nginx_directory"
}
