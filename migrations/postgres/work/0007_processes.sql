-- Where the process managers stand, and how far each submitted campaign is.
CREATE TABLE process_checkpoints (
    name       text   PRIMARY KEY,
    position   bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE process_campaigns (
    campaign_id     text   PRIMARY KEY,
    organization_id text,
    total           bigint,
    settled         bigint NOT NULL DEFAULT 0,
    closed          bigint NOT NULL DEFAULT 0
);
CREATE INDEX process_campaigns_open ON process_campaigns (closed) WHERE closed = 0;
CREATE TABLE process_settled (
    campaign_id text NOT NULL,
    script_id   text NOT NULL,
    PRIMARY KEY (campaign_id, script_id)
);
