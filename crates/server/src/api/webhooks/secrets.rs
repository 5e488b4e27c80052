//! The secret of a webhook is read and replaced, by admins.

use aftercall_delivery::sign;
use aftercall_store::webhooks::Webhook;
use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::closed;
use crate::App;
use crate::api::body::Body;
use crate::api::path::Path;
use crate::api::problem::{Details, Problem};
use crate::deliveries::Sealed;
use crate::text::instant;

/// The longest time that an old secret goes on signing, in hours.
const MAX_HOURS: u64 = 24 * 30;

/// The secrets of a webhook.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretView {
    /// 64 hexadecimal digits. As this text it is the key of `X-Signature`.
    secret: String,
    /// The same secret as libraries of Standard Webhooks take it: `whsec_` and Base64.
    standard: String,
    /// Secrets that sign `webhook-signature` beside it for a while.
    previous: Vec<PreviousSecret>,
}

/// A secret that was replaced.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviousSecret {
    secret: String,
    standard: String,
    /// When it stops signing.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl SecretView {
    fn of(webhook: &Webhook, sealed: &Sealed) -> Result<Self, Problem> {
        let secrets = sealed.secrets(webhook).map_err(|error| closed(&error))?;
        let mut all = secrets.into_iter().zip(&webhook.secrets);
        let newest = all.next().map(|(secret, _)| secret).unwrap_or_default();
        let previous = all.map(|(secret, row)| PreviousSecret {
            standard: sign::standard_form(&secret),
            secret,
            expires_at: row.expires_at.map(instant),
        });
        Ok(Self {
            standard: sign::standard_form(&newest),
            previous: previous.collect(),
            secret: newest,
        })
    }
}

/// Read a webhook's secret
#[utoipa::path(
    get,
    path = "/v1/webhooks/{webhookId}/secret",
    tag = "Webhooks",
    operation_id = "getWebhookSecret",
    params(("webhookId" = String, Path, description = "Id of the webhook.")),
    responses(
        (status = 200, description = "The secret.", body = SecretView),
        (status = 404, description = "There is no such webhook.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn secret(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<SecretView>, Problem> {
    let webhook = app.store.webhook(&id).await?;
    Ok(Json(SecretView::of(&webhook, &app.sealed)?))
}

/// For how long the old secret goes on signing.
#[derive(ToSchema)]
#[schema(as = Rotation, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct RotationBody {
    /// Hours; 0 ends it at once. Without, as the server is set up: 24.
    #[schema(minimum = 0, maximum = 720)]
    hours: Option<u64>,
}

/// Replace a webhook's secret
///
/// The new one signs from now on. In `webhook-signature` the old one signs beside it for some hours, so that the receiver can be
/// given the new one without a gap; `X-Signature` has room for the new one alone.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhookId}/rotate",
    tag = "Webhooks",
    operation_id = "rotateWebhookSecret",
    params(("webhookId" = String, Path, description = "Id of the webhook.")),
    request_body(content = Option<RotationBody>, content_type = "application/json"),
    responses(
        (status = 200, description = "The secrets as they are now.", body = SecretView),
        (status = 404, description = "There is no such webhook.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<SecretView>, Problem> {
    let mut read = body.read();
    let hours = read.whole("hours", 0..=MAX_HOURS);
    read.finish()?;
    let hours = hours.map_or(
        i64::from(app.settings.delivery.rotation_hours),
        u64::cast_signed,
    );
    let (_, sealed) = app.sealed.new_secret(&app.store, &id);
    let until = app
        .store
        .now()
        .saturating_add(SignedDuration::from_hours(hours));
    let until = until.unwrap_or(jiff::Timestamp::MAX);
    let webhook = app.store.rotate_secret(&id, sealed, until).await?;
    Ok(Json(SecretView::of(&webhook, &app.sealed)?))
}
