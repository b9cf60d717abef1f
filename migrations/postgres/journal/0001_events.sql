-- The journal. The first seven columns and the primary key are the `events` table of the postgres-es crate, which can
-- write and read it. Positions are handed out under one lock, so they become visible in their order: a reader needs
-- `position > checkpoint` and nothing else.

CREATE TABLE journal_identity (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id  uuid NOT NULL
);
INSERT INTO journal_identity (id) VALUES (gen_random_uuid());

-- The cache must stay 1: a session with numbers in reserve would write them after others have written higher ones.
CREATE SEQUENCE events_position AS bigint CACHE 1;

CREATE TABLE events (
    aggregate_type  text        NOT NULL,
    aggregate_id    text        NOT NULL,
    sequence        bigint      NOT NULL CHECK (sequence > 0),
    event_type      text        NOT NULL,
    event_version   text        NOT NULL,
    payload         json        NOT NULL,
    metadata        json        NOT NULL,
    position        bigint      NOT NULL DEFAULT nextval('events_position'),
    event_id        uuid        NOT NULL DEFAULT gen_random_uuid(),
    -- The setting is NULL when it was never set and '' after a RESET; both are refused.
    organization_id text        NOT NULL DEFAULT current_setting('voicedrop.organization', true)
                                CHECK (organization_id <> ''),
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);
CREATE UNIQUE INDEX events_by_position ON events (position);
CREATE INDEX events_by_type ON events (event_type, position);
ALTER SEQUENCE events_position OWNED BY events.position;

-- Fires before the first position is drawn, for INSERT and COPY by whomever; the lock ends after the commit is visible.
CREATE FUNCTION journal_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7451604325217365612);
    RETURN NULL;
END $$;
CREATE TRIGGER events_order BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION journal_order();

CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: % is refused', TG_OP USING ERRCODE = 'VJ002';
END $$;
CREATE TRIGGER events_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER identity_frozen BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON journal_identity
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();

-- Writes a whole batch and returns the position of its last event; the batch's positions are without holes. Every
-- `present` place must hold an event and no `absent` one may (VJ001); an event's own place being taken is the primary
-- key's 23505. Either way nothing is written.
CREATE FUNCTION journal_append(
    present_types text[], present_ids text[], present_sequences bigint[],
    absent_types text[], absent_ids text[], absent_sequences bigint[],
    types text[], ids text[], sequences bigint[], event_types text[], event_versions text[],
    payloads text[], metadatas text[], event_ids uuid[], organizations text[], recorded timestamptz[]
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    -- Statements after this one see what the former holder committed.
    PERFORM pg_advisory_xact_lock(7451604325217365612);
    IF cardinality(present_ids) > 0 AND cardinality(present_ids) <> (
        SELECT count(*) FROM unnest(present_types, present_ids, present_sequences) AS p (t, i, s)
        CROSS JOIN LATERAL (SELECT 1 FROM events e WHERE e.aggregate_type = p.t AND e.aggregate_id = p.i
                              AND e.sequence = p.s OFFSET 0) AS found)
    THEN
        RAISE EXCEPTION 'a stream is at another sequence' USING ERRCODE = 'VJ001';
    END IF;
    IF cardinality(absent_ids) > 0 AND EXISTS (
        SELECT FROM unnest(absent_types, absent_ids, absent_sequences) AS p (t, i, s)
        CROSS JOIN LATERAL (SELECT 1 FROM events e WHERE e.aggregate_type = p.t AND e.aggregate_id = p.i
                              AND e.sequence = p.s OFFSET 0) AS found)
    THEN
        RAISE EXCEPTION 'a stream is at another sequence' USING ERRCODE = 'VJ001';
    END IF;
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                        event_id, organization_id, recorded_at)
    SELECT t, i, s, n, v, p::json, m::json, e, o, r
      FROM unnest(types, ids, sequences, event_types, event_versions, payloads, metadatas, event_ids, organizations,
                  recorded) AS u (t, i, s, n, v, p, m, e, o, r);
    RETURN currval('events_position');
END $$;
