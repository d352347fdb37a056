-- Worker $1 gives feeds back whose last poll is stored; the numbers (from 1) of those it does not have any more. Locks are
-- taken by URL, as every writer does.
WITH s AS (
	SELECT * FROM unnest($2::text[], $3::timestamptz[]) WITH ORDINALITY AS s (url, last_fetch_at, n)
), locked AS (
	SELECT f.url, s.n, s.last_fetch_at IS NULL OR coalesce(f.last_fetch_at >= s.last_fetch_at, false) AS stored
	FROM feed f
	JOIN s USING (url)
	WHERE f.lease_worker = $1::uuid
	ORDER BY f.url
	FOR NO KEY UPDATE OF f
), given AS (
	UPDATE feed f SET lease_worker = NULL FROM locked l WHERE f.url = l.url AND l.stored
)
SELECT s.n::int FROM s LEFT JOIN locked l USING (n) WHERE l.stored IS NOT FALSE;
