-- Exports that are written on a schedule.

CREATE TABLE exports (
    name TEXT NOT NULL PRIMARY KEY, -- of its section in the configuration
    done_until BIGINT, -- calls that arrived before are written; none before the first run is done
    lease_until BIGINT, -- who writes it holds it until then
    lease_token TEXT
);

-- What is written: the calls of one agent that arrived on one day.
CREATE TABLE export_partitions (
    export TEXT NOT NULL REFERENCES exports (name),
    agent_id TEXT NOT NULL,
    day TEXT NOT NULL, -- of UTC, YYYY-MM-DD
    fingerprint TEXT NOT NULL, -- of the calls and of the export's settings
    path TEXT NOT NULL, -- of the file, below the destination
    calls BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (export, agent_id, day)
);
