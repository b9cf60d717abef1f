-- Which prompt the last generated version of a script was written from.
ALTER TABLE scripts ADD COLUMN prompt text COLLATE "C";

-- What models were told to do.
CREATE TABLE prompts (
    organization_id text COLLATE "C" NOT NULL,
    prompt          text COLLATE "C" NOT NULL,
    label           text COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, prompt)
);

-- What came of the voicemails that were written from one prompt.
CREATE TABLE prompt_results (
    organization_id text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C" NOT NULL,
    prompt          text COLLATE "C" NOT NULL,
    attempted       bigint NOT NULL,
    delivered       bigint NOT NULL,
    listened        bigint NOT NULL,
    failed          bigint NOT NULL,
    timed           bigint NOT NULL,
    listen_ms       bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, prompt)
);
