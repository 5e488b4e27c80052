//! Deliveries: what was sent to webhooks, what they answered, and what still waits.

use aftercall_core::Event;
use aftercall_store::StoreError;
use aftercall_store::deliveries::{Attempt, Delivery, DeliveryFilter, DeliveryItem, DeliveryState};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::path::Path;
use super::problem::{Details, Problem};
use super::query::Query;
use crate::App;
use crate::deliveries;
use crate::text::instant;

const DEFAULT_LIMIT: u64 = 50;
const MAX_LIMIT: u64 = 200;
const MAX_PAGE: u64 = 1_000_000;
const STATES: &str = "waiting, sending, delivered, failed";

/// One event to one webhook.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub(crate) struct DeliveryView {
    /// 24 hexadecimal digits; the header `webhook-id` and the envelope's `id` of every attempt.
    id: String,
    /// The webhook.
    webhook_id: String,
    /// What it tells: an event that can be subscribed to, or `test`.
    event: &'static str,
    /// The agent; null where it is of none.
    agent_id: Option<String>,
    /// `callId` of the call; null where it is of none.
    call_id: Option<String>,
    /// The analysis that it tells of.
    analysis_id: Option<String>,
    /// What becomes of it.
    #[schema(value_type = DeliveryStateName)]
    state: &'static str,
    /// Attempts so far.
    attempts: i64,
    /// When it is tried next, while it waits.
    #[schema(format = DateTime)]
    next_at: Option<String>,
    /// Why the last attempt failed.
    last_error: Option<String>,
    /// When it was written.
    #[schema(format = DateTime)]
    created_at: String,
    /// When anything of it changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When the webhook took it.
    #[schema(format = DateTime)]
    delivered_at: Option<String>,
}

/// What becomes of a delivery. `failed`: it was given up.
#[derive(ToSchema)]
#[schema(as = DeliveryState, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of the store's states")]
enum DeliveryStateName {
    Waiting,
    Sending,
    Delivered,
    Failed,
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    /// The deliveries, the newest first.
    deliveries: Vec<DeliveryView>,
    /// Deliveries on all pages.
    total: u64,
    /// The page's number, from 1.
    page: u64,
    /// Deliveries a page.
    limit: u64,
}

/// A delivery with what is sent and every attempt.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryDetail {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// The JSON that is sent; null where its call was deleted.
    payload: Option<Value>,
    /// The attempts, the first one first; `attempts` has their number.
    log: Vec<AttemptView>,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryAttempt)]
pub(crate) struct AttemptView {
    /// From 1.
    number: i64,
    /// When it began.
    #[schema(format = DateTime)]
    started_at: String,
    /// How long it took.
    milliseconds: u64,
    /// The answer's HTTP status; null where there was no answer.
    status: Option<u16>,
    /// The answer's headers, as pairs.
    headers: Vec<(String, String)>,
    /// The first 4 kB of the answer's body.
    body: String,
    /// Whether there was more of it.
    cut: bool,
    /// Why it failed.
    error: Option<String>,
}

/// What can be asked.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct DeliveryQuery {
    /// The page's number, from 1.
    #[param(minimum = 1, maximum = 1000000)]
    page: Option<u64>,
    /// Deliveries a page; 50 without.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// To this webhook.
    webhook_id: Option<String>,
    /// In one of these states.
    #[param(style = Form, explode = false)]
    state: Option<Vec<DeliveryStateName>>,
    /// Of this call.
    call_id: Option<String>,
    /// Of this event.
    event: Option<String>,
    /// Written at this instant or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Written at this instant or earlier.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}

