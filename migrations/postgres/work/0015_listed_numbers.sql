-- Numbers of suppression lists that came as files, as keyed MACs, by the loading that brought them.
CREATE TABLE listed_numbers (
    load      bigint NOT NULL,
    phone_key bytea NOT NULL,
    PRIMARY KEY (load, phone_key)
);
-- What a loading has read so far; nobody looks numbers up here.
CREATE TABLE listed_numbers_staged (
    load       bigint NOT NULL,
    phone_key  bytea NOT NULL,
    is_removal bigint NOT NULL
);
