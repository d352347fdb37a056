-- Deletes the dead letters that fit, or only counts them ($8: delete). Locks are taken by id, as every writer does.
WITH there AS (
	SELECT d.dead_letter_id FROM dead_letter d
	WHERE d.dead_letter_id IN (SELECT f.dead_letter_id FROM find_dead_letters($1::text[], $2, $3, $4, $5, $6, $7) AS f)
	ORDER BY d.dead_letter_id FOR UPDATE
), gone AS (
	DELETE FROM dead_letter d USING there WHERE $8 AND d.dead_letter_id = there.dead_letter_id
)
SELECT count(*) FROM there;
