-- What carriers sent, raw, before anything is done with it.
CREATE TABLE webhook_inbox (
    id          text   PRIMARY KEY,
    source      text   NOT NULL,
    token       text,
    headers     text   NOT NULL,
    body        bytea  NOT NULL,
    received_at bigint NOT NULL,
    state       text   NOT NULL CHECK (state IN ('waiting', 'applied', 'unmatched', 'unreadable', 'rejected')),
    reason      text
);
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (received_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_inbox_state ON webhook_inbox (state);
