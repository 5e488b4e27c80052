//! `GET /disposition-metric-templates`: metrics to start from.

use axum::Router;
use axum::routing::get;
use serde::Serialize;

use super::error::AtomsError;
use super::reply::Success;
use super::template_library::{LIBRARY, Template};
use crate::App;

/// A template on the wire. The original has no `choices`; without them an ENUM could not be used.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateDocument {
    identifier: &'static str,
    disposition_metric_prompt: &'static str,
    disposition_metric_type: aftercall_core::MetricType,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    choices: &'static [&'static str],
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/disposition-metric-templates", get(list))
}

async fn list() -> Result<Success<Vec<TemplateDocument>>, AtomsError> {
    Ok(Success::ok(LIBRARY.iter().map(document).collect()))
}

fn document(template: &Template) -> TemplateDocument {
    TemplateDocument {
        identifier: template.identifier,
        disposition_metric_prompt: template.prompt,
        disposition_metric_type: template.kind,
        choices: template.choices,
    }
}
