-- Subscriptions, each URL once, by URL. One that has ended is deleted, unless another one took its place meanwhile; an
-- older state, written late, does not replace a newer one of the same service.
WITH s AS (
	SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
		$9::int[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[])
		AS s (url, hub, topic, callback, token, secret, last_error, status, failures, lease_until, next_at, last_push_at,
			changed_at)
), ended AS (
	DELETE FROM websub w USING s WHERE w.url = s.url AND w.token = s.token AND s.status = 'none'
)
INSERT INTO websub AS w (url, hub, topic, callback, token, secret, last_error, status, failures, lease_until, next_at,
	last_push_at, changed_at)
SELECT * FROM s WHERE status <> 'none'
ON CONFLICT (url) DO UPDATE SET
	hub = excluded.hub,
	topic = excluded.topic,
	callback = excluded.callback,
	token = excluded.token,
	secret = excluded.secret,
	last_error = excluded.last_error,
	status = excluded.status,
	failures = excluded.failures,
	lease_until = excluded.lease_until,
	next_at = excluded.next_at,
	last_push_at = coalesce(excluded.last_push_at, w.last_push_at),
	changed_at = excluded.changed_at
WHERE excluded.changed_at >= w.changed_at OR excluded.callback <> w.callback;
