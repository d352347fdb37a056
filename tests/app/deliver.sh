#!/usr/bin/env bash
# Alerts as receivers have them: the examples of docs/ALERTS.md, taken out of it and run, beside targets that are away, busy, gone, and a
# service that is killed while it delivers. What is silenced is not told.
# Usage: deliver.sh TICKERTONE PYTHON, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1 python=$2
name=tt_test_deliver_$$
admin=$(cat "$TT_PG_DIR/conninfo")
secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$admin dbname=$name" -c "SET search_path = tickertone" -c "$1"; }
tear_down() { drop_databases "$admin" "$name"; }
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
"$tickertone" db migrate --dsn "$admin dbname=$name" >/dev/null

# example FILE: what docs/ALERTS.md has under that name.
example() { awk -v want="<!-- example: $1 -->" '$0 == want { on = 1 } on && /^```$/ { exit } on == 2 { print } on && /^```./ { on = 2 }' docs/ALERTS.md; }
for file in receiver.py listen.sh; do
	example "$file" >"$tmp/$file"
	[ -s "$tmp/$file" ] || fail "docs/ALERTS.md has no example $file"
done
free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
desk_port=$(free_port) gone_port=$(free_port) people_port=$(free_port)

cat >"$tmp/rules.yaml" <<-RULES
	rules:
	  - {name: loud, over: entity, when: items(1h) >= 3, severity: warning}
	  - {name: each, over: item, when: relevance > 0.1, severity: info}
	  - {name: everybody, over: market, when: items(1h) >= 12, severity: critical, mutes: [entity]}
RULES
cat >"$tmp/run.yaml" <<-CONF
	postgres: {dsn: "$admin dbname=$name"}
	model: {model: "$PWD/tests/nlp/model/tiny/two-heads", entities: "$PWD/config/entities.tsv", threads: 1}
	service: {listen: "127.0.0.1:0"}
	alerts: {rules: "$tmp/rules.yaml", tick: 200ms, print: true, source: /test}
	webhooks:
	  - {name: desk, url: "http://127.0.0.1:$desk_port/alerts", secret: $secret, allow_private_networks: true}
	  - {name: gone, url: "http://127.0.0.1:$gone_port/", secret: $secret, allow_private_networks: true}
	  - {name: people, url: "http://127.0.0.1:$people_port/", secret: $secret, allow_private_networks: true, group_interval: 1h}
	  - {name: inside, url: "http://127.0.0.1:$desk_port/alerts", secret: $secret}
CONF
sed '/^alerts/,$d' "$tmp/run.yaml" >"$tmp/reader.yaml"
begin() {
	"$tickertone" run -c "$tmp/run.yaml" >>"$tmp/stdout" 2>>"$tmp/run.log" &
	pids[run]=$!
}
# say FIRST LAST TEXT: items of now are stored, by a service that knows the rules.
say() {
	seq "$1" "$2" | jq -c --arg text "$3" '{id: "\($text)-\(.)", title: "\($text) \(.)", published_at: (now | floor | todate)}' >"$tmp/items.jsonl"
	sed "s#^service#files: [{path: \"$tmp/items.jsonl\"}]\nservice#" "$tmp/run.yaml" >"$tmp/say.yaml"
	"$tickertone" run -c "$tmp/say.yaml" >>"$tmp/stdout" 2>>"$tmp/say.log" || fail "saying $3"
}
is() { [ "$(sql "$1")" = "$2" ]; }
ids() { sql "SELECT change_id FROM alert_history ORDER BY 1"; }
received() { cut -d' ' -f1 "$tmp/received" 2>/dev/null | sort -u; }
has_all() { [ -n "$(ids)" ] && [ "$(received)" = "$(ids)" ]; }

cat >"$tmp/gone.py" <<-'PY'
	import http.server, sys
	class Gone(http.server.BaseHTTPRequestHandler):
	    def do_POST(self):
	        self.rfile.read(int(self.headers["Content-Length"]))
	        self.send_response(410)
	        self.end_headers()
	    def log_message(self, *_):
	        pass
	http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Gone).serve_forever()
