//! Events on their way to receivers: a queue of its own beside that of jobs.
//!
//! A delivery is written in the commit of the call or the analysis that it reports. A sender takes it with a lease, which
//! counts as an attempt; what came of it, the attempt's log and the receiver's health are stored in one commit. A lease that
//! runs out is swept and the delivery waits again, under the same id: it arrives once at least.
//!
//! ```text
//! waiting ──take──► sending ──record──► delivered
//!   ▲  ▲              │ │ └────────────► failed
//!   │  └─record, give back, lease ran out
//!   └──────────replay────────── delivered, failed
//! ```
//!
//! Of the events of one call to one receiver the first attempts go in their order: a later one is not taken before the
//! first attempt of every earlier one has ended, however it ended.

mod announce;
mod attempts;
mod change;
mod list;
mod record;
mod take;

use aftercall_core::Event;
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde_json::Value as Json;

use crate::StoreError;
use crate::entity::deliveries::{self as rows, Model};
use crate::times::{from_us, from_us_opt};

pub use attempts::{Attempt, NewAttempt};
pub use change::Replay;
pub use list::{DeliveryFilter, DeliveryItem};
pub use record::{Outcome, Recorded};
pub use take::{DeliveryLease, Taken};

pub(crate) use announce::{Subject, announce};
pub(crate) use change::{delete_of_call, delete_of_webhook, make_due};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It waits for its time.
    Waiting,
    /// A sender has it.
    Sending,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Delivered, Self::Failed];

    /// The name in the database and in replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One event to one receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// 24 hex digits; it stays the same over all attempts.
    pub id: String,
    /// The receiver.
    pub webhook_id: String,
    /// What it tells.
    pub event: Event,
    /// Of which agent; `None` where it is of none.
    pub agent_id: Option<String>,
    /// The call's own id; `None` where it is of none.
    pub call_row_id: Option<String>,
    /// The analysis that it tells of.
    pub analysis_id: Option<String>,
    /// What it says, where that is made from neither a call nor an analysis.
    pub payload: Option<Json>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts of the present schedule.
    pub attempts: u32,
    /// Attempts of all schedules together.
    pub attempts_ever: i64,
    /// When it is due.
    pub next_at: Timestamp,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When anything of it changed.
    pub updated_at: Timestamp,
    /// When the receiver took it.
    pub delivered_at: Option<Timestamp>,
}

impl TryFrom<Model> for Delivery {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let state = DeliveryState::from_name(&row.state);
        let event = Event::from_name(&row.event);
        Ok(Self {
            event: event.ok_or_else(|| StoreError::corrupt("an event", &row.event))?,
            state: state.ok_or_else(|| StoreError::corrupt("a delivery's state", &row.state))?,
            attempts: u32::try_from(row.attempts).unwrap_or_default(),
            attempts_ever: row.attempts_ever,
            next_at: from_us(row.next_at)?,
            created_at: from_us(row.created_at)?,
            updated_at: from_us(row.updated_at)?,
            delivered_at: from_us_opt(row.delivered_at)?,
            id: row.id,
            webhook_id: row.webhook_id,
            agent_id: row.agent_id,
            call_row_id: row.call_id,
            analysis_id: row.analysis_id,
            payload: row.payload.map(|payload| payload.0),
            last_error: row.last_error,
        })
    }
}

/// Whether a delivery is in a state: written into the statement, as the index over those of one state serves only then.
fn is_state(state: DeliveryState) -> Expr {
    Expr::col((rows::Entity, rows::Column::State)).eq(Expr::Constant(state.name().into()))
}

fn missing(id: &str) -> StoreError {
    StoreError::missing("Delivery", id)
}
