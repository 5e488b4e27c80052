-- The answers of a call's current analysis in one text, so that calls can be counted and found by them without a look elsewhere;
-- none without an analysis. See `answer_line.rs`.
ALTER TABLE calls ADD COLUMN answer_lines TEXT;

-- callId and both numbers in small letters; none where they are too long for an index. See `calls/search.rs`.
ALTER TABLE calls ADD COLUMN search_text TEXT;
-- A search goes through an index in the order of a list, and leaves the calls that do not match where they are.
DROP INDEX calls_created;
CREATE INDEX calls_created ON calls (created_at, id, search_text);
DROP INDEX calls_agent_created;
CREATE INDEX calls_agent_created ON calls (agent_id, created_at, id, search_text);

-- What charts count, summed up beforehand: by the UTC day, the agent and the version of a call. A day's sums are a JSON list of
-- its quarters of an hour in which something was, each a list of whole numbers that begins with the quarter's place in the day.

CREATE TABLE statistics_calls (
    day BIGINT NOT NULL, -- since 1970
    agent_id TEXT NOT NULL,
    revision_id TEXT NOT NULL, -- empty: none
    sums TEXT NOT NULL, -- calls, finished, analysed, analyses failed, with a duration, sum of durations in microseconds
    PRIMARY KEY (day, agent_id, revision_id)
);

CREATE TABLE statistics_metrics (
    day BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    identifier TEXT NOT NULL,
    metric_type TEXT NOT NULL,
    -- answered, not mentioned, failed, sum of confidences in millionths, ten steps of confidence, then values with their counts
    sums TEXT NOT NULL,
    PRIMARY KEY (day, agent_id, revision_id, identifier, metric_type)
);

-- What is to be added to the sums, written in the commit that makes it so. Sums and these together are what there is.
CREATE TABLE statistics_deltas (
    id TEXT NOT NULL PRIMARY KEY,
    quarter BIGINT NOT NULL, -- of an hour, since 1970
    agent_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    sums TEXT NOT NULL -- JSON object
);
