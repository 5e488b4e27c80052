//! Standard error and the width of the terminal. A progress bar that is shown makes room for what is written.

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::sync::Mutex;

use anstyle::{AnsiColor, Style};
use comfy_table::Table;
use indicatif::ProgressBar;

/// Columns where the output is no terminal.
const PLAIN_COLUMNS: usize = 80;
/// Lines longer than this are hard to read, however wide the window is.
const MAX_COLUMNS: usize = 120;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();

static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Names the bar that has to make room, or none.
pub(crate) fn set_bar(bar: Option<ProgressBar>) {
    if let Ok(mut shown) = BAR.lock() {
        *shown = bar;
    }
}

/// Does the work with the bar out of the way.
pub(crate) fn suspended<T>(work: impl FnOnce() -> T) -> T {
    let bar = BAR.lock().ok().and_then(|bar| bar.clone());
    match bar {
        Some(bar) => bar.suspend(work),
        None => work(),
    }
}

/// One line on standard error. Nobody can be told that standard error is closed.
pub(crate) fn tell(text: impl Display) {
    suspended(|| drop(writeln!(anstream::stderr(), "{text}")));
}

/// A line that begins with `error:`.
pub(crate) fn error(text: impl Display) {
    let red = AnsiColor::Red.on_default().bold();
    tell(format_args!("{red}error:{red:#} {text}"));
}

/// A line that begins with `warning:`.
pub(crate) fn warn(text: impl Display) {
    let yellow = AnsiColor::Yellow.on_default().bold();
    tell(format_args!("{yellow}warning:{yellow:#} {text}"));
}

/// A line that begins with `note:`.
pub(crate) fn note(text: impl Display) {
    tell(format_args!("{BOLD}note:{BOLD:#} {text}"));
}

/// Columns for text on standard output.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(PLAIN_COLUMNS, |(width, _)| {
        usize::from(width.0).clamp(40, MAX_COLUMNS)
    })
}

/// The lines of a table: the first in bold, no blanks at the ends, each ended.
pub(crate) fn trimmed(table: &Table) -> String {
    let mut text = String::new();
    for (row, line) in table.lines().enumerate() {
        let line = line.trim_end();
        // Writing to a string cannot fail.
        let _ = if row == 0 {
            writeln!(text, "{BOLD}{line}{BOLD:#}")
        } else {
            writeln!(text, "{line}")
        };
    }
    text
}

/// Text from outside without characters that move a cursor, change colours or turn the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' | '\r' => ' ',
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Bytes in the unit that disks are sold in.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", (bytes + 500_000) / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// A number with its noun: `1 call`, `2 calls`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2Jb\u{202e}c\r\nd"),
            "a\u{fffd}[2Jb\u{fffd}c  d"
        );
        assert_eq!(printable("Straße हाँ"), "Straße हाँ");
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(size(98_362_432), "98 MB");
        assert_eq!(size(1_117_320_768), "1.1 GB");
        assert_eq!(size(10), "1 kB");
        assert_eq!(count(1, "call"), "1 call");
        assert_eq!(count(0, "call"), "0 calls");
    }
}
