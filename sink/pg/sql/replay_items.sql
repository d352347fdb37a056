-- What a rule over items would have raised in [$1, $2): scores <= $3 or >= $4, relevance from $5 on, novelty from $6 on; of sector $7
-- (NULL: any), of the symbols $8 (none: any).
SELECT s.event_at, e.symbol, s.score::float8, i.title
FROM entity_sentiment s
JOIN entity e USING (entity_id)
LEFT JOIN item i ON i.event_at = s.event_at AND i.item_id = s.item_id
WHERE s.event_at >= $1::timestamptz AND s.event_at < $2::timestamptz AND (s.score <= $3::float8 OR s.score >= $4::float8)
	AND s.relevance >= $5::float8 AND s.novelty >= $6::float8
	AND ($7::text IS NULL OR e.sector = $7) AND (cardinality($8::text[]) = 0 OR e.symbol = ANY ($8))
ORDER BY s.event_at, e.symbol;
