-- Which recordings are of a file: looked up when clips that nobody has any more are deleted.
CREATE INDEX scripts_by_audio ON scripts (organization_id, audio_sha256) WHERE audio_key IS NOT NULL;
