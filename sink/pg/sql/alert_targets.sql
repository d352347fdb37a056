-- Who is told of alerts, as far as the database knows: those that something waits for, and those that are disabled.
SELECT coalesce(w.target, d.target), coalesce(w.n, 0), w.oldest, w.last_error, d.disabled_at, d.reason
FROM (
	SELECT target, count(*) AS n, min(stored_at) AS oldest, max(last_error) AS last_error FROM alert_outbox GROUP BY target
) w
FULL JOIN delivery_target d ON d.target = w.target
ORDER BY 1;
