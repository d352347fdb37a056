-- What people say of items. Rows come as arrays, one a column: $1 ids of items, or $2 keys of URLs, $3 URLs, or $4 guids, or $5
-- titles, of which a row has one (a URL comes with its key); $6 symbols, NULL: the item as a whole; $7 labels, $8 who, $9 notes,
-- $10 when, NULL: now; $11 where all of it comes from; $12 whether it is stored. Answers a row each, in their order: how many items
-- it may mean, whether there is no such symbol, and what it is: 0 new, 1 it takes the place of what the person said before, 2 they
-- said something else since, 3 known already, 4 a later row of the same write is about the same, 5 the same person said something
-- else at the same time.
WITH given AS MATERIALIZED (
	SELECT g.*, e.entity_id
	FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
		$10::timestamptz[]) WITH ORDINALITY AS g (id, url_key, url, guid, title, symbol, label, who, note, at, n)
	LEFT JOIN entity e USING (symbol)
), hit AS (
	SELECT g.n, s.item_id, s.event_at
	FROM given g
	CROSS JOIN LATERAL (SELECT item_id, event_at FROM seen WHERE seen.key = coalesce(g.id, g.url_key) LIMIT 1) s
	UNION
	SELECT g.n, i.item_id, i.event_at
	FROM given g
	JOIN item i USING (url) -- reads all items, where no key leads to one: several share the address
	WHERE g.url IS NOT NULL AND NOT EXISTS (SELECT FROM seen WHERE seen.key = g.url_key)
	UNION
	SELECT g.n, i.item_id, i.event_at FROM given g JOIN item i USING (guid) WHERE g.guid IS NOT NULL
	UNION
	SELECT g.n, i.item_id, i.event_at FROM given g JOIN item i USING (title) WHERE g.title IS NOT NULL
), place AS ( -- a key may outlive its item
	SELECT h.n, count(*) AS items, min(i.item_id::text)::uuid AS item_id, min(i.event_at) AS event_at, min(i.version) AS version
	FROM hit h
	JOIN item i ON i.event_at = h.event_at AND i.item_id = h.item_id
	GROUP BY h.n
), good AS (
	SELECT g.*, p.item_id, p.event_at, p.version,
		row_number() OVER (PARTITION BY p.item_id, p.event_at, g.entity_id, g.who, g.at ORDER BY g.n DESC) > 1 AS repeated
	FROM given g
	JOIN place p USING (n)
	WHERE p.items = 1 AND (g.symbol IS NULL OR g.entity_id IS NOT NULL)
), judged AS MATERIALIZED (
	SELECT g.*, CASE
		WHEN g.repeated THEN 4
		WHEN g.at IS NULL AND last.label = g.label AND (g.note IS NULL OR g.note = last.note) THEN 3
		WHEN now.label = g.label THEN 3
		WHEN now.label IS NOT NULL THEN 5
		WHEN g.at < last.given_at THEN 2
		WHEN last.label IS NOT NULL THEN 1
		ELSE 0 END AS fate
	FROM good g
	LEFT JOIN LATERAL (
		SELECT f.label, f.note, f.given_at FROM feedback f
		WHERE f.item_id = g.item_id AND f.event_at = g.event_at AND f.entity_id IS NOT DISTINCT FROM g.entity_id AND f.who = g.who
		ORDER BY f.given_at DESC
		LIMIT 1
	) last ON true
	LEFT JOIN feedback now ON now.item_id = g.item_id AND now.event_at = g.event_at AND now.entity_id IS NOT DISTINCT FROM g.entity_id
		AND now.who = g.who AND now.given_at = g.at
), stored AS (
	INSERT INTO feedback (event_at, given_at, item_id, entity_id, version, label, who, note, came_from)
	SELECT j.event_at, coalesce(j.at, date_trunc('milliseconds', now())), j.item_id, j.entity_id, j.version, j.label, j.who, j.note, $11::text
	FROM judged j
	WHERE j.fate < 3 AND $12::bool
	ON CONFLICT DO NOTHING -- another import is storing it
)
SELECT coalesce(p.items, 0), g.symbol IS NOT NULL AND g.entity_id IS NULL, j.fate
FROM given g
LEFT JOIN place p USING (n)
LEFT JOIN judged j USING (n)
ORDER BY g.n;
