#!/bin/sh
# Installs the shared library that carries ClickHouse, by the lock file of this machine's platform.
# It does nothing when the pinned version is there already.
set -eu
cd "$(dirname "$0")"

case "$(uname -s)/$(uname -m)" in
Linux/x86_64) platform=linux-x64 package=@chdb/lib-linux-x64-gnu ;;
*)
	echo "The embedded ClickHouse is kept for Linux on x86-64 only; $(uname -s) on $(uname -m) is untested and has no lock file." >&2
	echo "Use a ClickHouse server with --clickhouse, or set UTFALL_ENGINE_LIB to a libchdb.so of your own." >&2
	exit 1
	;;
esac

version_in() { sed -n "s|^.*\"$1\": *\"\([^\"]*\)\".*$|\1|p" "$2" 2>/dev/null | head -n 1; }

cd "$platform"
installed=node_modules/$package
if [ -f "$installed/libchdb.so" ] &&
	[ "$(version_in version "$installed/package.json")" = "$(version_in "$package" package.json)" ]; then
	exit 0
fi
command -v npm >/dev/null || {
	echo "npm is missing: install it with your system's package manager (Debian: apt-get install npm)." >&2
	exit 1
}
echo "Fetching ClickHouse for $platform (178 MB packed, 566 MB unpacked)"
npm ci --ignore-scripts --no-audit --no-fund
