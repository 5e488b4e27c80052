//! The answer in what a model wrote.

const THINK: &str = "<think>";
const THOUGHT: &str = "</think>";

/// Parts what was thought from what was answered. Some servers leave out the first of the two marks, and an answer
/// that is cut may lack the second.
pub(super) fn part_thought(content: &str) -> (Option<&str>, &str) {
    let content = content.trim();
    let (thought, answer) = match content.strip_prefix(THINK) {
        Some(rest) => rest.split_once(THOUGHT).unwrap_or((rest, "")),
        // In a JSON text the mark is somebody's words.
        None if content.starts_with(['{', '[']) => ("", content),
        None => content.split_once(THOUGHT).unwrap_or(("", content)),
    };
    let thought = thought.trim();
    ((!thought.is_empty()).then_some(thought), answer.trim())
}

/// The first whole JSON object, in a fence for JSON before elsewhere. Without one, all of the text.
pub(super) fn object(text: &str) -> &str {
    let fenced = text.split_once("```json").map(|(_, fenced)| fenced);
    let found = fenced.and_then(first_object).or_else(|| first_object(text));
    found.unwrap_or(text)
}

fn first_object(text: &str) -> Option<&str> {
    for (start, _) in text.match_indices('{') {
        let rest = &text[start..];
        let mut values =
            serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
        match values.next()? {
            Ok(_) => return Some(&rest[..values.byte_offset()]),
            // An object that is cut is not passed over for one that stands in it.
            Err(error) if error.is_eof() => return None,
            Err(_) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thought_is_parted_from_the_answer() {
        for (content, thought, answer) in [
            (
                "\n<think>\nhm {\"a\":0}\n</think>\n\n{\"a\":1}",
                Some("hm {\"a\":0}"),
                "{\"a\":1}",
            ),
            ("hm</think>{\"a\":1}", Some("hm"), "{\"a\":1}"),
            ("<think></think>{}", None, "{}"),
            ("<think>cut", Some("cut"), ""),
            ("{\"a\":\"</think>{}\"}", None, "{\"a\":\"</think>{}\"}"),
        ] {
            assert_eq!(part_thought(content), (thought, answer), "{content}");
        }
    }

    #[test]
    fn the_first_whole_object_is_found() {
        for (text, object) in [
            (
                "{\"a\":{\"b\":\"}\"}} and {\"c\":1}",
                "{\"a\":{\"b\":\"}\"}}",
            ),
            ("Given {x}: {\"a\":1}.", "{\"a\":1}"),
            (
                "As {} would be wrong:\n```json\n{\"a\":1}\n```",
                "{\"a\":1}",
            ),
            ("```\n{\"a\":1}\n```", "{\"a\":1}"),
            ("cut: {\"a\":{\"b\":1},\"c", "cut: {\"a\":{\"b\":1},\"c"),
            ("none", "none"),
            ("```json\nnone\n``` {\"a\":1}", "{\"a\":1}"),
        ] {
            assert_eq!(super::object(text), object, "{text}");
        }
    }
}
