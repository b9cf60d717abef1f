-- Under which reference the carrier took a hand-off: reports of the generic shape name that one.
ALTER TABLE handed_over ADD COLUMN message_id text;
CREATE INDEX handed_over_message ON handed_over (message_id) WHERE message_id IS NOT NULL;
