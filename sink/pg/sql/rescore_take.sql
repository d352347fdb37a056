-- Up to $5 items from $1 on, where $3 is the last one that was read (NULL: none), before $2, that model $4 has not scored.
SELECT i.event_at, i.item_id, i.version, i.title, i.summary, coalesce(i.content, i.summary), i.lang, i.source, s.score::float8,
	label(s.p_negative, s.p_neutral, s.p_positive)
FROM item i
JOIN item_sentiment s ON s.event_at = i.event_at AND s.item_id = i.item_id
WHERE i.event_at >= $1::timestamptz AND i.event_at < $2::timestamptz AND (i.event_at > $1 OR $3::uuid IS NULL OR i.item_id > $3)
	AND s.model_id IS DISTINCT FROM $4::smallint
ORDER BY i.event_at, i.item_id
LIMIT $5::bigint;
