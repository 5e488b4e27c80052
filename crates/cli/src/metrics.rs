//! Metrics files: read for a run, or looked at for their own sake.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::Path;

use aftercall_core::advice::{Advice, advise};
use aftercall_core::{MetricsFile, Problem, metrics_file::MAX_METRICS_BYTES, parse_metrics};
use aftercall_intake::import_metrics;
use anyhow::Context as _;
use serde::Serialize;
use serde_json::json;

use crate::args::{MetricsCommand, Report};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::terminal::{self, BOLD, count, printable};

/// Runs `aftercall metrics`.
pub(crate) fn run(command: &MetricsCommand) -> Result<Exit, Failure> {
    let (file, format) = match command {
        MetricsCommand::Check { file, format } => (file, format),
        MetricsCommand::Import { platform, file } => return import(platform, file),
    };
    let report = Check::of(&read(file)?);
    let text = match format {
        Report::Text => report.text(&name_of(file)),
        Report::Json => {
            let mut text = serde_json::to_string_pretty(&report).or_exit(Exit::Input)?;
            text.push('\n');
            text
        }
    };
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .or_exit(Exit::Input)?;
    Ok(if report.valid {
        Exit::Well
    } else {
        Exit::Input
    })
}

/// Prints what another platform's settings are as metrics.
fn import(platform: &str, file: &Path) -> Result<Exit, Failure> {
    let name = name_of(file);
    let settings = serde_json::from_str(&read(file)?)
        .with_context(|| format!("{name} is not JSON"))
        .or_exit(Exit::Input)?;
    let imported = import_metrics(platform, &settings).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::new(Exit::Input, lines.join("\n"))
    })?;
    let list = json!({ "dispositionMetrics": imported.metrics });
    let mut text = serde_json::to_string_pretty(&list).or_exit(Exit::Input)?;
    text.push('\n');
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .or_exit(Exit::Input)?;
    for left in &imported.left_over {
        terminal::note(format_args!(
            "{}: {}",
            printable(&left.field),
            printable(&left.why)
        ));
    }
    let fitting = count(imported.metrics.len(), "metric");
    terminal::tell(format_args!(
        "{fitting}; {} did not fit as they were",
        imported.left_over.len()
    ));
    Ok(Exit::Well)
}

/// Reads the metrics of a run; says every broken rule on standard error.
pub(crate) fn load(path: &Path) -> Result<MetricsFile, Failure> {
    let name = name_of(path);
    let file = parse_metrics(&read(path)?).map_err(|problems| {
        for problem in &problems {
            terminal::error(format_args!("{name}: {}", printable(&problem.to_string())));
        }
        let rules = count(problems.len(), "error");
        Failure::new(
            Exit::Input,
            format!("{name} has {rules}; nothing was analysed"),
        )
    })?;
    if file.metrics.is_empty() {
        return Err(Failure::new(
            Exit::Input,
            format!("{name} is an empty list: there is nothing to ask"),
        ));
    }
    let advice = advise(&file.metrics).len();
    if advice > 0 {
        let pieces = if advice == 1 {
            "a piece".into()
        } else {
            format!("{advice} pieces")
        };
        terminal::note(format_args!(
            "there is {pieces} of advice on {name}: aftercall metrics check {name}"
        ));
    }
    Ok(file)
}

fn read(path: &Path) -> Result<String, Failure> {
    let limit = MAX_METRICS_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let outcome = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    let name = name_of(path);
    outcome
        .with_context(|| format!("cannot read the metrics {name}"))
        .or_exit(Exit::Input)?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(Exit::Input, format!("{name} is not UTF-8 text")))
}

fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" {
        "standard input".into()
    } else {
        printable(&path.display().to_string())
    }
}

/// What there is to say about a metrics file.
#[derive(Debug, Serialize)]
struct Check {
    valid: bool,
    metrics: usize,
    errors: Vec<Problem>,
    advice: Vec<Advice>,
}

impl Check {
    fn of(text: &str) -> Self {
        match parse_metrics(text) {
            Ok(file) => Self {
                valid: true,
                metrics: file.metrics.len(),
                errors: Vec::new(),
                advice: advise(&file.metrics),
            },
            Err(errors) => Self {
                valid: false,
                metrics: 0,
                errors,
                advice: Vec::new(),
            },
        }
    }

    fn text(&self, name: &str) -> String {
        let mut text = String::new();
        for error in &self.errors {
            let error = printable(&error.to_string());
            let _ = writeln!(text, "{BOLD}error:{BOLD:#} {error}");
        }
        for piece in &self.advice {
            let about = piece
                .identifier
                .as_deref()
                .map_or_else(String::new, |id| format!("{id}: "));
            let message = printable(&piece.message);
            let _ = writeln!(text, "{BOLD}advice:{BOLD:#} {about}{message}");
        }
        let errors = match self.errors.len() {
            0 => "no errors".into(),
            number => count(number, "error"),
        };
        let _ = match (self.valid, self.advice.len()) {
            (false, _) => writeln!(text, "{name}: {errors}"),
            (true, 0) => writeln!(
                text,
                "{name}: {}, {errors}, no advice",
                count(self.metrics, "metric")
            ),
            (true, 1) => writeln!(
                text,
                "{name}: {}, {errors}, a piece of advice",
                count(self.metrics, "metric")
            ),
            (true, n) => writeln!(
                text,
                "{name}: {}, {errors}, {n} pieces of advice",
                count(self.metrics, "metric")
            ),
        };
        text
    }
}
