-- Results that leave: to whom, what, and what became of it.

CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    status TEXT NOT NULL, -- enabled, disabled
    reason TEXT, -- why it was disabled
    paused BOOLEAN NOT NULL,
    concurrency BIGINT NOT NULL, -- requests at a time, of all nodes together
    headers TEXT, -- JSON object, sealed
    filters TEXT NOT NULL, -- JSON list of pairs: what an analysis has to answer, as in the query of a list of calls
    failing_since BIGINT, -- nothing has succeeded since
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- The newest signs; others sign too until they expire.
CREATE TABLE webhook_secrets (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX webhook_secrets_webhook ON webhook_secrets (webhook_id);

CREATE TABLE webhook_subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    agent_id TEXT NOT NULL, -- empty: every agent
    event TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (webhook_id, agent_id, event)
);
CREATE INDEX webhook_subscriptions_event ON webhook_subscriptions (event, agent_id);
CREATE INDEX webhook_subscriptions_agent ON webhook_subscriptions (agent_id);

-- What is sent is made from the call and the analysis when it is sent; only events without a call have a payload here.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    event TEXT NOT NULL,
    agent_id TEXT,
    call_id TEXT REFERENCES calls (id),
    analysis_id TEXT REFERENCES analyses (id),
    payload TEXT, -- JSON object
    state TEXT NOT NULL, -- waiting, sending, delivered, failed
    attempts BIGINT NOT NULL, -- of the present schedule; counted when it is taken
    attempts_ever BIGINT NOT NULL,
    next_at BIGINT NOT NULL, -- not before
    lease_until BIGINT,
    lease_token TEXT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE INDEX deliveries_waiting ON deliveries (webhook_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_sending ON deliveries (webhook_id, lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_webhook ON deliveries (webhook_id, created_at, id);
CREATE INDEX deliveries_created ON deliveries (created_at, id);
CREATE INDEX deliveries_call ON deliveries (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX deliveries_analysis ON deliveries (analysis_id) WHERE analysis_id IS NOT NULL;

CREATE TABLE delivery_attempts (
    id TEXT NOT NULL PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    number BIGINT NOT NULL, -- from 1
    started_at BIGINT NOT NULL,
    milliseconds BIGINT NOT NULL,
    status BIGINT, -- of the answer, if there was one
    headers TEXT NOT NULL, -- JSON list of pairs
    body TEXT NOT NULL, -- the beginning of the answer's
    cut BOOLEAN NOT NULL, -- there was more of it
    error TEXT
);
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery_id, number);
