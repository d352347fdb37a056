-- Answers of a model in the shadow: $1 items, $2 their event times, $3 symbols (NULL: the item itself), $4-$6 its probabilities, $7-$9 those
-- that were stored, $10 the model, $11 the one that served, $12 when. Items that were not stored after all are left out.
INSERT INTO shadow_score AS s (event_at, scored_at, item_id, entity_id, p_negative, p_neutral, p_positive, served_negative, served_neutral,
	served_positive, model_id, served_model_id)
SELECT DISTINCT ON (r.item_id, coalesce(e.entity_id, 0)) r.event_at, $12::timestamptz, r.item_id, coalesce(e.entity_id, 0), r.p0, r.p1, r.p2,
	r.q0, r.q1, r.q2, $10::smallint, $11::smallint
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::real[], $5::real[], $6::real[], $7::real[], $8::real[], $9::real[])
	AS r (item_id, event_at, symbol, p0, p1, p2, q0, q1, q2)
JOIN item i ON i.event_at = r.event_at AND i.item_id = r.item_id
LEFT JOIN entity e ON e.symbol = r.symbol
WHERE r.symbol IS NULL OR e.entity_id IS NOT NULL
ORDER BY r.item_id, coalesce(e.entity_id, 0) -- as every writer does, so that none wait for each other in a circle
ON CONFLICT (model_id, item_id, entity_id) DO UPDATE SET event_at = excluded.event_at, scored_at = excluded.scored_at,
	p_negative = excluded.p_negative, p_neutral = excluded.p_neutral, p_positive = excluded.p_positive,
	served_negative = excluded.served_negative, served_neutral = excluded.served_neutral, served_positive = excluded.served_positive,
	served_model_id = excluded.served_model_id;
