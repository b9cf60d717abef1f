-- How far the loading of a suppression list is: its reading, then the parts of its new version.
CREATE TABLE list_progress (
    list_id    text PRIMARY KEY,
    load       bigint NOT NULL,
    bytes_read bigint NOT NULL,
    bytes      bigint NOT NULL,
    lines      bigint NOT NULL,
    built      bigint NOT NULL,
    parts      bigint NOT NULL
);
CREATE INDEX list_progress_by_load ON list_progress (load);
