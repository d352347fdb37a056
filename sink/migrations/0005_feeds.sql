-- Feeds that are added in the database, and the processes that share all feeds among them; grants as rows of a table.

CREATE TABLE access (
	role_name  text NOT NULL,
	privileges text NOT NULL,
	objects    text NOT NULL,
	PRIMARY KEY (role_name, privileges, objects)
);
COMMENT ON TABLE access IS 'What grant_access() grants: a later migration adds its rows and calls it.';
COMMENT ON COLUMN access.role_name IS 'Who is granted it: tickertone_reader, tickertone_writer.';
COMMENT ON COLUMN access.privileges IS 'As GRANT takes them: SELECT, INSERT, ...';
COMMENT ON COLUMN access.objects IS 'What for, as GRANT takes it after ON: item, FUNCTION mood, ...';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_reader', 'USAGE', 'SCHEMA tickertone'),
	('tickertone_reader', 'SELECT', 'entity_history, item_history, sentiment_history'),
	('tickertone_reader', 'EXECUTE', 'FUNCTION label, stories, mood, top_movers, week_start'),
	('tickertone_writer', 'USAGE', 'SCHEMA tickertone'),
	('tickertone_writer', 'SELECT', 'ALL TABLES IN SCHEMA tickertone'),
	('tickertone_writer', 'INSERT', 'seen, item, item_sentiment, entity_sentiment'),
	('tickertone_writer', 'INSERT, UPDATE', 'entity, model, feed, dead_letter'),
	('tickertone_writer', 'INSERT, UPDATE, DELETE', 'worker'),
	('tickertone_writer', 'EXECUTE', 'ALL FUNCTIONS IN SCHEMA tickertone');

CREATE OR REPLACE FUNCTION grant_access() RETURNS text[]
LANGUAGE plpgsql SET search_path = tickertone, pg_temp
AS $$
DECLARE
	a       access;
	granted text[] := '{}';
BEGIN
	FOR a IN SELECT * FROM access WHERE to_regrole(role_name) IS NOT NULL ORDER BY role_name, objects LOOP
		EXECUTE format('GRANT %s ON %s TO %I', a.privileges, a.objects, a.role_name);
		IF NOT a.role_name = ANY (granted) THEN
			granted := granted || a.role_name;
		END IF;
	END LOOP;
	RETURN granted;
END $$;
COMMENT ON FUNCTION grant_access IS 'Grants what table access says, to those of its roles that exist; returns these.';

CREATE TABLE worker (
	worker_id   uuid        PRIMARY KEY,
	started_at  timestamptz NOT NULL DEFAULT now(),
	seen_at     timestamptz NOT NULL DEFAULT now(),
	lease_until timestamptz NOT NULL,
	feed_list   uuid,
	pid         integer     NOT NULL,
	host        text        NOT NULL
);
COMMENT ON TABLE worker IS 'Running services that poll feeds: one row each while it shows signs of life. Deleting a row frees the feeds leased to it.';
COMMENT ON COLUMN worker.worker_id IS 'Key, made anew at each start.';
COMMENT ON COLUMN worker.started_at IS 'When it first appeared.';
COMMENT ON COLUMN worker.seen_at IS 'Its last sign of life.';
COMMENT ON COLUMN worker.lease_until IS 'Until when the feeds leased to it are its own; past that any other worker may delete the row. The database''s clock alone counts.';
COMMENT ON COLUMN worker.feed_list IS 'Hash of the feeds its configuration names: workers with the same list share it evenly; NULL: it names none.';
COMMENT ON COLUMN worker.pid IS 'Process number on its host.';
COMMENT ON COLUMN worker.host IS 'Name of its host.';

ALTER TABLE feed
	ALTER failures SET DEFAULT 0,
	ALTER skip_hours SET DEFAULT 0,
	ALTER skip_days SET DEFAULT 0,
	ALTER gone SET DEFAULT false,
	ADD added_at timestamptz,
	ADD poll_interval interval,
	ADD enabled boolean NOT NULL DEFAULT true,
	ADD lease_worker uuid REFERENCES worker ON DELETE SET NULL,
	ADD name text,
	ADD lang text;
CREATE INDEX feed_lease_worker ON feed (lease_worker);
COMMENT ON COLUMN feed.added_at IS 'When it was added here (tickertone feeds add); NULL: only configurations name it, or it was removed again.';
COMMENT ON COLUMN feed.poll_interval IS 'Of a feed added here: wait between polls; NULL: fetch.interval of the configuration.';
COMMENT ON COLUMN feed.enabled IS 'Of a feed added here: false while it is switched off (tickertone feeds disable). A configuration that names it has it polled all the same.';
COMMENT ON COLUMN feed.lease_worker IS 'The one worker that polls it; NULL: it waits for one.';
COMMENT ON COLUMN feed.name IS 'Of a feed added here: name for people; NULL: its own title.';
COMMENT ON COLUMN feed.lang IS 'Of a feed added here: language of its items (BCP 47); NULL: what they say.';

-- A running worker knows what the row said when it took the lease. Taking the lease from it makes it, or another one,
-- look again within seconds: so what people change by hand is obeyed at once, too.
CREATE FUNCTION feed_changed() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
	NEW.lease_worker := NULL;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION feed_changed IS 'Trigger of table feed: frees a feed whose settings changed, so that it is leased anew with the new ones.';
CREATE TRIGGER feed_changed BEFORE UPDATE OF added_at, poll_interval, enabled, name, lang, gone ON feed
FOR EACH ROW WHEN ((OLD.added_at IS NULL, OLD.enabled, OLD.poll_interval, OLD.name, OLD.lang)
		IS DISTINCT FROM (NEW.added_at IS NULL, NEW.enabled, NEW.poll_interval, NEW.name, NEW.lang)
	OR OLD.gone AND NOT NEW.gone)
EXECUTE FUNCTION feed_changed();

SELECT grant_access();
