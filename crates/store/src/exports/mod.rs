//! Reading calls in bulk, and what is kept of exports that are written on a schedule.

mod answers;
mod lease;
mod metric_columns;
mod page;
mod partitions;
mod row;
mod snapshot;
mod snapshots;

pub use lease::ExportLease;
pub use partitions::{Partition, Written};
pub use snapshot::Snapshot;

pub(crate) use snapshots::Snapshots;
