-- Read models; the columns are those of the row types in projections/src/models. Text sorts by bytes, as on SQLite.

-- An organization.
CREATE TABLE organizations (
    organization_id text COLLATE "C" NOT NULL,
    name            text COLLATE "C" NOT NULL,
    demonstration   bigint NOT NULL,
    settings        text COLLATE "C" NOT NULL,
    caller_ids      text COLLATE "C" NOT NULL,
    founded_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    sequence        bigint NOT NULL,
    PRIMARY KEY (organization_id)
);

-- A person in an organization, or one who was.
CREATE TABLE members (
    organization_id text COLLATE "C" NOT NULL,
    user_id         text COLLATE "C" NOT NULL,
    profile         text COLLATE "C" NOT NULL,
    role            text COLLATE "C" NOT NULL,
    teams           text COLLATE "C" NOT NULL,
    added_at        bigint NOT NULL,
    removed_at      bigint,
    PRIMARY KEY (organization_id, user_id)
);
-- A person's organizations, on signing in.
CREATE INDEX members_by_user_id ON members (user_id);

-- A team.
CREATE TABLE teams (
    organization_id text COLLATE "C" NOT NULL,
    team_id         text COLLATE "C" NOT NULL,
    name            text COLLATE "C" NOT NULL,
    created_at      bigint NOT NULL,
    PRIMARY KEY (organization_id, team_id)
);

-- A state that was switched on or off.
CREATE TABLE state_switches (
    organization_id text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL,
    switched_on     bigint NOT NULL,
    reason          text COLLATE "C" NOT NULL,
    actor           text COLLATE "C" NOT NULL,
    changed_at      bigint NOT NULL,
    PRIMARY KEY (organization_id, state)
);
