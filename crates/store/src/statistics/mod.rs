//! What charts show: how many calls there were, and what was answered to each metric, over time.
//!
//! A call counts when it began, or arrived where that is not known, under the version that it is analysed with; of its analyses
//! the current one counts. Sums by quarter of an hour, agent, version and metric are kept beside the calls: a commit that
//! changes a call or its current analysis leaves what it changes (`delta`), which is added to the sums a little later (`fold`),
//! and what is asked is read from both (`rollup`). So what is read is exact at every moment, and a commit writes one small row
//! more. Filters that the sums are not parted by, and zones whose clocks are not set by quarters of an hour, are answered from
//! the calls themselves (`scan`), by the same whole numbers.

mod answers;
mod bounds;
mod calls;
mod counted;
mod delta;
mod figures;
mod fill;
mod fold;
mod rollup;
mod scan;
mod sums;
mod tally;
mod texts;
mod versions;

pub use answers::MetricStatistics;
pub use bounds::{Question, ServedBy};
pub use calls::CallStatistics;
pub use figures::{MetricFigures, MetricPoint, Shown, Spread, Values};
pub use sums::CallSums;
pub use versions::CountedVersion;

pub(crate) use delta::{Changes, Delta};
pub(crate) use fill::fill;
