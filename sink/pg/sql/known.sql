-- Numbers (from 1) of the items one of whose keys is stored.
SELECT i.n::int
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS i (item_id, url_key, n)
WHERE EXISTS (SELECT FROM seen s WHERE s.key = i.item_id) OR EXISTS (SELECT FROM seen s WHERE s.key = i.url_key);
