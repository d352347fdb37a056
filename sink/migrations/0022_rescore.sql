-- Other models over what is stored: what items said so far is kept, with the time it was valid for, as of texts that were changed
-- (0006), and can be asked as one.

-- Called by sink/pg/sql/rescore.sql, which then stores the new scores; a function for the reasons that revise_items is one. Texts
-- that have changed since they were read, and those that the model has scored by now, are left out; so is what still cannot be
-- scored, for the same reason.
CREATE FUNCTION make_room_for_scores(ids uuid[], event_ats timestamptz[], versions smallint[], by_model smallint, reasons text[])
RETURNS TABLE (n bigint, valid_from timestamptz, repeats integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM FROM seen s WHERE s.key = ANY (ids) ORDER BY s.key FOR UPDATE; -- the locks of the stories, as revise_items takes them
	RETURN QUERY
	WITH due AS MATERIALIZED (
		SELECT g.n, i.event_at, i.item_id, i.version, i.repeats, since.at AS valid_from,
			greatest(now(), since.at + interval '1 microsecond') AS valid_to -- also when the clock was set back
		FROM unnest(ids, event_ats, versions, reasons) WITH ORDINALITY AS g (item_id, event_at, version, unscored, n)
		JOIN item i ON i.event_at = g.event_at AND i.item_id = g.item_id AND i.version = g.version
		JOIN item_sentiment s ON s.event_at = i.event_at AND s.item_id = i.item_id
		CROSS JOIN LATERAL (SELECT coalesce(s.valid_from, i.stored_at) AS at) since
		WHERE s.model_id IS DISTINCT FROM by_model AND (s.unscored IS NULL OR s.unscored IS DISTINCT FROM g.unscored)
	), sentiment AS (
		DELETE FROM item_sentiment s USING due d WHERE s.event_at = d.event_at AND s.item_id = d.item_id
		RETURNING s.*, d.version, d.valid_from AS since, d.valid_to
	), sentiment_kept AS (
		INSERT INTO item_sentiment_version (event_at, valid_from, valid_to, scored_at, item_id, score, p_negative, p_neutral,
			p_positive, n_tokens, model_id, version, unscored)
		SELECT s.event_at, s.since, s.valid_to, s.scored_at, s.item_id, s.score, s.p_negative, s.p_neutral, s.p_positive,
			s.n_tokens, s.model_id, s.version, s.unscored
		FROM sentiment s
	), entities AS (
		DELETE FROM entity_sentiment e USING due d WHERE e.event_at = d.event_at AND e.item_id = d.item_id
		RETURNING e.*, d.version, d.valid_from AS since, d.valid_to
	), entities_kept AS (
		INSERT INTO entity_sentiment_version (event_at, valid_from, valid_to, item_id, entity_id, score, p_negative, p_neutral,
			p_positive, relevance, mentions, model_id, version, in_title, mention, novelty)
		SELECT e.event_at, e.since, e.valid_to, e.item_id, e.entity_id, e.score, e.p_negative, e.p_neutral, e.p_positive,
			e.relevance, e.mentions, e.model_id, e.version, e.in_title, e.mention, e.novelty
		FROM entities e
	)
	SELECT d.n, d.valid_to, d.repeats FROM due d;
END $$;
COMMENT ON FUNCTION make_room_for_scores IS 'Makes room for another model''s scores of stored texts: what they said so far goes to the version tables. Returns, by the number of the item, since when the new score is valid, and item.repeats.';
REVOKE EXECUTE ON FUNCTION make_room_for_scores FROM PUBLIC;

-- Row by row by key: how many rows a join of these tables has is guessed wrong by orders of magnitude, and so would be its plan.
CREATE VIEW entity_sentiment_ever AS
SELECT s.event_at, v.valid_from, timestamptz 'infinity' AS valid_to, s.item_id, s.entity_id, s.score, s.relevance, s.novelty
FROM entity_sentiment s
CROSS JOIN LATERAL (
	SELECT coalesce(w.valid_from, (SELECT i.stored_at FROM item i WHERE i.event_at = s.event_at AND i.item_id = s.item_id)) AS valid_from
	FROM item_sentiment w
	WHERE w.event_at = s.event_at AND w.item_id = s.item_id
	LIMIT 1
) v
UNION ALL
SELECT s.event_at, s.valid_from, s.valid_to, s.item_id, s.entity_id, s.score, s.relevance, s.novelty
FROM entity_sentiment_version s;
COMMENT ON VIEW entity_sentiment_ever IS 'What mood_as_known() is made of: entity_sentiment and entity_sentiment_version as one. Analysts ask sentiment_history_all.';
COMMENT ON COLUMN entity_sentiment_ever.event_at IS 'When the item counts.';
COMMENT ON COLUMN entity_sentiment_ever.valid_from IS 'Since when this was what the item says.';
COMMENT ON COLUMN entity_sentiment_ever.valid_to IS 'Until when; infinity: still.';
COMMENT ON COLUMN entity_sentiment_ever.item_id IS 'The item.';
COMMENT ON COLUMN entity_sentiment_ever.entity_id IS 'The entity.';
COMMENT ON COLUMN entity_sentiment_ever.score IS 'What it says about it; NULL: not scored.';
COMMENT ON COLUMN entity_sentiment_ever.relevance IS 'As in entity_sentiment.';
COMMENT ON COLUMN entity_sentiment_ever.novelty IS 'As in entity_sentiment.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'entity_sentiment_ever, entity'),
	('tickertone_writer', 'SELECT', 'entity_sentiment_ever'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION make_room_for_scores');
SELECT grant_access();
