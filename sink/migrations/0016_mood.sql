-- The mood functions, over the roll-ups. mood/index.h has the same formulas in C; tests hold both to 1e-9 of each other.
-- A minute counts at t when it is over by then: m + 1 min <= t.

CREATE VIEW subject AS
SELECT e.entity_id AS subject_id, 'entity' AS kind, e.symbol AS name, e.sector FROM entity e
UNION ALL
SELECT g.subject_id, g.kind, g.name, NULL FROM mood_group g;
COMMENT ON VIEW subject IS 'Who has a mood: entities, sectors, the market.';
COMMENT ON COLUMN subject.subject_id IS 'Key in mood_minute.';
COMMENT ON COLUMN subject.kind IS 'entity, sector or market.';
COMMENT ON COLUMN subject.name IS 'Symbol, name of the sector, market.';
COMMENT ON COLUMN subject.sector IS 'Of an entity: its sector.';

CREATE FUNCTION subject_id(of_kind text, of_name text) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT s.subject_id FROM subject s WHERE s.kind = of_kind AND s.name = of_name;
END;
COMMENT ON FUNCTION subject_id IS 'Key of a subject; NULL: nobody of that name.';

-- Each minute's sums are decayed to the end of its step, in one query; then steps follow each other.
CREATE FUNCTION mood_of(subject integer, since timestamptz, until timestamptz, step interval, half_life interval, weight_floor float8)
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
	horizon CONSTANT float8 := 48; -- half-lives; 2^-48 = 4e-15
	half    CONSTANT float8 := date_part('epoch', half_life);
	width   CONSTANT float8 := date_part('epoch', step);
	start   CONSTANT timestamptz := date_bin('1 minute', since, 'epoch');
	w       float8 := 0;
	ws      float8 := 0;
	wss     float8 := 0;
	decay   float8;
	last_m  timestamptz;
	row     record;
BEGIN
	IF NOT half > 0 OR width < 60 THEN
		RAISE EXCEPTION 'mood: half_life must be positive and step at least a minute' USING ERRCODE = '22023';
	END IF;
	decay := CASE WHEN width / half < 1000 THEN 2 ^ (-width / half) ELSE 0 END;
	FOR row IN
		SELECT k.k, b.n, b.w, b.ws, b.wss, b.last_m
		FROM generate_series(0, floor(date_part('epoch', until - start) / width)::integer) AS k (k)
		LEFT JOIN (
			SELECT d.k, sum(d.n) FILTER (WHERE d.minute >= start)::bigint AS n, sum(d.w * d.f) AS w, sum(d.ws * d.f) AS ws,
				sum(d.wss * d.f) AS wss, max(d.minute) AS last_m
			FROM (
				SELECT a.*, 2 ^ -least((a.k * width - a.age) / half, 1000) AS f
				FROM (
					SELECT m.*, date_part('epoch', m.minute - start) AS age,
						greatest(0, ceil((date_part('epoch', m.minute - start) + 60) / width))::integer AS k
					FROM tickertone.mood_minute m
					WHERE m.subject_id = subject AND m.minute >= start - make_interval(secs => horizon * half)
						AND m.minute < until
				) a
			) d
			GROUP BY d.k
		) b USING (k)
		ORDER BY k.k
	LOOP
		at := start + make_interval(secs => row.k * width);
		w := w * decay + coalesce(row.w, 0);
		ws := ws * decay + coalesce(row.ws, 0);
		wss := wss * decay + coalesce(row.wss, 0);
		last_m := coalesce(row.last_m, last_m);
		IF last_m IS NULL OR date_part('epoch', at - last_m) > horizon * half THEN
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
COMMENT ON FUNCTION mood_of IS 'mood() of any subject, by its key.';

CREATE OR REPLACE FUNCTION mood(symbol text, since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	step interval DEFAULT '1 hour', half_life interval DEFAULT '6 hours', weight_floor float8 DEFAULT 0.05)
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.* FROM mood_of(subject_id('entity', mood.symbol), mood.since, mood.until, mood.step, mood.half_life, mood.weight_floor) m;
END;
COMMENT ON FUNCTION mood IS 'Mood of an entity at since, since + step, ... until: the mean of its scores, weighted by relevance × novelty and halved every half_life; NULL while the weights sum to less than weight_floor. dispersion: weighted standard deviation; items: newly counted in the step.';

