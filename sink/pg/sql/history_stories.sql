-- The strongest story about entity $1 in each of the spans ($2, $3], numbered from 0, in the direction $4 (-1: bad, 1: good).
SELECT q.n, s.event_at, s.score, s.title, s.source
FROM unnest($2::timestamptz[], $3::timestamptz[], $4::int[]) WITH ORDINALITY AS w (since, until, direction, number),
	LATERAL (SELECT (w.number - 1)::int AS n) q,
	LATERAL (
		SELECT * FROM stories($1::text, w.since, w.until, 200) c
		WHERE sign(c.score) = w.direction
		ORDER BY abs(c.impact) DESC, c.event_at DESC
		LIMIT 1
	) s
ORDER BY q.n;
