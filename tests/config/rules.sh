#!/usr/bin/env bash
# The tests that config/ ships for its rules: they hold, and each threshold of each rule that is moved makes one fail.
# Usage: rules.sh TICKERTONE, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
tickertone=$1

"$tickertone" rules test config/rules.test.yaml >"$tmp/out" || fail "the shipped tests"
cp config/rules.test.yaml config/rules.yaml "$tmp"
sed -n '/^alerts: {rules/,/^```$/p' docs/RULES.md | grep -v '^```$' >"$tmp/docs.yaml"
"$tickertone" rules test "$tmp/docs.yaml" >"$tmp/out" || fail "the example of docs/RULES.md"

# other FROM TO: with FROM changed to TO, wherever it stands, some test fails.
other() {
	local status=0
	sed "s/$1/$2/" config/rules.yaml >"$tmp/rules.yaml"
	! cmp -s config/rules.yaml "$tmp/rules.yaml" || fail "no rule says '$1'"
	"$tickertone" rules test "$tmp/rules.test.yaml" >"$tmp/out" || status=$?
	equal "exit status with '$2' for '$1'" "$status" 1
}
while IFS='|' read -r from to; do
	other "$from" "$to"
done <<-MUTANTS
	shock(1h, 24h) < -1.5|shock(1h, 24h) < -0.5
	shock(1h, 24h) < -1.5|shock(1h, 24h) < -4
	items(1h) >= 5|items(1h) >= 3
	shock(1h, 24h) > -0.5|shock(1h, 24h) > 3
	for: 2m|for: 1h
	change(4h, 2h) < -0.8|change(4h, 2h) < -0.7
	mood(2h) < -0.2|mood(2h) < -0.1
	mood(2h) > 0$|mood(2h) > 0.9
	change(4h, 2h) > 0.8|change(4h, 2h) > 0.7
	mood(2h) > 0.2|mood(2h) > 0.1
	mood(2h) < 0$|mood(2h) < -0.95
	items(4h) >= 8|items(4h) >= 14
	buzz(1h, 7d) > 8|buzz(1h, 7d) > 5
	buzz(1h, 7d) > 8|buzz(1h, 7d) > 60
	items(1h) >= 10|items(1h) >= 9
	buzz(1h, 7d) < 3|buzz(1h, 7d) < 0
	mood(3h) < -0.35|mood(3h) < -0.9
	negative(3h) > 0.6|negative(3h) > 1
	items(3h) >= 20|items(3h) >= 19
	mood(3h) > -0.2|mood(3h) > 0.9
	for: 10m|for: 11m
	mood(6h) < -0.25|mood(6h) < -0.45
	items(1h) >= 30|items(1h) >= 29
	mood(6h) > -0.15|mood(6h) > 0.9
	for: 15m|for: 14m
	score <= -0.8|score <= -0.78
	score <= -0.8|score <= -0.95
	relevance >= 0.5|relevance >= 0.4
	novelty >= 0.9|novelty >= 0.7
	symbols: .AAPL, |symbols: [IBM,
MUTANTS
echo "ok"
