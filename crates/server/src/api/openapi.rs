//! The description of our own API, OpenAPI 3.1, made from the code of its routes.

use std::sync::OnceLock;

use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::{Map, Value as Json, json};
use utoipa::OpenApi;

use super::problem::MEDIA_TYPE;
use super::problem_kind::Kind;

/// Statuses that any route with a key may answer.
const OF_ALL: [u16; 5] = [401, 403, 429, 500, 503];
/// Statuses of routes that read something from the path, the query or the body.
const OF_INPUT: [u16; 2] = [400, 422];
/// Statuses of routes that read a body.
const OF_BODY: [u16; 2] = [408, 413];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Aftercall",
        description = "Calls in, analyses out. Every request needs a key, sent as `Authorization: Bearer sk_…`. Errors are \
                       problem details after RFC 9457. Instants are RFC 3339 in UTC. Every answer has the header \
                       `x-request-id`, taken from the request where it has one.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "Calls", description = "Finished calls, what was said in them, and what their analyses found."),
        (name = "Intake", description = "Calls as other platforms send them."),
        (name = "Exports", description = "Calls and answers as files."),
        (name = "Statistics", description = "How many calls there were and what was answered, over time."),
        (name = "Webhooks", description = "Where results are sent, what is sent there, and what became of it."),
        (name = "Jobs", description = "Analyses that wait, run, or failed."),
        (name = "Metrics", description = "Lists of metrics before they are saved."),
        (name = "Models", description = "What answers."),
        (name = "Usage", description = "What analyses cost."),
        (name = "Keys", description = "Who may ask, and what. Every route here asks for the role admin."),
        (name = "Session", description = "A browser's cookie in place of a key. What is not GET or HEAD asks for the header \
                                          `X-CSRF-Token` then."),
    ),
)]
struct Frame;

/// The description without routes. Its version is that of the program.
pub(super) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// The whole description as JSON.
#[must_use]
pub fn openapi() -> Json {
    let (_, described) = super::described().split_for_parts();
    let mut document = serde_json::to_value(described).unwrap_or_default();
    document["security"] = json!([{ "key": [] }]);
    document["components"]["securitySchemes"] =
        json!({ "key": { "type": "http", "scheme": "bearer" } });
    let common = OF_ALL.iter().chain(&OF_INPUT).chain(&OF_BODY);
    let responses: Map<String, Json> = common
        .map(|status| (name_of(*status).to_owned(), response(*status)))
        .collect();
    document["components"]["responses"] = Json::Object(responses);
    if let Some(paths) = document["paths"].as_object_mut() {
        let operations = paths
            .values_mut()
            .filter_map(Json::as_object_mut)
            .flat_map(Map::values_mut);
        for operation in operations {
            complete(operation);
        }
    }
    // These are refused with a field that they do not have.
    for name in ["NewAnalysis", "NewKey"] {
        document["components"]["schemas"][name]["additionalProperties"] = false.into();
    }
    for path in [
        "/v1/calls",
        "/v1/export",
        "/v1/statistics/calls",
        "/v1/statistics/metrics",
    ] {
        add_metric_filters(&mut document["paths"][path]["get"]["parameters"]);
    }
    document
}

/// Adds to a route what every route of its kind may answer.
fn complete(operation: &mut Json) {
    let has_body = operation.get("requestBody").is_some();
    let has_input = has_body || operation.get("parameters").is_some();
    let mut statuses = OF_ALL.to_vec();
    if has_input {
        statuses.extend(OF_INPUT);
    }
    if has_body {
        statuses.extend(OF_BODY);
    }
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for status in statuses {
        let reference = json!({ "$ref": format!("#/components/responses/{}", name_of(status)) });
        responses.entry(status.to_string()).or_insert(reference);
    }
    responses.sort_keys();
}

/// The name of a common response.
fn name_of(status: u16) -> &'static str {
    match status {
        400 => "Malformed",
        401 => "NoKey",
        403 => "NotAllowed",
        408 => "TooSlow",
        413 => "TooLong",
        422 => "Invalid",
        429 => "TooMany",
        503 => "Busy",
        _ => "Failed",
    }
}

fn response(status: u16) -> Json {
    let mut kinds = Kind::ALL.iter().map(|kind| kind.told());
    let title = kinds
        .find(|(_, _, of, _)| of.as_u16() == status)
        .map(|(_, title, _, _)| title);
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    let mut response = json!({
        "description": format!("{}.", title.unwrap_or_default()),
        "content": { MEDIA_TYPE: { "schema": schema } },
    });
    if matches!(status, 429 | 503) {
        let seconds = json!({ "type": "integer", "minimum": 1 });
        let header =
            json!({ "description": "Seconds to wait.", "required": true, "schema": seconds });
        response["headers"] = json!({ "retry-after": header });
    }
    response
}

/// The filters on metrics. Their names hold the metric's identifier, so they are described as an object whose fields stand in
/// the query one by one.
fn add_metric_filters(parameters: &mut Json) {
    let Some(parameters) = parameters.as_array_mut() else {
        return;
    };
    let operators = "ne|in|lt|lte|gt|gte|missing|status|confidence\\.(lt|lte|gt|gte)";
    parameters.push(json!({
        "name": "metric",
        "in": "query",
        "required": false,
        "style": "form",
        "explode": true,
        "description": "Filters on what the current analysis answered, as `metric.IDENTIFIER=VALUE` or \
            `metric.IDENTIFIER.OPERATOR=VALUE`, each a name of its own in the query; calls that pass all of them are taken. \
            Without an operator the answer must be the value. `ne`: answered, with another value. `in`: one of several, \
            separated by commas. `lt`, `lte`, `gt`, `gte`: an INTEGER, or a DATETIME in RFC 3339. `missing`: `true` where \
            there is no answer. `status`: `answered`, `not_mentioned` or `failed`. `confidence.lt` and its like: a number \
            from 0 to 1. So `metric.call_outcome=escalated&metric.csat.lt=3`. At most 20.",
        "schema": {
            "type": "object",
            "propertyNames": { "pattern": format!("^metric\\.[a-z0-9_]{{1,128}}(\\.({operators}))?$") },
            "additionalProperties": { "type": "string" },
            "maxProperties": 20,
        },
    }));
}

/// The description as it is sent; it is made once.
pub(super) fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| openapi().to_string())
}

/// Answers with the description.
pub(super) async fn json() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_tells_of_keys_and_every_reference_leads_somewhere() {
        let document = openapi();
        assert_eq!(document["openapi"], "3.1.0");
        let mut operations = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                operations += 1;
                assert!(operation["operationId"].is_string(), "{method} {path}");
                assert!(operation["summary"].is_string(), "{method} {path}");
                for status in OF_ALL {
                    let response = &operation["responses"][status.to_string()];
                    assert!(response.is_object(), "{method} {path} {status}");
                }
            }
        }
        assert_ne!(operations, 0);
        let mut left = vec![&document];
        while let Some(value) = left.pop() {
            if let Some(reference) = value.get("$ref").and_then(Json::as_str) {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            match value {
                Json::Array(items) => left.extend(items),
                Json::Object(fields) => left.extend(fields.values()),
                _ => {}
            }
        }
    }
}
