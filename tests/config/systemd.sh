#!/usr/bin/env bash
# The unit as systemd's own checker sees it: no unknown or doubtful setting, and little left to exploit.
# Usage: systemd.sh TICKERTONE, in the checkout.
set -euo pipefail

command -v systemd-analyze >/dev/null || { echo "SKIPPED: systemd-analyze is missing" >&2; exit 77; }
fail() { echo "FAIL: $*" >&2; exit 1; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unit=$tmp/tickertone.service
# The program is not installed here, nor is its manual.
sed -e "s|^ExecStart=tickertone |ExecStart=$1 |" -e '/^Documentation=/d' config/systemd/tickertone.service >"$unit"
grep -q "^ExecStart=$1 run -c " "$unit" || fail "ExecStart does not run tickertone"

echo "-- verify"
said=$(systemd-analyze verify "$unit" 2>&1) || fail "$said"
[ -z "$(grep tickertone.service <<<"$said" || true)" ] || fail "$said"
sed 's/^WatchdogSec=.*/WatchdogSecs=2min/' "$unit" >"$tmp/wrong.service"
systemd-analyze verify "$tmp/wrong.service" 2>&1 | grep -q WatchdogSecs || fail "a setting that does not exist is not noticed"

echo "-- security: 1.5 of 10 at most"
said=$(systemd-analyze security --no-pager --offline=true --threshold=15 "$unit" 2>&1) || fail "$said"
tail -n 1 <<<"$said"

echo "-- it stays as it is meant: told when ready, reloaded by SIGHUP, watched, restarted"
for line in Type=notify Restart=always "ExecReload=kill -HUP \$MAINPID" ProtectSystem=strict NoNewPrivileges=yes; do
	grep -qxF "$line" "$unit" || fail "the unit lacks $line"
done
grep -q '^WatchdogSec=[1-9]' "$unit" || fail "the unit has no watchdog"
