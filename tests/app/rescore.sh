#!/usr/bin/env bash
# `tickertone rescore`: another model over what is stored, beside services that go on, ended in between and called again. What items said
# is kept, the roll-ups follow, and the mood can be asked as it was and as it is now.
# Usage: rescore.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_rescore_$$
admin=$(cat "$TT_PG_DIR/conninfo")
dsn="$admin dbname=$name"
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$dsn" -c "SET search_path = tickertone" -c "$1"; }
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$dsn" >/dev/null

model=tests/nlp/model/tiny/finbert other=tests/nlp/model/tiny/two-heads
cat >"$tmp/run.yaml" <<-CONF
	postgres: {dsn: "$dsn", partitions_behind: 100}
	model: {model: "$PWD/$model", threads: 2, entities: "$PWD/config/entities.tsv"}
	service: {enabled: false}
	files: [{path: "$tmp/items.jsonl"}]
CONF
# read FIRST LAST WORDS: items of March, some about two companies, some that say the same again.
read_items() {
	seq "$1" "$2" | jq -c --arg words "$3" '{id: "\(.)", title: "\(["Nvidia", "Apple", "Nvidia and Apple"][. % 3]) \($words) \(. % 40)",
		published_at: (1772445600 + . * 67 | todate)}' >"$tmp/items.jsonl"
	"$tickertone" run -c "$tmp/run.yaml" 2>"$tmp/run.log" || fail "items could not be read: $(tail -n 3 "$tmp/run.log")"
}
rescore() { "$tickertone" rescore -c "$tmp/run.yaml" --from 2026-03-01 --to 2026-04-01 "$@"; }
has_no_faults() { equal "$1: roll-ups that are not what the rows say" "$(sql 'SELECT count(*) FROM mood_minute_fault')" 0; }
# mood WHAT: of Apple, the market and Apple's sector at some times, in a form that two of them can be compared in.
span="'2026-03-02 10:00Z', '2026-03-03 10:00Z', '30 min', '2 hours'"
mood() {
	sql "SELECT at, round(mood::numeric, 8), round(dispersion::numeric, 5), items FROM $1" | sed 's/|-0\.0*\(|\|$\)/|0.0\1/g'
}
as_known() {
	mood "mood_as_known('AAPL', $span, known_at => $1)"
	mood "mood_as_known('', $span, known_at => $1, of_kind => 'market')"
	mood "mood_as_known('Information Technology', $span, known_at => $1, of_kind => 'sector')"
}
as_is() {
	mood "mood('AAPL', $span)"
	mood "market_mood($span)"
	mood "sector_mood('Information Technology', $span)"
}

read_items 1 600 'reports sales, part'
as_is >"$tmp/before"
[ "$(cut -d '|' -f 2 "$tmp/before" | sort -u | wc -l)" -gt 20 ] || fail "there is no mood to speak of"
as_known "'infinity'" >"$tmp/known"
diff "$tmp/before" "$tmp/known" >"$tmp/out" || fail "the mood as known now is not the mood"
sql "SELECT item_id, score FROM item_history ORDER BY 1" >"$tmp/scores"
first=$(sql "SELECT now()")

echo "-- nothing is stored by a dry run; the same model has nothing to do"
rescore --dry-run --model "$other" --json >"$tmp/json"
jq -e '.items == 600 and .due == 600 and .stored == 0 and .compared == 600 and .changed > 0 and ([.labels[][]] | add) == 600' "$tmp/json" >/dev/null ||
	fail "the dry run says $(cat "$tmp/json")"
equal "models" "$(sql 'SELECT count(*) FROM model')" 1
rescore >"$tmp/out"
grep -q '^600 items, 0 of them not scored by finbert before; 0 have its scores now$' "$tmp/out" || fail "the same model: $(cat "$tmp/out")"
equal "kept scores" "$(sql 'SELECT count(*) FROM item_sentiment_version')" 0

echo "-- another model, killed in between; services go on with theirs"
(
	trap '' TERM
	while [ ! -e "$tmp/stop" ]; do rescore --model "$other" >/dev/null 2>&1; done
) &
pids[rescore]=$!
for word in corrects retracts repeats; do
	read_items 500 700 "$word its report, part" # new texts of some, and new items
	pkill -KILL -f "rescore -c $tmp/run.yaml" || true
done
touch "$tmp/stop"
wait "${pids[rescore]}" || true
unset "pids[rescore]"
has_no_faults "killed"
read_items 650 750 'sells a factory, part'
rescore --model "$other" >"$tmp/out"
grep -q '^750 items, .* have its scores now$' "$tmp/out" || fail "the summary: $(cat "$tmp/out")"
grep -q '^  was . is      negative   neutral  positive$' "$tmp/out" || fail "the table: $(cat "$tmp/out")"
equal "models of what is said" "$(sql 'SELECT DISTINCT model FROM item_history UNION SELECT DISTINCT model FROM sentiment_history')" two-heads
rescore --model "$other" --json | jq -e '.due == 0' >/dev/null || fail "it is not done"
has_no_faults "done"

echo "-- as it was, as it is"
as_is >"$tmp/after"
as_known "'infinity'" >"$tmp/known"
diff "$tmp/after" "$tmp/known" >"$tmp/out" || fail "the mood as known now is not the mood: $(head -n 5 "$tmp/out")"
as_known "'$first'" >"$tmp/known"
diff "$tmp/before" "$tmp/known" >"$tmp/out" || fail "the mood as it was is not what it was: $(head -n 5 "$tmp/out")"
! diff -q "$tmp/before" "$tmp/after" >/dev/null || fail "the models agree on everything"
sql "SELECT item_id, score FROM item_history_all WHERE valid_from <= '$first' AND '$first' < valid_to ORDER BY 1" | diff "$tmp/scores" - >"$tmp/out" ||
	fail "the scores as they were: $(head -n 5 "$tmp/out")"
equal "gaps and overlaps of what was valid" "$(sql "SELECT count(*) FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY item_id ORDER BY valid_from) AS next
	FROM item_history_all) v WHERE next <> valid_to")" 0
equal "what was known before anything was stored" "$(sql "SELECT count(mood) FROM mood_as_known('AAPL', $span)")" 0

echo "-- what is wrong is named"
status=0
rescore --model "$tmp" 2>"$tmp/err" || status=$?
[ "$status" != 0 ] || fail "a folder without a model is taken"
grep -q "$tmp" "$tmp/err" || fail "a folder without a model: $status, $(cat "$tmp/err")"
status=0
"$tickertone" rescore --from 7d 2>"$tmp/err" || status=$?
equal "exit status without a configuration" "$status" 64
status=0
rescore --from 2026-05-01 2>"$tmp/err" || status=$?
equal "exit status of a span that ends before it begins" "$status" 64
echo "ok"
