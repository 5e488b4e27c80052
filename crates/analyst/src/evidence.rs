//! Quotes that are checked against the transcript. The program looks; the model is not believed.

use aftercall_core::{Call, Evidence};

/// The longest quote, in characters: a sentence, not a speech.
const QUOTE_CHARS: usize = 160;

/// Whether the quote's words stand in that turn, in that order, letters and digits alone compared.
#[must_use]
pub fn stands(call: &Call, evidence: &Evidence) -> bool {
    let quote = squash(&evidence.quote);
    !quote.is_empty()
        && evidence
            .turn
            .checked_sub(1)
            .and_then(|i| call.transcript.get(i))
            .is_some_and(|turn| squash(&turn.content).contains(&quote))
}

/// Keeps what stands; says how many did not.
#[must_use]
pub fn keep_what_stands(call: &Call, evidence: Vec<Evidence>) -> (Vec<Evidence>, usize) {
    let before = evidence.len();
    let kept: Vec<_> = evidence.into_iter().filter(|e| stands(call, e)).collect();
    let dropped = before - kept.len();
    (kept, dropped)
}

/// The turns, from 1, in which the words stand as a whole: "4" is not found in "14".
pub(crate) fn turns_with(call: &Call, words: &str) -> Vec<usize> {
    let wanted = tokens(words);
    if wanted.is_empty() {
        return Vec::new();
    }
    call.transcript
        .iter()
        .enumerate()
        .filter(|(_, turn)| {
            tokens(&turn.content)
                .windows(wanted.len())
                .any(|w| w == wanted)
        })
        .map(|(i, _)| i + 1)
        .collect()
}

/// The turns that hold most of the words, and at least half of them: for words that stand in no turn as a whole.
pub(crate) fn turns_near(call: &Call, words: &str) -> Vec<usize> {
    let wanted = tokens(words);
    let shared: Vec<usize> = call
        .transcript
        .iter()
        .map(|turn| {
            let said = tokens(&turn.content);
            wanted.iter().filter(|w| said.contains(w)).count()
        })
        .collect();
    let most = shared.iter().copied().max().unwrap_or(0);
    if most == 0 || most * 2 < wanted.len() {
        return Vec::new();
    }
    (1..=shared.len())
        .filter(|turn| shared[turn - 1] == most)
        .collect()
}

/// The part of a turn that says most about `about`: the turn itself when it is short, else its best sentence.
pub(crate) fn quote(call: &Call, turn: usize, about: &str) -> Option<Evidence> {
    let content = &call.transcript.get(turn.checked_sub(1)?)?.content;
    let about = tokens(about);
    let best = sentences(content)
        .into_iter()
        .filter(|s| s.chars().any(char::is_alphanumeric))
        .max_by_key(|s| {
            let words = tokens(s);
            // The later of two equals loses: `max_by_key` keeps the last, so the place is subtracted.
            about
                .iter()
                .filter(|w| w.len() > 2 && words.contains(w))
                .count()
                * 1000
                + words.len().min(30)
        })?;
    Some(Evidence {
        turn,
        quote: shorten(best),
    })
}

/// The words of a turn around `value`, when it stands there.
pub(crate) fn quote_of_value(call: &Call, turn: usize, value: &str) -> Option<Evidence> {
    let content = &call.transcript.get(turn.checked_sub(1)?)?.content;
    let wanted = tokens(value);
    let sentence = sentences(content)
        .into_iter()
        .find(|s| tokens(s).windows(wanted.len().max(1)).any(|w| w == wanted))?;
    Some(Evidence {
        turn,
        quote: shorten(sentence),
    })
}

/// Cuts at a word's end; what remains still stands in the turn.
pub(crate) fn shorten(sentence: &str) -> String {
    let sentence = sentence.trim();
    if sentence.chars().count() <= QUOTE_CHARS {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(QUOTE_CHARS).collect();
    match cut.rfind(char::is_whitespace) {
        Some(end) => cut[..end].trim_end().to_owned(),
        None => cut,
    }
}

/// Sentences of a text: they end in `.`, `!`, `?` or their kin before a blank, or at a line break.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut ended = false;
    for (i, c) in text.char_indices() {
        if (ended && c.is_whitespace()) || c == '\n' {
            parts.push(&text[start..i]);
            start = i;
        }
        ended = matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '।');
    }
    parts.push(&text[start..]);
    parts
}

pub(crate) fn squash(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Words and numbers in lower case.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use aftercall_core::{Role, Turn};

    use super::*;

    fn call(turns: &[&str]) -> Call {
        Call::from_turns(
            turns
                .iter()
                .map(|t| Turn {
                    role: Role::User,
                    content: (*t).into(),
                    start: None,
                    end: None,
                })
                .collect(),
        )
    }

    fn evidence(turn: usize, quote: &str) -> Evidence {
        Evidence {
            turn,
            quote: quote.into(),
        }
    }

    #[test]
    fn only_words_that_were_said_there_stand() {
        let call = call(&["I want my money back, now!", "Certainly."]);
        assert!(stands(&call, &evidence(1, "MONEY back now")));
        assert!(!stands(&call, &evidence(2, "money back")));
        assert!(!stands(&call, &evidence(1, "the money")));
        assert!(!stands(&call, &evidence(0, "I want")));
        assert!(!stands(&call, &evidence(3, "I want")));
        assert!(!stands(&call, &evidence(1, "  ")));
        let (kept, dropped) =
            keep_what_stands(&call, vec![evidence(1, "money"), evidence(2, "gold")]);
        assert_eq!((kept.len(), dropped), (1, 1));
    }

    #[test]
    fn a_number_is_not_found_inside_another() {
        let call = call(&["room 14", "for 4 people", "४ लोग"]);
        assert_eq!(turns_with(&call, "4"), [2]);
        assert_eq!(turns_with(&call, ""), Vec::<usize>::new());
    }

    #[test]
    fn words_that_are_spread_are_found_where_most_of_them_are() {
        let call = call(&["at 10 am", "on March 11th at 10:30 am please", "no"]);
        assert_eq!(turns_near(&call, "March 11th at 10:30"), [2]);
        assert_eq!(turns_near(&call, "Tuesday next week"), Vec::<usize>::new());
    }

    #[test]
    fn a_quote_is_the_best_sentence_and_stands() {
        let call = call(&["Hello there. I would like to cancel my order, please. Thanks a lot."]);
        let found = quote(&call, 1, "Did the customer cancel the order?").unwrap();
        assert_eq!(found.quote, "I would like to cancel my order, please.");
        assert!(stands(&call, &found));
    }

    #[test]
    fn a_long_quote_is_cut_at_a_word_and_stands() {
        let long = "word ".repeat(100);
        let call = call(&[&long]);
        let found = quote(&call, 1, "").unwrap();
        assert!(found.quote.chars().count() <= QUOTE_CHARS);
        assert!(stands(&call, &found));
    }
}
