-- How far the loading of a suppression list is: its reading, then the parts of its new version.
CREATE TABLE list_progress (
    list_id    TEXT PRIMARY KEY,
    load       INTEGER NOT NULL,
    bytes_read INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    lines      INTEGER NOT NULL,
    built      INTEGER NOT NULL,
    parts      INTEGER NOT NULL
);
CREATE INDEX list_progress_by_load ON list_progress (load);
