-- Alerts: which rules there are, how they stand for each subject, what has been raised, and what is still to be told to whom.
--
-- Window rules are evaluated by one process at a time, the leader: the session that holds advisory lock
-- hashtextextended('tickertone alerts', 0). Its transaction takes rows out of mood_delta and writes rule_state, alert,
-- alert_change and alert_outbox together (sink/pg/sql/alerts_store.sql), so a crash leaves all of it done or none. Item rules
-- are decided in the transaction that stores the item (sink/pg/sql/item_alerts.sql).
--
-- For those who deliver: alert_outbox has one row per change and target; it appears in the commit that stores the change, which
-- also says NOTIFY tickertone_alert. Take rows with next_at <= now() FOR UPDATE SKIP LOCKED, join alert_change by change_id, delete
-- what has arrived. change_id is the same however often a change is decided or sent.

CREATE TABLE rule (
	loaded_at   timestamptz NOT NULL DEFAULT now(),
	hash        uuid        NOT NULL,
	severity    text        NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
	rule        text        PRIMARY KEY,
	scope       text        NOT NULL,
	definition  text        NOT NULL
);
COMMENT ON TABLE rule IS 'The rules that the leader evaluates, as its configuration has them. While there is a row, changes of mood_minute are noted in mood_delta.';
COMMENT ON COLUMN rule.loaded_at IS 'When it was read in this form.';
COMMENT ON COLUMN rule.hash IS 'Hash of the definition: another one is another rule of that name.';
COMMENT ON COLUMN rule.severity IS 'info, warning or critical.';
COMMENT ON COLUMN rule.rule IS 'Name, unique.';
COMMENT ON COLUMN rule.scope IS 'What it looks at: entity, sector, watch_list, market, item, feed, service.';
COMMENT ON COLUMN rule.definition IS 'What it says, for people.';

CREATE TABLE rule_state (
	episode      bigint      NOT NULL DEFAULT 0,
	since        timestamptz,
	changed_at   timestamptz NOT NULL,
	value        float8,
	fingerprint  uuid        PRIMARY KEY,
	state        text        NOT NULL CHECK (state IN ('inactive', 'pending', 'firing', 'resolved', 'no_data')),
	before       text        CHECK (before IN ('inactive', 'pending', 'firing', 'resolved')),
	rule         text        NOT NULL,
	subject_kind text        NOT NULL,
	subject      text        NOT NULL
);
COMMENT ON TABLE rule_state IS 'How window rules stand for their subjects: one row per pair that has ever left the state inactive. The next leader goes on from here.';
COMMENT ON COLUMN rule_state.episode IS 'How often it has fired.';
COMMENT ON COLUMN rule_state.since IS 'Since when the condition holds; NULL: it does not.';
COMMENT ON COLUMN rule_state.changed_at IS 'When it came into this state: time of the evaluation.';
COMMENT ON COLUMN rule_state.value IS 'What the rule looks at, as last evaluated; NULL: not known.';
COMMENT ON COLUMN rule_state.fingerprint IS 'Hash of rule, kind of subject and subject: names them in alert, too.';
COMMENT ON COLUMN rule_state.state IS 'inactive, pending (holds, not yet for long enough), firing, resolved, no_data (what is asked for is not known).';
COMMENT ON COLUMN rule_state.before IS 'Of no_data: the state it goes on from when there is data again; NULL: none.';
COMMENT ON COLUMN rule_state.rule IS 'The rule.';
COMMENT ON COLUMN rule_state.subject_kind IS 'entity, sector, watch_list, market, feed, service.';
COMMENT ON COLUMN rule_state.subject IS 'Symbol, name of the sector or watch list, market, URL of the feed, ...';

