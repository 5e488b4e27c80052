//! Transcripts that come as one text, a speaker before every line.

use aftercall_core::{Problem, Role, Turn, parse_transcript_text};

use crate::draft::{Draft, DraftTurn, Names};
use crate::object::Object;

/// Adds the turns of a text, as `aftercall-core` reads them.
pub(crate) fn add(
    draft: &mut Draft,
    names: &'static Names,
    text: &str,
) -> Result<(), Vec<Problem>> {
    let turns = parse_transcript_text(text).map_err(|mut problems| {
        for problem in &mut problems {
            problem.field = problem.field.replacen("transcript", names.list, 1);
        }
        problems
    })?;
    for (index, turn) in turns.into_iter().enumerate() {
        let mut added = DraftTurn::new(names, index, turn.role, turn.content);
        (added.start, added.end) = (turn.start, turn.end);
        draft.turns.push(added);
    }
    Ok(())
}

/// Reads such a text of a payload where there are no turns yet; else it says the same once more, and is left out.
pub(crate) fn flat(
    draft: &mut Draft,
    names: &'static Names,
    root: &mut Object<'_>,
    path: &str,
) -> Result<(), Vec<Problem>> {
    if !draft.turns.is_empty() {
        root.leave_out(path);
        return Ok(());
    }
    match root.said(path) {
        Some(text) => add(draft, names, &text),
        None => Ok(()),
    }
}

/// Turns as such a text. What a turn says stands on one line.
pub(crate) fn text(turns: &[Turn], agent: &str, user: &str) -> String {
    let mut out = String::new();
    for turn in turns {
        let who = match &turn.role {
            Role::Agent => agent,
            Role::User => user,
            Role::Other(name) => name,
        };
        let said = turn
            .content
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        out.push_str(who);
        out.push_str(": ");
        out.push_str(&said);
        out.push('\n');
    }
    out
}
