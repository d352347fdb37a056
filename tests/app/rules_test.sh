#!/usr/bin/env bash
# `tickertone rules test`: what holds, what does not and in which words, and files that cannot be used.
# Usage: rules_test.sh TICKERTONE.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
tickertone=$1

cat >"$tmp/rules.yaml" <<-'RULES'
	watch_lists: [{name: w, symbols: [NVDA]}]
	rules:
	  - {name: gloom, when: mood(1h) < -0.4 and items(1h) >= 3, clear: mood(1h) > 0, for: 2m, cooldown: 30m}
	  - {name: once, when: items(10m) >= 3}
	  - {name: silence, when: items(2h) < 1}
	  - {name: listed, watch_list: w, when: items(1h) >= 1}
	  - {name: dark, over: sector, when: negative(1h) > 0.5 and items(1h) >= 4}
	  - {name: gate, over: market, when: items(1h) >= 4}
	  - {name: each, over: item, watch_list: w, when: score <= -0.8 and relevance > 0.3 and novelty >= 0.5}
	  - {name: quiet, over: feed, when: quiet > 6h}
	  - {name: banks, over: item, sector: Banks, when: score > 0.5}
RULES

# tests STATUS <<TESTS: of these tests, the exit status; $tmp/out and $tmp/err have what was said.
tests() {
	local status=0
	{ echo 'alerts: {rules: rules.yaml}' && echo 'tests:' && cat; } >"$tmp/t.yaml"
	"$tickertone" rules test "$tmp/t.yaml" "${options[@]}" >"$tmp/out" 2>"$tmp/err" || status=$?
	equal "exit status" "$status" "$1"
}
options=()
says() { grep -qF -- "$1" "$tmp/$2" || fail "not in $2: $1"; }
# of_a_test STATUS ITEMS EXPECT
of_a_test() { tests "$1" <<<"  - {name: t, items: [$2], expect: [$3]}"; }
bad='{every: 1m, count: 3, subject: NVDA, sector: Tech, score: -0.8}'

echo "-- what holds"
tests 0 <<-TESTS
	  - name: an alert from begin to end, and none but those
	    only: true
	    start: 2026-03-02T09:00:00Z
	    items:
	      - $bad
	      - {at: 4h, every: 1m, count: 9, subject: NVDA, score: 0.9}
	    expect:
	      - {at: 1m, rule: gloom, subject: NVDA, state: inactive}
	      - {at: 2m, rule: gloom, subject: NVDA, state: pending, value: -0.8}
	      - {at: 3m, rule: gloom, subject: NVDA, state: pending}
	      - {at: 4m, rule: gloom, subject: NVDA, state: firing, value: -0.79, within: 0.02, times: 1}
	      - {at: 3h59m, rule: gloom, subject: NVDA, state: firing}
	      - {at: 4h5m, rule: gloom, subject: NVDA, state: resolved, times: 1}
	      - {at: 0m, rule: listed, subject: NVDA, state: firing}
	      - {at: 2m, rule: once, subject: NVDA, state: firing, times: 1}
	      - {at: 4h2m, rule: once, subject: NVDA, state: firing, times: 2}
	      - {at: 3h, rule: silence, subject: NVDA, state: firing}
	      - {at: 4h3m, rule: gate, state: firing}
	      - {at: 2m, rule: each, subject: NVDA, state: firing, value: -0.8, times: 3}
	      - {at: 3m, rule: each, subject: NVDA, state: inactive, times: 3}
	  - name: what is not known does not resolve
	    items: [$bad]
	    expect:
	      - {at: 4m, rule: gloom, subject: NVDA, state: firing}
	      - {at: 3d, rule: gloom, subject: NVDA, state: no_data}
	  - name: an item of several counts once for their sector and for the market, for each of them as well
	    items:
	      - {every: 1m, count: 2, subject: NVDA, sector: Tech, score: -0.9, also: {AMD: -0.2, JPM: 0.7}}
	      - {count: 0, subject: AMD, sector: Tech}
	      - {count: 0, subject: JPM, sector: Banks}
	      - {at: 5m, count: 2, subject: NVDA, score: -0.9, also: {AMD: -0.2}}
	    expect:
	      - {at: 4m, rule: dark, subject: Tech, state: inactive}
	      - {at: 4m, rule: gate, state: inactive, value: 2, within: 0}
	      - {at: 4m, rule: listed, subject: AMD, state: inactive}
	      - {at: 5m, rule: dark, subject: Tech, state: firing, value: 1}
	      - {at: 5m, rule: gate, state: firing, value: 4, within: 0}
	      - {at: 5m, rule: once, subject: AMD, state: firing, value: 4, within: 0}
	      - {at: 1m, rule: banks, subject: JPM, state: firing, times: 2}
	      - {at: 1m, rule: banks, subject: AMD, state: inactive, times: 0}
	  - name: relevance and novelty are the weight, and none is no item
	    items:
	      - {count: 3, subject: NVDA, score: -1, relevance: 0.5, novelty: 0.5}
	      - {count: 1, subject: NVDA, score: 1, relevance: 0.75}
	      - {count: 5, subject: NVDA, score: 1, relevance: 0}
	      - {count: 5, subject: NVDA, score: 1, novelty: 0}
	    expect:
	      - {at: 0m, rule: gloom, subject: NVDA, state: inactive, value: 0, within: 1e-12}
	      - {at: 0m, rule: once, subject: NVDA, state: firing, value: 4, within: 0}
