-- What analysts ask: views and functions over them. Readers are granted these, not the tables.

CREATE FUNCTION label(p_negative real, p_neutral real, p_positive real) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN p_negative IS NULL THEN NULL
	WHEN p_negative >= p_neutral AND p_negative >= p_positive THEN 'negative'
	WHEN p_neutral >= p_positive THEN 'neutral'
	ELSE 'positive'
END;
COMMENT ON FUNCTION label IS 'The most probable of the three: negative, neutral, positive; NULL without probabilities. The first of equals, as in the scorer.';

CREATE VIEW entity_history AS
SELECT
	s.event_at,
	e.symbol,
	s.item_id,
	s.score,
	s.relevance,
	1::real AS novelty,
	s.relevance::float8 AS weight
FROM entity_sentiment s
JOIN entity e USING (entity_id);
COMMENT ON VIEW entity_history IS 'One row per item and entity mentioned, numbers only: what mood() is made of.';
COMMENT ON COLUMN entity_history.event_at IS 'When the item counts: its publication, else its arrival.';
COMMENT ON COLUMN entity_history.symbol IS 'The entity.';
COMMENT ON COLUMN entity_history.item_id IS 'The item.';
COMMENT ON COLUMN entity_history.score IS 'What the item says about the entity, in [-1, 1]; NULL: not scored.';
COMMENT ON COLUMN entity_history.relevance IS 'How much the item is about the entity, 0 to 1.';
COMMENT ON COLUMN entity_history.novelty IS '1 for news; less for the repeats of a story.';
COMMENT ON COLUMN entity_history.weight IS 'relevance × novelty: the weight of the score in every mean.';

CREATE VIEW item_history AS
SELECT
	i.event_at,
	i.published_at,
	i.fetched_at,
	i.stored_at,
	i.item_id,
	i.source,
	i.title,
	i.summary,
	i.url,
	i.author,
	i.lang,
	i.categories,
	i.date_clamped,
	s.score,
	label(s.p_negative, s.p_neutral, s.p_positive) AS label,
	s.p_negative,
	s.p_neutral,
	s.p_positive,
	s.unscored,
	s.n_tokens,
	s.scored_at,
	m.name AS model
FROM item i
JOIN item_sentiment s ON s.event_at = i.event_at AND s.item_id = i.item_id
LEFT JOIN model m USING (model_id);
COMMENT ON VIEW item_history IS 'One row per item with its whole-item sentiment, whether or not it mentions an entity.';
COMMENT ON COLUMN item_history.event_at IS 'When it counts: published_at, else fetched_at. Filter on this column, it selects the partitions.';
COMMENT ON COLUMN item_history.published_at IS 'Date the publisher gave; NULL: none or unreadable.';
COMMENT ON COLUMN item_history.fetched_at IS 'When it reached us.';
COMMENT ON COLUMN item_history.stored_at IS 'When it was stored.';
COMMENT ON COLUMN item_history.item_id IS 'Identity of the item.';
COMMENT ON COLUMN item_history.source IS 'Feed or file it came from.';
COMMENT ON COLUMN item_history.title IS 'Headline.';
COMMENT ON COLUMN item_history.summary IS 'Summary.';
COMMENT ON COLUMN item_history.url IS 'Where to read it.';
COMMENT ON COLUMN item_history.author IS 'Author as given.';
COMMENT ON COLUMN item_history.lang IS 'Language tag as given.';
COMMENT ON COLUMN item_history.categories IS 'Categories as given; NULL: none.';
COMMENT ON COLUMN item_history.date_clamped IS 'True: the publisher''s date lay in the future, event_at is the arrival.';
COMMENT ON COLUMN item_history.score IS 'p_positive - p_negative, in [-1, 1]; NULL: not scored, see unscored.';
COMMENT ON COLUMN item_history.label IS 'negative, neutral or positive: the most probable; NULL: not scored.';
COMMENT ON COLUMN item_history.p_negative IS 'Probability of negative.';
COMMENT ON COLUMN item_history.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN item_history.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN item_history.unscored IS 'Why there is no score; NULL: there is one.';
COMMENT ON COLUMN item_history.n_tokens IS 'Tokens the model read.';
COMMENT ON COLUMN item_history.scored_at IS 'When it was scored.';
COMMENT ON COLUMN item_history.model IS 'The model that scored it.';

