//! Agents, calls and analyses to test with.

use aftercall_core::{
    Analysis, Answer, Call, Metric, MetricType, Provenance, Status, Usage, Value,
};
use aftercall_store::analyses::{AnalysisStatus, NewAnalysis};
use aftercall_store::calls::{Accepted, NewCall, Rejected};
use aftercall_store::jobs::Lease;
use aftercall_store::{Agent, NewAgent, Store};
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};

/// How long the tests' leases hold.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// An agent whose calls go to the internal model.
pub(crate) async fn agent(store: &Store) -> Agent {
    agent_with(store, json!({})).await
}

/// An agent with that config.
pub(crate) async fn agent_with(store: &Store, config: Json) -> Agent {
    let new = NewAgent {
        name: "agent".to_owned(),
        description: None,
        document: Map::new(),
        workflow_type: "single_prompt".to_owned(),
        config: object(config),
        created_by: None,
    };
    store.create_agent(new).await.unwrap()
}

/// An agent whose calls go to a slot of its own, and the slot's name.
pub(crate) async fn agent_of_slot(store: &Store, model: &str) -> (Agent, String) {
    let config = json!({
        "slmModel": model,
        "postCallAnalyticsConfig": {"dispositionMetrics": [], "useInternalAnalyticsModel": false},
    });
    (agent_with(store, config).await, format!("agent:{model}"))
}

/// A call file as it comes in, its `extra`, `versionId` and `isTest` taken out.
pub(crate) fn new_call(agent: &Agent, mut file: Json) -> NewCall {
    if file["transcript"].is_null() {
        file["transcript"] = json!([{"role": "user", "content": "hello"}]);
    }
    let extra = file["extra"].take();
    NewCall {
        agent_id: agent.id.clone(),
        revision_id: file["versionId"].as_str().map(str::to_owned),
        extra: if extra.is_null() {
            Map::new()
        } else {
            object(extra)
        },
        is_test: file["isTest"].as_bool().unwrap_or_default(),
        call: aftercall_core::parse_call(&file).unwrap(),
    }
}

/// Takes a call.
pub(crate) async fn send(store: &Store, agent: &Agent, file: Json) -> Result<Accepted, Rejected> {
    store.accept_call(new_call(agent, file)).await.unwrap()
}

/// Takes a finished call of that id.
pub(crate) async fn sent(store: &Store, agent: &Agent, call_id: &str) -> Accepted {
    send(store, agent, json!({"callId": call_id}))
        .await
        .unwrap()
}

/// Claims the one job that is due for a slot.
pub(crate) async fn claim_one(store: &Store, slot: &str) -> Lease {
    let mut leases = claim(store, slot, 1).await;
    assert_eq!(leases.len(), 1, "one job is due for {slot}");
    leases.remove(0)
}

/// Claims jobs of a slot.
pub(crate) async fn claim(store: &Store, slot: &str, limit: u64) -> Vec<Lease> {
    let slots = [slot.to_owned()];
    store.claim(&slots, "w", limit, LEASE, None).await.unwrap()
}

/// An analysis with these answers; `null` is one that the call does not mention.
pub(crate) fn analysis(call: &Call, answers: Json) -> NewAnalysis {
    let (metrics, answers) = object(answers)
        .into_iter()
        .map(|(identifier, value)| answered(&identifier, &value))
        .unzip();
    NewAnalysis {
        analysis: Analysis {
            call_id: call.call_id.clone(),
            summary: "What happened.".to_owned(),
            disposition_metrics: answers,
            success_metrics: Vec::new(),
            provenance: Provenance {
                model: Some("test".to_owned()),
                model_sha256: None,
                endpoint: None,
                confidence_source: aftercall_core::ConfidenceSource::Calibrated,
                prompt_revision: "1".to_owned(),
                calibration: "none".to_owned(),
                transcript_sha256: call.transcript_sha256(),
                windows: 1,
                truncated: false,
                withheld: Vec::new(),
                others: Vec::new(),
                usage: Usage {
                    milliseconds: 12,
                    ..Usage::default()
                },
            },
        },
        metrics,
        revision_id: None,
        status: AnalysisStatus::Completed,
        reason: None,
    }
}

/// A failed analysis.
pub(crate) fn failed(call: &Call, reason: &str) -> NewAnalysis {
    NewAnalysis {
        status: AnalysisStatus::Failed,
        reason: Some(reason.to_owned()),
        ..analysis(call, json!({}))
    }
}

/// Claims the call's job of a slot and finishes it with these answers.
pub(crate) async fn finish(store: &Store, slot: &str, answers: Json) {
    let lease = claim_one(store, slot).await;
    let work = store.work(&lease).await.unwrap();
    let stored = store
        .finish_analysis(&lease, analysis(&work.call, answers))
        .await
        .unwrap();
    assert!(stored.is_some());
}

/// A metric with its answer. A list is the value and its confidence; a text with a `T` is a DATETIME, one in capitals a choice.
fn answered(identifier: &str, value: &Json) -> (Metric, Answer) {
    let (value, confidence) = match value.as_array() {
        Some(pair) => (&pair[0], pair[1].as_f64().unwrap()),
        None => (value, 0.9),
    };
    let (kind, value) = match value {
        Json::Bool(value) => (MetricType::Boolean, Some(Value::Boolean(*value))),
        Json::Number(value) => (MetricType::Integer, value.as_i64().map(Value::Integer)),
        Json::String(text) if text.parse::<jiff::Timestamp>().is_ok() => {
            (MetricType::Datetime, Some(Value::Text(text.clone())))
        }
        Json::String(text) => (MetricType::String, Some(Value::Text(text.clone()))),
        _ => (MetricType::String, None),
    };
    let metric = Metric {
        identifier: identifier.to_owned(),
        prompt: "?".to_owned(),
        kind,
        choices: Vec::new(),
    };
    let status = match value {
        Some(_) => Status::Answered,
        None => Status::NotMentioned,
    };
    let answer = Answer {
        value,
        confidence,
        ..Answer::empty(&metric, status, "because")
    };
    (metric, answer)
}

fn object(json: Json) -> Map<String, Json> {
    json.as_object().cloned().unwrap()
}