PY
"$python" "$tmp/gone.py" "$gone_port" &
pids[gone]=$!
DSN="$admin dbname=$name" setsid bash "$tmp/listen.sh" >"$tmp/listened" 2>"$tmp/listen.log" &
pids[listen]=$!

echo "-- alerts are raised while the desk is away; each waits for it"
begin
say 1 3 'Nvidia reports record sales'
await "the alert" is "SELECT count(*) FROM alerts WHERE rule = 'loud'" 1
await "a try in vain" is "SELECT count(*) > 0 FROM alert_outbox WHERE target = 'webhook:desk' AND attempts > 0 AND last_error LIKE '%webhook ''desk''%'" t
"$tickertone" alert targets --dsn "$admin dbname=$name" >"$tmp/targets"
grep -q "webhook:desk  [0-9]* waiting.*webhook 'desk'" "$tmp/targets" || fail "alert targets does not name the desk: $(cat "$tmp/targets")"
"$python" "$tmp/receiver.py" "$desk_port" "$secret" >"$tmp/received" 2>"$tmp/receiver.log" &
pids[desk]=$!
await "the desk to have all" has_all

echo "-- one that is gone is told nothing more; one that is private is refused"
await "the end of gone" is "SELECT count(*) FROM delivery_target WHERE target = 'webhook:gone' AND disabled_at IS NOT NULL" 1
equal "what waits for gone" "$(sql "SELECT count(*) FROM alert_outbox WHERE target = 'webhook:gone'")" 0
equal "what inside was told" "$(sql "SELECT bool_and(last_error LIKE '%address 127.0.0.1 refused: loopback') FROM alert_outbox WHERE target = 'webhook:inside'")" t

echo "-- killed while it delivers: nothing is missing"
say 1 3 'Apple opens a factory'
end run KILL
say 4 6 'Apple opens a factory'
sql "UPDATE alert_outbox SET next_at = now() WHERE target = 'webhook:desk'" # what the dead had taken would come back after a while
begin
await "the desk to have all" has_all
grep -q 'AAPL' "$tmp/received" || fail "no alert about AAPL"
cp "$tmp/received" "$tmp/before"

echo "-- a silence, and a greater alert, mute"
"$tickertone" alert silence --dsn "$admin dbname=$name" --for 1h --subject 'MSF*' --by anna --note test >"$tmp/out"
grep -q '^silence 1 until ' "$tmp/out" || fail "the silence is not confirmed"
say 1 3 'Microsoft hires engineers'
await "the silent alert" is "SELECT count(*) FROM alerts WHERE subject = 'MSFT' AND rule = 'loud'" 1
"$tickertone" alert list --dsn "$admin dbname=$name" >"$tmp/list"
grep -q 'loud MSFT  muted' "$tmp/list" || fail "the list does not say that it is muted: $(cat "$tmp/list")"
"$tickertone" alert unsilence --dsn "$admin dbname=$name" 1 >/dev/null
equal "silences in force" "$(sql 'SELECT count(*) FROM silences')" 0
say 1 3 'Boeing delivers aircraft'
await "the market's alert" is "SELECT count(*) FROM alerts WHERE rule = 'everybody'" 1
say 1 3 'Intel builds chips'
await "the muted alert" is "SELECT count(*) FROM alerts WHERE subject = 'INTC' AND rule = 'loud'" 1
told() { sql "SELECT count(*) FROM alert_history WHERE rule = '$1' AND subject = '$2' AND change_id::text = ANY (string_to_array('$(received | paste -sd,)', ','))"; }
market_told() { [ "$(told everybody market)" = 1 ]; }
await "the desk to be told of the market" market_told
await "nothing to wait" is "SELECT count(*) FROM alert_outbox WHERE target = 'webhook:desk'" 0
equal "told of the silent and the muted" "$(told loud MSFT) $(told loud INTC)" "0 0"

