-- Keys, each wrapped by the one above it. A contact's row without a key is an erased contact: it never gets a new one.
CREATE TABLE installation_keys (
    name    TEXT  PRIMARY KEY,
    wrapped BLOB NOT NULL
);
CREATE TABLE organization_keys (
    organization_id TEXT  PRIMARY KEY,
    sealing         BLOB NOT NULL,
    look_up         BLOB NOT NULL
);
CREATE TABLE contact_keys (
    organization_id TEXT NOT NULL,
    contact_id      TEXT NOT NULL,
    wrapped         BLOB,
    PRIMARY KEY (organization_id, contact_id)
);
