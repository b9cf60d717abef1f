-- Generations of read models: each is a schema or file of its own, and readers follow the one that is active.
CREATE TABLE read_side_generations (
    generation          INTEGER NOT NULL PRIMARY KEY,
    -- What made its rows; another version of the projections builds a generation of its own.
    projections_version INTEGER NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('building', 'active', 'retired')),
    created_at          INTEGER NOT NULL
);
-- Readers find one answer only.
CREATE UNIQUE INDEX read_side_generations_active ON read_side_generations (state) WHERE state = 'active';
