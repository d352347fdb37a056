-- Dead letters that can be looked for, tried again and dropped: what a record of a log needs to be read once more, and
-- what has become of the letter.

ALTER TABLE dead_letter
	ADD record_offset bigint,
	ADD record_at     timestamptz,
	ADD retried_at    timestamptz,
	ADD done_at       timestamptz,
	ADD payload_bytes bigint,
	ADD partition     integer,
	ADD retries       integer NOT NULL DEFAULT 0,
	ADD topic         text,
	ADD record_key    bytea,
	ADD headers       text;
COMMENT ON COLUMN dead_letter.dead_letter_id IS 'Hash of stage, source and payload, of a record of Kafka its position too (without payload: position and reason).';
COMMENT ON COLUMN dead_letter.stage IS 'Where it was refused: parse, crash, gap, publish, store.';
COMMENT ON COLUMN dead_letter.source IS 'Feed URL, file name or kafka:TOPIC.';
COMMENT ON COLUMN dead_letter.position IS 'Place in the source when last seen: line 17, partition 3, offset 17, a guid.';
COMMENT ON COLUMN dead_letter.record_offset IS 'Of a record of Kafka: its offset; NULL: it is none.';
COMMENT ON COLUMN dead_letter.record_at IS 'Of a record of Kafka: its timestamp; NULL: it has none.';
COMMENT ON COLUMN dead_letter.retried_at IS 'When it was last tried again; NULL: never.';
COMMENT ON COLUMN dead_letter.done_at IS 'When trying again went well: what it held is stored. NULL: it is open. A letter that comes again is open again.';
COMMENT ON COLUMN dead_letter.payload_bytes IS 'Size of what came in; when payload is shorter it was cut and cannot be tried again.';
COMMENT ON COLUMN dead_letter.partition IS 'Of a record of Kafka: its partition.';
COMMENT ON COLUMN dead_letter.retries IS 'How often it was tried again.';
COMMENT ON COLUMN dead_letter.topic IS 'Of a record of Kafka: its topic.';
COMMENT ON COLUMN dead_letter.record_key IS 'Of a record of Kafka: its key.';
COMMENT ON COLUMN dead_letter.headers IS 'Of a record of Kafka: its headers, a JSON object of texts.';

UPDATE dead_letter SET payload_bytes = octet_length(payload); -- those that were cut cannot be told any more

-- ids: beginnings of dead_letter_id. sources and reasons: with * for anything. NULL: any. open: true, false or NULL for both.
CREATE FUNCTION find_dead_letters(ids text[], in_stage text, in_source text, in_reason text, since timestamptz,
	until timestamptz, open boolean) RETURNS SETOF dead_letter
LANGUAGE sql STABLE SET search_path = tickertone, pg_temp
AS $$
	SELECT * FROM dead_letter d
	WHERE (ids IS NULL OR EXISTS (SELECT FROM unnest(ids) AS begin WHERE starts_with(d.dead_letter_id::text, begin)))
		AND (in_stage IS NULL OR d.stage = in_stage)
		AND (in_source IS NULL OR d.source LIKE replace(replace(replace(replace(in_source, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'))
		AND (in_reason IS NULL OR d.reason ILIKE replace(replace(replace(replace(in_reason, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'))
		AND (since IS NULL OR d.last_at >= since)
		AND (until IS NULL OR d.last_at < until)
		AND (open IS NULL OR (d.done_at IS NULL) = open)
$$;
COMMENT ON FUNCTION find_dead_letters IS 'The dead letters that fit: ids are beginnings, source and reason may have * for anything, NULL is any.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_writer', 'SELECT, INSERT, UPDATE, DELETE', 'dead_letter'),
	('tickertone_writer', 'EXECUTE', 'FUNCTION find_dead_letters');
REVOKE EXECUTE ON FUNCTION find_dead_letters FROM PUBLIC;
SELECT grant_access();
