-- What moved a subject: for each question (number $1; items of [$2, $3) with half-life $4 seconds; $5: -1 what drew it down, 1 up, 0
-- either; $6 its sector, NULL: not by sector; $7 whether about anybody) about the symbols $9 (of the questions $8) the $10
-- strongest items. An item counts once, as in mood_minute: weight the greatest relevance × novelty, score the mean by relevance.
WITH question AS MATERIALIZED (
	SELECT q.*,
		CASE
			WHEN q.anybody THEN NULL
			WHEN q.sector IS NOT NULL THEN ARRAY(SELECT e.entity_id FROM entity e WHERE e.sector = q.sector)
			ELSE ARRAY(SELECT e.entity_id FROM unnest($8::int[], $9::text[]) AS s (n, symbol) JOIN entity e USING (symbol)
				WHERE s.n = q.n)
		END AS ids
	FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::float8[], $5::int[], $6::text[], $7::bool[])
		AS q (n, since, until, half_life, direction, sector, anybody)
)
SELECT q.n, t.n_items, t.strongest, t.evidence::text
FROM question q
CROSS JOIN LATERAL (
	SELECT max(c.n_items) AS n_items, (array_agg(i.title ORDER BY c.place))[1] AS strongest,
		coalesce(jsonb_agg(jsonb_build_object('id', c.item_id, 'event_at', c.event_at, 'title', i.title, 'url', i.url,
			'source', i.source, 'score', round(c.score::numeric, 4), 'weight', round(c.w::numeric, 4),
			'contribution', round(c.contribution::numeric, 4)) ORDER BY c.place), '[]') AS evidence
	FROM (
		SELECT m.*, m.score * m.w * m.decay / sum(m.w * m.decay) OVER () AS contribution, count(*) OVER () AS n_items,
			row_number() OVER (ORDER BY CASE q.direction WHEN 0 THEN abs(m.score) ELSE m.score * q.direction END
				* m.w * m.decay DESC, m.event_at DESC, m.item_id) AS place
		FROM (
			SELECT e.item_id, e.event_at, max(e.relevance * e.novelty) AS w,
				sum(e.relevance * e.score) / sum(e.relevance) AS score,
				2 ^ -(extract(epoch FROM q.until - e.event_at) / q.half_life) AS decay
			FROM (
				SELECT * FROM entity_sentiment s
				WHERE s.entity_id = ANY (q.ids) AND s.event_at >= q.since AND s.event_at < q.until
				UNION ALL
				SELECT * FROM entity_sentiment s
				WHERE q.anybody AND s.event_at >= q.since AND s.event_at < q.until
			) e
			WHERE e.score IS NOT NULL AND e.relevance > 0
			GROUP BY e.item_id, e.event_at
		) m
		WHERE m.w > 0
	) c
	LEFT JOIN item i ON i.event_at = c.event_at AND i.item_id = c.item_id
	WHERE c.place <= $10::int
) t;
