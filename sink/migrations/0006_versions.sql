-- Texts that publishers change: item, item_sentiment and entity_sentiment have what is said now, one row per story as before; what
-- was said before is kept beside them, with the time it was valid for.

-- Columns are added behind the old ones; their defaults are constants, so no row is rewritten.
ALTER TABLE item
	ADD text_hash uuid,
	ADD version   smallint NOT NULL DEFAULT 1,
	ADD aliases   smallint NOT NULL DEFAULT 0;
COMMENT ON TABLE item IS 'Published items, one row per story with its current text; earlier texts are in item_version. Partitioned by week of event_at.';
COMMENT ON COLUMN item.event_at IS 'When it counts: published_at, else fetched_at, of its first text; never later than its arrival, never changed.';
COMMENT ON COLUMN item.stored_at IS 'When the transaction that stored this text began: from then on it was known here.';
COMMENT ON COLUMN item.fetched_at IS 'When this text reached us.';
COMMENT ON COLUMN item.content IS 'Full text when the feed carries it, plain text; NULL also when it is the summary, word for word.';
COMMENT ON COLUMN item.text_hash IS 'Hash of the words of the title (of summary or content where there is none), without case and punctuation: another one is another version. NULL: stored before versions were kept.';
COMMENT ON COLUMN item.version IS 'Number of this text among those the story has had, from 1.';
COMMENT ON COLUMN item.aliases IS 'Keys in seen that it was met under later: other guids, other URLs.';

ALTER TABLE item_sentiment ADD valid_from timestamptz;
COMMENT ON TABLE item_sentiment IS 'What each item says as a whole: one row per item, of its current text. Partitioned as item.';
COMMENT ON COLUMN item_sentiment.valid_from IS 'Since when this is its score; NULL: since the text was stored (item.stored_at).';
COMMENT ON TABLE entity_sentiment IS 'What each item says about each entity it mentions: one row per pair, of the current text. Partitioned as item.';
-- Finds the rows of one item (a new text takes their place) and of a span of time, whatever the entity; costs inserts nothing.
CREATE INDEX entity_sentiment_event_at ON entity_sentiment USING brin (event_at) WITH (pages_per_range = 16, autosummarize = on);
COMMENT ON COLUMN seen.key IS 'An item id (source and guid), or the hash of a canonical URL, which catches changed guids, or of source, title and date, which catches both made anew.';

CREATE TABLE item_version (
	event_at     timestamptz NOT NULL,
	valid_from   timestamptz NOT NULL,
	valid_to     timestamptz NOT NULL CHECK (valid_to > valid_from),
	published_at timestamptz,
	updated_at   timestamptz,
	fetched_at   timestamptz NOT NULL,
	item_id      uuid        NOT NULL,
	text_hash    uuid,
	version      smallint    NOT NULL,
	date_clamped boolean     NOT NULL,
	source       text,
	guid         text,
	url          text,
	title        text,
	summary      text,
	content      text,
	author       text,
	lang         text,
	categories   text[],
	PRIMARY KEY (event_at, item_id, version)
) PARTITION BY RANGE (event_at);
COMMENT ON TABLE item_version IS 'Texts that items had before the current one. Partitioned as item, dropped with it.';
COMMENT ON COLUMN item_version.event_at IS 'Event time of the item.';
COMMENT ON COLUMN item_version.valid_from IS 'When this text was stored.';
COMMENT ON COLUMN item_version.valid_to IS 'When the next one was.';
COMMENT ON COLUMN item_version.published_at IS 'Date the publisher gave with this text; NULL: none or unreadable.';
COMMENT ON COLUMN item_version.updated_at IS 'Date of the last change the publisher gave with it; NULL: none.';
COMMENT ON COLUMN item_version.fetched_at IS 'When this text reached us.';
COMMENT ON COLUMN item_version.item_id IS 'The item.';
COMMENT ON COLUMN item_version.text_hash IS 'As in item: a text that comes back is no new version.';
COMMENT ON COLUMN item_version.version IS 'Number of the text, from 1.';
COMMENT ON COLUMN item_version.date_clamped IS 'As in item.';
COMMENT ON COLUMN item_version.source IS 'URL of the feed or name of the file it came from.';
COMMENT ON COLUMN item_version.guid IS 'Identity the publisher gave with this text, or what stood in for it.';
COMMENT ON COLUMN item_version.url IS 'Where to read it, as given with this text.';
COMMENT ON COLUMN item_version.title IS 'Headline, plain text.';
COMMENT ON COLUMN item_version.summary IS 'Summary, plain text.';
COMMENT ON COLUMN item_version.content IS 'Full text; NULL: none, or it is the summary.';
COMMENT ON COLUMN item_version.author IS 'Author as given.';
COMMENT ON COLUMN item_version.lang IS 'Language tag as given (BCP 47).';
COMMENT ON COLUMN item_version.categories IS 'Categories as given; NULL: none.';

