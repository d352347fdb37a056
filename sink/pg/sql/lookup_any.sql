-- Whether one of the keys ($1) is known. The usual answer is no, and costs a third of what lookup.sql costs, which is asked then.
SELECT EXISTS (
	SELECT FROM unnest($1::uuid[]) AS k (key)
	CROSS JOIN LATERAL ( -- LIMIT: one look into the index each; a hash of all that was ever seen is never the better plan
		SELECT FROM seen WHERE seen.key = k.key LIMIT 1
	) s
);
