//! The engine on a real model, in a real child process.
//!
//! Tests that need the model are ignored unless asked for: `make test` fetches the model and asks for them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod files;
mod questions;
mod recovery;

use std::path::PathBuf;
use std::process::Command;

use aftercall_engine::{Closed, Engine, EngineConfig, Grammar, Open, Segment};

/// The program of `examples/child.rs`, which cargo builds beside the tests.
fn child() -> Command {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("child{}", std::env::consts::EXE_SUFFIX));
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

fn config() -> EngineConfig {
    let mut config = EngineConfig::new(model());
    config.context_tokens = Some(1024);
    config.gpu_layers = 0;
    config
}

fn engine() -> Engine {
    Engine::start(config(), child).unwrap()
}

fn plain(text: &str) -> Vec<Segment> {
    vec![Segment::plain(text)]
}

fn closed(lead: &str, choices: &[&str]) -> Closed {
    Closed {
        lead: plain(lead),
        choices: choices.iter().map(ToString::to_string).collect(),
    }
}

fn open(lead: &str, regex: &str, max_tokens: u32) -> Open {
    Open {
        lead: plain(lead),
        grammar: Grammar::Regex(regex.into()),
        max_tokens,
    }
}

const CALL: &str = "Agent: Good morning, how can I help?\nCustomer: My parcel number 77 has not come.\nAgent: I am sorry. I sent a new one.";
