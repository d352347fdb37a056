-- Notice $1 did not arrive at target $4: it is tried again in $2 seconds; $3 why.
UPDATE alert_outbox SET next_at = now() + make_interval(secs => $2::float8), last_error = $3::text WHERE notice_id = $1::uuid AND target = $4::text;
