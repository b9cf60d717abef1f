-- When a campaign that has ended was put out of sight.
ALTER TABLE campaigns ADD COLUMN archived_at bigint;
