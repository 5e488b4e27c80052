//! WebVTT: a cue is a turn, more where it has several voices. What is known of the call beside it stands in the address.
//!
//! The speaker is the voice tag (`<v Agent>`), else a name with a colon before the words, else nobody (`speaker`). Tags are taken
//! out; comments are kept; styles, regions and settings of cues say how to draw them and are left out.

use aftercall_core::{Call, Problem, Role, parse_transcript_text};
use serde_json::{Map, Value as Json, json};

use super::{STANDARD_SIGNATURE, Source};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::Reading;
use crate::outcome::Outcome;
use crate::samples::Sample;
use crate::signature::Signature;
use crate::{Incoming, json, speakers, times};

const NAME: &str = "webvtt";

static TURNS: Names = Names {
    list: "cue",
    role: "voice",
    content: "text",
    start: "start",
    end: "end",
};

pub(super) struct WebVtt;

impl Source for WebVtt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &STANDARD_SIGNATURE
    }

    fn signs(&self) -> bool {
        false
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let text = json::text(incoming.body)?;
        let mut lines = text.lines().map(str::trim_end).peekable();
        let head = lines.next().unwrap_or_default();
        if !(head == "WEBVTT" || head.starts_with("WEBVTT ") || head.starts_with("WEBVTT\t")) {
            let rule = "must begin with a line WEBVTT";
            let shown: String = head.chars().take(40).collect();
            return Err(vec![Problem::new("body", Some(&shown.into()), rule)]);
        }
        let reading = Reading::default();
        let hints = Hints::of(incoming.query());
        let (draft, notes) = read_blocks(lines, &reading, hints.get(AGENT));
        let mut left = Map::new();
        let title = head.trim_start_matches("WEBVTT").trim();
        left.insert("title".to_owned(), title.into());
        left.insert("notes".to_owned(), json!(notes));
        draft.finish(NAME, NAME.to_owned(), &hints, reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        let mut text = "WEBVTT\n".to_owned();
        for (number, turn) in (1..).zip(&call.transcript) {
            let who = match &turn.role {
                Role::Agent => "Agent",
                Role::User => "Customer",
                Role::Other(name) => name,
            };
            let start = turn.start.unwrap_or_default();
            let end = turn.end.unwrap_or(start);
            text.push_str(&format!(
                "\n{number}\n{} --> {}\n<v {}>{}</v>\n",
                clock(start, '.'),
                clock(end, '.'),
                escaped(who),
                escaped(
                    &turn
                        .content
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ")
                ),
            ));
        }
        Sample::text("text/vtt; charset=utf-8", text).telling_all(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["variables"]
    }
}

/// A time as subtitles have it.
pub(super) fn clock(seconds: f64, point: char) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds of a call are neither negative nor many"
    )]
    let millis = (seconds * 1000.0).round() as u64;
    let (seconds, millis) = (millis / 1000, millis % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{millis:03}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn read_blocks<'t>(
    mut lines: std::iter::Peekable<impl Iterator<Item = &'t str>>,
    reading: &Reading,
    agent: Option<&str>,
) -> (Draft, Vec<String>) {
    let mut draft = Draft::default();
    let mut notes = Vec::new();
    // What stands below the first line belongs to it.
    while lines.next_if(|line| !line.is_empty()).is_some() {}
    let mut number = 0;
    while lines.peek().is_some() {
        let mut block: Vec<&str> = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.is_empty()) {
            block.push(line);
        }
        lines.next();
        let Some(first) = block.first() else {
            continue;
        };
        if first.starts_with("NOTE") {
            let note = block.join("\n");
            notes.push(note.trim_start_matches("NOTE").trim().to_owned());
        } else if ["STYLE", "REGION"].contains(first) {
            reading.left_out((*first).to_lowercase(), 1);
        } else {
            let Some(at) = block.iter().take(2).position(|line| line.contains("-->")) else {
                reading.left_out("text outside of cues".to_owned(), block.len());
                continue;
            };
            add_cue(
                &mut draft,
                reading,
                number,
                block[at],
                &block[at + 1..],
                agent,
            );
            number += 1;
        }
    }
    (draft, notes)
}

