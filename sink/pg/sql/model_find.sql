-- The row of a model: by its number $1, or by its hash $2, of whatever arithmetic; one that was registered first.
SELECT model_id, name, hash, path FROM model
WHERE model_id = $1 OR hash = $2
ORDER BY files IS NULL, registered_at, model_id
LIMIT 1;
