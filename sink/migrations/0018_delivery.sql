-- Telling of alerts: who is told what, and what is not told.

ALTER TABLE rule ADD mutes text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN rule.mutes IS 'Kinds of subjects that are not told of while an alert of this rule is open: those within its subject.';

CREATE TABLE delivery_target (
	disabled_at timestamptz,
	target      text PRIMARY KEY,
	reason      text
);
COMMENT ON TABLE delivery_target IS 'Targets of alert_outbox about which there is something to remember.';
COMMENT ON COLUMN delivery_target.disabled_at IS 'Since when it is not told anything, because it said 410 Gone; NULL: it is told.';
COMMENT ON COLUMN delivery_target.target IS 'As in alert_outbox.';
COMMENT ON COLUMN delivery_target.reason IS 'Why.';

CREATE FUNCTION is_muted(of_rule text, of_kind text, of_subject text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
	SELECT EXISTS (
		SELECT FROM silence s
		WHERE s.starts_at <= now() AND s.ends_at > now()
			AND (s.rule IS NULL OR of_rule LIKE replace(replace(replace(replace(s.rule, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'))
			AND (s.subject_kind IS NULL OR s.subject_kind = of_kind)
			AND (s.subject IS NULL
				OR of_subject LIKE replace(replace(replace(replace(s.subject, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'))
	) OR EXISTS (
		SELECT FROM alert a
		JOIN rule r USING (rule)
		WHERE a.resolved_at IS NULL AND of_kind = ANY (r.mutes) AND a.rule <> of_rule
			AND (a.subject_kind = 'market'
				OR (a.subject_kind = 'sector' AND a.subject = (SELECT e.sector FROM entity e WHERE e.symbol = of_subject))
				OR a.subject = of_subject)
	)
$$;
COMMENT ON FUNCTION is_muted IS 'Whether a change of an alert is not to be told now: somebody has silenced it, or an alert about the market or its sector is open that says it all (rule.mutes).';

CREATE VIEW silences AS
SELECT silence_id, starts_at, ends_at, rule, subject_kind, subject, created_by, reason, created_at FROM silence WHERE ends_at > now();
COMMENT ON VIEW silences IS 'What is not told now, or will not be.';
COMMENT ON COLUMN silences.silence_id IS 'For `tickertone alert unsilence`.';
COMMENT ON COLUMN silences.starts_at IS 'From when on.';
COMMENT ON COLUMN silences.ends_at IS 'Until when.';
COMMENT ON COLUMN silences.rule IS 'Of this rule; * stands for anything; NULL: of any.';
COMMENT ON COLUMN silences.subject_kind IS 'About this kind of subject; NULL: any.';
COMMENT ON COLUMN silences.subject IS 'About this subject; * stands for anything; NULL: any.';
COMMENT ON COLUMN silences.created_by IS 'Who made it.';
COMMENT ON COLUMN silences.reason IS 'Why.';
COMMENT ON COLUMN silences.created_at IS 'When it was made.';

-- What has been waiting for a target that nobody delivers to any more.
CREATE OR REPLACE FUNCTION prune_alerts(before timestamptz) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	changes bigint;
BEGIN
	DELETE FROM alert a WHERE a.changed_at < before AND a.resolved_at IS NOT NULL;
	DELETE FROM alert_outbox o WHERE o.stored_at < least(before, now() - interval '7 days');
	-- What is still on its way stays, and what belongs to an alert that is open.
	DELETE FROM alert_change c
	WHERE c.at < before
		AND NOT EXISTS (SELECT FROM alert_outbox o WHERE o.change_id = c.change_id)
		AND NOT EXISTS (SELECT FROM alert a WHERE a.fingerprint = c.fingerprint AND a.episode = c.episode);
	GET DIAGNOSTICS changes = ROW_COUNT;
	DELETE FROM silence s WHERE s.ends_at < before;
	RETURN changes;
END $$;

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'SELECT', 'silences'),
	('tickertone_writer', 'SELECT', 'silences'),
	('tickertone_writer', 'SELECT, INSERT, UPDATE, DELETE', 'delivery_target'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION is_muted');
SELECT grant_access();
