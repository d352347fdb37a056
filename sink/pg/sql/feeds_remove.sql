-- Removes feeds that were added; the numbers (from 1) of those that were. Locks are taken by URL, as every writer does.
WITH there AS (
	SELECT url FROM feed WHERE url = ANY ($1::text[]) AND added_at IS NOT NULL ORDER BY url FOR NO KEY UPDATE
), done AS (
	UPDATE feed f SET added_at = NULL, enabled = true FROM there WHERE f.url = there.url RETURNING f.url
)
SELECT s.n::int
FROM done
JOIN unnest($1::text[]) WITH ORDINALITY AS s (url, n) USING (url);
