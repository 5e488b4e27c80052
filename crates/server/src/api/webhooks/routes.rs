//! Webhooks are made, listed, changed, tried and deleted.

use aftercall_store::deliveries::Replay;
use aftercall_store::webhooks::{NewWebhook, WebhookPatch};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::body::{Read, WebhookBody};
use super::view::{WebhookList, WebhookView};
use crate::App;
use crate::api::body::Body;
use crate::api::deliveries::DeliveryView;
use crate::api::path::Path;
use crate::api::problem::{Details, Problem};
use crate::atoms::webhooks::CONCURRENCY;
use crate::auth::Caller;
use crate::text::instant;

/// List webhooks
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "Webhooks",
    operation_id = "listWebhooks",
    responses((status = 200, description = "All webhooks.", body = WebhookList)),
)]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<WebhookList>, Problem> {
    let webhooks = app.store.webhooks().await?;
    let views = webhooks
        .into_iter()
        .map(|one| WebhookView::of(one, &app.sealed));
    Ok(Json(WebhookList {
        webhooks: views.collect::<Result<_, _>>()?,
    }))
}

/// Make a webhook
///
/// It gets a secret, which an admin can read.
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    tag = "Webhooks",
    operation_id = "createWebhook",
    request_body = WebhookBody,
    responses(
        (status = 201, description = "The webhook.", body = WebhookView),
        (status = 404, description = "There is no such agent.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "Another webhook has the address.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<WebhookView>), Problem> {
    let mut read = body.read();
    read.require("url");
    read.require("events");
    let sent = Read::of(&app, &mut read);
    read.finish()?;
    let id = app.store.new_id().to_string();
    let (_, secret) = app.sealed.new_secret(&app.store, &id);
    let own = sent.headers.unwrap_or_default();
    let new = NewWebhook {
        url: sent.url.unwrap_or_default(),
        description: sent.description.unwrap_or_default(),
        secret,
        headers: app.sealed.headers(&app.store, &id, &own),
        filters: sent.filters.unwrap_or_default(),
        paused: sent.paused.unwrap_or_default(),
        concurrency: sent.concurrency.unwrap_or(CONCURRENCY),
        subscriptions: sent.subscriptions.unwrap_or_default(),
        created_by: Some(caller.key_id),
        id,
    };
    let made = app.store.create_webhook(new).await?;
    Ok((
        StatusCode::CREATED,
        Json(WebhookView::of(made, &app.sealed)?),
    ))
}

/// Read a webhook
#[utoipa::path(
    get,
    path = "/v1/webhooks/{webhookId}",
    tag = "Webhooks",
    operation_id = "getWebhook",
    params(("webhookId" = String, Path, description = "Id of the webhook.")),
    responses(
        (status = 200, description = "The webhook.", body = WebhookView),
        (status = 404, description = "There is no such webhook.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<WebhookView>, Problem> {
    let webhook = app.store.webhook(&id).await?;
    Ok(Json(WebhookView::of(webhook, &app.sealed)?))
}

/// Change a webhook
///
/// What is not sent stays. `events` and `agents` together take the place of all it gets. `enabled: true` sends to one again that
/// was disabled: what waited for it is due at once; `enabled: false` disables it.
#[utoipa::path(
    patch,
    path = "/v1/webhooks/{webhookId}",
    tag = "Webhooks",
    operation_id = "changeWebhook",
    params(("webhookId" = String, Path, description = "Id of the webhook.")),
    request_body = WebhookBody,
    responses(
        (status = 200, description = "The webhook as it is now.", body = WebhookView),
        (status = 404, description = "There is no such webhook or agent.", body = Details,
            content_type = "application/problem+json"),
        (status = 409, description = "Another webhook has the address.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<WebhookView>, Problem> {
    let mut read = body.read();
    let sent = Read::of(&app, &mut read);
    let enabled = read.flag("enabled");
    read.finish()?;
    let own = sent.headers;
    let patch = WebhookPatch {
        url: sent.url,
        description: sent.description,
        headers: own.map(|own| app.sealed.headers(&app.store, &id, &own)),
        filters: sent.filters,
        paused: sent.paused,
        disabled: enabled.map(|enabled| (!enabled).then(|| "Disabled by hand.".to_owned())),
        concurrency: sent.concurrency,
        subscriptions: sent.subscriptions,
    };
    let changed = app.store.patch_webhook(&id, patch).await?;
    app.wake.now();
    Ok(Json(WebhookView::of(changed, &app.sealed)?))
}

/// Delete a webhook
///
/// With its subscriptions, and all that was or would have been delivered to it.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{webhookId}",
    tag = "Webhooks",
    operation_id = "deleteWebhook",
    params(("webhookId" = String, Path, description = "Id of the webhook.")),
    responses(
        (status = 204, description = "It is deleted."),
        (status = 404, description = "There is no such webhook.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.store.delete_webhook(&id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test event
///
/// Whatever the webhook is subscribed to. The answer is the delivery; what came of it stands there a moment later.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhookId}/test",
    tag = "Webhooks",
    operation_id = "testWebhook",
    params(("webhookId" = String, Path, description = "Id of the webhook.")),
    responses(
        (status = 202, description = "The delivery.", body = DeliveryView),
        (status = 404, description = "There is no such webhook.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "The webhook is disabled or paused.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn test(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    let payload = json!({ "message": "A test event.", "sentAt": instant(app.store.now()) });
    let delivery = app.store.send_test(&id, payload).await?;
    app.wake.now();
    Ok((
        StatusCode::ACCEPTED,
        Json(DeliveryView::new(delivery, None)),
    ))
}

/// Which deliveries are to be sent again.
#[derive(ToSchema)]
#[schema(as = Replay, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct ReplayBody {
    /// Those too that arrived; without, only what was given up.
    delivered: Option<bool>,
    /// Written at this instant or later.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Written at this instant or earlier.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
}

/// How many deliveries are sent again.
#[derive(Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// Deliveries.
    replayed: u64,
}

/// Send deliveries again
///
/// All that was given up, or all of a time, each under its id and with a whole schedule before it.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhookId}/replay",
    tag = "Webhooks",
    operation_id = "replayWebhook",
    params(("webhookId" = String, Path, description = "Id of the webhook.")),
    request_body(content = Option<ReplayBody>, content_type = "application/json"),
    responses(
        (status = 202, description = "They are due.", body = Replayed),
        (status = 404, description = "There is no such webhook.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn replay(
    State(app): State<App>,
    Path(id): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<Replayed>), Problem> {
    let mut read = body.read();
    let replay = Replay {
        delivered: read.flag("delivered").unwrap_or_default(),
        from: read.instant("from"),
        to: read.instant("to"),
    };
    read.finish()?;
    let replayed = app.store.replay(&id, &replay).await?;
    app.wake.now();
    Ok((StatusCode::ACCEPTED, Json(Replayed { replayed })))
}
