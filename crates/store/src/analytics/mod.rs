//! Sums over calls: how many there were, what became of them, how long they were.
//!
//! A call counts at the time when it began, or arrived where that is not known ([`CallFilter`](crate::calls::CallFilter)'s
//! `since` and `until`). Days, weeks and hours are those of UTC. Durations are those of answered calls alone: how long a
//! telephone rang says nothing of a conversation.

mod attempts;
mod counts;
mod spans;
mod spread;
mod sql;

pub use attempts::{Attempt, Attempts};
pub use counts::{Counts, LONG, Part, SHORT};
pub use spans::CallSpan;
pub use spread::Spread;
pub use sql::{Split, When, Who};
