-- The journal. SQLite has one writer at a time, so the order of row ids is the order of commits; AUTOINCREMENT never
-- gives a number twice.

CREATE TABLE journal_identity (
    one INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    id  TEXT NOT NULL
);
INSERT INTO journal_identity (id) VALUES (lower(hex(randomblob(16))));

CREATE TABLE events (
    position        INTEGER PRIMARY KEY AUTOINCREMENT,
    aggregate_type  TEXT    NOT NULL,
    aggregate_id    TEXT    NOT NULL,
    sequence        INTEGER NOT NULL CHECK (sequence > 0),
    event_type      TEXT    NOT NULL,
    event_version   TEXT    NOT NULL,
    payload         TEXT    NOT NULL,
    metadata        TEXT    NOT NULL,
    event_id        BLOB    NOT NULL CHECK (length(event_id) = 16),
    organization_id BLOB    NOT NULL CHECK (length(organization_id) = 16),
    -- Microseconds since 1970, UTC.
    recorded_at     INTEGER NOT NULL,
    UNIQUE (aggregate_type, aggregate_id, sequence)
) STRICT;
CREATE INDEX events_by_type ON events (event_type, position);

CREATE TRIGGER events_keep_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE is refused'); END;
CREATE TRIGGER events_keep_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE is refused'); END;
-- INSERT OR REPLACE deletes without firing a delete trigger.
CREATE TRIGGER events_keep_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
  OR EXISTS (SELECT 1 FROM events WHERE aggregate_type = NEW.aggregate_type AND aggregate_id = NEW.aggregate_id
                                    AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: this place is taken'); END;
