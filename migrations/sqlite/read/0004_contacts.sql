-- Read models; the columns are those of the row types in projections/src/models.

-- A contact.
CREATE TABLE contacts (
    organization_id       TEXT NOT NULL,
    contact_id            TEXT NOT NULL,
    phone_index           TEXT NOT NULL,
    envelope              TEXT,
    area_code             TEXT NOT NULL,
    state                 TEXT,
    zip                   TEXT,
    city                  TEXT,
    source                TEXT NOT NULL,
    batch_id              TEXT,
    listing_status        TEXT,
    standing              TEXT NOT NULL,
    opted_out             INTEGER NOT NULL,
    do_not_contact        INTEGER NOT NULL,
    do_not_contact_reason TEXT,
    erased                INTEGER NOT NULL,
    consent_form          TEXT,
    consent_seller        TEXT,
    consent_at            INTEGER,
    consent_revoked       INTEGER NOT NULL,
    recent_slots          TEXT NOT NULL,
    last_contacted_at     INTEGER,
    last_campaign_id      TEXT,
    merged_into           TEXT,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    sequence              INTEGER NOT NULL,
    PRIMARY KEY (organization_id, contact_id)
);
-- The list, newest first; by number; by import.
CREATE INDEX contacts_by_created_at ON contacts (organization_id, created_at, contact_id);
CREATE INDEX contacts_by_phone_index ON contacts (organization_id, phone_index);
CREATE INDEX contacts_by_batch_id ON contacts (organization_id, batch_id);

-- One event in a contact's history.
CREATE TABLE contact_history (
    organization_id TEXT NOT NULL,
    contact_id      TEXT NOT NULL,
    position        INTEGER NOT NULL,
    event_id        TEXT NOT NULL,
    event_type      TEXT NOT NULL,
    stream_kind     TEXT NOT NULL,
    stream_id       TEXT NOT NULL,
    actor           TEXT NOT NULL,
    recorded_at     INTEGER NOT NULL,
    summary         TEXT NOT NULL,
    occurred_at     INTEGER,
    campaign_id     TEXT,
    PRIMARY KEY (organization_id, contact_id, position)
);

-- A suppression list.
CREATE TABLE suppression_lists (
    organization_id TEXT NOT NULL,
    list_id         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    version         TEXT,
    sha256          TEXT,
    obtained_at     INTEGER,
    san             TEXT,
    loaded          INTEGER NOT NULL,
    added           INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, list_id)
) WITHOUT ROWID;

-- A number on a suppression list.
CREATE TABLE suppressions (
    organization_id TEXT NOT NULL,
    phone_index     TEXT NOT NULL,
    list_id         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    reason          TEXT NOT NULL,
    added_at        INTEGER NOT NULL,
    expires_at      INTEGER,
    PRIMARY KEY (organization_id, phone_index, list_id)
) WITHOUT ROWID;
