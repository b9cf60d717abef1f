-- What the lint says of each script, whether a review can be taken back, and why writing or speaking is halted or waits.
ALTER TABLE scripts ADD COLUMN estimated_ms INTEGER;
ALTER TABLE scripts ADD COLUMN lint TEXT;
ALTER TABLE scripts ADD COLUMN lint_blocking INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scripts ADD COLUMN review_before TEXT;
ALTER TABLE scripts ADD COLUMN review_request TEXT;

ALTER TABLE campaigns ADD COLUMN production_paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN production_reason TEXT;
ALTER TABLE campaigns ADD COLUMN production_held_at INTEGER;
