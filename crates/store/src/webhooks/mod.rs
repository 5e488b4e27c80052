//! Receivers of events: where they are, what they want to hear of, and the secrets that sign what they get.
//!
//! Secrets and headers come and go sealed: the store cannot read them.

mod change;
mod read;
mod secret_rows;
mod subscriptions;

use aftercall_core::Event;
use jiff::Timestamp;

use crate::StoreError;
use crate::calls::MetricFilter;
use crate::entity::{webhook_secrets, webhooks};
use crate::times::{from_us, from_us_opt};

pub(crate) use change::locked;
pub use change::{NewWebhook, WebhookPatch};
pub use subscriptions::{NewSubscription, Subscription, SubscriptionAgent};

/// Whether a receiver is sent anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookStatus {
    /// It is.
    Enabled,
    /// It is not, for this reason; what it would get waits.
    Disabled(String),
}

/// A receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// 24 hex digits.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Whether it is sent anything.
    pub status: WebhookStatus,
    /// Whether somebody holds it back for a while; what it would get waits.
    pub paused: bool,
    /// Requests at a time, of all nodes together.
    pub concurrency: u64,
    /// Its own headers, sealed.
    pub headers: Option<String>,
    /// What an analysis has to answer to be told, as pairs of a name and a value of [`MetricFilter::parse`].
    pub filters: Vec<(String, String)>,
    /// Nothing has succeeded since.
    pub failing_since: Option<Timestamp>,
    /// It asked for a pause, and is sent nothing before then.
    pub held_until: Option<Timestamp>,
    /// Id of the key that made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Secrets that sign now, the newest first.
    pub secrets: Vec<WebhookSecret>,
    /// What it wants to hear of.
    pub subscriptions: Vec<Subscription>,
}

/// A secret that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    /// Its row's id.
    pub id: String,
    /// The secret, sealed.
    pub sealed: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops signing; `None` for the newest.
    pub expires_at: Option<Timestamp>,
}

impl Webhook {
    /// The rules that its filters were written as.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where one of them breaks a rule.
    pub fn parse_filters(filters: &[(String, String)]) -> Result<Vec<MetricFilter>, StoreError> {
        filters
            .iter()
            .map(|(name, value)| MetricFilter::parse(name, value).map_err(StoreError::from))
            .collect()
    }

    fn of(
        row: webhooks::Model,
        secrets: Vec<WebhookSecret>,
        subscriptions: Vec<Subscription>,
    ) -> Result<Self, StoreError> {
        let status = match row.status.as_str() {
            ENABLED => WebhookStatus::Enabled,
            DISABLED => WebhookStatus::Disabled(row.reason.unwrap_or_default()),
            other => return Err(StoreError::corrupt("a webhook's status", other)),
        };
        Ok(Self {
            status,
            paused: row.paused,
            concurrency: u64::try_from(row.concurrency).unwrap_or(1),
            headers: row.headers,
            filters: row.filters.0,
            failing_since: from_us_opt(row.failing_since)?,
            held_until: from_us_opt(row.held_until)?,
            created_by: row.created_by,
            created_at: from_us(row.created_at)?,
            updated_at: from_us(row.updated_at)?,
            id: row.id,
            url: row.url,
            description: row.description,
            secrets,
            subscriptions,
        })
    }
}

impl WebhookStatus {
    /// `enabled` or `disabled`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enabled => ENABLED,
            Self::Disabled(_) => DISABLED,
        }
    }
}

impl TryFrom<webhook_secrets::Model> for WebhookSecret {
    type Error = StoreError;

    fn try_from(row: webhook_secrets::Model) -> Result<Self, StoreError> {
        Ok(Self {
            created_at: from_us(row.created_at)?,
            expires_at: from_us_opt(row.expires_at)?,
            id: row.id,
            sealed: row.sealed,
        })
    }
}

pub(crate) const ENABLED: &str = "enabled";
pub(crate) const DISABLED: &str = "disabled";

fn event_of(name: &str) -> Result<Event, StoreError> {
    Event::from_name(name).ok_or_else(|| StoreError::corrupt("an event", name))
}

fn missing(id: &str) -> StoreError {
    StoreError::missing("Webhook", id)
}
