//! Progress of downloads and checks: a bar on a terminal, now and then a line elsewhere.

use std::io::IsTerminal as _;

use aftercall_models::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal;

/// Percent between two lines where no bar can be shown.
const STEP: u64 = 10;

/// Shows on standard error how far a model is.
#[derive(Debug)]
pub(crate) struct ModelProgress {
    terminal: bool,
    bar: Option<ProgressBar>,
    what: String,
    total: Option<u64>,
    done: u64,
    /// Percent of the next line.
    next: u64,
}

impl ModelProgress {
    pub(crate) fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            bar: None,
            what: String::new(),
            total: None,
            done: 0,
            next: STEP,
        }
    }
}

impl Progress for ModelProgress {
    fn start(&mut self, what: &str, total: Option<u64>) {
        self.finish();
        self.what = terminal::printable(what);
        self.total = total;
        self.done = 0;
        self.next = STEP;
        if !self.terminal {
            return;
        }
        let template = if total.is_some() {
            "{msg} {bar:24} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta} left"
        } else {
            "{msg} {spinner} {decimal_bytes} {decimal_bytes_per_sec}"
        };
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(self.what.clone());
        terminal::set_bar(Some(bar.clone()));
        self.bar = Some(bar);
    }

    fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            return;
        }
        let Some(total) = self.total.filter(|total| *total >= 500_000_000) else {
            return;
        };
        let percent = self.done.saturating_mul(100) / total;
        if percent >= self.next && percent < 100 {
            let of = terminal::size(total);
            terminal::tell(format_args!("{}: {percent} % of {of}", self.what));
            self.next = percent / STEP * STEP + STEP;
        }
    }

    fn message(&mut self, text: &str) {
        terminal::tell(terminal::printable(text));
    }

    fn finish(&mut self) {
        terminal::set_bar(None);
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.total = None;
    }
}

impl Drop for ModelProgress {
    fn drop(&mut self) {
        self.finish();
    }
}
