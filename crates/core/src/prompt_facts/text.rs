//! Sentences and words of a prompt.

use std::sync::LazyLock;

use regex::Regex;

/// A fixed pattern, in any case of letters.
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("a fixed pattern")
}

static AUXILIARY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:did|does|do|was|were|is|are|has|have|had|will|should|am)(?:n['’]t)?\b")
});

/// The sentences of a text: split at line ends and after `.`, `?`, `!` where a space or the end follows.
/// Their marks stay with them.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut from = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = match c {
            '\n' => true,
            '?' | '!' | '.' => {
                let next_is_space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
                let word = text[from..at]
                    .rsplit(char::is_whitespace)
                    .next()
                    .unwrap_or("");
                // The points of "e.g.", "a.m." and "St." end no sentence.
                let short = c == '.'
                    && (word.contains('.')
                        || matches!(
                            word,
                            "vs" | "etc" | "St" | "Dr" | "Mr" | "Ms" | "Mrs" | "No"
                        ));
                next_is_space && !short
            }
            '。' | '？' | '！' => true,
            _ => false,
        };
        if end {
            list.push(text[from..at + c.len_utf8()].trim());
            from = at + c.len_utf8();
        }
    }
    list.push(text[from..].trim());
    list.retain(|s| !s.is_empty());
    list
}

/// Whether a sentence opens like a question that yes or no answers.
pub(crate) fn opens_as_yes_no(sentence: &str) -> bool {
    AUXILIARY.is_match(sentence.trim_start())
}

/// A choice or option for comparison: lower case, `_` and `-` as spaces, no marks around it.
pub(crate) fn plain(choice: &str) -> String {
    let lower = choice.to_lowercase().replace(['_', '-'], " ");
    let words: Vec<&str> = lower.split_whitespace().collect();
    words
        .join(" ")
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_sentences_end() {
        assert_eq!(
            sentences("Rate it, e.g. 3.5 of 5. Was it good? Yes!\nLeave empty"),
            [
                "Rate it, e.g. 3.5 of 5.",
                "Was it good?",
                "Yes!",
                "Leave empty"
            ]
        );
        assert_eq!(sentences(" \n"), Vec::<&str>::new());
    }

    #[test]
    fn plain_choices() {
        assert_eq!(plain(" Not_mentioned. "), "not mentioned");
        assert_eq!(plain("N/A"), "n/a");
        assert_eq!(plain("No-Show"), "no show");
    }
}
