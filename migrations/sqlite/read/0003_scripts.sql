-- Read models; the columns are those of the row types in projections/src/models.

-- The script of one contact in one campaign.
CREATE TABLE scripts (
    organization_id   TEXT NOT NULL,
    script_id         TEXT NOT NULL,
    campaign_id       TEXT NOT NULL,
    contact_id        TEXT NOT NULL,
    in_campaign       INTEGER NOT NULL,
    version           INTEGER NOT NULL,
    text              TEXT NOT NULL,
    characters        INTEGER NOT NULL,
    author            TEXT NOT NULL,
    editor            TEXT,
    model             TEXT,
    review            TEXT NOT NULL,
    reviewer          TEXT,
    review_notes      TEXT,
    reviewed_at       INTEGER,
    audio             TEXT NOT NULL,
    voice             TEXT,
    audio_key         TEXT,
    audio_sha256      TEXT,
    audio_duration_ms INTEGER,
    audio_error       TEXT,
    audio_retryable   INTEGER NOT NULL,
    delivery          TEXT NOT NULL,
    verdict           TEXT,
    held_until        INTEGER,
    obstacle_rule     TEXT,
    obstacle_detail   TEXT,
    decided_at        INTEGER,
    state             TEXT,
    zone              TEXT,
    attempt_id        TEXT,
    idempotency_key   TEXT,
    message_id        TEXT,
    carrier_id        TEXT,
    delivery_reason   TEXT,
    failure_code      TEXT,
    failure_class     TEXT,
    failure_reason    TEXT,
    writer_cost       INTEGER NOT NULL,
    voice_cost        INTEGER NOT NULL,
    characters_spoken INTEGER NOT NULL,
    carrier_cost      INTEGER,
    attempted_at      INTEGER,
    submitted_at      INTEGER,
    sent_at           INTEGER,
    delivered_at      INTEGER,
    listened_at       INTEGER,
    listen_ms         INTEGER,
    failed_at         INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    sequence          INTEGER NOT NULL,
    PRIMARY KEY (organization_id, script_id)
);
-- A campaign's scripts, a contact's, and the script of a carrier's report.
CREATE INDEX scripts_by_campaign ON scripts (organization_id, campaign_id, script_id);
CREATE INDEX scripts_by_contact_id ON scripts (organization_id, contact_id);
CREATE INDEX scripts_by_attempt_id ON scripts (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX scripts_by_message_id ON scripts (message_id) WHERE message_id IS NOT NULL;

-- One version of a script.
CREATE TABLE script_versions (
    organization_id TEXT NOT NULL,
    script_id       TEXT NOT NULL,
    version         INTEGER NOT NULL,
    text            TEXT NOT NULL,
    characters      INTEGER NOT NULL,
    author          TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    editor          TEXT,
    model           TEXT,
    prompt_sha256   TEXT,
    tokens          INTEGER,
    cost            INTEGER NOT NULL,
    PRIMARY KEY (organization_id, script_id, version)
);
