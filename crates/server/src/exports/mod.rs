//! Exports: calls are read as they are at one moment and written while they are read.
//!
//! Reading, writing and sending go on at the same time, each a page ahead of the next: a task reads, a thread of its own
//! writes, and whoever asked takes the parts. What is under way is bounded by the channels between them. An export that
//! nobody takes for a while breaks off, as it keeps the database from letting go of what was replaced meanwhile.

mod destination;
mod order;
mod run;
mod schedule;
mod write;

pub use destination::{Destination, DestinationError};
pub use order::{Order, call_filter};
pub use run::{BrokenOff, Extras, Part, Running, start};
pub use schedule::{Interval, Lost, Schedule, keep_up, write_due};
pub use write::{Outcome, WriteError};
