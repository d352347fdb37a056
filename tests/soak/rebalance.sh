#!/usr/bin/env bash
# rebalance.sh TICKERTONE RATE SECONDS: workers 1 -> 3 -> 2 -> 4 -> 1, so many seconds each, while RATE records a second come, by both kinds of assignors; and
# of four workers one is frozen beyond the session timeout, and thawed. The database keeps a record of every move of a position:
# none goes back, none is made under an epoch that another has succeeded. Each item is stored once.
# shellcheck source=tests/soak/lib.sh
. "$(dirname "$0")/lib.sh"
rate=$1 seconds=$2

watch_positions() {
	sql "$1" "CREATE TABLE move (number bigserial, partition integer, epoch bigint, next_offset bigint, by text);
		CREATE FUNCTION note_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone AS \$\$ BEGIN
			INSERT INTO move (partition, epoch, next_offset, by)
			VALUES (NEW.partition, NEW.epoch, NEW.next_offset, current_setting('application_name'));
			RETURN NULL; END \$\$;
		CREATE TRIGGER note_move AFTER UPDATE ON kafka_offset FOR EACH ROW EXECUTE FUNCTION note_move()"
}
stale_moves() {
	sql "$1" "SELECT count(*) FROM (SELECT epoch, next_offset, lag(epoch) OVER w AS epoch_before, lag(next_offset) OVER w AS offset_before
		FROM move WINDOW w AS (PARTITION BY partition ORDER BY number)) m WHERE epoch < epoch_before OR next_offset < offset_before"
}
workers() { sql "$1" 'SELECT count(DISTINCT worker) FROM kafka_offset'; }
shared_by() { [ "$(sql "$1" "SELECT count(DISTINCT worker) = $2 AND count(worker) = $partitions FROM kafka_offset")" = t ]; }
goes_on() {
	local before
	before=$(stored "$1")
	await "more items" has_stored "$1" $((before + 1))
}

# become DATABASE COUNT: workers 1 to COUNT run, no others.
become() {
	local n
	for n in 1 2 3 4; do
		if [ "$n" -le "$2" ]; then
			running "$1$n" || begin "$1$n"
		elif running "$1$n"; then
			end "$1$n"
		fi
	done
	await "the partitions to be shared by $2" shared_by "$1" "$2"
	sleep "$seconds"
	goes_on "$1"
}

is_free_of() { [ "$(sql "$1" "SELECT count(*) FROM kafka_offset WHERE worker LIKE '%:$2'")" = 0 ]; }
freeze() {
	local pid=${pids[${1}2]}
	kill -STOP "$pid"
	await "the frozen worker's partitions to go to others" is_free_of "$1" "$pid"
	goes_on "$1"
	kill -CONT "$pid"
	await "the thawed worker to have some again" shared_by "$1" 4
	goes_on "$1"
}

for strategy in cooperative-sticky range; do
	db=${strategy%%-*}
	properties="partition.assignment.strategy: $strategy"
	make_topic "$db"
	make_database "$db"
	watch_positions "$db"
	for n in 1 2 3 4; do configure "$db$n" "$db" "$db" "$name-$db" "$constant" "pipeline: {max_wait: 50ms}"; done
	fill "$db" 100000000 --rate "$rate" --until "$tmp/$db.written" &
	pids[fill]=$!
	for n in 1 3 2 4; do become "$db" "$n"; done
	freeze "$db"
	become "$db" 1
	touch "$tmp/$db.written"
	wait "${pids[fill]}"
	unset 'pids[fill]'
	written=$(cat "$tmp/$db.written")
	await "the end of the topic" has_read "$db" "$written"
	end "${db}1"
	exactly "$db" "$written"
	equal "moves of a position that go back" "$(stale_moves "$db")" 0
	echo "$strategy: $written items, $(sql "$db" 'SELECT max(epoch) FROM move') claims of a partition at most," \
		"$(sql "$db" 'SELECT count(*) FROM move') moves, none stale"
done
