//! `aftercall serve --samples DIR`: an agent and calls to look at, and a key to look at them with.

use std::path::Path;
use std::time::Duration;

use aftercall_core::agent_config::{POST_CALL_ANALYTICS, created};
use aftercall_store::calls::NewCall;
use aftercall_store::jobs::JobState;
use aftercall_store::{AgentFilter, NewAgent, Role, Store};
use anyhow::Context as _;
use serde_json::{Map, json};

use crate::analyze::{inputs, reader};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::serve::say;
use crate::{metrics, terminal};

/// The sample agent's name.
const AGENT: &str = "Brindlewick Energy (sample)";
/// Of the program's own keys the one that is made anew at every start with samples.
const KEY: &str = "samples";
/// Between two looks at the jobs.
const PERIOD: Duration = Duration::from_millis(500);

/// Takes in the samples and prints what to try.
pub(crate) async fn take_in(store: &Store, folder: &Path, address: &str) -> Result<(), Failure> {
    let agent_id = match find_agent(store).await? {
        Some(id) => id,
        None => make_agent(store, folder).await?,
    };
    let calls = send_calls(store, folder, &agent_id).await?;
    let key = make_key(store).await?;
    let calls = terminal::count(calls, "call");
    say(&format!(
        "Sample agent {agent_id} with {calls}. To try, in another terminal:\n\n  \
         export AFTERCALL_KEY={key}\n  \
         export AGENT={agent_id}\n  \
         curl -s -H \"Authorization: Bearer $AFTERCALL_KEY\" {address}/v1/calls\n"
    ));
    Ok(())
}

/// Tells once no job waits any more.
pub(crate) async fn tell_when_done(store: Store) {
    loop {
        tokio::time::sleep(PERIOD).await;
        let Ok(counts) = store.job_counts().await else {
            continue;
        };
        let open = |state| matches!(state, JobState::Queued | JobState::Running);
        if !counts.iter().any(|count| open(count.state)) {
            say("Every call is analysed");
            return;
        }
    }
}

async fn find_agent(store: &Store) -> Result<Option<String>, Failure> {
    let filter = AgentFilter {
        search: Some(AGENT.into()),
        ..AgentFilter::default()
    };
    let found = store.list_agents(&filter).await.or_exit(Exit::Input)?;
    let mut rows = found.items.into_iter();
    Ok(rows
        .find(|row| row.agent.name == AGENT)
        .map(|row| row.agent.id))
}

async fn make_agent(store: &Store, folder: &Path) -> Result<String, Failure> {
    let metrics = metrics::load(&folder.join("metrics.yaml"))?;
    let mut config = created(&Map::new());
    config.insert(
        POST_CALL_ANALYTICS.into(),
        json!({ "dispositionMetrics": metrics.source }),
    );
    let agent = NewAgent {
        name: AGENT.into(),
        description: Some("Made from the samples".into()),
        document: Map::new(),
        workflow_type: "single_prompt".into(),
        config,
        created_by: None,
    };
    let made = store.create_agent(agent).await;
    Ok(made
        .context("cannot make the sample agent")
        .or_exit(Exit::Input)?
        .id)
}

/// Calls that are there already stay as they are.
async fn send_calls(store: &Store, folder: &Path, agent_id: &str) -> Result<usize, Failure> {
    let folder = folder.join("calls");
    let sources = inputs::expand(std::slice::from_ref(&folder), &[]).map_err(|errors| {
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::new(Exit::Input, texts.join("; "))
    })?;
    let mut calls = Vec::new();
    for found in sources.iter().flat_map(reader::calls) {
        let call = found.outcome.map_err(|refusal| {
            let reasons = refusal.reasons().join("; ");
            Failure::new(Exit::Input, format!("{}: {reasons}", found.origin))
        })?;
        calls.push(NewCall {
            call,
            agent_id: agent_id.into(),
            revision_id: None,
            extra: Map::new(),
            is_test: false,
        });
    }
    let number = calls.len();
    let answers = store.accept_calls(calls).await.or_exit(Exit::Input)?;
    for answer in answers {
        if let Err(rejected) = answer {
            terminal::warn(format_args!("a sample is not taken: {rejected}"));
        }
    }
    Ok(number)
}

async fn make_key(store: &Store) -> Result<String, Failure> {
    let made = store.renew_own_key(KEY, Role::Admin).await;
    Ok(made.or_exit(Exit::Input)?.secret)
}
