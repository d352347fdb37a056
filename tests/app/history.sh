#!/usr/bin/env bash
# `tickertone history` and `explain` as a person uses them: a day of news whose turn is known.
# Usage: history.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_history_$$
admin=$(cat "$TT_PG_DIR/conninfo")
dsn="$admin dbname=$name"
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$dsn" >/dev/null

# Good news of Nvidia from 20 to 11 hours ago, then bad news from 10 to 1 hours ago; the first of those is the loudest.
{
	seq 11 20 | jq -c '{id: "g\(.)", title: "Nvidia shares jump on record sales, week \(.)", published_at: (now - . * 3600 | floor | todate)}'
	seq 1 10 | jq -c '{id: "b\(.)", title: "Nvidia shares plunge as demand collapses, day \(.)", published_at: (now - . * 3600 | floor | todate)}'
} >"$tmp/items.jsonl"
cat >"$tmp/run.yaml" <<-CONF
	postgres: {dsn: "$dsn"}
	model: {threads: 1, entities: "$PWD/config/entities.tsv"}
	service: {enabled: false}
	files: [{path: "$tmp/items.jsonl"}]
CONF
"$tickertone" run -c "$tmp/run.yaml" 2>"$tmp/run.log" || fail "the news could not be read"

echo "-- the chart"
TERM=xterm "$tickertone" history NVDA -c "$tmp/run.yaml" --since 24h --half-life 2h >"$tmp/chart"
grep -q '^NVDA  mood -0\.' "$tmp/chart" || fail "the mood now is not bad: $(cat "$tmp/chart")"
grep -q '^items ┤.*█.* at most$' "$tmp/chart" || fail "no bars: $(cat "$tmp/chart")"
grep -q '^  [A-F]  .*  -[01]\.[0-9]*  Nvidia shares plunge as demand collapses, day 10$' "$tmp/chart" || fail "the turn has no story: $(cat "$tmp/chart")"
grep -q '^  A  .*  +[01]\.[0-9]*  Nvidia shares jump' "$tmp/chart" || fail "the first story is not the good one: $(cat "$tmp/chart")"
grep -q $'\033' "$tmp/chart" && fail "colours where there is no terminal"

echo "-- for programs"
"$tickertone" history NVDA --dsn "$dsn" --since 24h --step 1h --half-life 2h --csv >"$tmp/csv"
equal "lines of CSV" "$(wc -l <"$tmp/csv")" 26
equal "head of CSV" "$(head -n 1 "$tmp/csv")" at,mood,dispersion,weight,items
equal "items in CSV" "$(awk -F, 'NR > 1 { n += $5 } END { print n }' "$tmp/csv")" 20
"$tickertone" history NVDA --dsn "$dsn" --since 24h --step 1h --half-life 2h --json |
	jq -e '.symbol == "NVDA" and (.points | length) == 25 and .points[0].mood == null and .points[24].mood < -0.2 and (.turns | length) > 1' >/dev/null || fail "JSON"
psql -XqAt -d "$dsn" -c "SELECT round(mood::numeric, 4) FROM tickertone.mood('NVDA', now() - interval '1 minute', now(), '1 minute', '2 hours') ORDER BY at DESC LIMIT 1" >"$tmp/sql"
awk -F, -v sql="$(cat "$tmp/sql")" 'END { d = $2 - sql; exit !(d < 0.05 && d > -0.05) }' "$tmp/csv" || fail "the chart is not mood(): $(tail -n 1 "$tmp/csv"), $(cat "$tmp/sql")"

# refused STATUS WORDS ARGUMENT...
refused() {
	local status=0 want=$1 words=$2
	shift 2
	"$tickertone" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	equal "exit status of $*" "$status" "$want"
	grep -q -- "$words" "$tmp/err" || fail "$* says: $(cat "$tmp/err")"
}
refused 66 'NOBODY: nobody of that name' history NOBODY --dsn "$dsn"
refused 64 'neither a date nor an age' history NVDA --dsn "$dsn" --since tomorrowish
refused 64 'at least a minute' history NVDA --dsn "$dsn" --step 5s
refused 64 'Give a configuration' history NVDA

echo "-- why"
"$tickertone" explain 'Nvidia shares plunge after the <report>' --entity NVDA --json |
	jq -e '.entity == "NVDA" and .score < -0.3 and (.words | max_by(.contribution | if . == null then 0 else -. end).text) == "plunge" and .words[0].contribution == null' >/dev/null || fail "explain --json"
"$tickertone" explain 'Nvidia shares plunge after the <report>' --html >"$tmp/html"
grep -q 'background-color: rgba(214, 40, 40.*plunge</span>.*&lt;<span' "$tmp/html" || fail "explain --html: $(cat "$tmp/html")"
refused 66 "'MSFT' is not found in the text" explain 'Nvidia soars' --entity MSFT
refused 66 'has no score' explain ''
echo "ok"
