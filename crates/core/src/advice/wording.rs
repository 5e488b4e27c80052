//! The wording of a prompt: vague, "omit if", other metrics, scores.

use std::sync::LazyLock;

use regex::Regex;

use super::{AdviceKind, Finding};
use crate::prompt_facts::integer_range;
use crate::prompt_facts::text::pattern;
use crate::{Metric, MetricType};

/// Words, at least, of a prompt that can be understood.
const MIN_WORDS: usize = 3;

static EMPTY_ASK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:how\s+(?:was|is|did)\s+(?:it|(?:the|this)\s+call)(?:\s+go)?|any(?:thing)?\s+(?:interesting|important|notable|relevant|else|useful).*|(?:please\s+)?(?:tell\s+me\s+about|analy[sz]e|evaluate|assess|check|review)\s+(?:it|(?:the|this)\s+(?:call|conversation|transcript))|(?:get|give|extract|find|provide|the|all|some|any|relevant|important|useful|call|customer|additional|other|\s)*(?:data|info|information|details?|notes?|stuff|things|insights?))\W*$",
    )
});
static OMIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:omit|skip|leave\s+out|drop|(?:do\s+not|don['’]t)\s+(?:include|return|output|report|answer|fill(?:\s+in)?))\s+(?:(?:it|this|the)\s+)?(?:(?:metric|field|value|key|answer|question)\s+)?(?:if|when|unless|where)\b",
    )
});
static OTHER_METRIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:previous|preceding|other|above|earlier|first|second|last|next)\s+(?:disposition\s+)?metrics?\b|\bmetrics?\s+(?:above|below|before)\b|\b(?:previous|preceding|above)\s+(?:question|answer|field)s?\b|\b(?:question|answer|field)s?\s+above\b",
    )
});
static ASKS_SCORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:please\s+)?(?:rate|score|grade)\s|\b(?:overall|total|quality|satisfaction|sentiment|performance|csat|nps|compliance|politeness|empathy|professionalism|lead|qa|call|agent|adherence|risk|engagement)\s+(?:score|rating|grade)\b|\b(?:give|assign|calculate|compute|provide|determine)\s+(?:a|an|the)\s+(?:[\w-]+\s+){0,3}?(?:score|rating|grade)\b",
    )
});
static HAS_SCALE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\d|%|\bpercent|\bscale\b|\bout\s+of\b|\bstars?\b|\b(?:zero|one)\s+to\b|\bbetween\b|\b(?:gave|give|gives|given|named|stated|mentioned|said|quoted|reported)\s+by\b|\bdid\b",
    )
});
static AGGREGATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:score|rating|grade|index)\b[^.?!\n]{0,40}?\b(?:based\s+on|combining|that\s+combines|considering|made\s+(?:up\s+)?of|composed\s+of|across|taking\s+into\s+account)\b([^.?!\n]*)|\b(?:weighted|composite|aggregated?|combined)\s+(?:score|rating|grade|index)\b",
    )
});
static HAS_WEIGHTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bweights?\b|\bweighted\s+(?:as|by|at|\d)|\d\s*%|\bpercent\b|\bpoints?\s+(?:for|each|per|if)\b|\bequal(?:ly)?\b|\beach\s+(?:counts?|is\s+worth|scores?)\b|\b(?:counts?|worth)\s+\w+\b|\b(?:half|twice|double|third)\b|\baverage\b|\bsum\s+of\b",
    )
});

pub(super) fn vague(metric: &Metric) -> Finding {
    let prompt = metric.prompt.trim();
    let words: Vec<String> = prompt
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    // Scripts without spaces between words (Chinese, Japanese, Thai) have no words to count: their letters are.
    let unspaced = prompt
        .chars()
        .filter(|c| *c >= '\u{0e00}' && c.is_alphabetic())
        .count();
    if unspaced >= 4 {
        return None;
    }
    let seen = if words.len() < MIN_WORDS {
        "is too short to say what is asked"
    } else if EMPTY_ASK.is_match(prompt) {
        "does not say what is asked"
    } else if repeats_identifier(metric, &words) {
        "only repeats the identifier"
    } else {
        return None;
    };
    let message = format!(
        "the prompt \"{}\" {seen}: ask a whole question, as one would of a colleague",
        shortened(prompt)
    );
    Some((AdviceKind::VaguePrompt, message))
}

