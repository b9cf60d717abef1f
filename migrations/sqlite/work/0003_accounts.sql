-- How people sign in. Secrets are hashed, e-mail addresses sealed and found by a keyed index.
CREATE TABLE passwords (
    user_id    TEXT   PRIMARY KEY,
    hash       TEXT   NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE TABLE emails (
    user_id         TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    email_index     TEXT NOT NULL UNIQUE,
    sealed          TEXT NOT NULL
);
CREATE TABLE sessions (
    token_hash      TEXT   PRIMARY KEY,
    user_id         TEXT   NOT NULL,
    organization_id TEXT   NOT NULL,
    csrf            TEXT   NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE api_tokens (
    id              TEXT   PRIMARY KEY,
    token_hash      TEXT   NOT NULL UNIQUE,
    user_id         TEXT   NOT NULL,
    organization_id TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    scope           TEXT   NOT NULL,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    expires_at      INTEGER,
    revoked_at      INTEGER
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, created_at);
CREATE TABLE sign_in_links (
    link_hash  TEXT   PRIMARY KEY,
    user_id    TEXT   NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX sign_in_links_expiry ON sign_in_links (expires_at);
