-- How far this generation of read models has got, and what it could not take in.

-- One row a shard of the organizations; a batch locks its row, so that one process at a time advances a shard.
CREATE TABLE shards (
    shard       bigint NOT NULL PRIMARY KEY,
    -- How many there are in this generation; fixed, because checkpoints depend on it.
    shards      bigint NOT NULL,
    position    bigint NOT NULL,
    -- When the last event that was taken in had been recorded.
    applied_at  bigint
);
-- Streams with an event that can't be read: it and what follows in the stream wait here.
CREATE TABLE parked_streams (
    organization_id text COLLATE "C" NOT NULL,
    stream_kind     text COLLATE "C" NOT NULL,
    stream_id       text COLLATE "C" NOT NULL,
    shard           bigint NOT NULL,
    position        bigint NOT NULL,
    event_type      text COLLATE "C" NOT NULL,
    error           text COLLATE "C" NOT NULL,
    attempts        bigint NOT NULL,
    parked_at       bigint NOT NULL,
    PRIMARY KEY (organization_id, stream_kind, stream_id)
);
CREATE TABLE parked_events (
    organization_id text COLLATE "C" NOT NULL,
    stream_kind     text COLLATE "C" NOT NULL,
    stream_id       text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    PRIMARY KEY (organization_id, stream_kind, stream_id, position)
);
