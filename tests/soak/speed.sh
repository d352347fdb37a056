#!/usr/bin/env bash
# speed.sh TICKERTONE RECORDS ROUNDS MIN-RATIO MIN-RATE [SECONDS]: items a second from a full topic into committed rows with a constant
# score, beside COPY of the very same rows, round by round; the median must be at least MIN-RATIO of COPY's and MIN-RATE. Then,
# with SECONDS, at half that load for so long: the time from a record's timestamp to its commit, as the database says it; p99
# under 250 ms.
# shellcheck source=tests/soak/lib.sh
. "$(dirname "$0")/lib.sh"
records=$1 rounds=$2 min_ratio=$3 min_rate=$4 seconds=${5:-0}
step_s=1 # asking takes time, too
tables="item item_sentiment entity_sentiment seen"

super() { psql -d "$admin dbname=${name}_speed user=postgres" "$@"; }
empty() { super -c "TRUNCATE tickertone.item, tickertone.item_sentiment, tickertone.entity_sentiment, tickertone.seen, tickertone.mood_minute, tickertone.kafka_offset" -c CHECKPOINT; }

# Sets worker: rows a second between the first transaction and the last, those of the first left out.
run_worker() {
	configure a speed news "$name-$1" "$constant"
	begin a
	await "the end of the topic" has_read speed "$records"
	cpu=$(awk '{ print ($14 + $15) / 100 }' "/proc/${pids[a]}/stat") rss=$(($(rss_kb a) / 1024))
	end a
	worker=$(super -c "WITH t AS (SELECT pg_xact_commit_timestamp(xmin) AS at, count(*) AS n FROM tickertone.item GROUP BY 1)
		SELECT round(sum(n) FILTER (WHERE at > first) / extract(epoch FROM max(at) - min(first))) FROM t, (SELECT min(at) AS first FROM t) f")
}
# The rows that are there go to files, and from these into the emptied tables: one transaction.
copy_rate() {
	local table out=() in=()
	for table in $tables; do
		out+=(-c "\\copy (SELECT * FROM tickertone.$table) TO '$tmp/$table'")
		in+=(-c "\\copy tickertone.$table FROM '$tmp/$table'")
	done
	super "${out[@]}"
	empty
	local from=$EPOCHREALTIME
	super -1 "${in[@]}"
	awk "BEGIN { printf \"%d\", $records / (${EPOCHREALTIME/,/.} - ${from/,/.}) }"
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

make_topic news
make_database speed
fill news "$records"
for round in $(seq "$rounds"); do
	empty
	run_worker "$round"
	exactly speed "$records"
	copy=$(copy_rate)
	echo "round $round: $worker items/s by the worker ($cpu s of processor, $rss MB), $copy by COPY" | tee -a "$tmp/rounds"
done
rate=$(awk '{ print $3 }' "$tmp/rounds" | median)
ratio=$(awk '{ print $3 / $(NF - 2) }' "$tmp/rounds" | median)
echo "$rate items/s, $ratio of COPY's (medians)"
at_least "items a second" "$rate" "$min_rate"
at_least "of COPY's rate" "$ratio" "$min_ratio"
[ "$seconds" != 0 ] || exit 0

half=$((rate / 2))
empty
make_topic paced
configure a speed paced "$name-paced" "$constant"
begin a
await "the worker" ready a
fill paced $((half * seconds)) --rate "$half"
await "the end of the topic" has_read speed $((half * seconds))
end a
# fetched_at is the record's timestamp. The first two seconds are the group's and the producer's start.
p99=$(super -c "SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)), round(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms))
	FROM (SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - fetched_at) * 1000 AS ms, fetched_at, min(fetched_at) OVER () AS first
	FROM tickertone.item) i WHERE fetched_at > first + interval '2 s'")
echo "at $half items/s for $seconds s: record to commit ${p99%|*} ms median, ${p99#*|} ms p99"
at_most "p99 in ms" "${p99#*|}" 250
