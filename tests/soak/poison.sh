#!/usr/bin/env bash
# poison.sh TICKERTONE RECORDS: one record in a hundred is what no item can be made of, in ten ways. Each is a dead letter with the
# right reason, all others are items, and no partition stands.
# shellcheck source=tests/soak/lib.sh
. "$(dirname "$0")/lib.sh"
records=$1

make_topic news
make_database poison
configure a poison news "$name" "$constant"
fill news "$records" --bad
begin a
await "the end of the topic" has_read poison "$records"
ready a || fail "not ready: $(page a ready)"
end a
exactly poison "$records" bad
sql poison "SELECT count(*), min(reason) FROM dead_letter GROUP BY left(reason, 14) ORDER BY 2"
