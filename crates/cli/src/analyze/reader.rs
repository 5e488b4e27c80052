//! Calls out of a source, one after the other, each with the place it was found at.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::iter;

use aftercall_core::{Call, MAX_CALL_BYTES, Problem, parse_call_str, parse_transcript_text};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::inputs::{Kind, Source};
use crate::terminal::printable;

/// Bytes of a file that holds a list of calls; JSON Lines may be as long as they like.
const MAX_LIST_BYTES: u64 = 1 << 30;

/// Where a call was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    name: String,
    /// From 1; none where the file holds one call.
    line: Option<usize>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.line {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}

/// A call, or why there is none.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) origin: Origin,
    pub(crate) outcome: Result<Call, Refusal>,
}

/// Why a call could not be read.
#[derive(Debug)]
pub(crate) enum Refusal {
    Unreadable(io::Error),
    NotText,
    Rules(Vec<Problem>),
}

impl Refusal {
    /// One line a reason.
    pub(crate) fn reasons(&self) -> Vec<String> {
        match self {
            Self::Unreadable(error) => vec![format!("cannot be read: {error}")],
            Self::NotText => vec!["is not UTF-8 text".into()],
            Self::Rules(problems) => problems
                .iter()
                .map(|problem| printable(&problem.to_string()))
                .collect(),
        }
    }
}

type Calls = Box<dyn Iterator<Item = Found>>;

/// Reads the calls of a source, lazily where it has one a line.
pub(crate) fn calls(source: &Source) -> Calls {
    let standard_input = source.path.as_os_str() == "-";
    let name = if standard_input {
        "standard input".into()
    } else {
        printable(&source.path.display().to_string())
    };
    let reader: Box<dyn BufRead> = if standard_input {
        Box::new(BufReader::new(io::stdin()))
    } else {
        match File::open(&source.path) {
            Ok(file) => Box::new(BufReader::new(file)),
            Err(error) => return one(name, Err(Refusal::Unreadable(error))),
        }
    };
    read(name, reader, source.kind)
}

fn read(name: String, mut reader: Box<dyn BufRead>, kind: Kind) -> Calls {
    match kind {
        Kind::Json => document(name, String::new(), reader),
        Kind::Lines => Box::new(Lines::new(name, reader)),
        Kind::Text => text(name, String::new(), reader),
        Kind::Unknown | Kind::Stream => match first_line(&mut reader) {
            Ok(None) => Box::new(iter::empty()),
            Ok(Some((blank, line))) => match guess(&line) {
                Kind::Lines => {
                    let mut lines = Lines::new(name, reader);
                    lines.number = blank;
                    lines.first = Some(line);
                    Box::new(lines)
                }
                Kind::Json => document(name, "\n".repeat(blank) + &line, reader),
                _ => text(name, line, reader),
            },
            Err(refusal) => one(name, Err(refusal)),
        },
    }
}

/// What a text is that begins with this line.
fn guess(line: &str) -> Kind {
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.starts_with('{') {
        // An object that ends in its line is one of many, or alone; one that goes on is a document.
        match serde_json::from_str::<IgnoredAny>(line) {
            Err(error) if error.is_eof() => Kind::Json,
            _ => Kind::Lines,
        }
    } else if let Some(rest) = line.strip_prefix('[') {
        // `[00:12] Agent: …` is a transcript.
        match rest.trim_start().chars().next() {
            None | Some('{' | ']') => Kind::Json,
            Some(_) => Kind::Text,
        }
    } else {
        Kind::Text
    }
}

fn one(name: String, outcome: Result<Call, Refusal>) -> Calls {
    Box::new(iter::once(Found {
        origin: Origin { name, line: None },
        outcome,
    }))
}

/// A whole file: one call, or a list of calls.
fn document(name: String, head: String, reader: Box<dyn BufRead>) -> Calls {
    let text = match rest(head, reader, MAX_LIST_BYTES) {
        Ok(text) => text,
        Err(refusal) => return one(name, Err(refusal)),
    };
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with('[') {
        return one(name, parse_call_str(text).map_err(Refusal::Rules));
    }
    let list: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(list) => list,
        Err(error) => {
            let rule = format!("must be a list of calls in valid JSON: {error}");
            let problem = Problem::told("document", "a text in brackets", rule);
            return one(name, Err(Refusal::Rules(vec![problem])));
        }
    };
    let mut line = 1;
    let mut at = 0;
    let mut found = Vec::with_capacity(list.len());
    for call in list {
        let start = call.get().as_ptr().addr() - text.as_ptr().addr();
        line += text[at..start].matches('\n').count();
        at = start;
        found.push(Found {
            origin: Origin {
                name: name.clone(),
                line: Some(line),
            },
            outcome: parse_call_str(call.get()).map_err(Refusal::Rules),
        });
    }
    Box::new(found.into_iter())
}

/// A whole file that is one transcript.
fn text(name: String, head: String, reader: Box<dyn BufRead>) -> Calls {
    let outcome = rest(head, reader, MAX_CALL_BYTES as u64 + 1).and_then(|text| {
        parse_transcript_text(&text)
            .map(Call::from_turns)
            .map_err(Refusal::Rules)
    });
    one(name, outcome)
}

fn rest(head: String, reader: Box<dyn BufRead>, limit: u64) -> Result<String, Refusal> {
    let mut bytes = head.into_bytes();
    reader
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(Refusal::Unreadable)?;
    String::from_utf8(bytes).map_err(|_| Refusal::NotText)
}

