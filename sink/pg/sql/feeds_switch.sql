-- Switches feeds on or off ($2): off those that were added, on also one that a configuration names and that is gone. The numbers
-- (from 1) of the feeds it applies to. Locks are taken by URL, as every writer does.
WITH there AS (
	SELECT url FROM feed WHERE url = ANY ($1::text[]) AND (added_at IS NOT NULL OR ($2 AND gone)) ORDER BY url FOR NO KEY UPDATE
), done AS (
	UPDATE feed f SET
		enabled = $2,
		next_fetch_at = CASE WHEN $2 AND f.gone THEN NULL ELSE f.next_fetch_at END,
		gone = f.gone AND NOT $2
	FROM there WHERE f.url = there.url RETURNING f.url
)
SELECT s.n::int
FROM done
JOIN unnest($1::text[]) WITH ORDINALITY AS s (url, n) USING (url);
