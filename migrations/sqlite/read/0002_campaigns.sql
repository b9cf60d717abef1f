-- Read models; the columns are those of the row types in projections/src/models.

-- A campaign.
CREATE TABLE campaigns (
    organization_id        TEXT NOT NULL,
    campaign_id            TEXT NOT NULL,
    owner                  TEXT NOT NULL,
    team                   TEXT,
    name                   TEXT NOT NULL,
    kind                   TEXT NOT NULL,
    neighborhood           TEXT,
    script_template        TEXT,
    script_variables       TEXT NOT NULL,
    status                 TEXT NOT NULL,
    status_before          TEXT NOT NULL,
    status_reason          TEXT,
    schedule               TEXT NOT NULL,
    caller_id              TEXT,
    import_batch           TEXT,
    min_interval_days      INTEGER,
    duplicates             TEXT,
    duplicates_resolution  TEXT,
    contacts               INTEGER NOT NULL,
    scripts_pending        INTEGER NOT NULL,
    scripts_approved       INTEGER NOT NULL,
    scripts_rejected       INTEGER NOT NULL,
    scripts_needs_revision INTEGER NOT NULL,
    audio_requested        INTEGER NOT NULL,
    audio_rendered         INTEGER NOT NULL,
    audio_failed           INTEGER NOT NULL,
    not_sent               INTEGER NOT NULL,
    held                   INTEGER NOT NULL,
    lapsed                 INTEGER NOT NULL,
    blocked                INTEGER NOT NULL,
    queued                 INTEGER NOT NULL,
    in_doubt               INTEGER NOT NULL,
    sent                   INTEGER NOT NULL,
    failed                 INTEGER NOT NULL,
    delivered              INTEGER NOT NULL,
    listened               INTEGER NOT NULL,
    attempted              INTEGER NOT NULL,
    writer_cost            INTEGER NOT NULL,
    voice_cost             INTEGER NOT NULL,
    carrier_cost           INTEGER NOT NULL,
    characters_spoken      INTEGER NOT NULL,
    generation_run         INTEGER NOT NULL,
    generation_engine      TEXT,
    generation_total       INTEGER NOT NULL,
    generation_done        INTEGER NOT NULL,
    generation_failed      INTEGER NOT NULL,
    generation_started_at  INTEGER,
    generation_finished_at INTEGER,
    rendering_run          INTEGER NOT NULL,
    rendering_voice        TEXT,
    rendering_total        INTEGER NOT NULL,
    rendering_done         INTEGER NOT NULL,
    rendering_failed       INTEGER NOT NULL,
    rendering_started_at   INTEGER,
    rendering_finished_at  INTEGER,
    approved_by            TEXT,
    approved_at            INTEGER,
    cost_estimate          INTEGER,
    blocked_at_approval    INTEGER,
    totals                 TEXT,
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL,
    submitted_at           INTEGER,
    activated_at           INTEGER,
    completed_at           INTEGER,
    sequence               INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id)
);
-- The list, newest first.
CREATE INDEX campaigns_by_created_at ON campaigns (organization_id, created_at, campaign_id);

-- A contact in a campaign.
CREATE TABLE campaign_contacts (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    contact_id      TEXT NOT NULL,
    script_id       TEXT NOT NULL,
    phone_index     TEXT,
    batch_id        TEXT,
    source          TEXT NOT NULL,
    review          TEXT,
    audio           TEXT NOT NULL,
    delivery        TEXT NOT NULL,
    obstacle_rule   TEXT,
    obstacle_detail TEXT,
    held_until      INTEGER,
    contacted_at    INTEGER,
    added_at        INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, contact_id)
) WITHOUT ROWID;
-- Who else has a number, and which campaigns a contact is in.
CREATE INDEX campaign_contacts_by_phone_index ON campaign_contacts (organization_id, phone_index);
CREATE INDEX campaign_contacts_by_contact_id ON campaign_contacts (organization_id, contact_id);

-- The figures of a completed campaign.
CREATE TABLE digests (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    completed_at    INTEGER NOT NULL,
    neighborhood    TEXT,
    submitted_at    INTEGER,
    activated_at    INTEGER,
    contacts        INTEGER NOT NULL,
    attempted       INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    listened        INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    blocked         INTEGER NOT NULL,
    held            INTEGER NOT NULL,
    in_doubt        INTEGER NOT NULL,
    writer_cost     INTEGER NOT NULL,
    voice_cost      INTEGER NOT NULL,
    carrier_cost    INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id)
) WITHOUT ROWID;

-- How often an outcome happened in one hour of the recipients' day.
CREATE TABLE analytics (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    day             TEXT NOT NULL,
    hour            INTEGER NOT NULL,
    state           TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    count           INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, day, hour, state, outcome)
) WITHOUT ROWID;

-- One line of the activity feed.
CREATE TABLE activity (
    organization_id TEXT NOT NULL,
    position        INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    line            TEXT NOT NULL,
    actor           TEXT NOT NULL,
    at              INTEGER NOT NULL,
    campaign_id     TEXT,
    contact_id      TEXT,
    PRIMARY KEY (organization_id, position)
) WITHOUT ROWID;
-- What happened in one campaign.
CREATE INDEX activity_by_campaign ON activity (organization_id, campaign_id, position);
