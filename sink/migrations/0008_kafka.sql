-- Where each partition of a topic is read: stored in the transaction that stores what was read.

CREATE TABLE kafka_offset (
	next_offset bigint,
	window_from bigint,
	window_to   bigint,
	epoch       bigint      NOT NULL DEFAULT 1,
	claimed_at  timestamptz NOT NULL DEFAULT now(),
	stored_at   timestamptz,
	record_at   timestamptz,
	partition   integer     NOT NULL,
	crashes     integer     NOT NULL DEFAULT 0,
	group_id    text        NOT NULL,
	topic       text        NOT NULL,
	worker      text,
	PRIMARY KEY (group_id, topic, partition)
);
COMMENT ON TABLE kafka_offset IS 'How far each partition is stored, and who reads it. It decides where a worker begins; what is committed to the group only follows.';
COMMENT ON COLUMN kafka_offset.next_offset IS 'Every record before it is stored, or a dead letter; NULL: nothing is yet.';
COMMENT ON COLUMN kafka_offset.window_from IS 'Begin of the range that is being worked on; NULL: it was left in good order.';
COMMENT ON COLUMN kafka_offset.window_to IS 'End of that range (not in it). Found open by the next worker, it means that somebody died in it.';
COMMENT ON COLUMN kafka_offset.epoch IS 'Counts the claims. Writes under an older epoch are refused: their worker has lost the partition.';
COMMENT ON COLUMN kafka_offset.claimed_at IS 'When the present worker claimed it.';
COMMENT ON COLUMN kafka_offset.stored_at IS 'When next_offset last moved; NULL: never.';
COMMENT ON COLUMN kafka_offset.record_at IS 'Timestamp of the newest record stored; NULL: none has one.';
COMMENT ON COLUMN kafka_offset.partition IS 'Partition of the topic.';
COMMENT ON COLUMN kafka_offset.crashes IS 'How often in a row a worker died with this very range open.';
COMMENT ON COLUMN kafka_offset.group_id IS 'Consumer group.';
COMMENT ON COLUMN kafka_offset.topic IS 'Topic.';
COMMENT ON COLUMN kafka_offset.worker IS 'HOST:PID of the worker that claimed it; NULL: it was given back.';

-- Raises TT001 when one of the claims is lost: then nothing of the write may happen. Rows come sorted, so that two writers
-- never wait for each other in a circle. next_offset NULL guards only.
CREATE FUNCTION store_progress(groups text[], topics text[], partitions integer[], epochs bigint[], next_offsets bigint[],
	newest timestamptz[]) RETURNS void
LANGUAGE plpgsql SET search_path = tickertone, pg_temp
AS $$
DECLARE
	moved integer;
BEGIN
	PERFORM FROM kafka_offset o
	JOIN unnest(groups, topics, partitions) AS p (group_id, topic, partition) USING (group_id, topic, partition)
	ORDER BY o.group_id, o.topic, o.partition
	FOR UPDATE OF o;

	UPDATE kafka_offset o SET
		next_offset = coalesce(p.next_offset, o.next_offset),
		record_at = greatest(o.record_at, p.newest),
		stored_at = CASE WHEN p.next_offset IS NULL THEN o.stored_at ELSE now() END,
		crashes = CASE WHEN p.next_offset IS NULL THEN o.crashes ELSE 0 END
	FROM unnest(groups, topics, partitions, epochs, next_offsets, newest)
		AS p (group_id, topic, partition, epoch, next_offset, newest)
	WHERE (o.group_id, o.topic, o.partition, o.epoch) = (p.group_id, p.topic, p.partition, p.epoch);
	GET DIAGNOSTICS moved = ROW_COUNT;
	IF moved < cardinality(topics) THEN
		RAISE EXCEPTION 'a partition was claimed by another worker' USING ERRCODE = 'TT001';
	END IF;
END $$;
COMMENT ON FUNCTION store_progress IS 'Moves positions in the transaction that stores what was read; raises TT001 when one of the claims is lost.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_writer', 'SELECT, INSERT, UPDATE', 'kafka_offset'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION store_progress');
REVOKE EXECUTE ON FUNCTION store_progress FROM PUBLIC;
SELECT grant_access();
