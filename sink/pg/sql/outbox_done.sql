-- These have been published. How many still wait, counted up to 100,000.
WITH gone AS (
	DELETE FROM event_outbox WHERE outbox_id = ANY ($1::bigint[])
)
SELECT count(*) - cardinality($1) FROM (SELECT FROM event_outbox LIMIT 100000) AS waiting;
