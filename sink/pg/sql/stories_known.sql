-- Which of the items $1 have their places.
SELECT place_no, event_at, item_id, story_id, cluster_id, repeats, NULL::bytea
FROM story_place
WHERE item_id = ANY ($1::uuid[]);
