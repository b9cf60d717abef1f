-- Which prompt the last generated version of a script was written from.
ALTER TABLE scripts ADD COLUMN prompt TEXT;

-- What models were told to do.
CREATE TABLE prompts (
    organization_id TEXT NOT NULL,
    prompt          TEXT NOT NULL,
    label           TEXT NOT NULL,
    PRIMARY KEY (organization_id, prompt)
);

-- What came of the voicemails that were written from one prompt.
CREATE TABLE prompt_results (
    organization_id TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    prompt          TEXT NOT NULL,
    attempted       INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    listened        INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    timed           INTEGER NOT NULL,
    listen_ms       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, prompt)
);
