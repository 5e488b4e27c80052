-- Browsers that somebody signed in with.
CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the token, hex; the token itself is not kept
    key_id TEXT NOT NULL REFERENCES keys (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires_at);
