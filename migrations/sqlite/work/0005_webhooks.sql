-- What carriers sent, raw, before anything is done with it.
CREATE TABLE webhook_inbox (
    id          TEXT   PRIMARY KEY,
    source      TEXT   NOT NULL,
    token       TEXT,
    headers     TEXT   NOT NULL,
    body        BLOB  NOT NULL,
    received_at INTEGER NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'applied', 'unmatched', 'unreadable', 'rejected')),
    reason      TEXT
);
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (received_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_inbox_state ON webhook_inbox (state);
