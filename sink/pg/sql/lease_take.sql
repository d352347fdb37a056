-- Leases free feeds to worker $1: of the URLs $2 up to $3, of those added in the database up to $4. Rows that another one
-- is taking are skipped, not waited for. The columns are those of tt_pg_feed_of_row().
WITH configured AS (
	SELECT url
	FROM feed
	WHERE lease_worker IS NULL AND url = ANY ($2::text[]) AND (added_at IS NULL OR NOT enabled)
	ORDER BY next_fetch_at NULLS FIRST, url
	LIMIT $3::bigint
	FOR NO KEY UPDATE SKIP LOCKED
), added AS (
	SELECT url
	FROM feed
	WHERE lease_worker IS NULL AND added_at IS NOT NULL AND enabled AND url ~* '^https?://'
	ORDER BY next_fetch_at NULLS FIRST, url
	LIMIT $4::bigint
	FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
	UPDATE feed f SET lease_worker = $1::uuid
	FROM (SELECT url FROM configured UNION ALL SELECT url FROM added) t
	WHERE f.url = t.url AND EXISTS (SELECT FROM worker WHERE worker_id = $1::uuid)
	RETURNING f.*
)
SELECT url, moved_to, moving_to, title, etag, last_modified, last_error, last_status, failures, gone,
	(extract(epoch FROM fetch_interval) * 1000)::bigint, (extract(epoch FROM wait_hint) * 1000)::bigint, skip_hours,
	skip_days, last_fetch_at, last_success_at, last_change_at, next_fetch_at, body_hash,
	name, lang, (extract(epoch FROM poll_interval) * 1000)::bigint, added_at, enabled,
	(extract(epoch FROM wait_asked) * 1000)::bigint
FROM taken;
