-- Weekly partitions: created ahead by the writer, dropped by retention. The functions run with the rights of the schema's
-- owner, so that a writer need not own the tables.

CREATE FUNCTION week_start(at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN date_trunc('week', at, 'UTC');
COMMENT ON FUNCTION week_start IS 'Monday 00:00 UTC of the week of a time: where its partition begins.';

CREATE FUNCTION ensure_partitions(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
	parent text;
	child  text;
	week   timestamptz;
	made   integer := 0;
BEGIN
	IF until - since > interval '3660 days' THEN
		RAISE EXCEPTION 'ensure_partitions: % to % is more than ten years', since, until USING ERRCODE = '22023';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('tickertone partitions', 0));
	-- In the order in which writers take the tables, so that neither waits for the other in a circle.
	FOREACH parent IN ARRAY ARRAY['item', 'item_sentiment', 'entity_sentiment'] LOOP
		FOR week IN SELECT generate_series(week_start(since), week_start(until), interval '168 hours') LOOP
			child := parent || to_char(week, '"_w"YYYYMMDD');
			CONTINUE WHEN to_regclass(child) IS NOT NULL;
			-- Attaching, unlike CREATE TABLE ... PARTITION OF, does not lock out readers of the parent. Rows of that
			-- week that came before it wait in the _old partition and move along.
			EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent);
			EXECUTE format('WITH moved AS (DELETE FROM %I WHERE event_at >= $1 AND event_at < $2 RETURNING *) '
				'INSERT INTO %I SELECT * FROM moved', parent || '_old', child)
				USING week, week + interval '168 hours';
			EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
				week, week + interval '168 hours');
			made := made + 1;
		END LOOP;
	END LOOP;
	RETURN made;
END $$;
COMMENT ON FUNCTION ensure_partitions IS 'Makes the weekly partitions that cover since to until and are not there yet; returns how many tables were made.';

CREATE FUNCTION prune_partitions(before timestamptz) RETURNS integer
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
	child   text;
	dropped integer := 0;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('tickertone partitions', 0));
	FOR child IN
		SELECT c.relname
		FROM pg_inherits h
		JOIN pg_class c ON c.oid = h.inhrelid
		JOIN unnest(ARRAY['item', 'item_sentiment', 'entity_sentiment']) WITH ORDINALITY AS p(name, place)
			ON h.inhparent = to_regclass(p.name)
		WHERE c.relname ~ '_w[0-9]{8}$'
			AND to_timestamp(right(c.relname, 8), 'YYYYMMDD') + interval '168 hours' <= before
		ORDER BY p.place, c.relname
	LOOP
		EXECUTE format('DROP TABLE %I', child);
		dropped := dropped + 1;
	END LOOP;
	RETURN dropped;
END $$;
COMMENT ON FUNCTION prune_partitions IS 'Drops the weekly partitions that end before a time; returns how many tables were dropped.';

-- A function of its own, because dropping locks the tables: that must be over (committed) before long deletes begin.
CREATE FUNCTION prune_rows(before timestamptz, OUT items bigint, OUT keys bigint, OUT dead_letters bigint)
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = tickertone, pg_temp
AS $$
DECLARE
	kept_from timestamptz := week_start(before);
BEGIN
	-- An old date is no reason to forget an item the day it came: its publisher still lists it, and it would come
	-- again. It is kept as long as any other, counted from its arrival.
	WITH gone AS (
		DELETE FROM item_old WHERE event_at < kept_from AND stored_at < kept_from RETURNING event_at, item_id
	), sentiment AS (
		DELETE FROM item_sentiment_old s USING gone g WHERE s.event_at = g.event_at AND s.item_id = g.item_id
	), entities AS (
		DELETE FROM entity_sentiment_old s USING gone g WHERE s.event_at = g.event_at AND s.item_id = g.item_id
	)
	SELECT count(*) INTO items FROM gone;

	DELETE FROM seen s
	WHERE s.event_at < kept_from
		AND NOT EXISTS (SELECT FROM item_old i WHERE i.event_at = s.event_at AND i.item_id = s.item_id);
	GET DIAGNOSTICS keys = ROW_COUNT;

	DELETE FROM dead_letter d WHERE d.last_at < kept_from;
	GET DIAGNOSTICS dead_letters = ROW_COUNT;
END $$;
COMMENT ON FUNCTION prune_rows IS 'Deletes what retention leaves outside weekly partitions: old-dated items stored before a time, identities of items no longer kept, dead letters.';
