-- How often events that had waited were taken in late. A batch that is worked out before its turn counts on nobody having done that.
ALTER TABLE shards ADD COLUMN retries bigint NOT NULL DEFAULT 0;
