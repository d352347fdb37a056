-- A worker's sign of life, which renews all its leases.
INSERT INTO worker (worker_id, feed_list, pid, host, lease_until)
VALUES ($1::uuid, $2::uuid, $3::int, $4::text, now() + make_interval(secs => $5::bigint / 1000.0))
ON CONFLICT (worker_id) DO UPDATE SET
	feed_list = excluded.feed_list,
	seen_at = now(),
	lease_until = excluded.lease_until;
