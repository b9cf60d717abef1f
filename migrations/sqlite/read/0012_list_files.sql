-- Suppression lists that come as files: which loading is in force, what is being loaded, and what became of the last one.
ALTER TABLE suppression_lists ADD COLUMN state TEXT;
ALTER TABLE suppression_lists ADD COLUMN load_id TEXT;
ALTER TABLE suppression_lists ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE suppression_lists ADD COLUMN loading TEXT;
ALTER TABLE suppression_lists ADD COLUMN load_error TEXT;
