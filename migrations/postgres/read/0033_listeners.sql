-- Whoever listened, by how long: an index over the scripts made each of their other indexes be written again.
DROP INDEX scripts_by_listening;
CREATE TABLE listeners (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    listen_ms       bigint NOT NULL,
    script_id       text COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, listen_ms, script_id)
);
-- How far a campaign has got with somebody is in the script's row alone.
ALTER TABLE campaign_contacts DROP COLUMN review;
ALTER TABLE campaign_contacts DROP COLUMN audio;
ALTER TABLE campaign_contacts DROP COLUMN delivery;
ALTER TABLE campaign_contacts DROP COLUMN obstacle_rule;
ALTER TABLE campaign_contacts DROP COLUMN obstacle_detail;
ALTER TABLE campaign_contacts DROP COLUMN held_until;
ALTER TABLE campaign_contacts DROP COLUMN updated_at;
-- So its row is written again when it is handed over and hardly ever after.
ALTER TABLE campaign_contacts SET (fillfactor = 75);
