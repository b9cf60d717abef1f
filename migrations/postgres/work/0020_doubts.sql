-- When it was recorded that nobody knows whether a call was made. Those of before were recorded by whoever made the call.
ALTER TABLE outbox ADD COLUMN doubt_recorded_at bigint;
UPDATE outbox SET doubt_recorded_at = updated_at WHERE state = 'in_doubt';
CREATE INDEX outbox_doubts ON outbox (kind, id) WHERE state = 'in_doubt' AND doubt_recorded_at IS NULL;
