-- How rules stand now: $1 fingerprints, $2 rules, $3 kinds of subjects, $4 subjects, $5 states, $6 states before, $7 episodes, $8
-- since, $9 changed at, $10 values; $11 fingerprints that are no more.
WITH gone AS (
	DELETE FROM rule_state WHERE fingerprint = ANY ($11::uuid[])
)
INSERT INTO rule_state (fingerprint, rule, subject_kind, subject, state, before, episode, since, changed_at, value)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::timestamptz[],
	$9::timestamptz[], $10::float8[])
ON CONFLICT (fingerprint) DO UPDATE SET
	state = excluded.state,
	before = excluded.before,
	episode = excluded.episode,
	since = excluded.since,
	changed_at = excluded.changed_at,
	value = excluded.value;