CREATE TABLE item_sentiment_version (
	event_at   timestamptz NOT NULL,
	valid_from timestamptz NOT NULL,
	valid_to   timestamptz NOT NULL CHECK (valid_to > valid_from),
	scored_at  timestamptz,
	item_id    uuid        NOT NULL,
	score      real,
	p_negative real,
	p_neutral  real,
	p_positive real,
	n_tokens   integer     NOT NULL,
	model_id   smallint,
	version    smallint    NOT NULL,
	unscored   text,
	PRIMARY KEY (event_at, item_id, valid_from)
) PARTITION BY RANGE (event_at);
COMMENT ON TABLE item_sentiment_version IS 'Scores that items had before the current one: of an earlier text, or of the same by another model. Partitioned as item.';
COMMENT ON COLUMN item_sentiment_version.event_at IS 'Event time of the item.';
COMMENT ON COLUMN item_sentiment_version.valid_from IS 'Since when it was the score of the item.';
COMMENT ON COLUMN item_sentiment_version.valid_to IS 'Until when: the valid_from of the next.';
COMMENT ON COLUMN item_sentiment_version.scored_at IS 'When the model scored it; NULL: not scored.';
COMMENT ON COLUMN item_sentiment_version.item_id IS 'The item.';
COMMENT ON COLUMN item_sentiment_version.score IS 'p_positive - p_negative, in [-1, 1]; NULL: not scored, see unscored.';
COMMENT ON COLUMN item_sentiment_version.p_negative IS 'Probability of negative.';
COMMENT ON COLUMN item_sentiment_version.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN item_sentiment_version.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN item_sentiment_version.n_tokens IS 'Tokens the model read.';
COMMENT ON COLUMN item_sentiment_version.model_id IS 'The model that scored it, see model; NULL: none.';
COMMENT ON COLUMN item_sentiment_version.version IS 'Number of the text that was scored: in item_version, or in item while it is the current one.';
COMMENT ON COLUMN item_sentiment_version.unscored IS 'Why there was no score; NULL: there was one.';

CREATE TABLE entity_sentiment_version (
	event_at   timestamptz NOT NULL,
	valid_from timestamptz NOT NULL,
	valid_to   timestamptz NOT NULL CHECK (valid_to > valid_from),
	item_id    uuid        NOT NULL,
	entity_id  integer     NOT NULL,
	score      real,
	p_negative real,
	p_neutral  real,
	p_positive real,
	relevance  real        NOT NULL,
	mentions   integer     NOT NULL,
	model_id   smallint,
	version    smallint    NOT NULL,
	in_title   boolean     NOT NULL,
	mention    text,
	PRIMARY KEY (entity_id, event_at, item_id, valid_from)
) PARTITION BY RANGE (event_at);
COMMENT ON TABLE entity_sentiment_version IS 'What items said about entities before: the rows that went with one of item_sentiment_version. Partitioned as item.';
COMMENT ON COLUMN entity_sentiment_version.event_at IS 'Event time of the item.';
COMMENT ON COLUMN entity_sentiment_version.valid_from IS 'Since when it was what the item says.';
COMMENT ON COLUMN entity_sentiment_version.valid_to IS 'Until when.';
COMMENT ON COLUMN entity_sentiment_version.item_id IS 'The item.';
COMMENT ON COLUMN entity_sentiment_version.entity_id IS 'The entity, see entity.';
COMMENT ON COLUMN entity_sentiment_version.score IS 'p_positive - p_negative, in [-1, 1]; NULL: the text was not scored.';
COMMENT ON COLUMN entity_sentiment_version.p_negative IS 'Probability of negative.';
COMMENT ON COLUMN entity_sentiment_version.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN entity_sentiment_version.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN entity_sentiment_version.relevance IS 'How much the text was about the entity, 0 to 1.';
COMMENT ON COLUMN entity_sentiment_version.mentions IS 'How often it mentioned it.';
COMMENT ON COLUMN entity_sentiment_version.model_id IS 'The model that scored it, see model; NULL: none.';
COMMENT ON COLUMN entity_sentiment_version.version IS 'Number of the text.';
COMMENT ON COLUMN entity_sentiment_version.in_title IS 'True when the title mentioned it.';
COMMENT ON COLUMN entity_sentiment_version.mention IS 'The first mention, as the text had it.';

