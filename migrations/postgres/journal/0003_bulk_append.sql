-- A large request is copied (COPY … FROM STDIN) into the table, which costs half of what arrays do. Its places are checked first, in
-- the same transaction and under the same lock, by this function; `journal_append` asks it, too.

-- Streams are compared by bytes, whatever the database's own order is: it is cheaper, and the same everywhere.
ALTER TABLE events ALTER COLUMN aggregate_type TYPE text COLLATE "C", ALTER COLUMN aggregate_id TYPE text COLLATE "C";

CREATE FUNCTION journal_expect(
    present_types text[], present_ids text[], present_sequences bigint[],
    absent_types text[], absent_ids text[], absent_sequences bigint[]
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
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
END $$;

CREATE OR REPLACE FUNCTION journal_append(
    present_types text[], present_ids text[], present_sequences bigint[],
    absent_types text[], absent_ids text[], absent_sequences bigint[],
    types text[], ids text[], sequences bigint[], event_types text[], event_versions text[],
    payloads text[], metadatas text[], event_ids uuid[], organizations text[], recorded timestamptz[]
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM journal_expect(present_types, present_ids, present_sequences, absent_types, absent_ids, absent_sequences);
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                        event_id, organization_id, recorded_at)
    SELECT t, i, s, n, v, p::json, m::json, e, o, r
      FROM unnest(types, ids, sequences, event_types, event_versions, payloads, metadatas, event_ids, organizations,
                  recorded) AS u (t, i, s, n, v, p, m, e, o, r);
    RETURN currval('events_position');
END $$;
