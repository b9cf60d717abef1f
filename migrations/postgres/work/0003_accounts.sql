-- How people sign in. Secrets are hashed, e-mail addresses sealed and found by a keyed index.
CREATE TABLE passwords (
    user_id    text   PRIMARY KEY,
    hash       text   NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE emails (
    user_id         text PRIMARY KEY,
    organization_id text NOT NULL,
    email_index     text NOT NULL UNIQUE,
    sealed          text NOT NULL
);
CREATE TABLE sessions (
    token_hash      text   PRIMARY KEY,
    user_id         text   NOT NULL,
    organization_id text   NOT NULL,
    csrf            text   NOT NULL,
    created_at      bigint NOT NULL,
    expires_at      bigint NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE api_tokens (
    id              text   PRIMARY KEY,
    token_hash      text   NOT NULL UNIQUE,
    user_id         text   NOT NULL,
    organization_id text   NOT NULL,
    name            text   NOT NULL,
    scope           text   NOT NULL,
    created_at      bigint NOT NULL,
    last_used_at    bigint,
    expires_at      bigint,
    revoked_at      bigint
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, created_at);
CREATE TABLE sign_in_links (
    link_hash  text   PRIMARY KEY,
    user_id    text   NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sign_in_links_expiry ON sign_in_links (expires_at);
