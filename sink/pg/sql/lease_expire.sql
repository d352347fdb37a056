-- Ends workers whose time is over, which frees their feeds (the foreign key sets them to NULL); who they were and how
-- many feeds they had. After a worker's own renewal, so that two never wait for each other: what another one has locked
-- is its business.
DELETE FROM worker w
WHERE worker_id IN (
	SELECT worker_id FROM worker WHERE lease_until <= now() AND worker_id <> $1::uuid FOR UPDATE SKIP LOCKED
)
RETURNING w.host || ':' || w.pid, (SELECT count(*) FROM feed f WHERE f.lease_worker = w.worker_id);