CREATE TABLE item_version_old PARTITION OF item_version DEFAULT;
CREATE TABLE item_sentiment_version_old PARTITION OF item_sentiment_version DEFAULT;
CREATE TABLE entity_sentiment_version_old PARTITION OF entity_sentiment_version DEFAULT;

-- Weekly partitions: as before, of all tables that weekly_tables() names.

CREATE FUNCTION weekly_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['item', 'item_sentiment', 'entity_sentiment', 'item_version', 'item_sentiment_version', 'entity_sentiment_version'];
COMMENT ON FUNCTION weekly_tables IS 'The tables with a partition per week of event_at, in the order in which writers take them, so that neither waits for the other in a circle.';

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
			EXECUTE format('WITH moved AS (DELETE FROM %I WHERE event_at >= $1 AND event_at < $2 RETURNING *) '
				'INSERT INTO %I SELECT * FROM moved', parent || '_old', child)
				USING week, week + interval '168 hours';
			EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
				week, week + interval '168 hours');
			made := made + 1;
		END LOOP;
	END LOOP;
	RETURN made;
END $$;

CREATE OR REPLACE FUNCTION prune_partitions(before timestamptz) RETURNS integer
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
	child   text;
	dropped integer := 0;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('tickertone partitions', 0));
	FOR child IN
		SELECT c.relname
		FROM pg_inherits h
		JOIN pg_class c ON c.oid = h.inhrelid
		JOIN unnest(weekly_tables()) WITH ORDINALITY AS p(name, place) ON h.inhparent = to_regclass(p.name)
		WHERE c.relname ~ '_w[0-9]{8}$'
			AND to_timestamp(right(c.relname, 8), 'YYYYMMDD') + interval '168 hours' <= before
		ORDER BY p.place, c.relname
	LOOP
		EXECUTE format('DROP TABLE %I', child);
		dropped := dropped + 1;
	END LOOP;
	RETURN dropped;
END $$;

CREATE OR REPLACE FUNCTION prune_rows(before timestamptz, OUT items bigint, OUT keys bigint, OUT dead_letters bigint)
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	kept_from timestamptz := week_start(before);
BEGIN
	-- An old date is no reason to forget an item the day it came: its publisher still lists it, and it would come
	-- again. It is kept as long as any other, counted from the arrival of its current text.
	WITH gone AS (
		DELETE FROM item_old WHERE event_at < kept_from AND stored_at < kept_from RETURNING event_at, item_id
	), sentiment AS (
		DELETE FROM item_sentiment_old s USING gone g WHERE s.event_at = g.event_at AND s.item_id = g.item_id
	), entities AS (
		DELETE FROM entity_sentiment_old s USING gone g WHERE s.event_at = g.event_at AND s.item_id = g.item_id
	), texts AS (
		DELETE FROM item_version_old v USING gone g WHERE v.event_at = g.event_at AND v.item_id = g.item_id
	), sentiments AS (
		DELETE FROM item_sentiment_version_old v USING gone g WHERE v.event_at = g.event_at AND v.item_id = g.item_id
	), entity_sentiments AS (
		DELETE FROM entity_sentiment_version_old v USING gone g WHERE v.event_at = g.event_at AND v.item_id = g.item_id
	)
	SELECT count(*) INTO items FROM gone;

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
END $$;

