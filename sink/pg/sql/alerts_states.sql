-- How the rules stand.
SELECT fingerprint, rule, subject_kind, subject, state, before, episode, since, changed_at, value FROM rule_state;
