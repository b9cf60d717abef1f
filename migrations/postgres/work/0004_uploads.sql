-- Files that wait for an import.
CREATE TABLE uploads (
    id              text   PRIMARY KEY,
    organization_id text   NOT NULL,
    user_id         text   NOT NULL,
    blob_key        text   NOT NULL,
    file_name       text   NOT NULL,
    bytes           bigint NOT NULL,
    sha256          text   NOT NULL,
    created_at      bigint NOT NULL
);
CREATE INDEX uploads_age ON uploads (created_at, id);
