-- The script that a clip was bought for, until what it cost stands in an event: a worker that is killed in between owes it.
ALTER TABLE audio_clips ADD COLUMN owed_by text;
