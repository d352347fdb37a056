-- The life of a model: what it was made of, since when it serves and by whose decision, and what another one says of the same items.

ALTER TABLE model
	ADD weights uuid,
	ADD files jsonb,
	ADD data jsonb,
	ADD figures jsonb,
	ADD path text;
COMMENT ON TABLE model IS 'Models that scored something, or were registered: one row per model and arithmetic. Rows are never removed, scores refer to them.';
COMMENT ON COLUMN model.hash IS 'XXH3-128 over weights, config.json, tokenizer_config.json and vocab.txt: what identifies the model, wherever its folder is. Of rows without weights, made by earlier programs: of the weights alone.';
COMMENT ON COLUMN model.weights IS 'XXH3-128 of the weights file.';
COMMENT ON COLUMN model.files IS 'Of a model that was registered: the files of its folder, name to {"sha256", "bytes"}; NULL: it was not.';
COMMENT ON COLUMN model.data IS 'What it was trained on, as it was registered: file name to {"sha256", "bytes"}.';
COMMENT ON COLUMN model.figures IS 'How good it is, as it was registered: any JSON object.';
COMMENT ON COLUMN model.path IS 'Its folder when last registered or opened by a service; a service opens it there when it is promoted.';

CREATE TABLE model_change (
	at         timestamptz NOT NULL DEFAULT clock_timestamp(),
	change_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	before_id  bigint      REFERENCES model_change,
	model_id   smallint    REFERENCES model,
	kind       text        NOT NULL CHECK (kind IN ('promote', 'rollback')),
	changed_by text        NOT NULL,
	reason     text
);
COMMENT ON TABLE model_change IS 'Which model serves since when: the last row says what running services score with.';
COMMENT ON COLUMN model_change.at IS 'Since when.';
COMMENT ON COLUMN model_change.change_id IS 'Key, ascending.';
COMMENT ON COLUMN model_change.before_id IS 'What a rollback of it goes back to; NULL: to the model that each service is configured with.';
COMMENT ON COLUMN model_change.model_id IS 'The model, in whatever arithmetic a service uses; NULL: the one that each is configured with.';
COMMENT ON COLUMN model_change.kind IS 'promote, rollback.';
COMMENT ON COLUMN model_change.changed_by IS 'Who did it.';
COMMENT ON COLUMN model_change.reason IS 'Why, as was said.';

-- One at a time, so that "the one before" is what whoever calls has seen.
CREATE FUNCTION promote_model(to_model smallint, changed_by text, reason text, OUT change bigint, OUT is_new boolean)
LANGUAGE plpgsql SET search_path = tickertone, pg_temp
AS $$
DECLARE
	now_on model_change;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('tickertone model', 0));
	SELECT c.* INTO now_on FROM model_change c ORDER BY c.change_id DESC LIMIT 1;
	is_new := (SELECT m.hash FROM model m WHERE m.model_id = now_on.model_id) IS DISTINCT FROM (SELECT m.hash FROM model m WHERE m.model_id = to_model);
	IF is_new THEN
		INSERT INTO model_change (before_id, model_id, kind, changed_by, reason)
		VALUES (now_on.change_id, to_model, 'promote', coalesce(promote_model.changed_by, session_user), promote_model.reason)
		RETURNING change_id INTO change;
	ELSE
		change := now_on.change_id;
	END IF;
	PERFORM pg_notify('tickertone_model', change::text); -- also when it is not new: a service may try again
END $$;
COMMENT ON FUNCTION promote_model IS 'Has running services score with a model from now on; is_new: it was another one before. The command `tickertone model promote` checks the model first.';

CREATE FUNCTION roll_back_model(changed_by text, reason text) RETURNS bigint
LANGUAGE plpgsql SET search_path = tickertone, pg_temp
AS $$
DECLARE
	now_on model_change;
	target model_change;
	change bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('tickertone model', 0));
	SELECT c.* INTO now_on FROM model_change c ORDER BY c.change_id DESC LIMIT 1;
	IF now_on.model_id IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT c.* INTO target FROM model_change c WHERE c.change_id = now_on.before_id;
	INSERT INTO model_change (before_id, model_id, kind, changed_by, reason)
	VALUES (target.before_id, target.model_id, 'rollback', coalesce(roll_back_model.changed_by, session_user), roll_back_model.reason)
	RETURNING change_id INTO change;
	PERFORM pg_notify('tickertone_model', change::text);
	RETURN change;
