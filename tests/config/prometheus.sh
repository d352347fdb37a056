#!/usr/bin/env bash
# Prometheus' own checker (Debian: package prometheus) on its configuration and alerts, the alerts on invented series, and every
# expression of the dashboard.
set -euo pipefail

command -v promtool >/dev/null || { echo "SKIPPED: promtool is missing" >&2; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

promtool check config config/prometheus/prometheus.yml
promtool test rules tests/config/alerts.test.yml
# Its expressions as rules, which the checker reads.
# shellcheck disable=SC2016 # Grafana's variable, not the shell's
{
	echo 'groups: [{name: dashboard, rules: ['
	jq -r '.panels[].targets[]?.expr // empty' config/grafana/dashboards/tickertone.json | sed 's/\$__rate_interval/1m/g' |
		jq -R '{record: "checked:\(input_line_number)", expr: .}' | sed 's/^}$/},/'
	echo ']}]'
} >"$tmp/dashboard.yml"
promtool check rules "$tmp/dashboard.yml"
