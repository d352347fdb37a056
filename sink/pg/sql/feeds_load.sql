-- Every feed state, in the columns tt_pg_feeds_load reads.
SELECT url, moved_to, moving_to, title, etag, last_modified, last_error, last_status, failures, gone,
	(extract(epoch FROM fetch_interval) * 1000)::bigint, (extract(epoch FROM wait_hint) * 1000)::bigint, skip_hours,
	skip_days, last_fetch_at, last_success_at, last_change_at, next_fetch_at, body_hash,
	(extract(epoch FROM wait_asked) * 1000)::bigint
FROM feed
ORDER BY url;
