-- What is told to the outside: endpoints of other programs, with their sealed addresses and secrets, and what was told to whom.
CREATE TABLE webhook_endpoints (
    id              text   PRIMARY KEY,
    organization_id text   NOT NULL,
    sealed          text   NOT NULL,
    added_at        bigint NOT NULL
);
CREATE TABLE notifications (
    id              text   PRIMARY KEY,
    organization_id text   NOT NULL,
    target          text   NOT NULL CHECK (target IN ('webhook', 'member', 'recipient')),
    target_id       text   NOT NULL,
    campaign_id     text,
    cause_event     text   NOT NULL,
    position        bigint NOT NULL,
    body            text,
    state           text   NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    tries           bigint NOT NULL DEFAULT 0,
    status          bigint,
    error           text,
    replay_event    text,
    created_at      bigint NOT NULL,
    tried_at        bigint,
    next_try_at     bigint
);
CREATE INDEX notifications_newest ON notifications (organization_id, created_at, id);
CREATE INDEX notifications_state ON notifications (organization_id, state, created_at, id);
CREATE INDEX notifications_age ON notifications (created_at) WHERE state <> 'pending';
