-- Accounts at other services that contacts are pulled from, with their sealed secrets; consents that are being asked for; and
-- addresses that other programs push contacts to. Secrets of consents and addresses are hashed, what opens an account is sealed.
CREATE TABLE connections (
    id              text   PRIMARY KEY,
    organization_id text   NOT NULL,
    user_id         text   NOT NULL,
    source          text   NOT NULL,
    connected_at    bigint NOT NULL,
    broken          text,
    sync_cursor     text,
    sealed          text   NOT NULL
);
CREATE INDEX connections_user ON connections (organization_id, user_id, connected_at, id);
CREATE TABLE consents (
    state_hash      text   PRIMARY KEY,
    organization_id text   NOT NULL,
    user_id         text   NOT NULL,
    source          text   NOT NULL,
    verifier        text   NOT NULL,
    created_at      bigint NOT NULL,
    expires_at      bigint NOT NULL
);
CREATE INDEX consents_user ON consents (user_id, created_at);
CREATE INDEX consents_expiry ON consents (expires_at);
CREATE TABLE inbound_addresses (
    id              text   PRIMARY KEY,
    token_hash      text   NOT NULL UNIQUE,
    organization_id text   NOT NULL,
    user_id         text   NOT NULL,
    campaign_id     text,
    source          text   NOT NULL,
    created_at      bigint NOT NULL,
    last_used_at    bigint
);
CREATE INDEX inbound_addresses_organization ON inbound_addresses (organization_id, created_at, id);
