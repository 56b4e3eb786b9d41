# Shared by the scripts of this directory: what must be installed, and a private server on loopback.
# shellcheck shell=bash

civic_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PG_CONFIG=${PG_CONFIG:-pg_config}

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# debian_suite VERSION: the release of Debian that comes with that version of PostgreSQL.
debian_suite()
{
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
	esac
}

# The version of PostgreSQL that is here, or that this release of Debian would install.
server_version()
{
	local version
	if command -v "$PG_CONFIG" >/dev/null; then
		"$PG_CONFIG" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/'
		return
	fi
	for version in 15 17 18; do
		if grep -qs "^VERSION_CODENAME=$(debian_suite "$version")\$" /etc/os-release; then
			echo "$version"
			return
		fi
	done
	echo 15
}

# copy_source DIRECTORY: this tree, without what was built in it.
copy_source()
{
	if git -C "$civic_root" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git -C "$civic_root" ls-files -z --cached --others --exclude-standard | tar -C "$civic_root" -c --null -T - |
			tar -C "$1" -x
	else
		tar -C "$civic_root" -c --exclude=./build --exclude=node_modules --exclude='*.o' --exclude='*.so' . |
			tar -C "$1" -x
	fi
}

# have_packages NAME...: true when all are installed, as far as dpkg knows.
have_packages()
{
	local package
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || return 1
	done
}

