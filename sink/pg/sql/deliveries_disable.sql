-- Target $1 wants to hear no more, because of $2; what waits for it goes.
WITH disabled AS (
	INSERT INTO delivery_target (target, disabled_at, reason) VALUES ($1::text, now(), $2::text)
	ON CONFLICT (target) DO UPDATE SET disabled_at = now(), reason = excluded.reason
)
DELETE FROM alert_outbox WHERE target = $1::text;
