-- Roll-ups: what was said about each subject in each minute, changed in the transaction that stores the items; and the mood
-- functions over them. Subjects are entities, sectors and the market.

CREATE TABLE mood_group (
	subject_id integer PRIMARY KEY CHECK (subject_id < 0),
	kind       text    NOT NULL CHECK (kind IN ('market', 'sector')),
	name       text    NOT NULL,
	UNIQUE (kind, name)
);
CREATE SEQUENCE mood_group_number INCREMENT -1 START -2 MAXVALUE -2 MINVALUE -2147483647 OWNED BY mood_group.subject_id;
INSERT INTO mood_group (subject_id, kind, name) VALUES (-1, 'market', 'market');
COMMENT ON TABLE mood_group IS 'Subjects that are made of entities: each sector of the dictionary, and the market, which is all of them.';
COMMENT ON COLUMN mood_group.subject_id IS 'Negative, so that it is no entity_id; -1 is the market.';
COMMENT ON COLUMN mood_group.kind IS 'market or sector.';
COMMENT ON COLUMN mood_group.name IS 'The sector as in entity; market.';

CREATE FUNCTION know_sectors() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
BEGIN
	INSERT INTO mood_group (subject_id, kind, name)
	SELECT nextval('mood_group_number'), 'sector', s.sector
	FROM (SELECT DISTINCT sector FROM entity WHERE sector IS NOT NULL ORDER BY sector) s
	WHERE NOT EXISTS (SELECT FROM mood_group g WHERE g.kind = 'sector' AND g.name = s.sector)
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION know_sectors IS 'Trigger of table entity: each sector is a subject.';
CREATE TRIGGER know_sectors AFTER INSERT OR UPDATE OF sector ON entity FOR EACH STATEMENT EXECUTE FUNCTION know_sectors();

CREATE TABLE mood_minute (
	minute     timestamptz NOT NULL,
	w          float8      NOT NULL,
	ws         float8      NOT NULL,
	wss        float8      NOT NULL,
	subject_id integer     NOT NULL,
	n          integer     NOT NULL,
	n_pos      integer     NOT NULL,
	n_neg      integer     NOT NULL,
	PRIMARY KEY (subject_id, minute)
) PARTITION BY RANGE (minute);
CREATE INDEX mood_minute_minute ON mood_minute USING brin (minute) WITH (pages_per_range = 16, autosummarize = on);
COMMENT ON TABLE mood_minute IS 'What the current texts of stored items say about each subject, minute by minute of event_at. A row changes in the transaction that stores an item, and always equals mood_minute_expected. Partitioned by week.';
COMMENT ON COLUMN mood_minute.minute IS 'Begin of the minute.';
COMMENT ON COLUMN mood_minute.w IS 'Σ w: weights, relevance × novelty. A group counts each item once, with the greatest weight among its entities.';
COMMENT ON COLUMN mood_minute.ws IS 'Σ w s: s is the score; for a group the mean of its entities'' scores in the item, weighted by relevance.';
COMMENT ON COLUMN mood_minute.wss IS 'Σ w s².';
COMMENT ON COLUMN mood_minute.subject_id IS 'entity_id, or a group of mood_group.';
COMMENT ON COLUMN mood_minute.n IS 'Items scored with a weight above 0.';
COMMENT ON COLUMN mood_minute.n_pos IS 'Those of them that are positive by label().';
COMMENT ON COLUMN mood_minute.n_neg IS 'Those of them that are negative.';
CREATE TABLE mood_minute_old PARTITION OF mood_minute DEFAULT;

-- Unlogged: after a crash whoever evaluates rules reads mood_minute anew.
CREATE UNLOGGED TABLE mood_delta (
	minute     timestamptz NOT NULL,
	w          float8      NOT NULL,
	ws         float8      NOT NULL,
	wss        float8      NOT NULL,
	subject_id integer     NOT NULL,
	n          integer     NOT NULL,
	n_pos      integer     NOT NULL,
	n_neg      integer     NOT NULL
);
COMMENT ON TABLE mood_delta IS 'Changes of mood_minute that the evaluator of rules has not seen yet; noted while table rule has rows. It takes them out in its own transaction, so each counts once, in whatever order they were committed.';
COMMENT ON COLUMN mood_delta.minute IS 'Begin of the minute.';
COMMENT ON COLUMN mood_delta.w IS 'To be added to w; likewise the others.';
COMMENT ON COLUMN mood_delta.ws IS 'As in mood_minute.';
COMMENT ON COLUMN mood_delta.wss IS 'As in mood_minute.';
COMMENT ON COLUMN mood_delta.subject_id IS 'As in mood_minute.';
COMMENT ON COLUMN mood_delta.n IS 'As in mood_minute.';
COMMENT ON COLUMN mood_delta.n_pos IS 'As in mood_minute.';
COMMENT ON COLUMN mood_delta.n_neg IS 'As in mood_minute.';

