//! What an answer cost.

use serde_json::Value as Json;

/// Tokens of one answer; 0 where the server tells nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChatUsage {
    /// Tokens of the prompt that were read, without those from the cache.
    pub read: u64,
    /// Tokens of the prompt that came from the server's cache.
    pub cached: u64,
    /// Tokens written, those of reasoning included.
    pub written: u64,
    /// Tokens of reasoning.
    pub reasoning: u64,
}

impl ChatUsage {
    /// Reads an answer's `usage`, and whether it tells of cached tokens.
    pub(super) fn read(usage: &Json) -> (Self, bool) {
        let number = |path: &str| usage.pointer(path).and_then(Json::as_u64);
        let or_none = |path: &str| number(path).unwrap_or(0);
        // DeepSeek has a name of its own.
        let cached = number("/prompt_tokens_details/cached_tokens")
            .or_else(|| number("/prompt_cache_hit_tokens"));
        let (prompt, completion) = (or_none("/prompt_tokens"), or_none("/completion_tokens"));
        let reasoning = or_none("/completion_tokens_details/reasoning_tokens");
        // xAI counts reasoning beside the completion, the others within it. The total tells.
        let beside = number("/total_tokens")
            .is_some_and(|total| Some(total) == sum(&[prompt, completion, reasoning]));
        let usage = Self {
            read: prompt.saturating_sub(cached.unwrap_or(0)),
            cached: cached.unwrap_or(0),
            written: completion.saturating_add(if beside { reasoning } else { 0 }),
            reasoning,
        };
        (usage, cached.is_some())
    }
}

fn sum(numbers: &[u64]) -> Option<u64> {
    numbers
        .iter()
        .try_fold(0_u64, |sum, number| sum.checked_add(*number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_server_counts_its_own_way() {
        let usage = |json| {
            let (usage, tells) = ChatUsage::read(&json);
            (
                [usage.read, usage.cached, usage.written, usage.reasoning],
                tells,
            )
        };
        let openai = json!({"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130,
            "prompt_tokens_details": {"cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 20}});
        assert_eq!(usage(openai), ([36, 64, 30, 20], true));
        let xai = json!({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 130,
            "completion_tokens_details": {"reasoning_tokens": 20}});
        assert_eq!(usage(xai), ([100, 0, 30, 20], false));
        let deepseek =
            json!({"prompt_tokens": 100, "prompt_cache_hit_tokens": 0, "completion_tokens": 5});
        assert_eq!(usage(deepseek), ([100, 0, 5, 0], true));
        let vllm = json!({"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14, "prompt_tokens_details": null});
        assert_eq!(usage(vllm), ([9, 0, 5, 0], false));
        assert_eq!(usage(Json::Null), ([0; 4], false));
    }
}
