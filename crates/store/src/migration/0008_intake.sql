-- Which platforms may send an agent's calls, and how they show that it is them.
CREATE TABLE intake_sources (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (agent_id, source)
);

-- Several count while one is replaced.
CREATE TABLE intake_secrets (
    id TEXT NOT NULL PRIMARY KEY,
    intake_source_id TEXT NOT NULL REFERENCES intake_sources (id),
    kind TEXT NOT NULL, -- signing: the platform signs with it; path: it stands in the address
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT -- none for the newest of its kind
);
CREATE INDEX intake_secrets_source ON intake_secrets (intake_source_id);

-- Payloads as they came, where the operator has them kept.
CREATE TABLE intake_payloads (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL,
    source TEXT NOT NULL,
    call_id TEXT, -- the sender's id of the call; none for events that are not the end of one
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX intake_payloads_created ON intake_payloads (created_at);
CREATE INDEX intake_payloads_call ON intake_payloads (call_id) WHERE call_id IS NOT NULL;
