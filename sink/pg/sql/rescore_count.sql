-- How many items there are in [$1, $2), and how many of them model $3 has not scored.
SELECT count(*), count(*) FILTER (WHERE s.model_id IS DISTINCT FROM $3::smallint)
FROM item_sentiment s
WHERE s.event_at >= $1::timestamptz AND s.event_at < $2::timestamptz;
