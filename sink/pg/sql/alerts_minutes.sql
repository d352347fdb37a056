-- The minutes since $1, in portions: FETCH FROM alerts_minutes.
DECLARE alerts_minutes NO SCROLL CURSOR FOR
SELECT subject_id, (date_part('epoch', minute) / 60)::bigint, n::bigint, n_pos::bigint, n_neg::bigint, w, ws, wss
FROM mood_minute
WHERE minute >= $1
ORDER BY subject_id, minute;
