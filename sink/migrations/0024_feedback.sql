-- What people say of items, beside what the model says: labels to see where it is wrong, and to teach the next one with.

CREATE TABLE feedback (
	event_at  timestamptz NOT NULL,
	given_at  timestamptz NOT NULL,
	stored_at timestamptz NOT NULL DEFAULT now(),
	item_id   uuid        NOT NULL,
	entity_id integer     REFERENCES entity,
	version   smallint    NOT NULL,
	label     text        NOT NULL CHECK (label IN ('negative', 'neutral', 'positive')),
	who       text        NOT NULL,
	note      text,
	came_from text        NOT NULL,
	UNIQUE NULLS NOT DISTINCT (item_id, event_at, entity_id, who, given_at)
);
COMMENT ON TABLE feedback IS 'Labels that people gave to items and to entities in them. Nothing is changed or deleted: what a person said last counts, feedback_history tells since when and until when.';
COMMENT ON COLUMN feedback.event_at IS 'Event time of the item.';
COMMENT ON COLUMN feedback.given_at IS 'When the person said it; without such a time, when it was imported.';
COMMENT ON COLUMN feedback.stored_at IS 'When the transaction that stored it began.';
COMMENT ON COLUMN feedback.item_id IS 'The item.';
COMMENT ON COLUMN feedback.entity_id IS 'What the label is about, see entity; NULL: the item as a whole.';
COMMENT ON COLUMN feedback.version IS 'Number of the text that the item had when it was stored: what was judged.';
COMMENT ON COLUMN feedback.label IS 'negative, neutral or positive.';
COMMENT ON COLUMN feedback.who IS 'Who said it.';
COMMENT ON COLUMN feedback.note IS 'Why, in their words; NULL: nothing was said.';
COMMENT ON COLUMN feedback.came_from IS 'Name of the imported file, or ''feedback add''.';

CREATE VIEW feedback_history AS
SELECT f.event_at, f.item_id, f.version, f.entity_id, e.symbol, f.who, f.label, f.given_at,
	coalesce(lead(f.given_at) OVER (PARTITION BY f.item_id, f.event_at, f.entity_id, f.who ORDER BY f.given_at), 'infinity') AS valid_to,
	f.note, f.came_from
FROM feedback f
LEFT JOIN entity e USING (entity_id);
COMMENT ON VIEW feedback_history IS 'All that people ever said of items: given_at <= T AND T < valid_to is what they said at T.';
COMMENT ON COLUMN feedback_history.event_at IS 'When the item counts.';
COMMENT ON COLUMN feedback_history.item_id IS 'The item.';
COMMENT ON COLUMN feedback_history.version IS 'Number of the text that was judged.';
COMMENT ON COLUMN feedback_history.entity_id IS 'What the label is about; NULL: the item as a whole.';
COMMENT ON COLUMN feedback_history.symbol IS 'The symbol of that; NULL: the item as a whole.';
COMMENT ON COLUMN feedback_history.who IS 'Who said it.';
COMMENT ON COLUMN feedback_history.label IS 'negative, neutral or positive.';
COMMENT ON COLUMN feedback_history.given_at IS 'When.';
COMMENT ON COLUMN feedback_history.valid_to IS 'When the same person said something else of the same; infinity: this counts.';
COMMENT ON COLUMN feedback_history.note IS 'Why, in their words.';
COMMENT ON COLUMN feedback_history.came_from IS 'Name of the imported file, or ''feedback add''.';

CREATE FUNCTION item_text(title text, summary text, content text, what text DEFAULT 'title_summary') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN v.body = '' THEN nullif(v.head, '')
		WHEN v.head = '' OR starts_with(v.body, v.head) THEN v.body
		ELSE v.head || CASE WHEN right(v.head, 1) IN ('.', '!', '?', ':', ';') THEN ' ' ELSE '. ' END || v.body
	END
	FROM (SELECT coalesce(item_text.title, '') AS head, CASE item_text.what
		WHEN 'full' THEN coalesce(nullif(item_text.content, ''), item_text.summary, '')
		WHEN 'title_summary' THEN coalesce(item_text.summary, '')
		ELSE '' END AS body) v;
END;
COMMENT ON FUNCTION item_text IS 'The text of an item as the model reads it (nlp/item_text.h); what: model.text of the configuration, title, title_summary or full.';

