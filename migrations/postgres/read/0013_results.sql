-- What came of voicemails, counted as it happens; the columns are those of the row types in projections/src/models.

-- What came of the voicemails that were handed over on one day of the recipients.
CREATE TABLE day_results (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    day             text COLLATE "C" NOT NULL,
    attempted       bigint NOT NULL,
    delivered       bigint NOT NULL,
    listened        bigint NOT NULL,
    failed          bigint NOT NULL,
    timed           bigint NOT NULL,
    listen_ms       bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, day)
);

-- What came of the voicemails that were handed over in one hour of the recipients' week.
CREATE TABLE hour_results (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    weekday         bigint NOT NULL,
    hour            bigint NOT NULL,
    attempted       bigint NOT NULL,
    delivered       bigint NOT NULL,
    listened        bigint NOT NULL,
    failed          bigint NOT NULL,
    timed           bigint NOT NULL,
    listen_ms       bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, weekday, hour)
);

-- What came of the voicemails to one state.
CREATE TABLE state_results (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL,
    attempted       bigint NOT NULL,
    delivered       bigint NOT NULL,
    listened        bigint NOT NULL,
    failed          bigint NOT NULL,
    timed           bigint NOT NULL,
    listen_ms       bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, state)
);

-- What came of the voicemails of one writer and one length.
CREATE TABLE script_results (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    author          text COLLATE "C" NOT NULL,
    model           text COLLATE "C" NOT NULL,
    seconds         bigint NOT NULL,
    attempted       bigint NOT NULL,
    delivered       bigint NOT NULL,
    listened        bigint NOT NULL,
    failed          bigint NOT NULL,
    timed           bigint NOT NULL,
    listen_ms       bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, author, model, seconds)
);

-- How often voicemails of a campaign failed in one way.
CREATE TABLE failure_tallies (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    code            text COLLATE "C" NOT NULL,
    class           text COLLATE "C" NOT NULL,
    reason          text COLLATE "C" NOT NULL,
    count           bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, code, class, reason)
);

-- How often a rule holds or blocks contacts of a campaign now.
CREATE TABLE obstacle_tallies (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    rule            text COLLATE "C" NOT NULL,
    status          text COLLATE "C" NOT NULL,
    count           bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, rule, status)
);

-- Of how many it is known for how long they played it, and for how long together.
ALTER TABLE campaigns ADD COLUMN timed bigint NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN listen_ms bigint NOT NULL DEFAULT 0;
-- Whether the carrier that a campaign was given to says who listened.
ALTER TABLE campaigns ADD COLUMN listening_reported bigint NOT NULL DEFAULT 0;
-- Who listened longest.
CREATE INDEX scripts_by_listen_ms ON scripts (organization_id, campaign_id, listen_ms) WHERE listen_ms IS NOT NULL;
