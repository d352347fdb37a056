-- Every subscription, in the columns tt_pg_websub_load reads.
SELECT url, hub, topic, callback, token, secret, last_error, status, failures, lease_until, next_at, last_push_at, changed_at
FROM websub
ORDER BY url;
