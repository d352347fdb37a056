-- The first events that wait: 1000 of them at most, or $1 bytes, but always one.
SELECT o.outbox_id, o.item_id, o.body
FROM (
	SELECT f.*, sum(octet_length(f.body)) OVER (ORDER BY f.outbox_id) - octet_length(f.body) AS bytes_before
	FROM (SELECT * FROM event_outbox ORDER BY outbox_id LIMIT 1000) AS f
) AS o
WHERE o.bytes_before < $1::bigint
ORDER BY o.outbox_id;
