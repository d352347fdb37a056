-- How far each partition is stored by this write; fails with TT001 when one of them is another worker's now.
SELECT store_progress($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::timestamptz[]);