-- Called by the write of items (sink/pg/sql/items.sql), which then stores the new texts as rows like any other. A function, and
-- with the owner's rights, for two reasons: the writer may delete nothing by itself; and its statements see what a writer
-- that was waited for has done. The row of seen is the lock of a story: it stays in place while the others come and go.
CREATE FUNCTION revise_items(ids uuid[], event_ats timestamptz[], hashes uuid[], max_versions integer, learners uuid[],
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
			p_positive, relevance, mentions, model_id, version, in_title, mention)
		SELECT event_at, (SELECT valid_from FROM kept), at, item_id, entity_id, score, p_negative, p_neutral, p_positive,
			relevance, mentions, model_id, old.version, in_title, mention
		FROM entities;
		n := r.n;
		version := old.version + 1;
		aliases := old.aliases;
		date_clamped := old.date_clamped;
		stored_at := at;
		RETURN NEXT;
	END LOOP;
END $$;
COMMENT ON FUNCTION revise_items IS 'Makes room for new texts of stored items: what they said so far goes to the version tables. Returns, by the number of the text, what its row is to carry on; texts the item has had already, and those over max_versions, are left out. Counts keys learnt for items (learners).';
REVOKE EXECUTE ON FUNCTION revise_items FROM PUBLIC;

-- As it was and as it is: everything ever valid, with the time it was valid for.

CREATE VIEW item_history_all AS
SELECT a.event_at, a.valid_from, a.valid_to, a.item_id, a.version, a.source, a.title, a.summary, a.url, a.score,
	label(a.p_negative, a.p_neutral, a.p_positive) AS label, a.p_negative, a.p_neutral, a.p_positive, a.unscored, a.scored_at,
	m.name AS model
FROM (
	SELECT i.event_at, coalesce(s.valid_from, i.stored_at) AS valid_from, timestamptz 'infinity' AS valid_to, i.item_id, i.version,
		i.source, i.title, i.summary, i.url, s.score, s.p_negative, s.p_neutral, s.p_positive, s.unscored, s.scored_at, s.model_id
	FROM item i
	JOIN item_sentiment s ON s.event_at = i.event_at AND s.item_id = i.item_id
	UNION ALL
	SELECT i.event_at, s.valid_from, s.valid_to, i.item_id, i.version,
		i.source, i.title, i.summary, i.url, s.score, s.p_negative, s.p_neutral, s.p_positive, s.unscored, s.scored_at, s.model_id
	FROM item_version i
	JOIN item_sentiment_version s ON s.event_at = i.event_at AND s.item_id = i.item_id AND s.version = i.version
	UNION ALL -- the same text, scored by another model before
	SELECT i.event_at, s.valid_from, s.valid_to, i.item_id, i.version,
		i.source, i.title, i.summary, i.url, s.score, s.p_negative, s.p_neutral, s.p_positive, s.unscored, s.scored_at, s.model_id
	FROM item i
	JOIN item_sentiment_version s ON s.event_at = i.event_at AND s.item_id = i.item_id AND s.version = i.version
) a
LEFT JOIN model m USING (model_id);
COMMENT ON VIEW item_history_all IS 'item_history with everything that was ever said: one row per item, text and score. As it was known at T: WHERE valid_from <= T AND T < valid_to.';
COMMENT ON COLUMN item_history_all.event_at IS 'When the item counts, the same for all its texts. Filter on this column, it selects the partitions.';
COMMENT ON COLUMN item_history_all.valid_from IS 'Since when this text and score were the current ones.';
COMMENT ON COLUMN item_history_all.valid_to IS 'Until when; infinity: still.';
COMMENT ON COLUMN item_history_all.item_id IS 'Identity of the item.';
COMMENT ON COLUMN item_history_all.version IS 'Number of the text, from 1.';
COMMENT ON COLUMN item_history_all.source IS 'Feed or file it came from.';
COMMENT ON COLUMN item_history_all.title IS 'Headline as it was.';
COMMENT ON COLUMN item_history_all.summary IS 'Summary as it was.';
COMMENT ON COLUMN item_history_all.url IS 'Where to read it, as given then.';
COMMENT ON COLUMN item_history_all.score IS 'p_positive - p_negative, in [-1, 1]; NULL: not scored, see unscored.';
COMMENT ON COLUMN item_history_all.label IS 'negative, neutral or positive: the most probable; NULL: not scored.';
COMMENT ON COLUMN item_history_all.p_negative IS 'Probability of negative.';
COMMENT ON COLUMN item_history_all.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN item_history_all.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN item_history_all.unscored IS 'Why there is no score; NULL: there is one.';
COMMENT ON COLUMN item_history_all.scored_at IS 'When it was scored.';
COMMENT ON COLUMN item_history_all.model IS 'The model that scored it.';

