//! A transcript written as plain text.
//!
//! - A line that begins with a speaker and a colon is a new turn: `Agent: …`, `Customer: …`, `Speaker 1: …`,
//!   `Dr Smith: …`. A speaker is a role that [`Role::from_name`] knows, in any case, or one to three words that each
//!   begin with a capital letter or a digit, 40 characters at most, the first of them with a letter.
//! - A time may stand before the speaker or, in brackets, after it: `[00:12] Agent: …`, `1:02:03 User: …`,
//!   `[00:12 - 00:15] Agent: …`, `Agent (00:12): …`. Times count from the start of the call; if the first one is an
//!   hour or more, they are times of day and count from the first. Times that do not ascend are left out, all
//!   of them: the order of the lines is the order of the turns.
//! - Any other line goes on with the turn before. Blank lines are skipped.
//! - What stands before the first speaker is a turn of the role `speaker`; so a text without any speaker is one turn.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::Problem;
use crate::call::{Role, Turn};
use crate::call_file::{MAX_CALL_BYTES, MAX_TURNS, check_size, check_turn_size};
use crate::problem::Problems;
use crate::times::MAX_SECONDS;

/// The role of words that nobody is named for.
const NOBODY: &str = "speaker";

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"\d{1,3}:[0-5]\d(?::[0-5]\d)?(?:[.,]\d{1,6})?";
    let pattern = format!(
        r"(?x)^
        (?: [\[(]? (?<start>{time}) (?: \s*(?:-+>?|–)\s* (?<end>{time}) )? [\])]? \s* [-–]? \s* )?
        (?<who> \p{{L}} [\p{{L}}\p{{N}}_\ .'’-]{{0,39}}? )
        (?: \s* [\[(] (?<after>{time}) [\])] )?
        \s* : (?: \s+ (?<said>.*) )? $"
    );
    Regex::new(&pattern).expect("a fixed pattern")
});

/// Reads the turns of a plain text. A text without a word in it has none.
///
/// # Errors
/// The limits that are broken: size, turns, size of a turn.
pub fn parse_transcript_text(text: &str) -> Result<Vec<Turn>, Vec<Problem>> {
    let mut problems = Problems::default();
    if text.len() > MAX_CALL_BYTES {
        check_size(text.len(), &mut problems);
        return problems.or(Vec::new());
    }
    let mut turns: Vec<Turn> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if let Some(turn) = labelled(line) {
            turns.push(turn);
            continue;
        }
        if turns.is_empty() {
            turns.push(turn(Role::Other(NOBODY.to_owned()), String::new()));
        }
        if let Some(last) = turns.last_mut() {
            if !last.content.is_empty() {
                last.content.push(' ');
            }
            last.content.push_str(line);
        }
    }
    settle_times(&mut turns);
    if turns.len() > MAX_TURNS {
        let rule = format!("must have at most {MAX_TURNS} turns");
        problems.add(Problem::told(
            "transcript",
            format!("{} turns", turns.len()),
            rule,
        ));
    }
    for (n, turn) in turns.iter().enumerate() {
        check_turn_size(n, turn.content.len(), &mut problems);
    }
    check_size(turns.iter().map(|t| t.content.len()).sum(), &mut problems);
    problems.or(turns)
}

fn turn(role: Role, content: String) -> Turn {
    Turn {
        role,
        content,
        start: None,
        end: None,
    }
}

/// The turn that a line begins, if it begins one.
fn labelled(line: &str) -> Option<Turn> {
    match plainly(line) {
        Some(found) => found,
        None => by_pattern(line),
    }
}

/// The same for lines of the usual sort, `Agent: …`, which need no pattern to be told; `None` where one is needed.
fn plainly(line: &str) -> Option<Option<Turn>> {
    let first = line.bytes().next()?;
    if !first.is_ascii_alphabetic() {
        return None;
    }
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b"_ .'-".contains(&b);
    let head = line.bytes().take_while(|b| in_name(*b)).count();
    if line.as_bytes().get(head) != Some(&b':') {
        return (head == line.len()).then_some(None);
    }
    let (who, rest) = (line[..head].trim_end(), &line[head + 1..]);
    if who.len() > 40 || !(rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        return Some(None);
    }
    let role = Role::from_name(who);
    let named = !matches!(role, Role::Other(_)) || is_name(who);
    Some(named.then(|| turn(role, rest.trim().to_owned())))
}

fn by_pattern(line: &str) -> Option<Turn> {
    let parts = LINE.captures(line)?;
    let who = parts["who"].trim();
    let role = Role::from_name(who);
    if matches!(role, Role::Other(_)) && !is_name(who) {
        return None;
    }
    let said = parts.name("said").map_or("", |m| m.as_str().trim());
    let mut turn = turn(role, said.to_owned());
    turn.start = seconds(&parts, "start").or_else(|| seconds(&parts, "after"));
    turn.end = seconds(&parts, "end");
    Some(turn)
}

