-- Read models; the columns are those of the row types in projections/src/models. Text sorts by bytes, as on SQLite.

-- An import.
CREATE TABLE import_batches (
    organization_id text COLLATE "C" NOT NULL,
    batch_id        text COLLATE "C" NOT NULL,
    started_by      text COLLATE "C" NOT NULL,
    campaign_id     text COLLATE "C",
    source          text COLLATE "C" NOT NULL,
    file_name       text COLLATE "C",
    blob_key        text COLLATE "C",
    sha256          text COLLATE "C",
    mapping         text COLLATE "C" NOT NULL,
    status          text COLLATE "C" NOT NULL,
    chunk           bigint NOT NULL,
    rows            bigint NOT NULL,
    created         bigint NOT NULL,
    duplicates      bigint NOT NULL,
    rejected        bigint NOT NULL,
    error           text COLLATE "C",
    undone_removed  bigint,
    undone_kept     bigint,
    started_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    finished_at     bigint,
    sequence        bigint NOT NULL,
    PRIMARY KEY (organization_id, batch_id)
);
-- The list, newest first; the same file again.
CREATE INDEX import_batches_by_started_at ON import_batches (organization_id, started_at, batch_id);
CREATE INDEX import_batches_by_sha256 ON import_batches (organization_id, sha256);

-- A row of a file that became no contact.
CREATE TABLE rejected_rows (
    organization_id text COLLATE "C" NOT NULL,
    batch_id        text COLLATE "C" NOT NULL,
    row_number      bigint NOT NULL,
    field           text COLLATE "C" NOT NULL,
    error           text COLLATE "C" NOT NULL,
    value           text COLLATE "C",
    PRIMARY KEY (organization_id, batch_id, row_number)
);
