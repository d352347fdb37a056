-- Takes up to $2 changes that are due for target $1, in their order; for $3 seconds nobody else takes them. A change waits for the
-- earlier ones of its alert.
WITH due AS (
	SELECT o.outbox_id
	FROM alert_outbox o
	JOIN alert_change c USING (change_id)
	WHERE o.target = $1::text AND o.next_at <= now()
		AND NOT EXISTS (
			SELECT FROM alert_change ec
			JOIN alert_outbox eo ON eo.change_id = ec.change_id AND eo.target = o.target
			WHERE ec.fingerprint = c.fingerprint AND eo.outbox_id < o.outbox_id)
	ORDER BY o.outbox_id
	LIMIT $2::bigint
	FOR UPDATE OF o SKIP LOCKED
), taken AS (
	UPDATE alert_outbox o
	SET next_at = now() + make_interval(secs => $3::float8), attempts = o.attempts + 1
	FROM due
	WHERE o.outbox_id = due.outbox_id
	RETURNING o.outbox_id, o.change_id, o.attempts
)
SELECT t.outbox_id, t.attempts, c.change_id, c.subject, c.to_state, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	jsonb_build_object('change_id', c.change_id, 'change_no', c.change_no, 'fingerprint', c.fingerprint, 'episode', c.episode,
		'state', c.to_state, 'from_state', c.from_state, 'severity', c.severity, 'rule', c.rule, 'subject_kind', c.subject_kind,
		'subject', c.subject, 'value', c.value, 'threshold', c.threshold,
		'at', to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'since', to_char(c.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'sentence', c.sentence, 'evidence', c.evidence)::text
FROM taken t
JOIN alert_change c USING (change_id)
ORDER BY t.outbox_id;
