-- What people say now, the newest $3 that were said at $1 or later, only where the model says otherwise if $2; and how many there are.
SELECT event_at, item_id, source, url, title, symbol, who, label, given_at, note, model_label, model_score::float8, agrees,
	count(*) OVER ()
FROM feedback_now
WHERE ($1::timestamptz IS NULL OR given_at >= $1) AND (NOT $2::bool OR NOT agrees)
ORDER BY given_at DESC, event_at DESC, item_id, symbol NULLS FIRST, who
LIMIT $3::bigint;
