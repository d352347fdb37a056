#!/usr/bin/env bash
# crash.sh TICKERTONE ITEMS KILLS PG-CRASHES BROKER-KILLS: two workers read a topic of 8 partitions that grows; one of them is killed at
# random so many times, and in between the database is stopped as by a crash and the broker killed. In the end the rows are those
# of the items, what one worker stores that nobody disturbs, the dead letters are the planted ones, each item has its event in a
# topic, the alerts are those of the undisturbed worker, and each change of them is in a topic, by its id.
# shellcheck source=tests/soak/lib.sh
. "$(dirname "$0")/lib.sh"
items=$1 kills=$2 pg_crashes=$3 broker_kills=$4

make_topic news
make_topic events
make_topic alerts
cat >"$tmp/rules.yaml" <<-RULES
	rules:
	  - {name: each, over: item, when: relevance >= 0.95, severity: info}
	  - {name: much, over: entity, when: items(7d) >= 20}
	  - {name: very-much, over: market, when: items(7d) >= 500, severity: critical}
RULES
rules="alerts: {rules: $tmp/rules.yaml, max_age: 30d, tick: 500ms}"
for db in crash calm; do make_database "$db"; done
for worker in a b; do configure "$worker" crash news "$name" "$tiny" "publish: {events_topic: $name-events, alerts_topic: $name-alerts, timeout: 5s}" "$rules"; done
configure calm calm news "$name-calm" "$tiny" "$rules"

# due ROUND OF: whether one of so many disturbances, spread evenly over the kills, falls into this round.
due() { [ $(($1 * $2 / kills)) -gt $((($1 - 1) * $2 / kills)) ]; }

written=0
for round in $(seq "$kills"); do
	portion=$((items * round / kills - written))
	fill news "$portion" --from "$written" --bad
	written=$((written + portion))
	for worker in a b; do running "$worker" || begin "$worker"; done
	pause 200 2000
	if due "$round" "$pg_crashes"; then
		script/pg stop -m immediate "$TT_SOAK_DIR/pg"
		pause 0 1500
		pg_start
	fi
	if due "$round" "$broker_kills"; then
		script/kafka kill "$TT_SOAK_DIR/kafka"
		pause 0 1500
		script/kafka start "$TT_SOAK_DIR/kafka" >/dev/null
	fi
	victim=a
	[ $((RANDOM % 2)) = 0 ] || victim=b
	end "$victim" KILL
	echo "round $round: killed $victim with $(stored crash) of $written stored"
done
begin "$victim"
patience=$((90 + items / 300))
await "the end of the topic" has_read crash "$items"
# Nothing that rules have not seen, and nothing on its way: what a dead worker had taken comes back by itself after a while.
is_told() { [ "$(sql "$1" 'SELECT (SELECT count(*) FROM mood_delta) + (SELECT count(*) FROM alert_outbox)')" = 0 ]; }
await "the alerts to be told" is_told crash
for worker in a b; do end "$worker"; done
exactly crash "$items" bad
has_no_events_waiting() { [ "$(sql crash 'SELECT count(*) FROM event_outbox')" = 0 ]; }
has_no_events_waiting || begin a
await "the last events" has_no_events_waiting
! running a || end a
kcat -C -q -e -b "$broker" -t "$name-events" -o beginning | jq -r '.event_id + " " + .item_id' >"$tmp/events"
equal "roll-ups that are not what the rows say" "$(sql crash 'SELECT count(*) FROM mood_minute_fault')" 0
equal "items with an event" "$(cut -d ' ' -f 2 "$tmp/events" | sort -u | wc -l)" "$(stored crash)"
equal "events, by id" "$(cut -d ' ' -f 1 "$tmp/events" | sort -u | wc -l)" "$(stored crash)"

begin calm
await "the undisturbed worker" has_read calm "$items"
await "its alerts" is_told calm
end calm
alerts() { sql "$1" "SELECT fingerprint, episode, rule, subject FROM alert_history WHERE to_state = 'firing' ORDER BY 1, 2"; }
alerts crash >"$tmp/alerts.crash"
alerts calm >"$tmp/alerts.calm"
[ -s "$tmp/alerts.calm" ] || fail "no alerts were raised"
diff "$tmp/alerts.crash" "$tmp/alerts.calm" >"$tmp/out" || fail "the alerts differ"
kcat -C -q -e -b "$broker" -t "$name-alerts" -o beginning | jq -r .change_id | sort -u >"$tmp/told"
sql crash 'SELECT change_id FROM alert_history' | sort >"$tmp/raised"
diff "$tmp/told" "$tmp/raised" >"$tmp/out" || fail "what was told is not what was raised"
same_facts crash calm
echo "$items records: $kills workers killed, $pg_crashes crashes of the database, $broker_kills of the broker; $(stored crash) items stored, as undisturbed; $(wc -l <"$tmp/events") events, $(stored crash) by id; $(wc -l <"$tmp/alerts.crash") alerts, as undisturbed, all told"