CREATE TABLE alert (
	fingerprint  uuid        NOT NULL,
	episode      bigint      NOT NULL,
	since        timestamptz NOT NULL,
	fired_at     timestamptz NOT NULL,
	changed_at   timestamptz NOT NULL,
	resolved_at  timestamptz,
	acked_at     timestamptz,
	value        float8,
	threshold    float8,
	change_id    uuid        NOT NULL,
	state        text        NOT NULL CHECK (state IN ('firing', 'resolved', 'no_data')),
	severity     text        NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
	rule         text        NOT NULL,
	subject_kind text        NOT NULL,
	subject      text        NOT NULL,
	sentence     text        NOT NULL,
	acked_by     text,
	note         text,
	evidence     jsonb       NOT NULL DEFAULT '[]',
	PRIMARY KEY (fingerprint, episode)
);
CREATE INDEX alert_open ON alert (fired_at) WHERE resolved_at IS NULL;
CREATE INDEX alert_changed_at ON alert (changed_at);
COMMENT ON TABLE alert IS 'Alerts as they stand: one row per episode, from firing to resolved. An alert of an item rule is one moment: it is resolved as it fires.';
COMMENT ON COLUMN alert.fingerprint IS 'Hash of rule, kind of subject and subject: the same each time it fires. Of an item rule: of rule, item and subject.';
COMMENT ON COLUMN alert.episode IS 'The how manieth time this fingerprint fires, from 1.';
COMMENT ON COLUMN alert.since IS 'Since when the condition held.';
COMMENT ON COLUMN alert.fired_at IS 'When it fired: time of the evaluation.';
COMMENT ON COLUMN alert.changed_at IS 'When its state changed last.';
COMMENT ON COLUMN alert.resolved_at IS 'When it was resolved; NULL: it is not.';
COMMENT ON COLUMN alert.acked_at IS 'When somebody took it on; NULL: nobody did.';
COMMENT ON COLUMN alert.value IS 'What the rule looks at, at the last change; NULL: not known.';
COMMENT ON COLUMN alert.threshold IS 'What the value was compared with; NULL: nothing single.';
COMMENT ON COLUMN alert.change_id IS 'The last change, see alert_change.';
COMMENT ON COLUMN alert.state IS 'firing, no_data (was firing, and what is asked for is not known now) or resolved.';
COMMENT ON COLUMN alert.severity IS 'info, warning or critical.';
COMMENT ON COLUMN alert.rule IS 'The rule.';
COMMENT ON COLUMN alert.subject_kind IS 'entity, sector, watch_list, market, item, feed, service.';
COMMENT ON COLUMN alert.subject IS 'Symbol, name of the sector or watch list, market, ...';
COMMENT ON COLUMN alert.sentence IS 'What happened, for people, as of when it fired.';
COMMENT ON COLUMN alert.acked_by IS 'Who took it on.';
COMMENT ON COLUMN alert.note IS 'What they said to it.';
COMMENT ON COLUMN alert.evidence IS 'The items that moved it most when it fired, see alert_change.evidence.';

