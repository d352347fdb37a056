-- Puts changes that this transaction has stored ($1) into the outbox, for each of the targets ($2), unless they are muted or the
-- target wants to hear no more. A statement of its own: it sees which alerts are open now.
INSERT INTO alert_outbox (change_id, target)
SELECT c.change_id, t.target
FROM unnest($1::uuid[]) AS s (change_id)
JOIN alert_change c USING (change_id)
CROSS JOIN unnest($2::text[]) AS t (target)
WHERE c.xmin = pg_current_xact_id()::xid AND NOT is_muted(c.rule, c.subject_kind, c.subject)
	AND NOT EXISTS (SELECT FROM delivery_target d WHERE d.target = t.target AND d.disabled_at IS NOT NULL)
ORDER BY c.change_no, t.target
ON CONFLICT (change_id, target) DO NOTHING;
