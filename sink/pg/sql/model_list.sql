-- Models with what they scored; a promotion counts for a model in whatever arithmetic.
SELECT m.model_id, m.name, m.precision, m.registered_at, m.path, m.hash::text, m.weights::text, m.files::text, m.data::text, m.figures::text,
	c.at, c.changed_by, c.reason
FROM model m
LEFT JOIN (
	SELECT h.at, h.changed_by, h.reason, p.hash FROM model_change h JOIN model p USING (model_id)
	WHERE h.change_id = (SELECT max(change_id) FROM model_change)
) c ON c.hash = m.hash
ORDER BY m.model_id;
