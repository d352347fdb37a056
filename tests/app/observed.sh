#!/usr/bin/env bash
# Alerts about feeds and about the service's own work: a feed that falls silent and speaks again, one that fails, a topic that is not kept
# up with; the process that evaluates is killed meanwhile.
# Usage: observed.sh TICKERTONE PYTHON, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1 python=$2
name=tt_test_observed_$$
admin=$(cat "$TT_PG_DIR/conninfo")
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$admin dbname=$name" -c "SET search_path = tickertone" -c "$1"; }
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$admin dbname=$name" >/dev/null

mkdir "$tmp/site"
# publish FEED NUMBER: one item.
publish() {
	printf '<rss version="2.0"><channel><title>t</title><item><guid>%s-%s</guid><title>News %s of %s</title></item></channel></rss>' \
		"$1" "$2" "$2" "$1" >"$tmp/site/$1"
}
publish one.rss 1
publish two.rss 1
"$python" -u -m http.server --bind 127.0.0.1 --directory "$tmp/site" 0 >"$tmp/port" 2>"$tmp/site.log" &
pids[site]=$!
await "the site" grep -q 'port [0-9]' "$tmp/port"
site=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$tmp/port")

cat >"$tmp/rules.yaml" <<-RULES
	rules:
	  - {name: silent, over: feed, when: quiet > 6h, clear: quiet < 30m}
	  - {name: failing, over: feed, when: failing > 2s, clear: failing < 1s, severity: critical}
	  - {name: lag, over: service, when: lag > 1000 and behind > 5m}
RULES
for worker in a b; do
	cat >"$tmp/$worker.yaml" <<-CONF
		postgres: {dsn: "$admin dbname=$name application_name=$worker"}
		model: {scores: constant, entities: "$PWD/config/entities.tsv", threads: 1}
		service: {enabled: false}
		fetch: {interval: 1s, backoff_base: 1s, per_host_spacing: 0ms, allow_private_networks: true}
		leases: {duration: 2s}
		alerts: {rules: "$tmp/rules.yaml", tick: 200ms}
		feeds:
		  - url: $site/one.rss
		  - url: $site/two.rss
	CONF
done
begin() {
	"$tickertone" run -c "$tmp/$1.yaml" 2>>"$tmp/$1.log" &
	pids[$1]=$!
}
leads() { grep -q 'evaluating rules' "$tmp/$1.log"; }
is() { [ "$(sql "$1")" = "$2" ]; }
is_true() { is "SELECT ($1)" t; }
# look WORKER: at all, now and not at the end of the minute.
look() { kill -HUP "${pids[$1]}"; }
open="SELECT string_agg(rule || ' ' || replace(subject, '$site/', ''), ', ' ORDER BY rule, subject) FROM alerts"
last() { sql "SELECT replace(sentence, '$site/', '') FROM alert_history ORDER BY change_no DESC LIMIT 1"; }

begin a
await "a to evaluate" leads a
await "items of both feeds" is "SELECT count(*) FROM feed_item WHERE last_item_at > now() - interval '1 min'" 2

echo "-- a feed falls silent"
sql "UPDATE feed_item SET last_item_at = now() - interval '7 h' WHERE url LIKE '%/one.rss'"
look a
await "the alert" is "$open" 'silent one.rss'
equal "what is told" "$(last)" 'feed one.rss has been silent for 7 h (limit 6 h)'
equal "the alert" "$(sql "SELECT subject_kind, state, severity, round(value), threshold, evidence FROM alerts")" 'feed|firing|warning|420|360|[]'

echo "-- the one that evaluates is killed; the other goes on, with the feeds, too"
begin b
await "b to poll" is_true "SELECT count(DISTINCT lease_worker) = 2 FROM feed"
! leads b || fail "both evaluate"
end a KILL
await "b to evaluate" leads b
await "b to poll both" is_true "SELECT count(lease_worker) = 2 AND min(last_fetch_at) > now() - interval '10 s' AND (SELECT count(*) = 1 FROM worker) FROM feed"
look b
sleep 1
equal "open after the death" "$(sql "$open")" 'silent one.rss'
equal "changes" "$(sql "SELECT count(*) FROM alert_history")" 1

echo "-- it speaks again"
publish one.rss 2
await "the item" is "SELECT count(*) FROM item" 3
look b
await "its end" is "$open" ''
equal "what is told" "$(last | sed 's/for .* (/for a while (/')" 'feed one.rss speaks again: silent for a while (limit 6 h)'

echo "-- a feed that fails, and one whose silence is not told"
rm "$tmp/site/two.rss"
await "failed polls" is_true "SELECT failures > 0 AND last_success_at < now() - interval '3 s' FROM feed WHERE url LIKE '%/two.rss'"
"$tickertone" alert silence -c "$tmp/b.yaml" --for 1h --subject '*/one.rss' >/dev/null
sql "UPDATE feed_item SET last_item_at = now() - interval '7 h' WHERE url LIKE '%/one.rss'"
look b
await "the alerts" is "$open" 'failing two.rss, silent one.rss'
equal "muted" "$(sql "SELECT string_agg(rule || ' ' || is_muted(rule, subject_kind, subject), ', ' ORDER BY rule) FROM alerts")" \
	'failing false, silent true'

echo "-- a topic that is not kept up with"
sql "INSERT INTO kafka_offset (group_id, topic, partition, next_offset, end_offset, end_at, record_at)
	SELECT 'desk', 'news', p, 10, 1000, now(), now() - interval '12 min' FROM generate_series(0, 1) AS p"
look b
await "the alert" is "$open" 'failing two.rss, lag desk/news, silent one.rss'
equal "what is told" "$(last)" 'topic desk/news is 1980 records behind (limit 1000)'
sql "UPDATE kafka_offset SET next_offset = 1000, record_at = now()"
look b
await "its end" is "$open" 'failing two.rss, silent one.rss'

echo "-- without a nudge time alone decides, within a minute"
publish two.rss 2
sql "UPDATE feed_item SET last_item_at = now() WHERE url LIKE '%/one.rss'"
patience=150 await "the end of both" is "$open" ''
equal "changes, each once" "$(sql "SELECT count(*), count(DISTINCT change_id) FROM alert_history")" '8|8'
end b

echo "-- replay passes over them, and says so"
"$tickertone" replay -c "$tmp/b.yaml" --rules "$tmp/rules.yaml" >"$tmp/out" 2>"$tmp/err" || fail "replay"
equal "what it says" "$(grep -c 'is passed over: no history' "$tmp/err")" 3
grep -q '^      -  silent$' "$tmp/out" || fail "the count"
echo "ok"