# need_packages NAME...: installs what is missing, or says exactly what to install.
need_packages()
{
	local missing=() package log
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		if command -v pg_config >/dev/null && [ -f "$(pg_config --sharedir)/extension/postgis.control" ]; then
			return 0
		fi
		die "this is not a Debian system. Install PostgreSQL 15 or later with its server headers, PostGIS 3, a C
compiler and make (on Debian these are: $*), then run this again."
	fi
	for package in "$@"; do
		have_packages "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
		die "these packages are missing and cannot be installed without root: run
    apt-get install --no-install-recommends ${missing[*]}"
	fi
	say "Installing ${missing[*]} ..."
	log=$(mktemp)
	local sudo=()
	[ "$(id -u)" = 0 ] || sudo=(sudo -n)
	if ! { "${sudo[@]}" apt-get update -q && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "could not install ${missing[*]}; install them by hand and run this again"
	fi
	rm -f "$log"
}

# need_commands NAME...: commands that come in packages of their names, wherever they are from.
need_commands()
{
	local command
	for command in "$@"; do
		command -v "$command" >/dev/null || need_packages "$command"
	done
}

# need_node_packages DIRECTORY FILE...: true when the files are in its node_modules; where one is missing, npm installs
# what its package-lock.json pins. False, with the reason in node_packages_missing, where that cannot be done.
need_node_packages()
{
	local directory=$1 file log
	shift
	for file in "$@"; do
		[ -e "$directory/node_modules/$file" ] && continue
		node_packages_missing="npm is not installed"
		command -v npm >/dev/null || return 1
		log=$(npm ci --prefix "$directory" --ignore-scripts --no-audit --no-fund 2>&1) || true
		node_packages_missing="npm could not install ${file%%/*}: $(printf '%s' "$log" | tr '\n' ' ' | cut -c 1-200)"
		[ -e "$directory/node_modules/$file" ] || return 1
	done
}

# PostgreSQL refuses to run as root; then it runs as the user that Debian's package made for it.
as_server_user()
{
	if [ "$(id -u)" = 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

# start_as_server_user LOG COMMAND...: in the background, as that user; its process is $!.
start_as_server_user()
{
	local log=$1 user=()
	shift
	# Of the user, group and process that are started here, setpriv leaves the process the same.
	[ "$(id -u)" != 0 ] || user=(setpriv --reuid postgres --regid postgres --init-groups)
	"${user[@]}" "$@" >"$log" 2>&1 &
}

free_port()
{
	local port
	for port in $(shuf -i 20000-32000 -n 50); do
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	die "no free port found"
}

# build_and_install DIRECTORY [FLAGS]
build_and_install()
{
	local source=$1 log sudo=()
	log=$(mktemp)
	if ! make -C "$source" with_llvm=no PG_CONFIG="$PG_CONFIG" ${2:+COPT="$2"} >"$log" 2>&1; then
		cat "$log" >&2
		die "the build failed"
	fi
	[ -w "$("$PG_CONFIG" --pkglibdir)" ] || sudo=(sudo -n)
	if ! "${sudo[@]}" make -C "$source" with_llvm=no PG_CONFIG="$PG_CONFIG" install >"$log" 2>&1; then
		cat "$log" >&2
		die "the installation failed; it needs the right to write $("$PG_CONFIG" --pkglibdir)"
	fi
	rm -f "$log"
}

# copy_server DIRECTORY: copies the server's programs and files, so that what is installed there disturbs nobody; sets
# PG_CONFIG.
copy_server()
{
	local part
	for part in bindir pkglibdir sharedir includedir-server; do
		part=$("$PG_CONFIG" "--$part")
		mkdir -p "$1$part"
		cp -a "$part/." "$1$part/"
	done
	PG_CONFIG=$1$("$PG_CONFIG" --bindir)/pg_config
	export PG_CONFIG
}

# start_cluster DIRECTORY [SETTING...]: initdb and start; sets PGHOST, PGPORT, PGUSER, cluster_dir.
start_cluster()
{
	cluster_dir=$1
	shift
	local bindir setting
	bindir=$("$PG_CONFIG" --bindir)
	mkdir -p "$cluster_dir"
	[ "$(id -u)" != 0 ] || chown postgres "$cluster_dir"
	chmod 755 "$cluster_dir"
	PGPORT=$(free_port)
	PGHOST=$cluster_dir
	PGUSER=postgres
	export PGHOST PGPORT PGUSER
	cd "$cluster_dir" || die "cannot enter $cluster_dir"
	as_server_user "$bindir/initdb" -D "$cluster_dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 \
		>"$cluster_dir/initdb.log" 2>&1 || { cat "$cluster_dir/initdb.log" >&2; die "initdb failed"; }
	{
		echo "listen_addresses = '127.0.0.1'"
		echo "port = $PGPORT"
		echo "unix_socket_directories = '$cluster_dir'"
		echo "max_locks_per_transaction = 256"
		echo "timezone = 'UTC'"
		for setting in "$@"; do
			echo "$setting"
		done
	} >>"$cluster_dir/data/postgresql.conf"
	as_server_user "$bindir/pg_ctl" -D "$cluster_dir/data" -l "$cluster_dir/server.log" -w -t 60 start \
		>/dev/null || { cat "$cluster_dir/server.log" >&2; die "the server did not start"; }
	cd "$civic_root" || exit 1
}

# start_standby DIRECTORY [ROLE]: a hot standby of the server that PGHOST and PGPORT name, copied and fed as the role;
# sets standby_dir, standby_port.
start_standby()
{
	local bindir
	bindir=$("$PG_CONFIG" --bindir)
	standby_dir=$1
	standby_port=$(free_port)
	as_server_user "$bindir/pg_basebackup" -D "$standby_dir" -U "${2:-$PGUSER}" -c fast -X stream -R >/dev/null ||
		die "pg_basebackup failed"
	printf "port = %s\nunix_socket_directories = '%s'\n" "$standby_port" "$PGHOST" >>"$standby_dir/postgresql.conf"
	as_server_user "$bindir/pg_ctl" -D "$standby_dir" -l "$standby_dir.log" -w -t 60 start >/dev/null ||
		{ cat "$standby_dir.log" >&2; die "the standby did not start"; }
}

# wait_for_standby: until it has replayed what the server has committed so far.
wait_for_standby()
{
	local target
	target=$(psql -XAtqc 'SELECT pg_current_wal_lsn()' postgres)
	until [ "$(psql -XAtqc "SELECT pg_last_wal_replay_lsn() >= '$target'" -p "$standby_port" postgres)" = t ]; do
		sleep 0.05
	done
}

stop_standby()
{
	[ -n "${standby_dir:-}" ] && [ -f "$standby_dir/postmaster.pid" ] || return 0
	as_server_user "$("$PG_CONFIG" --bindir)/pg_ctl" -D "$standby_dir" -m immediate stop >/dev/null
}

stop_cluster()
{
	[ -n "${cluster_dir:-}" ] && [ -f "$cluster_dir/data/postmaster.pid" ] || return 0
	as_server_user "$("$PG_CONFIG" --bindir)/pg_ctl" -D "$cluster_dir/data" -m fast -w stop >/dev/null
}
