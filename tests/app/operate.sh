#!/usr/bin/env bash
# `tickertone run` and `check` as an operator handles them: reload, a reload that is refused, files that end, a reader that leaves,
# a configuration that is wrong. The sink is standard output, so no database is needed.
# Usage: operate.sh TICKERTONE DEMO-SERVER, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tickertone=$1 server=$2

logged() { grep -q "$1" "$tmp/run.log"; }
sources() { [ "$(jq -r .source "$tmp/out" | sort -u | wc -l)" -ge "$1" ]; }

# configure SECTION... : what all share, and what is asked for.
configure() {
	cat <<-CONF
		model: {model: "$PWD/config/models/minilm-finance", entities: "$PWD/config/entities.tsv", threads: 1}
		fetch: {interval: 1s, per_host_spacing: 0ms, allow_private_networks: true}
		pipeline: {sink: stdout}
		service: {enabled: false}
	CONF
	printf '%s\n' "$@"
}

"$server" --port 0 --port-file "$tmp/port" config/demo/feeds >/dev/null &
pids[server]=$!
await "the demo server" test -s "$tmp/port"
at=http://127.0.0.1:$(cat "$tmp/port")

echo "-- a reload adds a feed; one that cannot be used changes nothing"
configure 'feeds:' "  - url: $at/europe.rss" >"$tmp/c.yaml"
"$tickertone" run -c "$tmp/c.yaml" >"$tmp/out" 2>"$tmp/run.log" &
pids[run]=$!
await "items of the first feed" sources 1
configure 'feeds:' "  - url: $at/europe.rss" "  - url: $at/tech.json" >"$tmp/c.yaml"
kill -HUP "${pids[run]}"
await "items of the second feed" sources 2
await "the word of it" logged 'reloaded'
configure 'feeds:' '  - ulr: http://nowhere.example/' >"$tmp/c.yaml"
kill -HUP "${pids[run]}"
await "the refusal" logged 'reload refused.*ulr'
running run || fail "a refused reload ended the service"
end run

echo "-- files end the run by themselves; a bad line is told, the rest goes on"
printf '%s\n' '{"title":"Apple soars as Samsung sinks"}' '{"title":' 'Oil slides' >"$tmp/in.jsonl"
configure 'files:' "  - path: $tmp/in.jsonl" >"$tmp/c.yaml"
"$tickertone" run -c "$tmp/c.yaml" >"$tmp/out" 2>"$tmp/run.log" || fail "a run over a file: exit status $?"
equal "items" "$(jq -r 'select(.type == "item").title' "$tmp/out" | sort | tr '\n' '|')" "Apple soars as Samsung sinks|Oil slides|"
equal "the bad line" "$(jq -r 'select(.type == "dead_letter") | "\(.stage) \(.where)"' "$tmp/out")" "parse line 2"
equal "who soars and who sinks" "$(jq -r 'select(.title == "Apple soars as Samsung sinks") | [.entities[] | "\(.symbol) \(.label)"] | sort | join(", ")' "$tmp/out")" \
	"005930.KS negative, AAPL positive"

valid() { python3 tests/app/schema_check.py "$1" || [ $? = 77 ] || fail "not what docs/schema/$1.schema.json says"; }
jq -c 'select(.type == "item")' "$tmp/out" | valid event
jq -c 'select(.type == "dead_letter")' "$tmp/out" | valid dead_letter

echo "-- a reader that leaves ends the run"
seq -f 'Stocks rally %g' 3000 >"$tmp/many.txt"
configure 'files:' "  - path: $tmp/many.txt" >"$tmp/c.yaml"
timeout 60 "$tickertone" run -c "$tmp/c.yaml" 2>"$tmp/run.log" | head -n 1 >"$tmp/out"
equal "lines read" "$(wc -l <"$tmp/out")" 1

echo "-- check says what is well and what is not"
configure 'feeds:' "  - url: $at/europe.rss" >"$tmp/c.yaml"
"$tickertone" check -c "$tmp/c.yaml" >"$tmp/check.log" || fail "check of a good configuration: exit status $?"
equal "lines" "$(awk '{print $1, $2}' "$tmp/check.log" | sort -u | tr '\n' '|')" "ok config|ok feed|ok model|ok sink|"
configure 'feeds:' "  - url: $at/no-such-feed" 'files:' "  - path: $tmp/none" >"$tmp/c.yaml"
status=0
"$tickertone" check -c "$tmp/c.yaml" >"$tmp/check.log" 2>&1 || status=$?
equal "exit status of a failed check" "$status" 78
grep -q "^FAIL *feed .*$at/no-such-feed.*404" "$tmp/check.log" || fail "check does not name the feed and what is wrong"
grep -q "^FAIL *file .*$tmp/none" "$tmp/check.log" || fail "check does not name the file"
grep -q "2 of [0-9]* checks failed" "$tmp/check.log" || fail "check does not count"

echo "-- nothing to read is a mistake, not an idle service"
configure >"$tmp/c.yaml"
for command in run check; do
	status=0
	timeout 60 "$tickertone" "$command" -c "$tmp/c.yaml" >"$tmp/none.log" 2>&1 || status=$?
	equal "exit status of $command without sources" "$status" 78
	grep -q 'neither feeds nor files' "$tmp/none.log" || fail "$command does not say what is missing"
done
echo "operating it: all well"
