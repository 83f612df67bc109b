#!/bin/sh
# Shows on a real cluster, with Keeper, what the tests cannot: replicated tables, ON CLUSTER, and a replica taken away while
# figures come in. It needs docker (or podman, with COMPOSE="podman compose") and a built utfall; it ends with "the same" or
# with what differs, and leaves nothing running.
set -eu
cd "$(dirname "$0")"
: "${CLICKHOUSE_TAG:?set CLICKHOUSE_TAG to the release of ClickHouse that you run, 26.7 or later}"
: "${UTFALL:=../../bin/utfall}"
COMPOSE="${COMPOSE:-docker compose}"
UTFALL_CLUSTER_PASSWORD="${UTFALL_CLUSTER_PASSWORD:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}"
export CLICKHOUSE_TAG UTFALL_CLUSTER_PASSWORD
nodes=127.0.0.1:9011,127.0.0.1:9012,127.0.0.1:9021,127.0.0.1:9022
work=$(mktemp -d)
trap '$COMPOSE down --volumes >/dev/null 2>&1; rm -rf "$work"' EXIT

cluster() {
	verb=$1; shift
	"$UTFALL" "$verb" --data-dir "$work/cluster" --topology cluster --clickhouse "clickhouse://utfall:$UTFALL_CLUSTER_PASSWORD@$nodes/utfall" "$@"
}
one() { verb=$1; shift; "$UTFALL" "$verb" --data-dir "$work/one" "$@"; }
# Every figure without the column that says when it was published, which differs between two installations.
figures() { sed 's/,[^,]*$//' | sort; }
compare() {
	for id in $indicators; do
		one export --indicator "$id" | figures >"$work/one.csv"
		cluster export --indicator "$id" | figures >"$work/cluster.csv"
		cmp "$work/one.csv" "$work/cluster.csv" || { echo "$1: $id differs"; exit 1; }
	done
	echo "$1: the same"
}

echo "Starting three Keepers and four nodes"
$COMPOSE up --detach --quiet-pull
tries=0
until cluster migrate 2>"$work/error"; do
	tries=$((tries + 1))
	[ "$tries" -lt 60 ] || { cat "$work/error"; exit 1; }
	sleep 2
done
echo "Migrating again changes nothing, whichever node is asked"
nodes=127.0.0.1:9022 cluster migrate

echo "Taking the reference collection in, on one node and on the cluster"
one ingest --all >"$work/one.log"
cluster ingest --all >"$work/cluster.log"
indicators=$(one status --json | sed -n 's/.*"dataset":"reference\/\([a-z0-9_]*\)".*/\1/p' | sort -u)
[ -n "$indicators" ] || { echo "no indicators were found in utfall status"; exit 1; }
compare "four nodes"

echo "Taking one replica of each shard away: reading goes on, and so does writing once a quorum is back"
$COMPOSE stop node-1-1 node-2-1 >/dev/null
compare "two nodes away"
$COMPOSE start node-1-1 node-2-1 >/dev/null

echo "Taking a whole shard away: no figure may be shown"
$COMPOSE stop node-2-1 node-2-2 >/dev/null
if cluster export --indicator "$(echo "$indicators" | head -n 1)" >"$work/partial.csv" 2>"$work/error"; then
	echo "a shard is away and figures were shown"; exit 1
fi
cat "$work/error"
$COMPOSE start node-2-1 node-2-2 >/dev/null

echo "Killing a replica in the middle of an ingest, and doing it again"
cluster ingest --all >"$work/cluster.log" 2>&1 &
run=$!
sleep 3
$COMPOSE kill node-1-1 >/dev/null
wait "$run" || true
$COMPOSE start node-1-1 >/dev/null
tries=0
until cluster ingest --all >"$work/cluster.log" 2>&1; do
	tries=$((tries + 1))
	[ "$tries" -lt 30 ] || { cat "$work/cluster.log"; exit 1; }
	sleep 2
done
compare "after it was killed"
