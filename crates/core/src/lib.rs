//! What a call, a transcript, a metric and an answer are, and their rules. No I/O, no async.

pub mod advice;
mod answer;
mod call;
mod call_file;
mod document;
mod metric;
pub mod metrics_file;
mod problem;
pub mod prompt_facts;
mod times;
mod transcript_text;
mod zone;

pub use answer::{
    Analysis, Answer, DatetimeDetail, Evidence, Precision, Provenance, Status, Usage, Value,
};
pub use call::{Call, Role, Turn};
pub use call_file::{
    MAX_CALL_BYTES, MAX_ID_CHARS, MAX_ROLE_CHARS, MAX_TEXT_CHARS, MAX_TRANSCRIPT_BYTES,
    MAX_TURN_BYTES, MAX_TURNS, MAX_VARIABLES_BYTES, parse_call, parse_call_str,
};
pub use metric::{Metric, MetricType};
pub use metrics_file::{MetricsFile, parse_metrics, parse_metrics_json};
pub use problem::{MAX_PROBLEMS, Problem};
pub use times::MAX_SECONDS;
pub use transcript_text::parse_transcript_text;
pub use zone::time_zone;
