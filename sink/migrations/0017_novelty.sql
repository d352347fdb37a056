-- Novelty: which items tell the same story, and how much of news each of them is. Placing is done by the writers of items, one
-- after the other (sink/pg/stories.c), before they store them; story_place is their common memory.

CREATE TABLE story_place (
	place_no   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	placed_at  timestamptz NOT NULL DEFAULT now(),
	event_at   timestamptz NOT NULL,
	item_id    uuid        NOT NULL UNIQUE,
	story_id   uuid        NOT NULL,
	cluster_id uuid        NOT NULL,
	repeats    integer     NOT NULL CHECK (repeats >= 0),
	sketch     bytea
);
CREATE INDEX story_place_firsts ON story_place (place_no) WHERE sketch IS NOT NULL;
CREATE INDEX story_place_placed_at ON story_place USING brin (placed_at);
COMMENT ON TABLE story_place IS 'The places of the items of the last days in their stories: what the writers of items tell each other. An item gets its place once, however often it is read or written; what an item has is in item.';
COMMENT ON COLUMN story_place.place_no IS 'The order in which they were placed: a writer reads on from the last one it knows.';
COMMENT ON COLUMN story_place.placed_at IS 'When it was placed.';
COMMENT ON COLUMN story_place.event_at IS 'When the item counts.';
COMMENT ON COLUMN story_place.item_id IS 'The item; it is stored right after, or was found to be known after all.';
COMMENT ON COLUMN story_place.story_id IS 'As in item.';
COMMENT ON COLUMN story_place.cluster_id IS 'As in item.';
COMMENT ON COLUMN story_place.repeats IS 'As in item.';
COMMENT ON COLUMN story_place.sketch IS 'Of the first item of a story: what the others are recognised by (nlp/story/sketch.h).';

CREATE FUNCTION novelty(repeats integer) RETURNS real
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN power(0.75::float8, least(coalesce(repeats, 0), 300))::real;
COMMENT ON FUNCTION novelty IS 'What the k-th repeat of a story within a day is worth: 0.75^k; 1 for the first.';

-- Columns are added behind the old ones; their defaults are constants, so no row is rewritten.
ALTER TABLE item
	ADD story_id   uuid,
	ADD cluster_id uuid,
	ADD repeats    integer NOT NULL DEFAULT 0;
CREATE INDEX item_story ON item (story_id, event_at) WHERE story_id <> item_id;
COMMENT ON COLUMN item.story_id IS 'The first item of the story that it tells, within a week; itself when it is the first. NULL: stored before stories were told apart.';
COMMENT ON COLUMN item.cluster_id IS 'The first item of those that tell the story within a day; itself when it is the first. NULL as story_id.';
COMMENT ON COLUMN item.repeats IS 'How many items of its cluster were placed before it.';
ALTER TABLE entity_sentiment ADD novelty real NOT NULL DEFAULT 1 CHECK (novelty >= 0 AND novelty <= 1);
COMMENT ON COLUMN entity_sentiment.novelty IS 'novelty(item.repeats): 1 for news, less for the repeats of a story.';
ALTER TABLE entity_sentiment_version ADD novelty real NOT NULL DEFAULT 1;
COMMENT ON COLUMN entity_sentiment_version.novelty IS 'As in entity_sentiment.';

