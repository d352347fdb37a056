-- Scored items on their way to a topic: written in the transaction that stores the item, deleted when the brokers have confirmed.

CREATE TABLE event_outbox (
	outbox_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	stored_at timestamptz NOT NULL DEFAULT now(),
	item_id   uuid        NOT NULL,
	body      text        NOT NULL
);
COMMENT ON TABLE event_outbox IS 'Scored items that are to be published (publish.events_topic). A row goes when the topic has it.';
COMMENT ON COLUMN event_outbox.outbox_id IS 'The order in which they are published.';
COMMENT ON COLUMN event_outbox.stored_at IS 'When the transaction that stored the item began.';
COMMENT ON COLUMN event_outbox.item_id IS 'The item; key of the record.';
COMMENT ON COLUMN event_outbox.body IS 'The record''s value: docs/schema/event.schema.json.';

INSERT INTO access (role_name, privileges, objects) VALUES
	('tickertone_writer', 'SELECT, INSERT, DELETE', 'event_outbox');
SELECT grant_access();
