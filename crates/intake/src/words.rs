//! Single words to turns.

/// A word as a recogniser heard it.
pub(crate) struct Word {
    /// The speaker or the channel.
    pub(crate) label: String,
    pub(crate) text: String,
    pub(crate) start: Option<f64>,
    pub(crate) end: Option<f64>,
    /// A mark that stands at the word before, without a blank.
    pub(crate) mark: bool,
}

/// What one speaker says until another one speaks.
#[derive(Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) label: String,
    pub(crate) text: String,
    pub(crate) start: Option<f64>,
    pub(crate) end: Option<f64>,
}

/// Puts words together, in the order in which they come.
pub(crate) fn stretches(words: Vec<Word>) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::new();
    for word in words {
        match out.last_mut() {
            Some(last) if word.mark || last.label == word.label => {
                if !word.mark && !last.text.is_empty() {
                    last.text.push(' ');
                }
                last.text.push_str(&word.text);
                last.start = last.start.or(word.start);
                last.end = word.end.or(last.end);
            }
            _ => out.push(Stretch {
                label: word.label,
                text: word.text,
                start: word.start,
                end: word.end,
            }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(label: &str, text: &str, start: f64) -> Word {
        Word {
            label: label.into(),
            text: text.into(),
            start: Some(start),
            end: Some(start + 0.5),
            mark: false,
        }
    }

    #[test]
    fn words_of_one_speaker_are_one_turn() {
        let mut comma = word("1", ",", 0.0);
        (comma.mark, comma.start, comma.end) = (true, None, None);
        let found = stretches(vec![
            word("0", "so", 1.0),
            comma,
            word("0", "yes", 2.0),
            word("1", "no", 3.0),
        ]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text, "so, yes");
        assert_eq!((found[0].start, found[0].end), (Some(1.0), Some(2.5)));
        assert_eq!(found[1].label, "1");
    }
}
