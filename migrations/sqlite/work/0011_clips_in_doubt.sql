-- A clip that may have been bought although no answer came: the provider is asked before it is bought again.
ALTER TABLE audio_clips ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audio_clips ADD COLUMN lost_since INTEGER;
