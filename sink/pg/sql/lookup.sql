-- What is stored under keys ($1), each of item number $2 and kind $3 (enum tt_key); $4 the text hashes of the items. One row per
-- item and stored item it leads to. The title is left out where the text is one it has or had: then nobody compares it.
WITH hit AS MATERIALIZED (
	SELECT k.item, s.item_id, s.event_at, bit_or(k.kind) AS kinds
	FROM unnest($1::uuid[], $2::int[], $3::int[]) AS k (key, item, kind)
	CROSS JOIN LATERAL ( -- LIMIT: as in lookup_any.sql
		SELECT item_id, event_at FROM seen WHERE seen.key = k.key LIMIT 1
	) s
	GROUP BY 1, 2, 3
)
SELECT h.item, h.kinds, h.item_id, h.event_at, i.published_at, i.source, i.guid, i.url, i.title, i.had, i.version, i.aliases
FROM hit h
LEFT JOIN LATERAL ( -- LIMIT: one look into the partition's key each, whatever the planner thinks
	SELECT i.published_at, i.source, i.guid, i.url, CASE WHEN NOT t.had THEN i.title END AS title, t.had, i.version, i.aliases
	FROM item i, LATERAL (
		SELECT coalesce(i.text_hash = ($4::uuid[])[h.item], false) OR (i.version > 1 AND EXISTS (
			SELECT FROM item_version v
			WHERE v.event_at = h.event_at AND v.item_id = h.item_id AND v.text_hash = ($4)[h.item])) AS had
	) t
	WHERE i.event_at = h.event_at AND i.item_id = h.item_id
	LIMIT 1
) i ON true;
