#!/usr/bin/env bash
# The whole line, for real: demo feeds over HTTP, `tickertone run`, a PostgreSQL of its own. Nothing is lost and nothing is stored
# twice: over repeated polls, a restart, a database that crashes while news comes in, and a service that is killed.
# Usage: e2e.sh TICKERTONE DEMO-SERVER, in the checkout. The counts are those of config/demo/feeds.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tickertone=$1 server=$2
first=98 # stories in the feeds at their start
all=105  # with those that come later; repeats and the story whose guid changes count once
feeds=10
start=$(date +%s)
port=0

tear_down() { script/pg remove "$tmp/pg"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$(cat "$tmp/pg/conninfo")" -c "SET search_path = tickertone; $1"; }
stored() { [ "$(sql 'SELECT count(*) FROM item')" = "$1" ]; }
sql_any_item() { ! stored 0; }
stat() { curl -fsS "http://127.0.0.1:$port/stats" | jq ".$1"; }
at_least() { [ "$(stat "$1")" -ge "$2" ]; }
ready() { curl -fsS -o "$tmp/ready" "http://127.0.0.1:$(service_port)/ready" 2>/dev/null; }
not_ready() { ! ready; }
says() { curl -sS "http://127.0.0.1:$(service_port)/ready" | grep -q "$1"; }
service_port() { sed -nE 's/.*listening.* port=([0-9]+).*/\1/p' "$tmp/run.log"; }

# serve SECONDS: the feeds as they are so long after their start, on the port of last time.
serve() {
	! running server || end server
	rm -f "$tmp/port"
	"$server" --port "$port" --port-file "$tmp/port" --start "$start" --now $((start + $1)) config/demo/feeds >/dev/null &
	pids[server]=$!
	await "the demo server" test -s "$tmp/port"
	port=$(cat "$tmp/port")
}

run() {
	: >"$tmp/run.log"
	"$tickertone" run -c "$tmp/tickertone.yaml" 2>"$tmp/run.log" &
	pids[run]=$!
}

configure() {
	local feed
	cat >"$tmp/tickertone.yaml" <<-CONF
		postgres: {dsn: "$(cat "$tmp/pg/conninfo")"}
		model: {model: "$PWD/config/models/minilm-finance", entities: "$PWD/config/entities.tsv", threads: 1}
		fetch: {interval: 1s, backoff_base: 1s, per_host_spacing: 0ms, allow_private_networks: true}
		pipeline: {retry_base: 50ms, retry_cap: 500ms}
		leases: {duration: 3s}
		service: {listen: "127.0.0.1:0"}
		feeds:
	CONF
	for feed in config/demo/feeds/*; do
		echo "  - url: http://127.0.0.1:$port/${feed##*/}" >>"$tmp/tickertone.yaml"
	done
}

# Whatever happened before: every story once, scored, with sums that are right.
whole() {
	equal "items" "$(sql 'SELECT count(*) FROM item')" "$1"
	equal "distinct items" "$(sql 'SELECT count(DISTINCT item_id) FROM item')" "$1"
	equal "scored items" "$(sql 'SELECT count(*) FROM item_sentiment WHERE score IS NOT NULL')" "$1"
	equal "URLs" "$(sql "SELECT count(DISTINCT replace(url, '?utm_source=syndicate', '')) FROM item")" "$1"
	equal "bad sums" "$(sql 'SELECT count(*) FROM item_sentiment
		WHERE abs(p_negative + p_neutral + p_positive - 1) > 1e-5 OR abs(p_positive - p_negative - score) > 1e-5')" 0
	equal "scores without item" "$(sql 'SELECT count(*) FROM entity_sentiment LEFT JOIN item USING (event_at, item_id)
		WHERE title IS NULL')" 0
	equal "repeated scores" "$(sql 'SELECT count(*) - count(DISTINCT (item_id, entity_id)) FROM entity_sentiment')" 0
	equal "dead letters" "$(sql 'SELECT count(*) FROM dead_letter')" 0
}

echo "-- a first run"
script/pg start --test "$tmp/pg" >/dev/null
serve 0
configure
"$tickertone" db migrate -c "$tmp/tickertone.yaml"
run
await "$first items" stored $first
await "a second round of polls" at_least not_modified $feeds
await "being ready" ready
end run
whole $first
equal "full answers" "$(stat full)" $feeds
equal "feeds, remembered and well" "$(sql "SELECT count(*) FROM feed WHERE last_status IN (200, 304) AND failures = 0
	AND last_error IS NULL AND etag IS NOT NULL AND title LIKE '%invented%'")" $feeds
equal "published when the feed says" "$(sql "SELECT extract(epoch FROM event_at)::bigint - $start FROM item
	WHERE title = 'Boeing wins order for 60 aircraft from Ryanair'")" -240
equal "title of the feed with a broken entity" "$(sql "SELECT replace(title, chr(160), ' ') FROM item
	WHERE url LIKE '%/sap-raises-outlook%'")" \
	"SAP raises outlook on cloud demand"

echo "-- told to stop while it starts"
run
await "the log's first line" test -s "$tmp/run.log"
end run

echo "-- a second run asks with the validators of the first and stores nothing"
seen=$(stat not_modified)
run
await "another round" at_least not_modified $((seen + feeds))
end run
whole $first
equal "full answers" "$(stat full)" $feeds

echo "-- the database crashes while news comes in"
run
await "being ready" ready
script/pg stop -m immediate "$tmp/pg"
serve 3600
await "being told that the database is away" not_ready
await "the changed feeds" at_least full 1
await "the end of polls, when the leases are over" says 'leases: no feed was polled'
script/pg start --test "$tmp/pg" >/dev/null
await "all items" stored $all
await "being ready again" ready
end run
whole $all
equal "the story whose guid changed" "$(sql "SELECT count(*) FROM item WHERE url LIKE '%/ecb-leaves-interest%'")" 1
equal "who soars and who sinks" "$(sql "SELECT string_agg(symbol || ' ' || label, ', ' ORDER BY symbol DESC)
	FROM sentiment_history WHERE title LIKE 'Apple soars%'")" "AAPL positive, 005930.KS negative"

echo "-- the service is killed in the middle of its work"
script/pg remove "$tmp/pg"
script/pg start --test "$tmp/pg" >/dev/null
configure
"$tickertone" db migrate -c "$tmp/tickertone.yaml"
run
await "something stored" sql_any_item
end run KILL
run
await "all items" stored $all
end run
whole $all
echo "end to end: all well"
