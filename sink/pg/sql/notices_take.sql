-- The next notice for target $1, at most one a rule in $2 seconds; for $3 seconds nobody else takes it. It lists the $4 strongest.
SELECT n.attempts, n.notice, n.about, 'notice', to_char(n.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), n.data::text
FROM take_notice($1::text, make_interval(secs => $2::float8), make_interval(secs => $3::float8), $4::int) n
WHERE n.notice IS NOT NULL;