TESTS
equal "the count" "$(tail -n 1 "$tmp/out")" '4 tests, 0 failed'
equal "what it says" "$(head -n 1 "$tmp/out")" "ok    $tmp/t.yaml: an alert from begin to end, and none but those"

echo "-- days of 23 and 25 hours, a leap day: times are spans"
for start in 2026-03-08T01:30:00-05:00 2026-11-01T00:30:00-04:00 2026-03-29T00:30:00+01:00 2028-02-28T12:00:00Z; do
	tests 0 <<-TESTS
		  - name: $start
		    start: $start
		    items: [$bad, {at: 1d, every: 1m, count: 9, subject: NVDA, score: 0.9}]
		    expect:
		      - {at: 3m, rule: gloom, subject: NVDA, state: pending}
		      - {at: 4m, rule: gloom, subject: NVDA, state: firing}
		      - {at: 1439m, rule: gloom, subject: NVDA, state: no_data}
		      - {at: 1d5m, rule: gloom, subject: NVDA, state: resolved, times: 1}
	TESTS
done

echo "-- what does not hold is said"
of_a_test 1 "$bad" '{at: 4m, rule: gloom, subject: NVDA, state: resolved}'
says "FAIL  $tmp/t.yaml: t" out
says '      at 4m: gloom NVDA is firing (to clear: mood(1h) is -0.8, not > 0), want resolved' out
says '1 tests, 1 failed' out
of_a_test 1 "$bad" '{at: 3m, rule: gloom, subject: NVDA, state: firing}'
says 'is pending (mood(1h) is -0.8, < -0.4; items(1h) is 3, >= 3; for 1 of 2 min), want firing' out
of_a_test 1 "$bad" '{at: 65m, rule: gloom, subject: NVDA, state: pending}, {at: 1m, rule: gloom, subject: NVDA, state: firing}'
equal "order of time" "$(grep -o '^      at [^:]*' "$tmp/out" | paste -sd,)" '      at 1m,      at 1h5m'
says 'items(1h) is 2, not >= 3' out
of_a_test 1 '{count: 0, subject: AMD}' '{at: 0m, rule: gloom, subject: AMD, state: firing}'
says 'gloom AMD is inactive (mood(1h) is not known; items(1h) is 0, not >= 3), want firing' out
of_a_test 1 "$bad" '{at: 0m, rule: gate, state: inactive, value: 1.02}'
says 'gate market is inactive, value 1 (items(1h) is 1, not >= 4), want inactive, value 1.02 within 0.01' out
of_a_test 1 "$bad" '{at: 2m, rule: each, subject: NVDA, state: firing, times: 2}'
says 'each NVDA is firing, raised 3 times (score is -0.8, <= -0.8; relevance is 1, > 0.3; novelty is 1, >= 0.5), want firing, raised 2 times' out
of_a_test 1 '{subject: NVDA, score: -0.79}' '{at: 0m, rule: each, subject: NVDA, state: firing}, {at: 1m, rule: each, subject: NVDA, state: firing}'
says 'at 0m: each NVDA is inactive (score is -0.79, not <= -0.8;' out
says 'at 1m: each NVDA is inactive (no item about it in this minute), want firing' out
of_a_test 1 '{subject: NVDA, score: -0.9, novelty: 0.4999999}' '{at: 0m, rule: each, subject: NVDA, state: firing}'
says 'novelty is 0.499999911, not >= 0.5), want firing' out
of_a_test 1 '{subject: AMD, score: -0.9}' '{at: 0m, rule: each, subject: AMD, state: firing}, {at: 0m, rule: listed, subject: AMD, state: firing}'
equal "rules that are not about it" "$(grep -c 'AMD is inactive (the rule is not about it), want firing' "$tmp/out")" 2
tests 1 <<-TESTS
	  - {name: t, only: true, items: [$bad], expect: [{at: 5m, rule: gloom, subject: NVDA, state: firing}, {at: 0m, rule: listed, subject: NVDA, state: firing}]}
	  - {name: u, items: [$bad], expect: [{at: 5m, rule: gloom, subject: NVDA, state: firing}]}
