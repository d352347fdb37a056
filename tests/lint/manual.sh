#!/bin/bash
# The generated manual page and bash completion are accepted by their own checkers. $1: build folder of app/
set -eu
page=$1/tickertone.1
ran=
if command -v mandoc >/dev/null; then
	if ! out=$(mandoc -Tlint -Wstyle "$page") || [ "$out" ]; then
		printf '%s\n' "$out"
		exit 1
	fi
	ran=1
fi
if command -v shellcheck >/dev/null; then
	shellcheck -s bash "$1/tickertone.bash"
	ran=1
fi
[ "$ran" ] || exit 77
