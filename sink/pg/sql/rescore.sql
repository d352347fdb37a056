-- Other scores of stored texts: $1 items in ascending order, $2 their event times, $3 the versions of the texts that were read, $4 the
-- model; $5-$12 their sentiments, $13 the distinct symbols, $14-$23 the entity rows with the numbers of item and symbol, all as in
-- items.sql. What an item says about whom is then what this model and today's dictionary find.
WITH due AS MATERIALIZED (
	SELECT r.* FROM make_room_for_scores($1::uuid[], $2::timestamptz[], $3::smallint[], $4::smallint, $12::text[]) r
), entities AS MATERIALIZED (
	SELECT array_agg(e.entity_id ORDER BY s.n) AS id
	FROM unnest($13::text[]) WITH ORDINALITY AS s (symbol, n)
	LEFT JOIN entity e USING (symbol)
), item_sentiments AS (
	INSERT INTO item_sentiment (item_id, event_at, scored_at, score, p_negative, p_neutral, p_positive, n_tokens, model_id,
		unscored, valid_from)
	SELECT i.item_id, i.event_at, i.scored_at, i.score, i.p_negative, i.p_neutral, i.p_positive, i.n_tokens, i.model_id,
		i.unscored, d.valid_from
	FROM unnest($1, $2, $5::timestamptz[], $6::real[], $7::real[], $8::real[], $9::real[], $10::int[], $11::smallint[], $12)
		WITH ORDINALITY AS i (item_id, event_at, scored_at, score, p_negative, p_neutral, p_positive, n_tokens, model_id,
		unscored, n)
	JOIN due d USING (n)
), entity_sentiments AS (
	INSERT INTO entity_sentiment AS s (item_id, event_at, entity_id, score, p_negative, p_neutral, p_positive, relevance,
		mentions, model_id, in_title, mention, novelty)
	SELECT ($1)[r.item], ($2)[r.item], (SELECT id FROM entities)[r.symbol], r.score, r.p_negative, r.p_neutral, r.p_positive,
		r.relevance, r.mentions, ($11)[r.item], r.in_title, r.mention, novelty(d.repeats)
	FROM unnest($14::int[], $15::int[], $16::real[], $17::real[], $18::real[], $19::real[], $20::real[], $21::int[],
		$22::bool[], $23::text[]) AS r (item, symbol, score, p_negative, p_neutral, p_positive, relevance, mentions, in_title,
		mention)
	JOIN due d ON d.n = r.item
	RETURNING s AS said
)
SELECT (SELECT count(*) FROM due), (SELECT count(*) FROM entity_sentiments),
	(SELECT roll_up_write(e.said, d.ids, d.event_ats) IS NULL
		FROM (SELECT array_agg(said::entity_sentiment) AS said FROM entity_sentiments) e,
			(SELECT array_agg(($1)[n]) AS ids, array_agg(($2)[n]) AS event_ats FROM due) d);
