-- Read models; the columns are those of the row types in projections/src/models. Text sorts by bytes, as on SQLite.

-- A contact.
CREATE TABLE contacts (
    organization_id       text COLLATE "C" NOT NULL,
    contact_id            text COLLATE "C" NOT NULL,
    phone_index           text COLLATE "C" NOT NULL,
    envelope              text COLLATE "C",
    area_code             text COLLATE "C" NOT NULL,
    state                 text COLLATE "C",
    zip                   text COLLATE "C",
    city                  text COLLATE "C",
    source                text COLLATE "C" NOT NULL,
    batch_id              text COLLATE "C",
    listing_status        text COLLATE "C",
    standing              text COLLATE "C" NOT NULL,
    opted_out             bigint NOT NULL,
    do_not_contact        bigint NOT NULL,
    do_not_contact_reason text COLLATE "C",
    erased                bigint NOT NULL,
    consent_form          text COLLATE "C",
    consent_seller        text COLLATE "C",
    consent_at            bigint,
    consent_revoked       bigint NOT NULL,
    recent_slots          text COLLATE "C" NOT NULL,
    last_contacted_at     bigint,
    last_campaign_id      text COLLATE "C",
    merged_into           text COLLATE "C",
    created_at            bigint NOT NULL,
    updated_at            bigint NOT NULL,
    sequence              bigint NOT NULL,
    PRIMARY KEY (organization_id, contact_id)
) WITH (fillfactor = 80);
-- The list, newest first; by number; by import.
CREATE INDEX contacts_by_created_at ON contacts (organization_id, created_at, contact_id);
CREATE INDEX contacts_by_phone_index ON contacts (organization_id, phone_index);
CREATE INDEX contacts_by_batch_id ON contacts (organization_id, batch_id);

-- One event in a contact's history.
CREATE TABLE contact_history (
    organization_id text COLLATE "C" NOT NULL,
    contact_id      text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    event_id        text COLLATE "C" NOT NULL,
    event_type      text COLLATE "C" NOT NULL,
    stream_kind     text COLLATE "C" NOT NULL,
    stream_id       text COLLATE "C" NOT NULL,
    actor           text COLLATE "C" NOT NULL,
    recorded_at     bigint NOT NULL,
    summary         text COLLATE "C" NOT NULL,
    occurred_at     bigint,
    campaign_id     text COLLATE "C",
    PRIMARY KEY (organization_id, contact_id, position)
);

-- A suppression list.
CREATE TABLE suppression_lists (
    organization_id text COLLATE "C" NOT NULL,
    list_id         text COLLATE "C" NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    version         text COLLATE "C",
    sha256          text COLLATE "C",
    obtained_at     bigint,
    san             text COLLATE "C",
    loaded          bigint NOT NULL,
    added           bigint NOT NULL,
    updated_at      bigint NOT NULL,
    PRIMARY KEY (organization_id, list_id)
);

-- A number on a suppression list.
CREATE TABLE suppressions (
    organization_id text COLLATE "C" NOT NULL,
    phone_index     text COLLATE "C" NOT NULL,
    list_id         text COLLATE "C" NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    reason          text COLLATE "C" NOT NULL,
    added_at        bigint NOT NULL,
    expires_at      bigint,
    PRIMARY KEY (organization_id, phone_index, list_id)
);
