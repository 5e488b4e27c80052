//! SubRip (`.srt`): a subtitle is a turn. What is known of the call beside it stands in the address.
//!
//! The speaker is a name with a colon before the words, else nobody (`speaker`). Tags such as `<i>` are taken out.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json};

use super::webvtt::{clock, spoken, timing};
use super::{STANDARD_SIGNATURE, Source};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::Reading;
use crate::outcome::Outcome;
use crate::samples::Sample;
use crate::signature::Signature;
use crate::{Incoming, json};

const NAME: &str = "srt";

static TURNS: Names = Names {
    list: "subtitle",
    role: "speaker",
    content: "text",
    start: "start",
    end: "end",
};

pub(super) struct Srt;

impl Source for Srt {
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
        let reading = Reading::default();
        let hints = Hints::of(incoming.query());
        let mut draft = Draft::default();
        let mut block: Vec<&str> = Vec::new();
        let mut number = 0;
        for line in text.lines().map(str::trim).chain([""]) {
            if !line.is_empty() {
                block.push(line);
            } else if !block.is_empty() {
                add(&mut draft, &reading, number, &block, hints.get(AGENT));
                number += 1;
                block.clear();
            }
        }
        if number == 0 {
            let rule =
                "must have subtitles, each with a line such as 00:00:01,000 --> 00:00:03,500";
            return Err(vec![Problem::told("body", "none", rule)]);
        }
        draft.finish(NAME, NAME.to_owned(), &hints, reading, Map::new())
    }

    fn sample(&self, call: &Call) -> Sample {
        let mut text = String::new();
        for (number, turn) in (1..).zip(&call.transcript) {
            let who = match &turn.role {
                Role::Agent => "Agent",
                Role::User => "Customer",
                Role::Other(name) => name,
            };
            let start = turn.start.unwrap_or_default();
            let said = turn
                .content
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            text.push_str(&format!(
                "{number}\n{} --> {}\n{who}: {said}\n\n",
                clock(start, ','),
                clock(turn.end.unwrap_or(start), ','),
            ));
        }
        if text.is_empty() {
            // A file without any subtitle would be refused.
            text.push_str("1\n00:00:00,000 --> 00:00:00,000\n\n");
        }
        Sample::text("application/x-subrip", text).telling_all(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["variables"]
    }
}

fn add(draft: &mut Draft, reading: &Reading, index: usize, block: &[&str], agent: Option<&str>) {
    let at = block.iter().take(2).position(|line| line.contains("-->"));
    let timed = at.and_then(|at| Some((at, timing(block[at])?)));
    let Some((at, (start, end, placed))) = timed else {
        let shown: Json = block[0].chars().take(80).collect::<String>().into();
        let rule = "must have a start and an end such as 00:00:01,000 --> 00:00:03,500";
        reading.problem(Problem::new(
            format!("subtitle[{index}]"),
            Some(&shown),
            rule,
        ));
        return;
    };
    if placed {
        reading.left_out("places of subtitles".to_owned(), 1);
    }
    let said = untagged(&block[at + 1..].join(" "));
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if said.is_empty() {
        return;
    }
    let (role, said) = spoken(None, said, agent);
    let mut turn = DraftTurn::new(&TURNS, index, role, said);
    (turn.start, turn.end) = (Some(start), Some(end));
    draft.turns.push(turn);
}

/// Without `<b>`, `<i>`, `<u>`, `<font …>` and their ends. Anything else in angle brackets was said.
fn untagged(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let tag = &rest[open..];
        let close = tag.find('>');
        let name = close.map(|close| tag[1..close].trim_start_matches('/').to_ascii_lowercase());
        let is_tag = name.is_some_and(|name| {
            ["b", "i", "u", "s"].contains(&name.as_str())
                || name == "font"
                || name.starts_with("font ")
        });
        match close {
            Some(close) if is_tag => rest = &tag[close + 1..],
            _ => {
                out.push('<');
                rest = &tag[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_are_taken_out() {
        assert_eq!(
            untagged("<i>so</i> <font color=\"red\">a</font> < b <c>"),
            "so a < b <c>"
        );
        assert_eq!(untagged("<"), "<");
    }
}
