-- Another address than the platform's own to fetch calls from: scheme, host and port.
ALTER TABLE intake_sources ADD COLUMN fetch_base TEXT;

-- Calls that a platform only told of, until they are fetched.
CREATE TABLE intake_notices (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    source TEXT NOT NULL,
    call_id TEXT NOT NULL, -- the sender's
    event TEXT NOT NULL, -- as the platform names it
    digest TEXT NOT NULL, -- SHA-256 of the notice, hex: several events of one name may tell of a call
    notice TEXT, -- JSON object; none once the call is stored
    state TEXT NOT NULL, -- waiting, fetching, done, dead
    attempts BIGINT NOT NULL, -- of the present schedule; counted when it is taken
    next_at BIGINT NOT NULL, -- not before
    lease_until BIGINT,
    lease_token TEXT, -- has the holder's name before the slash
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (agent_id, source, call_id, event, digest)
);
CREATE INDEX intake_notices_waiting ON intake_notices (next_at, id) WHERE state = 'waiting';
CREATE INDEX intake_notices_fetching ON intake_notices (lease_until) WHERE state = 'fetching';
CREATE INDEX intake_notices_done ON intake_notices (updated_at) WHERE state = 'done';
CREATE INDEX intake_notices_agent ON intake_notices (agent_id, created_at, id);
CREATE INDEX intake_notices_call ON intake_notices (call_id);
