//! Texts and types of the description as HTML.

use serde_json::Value as Json;

/// A text with the characters that HTML gives a meaning replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// A description as paragraphs; what stands between backticks is code.
pub(super) fn prose(text: &Json) -> String {
    let text = escaped(text.as_str().unwrap_or_default().trim());
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.is_empty());
    paragraphs
        .map(|paragraph| {
            let parts = paragraph.split('`').enumerate();
            let parts: String = parts
                .map(|(n, part)| {
                    if n % 2 == 1 {
                        format!("<code>{part}</code>")
                    } else {
                        part.to_owned()
                    }
                })
                .collect();
            format!("<p>{parts}</p>")
        })
        .collect()
}

/// The type of a schema in words.
pub(super) fn kind(schema: &Json) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = escaped(reference.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(variants) = schema["oneOf"]
        .as_array()
        .or_else(|| schema["anyOf"].as_array())
    {
        let variants: Vec<String> = variants.iter().map(kind).collect();
        return variants.join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("<code>{}</code>", escaped(&word.to_string())))
            .collect();
        return words.join(" or ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => vec!["anything"],
    };
    let words: Vec<String> = names.into_iter().map(|name| word(name, schema)).collect();
    words.join(" or ")
}

fn word(name: &str, schema: &Json) -> String {
    match name {
        "string" if schema["format"] == "date-time" => "instant".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"])),
        other => escaped(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn descriptions_are_escaped_and_cut_into_paragraphs() {
        assert_eq!(
            prose(&json!("a < `b & c`\n\nd")),
            "<p>a &lt; <code>b &amp; c</code></p><p>d</p>"
        );
        assert_eq!(prose(&Json::Null), "");
    }

    #[test]
    fn types_are_words() {
        for (schema, words) in [
            (json!({"type": "string", "format": "date-time"}), "instant"),
            (json!({"type": ["integer", "null"]}), "whole number or null"),
            (
                json!({"type": "array", "items": {"type": "boolean"}}),
                "list of true or false",
            ),
            (
                json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Call"}]}),
                "null or <a href=\"#schema-Call\">Call</a>",
            ),
            (json!({}), "anything"),
        ] {
            assert_eq!(kind(&schema), words, "{schema}");
        }
    }
}