/// One to three words with a capital letter or a digit at the head of each.
fn is_name(who: &str) -> bool {
    let words: Vec<&str> = who.split_whitespace().collect();
    let headed = |word: &&str| {
        word.chars()
            .next()
            .is_some_and(|c| c.is_numeric() || (c.is_alphabetic() && !c.is_lowercase()))
    };
    (1..=3).contains(&words.len()) && words.iter().all(headed)
}

fn seconds(parts: &Captures, name: &str) -> Option<f64> {
    parts
        .name(name)?
        .as_str()
        .split(':')
        .try_fold(0.0, |sum, part| {
            let part: f64 = part.replace(',', ".").parse().ok()?;
            Some(sum * 60.0 + part)
        })
}

fn settle_times(turns: &mut [Turn]) {
    let first = turns.iter().find_map(|turn| turn.start).unwrap_or(0.0);
    let zero = if first >= 3600.0 { first } else { 0.0 };
    let mut latest = 0.0;
    let mut sound = true;
    for turn in turns.iter_mut() {
        turn.start = turn.start.map(|s| s - zero);
        turn.end = turn.end.map(|s| s - zero);
        if let Some(start) = turn.start {
            sound &= (latest..=MAX_SECONDS).contains(&start);
            latest = start;
        }
        if let (Some(start), Some(end)) = (turn.start, turn.end) {
            sound &= (start..=MAX_SECONDS).contains(&end);
        }
    }
    if !sound {
        for turn in turns {
            turn.start = None;
            turn.end = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, Option<f64>)> {
        parse_transcript_text(text)
            .unwrap()
            .into_iter()
            .map(|t| (t.role.name().to_owned(), t.content, t.start))
            .collect()
    }

    fn row(role: &str, content: &str, start: Option<f64>) -> (String, String, Option<f64>) {
        (role.into(), content.into(), start)
    }

    #[test]
    fn speakers_and_lines_that_go_on() {
        let text = "\u{feff}Agent: Hello.\r\nHow can I help?\r\n\r\nCUSTOMER: I want: tea\nSpeaker 1: Hm\nDr Smith:\nFine.\n";
        assert_eq!(
            read(text),
            [
                row("agent", "Hello. How can I help?", None),
                row("user", "I want: tea", None),
                row("Speaker 1", "Hm", None),
                row("Dr Smith", "Fine.", None),
            ]
        );
    }

    #[test]
    fn times() {
        let text = "[00:12] Agent: a\n(0:15.5) User: b\n1:02:03 Bot: c\n[62:04 - 62:09] Caller: d\nHuman (62:10): e";
        assert_eq!(
            read(text),
            [
                row("agent", "a", Some(12.0)),
                row("user", "b", Some(15.5)),
                row("agent", "c", Some(3723.0)),
                row("user", "d", Some(3724.0)),
                row("user", "e", Some(3730.0)),
            ]
        );
        assert_eq!(parse_transcript_text(text).unwrap()[3].end, Some(3729.0));
    }

    #[test]
    fn times_of_day_count_from_the_first() {
        let turns = read("14:03:22 Agent: a\n14:03:30 User: b");
        assert_eq!(
            turns,
            [row("agent", "a", Some(0.0)), row("user", "b", Some(8.0))]
        );
    }

    #[test]
    fn times_that_do_not_ascend_are_left_out() {
        let turns = read("[00:20] Agent: a\n[00:10] User: b");
        assert_eq!(turns, [row("agent", "a", None), row("user", "b", None)]);
    }

    #[test]
    fn no_speaker_is_one_turn() {
        assert_eq!(
            read("hello there\nhow are you"),
            [row("speaker", "hello there how are you", None)]
        );
        assert_eq!(read(" \n\n"), []);
    }

    #[test]
    fn what_is_no_speaker() {
        for line in [
            "so here is what I will do: nothing",
            "see https://example.com: it is there",
            "it is 10:30 now",
            "the total is: 50",
            "a: b",
            ": b",
            "Well, then: fine",
            "Let me tell you this: no",
        ] {
            assert_eq!(
                read(&format!("Agent: x\n{line}")),
                [row("agent", &format!("x {line}"), None)]
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn lines_that_need_no_pattern_are_told_as_by_it(
            line in "[A-Za-z][A-Za-z0-9_ .'\t-]{0,45}:?[ \ta-z:é\u{a0}]{0,10}|[A-Za-z0-9_ .'’():é\\[\\]-]{0,60}",
        ) {
            let line = line.trim();
            if let Some(found) = plainly(line) {
                proptest::prop_assert_eq!(found, by_pattern(line));
            }
        }
    }

    #[test]
    fn limits() {
        let long = format!("Agent: {}", "x".repeat(crate::MAX_TURN_BYTES + 1));
        assert_eq!(
            parse_transcript_text(&long).unwrap_err()[0].field,
            "transcript[0].content"
        );
        let many = "Agent: x\n".repeat(MAX_TURNS + 1);
        assert_eq!(
            parse_transcript_text(&many).unwrap_err()[0].value,
            "20001 turns"
        );
    }
}
