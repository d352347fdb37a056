#!/usr/bin/env bash
# The shipped dashboard on the real schema: each of its queries runs, as the role that Grafana uses, and finds what there is to
# find; the role reads and writes nothing.
# Usage: dashboard.sh TICKERTONE, in the checkout. $TT_PG_DIR: a cluster (script/pg).
set -euo pipefail

tickertone=$1 dashboard=config/grafana/dashboards/tickertone.json
info=$(cat "$TT_PG_DIR/conninfo")
name=tt_dashboard_$$
db=${info/dbname=tickertone/dbname=$name}
tmp=$(mktemp -d)
cleanup() {
	psql -Xq "$info user=postgres" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" -c "DROP ROLE IF EXISTS grafana"
	rm -rf "$tmp"
}
trap cleanup EXIT
fail() { echo "FAIL: $*" >&2; exit 1; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$db" "$@"; }

echo "-- a database with something of everything"
psql -Xq -v ON_ERROR_STOP=1 "$info" -c "CREATE DATABASE $name"
now=$(date +%s)
for ago in 1 2 26 27; do # hours: this day and the day before, for the movers
	at=$(date -u -d "@$((now - ago * 3600))" +%FT%TZ)
	printf '{"guid":"%s","published_at":"%s","title":"Apple %s after its results"}\n' "$ago" "$at" \
		"$([ "$ago" -lt 24 ] && echo soars || echo sinks)"
done >"$tmp/items.jsonl"
cat >"$tmp/c.yaml" <<-CONF
	postgres: {dsn: "$db"}
	model: {model: "$PWD/config/models/minilm-finance", entities: "$PWD/config/entities.tsv", threads: 1}
	service: {enabled: false}
	log: {level: error}
	files: [{path: "$tmp/items.jsonl"}]
CONF
"$tickertone" db migrate -c "$tmp/c.yaml" >/dev/null
"$tickertone" run -c "$tmp/c.yaml"
sql <<-'SQL'
	SET search_path = tickertone;
	INSERT INTO dead_letter (dead_letter_id, first_at, last_at, stage, reason)
	VALUES (gen_random_uuid(), now(), now() - interval '1 minute', 'parse', 'not JSON');
	INSERT INTO feed (url, failures, last_error) VALUES ('http://example.com/', 3, 'status 500');
	INSERT INTO kafka_offset (group_id, topic, partition, next_offset, stored_at) VALUES ('g', 'news', 0, 17, now());
SQL
GRAFANA_DB_PASSWORD=secret sql -f config/docker/roles.sql
GRAFANA_DB_PASSWORD="it's new" sql -f config/docker/roles.sql # again: nothing to do but the password
sql -c "GRANT grafana TO CURRENT_USER"

# expand QUERY: Grafana's macros and variables as it would fill them in.
expand() {
	local from to
	from="'$(date -u -d "@$((now - 48 * 3600))" +%FT%TZ)'" to="'$(date -u -d "@$((now + 60))" +%FT%TZ)'"
	sed -E "s/\\\$__timeFilter\(([a-z_]+)\)/\1 BETWEEN $from AND $to/g; s/\\\$__timeFrom\(\)/$from/g; s/\\\$__timeTo\(\)/$to/g
		s/\\\$__interval/30s/g; s/\\\$\{symbol:sqlstring\}/'AAPL'/g; s/\\\$\{half_life:sqlstring\}/'6 hours'/g" <<<"$1"
}

# asks NAME QUERY: it runs as the role, and has rows.
asks() {
	local query rows
	query=$(expand "$2")
	if grep -q '\$' <<<"$query"; then fail "$1: a macro this test does not know: $query"; fi
	rows=$(sql -c "SET ROLE grafana; SET default_transaction_read_only = on; $query" | wc -l)
	[ "$rows" -gt 0 ] || fail "$1: no rows from: $query"
	echo "$1: $rows rows"
}

echo "-- every query of the dashboard"
jq -e '.uid and (.panels | length > 20) and ([.panels[].id] | length == (unique | length))' "$dashboard" >/dev/null ||
	fail "panels are missing, or two have one id"
n=0
while read -r line; do
	asks "$(jq -r .title <<<"$line")" "$(jq -r .sql <<<"$line")"
	n=$((n + 1))
done < <(jq -c '(.panels[] | .title as $title | .targets[]? | select(.rawSql) | {title: $title, sql: .rawSql}),
	(.templating.list[] | select(.type == "query") | {title: .name, sql: .query})' "$dashboard")
[ "$n" -ge 9 ] || fail "only $n queries were found"

echo "-- panels name the provisioned data sources"
for uid in $(jq -r '[.panels[].datasource?.uid, .panels[].targets[]?.datasource.uid] | map(select(.)) | unique[]' "$dashboard"); do
	grep -qxF "    uid: $uid" config/grafana/provisioning/datasources/tickertone.yaml || fail "no data source has the uid $uid"
done

echo "-- and the role changes nothing"
for statement in "DELETE FROM tickertone.dead_letter" "SELECT tickertone.prune_rows(now())" "SELECT payload FROM tickertone.item"; do
	if sql -c "SET ROLE grafana; $statement" >/dev/null 2>&1; then fail "the role may: $statement"; fi
done