CREATE VIEW sentiment_history_all AS
SELECT a.event_at, a.valid_from, a.valid_to, e.symbol, a.item_id, a.version, a.score,
	label(a.p_negative, a.p_neutral, a.p_positive) AS label, a.p_negative, a.p_neutral, a.p_positive, a.relevance, 1::real AS novelty,
	a.mentions, a.in_title, a.mention, m.name AS model
FROM (
	SELECT s.event_at, coalesce(w.valid_from, i.stored_at) AS valid_from, timestamptz 'infinity' AS valid_to, s.entity_id, s.item_id,
		i.version, s.score, s.p_negative, s.p_neutral, s.p_positive, s.relevance, s.mentions, s.in_title, s.mention, s.model_id
	FROM entity_sentiment s
	JOIN item i ON i.event_at = s.event_at AND i.item_id = s.item_id
	JOIN item_sentiment w ON w.event_at = s.event_at AND w.item_id = s.item_id
	UNION ALL
	SELECT s.event_at, s.valid_from, s.valid_to, s.entity_id, s.item_id,
		s.version, s.score, s.p_negative, s.p_neutral, s.p_positive, s.relevance, s.mentions, s.in_title, s.mention, s.model_id
	FROM entity_sentiment_version s
) a
JOIN entity e USING (entity_id)
LEFT JOIN model m USING (model_id);
COMMENT ON VIEW sentiment_history_all IS 'sentiment_history with everything that was ever said: one row per item, entity, text and score. As it was known at T: WHERE valid_from <= T AND T < valid_to. The texts are in item_history_all.';
COMMENT ON COLUMN sentiment_history_all.event_at IS 'When the item counts. Filter on this column, it selects the partitions.';
COMMENT ON COLUMN sentiment_history_all.valid_from IS 'Since when this was what the item says.';
COMMENT ON COLUMN sentiment_history_all.valid_to IS 'Until when; infinity: still.';
COMMENT ON COLUMN sentiment_history_all.symbol IS 'The entity.';
COMMENT ON COLUMN sentiment_history_all.item_id IS 'Identity of the item.';
COMMENT ON COLUMN sentiment_history_all.version IS 'Number of the text, from 1.';
COMMENT ON COLUMN sentiment_history_all.score IS 'What the text says about this entity: p_positive - p_negative, in [-1, 1]; NULL: not scored.';
COMMENT ON COLUMN sentiment_history_all.label IS 'negative, neutral or positive: the most probable; NULL: not scored.';
COMMENT ON COLUMN sentiment_history_all.p_negative IS 'Probability of negative.';
COMMENT ON COLUMN sentiment_history_all.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN sentiment_history_all.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN sentiment_history_all.relevance IS 'How much the text is about the entity, 0 to 1.';
COMMENT ON COLUMN sentiment_history_all.novelty IS '1 for news; less for the repeats of a story.';
COMMENT ON COLUMN sentiment_history_all.mentions IS 'How often the text mentions it.';
COMMENT ON COLUMN sentiment_history_all.in_title IS 'True when the title mentions it.';
COMMENT ON COLUMN sentiment_history_all.mention IS 'The first mention, as the text has it.';
COMMENT ON COLUMN sentiment_history_all.model IS 'The model that scored it.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'item_history_all, sentiment_history_all');
