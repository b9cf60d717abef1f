-- Audio that was bought once, and the carrier's references of files it was given.
CREATE TABLE audio_clips (
    organization_id text   NOT NULL,
    content_hash    text   NOT NULL,
    state           text   NOT NULL CHECK (state IN ('rendering', 'done')),
    claimed_at      bigint NOT NULL,
    storage_key     text,
    sha256          text,
    media_type      text,
    duration_ms     bigint,
    characters      bigint,
    cost_micros     bigint,
    provider_id     text,
    PRIMARY KEY (organization_id, content_hash)
);
CREATE TABLE carrier_media (
    organization_id text NOT NULL,
    sha256          text NOT NULL,
    media_id        text NOT NULL,
    PRIMARY KEY (organization_id, sha256)
);
