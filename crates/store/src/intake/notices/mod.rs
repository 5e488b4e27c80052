//! Notices of calls that are to be fetched: a queue of its own beside those of jobs and deliveries.
//!
//! A notice is stored before its sender gets an answer. A node takes it with a lease, which counts as an attempt, and says what came of
//! it. A lease that runs out is swept and the notice waits again, so that another node takes over.
//!
//! ```text
//! waiting ──take──► fetching ──record──► done
//!   ▲  ▲              │  └─────────────► dead
//!   │  └─record, give back, lease ran out
//!   └───────retry, told again─────────── dead
//! ```

mod change;
mod keep;
mod list;
mod record;
mod take;

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde_json::Value as Json;

use crate::StoreError;
use crate::entity::intake_notices as rows;
use crate::times::from_us;

pub use keep::{KeptNotice, NewNotice};
pub use record::{NoticeEnd, RecordedNotice};
pub use take::NoticeLease;

pub(crate) use change::delete_of_call;

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeState {
    /// It waits for its time.
    Waiting,
    /// A node is at it.
    Fetching,
    /// The call is stored.
    Done,
    /// It was given up.
    Dead,
}

impl NoticeState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Fetching, Self::Done, Self::Dead];

    /// The name in the database and in replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Fetching => "fetching",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    fn stored(name: &str) -> Result<Self, StoreError> {
        Self::from_name(name).ok_or_else(|| StoreError::corrupt("a notice's state", name))
    }
}

/// A platform told of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct IntakeNotice {
    /// 24 hex digits.
    pub id: String,
    /// The agent whose call it is.
    pub agent_id: String,
    /// Name of the source.
    pub source: String,
    /// The call's id.
    pub call_id: String,
    /// The event, as the platform names it.
    pub event: String,
    /// What the source made of the notice; `None` once the call is stored.
    pub notice: Option<Json>,
    /// Where it stands.
    pub state: NoticeState,
    /// Attempts of the present schedule.
    pub attempts: u32,
    /// When it is due.
    pub next_at: Timestamp,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
    /// When anything of it changed.
    pub updated_at: Timestamp,
}

impl TryFrom<rows::Model> for IntakeNotice {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            state: NoticeState::stored(&row.state)?,
            attempts: u32::try_from(row.attempts).unwrap_or_default(),
            next_at: from_us(row.next_at)?,
            created_at: from_us(row.created_at)?,
            updated_at: from_us(row.updated_at)?,
            id: row.id,
            agent_id: row.agent_id,
            source: row.source,
            call_id: row.call_id,
            event: row.event,
            notice: row.notice.map(|notice| notice.0),
            last_error: row.last_error,
        })
    }
}

/// Whether a notice is in a state: written into the statement, as the index over those of one state serves only then.
fn is_state(state: NoticeState) -> Expr {
    Expr::col((rows::Entity, rows::Column::State)).eq(Expr::Constant(state.name().into()))
}

fn missing(id: &str) -> StoreError {
    StoreError::missing("Notice", id)
}
