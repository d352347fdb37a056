# lib.sh - what the scripts here share: where the checkout is, and how they speak. Sourced, never run.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the colours are used by whoever sources this

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
	bold='' dim='' red='' green='' yellow='' plain=''
fi

say() { printf '%s\n' "$*"; }
step() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# usage: prints the script's leading comment, without the "# ", and leaves.
usage() {
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
	exit "${1:-0}"
}