-- What some rows of entity_sentiment add up to, by subject and minute: the one place with the formulas.
CREATE FUNCTION roll_up_of(said entity_sentiment[])
RETURNS TABLE (subject_id integer, minute timestamptz, n bigint, n_pos bigint, n_neg bigint, w float8, ws float8, wss float8)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH part AS MATERIALIZED (
		SELECT s.event_at, s.item_id, s.entity_id, s.score::float8 AS score, s.relevance::float8 AS weight, s.p_negative,
			s.p_neutral, s.p_positive
		FROM unnest(said) s
		WHERE s.score IS NOT NULL AND s.relevance > 0
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
COMMENT ON FUNCTION roll_up_of IS 'Rows of mood_minute that rows of entity_sentiment make. Of an item all rows must be given, for groups count it once.';

-- Rows are taken in one order by all writers, the groups, which everybody wants, last; so they wait for each other but never in a
-- circle. It is the last thing a write does, so that they wait for one commit.
CREATE FUNCTION roll_up(said entity_sentiment[], unsaid entity_sentiment[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	noted CONSTANT boolean := EXISTS (SELECT FROM rule);
BEGIN
	WITH change AS MATERIALIZED (
		SELECT c.subject_id, c.minute, sum(c.n)::integer AS n, sum(c.n_pos)::integer AS n_pos, sum(c.n_neg)::integer AS n_neg,
			sum(c.w) AS w, sum(c.ws) AS ws, sum(c.wss) AS wss
		FROM (
			SELECT * FROM roll_up_of(said)
			UNION ALL
			SELECT u.subject_id, u.minute, -u.n, -u.n_pos, -u.n_neg, -u.w, -u.ws, -u.wss FROM roll_up_of(unsaid) u
		) c
		GROUP BY c.subject_id, c.minute
		ORDER BY c.subject_id < 0, c.subject_id, c.minute
	), noting AS (
		INSERT INTO mood_delta (subject_id, minute, n, n_pos, n_neg, w, ws, wss)
		SELECT c.subject_id, c.minute, c.n, c.n_pos, c.n_neg, c.w, c.ws, c.wss FROM change c WHERE noted
	)
	INSERT INTO mood_minute AS m (subject_id, minute, n, n_pos, n_neg, w, ws, wss)
	SELECT c.subject_id, c.minute, c.n, c.n_pos, c.n_neg, c.w, c.ws, c.wss FROM change c
	ON CONFLICT (subject_id, minute) DO UPDATE SET n = m.n + excluded.n, n_pos = m.n_pos + excluded.n_pos,
		n_neg = m.n_neg + excluded.n_neg, w = m.w + excluded.w, ws = m.ws + excluded.ws, wss = m.wss + excluded.wss;

	IF unsaid IS NOT NULL THEN -- what is left of the sums of no item is what rounding left
		DELETE FROM mood_minute m USING roll_up_of(unsaid) u
		WHERE m.subject_id = u.subject_id AND m.minute = u.minute AND m.n = 0;
	END IF;
END $$;
COMMENT ON FUNCTION roll_up IS 'Puts what is said now into mood_minute, and takes out what is said no more; part of the transaction that stores it.';

-- Rows that this transaction has moved away from entity_sentiment: a new text took their place. They are told by their
-- transaction: no statement of a write sees what another one of the same write has done otherwise.
CREATE FUNCTION unsaid_now(item_ids uuid[], event_ats timestamptz[]) RETURNS entity_sentiment[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
	SELECT array_agg(ROW(v.event_at, v.item_id, v.entity_id, v.score, v.p_negative, v.p_neutral, v.p_positive, v.relevance,
		v.mentions, v.model_id, v.in_title, v.mention)::entity_sentiment)
	FROM unnest(item_ids, event_ats) AS i (item_id, event_at)
	JOIN entity_sentiment_version v ON v.event_at = i.event_at AND v.item_id = i.item_id
	WHERE v.xmin = pg_current_xact_id()::xid
$$;
COMMENT ON FUNCTION unsaid_now IS 'What these items have said until this transaction.';

-- For sink/pg/sql/items.sql: its row of entity_sentiment, and the items that have new texts.
CREATE FUNCTION roll_up_write(said entity_sentiment[], revised uuid[], revised_event_ats timestamptz[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	unsaid entity_sentiment[];
BEGIN
	IF revised IS NOT NULL THEN -- a function's statement sees what those before it did
		unsaid := unsaid_now(revised, revised_event_ats);
	END IF;
	IF said IS NOT NULL OR unsaid IS NOT NULL THEN
		PERFORM roll_up(said, unsaid);
	END IF;
END $$;
COMMENT ON FUNCTION roll_up_write IS 'The roll-ups of one write of items.';

CREATE VIEW mood_minute_expected AS
SELECT r.*
FROM (SELECT array_agg(s) AS said FROM entity_sentiment s) a, roll_up_of(a.said) r;
COMMENT ON VIEW mood_minute_expected IS 'What mood_minute must say, from the raw rows: for tests and doubts; it reads everything.';
COMMENT ON COLUMN mood_minute_expected.subject_id IS 'As in mood_minute.';
COMMENT ON COLUMN mood_minute_expected.minute IS 'As in mood_minute.';
COMMENT ON COLUMN mood_minute_expected.n IS 'As in mood_minute.';
COMMENT ON COLUMN mood_minute_expected.n_pos IS 'As in mood_minute.';
COMMENT ON COLUMN mood_minute_expected.n_neg IS 'As in mood_minute.';
COMMENT ON COLUMN mood_minute_expected.w IS 'As in mood_minute.';
COMMENT ON COLUMN mood_minute_expected.ws IS 'As in mood_minute.';
COMMENT ON COLUMN mood_minute_expected.wss IS 'As in mood_minute.';

CREATE VIEW mood_minute_fault AS
SELECT subject_id, minute, m.n, e.n AS n_expected, m.w, e.w AS w_expected
FROM mood_minute m
FULL JOIN mood_minute_expected e USING (subject_id, minute)
WHERE (m.n, m.n_pos, m.n_neg) IS DISTINCT FROM (e.n, e.n_pos, e.n_neg)
	OR abs(m.w - e.w) > 1e-9 * (1 + e.w) OR abs(m.ws - e.ws) > 1e-9 * (1 + e.w) OR abs(m.wss - e.wss) > 1e-9 * (1 + e.w);
COMMENT ON VIEW mood_minute_fault IS 'Where mood_minute is not what the raw rows say: no rows, or rebuild_mood() is due. It reads everything.';
COMMENT ON COLUMN mood_minute_fault.subject_id IS 'The subject.';
COMMENT ON COLUMN mood_minute_fault.minute IS 'The minute.';
COMMENT ON COLUMN mood_minute_fault.n IS 'Items as mood_minute has them; NULL: no row.';
COMMENT ON COLUMN mood_minute_fault.n_expected IS 'Items as they should be; NULL: no row.';
COMMENT ON COLUMN mood_minute_fault.w IS 'Weight as mood_minute has it.';
COMMENT ON COLUMN mood_minute_fault.w_expected IS 'Weight as it should be.';

-- After the dictionary has put entities into other sectors, or in doubt.
CREATE FUNCTION rebuild_mood(since timestamptz, until timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	day     timestamptz := date_bin('1 minute', since, 'epoch');
	day_end timestamptz;
	made    bigint := 0;
	n_made  bigint;
BEGIN
	LOCK TABLE mood_minute IN SHARE ROW EXCLUSIVE MODE; -- writers wait
	WHILE day < until LOOP
		day_end := least(day + interval '1 day', date_bin('1 minute', until, 'epoch') + interval '1 minute');
		DELETE FROM mood_minute m WHERE m.minute >= day AND m.minute < day_end;
		INSERT INTO mood_minute (subject_id, minute, n, n_pos, n_neg, w, ws, wss)
		SELECT r.subject_id, r.minute, r.n, r.n_pos, r.n_neg, r.w, r.ws, r.wss
		FROM (SELECT array_agg(s) AS said FROM entity_sentiment s WHERE s.event_at >= day AND s.event_at < day_end) a, roll_up_of(a.said) r;
		GET DIAGNOSTICS n_made = ROW_COUNT;
		made := made + n_made;
		day := day_end;
	END LOOP;
	RETURN made;
END $$;
COMMENT ON FUNCTION rebuild_mood IS 'Makes mood_minute anew for a span of time from the raw rows; returns how many rows it has. Evaluators of rules see it after their next start.';

-- Weekly partitions: as before, for one more table, whose weeks are those of its minutes.

CREATE OR REPLACE FUNCTION weekly_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['item', 'item_sentiment', 'entity_sentiment', 'item_version', 'item_sentiment_version', 'entity_sentiment_version', 'mood_minute'];

CREATE OR REPLACE FUNCTION ensure_partitions(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
	parent text;
	child  text;
	week   timestamptz;
	made   integer := 0;
BEGIN
	IF until - since > interval '3660 days' THEN
		RAISE EXCEPTION 'ensure_partitions: % to % is more than ten years', since, until USING ERRCODE = '22023';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('tickertone partitions', 0));
	FOREACH parent IN ARRAY weekly_tables() LOOP
		FOR week IN SELECT generate_series(week_start(since), week_start(until), interval '168 hours') LOOP
			child := parent || to_char(week, '"_w"YYYYMMDD');
			CONTINUE WHEN to_regclass(child) IS NOT NULL;
			-- Attaching, unlike CREATE TABLE ... PARTITION OF, does not lock out readers of the parent. Rows of that
			-- week that came before it wait in the _old partition and move along.
			EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent);
			EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= $1 AND %2$I < $2 RETURNING *) '
				'INSERT INTO %I SELECT * FROM moved', parent || '_old',
				CASE parent WHEN 'mood_minute' THEN 'minute' ELSE 'event_at' END, child)
				USING week, week + interval '168 hours';
			EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
				week, week + interval '168 hours');
			made := made + 1;
		END LOOP;
	END LOOP;
	RETURN made;
END $$;

CREATE OR REPLACE FUNCTION prune_rows(before timestamptz, OUT items bigint, OUT keys bigint, OUT dead_letters bigint)
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	kept_from timestamptz := week_start(before);
	unsaid    entity_sentiment[];
BEGIN
	-- An old date is no reason to forget an item the day it came: its publisher still lists it, and it would come
	-- again. It is kept as long as any other, counted from the arrival of its current text.
	WITH gone AS (
		DELETE FROM item_old WHERE event_at < kept_from AND stored_at < kept_from RETURNING event_at, item_id
	), sentiment AS (
		DELETE FROM item_sentiment_old s USING gone g WHERE s.event_at = g.event_at AND s.item_id = g.item_id
	), entities AS (
		DELETE FROM entity_sentiment_old s USING gone g WHERE s.event_at = g.event_at AND s.item_id = g.item_id RETURNING s
	), texts AS (
		DELETE FROM item_version_old v USING gone g WHERE v.event_at = g.event_at AND v.item_id = g.item_id
	), sentiments AS (
		DELETE FROM item_sentiment_version_old v USING gone g WHERE v.event_at = g.event_at AND v.item_id = g.item_id
	), entity_sentiments AS (
		DELETE FROM entity_sentiment_version_old v USING gone g WHERE v.event_at = g.event_at AND v.item_id = g.item_id
	)
	SELECT (SELECT count(*) FROM gone), (SELECT array_agg(e.s::entity_sentiment) FROM entities e) INTO items, unsaid;
	IF unsaid IS NOT NULL THEN
		PERFORM roll_up(NULL, unsaid);
	END IF;

	DELETE FROM seen s
	WHERE s.event_at < kept_from
		AND NOT EXISTS (SELECT FROM item_old i WHERE i.event_at = s.event_at AND i.item_id = s.item_id);
	GET DIAGNOSTICS keys = ROW_COUNT;

	DELETE FROM dead_letter d WHERE d.last_at < kept_from;
	GET DIAGNOSTICS dead_letters = ROW_COUNT;
END $$;

DO $$
DECLARE
	week timestamptz;
BEGIN
	FOR week IN
		SELECT to_timestamp(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
		WHERE h.inhparent = 'item'::regclass AND c.relname ~ '_w[0-9]{8}$'
	LOOP
		PERFORM ensure_partitions(week, week);
	END LOOP;
	UPDATE entity SET sector = sector WHERE false; -- fires know_sectors
	PERFORM rebuild_mood(min(event_at), max(event_at) + interval '1 minute') FROM entity_sentiment HAVING count(*) > 0;
END $$;

REVOKE EXECUTE ON FUNCTION roll_up, roll_up_write, unsaid_now, rebuild_mood FROM PUBLIC;
