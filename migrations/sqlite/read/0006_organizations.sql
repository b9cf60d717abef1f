-- Read models; the columns are those of the row types in projections/src/models.

-- An organization.
CREATE TABLE organizations (
    organization_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    demonstration   INTEGER NOT NULL,
    settings        TEXT NOT NULL,
    caller_ids      TEXT NOT NULL,
    founded_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    sequence        INTEGER NOT NULL,
    PRIMARY KEY (organization_id)
) WITHOUT ROWID;

-- A person in an organization, or one who was.
CREATE TABLE members (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    profile         TEXT NOT NULL,
    role            TEXT NOT NULL,
    teams           TEXT NOT NULL,
    added_at        INTEGER NOT NULL,
    removed_at      INTEGER,
    PRIMARY KEY (organization_id, user_id)
) WITHOUT ROWID;
-- A person's organizations, on signing in.
CREATE INDEX members_by_user_id ON members (user_id);

-- A team.
CREATE TABLE teams (
    organization_id TEXT NOT NULL,
    team_id         TEXT NOT NULL,
    name            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, team_id)
) WITHOUT ROWID;

-- A state that was switched on or off.
CREATE TABLE state_switches (
    organization_id TEXT NOT NULL,
    state           TEXT NOT NULL,
    switched_on     INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    actor           TEXT NOT NULL,
    changed_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, state)
) WITHOUT ROWID;
