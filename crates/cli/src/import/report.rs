//! What became of the payloads of an import.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use aftercall_store::calls::Outcome;

use crate::terminal::{self, count, printable};

/// Counts what becomes of payloads; what is refused is said at once.
pub(super) struct Report {
    files: Vec<PathBuf>,
    created: usize,
    unchanged: usize,
    changed: usize,
    refused: usize,
    /// Events that are not the end of a call, by name.
    ignored: BTreeMap<String, usize>,
}

impl Report {
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        Self {
            files,
            created: 0,
            unchanged: 0,
            changed: 0,
            refused: 0,
            ignored: BTreeMap::new(),
        }
    }

    pub(super) fn taken(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Completed | Outcome::Updated => self.changed += 1,
        }
    }

    /// Calls that a dry run found nothing wrong with.
    pub(super) fn would_take(&mut self, calls: usize) {
        self.created += calls;
    }

    pub(super) fn ignored(&mut self, event: String) {
        *self.ignored.entry(event).or_default() += 1;
    }

    /// Says which rules a payload breaks.
    pub(super) fn refused(&mut self, file: usize, line: u64, rules: &[String]) {
        self.refused += 1;
        let name = self.files.get(file).map(|path| path.display().to_string());
        let mut place = name.unwrap_or_default();
        if line > 0 {
            // Writing into a text cannot fail.
            let _ = write!(place, ":{line}");
        }
        for rule in rules {
            terminal::error(format_args!("{place}: {}", printable(rule)));
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.refused == 0
    }

    /// All of it in a few lines.
    pub(super) fn told(&self, dry: bool) -> String {
        let mut out = if dry {
            format!("{} would be taken", count(self.created, "call"))
        } else {
            format!(
                "{} stored, {} changed, {} there already",
                count(self.created, "call"),
                self.changed,
                self.unchanged
            )
        };
        let _ = write!(out, ", {} refused", count(self.refused, "payload"));
        for (event, times) in &self.ignored {
            let _ = write!(
                out,
                "\nignored, as no call ends by it: {} ({times})",
                printable(event)
            );
        }
        out
    }
}
