//! `aftercall import`: past calls of any platform, from files into a server's database.

mod payloads;
mod place;
mod report;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use aftercall_intake::{Headers, Incoming, MAX_PAYLOAD_BYTES, Outcome, Source, by_name};
use aftercall_server::intake::{joined, read_call};
use aftercall_server::settings::Limits;
use aftercall_store::Store;
use aftercall_store::calls::{NewCall, Rejected};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::runtime::Runtime;

use self::payloads::Payload;
use self::place::Place;
use self::report::Report;
use crate::database::{open, runtime};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::server_args::ImportArgs;
use crate::terminal;

/// Calls of one commit, at most.
const BATCH: usize = 256;
/// Bytes of payloads of one commit, about.
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// The format of `POST /v1/calls`.
const OWN: &str = "calls";

/// Runs `aftercall import`.
pub(crate) fn run(args: &ImportArgs) -> Result<Exit, Failure> {
    let reader = Reader::of(args)?;
    let files = payloads::files(&args.files).or_exit(Exit::Input)?;
    let of = match &args.agent {
        Some(agent) => format!("{} of {agent}", args.source),
        None => args.source.clone(),
    };
    let place = match &args.resume {
        Some(path) => Place::read(path, &of, &files).or_exit(Exit::Input)?,
        None => Place::start(&of, &files),
    };
    let config = args.config.load(&[])?;
    let runtime = runtime()?;
    let store = if args.dry_run {
        None
    } else {
        Some(runtime.block_on(open(&config))?)
    };
    let bytes = |path: &PathBuf| std::fs::metadata(path).map_or(0, |about| about.len());
    let before: u64 = files.iter().take(place.file).map(bytes).sum();
    let total: u64 = files.iter().map(bytes).sum();
    let mut import = Import {
        limits: config.limits.clone(),
        reader,
        args,
        runtime: &runtime,
        store,
        report: Report::new(files.clone()),
        batch: Vec::new(),
        batch_bytes: 0,
        place: place.clone(),
        started: Instant::now(),
        taken: 0,
    };
    let bar = bar(total);
    let mut done = before;
    for (number, path) in files.iter().enumerate().skip(place.file) {
        let behind = if number == place.file { place.line } else { 0 };
        let at = |bytes| bar.set_position(done + bytes);
        let mut stopped = false;
        let read = payloads::each(path, number, behind, MAX_PAYLOAD_BYTES, at, |payload| {
            import.take(payload).inspect_err(|_| stopped = true)
        });
        match read {
            Err(error) if !stopped => import.pass_over(number, &error).or_exit(Exit::Input)?,
            read => read.or_exit(Exit::Input)?,
        }
        done += bytes(path);
    }
    import.store_batch().or_exit(Exit::Input)?;
    bar.finish_and_clear();
    terminal::set_bar(None);
    terminal::tell(import.report.told(args.dry_run));
    Ok(if import.report.is_clean() {
        Exit::Well
    } else {
        Exit::SomeFailed
    })
}

/// How payloads are read.
enum Reader {
    Own,
    Platform(&'static dyn Source),
}

impl Reader {
    fn of(args: &ImportArgs) -> Result<Self, Failure> {
        if args.source == OWN {
            return Ok(Self::Own);
        }
        let Some(source) = by_name(&args.source) else {
            let names: Vec<&str> = aftercall_intake::all()
                .iter()
                .map(|one| one.name())
                .collect();
            let text = format!(
                "SOURCE: must be {OWN} or one of {} (got {:?})",
                names.join(", "),
                args.source
            );
            return Err(Failure::new(Exit::Input, text));
        };
        if args.agent.is_none() {
            let text =
                "--agent: is needed, as payloads of platforms do not say whose they are here";
            return Err(Failure::new(Exit::Input, text));
        }
        Ok(Self::Platform(source))
    }
}

/// What a payload is.
enum Read {
    Call(Box<NewCall>),
    Ignored(String),
    Notice,
}

/// An import under way.
struct Import<'a> {
    args: &'a ImportArgs,
    runtime: &'a Runtime,
    reader: Reader,
    limits: Limits,
    /// None where nothing is to be stored.
    store: Option<Store>,
    report: Report,
    /// Calls that are not stored yet, with their file and line.
    batch: Vec<(usize, u64, NewCall)>,
    batch_bytes: usize,
    /// Behind the last payload that was taken.
    place: Place,
    started: Instant,
    /// Calls that were taken.
    taken: u32,
}

