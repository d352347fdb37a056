-- The number of a model: $1 name, $2 hash, $3 hash of the weights alone, $4 arithmetic, $5 parameters, $6 whether it has an entity head, $7
-- folder (NULL: unchanged). Looked up before it is inserted: a conflict would use up one of the 32,767 numbers at every start. A row that an
-- earlier program made knows the weights alone: it is this model's.
WITH known AS (
	UPDATE model SET name = $1, hash = $2, weights = $3, path = coalesce($7, path)
	WHERE precision = $4 AND model_id = (
		SELECT m.model_id FROM model m
		WHERE m.precision = $4 AND (m.hash = $2 OR (m.hash = $3 AND m.weights IS NULL))
		ORDER BY m.hash = $2 DESC LIMIT 1)
	RETURNING model_id
), made AS (
	INSERT INTO model (name, hash, weights, precision, parameters, entity_head, path)
	SELECT $1, $2, $3, $4, $5, $6, $7
	WHERE NOT EXISTS (SELECT FROM known)
	ON CONFLICT (hash, precision) DO UPDATE SET name = excluded.name, path = coalesce(excluded.path, model.path)
	RETURNING model_id
)
SELECT model_id FROM known UNION ALL SELECT model_id FROM made;
