-- Imports in full: how the file is read, what every row came to, and contacts that were taken out with their import.
ALTER TABLE organizations ADD COLUMN mapping_templates TEXT NOT NULL DEFAULT '{}';

ALTER TABLE import_batches ADD COLUMN format TEXT;
ALTER TABLE import_batches ADD COLUMN sheet TEXT;
ALTER TABLE import_batches ADD COLUMN header_row INTEGER;
ALTER TABLE import_batches ADD COLUMN connection_id TEXT;
ALTER TABLE import_batches ADD COLUMN list TEXT;
ALTER TABLE import_batches ADD COLUMN filled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_batches ADD COLUMN do_not_contact INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_batches ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_batches ADD COLUMN done_millionths INTEGER;
-- What a person chose before, newest first.
CREATE INDEX import_batches_by_started_by ON import_batches (organization_id, started_by, started_at);

-- A row of a file that folded into a contact that was there.
CREATE TABLE folded_rows (
    organization_id TEXT NOT NULL,
    batch_id        TEXT NOT NULL,
    row_number      INTEGER NOT NULL,
    contact_id      TEXT NOT NULL,
    in_file         INTEGER NOT NULL,
    filled          INTEGER NOT NULL,
    PRIMARY KEY (organization_id, batch_id, row_number)
) WITHOUT ROWID;

ALTER TABLE contacts ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
-- A contact's id follows from its number, so a number needs no index of its own.
DROP INDEX contacts_by_phone_index;
-- What an import made is looked for seldom and in whole, and every index costs each import.
DROP INDEX contacts_by_batch_id;
-- What is personal lies in the journal, once.
ALTER TABLE contacts DROP COLUMN envelope;
