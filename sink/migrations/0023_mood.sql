-- Moods a third faster, and the mood as it was: one walk along the steps for both, over what comes to the sums in each of them. Figures
-- of a minute are computed once (OFFSET 0 keeps the planner from writing them out wherever they are used), and times are numbers.

CREATE TYPE mood_step AS (k integer, n bigint, w float8, ws float8, wss float8, known bigint, last_s float8);
COMMENT ON TYPE mood_step IS 'What comes to the sums of a mood in step k, decayed to its end: n items newly counted; w, ws, wss as in mood_minute; known: more than 0 while there is something in these sums, less what was taken out; last_s: when the latest of it came, in seconds since the first step.';

-- Steps follow each other: what is there decays, what has come is added.
CREATE FUNCTION mood_walk(sums mood_step[], start timestamptz, steps integer, step interval, half_life interval, weight_floor float8)
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
	horizon CONSTANT float8 := 48 * date_part('epoch', half_life); -- 2^-48 = 4e-15
	width   CONSTANT float8 := date_part('epoch', step);
	decay   CONSTANT float8 := exp(greatest(-ln(2::float8) * width / date_part('epoch', half_life), -700));
	w       float8 := 0;
	ws      float8 := 0;
	wss     float8 := 0;
	known   bigint := 0;
	last_s  float8;
	row     record;
BEGIN
	FOR row IN
		SELECT k.k, s.n, s.w, s.ws, s.wss, s.known, s.last_s
		FROM generate_series(0, steps) AS k (k)
		LEFT JOIN unnest(sums) AS s ON s.k = k.k
		ORDER BY k.k
	LOOP
		at := start + make_interval(secs => row.k * width);
		w := w * decay + coalesce(row.w, 0);
		ws := ws * decay + coalesce(row.ws, 0);
		wss := wss * decay + coalesce(row.wss, 0);
		known := known + coalesce(row.known, 0);
		last_s := greatest(last_s, row.last_s);
		IF known = 0 OR row.k * width - last_s > horizon THEN
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
COMMENT ON FUNCTION mood_walk IS 'The moods that sums of steps make; the last part of mood_of() and mood_as_known().';

CREATE FUNCTION mood_check(step interval, half_life interval) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
	IF NOT date_part('epoch', half_life) > 0 OR date_part('epoch', step) < 60 THEN
		RAISE EXCEPTION 'mood: half_life must be positive and step at least a minute' USING ERRCODE = '22023';
	END IF;
END $$;
COMMENT ON FUNCTION mood_check IS 'Refuses what no mood can be asked with.';

CREATE OR REPLACE FUNCTION mood_of(subject integer, since timestamptz, until timestamptz, step interval, half_life interval, weight_floor float8)
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
	width   CONSTANT float8 := date_part('epoch', step);
	per_s   CONSTANT float8 := ln(2::float8) / nullif(date_part('epoch', half_life), 0);
	start   CONSTANT timestamptz := date_bin('1 minute', since, 'epoch');
	start_s CONSTANT float8 := date_part('epoch', start);
	steps   integer;
	sums    tickertone.mood_step[];
BEGIN
	PERFORM tickertone.mood_check(step, half_life);
	steps := floor((date_part('epoch', until) - start_s) / width)::integer;
	sums := ARRAY(
		SELECT ROW(d.k, CASE WHEN d.k > 0 THEN sum(d.n) ELSE 0 END, sum(d.w * d.f), sum(d.ws * d.f), sum(d.wss * d.f), 1,
			d.k * width)::tickertone.mood_step -- step 0 has what was over before the first
		FROM (
			SELECT a.n, a.w, a.ws, a.wss, a.k, exp(greatest((a.age - a.k * width) * per_s, -700)) AS f
			FROM (
				SELECT m.n, m.w, m.ws, m.wss, date_part('epoch', m.minute) - start_s AS age,
					greatest(0, ceil((date_part('epoch', m.minute) - start_s + 60) / width)) AS k
				FROM tickertone.mood_minute m
				WHERE m.subject_id = subject AND m.minute >= start - 48 * half_life AND m.minute < until
				OFFSET 0
			) a
			OFFSET 0
		) d
		WHERE d.k <= steps
		GROUP BY d.k);
	RETURN QUERY SELECT w.* FROM tickertone.mood_walk(sums, start, steps, step, half_life, weight_floor) w;
END $$;

-- From the raw rows; of a group each item counts once, as in roll_up_of(). What an item says comes with the first step at which it is
-- known and goes with the first at which it is not any more.
CREATE FUNCTION mood_as_known(of_name text, since timestamptz DEFAULT now() - interval '7 days', until timestamptz DEFAULT now(),
	step interval DEFAULT '1 hour', half_life interval DEFAULT '6 hours', weight_floor float8 DEFAULT 0.05,
	known_at timestamptz DEFAULT NULL, of_kind text DEFAULT 'entity')
