-- Numbers (from 1) of the claims that are lost.
SELECT p.n::int
FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) WITH ORDINALITY AS p (group_id, topic, partition, epoch, n)
LEFT JOIN kafka_offset o USING (group_id, topic, partition)
WHERE o.epoch IS DISTINCT FROM p.epoch;
