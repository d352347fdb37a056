#!/usr/bin/env bash
# The demo server as a client sees it: validators, 304, gzip, news that comes with time, what is not there.
# Usage: server.sh SERVER, in the checkout.
set -euo pipefail

server=$1
tmp=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$tmp"' EXIT

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# equal WHAT GOT WANT
equal() { [ "$2" = "$3" ] || fail "$1 is '$2', want '$3'"; }

# start ARGUMENTS...: sets url. The port file appears once requests are answered.
start() {
	rm -f "$tmp/port"
	"$server" --port-file "$tmp/port" "$@" config/demo/feeds >"$tmp/out" &
	pid=$!
	until [ -s "$tmp/port" ]; do
		kill -0 "$pid" || fail "the server did not start"
		sleep 0.02
	done
	url=http://127.0.0.1:$(cat "$tmp/port")
}

stop() {
	kill "$pid"
	wait "$pid" || fail "the server left with $?"
	pid=
}

# get NAME CURL-ARGUMENTS...: the body in $tmp/body, the head in $tmp/head; prints the status
get() {
	local name=$1
	shift
	curl -sS -D "$tmp/head" -o "$tmp/body" -w '%{http_code}' "$@" "$url/$name"
}
field() { sed -n "s/^$1: //ip" "$tmp/head" | tr -d '\r'; }

start --start 1795448783 --now 1795448783
for feed in config/demo/feeds/*; do
	equal "$feed" "$(get "${feed##*/}")" 200
	grep -q 'invented for the tickertone demo' "$tmp/body" || fail "$feed does not say that it is invented"
	! grep -q '{{' "$tmp/body" || fail "$feed: a hole was left unfilled"
	case $feed in
	*.json) jq -e '.items | length > 5' "$tmp/body" >/dev/null || fail "$feed is not JSON" ;;
	esac
done

equal "status" "$(get newswire.rss)" 200
etag=$(field ETag) modified=$(field Last-Modified)
equal "Last-Modified" "$modified" "Mon, 23 Nov 2026 15:46:23 GMT"
equal "Content-Type" "$(field Content-Type)" "application/rss+xml; charset=utf-8"
grep -q '<pubDate>Mon, 23 Nov 2026 15:42:23 GMT</pubDate>' "$tmp/body" || fail "no pubDate four minutes before the start"
plain=$(sha256sum <"$tmp/body")
equal "same etag" "$(get newswire.rss -H "If-None-Match: $etag")" 304
equal "one of several etags" "$(get newswire.rss -H "If-None-Match: \"x\", $etag")" 304
equal "other etag beats date" "$(get newswire.rss -H 'If-None-Match: "x"' -H "If-Modified-Since: $modified")" 200
equal "same date" "$(get newswire.rss -H "If-Modified-Since: $modified")" 304
equal "gzip" "$(get newswire.rss --compressed)" 200
equal "Content-Encoding" "$(field Content-Encoding)" gzip
equal "unpacked gzip" "$(sha256sum <"$tmp/body")" "$plain"
equal "small body, --compressed" "$(get crypto.json --compressed)$(field Content-Encoding)" 200
for name in nothing.rss ../feeds/newswire.rss .rss '' newswire; do
	equal "status of '$name'" "$(get "$name" --path-as-is)" 404
done
equal "POST" "$(get newswire.rss -X POST)" 405
equal "stats" "$(curl -sS "$url/stats" | jq -c '[.not_modified, .gzip, .not_found]')" '[3,1,5]'
stop

start --start 1795448783 --now 1795449000 # the same feeds, some minutes later
equal "old etag later" "$(get newswire.rss -H "If-None-Match: $etag")" 200
equal "Last-Modified later" "$(field Last-Modified)" "Mon, 23 Nov 2026 15:46:35 GMT"
grep -q 'Apple soars as Samsung sinks' "$tmp/body" || fail "the news of later is not there"
stop

"$server" --port 99999 x 2>"$tmp/err" && fail "a port of 99999 was accepted"
grep -q "'99999' is not a number of 0 to 65535" "$tmp/err" || fail "bad port: $(cat "$tmp/err")"
echo "demo server: all well"
