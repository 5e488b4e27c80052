//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use aftercall_core::{Analysis, Call};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal::{self, count};

/// Silence between two lines where no bar can be shown.
const EVERY: Duration = Duration::from_secs(30);
/// What the questions of a call take, in bytes of transcript that take as long to read. A rough figure does: it only
/// keeps short calls from looking as if they took no time.
const QUESTIONS: u64 = 4_000;

/// The share of the work that a call is, for the time left.
pub(crate) fn weight(call: &Call) -> u64 {
    if call.has_words() {
        let said: usize = call
            .transcript
            .iter()
            .map(|turn| turn.content.len() + 8)
            .sum();
        said as u64 + QUESTIONS
    } else {
        0
    }
}

/// Shows how far a run is.
pub(crate) struct Progress {
    bar: ProgressBar,
    lines: bool,
    /// Calls and their weight; none where a stream may bring any number.
    total: Option<(usize, u64)>,
    started: Instant,
    last_line: Instant,
    tally: Tally,
}

/// What was done so far.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Tally {
    /// Calls that have a result.
    pub(crate) calls: usize,
    /// Those of them that no model was asked about.
    pub(crate) wordless: usize,
    weight: u64,
    tokens: u64,
    model_time: Duration,
}

impl Tally {
    fn add(&mut self, call: &Call, analysis: &Analysis, took: Duration) {
        self.calls += 1;
        self.weight += weight(call);
        if analysis.provenance.model.is_none() {
            self.wordless += 1;
            return;
        }
        let usage = &analysis.provenance.usage;
        self.tokens += usage.tokens_read + usage.tokens_written;
        self.model_time += took;
    }

    /// Tokens that the model read and wrote in a second; none before the first call.
    pub(crate) fn tokens_a_second(&self) -> Option<u64> {
        let seconds = self.model_time.as_secs_f64();
        (seconds > 0.0 && self.tokens > 0).then(|| (self.tokens as f64 / seconds).round() as u64)
    }

    fn left(&self, total_weight: u64) -> Option<Duration> {
        if self.weight == 0 {
            return None;
        }
        let share = total_weight.saturating_sub(self.weight) as f64 / self.weight as f64;
        Some(self.model_time.mul_f64(share))
    }

    fn line(&self, total: Option<(usize, u64)>) -> String {
        let mut line = match total {
            Some((calls, _)) => format!("{} of {}", self.calls, count(calls, "call")),
            None => count(self.calls, "call"),
        };
        if let Some(speed) = self.tokens_a_second() {
            let _ = write!(line, ", {speed} tokens/s");
        }
        if let Some(left) = total.and_then(|(_, weight)| self.left(weight)) {
            let _ = write!(line, ", about {} left", span(left));
        }
        line
    }
}

impl Progress {
    pub(crate) fn new(total: Option<(usize, u64)>) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = match total {
            Some((calls, _)) => ProgressBar::new(calls as u64),
            None => ProgressBar::no_length(),
        };
        if !terminal {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let template = if total.is_some() {
            "{bar:20} {msg}"
        } else {
            "{spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if terminal {
            bar.enable_steady_tick(Duration::from_millis(250));
            terminal::set_bar(Some(bar.clone()));
        }
        Self {
            bar,
            lines: !terminal,
            total,
            started: Instant::now(),
            last_line: Instant::now(),
            tally: Tally::default(),
        }
    }

    /// Says what is waited for.
    pub(crate) fn waiting(&self, text: &str) {
        self.bar.set_message(text.to_owned());
    }

    /// Says which call is in hand.
    pub(crate) fn begin(&self, call: &Call) {
        let id = terminal::printable(&call.call_id);
        self.bar
            .set_message(format!("{} · {id}", self.tally.line(self.total)));
    }

    /// Counts a finished call.
    pub(crate) fn done(&mut self, call: &Call, analysis: &Analysis, took: Duration) {
        self.tally.add(call, analysis, took);
        self.bar.inc(1);
        self.bar.set_message(self.tally.line(self.total));
        if self.lines && self.last_line.elapsed() >= EVERY {
            self.last_line = Instant::now();
            terminal::tell(self.tally.line(self.total));
        }
    }

    /// Takes the bar away; what was done, and how long it took.
    pub(crate) fn end(self) -> (Tally, Duration) {
        terminal::set_bar(None);
        self.bar.finish_and_clear();
        (self.tally, self.started.elapsed())
    }
}

/// A time as people say it.
pub(crate) fn span(time: Duration) -> String {
    match time.as_secs_f64().round() as u64 {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds @ 100..5_400 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use aftercall_core::parse_transcript_text;

    #[test]
    fn the_line_has_calls_speed_and_time_left() {
        let call = |text: &str| Call::from_turns(parse_transcript_text(text).unwrap());
        let (short, long) = (
            call("Agent: hi"),
            call(&format!("Agent: {}", "x".repeat(8_000))),
        );
        let total = Some((3, weight(&short) + weight(&long)));
        let mut tally = Tally::default();
        assert_eq!(tally.line(total), "0 of 3 calls");
        let (_, mut analysis) = sample::analysis("a");
        analysis.provenance.usage.tokens_read = 900;
        analysis.provenance.usage.tokens_written = 100;
        tally.add(&short, &analysis, Duration::from_secs(2));
        assert_eq!(
            tally.line(total),
            "1 of 3 calls, 500 tokens/s, about 6 s left"
        );
        assert_eq!(tally.line(None), "1 call, 500 tokens/s");
        analysis.provenance.model = None;
        tally.add(&call(""), &analysis, Duration::from_secs(9));
        assert_eq!(
            tally.line(total),
            "2 of 3 calls, 500 tokens/s, about 6 s left"
        );
        assert_eq!(tally.wordless, 1);
    }

    #[test]
    fn spans() {
        let of = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(
            (of(0), of(99), of(100)),
            ("0 s".into(), "99 s".into(), "2 min".into())
        );
        assert_eq!(
            (of(5_399), of(7_260)),
            ("90 min".into(), "2 h 1 min".into())
        );
    }
}
