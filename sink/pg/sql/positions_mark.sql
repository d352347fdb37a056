-- Opens ranges of work: $1 group, $2 topics, $3 partitions, $4 epochs, $5 from, $6 to. The very range that was open before is
-- opened once more. A range that begins before what is stored (a topic made anew, a rewind), and the first one, move the
-- position: nothing of it is stored.
UPDATE kafka_offset o SET
	next_offset = least(o.next_offset, p.window_from),
	crashes = CASE WHEN (o.window_from, o.window_to) = (p.window_from, p.window_to) THEN o.crashes + 1 ELSE 1 END,
	window_from = p.window_from,
	window_to = p.window_to
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[])
	AS p (topic, partition, epoch, window_from, window_to)
WHERE (o.group_id, o.topic, o.partition, o.epoch) = ($1, p.topic, p.partition, p.epoch)
RETURNING 1;
