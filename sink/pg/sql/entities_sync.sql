-- The dictionary as it is now; what it no longer has stays, inactive. Sorted by symbol, as symbols.sql.
WITH dictionary AS (
	SELECT symbol, name, kind, sector, coalesce(aliases::text[], '{}') AS aliases
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS d (symbol, name, kind, sector, aliases)
), retired AS (
	UPDATE entity SET active = false, updated_at = now()
	WHERE active AND symbol NOT IN (SELECT symbol FROM dictionary)
)
INSERT INTO entity AS e (symbol, name, kind, sector, aliases)
SELECT symbol, name, kind, sector, aliases
FROM dictionary
ORDER BY symbol
ON CONFLICT (symbol) DO UPDATE SET
	name = excluded.name,
	kind = excluded.kind,
	sector = excluded.sector,
	aliases = excluded.aliases,
	active = true,
	updated_at = now()
WHERE (e.name, e.kind, e.sector, e.aliases, e.active)
	IS DISTINCT FROM (excluded.name, excluded.kind, excluded.sector, excluded.aliases, true);
