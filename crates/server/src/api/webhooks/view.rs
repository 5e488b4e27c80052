//! A webhook as it is shown.

use std::collections::BTreeMap;

use aftercall_delivery::seal::OpenError;
use aftercall_store::webhooks::{Subscription, Webhook, WebhookStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::problem::Problem;
use crate::api::problem_kind::Kind;
use crate::deliveries::Sealed;
use crate::text::instant;

/// A webhook, without its secrets.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub(crate) struct WebhookView {
    /// 24 hexadecimal digits.
    id: String,
    /// Where it is.
    url: String,
    /// What it is for.
    description: String,
    /// `enabled`, or `disabled`: then nothing is sent, and what it would get waits.
    #[schema(value_type = WebhookStatusName)]
    status: &'static str,
    /// Why it is disabled.
    reason: Option<String>,
    /// Whether it is held back for a while; what it would get waits.
    paused: bool,
    /// Requests at a time, of all nodes together.
    concurrency: u64,
    /// Names of its own headers; their values are not shown.
    headers: Vec<String>,
    /// What an analysis has to answer to be told.
    filter: BTreeMap<String, String>,
    /// What it gets.
    subscriptions: Vec<SubscriptionView>,
    /// Nothing has succeeded since.
    #[schema(format = DateTime)]
    failing_since: Option<String>,
    /// It asked for a pause with `Retry-After`, and is sent nothing before then.
    #[schema(format = DateTime)]
    held_until: Option<String>,
    /// Id of the key that made it.
    created_by: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Whether a webhook is sent anything.
#[derive(ToSchema)]
#[schema(as = WebhookStatus, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of the store's states")]
pub(super) enum WebhookStatusName {
    Enabled,
    Disabled,
}

/// An event that can be subscribed to.
#[derive(ToSchema)]
#[schema(as = Event)]
#[expect(dead_code, reason = "describes the names of events")]
pub(crate) enum EventName {
    #[schema(rename = "pre-conversation")]
    PreConversation,
    #[schema(rename = "post-conversation")]
    PostConversation,
    #[schema(rename = "analytics-completed")]
    AnalyticsCompleted,
    #[schema(rename = "analysis.failed")]
    AnalysisFailed,
    #[schema(rename = "endpoint.disabled")]
    EndpointDisabled,
}

/// That a webhook gets an event.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Subscription)]
pub(crate) struct SubscriptionView {
    /// Of one agent's calls; null for those of every agent.
    agent_id: Option<String>,
    /// The event.
    #[schema(value_type = EventName)]
    event: &'static str,
}

/// All webhooks.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookList {
    /// The oldest first.
    pub(super) webhooks: Vec<WebhookView>,
}

impl WebhookView {
    /// # Errors
    /// Where its headers cannot be opened.
    pub(super) fn of(webhook: Webhook, sealed: &Sealed) -> Result<Self, Problem> {
        let headers = sealed
            .open_headers(&webhook)
            .map_err(|error| closed(&error))?;
        let status = webhook.status.name();
        Ok(Self {
            reason: match webhook.status {
                WebhookStatus::Enabled => None,
                WebhookStatus::Disabled(reason) => Some(reason),
            },
            status,
            paused: webhook.paused,
            concurrency: webhook.concurrency,
            headers: headers.into_iter().map(|(name, _)| name).collect(),
            filter: webhook.filters.into_iter().collect(),
            subscriptions: webhook.subscriptions.into_iter().map(Into::into).collect(),
            failing_since: webhook.failing_since.map(instant),
            held_until: webhook.held_until.map(instant),
            created_by: webhook.created_by,
            created_at: instant(webhook.created_at),
            updated_at: instant(webhook.updated_at),
            id: webhook.id,
            url: webhook.url,
            description: webhook.description,
        })
    }
}

/// That the key file is the wrong one, which the log tells and the caller cannot mend.
pub(super) fn closed(error: &OpenError) -> Problem {
    let error = error as &dyn std::error::Error;
    tracing::error!(error, "a webhook's secrets cannot be opened");
    Problem::new(Kind::Internal, "the webhook's secrets cannot be opened")
}

impl From<Subscription> for SubscriptionView {
    fn from(one: Subscription) -> Self {
        Self {
            agent_id: one.agent.map(|agent| agent.id),
            event: one.event.name(),
        }
    }
}
