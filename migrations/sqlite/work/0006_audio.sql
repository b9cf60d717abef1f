-- Audio that was bought once, and the carrier's references of files it was given.
CREATE TABLE audio_clips (
    organization_id TEXT   NOT NULL,
    content_hash    TEXT   NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN ('rendering', 'done')),
    claimed_at      INTEGER NOT NULL,
    storage_key     TEXT,
    sha256          TEXT,
    media_type      TEXT,
    duration_ms     INTEGER,
    characters      INTEGER,
    cost_micros     INTEGER,
    provider_id     TEXT,
    PRIMARY KEY (organization_id, content_hash)
);
CREATE TABLE carrier_media (
    organization_id TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    media_id        TEXT NOT NULL,
    PRIMARY KEY (organization_id, sha256)
);
