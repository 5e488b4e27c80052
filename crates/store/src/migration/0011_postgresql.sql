-- Of PostgreSQL alone.

-- What calls are counted by, as 0010 has it for SQLite. An entry holds 2,700 bytes at most: calls with longer texts stand in an
-- index of their own that leads to their rows. `statistics/counted.rs` asks for both by the same words. Zero is added so that no
-- other index serves these questions: planners take one that leads to the rows for cheaper, which it is not.
CREATE INDEX calls_counted ON calls ((COALESCE(started_at, created_at) + 0)) INCLUDE (
    started_at, created_at, agent_id, revision_id, type, status, disconnection_reason, duration_us, finished, answer_lines
) WHERE octet_length(COALESCE(type, '') || COALESCE(status, '') || COALESCE(disconnection_reason, '') || COALESCE(answer_lines, '')) <= 2000;
CREATE INDEX calls_counted_long ON calls ((COALESCE(started_at, created_at) + 0))
WHERE octet_length(COALESCE(type, '') || COALESCE(status, '') || COALESCE(disconnection_reason, '') || COALESCE(answer_lines, '')) > 2000;
-- So that it is known how few those are.
CREATE STATISTICS calls_texts ON (
    octet_length(COALESCE(type, '') || COALESCE(status, '') || COALESCE(disconnection_reason, '') || COALESCE(answer_lines, ''))
) FROM calls;

-- Where vacuum was not since, a row is looked at beside its entry.
ALTER TABLE calls SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE INDEX calls_search_none ON calls (created_at) WHERE search_text IS NULL;
-- A search by three letters at a time. The extension comes with PostgreSQL; where it may not be added, a search goes on through
-- the lists' own indexes, which then keep the text.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX calls_search ON calls USING gin (search_text gin_trgm_ops);
    DROP INDEX calls_created;
    CREATE INDEX calls_created ON calls (created_at, id);
    DROP INDEX calls_agent_created;
    CREATE INDEX calls_agent_created ON calls (agent_id, created_at, id);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    NULL;
END
$$;

ANALYZE calls;
