-- Feed states, sorted by URL. A write that is repeated late must not put back what a later poll found, and a worker that
-- lost the feed to another one must not overwrite what that one knows. $21: the leases the states were polled under.
INSERT INTO feed AS f (url, moved_to, moving_to, title, etag, last_modified, last_error, last_status, failures, gone,
	fetch_interval, wait_hint, skip_hours, skip_days, last_fetch_at, last_success_at, last_change_at, next_fetch_at, body_hash,
	wait_asked)
SELECT url, moved_to, moving_to, title, etag, last_modified, last_error, nullif(last_status, 0), failures, gone,
	make_interval(secs => interval_ms / 1000.0), make_interval(secs => nullif(hint_ms, 0) / 1000.0), skip_hours, skip_days,
	last_fetch_at, last_success_at, last_change_at, next_fetch_at, body_hash, make_interval(secs => nullif(asked_ms, 0) / 1000.0)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[],
	$10::bool[], $11::bigint[], $12::bigint[], $13::int[], $14::int[], $15::timestamptz[], $16::timestamptz[],
	$17::timestamptz[], $18::timestamptz[], $19::uuid[], $20::bigint[])
	AS s (url, moved_to, moving_to, title, etag, last_modified, last_error, last_status, failures, gone, interval_ms,
	hint_ms, skip_hours, skip_days, last_fetch_at, last_success_at, last_change_at, next_fetch_at, body_hash,
	asked_ms)
ON CONFLICT (url) DO UPDATE SET
	moved_to = excluded.moved_to,
	moving_to = excluded.moving_to,
	title = coalesce(excluded.title, f.title),
	etag = excluded.etag,
	last_modified = excluded.last_modified,
	last_error = excluded.last_error,
	last_status = excluded.last_status,
	failures = excluded.failures,
	gone = excluded.gone,
	fetch_interval = excluded.fetch_interval,
	wait_hint = excluded.wait_hint,
	skip_hours = excluded.skip_hours,
	skip_days = excluded.skip_days,
	last_fetch_at = excluded.last_fetch_at,
	last_success_at = excluded.last_success_at,
	last_change_at = excluded.last_change_at,
	next_fetch_at = excluded.next_fetch_at,
	body_hash = excluded.body_hash,
	wait_asked = excluded.wait_asked
WHERE (f.last_fetch_at IS NULL OR excluded.last_fetch_at >= f.last_fetch_at)
	AND (f.lease_worker IS NULL OR f.lease_worker = ANY ($21::uuid[]));
