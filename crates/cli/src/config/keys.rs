//! Every key of the configuration, with what it means. The reference in `docs` is made from this list.

use toml::{Table, Value};

/// What a key's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Number,
    Truth,
}

/// One key.
pub(super) struct Key {
    /// The section and the name, with a dot between.
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    /// Said in place of the default where that is none, or differs from machine to machine.
    pub(super) default: Option<&'static str>,
    pub(super) about: &'static str,
}

const fn key(path: &'static str, kind: Kind, about: &'static str) -> Key {
    Key {
        path,
        kind,
        default: None,
        about,
    }
}

const fn open(path: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key {
        path,
        kind,
        default: Some(default),
        about,
    }
}

use Kind::{Number, Text, Truth, Whole};

/// Every key, in the order of the reference.
pub(super) const KEYS: &[Key] = &[
    key(
        "listen",
        Text,
        "Address and port that the server listens on. On another address than loopback, put a proxy with TLS before it.",
    ),
    open(
        "data_dir",
        Text,
        "`~/.local/share/aftercall`",
        "The folder with the database and, if there is one, `aftercall.toml`. `XDG_DATA_HOME` moves the default.",
    ),
    key(
        "model",
        Text,
        "The model of the slot `internal`: a name of `aftercall model list`, `hf:OWNER/REPO/FILE.gguf`, or a path to a GGUF file.",
    ),
    key(
        "timezone",
        Text,
        "Zone of calls that name none and whose agent names none: an IANA name, or an offset such as `+02:00`.",
    ),
    open(
        "database.url",
        Text,
        "`sqlite:` and `aftercall.sqlite` in the data folder",
        "`sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/DATABASE` (PostgreSQL 15 or newer).",
    ),
    open(
        "database.connections",
        Whole,
        "by the database",
        "Connections at most: to PostgreSQL all of them, to SQLite those that read (one more writes).",
    ),
    open(
        "engine.context_tokens",
        Whole,
        "8192, or less if the model has less",
        "Tokens of the model's context; a longer call is read in windows.",
    ),
    open(
        "engine.threads",
        Whole,
        "all processors, 16 at most",
        "Processor threads of the model.",
    ),
    key(
        "engine.language",
        Text,
        "Language of the reasoning and the summary, by its English name.",
    ),
    key(
        "engine.reasons",
        Text,
        "`quoted`: a sentence that quotes the call. `written`: a sentence by the model, which takes longer and is not checked.",
    ),
    open(
        "engine.calibration",
        Text,
        "the model's own",
        "A file of `aftercall calibrate`, used in place of the constants that come with the model.",
    ),
    key(
        "slots.internal",
        Text,
        "The endpoint that answers unless an agent says otherwise: `embedded`, which is the model inside the program, or a section `endpoints.NAME`.",
    ),
    open(
        "slots.reasoning",
        Text,
        "none",
        "The endpoint for agents with `useReasoningModel`. An embedded one thinks before it answers.",
    ),
    open(
        "slots.agent_default",
        Text,
        "none",
        "The endpoint for agents with `useInternalAnalyticsModel: false` whose `slmModel` has no entry of its own in `slots.agent`.",
    ),
    key(
        "budget.monthly",
        Number,
        "What the analyses of one agent may cost in a month, in the currency of the endpoints' prices; 0 sets no limit. Then they wait. `budget.agents` has an amount for single agents by id.",
    ),
    key(
        "delivery.enabled",
        Truth,
        "Whether this server sends webhooks and fetches calls from platforms. One that does not still takes both in, and another one on the same database does it.",
    ),
    open(
        "delivery.allow_networks",
        Text,
        "none",
        "Networks that webhooks may be sent to, and calls fetched from, although they are not public, such as `10.1.0.0/16, 127.0.0.1/32`.",
    ),
    open(
        "delivery.ports",
        Text,
        "every port",
        "The only ports that webhooks may be sent to, and calls fetched from, such as `443, 8443`.",
    ),
    key(
        "delivery.https_only",
        Truth,
        "Whether addresses of webhooks have to begin with `https:`.",
    ),
    key(
        "delivery.timeout_seconds",
        Whole,
        "Seconds that a webhook, or a platform that a call is fetched from, has for its answer.",
    ),
    key(
        "delivery.concurrency",
        Whole,
        "Requests at a time of this server, to all webhooks together.",
    ),
    key(
        "delivery.poll_milliseconds",
        Whole,
        "Milliseconds between two looks for deliveries that are due. What this server writes itself is sent at once.",
    ),
    key(
        "delivery.keep_days",
        Whole,
        "Days that deliveries which arrived or were given up are kept, with their attempts; 0 keeps them for good.",
    ),
    key(
        "delivery.rotation_hours",
        Whole,
        "Hours that a webhook's old secret signs beside a new one, unless the request says otherwise.",
    ),
    key(
        "intake.keep_payloads_days",
        Whole,
        "Days that payloads of other platforms are kept as they came, each as long as its call; 0 keeps none.",
    ),
    open(
        "secrets.key_file",
        Text,
        "`secrets.key` in the data folder",
        "The file with the keys that seal the secrets in the database: 64 hex digits a line, the newest first, mode 600. Where it is missing it is made. Every server on one database needs the same one.",
    ),
    key(
        "worker.enabled",
        Truth,
        "Whether `serve` analyses calls itself. Without, `aftercall worker` does.",
    ),
    key(
        "worker.lease_seconds",
        Whole,
        "Seconds after which the job of a worker that is gone is given to another one. While a job runs its lease is renewed.",
    ),
    key(
        "worker.poll_milliseconds",
        Whole,
        "Milliseconds between two looks for jobs while there are none. Calls that come in through the same process do not wait for it.",
    ),
    key(
        "worker.sweep_seconds",
        Whole,
        "Seconds between two looks for leases that ended.",
    ),
    key(
        "worker.drain_seconds",
        Whole,
        "Seconds that a stop waits for the analyses in hand. What is not done by then goes back into the queue.",
    ),
    key(
        "worker.waiting_requests",
        Whole,
        "Requests for a stateless analysis that may wait in line; one more is answered with 503.",
    ),
    key(
        "worker.request_seconds",
        Whole,
        "Seconds that a request for a stateless analysis may take, its wait in line included; then it is answered with 504.",
    ),
    key(
        "worker.keep_jobs_days",
        Whole,
        "Days for which jobs that are done or cancelled are kept; 0 keeps them for ever. Analyses stay in any case, and so do jobs that were given up.",
    ),
    open(
        "worker.listen",
        Text,
        "none",
        "Address and port at which `aftercall worker` answers `/healthz`, `/readyz` and `/metrics`.",
    ),
    key(
        "limits.max_body_bytes",
        Whole,
        "Bytes of a request body that is not a call.",
    ),
    key(
        "limits.max_call_bytes",
        Whole,
        "Bytes of one call, sent alone or as one line of a stream.",
    ),
    key("limits.max_turns", Whole, "Turns of one call."),
    key(
        "limits.max_metrics",
        Whole,
        "Metrics of one agent, and of one stateless analysis.",
    ),
    key(
        "limits.max_stream_lines",
        Whole,
        "Lines of one stream of calls.",
    ),
    key(
        "rate.requests_per_second",
        Whole,
        "Requests a second that one key may make in the long run; 0 sets no limit.",
    ),
    key(
        "rate.burst",
        Whole,
        "Requests that a key which has waited may make at once.",
    ),
    key(
        "http.max_connections",
        Whole,
        "Connections at once; more wait until one is closed.",
    ),
    key(
        "http.header_seconds",
        Whole,
        "Seconds for the head of a request, and for which an idle connection is kept.",
    ),
    key(
        "http.body_seconds",
        Whole,
        "Seconds that a sender may pause within a body; a body that is no stream has four times as long in all.",
    ),
    key(
        "http.drain_seconds",
        Whole,
        "Seconds that requests under way have to finish once the server is told to stop.",
    ),
    key(
        "http.metrics_need_key",
        Truth,
        "Whether `/metrics` asks for a key.",
    ),
    key(
        "log.level",
        Text,
        "`error`, `warn`, `info`, `debug`, `trace` or `off`, or levels by target as `info,aftercall_store=debug`. What is said in calls is never logged.",
    ),
    key("log.format", Text, "`text`, or `json`: one object a line."),
    open(
        "log.otlp_endpoint",
        Text,
        "no traces",
        "OpenTelemetry collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`.",
    ),
    key(
        "log.service_name",
        Text,
        "Name of the service in the traces.",
    ),
    key(
        "atoms.branches_only",
        Truth,
        "Whether the older drafts and versions routes answer 409, as the original does, so that branches and revisions are left.",
    ),
];

/// Puts a value at a dotted path.
pub(crate) fn set(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}
