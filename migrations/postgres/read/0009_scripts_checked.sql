-- What the lint says of each script, whether a review can be taken back, and why writing or speaking is halted or waits.
ALTER TABLE scripts ADD COLUMN estimated_ms bigint;
ALTER TABLE scripts ADD COLUMN lint text COLLATE "C";
ALTER TABLE scripts ADD COLUMN lint_blocking bigint NOT NULL DEFAULT 0;
ALTER TABLE scripts ADD COLUMN review_before text COLLATE "C";
ALTER TABLE scripts ADD COLUMN review_request text COLLATE "C";

ALTER TABLE campaigns ADD COLUMN production_paused bigint NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN production_reason text COLLATE "C";
ALTER TABLE campaigns ADD COLUMN production_held_at bigint;
