#!/usr/bin/env bash
# rig.sh start|stop DIR: the broker and the cluster that the soak tests stop, kill and start as they like, in DIR. The cluster
# remembers when each transaction was committed, so that latency is measured by somebody else than tickertone.
# With TT_SOAK_FAST=1 commits are not flushed to disk; they survive a crash of the server all the same. Exits 77 without a broker.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$2

case $1 in
start)
	mkdir -p "$dir"
	script/kafka start "$dir/kafka"
	script/pg start ${TT_SOAK_FAST:+--test} "$dir/pg"
	psql -Xq -d "$(cat "$dir/pg/conninfo") user=postgres" -c 'ALTER SYSTEM SET track_commit_timestamp = on' \
		-c "ALTER SYSTEM SET max_wal_size = '4GB'"
	script/pg stop "$dir/pg"
	script/pg start ${TT_SOAK_FAST:+--test} "$dir/pg" >/dev/null
	;;
stop)
	script/kafka remove "$dir/kafka"
	script/pg remove "$dir/pg"
	;;
esac
