-- Where partitions end, asked just now: $1 group, $2 topics, $3 partitions, $4 epochs, $5 ends. Locks are taken in the order of
-- store_progress().
WITH locked AS (
	SELECT o.group_id, o.topic, o.partition, p.end_offset
	FROM kafka_offset o
	JOIN unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS p (topic, partition, epoch, end_offset)
		ON (o.group_id, o.topic, o.partition, o.epoch) = ($1::text, p.topic, p.partition, p.epoch)
	ORDER BY o.group_id, o.topic, o.partition
	FOR NO KEY UPDATE OF o
)
UPDATE kafka_offset o SET
	end_offset = l.end_offset,
	end_at = now(),
	level_at = CASE WHEN coalesce(o.next_offset, 0) >= l.end_offset THEN now() ELSE o.level_at END
FROM locked l
WHERE (o.group_id, o.topic, o.partition) = (l.group_id, l.topic, l.partition);
