-- Why an organization hands nothing over.
ALTER TABLE organizations ADD COLUMN halts text COLLATE "C" NOT NULL DEFAULT '{}';
