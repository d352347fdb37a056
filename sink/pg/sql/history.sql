-- The mood of entity $1 from $2 to $3 in steps of $4 seconds with a half-life of $5 seconds.
SELECT at, mood, dispersion, weight, items
FROM mood($1::text, $2::timestamptz, $3::timestamptz, make_interval(secs => $4::float8), make_interval(secs => $5::float8))
ORDER BY at;
