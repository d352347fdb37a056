-- Every feed for people. The first columns are those of tt_pg_feed_of_row().
SELECT f.url, moved_to, moving_to, title, etag, last_modified, last_error, last_status, failures, gone,
	(extract(epoch FROM fetch_interval) * 1000)::bigint, (extract(epoch FROM wait_hint) * 1000)::bigint, skip_hours,
	skip_days, last_fetch_at, last_success_at, last_change_at, next_fetch_at, body_hash,
	f.name, lang, (extract(epoch FROM poll_interval) * 1000)::bigint, added_at, enabled,
	(extract(epoch FROM wait_asked) * 1000)::bigint,
	w.host || ':' || w.pid, w.lease_until, coalesce(i.day, 0), coalesce(i.week, 0)
FROM feed f
LEFT JOIN worker w ON w.worker_id = f.lease_worker AND w.lease_until > now()
LEFT JOIN (
	SELECT source, count(*) FILTER (WHERE stored_at > now() - interval '24 hours') AS day, count(*) AS week
	FROM item
	WHERE event_at > now() - interval '21 days' AND stored_at > now() - interval '7 days'
	GROUP BY source
) i ON i.source = f.url
ORDER BY f.url;
