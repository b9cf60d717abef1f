-- What came of voicemails, counted as it happens; the columns are those of the row types in projections/src/models.

-- What came of the voicemails that were handed over on one day of the recipients.
CREATE TABLE day_results (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    day             TEXT NOT NULL,
    attempted       INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    listened        INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    timed           INTEGER NOT NULL,
    listen_ms       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, day)
) WITHOUT ROWID;

-- What came of the voicemails that were handed over in one hour of the recipients' week.
CREATE TABLE hour_results (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    weekday         INTEGER NOT NULL,
    hour            INTEGER NOT NULL,
    attempted       INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    listened        INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    timed           INTEGER NOT NULL,
    listen_ms       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, weekday, hour)
) WITHOUT ROWID;

-- What came of the voicemails to one state.
CREATE TABLE state_results (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    state           TEXT NOT NULL,
    attempted       INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    listened        INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    timed           INTEGER NOT NULL,
    listen_ms       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, state)
) WITHOUT ROWID;

-- What came of the voicemails of one writer and one length.
CREATE TABLE script_results (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    author          TEXT NOT NULL,
    model           TEXT NOT NULL,
    seconds         INTEGER NOT NULL,
    attempted       INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    listened        INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    timed           INTEGER NOT NULL,
    listen_ms       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, author, model, seconds)
) WITHOUT ROWID;

-- How often voicemails of a campaign failed in one way.
CREATE TABLE failure_tallies (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    code            TEXT NOT NULL,
    class           TEXT NOT NULL,
    reason          TEXT NOT NULL,
    count           INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, code, class, reason)
) WITHOUT ROWID;

-- How often a rule holds or blocks contacts of a campaign now.
CREATE TABLE obstacle_tallies (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    rule            TEXT NOT NULL,
    status          TEXT NOT NULL,
    count           INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, rule, status)
) WITHOUT ROWID;

-- Of how many it is known for how long they played it, and for how long together.
ALTER TABLE campaigns ADD COLUMN timed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN listen_ms INTEGER NOT NULL DEFAULT 0;
-- Whether the carrier that a campaign was given to says who listened.
ALTER TABLE campaigns ADD COLUMN listening_reported INTEGER NOT NULL DEFAULT 0;
-- Who listened longest.
CREATE INDEX scripts_by_listen_ms ON scripts (organization_id, campaign_id, listen_ms) WHERE listen_ms IS NOT NULL;
