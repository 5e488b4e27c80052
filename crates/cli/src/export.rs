//! `aftercall export`: calls and answers of a server as a file, straight from its database.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aftercall_core::Problem;
use aftercall_export::{Choice, Form, Format};
use aftercall_server::exports::{Extras, Order, Running, call_filter, start};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tempfile::NamedTempFile;

use crate::config::Config;
use crate::database::{block_on, open};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::server_args::{ExportArgs, FormArg, FormatArg};
use crate::terminal::{self, count, size};

/// Runs `aftercall export`.
pub(crate) fn run(args: &ExportArgs) -> Result<Exit, Failure> {
    let order = order(args)?;
    let config = args.config.load(&[])?;
    let started = Instant::now();
    let exported = export(args, &config, order);
    let done = block_on(async {
        tokio::select! {
            done = exported => done.map(Some),
            // What is half written goes with it.
            interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| None).or_exit(Exit::Input),
        }
    })?;
    let Some(done) = done else {
        return Ok(Exit::Interrupted);
    };
    terminal::tell(format_args!(
        "{}, {} in {:.1} s",
        count(usize::try_from(done.calls).unwrap_or(usize::MAX), "call"),
        size(done.bytes),
        started.elapsed().as_secs_f64()
    ));
    Ok(Exit::Well)
}

async fn export(args: &ExportArgs, config: &Config, order: Order) -> Result<Done, Failure> {
    let mut target = Target::open(&args.out).or_exit(Exit::Input)?;
    let store = open(config).await?;
    let extras = Extras {
        count: io::stderr().is_terminal(),
        ..Extras::default()
    };
    let running = start(&store, order, extras)
        .await
        .context("cannot export")
        .or_exit(Exit::Input)?;
    let done = write(running, &mut target).await.or_exit(Exit::Input)?;
    target
        .close(&args.out)
        .with_context(|| format!("cannot write {}", args.out.display()))
        .or_exit(Exit::Input)?;
    Ok(done)
}

fn order(args: &ExportArgs) -> Result<Order, Failure> {
    let form = match args.form {
        FormArg::Wide => Form::Wide,
        FormArg::Long => Form::Long,
    };
    let format = match args.format {
        Some(FormatArg::Csv) => Format::Csv,
        Some(FormatArg::Jsonl) => Format::Jsonl,
        Some(FormatArg::Parquet) => Format::Parquet,
        None => by_ending(&args.out)?,
    };
    if args.transcripts && form == Form::Long {
        let rule = "--transcripts: only the wide form has a column for what was said";
        return Err(Failure::new(Exit::Input, rule));
    }
    let columns = match &args.columns {
        None => None,
        Some(names) => {
            let names = names.iter().map(|name| name.trim());
            Some(Choice::parse(names, form, args.transcripts).map_err(|p| told(&p))?)
        }
    };
    Ok(Order {
        filter: call_filter(args.filters.clone()).map_err(|problems| told(&problems))?,
        format,
        form,
        columns,
        transcripts: args.transcripts,
    })
}

fn by_ending(out: &Path) -> Result<Format, Failure> {
    let ending = out.extension().and_then(|ending| ending.to_str());
    let format = ending.and_then(|ending| match ending {
        "ndjson" => Some(Format::Jsonl),
        ending => Format::from_name(ending),
    });
    format.ok_or_else(|| {
        let text = "--format: is needed where FILE does not end in .csv, .jsonl or .parquet";
        Failure::new(Exit::Input, text)
    })
}

/// Every problem on a line of its own.
fn told(problems: &[Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Failure::new(Exit::Input, lines.join("\n"))
}

/// What was written.
#[derive(Default)]
struct Done {
    calls: u64,
    bytes: u64,
}

async fn write(mut running: Running, target: &mut Target) -> anyhow::Result<Done> {
    let bar = bar(running.total);
    let mut done = Done::default();
    while let Some(part) = running.next().await {
        let part = part?;
        target.write(&part.bytes)?;
        done.bytes += part.bytes.len() as u64;
        done.calls += part.calls;
        bar.set_position(done.calls);
    }
    bar.finish_and_clear();
    terminal::set_bar(None);
    Ok(done)
}

fn bar(total: Option<u64>) -> ProgressBar {
    let bar = match total {
        Some(calls) => ProgressBar::new(calls),
        None => ProgressBar::no_length(),
    };
    if total.is_none() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        return bar;
    }
    let template = "{bar:20} {human_pos} of {human_len} calls, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    terminal::set_bar(Some(bar.clone()));
    bar
}

/// Where the file goes.
enum Target {
    Output,
    /// Beside its place until it is whole; open to its owner alone, as calls are in it.
    File(NamedTempFile),
}

impl Target {
    fn open(out: &Path) -> anyhow::Result<Self> {
        if out == Path::new("-") {
            return Ok(Self::Output);
        }
        let folder = match out.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let file = tempfile::Builder::new()
            .prefix(".aftercall-export-")
            .suffix(".tmp")
            .tempfile_in(&folder);
        let file = file.with_context(|| format!("cannot write in {}", folder.display()))?;
        Ok(Self::File(file))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Output => io::stdout().lock().write_all(bytes),
            Self::File(file) => file.as_file_mut().write_all(bytes),
        }
    }

    /// Gives the file its name once it is on the disk.
    fn close(self, out: &Path) -> io::Result<()> {
        match self {
            Self::Output => io::stdout().lock().flush(),
            Self::File(file) => {
                File::sync_all(file.as_file())?;
                file.persist(out).map(drop).map_err(|error| error.error)
            }
        }
    }
}
