//! `aftercall analyze`: calls in, results out, one after the other.

mod csv;
pub(crate) mod inputs;
mod interrupt;
mod output;
mod progress;
pub(crate) mod reader;
mod resume;
#[cfg(test)]
mod sample;
mod seen;
mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use aftercall_core::{Analysis, Call, MetricsFile};

use self::inputs::{Kind, Source};
use self::output::Output;
use self::progress::{Progress, Tally, span};
use self::reader::{Found, Origin};
use self::resume::{Earlier, Held};
use self::seen::{Before, Seen};
use crate::analyst::{self, Answering};
use crate::args::AnalyzeArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::metrics;
use crate::terminal::{self, count, printable};

/// Calls that fail one after the other before the run is given up: something else than the calls is wrong then.
const FAILURES_IN_A_ROW: usize = 5;

/// Runs `aftercall analyze`.
pub(crate) fn run(args: &AnalyzeArgs) -> Result<Exit, Failure> {
    let standard_input = |path: &Path| path.as_os_str() == "-";
    if standard_input(&args.metrics) && args.calls.iter().any(|path| standard_input(path)) {
        return Err(Failure::new(
            Exit::Input,
            "calls and metrics cannot both come from standard input",
        ));
    }
    let metrics = metrics::load(&args.metrics)?;
    let sources = sources(args)?;
    let (output, earlier) = Output::open(args, &metrics.metrics)?;
    if args.resume {
        terminal::note(format_args!(
            "{} there already",
            count(earlier.len(), "result")
        ));
    }
    let hint = if output.can_resume() {
        "stopped; the same command with --resume goes on"
    } else {
        "stopped; what was finished is written"
    };
    interrupt::listen(hint.into()).or_exit(Exit::Engine)?;
    let survey = survey(&sources, &earlier, args.limit);
    let mut run = Run {
        args,
        metrics: &metrics,
        earlier: &earlier,
        output,
        progress: Progress::new(survey.total),
        analyst: None,
        seen: Seen::default(),
        bad: survey.bad,
        skipped: 0,
        in_a_row: 0,
        compared: false,
    };
    let outcome = run.all(&sources);
    let (tally, took) = run.progress.end();
    let to_the_end = outcome.is_ok() && !interrupt::stopping();
    let finished = run.output.finish(to_the_end).or_exit(Exit::Input);
    outcome.and(finished)?;
    terminal::tell(summary(&tally, took, run.skipped, run.bad));
    if interrupt::stopping() {
        terminal::tell(hint);
        Ok(Exit::Interrupted)
    } else if run.bad > 0 {
        Ok(Exit::SomeFailed)
    } else {
        Ok(Exit::Well)
    }
}

fn sources(args: &AnalyzeArgs) -> Result<Vec<Source>, Failure> {
    let mut not_calls = vec![args.metrics.as_path()];
    not_calls.extend(args.out.as_deref());
    inputs::expand(&args.calls, &not_calls).map_err(|errors| {
        for error in &errors {
            terminal::error(terminal::printable(&error.to_string()));
        }
        Failure::new(Exit::Input, "nothing was analysed")
    })
}

/// What files hold, before the model is loaded: every call that cannot be read is told at once.
struct Survey {
    /// Calls to analyse and their weight; none where a stream is among the sources.
    total: Option<(usize, u64)>,
    bad: usize,
}

fn survey(sources: &[Source], earlier: &Earlier, limit: Option<u64>) -> Survey {
    let limit = limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX);
    let mut seen = Seen::default();
    let (mut calls, mut weight, mut bad) = (0, 0, 0);
    for found in sources
        .iter()
        .filter(|source| source.kind != Kind::Stream)
        .flat_map(reader::calls)
    {
        match judge(&found, &mut seen, earlier) {
            Verdict::Analyze(call) if calls < limit => {
                calls += 1;
                weight += progress::weight(call);
            }
            Verdict::Analyze(_) | Verdict::Held => {}
            other => {
                other.tell(&found.origin);
                bad += usize::from(other.is_bad());
            }
        }
    }
    let whole = sources.iter().all(|source| source.kind != Kind::Stream);
    Survey {
        total: whole.then_some((calls, weight)),
        bad,
    }
}

/// What is to be done about a call.
enum Verdict<'a> {
    Analyze(&'a Call),
    /// OUT has it.
    Held,
    Repeated(Origin, &'a Call),
    Bad(Vec<String>),
}

fn judge<'a>(found: &'a Found, seen: &mut Seen, earlier: &Earlier) -> Verdict<'a> {
    let call = match &found.outcome {
        Ok(call) => call,
        Err(refusal) => return Verdict::Bad(refusal.reasons()),
    };
    match seen.check(call, &found.origin) {
        Before::New => {}
        Before::Same(place) => return Verdict::Repeated(place, call),
        Before::Other(place) => {
            let text = format!(
                "callId: must be unique, and {place} has another call under it (got {:?})",
                call.call_id
            );
            return Verdict::Bad(vec![text]);
        }
    }
    match earlier.holds(call) {
        Held::No => Verdict::Analyze(call),
        Held::Yes => Verdict::Held,
        Held::OtherTranscript => {
            let text = format!(
                "callId: the output holds the result of another transcript under it (got {:?})",
                call.call_id
            );
            Verdict::Bad(vec![text])
        }
    }
}

