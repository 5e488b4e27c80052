-- The first tables. Ids are 24 hex digits, times are microseconds of UTC since 1970, JSON is text.
-- The same words for SQLite and PostgreSQL: TEXT, BIGINT, DOUBLE PRECISION, BOOLEAN and nothing else.

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    single BOOLEAN NOT NULL UNIQUE, -- always true: there is one organisation
    created_at BIGINT NOT NULL
);

CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    prefix TEXT NOT NULL, -- the first characters of the secret, to tell keys apart by
    hash TEXT NOT NULL UNIQUE, -- SHA-256 of the secret, hex; the secret itself is not kept
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    workflow_type TEXT NOT NULL,
    document TEXT NOT NULL, -- JSON object: fields of the agent that no version holds
    -- No foreign keys on the next two: an agent and its first branch and revision are made together.
    live_branch_id TEXT NOT NULL,
    active_revision_id TEXT NOT NULL,
    archived_at BIGINT,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX agents_created ON agents (created_at, id);

CREATE TABLE branches (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    name TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    source_branch_id TEXT,
    source_revision_id TEXT,
    head_revision_id TEXT NOT NULL,
    status TEXT NOT NULL, -- active, archived
    created_by TEXT,
    updated_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX branches_agent ON branches (agent_id);
CREATE UNIQUE INDEX branches_name ON branches (agent_id, name) WHERE status = 'active';

-- A published config. Only label, description, pin and activation change after.
CREATE TABLE revisions (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    branch_id TEXT NOT NULL REFERENCES branches (id),
    number BIGINT NOT NULL, -- on its branch, from 1
    version_number BIGINT NOT NULL, -- of its agent, from 1
    label TEXT,
    description TEXT,
    is_pinned BOOLEAN NOT NULL,
    config TEXT NOT NULL, -- JSON object
    blocks TEXT NOT NULL, -- JSON object: section to an id that changes with the section
    slot TEXT NOT NULL, -- which model the config asks for
    parent_id TEXT,
    source_draft_id TEXT,
    restored_from_id TEXT,
    published_by TEXT,
    published_at BIGINT NOT NULL,
    activated_by TEXT,
    activated_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (branch_id, number),
    UNIQUE (agent_id, version_number)
);

CREATE TABLE drafts (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    branch_id TEXT NOT NULL REFERENCES branches (id),
    name TEXT, -- none: the branch's own draft
    source_revision_id TEXT NOT NULL REFERENCES revisions (id),
    follows TEXT, -- of one with a name: what its source was when it was made, active or head; none: neither
    number BIGINT NOT NULL, -- of the last edit, 0 before the first
    config TEXT NOT NULL,
    blocks TEXT NOT NULL,
    state TEXT NOT NULL, -- open, published, discarded
    created_by TEXT,
    updated_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX drafts_one_open ON drafts (branch_id) WHERE state = 'open' AND name IS NULL;
CREATE INDEX drafts_agent ON drafts (agent_id, state, created_at);

-- Every state that a draft was in: edit 0 is what it was made from.
CREATE TABLE draft_edits (
    id TEXT NOT NULL PRIMARY KEY,
    draft_id TEXT NOT NULL REFERENCES drafts (id),
    number BIGINT NOT NULL,
    config TEXT NOT NULL, -- JSON object, after the edit
    changed_sections TEXT NOT NULL, -- JSON list
    changed_fields TEXT NOT NULL, -- JSON list of section.field
    editor TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (draft_id, number)
);

CREATE TABLE calls (
    id TEXT NOT NULL PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE, -- the sender's id
    agent_id TEXT NOT NULL REFERENCES agents (id),
    revision_id TEXT REFERENCES revisions (id), -- what it is analysed with
    type TEXT,
    status TEXT,
    finished BOOLEAN NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    timezone TEXT,
    from_number TEXT,
    to_number TEXT,
    language TEXT,
    recording_url TEXT,
    duration_us BIGINT,
    latency_us BIGINT, -- mean time from the end of the user's turn to the agent's
    disconnection_reason TEXT,
    campaign_id TEXT,
    retry_of TEXT, -- call_id of the first attempt
    is_test BOOLEAN NOT NULL,
    content_hash TEXT NOT NULL, -- SHA-256 of the content as it came, hex
    listed TEXT NOT NULL, -- JSON object: those of the sender's own fields that lists show
    cancelled BOOLEAN NOT NULL, -- it was ended here and not by its sender, who may still complete it
    cancel_reason TEXT,
    current_analysis_id TEXT, -- no foreign key: an analysis refers to its call
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX calls_updated ON calls (updated_at, id);
CREATE INDEX calls_created ON calls (created_at, id);
CREATE INDEX calls_agent_updated ON calls (agent_id, updated_at, id);
CREATE INDEX calls_agent_created ON calls (agent_id, created_at, id);
CREATE INDEX calls_retry ON calls (retry_of) WHERE retry_of IS NOT NULL;

-- Apart from the calls, so that lists of calls stay small.
CREATE TABLE transcripts (
    call_id TEXT NOT NULL PRIMARY KEY REFERENCES calls (id),
    turns TEXT NOT NULL, -- JSON list
    variables TEXT NOT NULL, -- JSON object, which may be large
    extra TEXT NOT NULL -- JSON object: fields that a call file does not define
);

CREATE TABLE analyses (
    id TEXT NOT NULL PRIMARY KEY,
    call_id TEXT NOT NULL REFERENCES calls (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    revision_id TEXT REFERENCES revisions (id),
    number BIGINT NOT NULL, -- of its call, from 1
    status TEXT NOT NULL, -- completed, failed
    reason TEXT, -- why it failed
    summary TEXT NOT NULL,
    metrics TEXT NOT NULL, -- JSON list: the definitions as they were
    result TEXT NOT NULL, -- JSON object: the whole analysis
    model TEXT,
    model_sha256 TEXT,
    prompt_revision TEXT NOT NULL,
    calibration TEXT NOT NULL,
    transcript_hash TEXT NOT NULL,
    milliseconds BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (call_id, number)
);

-- One row a metric, so that calls can be found by their answers. The value stands in the column of its type. A filter goes
-- from a call to its current analysis and by the primary key to the answer.
CREATE TABLE answers (
    analysis_id TEXT NOT NULL REFERENCES analyses (id),
    identifier TEXT NOT NULL,
    call_id TEXT NOT NULL REFERENCES calls (id),
    metric_type TEXT NOT NULL,
    status TEXT NOT NULL, -- answered, not_mentioned, failed
    text TEXT,
    number BIGINT,
    boolean BOOLEAN,
    time_us BIGINT,
    confidence DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (analysis_id, identifier)
);
CREATE INDEX answers_call ON answers (call_id);

-- What analyses cost: sums, which stay when a call is deleted.
CREATE TABLE usage_days (
    agent_id TEXT NOT NULL,
    day TEXT NOT NULL, -- of UTC, YYYY-MM-DD
    endpoint TEXT NOT NULL,
    analyses BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    tokens_read BIGINT NOT NULL,
    tokens_cached BIGINT NOT NULL,
    tokens_written BIGINT NOT NULL,
    milliseconds BIGINT NOT NULL,
    cost_nanos BIGINT NOT NULL, -- billionths of the currency of the operator's prices
    PRIMARY KEY (agent_id, day, endpoint)
);
CREATE INDEX usage_days_day ON usage_days (day);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL, -- id of the row that it works on
    slot TEXT NOT NULL, -- who can do it
    payload TEXT NOT NULL, -- JSON object
    state TEXT NOT NULL, -- queued, running, done, dead, cancelled
    priority BIGINT NOT NULL, -- the greater, the sooner
    run_at BIGINT NOT NULL, -- not before
    lease_until BIGINT,
    lease_token TEXT,
    attempts BIGINT NOT NULL, -- counted when it is claimed
    max_attempts BIGINT NOT NULL,
    dedup_key TEXT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX jobs_dedup ON jobs (dedup_key) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_queue ON jobs (slot, priority DESC, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_not_done ON jobs (slot, state) WHERE state <> 'done';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_subject ON jobs (subject);
CREATE INDEX jobs_created ON jobs (created_at, id);
