-- A transparency log over the journal (RFC 6962): a leaf an event, in the order of positions. The hashes of the tree lie in tiles, each 256
-- hashes of one level; a tile that is not full yet is written again as it grows.
CREATE TABLE log_reach (
    one        bigint PRIMARY KEY CHECK (one = 1),
    -- Everything up to this position is in the log, as so many leaves.
    position   bigint NOT NULL,
    size       bigint NOT NULL,
    -- Why no checkpoint could be signed the last time, and when that was; nothing while all is well.
    refused_at bigint,
    refusal    text
);
INSERT INTO log_reach (one, position, size) VALUES (1, 0, 0);
CREATE TABLE log_tiles (
    level         bigint NOT NULL,
    number        bigint NOT NULL,
    hashes        bytea  NOT NULL,
    -- Of leaves alone: the position of the tile's last one, because positions have holes.
    last_position bigint,
    PRIMARY KEY (level, number)
);
CREATE INDEX log_tiles_position ON log_tiles (last_position);
CREATE TABLE log_checkpoints (
    size      bigint PRIMARY KEY,
    note      text   NOT NULL,
    signed_at bigint NOT NULL
);