CREATE TABLE alert_change (
	change_no    bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
	episode      bigint      NOT NULL,
	at           timestamptz NOT NULL,
	since        timestamptz NOT NULL,
	stored_at    timestamptz NOT NULL DEFAULT now(),
	value        float8,
	threshold    float8,
	change_id    uuid        PRIMARY KEY,
	fingerprint  uuid        NOT NULL,
	from_state   text        NOT NULL CHECK (from_state IN ('inactive', 'pending', 'firing', 'resolved', 'no_data')),
	to_state     text        NOT NULL CHECK (to_state IN ('inactive', 'pending', 'firing', 'resolved', 'no_data')),
	severity     text        NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
	rule         text        NOT NULL,
	subject_kind text        NOT NULL,
	subject      text        NOT NULL,
	sentence     text        NOT NULL,
	evidence     jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX alert_change_at ON alert_change (at);
CREATE INDEX alert_change_fingerprint ON alert_change (fingerprint, episode);
COMMENT ON TABLE alert_change IS 'Every change of state that is told: what alert_outbox delivers. A row never changes, but for the words of its evidence.';
COMMENT ON COLUMN alert_change.change_no IS 'Order in which changes were stored, for those who read on from the last one they know; commits may be in another order.';
COMMENT ON COLUMN alert_change.episode IS 'The how manieth time this fingerprint fires, from 1; of a pending one: would fire.';
COMMENT ON COLUMN alert_change.at IS 'When it changed: time of the evaluation.';
COMMENT ON COLUMN alert_change.since IS 'When the condition began to hold.';
COMMENT ON COLUMN alert_change.stored_at IS 'When the transaction that stored it began.';
COMMENT ON COLUMN alert_change.value IS 'What the rule looks at; NULL: not known.';
COMMENT ON COLUMN alert_change.threshold IS 'What the value was compared with; NULL: nothing single.';
COMMENT ON COLUMN alert_change.change_id IS 'Hash of fingerprint, episode and state: the same however often it is decided or delivered.';
COMMENT ON COLUMN alert_change.fingerprint IS 'As in alert.';
COMMENT ON COLUMN alert_change.from_state IS 'State before.';
COMMENT ON COLUMN alert_change.to_state IS 'State from then on. Of an item rule: firing, and that is all there is.';
COMMENT ON COLUMN alert_change.severity IS 'info, warning or critical.';
COMMENT ON COLUMN alert_change.rule IS 'The rule.';
COMMENT ON COLUMN alert_change.subject_kind IS 'entity, sector, watch_list, market, item, feed, service.';
COMMENT ON COLUMN alert_change.subject IS 'Symbol, name of the sector or watch list, market, ...';
COMMENT ON COLUMN alert_change.sentence IS 'What happened, for people.';
COMMENT ON COLUMN alert_change.evidence IS 'The items that moved the value most, strongest first: an array of objects with id, event_at, title, url, source, score, weight, contribution (signed share of the mean), and words (text, contribution) once they were asked for.';

CREATE TABLE alert_outbox (
	outbox_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	stored_at  timestamptz NOT NULL DEFAULT now(),
	next_at    timestamptz NOT NULL DEFAULT now(),
	change_id  uuid        NOT NULL,
	attempts   integer     NOT NULL DEFAULT 0,
	target     text        NOT NULL,
	body       text,
	last_error text,
	UNIQUE (change_id, target)
);
CREATE INDEX alert_outbox_next_at ON alert_outbox (next_at);
COMMENT ON TABLE alert_outbox IS 'Changes of alerts on their way: one row per change and target. A row goes when the target has it.';
COMMENT ON COLUMN alert_outbox.outbox_id IS 'The order in which they are sent.';
COMMENT ON COLUMN alert_outbox.stored_at IS 'When the transaction that stored the change began.';
COMMENT ON COLUMN alert_outbox.next_at IS 'Not to be sent before.';
COMMENT ON COLUMN alert_outbox.change_id IS 'The change, see alert_change.';
COMMENT ON COLUMN alert_outbox.attempts IS 'How often it was sent in vain.';
COMMENT ON COLUMN alert_outbox.target IS 'Where to: kafka, stdout, webhook:NAME.';
COMMENT ON COLUMN alert_outbox.body IS 'What is sent, word for word the same each time; NULL: not made yet.';
COMMENT ON COLUMN alert_outbox.last_error IS 'Why it did not arrive; NULL: it was not tried yet.';

CREATE TABLE silence (
	silence_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	created_at   timestamptz NOT NULL DEFAULT now(),
	starts_at    timestamptz NOT NULL DEFAULT now(),
	ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at),
	rule         text,
	subject_kind text,
	subject      text,
	created_by   text        NOT NULL DEFAULT session_user,
	reason       text
);
COMMENT ON TABLE silence IS 'What is not to be told for a while. Alerts are raised and kept all the same.';
COMMENT ON COLUMN silence.silence_id IS 'Key.';
COMMENT ON COLUMN silence.created_at IS 'When it was made.';
COMMENT ON COLUMN silence.starts_at IS 'From when on.';
COMMENT ON COLUMN silence.ends_at IS 'Until when.';
COMMENT ON COLUMN silence.rule IS 'Of this rule, * for anything; NULL: of any.';
COMMENT ON COLUMN silence.subject_kind IS 'About this kind of subject; NULL: any.';
COMMENT ON COLUMN silence.subject IS 'About this subject, * for anything; NULL: any.';
COMMENT ON COLUMN silence.created_by IS 'Who made it.';
COMMENT ON COLUMN silence.reason IS 'Why.';

CREATE VIEW alerts AS
SELECT fired_at, changed_at, state, severity, rule, subject_kind, subject, value, threshold, sentence, evidence, since, acked_at,
	acked_by, note, fingerprint, episode, change_id
FROM alert
WHERE resolved_at IS NULL;
COMMENT ON VIEW alerts IS 'Alerts that are open now. Those that are over, and those of single items, are in alert_history.';
COMMENT ON COLUMN alerts.fired_at IS 'When it fired.';
COMMENT ON COLUMN alerts.changed_at IS 'When its state changed last.';
COMMENT ON COLUMN alerts.state IS 'firing, or no_data: was firing, and what is asked for is not known now.';
COMMENT ON COLUMN alerts.severity IS 'info, warning or critical.';
COMMENT ON COLUMN alerts.rule IS 'The rule.';
COMMENT ON COLUMN alerts.subject_kind IS 'entity, sector, watch_list, market, feed, service.';
COMMENT ON COLUMN alerts.subject IS 'Symbol, name of the sector or watch list, market, ...';
COMMENT ON COLUMN alerts.value IS 'What the rule looks at, at the last change; NULL: not known.';
COMMENT ON COLUMN alerts.threshold IS 'What the value was compared with.';
COMMENT ON COLUMN alerts.sentence IS 'What happened, for people.';
COMMENT ON COLUMN alerts.evidence IS 'The items that moved it most: an array of objects with id, event_at, title, url, source, score, weight, contribution, words.';
COMMENT ON COLUMN alerts.since IS 'Since when the condition held.';
COMMENT ON COLUMN alerts.acked_at IS 'When somebody took it on; NULL: nobody did.';
COMMENT ON COLUMN alerts.acked_by IS 'Who.';
COMMENT ON COLUMN alerts.note IS 'What they said to it.';
COMMENT ON COLUMN alerts.fingerprint IS 'The same each time the rule fires for the subject.';
COMMENT ON COLUMN alerts.episode IS 'The how manieth time.';
COMMENT ON COLUMN alerts.change_id IS 'The last change.';

