-- How far this generation of read models has got, and what it could not take in.

-- One row a shard of the organizations; a batch locks its row, so that one process at a time advances a shard.
CREATE TABLE shards (
    shard       INTEGER NOT NULL PRIMARY KEY,
    -- How many there are in this generation; fixed, because checkpoints depend on it.
    shards      INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    -- When the last event that was taken in had been recorded.
    applied_at  INTEGER
);
-- Streams with an event that can't be read: it and what follows in the stream wait here.
CREATE TABLE parked_streams (
    organization_id TEXT NOT NULL,
    stream_kind     TEXT NOT NULL,
    stream_id       TEXT NOT NULL,
    shard           INTEGER NOT NULL,
    position        INTEGER NOT NULL,
    event_type      TEXT NOT NULL,
    error           TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    parked_at       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, stream_kind, stream_id)
) WITHOUT ROWID;
CREATE TABLE parked_events (
    organization_id TEXT NOT NULL,
    stream_kind     TEXT NOT NULL,
    stream_id       TEXT NOT NULL,
    position        INTEGER NOT NULL,
    PRIMARY KEY (organization_id, stream_kind, stream_id, position)
) WITHOUT ROWID;