CREATE VIEW sentiment_history AS
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
	1::real AS novelty,
	s.mentions,
	s.in_title,
	s.mention,
	i.source,
	i.url,
	i.published_at,
	i.fetched_at,
	i.stored_at,
	m.name AS model,
	s.item_id
FROM entity_sentiment s
JOIN entity e USING (entity_id)
JOIN item i ON i.event_at = s.event_at AND i.item_id = s.item_id
LEFT JOIN model m USING (model_id);
COMMENT ON VIEW sentiment_history IS 'One row per item and entity mentioned: what was said about whom, when, where. Start here.';
COMMENT ON COLUMN sentiment_history.event_at IS 'When it counts: the publication, else the arrival. Filter on this column, it selects the partitions.';
COMMENT ON COLUMN sentiment_history.symbol IS 'The entity: AAPL, EURUSD.';
COMMENT ON COLUMN sentiment_history.name IS 'Its name; the symbol when none is known.';
COMMENT ON COLUMN sentiment_history.kind IS 'company, index, currency, ...';
COMMENT ON COLUMN sentiment_history.sector IS 'Its sector.';
COMMENT ON COLUMN sentiment_history.title IS 'Headline of the item.';
COMMENT ON COLUMN sentiment_history.score IS 'What the item says about this entity: p_positive - p_negative, in [-1, 1]; NULL: not scored.';
COMMENT ON COLUMN sentiment_history.label IS 'negative, neutral or positive: the most probable; NULL: not scored.';
COMMENT ON COLUMN sentiment_history.p_negative IS 'Probability of negative.';
COMMENT ON COLUMN sentiment_history.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN sentiment_history.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN sentiment_history.relevance IS 'How much the item is about the entity, 0 to 1.';
COMMENT ON COLUMN sentiment_history.novelty IS '1 for news; less for the repeats of a story.';
COMMENT ON COLUMN sentiment_history.mentions IS 'How often the item mentions it.';
COMMENT ON COLUMN sentiment_history.in_title IS 'True when the title mentions it.';
COMMENT ON COLUMN sentiment_history.mention IS 'The first mention, as the text has it.';
COMMENT ON COLUMN sentiment_history.source IS 'Feed or file the item came from.';
COMMENT ON COLUMN sentiment_history.url IS 'Where to read it.';
COMMENT ON COLUMN sentiment_history.published_at IS 'Date the publisher gave; NULL: none or unreadable.';
COMMENT ON COLUMN sentiment_history.fetched_at IS 'When it reached us.';
COMMENT ON COLUMN sentiment_history.stored_at IS 'When it was stored.';
COMMENT ON COLUMN sentiment_history.model IS 'The model that scored it.';
COMMENT ON COLUMN sentiment_history.item_id IS 'Identity of the item; joins item_history.';

CREATE FUNCTION stories(symbol text, since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	max_rows integer DEFAULT 50)
RETURNS TABLE (event_at timestamptz, impact float8, score real, label text, relevance real, title text, source text,
	url text, item_id uuid)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT h.event_at, h.score * h.relevance::float8 * h.novelty AS impact, h.score, h.label, h.relevance, h.title,
		h.source, h.url, h.item_id
	FROM sentiment_history h
	WHERE h.symbol = stories.symbol AND h.event_at >= stories.since AND h.event_at < stories.until
		AND h.score IS NOT NULL
	ORDER BY abs(h.score * h.relevance::float8 * h.novelty) DESC, h.event_at DESC, h.item_id
	LIMIT stories.max_rows;
END;
COMMENT ON FUNCTION stories IS 'The items that moved an entity most in a time span: by impact = score × relevance × novelty, strongest first.';

