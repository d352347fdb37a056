# lib.sh - what tests in shell share: a scratch folder, children that end with the test, waiting, and how it fails. Sourced
# in the checkout.
# shellcheck shell=bash
set -euo pipefail

tmp=$(mktemp -d)
declare -A pids=() # children by name; a test that has ended one takes it out

# A test may define it anew: what else must go in the end.
tear_down() { :; }

cleanup() {
	local pid
	for pid in "${pids[@]}"; do
		kill -9 -- "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null || continue # its group, if it was begun by setsid
		{ wait "$pid"; } 2>/dev/null || true
	done
	tear_down
	rm -rf "$tmp"
}
trap cleanup EXIT

# drop_databases CONNINFO NAME...: as the superuser, for an autovacuum worker may be at one, which nobody else may end.
drop_databases() {
	local db server=$1
	shift
	for db in "$@"; do
		psql -XqAt -d "$server user=postgres" -c "SET client_min_messages = warning" \
			-c "DROP DATABASE IF EXISTS $db WITH (FORCE)"
	done
}

fail() {
	local log
	echo "FAIL: $*" >&2
	for log in "$tmp"/*.log "$tmp/out" "$tmp/err"; do
		[ ! -s "$log" ] || { echo "==> ${log##*/}" && grep -v 'input refused' "$log" | tail -n 20; } >&2
	done
	exit 1
}
equal() { [ "$2" = "$3" ] || fail "$1 is '$2', want '$3'"; }

# await WHAT COMMAND...: until the command is true, for at most $patience seconds; no child may end meanwhile.
patience=60 step_s=0.1
await() {
	local what=$1 child until_s=$((SECONDS + patience))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$until_s" ] || fail "waited in vain for $what"
		for child in "${!pids[@]}"; do
			kill -0 "${pids[$child]}" 2>/dev/null || "$@" || fail "$child ended while waiting for $what"
		done
		sleep "$step_s"
	done
}

running() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }
# end NAME [SIGNAL]: without a signal in good order.
end() {
	local status=0 pid=${pids[$1]}
	running "$1" || fail "$1 ended by itself"
	unset "pids[$1]"
	kill "-${2:-TERM}" "$pid"
	{ wait "$pid"; } 2>/dev/null || status=$?
	[ -n "${2:-}" ] || equal "exit status of $1" "$status" 0
}
