#!/usr/bin/env bash
# steady.sh TICKERTONE SECONDS RATE WARM-UP MAX-GROWTH: so many records a second for so long: resident memory in the end at most
# MAX-GROWTH times that after the warm-up, and no more descriptors.
# shellcheck source=tests/soak/lib.sh
. "$(dirname "$0")/lib.sh"
seconds=$1 rate=$2 warm_up=$3 growth=$4

make_topic news
make_database steady
configure a steady news "$name" "$tiny"
begin a
await "the worker" ready a
fill news $((seconds * rate)) --rate "$rate" &
pids[fill]=$!
sleep "$warm_up"
from_kb=$(rss_kb a) from_fds=$(descriptors a)
wait "${pids[fill]}"
unset 'pids[fill]'
to_kb=$(rss_kb a) to_fds=$(descriptors a)
behind=$((seconds * rate - $(position steady)))
await "the end of the topic" has_read steady $((seconds * rate))
end a
exactly steady $((seconds * rate))
echo "$seconds s of $rate items/s: $((from_kb / 1024)) MB after $warm_up s, $((to_kb / 1024)) MB in the end; $from_fds and $to_fds descriptors; $behind records behind"
at_most "memory against that after $warm_up s" "$(awk "BEGIN { print $to_kb / $from_kb }")" "$growth"
at_most "descriptors" "$to_fds" $((from_fds + 2))
