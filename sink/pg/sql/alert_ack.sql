-- Somebody ($2) has taken on the open alert whose fingerprint begins with $1, and says $3.
UPDATE alert a SET acked_at = now(), acked_by = coalesce($2::text, session_user), note = coalesce($3::text, a.note)
WHERE a.fingerprint::text LIKE $1::text || '%' AND a.resolved_at IS NULL
RETURNING a.rule, a.subject;
