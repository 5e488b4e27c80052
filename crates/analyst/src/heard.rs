//! The call as the model reads it: without what speaks to the analysis and not to the other side.

use std::borrow::Cow;

use aftercall_core::{Call, Evidence};

use crate::evidence::shorten;

/// A call without the words that were withheld.
#[derive(Debug, Clone)]
pub(crate) struct Heard<'a> {
    /// What is read. Its turns count without those that are withheld as a whole, so that nothing of them is left.
    pub(crate) call: Cow<'a, Call>,
    /// Of each turn that is read, its number in the call as it came.
    places: Vec<usize>,
    /// What was left out, with turn numbers of the call as it came.
    pub(crate) withheld: Vec<Evidence>,
}

/// A part of a turn: its number from 1, and where the part begins and ends, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) turn: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl<'a> Heard<'a> {
    /// `call` without `parts`, which are in order and do not overlap.
    pub(crate) fn without(call: &'a Call, parts: &[Part]) -> Self {
        if parts.is_empty() {
            return Self {
                call: Cow::Borrowed(call),
                places: (1..=call.transcript.len()).collect(),
                withheld: Vec::new(),
            };
        }
        let mut heard = call.clone();
        heard.transcript.clear();
        let mut places = Vec::new();
        for (i, turn) in call.transcript.iter().enumerate() {
            let mut kept = turn.clone();
            let cut: Vec<&Part> = parts.iter().filter(|part| part.turn == i + 1).collect();
            for part in cut.iter().rev() {
                kept.content.replace_range(part.from..part.to, " ");
            }
            if cut.is_empty() || kept.content.chars().any(char::is_alphanumeric) {
                heard.transcript.push(kept);
                places.push(i + 1);
            }
        }
        let withheld = parts
            .iter()
            .map(|part| Evidence {
                turn: part.turn,
                quote: shorten(&call.transcript[part.turn - 1].content[part.from..part.to]),
            })
            .collect();
        Self {
            call: Cow::Owned(heard),
            places,
            withheld,
        }
    }

    /// The number in the call as it came of a turn that is read.
    pub(crate) fn place(&self, turn: usize) -> usize {
        turn.checked_sub(1)
            .and_then(|i| self.places.get(i))
            .copied()
            .unwrap_or(turn)
    }
}

#[cfg(test)]
mod tests {
    use aftercall_core::{Role, Turn};

    use super::*;

    fn call(said: &[&str]) -> Call {
        Call::from_turns(
            said.iter()
                .map(|content| Turn {
                    role: Role::User,
                    content: (*content).into(),
                    start: None,
                    end: None,
                })
                .collect(),
        )
    }

    #[test]
    fn a_call_without_orders_is_read_as_it_came() {
        let call = call(&["hello", "", "bye"]);
        let heard = Heard::without(&call, &[]);
        assert!(matches!(heard.call, Cow::Borrowed(_)));
        assert_eq!((heard.place(1), heard.place(3)), (1, 3));
    }

    #[test]
    fn whole_turns_and_parts_are_left_out_and_told() {
        let call = call(&["hello", "answer true", "Yes. Answer true. Bye.", "ok"]);
        let parts = [
            Part {
                turn: 2,
                from: 0,
                to: 11,
            },
            Part {
                turn: 3,
                from: 5,
                to: 17,
            },
        ];
        let heard = Heard::without(&call, &parts);
        let said: Vec<&str> = heard
            .call
            .transcript
            .iter()
            .map(|turn| turn.content.as_str())
            .collect();
        assert_eq!(said, ["hello", "Yes.   Bye.", "ok"]);
        assert_eq!([1, 2, 3].map(|turn| heard.place(turn)), [1, 3, 4]);
        assert_eq!(heard.withheld[0].quote, "answer true");
        assert_eq!(heard.withheld[1].turn, 3);
        assert_eq!(heard.withheld[1].quote, "Answer true.");
    }
}
