-- Suppression lists that come as files: which loading is in force, what is being loaded, and what became of the last one.
ALTER TABLE suppression_lists ADD COLUMN state text COLLATE "C";
ALTER TABLE suppression_lists ADD COLUMN load_id text COLLATE "C";
ALTER TABLE suppression_lists ADD COLUMN unreadable bigint NOT NULL DEFAULT 0;
ALTER TABLE suppression_lists ADD COLUMN loading text COLLATE "C";
ALTER TABLE suppression_lists ADD COLUMN load_error text COLLATE "C";
