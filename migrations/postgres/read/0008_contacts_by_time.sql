-- Of contacts that are made in the same instant, as those of an import are, the order is found when a page of them is read: a
-- shorter key costs an import less.
DROP INDEX contacts_by_created_at;
CREATE INDEX contacts_by_created_at ON contacts (organization_id, created_at);