CREATE FUNCTION market_mood(since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	step interval DEFAULT '1 hour', half_life interval DEFAULT '6 hours', weight_floor float8 DEFAULT 0.05)
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.* FROM mood_of(-1, market_mood.since, market_mood.until, market_mood.step, market_mood.half_life,
		market_mood.weight_floor) m;
END;
COMMENT ON FUNCTION market_mood IS 'mood() of all entities together, each item counted once.';

CREATE FUNCTION sector_mood(sector text, since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	step interval DEFAULT '1 hour', half_life interval DEFAULT '6 hours', weight_floor float8 DEFAULT 0.05)
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.* FROM mood_of(subject_id('sector', sector_mood.sector), sector_mood.since, sector_mood.until, sector_mood.step,
		sector_mood.half_life, sector_mood.weight_floor) m;
END;
COMMENT ON FUNCTION sector_mood IS 'mood() of the entities of a sector together, each item counted once.';

-- The figures at one time.

CREATE FUNCTION dispersion(symbol text, until timestamptz DEFAULT now(), half_life interval DEFAULT '6 hours',
	weight_floor float8 DEFAULT 0.05)
RETURNS float8
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.dispersion FROM mood(dispersion.symbol, dispersion.until, dispersion.until, '1 minute', dispersion.half_life,
		dispersion.weight_floor) m;
END;
COMMENT ON FUNCTION dispersion IS 'How much what is said about an entity differs: the standard deviation of its scores around mood(), with the same weights.';

CREATE FUNCTION buzz(symbol text, until timestamptz DEFAULT now(), span interval DEFAULT '1 hour', baseline interval DEFAULT '7 days')
RETURNS float8
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT sum(m.n) FILTER (WHERE m.minute >= date_bin('1 minute', buzz.until, 'epoch') - buzz.span)::float8
		/ (sum(m.n) * date_part('epoch', buzz.span) / date_part('epoch', buzz.baseline))
	FROM (
		SELECT 0 AS n, date_bin('1 minute', buzz.until, 'epoch') - interval '1 minute' AS minute
		UNION ALL
		SELECT m.n, m.minute FROM mood_minute m
		WHERE m.subject_id = subject_id('entity', buzz.symbol)
			AND m.minute >= date_bin('1 minute', buzz.until, 'epoch') - buzz.baseline
			AND m.minute < date_bin('1 minute', buzz.until, 'epoch')
	) m
	HAVING sum(m.n) > 0;
END;
COMMENT ON FUNCTION buzz IS 'How much is said about an entity: items in the span that ends at until, by the mean number in such a span over the baseline. 1 is as usual; NULL: nothing was said in the baseline.';

CREATE FUNCTION shock(symbol text, until timestamptz DEFAULT now(), half_short interval DEFAULT '1 hour',
	half_long interval DEFAULT '24 hours', dispersion_floor float8 DEFAULT 0.1, weight_floor float8 DEFAULT 0.05)
RETURNS float8
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT (near.mood - far.mood) / greatest(far.dispersion, shock.dispersion_floor)
	FROM mood(shock.symbol, shock.until, shock.until, '1 minute', shock.half_short, shock.weight_floor) near,
		mood(shock.symbol, shock.until, shock.until, '1 minute', shock.half_long, shock.weight_floor) far;
END;
COMMENT ON FUNCTION shock IS 'How far the mood of the last while is from that of the longer one, in units of its dispersion: (mood_short - mood_long) / max(dispersion_long, dispersion_floor); NULL where one of them is.';

