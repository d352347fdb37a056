#!/usr/bin/env bash
# outage.sh TICKERTONE SECONDS RECORDS: the database is away for so long while the topic is full. Memory stays bounded, /ready says 503
# and why, the group is not left, and it goes on by itself.
# shellcheck source=tests/soak/lib.sh
. "$(dirname "$0")/lib.sh"
seconds=$1 records=$2
growth_mb=192 # what the queues of the default configuration and Kafka's fetch queue may add: docs/OPERATIONS.md

make_topic news
make_database outage
configure a outage news "$name" "$constant" "pipeline: {retry_cap: 1s}"
fill news "$records"
begin a
await "the first items" has_stored outage 1
before_kb=$(rss_kb a) rebalances=$(metric a kafka_rebalances_total) most_kb=0
script/pg stop -m immediate "$TT_SOAK_DIR/pg"
unready() { [ "$(curl -s -o "$tmp/ready" -w '%{http_code}' "http://127.0.0.1:$(port a)/ready")" = 503 ]; }
await "/ready to say 503" unready
grep -qi 'database\|connection\|server' "$tmp/ready" || fail "the reason is $(cat "$tmp/ready")"
until_s=$((SECONDS + seconds))
while [ "$SECONDS" -lt "$until_s" ]; do
	unready || fail "ready without a database"
	kb=$(rss_kb a)
	[ "$kb" -lt "$most_kb" ] || most_kb=$kb
	sleep 0.5
done
equal "rebalances meanwhile" "$(metric a kafka_rebalances_total)" "$rebalances"
at_most "MB more while the database was away" $(((most_kb - before_kb) / 1024)) "$growth_mb"
pg_start
await "ready again" ready a
await "the end of the topic" has_read outage "$records"
equal "rebalances in the end" "$(metric a kafka_rebalances_total)" "$rebalances"
end a
exactly outage "$records"
echo "$seconds s without a database: $((before_kb / 1024)) MB before, $((most_kb / 1024)) MB at most; 503 with $(cat "$tmp/ready")"
