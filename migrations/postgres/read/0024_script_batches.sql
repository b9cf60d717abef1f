-- The batches of scripts that are planned or with their provider, by id: how many scripts, and how far the provider says it is.
ALTER TABLE campaigns ADD COLUMN script_batches text COLLATE "C" NOT NULL DEFAULT '{}';
