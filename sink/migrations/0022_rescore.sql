-- Other models over what is stored: what items said so far is kept, with the time it was valid for, as of texts that were changed
-- (0006). And the mood as it was known at a time.

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

-- The formulas of mood_of(), from the raw rows; of a group each item counts once, as in roll_up_of(). What an item says comes with the
-- first step at which it is known and goes with the first at which it is not any more; between steps the sums decay.
CREATE FUNCTION mood_as_known(of_name text, since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	step interval DEFAULT '1 hour', half_life interval DEFAULT '6 hours', weight_floor float8 DEFAULT 0.05,
	known_at timestamptz DEFAULT NULL, of_kind text DEFAULT 'entity')
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
	horizon CONSTANT float8 := 48; -- half-lives, as in mood_of()
	half    CONSTANT float8 := date_part('epoch', half_life);
	width   CONSTANT float8 := date_part('epoch', step);
	start   CONSTANT timestamptz := date_bin('1 minute', since, 'epoch');
	begin_s CONSTANT float8 := date_part('epoch', start);
	steps   CONSTANT float8 := floor((date_part('epoch', until) - begin_s) / width);
	members CONSTANT integer[] := ARRAY(
		SELECT e.entity_id FROM tickertone.entity e
		WHERE CASE of_kind WHEN 'entity' THEN e.symbol = of_name WHEN 'sector' THEN e.sector = of_name ELSE of_kind = 'market' END);
	decay   float8;
	w       float8 := 0;
	ws      float8 := 0;
	wss     float8 := 0;
	known   bigint := 0; -- items in these sums
	last_s  float8;
	row     record;
BEGIN
	IF NOT half > 0 OR width < 60 THEN
		RAISE EXCEPTION 'mood: half_life must be positive and step at least a minute' USING ERRCODE = '22023';
	END IF;
	decay := CASE WHEN width / half < 1000 THEN 2 ^ (-width / half) ELSE 0 END;
	FOR row IN
		WITH said AS (
			SELECT s.item_id, date_part('epoch', date_bin('1 minute', s.event_at, 'epoch')) AS minute_s, s.valid_from, s.valid_to,
				max(s.weight) AS w, sum(s.weight * s.score) / sum(s.weight) AS score
			FROM (SELECT e.*, e.relevance::float8 * e.novelty AS weight FROM tickertone.entity_sentiment_ever e) s
			WHERE s.entity_id = ANY (members) AND s.score IS NOT NULL AND s.relevance > 0 AND s.novelty > 0
				AND s.event_at >= start - make_interval(secs => horizon * half) AND s.event_at < until
				AND (known_at IS NULL OR (s.valid_from <= known_at AND (s.valid_to > known_at OR s.valid_to = 'infinity')))
			GROUP BY s.item_id, s.event_at, s.valid_from, s.valid_to
		), placed AS (
			SELECT s.*, greatest(0, ceil((s.minute_s + 60 - begin_s) / width)) AS k_over,
				CASE WHEN known_at IS NULL THEN greatest(0, ceil((date_part('epoch', s.valid_from) - begin_s) / width)) ELSE 0 END AS k_known,
				CASE WHEN known_at IS NULL THEN greatest(0, ceil((date_part('epoch', s.valid_to) - begin_s) / width)) ELSE steps + 1 END AS k_gone
			FROM said s
		), change AS (
			SELECT c.k, c.sign, p.w * c.sign * 2 ^ -least((c.k * width + begin_s - p.minute_s) / half, 1000) AS w, p.score, p.minute_s,
				p.k_over = c.k AND c.sign > 0 AND p.minute_s >= begin_s AS is_of_step
			FROM placed p
			CROSS JOIN LATERAL (VALUES (greatest(p.k_over, p.k_known), 1), (p.k_gone, -1)) AS c (k, sign)
			WHERE greatest(p.k_over, p.k_known) < p.k_gone AND c.k <= steps
		), by_step AS MATERIALIZED ( -- once, whatever the planner thinks of its size
			SELECT c.k, sum(c.w) AS w, sum(c.w * c.score) AS ws, sum(c.w * c.score * c.score) AS wss, sum(c.sign) AS known,
				count(*) FILTER (WHERE c.is_of_step) AS n, max(c.minute_s) FILTER (WHERE c.sign > 0) AS last_s
			FROM change c
			GROUP BY c.k
		)
		SELECT k.k, c.*
		FROM generate_series(0, steps::integer) AS k (k)
		LEFT JOIN by_step c USING (k)
		ORDER BY k.k
	LOOP
		at := start + make_interval(secs => row.k * width);
		w := w * decay + coalesce(row.w, 0);
		ws := ws * decay + coalesce(row.ws, 0);
		wss := wss * decay + coalesce(row.wss, 0);
		known := known + coalesce(row.known, 0);
		last_s := greatest(last_s, row.last_s);
		IF known = 0 OR row.k * width + begin_s - last_s > horizon * half THEN
			w := 0;
			ws := 0;
			wss := 0;
		END IF;
		weight := w;
		mood := NULL;
		dispersion := NULL;
		IF w >= weight_floor AND w > 0 THEN
			mood := ws / w;
			dispersion := sqrt(greatest(wss / w - mood * mood, 0));
		END IF;
		items := coalesce(row.n, 0);
		RETURN NEXT;
	END LOOP;
END $$;
COMMENT ON FUNCTION mood_as_known IS 'mood() as it was: from the texts and scores that were known at known_at, or, where that is NULL, at each time itself, without what came or was scored later. of_kind: entity, sector (by the sectors of today) or market. Reads the raw rows; for a mood as it is now ask mood().';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'EXECUTE', 'FUNCTION mood_as_known'),
	('tickertone_reader', 'SELECT', 'entity_sentiment_ever, entity'),
	('tickertone_writer', 'SELECT', 'entity_sentiment_ever'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION make_room_for_scores, mood_as_known');
SELECT grant_access();
