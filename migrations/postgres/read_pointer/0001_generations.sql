-- Generations of read models: each is a schema or file of its own, and readers follow the one that is active.
CREATE TABLE read_side_generations (
    generation          bigint NOT NULL PRIMARY KEY,
    -- What made its rows; another version of the projections builds a generation of its own.
    projections_version bigint NOT NULL,
    state               text COLLATE "C" NOT NULL CHECK (state IN ('building', 'active', 'retired')),
    created_at          bigint NOT NULL
);
-- Readers find one answer only.
CREATE UNIQUE INDEX read_side_generations_active ON read_side_generations (state) WHERE state = 'active';
