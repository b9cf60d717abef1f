-- Work that follows from events: leased, fenced, never repeated blindly. Instants are microseconds since 1970 UTC.
CREATE TABLE outbox (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL,
    campaign_id     TEXT,
    kind            TEXT   NOT NULL,
    dedup_key       TEXT   NOT NULL,
    cause_event     TEXT   NOT NULL,
    request         TEXT   NOT NULL,
    safety          TEXT   NOT NULL CHECK (safety IN ('idempotent', 'queryable', 'unsafe')),
    state           TEXT   NOT NULL CHECK (state IN ('ready', 'leased', 'calling', 'done', 'failed', 'in_doubt', 'cancelled')),
    attempt         INTEGER NOT NULL DEFAULT 0,
    not_before      INTEGER NOT NULL,
    owner           TEXT,
    fence           INTEGER NOT NULL DEFAULT 0,
    lease_until     INTEGER,
    called_at       INTEGER,
    provider_ref    TEXT,
    error           TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    UNIQUE (organization_id, kind, dedup_key)
);
CREATE INDEX outbox_due ON outbox (kind, not_before, id) WHERE state = 'ready';
CREATE INDEX outbox_next ON outbox (not_before) WHERE state = 'ready';
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE state IN ('leased', 'calling');
CREATE INDEX outbox_campaign ON outbox (campaign_id, kind, state);
CREATE INDEX outbox_kind ON outbox (kind, state);