END $$;
COMMENT ON FUNCTION roll_back_model IS 'Back to the model that served before the one that serves now, and again to the one before that; at the end to what each service is configured with. NULL: nothing is promoted.';

CREATE VIEW model_history AS
SELECT c.change_id, c.at AS since, lead(c.at, 1, timestamptz 'infinity') OVER (ORDER BY c.change_id) AS until, c.kind, c.model_id, m.name,
	m.path, c.changed_by, c.reason
FROM model_change c
LEFT JOIN model m USING (model_id);
COMMENT ON VIEW model_history IS 'Which model was promoted from when to when, by whom and why.';
COMMENT ON COLUMN model_history.change_id IS 'Key of model_change, ascending.';
COMMENT ON COLUMN model_history.since IS 'Since when it was to serve.';
COMMENT ON COLUMN model_history.until IS 'Until when; infinity: still.';
COMMENT ON COLUMN model_history.kind IS 'promote, rollback.';
COMMENT ON COLUMN model_history.model_id IS 'The model; NULL: the one that each service is configured with.';
COMMENT ON COLUMN model_history.name IS 'Its name; NULL likewise.';
COMMENT ON COLUMN model_history.path IS 'Where services look for it.';
COMMENT ON COLUMN model_history.changed_by IS 'Who did it.';
COMMENT ON COLUMN model_history.reason IS 'Why, as was said.';

-- Both answers stand in the row: what an item says now may be of another text or model by the time they are compared.
CREATE TABLE shadow_score (
	event_at        timestamptz NOT NULL,
	scored_at       timestamptz NOT NULL,
	item_id         uuid        NOT NULL,
	entity_id       integer     NOT NULL,
	p_negative      real        NOT NULL,
	p_neutral       real        NOT NULL,
	p_positive      real        NOT NULL,
	served_negative real        NOT NULL,
	served_neutral  real        NOT NULL,
	served_positive real        NOT NULL,
	model_id        smallint    NOT NULL REFERENCES model,
	served_model_id smallint    NOT NULL REFERENCES model,
	PRIMARY KEY (model_id, item_id, entity_id)
);
CREATE INDEX shadow_score_scored_at ON shadow_score (scored_at);
COMMENT ON TABLE shadow_score IS 'What a model in the shadow (shadow_model in the configuration) says of a share of the items, beside what was stored of them. Kept for shadow_model.keep.';
COMMENT ON COLUMN shadow_score.event_at IS 'Event time of the item.';
COMMENT ON COLUMN shadow_score.scored_at IS 'When the model in the shadow read it.';
COMMENT ON COLUMN shadow_score.item_id IS 'The item.';
COMMENT ON COLUMN shadow_score.entity_id IS 'The entity; 0: the item itself.';
COMMENT ON COLUMN shadow_score.p_negative IS 'Probability of negative by the model in the shadow; the three sum to 1.';
COMMENT ON COLUMN shadow_score.p_neutral IS 'Of neutral.';
COMMENT ON COLUMN shadow_score.p_positive IS 'Of positive.';
COMMENT ON COLUMN shadow_score.served_negative IS 'Probability of negative by the model that served.';
COMMENT ON COLUMN shadow_score.served_neutral IS 'Of neutral.';
COMMENT ON COLUMN shadow_score.served_positive IS 'Of positive.';
COMMENT ON COLUMN shadow_score.model_id IS 'The model in the shadow.';
COMMENT ON COLUMN shadow_score.served_model_id IS 'The model that served.';

