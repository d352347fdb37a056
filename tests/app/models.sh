#!/usr/bin/env bash
# The life of models in a running service: registered, in the shadow, promoted, rolled back, under load and without a restart; and what happens when
# the folder of a promoted one is not there, or is another model by now.
# Usage: models.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_models_$$
admin=$(cat "$TT_PG_DIR/conninfo")
dsn="$admin dbname=$name"
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$dsn" -c "SET search_path = tickertone" -c "$1"; }
is() { [ "$(sql "$1")" = "$2" ]; }
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$dsn" >/dev/null

# Three models: one as it is, one with the same weights that takes good for bad, one with other weights.
cp -r tests/nlp/model/tiny/finbert "$tmp/first"
cp -r tests/nlp/model/tiny/finbert "$tmp/second"
jq '.id2label = {"0": "negative", "1": "positive", "2": "neutral"} | .label2id = {negative: 0, positive: 1, neutral: 2}' "$tmp/first/config.json" >"$tmp/second/config.json"
cp -r tests/nlp/model/tiny/two-heads "$tmp/third"
mkfifo "$tmp/items"
configure() {
	cat >"$tmp/run.yaml" <<-CONF
		postgres: {dsn: "$dsn", partitions_behind: 1}
		model: {model: "$tmp/first", threads: 2, entities: "$PWD/config/entities.tsv"$1}
		shadow_model: {model: "$tmp/$2", share: 0.5}
		service: {listen: "127.0.0.1:0"}
		pipeline: {max_items: 8, max_wait: 20ms}
		files: [{path: "-", name: "live", format: jsonl}]
	CONF
}
model() { "$tickertone" model "$@" -c "$tmp/run.yaml"; }
refused() {
	local want=$1 status=0
	shift
	model "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	[ "$status" != 0 ] || fail "taken: model $*"
	grep -q "$want" "$tmp/err" || fail "model $*: $(cat "$tmp/err")"
}
starts=0
listens() { [ "$(grep -c "listening for" "$tmp/run.log")" = "$starts" ]; }
start_service() {
	starts=$((starts + 1))
	"$tickertone" run -c "$tmp/run.yaml" <"$tmp/items" 2>>"$tmp/run.log" &
	pids[run]=$!
	exec 7>"$tmp/items"
	await "the port" listens
	port=$(grep "listening for" "$tmp/run.log" | tail -n 1 | grep -o 'port=[0-9]*' | cut -d = -f 2)
}
stop_service() {
	end run
	exec 7>&-
}
get() { curl -s "http://127.0.0.1:$port/$1"; }
metric() { get metrics | awk -v name="tickertone_$1" '$1 == name { print $2 }'; }
has() { [ "$(metric "$1")" = "$2" ]; }
# Items have one of twenty titles, so that the same text is met again and again, by each model.
given=0
write_items() {
	local first=$((given + 1))
	given=$((given + $1))
	seq "$first" "$given" | jq -c '{id: "\(.)", title: "\(["Nvidia", "Apple"][. % 2]) reports sales \(. % 20)", published_at: (now - 86400 + . | floor | todate)}' >&7
}
all_stored() { is "SELECT count(*) FROM item" "$given"; }
last_by() { is "SELECT DISTINCT m.name FROM item_sentiment s JOIN item i USING (event_at, item_id) JOIN model m USING (model_id) WHERE i.guid::int > $((given - $1))" "$2"; }
# new_items_by NAME: what comes now is scored by that model.
new_items_by() {
	write_items 10
	await "the items" all_stored
	last_by 10 "$1" || fail "new items are not by $1: $(sql "SELECT m.name, count(*) FROM item_sentiment JOIN model m USING (model_id) GROUP BY 1")"
}

drops() { [ "$(metric 'shadow_items_total{result="dropped"}')" -gt 0 ]; }
# compared_with NAME: the model in the shadow has read what that one scored.
compared_with() {
	write_items 40
	await "the comparison with $1" is "SELECT coalesce(sum(n), 0) > 0 FROM shadow_comparison WHERE about = 'items' AND model = 'second' AND served_model = '$1'" t
}

