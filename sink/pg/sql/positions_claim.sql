-- Claims partitions: $1 group, $2 worker, $3 topics, $4 partitions. Of a range that was left open what is stored is no part any
-- more; the rest is another range then, which was opened once.
INSERT INTO kafka_offset AS o (group_id, worker, topic, partition)
SELECT $1, $2, p.topic, p.partition
FROM unnest($3::text[], $4::int[]) AS p (topic, partition)
ORDER BY p.topic, p.partition
ON CONFLICT (group_id, topic, partition) DO UPDATE SET
	worker = excluded.worker,
	claimed_at = now(),
	epoch = o.epoch + 1,
	window_from = CASE WHEN o.window_to > o.next_offset THEN o.next_offset END,
	window_to = CASE WHEN o.window_to > o.next_offset THEN o.window_to END,
	crashes = CASE WHEN o.window_to > o.next_offset
		THEN CASE WHEN o.window_from < o.next_offset THEN 1 ELSE greatest(o.crashes, 1) END
		ELSE 0 END
RETURNING topic, partition, epoch, coalesce(next_offset, -1), coalesce(window_from, -1), coalesce(window_to, -1), crashes;
