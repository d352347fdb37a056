#!/usr/bin/env bash
# `tickertone feedback`: what people say of items, from files into the database, beside what the model says, and out again as
# rows to train with. Usage: feedback.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_feedback_$$
admin=$(cat "$TT_PG_DIR/conninfo")
dsn="$admin dbname=$name"
tear_down() { drop_databases "$admin" "$name"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$dsn" -c "SET search_path = tickertone" -c "$1"; }
feedback() { "$tickertone" feedback "$@" -c "$tmp/run.yaml"; }
# import WANTED-STATUS FILE [OPTION...]: $tmp/out has the counts, $tmp/err what is wrong
import() {
	local wanted=$1 status=0
	shift
	feedback import "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	equal "exit status of import $*" "$status" "$wanted"
}
counts() { equal "counts" "$(sed 's/^[^:]*: //' "$tmp/out")" "$1"; }
wrong() { grep -qF -- "$1" "$tmp/err" || fail "nothing says: $1"; }
rows() { sql 'SELECT count(*) FROM feedback'; }
read_items() { "$tickertone" run -c "$tmp/run.yaml" 2>"$tmp/run.log" || fail "items could not be read"; }

psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$dsn" >/dev/null
cat >"$tmp/run.yaml" <<-CONF
	postgres: {dsn: "$dsn", partitions_behind: 100}
	model: {model: "$PWD/tests/nlp/model/tiny/two-heads", threads: 2, entities: "$PWD/config/entities.tsv"}
	service: {enabled: false}
	files: [{path: "$tmp/items.jsonl", name: news}]
CONF
cat >"$tmp/items.jsonl" <<-'ITEMS'
	{"id": "a1", "url": "https://example.com/a?utm_source=x", "title": "Ünder pressure: Apple soars as Samsung sinks", "summary": "On phone shipments", "published_at": "2026-11-20T10:00:00Z"}
	{"id": "a2", "url": "https://example.com/b", "title": "Nvidia warns", "published_at": "2026-11-20T11:00:00Z"}
	{"id": "a3", "title": "Market wrap", "published_at": "2026-11-20T11:00:00Z"}
	{"id": "a5", "url": "https://example.com/", "title": "Wrap of Monday", "published_at": "2026-11-20T11:00:00Z"}
	{"id": "a4", "title": "Market wrap", "published_at": "2026-11-21T11:00:00Z"}
ITEMS
read_items
equal "items" "$(sql 'SELECT count(*) FROM item')" 5
a1=$(sql "SELECT item_id FROM item WHERE guid = 'a1'")

echo "-- import: each kind of identity, each kind of fault by file and line, and again"
cat >"$tmp/said.csv" <<-CSV
	Label,URL,title,guid,item,entity,who,note,colour
	positive,http://www.example.com/a/,,,,AAPL,anna,clear,red
	negative,,,,$a1,005930.KS,anna,,
	neutral,,,a1,,,anna,,
	negative,,Nvidia warns,,,NVDA,bob,"a, ""quoted""
	note",
	neutral,,Market wrap,,,,bob,,
	neutral,,No such title,,,,bob,,
	neutral,,Nvidia warns,,,NOBODY,bob,,
	bullish,,Nvidia warns,,,,bob,,
	neutral,,Nvidia warns,,,,,,
	neutral,,,,a1,,bob,,
	neutral,,,,,,bob,,
CSV
import 65 "$tmp/said.csv" --dry-run
counts '11 rows: 4 new, 0 in place of what the same person said before, 0 older than that, 0 known, 0 repeated, 7 bad; nothing is stored'
equal "rows after a dry run" "$(rows)" 0
import 65 "$tmp/said.csv"
counts '11 rows: 4 new, 0 in place of what the same person said before, 0 older than that, 0 known, 0 repeated, 7 bad'
wrong "said.csv:7: 2 items have the title 'Market wrap'"
wrong "said.csv:8: no item has the title 'No such title'"
wrong "said.csv:9: there is no entity 'NOBODY'"
wrong 'said.csv:10: the label is not negative, neutral or positive'
wrong 'said.csv:11: who says it? Want who, or --who NAME'
wrong "said.csv:12: item 'a1' is not an item's id (a UUID)"
wrong 'said.csv:13: which item? Want item, url, guid or title'
wrong 'said.csv: 7 bad rows were left out'
equal "rows" "$(rows)" 4
import 65 "$tmp/said.csv" --who carl
counts '11 rows: 1 new, 0 in place of what the same person said before, 0 older than that, 4 known, 0 repeated, 6 bad'
import 65 "$tmp/said.csv" --who carl
counts '11 rows: 0 new, 0 in place of what the same person said before, 0 older than that, 5 known, 0 repeated, 6 bad'
equal "rows" "$(rows)" 5

echo "-- JSON Lines: later ones count, history is kept, contradictions are named"
cat >"$tmp/said.jsonl" <<-'ROWS'
	{"url": "https://example.com/b", "label": "positive", "who": "bob", "entity": "NVDA"}
	{"url": "https://example.com/b", "label": "neutral", "who": "bob", "entity": "NVDA"}
	{"url": "https://example.com/b", "label": "negative", "who": "dora", "at": "2026-11-20T12:00:00Z"}
	{"url": "https://example.com/b", "label": "neutral", "who": "dora", "at": "2026-11-20T13:00:00Z"}
	{"url": "https://example.com/b", "label": "neutral", "who": "dora", "at": "2199-11-20T13:00:00Z"}
	{"url": "https://example.com/b", "label": 1, "who": "dora"}
	no JSON
ROWS
import 65 "$tmp/said.jsonl"
counts '7 rows: 2 new, 1 in place of what the same person said before, 0 older than that, 0 known, 1 repeated, 3 bad'
wrong 'said.jsonl:5: at 2199-11-20T13:00:00Z lies in the future'
wrong 'said.jsonl:6: label: want a text'
wrong 'said.jsonl:7: column 2'
import 65 "$tmp/said.jsonl"
counts '7 rows: 0 new, 0 in place of what the same person said before, 0 older than that, 3 known, 1 repeated, 3 bad'
equal "bob, and before" "$(sql "SELECT string_agg(label || CASE WHEN valid_to = 'infinity' THEN '' ELSE ' before' END, ',' ORDER BY given_at)
	FROM feedback_history WHERE who = 'bob' AND symbol = 'NVDA'")" 'negative before,neutral'
equal "dora now" "$(sql "SELECT label FROM feedback_now WHERE who = 'dora'")" neutral
echo '{"url": "https://example.com/b", "label": "positive", "who": "dora", "at": "2026-11-20T12:00:00Z"}' >"$tmp/clash.jsonl"
import 65 "$tmp/clash.jsonl"
wrong "clash.jsonl:1: 'dora' has said something else of it at the same time"
echo '{"url": "https://example.com/b", "label": "positive", "who": "dora", "at": "2026-11-20T11:30:00Z"}' | feedback import - >"$tmp/out"
grep -q '1 older than that' "$tmp/out" || fail "an older one is not told: $(cat "$tmp/out")"
equal "dora now" "$(sql "SELECT label FROM feedback_now WHERE who = 'dora'")" neutral

echo "-- what cannot be read at all"
printf 'who,item\nx,y\n' >"$tmp/bad.csv"
import 65 "$tmp/bad.csv" && wrong "bad.csv:1: the header has no column 'label'"
printf 'who,label\nx,y\n' >"$tmp/bad.csv"
import 65 "$tmp/bad.csv" && wrong "bad.csv:1: the header has none of the columns item, url, guid, title"
import 66 "$tmp/missing.csv"
: >"$tmp/empty.csv"
import 0 "$tmp/empty.csv"
status=0
"$tickertone" feedback list 2>/dev/null || status=$?
equal "exit status without a database" "$status" 64

echo "-- list, and the list read again"
feedback list --csv >"$tmp/list.csv"
import 0 "$tmp/list.csv"
counts '6 rows: 0 new, 0 in place of what the same person said before, 0 older than that, 6 known, 0 repeated, 0 bad'
feedback list --json >"$tmp/json"
equal "as JSON" "$(jq -r '[.[] | select(.who == "anna" and .entity == "AAPL") | .label, .note, .url] | join(" ")' "$tmp/json")" \
	"positive clear https://example.com/a?utm_source=x"
jq -e 'all(.[]; (.model_label | IN("negative", "neutral", "positive")) and (.model_score | type) == "number")' "$tmp/json" >/dev/null ||
	fail "the model's answers are missing: $(cat "$tmp/json")"
feedback list --disagree --json | jq -S . >"$tmp/differ"
jq -S '[.[] | select(.label != .model_label)]' "$tmp/json" | diff - "$tmp/differ" >"$tmp/out" || fail "--disagree has other rows"
jq -e 'length > 0' "$tmp/differ" >/dev/null || fail "the model is always right"
equal "since" "$(feedback list --since 1h --json | jq '[.[].who] | index("dora")')" null
feedback list --limit 1 | grep -q '^6 labels, the newest 1 shown (--limit)$' || fail "list does not say that there is more"

echo "-- one by hand"
feedback add "$a1" positive --who carl >"$tmp/out"
equal "add" "$(cat "$tmp/out")" stored
equal "add again" "$(feedback add https://example.com/a positive --who carl)" "known already"
status=0
feedback add "$a1" bullish --who carl 2>"$tmp/err" || status=$?
equal "exit status of a label that is none" "$status" 64

echo "-- export: most people decide, ties are left out, places are those of the text"
feedback export -o "$tmp/train.jsonl" 2>"$tmp/err"
grep -q '^2 items; left out: 1 labels of which as many people say something else, 0 items with nothing besides$' "$tmp/err" ||
	fail "export says $(cat "$tmp/err")"
equal "a text" "$(jq -r 'select(.item == "'"$a1"'") | .text' "$tmp/train.jsonl")" 'Ünder pressure: Apple soars as Samsung sinks. On phone shipments'
equal "labels of entities" "$(jq -r 'select(.item == "'"$a1"'") | .text as $t | .entities[] | "\(.symbol) \(.label) \($t[.start:.end])"' "$tmp/train.jsonl")" \
	$'AAPL positive Apple\n005930.KS negative Samsung'
"$tickertone" data check "$tmp/train.jsonl" >"$tmp/out" || fail "data check finds flaws"
grep -q 'nothing is wrong' "$tmp/out" || fail "data check finds flaws"
feedback add "$a1" positive --who emil >/dev/null
equal "what two of three say" "$(feedback export 2>/dev/null | jq -r 'select(.item == "'"$a1"'") | .label')" positive
equal "labelled_item" "$(sql "SELECT label, people, ties FROM labelled_item WHERE item_id = '$a1'")" 'positive|3|0'

echo "-- an address that is no key, for it is a home page"
equal "add" "$(feedback add https://example.com/ neutral --who emil)" stored
equal "what it is of" "$(sql "SELECT title FROM feedback_now WHERE url = 'https://example.com/'")" 'Wrap of Monday'

echo "-- a model learns the same from the database as from the file"
feedback export -o "$tmp/train.jsonl" 2>/dev/null
"$tickertone" train --from-db -c "$tmp/run.yaml" --epochs 1 --out "$tmp/from-db" >"$tmp/out"
"$tickertone" train "$tmp/train.jsonl" --epochs 1 --out "$tmp/from-file" >"$tmp/out"
cmp "$tmp/from-db/model.safetensors" "$tmp/from-file/model.safetensors" || fail "another model from the database"

echo "-- a text that changes keeps what was said of it"
sed -i 's/Nvidia warns/Nvidia promises the moon/' "$tmp/items.jsonl"
read_items
equal "versions" "$(sql "SELECT version FROM item WHERE guid = 'a2'")" 2
equal "the model of the old text" "$(sql "SELECT DISTINCT title, model_label IS NULL FROM feedback_now WHERE version = 1 AND url LIKE '%/b'")" 'Nvidia warns|t'
equal "the text that was judged" "$(feedback export 2>/dev/null | jq -r 'select(.text == "Nvidia warns") | "\(.entities[0].entity) \(.version)"')" 'Nvidia 1'

echo "-- a reader sees the views, and not the table"
psql -XqAt -v ON_ERROR_STOP=1 -d "$dsn user=postgres" -c "SET ROLE tickertone_reader" -c "SELECT count(*) > 0 FROM tickertone.labelled_item" >"$tmp/out"
equal "as a reader" "$(cat "$tmp/out")" t
! psql -XqAt -d "$dsn user=postgres" -c "SET ROLE tickertone_reader" -c "SELECT 1 FROM tickertone.feedback" 2>/dev/null | grep -q . || fail "a reader sees the table"
echo "ok"
