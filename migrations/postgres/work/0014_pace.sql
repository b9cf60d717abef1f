-- The places in time that a campaign's hand-offs have taken, and the last of them.
CREATE TABLE send_paces (
    campaign_id text PRIMARY KEY,
    last_at     bigint
);
CREATE TABLE send_places (
    script_id   text PRIMARY KEY,
    campaign_id text NOT NULL,
    at          bigint NOT NULL
);
CREATE INDEX send_places_by_time ON send_places (campaign_id, at);