/// Start and end of a cue, and whether there are settings.
pub(super) fn timing(line: &str) -> Option<(f64, f64, bool)> {
    let (start, rest) = line.split_once("-->")?;
    let mut rest = rest.split_whitespace();
    let (start, end) = (times::clock(start.trim())?, times::clock(rest.next()?)?);
    Some((start, end, rest.next().is_some()))
}

fn add_cue(
    draft: &mut Draft,
    reading: &Reading,
    index: usize,
    line: &str,
    text: &[&str],
    agent: Option<&str>,
) {
    let Some((start, end, settings)) = timing(line) else {
        let rule = "must have a start and an end such as 00:00:01.000 --> 00:00:03.500";
        let shown: Json = line.chars().take(80).collect::<String>().into();
        reading.problem(Problem::new(format!("cue[{index}]"), Some(&shown), rule));
        return;
    };
    if settings {
        reading.left_out("settings of cues".to_owned(), 1);
    }
    for (voice, said) in voices(&text.join("\n")) {
        let said = unescaped(&said);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if said.is_empty() && voice.is_none() {
            continue;
        }
        let (role, said) = spoken(voice.map(|voice| unescaped(&voice)), said, agent);
        let mut turn = DraftTurn::new(&TURNS, index, role, said);
        (turn.start, turn.end) = (Some(start), Some(end));
        draft.turns.push(turn);
    }
}

/// Who says it, by the voice, else by a name before the words.
pub(super) fn spoken(voice: Option<String>, said: String, agent: Option<&str>) -> (Role, String) {
    if let Some(voice) = voice {
        return (speakers::role(&voice, agent), said);
    }
    let turns = parse_transcript_text(&said).unwrap_or_default();
    match <[_; 1]>::try_from(turns) {
        Ok([turn]) if turn.role.name() != "speaker" => {
            (speakers::role(turn.role.name(), agent), turn.content)
        }
        _ => (speakers::role("", None), said),
    }
}

/// The text of a cue without its tags, in pieces of one voice each.
fn voices(text: &str) -> Vec<(Option<String>, String)> {
    let mut out: Vec<(Option<String>, String)> = vec![(None, String::new())];
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let said = &rest[..open];
        if let Some(last) = out.last_mut() {
            last.1.push_str(said);
        }
        let tag = &rest[open + 1..];
        let Some(close) = tag.find('>') else {
            rest = "";
            break;
        };
        let (name, after) = (&tag[..close], &tag[close + 1..]);
        let voice = name
            .strip_prefix('v')
            .filter(|tail| tail.starts_with([' ', '\t', '.', '\n']));
        if let Some(tail) = voice {
            // `v.loud Mary`: classes stand before the blank.
            let who = tail
                .split_once([' ', '\t', '\n'])
                .map_or("", |(_, who)| who);
            out.push((Some(who.trim().to_owned()), String::new()));
        } else if name == "/v" {
            out.push((None, String::new()));
        }
        rest = after;
    }
    if let Some(last) = out.last_mut() {
        last.1.push_str(rest);
    }
    out.retain(|(voice, said)| voice.is_some() || !said.trim().is_empty());
    out
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&lrm;", "\u{200e}")
        .replace("&rlm;", "\u{200f}")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_written_as_they_are_read() {
        assert_eq!(clock(3723.25, '.'), "01:02:03.250");
        assert_eq!(times::clock(&clock(0.4, ',')), Some(0.4));
    }

    #[test]
    fn voices_and_tags() {
        let of = |text: &str| voices(text);
        assert_eq!(
            of("<v.loud Mary>Hi <i>there</i></v> <v Bob>yes"),
            [
                (Some("Mary".into()), "Hi there".into()),
                (Some("Bob".into()), "yes".into())
            ]
        );
        assert_eq!(of("a <00:01.000>b"), [(None, "a b".into())]);
        assert_eq!(of("<v"), []);
        assert_eq!(of("<voice>a"), [(None, "a".into())]);
    }
}
