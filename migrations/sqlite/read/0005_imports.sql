-- Read models; the columns are those of the row types in projections/src/models.

-- An import.
CREATE TABLE import_batches (
    organization_id TEXT NOT NULL,
    batch_id        TEXT NOT NULL,
    started_by      TEXT NOT NULL,
    campaign_id     TEXT,
    source          TEXT NOT NULL,
    file_name       TEXT,
    blob_key        TEXT,
    sha256          TEXT,
    mapping         TEXT NOT NULL,
    status          TEXT NOT NULL,
    chunk           INTEGER NOT NULL,
    rows            INTEGER NOT NULL,
    created         INTEGER NOT NULL,
    duplicates      INTEGER NOT NULL,
    rejected        INTEGER NOT NULL,
    error           TEXT,
    undone_removed  INTEGER,
    undone_kept     INTEGER,
    started_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    sequence        INTEGER NOT NULL,
    PRIMARY KEY (organization_id, batch_id)
);
-- The list, newest first; the same file again.
CREATE INDEX import_batches_by_started_at ON import_batches (organization_id, started_at, batch_id);
CREATE INDEX import_batches_by_sha256 ON import_batches (organization_id, sha256);

-- A row of a file that became no contact.
CREATE TABLE rejected_rows (
    organization_id TEXT NOT NULL,
    batch_id        TEXT NOT NULL,
    row_number      INTEGER NOT NULL,
    field           TEXT NOT NULL,
    error           TEXT NOT NULL,
    value           TEXT,
    PRIMARY KEY (organization_id, batch_id, row_number)
) WITHOUT ROWID;
