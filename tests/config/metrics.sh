#!/usr/bin/env bash
# Every metric that the dashboard and the alerts ask for is one the program has, with the labels it has.
# Usage: metrics.sh TICKERTONE, in the checkout.
set -euo pipefail

fail() { echo "FAIL: $*" >&2; exit 1; }
dashboard=config/grafana/dashboards/tickertone.json alerts=config/prometheus/alerts.yml

# What /metrics shows: names of counters and gauges, and the three of each histogram.
reference=$("$1" docs metrics)
# shellcheck disable=SC2016 # the backquotes are Markdown's
known=$(sed -nE 's/^\| `(tickertone_[a-z_]+)` \| (counter|gauge|histogram) .*/\1 \2/p' <<<"$reference" |
	while read -r name kind; do
		if [ "$kind" = histogram ]; then printf '%s\n' "$name"_{bucket,sum,count}; else echo "$name"; fi
	done)
[ "$(wc -l <<<"$known")" -gt 20 ] || fail "the program's metrics could not be read"
asked=$({ jq -r '.panels[].targets[]?.expr // empty' "$dashboard"; grep -v summary: "$alerts"; } |
	grep -oE 'tickertone_[a-z_]+' | sort -u)
[ "$(wc -l <<<"$asked")" -ge 15 ] || fail "the metrics asked for could not be read: $asked"
unknown=$(comm -13 <(sort -u <<<"$known") <(echo "$asked"))
[ -z "$unknown" ] || fail "asked for, and not in common/metrics.def: $unknown"

echo "-- labels in \"by\" are those of the metrics"
for label in $(jq -r '.panels[].targets[]?.expr // empty' "$dashboard" | grep -oE 'by \([a-z_]+\)' | grep -oE '\([a-z_]+' | tr -d '(' | sort -u); do
	case $label in instance | le) continue ;; esac
	grep -qE "^\|.*\`$label=" <<<"$reference" || fail "no metric has the label $label"
done

echo "-- every alert has its paragraph in docs/OPERATIONS.md"
while read -r alert; do
	grep -q "^| \`$alert\`" docs/OPERATIONS.md || fail "docs/OPERATIONS.md says nothing about $alert"
done < <(sed -nE 's/^ *- alert: ([A-Za-z]+).*/\1/p' "$alerts")
