//! `aftercall calibrate`: what the model leans to on each metric, out of calls that were analysed before.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::Path;

use aftercall_analyst::{
    Calibration, FitReport, LEAST_CALLS, LEAST_CORRECTIONS, PROMPT_REVISION, fit_leans,
};
use aftercall_core::{Analysis, Metric, Value};
use anyhow::Context as _;
use serde::Deserialize;

use crate::args::CalibrateArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::metrics;
use crate::terminal;

/// A line of a file of right answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Right {
    call_id: String,
    labels: BTreeMap<String, Option<Value>>,
}

/// Runs `aftercall calibrate`.
pub(crate) fn run(args: &CalibrateArgs) -> Result<Exit, Failure> {
    let metrics: Vec<Metric> = metrics::load(&args.metrics)?.metrics;
    let analyses: Vec<Analysis> = lines(&args.results)?;
    let model = one_origin(&analyses).or_exit(Exit::Input)?;
    let mut corrections = BTreeMap::new();
    if let Some(path) = &args.labels {
        for right in lines::<Right>(path)? {
            for (identifier, value) in right.labels {
                if let Some(value) = value {
                    corrections.insert((right.call_id.clone(), identifier), value);
                }
            }
        }
    }
    let name = args.name.clone().unwrap_or_else(|| {
        args.out.file_stem().map_or_else(
            || "calibration".into(),
            |s| s.to_string_lossy().into_owned(),
        )
    });
    let base = Calibration::for_model(&model);
    let (calibration, reports) = fit_leans(&base, &name, &metrics, &analyses, &corrections);
    let mut text = serde_json::to_string_pretty(&calibration).or_exit(Exit::Input)?;
    text.push('\n');
    std::fs::write(&args.out, text)
        .with_context(|| format!("cannot write {}", args.out.display()))
        .or_exit(Exit::Input)?;
    for report in &reports {
        terminal::note(format_args!(
            "{}: {}, {}",
            report.identifier,
            terminal::count(report.calls, "call"),
            outcome(report)
        ));
    }
    terminal::note(format_args!(
        "use it with: aftercall analyze … --calibration {}",
        args.out.display()
    ));
    Ok(Exit::Well)
}

/// What became of a metric, and what it would need.
fn outcome(report: &FitReport) -> String {
    let few = report.corrected > 0 && !report.by_corrections;
    let more = if few {
        format!(
            "; its {} are left out: {LEAST_CORRECTIONS} are needed",
            terminal::count(report.corrected, "right answer")
        )
    } else {
        String::new()
    };
    match (report.fitted, report.by_corrections) {
        (true, true) => format!(
            "fitted on {}",
            terminal::count(report.corrected, "right answer")
        ),
        (true, false) => format!("fitted without right answers{more}"),
        (false, _) if report.needs_corrections => format!(
            "left as it is: an ENUM needs right answers (--labels), {LEAST_CORRECTIONS} or more"
        ),
        (false, _) => format!("left as it is: {LEAST_CALLS} calls are needed{more}"),
    }
}

/// All results must come from one model and from the prompts of this program: the scores of others lean otherwise.
fn one_origin(analyses: &[Analysis]) -> anyhow::Result<String> {
    let mut made = analyses
        .iter()
        .filter_map(|a| Some((a.provenance.model.clone()?, &a.provenance.prompt_revision)));
    let (model, revision) = made
        .next()
        .context("no call in the results was answered by a model")?;
    if revision != PROMPT_REVISION {
        anyhow::bail!(
            "the results were made with revision {revision} of the prompts, this program has {PROMPT_REVISION}: analyse \
             the calls again"
        );
    }
    if let Some((other, other_revision)) = made.find(|(m, r)| *m != model || *r != revision) {
        anyhow::bail!(
            "the results come from more than one origin: model {model} with revision {revision} of the prompts, and model \
             {other} with revision {other_revision}"
        );
    }
    Ok(model)
}

/// The lines of a JSON Lines file.
fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>, Failure> {
    let file = std::fs::File::open(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .or_exit(Exit::Input)?;
    let mut all = Vec::new();
    for (number, line) in std::io::BufReader::new(file).lines().enumerate() {
        let line = line
            .with_context(|| format!("cannot read {}", path.display()))
            .or_exit(Exit::Input)?;
        if line.trim().is_empty() {
            continue;
        }
        let one = serde_json::from_str(&line)
            .with_context(|| {
                format!(
                    "{}:{} is not of the expected form",
                    path.display(),
                    number + 1
                )
            })
            .or_exit(Exit::Input)?;
        all.push(one);
    }
    Ok(all)
}
