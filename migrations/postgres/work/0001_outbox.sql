-- Work that follows from events: leased, fenced, never repeated blindly. Instants are microseconds since 1970 UTC.
CREATE TABLE outbox (
    id              text   PRIMARY KEY,
    organization_id text   NOT NULL,
    campaign_id     text,
    kind            text   NOT NULL,
    dedup_key       text   NOT NULL,
    cause_event     text   NOT NULL,
    request         text   NOT NULL,
    safety          text   NOT NULL CHECK (safety IN ('idempotent', 'queryable', 'unsafe')),
    state           text   NOT NULL CHECK (state IN ('ready', 'leased', 'calling', 'done', 'failed', 'in_doubt', 'cancelled')),
    attempt         bigint NOT NULL DEFAULT 0,
    not_before      bigint NOT NULL,
    owner           text,
    fence           bigint NOT NULL DEFAULT 0,
    lease_until     bigint,
    called_at       bigint,
    provider_ref    text,
    error           text,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    UNIQUE (organization_id, kind, dedup_key)
);
CREATE INDEX outbox_due ON outbox (kind, not_before, id) WHERE state = 'ready';
CREATE INDEX outbox_next ON outbox (not_before) WHERE state = 'ready';
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE state IN ('leased', 'calling');
CREATE INDEX outbox_campaign ON outbox (campaign_id, kind, state);
CREATE INDEX outbox_kind ON outbox (kind, state);
