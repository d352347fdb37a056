-- Adds feeds; for each (numbered from 1) whether it was known, and whether it was polled on behalf of the database.
-- Locks are taken by URL, as every writer does.
WITH s AS (
	SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY
		AS s (url, name, lang, interval_ms, n)
), before AS (
	SELECT url, added_at IS NOT NULL AND enabled AND NOT gone AS live FROM feed WHERE url = ANY ($1::text[])
), done AS (
	INSERT INTO feed AS f (url, name, lang, poll_interval, added_at)
	SELECT DISTINCT ON (url) url, name, lang, make_interval(secs => nullif(interval_ms, 0) / 1000.0), now()
	FROM s
	ORDER BY url, n
	ON CONFLICT (url) DO UPDATE SET
		name = coalesce(excluded.name, f.name),
		lang = coalesce(excluded.lang, f.lang),
		poll_interval = coalesce(excluded.poll_interval, f.poll_interval),
		added_at = coalesce(f.added_at, excluded.added_at),
		enabled = true,
		gone = false,
		next_fetch_at = CASE WHEN f.gone THEN NULL ELSE f.next_fetch_at END
)
SELECT s.n::int, before.url IS NOT NULL, coalesce(before.live, false)
FROM s
LEFT JOIN before USING (url);
