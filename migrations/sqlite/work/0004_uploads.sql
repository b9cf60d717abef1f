-- Files that wait for an import.
CREATE TABLE uploads (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL,
    user_id         TEXT   NOT NULL,
    blob_key        TEXT   NOT NULL,
    file_name       TEXT   NOT NULL,
    bytes           INTEGER NOT NULL,
    sha256          TEXT   NOT NULL,
    created_at      INTEGER NOT NULL
);
CREATE INDEX uploads_age ON uploads (created_at, id);
