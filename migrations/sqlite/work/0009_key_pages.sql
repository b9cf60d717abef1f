-- Keys of contacts, many to a page that is wrapped as one: an envelope names page and place. Destroying a key writes its page
-- anew with zeros in its place. Pages take the place of a row a contact, which made an import half as fast.
CREATE TABLE contact_key_pages (
    page            TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL,
    wrapped         BLOB NOT NULL
);
DROP TABLE contact_keys;
