//! Calls: taken in, read, listed and forgotten.
//!
//! A call, its transcript and the job that analyses it are stored in one commit. `callId` is the sender's own id and is
//! unique; `id` is ours. Transcripts, variables and fields of the sender's own lie apart from the
//! rows that lists read.

mod accept;
mod cancel;
mod columns;
mod content;
mod cursor;
mod delete;
mod filter;
mod finished;
mod gather;
mod list;
mod merge;
mod metric_filter;
mod new;
mod page;
mod read;
mod row;
mod search;
mod sent;
mod versions;

pub use cancel::Cancelled;
pub use columns::LISTED_EXTRA;
pub use filter::{Attempts, CallFilter, DurationRange};
pub use list::{CallOrder, CallSort};
pub use merge::Known;
pub use metric_filter::{Bound, Comparison, MetricFilter, MetricTest};
pub use new::{Accepted, NewCall, Outcome, Rejected};
pub use page::CallPage;
pub use read::{CallDetail, CallItem};
pub use row::CallRow;

pub(crate) use filter::BEGAN;
pub(crate) use gather::Gather;
pub(crate) use read::{locked, stored_call};
pub(crate) use search::search_text;
