-- A carrier's request holds a number, so it lies sealed; those of before lie as they came.
ALTER TABLE webhook_inbox ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
-- The carrier's own id of the event, where it names one: repeats are known by it.
ALTER TABLE webhook_inbox ADD COLUMN event_id TEXT;
-- Until when a request is somebody's to look at.
ALTER TABLE webhook_inbox ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;
DROP INDEX webhook_inbox_waiting;
DROP INDEX webhook_inbox_state;
-- What is applied is by far the most, and is never looked for.
CREATE INDEX webhook_inbox_open ON webhook_inbox (state, received_at, id) WHERE state <> 'applied';
-- Requests as they come in, those of one commit in one row: a carrier that reports a whole campaign at once is answered sooner. Whoever
-- looks at them puts them into the inbox, one by one.
CREATE TABLE webhook_intake (
    place    INTEGER PRIMARY KEY AUTOINCREMENT,
    first_id TEXT NOT NULL,
    requests INTEGER NOT NULL,
    sealed   BLOB NOT NULL
);
-- How many are applied, so that nobody has to count them.
CREATE TABLE webhook_tally (
    state    TEXT PRIMARY KEY,
    requests INTEGER NOT NULL
);
INSERT INTO webhook_tally (state, requests) SELECT 'applied', count(*) FROM webhook_inbox WHERE state = 'applied';

-- Who was called by which hand-off, written before the call: a signed report names the number and the carrier's own id of the drop,
-- and nothing of ours. The number lies here as a keyed MAC.
CREATE TABLE handed_over (
    attempt_id      TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    script_id       TEXT NOT NULL,
    number_mac      TEXT NOT NULL,
    called_at       INTEGER NOT NULL,
    drop_id         TEXT
);
CREATE INDEX handed_over_number ON handed_over (number_mac, called_at);
CREATE INDEX handed_over_drop ON handed_over (drop_id) WHERE drop_id IS NOT NULL;