CREATE VIEW shadow_comparison AS
WITH said AS (
	SELECT s.*, label(s.p_negative, s.p_neutral, s.p_positive) AS label,
		label(s.served_negative, s.served_neutral, s.served_positive) AS served_label,
		(abs(s.p_negative - s.served_negative) + abs(s.p_neutral - s.served_neutral) + abs(s.p_positive - s.served_positive)) / 3 AS change,
		(s.p_positive - s.p_negative) - (s.served_positive - s.served_negative) AS shift
	FROM shadow_score s
), grouped AS (
	SELECT s.model_id, s.served_model_id, g.about, g.name, count(*) AS n,
		count(*) FILTER (WHERE s.label = s.served_label) AS agreeing,
		count(*) FILTER (WHERE s.label <> s.served_label AND s.shift < 0) AS to_worse,
		count(*) FILTER (WHERE s.label <> s.served_label AND s.shift >= 0) AS to_better,
		avg(s.change) AS mean_change, avg(s.shift) AS mean_shift, min(s.scored_at) AS since, max(s.scored_at) AS until
	FROM said s
	LEFT JOIN item i ON i.event_at = s.event_at AND i.item_id = s.item_id AND s.entity_id = 0
	LEFT JOIN entity e ON e.entity_id = s.entity_id
	CROSS JOIN LATERAL (VALUES (CASE WHEN s.entity_id = 0 THEN 'items' ELSE 'entities' END, NULL),
		(CASE WHEN s.entity_id = 0 THEN 'feed' ELSE 'entity' END, coalesce(i.source, e.symbol))) AS g (about, name)
	GROUP BY s.model_id, s.served_model_id, g.about, g.name
)
SELECT m.name AS model, v.name AS served_model, g.about, g.name, g.n, g.agreeing::float8 / g.n AS agreement, g.mean_change, g.mean_shift,
	g.to_worse, g.to_better, g.since, g.until, g.model_id, g.served_model_id
FROM grouped g
JOIN model m ON m.model_id = g.model_id
JOIN model v ON v.model_id = g.served_model_id;
COMMENT ON VIEW shadow_comparison IS 'What a model in the shadow says, compared with the one that serves: over all items and all entities in them, by feed and by entity.';
COMMENT ON COLUMN shadow_comparison.model IS 'The model in the shadow.';
COMMENT ON COLUMN shadow_comparison.served_model IS 'The model that served.';
COMMENT ON COLUMN shadow_comparison.about IS 'items: all; feed: those of one; entities: what is said of all entities in them; entity: of one.';
COMMENT ON COLUMN shadow_comparison.name IS 'The feed, or the symbol; NULL for all.';
COMMENT ON COLUMN shadow_comparison.n IS 'How many answers are compared.';
COMMENT ON COLUMN shadow_comparison.agreement IS 'Share of them with the same label, 0 to 1.';
COMMENT ON COLUMN shadow_comparison.mean_change IS 'Mean |Δp|, over answers and labels.';
COMMENT ON COLUMN shadow_comparison.mean_shift IS 'Mean change of the score; below 0: the model in the shadow is gloomier.';
COMMENT ON COLUMN shadow_comparison.to_worse IS 'Answers with another label and a lower score.';
COMMENT ON COLUMN shadow_comparison.to_better IS 'Answers with another label and a score that is no lower.';
COMMENT ON COLUMN shadow_comparison.since IS 'When the first of them was made.';
COMMENT ON COLUMN shadow_comparison.until IS 'When the last of them was made.';
COMMENT ON COLUMN shadow_comparison.model_id IS 'Key of model.';
COMMENT ON COLUMN shadow_comparison.served_model_id IS 'Key of served_model.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'model_history, shadow_comparison'),
	('tickertone_writer', 'SELECT, INSERT', 'model_change'),
	('tickertone_writer', 'SELECT', 'model_history, shadow_comparison'),
	('tickertone_writer', 'SELECT, INSERT, UPDATE, DELETE', 'shadow_score'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION promote_model, roll_back_model');
REVOKE EXECUTE ON FUNCTION promote_model, roll_back_model FROM PUBLIC;
SELECT grant_access();
