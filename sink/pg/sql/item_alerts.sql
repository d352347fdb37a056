-- Alerts of single items, in the transaction that stores these: candidates, whose scores and relevance have been looked at
-- already, $1 fingerprints, $2 change ids, $3 rules, $4 severities, $5 items, $6 event times, $7 symbols, $8 thresholds, $9
-- lowest novelty, $10 sector (NULL: any), $11 how many seconds old an item may be; $12 the targets. Only of rows that this very
-- transaction has stored; a fingerprint that has been is nothing new (a repeat, another text of the story).
WITH hit AS MATERIALIZED (
	SELECT c.*, s.score, h.weight AS weight, i.title, i.url, i.source,
		jsonb_build_array(jsonb_build_object('id', c.item_id, 'event_at', c.event_at, 'title', i.title, 'url', i.url,
			'source', i.source, 'score', round(s.score::numeric, 4),
			'weight', round(h.weight::numeric, 4), 'contribution', round(s.score::numeric, 4))) AS evidence,
		format('%s: %s item, score %s: %s', c.symbol, label(s.p_negative, s.p_neutral, s.p_positive),
			to_char(s.score, 'SG0.00'), coalesce(i.title, i.url, i.guid)) AS sentence
	FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[], $8::float8[],
		$9::float8[], $10::text[], $11::float8[]) AS c (fingerprint, change_id, rule, severity, item_id, event_at,
		symbol, threshold, min_novelty, sector, max_age)
	JOIN entity e USING (symbol)
	JOIN entity_sentiment s ON s.entity_id = e.entity_id AND s.event_at = c.event_at AND s.item_id = c.item_id
	JOIN entity_history h ON h.event_at = c.event_at AND h.item_id = c.item_id AND h.symbol = c.symbol
	JOIN item i ON i.event_at = c.event_at AND i.item_id = c.item_id
	WHERE s.xmin = pg_current_xact_id()::xid AND h.novelty >= c.min_novelty AND (c.sector IS NULL OR e.sector = c.sector)
		AND c.event_at > now() - make_interval(secs => c.max_age)
), raised AS (
	INSERT INTO alert (fingerprint, episode, since, fired_at, changed_at, resolved_at, value, threshold, change_id, state, severity,
		rule, subject_kind, subject, sentence, evidence)
	SELECT fingerprint, 1, event_at, now(), now(), now(), score, threshold, change_id, 'resolved', severity, rule, 'item', symbol,
		sentence, evidence
	FROM hit
	ORDER BY fingerprint
	ON CONFLICT (fingerprint, episode) DO NOTHING
	RETURNING fingerprint
), stored AS (
	INSERT INTO alert_change (change_id, fingerprint, episode, from_state, to_state, severity, rule, subject_kind, subject, value,
		threshold, at, since, sentence, evidence)
	SELECT change_id, fingerprint, 1, 'inactive', 'firing', severity, rule, 'item', symbol, score, threshold, now(), event_at,
		sentence, evidence
	FROM hit
	JOIN raised USING (fingerprint)
	ORDER BY fingerprint
	ON CONFLICT (change_id) DO NOTHING
	RETURNING change_id, change_no, rule, subject
), outgoing AS (
	INSERT INTO alert_outbox (change_id, target)
	SELECT s.change_id, t.target FROM stored s CROSS JOIN unnest($12::text[]) AS t (target)
	WHERE NOT is_muted(s.rule, 'item', s.subject)
		AND NOT EXISTS (SELECT FROM delivery_target d WHERE d.target = t.target AND d.disabled_at IS NOT NULL)
	ORDER BY s.change_no, t.target
)
SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('tickertone_alert', '') END::text FROM stored;
