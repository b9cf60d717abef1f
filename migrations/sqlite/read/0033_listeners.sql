-- Whoever listened, by how long: an index over the scripts made each of their other indexes be written again.
DROP INDEX scripts_by_listening;
CREATE TABLE listeners (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    listen_ms       INTEGER NOT NULL,
    script_id       TEXT NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, listen_ms, script_id)
) WITHOUT ROWID;
-- How far a campaign has got with somebody is in the script's row alone.
ALTER TABLE campaign_contacts DROP COLUMN review;
ALTER TABLE campaign_contacts DROP COLUMN audio;
ALTER TABLE campaign_contacts DROP COLUMN delivery;
ALTER TABLE campaign_contacts DROP COLUMN obstacle_rule;
ALTER TABLE campaign_contacts DROP COLUMN obstacle_detail;
ALTER TABLE campaign_contacts DROP COLUMN held_until;
ALTER TABLE campaign_contacts DROP COLUMN updated_at;