TESTS
equal "alerts that nobody expects" "$(grep -c 'want only what is expected' "$tmp/out")" 2
says 'at 0m: each NVDA is firing (score is -0.8, <=' out
says 'at 2m: once NVDA is firing (NVDA mood is -0.80, 3 items in 60 min; items(10m) is 3 (limit 3)), want only what is expected' out
says '2 tests, 1 failed' out
tests 1 <<<"  - {name: t, only: true, items: [$bad]}"

echo "-- as JSON, of several files"
cp "$tmp/t.yaml" "$tmp/u.yaml"
options=(--json "$tmp/u.yaml")
tests 1 <<<"  - {name: 'a \"b\"', start: 2026-03-02T09:00:00Z, items: [$bad], expect: [{at: 61m, rule: gloom, subject: NVDA, state: pending}]}"
equal "tests" "$(jq -c '[.[] | [.test, .ok, (.failures | length)]]' "$tmp/out")" '[["a \"b\"",false,1],["t",false,3]]'
equal "what is otherwise" "$(jq -c '.[0].failures[0] | [.at, .time, .rule, .subject, .is, .want]' "$tmp/out")" \
	'["1h1m","2026-03-02T10:01:00Z","gloom","NVDA","firing","pending"]'
options=()

echo "-- files that cannot be used"
# refused STATUS ITEMS EXPECT MESSAGE
refused() {
	of_a_test "$1" "$2" "$3"
	[ ! -s "$tmp/out" ] || fail "something is printed"
	says "$4" err
}
good='{at: 1m, rule: gloom, subject: NVDA, state: firing}'
refused 78 '{subjct: NVDA}' "$good" "t.yaml:3:24: tests[0].items[0]: unknown key 'subjct', did you mean 'subject'?"
refused 78 '{at: 1m}' "$good" 'tests[0].items[0].subject: is required'
refused 78 '{subject: NVDA, score: -1.5}' "$good" "t.yaml:3:46: tests[0].items[0].score: '-1.5' is out of range: -1 to 1"
refused 78 '{subject: NVDA, at: 91d}' "$good" "tests[0].items[0].at: '91d' is out of range: 0s to 90d"
refused 78 '{subject: NVDA, at: 1.5h}' "$good" "tests[0].items[0].at: '1.5h' is not a duration"
refused 78 '{subject: NVDA, at: 90s}' "$good" "t.yaml: test 't': items[0]: at: times are whole minutes"
refused 78 '{subject: NVDA, every: 1s, count: 9}' "$good" "items[0]: every: times are whole minutes"
refused 78 '{subject: NVDA, count: 1000001}' "$good" "'1000001' is out of range: 0 to 1000000"
refused 78 "$bad, {subject: NVDA, count: 1000000}" "$good" "items[1]: more than 1000000 items in one test"
refused 78 '{subject: NVDA, every: 1h, count: 2162}' "$good" "items[0]: the last item is more than 90 days after the start"
refused 78 "$bad, {subject: NVDA, sector: Banks}" "$good" "items[1]: 'NVDA' is of sector 'Tech' already, not 'Banks'"
refused 78 '{subject: NVDA, also: {AMD: bad}}' "$good" "items[0]: also: AMD: 'bad' is not a number"
refused 78 '{subject: NVDA, also: {AMD: 2}}' "$good" "items[0]: also: AMD: '2' is out of range: -1 to 1"
refused 78 '{subject: NVDA, also: {NVDA: 1}}' "$good" "items[0]: also: NVDA is the subject"
refused 78 "{subject: ''}" "$good" "items[0]: entity: the name is empty"
refused 78 "$bad" '{at: 1m, rule: glom, subject: NVDA, state: firing}' "t.yaml: test 't': expect[0]: there is no rule 'glom'; did you mean gloom"
refused 78 "$bad" '{at: 1m, rule: gloom, subject: NVDAA, state: firing}' "expect[0]: no item is about the entity 'NVDAA'; did you mean NVDA"
refused 78 "$bad" '{at: 1m, rule: dark, subject: NVDA, state: firing}' "expect[0]: no item is about the sector 'NVDA'"
refused 78 "$bad" '{at: 1m, rule: gloom, state: firing}' "expect[0]: rule 'gloom' is over entity: which subject?"
refused 78 "$bad" '{at: 1m, rule: quiet, subject: NVDA, state: firing}' "expect[0]: rule 'quiet' is over feed: no item says what that is doing"
refused 78 "$bad" '{at: 1m, rule: gate, subject: NVDA, state: firing}' "expect[0]: no item is about the market 'NVDA'"
refused 78 "$bad" '{at: 1m, rule: gloom, subject: NVDA, state: fireing}' "tests[0].expect[0].state: 'fireing' is not one of inactive|pending|firing|resolved|no_data, did you mean 'firing'?"
refused 78 "$bad" '{at: 1m, rule: gloom, subject: NVDA}' 'tests[0].expect[0].state: is required'
refused 78 "$bad" '{rule: gloom, subject: NVDA, state: firing}' 'tests[0].expect[0].at: is required'
refused 78 "$bad" '{at: 1m, rule: each, subject: NVDA, state: resolved}' "expect[0]: rule 'each' is over items, an item is one moment: firing or inactive"
refused 78 "$bad" '' "test 't': nothing is expected of it: it cannot fail"
tests 78 <<<"  - {name: u, start: soon, items: [$bad], expect: [$good]}"
says "test 'u': start: 'soon' is not a date" err
tests 78 <<<"  []"
says "t.yaml: there are no tests" err
tests 78 <<<"  - {name: t, start: 2026-03-02T09:00:30Z, items: [$bad], expect: [$good]}"
says "test 't': start: times are whole minutes" err
{ seq 1001 | sed 's/.*/{count: 0, subject: S&}/' | paste -sd,; } >"$tmp/many"
refused 78 "$(cat "$tmp/many")" "$good" "more than 1000 subjects"
tests 78 < <(seq 1001 | sed 's/.*/  - {name: t&, only: true}/')
says "t.yaml: more than 1000 tests" err
tests 78 <<<"  - {name: t, items: [" # not YAML
status=0
"$tickertone" rules test "$tmp/nothing.yaml" 2>"$tmp/err" || status=$?
equal "exit status without a file" "$status" 66
echo 'tests: [{name: t, only: true}]' >"$tmp/t.yaml"
status=0
"$tickertone" rules test "$tmp/t.yaml" 2>"$tmp/err" || status=$?
equal "exit status without rules" "$status" 78
says 'which rules? alerts: {rules: FILE}' err
echo 'rules: [{name: a, when: mod(1h) < 0}]' >"$tmp/rules.yaml"
refused 78 "$bad" "$good" "rules.yaml: rule 'a': when: column 1: there is no measure 'mod'"
status=0
"$tickertone" rules test 2>"$tmp/err" || status=$?
equal "exit status without arguments" "$status" 64
echo "ok"