-- mood(e,t) = Σ w s 2^(-(t-m)/h) / Σ w 2^(-(t-m)/h), over items whose minute m is over by t; w = relevance × novelty.
-- One pass: the three sums decay from minute to minute. Items older than 48 half-lives (2^-48 = 4e-15) are left out.
CREATE FUNCTION mood(symbol text, since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	step interval DEFAULT '1 hour', half_life interval DEFAULT '6 hours', weight_floor float8 DEFAULT 0.05)
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
	horizon CONSTANT float8 := 48;
	minute  CONSTANT interval := '1 minute';
	half    CONSTANT float8 := extract(epoch FROM half_life);
	last_m  timestamptz;
	age     float8; -- half-lives
	w       float8 := 0;
	ws      float8 := 0;
	wss     float8 := 0;
	row     record;
	more    boolean := true;
	bucket  CURSOR FOR
		SELECT date_bin(minute, h.event_at, 'epoch') AS m, count(*) AS n, sum(h.weight) AS w,
			sum(h.weight * h.score) AS ws, sum(h.weight * h.score * h.score) AS wss
		FROM tickertone.entity_history h
		WHERE h.symbol = mood.symbol AND h.score IS NOT NULL AND h.weight > 0
			AND h.event_at >= mood.since - make_interval(secs => horizon * half) AND h.event_at < mood.until
		GROUP BY 1
		ORDER BY 1;
BEGIN
	IF NOT half > 0 OR step < minute THEN
		RAISE EXCEPTION 'mood: half_life must be positive and step at least a minute' USING ERRCODE = '22023';
	END IF;
	at := date_bin(minute, since, 'epoch');
	items := 0;
	OPEN bucket;
	FETCH bucket INTO row;
	more := FOUND;
	WHILE at <= until LOOP
		WHILE more AND row.m + minute <= at LOOP
			age := extract(epoch FROM row.m - last_m) / half;
			IF age <= horizon THEN
				w := w * 2 ^ -age;
				ws := ws * 2 ^ -age;
				wss := wss * 2 ^ -age;
			ELSE -- long ago, or the first (age is NULL)
				w := 0;
				ws := 0;
				wss := 0;
			END IF;
			w := w + row.w;
			ws := ws + row.ws;
			wss := wss + row.wss;
			items := items + CASE WHEN row.m >= since THEN row.n ELSE 0 END;
			last_m := row.m;
			FETCH bucket INTO row;
			more := FOUND;
		END LOOP;
		age := extract(epoch FROM at - last_m) / half;
		weight := CASE WHEN age <= horizon THEN w * 2 ^ -age ELSE 0 END;
		mood := NULL;
		dispersion := NULL;
		IF weight >= weight_floor AND w > 0 THEN
			mood := ws / w;
			dispersion := sqrt(greatest(wss / w - mood * mood, 0));
		END IF;
		RETURN NEXT;
		items := 0;
		at := at + step;
	END LOOP;
	CLOSE bucket;
END $$;
COMMENT ON FUNCTION mood IS 'Mood of an entity at since, since + step, ... until: the mean of its scores, weighted by relevance × novelty and halved every half_life; NULL while the weights sum to less than weight_floor. dispersion: weighted standard deviation; items: newly counted in the step.';

CREATE FUNCTION top_movers(span interval DEFAULT '24 hours', until timestamptz DEFAULT now(), max_rows integer DEFAULT 20)
RETURNS TABLE (symbol text, mood float8, mood_before float8, change float8, items bigint, items_before bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT s.symbol, s.now_ws / s.now_w, s.before_ws / s.before_w, s.now_ws / s.now_w - s.before_ws / s.before_w,
		s.now_n, s.before_n
	FROM (
		SELECT h.symbol,
			sum(h.weight * h.score) FILTER (WHERE h.event_at >= top_movers.until - top_movers.span) AS now_ws,
			sum(h.weight) FILTER (WHERE h.event_at >= top_movers.until - top_movers.span) AS now_w,
			count(*) FILTER (WHERE h.event_at >= top_movers.until - top_movers.span) AS now_n,
			sum(h.weight * h.score) FILTER (WHERE h.event_at < top_movers.until - top_movers.span) AS before_ws,
			sum(h.weight) FILTER (WHERE h.event_at < top_movers.until - top_movers.span) AS before_w,
			count(*) FILTER (WHERE h.event_at < top_movers.until - top_movers.span) AS before_n
		FROM entity_history h
		WHERE h.event_at >= top_movers.until - 2 * top_movers.span AND h.event_at < top_movers.until
			AND h.score IS NOT NULL AND h.weight > 0
		GROUP BY h.symbol
	) s
	WHERE s.now_w > 0 AND s.before_w > 0
	ORDER BY abs(s.now_ws / s.now_w - s.before_ws / s.before_w) DESC, s.symbol
	LIMIT top_movers.max_rows;
END;
COMMENT ON FUNCTION top_movers IS 'Entities whose weighted mean score changed most between the span that ends at until and the span before it.';
