-- What rules over feeds and over the service's own work look at (mood/observed.h): when each feed last brought an item, and where
-- the topics end. The leader asks once a minute, functions feeds_observed and service_observed.

-- A table of its own: rows of feed are locked by URL in one statement of a write, items are stored in another.
CREATE TABLE feed_item (
	last_item_at timestamptz NOT NULL,
	url          text        PRIMARY KEY
);
COMMENT ON TABLE feed_item IS 'When feeds last brought something new: kept in the transaction that stores an item, to ten seconds.';
COMMENT ON COLUMN feed_item.last_item_at IS 'When the last item of the feed, or a new text of one, was stored.';
COMMENT ON COLUMN feed_item.url IS 'Key: the feed, as in table feed.';
INSERT INTO feed_item (url, last_item_at) SELECT url, last_change_at FROM feed WHERE last_change_at IS NOT NULL;

-- Each feed is looked up by itself: so a write costs what it brings, however many feeds there are.
CREATE FUNCTION note_feed_items(sources text[]) RETURNS void
LANGUAGE plpgsql SET search_path = tickertone, pg_temp
AS $$
BEGIN
	INSERT INTO feed_item AS t (url, last_item_at)
	SELECT s.source, now()
	FROM unnest(sources) AS s (source)
	WHERE EXISTS (SELECT FROM feed f WHERE f.url = s.source OFFSET 0)
		AND NOT EXISTS (SELECT FROM feed_item i WHERE i.url = s.source AND i.last_item_at >= now() - interval '10 seconds' OFFSET 0)
	ORDER BY s.source -- as every writer does, so that none wait for each other in a circle
	ON CONFLICT (url) DO UPDATE SET last_item_at = greatest(t.last_item_at, excluded.last_item_at);
END $$;
COMMENT ON FUNCTION note_feed_items IS 'Notes that items of these sources, each named once, were stored now; those that are no feeds are passed over.';

ALTER TABLE feed ADD known_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN feed.known_at IS 'Since when there is this row: what is asked of a feed that never answered, or never brought an item, counts from then.';

-- Only feeds that somebody is to poll. `quiet` is as of the last poll, so that an outage of the service is no silence of feeds; the
-- server's clock alone counts.
CREATE FUNCTION feeds_observed(OUT name text, OUT quiet float8, OUT failing float8) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = tickertone, pg_temp
AS $$
	SELECT f.url,
		greatest(0, extract(epoch FROM CASE WHEN f.gone THEN now() ELSE coalesce(f.last_fetch_at, f.known_at) END
			- greatest(coalesce(i.last_item_at, f.known_at), f.added_at)) / 60)::float8,
		CASE WHEN f.failures > 0 OR f.gone
			THEN greatest(0, extract(epoch FROM now() - greatest(coalesce(f.last_success_at, f.known_at), f.added_at)) / 60)
			ELSE 0 END::float8
	FROM feed f
	LEFT JOIN feed_item i USING (url)
	WHERE f.lease_worker IS NOT NULL OR (f.added_at IS NOT NULL AND f.enabled)
$$;
COMMENT ON FUNCTION feeds_observed IS 'Feeds that are to be polled: minutes since each last brought an item, as of its last poll (quiet), and since a poll last went well, 0 while the last one did (failing).';

ALTER TABLE kafka_offset
	ADD end_offset bigint,
	ADD end_at timestamptz,
	ADD level_at timestamptz;
COMMENT ON COLUMN kafka_offset.end_offset IS 'Where the partition ended when it was last asked for: the offset of the next record to come; NULL: it was not yet.';
COMMENT ON COLUMN kafka_offset.end_at IS 'When that was.';
COMMENT ON COLUMN kafka_offset.level_at IS 'When everything up to the end was last found to be stored; NULL: it was not since the partition was claimed.';

-- A partition whose end was not asked for lately counts with what was known last, as long as others of its topic are known: the
-- topic is at least so far behind. What is in flight is no delay: `behind` counts from when all was stored, or from the newest
-- record that is.
CREATE FUNCTION service_observed(OUT about text, OUT name text, OUT first float8, OUT second float8) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = tickertone, pg_temp
AS $$
	SELECT 'topic', o.group_id || '/' || o.topic,
		CASE WHEN max(o.end_at) > now() - interval '5 minutes'
			THEN sum(greatest(0, o.end_offset - coalesce(o.next_offset, 0))) END::float8,
		CASE WHEN max(o.end_at) > now() - interval '5 minutes'
			THEN max(CASE WHEN o.end_offset > coalesce(o.next_offset, 0)
				THEN greatest(0, extract(epoch FROM now() - greatest(o.record_at, o.level_at, CASE WHEN o.record_at IS NULL
					AND o.level_at IS NULL THEN o.claimed_at END)) / 60)
				ELSE 0 END) END::float8
	FROM kafka_offset o
	WHERE o.end_at > now() - interval '1 day'
	GROUP BY o.group_id, o.topic
	UNION ALL
	SELECT 'polling', 'feeds', greatest(0, extract(epoch FROM now() - min(coalesce(f.next_fetch_at, f.known_at))) / 60)::float8, NULL
	FROM feed f
	WHERE (f.lease_worker IS NOT NULL OR (f.added_at IS NOT NULL AND f.enabled)) AND NOT f.gone
	HAVING count(*) > 0
$$;
COMMENT ON FUNCTION service_observed IS 'How the service keeps up: of each topic, by consumer group, the records that are not stored and for how many minutes it has been behind; of polling the minutes by which the feed that waits longest is late.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_writer', 'SELECT, INSERT, UPDATE', 'feed_item'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION note_feed_items, feeds_observed, service_observed');
REVOKE EXECUTE ON FUNCTION note_feed_items, feeds_observed, service_observed FROM PUBLIC;
SELECT grant_access();
