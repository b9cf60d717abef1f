-- Where the process managers stand, and how far each submitted campaign is.
CREATE TABLE process_checkpoints (
    name       TEXT   PRIMARY KEY,
    position   INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE TABLE process_campaigns (
    campaign_id     TEXT    PRIMARY KEY,
    organization_id TEXT,
    total           INTEGER,
    settled         INTEGER NOT NULL DEFAULT 0,
    closed          INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX process_campaigns_open ON process_campaigns (closed) WHERE closed = 0;
CREATE TABLE process_settled (
    campaign_id TEXT NOT NULL,
    script_id   TEXT NOT NULL,
    PRIMARY KEY (campaign_id, script_id)
);
