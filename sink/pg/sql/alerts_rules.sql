-- Makes table rule what is configured: $1 names, $2 scopes, $3 severities, $4 definitions, $5 their hashes, $6 what they mute.
WITH gone AS (
	DELETE FROM rule WHERE NOT rule = ANY ($1::text[])
)
INSERT INTO rule AS r (rule, scope, severity, definition, hash, mutes)
SELECT n.rule, n.scope, n.severity, n.definition, n.hash, coalesce(n.mutes::text[], '{}')
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[]) AS n (rule, scope, severity, definition, hash, mutes)
ON CONFLICT (rule) DO UPDATE SET
	scope = excluded.scope,
	severity = excluded.severity,
	definition = excluded.definition,
	hash = excluded.hash,
	mutes = excluded.mutes,
	loaded_at = now()
WHERE r.hash <> excluded.hash OR r.mutes <> excluded.mutes;
