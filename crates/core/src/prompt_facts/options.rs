//! The closed list of answers that a prompt names.

use std::sync::LazyLock;

use regex::Regex;

use super::text::{pattern, plain, sentences};

/// Options in a list, at most; a longer one is prose.
const MAX_OPTIONS: usize = 64;
/// Words of an option, at most; a longer one is a sentence.
const MAX_WORDS: usize = 6;

const NOUN: &str = r"(?:options|choices|values|answers|outcomes|categories|labels|responses)";
const MIGHT: &str = r"(?:possible|allowed|valid|accepted|available|permitted)";

/// After these and a colon (or the like) the list follows, whatever joins it.
static ANNOUNCED: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        // Options: …   Possible values are: …   The categories: …
        pattern(&format!(r"\b(?:{MIGHT}\s+)?{NOUN}(?:\s+are)?\s*[:=]")),
        // Possible values are …   Allowed answers are …
        pattern(&format!(r"\b{MIGHT}\s+{NOUN}\s+are\s")),
        // one of: …   one of the following: …   any of these:
        pattern(
            r"\b(?:one|either)\s+of(?:\s+(?:these|the\s+following))?(?:\s+(?:options|choices|values|answers|categories|words))?\s*:",
        ),
    ]
});

/// The same after an order and a colon.
static TOLD: LazyLock<[Regex; 1]> = LazyLock::new(|| {
    [
        // Answer with: …   Choose one: …   Classify the call as: …
        pattern(
            r"\b(?:answer|respond|reply|return|choose|pick|select|classify|categori[sz]e|label|mark|tag|say|use)(?:\s+[\w'’]+){0,4}\s*:",
        ),
    ]
});

/// After these orders the list follows without a colon; it must be joined by "or", `/` or `|`, or be in quotes.
static ORDERED: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        // Answer yes or no   Reply with either a or b   Return one of a, b, c
        pattern(
            r"\b(?:answer|respond|reply|return|say|write|output)\s+(?:only\s+)?(?:with\s+)?(?:(?:either|only|just|exactly|one\s+of)\s+){0,2}",
        ),
        pattern(r"\b(?:choose|pick|select)\s+(?:one\s+)?(?:from|of|between|among)\s+"),
        pattern(
            r"\b(?:classify|categori[sz]e|label|mark|tag|rate|grade)\s+[^.:?!\n]{0,60}?\b(?:as|into)\s+(?:either\s+|one\s+of\s+)?",
        ),
    ]
});

/// The same, and no order.
static ONE_OF: LazyLock<[Regex; 1]> = LazyLock::new(|| {
    [
        // (one of a, b or c)
        pattern(r"[(\[]\s*(?:one|either)\s+of\s+"),
    ]
});

static ORDER_LEAD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:please|and|then|must|should|always|only|you)$"));
/// A list in brackets without a word before it.
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[(\[]([^()\[\]]{3,300})[)\]]"));
static NOT_APPLICABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bn/a\b"));
/// A list that goes on, or only gives examples.
static OPEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\betc\b|\.\.|…|\band\s+so\s+on\b|\be\.g\b|\bfor\s+example\b|\bsuch\s+as\b|\band\s+more\b|\bor\s+similar\b|\blike\s+that\b",
    )
});
/// Where the list ends and the sentence goes on.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s+(?:[-–—]\s|depending\b|based\s+on\b|according\b|as\s+appropriate\b|only\s*$|to\s+describe\b|for\s+(?:the|this|each)\b|in\s+(?:the|this)\b)",
    )
});
static SENTENCE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.?!](?:[\s)\]]|$)|\n"));
static BULLET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?:[-*•]|\d{1,2}[.)]|[a-z][.)])\s+"));
static MEANING: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*(?::|=|\s[-–—]\s|\().*$"));
static REMARK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*\([^()]*\)"));
static OR: LazyLock<Regex> = LazyLock::new(|| pattern(r",?\s+or\s+|^or\s+"));
static AND: LazyLock<Regex> = LazyLock::new(|| pattern(r",?\s+and\s+|^and\s+"));
/// "Yes or no." as a sentence.
static YES_FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:yes|true)\s*(?:,|/|\s+or\b)"));
/// What begins a clause, not an answer.
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:if|whether|the|an?|what|how|when|where|who|which|why|your|their|his|her|its?|that|this|these|there|they|we|you|to|in|as|with|only|leave|use)\b|\b(?:if|when|otherwise|unless|because|whether|is|was|were|are)\b",
    )
});
/// Names of kinds of answers: "return name or null" lists no answers.
static KIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:full|exact|first|last|whole|short|single|brief|phone|iso|rfc)\s+)*(?:numbers?|dates?|time|names?|texts?|strings?|integers?|boolean|values?|amounts?|phrases?|sentences?|words?|json|lists?|empty|null|address|email)$",
    )
});

/// The answers that the prompt lists, as they are spelt there, if it lists a closed set of two or more.
///
/// A list is read
/// - after a word for it and a colon: "Options: resolved, escalated, callback", "Possible values are a, b and c",
///   "(one of: a, b or c)", "Answer with: x / y / z", also as bullets, whose explanations are left out;
/// - after an order without a colon, where "or", `/`, `|` or quotes join it: "Answer yes or no", "Classify the call
///   as billing, delivery or other", "(one of a, b or c)";
/// - in brackets of its own, where `|` or quotes separate it, or it is yes/no or true/false;
/// - as a sentence that begins with yes or true: "Yes, no or unclear?", "True or false: …".
///
/// It is not closed if it goes on ("etc", "such as"), and no list if an item is a clause or longer than six words.
#[must_use]
pub fn listed_options(prompt: &str) -> Option<Vec<String>> {
    let masked = NOT_APPLICABLE.replace_all(prompt, |parts: &regex::Captures| {
        parts[0].replace('/', "\u{1}")
    });
    after(&masked, &*ANNOUNCED, false, false)
        .or_else(|| after(&masked, &*TOLD, true, false))
        .or_else(|| after(&masked, &*ORDERED, true, true))
        .or_else(|| after(&masked, &*ONE_OF, false, true))
        .or_else(|| {
            sentences(&masked)
                .into_iter()
                .filter(|sentence| YES_FIRST.is_match(sentence))
                .find_map(|sentence| inline(sentence.split(':').next()?, true))
        })
        .or_else(|| {
            BRACKETS
                .captures_iter(&masked)
                .find_map(|parts| bracketed(parts.get(1)?.as_str()))
        })
}

