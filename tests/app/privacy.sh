#!/usr/bin/env bash
# `privacy.redact`, for real: whatever items, broken lines and refused items bring, nothing of what is private is in any table of
# the database, nor in what is published. Usage: privacy.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_privacy_$$
admin=$(cat "$TT_PG_DIR/conninfo")
dsn="$admin dbname=$name"
tear_down() { drop_databases "$admin" "$name"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$dsn" -c "SET search_path = tickertone" -c "$1"; }
private=(jane.doe@example.com '1234567' 3704004405320130 4111111111111111 @janedoe)

cat >"$tmp/all.jsonl" <<-'ITEMS'
	{"id": "1", "url": "https://example.com/1", "title": "Apple soars, says jane.doe@example.com", "summary": "Call +49 30 1234567 about Samsung", "author": "jane.doe@example.com (Jane)", "published_at": "2026-11-20T10:00:00Z"}
	{"id": "2", "title": "Pay DE89370400440532013000 or 4111111111111111, @janedoe", "content": "Nvidia of @janedoe", "categories": ["@janedoe", "tech"], "published_at": "2026-11-20T10:00:00Z"}
	{"id": "mailto:jane.doe@example.com", "title": "Intel falls", "published_at": "2026-11-20T10:00:00Z"}
	{"id": "4", "note": "jane.doe@example.com"}
	{"id": "5", "title": "poison of @janedoe", "published_at": "2026-11-20T10:00:00Z"}
	{"title": "Oil falls, says jane.doe@example.com"}
ITEMS
# poll PRIVACY: a database anew, and all items read into it, twice
poll() {
	drop_databases "$admin" "$name"
	psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
	"$tickertone" db migrate --dsn "$dsn" >/dev/null
	sql "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
			IF NEW.title LIKE 'poison%' THEN RAISE 'no' USING ERRCODE = '22000'; END IF;
			RETURN NEW; END \$\$; CREATE TRIGGER refuse BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION refuse()"
	read_again "$1"
}
read_again() {
	cat >"$tmp/run.yaml" <<-CONF
		postgres: {dsn: "$dsn", partitions_behind: 100}
		model: {model: "$PWD/tests/nlp/model/tiny/two-heads", threads: 2, entities: "$PWD/config/entities.tsv"}
		service: {enabled: false}
		log: {level: debug}
		pipeline: {drain: 0s}
		publish: {brokers: "127.0.0.1:1", events_topic: events, timeout: 100ms}
		files: [{path: "$tmp/all.jsonl", name: news, format: jsonl}]
		$1
	CONF
	"$tickertone" run -c "$tmp/run.yaml" >"$tmp/run.out" 2>"$tmp/run.log" || fail "the run failed"
}
# Every row of every table as text, bytes as characters.
dump() {
	local table
	for table in $(sql "SELECT tablename FROM pg_tables WHERE schemaname = 'tickertone' AND tablename NOT LIKE '%\_w2%' AND tablename NOT IN ('migration', 'entity')"); do
		sql "SET bytea_output = escape; SELECT '$table', t.* FROM $table t"
	done
}

echo "-- as it is without: the texts are everywhere"
poll ''
dump >"$tmp/plain"
for word in "${private[@]}"; do
	grep -q "^item|.*$word" "$tmp/plain" || fail "$word is not in an item: nothing is tested"
done
for table in dead_letter event_outbox; do
	grep -q "^$table|.*\(@janedoe\|jane\.doe\)" "$tmp/plain" || fail "nothing is in $table: nothing is tested"
done
keys() { sql "SELECT key FROM seen ORDER BY 1"; }
keys >"$tmp/keys"
[ "$(wc -l <"$tmp/keys")" -ge 5 ] || fail "there are no keys"

echo "-- turned on: the same items are the same"
read_again 'privacy: {redact: [all]}'
equal "texts after redaction was turned on" "$(sql 'SELECT count(*) FROM item_history_all')" "$(sql 'SELECT count(*) FROM item')"
keys | diff "$tmp/keys" - >"$tmp/out" || fail "other keys"

echo "-- from the start: nothing is anywhere"
poll 'privacy: {redact: [all]}'
keys | diff "$tmp/keys" - >"$tmp/out" || fail "other keys"
dump >"$tmp/redacted"
equal "tables" "$(cut -d '|' -f 1 "$tmp/redacted" | grep -cE '^(item|dead_letter|event_outbox|item_sentiment|entity_sentiment)$')" \
	"$(cut -d '|' -f 1 "$tmp/plain" | grep -cE '^(item|dead_letter|event_outbox|item_sentiment|entity_sentiment)$')"
for word in "${private[@]}"; do
	if grep -n -- "$word" "$tmp/redacted" "$tmp/run.log" >"$tmp/out"; then fail "$word is still there"; fi
done
equal "an item" "$(sql "SELECT title, summary, author FROM item WHERE guid = '1'")" 'Apple soars, says [email]|Call [phone] about Samsung|[email] (Jane)'
equal "another" "$(sql "SELECT title, content, categories FROM item WHERE guid = '2'")" 'Pay [iban] or [card], [handle]|Nvidia of [handle]|{[handle],tech}'
equal "an event" "$(sql "SELECT body::json ->> 'title' FROM event_outbox WHERE body LIKE '%soars%'")" 'Apple soars, says [email]'
equal "an item that was refused" "$(sql "SELECT convert_from(payload, 'UTF8')::json ->> 'title' FROM dead_letter WHERE stage = 'store'")" 'poison of [handle]'
equal "a line that was" "$(sql "SELECT convert_from(payload, 'UTF8') FROM dead_letter WHERE stage = 'parse'")" '{"id": "4", "note": "[email]"}'
equal "companies" "$(sql "SELECT string_agg(mention, ',' ORDER BY mention) FROM sentiment_history")" 'Apple,Intel,Oil,Samsung'

echo "-- a dead letter from before is redacted when it is tried again"
poll ''
sql 'DROP TRIGGER refuse ON item'
sed -i 's/^$//; $a privacy: {redact: [handle]}' "$tmp/run.yaml"
"$tickertone" dlq retry -c "$tmp/run.yaml" --stage store >"$tmp/out"
equal "tried again" "$(sql "SELECT title FROM item WHERE title LIKE 'poison%'")" 'poison of [handle]'

echo "-- what is no kind is named"
sed -i 's/redact: \[handle\]/redact: [handle, emial]/' "$tmp/run.yaml"
status=0
"$tickertone" config -c "$tmp/run.yaml" >"$tmp/out" 2>"$tmp/err" || status=$?
equal "exit status" "$status" 78
grep -q "run.yaml: privacy.redact: 'emial' is none of .*; did you mean 'email'?" "$tmp/err" || fail "it is not named"
echo "ok"
