-- Imports in full: how the file is read, what every row came to, and contacts that were taken out with their import.
ALTER TABLE organizations ADD COLUMN mapping_templates text COLLATE "C" NOT NULL DEFAULT '{}';

ALTER TABLE import_batches ADD COLUMN format text COLLATE "C";
ALTER TABLE import_batches ADD COLUMN sheet text COLLATE "C";
ALTER TABLE import_batches ADD COLUMN header_row bigint;
ALTER TABLE import_batches ADD COLUMN connection_id text COLLATE "C";
ALTER TABLE import_batches ADD COLUMN list text COLLATE "C";
ALTER TABLE import_batches ADD COLUMN filled bigint NOT NULL DEFAULT 0;
ALTER TABLE import_batches ADD COLUMN do_not_contact bigint NOT NULL DEFAULT 0;
ALTER TABLE import_batches ADD COLUMN suppressed bigint NOT NULL DEFAULT 0;
ALTER TABLE import_batches ADD COLUMN done_millionths bigint;
-- What a person chose before, newest first.
CREATE INDEX import_batches_by_started_by ON import_batches (organization_id, started_by, started_at);

-- A row of a file that folded into a contact that was there.
CREATE TABLE folded_rows (
    organization_id text COLLATE "C" NOT NULL,
    batch_id        text COLLATE "C" NOT NULL,
    row_number      bigint NOT NULL,
    contact_id      text COLLATE "C" NOT NULL,
    in_file         bigint NOT NULL,
    filled          bigint NOT NULL,
    PRIMARY KEY (organization_id, batch_id, row_number)
);

ALTER TABLE contacts ADD COLUMN removed bigint NOT NULL DEFAULT 0;
-- A contact's id follows from its number, so a number needs no index of its own.
DROP INDEX contacts_by_phone_index;
-- What an import made is looked for seldom and in whole, and every index costs each import.
DROP INDEX contacts_by_batch_id;
-- What is personal lies in the journal, once.
ALTER TABLE contacts DROP COLUMN envelope;
