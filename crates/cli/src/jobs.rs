//! `aftercall jobs`: the jobs of a server, straight in its database.

use aftercall_store::jobs::{JobFilter, JobItem, JobState};
use aftercall_store::{Page, Store};
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::args::Report;
use crate::config::Config;
use crate::database::{block_on, open};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::serve::say;
use crate::server_args::{JobsCommand, StateArg};
use crate::terminal::{self, count};

/// Jobs that are read at once where all are wanted.
const PAGE: u64 = 500;

/// Runs `aftercall jobs`.
pub(crate) fn run(command: &JobsCommand) -> Result<Exit, Failure> {
    match command {
        JobsCommand::List {
            config,
            state,
            limit,
            format,
        } => {
            let states = state.map(StateArg::state);
            block_on(list(&config.load(&[])?, states, *limit, *format))?;
            Ok(Exit::Well)
        }
        JobsCommand::Retry { config, ids, dead } => block_on(retry(&config.load(&[])?, ids, *dead)),
    }
}

async fn list(
    config: &Config,
    state: Option<JobState>,
    limit: u64,
    format: Report,
) -> Result<(), Failure> {
    let store = open(config).await?;
    let filter = JobFilter {
        states: state.into_iter().collect(),
        ..JobFilter::default()
    };
    let page = store.jobs(&filter, 1, limit).await.or_exit(Exit::Input)?;
    match format {
        Report::Text => say(table(&page).trim_end()),
        Report::Json => {
            let listed: Vec<Listed<'_>> = page.items.iter().map(Listed::of).collect();
            say(&serde_json::to_string_pretty(&listed).or_exit(Exit::Input)?);
        }
    }
    Ok(())
}

/// Puts jobs back; those that cannot be are told, and do not keep the others.
async fn retry(config: &Config, ids: &[String], dead: bool) -> Result<Exit, Failure> {
    let store = open(config).await?;
    let ids = if dead {
        dead_ids(&store).await?
    } else {
        ids.to_vec()
    };
    let mut failed = 0;
    for id in &ids {
        if let Err(error) = store.retry_job(id).await {
            failed += 1;
            let error = terminal::printable(&format!("{:#}", anyhow::Error::from(error)));
            terminal::error(format_args!("{}: {error}", terminal::printable(id)));
        }
    }
    let queued = count(ids.len() - failed, "job");
    terminal::tell(format_args!("{queued} put back into the queue"));
    Ok(if failed == 0 { Exit::Well } else { Exit::Input })
}

async fn dead_ids(store: &Store) -> Result<Vec<String>, Failure> {
    let filter = JobFilter {
        states: vec![JobState::Dead],
        ..JobFilter::default()
    };
    let mut ids = Vec::new();
    for number in 1.. {
        let page = store
            .jobs(&filter, number, PAGE)
            .await
            .or_exit(Exit::Input)?;
        if page.items.is_empty() {
            break;
        }
        ids.extend(page.items.into_iter().map(|item| item.job.id));
    }
    Ok(ids)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: &'a str,
    call_id: &'a str,
    slot: &'a str,
    state: &'static str,
    attempts: i64,
    max_attempts: i64,
    run_at: String,
    worker: Option<&'a str>,
    last_error: Option<&'a str>,
    created_at: String,
    finished_at: Option<String>,
}

impl<'a> Listed<'a> {
    fn of(item: &'a JobItem) -> Self {
        let job = &item.job;
        Self {
            id: &job.id,
            call_id: &item.call_id,
            slot: &job.slot,
            state: job.state.name(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            run_at: job.run_at.to_string(),
            worker: job.worker.as_deref(),
            last_error: job.last_error.as_deref(),
            created_at: job.created_at.to_string(),
            finished_at: job.finished_at.map(|at| at.to_string()),
        }
    }
}

fn table(page: &Page<JobItem>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["id", "state", "slot", "attempts", "call", "last error"]);
    for item in &page.items {
        let job = &item.job;
        table.add_row([
            job.id.clone(),
            job.state.name().into(),
            terminal::printable(&job.slot),
            format!("{}/{}", job.attempts, job.max_attempts),
            terminal::printable(&item.call_id),
            terminal::printable(job.last_error.as_deref().unwrap_or_default()),
        ]);
    }
    let mut text = terminal::trimmed(&table);
    let shown = page.items.len() as u64;
    if shown < page.total {
        text.push_str(&format!("\n{shown} of {} jobs\n", page.total));
    }
    text
}

impl StateArg {
    fn state(self) -> JobState {
        match self {
            Self::Queued => JobState::Queued,
            Self::Running => JobState::Running,
            Self::Done => JobState::Done,
            Self::Dead => JobState::Dead,
            Self::Cancelled => JobState::Cancelled,
        }
    }
}
