-- Dead letters, sorted by id. One that comes again is counted, the same one written again is not. Returns whether each is new.
INSERT INTO dead_letter AS d (dead_letter_id, stage, source, position, reason, payload, first_at, last_at)
SELECT l.id, l.stage, l.source, l.position, l.reason, l.payload, l.at, l.at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[])
	AS l (id, stage, source, position, reason, payload, at)
ON CONFLICT (dead_letter_id) DO UPDATE SET
	position = excluded.position,
	reason = excluded.reason,
	last_at = excluded.last_at,
	occurrences = d.occurrences + 1
WHERE excluded.last_at > d.last_at
RETURNING xmax = 0;
