-- How many hand-offs in doubt a campaign was said to have.
ALTER TABLE campaigns ADD COLUMN in_doubt_told INTEGER NOT NULL DEFAULT 0;
