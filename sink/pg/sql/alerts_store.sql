-- Changes in their order: $1 change ids, $2 fingerprints, $3 episodes, $4 and $5 states from and to, $6 severities, $7 rules, $8 kinds
-- of subjects, $9 subjects, $10 values, $11 thresholds, $12 at, $13 since, $14 sentences, $15 evidence. A change that
-- is stored already is not stored or told again, but the alert stands as the last one says.
WITH change AS MATERIALIZED (
	SELECT *
	FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
		$10::float8[], $11::float8[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[]) WITH ORDINALITY
		AS c (change_id, fingerprint, episode, from_state, to_state, severity, rule, subject_kind, subject, value,
			threshold, at, since, sentence, evidence, n)
), stored AS (
	INSERT INTO alert_change (change_id, fingerprint, episode, from_state, to_state, severity, rule, subject_kind, subject, value,
		threshold, at, since, sentence, evidence)
	SELECT change_id, fingerprint, episode, from_state, to_state, severity, rule, subject_kind, subject, value, threshold, at,
		since, sentence, coalesce(evidence, '[]')::jsonb
	FROM change
	ORDER BY n
	ON CONFLICT (change_id) DO NOTHING
	RETURNING change_id, change_no
), last AS (
	SELECT DISTINCT ON (fingerprint, episode) * FROM change ORDER BY fingerprint, episode, n DESC
), fired AS (
	SELECT DISTINCT ON (fingerprint, episode) * FROM change WHERE to_state = 'firing' ORDER BY fingerprint, episode, n
), current AS (
	INSERT INTO alert AS a (fingerprint, episode, since, fired_at, changed_at, resolved_at, value, threshold, change_id, state,
		severity, rule, subject_kind, subject, sentence, evidence)
	SELECT l.fingerprint, l.episode, l.since, coalesce(f.at, l.since), l.at, CASE WHEN l.to_state = 'resolved' THEN l.at END,
		l.value, l.threshold, l.change_id, l.to_state, l.severity, l.rule, l.subject_kind, l.subject,
		coalesce(f.sentence, l.sentence), coalesce(f.evidence, l.evidence, '[]')::jsonb
	FROM last l
	LEFT JOIN fired f USING (fingerprint, episode)
	ORDER BY l.fingerprint, l.episode
	ON CONFLICT (fingerprint, episode) DO UPDATE SET
		state = excluded.state,
		changed_at = excluded.changed_at,
		resolved_at = excluded.resolved_at,
		value = excluded.value,
		threshold = excluded.threshold,
		severity = excluded.severity,
		change_id = excluded.change_id
)
SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('tickertone_alert', '') END::text FROM stored;
