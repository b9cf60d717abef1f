-- Read models; the columns are those of the row types in projections/src/models. Text sorts by bytes, as on SQLite.

-- The script of one contact in one campaign.
CREATE TABLE scripts (
    organization_id   text COLLATE "C" NOT NULL,
    script_id         text COLLATE "C" NOT NULL,
    campaign_id       text COLLATE "C" NOT NULL,
    contact_id        text COLLATE "C" NOT NULL,
    in_campaign       bigint NOT NULL,
    version           bigint NOT NULL,
    text              text COLLATE "C" NOT NULL,
    characters        bigint NOT NULL,
    author            text COLLATE "C" NOT NULL,
    editor            text COLLATE "C",
    model             text COLLATE "C",
    review            text COLLATE "C" NOT NULL,
    reviewer          text COLLATE "C",
    review_notes      text COLLATE "C",
    reviewed_at       bigint,
    audio             text COLLATE "C" NOT NULL,
    voice             text COLLATE "C",
    audio_key         text COLLATE "C",
    audio_sha256      text COLLATE "C",
    audio_duration_ms bigint,
    audio_error       text COLLATE "C",
    audio_retryable   bigint NOT NULL,
    delivery          text COLLATE "C" NOT NULL,
    verdict           text COLLATE "C",
    held_until        bigint,
    obstacle_rule     text COLLATE "C",
    obstacle_detail   text COLLATE "C",
    decided_at        bigint,
    state             text COLLATE "C",
    zone              text COLLATE "C",
    attempt_id        text COLLATE "C",
    idempotency_key   text COLLATE "C",
    message_id        text COLLATE "C",
    carrier_id        text COLLATE "C",
    delivery_reason   text COLLATE "C",
    failure_code      text COLLATE "C",
    failure_class     text COLLATE "C",
    failure_reason    text COLLATE "C",
    writer_cost       bigint NOT NULL,
    voice_cost        bigint NOT NULL,
    characters_spoken bigint NOT NULL,
    carrier_cost      bigint,
    attempted_at      bigint,
    submitted_at      bigint,
    sent_at           bigint,
    delivered_at      bigint,
    listened_at       bigint,
    listen_ms         bigint,
    failed_at         bigint,
    created_at        bigint NOT NULL,
    updated_at        bigint NOT NULL,
    sequence          bigint NOT NULL,
    PRIMARY KEY (organization_id, script_id)
) WITH (fillfactor = 80);
-- A campaign's scripts, a contact's, and the script of a carrier's report.
CREATE INDEX scripts_by_campaign ON scripts (organization_id, campaign_id, script_id);
CREATE INDEX scripts_by_contact_id ON scripts (organization_id, contact_id);
CREATE INDEX scripts_by_attempt_id ON scripts (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX scripts_by_message_id ON scripts (message_id) WHERE message_id IS NOT NULL;

-- One version of a script.
CREATE TABLE script_versions (
    organization_id text COLLATE "C" NOT NULL,
    script_id       text COLLATE "C" NOT NULL,
    version         bigint NOT NULL,
    text            text COLLATE "C" NOT NULL,
    characters      bigint NOT NULL,
    author          text COLLATE "C" NOT NULL,
    created_at      bigint NOT NULL,
    editor          text COLLATE "C",
    model           text COLLATE "C",
    prompt_sha256   text COLLATE "C",
    tokens          bigint,
    cost            bigint NOT NULL,
    PRIMARY KEY (organization_id, script_id, version)
);