echo "-- a storm is one notice of its rule, the same when it is sent again"
await "a notice a rule" is "SELECT count(DISTINCT notice_id) FROM alert_outbox WHERE target = 'webhook:people'" 3
waiting=$(sql "SELECT count(*) FROM alert_outbox WHERE target = 'webhook:people' AND notice_id IS NULL")
sql "INSERT INTO alert_change (change_id, fingerprint, episode, from_state, to_state, severity, rule, subject_kind, subject, value, at, since, sentence)
	SELECT gen_random_uuid(), gen_random_uuid(), 1, 'inactive', 'firing', 'warning', 'storm', 'entity', 'S' || n, -n, now(), now(), 'S' || n || ' fell'
	FROM generate_series(1, 5000) n;
	INSERT INTO alert_outbox (change_id, target) SELECT change_id, 'webhook:people' FROM alert_change WHERE rule = 'storm'"
"$python" "$tmp/receiver.py" "$people_port" "$secret" >"$tmp/people" 2>"$tmp/people.log" &
pids[people]=$!
# Those that people could not be told wait for their next try; a try under way puts it off once more.
people_told() {
	sql "UPDATE alert_outbox SET next_at = now() WHERE target = 'webhook:people' AND next_at > now() + interval '1 s'"
	is "SELECT count(*) FROM alert_outbox WHERE target = 'webhook:people' AND notice_id IS NOT NULL" 0
}
await "people to be told" people_told
await "the storm to be told" grep -q 'storm: 5000 changes of alerts about 5000 subjects; S5000 fell' "$tmp/people"
equal "messages" "$(wc -l <"$tmp/people")" 4
equal "what waits for the next notice" "$(sql "SELECT count(*) FROM alert_outbox WHERE target = 'webhook:people'")" "$waiting"
sql "INSERT INTO alert_outbox (change_id, target) SELECT change_id, 'nobody' FROM alert_change;
	SELECT data FROM generate_series(1, 4), take_notice('nobody', '1 h', '1 h', 20) WHERE data IS NOT NULL" >"$tmp/notices"
sql "DELETE FROM alert_outbox WHERE target = 'nobody'"
"$python" tests/app/schema_check.py notice 4 <"$tmp/notices" || [ $? = 77 ] || fail "not what docs/schema/notice.schema.json says"

echo "-- people"
id=$(sql "SELECT left(fingerprint::text, 8) FROM alerts WHERE subject = 'NVDA'")
"$tickertone" alert ack --dsn "$admin dbname=$name" "$id" --by anna --note 'reading' >/dev/null
"$tickertone" alert list --dsn "$admin dbname=$name" --json | jq -e 'map(select(.subject == "NVDA"))[0] | .acked_by == "anna" and .note == "reading" and (.evidence | length) == 3' >/dev/null ||
	fail "the acknowledgement is not listed"
"$tickertone" alert show --dsn "$admin dbname=$name" "$id" >"$tmp/show"
grep -q 'Nvidia reports record sales' "$tmp/show" || fail "show has no evidence"
"$tickertone" alert enable --dsn "$admin dbname=$name" webhook:gone >/dev/null
status=0
"$tickertone" alert ack --dsn "$admin dbname=$name" 00000000 2>"$tmp/err" || status=$?
equal "exit status for an alert that is none" "$status" 66

echo "-- the other receivers have the same; what is printed is what the schema says"
end run
heard() { cut -d' ' -f1 "$tmp/listened" | sort -u; }
has_heard() { [ "$(heard)" = "$(ids)" ]; }
await "the listener to have all" has_heard
equal "repeats on the receiver" "$(cut -d' ' -f1 "$tmp/received" | sort | uniq -d | wc -l)" 0
jq -c .data "$tmp/stdout" | "$python" tests/app/schema_check.py alert || [ $? = 77 ] || fail "not what docs/schema/alert.schema.json says"
jq -e -s 'length > 10 and all(.specversion == "1.0" and .source == "/test" and .id == .data.change_id and (.type | startswith("tickertone.alert.")))' "$tmp/stdout" >/dev/null ||
	fail "events on standard output"
equal "told on standard output" "$(jq -r .id "$tmp/stdout" | sort -u | comm -23 - <(ids) | wc -l)" 0
echo "ok"
