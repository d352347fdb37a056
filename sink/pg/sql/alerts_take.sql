-- Takes up to $1 noted changes out of mood_delta, summed up.
WITH gone AS (
	DELETE FROM mood_delta WHERE ctid = ANY (ARRAY(SELECT ctid FROM mood_delta LIMIT $1)) RETURNING *
)
SELECT subject_id, (extract(epoch FROM minute) / 60)::bigint, sum(n)::bigint, sum(n_pos)::bigint, sum(n_neg)::bigint, sum(w), sum(ws),
	sum(wss), sum(count(*)) OVER () >= $1
FROM gone
GROUP BY subject_id, minute
ORDER BY subject_id, minute;