CREATE VIEW alert_history AS
SELECT at, from_state, to_state, severity, rule, subject_kind, subject, value, threshold, sentence, evidence, since, stored_at,
	fingerprint, episode, change_id, change_no
FROM alert_change;
COMMENT ON VIEW alert_history IS 'Every change of state of every alert that retention has left; filter on at.';
COMMENT ON COLUMN alert_history.at IS 'When it changed: time of the evaluation.';
COMMENT ON COLUMN alert_history.from_state IS 'State before.';
COMMENT ON COLUMN alert_history.to_state IS 'State from then on.';
COMMENT ON COLUMN alert_history.severity IS 'info, warning or critical.';
COMMENT ON COLUMN alert_history.rule IS 'The rule.';
COMMENT ON COLUMN alert_history.subject_kind IS 'entity, sector, watch_list, market, item, feed, service.';
COMMENT ON COLUMN alert_history.subject IS 'Symbol, name of the sector or watch list, market, ...';
COMMENT ON COLUMN alert_history.value IS 'What the rule looks at; NULL: not known.';
COMMENT ON COLUMN alert_history.threshold IS 'What the value was compared with.';
COMMENT ON COLUMN alert_history.sentence IS 'What happened, for people.';
COMMENT ON COLUMN alert_history.evidence IS 'The items that moved it most: an array of objects with id, event_at, title, url, source, score, weight, contribution, words.';
COMMENT ON COLUMN alert_history.since IS 'When the condition began to hold.';
COMMENT ON COLUMN alert_history.stored_at IS 'When the transaction that stored it began.';
COMMENT ON COLUMN alert_history.fingerprint IS 'The same each time the rule fires for the subject.';
COMMENT ON COLUMN alert_history.episode IS 'The how manieth time.';
COMMENT ON COLUMN alert_history.change_id IS 'Names the change in all that is delivered.';
COMMENT ON COLUMN alert_history.change_no IS 'Order in which changes were stored, for those who read on from the last one they know.';

CREATE FUNCTION prune_alerts(before timestamptz) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	changes bigint;
BEGIN
	DELETE FROM alert a WHERE a.changed_at < before AND a.resolved_at IS NOT NULL;
	-- What is still on its way stays, and what belongs to an alert that is open.
	DELETE FROM alert_change c
	WHERE c.at < before
		AND NOT EXISTS (SELECT FROM alert_outbox o WHERE o.change_id = c.change_id)
		AND NOT EXISTS (SELECT FROM alert a WHERE a.fingerprint = c.fingerprint AND a.episode = c.episode);
	GET DIAGNOSTICS changes = ROW_COUNT;
	DELETE FROM silence s WHERE s.ends_at < before;
	RETURN changes;
END $$;
COMMENT ON FUNCTION prune_alerts IS 'Deletes alerts that were over before a time, their changes, and silences that had ended; returns how many changes.';

-- Without an evaluator mood_delta would grow for ever. The leader's lock is free only where there is none: a process with
-- rules takes it within a second.
CREATE FUNCTION rest_alerts() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM rule) OR NOT pg_try_advisory_xact_lock(hashtextextended('tickertone alerts', 0)) THEN
		RETURN false;
	END IF;
	DELETE FROM rule;
	DELETE FROM mood_delta;
	RETURN true;
END $$;
COMMENT ON FUNCTION rest_alerts IS 'Where nobody evaluates rules: forgets that there were any, and the changes of mood_minute that were noted for them. True when it did.';

REVOKE EXECUTE ON FUNCTION prune_alerts, rest_alerts FROM PUBLIC;
INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'alerts, alert_history'),
	('tickertone_writer', 'SELECT, INSERT, UPDATE, DELETE', 'rule, rule_state, alert_outbox, silence'),
	('tickertone_writer', 'SELECT, INSERT, UPDATE', 'alert, alert_change'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION prune_alerts, rest_alerts');
SELECT grant_access();
