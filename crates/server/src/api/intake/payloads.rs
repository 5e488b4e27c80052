//! What platforms sent of a call, as it came.

use aftercall_store::intake::KeptPayload;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::api::path::Path;
use crate::api::problem::{Details, Problem};
use crate::text::instant;

/// Payloads of a reply, which may each be as large as a call.
const MOST: u64 = 20;

/// A payload as it came.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IntakePayload)]
pub(crate) struct PayloadView {
    /// 24 hexadecimal digits.
    id: String,
    /// Name of the source.
    source: String,
    /// The body.
    body: String,
    /// When it came.
    #[schema(format = DateTime)]
    created_at: String,
}

/// The payloads of a call.
#[derive(Serialize, ToSchema)]
#[schema(as = IntakePayloads)]
pub(crate) struct PayloadList {
    /// The newest 20, the newest first.
    payloads: Vec<PayloadView>,
}

impl From<KeptPayload> for PayloadView {
    fn from(payload: KeptPayload) -> Self {
        Self {
            created_at: instant(payload.created_at),
            id: payload.id,
            source: payload.source,
            body: payload.body,
        }
    }
}

/// List a call's payloads
///
/// As platforms sent them, for as long as `intake.keep_payloads_days` has them kept. An admin's key is needed: a body holds whatever the
/// platform puts into it.
#[utoipa::path(
    get,
    path = "/v1/calls/{callId}/payloads",
    tag = "Intake",
    operation_id = "listIntakePayloads",
    params(("callId" = String, Path, description = "`callId` of the call.")),
    responses(
        (status = 200, description = "The payloads.", body = PayloadList),
        (status = 404, description = "There is no such call.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    Path(call_id): Path<String>,
) -> Result<Json<PayloadList>, Problem> {
    let found = app.store.payloads(&call_id, MOST).await?;
    let payloads = found.into_iter().map(PayloadView::from).collect();
    Ok(Json(PayloadList { payloads }))
}
