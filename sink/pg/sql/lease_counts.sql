-- What shares are computed from, and how many leases worker $1 (with feed list $2) has.
SELECT w.alive, w.same, (SELECT count(*) FROM feed WHERE added_at IS NOT NULL AND enabled),
	(SELECT count(*) FROM feed WHERE lease_worker = $1::uuid)
FROM (
	SELECT count(*) AS alive, count(*) FILTER (WHERE feed_list IS NOT DISTINCT FROM $2::uuid) AS same
	FROM worker
	WHERE lease_until > now()
) w;