echo "-- what cannot be registered or promoted is refused and named"
configure "" second
refused "$tmp/nowhere" register "$tmp/nowhere"
refused "not registered: tickertone model register" promote "$tmp/second"
refused "no such model" promote 4711
refused "nothing is promoted" rollback
echo '[1]' >"$tmp/list.json"
refused "want a JSON object" register "$tmp/second" --figures "$tmp/list.json"
refused "gone.tsv" register "$tmp/second" "$tmp/gone.tsv"
equal "models" "$(sql 'SELECT count(*) FROM model')" 0

echo "-- registered: hashes, data, figures"
echo '{"macro_f1": 0.83}' >"$tmp/figures.json"
printf 'positive\tup\n' >"$tmp/train.tsv"
model register "$tmp/second" "$tmp/train.tsv" --figures "$tmp/figures.json" >"$tmp/out"
grep -q '^registered: model [0-9]*, second, ' "$tmp/out" || fail "$(cat "$tmp/out")"
model list --json >"$tmp/json"
jq -e --arg sum "$(sha256sum <"$tmp/second/vocab.txt" | cut -d ' ' -f 1)" --arg data "$(sha256sum <"$tmp/train.tsv" | cut -d ' ' -f 1)" '.[0] |
	.files["vocab.txt"].sha256 == $sum and .files["model.safetensors"].bytes > 0 and .data["train.tsv"].sha256 == $data and .figures.macro_f1 == 0.83' \
	"$tmp/json" >/dev/null || fail "model list says $(cat "$tmp/json")"

echo "-- promoted and rolled back while items come, with a model in the shadow"
start_service
new_items_by first
await "the model in the shadow" grep -q "shadow model opened" "$tmp/run.log"
compared_with first
model promote "$tmp/second" --by anna --reason "a test" >"$tmp/out"
grep -q "^promoted: model" "$tmp/out" || fail "$(cat "$tmp/out")"
await "the new model" has model_swaps_total 1
new_items_by second
compared_with second
[ "$(model list | grep -c 'promoted .* by anna: a test')" = 1 ] || fail "$(model list)"
model rollback >"$tmp/out"
grep -q "^rolled back: each service scores with the model it is configured with" "$tmp/out" || fail "$(cat "$tmp/out")"
await "the configured model" has model_swaps_total 2
second=$(sql "SELECT model_id FROM model WHERE name = 'second' AND files IS NOT NULL")
for round in 1 2 3 4 5; do # by what the commands call: they take longer to start than a service to change
	write_items 200
	sql "SELECT promote_model($second::smallint, NULL, NULL)" >/dev/null
	write_items 200
	await "model forth $round" has model_swaps_total $((round * 2 + 1))
	[ "$round" != 5 ] || break
	write_items 200
	sql "SELECT roll_back_model(NULL, NULL)" >/dev/null
	write_items 100
	await "model back $round" has model_swaps_total $((round * 2 + 2))
done
await "all items" all_stored
equal "items that came more than once" "$(sql 'SELECT count(*) FROM (SELECT guid FROM item GROUP BY guid HAVING count(*) > 1) d')" 0
equal "items without a score" "$(sql 'SELECT count(*) FROM item_sentiment WHERE score IS NULL')" 0
equal "models that scored" "$(sql "SELECT string_agg(DISTINCT name, ' ') FROM item_sentiment JOIN model USING (model_id)")" "first second"
equal "items of two models" "$(sql 'SELECT count(*) FROM entity_sentiment e JOIN item_sentiment s USING (event_at, item_id) WHERE e.model_id <> s.model_id')" 0
equal "texts that one model scores in two ways" "$(sql 'SELECT count(*) FROM (SELECT FROM item i JOIN item_sentiment s USING (event_at, item_id) GROUP BY i.title, s.model_id HAVING count(DISTINCT s.score) > 1) d')" 0
equal "texts that the models score alike" "$(sql 'SELECT count(*) FROM (SELECT FROM item i JOIN item_sentiment s USING (event_at, item_id) GROUP BY i.title HAVING count(DISTINCT s.score) <> 2) d')" 0
# Of the items half were offered to the model in the shadow; while it is the one that serves they agree.
offered() { local s d; s=$(metric 'shadow_items_total{result="scored"}') d=$(metric 'shadow_items_total{result="dropped"}'); echo $((s + d)); }
seen_by_shadow() { [ "$(offered)" -gt $((given * 4 / 10)) ] && [ "$(sql "SELECT count(*) FROM shadow_score WHERE entity_id = 0")" = "$(metric 'shadow_items_total{result="scored"}')" ]; }
await "the shadow" seen_by_shadow
[ "$(offered)" -lt $((given * 6 / 10)) ] || fail "$(offered) of $given items were offered to the model in the shadow"
equal "agreement with itself" "$(sql "SELECT agreement FROM shadow_comparison WHERE about = 'items' AND model = 'second' AND served_model = 'second'")" 1
is "SELECT mean_change > 0 AND n > 0 FROM shadow_comparison WHERE about = 'items' AND model = 'second' AND served_model = 'first'" t || fail "$(sql 'SELECT * FROM shadow_comparison')"
is "SELECT count(DISTINCT name) FROM shadow_comparison WHERE about = 'entity'" 2 || fail "entities: $(sql 'SELECT * FROM shadow_comparison')"

