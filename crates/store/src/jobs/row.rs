//! A job as it stands in the table, and the right to work on it.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde_json::Value as Json;

use super::new::announces;
use crate::StoreError;
use crate::entity::jobs::{self, Model};
use crate::times::{from_us, from_us_opt};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits for its time and for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// It succeeded.
    Done,
    /// It failed for good; `last_error` says why.
    Dead,
    /// Someone called it off.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The name in the database and in replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub(super) fn stored(name: &str) -> Result<Self, StoreError> {
        Self::from_name(name).ok_or_else(|| StoreError::corrupt("a job's state", name))
    }
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id, 24 hexadecimal digits.
    pub id: String,
    /// What is to be done; `analysis`.
    pub kind: String,
    /// The call that it is about, by its own id.
    pub call_row_id: String,
    /// Name of the model slot that it needs.
    pub slot: String,
    /// The version whose metrics are asked.
    pub revision_id: Option<String>,
    /// Whether receivers hear of the analysis even if it is not the call's first.
    pub announce: bool,
    /// Where it stands.
    pub state: JobState,
    /// The greater, the sooner.
    pub priority: i64,
    /// Not before this instant.
    pub run_at: Timestamp,
    /// When the lease of a running job ends.
    pub lease_until: Option<Timestamp>,
    /// The worker that has it.
    pub worker: Option<String>,
    /// How often it was claimed.
    pub attempts: i64,
    /// How often it may be claimed.
    pub max_attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was queued first.
    pub created_at: Timestamp,
    /// When anything of it changed.
    pub updated_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// The right to work on a job until an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// The job.
    pub job: Job,
    /// What shows that the lease is this one.
    pub token: String,
    /// When it ends, unless it is renewed.
    pub until: Timestamp,
    /// Number of this attempt, from 1. One beyond the job's `max_attempts` means that earlier workers vanished: end the job.
    pub attempt: i64,
}

impl TryFrom<Model> for Job {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let revision_id = row.payload.0.get("revisionId").and_then(Json::as_str);
        Ok(Self {
            revision_id: revision_id.map(str::to_owned),
            announce: announces(&row.payload),
            id: row.id,
            kind: row.kind,
            call_row_id: row.subject,
            slot: row.slot,
            state: JobState::stored(&row.state)?,
            priority: row.priority,
            run_at: from_us(row.run_at)?,
            lease_until: from_us_opt(row.lease_until)?,
            worker: row.lease_token.as_deref().map(worker_of),
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            last_error: row.last_error,
            created_at: from_us(row.created_at)?,
            updated_at: from_us(row.updated_at)?,
            finished_at: from_us_opt(row.finished_at)?,
        })
    }
}

/// Whether a job is in a state. The state is written into the statement, not bound: only then do the databases see that an
/// index over the jobs of one state serves.
pub(crate) fn is_state(state: JobState) -> Expr {
    Expr::col((jobs::Entity, jobs::Column::State)).eq(Expr::Constant(state.name().into()))
}

/// The token of a lease: who holds it, and a number that nobody else has.
pub(crate) fn token_of(worker: &str, random: u64) -> String {
    format!("{worker}/{random:016x}")
}

fn worker_of(token: &str) -> String {
    let end = token.rfind('/').unwrap_or(token.len());
    token[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_worker() {
        assert_eq!(worker_of(&token_of("node/1", 7)), "node/1");
        assert_ne!(token_of("a", 7), token_of("a", 8));
    }

    #[test]
    fn states_have_names() {
        for state in JobState::ALL {
            assert_eq!(JobState::from_name(state.name()), Some(state));
        }
        assert!(JobState::stored("gone").is_err());
    }
}
