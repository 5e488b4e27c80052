//! Results for people: a block for each call that fits the width of the terminal.

use std::fmt::Write as _;

use aftercall_core::{Analysis, Answer, Precision, Status, Value};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::terminal::{BOLD, DIM, printable};

/// Stands for what a call does not say.
const NOT_MENTIONED: &str = "–";

/// The block of one call, at most `columns` wide, with a blank line at its end.
pub(crate) fn block(analysis: &Analysis, explain: bool, columns: usize) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{BOLD}{}{BOLD:#}", printable(&analysis.call_id));
    if !analysis.summary.is_empty() {
        for line in wrapped(&printable(&analysis.summary), columns.saturating_sub(2)) {
            let _ = writeln!(text, "{DIM}  {line}{DIM:#}");
        }
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(columns).unwrap_or(u16::MAX));
    for answer in &analysis.disposition_metrics {
        let mut value = value(answer);
        if explain {
            value.push_str(&reasons(answer));
        }
        table.add_row([
            Cell::new(&answer.identifier),
            Cell::new(format!("{:.2}", answer.confidence)).set_alignment(CellAlignment::Right),
            Cell::new(value),
        ]);
    }
    for line in table.lines() {
        let _ = writeln!(text, " {}", line.trim_end());
    }
    text.push('\n');
    text
}

/// The value as a person reads it.
fn value(answer: &Answer) -> String {
    let day = answer
        .datetime
        .as_ref()
        .is_some_and(|detail| detail.precision == Precision::Day);
    match (answer.status, &answer.value) {
        (Status::Failed, _) => format!("failed: {}", printable(&answer.reasoning)),
        (_, None) => NOT_MENTIONED.into(),
        (_, Some(Value::Boolean(true))) => "yes".into(),
        (_, Some(Value::Boolean(false))) => "no".into(),
        (_, Some(Value::Integer(number))) => number.to_string(),
        (_, Some(Value::Text(text))) => {
            let text = printable(text);
            match text.split_once('T') {
                Some((date, _)) if day => format!("{date} (no time of day was said)"),
                _ => text,
            }
        }
    }
}

/// Lines with the reasoning and the quotes.
fn reasons(answer: &Answer) -> String {
    let mut text = String::new();
    if answer.status != Status::Failed && !answer.reasoning.is_empty() {
        let _ = write!(text, "\n{}", printable(&answer.reasoning));
    }
    for evidence in &answer.evidence {
        let quote = printable(&evidence.quote);
        let _ = write!(text, "\nturn {}: “{quote}”", evidence.turn);
    }
    text
}

/// The text in lines of at most so many columns.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(columns).unwrap_or(u16::MAX))
        .add_row([text]);
    table.lines().map(|line| line.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// Without colours.
    fn plain(analysis: &Analysis, explain: bool) -> String {
        anstream::adapter::strip_str(&block(analysis, explain, 60)).to_string()
    }

    #[test]
    fn a_block_has_values_confidences_and_a_dash_for_what_is_not_said() {
        let (_, analysis) = sample::analysis("call-1");
        let lines: Vec<String> = plain(&analysis, false)
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "call-1",
                "A \"test\" call.",
                "outcome 0.93 booked",
                "mood 0.50 -2",
                "visit 0.75 2026-03-13T15:00:00-04:00",
                "solved 0.80 yes",
                "request 0.60 –",
                ""
            ]
        );
    }

    #[test]
    fn explained_answers_have_their_reasons_and_quotes() {
        let (_, analysis) = sample::analysis("call-1");
        let text = plain(&analysis, true);
        assert!(text.contains("turn 2: “next Friday at 3”"), "{text}");
        assert!(
            text.contains("The caller says so of the request."),
            "{text}"
        );
    }

    #[test]
    fn it_fits_and_cannot_steer_the_terminal() {
        let (_, mut analysis) = sample::analysis("call-1");
        analysis.summary = "word ".repeat(50) + "\u{1b}[31m";
        analysis.disposition_metrics[4] = Answer {
            status: Status::Failed,
            reasoning: "no start of the call \u{1b}]0;x\u{7} ".repeat(5),
            ..analysis.disposition_metrics[4].clone()
        };
        analysis.disposition_metrics[2]
            .datetime
            .as_mut()
            .unwrap()
            .precision = Precision::Day;
        let text = plain(&analysis, true);
        assert!(
            text.lines().all(|line| line.chars().count() <= 60),
            "{text}"
        );
        assert!(!text.contains(['\u{1b}', '\u{7}']));
        assert!(text.contains("failed: no start"), "{text}");
        assert!(
            text.contains("2026-03-13 (no time of day was said)"),
            "{text}"
        );
    }
}
