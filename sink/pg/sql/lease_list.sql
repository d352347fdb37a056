-- The feeds leased to worker $1, unless they are as many as it thinks ($2).
SELECT url
FROM feed
WHERE lease_worker = $1::uuid AND (SELECT count(*) FROM feed WHERE lease_worker = $1::uuid) <> $2::bigint;
