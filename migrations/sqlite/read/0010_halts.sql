-- Why an organization hands nothing over.
ALTER TABLE organizations ADD COLUMN halts TEXT NOT NULL DEFAULT '{}';