CREATE OR REPLACE FUNCTION roll_up_of(said entity_sentiment[])
RETURNS TABLE (subject_id integer, minute timestamptz, n bigint, n_pos bigint, n_neg bigint, w float8, ws float8, wss float8)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH part AS MATERIALIZED (
		SELECT s.event_at, s.item_id, s.entity_id, s.score::float8 AS score, s.relevance::float8 * s.novelty AS weight, s.p_negative,
			s.p_neutral, s.p_positive
		FROM unnest(said) s
		WHERE s.score IS NOT NULL AND s.relevance > 0 AND s.novelty > 0
	), member AS (
		SELECT p.*, -1 AS subject_id FROM part p
		UNION ALL
		SELECT p.*, g.subject_id
		FROM part p
		JOIN entity e USING (entity_id)
		JOIN mood_group g ON g.kind = 'sector' AND g.name = e.sector
	), grouped AS (
		SELECT m.subject_id, m.event_at, max(m.weight) AS weight, sum(m.weight * m.score) / sum(m.weight) AS score,
			label((sum(m.weight * m.p_negative) / sum(m.weight))::real, (sum(m.weight * m.p_neutral) / sum(m.weight))::real,
				(sum(m.weight * m.p_positive) / sum(m.weight))::real) AS label
		FROM member m
		GROUP BY m.subject_id, m.event_at, m.item_id
	), subject AS (
		SELECT p.entity_id AS subject_id, p.event_at, p.weight, p.score, label(p.p_negative, p.p_neutral, p.p_positive) AS label
		FROM part p
		UNION ALL
		SELECT g.subject_id, g.event_at, g.weight, g.score, g.label FROM grouped g
	)
	SELECT s.subject_id, date_bin('1 minute', s.event_at, 'epoch'), count(*), count(*) FILTER (WHERE s.label = 'positive'),
		count(*) FILTER (WHERE s.label = 'negative'), sum(s.weight), sum(s.weight * s.score), sum(s.weight * s.score * s.score)
	FROM subject s
	GROUP BY 1, 2;
END;

