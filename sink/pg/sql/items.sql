-- Stores what is new of a write: one statement, because what is new is known only here.
-- Rows come as arrays, one a column. $1-$2 the keys in ascending order, so that two writers wait for each other but never in a
-- circle, each with the number of the item that brought it; $3-$26 the items; $27 the distinct symbols; $28-$37 the entity rows,
-- with the numbers of their item and symbol; $38 false for items that repeat an earlier one of this write. Numbers count from 1:
-- `($3)[n]` is the id of item n.
WITH claim AS (
	INSERT INTO seen (key, item_id, event_at)
	SELECT k.key, ($3::uuid[])[k.item], ($4::timestamptz[])[k.item]
	FROM unnest($1::uuid[], $2::int[]) AS k (key, item)
	ON CONFLICT (key) DO NOTHING
	RETURNING key
), fresh AS MATERIALIZED (
	SELECT array_agg(i.first AND i.item_id IN (SELECT key FROM claim)
		AND (i.url_key IS NULL OR i.url_key IN (SELECT key FROM claim)) ORDER BY i.n) AS flags
	FROM unnest($3::uuid[], $5::uuid[], $38::bool[]) WITH ORDINALITY AS i (item_id, url_key, first, n)
), entities AS MATERIALIZED (
	SELECT array_agg(e.entity_id ORDER BY s.n) AS id
	FROM unnest($27::text[]) WITH ORDINALITY AS s (symbol, n)
	LEFT JOIN entity e USING (symbol)
), items AS (
	INSERT INTO item (item_id, event_at, url_key, published_at, updated_at, fetched_at, date_clamped, source, guid, url,
		title, summary, content, author, lang, categories)
	SELECT i.item_id, i.event_at, i.url_key, i.published_at, i.updated_at, i.fetched_at, i.date_clamped, i.source, i.guid,
		i.url, i.title, i.summary, i.content, i.author, i.lang, i.categories::text[]
	FROM unnest($3::uuid[], $4::timestamptz[], $5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[],
		$9::bool[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
		$17::text[], $18::text[]) WITH ORDINALITY AS i (item_id, event_at, url_key, published_at, updated_at,
		fetched_at, date_clamped, source, guid, url, title, summary, content, author, lang, categories, n)
	WHERE (SELECT flags FROM fresh)[i.n]
	RETURNING 1
), item_sentiments AS (
	INSERT INTO item_sentiment (item_id, event_at, scored_at, score, p_negative, p_neutral, p_positive, n_tokens,
		model_id, unscored)
	SELECT i.item_id, i.event_at, i.scored_at, i.score, i.p_negative, i.p_neutral, i.p_positive, i.n_tokens, i.model_id,
		i.unscored
	FROM unnest($3::uuid[], $4::timestamptz[], $19::timestamptz[], $20::real[], $21::real[], $22::real[], $23::real[],
		$24::int[], $25::smallint[], $26::text[]) WITH ORDINALITY AS i (item_id, event_at, scored_at, score,
		p_negative, p_neutral, p_positive, n_tokens, model_id, unscored, n)
	WHERE (SELECT flags FROM fresh)[i.n]
), entity_sentiments AS (
	INSERT INTO entity_sentiment (item_id, event_at, entity_id, score, p_negative, p_neutral, p_positive, relevance,
		mentions, model_id, in_title, mention)
	SELECT ($3::uuid[])[r.item], ($4::timestamptz[])[r.item], (SELECT id FROM entities)[r.symbol], r.score, r.p_negative,
		r.p_neutral, r.p_positive, r.relevance, r.mentions, ($25::smallint[])[r.item], r.in_title, r.mention
	FROM unnest($28::int[], $29::int[], $30::real[], $31::real[], $32::real[], $33::real[], $34::real[], $35::int[],
		$36::bool[], $37::text[]) AS r (item, symbol, score, p_negative, p_neutral, p_positive, relevance,
		mentions, in_title, mention)
	WHERE (SELECT flags FROM fresh)[r.item]
	RETURNING 1
)
SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM entity_sentiments);
