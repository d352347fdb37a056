-- The minutes of [$1, $2) in the order of time, in portions: FETCH FROM alerts_minutes.
DECLARE alerts_minutes NO SCROLL CURSOR FOR
SELECT subject_id, (date_part('epoch', minute) / 60)::bigint, n::bigint, n_pos::bigint, n_neg::bigint, w, ws, wss
FROM mood_minute
WHERE minute >= $1 AND minute < $2
ORDER BY minute;
