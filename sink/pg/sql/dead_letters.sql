-- Dead letters, sorted by id. One that comes again is counted and open again, the same one written again is not. Returns whether
-- each is new.
INSERT INTO dead_letter AS d (dead_letter_id, stage, source, position, reason, payload, first_at, last_at, payload_bytes,
	topic, partition, record_offset, record_at, record_key, headers)
SELECT l.id, l.stage, l.source, l.position, l.reason, l.payload, l.at, l.at, l.payload_bytes,
	l.topic, l.partition, l.record_offset, l.record_at, l.record_key, l.headers
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[], $8::bigint[],
		$9::text[], $10::integer[], $11::bigint[], $12::timestamptz[], $13::bytea[], $14::text[])
	AS l (id, stage, source, position, reason, payload, at, payload_bytes, topic, partition, record_offset, record_at,
		record_key, headers)
ON CONFLICT (dead_letter_id) DO UPDATE SET
	position = excluded.position,
	reason = excluded.reason,
	last_at = excluded.last_at,
	done_at = NULL,
	occurrences = d.occurrences + 1
WHERE excluded.last_at > d.last_at
RETURNING xmax = 0;