impl Verdict<'_> {
    fn is_bad(&self) -> bool {
        matches!(self, Self::Bad(_))
    }

    fn tell(&self, origin: &Origin) {
        match self {
            Self::Bad(reasons) => {
                for reason in reasons {
                    terminal::error(format_args!("{origin}: {reason}"));
                }
            }
            Self::Repeated(place, call) => {
                terminal::note(format_args!(
                    "{origin}: {} stands in {place} too and is taken once",
                    call.call_id
                ));
            }
            Self::Analyze(_) | Self::Held => {}
        }
    }
}

struct Run<'a> {
    args: &'a AnalyzeArgs,
    metrics: &'a MetricsFile,
    earlier: &'a Earlier,
    output: Output,
    progress: Progress,
    /// Started for the first call that has a word in it.
    analyst: Option<Answering>,
    seen: Seen,
    /// Calls that could not be read or analysed.
    bad: usize,
    /// Calls that the output held already.
    skipped: usize,
    in_a_row: usize,
    /// Whether the way results are made was compared with the earlier ones.
    compared: bool,
}

impl Run<'_> {
    fn all(&mut self, sources: &[Source]) -> Result<(), Failure> {
        let mut left = self.args.limit.unwrap_or(u64::MAX);
        for source in sources {
            let stream = source.kind == Kind::Stream;
            for found in reader::calls(source) {
                if interrupt::stopping() {
                    return Ok(());
                }
                match judge(&found, &mut self.seen, self.earlier) {
                    Verdict::Analyze(call) => {
                        self.one(call, &found.origin)?;
                        left -= 1;
                    }
                    Verdict::Held => self.skipped += 1,
                    // What files hold was told by the survey.
                    other if stream => {
                        other.tell(&found.origin);
                        self.bad += usize::from(other.is_bad());
                    }
                    _ => {}
                }
                if left == 0 {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Analyses a call and writes its result. Failing alone, it is told and the next one has its turn.
    fn one(&mut self, call: &Call, origin: &Origin) -> Result<(), Failure> {
        if self.analyst.is_none() && call.has_words() {
            self.progress.waiting("loading the model");
            self.analyst = Some(Answering::start(self.args)?);
        }
        self.progress.begin(call);
        let started = Instant::now();
        let analyst = &mut self.analyst;
        let metrics = &self.metrics.metrics;
        let output = &mut self.output;
        let worked = interrupt::in_hand(|| {
            let analysis = match analyst::without_transcript(call, metrics) {
                Some(analysis) => Some(Ok(analysis)),
                None => analyst
                    .as_mut()
                    .map(|analyst| analyst.analyze(call, metrics)),
            }?;
            Some(analysis.map(|analysis| (output.write(&analysis), analysis)))
        });
        match worked.flatten() {
            None => {}
            Some(Ok((written, analysis))) => {
                written.or_exit(Exit::Input)?;
                self.in_a_row = 0;
                self.count(call, &analysis, started.elapsed());
            }
            Some(Err(error)) => {
                self.bad += 1;
                self.in_a_row += 1;
                if self.in_a_row == FAILURES_IN_A_ROW {
                    let text = format!(
                        "{} failed one after the other; the run is given up",
                        count(FAILURES_IN_A_ROW, "call")
                    );
                    return Err(error.context(text)).or_exit(Exit::Engine);
                }
                terminal::error(format_args!(
                    "{origin}: {} could not be analysed: {error:#}",
                    call.call_id
                ));
            }
        }
        Ok(())
    }

    fn count(&mut self, call: &Call, analysis: &Analysis, took: Duration) {
        self.progress.done(call, analysis, took);
        let withheld = &analysis.provenance.withheld;
        if !withheld.is_empty() {
            let mut turns: Vec<String> = withheld.iter().map(|e| e.turn.to_string()).collect();
            turns.dedup();
            terminal::note(format_args!(
                "{}: what turn {} says to the analysis was kept from the model",
                printable(&call.call_id),
                turns.join(", ")
            ));
        }
        if !self.compared && analysis.provenance.model.is_some() {
            self.compared = true;
            if let Some(difference) = self.earlier.difference(&analysis.provenance) {
                terminal::warn(difference);
            }
        }
    }
}

/// What a run did, in a line.
fn summary(tally: &Tally, took: Duration, skipped: usize, bad: usize) -> String {
    let mut parts = vec![format!(
        "{} analysed in {}",
        count(tally.calls, "call"),
        span(took)
    )];
    if tally.wordless > 0 {
        parts.push(format!("{} of them without a word", tally.wordless));
    }
    if skipped > 0 {
        parts.push(format!("{skipped} done before"));
    }
    if bad > 0 {
        parts.push(format!("{bad} failed"));
    }
    if let Some(speed) = tally.tokens_a_second() {
        parts.push(format!("{speed} tokens/s"));
    }
    parts.join(", ")
}
