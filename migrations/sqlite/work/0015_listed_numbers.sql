-- Numbers of suppression lists that came as files, as keyed MACs, by the loading that brought them.
CREATE TABLE listed_numbers (
    load      INTEGER NOT NULL,
    phone_key BLOB NOT NULL,
    PRIMARY KEY (load, phone_key)
) WITHOUT ROWID;
-- What a loading has read so far; nobody looks numbers up here.
CREATE TABLE listed_numbers_staged (
    load       INTEGER NOT NULL,
    phone_key  BLOB NOT NULL,
    is_removal INTEGER NOT NULL
);
