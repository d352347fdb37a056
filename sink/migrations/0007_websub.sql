-- Subscriptions at WebSub hubs. Their secrets are for the service alone.

CREATE TABLE websub (
	lease_until  timestamptz,
	next_at      timestamptz,
	last_push_at timestamptz,
	changed_at   timestamptz NOT NULL,
	failures     integer     NOT NULL,
	status       text        NOT NULL CHECK (status IN ('pending', 'active', 'denied', 'failed')),
	url          text        PRIMARY KEY,
	hub          text        NOT NULL,
	topic        text        NOT NULL,
	callback     text        NOT NULL,
	token        text        NOT NULL,
	secret       text        NOT NULL,
	last_error   text
);
COMMENT ON TABLE websub IS 'Subscriptions at WebSub hubs, which push feeds: one row a feed; written in the transaction that stores what was pushed. Deleting a row makes the service subscribe anew after its next start.';
COMMENT ON COLUMN websub.lease_until IS 'Until when the hub pushes, unless renewed before; NULL: it does not.';
COMMENT ON COLUMN websub.next_at IS 'When the hub is asked next: renewal, or another attempt; NULL: it is not.';
COMMENT ON COLUMN websub.last_push_at IS 'Last push that was signed well; NULL: none.';
COMMENT ON COLUMN websub.changed_at IS 'When this row came to be what it is.';
COMMENT ON COLUMN websub.failures IS 'Failed attempts in a row.';
COMMENT ON COLUMN websub.status IS 'pending: asked for. active: the hub pushes. denied: the hub said no, and is not asked again until the feed names another. failed: no hub took it, they are asked again at next_at.';
COMMENT ON COLUMN websub.url IS 'Key: the feed, as in table feed.';
COMMENT ON COLUMN websub.hub IS 'Where it is subscribed: the hub that the feed names.';
COMMENT ON COLUMN websub.topic IS 'What to: the URL the feed names as its own.';
COMMENT ON COLUMN websub.callback IS 'Where the hub pushes to, without the token. Another service has another one, and subscribes anew when it takes the feed over.';
COMMENT ON COLUMN websub.token IS 'Last part of the callback''s URL. Who knows it can send pushes, but not sign them.';
COMMENT ON COLUMN websub.secret IS 'What the hub signs pushes with.';
COMMENT ON COLUMN websub.last_error IS 'What went wrong last; NULL: nothing since the last success.';

-- The writer's SELECT on all tables covers this one only when it was granted before: say it.
INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_writer', 'SELECT, INSERT, UPDATE, DELETE', 'websub');
SELECT grant_access();
