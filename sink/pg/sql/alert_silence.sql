-- Not to be told for $1 seconds from now: of rules $2, kinds $3, subjects $4 (NULL: any); by $5, because of $6.
INSERT INTO silence (ends_at, rule, subject_kind, subject, created_by, reason)
VALUES (now() + make_interval(secs => $1::float8), $2::text, $3::text, $4::text, coalesce($5::text, session_user), $6::text)
RETURNING silence_id, ends_at;
