#!/usr/bin/env bash
# tickertone dlq, for real: lines of a file and records of a topic that could not be read are looked at, tried again after the
# configuration was mended, and dropped. Usage: dlq.sh TICKERTONE, in the checkout; the cluster is ctest's fixture ($TT_PG_DIR).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_dlq_$$
admin=$(cat "$TT_PG_DIR/conninfo")
dsn="$admin dbname=$name"
tear_down() { drop_databases "$admin" "$name"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$dsn" -c "SET search_path = tickertone; $1"; }
dlq() { "$tickertone" dlq "$@" -c "$tmp/conf.yaml"; }
# says TEXT COMMAND...: the command fails, and says so.
says() {
	local text=$1 out
	shift
	if out=$("$@" 2>&1 </dev/null); then fail "'$*' went well: $out"; fi
	[[ $out == *"$text"* ]] || fail "'$*' says '$out', not '$text'"
}

configure() { # FIELDS: of section kafka
	cat >"$tmp/conf.yaml" <<-CONF
		postgres: {dsn: "$dsn"}
		model: {scores: constant, entities: "$PWD/config/entities.tsv"}
		service: {enabled: false}
		files: [{path: "$tmp/lines", name: lines, format: jsonl}]
		kafka: {fields: {$1}}
	CONF
}

# record OFFSET VALUE [KEPT]: as the consumer leaves it behind.
record() {
	sql "INSERT INTO dead_letter (dead_letter_id, stage, source, position, reason, payload, payload_bytes, first_at, last_at,
			topic, partition, record_offset, record_at, record_key, headers)
		VALUES (gen_random_uuid(), 'parse', 'kafka:news', 'partition 1, offset $1', '''title'' is not a text',
			convert_to('$2', 'UTF8'), coalesce(${3:-NULL}, octet_length('$2')), now(), now(),
			'news', 1, $1, '2026-11-20T10:00:00Z', 'k$1', '{\"desk\": \"Desk $1\"}')"
}

psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$dsn" >/dev/null
configure ''

# ---- from a file ----
printf '%s\n' '{"title": "Bank up after results"}' '{"title": 5, "broken' '{"headline": "Oil falls"}' '[]' >"$tmp/lines"
"$tickertone" run -c "$tmp/conf.yaml" 2>/dev/null
equal "items" "$(sql 'SELECT count(*) FROM item')" 1
equal "letters" "$(dlq list --json | jq length)" 3
dlq list | grep -q '^3 dead letters$' || fail "list does not count"
dlq list | grep -q 'parse *lines, line 2' || fail "list does not name the line"
equal "by reason" "$(dlq list --json --reason '*NEITHER title*' | jq -r '.[].position')" "line 3"
equal "a % in a pattern is a %" "$(dlq list --json --reason '%' | jq length)" 0
equal "by stage" "$(dlq list --json --stage crash | jq length)" 0
equal "by time" "$(dlq list --json --since 1h --until 2100-01-01 | jq length)" 3
equal "before" "$(dlq list --json --until 1h | jq length)" 0
equal "limited" "$(dlq list --json --limit 2 | jq length)" 2
dlq list --limit 2 | grep -q '^3 dead letters, the newest 2 shown' || fail "list does not say that there is more"

id=$(dlq list --json --reason '*neither*' | jq -r '.[].id')
equal "the payload" "$(dlq show "${id:0:8}" --raw)" '{"headline": "Oil falls"}'
equal "the payload as JSON" "$(dlq show "$id" --json | jq -r '.[].payload | fromjson.headline')" "Oil falls"
dlq show "$id" | grep -q '^position *line 3$' || fail "show does not name the place"

# what is refused again stays, with the present reason
says "1 of 1 dead letters are refused still" dlq retry "$id"
equal "tried" "$(sql "SELECT retries || ' ' || (done_at IS NULL) FROM dead_letter WHERE dead_letter_id = '$id'")" "1 true"
dlq list | grep -q "^${id:0:8} .*again" || fail "list does not say that it was tried"

# ---- records of a topic ----
record 7 '{"headline": {"text": "Chips rally"}, "title": {}}'
record 8 '{"headline": {"text": "Chips rally"}, "title": {}}'
record 9 '{"headline": {"text": "Chips ral' 5000000
says "2 refused still" dlq retry --source 'kafka:*' --dry-run --limit 2
# shellcheck disable=SC2016 # paths of a field map
configure 'title: headline.text, author: $header.desk, guid: $key'
equal "a dry run changes nothing" "$(dlq retry --source 'kafka:*' --reason '*title*' --dry-run 2>&1 | grep -c '^fine')" 2
equal "items" "$(sql 'SELECT count(*) FROM item')" 1
says "1 of 3 dead letters are refused still" dlq retry --source 'kafka:*'
equal "two records are two items" "$(sql "SELECT string_agg(author || ' ' || guid || ' ' || source || ' ' || fetched_at::date, ', '
	ORDER BY guid) FROM item WHERE title = 'Chips rally'")" \
	"Desk 7 k7 kafka:news 2026-11-20, Desk 8 k8 kafka:news 2026-11-20"
equal "scored" "$(sql 'SELECT count(*) FROM item_sentiment WHERE score IS NOT NULL')" 3
dlq list --source 'kafka:*' | grep -q 'cannot be tried again: 32 of 5000000 bytes are kept' || fail "a cut record is not said to be"
equal "done" "$(dlq list --done --json | jq length)" 2
sql "UPDATE dead_letter SET done_at = NULL WHERE done_at IS NOT NULL" # as if it had crashed before the mark
dlq retry --reason "'title'*" >/dev/null
equal "nothing is stored twice" "$(sql 'SELECT count(*) FROM item')" 3

# a letter that comes again is open again
sql "UPDATE dead_letter SET done_at = now() WHERE dead_letter_id = '$id'"
"$tickertone" run -c "$tmp/conf.yaml" 2>/dev/null
equal "open again" "$(sql "SELECT (done_at IS NULL) || ' ' || occurrences FROM dead_letter WHERE dead_letter_id = '$id'")" "true 2"

# ---- an item that the database or a topic refused ----
sql "INSERT INTO dead_letter (dead_letter_id, stage, source, position, reason, payload, payload_bytes, first_at, last_at)
	VALUES (gen_random_uuid(), 'store', 'feed', 'g', 'refused', convert_to('{\"id\":\"1b4e28ba-2fa1-11d2-883f-0016d3cca427\",
		\"source\":\"feed\",\"title\":\"Gold steady\"}', 'UTF8'), 96, now(), now())"
sql "UPDATE dead_letter SET payload_bytes = octet_length(payload) WHERE stage = 'store'"
dlq retry --stage store >/dev/null
equal "its identity" "$(sql "SELECT item_id FROM item WHERE title = 'Gold steady'")" 1b4e28ba-2fa1-11d2-883f-0016d3cca427

# ---- dropping ----
says "which ones?" dlq drop
says "say --yes" dlq drop --stage parse
equal "nothing is gone" "$(dlq list --all --json | jq length)" 7
equal "dropped" "$(dlq drop --done --yes)" "3 dead letters deleted"
equal "dropped by id" "$(dlq drop "${id:0:13}" -y)" "1 dead letter deleted"
equal "left" "$(dlq list --all --json | jq length)" 3
equal "dropped by pattern" "$(dlq drop --source 'lines' -y)" "2 dead letters deleted"

# ---- mistakes ----
says "not the beginning of" dlq show xyz1
says "there is no such dead letter" dlq show 00000000
says "neither a date nor an age" dlq list --since yesterday
says "where are the dead letters?" "$tickertone" dlq list
says "retry needs a configuration" "$tickertone" dlq retry --dsn "$dsn"
sed -i '/postgres/d; s/^model/pipeline: {sink: stdout}\nmodel/' "$tmp/conf.yaml"
says "has no database" dlq list

equal "the writer may" "$(psql -XqAt -d "$dsn" -c "SELECT has_table_privilege('tickertone_writer', 'tickertone.dead_letter', 'DELETE')")" t
echo OK
