-- Minutes of a week that is over, put into the order in which they are asked for. They come in the order of time, so those of one
-- subject lie one on each page; together they are a tenth of the pages.

CREATE FUNCTION settle_mood(before timestamptz DEFAULT now() - interval '2 days') RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tickertone, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC'
AS $$
DECLARE
	child   text;
	settled integer := 0;
BEGIN
	FOR child IN
		SELECT c.relname
		FROM pg_inherits h
		JOIN pg_class c ON c.oid = h.inhrelid
		WHERE h.inhparent = 'mood_minute'::regclass AND c.relname ~ '_w[0-9]{8}$'
			AND to_timestamp(right(c.relname, 8), 'YYYYMMDD') + interval '168 hours' <= before
			AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisclustered)
		ORDER BY c.relname
		LIMIT 1 -- who writes late items into it waits meanwhile
	LOOP
		EXECUTE format('CLUSTER %I USING %I', child, child || '_pkey');
		EXECUTE format('ANALYZE %I', child);
		settled := settled + 1;
	END LOOP;
	RETURN settled;
EXCEPTION WHEN lock_not_available THEN
	RETURN 0; -- the next time
END $$;
COMMENT ON FUNCTION settle_mood IS 'Orders the minutes of one more week that was over before a time, by subject; returns how many weeks it ordered. Part of pruning.';
REVOKE EXECUTE ON FUNCTION settle_mood FROM PUBLIC;
INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_writer', 'EXECUTE', 'FUNCTION settle_mood');
SELECT grant_access();
