-- Who listened longest to a campaign, without reading all of its scripts.
CREATE INDEX scripts_by_listening ON scripts (organization_id, campaign_id, listen_ms DESC, script_id) WHERE listen_ms IS NOT NULL;
