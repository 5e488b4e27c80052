//! Metrics are tried on calls before they are saved.

use std::convert::Infallible;

use aftercall_analyst::without_transcript;
use aftercall_core::{
    Call, PostCallConfig, Problem as Broken, Slot, agent_config::POST_CALL_ANALYTICS,
    parse_transcript_text,
};
use axum::body::Body as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

use super::analysis_views::FindingsView;
use super::body::{Body, Reader};
use super::path::Path;
use super::problem::{Details, Problem};
use super::problem_kind::Kind;
use crate::App;
use crate::worker::{AnalyseError, Urgency, agent_zone};

/// Calls of one trial.
const MAX_CALLS: usize = 20;
/// Fields of the body that are a part of the configuration.
const CONFIG: [&str; 3] = [
    "dispositionMetrics",
    "useInternalAnalyticsModel",
    "useReasoningModel",
];

/// What to try.
#[derive(ToSchema)]
#[schema(as = Trial, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct TrialBody {
    /// The metrics, as an agent's configuration has them.
    #[schema(value_type = Vec<Object>)]
    disposition_metrics: Vec<Json>,
    /// Whether the internal model answers and not the agent's own; so it is without.
    use_internal_analytics_model: Option<bool>,
    /// Whether the reasoning model answers.
    use_reasoning_model: Option<bool>,
    /// `callId`s of calls to try them on; either these or `transcript`.
    #[schema(max_items = 20)]
    call_ids: Option<Vec<String>>,
    /// What was said, a turn a line, such as `agent: Hello.`
    transcript: Option<String>,
}

/// What one call gave.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TrialResult)]
pub(crate) struct TrialView {
    /// The call; null for a transcript.
    call_id: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<FindingsView>,
    /// Why nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What is asked of each call.
struct Trial {
    app: App,
    config: PostCallConfig,
    slot: Slot,
    zone: Option<String>,
}

/// Try metrics
///
/// Metrics that need not be saved are asked of up to 20 calls, or of a transcript. The answer is a stream, a line as soon as a
/// call is analysed. Nothing is stored, and nobody is told.
#[utoipa::path(
    post,
    path = "/v1/agents/{agentId}/try",
    tag = "Metrics",
    operation_id = "tryMetrics",
    params(("agentId" = String, Path, description = "Id of the agent: its time zone and its own model are used.")),
    request_body = TrialBody,
    responses(
        (status = 200, description = "A line a call, in their order.", body = TrialView, content_type = "application/x-ndjson"),
        (status = 404, description = "There is no such agent.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "This server has no model for it.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    Path(agent_id): Path<String>,
    body: Body,
) -> Result<Response, Problem> {
    let mut read = body.read();
    let config = config(&mut read);
    let subjects = subjects(&mut read);
    read.finish()?;
    // `finish` lets nothing through that is not there.
    let Some(config) = config else {
        return Err(Problem::new(Kind::Internal, "a trial without metrics"));
    };
    let agent = app.store.active_revision(&agent_id).await?.config;
    let slot = config.slot(agent.get("slmModel").and_then(Json::as_str));
    if !app.analysts.is_configured(&slot.name()) {
        let error = AnalyseError::NotConfigured(slot.name());
        return Err(Problem::new(Kind::Conflict, error.to_string()));
    }
    let trial = Trial {
        zone: agent_zone(&agent),
        app,
        config,
        slot,
    };
    // Who goes away ends it: a call is begun when its line is asked for.
    let lines = stream::unfold((trial, subjects.into_iter()), |(trial, mut left)| async {
        let view = trial.one(left.next()?).await;
        let mut line = serde_json::to_vec(&view).unwrap_or_default();
        line.push(b'\n');
        Some((Ok::<_, Infallible>(Bytes::from(line)), (trial, left)))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Answer::from_stream(lines)).into_response())
}

/// What the metrics are asked of.
enum Subject {
    Stored(String),
    Written(Box<Call>),
}

impl Trial {
    async fn one(&self, subject: Subject) -> TrialView {
        let (call_id, call) = match subject {
            Subject::Written(call) => (None, Ok(*call)),
            Subject::Stored(id) => {
                let found = self.app.store.call(&id).await;
                (Some(id), found.map(|found| found.to_call()))
            }
        };
        let found = match call {
            Ok(call) => self.ask(call).await.map_err(|error| error.to_string()),
            Err(error) => Err(Problem::from(error).into_detail()),
        };
        let (result, error) = match found {
            Ok(findings) => (Some(findings), None),
            Err(error) => (None, Some(error)),
        };
        TrialView {
            call_id,
            result,
            error,
        }
    }

    async fn ask(&self, mut call: Call) -> Result<FindingsView, AnalyseError> {
        if call.timezone.is_none() {
            call.timezone.clone_from(&self.zone);
        }
        let metrics = self.config.metrics.clone();
        let analysis = match without_transcript(&call, &metrics) {
            Some(analysis) => analysis,
            None => {
                let analysts = &self.app.analysts;
                analysts
                    .analyze(&self.slot, call, metrics, Urgency::Now)
                    .await?
            }
        };
        Ok(analysis.into())
    }
}

fn config(read: &mut Reader<'_>) -> Option<PostCallConfig> {
    read.require("dispositionMetrics");
    let fields = CONFIG.into_iter().filter_map(|name| {
        let value = read.json(name)?.clone();
        Some((name.to_owned(), value))
    });
    let fields: Map<String, Json> = fields.collect();
    if !fields.contains_key("dispositionMetrics") {
        return None;
    }
    let whole = Map::from_iter([(POST_CALL_ANALYTICS.to_owned(), Json::Object(fields))]);
    match PostCallConfig::of(&whole) {
        Ok(config) => Some(config),
        Err(problems) => {
            let mount = format!("{POST_CALL_ANALYTICS}.");
            read.add(problems.into_iter().map(|mut problem| {
                if let Some(field) = problem.field.strip_prefix(&mount) {
                    problem.field = field.to_owned();
                }
                problem
            }));
            None
        }
    }
}

fn subjects(read: &mut Reader<'_>) -> Vec<Subject> {
    let ids = read.texts("callIds", MAX_CALLS);
    let text = read.json("transcript").cloned();
    match (ids, text) {
        (Some(ids), None) if !ids.is_empty() => ids.into_iter().map(Subject::Stored).collect(),
        (None, Some(Json::String(text))) => match parse_transcript_text(&text) {
            Ok(turns) => vec![Subject::Written(Box::new(Call::from_turns(turns)))],
            Err(problems) => {
                read.add(problems);
                Vec::new()
            }
        },
        (None, Some(other)) => {
            let rule = "must be a text";
            read.add([Broken::new("transcript", Some(&other), rule)]);
            Vec::new()
        }
        (ids, _) => {
            let rule = "must have at least one id, unless there is a transcript; not both";
            read.add([Broken::new(
                "callIds",
                ids.map(|ids| json!(ids)).as_ref(),
                rule,
            )]);
            Vec::new()
        }
    }
}
