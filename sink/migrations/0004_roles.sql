-- Roles to grant to people and services. They belong to the whole server, so making them needs CREATEROLE: where the owner
-- lacks it, an administrator makes them and the next "tickertone db migrate" (which calls grant_access) grants the rest.

CREATE FUNCTION grant_access() RETURNS text[]
LANGUAGE plpgsql SET search_path = tickertone, pg_temp
AS $$
DECLARE
	granted text[] := '{}';
BEGIN
	IF to_regrole('tickertone_reader') IS NOT NULL THEN
		GRANT USAGE ON SCHEMA tickertone TO tickertone_reader;
		GRANT SELECT ON entity_history, item_history, sentiment_history TO tickertone_reader;
		GRANT EXECUTE ON FUNCTION label, stories, mood, top_movers, week_start TO tickertone_reader;
		granted := granted || 'tickertone_reader'::text;
	END IF;
	IF to_regrole('tickertone_writer') IS NOT NULL THEN
		GRANT USAGE ON SCHEMA tickertone TO tickertone_writer;
		GRANT SELECT ON ALL TABLES IN SCHEMA tickertone TO tickertone_writer;
		GRANT INSERT ON seen, item, item_sentiment, entity_sentiment TO tickertone_writer;
		GRANT INSERT, UPDATE ON entity, model, feed, dead_letter TO tickertone_writer;
		GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tickertone TO tickertone_writer;
		granted := granted || 'tickertone_writer'::text;
	END IF;
	RETURN granted;
END $$;
COMMENT ON FUNCTION grant_access IS 'Grants tickertone_reader the views and functions, tickertone_writer what the service needs, where these roles exist; returns those it found.';

REVOKE EXECUTE ON FUNCTION ensure_partitions, prune_partitions, prune_rows, grant_access FROM PUBLIC;

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['tickertone_reader', 'tickertone_writer'] LOOP
		IF to_regrole(name) IS NULL THEN
			BEGIN
				EXECUTE format('CREATE ROLE %I NOLOGIN', name);
			EXCEPTION
				-- not allowed, or a migrator of another database was faster
				WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
			END;
		END IF;
	END LOOP;
END $$;

-- Lets a filter on event_at prune both sides of the joins in the views. An owner may set it for the database; where the
-- migrating role is not the owner, set it in the session or the configuration.
DO $$
BEGIN
	EXECUTE format('ALTER DATABASE %I SET enable_partitionwise_join = on', current_database());
EXCEPTION
	WHEN insufficient_privilege THEN NULL;
END $$;
