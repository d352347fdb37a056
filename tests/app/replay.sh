#!/usr/bin/env bash
# `tickertone replay`: rules tried on a history whose alerts are known, and two files of rules compared.
# Usage: replay.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_replay_$$
admin=$(cat "$TT_PG_DIR/conninfo")
dsn="$admin dbname=$name"
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$dsn" >/dev/null

# Bad news of Nvidia at 8:00, 8:01, ... 8:09 on a day, good news from 12:00 on, bad news again from 20:00; Apple is quiet. At 12:00 one
# good item outweighs ten bad ones of four hours ago, which count a sixteenth each: 1 for 10/16, so that gloom ends then.
news() { seq 0 9 | jq -c --arg hour "$1" --arg text "$2" '{id: "\($hour)-\(.)", title: "\($text), part \(. + 1)", published_at: "2026-03-02T\($hour):0\(.):30Z"}'; }
{
	news 08 'Nvidia shares plunge as demand collapses'
	news 12 'Nvidia shares jump on record sales'
	news 20 'Nvidia shares plunge as lawsuit widens'
	echo '{"id": "a", "title": "Apple opens a store", "published_at": "2026-03-02T09:00:00Z"}'
} >"$tmp/items.jsonl"
cat >"$tmp/run.yaml" <<-CONF
	postgres: {dsn: "$dsn", partitions_behind: 100}
	model: {threads: 1, entities: "$PWD/config/entities.tsv"}
	service: {enabled: false}
	files: [{path: "$tmp/items.jsonl"}]
CONF
"$tickertone" run -c "$tmp/run.yaml" 2>"$tmp/run.log" || fail "the news could not be read"
cat >"$tmp/a.yaml" <<-RULES
	rules:
	  - {name: gloom, when: mood(1h) < -0.4 and items(1h) >= 5, clear: mood(1h) > 0, for: 2m, severity: critical}
	  - {name: each, over: item, when: score <= -0.5 and relevance >= 0.3, severity: info}
RULES
sed 's/items(1h) >= 5/items(1h) >= 8/' "$tmp/a.yaml" >"$tmp/b.yaml"
replay() { "$tickertone" replay -c "$tmp/run.yaml" --from 2026-03-02 --to 2026-03-03 "$@"; }

echo "-- what would have been"
replay --rules "$tmp/a.yaml" --json >"$tmp/a.json"
equal "alerts of gloom" "$(jq -r '.[] | select(.rule == "gloom") | "\(.subject) \(.fired_at[11:16]) \(.resolved_at // "open" | .[11:16])"' "$tmp/a.json" | paste -sd,)" \
	'NVDA 08:06 12:00,NVDA 20:06 '
equal "alerts of items" "$(jq '[.[] | select(.rule == "each")] | length' "$tmp/a.json")" 20
replay --rules "$tmp/a.yaml" >"$tmp/a.txt"
grep -q '^2026-03-02T08:06  critical    234m  gloom: NVDA mood' "$tmp/a.txt" || fail "the table: $(head -n 3 "$tmp/a.txt")"
grep -q '^22 alerts$' "$tmp/a.txt" || fail "the count"

echo "-- against other rules"
replay --rules "$tmp/b.yaml" --against "$tmp/a.yaml" >"$tmp/diff"
equal "what differs" "$(grep '^[+-]' "$tmp/diff" | cut -c 1-18 | paste -sd,)" '- 2026-03-02T08:06,+ 2026-03-02T08:09,- 2026-03-02T20:06,+ 2026-03-02T20:09'
grep -q '^22 alerts, 22 with the other rules; 20 are the same$' "$tmp/diff" || fail "the comparison: $(cat "$tmp/diff")"
replay --rules "$tmp/a.yaml" --against "$tmp/a.yaml" --json | jq -e 'length == 0' >/dev/null || fail "the same rules differ"

echo "-- the same as the service's: nothing is written, and what is wrong is named"
equal "rows written" "$(psql -XqAt -d "$dsn" -c 'SELECT count(*) FROM tickertone.alert_history')" 0
status=0
replay --rules "$tmp/run.yaml" 2>"$tmp/err" || status=$?
equal "exit status without rules" "$status" 78
status=0
"$tickertone" replay -c "$tmp/run.yaml" 2>"$tmp/err" || status=$?
equal "exit status without --rules" "$status" 64
echo "ok"
