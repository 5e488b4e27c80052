//! The models of this process: who answers in which slot, and whether they answer at all.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::path::Path;
use super::problem::{Details, Problem};
use super::problem_kind::Kind;
use crate::App;
use crate::worker::{AnalyseError, EndpointState, SlotState};

/// What a model is asked by a test.
const QUESTION: &str = "Answer with the word ready.";

/// Slots and endpoints of this process. One that only serves has none: its calls are analysed by others.
#[derive(Serialize, ToSchema)]
#[schema(as = Models)]
pub(crate) struct ModelsView {
    /// `internal`, `reasoning`, and those of agents' own models that are set up by name.
    slots: Vec<SlotState>,
    /// The models.
    endpoints: Vec<EndpointState>,
}

/// What a test of an endpoint gave.
#[derive(Serialize, ToSchema)]
#[schema(as = ModelTest)]
pub(crate) struct TestView {
    /// Whether it answered.
    ok: bool,
    /// How long that took, the wait in line included.
    milliseconds: u64,
    /// Why it did not.
    error: Option<String>,
}

/// List models
#[utoipa::path(
    get,
    path = "/v1/models",
    tag = "Models",
    operation_id = "listModels",
    responses((status = 200, description = "Slots and endpoints.", body = ModelsView)),
)]
pub(crate) async fn list(State(app): State<App>) -> Json<ModelsView> {
    Json(ModelsView {
        slots: app.analysts.slots(),
        endpoints: app.analysts.states(),
    })
}

/// Test a model
///
/// It is asked one short question.
#[utoipa::path(
    post,
    path = "/v1/models/{endpoint}/test",
    tag = "Models",
    operation_id = "testModel",
    params(("endpoint" = String, Path, description = "Name of the endpoint.")),
    responses(
        (status = 200, description = "Whether it answered.", body = TestView),
        (status = 404, description = "There is no such endpoint in this process.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn test(
    State(app): State<App>,
    Path(endpoint): Path<String>,
) -> Result<Json<TestView>, Problem> {
    let began = Instant::now();
    let error = match app.analysts.ask(&endpoint, QUESTION.to_owned()).await {
        Ok(_) => None,
        Err(error @ AnalyseError::NoEndpoint(_)) => {
            return Err(Problem::new(Kind::NotFound, error.to_string()));
        }
        Err(error) => Some(error.to_string()),
    };
    Ok(Json(TestView {
        ok: error.is_none(),
        milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        error,
    }))
}
