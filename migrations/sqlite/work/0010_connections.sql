-- Accounts at other services that contacts are pulled from, with their sealed secrets; consents that are being asked for; and
-- addresses that other programs push contacts to. Secrets of consents and addresses are hashed, what opens an account is sealed.
CREATE TABLE connections (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL,
    user_id         TEXT   NOT NULL,
    source          TEXT   NOT NULL,
    connected_at    INTEGER NOT NULL,
    broken          TEXT,
    sync_cursor     TEXT,
    sealed          TEXT   NOT NULL
);
CREATE INDEX connections_user ON connections (organization_id, user_id, connected_at, id);
CREATE TABLE consents (
    state_hash      TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL,
    user_id         TEXT   NOT NULL,
    source          TEXT   NOT NULL,
    verifier        TEXT   NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
);
CREATE INDEX consents_user ON consents (user_id, created_at);
CREATE INDEX consents_expiry ON consents (expires_at);
CREATE TABLE inbound_addresses (
    id              TEXT   PRIMARY KEY,
    token_hash      TEXT   NOT NULL UNIQUE,
    organization_id TEXT   NOT NULL,
    user_id         TEXT   NOT NULL,
    campaign_id     TEXT,
    source          TEXT   NOT NULL,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER
);
CREATE INDEX inbound_addresses_organization ON inbound_addresses (organization_id, created_at, id);
