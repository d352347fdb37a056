-- These have arrived ($1), or never will.
DELETE FROM alert_outbox WHERE outbox_id = ANY ($1::bigint[]);
