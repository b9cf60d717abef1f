-- What is told to the outside: endpoints of other programs, with their sealed addresses and secrets, and what was told to whom.
CREATE TABLE webhook_endpoints (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL,
    sealed          TEXT   NOT NULL,
    added_at        INTEGER NOT NULL
);
CREATE TABLE notifications (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL,
    target          TEXT   NOT NULL CHECK (target IN ('webhook', 'member', 'recipient')),
    target_id       TEXT   NOT NULL,
    campaign_id     TEXT,
    cause_event     TEXT   NOT NULL,
    position        INTEGER NOT NULL,
    body            TEXT,
    state           TEXT   NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    tries           INTEGER NOT NULL DEFAULT 0,
    status          INTEGER,
    error           TEXT,
    replay_event    TEXT,
    created_at      INTEGER NOT NULL,
    tried_at        INTEGER,
    next_try_at     INTEGER
);
CREATE INDEX notifications_newest ON notifications (organization_id, created_at, id);
CREATE INDEX notifications_state ON notifications (organization_id, state, created_at, id);
CREATE INDEX notifications_age ON notifications (created_at) WHERE state <> 'pending';
