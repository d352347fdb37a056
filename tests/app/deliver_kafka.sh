#!/usr/bin/env bash
# Alerts in a topic of Kafka: the example of docs/ALERTS.md reads what the service wrote, in binary and in structured mode; a service that is
# killed again and again loses none. Usage: deliver_kafka.sh TICKERTONE, in the checkout; broker and cluster are ctest's fixtures.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_KAFKA_DIR/address" ] || { echo "SKIPPED: no broker" && exit 77; }
[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
broker=$(cat "$TT_KAFKA_DIR/address")
name=tt_test_dk_$$
admin=$(cat "$TT_PG_DIR/conninfo")
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$admin dbname=$name" -c "SET search_path = tickertone" -c "$1"; }
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$admin dbname=$name" >/dev/null
awk -v want="<!-- example: kafka.sh -->" '$0 == want { on = 1 } on && /^```$/ { exit } on == 2 { print } on && /^```./ { on = 2 }' docs/ALERTS.md >"$tmp/kafka.sh"
[ -s "$tmp/kafka.sh" ] || fail "docs/ALERTS.md has no example kafka.sh"
script/kafka topic "$TT_KAFKA_DIR" "$name" 3 >/dev/null
script/kafka topic "$TT_KAFKA_DIR" "$name-whole" 3 >/dev/null

echo 'rules: [{name: each, over: item, when: relevance > 0.1, severity: info}]' >"$tmp/rules.yaml"
configure() {
	cat >"$tmp/run.yaml" <<-CONF
		postgres: {dsn: "$admin dbname=$name"}
		model: {scores: constant, entities: "$PWD/config/entities.tsv", threads: 1}
		service: {enabled: false}
		alerts: {rules: "$tmp/rules.yaml", tick: 200ms}
		publish: {brokers: "$broker", alerts_topic: $1, alerts_mode: $2, timeout: 3s}
	CONF
}
begin() {
	"$tickertone" run -c "$tmp/run.yaml" 2>>"$tmp/run.log" &
	pids[run]=$!
}
say() {
	seq "$1" "$2" | jq -c '{id: "item-\(.)", title: "Nvidia sells machine number \(.)", published_at: (now | floor | todate)}' >"$tmp/items.jsonl"
	sed "s#^service#files: [{path: \"$tmp/items.jsonl\"}]\nservice#" "$tmp/run.yaml" >"$tmp/say.yaml"
	"$tickertone" run -c "$tmp/say.yaml" 2>>"$tmp/say.log" || fail "saying $1 to $2"
}
waits() { [ "$(sql 'SELECT count(*) FROM alert_outbox')" = "$1" ]; }
received() { BROKER=$broker TOPIC=$1 bash "$tmp/kafka.sh" | cut -d' ' -f1; }

echo "-- binary mode, killed while it delivers"
configure "$name" binary
for round in 1 2 3 4 5; do
	begin
	say $((round * 100)) $((round * 100 + 99))
	end run KILL
done
sql "UPDATE alert_outbox SET next_at = now()" # what the dead had taken would come back after a while
begin
await "all to be delivered" waits 0
end run
equal "alerts" "$(sql 'SELECT count(*) FROM alert_history')" 500
equal "ids in the topic that are not the database's" "$(received "$name" | comm -3 - <(sql 'SELECT change_id FROM alert_history ORDER BY 1' | sort) | wc -l)" 0
kcat -C -q -e -b "$broker" -t "$name" -o beginning -J >"$tmp/records"
jq -e -s 'all(.key == "NVDA" and (.headers as $h | [range(0; $h | length; 2) | $h[.]] ==
	["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "content-type"]))' "$tmp/records" >/dev/null || fail "headers or keys"
jq -c '.payload | fromjson' "$tmp/records" | python3 tests/app/schema_check.py alert || [ $? = 77 ] || fail "not what docs/schema/alert.schema.json says"

echo "-- structured mode"
configure "$name-whole" structured
begin
say 1000 1004
await "all to be delivered" waits 0
end run
kcat -C -q -e -b "$broker" -t "$name-whole" -o beginning -J >"$tmp/records"
jq -e -s 'length == 5 and all(.headers == ["content-type", "application/cloudevents+json; charset=UTF-8"] and
	(.payload | fromjson | .specversion == "1.0" and .subject == "NVDA" and .id == .data.change_id))' "$tmp/records" >/dev/null || fail "structured events"
echo "ok"
