#!/usr/bin/env bash
# Fetching and scoring apart, for real: demo feeds over HTTP, `tickertone ingest` into a topic, `tickertone run` out of it into
# PostgreSQL and into a topic of scored items. kcat, another client, looks at the topics. Nothing is lost, also when either is
# killed at any moment. Usage: kafka.sh TICKERTONE DEMO-SERVER, in the checkout; broker and cluster are ctest's fixtures.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_KAFKA_DIR/address" ] || { echo "SKIPPED: no broker" && exit 77; }
[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1 server=$2
broker=$(cat "$TT_KAFKA_DIR/address")
admin=$(cat "$TT_PG_DIR/conninfo")
name=tt_test_kafka_$$
all=105 # items that are in config/demo/feeds in the end
start=$(date +%s)

tear_down() { drop_databases "$admin" "$name"_{fetch,score,alone}; }

sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$admin dbname=${name}_$1" -c "SET search_path = tickertone; $2"; }
read_topic() { kcat -C -q -e -b "$broker" -t "$name-$1" -o beginning "${@:2}"; }
keys() { read_topic "$1" -f '%k\n' | sort -u | wc -l; }
has_keys() { [ "$(keys "$1")" -ge "$2" ]; }
has_items() { [ "$(sql "${2:-score}" 'SELECT count(*) FROM item')" -ge "$1" ]; }

# begin NAME COMMAND [CONF]: in the background.
begin() {
	"$tickertone" "$2" -c "$tmp/${3:-$1}.yaml" 2>>"$tmp/$1.log" &
	pids[$1]=$!
}

valid() { python3 tests/app/schema_check.py "$1" || [ $? = 77 ] || fail "not what docs/schema/$1.schema.json says"; }

configure() {
	local feed common
	common=$(
		cat <<-CONF
			model: {scores: constant, entities: "$PWD/config/entities.tsv", threads: 1}
			fetch: {interval: 1s, backoff_base: 1s, per_host_spacing: 0ms, allow_private_networks: true}
			pipeline: {retry_base: 50ms, retry_cap: 500ms, max_items: 7, max_wait: 50ms}
			leases: {duration: 2s}
			service: {enabled: false}
		CONF
	)
	cat >"$tmp/fetch.yaml" <<-CONF
		$common
		postgres: {dsn: "$admin dbname=${name}_fetch"}
		publish: {brokers: "$broker", items_topic: $name-items}
		feeds:
	CONF
	for feed in config/demo/feeds/*; do
		echo "  - url: http://127.0.0.1:$port/${feed##*/}" >>"$tmp/fetch.yaml"
	done
	sed "s/${name}_fetch/${name}_alone/; /^publish/d" "$tmp/fetch.yaml" >"$tmp/alone.yaml"
	cat >"$tmp/score.yaml" <<-CONF
		$common
		postgres: {dsn: "$admin dbname=${name}_score"}
		kafka: {brokers: "$broker", topics: [$name-items, $name-other], group: $name, properties: {session.timeout.ms: 6000}}
		publish: {events_topic: $name-events, dead_letters_topic: $name-dead}
	CONF
}

for db in fetch score alone; do
	psql -XqAt -d "$admin" -c "CREATE DATABASE ${name}_$db"
	"$tickertone" db migrate --dsn "$admin dbname=${name}_$db" >/dev/null
done
"$server" --port 0 --port-file "$tmp/port" --start "$start" --now $((start + 100000)) config/demo/feeds >/dev/null &
pids[server]=$!
await "the demo server" test -s "$tmp/port"
port=$(cat "$tmp/port")
configure

# ---- a topic that is not there ends it with a reason ----
"$tickertone" ingest -c "$tmp/fetch.yaml" 2>"$tmp/no.log" && fail "it began without its topic"
grep -q "topic '$name-items' does not exist" "$tmp/no.log" || fail "no word of the topic"
for topic in items events dead other; do
	script/kafka topic "$TT_KAFKA_DIR" "$name-$topic" 3 >/dev/null
done

"$tickertone" check -c "$tmp/score.yaml" >"$tmp/check" || fail "check: $(cat "$tmp/check")"
equal "topics that check names" "$(grep -c "^ok .*topic .*$name-.* there" "$tmp/check")" 4
equal "partitions that check names" "$(grep -c 'to be read: 3 partitions' "$tmp/check")" 2
sed "s/topics: .*, group/topics: [^$name-(items|other), ^$name-nil], group/" "$tmp/score.yaml" >"$tmp/fit.yaml"
"$tickertone" check -c "$tmp/fit.yaml" >"$tmp/check" && fail "check finds topics for an expression that fits none"
grep -q '^ok .*to be read: 2 topics, 6 partitions' "$tmp/check" || fail "check says '$(cat "$tmp/check")'"
grep -q "^FAIL .*no topic fits '^$name-nil'" "$tmp/check" || fail "check says '$(cat "$tmp/check")'"
sed "s/$name-dead/$name-none/" "$tmp/score.yaml" >"$tmp/none.yaml"
"$tickertone" check -c "$tmp/none.yaml" >"$tmp/check" && fail "check finds a topic that is not there"
grep -q "^FAIL .*'$name-none' does not exist" "$tmp/check" || fail "check says '$(cat "$tmp/check")'"