/// The list after the first of the patterns that has one. `order`: the pattern is a verb and must be an order.
/// `joined`: the list needs a joiner that only lists of answers have.
fn after(prompt: &str, patterns: &[Regex], order: bool, joined: bool) -> Option<Vec<String>> {
    patterns
        .iter()
        .flat_map(|pattern| pattern.find_iter(prompt))
        .filter(|found| !order || is_order(&prompt[..found.start()]))
        .find_map(|found| {
            let rest = &prompt[found.end()..];
            bullets(rest).or_else(|| inline(rest, joined))
        })
}

/// Whether a verb after these words is an order, not what somebody did: "the agent may say …".
fn is_order(before: &str) -> bool {
    let line = before.trim_end_matches([' ', '\t']);
    line.is_empty()
        || line.ends_with([
            '.', '?', '!', ',', ';', ':', '(', '-', '–', '—', '\n', '*', '•',
        ])
        || ORDER_LEAD.is_match(line)
}

/// Lines that begin with a mark or a number, right after the colon.
fn bullets(rest: &str) -> Option<Vec<String>> {
    let (head, body) = rest.split_once('\n')?;
    if !head.trim().is_empty() {
        return None;
    }
    let items: Vec<String> = body
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .take_while(|line| BULLET.is_match(line))
        .map(|line| {
            let item = BULLET.replace(line, "");
            MEANING.replace(&item, "").into_owned()
        })
        .collect();
    if items.iter().any(|item| OPEN.is_match(item)) {
        return None;
    }
    closed(items)
}

/// The list at the head of a text.
fn inline(rest: &str, joined: bool) -> Option<Vec<String>> {
    let rest = rest.trim_start();
    let mut end = SENTENCE_END
        .find(rest)
        .map_or(rest.len(), |found| found.start());
    let mut depth = 0_i32;
    for (at, c) in rest[..end].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            end = at;
            break;
        }
    }
    if OPEN.is_match(&rest[..end]) {
        return None;
    }
    let list = REMARK.replace_all(&rest[..end], "");
    let list = TAIL.split(&list).next().unwrap_or("").trim();
    let items = split(list);
    if joined {
        let joined = list.contains(['/', '|']) || OR.is_match(list) || all_quoted(&items);
        let kinds = items.iter().any(|item| KIND.is_match(&plain(item)));
        if !joined || kinds {
            return None;
        }
    }
    closed(items)
}

fn bracketed(list: &str) -> Option<Vec<String>> {
    let items = split(list);
    let plainly: Vec<String> = items.iter().map(|item| plain(item)).collect();
    let yes_no = list.contains('/') && (plainly == ["yes", "no"] || plainly == ["true", "false"]);
    let quoted = all_quoted(&items);
    if OPEN.is_match(list) || !(list.contains('|') || quoted || yes_no) {
        return None;
    }
    closed(items)
}

fn split(list: &str) -> Vec<String> {
    let separator = ['|', ';', ',', '/'].into_iter().find(|c| list.contains(*c));
    let mut items: Vec<String> = match separator {
        Some(c) => list.split(c).map(|item| item.trim().to_owned()).collect(),
        None => vec![list.to_owned()],
    };
    if let Some(last) = items.pop() {
        let parts: Vec<String> = OR.split(&last).map(str::to_owned).collect();
        if parts.len() > 1 || separator.is_none() {
            items.extend(parts);
        } else {
            items.extend(split_and(&last, &items));
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

/// "a, b and c" are three, "billing, terms and conditions" two: the last item is split only between single words,
/// or where the "and" follows a comma.
fn split_and(last: &str, before: &[String]) -> Vec<String> {
    let parts: Vec<String> = AND.split(last).map(str::to_owned).collect();
    let single = |item: &String| item.split_whitespace().count() <= 1;
    let splits = parts.first().is_some_and(String::is_empty)
        || (parts.iter().all(single) && before.iter().all(single));
    if splits { parts } else { vec![last.to_owned()] }
}

const QUOTES: [char; 10] = ['"', '\'', '“', '”', '‘', '’', '`', '*', '«', '»'];

fn all_quoted(items: &[String]) -> bool {
    items.len() > 1
        && items
            .iter()
            .all(|item| item.trim().starts_with(QUOTES) && item.trim().ends_with(QUOTES))
}

fn closed(items: Vec<String>) -> Option<Vec<String>> {
    let mut options: Vec<String> = Vec::new();
    for item in items {
        let item = item.replace('\u{1}', "/");
        let item = item
            .trim()
            .trim_matches(QUOTES)
            .trim()
            .trim_end_matches([',', ';', ':', '.']);
        if item.split_whitespace().count() > MAX_WORDS
            || !item.chars().any(char::is_alphanumeric)
            || (item.contains(' ') && CLAUSE.is_match(item))
        {
            return None;
        }
        let known = options.iter().any(|o| plain(o) == plain(item));
        if !known {
            options.push(item.to_owned());
        }
    }
    (2..=MAX_OPTIONS)
        .contains(&options.len())
        .then_some(options)
}
