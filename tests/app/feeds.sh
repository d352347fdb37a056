#!/usr/bin/env bash
# `tickertone feeds ...` as an operator uses it, against a PostgreSQL of its own and a small site (feeds_server.py).
# Usage: feeds.sh TICKERTONE PYTHON, in the checkout.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tickertone=$1 python=$2

tear_down() { script/pg remove "$tmp/pg"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$(cat "$tmp/pg/conninfo")" -c "SET search_path = tickertone; $1"; }

is_true() { [ "$(sql "$1")" = t ]; }

# feeds STATUS SUBCOMMAND ...: runs it with the configuration; its output is in $tmp/out and $tmp/err.
feeds() {
	local want=$1 status=0 command=$2
	shift 2
	"$tickertone" feeds "$command" -c "$tmp/c.yaml" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	equal "exit status of feeds $command $*" "$status" "$want"
}
says() { grep -qF -- "$1" "$tmp/out" "$tmp/err" || fail "'$1' is not said"; }
states() { "$tickertone" feeds list -c "$tmp/c.yaml" --json | jq -r 'map("\(.url | sub(".*/"; "")) \(.state)") | join(",")'; }

script/pg start --test "$tmp/pg" >/dev/null
"$python" tests/app/feeds_server.py "$tmp/port" &
pids[server]=$!
await "the site" test -s "$tmp/port"
at=http://127.0.0.1:$(cat "$tmp/port")

configure() {
	cat >"$tmp/c.yaml" <<-CONF
		postgres: {dsn: "$(cat "$tmp/pg/conninfo")"}
		fetch: {allow_private_networks: true, per_host_spacing: 0ms, interval: 1h}
		feeds:
		  - url: $at/news.rss-not-this-one
		    enabled: false
		  - url: $at/news.rss   # the one
		    name: Configured & <named>
	CONF
}
configure

echo "-- a database that is not migrated is told"
feeds 70 list
says "db migrate"
"$tickertone" db migrate -c "$tmp/c.yaml" >/dev/null

echo "-- usage"
status=0
"$tickertone" feeds list >"$tmp/out" 2>"$tmp/err" || status=$?
equal "exit status without a configuration" "$status" 64
feeds 64 add "file:///etc/passwd"
says "neither http nor https"
feeds 64 add --interval soon "$at/other.rss"
says "--interval"

echo "-- known from the configuration: said with its line, nothing stored"
feeds 77 add "$at/news.rss"
says "configured at $tmp/c.yaml:6"
feeds 77 add "$at/"
says "configured at $tmp/c.yaml:6"
feeds 77 remove "$at/news.rss"
says "$tmp/c.yaml:6: remove it there"
equal "rows" "$(sql 'SELECT count(*) FROM feed')" 0

echo "-- a page's feeds: the articles' before the comments', and what cannot be added"
sed -i "s|$at/news.rss |$at/elsewhere.rss |" "$tmp/c.yaml"
feeds 0 add "$at/" --name "The site" --interval 5m --lang en
says "added $at/news.rss"
says "Stocks rally in News"
says "$at/comments.rss"
equal "what is stored" "$(sql 'SELECT name, lang, poll_interval FROM feed')" "The site|en|00:05:00"
feeds 77 add "$at/news.rss"
says "known already"
feeds 0 add "$at/news.rss" --name "Renamed"
says "changed $at/news.rss"
feeds 65 add "$at/plain.html"
says "names no feed"
feeds 65 add "$at/bad.html"
says "names no feed that works"
feeds 66 add "$at/missing"
says "404"
feeds 0 add --unchecked "$at/missing"
configure

echo "-- a permanent redirect is followed to what is stored"
feeds 0 add "$at/moved"
says "added $at/other.rss"
equal "feeds and states" "$(states)" "missing new,news.rss new,news.rss-not-this-one disabled,other.rss new"

echo "-- both know it: removed from the one it stays with the other"
feeds 0 remove "$at/news.rss" "$at/missing"
says "configured at $tmp/c.yaml:6, too"
feeds 66 remove "$at/missing"
equal "feeds and states" "$(states)" "news.rss new,news.rss-not-this-one disabled,other.rss new"

echo "-- off, on, and back from a 410"
feeds 0 disable "$at/other.rss"
equal "feeds and states" "$(states)" "news.rss new,news.rss-not-this-one disabled,other.rss disabled"
feeds 0 enable "$at/other.rss"
sql "UPDATE feed SET gone = true, last_fetch_at = now(), last_error = 'HTTP 410: removed' WHERE url = '$at/other.rss'"
feeds 0 list --failing
says "gone"
says "HTTP 410: removed"
says "1 gone"
feeds 0 enable "$at/other.rss"
equal "gone" "$(sql 'SELECT count(*) FROM feed WHERE gone')" 0
feeds 77 disable "$at/news.rss"
says "set enabled: false there"

echo "-- the table: ages, names, errors"
sql "UPDATE feed SET last_fetch_at = now(), last_success_at = now() - interval '125 minutes', next_fetch_at = now() + interval '12.5 minutes',
	failures = 3, last_error = 'HTTP 503' WHERE url = '$at/other.rss'"
feeds 0 list
grep -Eq '^failing +2h +12m +0 +database ' "$tmp/out" || fail "no row of the failing feed"
says "Configured & <named>"
equal "longest line" "$(awk '{ if (length > n) n = length } END { print (n <= 100) }' "$tmp/out")" 1

echo "-- test: what is well, what might be mended, what is wrong"
feeds 0 test "$at/news.rss"
says "rss20, 1 item"
feeds 0 test "$at/wrong.rss" --json
equal "remarks" "$(jq '.[0].remarks | length' "$tmp/out")" 4
feeds 65 test "$at/plain.html"
says "an HTML page"
feeds 66 test "$at/gone"
says "HTTP 410"
feeds 0 test "$at/moved"
says "moved permanently: use $at/other.rss"
feeds 69 test "$at/news.rss" "$at/missing" "$at/other.rss"
says "1 of 3 feeds failed"
feeds 0 test all
equal "tested" "$(grep -c 'HTTP 200' "$tmp/out")" 2

echo "-- export, import into nothing, export: the same; import again: all known"
feeds 0 disable "$at/other.rss"
feeds 0 export "$tmp/first.opml"
! grep -q 'Configured & <' "$tmp/first.opml" || fail "an attribute is not escaped"
sql 'TRUNCATE feed'
sed -i '/^feeds:/,$d' "$tmp/c.yaml"
feeds 0 import "$tmp/first.opml" --dry-run
says "nothing stored: 3 new, 0 known, 0 refused"
equal "rows" "$(sql 'SELECT count(*) FROM feed')" 0
feeds 0 import "$tmp/first.opml"
feeds 0 export "$tmp/second.opml"
sed -i /dateCreated/d "$tmp/first.opml" "$tmp/second.opml"
cmp "$tmp/first.opml" "$tmp/second.opml" || fail "export, import, export differ"
feeds 0 import "$tmp/first.opml"
says "0 new, 3 known, 0 refused"
printf '<opml><body><outline type="rss" text="R" xmlUrl="/x"/></body></opml>' | feeds 0 import -
says "refused  /x  R: not an absolute address"
printf '<html></html>' | feeds 65 import -
says "not OPML: an HTML page"
feeds 66 import "$tmp/none.opml"

echo "-- a running service follows: added, disabled, enabled, removed"
cat >>"$tmp/c.yaml" <<-CONF
	model: {scores: constant}
	leases: {duration: 1s}
	pipeline: {max_wait: 10ms}
	service: {enabled: false}
	websub: {enabled: false}
CONF
sql 'TRUNCATE feed'
"$tickertone" run -c "$tmp/c.yaml" 2>"$tmp/run.log" &
pids[run]=$!
feeds 0 add "$at/other.rss" --interval 1s
await "the item of a feed added" is_true "SELECT EXISTS (SELECT FROM item WHERE source = '$at/other.rss')"
polls() { sql "SELECT coalesce(max(last_fetch_at), '-infinity') FROM feed"; }
now=$(polls)
await "another poll of it" is_true "SELECT last_fetch_at > '$now' FROM feed"
feeds 0 disable "$at/other.rss"
await "its lease's end" is_true "SELECT lease_worker IS NULL FROM feed WHERE url = '$at/other.rss'"
now=$(polls)
feeds 0 add "$at/news.rss"
await "a poll of the next one" is_true "SELECT EXISTS (SELECT FROM item WHERE source = '$at/news.rss')"
equal "last poll of the one disabled" "$(sql "SELECT last_fetch_at FROM feed WHERE url = '$at/other.rss'")" "$now"
feeds 0 enable "$at/other.rss"
await "a poll after enabling" is_true "SELECT last_fetch_at > '$now' FROM feed WHERE url = '$at/other.rss'"
feeds 0 remove "$at/other.rss"
feeds 0 remove "$at/news.rss"
equal "feeds on the list" "$(states)" ""
end run
equal "items stored, each once" "$(sql 'SELECT count(*) FROM item')" 2
! grep -Eq 'WARN|ERROR' "$tmp/run.log" || fail "$(cat "$tmp/run.log")"

echo "-- without a database the configuration's feeds are listed, and writing says why not"
configure
sed -i 's/^postgres:.*/pipeline: {sink: stdout}/' "$tmp/c.yaml"
feeds 0 list
says "no database"
feeds 78 add "$at/other.rss"
echo "feeds: all well"
