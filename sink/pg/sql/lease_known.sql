-- Rows for configured feeds that have none yet.
INSERT INTO feed (url)
SELECT DISTINCT url
FROM unnest($1::text[]) AS s (url)
WHERE NOT EXISTS (SELECT FROM feed f WHERE f.url = s.url)
ORDER BY url
ON CONFLICT DO NOTHING;
