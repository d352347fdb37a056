-- Notice $1 has arrived at target $2, or never will.
DELETE FROM alert_outbox WHERE notice_id = $1::uuid AND target = $2::text;