impl Import<'_> {
    fn take(&mut self, payload: Payload) -> anyhow::Result<()> {
        let Payload { file, line, body } = payload;
        let bytes = body.as_ref().map_or(0, Vec::len);
        let read = match body {
            Ok(body) => self.read(&body),
            Err(rule) => Err(vec![rule]),
        };
        match read {
            Ok(Read::Call(call)) => {
                self.batch.push((file, line, *call));
                self.batch_bytes += bytes;
            }
            Ok(Read::Ignored(event)) => self.report.ignored(event),
            Ok(Read::Notice) => {
                let rule = "is a notice of a call, and not the call";
                self.report.refused(file, line, &[rule.to_owned()]);
            }
            Err(rules) => self.report.refused(file, line, &rules),
        }
        // A whole file has no line: what is done is what stands before the next one.
        (self.place.file, self.place.line) = if line == 0 {
            (file + 1, 0)
        } else {
            (file, line)
        };
        if self.batch.len() >= BATCH || self.batch_bytes >= BATCH_BYTES {
            self.store_batch()?;
        }
        Ok(())
    }

    /// A file that cannot be read any further does not hold up those behind it.
    fn pass_over(&mut self, file: usize, error: &anyhow::Error) -> anyhow::Result<()> {
        self.report
            .refused(file, 0, &[format!("cannot be read: {error:#}")]);
        (self.place.file, self.place.line) = (file + 1, 0);
        self.store_batch()
    }

    fn read(&self, body: &[u8]) -> Result<Read, Vec<String>> {
        let mut call = match &self.reader {
            Reader::Own => read_call(body, &self.limits)?,
            Reader::Platform(source) => {
                let url = format!("import:?{}", self.args.hints.as_deref().unwrap_or_default());
                let incoming = Incoming {
                    url: &url,
                    headers: &Headers::default(),
                    body,
                };
                let outcome = source.read(&incoming).map_err(|problems| {
                    problems.iter().map(ToString::to_string).collect::<Vec<_>>()
                })?;
                match outcome {
                    Outcome::Ignored { event } => return Ok(Read::Ignored(event)),
                    Outcome::Fetch(_) => return Ok(Read::Notice),
                    Outcome::Call(taken) => {
                        let agent = self.args.agent.as_deref().unwrap_or_default();
                        let kept = taken.of_agent(agent);
                        NewCall {
                            call: kept.call,
                            agent_id: String::new(),
                            revision_id: None,
                            extra: kept.extra,
                            is_test: false,
                        }
                    }
                }
            }
        };
        if let Some(agent) = &self.args.agent {
            call.agent_id.clone_from(agent);
        }
        if call.agent_id.is_empty() {
            return Err(vec![
                "agentId: is required; --agent says it for all".to_owned(),
            ]);
        }
        Ok(Read::Call(Box::new(call)))
    }

    fn store_batch(&mut self) -> anyhow::Result<()> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        self.taken = self
            .taken
            .saturating_add(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        let Some(store) = &self.store else {
            self.report.would_take(batch.len());
            return Ok(());
        };
        let calls = batch.iter().map(|(_, _, call)| call.clone()).collect();
        let answers = self.runtime.block_on(store.accept_calls(calls));
        let answers = answers.context("cannot store calls")?;
        for ((file, line, call), answer) in batch.into_iter().zip(answers) {
            // Another event of the same call joins it.
            let answer = match answer {
                Err(Rejected::Conflict { .. }) if !matches!(self.reader, Reader::Own) => {
                    let merged = self.runtime.block_on(store.merge_call(call, joined));
                    merged.context("cannot store a call")?
                }
                answer => answer,
            };
            match answer {
                Ok(accepted) => self.report.taken(accepted.outcome),
                Err(rejected) => self.report.refused(file, line, &[rejected.to_string()]),
            }
        }
        if let Some(path) = &self.args.resume {
            self.place.keep(path).context("cannot keep the place")?;
        }
        self.pace();
        Ok(())
    }

    /// Waits until no more calls were taken than the rate allows.
    fn pace(&self) {
        if let Some(rate) = self.args.rate {
            let least = Duration::from_secs_f64(f64::from(self.taken) / f64::from(rate.get()));
            std::thread::sleep(least.saturating_sub(self.started.elapsed()));
        }
    }
}

fn bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    let template = "{bar:20} {binary_bytes} of {binary_total_bytes}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    terminal::set_bar(Some(bar.clone()));
    bar
}
