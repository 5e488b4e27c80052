//! What a call, a transcript, a metric and an answer are, and their rules. No I/O, no async.

pub mod advice;
pub mod agent_config;
mod answer;
mod buckets;
mod call;
mod call_file;
mod call_outcome;
mod call_status;
mod document;
mod event;
mod id;
mod metric;
mod metrics_check;
pub mod metrics_file;
mod node;
mod post_call;
mod problem;
pub mod prompt_facts;

mod record;
mod sent_call;
mod slot;
mod steps;
mod times;
mod transcript_text;
mod zone;

pub use answer::{
    Analysis, Answer, ConfidenceSource, DatetimeDetail, Evidence, OtherEndpoint, Precision,
    Provenance, Status, Usage, Value,
};
pub use buckets::{BucketUnit, Buckets, TooManyBuckets};
pub use call::{Call, Role, Turn, hex_sha256};
pub use call_file::{
    CallFile, MAX_CALL_BYTES, MAX_ID_CHARS, MAX_ROLE_CHARS, MAX_TEXT_CHARS, MAX_TRANSCRIPT_BYTES,
    MAX_TURN_BYTES, MAX_TURNS, MAX_VARIABLES_BYTES, parse_call, parse_call_str,
};
pub use call_outcome::CallOutcome;
pub use call_status::{COMPLETED, is_finished};
pub use event::Event;
pub use id::{Id, ParseIdError};
pub use metric::{Metric, MetricType};
pub use metrics_check::{MetricsCheck, check_metrics};
pub use metrics_file::{MetricsFile, parse_metrics, parse_metrics_json};
pub use post_call::{DEFAULT_SLM_MODEL, PostCallConfig};
pub use problem::{MAX_PROBLEMS, Problem, Problems};
pub use record::{AnalysisRecord, AnswerRecord, CallRecord, MetricColumn};
pub use sent_call::{SentCall, SentTranscript, SentTurn, TurnFields};
pub use slot::Slot;
pub use steps::{Step, steps};
pub use times::MAX_SECONDS;
pub use transcript_text::parse_transcript_text;
pub use zone::time_zone;
