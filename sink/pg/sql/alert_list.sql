-- Alerts for people: open ones, or ($1) those that changed since $2 whatever their state; of rules like $3 and subjects like $4 (LIKE
-- patterns; NULL: any), at most $5, the newest first. $6: one alone, by the beginning of its fingerprint.
SELECT a.fingerprint::text, a.episode, a.state, a.severity, a.rule, a.subject_kind, a.subject, a.fired_at, a.changed_at, a.resolved_at,
	a.acked_at, a.acked_by, a.note, a.sentence, a.evidence::text, a.value, a.threshold, is_muted(a.rule, a.subject_kind, a.subject),
	count(*) OVER ()
FROM alert a
WHERE ($1::bool OR $6::text IS NOT NULL OR a.resolved_at IS NULL)
	AND ($2::timestamptz IS NULL OR a.changed_at >= $2)
	AND ($3::text IS NULL OR a.rule LIKE $3)
	AND ($4::text IS NULL OR a.subject LIKE $4)
	AND ($6::text IS NULL OR a.fingerprint::text LIKE $6 || '%')
ORDER BY a.changed_at DESC, a.fingerprint, a.episode DESC
LIMIT $5::bigint;