RETURNS TABLE (at timestamptz, mood float8, dispersion float8, weight float8, items bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
	width   CONSTANT float8 := date_part('epoch', step);
	per_s   CONSTANT float8 := ln(2::float8) / nullif(date_part('epoch', half_life), 0);
	start   CONSTANT timestamptz := date_bin('1 minute', since, 'epoch');
	start_s CONSTANT float8 := date_part('epoch', start);
	members CONSTANT integer[] := ARRAY(
		SELECT e.entity_id FROM tickertone.entity e
		WHERE CASE of_kind WHEN 'entity' THEN e.symbol = of_name WHEN 'sector' THEN e.sector = of_name ELSE of_kind = 'market' END);
	steps   integer;
	sums    tickertone.mood_step[];
BEGIN
	PERFORM tickertone.mood_check(step, half_life);
	steps := floor((date_part('epoch', until) - start_s) / width)::integer;
	sums := ARRAY(
		WITH said AS (
			SELECT s.item_id, date_part('epoch', date_bin('1 minute', s.event_at, 'epoch')) - start_s AS age,
				date_part('epoch', s.valid_from) - start_s AS from_s, date_part('epoch', s.valid_to) - start_s AS to_s,
				max(s.weight) AS w, sum(s.weight * s.score) / sum(s.weight) AS score
			FROM (SELECT e.*, e.relevance::float8 * e.novelty AS weight FROM tickertone.entity_sentiment_ever e) s
			WHERE s.entity_id = ANY (members) AND s.score IS NOT NULL AND s.relevance > 0 AND s.novelty > 0
				AND s.event_at >= start - 48 * half_life AND s.event_at < until
				AND (known_at IS NULL OR (s.valid_from <= known_at AND (s.valid_to > known_at OR s.valid_to = 'infinity')))
			GROUP BY s.item_id, s.event_at, s.valid_from, s.valid_to
		), placed AS (
			SELECT s.*, greatest(0, ceil((s.age + 60) / width)) AS k_over,
				CASE WHEN known_at IS NULL THEN ceil(s.from_s / width) ELSE 0 END AS k_known,
				CASE WHEN known_at IS NULL THEN ceil(s.to_s / width) ELSE 'infinity' END AS k_gone
			FROM said s
		), change AS (
			SELECT c.k, c.sign, c.sign * p.w * exp(greatest((p.age - c.k * width) * per_s, -700)) AS w, p.score, p.age,
				p.k_over = c.k AND c.sign > 0 AND p.age >= 0 AS is_of_step
			FROM placed p
			CROSS JOIN LATERAL (VALUES (greatest(p.k_over, p.k_known), 1), (p.k_gone, -1)) AS c (k, sign)
			WHERE greatest(p.k_over, p.k_known) < p.k_gone AND c.k <= steps
		)
		SELECT ROW(c.k, count(*) FILTER (WHERE c.is_of_step), sum(c.w), sum(c.w * c.score), sum(c.w * c.score * c.score), sum(c.sign),
			max(c.age) FILTER (WHERE c.sign > 0))::tickertone.mood_step
		FROM change c
		GROUP BY c.k);
	RETURN QUERY SELECT w.* FROM tickertone.mood_walk(sums, start, steps, step, half_life, weight_floor) w;
END $$;
COMMENT ON FUNCTION mood_as_known IS 'mood() as it was: from the texts and scores that were known at known_at, or, where that is NULL, at each time itself, without what came or was scored later. of_kind: entity, sector (by the sectors of today) or market. Reads the raw rows; for a mood as it is now ask mood().';

CREATE VIEW mood_day AS
SELECT s.kind, s.name, date_bin('1 day', m.minute, 'epoch') AS day, sum(m.n)::bigint AS items, sum(m.n_pos)::bigint AS positive,
	sum(m.n_neg)::bigint AS negative, sum(m.w) AS weight, sum(m.ws) / nullif(sum(m.w), 0) AS mean_score
FROM mood_minute m
JOIN subject s USING (subject_id)
GROUP BY s.kind, s.name, 3;
COMMENT ON VIEW mood_day IS 'What was said about each subject, by the day of UTC; by days of trading: mood_by_trading_day(). Filter on kind and name.';
COMMENT ON COLUMN mood_day.kind IS 'entity, sector or market.';
COMMENT ON COLUMN mood_day.name IS 'Symbol, sector, market.';
COMMENT ON COLUMN mood_day.day IS 'Begin of the day (UTC).';
COMMENT ON COLUMN mood_day.items IS 'Items.';
COMMENT ON COLUMN mood_day.positive IS 'Positive ones.';
COMMENT ON COLUMN mood_day.negative IS 'Negative ones.';
COMMENT ON COLUMN mood_day.weight IS 'Sum of relevance × novelty.';
COMMENT ON COLUMN mood_day.mean_score IS 'Mean score, so weighted; no half-life.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'mood_day'),
	('tickertone_reader', 'EXECUTE', 'FUNCTION mood_as_known, mood_walk, mood_check'),
	('tickertone_writer', 'SELECT', 'mood_day'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION mood_as_known, mood_walk, mood_check');
SELECT grant_access();
