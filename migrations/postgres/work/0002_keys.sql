-- Keys, each wrapped by the one above it. A contact's row without a key is an erased contact: it never gets a new one.
CREATE TABLE installation_keys (
    name    text  PRIMARY KEY,
    wrapped bytea NOT NULL
);
CREATE TABLE organization_keys (
    organization_id text  PRIMARY KEY,
    sealing         bytea NOT NULL,
    look_up         bytea NOT NULL
);
CREATE TABLE contact_keys (
    organization_id text NOT NULL,
    contact_id      text NOT NULL,
    wrapped         bytea,
    PRIMARY KEY (organization_id, contact_id)
);
