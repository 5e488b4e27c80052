//! Whole analyses with a real model in a real child process.
//!
//! Tests that need the model are ignored unless asked for: `make test` fetches the model and asks for them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod kills;
mod long_call;
mod remote;
mod values;

use std::path::PathBuf;
use std::process::Command;

use aftercall_analyst::{Analyst, Calibration, ModelIdentity, Settings};
use aftercall_core::{Call, Metric, MetricType, Role, Turn};
use aftercall_engine::{Engine, EngineConfig};

/// The program of `examples/analyst_child.rs`, which cargo builds beside the tests.
fn child() -> Command {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("analyst_child{}", std::env::consts::EXE_SUFFIX));
    Command::new(path)
}

/// The small model: from `AFTERCALL_TEST_MODEL`, else from where `aftercall model pull` puts it.
fn model() -> PathBuf {
    if let Some(path) = std::env::var_os("AFTERCALL_TEST_MODEL") {
        return path.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"),
        PathBuf::from,
    );
    cache.join("aftercall/models/smollm2-135m-instruct-q4_1.gguf")
}

fn analyst(context_tokens: u32) -> Analyst {
    let mut config = EngineConfig::new(model());
    config.context_tokens = Some(context_tokens);
    config.gpu_layers = 0;
    let engine = Engine::start(config, child).unwrap();
    let identity = ModelIdentity {
        name: "smollm2-135m-instruct-q4_1".into(),
        sha256: None,
    };
    Analyst::new(
        engine,
        identity,
        Calibration::default(),
        Settings::default(),
    )
}

fn metric(identifier: &str, kind: MetricType, prompt: &str, choices: &[&str]) -> Metric {
    Metric {
        identifier: identifier.into(),
        prompt: prompt.into(),
        kind,
        choices: choices.iter().map(ToString::to_string).collect(),
    }
}

/// One metric of every type.
fn metrics() -> Vec<Metric> {
    vec![
        metric(
            "resolved",
            MetricType::Boolean,
            "Was the issue resolved?",
            &[],
        ),
        metric(
            "outcome",
            MetricType::Enum,
            "How did the call end?",
            &["solved", "escalated", "open"],
        ),
        metric(
            "people",
            MetricType::Integer,
            "How many people were named?",
            &[],
        ),
        metric(
            "callback",
            MetricType::Datetime,
            "When will the agent call back?",
            &[],
        ),
        metric(
            "product",
            MetricType::String,
            "Which product is it about?",
            &[],
        ),
    ]
}

fn call(turns: &[(&str, &str)]) -> Call {
    Call::from_turns(
        turns
            .iter()
            .map(|(role, content)| Turn {
                role: Role::from_name(role),
                content: (*content).into(),
                start: None,
                end: None,
            })
            .collect(),
    )
}
