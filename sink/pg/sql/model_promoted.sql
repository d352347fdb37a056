-- What services are to score with; no row: nothing was ever promoted.
SELECT c.change_id, c.model_id, m.name, m.hash, m.path
FROM model_change c
LEFT JOIN model m USING (model_id)
ORDER BY c.change_id DESC
LIMIT 1;
