#!/usr/bin/env bash
# Alerts as a desk has them: two services on one database, one of which evaluates and is killed; items that come again; rules that
# are changed while alerts are open.
# Usage: alerts.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
name=tt_test_alerts_$$
admin=$(cat "$TT_PG_DIR/conninfo")
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$admin dbname=$name" -c "SET search_path = tickertone" -c "$1"; }
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$admin dbname=$name" >/dev/null

rules() {
	cat >"$tmp/rules.yaml" <<-RULES
		rules:
		  - {name: market-loud, over: market, when: items(1h) >= 5, severity: critical}
		  - {name: each, over: item, when: relevance > 0.1, severity: info}
		$(printf '%s\n' "$@")
	RULES
}
configure() {
	cat >"$tmp/$1.yaml" <<-CONF
		postgres: {dsn: "$admin dbname=$name application_name=$1"}
		model: {model: "$PWD/tests/nlp/model/tiny/two-heads", entities: "$PWD/config/entities.tsv", threads: 1}
		service: {listen: "127.0.0.1:0"}
		alerts: {rules: "$tmp/rules.yaml", tick: 200ms}
		$2
	CONF
}
begin() {
	"$tickertone" run -c "$tmp/$1.yaml" 2>>"$tmp/$1.log" &
	pids[$1]=$!
}
# say FILE: its lines are read and stored, by a run that ends.
say() {
	configure reader "files: [{path: \"$1\"}]"
	"$tickertone" run -c "$tmp/reader.yaml" 2>>"$tmp/reader.log" || fail "reading $1"
}
# items FIRST LAST TEXT: lines of now
items() { seq "$1" "$2" | jq -c --arg text "$3" '{id: "\($text)-\(.)", title: "\($text) \(.)", published_at: (now | floor | todate)}'; }
leads() { grep -q 'evaluating rules' "$tmp/$1.log"; }
is() { [ "$(sql "$1")" = "$2" ]; }
open="SELECT string_agg(rule || ' ' || subject, ', ' ORDER BY rule, subject) FROM alerts"

rules '  - {name: loud, when: items(1h) >= 3}'
for worker in a b; do configure "$worker" ''; done
begin a
await "a to evaluate" leads a
begin b

echo "-- an alert with its evidence"
items 1 3 'Nvidia reports record sales' >"$tmp/nvda.jsonl"
say "$tmp/nvda.jsonl"
await "the alert" is "$open" 'loud NVDA'
equal "what is told" "$(sql "SELECT from_state, to_state, severity, value, threshold, jsonb_array_length(evidence), evidence->0->>'title' LIKE 'Nvidia%',
	sentence LIKE 'NVDA mood is % items(1h) is 3 (limit 3); strongest: Nvidia reports record sales%' FROM alert_history WHERE rule = 'loud'")" \
	'inactive|firing|warning|3|3|3|t|t'
equal "alerts of the items" "$(sql "SELECT count(*), count(DISTINCT fingerprint), min(subject) FROM alert_history WHERE rule = 'each'")" '3|3|NVDA'

echo "-- the one that evaluates is killed; the other goes on within seconds"
! leads b || fail "both evaluate"
end a KILL
items 1 3 'Apple opens a factory' >"$tmp/aapl.jsonl"
say "$tmp/aapl.jsonl"
patience=5 await "the alerts after the death" is "$open" 'loud AAPL, loud NVDA, market-loud market'
await "b to evaluate" leads b # the reader may have been faster, and has ended
equal "changes" "$(sql "SELECT count(*) FROM alert_history WHERE rule <> 'each'")" 3

echo "-- what comes again changes nothing"
say "$tmp/nvda.jsonl"
say "$tmp/aapl.jsonl"
equal "changes" "$(sql "SELECT count(*), count(DISTINCT change_id) FROM alert_history")" '9|9'
equal "roll-ups that are wrong" "$(sql 'SELECT count(*) FROM mood_minute_fault')" 0

echo "-- rules that cannot be used change nothing; one that is taken away resolves its alerts, the others stay"
rules '  - {name: loud, when: itms(1h) >= 3}'
kill -HUP "${pids[b]}"
await "the refusal" grep -q "reload refused.*rule 'loud': when: column 1: there is no measure 'itms'" "$tmp/b.log"
rules
kill -HUP "${pids[b]}"
await "the end of the rule's alerts" is "$open" 'market-loud market'
equal "how they ended" "$(sql "SELECT string_agg(subject || ' ' || to_state, ', ' ORDER BY subject) FROM alert_history WHERE rule = 'loud' AND to_state = 'resolved'")" \
	'AAPL resolved, NVDA resolved'
end b
begin b
await "b to evaluate again" is "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())" 1
equal "open after a restart" "$(sql "$open")" 'market-loud market'
end b

rules '  - {name: loud, when: itms(1h) >= 3}'
status=0
"$tickertone" run -c "$tmp/b.yaml" 2>"$tmp/err" || status=$?
equal "exit status with a wrong rule" "$status" 78
grep -q "rules.yaml: rule 'loud': when: column 1" "$tmp/err" || fail "the wrong rule is not named"
"$tickertone" check -c "$tmp/b.yaml" --offline >"$tmp/out" 2>&1 && fail "check accepts a wrong rule"
grep -q "FAIL.*rules.*column 1" "$tmp/out" || fail "check does not name the wrong rule"
echo "ok"
