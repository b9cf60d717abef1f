-- The places in time that a campaign's hand-offs have taken, and the last of them.
CREATE TABLE send_paces (
    campaign_id TEXT PRIMARY KEY,
    last_at     INTEGER
);
CREATE TABLE send_places (
    script_id   TEXT PRIMARY KEY,
    campaign_id TEXT NOT NULL,
    at          INTEGER NOT NULL
);
CREATE INDEX send_places_by_time ON send_places (campaign_id, at);
