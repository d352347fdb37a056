-- What has become of dead letters that were tried again: done, or open with a reason. Sorted by id.
UPDATE dead_letter d SET
	retries = d.retries + 1,
	retried_at = now(),
	done_at = CASE WHEN m.reason IS NULL THEN now() END,
	reason = coalesce(m.reason, d.reason)
FROM unnest($1::uuid[], $2::text[]) AS m (id, reason)
WHERE d.dead_letter_id = m.id;
