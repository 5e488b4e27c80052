//! Work that waits: a table of jobs with leases.
//!
//! A job is queued in the transaction of the call that it is about. A worker claims it: that counts as an attempt, and gives
//! a lease, which the worker renews while it works. Only the holder of the lease's token can end the job. A lease that runs
//! out is swept and the job is queued again; what the lost worker then still tells is not heard.
//!
//! ```text
//! queued ──claim──► running ──finish──► done
//!   ▲  ▲               │ │ └──fail, no retry──► dead ──retry──► queued
//!   │  └─fail, release─┘ └──cancel──► cancelled ──retry──► queued
//!   └──lease ran out──────┘
//! ```
//!
//! Locks are taken in the order call, job, so that no two transactions wait for each other.

mod backoff;
mod claim;
mod finish;
mod list;
mod new;
mod purge;
mod row;
mod sweep;
mod work;

pub use backoff::retry_delay;
pub use claim::Share;
pub use finish::{Failed, Failure};
pub use list::{JobCount, JobFilter, JobItem};
pub use row::{Job, JobState, Lease};
pub use work::Work;

pub(crate) use finish::{End, end};
pub(crate) use new::{JobOrder, insert_or_find, new_job, slot_of};
pub(crate) use row::{is_state, token_of};

/// How often a job is tried before it is given up.
pub const MAX_ATTEMPTS: i64 = 8;