CREATE OR REPLACE FUNCTION unsaid_now(item_ids uuid[], event_ats timestamptz[]) RETURNS entity_sentiment[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
	SELECT array_agg(ROW(v.event_at, v.item_id, v.entity_id, v.score, v.p_negative, v.p_neutral, v.p_positive, v.relevance,
		v.mentions, v.model_id, v.in_title, v.mention, v.novelty)::entity_sentiment)
	FROM unnest(item_ids, event_ats) AS i (item_id, event_at)
	JOIN entity_sentiment_version v ON v.event_at = i.event_at AND v.item_id = i.item_id
	WHERE v.xmin = pg_current_xact_id()::xid
$$;

-- As before, with the columns that were added.
CREATE OR REPLACE FUNCTION revise_items(ids uuid[], event_ats timestamptz[], hashes uuid[], max_versions integer, learners uuid[],
	learner_event_ats timestamptz[])
RETURNS TABLE (n integer, version smallint, aliases smallint, date_clamped boolean, stored_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	r   record;
	old item;
	at  timestamptz;
BEGIN
	FOR r IN
		SELECT i.n, i.item_id, i.event_at, i.hash
		FROM unnest(ids, event_ats, hashes) WITH ORDINALITY AS i (item_id, event_at, hash, n)
		WHERE i.item_id IS NOT NULL
		UNION ALL
		SELECT NULL, l.item_id, l.event_at, NULL FROM unnest(learners, learner_event_ats) AS l (item_id, event_at)
		ORDER BY 2, 1 NULLS FIRST
	LOOP
		PERFORM FROM seen s WHERE s.key = r.item_id FOR UPDATE;
		IF r.n IS NULL THEN
			UPDATE item i SET aliases = i.aliases + 1 WHERE i.event_at = r.event_at AND i.item_id = r.item_id;
			CONTINUE;
		END IF;
		SELECT i.* INTO old FROM item i WHERE i.event_at = r.event_at AND i.item_id = r.item_id;
		CONTINUE WHEN NOT FOUND OR r.hash IS NULL OR old.text_hash = r.hash OR old.version >= max_versions OR EXISTS (
			SELECT FROM item_version v
			WHERE v.event_at = r.event_at AND v.item_id = r.item_id AND v.text_hash = r.hash);

		-- Validities follow each other without gap or overlap, also when the clock was set back.
		at := greatest(now(), interval '1 microsecond' + coalesce(
			(SELECT s.valid_from FROM item_sentiment s WHERE s.event_at = r.event_at AND s.item_id = r.item_id),
			old.stored_at));
		WITH gone AS (
			DELETE FROM item i WHERE i.event_at = r.event_at AND i.item_id = r.item_id RETURNING *
		)
		INSERT INTO item_version (event_at, valid_from, valid_to, published_at, updated_at, fetched_at, item_id, text_hash,
			version, date_clamped, source, guid, url, title, summary, content, author, lang, categories)
		SELECT event_at, stored_at, at, published_at, updated_at, fetched_at, item_id, text_hash, version, date_clamped, source,
			guid, url, title, summary, content, author, lang, categories
		FROM gone;
		WITH gone AS (
			DELETE FROM item_sentiment s WHERE s.event_at = r.event_at AND s.item_id = r.item_id RETURNING *
		), kept AS (
			INSERT INTO item_sentiment_version (event_at, valid_from, valid_to, scored_at, item_id, score, p_negative,
				p_neutral, p_positive, n_tokens, model_id, version, unscored)
			SELECT event_at, coalesce(valid_from, old.stored_at), at, scored_at, item_id, score, p_negative, p_neutral,
				p_positive, n_tokens, model_id, old.version, unscored
			FROM gone
			RETURNING valid_from
		), entities AS (
			DELETE FROM entity_sentiment s WHERE s.event_at = r.event_at AND s.item_id = r.item_id RETURNING *
		)
		INSERT INTO entity_sentiment_version (event_at, valid_from, valid_to, item_id, entity_id, score, p_negative, p_neutral,
			p_positive, relevance, mentions, model_id, version, in_title, mention, novelty)
		SELECT event_at, (SELECT valid_from FROM kept), at, item_id, entity_id, score, p_negative, p_neutral, p_positive,
			relevance, mentions, model_id, old.version, in_title, mention, novelty
		FROM entities;
		n := r.n;
		version := old.version + 1;
		aliases := old.aliases;
		date_clamped := old.date_clamped;
		stored_at := at;
		RETURN NEXT;
	END LOOP;
END $$;

-- The views say what is so now.

CREATE OR REPLACE VIEW entity_history AS
SELECT
	s.event_at,
	e.symbol,
	s.item_id,
	s.score,
	s.relevance,
	s.novelty,
	s.relevance::float8 * s.novelty AS weight
FROM entity_sentiment s
JOIN entity e USING (entity_id);

CREATE OR REPLACE VIEW sentiment_history AS
SELECT
	s.event_at,
	e.symbol,
	coalesce(e.name, e.symbol) AS name,
	e.kind,
	e.sector,
	i.title,
	s.score,
	label(s.p_negative, s.p_neutral, s.p_positive) AS label,
	s.p_negative,
	s.p_neutral,
	s.p_positive,
	s.relevance,
	s.novelty,
	s.mentions,
	s.in_title,
	s.mention,
	i.source,
	i.url,
	i.published_at,
	i.fetched_at,
	i.stored_at,
	m.name AS model,
	s.item_id,
	i.cluster_id,
	i.story_id
FROM entity_sentiment s
JOIN entity e USING (entity_id)
JOIN item i ON i.event_at = s.event_at AND i.item_id = s.item_id
LEFT JOIN model m USING (model_id);
COMMENT ON COLUMN sentiment_history.cluster_id IS 'The first item of those that tell the same within a day.';
COMMENT ON COLUMN sentiment_history.story_id IS 'The first item of the story; joins story_counts.';

CREATE OR REPLACE VIEW sentiment_history_all AS
SELECT a.event_at, a.valid_from, a.valid_to, e.symbol, a.item_id, a.version, a.score,
	label(a.p_negative, a.p_neutral, a.p_positive) AS label, a.p_negative, a.p_neutral, a.p_positive, a.relevance, a.novelty,
	a.mentions, a.in_title, a.mention, m.name AS model
FROM (
	SELECT s.event_at, coalesce(w.valid_from, i.stored_at) AS valid_from, timestamptz 'infinity' AS valid_to, s.entity_id, s.item_id,
		i.version, s.score, s.p_negative, s.p_neutral, s.p_positive, s.relevance, s.mentions, s.in_title, s.mention, s.model_id,
		s.novelty
	FROM entity_sentiment s
	JOIN item i ON i.event_at = s.event_at AND i.item_id = s.item_id
	JOIN item_sentiment w ON w.event_at = s.event_at AND w.item_id = s.item_id
	UNION ALL
	SELECT s.event_at, s.valid_from, s.valid_to, s.entity_id, s.item_id,
		s.version, s.score, s.p_negative, s.p_neutral, s.p_positive, s.relevance, s.mentions, s.in_title, s.mention, s.model_id,
		s.novelty
	FROM entity_sentiment_version s
) a
JOIN entity e USING (entity_id)
LEFT JOIN model m USING (model_id);

CREATE VIEW story_counts AS
SELECT i.event_at, i.item_id, i.story_id, i.cluster_id, i.repeats, novelty(i.repeats) AS novelty, c.in_12h, c.in_24h, c.in_3d, c.in_5d,
	c.in_7d, i.title, i.source
FROM item i
CROSS JOIN LATERAL (
	SELECT count(*) FILTER (WHERE o.event_at > i.event_at - interval '12 hours') AS in_12h,
		count(*) FILTER (WHERE o.event_at > i.event_at - interval '24 hours') AS in_24h,
		count(*) FILTER (WHERE o.event_at > i.event_at - interval '3 days') AS in_3d,
		count(*) FILTER (WHERE o.event_at > i.event_at - interval '5 days') AS in_5d,
		count(*) AS in_7d
	FROM (
		SELECT r.item_id, r.event_at FROM item r
		WHERE r.story_id = i.story_id AND r.story_id <> r.item_id AND r.event_at > i.event_at - interval '7 days'
			AND r.event_at <= i.event_at
		UNION ALL
		SELECT f.item_id, f.event_at FROM item f
		WHERE f.item_id = i.story_id AND f.event_at > i.event_at - interval '7 days' AND f.event_at <= i.event_at
	) o
	WHERE o.item_id <> i.item_id
) c;
COMMENT ON VIEW story_counts IS 'How often an item''s story had been told before it. Filter on event_at and item_id, or on story_id.';
COMMENT ON COLUMN story_counts.event_at IS 'When the item counts.';
COMMENT ON COLUMN story_counts.item_id IS 'The item.';
COMMENT ON COLUMN story_counts.story_id IS 'The first item of its story, within a week.';
COMMENT ON COLUMN story_counts.cluster_id IS 'The first item of those that tell it within a day.';
COMMENT ON COLUMN story_counts.repeats IS 'How many items of the cluster were placed before it.';
COMMENT ON COLUMN story_counts.novelty IS '0.75^repeats.';
COMMENT ON COLUMN story_counts.in_12h IS 'Other items of the story in the 12 hours up to its event_at.';
COMMENT ON COLUMN story_counts.in_24h IS 'In the 24 hours.';
COMMENT ON COLUMN story_counts.in_3d IS 'In the 3 days.';
COMMENT ON COLUMN story_counts.in_5d IS 'In the 5 days.';
COMMENT ON COLUMN story_counts.in_7d IS 'In the 7 days.';
COMMENT ON COLUMN story_counts.title IS 'Headline.';
COMMENT ON COLUMN story_counts.source IS 'Feed or file it came from.';

CREATE FUNCTION prune_stories(before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
	WITH gone AS (DELETE FROM story_place WHERE placed_at < before RETURNING 1) SELECT count(*) FROM gone
$$;
COMMENT ON FUNCTION prune_stories IS 'Forgets places of items that were placed before then; items keep theirs.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'story_counts'),
	('tickertone_reader', 'EXECUTE', 'FUNCTION novelty'),
	('tickertone_writer', 'SELECT', 'story_counts'),
	('tickertone_writer', 'SELECT, INSERT', 'story_place'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION novelty, prune_stories');
SELECT grant_access();
