-- Did not arrive: $1 is tried again in $2 seconds; $3 why.
UPDATE alert_outbox SET next_at = now() + make_interval(secs => $2::float8), last_error = $3::text WHERE outbox_id = $1::bigint;
