//! The log-probabilities of an answer's tokens.

use serde_json::Value as Json;

use super::reply::TokenLogProb;

struct Token<'j> {
    bytes: Vec<u8>,
    log_prob: f64,
    json: &'j Json,
}

/// The tokens of a choice that `text` consists of. What stands before and behind it (a thought, a fence, marks of the
/// end) is left out; `None` where the tokens do not give the text exactly.
pub(super) fn read(choice: &Json, text: &str) -> Option<Vec<TokenLogProb>> {
    let list = choice.pointer("/logprobs/content")?.as_array()?;
    let tokens: Vec<Token<'_>> = list.iter().map(token).collect::<Option<_>>()?;
    let whole: Vec<u8> = tokens.iter().flat_map(|t| t.bytes.clone()).collect();
    let (start, end) = find_last(&whole, text.as_bytes())?;
    let mut found = Vec::new();
    // Tokens that hold a part of a character become one.
    let (mut held, mut held_log_prob) = (Vec::new(), 0.0);
    let mut at = 0;
    for token in &tokens {
        let (from, to) = (at, at + token.bytes.len());
        at = to;
        let (first, last) = (from.max(start), to.min(end));
        if first >= last {
            continue;
        }
        // Only white space may be cut off a token: the rest of it would have another probability.
        let outside = whole[from..first].iter().chain(&whole[last..to]);
        if !outside.copied().all(|byte| byte.is_ascii_whitespace()) {
            return None;
        }
        let alone = held.is_empty();
        held.extend_from_slice(&whole[first..last]);
        held_log_prob += token.log_prob;
        if let Ok(text) = std::str::from_utf8(&held) {
            found.push(TokenLogProb {
                text: text.into(),
                log_prob: held_log_prob,
                top: if alone { top(token.json) } else { Vec::new() },
            });
            held.clear();
            held_log_prob = 0.0;
        }
    }
    held.is_empty().then_some(found)
}

fn token(json: &Json) -> Option<Token<'_>> {
    // JSON has no number for the logarithm of nothing.
    let log_prob = json.get("logprob")?.as_f64().unwrap_or(f64::MIN);
    let text = json.get("token")?.as_str()?;
    // The text of a part of a character is not what was written; its bytes are.
    let bytes = json.get("bytes").and_then(Json::as_array).map(|bytes| {
        let byte = |byte: &Json| byte.as_u64().and_then(|byte| u8::try_from(byte).ok());
        bytes.iter().map(byte).collect::<Option<Vec<u8>>>()
    });
    Some(Token {
        bytes: match bytes {
            Some(bytes) => bytes?,
            None => text.into(),
        },
        log_prob,
        json,
    })
}

fn top(token: &Json) -> Vec<(String, f64)> {
    let list = token.get("top_logprobs").and_then(Json::as_array);
    let other = |other: &Json| {
        let text = other.get("token")?.as_str()?;
        Some((text.to_owned(), other.get("logprob")?.as_f64()?))
    };
    list.into_iter().flatten().filter_map(other).collect()
}

fn find_last(whole: &[u8], part: &[u8]) -> Option<(usize, usize)> {
    if part.is_empty() {
        return None;
    }
    let start = whole
        .windows(part.len())
        .rposition(|window| window == part)?;
    Some((start, start + part.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(tokens: Json, text: &str) -> Option<Vec<String>> {
        let found = read(&json!({"logprobs": {"content": tokens}}), text)?;
        assert_eq!(
            found.iter().map(|t| t.text.as_str()).collect::<String>(),
            text
        );
        Some(found.into_iter().map(|t| t.text).collect())
    }

    fn plain(tokens: &[&str]) -> Json {
        tokens
            .iter()
            .map(|token| json!({"token": token, "logprob": -0.5}))
            .collect()
    }

    #[test]
    fn tokens_around_the_answer_are_left_out() {
        let tokens = plain(&["<think>", "{}", "</think>", "\n\n{", "}\n", "<|im_end|>"]);
        assert_eq!(texts(tokens, "{}").unwrap(), ["{", "}"]);
        assert!(texts(plain(&["x{", "}"]), "{}").is_none());
        assert!(texts(plain(&["{", "}"]), "{\"a\":1}").is_none());
        assert!(texts(plain(&[]), "").is_none());
    }

    #[test]
    fn a_token_that_had_no_probability_at_all_has_the_least() {
        let tokens = json!([{"token": "{", "logprob": null}, {"token": "}", "logprob": -0.5}]);
        let found = read(&json!({"logprobs": {"content": tokens}}), "{}").unwrap();
        assert!(found[0].log_prob < -1e300);
        let without = json!([{"token": "{"}, {"token": "}", "logprob": -0.5}]);
        assert!(read(&json!({"logprobs": {"content": without}}), "{}").is_none());
    }

    #[test]
    fn parts_of_a_character_become_one_token() {
        let tokens = json!([
            {"token": "\"", "logprob": -1.0, "bytes": [34], "top_logprobs": [{"token": "'", "logprob": -2.0}]},
            {"token": "\\xc3", "logprob": -1.0, "bytes": [0xc3]},
            {"token": "\\xa4", "logprob": -0.5, "bytes": [0xa4]},
            {"token": "\"", "logprob": -1.0, "bytes": null},
        ]);
        let found = read(&json!({"logprobs": {"content": tokens}}), "\"ä\"").unwrap();
        let texts: Vec<_> = found.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["\"", "ä", "\""]);
        assert!((found[1].log_prob + 1.5).abs() < 1e-12);
        assert_eq!(found[0].top, [("'".to_owned(), -2.0)]);
    }
}
