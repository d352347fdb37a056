-- Stores what is new of a write: one statement, because what is new is known only here.
-- Rows come as arrays, one a column. $1-$2 the keys in ascending order, so that two writers wait for each other but never in a
-- circle, each with the number of the item that brought it; $3-$26 the items; $27 the distinct symbols; $28-$37 the entity rows,
-- with the numbers of their item and symbol; $38 what to do with each item: 0 nothing, it repeats an earlier one of this write, 1
-- store it when all its keys are new, 2 store it as a new text of the story whose id and event time it has; $39 hashes of the texts;
-- $40-$41 stored items that learn keys (in $1 with numbers after those of the items); $42 how many versions are kept; $43 their
-- events, which go to the outbox with them; NULL: none; $44-$46 their stories,
-- clusters and repeats; $47 whether all keys are taken for new: then one that is not makes the
-- statement fail (23505), and an insert costs half, for nothing is asked before. Numbers count from 1: `($3)[n]` is the id of item n.
WITH taken AS (
	INSERT INTO seen (key, item_id, event_at)
	SELECT k.key, ($3::uuid[])[k.item], ($4::timestamptz[])[k.item]
	FROM unnest($1::uuid[], $2::int[]) AS k (key, item)
	WHERE $47::bool
	RETURNING key
), claim AS (
	INSERT INTO seen (key, item_id, event_at)
	SELECT k.key, coalesce(($3::uuid[])[k.item], ($40::uuid[])[k.item - cardinality($3)]),
		coalesce(($4::timestamptz[])[k.item], ($41::timestamptz[])[k.item - cardinality($3)])
	FROM unnest($1::uuid[], $2::int[]) AS k (key, item)
	WHERE NOT $47
	ON CONFLICT (key) DO NOTHING
	RETURNING key
), refused AS MATERIALIZED (
	SELECT DISTINCT k.item
	FROM unnest($1::uuid[], $2::int[]) AS k (key, item)
	-- taken has none to give here: it is asked so that its keys, too, are inserted before any item, or two writers could wait for each other
	WHERE NOT $47 AND k.key NOT IN (SELECT key FROM claim) OR (SELECT count(*) FROM taken) < 0
), learnt AS MATERIALIZED (
	SELECT array_agg(($40::uuid[])[k.item - cardinality($3)]) AS ids,
		array_agg(($41::timestamptz[])[k.item - cardinality($3)]) AS event_ats
	FROM unnest($1::uuid[], $2::int[]) AS k (key, item)
	JOIN claim USING (key)
	WHERE cardinality($40) > 0 AND k.item > cardinality($3)
), revised AS MATERIALIZED (
	SELECT r.*
	FROM learnt l, LATERAL revise_items(
		(SELECT array_agg(CASE WHEN k.kind = 2 THEN ($3::uuid[])[k.n] END ORDER BY k.n)
			FROM unnest($38::smallint[]) WITH ORDINALITY AS k (kind, n)),
		$4, $39::uuid[], $42::int, l.ids, l.event_ats) r
	WHERE 2 = ANY ($38) OR l.ids IS NOT NULL
), fate AS MATERIALIZED ( -- by item: the number its text gets; 0: it is not stored
	SELECT array_agg(CASE WHEN i.kind = 1 AND d.item IS NULL THEN 1 ELSE coalesce(r.version, 0) END ORDER BY i.n) AS version
	FROM unnest($38) WITH ORDINALITY AS i (kind, n)
	LEFT JOIN refused d ON d.item = i.n
	LEFT JOIN revised r ON r.n = i.n
), entities AS MATERIALIZED (
	SELECT array_agg(e.entity_id ORDER BY s.n) AS id
	FROM unnest($27::text[]) WITH ORDINALITY AS s (symbol, n)
	LEFT JOIN entity e USING (symbol)
), items AS (
	INSERT INTO item (item_id, event_at, url_key, published_at, updated_at, fetched_at, date_clamped, source, guid, url,
		title, summary, content, author, lang, categories, text_hash, version, aliases, stored_at, story_id, cluster_id, repeats)
	SELECT i.item_id, i.event_at, i.url_key, i.published_at, i.updated_at, i.fetched_at, coalesce(r.date_clamped, i.date_clamped),
		i.source, i.guid, i.url, i.title, i.summary, i.content, i.author, i.lang, i.categories::text[], i.text_hash,
		(SELECT version FROM fate)[i.n], coalesce(r.aliases, 0), coalesce(r.stored_at, now()),
		($44::uuid[])[i.n], ($45::uuid[])[i.n], ($46::int[])[i.n]
	FROM unnest($3::uuid[], $4::timestamptz[], $5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[],
		$9::bool[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
		$17::text[], $18::text[], $39) WITH ORDINALITY AS i (item_id, event_at, url_key, published_at, updated_at,
		fetched_at, date_clamped, source, guid, url, title, summary, content, author, lang, categories, text_hash, n)
	LEFT JOIN revised r ON r.n = i.n
	WHERE (SELECT version FROM fate)[i.n] > 0
	RETURNING version, source
), item_sentiments AS (
	INSERT INTO item_sentiment (item_id, event_at, scored_at, score, p_negative, p_neutral, p_positive, n_tokens,
		model_id, unscored)
	SELECT i.item_id, i.event_at, i.scored_at, i.score, i.p_negative, i.p_neutral, i.p_positive, i.n_tokens, i.model_id,
		i.unscored
	FROM unnest($3::uuid[], $4::timestamptz[], $19::timestamptz[], $20::real[], $21::real[], $22::real[], $23::real[],
		$24::int[], $25::smallint[], $26::text[]) WITH ORDINALITY AS i (item_id, event_at, scored_at, score,
		p_negative, p_neutral, p_positive, n_tokens, model_id, unscored, n)
	WHERE (SELECT version FROM fate)[i.n] > 0
), entity_sentiments AS (
	INSERT INTO entity_sentiment AS s (item_id, event_at, entity_id, score, p_negative, p_neutral, p_positive, relevance,
		mentions, model_id, in_title, mention, novelty)
	SELECT ($3::uuid[])[r.item], ($4::timestamptz[])[r.item], (SELECT id FROM entities)[r.symbol], r.score, r.p_negative,
		r.p_neutral, r.p_positive, r.relevance, r.mentions, ($25::smallint[])[r.item], r.in_title, r.mention,
		novelty(($46::int[])[r.item])
	FROM unnest($28::int[], $29::int[], $30::real[], $31::real[], $32::real[], $33::real[], $34::real[], $35::int[],
		$36::bool[], $37::text[]) AS r (item, symbol, score, p_negative, p_neutral, p_positive, relevance,
		mentions, in_title, mention)
	WHERE (SELECT version FROM fate)[r.item] > 0
	RETURNING s AS said
), events AS (
	INSERT INTO event_outbox (item_id, body)
	SELECT i.item_id, i.body
	FROM unnest($3::uuid[], $43::text[]) WITH ORDINALITY AS i (item_id, body, n)
	WHERE (SELECT version FROM fate)[i.n] > 0 AND i.body IS NOT NULL
)
SELECT (SELECT count(*) FROM items WHERE version = 1), (SELECT count(*) FROM entity_sentiments),
	(SELECT count(*) FROM items WHERE version > 1), (SELECT note_feed_items(array_agg(DISTINCT source)) IS NULL FROM items), -- and last, once all rows are there, the roll-ups
	(SELECT roll_up_write(e.said, r.ids, r.event_ats) IS NULL
		FROM (SELECT array_agg(said::entity_sentiment) AS said FROM entity_sentiments) e,
			(SELECT array_agg(($3::uuid[])[n]) AS ids, array_agg(($4::timestamptz[])[n]) AS event_ats FROM revised) r);
