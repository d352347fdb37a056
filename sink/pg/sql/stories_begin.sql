-- What others have placed since number $1. Without one (NULL): of the $2 latest stories, all that places depend on, which is
-- the first item of each, the first of each cluster, and the last of each cluster.
SELECT place_no, event_at, item_id, story_id, cluster_id, repeats, sketch
FROM story_place
WHERE $1::bigint IS NOT NULL AND place_no > $1
UNION ALL
SELECT place_no, event_at, item_id, story_id, cluster_id, repeats, sketch
FROM (
	SELECT p.*, row_number() OVER (PARTITION BY p.cluster_id ORDER BY p.repeats DESC) AS from_last
	FROM story_place p
	WHERE $1 IS NULL AND p.place_no >= (
		SELECT min(f.place_no)
		FROM (SELECT place_no FROM story_place WHERE sketch IS NOT NULL ORDER BY place_no DESC LIMIT $2::bigint) f)
) p
WHERE p.item_id = p.cluster_id OR p.from_last = 1
ORDER BY place_no;
