#!/bin/bash
# The real binary's command line: exit codes, one error line, help of every command, completion. Needs TT_BINARY.
set -u
tt=${TT_BINARY:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

fail() {
	echo "FAILED: $*"
	failures=$((failures + 1))
}

# expect STATUS PATTERN ARGUMENTS...: PATTERN (a regular expression) is in the output; errors are one line on stderr.
expect() {
	local status=$1 pattern=$2 got
	shift 2
	"$tt" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	((got == status)) || fail "tickertone $*: exit status $got, want $status"
	if ((status == 0)); then
		grep -Eq -- "$pattern" "$dir/out" || fail "tickertone $*: no '$pattern' in the output"
		[ ! -s "$dir/err" ] || fail "tickertone $*: wrote to standard error: $(cat "$dir/err")"
	else
		grep -Eq -- "^tickertone: .*$pattern" "$dir/err" || fail "tickertone $*: no '$pattern' in: $(cat "$dir/err")"
		(($(wc -l <"$dir/err") == 1)) || fail "tickertone $*: not one error line"
	fi
}

expect 0 '^tickertone [0-9]+\.[0-9]+\.[0-9]+$' --version
expect 0 '^libcurl/' --version
expect 0 'Usage:' help
expect 0 'Usage:' --help
expect 64 "no command given"
expect 64 "unknown command 'confg', did you mean 'config'" confg
expect 64 "unknown option '--confg', did you mean '--config'" config --confg=x
expect 64 "unexpected argument" config x
expect 66 "nonexistent.yaml: No such file" config -c "$dir/nonexistent.yaml"
echo 'sevrice: {}' >"$dir/bad.yaml"
expect 78 "bad.yaml:1:1: unknown section 'sevrice', did you mean 'service'" config -c "$dir/bad.yaml"

# What is printed is a configuration that prints the same.
# shellcheck disable=SC2016 # the dollar is for the loader
printf 'feeds:\n- {url: "https://example.com/?a=$b&c", interval: 90s}\nlog: {format: json}\n' >"$dir/good.yaml"
expect 0 'interval: 90s' config -c "$dir/good.yaml"
cp "$dir/out" "$dir/printed.yaml"
expect 0 'format: json' config -c "$dir/printed.yaml"
cmp -s "$dir/out" "$dir/printed.yaml" || fail "config: the printed configuration prints differently"

# The examples we ship are good configurations.
for example in "$(dirname "$0")"/../../config/*.example.yaml; do
	expect 0 '^feeds:' config -c "$example"
done

# Every command of the overview: its help works and is in the manual page and the completions.
"$tt" docs man -o "$dir/man"
for shell in bash zsh fish; do
	"$tt" docs completion "$shell" -o "$dir/$shell" || fail "completion $shell"
done
commands=$(COLUMNS=110 "$tt" help | sed -n 's/^  \([a-z]\+\( [a-z]\+\)\?\)  .*/\1/p')
[ -n "$commands" ] || fail "no commands in the overview"
while read -r command; do
	# shellcheck disable=SC2086 # "db migrate" is two words
	expect 0 "^tickertone $command: " $command --help
	cp "$dir/out" "$dir/help"
	# shellcheck disable=SC2086
	expect 0 "^tickertone $command: " help $command
	# shellcheck disable=SC2086
	expect 64 "unknown option '--no-such-option'" $command --no-such-option
	grep -q "^\.Ss $command\$" "$dir/man" || fail "$command is not in the manual page"
	sed -n '/^Options:/,/^$/s/^ .\{0,6\}--\([a-z][a-z-]*\).*/--\1/p' "$dir/help" >"$dir/options"
	while read -r option; do
		grep -qF "Fl ${option#-}" "$dir/man" || fail "$command $option is not in the manual page"
		grep -qF -- "$option" "$dir/bash" || fail "$command $option is not in the bash completion"
		grep -qF -- "$option" "$dir/zsh" || fail "$command $option is not in the zsh completion"
		grep -qF -- "-l ${option#--}" "$dir/fish" || fail "$command $option is not in the fish completion"
	done < <(grep -v -x -e --help -e --version "$dir/options")
done <<<"$commands"

# The bash completion offers what fits.
# shellcheck disable=SC1091
source "$dir/bash"
complete_line() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_tickertone
	echo "${COMPREPLY[*]-}"
}
[ "$(complete_line tickertone conf)" = config ] || fail "completion of 'conf'"
[ "$(complete_line tickertone config --conf)" = --config ] || fail "completion of 'config --conf'"
[ "$(complete_line tickertone config -c "$dir/goo")" = "$dir/good.yaml" ] || fail "completion of a file"

# Output that nobody reads ends quietly, output that cannot be written is an error.
("$tt" docs configuration; echo $? >"$dir/status") 2>"$dir/err" | true
status=$(cat "$dir/status")
if ((status != 0 && status != 141)) || [ -s "$dir/err" ]; then
	fail "closed pipe: status $status, $(cat "$dir/err")"
fi
if [ -w /dev/full ]; then
	"$tt" docs configuration >/dev/full 2>"$dir/err"
	status=$?
	if ((status != 74)) || ! grep -q '^tickertone: standard output: No space left' "$dir/err"; then
		fail "full disk: status $status, $(cat "$dir/err")"
	fi
fi

((failures == 0))