CREATE FUNCTION mention_start(text text, mention text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(regexp_instr(text, '(?<![[:alnum:]])' || regexp_replace(mention, '([^[:alnum:][:space:]])', '\\\1', 'g') || '(?![[:alnum:]])'), 0) - 1;
COMMENT ON FUNCTION mention_start IS 'Characters of a text before the first place where it mentions something, as a word of its own; NULL: nowhere.';

CREATE VIEW feedback_now AS
SELECT h.event_at, h.item_id, i.source, i.url, t.title, h.symbol, h.who, h.label, h.given_at, h.note,
	m.label AS model_label, m.score AS model_score, m.model, m.label = h.label AS agrees, h.version, h.came_from
FROM feedback_history h
JOIN item i ON i.event_at = h.event_at AND i.item_id = h.item_id
CROSS JOIN LATERAL (
	SELECT i.title WHERE i.version = h.version
	UNION ALL
	SELECT v.title FROM item_version v
	WHERE i.version <> h.version AND v.event_at = h.event_at AND v.item_id = h.item_id AND v.version = h.version
) t
LEFT JOIN LATERAL (
	SELECT label(s.p_negative, s.p_neutral, s.p_positive) AS label, s.score, d.name AS model
	FROM item_sentiment s LEFT JOIN model d USING (model_id)
	WHERE h.entity_id IS NULL AND s.event_at = h.event_at AND s.item_id = h.item_id
	UNION ALL
	SELECT label(s.p_negative, s.p_neutral, s.p_positive), s.score, d.name
	FROM entity_sentiment s LEFT JOIN model d USING (model_id)
	WHERE s.entity_id = h.entity_id AND s.event_at = h.event_at AND s.item_id = h.item_id
) m ON i.version = h.version
WHERE h.valid_to = 'infinity';
COMMENT ON VIEW feedback_now IS 'What each person says now of items and of entities in them, and what the model says now of the same: one row per item, entity and person. Items that retention has dropped are not in it.';
COMMENT ON COLUMN feedback_now.event_at IS 'When the item counts.';
COMMENT ON COLUMN feedback_now.item_id IS 'The item.';
COMMENT ON COLUMN feedback_now.source IS 'URL of its feed or name of its file.';
COMMENT ON COLUMN feedback_now.url IS 'Where to read it.';
COMMENT ON COLUMN feedback_now.title IS 'Headline of the text that was judged.';
COMMENT ON COLUMN feedback_now.symbol IS 'What the label is about; NULL: the item as a whole.';
COMMENT ON COLUMN feedback_now.who IS 'Who said it.';
COMMENT ON COLUMN feedback_now.label IS 'negative, neutral or positive, says the person.';
COMMENT ON COLUMN feedback_now.given_at IS 'When.';
COMMENT ON COLUMN feedback_now.note IS 'Why, in their words.';
COMMENT ON COLUMN feedback_now.model_label IS 'What the model says; NULL: it says nothing of it, or the text has changed since.';
COMMENT ON COLUMN feedback_now.model_score IS 'Its score, in [-1, 1].';
COMMENT ON COLUMN feedback_now.model IS 'The model.';
COMMENT ON COLUMN feedback_now.agrees IS 'Both say the same; NULL: the model says nothing.';
COMMENT ON COLUMN feedback_now.version IS 'Number of the text that was judged.';
COMMENT ON COLUMN feedback_now.came_from IS 'Name of the imported file, or ''feedback add''.';

CREATE FUNCTION labelled_items(what text DEFAULT 'title_summary')
RETURNS TABLE (event_at timestamptz, item_id uuid, version smallint, text text, label text, people bigint, ties bigint, entities jsonb,
	model_label text, model_score real, model text, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tickertone, pg_temp -- who may use it reads no table
BEGIN ATOMIC
	WITH vote AS (
		SELECT h.event_at, h.item_id, h.version, h.entity_id, h.symbol, h.label, count(*) AS n, max(h.given_at) AS last_at,
			rank() OVER (PARTITION BY h.event_at, h.item_id, h.version, h.entity_id ORDER BY count(*) DESC) AS place
		FROM feedback_history h
		WHERE h.valid_to = 'infinity'
		GROUP BY h.event_at, h.item_id, h.version, h.entity_id, h.symbol, h.label
	), said AS (
		SELECT v.event_at, v.item_id, v.version, v.entity_id, v.symbol, sum(v.n)::bigint AS people, max(v.last_at) AS last_at,
			CASE WHEN count(*) FILTER (WHERE v.place = 1) = 1 THEN min(v.label) FILTER (WHERE v.place = 1) END AS label
		FROM vote v
		GROUP BY v.event_at, v.item_id, v.version, v.entity_id, v.symbol
	), judged AS (
		SELECT s.event_at, s.item_id, s.version, max(s.last_at) AS last_at, count(*) FILTER (WHERE s.label IS NULL) AS ties,
			min(s.label) FILTER (WHERE s.entity_id IS NULL) AS label,
			coalesce(sum(s.people) FILTER (WHERE s.entity_id IS NULL), 0)::bigint AS people
		FROM said s
		GROUP BY s.event_at, s.item_id, s.version
	)
	SELECT j.event_at, j.item_id, j.version, t.text, j.label, j.people, j.ties, e.entities, m.label, m.score, m.model, j.last_at
	FROM judged j
	JOIN item i ON i.event_at = j.event_at AND i.item_id = j.item_id
	CROSS JOIN LATERAL (
		SELECT item_text(i.title, i.summary, i.content, what) AS text WHERE i.version = j.version
		UNION ALL
		SELECT item_text(v.title, v.summary, v.content, what) FROM item_version v
		WHERE i.version <> j.version AND v.event_at = j.event_at AND v.item_id = j.item_id AND v.version = j.version
	) t
	CROSS JOIN LATERAL (
		SELECT coalesce(jsonb_agg(jsonb_build_object('symbol', s.symbol, 'label', s.label, 'people', s.people, 'mention',
			CASE WHEN p.start IS NOT NULL THEN w.mention END, 'start', p.start, 'end', p.start + length(w.mention))
			ORDER BY p.start, s.symbol), '[]') AS entities
		FROM said s
		LEFT JOIN LATERAL (
			SELECT x.mention FROM entity_sentiment x
			WHERE i.version = j.version AND x.entity_id = s.entity_id AND x.event_at = j.event_at AND x.item_id = j.item_id
			UNION ALL
			(SELECT x.mention FROM entity_sentiment_version x
			WHERE i.version <> j.version AND x.entity_id = s.entity_id AND x.event_at = j.event_at AND x.item_id = j.item_id
				AND x.version = j.version
			LIMIT 1)
		) w ON true
		CROSS JOIN LATERAL (SELECT mention_start(t.text, w.mention) AS start) p
		WHERE s.event_at = j.event_at AND s.item_id = j.item_id AND s.version = j.version AND s.entity_id IS NOT NULL
			AND s.label IS NOT NULL
	) e
	LEFT JOIN LATERAL (
		SELECT label(s.p_negative, s.p_neutral, s.p_positive) AS label, s.score, d.name AS model
		FROM item_sentiment s LEFT JOIN model d USING (model_id)
		WHERE s.event_at = j.event_at AND s.item_id = j.item_id
	) m ON i.version = j.version
	WHERE t.text IS NOT NULL;
END;
COMMENT ON FUNCTION labelled_items IS 'Items with the labels that most people give them, to train with and to compare; one row per item and text that was judged. what: as in item_text().';
REVOKE EXECUTE ON FUNCTION labelled_items FROM PUBLIC;

CREATE VIEW labelled_item AS SELECT * FROM labelled_items();
COMMENT ON VIEW labelled_item IS 'Items with the labels that most people give them, and what the model says now: one row per item and text that was judged. Items that retention has dropped are not in it.';
COMMENT ON COLUMN labelled_item.event_at IS 'When the item counts.';
COMMENT ON COLUMN labelled_item.item_id IS 'The item.';
COMMENT ON COLUMN labelled_item.version IS 'Number of the text that was judged.';
COMMENT ON COLUMN labelled_item.text IS 'That text as the model reads it, title and summary.';
COMMENT ON COLUMN labelled_item.label IS 'What most people say of it as a whole; NULL: nobody has said, or as many say something else.';
COMMENT ON COLUMN labelled_item.people IS 'How many have labelled it as a whole.';
COMMENT ON COLUMN labelled_item.ties IS 'Of how many (the whole, and entities) as many people say something else: these have no label here.';
COMMENT ON COLUMN labelled_item.entities IS 'Labels of entities, [{symbol, label, people, mention, start, end}]: start and end in characters of the text; null: it is not known where the text mentions it.';
COMMENT ON COLUMN labelled_item.model_label IS 'What the model says of it as a whole; NULL: nothing, or the text has changed since.';
COMMENT ON COLUMN labelled_item.model_score IS 'Its score, in [-1, 1].';
COMMENT ON COLUMN labelled_item.model IS 'The model.';
COMMENT ON COLUMN labelled_item.last_at IS 'When the last of these people said it.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'feedback_history, feedback_now, labelled_item'),
	('tickertone_reader', 'EXECUTE', 'FUNCTION item_text, mention_start, labelled_items'),
	('tickertone_writer', 'SELECT, INSERT', 'feedback'),
	('tickertone_writer', 'SELECT', 'feedback_history, feedback_now, labelled_item'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION item_text, mention_start, labelled_items');
SELECT grant_access();
