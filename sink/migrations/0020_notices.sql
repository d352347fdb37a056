-- Notices: changes of alerts of one rule that are told together, so that a storm is a handful of messages.

ALTER TABLE alert_outbox ADD notice_id uuid;
CREATE INDEX alert_outbox_notice ON alert_outbox (notice_id) WHERE notice_id IS NOT NULL;
COMMENT ON COLUMN alert_outbox.notice_id IS 'The notice that it is told in, once one was made; NULL: none, or it is told by itself.';

CREATE TABLE delivery_group (
	notice_at timestamptz NOT NULL,
	target    text        NOT NULL,
	rule      text        NOT NULL,
	PRIMARY KEY (target, rule)
);
COMMENT ON TABLE delivery_group IS 'When a target that is told in notices was told of a rule last.';
COMMENT ON COLUMN delivery_group.notice_at IS 'When the last notice was made.';
COMMENT ON COLUMN delivery_group.target IS 'As in alert_outbox.';
COMMENT ON COLUMN delivery_group.rule IS 'The rule.';

-- One process at a time takes a notice for a target. What a notice is about is settled when it is made, so that it is the same however
-- often it is sent; while one of a rule has not arrived, what comes of that rule waits, so that people are told in order.
CREATE FUNCTION take_notice(to_target text, apart interval, lease interval, listed integer, OUT notice uuid, OUT attempts integer,
	OUT about text, OUT at timestamptz, OUT data jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	of_rule text;
BEGIN
	IF NOT pg_try_advisory_xact_lock(hashtextextended('tickertone notice ' || to_target, 0)) THEN
		RETURN;
	END IF;
	SELECT o.notice_id INTO notice
	FROM alert_outbox o
	WHERE o.target = to_target AND o.notice_id IS NOT NULL AND o.next_at <= now()
	ORDER BY o.outbox_id
	LIMIT 1;
	IF notice IS NULL THEN
		SELECT c.rule INTO of_rule
		FROM alert_outbox o
		JOIN alert_change c USING (change_id)
		WHERE o.target = to_target AND o.notice_id IS NULL AND o.next_at <= now()
			AND NOT EXISTS (
				SELECT FROM delivery_group g WHERE g.target = to_target AND g.rule = c.rule AND g.notice_at > now() - apart)
			AND c.rule NOT IN (
				SELECT cu.rule FROM alert_outbox u JOIN alert_change cu USING (change_id)
				WHERE u.target = to_target AND u.notice_id IS NOT NULL)
		ORDER BY o.outbox_id
		LIMIT 1;
		IF of_rule IS NULL THEN
			RETURN;
		END IF;
		INSERT INTO delivery_group AS g (target, rule, notice_at) VALUES (to_target, of_rule, now())
		ON CONFLICT (target, rule) DO UPDATE SET notice_at = excluded.notice_at;
		notice := gen_random_uuid();
		UPDATE alert_outbox o SET notice_id = notice
		FROM alert_change c
		WHERE c.change_id = o.change_id AND c.rule = of_rule AND o.target = to_target AND o.notice_id IS NULL AND o.next_at <= now();
	END IF;
	UPDATE alert_outbox o SET next_at = now() + lease, attempts = o.attempts + 1 WHERE o.notice_id = notice AND o.target = to_target;
	SELECT max(o.attempts), min(c.rule), max(c.at), jsonb_build_object('notice_id', notice, 'rule', min(c.rule),
			'severity', (array_agg(c.severity ORDER BY array_position(ARRAY['critical', 'warning', 'info'], c.severity)))[1],
			'changes', count(*), 'firing', count(*) FILTER (WHERE c.to_state = 'firing'),
			'resolved', count(*) FILTER (WHERE c.to_state = 'resolved'), 'no_data', count(*) FILTER (WHERE c.to_state = 'no_data'),
			'subjects', count(DISTINCT c.subject),
			'sentence', format('%s: %s changes of alerts about %s subjects; %s', min(c.rule), count(*), count(DISTINCT c.subject),
				(array_agg(c.sentence ORDER BY abs(c.value) DESC NULLS LAST, c.change_no))[1]),
			'strongest', (SELECT jsonb_agg(jsonb_build_object('change_id', s.change_id, 'subject', s.subject, 'state', s.to_state,
					'value', s.value, 'sentence', s.sentence) ORDER BY abs(s.value) DESC NULLS LAST, s.change_no)
				FROM (SELECT n.* FROM alert_outbox m JOIN alert_change n USING (change_id)
					WHERE m.notice_id = notice AND m.target = to_target
					ORDER BY abs(n.value) DESC NULLS LAST, n.change_no LIMIT listed) s))
	INTO attempts, about, at, data
	FROM alert_outbox o
	JOIN alert_change c USING (change_id)
	WHERE o.notice_id = notice AND o.target = to_target;
END $$;
COMMENT ON FUNCTION take_notice IS 'The next notice for a target: all that waits of one rule, at most one in a while; for the time of the lease nobody else takes it. NULL: none is due.';
REVOKE EXECUTE ON FUNCTION take_notice FROM PUBLIC;
INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_writer', 'SELECT, INSERT, UPDATE, DELETE', 'delivery_group'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION take_notice');
SELECT grant_access();