echo "-- a promoted model that is not there, is damaged, is another one: the old one goes on, and it is said"
model register "$tmp/third" >/dev/null
mv "$tmp/third" "$tmp/away"
third=$(sql "SELECT model_id FROM model WHERE name = 'third'")
refused "$tmp/third" promote "$third"
sql "SELECT promote_model($third::smallint, NULL, NULL)" >/dev/null
await "the metric" has model_behind 1
get ready >"$tmp/ready"
jq -e '.ready and (.reasons | length == 1 and (.[0] | contains("third")))' "$tmp/ready" >/dev/null || fail "/ready: $(cat "$tmp/ready")"
grep "the promoted model cannot be used here, going on with the old one" "$tmp/run.log" | grep -q "$tmp/third" || fail "nothing is logged"
new_items_by second
cp -r "$tmp/away" "$tmp/third"
head -c 1000 "$tmp/away/model.safetensors" >"$tmp/third/model.safetensors"
sql "SELECT promote_model($third::smallint, NULL, NULL)" >/dev/null
await "the damage" grep -q "error=.*third/model.safetensors" "$tmp/run.log"
new_items_by second
cp "$tmp/away/model.safetensors" "$tmp/third/model.safetensors"
jq '.layer_norm_eps = 0.001' "$tmp/away/config.json" >"$tmp/third/config.json"
sql "SELECT promote_model($third::smallint, NULL, NULL)" >/dev/null
await "the other model" grep -q "error=.*the files are not those of the model that was promoted" "$tmp/run.log"
refused "not those of model" promote "$third"
new_items_by second
cp "$tmp/away/config.json" "$tmp/third/config.json"
model promote "$third" | grep -q "is promoted already" || fail "it was new"
await "the third model" has model_behind 0
equal "reasons" "$(get ready | jq -c .reasons)" "[]"
new_items_by third

echo "-- a reload keeps the promoted one; so does a restart; model.follow: configured does not"
kill -HUP "${pids[run]}"
await "the reload" has reloads_total 1
new_items_by third
stop_service
start_service
new_items_by third
grep -q "scoring with the promoted model.*third" "$tmp/run.log" || fail "nothing is logged"
stop_service
configure ", follow: configured" nowhere
start_service
new_items_by first
write_items 40 # without a model, the shadow drops all and holds up nothing
await "the items" all_stored
equal "items that were offered to no model" "$(sql 'SELECT count(*) FROM shadow_score JOIN item USING (event_at, item_id) WHERE guid::int > '$((given - 50)))" 0
await "what is dropped" drops
grep -q "the shadow model cannot be opened" "$tmp/run.log" || fail "nothing is logged"
"$tickertone" check -c "$tmp/run.yaml" >"$tmp/out" 2>"$tmp/err" && fail "check: $(cat "$tmp/out")"
grep -q "shadow model.*$tmp/nowhere" "$tmp/out" || fail "check: $(cat "$tmp/out")"
equal "readiness while the shadow is missing" "$(metric ready)" 1
stop_service
equal "items in the end" "$(sql 'SELECT count(*) FROM item')" "$given"
echo "ok"
