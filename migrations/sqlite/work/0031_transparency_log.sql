-- A transparency log over the journal (RFC 6962): a leaf an event, in the order of positions. The hashes of the tree lie in tiles, each 256
-- hashes of one level; a tile that is not full yet is written again as it grows.
CREATE TABLE log_reach (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    -- Everything up to this position is in the log, as so many leaves.
    position   INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    -- Why no checkpoint could be signed the last time, and when that was; nothing while all is well.
    refused_at INTEGER,
    refusal    TEXT
);
INSERT INTO log_reach (one, position, size) VALUES (1, 0, 0);
CREATE TABLE log_tiles (
    level         INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    hashes        BLOB   NOT NULL,
    -- Of leaves alone: the position of the tile's last one, because positions have holes.
    last_position INTEGER,
    PRIMARY KEY (level, number)
);
CREATE INDEX log_tiles_position ON log_tiles (last_position);
CREATE TABLE log_checkpoints (
    size      INTEGER PRIMARY KEY,
    note      TEXT   NOT NULL,
    signed_at INTEGER NOT NULL
);
