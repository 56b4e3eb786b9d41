# Other releases of Debian, each with its version of PostgreSQL, in directories that are entered by chroot; for scripts
# to source after cluster.sh. A root is made once, in build/roots or in $CIVIC_ROOTS.
# shellcheck shell=bash

# shellcheck disable=SC2034
root_missing=
roots=${CIVIC_ROOTS:-$civic_root/build/roots}

# make_root VERSION: false, with the reason in root_missing, where that version cannot be had.
make_root()
{
	local suite root packages mirror log
	suite=$(debian_suite "$1")
	root=$roots/$suite
	packages=postgresql-$1,postgresql-server-dev-$1,postgresql-$1-postgis-3,postgresql-$1-pgtap
	packages+=,postgresql-$1-plpgsql-check,gcc,libc6-dev,make,python3,python3-psycopg2,valgrind,nginx,curl,openssl
	if [ "$(id -u)" != 0 ] || ! unshare --mount --pid --fork mount -t proc proc /proc 2>/dev/null; then
		root_missing="a root of Debian $suite is entered with mounts of its own, which only root may make"
		return 1
	fi
	[ "$(cat "$root/.packages" 2>/dev/null)" != "$packages" ] || return 0
	mkdir -p "$roots"
	if [ "$(df --output=avail -B1M "$roots" | tail -n 1)" -lt 4000 ]; then
		root_missing="a root of Debian $suite needs 4 GB in $roots"
		return 1
	fi
	if ! root_missing=$(need_packages mmdebstrap 2>&1); then
		return 1
	fi
	say "Making a root of Debian $suite with PostgreSQL $1 in $root ..."
	# shellcheck disable=SC2016
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Identifier: Packages' |
		grep -m 1 '/debian/$' || true)
	rm -rf --one-file-system "$root" "$root.new"
	log=$(mktemp)
	# A mirror may be older than the dates that it gives. Of the compiler that the server's headers come with, only the
	# library is needed.
	if ! timeout 1200 mmdebstrap --mode=root --variant=minbase --include="$packages" \
		--aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/lib/llvm-*/*' \
		--dpkgopt='path-include=/usr/lib/llvm-*/lib/libLLVM*' \
		"$suite" "$root.new" "${mirror:-http://deb.debian.org/debian}" >"$log" 2>&1; then
		root_missing="a root of Debian $suite could not be made: $(grep -E '^E' "$log" | head -n 1)"
		rm -rf --one-file-system "$root.new" "$log"
		return 1
	fi
	rm -f "$log"
	echo "$packages" >"$root.new/.packages"
	mv "$root.new" "$root"
}

# in_root VERSION COMMAND...: at the top of a copy of this tree. What it mounts and starts there ends with it.
in_root()
{
	local root
	root=$roots/$(debian_suite "$1")
	shift
	rm -rf --one-file-system "$root/civic"
	mkdir -p "$root/civic" "$root/sample-data"
	copy_source "$root/civic"
	# PostgREST, where npm has brought it.
	[ ! -d test/node_modules ] || cp -a test/node_modules "$root/civic/test/"
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child bash -c '
		set -e
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmpfs "$root/dev/shm"
		mount -t tmpfs tmpfs "$root/tmp"
		sample_data=/none
		if [ -d "${CIVIC_SAMPLE_DATA:-}" ]; then
			sample_data=/sample-data
			mount -o bind,ro "$CIVIC_SAMPLE_DATA" "$root$sample_data"
		fi
		# Not as the first process, which timeout takes for the one that inherits orphans.
		status=0
		chroot "$root" env -i -C /civic PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
			COPT="${COPT:-}" CIVIC_SAMPLE_DATA="$sample_data" "$@" || status=$?
		exit "$status"' bash "$root" "$@"
}
