# command.sh - what tests of a command share that go on after a failure: a scratch folder, one call, what it printed. Sourced.
# The binary is $TT_BINARY. Whoever sources it may set `command`: words of every call that come before its own.
# shellcheck shell=sh
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
: >"$dir/in"
failures=0 command=''

fail() {
	echo "FAILED: $1"
	sed 's/^/    /' "$dir/out" "$dir/err"
	failures=$((failures + 1))
}

# check NAME STATUS ARGS...: runs the binary on $dir/in as standard input; the output is in $dir/out and $dir/err.
check() {
	name=$1 want=$2
	shift 2
	# shellcheck disable=SC2086 # words
	"$TT_BINARY" $command "$@" <"$dir/in" >"$dir/out" 2>"$dir/err"
	got=$?
	[ "$got" = "$want" ] || fail "$name: exit status $got, want $want"
}
out_has() { grep -qF -- "$2" "$dir/out" || fail "$1: no '$2' in the output"; }
err_has() { grep -qF -- "$2" "$dir/err" || fail "$1: no '$2' on standard error"; }
# holds NAME FILTER: jq's filter is true of the output
holds() { jq -e "$2" "$dir/out" >/dev/null || fail "$1: not $2"; }

finish() {
	[ "$failures" = 0 ] || exit 1
	echo 'all as it should be'
}
