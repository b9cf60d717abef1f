-- What an organization says of a state: the permits it holds there, and emergencies under which nothing is sent.
ALTER TABLE organizations ADD COLUMN permits text COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE organizations ADD COLUMN emergencies text COLLATE "C" NOT NULL DEFAULT '[]';
