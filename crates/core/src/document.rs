//! Text to a JSON value, with what serde_json takes silently refused: a key that stands twice.

use serde::de::IgnoredAny;
use serde_json::Value as Json;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use crate::Problem;
use crate::node::{Node, Read};
use crate::problem::Problems;

/// Lists and objects inside one another, at most, in a YAML text. JSON has serde_json's own limit of 128.
const MAX_YAML_DEPTH: usize = 64;
/// Nodes that aliases of a YAML text may repeat, all together.
const MAX_YAML_REPEATED: usize = 10_000;

/// Reads a JSON text.
pub(crate) fn from_json(text: &str, max_bytes: usize) -> Result<Json, Vec<Problem>> {
    let text = fitting(text, max_bytes)?;
    let read: Read<Json> = parsed(text)?;
    let mut problems = Problems::default();
    read.tell(&mut problems);
    problems.or(read.value)
}

/// Reads a JSON text as that type; keys that stand twice are noted and not told yet.
///
/// # Errors
/// The text is too long, empty or no JSON.
pub(crate) fn read_json<T: Node>(text: &str, max_bytes: usize) -> Result<Read<T>, Vec<Problem>> {
    parsed(fitting(text, max_bytes)?)
}

fn parsed<T: Node>(text: &str) -> Result<Read<T>, Vec<Problem>> {
    serde_json::from_str(text).map_err(|e| {
        vec![Problem::told(
            "document",
            snippet(text),
            format!("must be valid JSON: {e}"),
        )]
    })
}

/// Reads a text that is JSON or YAML 1.2.
pub(crate) fn from_json_or_yaml(text: &str, max_bytes: usize) -> Result<Json, Vec<Problem>> {
    let text = fitting(text, max_bytes)?;
    let as_json: Result<IgnoredAny, _> = serde_json::from_str(text);
    let Err(json_error) = as_json else {
        return from_json(text, max_bytes);
    };
    from_yaml(text).map_err(|yaml_error| {
        // A text in brackets is meant as JSON far more often than as YAML's flow style.
        let json = text.trim_start().starts_with(['{', '[']);
        let rule = if json {
            format!("must be valid JSON or YAML: {json_error}")
        } else {
            format!("must be valid JSON or YAML: {yaml_error}")
        };
        vec![Problem::told("document", snippet(text), rule)]
    })
}

fn from_yaml(text: &str) -> Result<Json, String> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_YAML_DEPTH,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_YAML_REPEATED,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Merge,
        // `choices: [yes, no]` are words, as YAML 1.2 has it.
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|e| {
        let text = e.to_string();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

fn fitting(text: &str, max_bytes: usize) -> Result<&str, Vec<Problem>> {
    if text.len() > max_bytes {
        return Err(vec![Problem::told(
            "document",
            format!("{} bytes", text.len()),
            format!("must be at most {max_bytes} bytes long"),
        )]);
    }
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(vec![Problem::told(
            "document",
            "nothing",
            "must not be empty",
        )]);
    }
    Ok(text)
}

fn snippet(text: &str) -> String {
    Problem::new("", Some(&Json::String(text.chars().take(60).collect())), "").value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(text: &str) -> Vec<String> {
        from_json(text, 1000)
            .unwrap_err()
            .into_iter()
            .map(|p| p.field)
            .collect()
    }

    #[test]
    fn every_duplicate_is_found() {
        assert_eq!(
            fields(r#"{"a":1,"b":[{"c":1,"c":2},1.5,null,true,"x",-1],"a":2}"#),
            ["b[0].c", "a"]
        );
    }

    #[test]
    fn order_is_kept() {
        let value = from_json(r#"{"z":1,"a":[{"y":1,"b":2}]}"#, 1000).unwrap();
        assert_eq!(value.to_string(), r#"{"z":1,"a":[{"y":1,"b":2}]}"#);
    }

    #[test]
    fn yaml_words_stay_words() {
        let text = "a: [yes, no, on, off, true, 1, '1', ~]\nz: |\n  two\n  lines\nb: x\n";
        let value = from_json_or_yaml(text, 1000).unwrap();
        assert_eq!(
            value,
            json!({"a": ["yes", "no", "on", "off", true, 1, "1", null], "z": "two\nlines\n", "b": "x"})
        );
        let keys: Vec<_> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["a", "z", "b"]);
    }

    #[test]
    fn flow_style_and_comments_are_yaml() {
        let value = from_json_or_yaml("# hi\n[{identifier: a, }]", 1000).unwrap();
        assert_eq!(value, json!([{"identifier": "a"}]));
    }

    #[test]
    fn what_is_broken_is_said() {
        for (text, words) in [
            ("", "must not be empty"),
            ("\u{feff} \n", "must not be empty"),
            ("[1,", "line 1"),
            ("a: 1\na: 2", "duplicate"),
            ("a: [1", "must be valid JSON or YAML"),
            ("a: 1\n---\nb: 2", "must be valid JSON or YAML"),
        ] {
            let problems = from_json_or_yaml(text, 1000).unwrap_err();
            assert_eq!(problems.len(), 1);
            let line = problems[0].to_string();
            assert!(line.contains(words), "{text:?}: {line}");
            assert!(!line.contains('\n'), "{line}");
        }
        assert!(from_json_or_yaml(&"x".repeat(11), 10).is_err());
    }

    #[test]
    fn depth_and_bombs_are_refused() {
        for deep in ["[", "{\"a\":", "- ", "a:\n "] {
            assert!(from_json_or_yaml(&deep.repeat(50_000), 1 << 20).is_err());
        }
        let closed = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert!(from_json_or_yaml(&closed, 1 << 20).is_err());
        assert!(from_json(&closed, 1 << 20).is_err());
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..9 {
            let before = format!("*a{}, ", n - 1).repeat(10);
            bomb.push_str(&format!("a{n}: &a{n} [{before}]\n"));
        }
        assert!(from_json_or_yaml(&bomb, 1 << 20).is_err());
    }
}
