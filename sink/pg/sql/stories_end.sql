-- New places in their order: $1 items, $2 event times, $3 stories, $4 clusters, $5 repeats, $6 sketches.
WITH placed AS (
	INSERT INTO story_place (item_id, event_at, story_id, cluster_id, repeats, sketch)
	SELECT p.item_id, p.event_at, p.story_id, p.cluster_id, p.repeats, p.sketch
	FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::int[], $6::bytea[]) WITH ORDINALITY
		AS p (item_id, event_at, story_id, cluster_id, repeats, sketch, n)
	ORDER BY p.n
	RETURNING place_no
)
SELECT max(place_no) FROM placed;
