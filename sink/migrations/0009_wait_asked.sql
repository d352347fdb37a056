-- What a feed's server asked for, apart from what its document does: so that another interval in the configuration can
-- take effect before the next poll, and never against the server's wish.

ALTER TABLE feed ADD wait_asked interval;
COMMENT ON COLUMN feed.wait_asked IS 'The wait that the last answer''s headers asked for: Cache-Control, Expires, Retry-After.';

-- Not known of what was polled before: the whole wait may have been asked for.
UPDATE feed SET wait_asked = fetch_interval WHERE fetch_interval IS NOT NULL;
