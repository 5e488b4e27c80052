//! What a call, a transcript, a metric and an answer are, and their rules. No I/O, no async.

mod answer;
mod call;
mod metric;
mod problem;

pub use answer::{
    Analysis, Answer, DatetimeDetail, Evidence, Precision, Provenance, Status, Usage, Value,
};
pub use call::{Call, Role, Turn};
pub use metric::{Metric, MetricType};
pub use problem::Problem;