/// The first line that is not blank, with its end, and the number of blank ones before it.
fn first_line(reader: &mut dyn BufRead) -> Result<Option<(usize, String)>, Refusal> {
    let mut blank = 0;
    while let Some(line) = next_line(reader).map_err(Refusal::Unreadable)? {
        let line = String::from_utf8(line).map_err(|_| Refusal::NotText)?;
        if !line
            .trim_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
            .is_empty()
        {
            return Ok(Some((blank, line)));
        }
        blank += 1;
    }
    Ok(None)
}

/// A line with its end. One that is longer than a call may be is cut there and read past: it is refused for its length.
fn next_line(reader: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = MAX_CALL_BYTES as u64 + 2;
    if (&mut *reader).take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() as u64 == limit && !line.ends_with(b"\n") {
        reader.skip_until(b'\n')?;
    }
    Ok(Some(line))
}

/// One call a line; blank lines are skipped.
struct Lines {
    name: String,
    reader: Box<dyn BufRead>,
    /// A line that was read already.
    first: Option<String>,
    /// Lines read.
    number: usize,
    ended: bool,
}

impl Lines {
    fn new(name: String, reader: Box<dyn BufRead>) -> Self {
        Self {
            name,
            reader,
            first: None,
            number: 0,
            ended: false,
        }
    }

    fn line(&mut self) -> Result<Option<String>, Refusal> {
        self.number += 1;
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        match next_line(&mut *self.reader) {
            Ok(None) => Ok(None),
            // A cut may go through a letter.
            Ok(Some(line)) if line.len() > MAX_CALL_BYTES + 1 => {
                Ok(Some(String::from_utf8_lossy(&line).into_owned()))
            }
            Ok(Some(line)) => String::from_utf8(line)
                .map(Some)
                .map_err(|_| Refusal::NotText),
            Err(error) => {
                self.ended = true;
                Err(Refusal::Unreadable(error))
            }
        }
    }
}

impl Iterator for Lines {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while !self.ended {
            let outcome = match self.line() {
                Ok(None) => return None,
                Ok(Some(line)) => {
                    let line = line.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
                    if line.is_empty() {
                        continue;
                    }
                    parse_call_str(line).map_err(Refusal::Rules)
                }
                Err(refusal) => Err(refusal),
            };
            let origin = Origin {
                name: self.name.clone(),
                line: Some(self.number),
            };
            return Some(Found { origin, outcome });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    const CALL: &str = r#"{"callId": "a", "transcript": [{"role": "user", "content": "hi"}]}"#;

    /// `place id` of the calls, `place !rule` of refusals.
    fn found(text: impl Into<Vec<u8>>, kind: Kind) -> Vec<String> {
        let show = |found: Found| match found.outcome {
            Ok(call) => format!("{} {}", found.origin, call.call_id),
            Err(refusal) => format!("{} !{}", found.origin, refusal.reasons().join(" | ")),
        };
        read("f".into(), Box::new(Cursor::new(text.into())), kind)
            .map(show)
            .collect()
    }

    #[test]
    fn lines_are_counted_and_a_bad_one_does_not_end_them() {
        let text = format!("\u{feff}{CALL}\n\n{{\"transcript\": 1}}\r\n{CALL}");
        for kind in [Kind::Lines, Kind::Stream, Kind::Unknown] {
            let found = found(text.clone(), kind);
            assert_eq!(found.len(), 3, "{found:?}");
            assert_eq!((found[0].as_str(), found[2].as_str()), ("f:1 a", "f:4 a"));
            assert!(
                found[1].starts_with("f:3 !transcript: must be a list"),
                "{}",
                found[1]
            );
        }
    }

    #[test]
    fn a_document_is_one_call_or_a_list_of_them() {
        let pretty = CALL.replace(", \"t", ",\n\"t");
        for kind in [Kind::Json, Kind::Stream] {
            assert_eq!(found(pretty.clone(), kind), ["f a"]);
            assert_eq!(
                found(format!("\n[{CALL},\n\n {pretty},\n{CALL}]"), kind),
                ["f:2 a", "f:4 a", "f:6 a"]
            );
            assert!(
                found(format!("[\n{CALL},"), kind)[0]
                    .starts_with("f !document: must be a list of calls")
            );
        }
        assert_eq!(found("[]", Kind::Stream), [""; 0]);
    }

    #[test]
    fn a_stream_may_be_a_transcript() {
        for text in ["Agent: hi", "\n[00:12] Agent: hi\nUser: ho", "[Agent] hi"] {
            let found = found(text, Kind::Stream);
            assert!(
                found.len() == 1 && found[0].starts_with("f CALL-"),
                "{found:?}"
            );
        }
        assert_eq!(found(" \n\n", Kind::Stream), [""; 0]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for kind in [Kind::Json, Kind::Lines, Kind::Text, Kind::Stream] {
            let found = found(b"\xff\xfeA\n".to_vec(), kind);
            assert!(
                found.len() == 1 && found[0].ends_with("!is not UTF-8 text"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_refused_and_the_next_is_read() {
        let text = format!("{}\n{CALL}\n", "é".repeat(MAX_CALL_BYTES / 2 + 100));
        let found = found(text, Kind::Lines);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("must be at most"), "{}", found[0]);
        assert_eq!(found[1], "f:2 a");
    }
}
