#!/usr/bin/env bash
# Pushed feeds, for real: a hub that is not ours (websub_hub.py), `tickertone run`, a PostgreSQL of its own. A push is stored at
# once, a forged one is not, a restart goes on with the subscription, a feed that is removed is unsubscribed.
# Usage: websub.sh TICKERTONE PYTHON, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tickertone=$1 python=$2
# the callback must be known before the service listens: a port that was free a moment ago
service=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

tear_down() { script/pg remove "$tmp/pg"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$(cat "$tmp/pg/conninfo")" -c "SET search_path = tickertone; $1"; }
is() { [ "$(sql "$1")" = "$2" ]; }
hub() { curl -fsS "http://127.0.0.1:$hub_port/stats" | jq ".$1"; }
hub_says() { [ "$(hub "$1")" = "$2" ]; }
publish() { curl -fsS -X POST "http://127.0.0.1:$hub_port/publish?$1" | jq -c .; }
stored() { is "SELECT count(*) FROM item WHERE guid = '$1'" 1; }
metric() { curl -fsS "http://127.0.0.1:$service/metrics" | sed -n "s/^tickertone_$1 //p"; }
configure() {
	cat >"$tmp/tickertone.yaml" <<-CONF
		feeds: [$1]
		model: {model: "$PWD/config/models/minilm-finance", entities: "$PWD/config/entities.tsv", threads: 1}
		fetch: {interval: 1h, per_host_spacing: 0ms, allow_private_networks: true}
		postgres: {dsn: "$(cat "$tmp/pg/conninfo")"}
		service: {listen: "127.0.0.1:$service"}
		websub: {callback_url: "http://127.0.0.1:$service/"}
	CONF
}
run() {
	"$tickertone" run -c "$tmp/tickertone.yaml" 2>>"$tmp/run.log" &
	pids[run]=$!
}

script/pg start --test "$tmp/pg" >/dev/null
"$python" tests/app/websub_hub.py "$tmp/port" &
pids[hub]=$!
await "the hub" test -s "$tmp/port"
hub_port=$(cat "$tmp/port")
configure "{url: \"http://127.0.0.1:$hub_port/feed\"}"
"$tickertone" db migrate -c "$tmp/tickertone.yaml" >/dev/null

# subscribed, verified, pushed, stored
run
await "the poll" stored polled
await "the subscription" is "SELECT status FROM websub" active
equal "the topic" "$(sql 'SELECT topic FROM websub')" "http://topic.example/feed"
equal "the lease" "$(sql "SELECT lease_until BETWEEN now() + '59 minutes' AND now() + '1 hour' FROM websub")" t
equal "a push" "$(publish 'guid=one')" "[202]"
await "the pushed item" stored one
equal "its source" "$(sql "SELECT source FROM item WHERE guid = 'one'")" "http://127.0.0.1:$hub_port/feed"
await "its score" is "SELECT count(*) FROM item_sentiment WHERE score IS NOT NULL" 2
equal "polls" "$(hub polls)" 1

# forged, unsigned, unknown: nothing comes of it
equal "a forged push" "$(publish 'guid=forged&sign=bad')" "[202]"
equal "an unsigned push" "$(publish 'guid=unsigned&sign=none')" "[202]"
equal "a guess" "$(curl -sS -o /dev/null -w '%{http_code}' -d x "http://127.0.0.1:$service/websub/$(printf '%032d' 7)")" 404
await "the error" is "SELECT last_error FROM websub" "a push without signature was ignored"
equal "a push" "$(publish 'guid=two')" "[202]"
await "the pushed item" stored two
equal "items" "$(sql 'SELECT count(*) FROM item')" 3
equal "pushes taken" "$(metric 'websub_pushes_total{result="taken"}')" 2
equal "pushes forged" "$(metric 'websub_pushes_total{result="forged"}')" 1
equal "pushes unsigned" "$(metric 'websub_pushes_total{result="unsigned"}')" 1
equal "pushes unknown" "$(metric 'websub_pushes_total{result="unknown"}')" 1
equal "subscriptions" "$(metric 'websub_subscriptions{state="active"}')" 1

# a restart goes on; nobody is asked again
end run
run
await "the service" curl -fs -o /dev/null "http://127.0.0.1:$service/health"
pushed() { [ "$(publish "$1")" = "[202]" ]; } # until it is ready, the hub is asked to come again
await "the push after the restart" pushed guid=three
await "the pushed item" stored three
equal "requests to the hub" "$(hub subscribed)" 1

# a feed that is removed is unsubscribed, and its row goes
configure ""
sed -i 's/^feeds: .*/feeds: []/' "$tmp/tickertone.yaml"
kill -HUP "${pids[run]}"
await "the hub to be told" hub_says unsubscribed 1
await "the hub to have verified it" hub_says subscribers 0
await "the row to go" is "SELECT count(*) FROM websub" 0
end run
! grep -Eq "$(printf 'secret|token')=" "$tmp/run.log" || fail "secrets were logged"
echo "ok"