impl DeliveryView {
    pub(super) fn new(delivery: Delivery, call_id: Option<String>) -> Self {
        Self {
            event: delivery.event.name(),
            agent_id: delivery.agent_id,
            call_id,
            analysis_id: delivery.analysis_id,
            state: delivery.state.name(),
            attempts: delivery.attempts_ever,
            next_at: (delivery.state == DeliveryState::Waiting).then(|| instant(delivery.next_at)),
            last_error: delivery.last_error,
            created_at: instant(delivery.created_at),
            updated_at: instant(delivery.updated_at),
            delivered_at: delivery.delivered_at.map(instant),
            id: delivery.id,
            webhook_id: delivery.webhook_id,
        }
    }
}

impl From<DeliveryItem> for DeliveryView {
    fn from(item: DeliveryItem) -> Self {
        Self::new(item.delivery, item.call_id)
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        let made = attempt.made;
        Self {
            number: attempt.number,
            started_at: instant(made.started_at),
            milliseconds: made.milliseconds,
            status: made.status,
            headers: made.headers,
            body: made.body,
            cut: made.cut,
            error: made.error,
        }
    }
}

/// List deliveries
#[utoipa::path(
    get,
    path = "/v1/deliveries",
    tag = "Webhooks",
    operation_id = "listDeliveries",
    params(DeliveryQuery),
    responses((status = 200, description = "A page of deliveries.", body = DeliveryPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    query: Query,
) -> Result<Json<DeliveryPage>, Problem> {
    let mut read = query.read();
    let page = read.whole("page", 1..=MAX_PAGE).unwrap_or(1);
    let limit = read.whole("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    let event = read.text("event");
    if let Some(name) = event
        && Event::from_name(name).is_none()
    {
        let names = Event::ALL.map(Event::name).join(", ");
        read.problem("event", name, format!("must be one of {names}, test"));
    }
    let filter = DeliveryFilter {
        webhook_id: read.text("webhookId").map(str::to_owned),
        states: read.words("state", DeliveryState::from_name, STATES),
        call_id: read.text("callId").map(str::to_owned),
        event: event.map(str::to_owned),
        from: read.instant("from"),
        to: read.instant("to"),
    };
    read.finish()?;
    let found = app.store.deliveries(&filter, page, limit).await?;
    Ok(Json(DeliveryPage {
        deliveries: found.items.into_iter().map(DeliveryView::from).collect(),
        total: found.total,
        page,
        limit,
    }))
}

/// Read a delivery
///
/// With what is sent and every attempt.
#[utoipa::path(
    get,
    path = "/v1/deliveries/{deliveryId}",
    tag = "Webhooks",
    operation_id = "getDelivery",
    params(("deliveryId" = String, Path, description = "Id of the delivery.")),
    responses(
        (status = 200, description = "The delivery.", body = DeliveryDetail),
        (status = 404, description = "There is no such delivery.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<DeliveryDetail>, Problem> {
    let item = app.store.delivery(&id).await?;
    let webhook = app.store.webhook(&item.delivery.webhook_id).await?;
    let payload = match deliveries::body(&app.store, &webhook, &item.delivery).await {
        Ok(body) => serde_json::from_slice(&body).ok(),
        Err(StoreError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let attempts = app.store.delivery_attempts(&id).await?;
    Ok(Json(DeliveryDetail {
        delivery: item.into(),
        payload,
        log: attempts.into_iter().map(AttemptView::from).collect(),
    }))
}

/// Send a delivery again
///
/// Under its id and with a whole schedule before it: one that arrived, was given up, or waits for its next attempt.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{deliveryId}/replay",
    tag = "Webhooks",
    operation_id = "replayDelivery",
    params(("deliveryId" = String, Path, description = "Id of the delivery.")),
    responses(
        (status = 202, description = "The delivery, due.", body = DeliveryView),
        (status = 404, description = "There is no such delivery.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "It is being sent.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn replay(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<(http::StatusCode, Json<DeliveryView>), Problem> {
    app.store.replay_delivery(&id).await?;
    app.wake.now();
    let item = app.store.delivery(&id).await?;
    Ok((http::StatusCode::ACCEPTED, Json(item.into())))
}
