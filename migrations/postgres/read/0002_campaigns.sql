-- Read models; the columns are those of the row types in projections/src/models. Text sorts by bytes, as on SQLite.

-- A campaign.
CREATE TABLE campaigns (
    organization_id        text COLLATE "C" NOT NULL,
    campaign_id            text COLLATE "C" NOT NULL,
    owner                  text COLLATE "C" NOT NULL,
    team                   text COLLATE "C",
    name                   text COLLATE "C" NOT NULL,
    kind                   text COLLATE "C" NOT NULL,
    neighborhood           text COLLATE "C",
    script_template        text COLLATE "C",
    script_variables       text COLLATE "C" NOT NULL,
    status                 text COLLATE "C" NOT NULL,
    status_before          text COLLATE "C" NOT NULL,
    status_reason          text COLLATE "C",
    schedule               text COLLATE "C" NOT NULL,
    caller_id              text COLLATE "C",
    import_batch           text COLLATE "C",
    min_interval_days      bigint,
    duplicates             text COLLATE "C",
    duplicates_resolution  text COLLATE "C",
    contacts               bigint NOT NULL,
    scripts_pending        bigint NOT NULL,
    scripts_approved       bigint NOT NULL,
    scripts_rejected       bigint NOT NULL,
    scripts_needs_revision bigint NOT NULL,
    audio_requested        bigint NOT NULL,
    audio_rendered         bigint NOT NULL,
    audio_failed           bigint NOT NULL,
    not_sent               bigint NOT NULL,
    held                   bigint NOT NULL,
    lapsed                 bigint NOT NULL,
    blocked                bigint NOT NULL,
    queued                 bigint NOT NULL,
    in_doubt               bigint NOT NULL,
    sent                   bigint NOT NULL,
    failed                 bigint NOT NULL,
    delivered              bigint NOT NULL,
    listened               bigint NOT NULL,
    attempted              bigint NOT NULL,
    writer_cost            bigint NOT NULL,
    voice_cost             bigint NOT NULL,
    carrier_cost           bigint NOT NULL,
    characters_spoken      bigint NOT NULL,
    generation_run         bigint NOT NULL,
    generation_engine      text COLLATE "C",
    generation_total       bigint NOT NULL,
    generation_done        bigint NOT NULL,
    generation_failed      bigint NOT NULL,
    generation_started_at  bigint,
    generation_finished_at bigint,
    rendering_run          bigint NOT NULL,
    rendering_voice        text COLLATE "C",
    rendering_total        bigint NOT NULL,
    rendering_done         bigint NOT NULL,
    rendering_failed       bigint NOT NULL,
    rendering_started_at   bigint,
    rendering_finished_at  bigint,
    approved_by            text COLLATE "C",
    approved_at            bigint,
    cost_estimate          bigint,
    blocked_at_approval    bigint,
    totals                 text COLLATE "C",
    created_at             bigint NOT NULL,
    updated_at             bigint NOT NULL,
    submitted_at           bigint,
    activated_at           bigint,
    completed_at           bigint,
    sequence               bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id)
) WITH (fillfactor = 80);
-- The list, newest first.
CREATE INDEX campaigns_by_created_at ON campaigns (organization_id, created_at, campaign_id);

-- A contact in a campaign.
CREATE TABLE campaign_contacts (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    contact_id      text COLLATE "C" NOT NULL,
    script_id       text COLLATE "C" NOT NULL,
    phone_index     text COLLATE "C",
    batch_id        text COLLATE "C",
    source          text COLLATE "C" NOT NULL,
    review          text COLLATE "C",
    audio           text COLLATE "C" NOT NULL,
    delivery        text COLLATE "C" NOT NULL,
    obstacle_rule   text COLLATE "C",
    obstacle_detail text COLLATE "C",
    held_until      bigint,
    contacted_at    bigint,
    added_at        bigint NOT NULL,
    updated_at      bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, contact_id)
) WITH (fillfactor = 80);
-- Who else has a number, and which campaigns a contact is in.
CREATE INDEX campaign_contacts_by_phone_index ON campaign_contacts (organization_id, phone_index);
CREATE INDEX campaign_contacts_by_contact_id ON campaign_contacts (organization_id, contact_id);

-- The figures of a completed campaign.
CREATE TABLE digests (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    name            text COLLATE "C" NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    created_at      bigint NOT NULL,
    completed_at    bigint NOT NULL,
    neighborhood    text COLLATE "C",
    submitted_at    bigint,
    activated_at    bigint,
    contacts        bigint NOT NULL,
    attempted       bigint NOT NULL,
    delivered       bigint NOT NULL,
    listened        bigint NOT NULL,
    failed          bigint NOT NULL,
    blocked         bigint NOT NULL,
    held            bigint NOT NULL,
    in_doubt        bigint NOT NULL,
    writer_cost     bigint NOT NULL,
    voice_cost      bigint NOT NULL,
    carrier_cost    bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id)
);

-- How often an outcome happened in one hour of the recipients' day.
CREATE TABLE analytics (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    day             text COLLATE "C" NOT NULL,
    hour            bigint NOT NULL,
    state           text COLLATE "C" NOT NULL,
    outcome         text COLLATE "C" NOT NULL,
    count           bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, day, hour, state, outcome)
);

-- One line of the activity feed.
CREATE TABLE activity (
    organization_id text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    line            text COLLATE "C" NOT NULL,
    actor           text COLLATE "C" NOT NULL,
    at              bigint NOT NULL,
    campaign_id     text COLLATE "C",
    contact_id      text COLLATE "C",
    PRIMARY KEY (organization_id, position)
);
-- What happened in one campaign.
CREATE INDEX activity_by_campaign ON activity (organization_id, campaign_id, position);