# ---- ingest, killed and started until all is there ----
for _ in 1 2 3; do
	begin fetch ingest
	sleep "0.$((RANDOM % 9))"
	end fetch KILL
done
begin fetch ingest
await "all items in the topic" has_keys items "$all"
end fetch
read_topic items | valid item
equal "items stored by ingest" "$(sql fetch 'SELECT count(*) FROM item')" 0
equal "feeds that ingest knows" "$(sql fetch 'SELECT count(*) FROM feed WHERE last_success_at IS NOT NULL')" 10
before=$(read_topic items | wc -l)
polled() { [ "$(sql fetch "SELECT min(last_fetch_at) > '$now' FROM feed")" = t ]; }
now=$(sql fetch 'SELECT now()')
begin fetch ingest
await "a poll of each feed" polled
end fetch
equal "items published again when nothing has changed" "$(($(read_topic items | wc -l) - before))" 0

# ---- run, killed and started until all is stored ----
printf '%s\n' '{"headline": "Chips rally"}' | kcat -P -b "$broker" -t "$name-other" -p 1 -k k1 -H desk=Tech
for _ in 1 2 3; do
	begin score run
	sleep "0.$((RANDOM % 9))"
	end score KILL
done
begin score run
await "all items in the database" has_items "$all"
await "the dead letter" has_keys dead 1
levels() { [ "$(sql score "SELECT count(*) FROM kafka_offset WHERE end_offset = next_offset AND level_at IS NOT NULL")" = 6 ]; }
await "the ends of all partitions" levels
equal "lag" "$(sql score "SELECT string_agg(first || ' ' || second, ', ') FROM service_observed() WHERE about = 'topic'")" '0 0, 0 0'
end score
equal "items" "$(sql score 'SELECT count(*) FROM item')" "$all"
equal "events" "$(keys events)" "$all"
equal "events by id" "$(read_topic events | jq -r .event_id | sort -u | wc -l)" "$all"
equal "events of what is stored" "$(read_topic events -f '%k\n' | sort -u)" "$(sql score 'SELECT item_id FROM item ORDER BY item_id::text')"
read_topic events | valid event

# ---- the same as without a topic between ----
begin alone run
await "all items without a topic" has_items "$all" alone
end alone
# (Of a story that two feeds have, the one that comes first is stored; and dates yet to come are clamped to the arrival.)
facts="SELECT item_id, published_at, source, guid, url, title, summary, content, author, lang, categories, text_hash, url_key
	FROM item WHERE event_at < published_at + interval '1 ms' ORDER BY item_id::text"
sql alone "$facts" >"$tmp/alone"
sql score "$facts" >"$tmp/score"
ids() { cut -d '|' -f 1 "$tmp/$1"; }
both() { comm -12 <(ids alone) <(ids score); }
[ "$(both | wc -l)" -ge $((all - 20)) ] || fail "only $(both | wc -l) items have one identity by way of a topic and without it"
diff <(both | grep -F -f - "$tmp/alone") <(both | grep -F -f - "$tmp/score") >"$tmp/diff.log" || fail "a topic changes items"

# ---- the dead letter: in the table, in its topic with where it came from, and read in the end ----
equal "value and headers" "$(read_topic dead -f '%s|%h\n' | sort -u | sed 's/,tickertone.at=[^,]*//')" \
	'{"headline": "Chips rally"}|tickertone.stage=parse,tickertone.reason='"'title'"' is missing,tickertone.source=kafka:'"$name"'-other,tickertone.where=partition 1, offset 0,tickertone.topic='"$name"'-other,tickertone.partition=1,tickertone.offset=0'
sed -i "s/group:/fields: {title: title|headline, author: \$header.desk}, group:/" "$tmp/score.yaml"
"$tickertone" dlq retry -c "$tmp/score.yaml" --source "kafka:$name-other" | grep -q '1 tried, 1 stored' || fail "retry"
equal "the item" "$(sql score "SELECT title || ' ' || author || ' ' || guid FROM item WHERE source = 'kafka:$name-other'")" \
	"Chips rally Tech $name-other/1/0"
begin score run # the one that is running publishes for all
await "its event" has_keys events $((all + 1))
end score
echo OK
