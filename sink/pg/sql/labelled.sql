-- Items with the labels that most people give them ($1: what of an item is its text), judged at $2 or later: one row per entity, an
-- item without one has one row.
SELECT l.item_id, l.version, l.text, l.label, l.ties, e.symbol, e.mention, e.start, e."end", e.label
FROM labelled_items($1::text) l
LEFT JOIN LATERAL jsonb_to_recordset(l.entities) AS e (symbol text, mention text, start integer, "end" integer, label text) ON true
WHERE $2::timestamptz IS NULL OR l.last_at >= $2
ORDER BY l.event_at, l.item_id, l.version, e.start, e.symbol;
