-- Dead letters that fit, newest first: $8 of them at most, with their payload if $9.
SELECT d.dead_letter_id, d.stage, d.source, d.position, d.reason, d.first_at, d.last_at, d.occurrences, d.retries, d.retried_at,
	d.done_at, d.payload_bytes, octet_length(d.payload)::bigint, CASE WHEN $9 THEN d.payload END, d.topic, d.partition,
	d.record_offset, d.record_at, d.record_key, d.headers
FROM find_dead_letters($1::text[], $2, $3, $4, $5, $6, $7) AS d
ORDER BY d.last_at DESC, d.dead_letter_id
LIMIT $8;