/// "The call outcome" for `call_outcome`.
fn repeats_identifier(metric: &Metric, words: &[String]) -> bool {
    const FILL: [&str; 9] = ["the", "a", "an", "of", "this", "for", "is", "in", "please"];
    let own: Vec<&str> = metric.identifier.split('_').collect();
    !metric.prompt.contains('?')
        && words
            .iter()
            .all(|word| FILL.contains(&word.as_str()) || own.contains(&word.as_str()))
}

pub(super) fn omit(metric: &Metric) -> Finding {
    let found = OMIT.find(&metric.prompt)?;
    let instead = match metric.kind {
        MetricType::Enum => "add a choice such as \"none\" and say when it holds",
        MetricType::Boolean => "say when it is false",
        _ => "write \"leave empty if …\"",
    };
    let message = format!(
        "\"{}\": every metric is answered, so that none can be left out; {instead}",
        found.as_str()
    );
    Some((AdviceKind::OmitInstruction, message))
}

pub(super) fn cross_reference(metric: &Metric, all: &[Metric]) -> Finding {
    let other = all
        .iter()
        .map(|other| other.identifier.as_str())
        .filter(|id| *id != metric.identifier && !metric.choices.iter().any(|choice| choice == id))
        .find(|id| refers(&metric.prompt, id))
        .map(|id| format!("the metric \"{id}\""))
        .or_else(|| {
            OTHER_METRIC
                .find(&metric.prompt)
                .map(|found| format!("\"{}\"", found.as_str()))
        })?;
    let message = format!(
        "the prompt refers to {other}: each metric is answered on its own from the transcript, so say here what is meant"
    );
    Some((AdviceKind::CrossReference, message))
}

/// Whether a prompt names an identifier: as it is if it has an underscore, else only in quotes, braces or beside
/// the word metric, as `outcome` is also a plain word.
fn refers(prompt: &str, identifier: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    prompt.match_indices(identifier).any(|(at, _)| {
        let before = &prompt[..at];
        let after = &prompt[at + identifier.len()..];
        if before.ends_with(is_part) || after.starts_with(is_part) {
            return false;
        }
        let quoted = before.ends_with(['`', '{']) && after.starts_with(['`', '}']);
        let named = before.trim_end().to_lowercase().ends_with("metric")
            || after.trim_start().to_lowercase().starts_with("metric");
        let compared = after.trim_start().starts_with(['=']);
        identifier.contains('_') || quoted || named || compared
    })
}

pub(super) fn no_scale(metric: &Metric) -> Finding {
    let numeric = metric.kind == MetricType::Integer;
    let scored = ASKS_SCORE.is_match(&metric.prompt);
    if !numeric
        || !scored
        || integer_range(&metric.prompt).is_some()
        || HAS_SCALE.is_match(&metric.prompt)
    {
        return None;
    }
    let message = "the prompt asks for a score without a scale: say from which number to which, and what the ends mean".to_owned();
    Some((AdviceKind::NoScale, message))
}

pub(super) fn no_weights(metric: &Metric) -> Finding {
    if !matches!(metric.kind, MetricType::Integer | MetricType::String)
        || HAS_WEIGHTS.is_match(&metric.prompt)
    {
        return None;
    }
    let several = AGGREGATE.captures_iter(&metric.prompt).any(|parts| {
        // Two signs of one thing ("tone and wording") need no weights; three parts do.
        parts.get(1).is_none_or(|rest| {
            let rest = rest.as_str();
            rest.matches(',').count() + rest.matches(" and ").count() >= 2
        })
    });
    if !several {
        return None;
    }
    let message = "the prompt makes a score of several parts without saying what each counts: name the weights, or ask each part as a metric of its own".to_owned();
    Some((AdviceKind::NoWeights, message))
}

fn shortened(prompt: &str) -> String {
    let short: String = prompt.chars().take(40).collect();
    if short.len() < prompt.len() {
        format!("{short}…")
    } else {
        short
    }
}
