//! What can go wrong in the store.

use std::ops::Deref;

use aftercall_core::Problem;
use aftercall_core::agent_config::Diff;
use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::outage::is_cut_off;

/// Why the store did not do what was asked. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or not where it was looked for.
    #[error("{what} not found: {id}")]
    Missing {
        /// The kind of thing, with a capital: `Agent`, `Branch` …
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// What is stored stands against it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A value breaks a rule.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// The rule, where no value would make it right.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The database has no connection or lock to give, or cut the connection off: worth another try.
    #[error("the database is busy")]
    Busy(#[source] DbErr),
    /// The database's address is not one that is served.
    #[error("database address: {0}")]
    Url(String),
    /// A row holds what this program does not write.
    #[error("the database holds {what} that cannot be read: {value}")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// The value found.
        value: String,
    },
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] DbErr),
}

/// What stands against a change.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Conflict {
    /// The draft was edited since the revision that an edit is based on.
    #[error("the draft is at revision {latest}, the edit is based on revision {expected}")]
    StaleDraft {
        /// The revision that the edit is based on.
        expected: i64,
        /// The draft's revision.
        latest: i64,
        /// What changed in between, as `section.field`.
        fields: Vec<String>,
        /// What changed in between, leaf by leaf.
        diff: Diff,
    },
    /// The draft never had the revision that an edit is based on.
    #[error("the draft is at revision {latest}, there is no revision {expected}")]
    UnknownDraftRevision {
        /// The revision that the edit is based on.
        expected: i64,
        /// The draft's revision; 0 where there is no draft.
        latest: i64,
    },
    /// What the draft was made from is no longer the newest, and the draft changes what has changed since, in another way.
    #[error("the draft is based on version {source_version}, version {newest} also changes {}", .fields.join(", "))]
    SourceMovedOn {
        /// Number of the version that the draft was made from.
        source_version: i64,
        /// Number of the version that has taken its place.
        newest: i64,
        /// What both change, as `section.field`.
        fields: Vec<String>,
        /// What changed from the one to the other, leaf by leaf.
        diff: Diff,
    },
    /// Another branch of the agent has the name.
    #[error("the agent has a branch {name:?} already")]
    BranchNameExists {
        /// The name asked for.
        name: String,
    },
    /// The branch stands at the revision that is to be restored.
    #[error("the branch is at that revision already")]
    AlreadyHead,
    /// The agent is archived already.
    #[error("the agent is archived already")]
    AlreadyArchived,
    /// The agent is active already.
    #[error("the agent is active already")]
    AlreadyActive,
    /// A draft that was published can no longer be changed.
    #[error("the draft is {state} and can no longer be changed")]
    DraftClosed {
        /// `published`.
        state: &'static str,
    },
    /// Agents that are archived are not duplicated.
    #[error("Cannot duplicate an archived agent")]
    CopyOfArchived,
    /// Agents with a graph are not duplicated.
    #[error("Only single_prompt agents can be duplicated")]
    CopyOfGraph,
    /// The call waits in no queue.
    #[error("Call is not in the queue")]
    CallNotQueued,
    /// The call is over.
    #[error("the call {call_id} is over: its status is {}", .status.as_deref().unwrap_or("none"))]
    CallFinished {
        /// The call's id.
        call_id: String,
        /// Its status.
        status: Option<String>,
    },
    /// The call is not over.
    #[error("the call {call_id} is not over: its status is {}", .status.as_deref().unwrap_or("none"))]
    CallNotFinished {
        /// The call's id.
        call_id: String,
        /// Its status.
        status: Option<String>,
    },
    /// The job's state does not allow it.
    #[error("the job {id} is {state}")]
    JobState {
        /// The job.
        id: String,
        /// Its state.
        state: &'static str,
    },
    /// Another receiver has the address.
    #[error("A webhook with this URL has already been registered")]
    WebhookUrlExists,
    /// The receiver still has subscriptions.
    #[error(
        "Cannot delete webhook: It is currently assigned to one or more agents. Please remove all agent assignments first."
    )]
    WebhookAssigned,
    /// The delivery is being sent just now.
    #[error("the delivery is being sent")]
    DeliverySending,
    /// The notice was not given up.
    #[error("the notice is {state}: only one that is dead is put back")]
    NoticeState {
        /// Its state.
        state: &'static str,
    },
    /// Nothing is sent to the receiver.
    #[error("the webhook is {state}: a test event would only wait")]
    WebhookHeldBack {
        /// `disabled` or `paused`.
        state: &'static str,
    },
    /// Another job of the same call and version waits or runs.
    #[error("another job of the same call and version waits or runs")]
    JobOpen,
}

impl StoreError {
    pub(crate) fn missing(what: &'static str, id: impl Into<String>) -> Self {
        Self::Missing {
            what,
            id: id.into(),
        }
    }

    pub(crate) fn refused(field: &str, value: &str, rule: &str) -> Self {
        Self::Refused(Problem::told(field, format!("{value:?}"), rule))
    }

    pub(crate) fn corrupt(what: &'static str, value: impl ToString) -> Self {
        Self::Corrupt {
            what,
            value: value.to_string(),
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if matches!(error, DbErr::ConnectionAcquire(_)) || is_cut_off(&error) {
            return Self::Busy(error);
        }
        match code(&error).as_deref() {
            // PostgreSQL: a text with U+0000, or one that the database's encoding has no letter for.
            Some("22021" | "22P05") => Self::Refused(Problem::told(
                "text",
                "a character that the database cannot keep",
                "must be without the character U+0000",
            )),
            // PostgreSQL: deadlock, lock timeout, too many connections. SQLite: busy, busy in recovery, busy snapshot, locked.
            Some("40P01" | "55P03" | "53300" | "5" | "261" | "517" | "6") => Self::Busy(error),
            _ => Self::Database(error),
        }
    }
}

/// The database's own code of an error.
fn code(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    match error.deref() {
        SqlxError::Database(error) => error.code().map(|code| code.into_owned()),
        _ => None,
    }
}
