-- Symbols that no dictionary brought yet. Sorted, so that two writers never wait for each other in a circle.
INSERT INTO entity (symbol, active)
SELECT s.symbol, false
FROM unnest($1::text[]) AS s (symbol)
WHERE NOT EXISTS (SELECT FROM entity e WHERE e.symbol = s.symbol)
ORDER BY s.symbol
ON CONFLICT (symbol) DO NOTHING;
