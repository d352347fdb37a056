-- Gives partitions back in good order: $1 group, $2 topics, $3 partitions, $4 epochs.
UPDATE kafka_offset o SET worker = NULL, window_from = NULL, window_to = NULL, crashes = 0
FROM unnest($2::text[], $3::int[], $4::bigint[]) AS p (topic, partition, epoch)
WHERE (o.group_id, o.topic, o.partition, o.epoch) = ($1, p.topic, p.partition, p.epoch);