CREATE FUNCTION band(mood float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN mood IS NULL THEN NULL
	WHEN mood < -0.6 THEN 'very bearish'
	WHEN mood < -0.2 THEN 'bearish'
	WHEN mood <= 0.2 THEN 'neutral'
	WHEN mood <= 0.6 THEN 'bullish'
	ELSE 'very bullish'
END;
COMMENT ON FUNCTION band IS 'A mood in words: very bearish below -0.6, bearish below -0.2, neutral up to 0.2, bullish up to 0.6, very bullish above.';

DROP FUNCTION top_movers;
CREATE FUNCTION top_movers(span interval DEFAULT '24 hours', until timestamptz DEFAULT now(), max_rows integer DEFAULT 20)
RETURNS TABLE (symbol text, mood float8, mood_before float8, change float8, items bigint, items_before bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.name, s.ws / s.w, s.before_ws / s.before_w, s.ws / s.w - s.before_ws / s.before_w, s.n, s.before_n
	FROM (
		SELECT m.subject_id,
			sum(m.ws) FILTER (WHERE m.minute >= top_movers.until - top_movers.span) AS ws,
			sum(m.w) FILTER (WHERE m.minute >= top_movers.until - top_movers.span) AS w,
			sum(m.n) FILTER (WHERE m.minute >= top_movers.until - top_movers.span) AS n,
			sum(m.ws) FILTER (WHERE m.minute < top_movers.until - top_movers.span) AS before_ws,
			sum(m.w) FILTER (WHERE m.minute < top_movers.until - top_movers.span) AS before_w,
			sum(m.n) FILTER (WHERE m.minute < top_movers.until - top_movers.span) AS before_n
		FROM mood_minute m
		WHERE m.minute >= top_movers.until - 2 * top_movers.span AND m.minute < top_movers.until AND m.subject_id > 0
		GROUP BY m.subject_id
	) s
	JOIN subject e ON e.subject_id = s.subject_id
	WHERE s.w > 0 AND s.before_w > 0
	ORDER BY abs(s.ws / s.w - s.before_ws / s.before_w) DESC, e.name
	LIMIT top_movers.max_rows;
END;
COMMENT ON FUNCTION top_movers IS 'Entities whose weighted mean score changed most between the span that ends at until and the span before it; whole minutes.';

DROP FUNCTION stories;
CREATE FUNCTION stories(symbol text, since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	max_rows integer DEFAULT 50, min_relevance real DEFAULT 0, min_novelty real DEFAULT 0)
RETURNS TABLE (event_at timestamptz, impact float8, score real, label text, relevance real, title text, source text,
	url text, item_id uuid)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT h.event_at, h.score * h.relevance::float8 * h.novelty AS impact, h.score, h.label, h.relevance, h.title,
		h.source, h.url, h.item_id
	FROM sentiment_history h
	WHERE h.symbol = stories.symbol AND h.event_at >= stories.since AND h.event_at < stories.until
		AND h.score IS NOT NULL AND h.relevance >= stories.min_relevance AND h.novelty >= stories.min_novelty
	ORDER BY abs(h.score * h.relevance::float8 * h.novelty) DESC, h.event_at DESC, h.item_id
	LIMIT stories.max_rows;
END;
COMMENT ON FUNCTION stories IS 'The items that moved an entity most in a time span: by impact = score × relevance × novelty, strongest first.';

-- Coarser: each is made of minutes when it is asked for, so it can never differ from them.

CREATE VIEW mood_hour AS
SELECT s.kind, s.name, date_bin('1 hour', m.minute, 'epoch') AS hour, sum(m.n)::bigint AS items, sum(m.n_pos)::bigint AS positive,
	sum(m.n_neg)::bigint AS negative, sum(m.w) AS weight, sum(m.ws) / nullif(sum(m.w), 0) AS mean_score
FROM mood_minute m
JOIN subject s USING (subject_id)
GROUP BY s.kind, s.name, 3;
COMMENT ON VIEW mood_hour IS 'What was said about each subject, by the hour. Filter on kind and name, and for a span of time ask mood_span().';
COMMENT ON COLUMN mood_hour.kind IS 'entity, sector or market.';
COMMENT ON COLUMN mood_hour.name IS 'Symbol, sector, market.';
COMMENT ON COLUMN mood_hour.hour IS 'Begin of the hour (UTC).';
COMMENT ON COLUMN mood_hour.items IS 'Items.';
COMMENT ON COLUMN mood_hour.positive IS 'Positive ones.';
COMMENT ON COLUMN mood_hour.negative IS 'Negative ones.';
COMMENT ON COLUMN mood_hour.weight IS 'Sum of relevance × novelty.';
COMMENT ON COLUMN mood_hour.mean_score IS 'Mean score, so weighted; no half-life.';

-- Trading days.

CREATE TABLE trading_calendar (
	closes    time NOT NULL,
	calendar  text PRIMARY KEY,
	time_zone text NOT NULL
);
COMMENT ON TABLE trading_calendar IS 'Exchanges: what comes after the close counts for the next trading day. Further ones are rows.';
COMMENT ON COLUMN trading_calendar.closes IS 'Close of a whole day, local time.';
COMMENT ON COLUMN trading_calendar.calendar IS 'Key: NYSE.';
COMMENT ON COLUMN trading_calendar.time_zone IS 'Its time zone, as PostgreSQL knows it.';
CREATE TABLE trading_exception (
	day      date NOT NULL,
	closes   time,
	calendar text NOT NULL REFERENCES trading_calendar,
	name     text NOT NULL,
	PRIMARY KEY (calendar, day)
);
COMMENT ON TABLE trading_exception IS 'Weekdays without trading, and days that close early.';
COMMENT ON COLUMN trading_exception.day IS 'The day, local date.';
COMMENT ON COLUMN trading_exception.closes IS 'When it closes; NULL: it does not open.';
COMMENT ON COLUMN trading_exception.calendar IS 'The exchange.';
COMMENT ON COLUMN trading_exception.name IS 'Why.';

INSERT INTO trading_calendar (calendar, time_zone, closes) VALUES ('NYSE', 'America/New_York', '16:00');

-- The rules of the New York Stock Exchange (rule 7.2), 2000 to 2050. A holiday on Saturday is kept on Friday (but New Year's Day is
-- not), on Sunday on Monday. Easter by the anonymous Gregorian algorithm.
WITH year AS (
	SELECT y, y % 19 AS a, y / 100 AS b, y % 100 AS c FROM generate_series(2000, 2050) AS y
), h AS (
	SELECT *, (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30 AS h FROM year
), l AS (
	SELECT *, (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7 AS l FROM h
), m AS (
	SELECT *, (a + 11 * h + 22 * l) / 451 AS m FROM l
), easter AS (
	SELECT y, make_date(y, (h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1) AS sunday FROM m
), fixed AS (
	SELECT y, f.name, make_date(y, f.month, f.day) AS day
	FROM year, (VALUES ('New Year''s Day', 1, 1, 2000), ('Juneteenth', 6, 19, 2022), ('Independence Day', 7, 4, 2000),
		('Christmas Day', 12, 25, 2000)) AS f (name, month, day, since)
	WHERE y >= f.since
), nth AS ( -- the nth of a weekday in a month; -1: the last
	SELECT y, f.name, CASE WHEN f.n > 0
		THEN make_date(y, f.month, 1) + (f.dow - extract(dow FROM make_date(y, f.month, 1))::int + 7) % 7 + 7 * (f.n - 1)
		ELSE make_date(y, f.month, 31) - (extract(dow FROM make_date(y, f.month, 31))::int - f.dow + 7) % 7 END AS day
	FROM year, (VALUES ('Martin Luther King Day', 1, 1, 3), ('Presidents'' Day', 2, 1, 3), ('Memorial Day', 5, 1, -1),
		('Labor Day', 9, 1, 1), ('Thanksgiving Day', 11, 4, 4)) AS f (name, month, dow, n)
), whole AS (
	SELECT name, CASE extract(isodow FROM day) WHEN 6 THEN day - 1 WHEN 7 THEN day + 1 ELSE day END AS day
	FROM fixed
	WHERE NOT (name = 'New Year''s Day' AND extract(isodow FROM day) = 6)
	UNION ALL SELECT name, day FROM nth
	UNION ALL SELECT 'Good Friday', sunday - 2 FROM easter
	UNION ALL VALUES ('Attack of 11 September', date '2001-09-11'), ('Attack of 11 September', '2001-09-12'),
		('Attack of 11 September', '2001-09-13'), ('Attack of 11 September', '2001-09-14'), ('Mourning for R. Reagan', '2004-06-11'),
		('Mourning for G. Ford', '2007-01-02'), ('Hurricane Sandy', '2012-10-29'), ('Hurricane Sandy', '2012-10-30'),
		('Mourning for G. H. W. Bush', '2018-12-05'), ('Mourning for J. Carter', '2025-01-09')
), early AS (
	SELECT 'Day after Thanksgiving' AS name, day + 1 AS day FROM nth WHERE name = 'Thanksgiving Day'
	UNION ALL SELECT 'Christmas Eve', day - 1 FROM fixed WHERE name = 'Christmas Day'
	UNION ALL SELECT 'Eve of Independence Day', day - 1 FROM fixed WHERE name = 'Independence Day'
)
INSERT INTO trading_exception (calendar, day, name, closes)
SELECT 'NYSE', day, name, NULL::time FROM whole
UNION ALL
SELECT 'NYSE', e.day, e.name, time '13:00' FROM early e
WHERE extract(isodow FROM e.day) < 6 AND NOT EXISTS (SELECT FROM whole w WHERE w.day = e.day);

CREATE FUNCTION trading_day(ts timestamptz, on_calendar text DEFAULT 'NYSE') RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT d.day
	FROM trading_calendar c,
		LATERAL (SELECT (trading_day.ts AT TIME ZONE c.time_zone) AS local) l,
		LATERAL (SELECT l.local::date + g.g AS day FROM generate_series(0, 14) AS g (g)) d
	LEFT JOIN trading_exception x ON x.calendar = trading_day.on_calendar AND x.day = d.day
	WHERE c.calendar = trading_day.on_calendar AND extract(isodow FROM d.day) < 6 AND (x.day IS NULL OR x.closes IS NOT NULL)
		AND l.local < d.day + coalesce(x.closes, c.closes)
	ORDER BY d.day
	LIMIT 1;
END;
COMMENT ON FUNCTION trading_day IS 'The trading day that a time counts for: from the close of the day before to the close of this one. NULL: no such calendar.';

CREATE FUNCTION mood_by_trading_day(symbol text, since timestamptz DEFAULT now() - interval '30 days', until timestamptz DEFAULT now(),
	on_calendar text DEFAULT 'NYSE')
RETURNS TABLE (day date, mean_score float8, items bigint, positive bigint, negative bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT trading_day(h.hour, mood_by_trading_day.on_calendar), sum(h.ws) / nullif(sum(h.w), 0), sum(h.n)::bigint, sum(h.n_pos)::bigint,
		sum(h.n_neg)::bigint
	FROM ( -- no exchange closes but at a whole quarter of an hour
		SELECT date_bin('15 minutes', m.minute, 'epoch') AS hour, sum(m.n) AS n, sum(m.n_pos) AS n_pos, sum(m.n_neg) AS n_neg, sum(m.w) AS w,
			sum(m.ws) AS ws
		FROM mood_minute m
		WHERE m.subject_id = subject_id('entity', mood_by_trading_day.symbol) AND m.minute >= mood_by_trading_day.since
			AND m.minute < mood_by_trading_day.until
		GROUP BY 1
	) h
	GROUP BY 1
	ORDER BY 1;
END;
COMMENT ON FUNCTION mood_by_trading_day IS 'What was said about an entity, by trading day: the weighted mean score, without half-life.';

CREATE VIEW mood_now AS
SELECT s.kind, s.name, m.mood, band(m.mood) AS band, m.dispersion, m.weight
FROM subject s, mood_of(s.subject_id, now(), now(), '1 minute', '6 hours', 0.05) m;
COMMENT ON VIEW mood_now IS 'The mood of each subject now, with a half-life of 6 hours, and its band: very bearish below -0.6, bearish below -0.2, neutral from -0.2 to 0.2, bullish up to 0.6, very bullish above.';
COMMENT ON COLUMN mood_now.kind IS 'entity, sector or market.';
COMMENT ON COLUMN mood_now.name IS 'Symbol, sector, market.';
COMMENT ON COLUMN mood_now.mood IS 'As mood(); NULL: too little was said.';
COMMENT ON COLUMN mood_now.band IS 'The mood in words.';
COMMENT ON COLUMN mood_now.dispersion IS 'As mood().';
COMMENT ON COLUMN mood_now.weight IS 'As mood().';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'subject, mood_minute, mood_hour, mood_now, trading_calendar, trading_exception'),
	('tickertone_reader', 'EXECUTE', 'FUNCTION subject_id, mood_of, stories, top_movers, market_mood, sector_mood, dispersion, buzz, shock, band, trading_day, mood_by_trading_day'),
	('tickertone_writer', 'SELECT', 'mood_group, mood_minute, subject, mood_hour, mood_now, mood_minute_expected, mood_minute_fault, trading_calendar, trading_exception'),
	('tickertone_writer', 'SELECT, INSERT, DELETE', 'mood_delta'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION roll_up_write, roll_up_of, know_sectors, stories, top_movers');
SELECT grant_access();
