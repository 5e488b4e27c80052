//! From what the engine gave for one metric to its answer. Pure: the same scores and calibration give the same answer.

use aftercall_core::{Call, DatetimeDetail, Evidence, MetricType, Status, Value};
use aftercall_dates::Unresolved;
use aftercall_engine::{Scores, Written};

use crate::calibration::{Calibration, odds, sigmoid, softmax};
use crate::evidence::{tokens, turns_with};
use crate::moment::Clock;
use crate::prompt::NONE;
use crate::question::{Question, Shape};

/// What the engine gave.
pub(crate) enum Raw {
    /// Probabilities of choices.
    Weighed {
        choices: Vec<String>,
        scores: Scores,
        /// The log-odds that there is an answer by the prompt's own condition, if it has one.
        given: Option<f64>,
    },
    /// Words, and how much the model would rather have said "none".
    Written {
        text: Written,
        none: f64,
        given: Option<f64>,
    },
    /// Nothing was written, as the call does not say it.
    Unsaid { none: f64, given: Option<f64> },
    /// No answer, and why.
    Failed(String),
}

/// A metric's answer in one window.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) status: Status,
    pub(crate) value: Option<Value>,
    pub(crate) confidence: f64,
    /// As the model would write it.
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) datetime: Option<DatetimeDetail>,
    pub(crate) scores: Vec<(String, f64)>,
    pub(crate) turn: Option<usize>,
    pub(crate) evidence: Vec<Evidence>,
    /// Of a failure: whether the call has words for the value.
    pub(crate) said: bool,
    /// Whether the value is the beginning of a longer one.
    pub(crate) cut: bool,
    /// Whether the words of the value are looked for in the transcript.
    pub(crate) literal: bool,
}

impl Found {
    /// The words to be looked for in the transcript; a "true" or the name of a choice stands in none.
    pub(crate) fn quotable(&self) -> Option<&str> {
        self.literal.then_some(self.text.as_str())
    }
}

/// Names the probability that there is an answer by the prompt's own condition.
pub(crate) const GIVEN: &str = "given";
pub(crate) const NOT_SAID: &str = "The call does not say.";

pub(crate) fn decide(
    question: &Question<'_>,
    raw: Raw,
    call: &Call,
    clock: &Clock,
    calibration: &Calibration,
) -> Found {
    match raw {
        Raw::Failed(reason) => empty_answer(Status::Failed, 0.5, reason, Vec::new()),
        Raw::Weighed {
            choices,
            scores,
            given,
        } => match &question.shape {
            Shape::Closed(_) => closed(question, &scores, calibration),
            _ => number(question, &choices, &scores, given, calibration),
        },
        Raw::Unsaid { none, given } => {
            let says = calibration.says(question.metric, odds(none), given);
            let scores = of_none(none, given);
            empty_answer(Status::NotMentioned, 1.0 - says, NOT_SAID.into(), scores)
        }
        Raw::Written { text, none, given } => {
            let answer = match question.shape {
                Shape::Text { prose: false } => one_of_a_list(trimmed(&text), call),
                _ => trimmed(&text),
            };
            let mut says = calibration.says(question.metric, odds(none), given);
            // Of what else it might have said, nothing was written.
            if is_none(&answer) || (question.code && !is_code(&answer)) {
                says = says.min(0.45);
            }
            let kept = kept(&text, none, given, call, &answer);
            if says < 0.5 {
                return empty_answer(Status::NotMentioned, 1.0 - says, NOT_SAID.into(), kept);
            }
            let features = [text.mean_log_prob, grounded(call, &answer)];
            match question.shape {
                Shape::Moment => moment(answer, says, features, kept, clock, calibration),
                _ => Found {
                    cut: !text.complete,
                    ..words(answer, says, features, kept, calibration)
                },
            }
        }
    }
}

/// The likeliest choice after the metric's lean is taken out.
fn closed(question: &Question<'_>, scores: &Scores, calibration: &Calibration) -> Found {
    let Shape::Closed(choices) = &question.shape else {
        return empty_answer(Status::Failed, 0.5, "no choices".into(), Vec::new());
    };
    let boolean = question.metric.kind == MetricType::Boolean;
    let calibrated = calibration.probabilities(question.metric, boolean, &scores.log_probs);
    let kept: Vec<(String, f64)> = choices
        .iter()
        .zip(softmax(scores.log_probs.iter().copied()))
        .map(|(choice, p)| (choice.text.clone(), p))
        .collect();
    let best = (0..choices.len()).max_by(|&a, &b| {
        // Of equals the first listed wins.
        calibrated[a].total_cmp(&calibrated[b]).then(b.cmp(&a))
    });
    let Some(best) = best else {
        return empty_answer(Status::Failed, 0.5, "no choices".into(), kept);
    };
    match &choices[best].value {
        Some(value) => Found {
            status: Status::Answered,
            value: Some(value.clone()),
            text: choices[best].text.clone(),
            confidence: calibrated[best],
            scores: kept,
            ..empty_answer(Status::Answered, 0.0, String::new(), Vec::new())
        },
        None => empty_answer(
            Status::NotMentioned,
            calibrated[best],
            NOT_SAID.into(),
            kept,
        ),
    }
}

/// A number out of those that the call could mean, or none.
fn number(
    question: &Question<'_>,
    choices: &[String],
    scores: &Scores,
    given: Option<f64>,
    calibration: &Calibration,
) -> Found {
    let p = softmax(scores.log_probs.iter().copied());
    let none = choices.iter().position(|c| c == NONE).map_or(0.0, |i| p[i]);
    let best = (0..choices.len())
        .filter(|&i| choices[i] != NONE)
        .max_by(|&a, &b| p[a].total_cmp(&p[b]).then(b.cmp(&a)));
    let kept: Vec<(String, f64)> = choices
        .iter()
        .cloned()
        .zip(p.iter().copied())
        .filter(|(_, p)| *p >= 0.001)
        .chain(given.map(|given| (GIVEN.to_owned(), sigmoid(given))))
        .collect();
    let constants = &calibration.constants;
    let says = calibration.says(question.metric, odds(none), given);
    match best {
        Some(best) if says >= 0.5 => {
            let share = p[best] / (1.0 - none).max(1e-9);
            let right = constants.right_number.probability([odds(share), 0.0]);
            Found {
                value: choices[best].parse().ok().map(Value::Integer),
                text: choices[best].clone(),
                literal: true,
                ..empty_answer(Status::Answered, says * right, String::new(), kept)
            }
        }
        _ => empty_answer(Status::NotMentioned, 1.0 - says, NOT_SAID.into(), kept),
    }
}

fn words(
    answer: String,
    says: f64,
    features: [f64; 2],
    kept: Vec<(String, f64)>,
    calibration: &Calibration,
) -> Found {
    let right = calibration.constants.right_text.probability(features);
    Found {
        value: Some(Value::Text(answer.clone())),
        text: answer,
        literal: true,
        ..empty_answer(Status::Answered, says * right, String::new(), kept)
    }
}

fn moment(
    phrase: String,
    says: f64,
    features: [f64; 2],
    kept: Vec<(String, f64)>,
    clock: &Clock,
    calibration: &Calibration,
) -> Found {
    let right = calibration.constants.right_moment.probability(features);
    dated(phrase, says * right, kept, clock)
}

/// A date from its words, of which one is so sure.
pub(crate) fn dated(phrase: String, sure: f64, kept: Vec<(String, f64)>, clock: &Clock) -> Found {
    match clock.resolve(&phrase) {
        Ok((value, detail)) => Found {
            value: Some(value),
            text: phrase,
            datetime: Some(detail),
            literal: true,
            ..empty_answer(Status::Answered, sure, String::new(), kept)
        },
        // The words that were found say nothing of time: the call does not say when.
        Err(Unresolved::NoDate) => empty_answer(
            Status::NotMentioned,
            (1.0 - sure).max(0.5),
            "The call names no date or time for it.".into(),
            kept,
        ),
        Err(error) => Found {
            said: true,
            ..empty_answer(
                Status::Failed,
                (1.0 - sure).max(0.5),
                format!("The call says \"{phrase}\", but {error}."),
                kept,
            )
        },
    }
}

pub(crate) fn empty_answer(
    status: Status,
    confidence: f64,
    reasoning: String,
    scores: Vec<(String, f64)>,
) -> Found {
    Found {
        status,
        value: None,
        confidence,
        text: String::new(),
        reasoning,
        datetime: None,
        scores,
        turn: None,
        evidence: Vec::new(),
        said: false,
        cut: false,
        literal: false,
    }
}

/// The answer without the blanks and quotes around it; one that the bound ended says so.
fn trimmed(text: &Written) -> String {
    let answer = text.text.trim_end_matches([',', ';', '(']).trim();
    let answer = answer.trim_matches('"').trim();
    if text.complete {
        answer.to_owned()
    } else {
        let end = answer.rfind(char::is_whitespace).unwrap_or(answer.len());
        format!("{} …", &answer[..end])
    }
}

/// A small model that is let goes on from a name to all that it knows of it: what follows a comma stays where the call has it
/// so ("Springfield, Illinois"), and goes where it does not.
fn one_of_a_list(answer: String, call: &Call) -> String {
    let first = answer
        .char_indices()
        .find(|&(at, c)| c == ',' && !answer[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    match first {
        Some((at, _)) if turns_with(call, &answer).is_empty() => answer[..at].trim().to_owned(),
        _ => answer,
    }
}

pub(crate) fn is_none(answer: &str) -> bool {
    const NONES: [&str; 10] = [
        "",
        "none",
        "n a",
        "null",
        "not mentioned",
        "not said",
        "unknown",
        "not specified",
        "not provided",
        "not given",
    ];
    let words = tokens(answer).join(" ");
    // "none, as nothing was booked" is a none with its reason.
    let head = answer
        .split([',', '.', ';', '('])
        .next()
        .unwrap_or_default();
    NONES.contains(&words.as_str()) || tokens(head) == ["none"]
}

/// The share of an answer's words that stand in the transcript; all in a row in one turn count as all.
fn grounded(call: &Call, answer: &str) -> f64 {
    if !turns_with(call, answer).is_empty() {
        return 1.0;
    }
    let said: std::collections::HashSet<String> = call
        .transcript
        .iter()
        .flat_map(|turn| tokens(&turn.content))
        .collect();
    let words = tokens(answer);
    let found = words.iter().filter(|w| said.contains(*w)).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    let share = found as f64 / words.len().max(1) as f64;
    share
}

/// What the constants of written answers are fitted on.
fn kept(
    text: &Written,
    none: f64,
    given: Option<f64>,
    call: &Call,
    answer: &str,
) -> Vec<(String, f64)> {
    let mut kept = of_none(none, given);
    kept.extend([
        ("written".to_owned(), text.mean_log_prob.exp()),
        ("grounded".to_owned(), grounded(call, answer)),
    ]);
    kept
}

/// What tells whether there is an answer.
fn of_none(none: f64, given: Option<f64>) -> Vec<(String, f64)> {
    let given = given.map(|given| (GIVEN.to_owned(), sigmoid(given)));
    std::iter::once((NONE.to_owned(), none))
        .chain(given)
        .collect()
}

/// One of an answer's scores, by its name.
pub(crate) fn score_of(scores: &[(String, f64)], name: &str) -> Option<f64> {
    scores.iter().find(|(n, _)| n == name).map(|(_, p)| *p)
}

/// Whether a text can be a number or a code that was read out: it has a digit, the word of one, or letters as they are spelt.
pub(crate) fn is_code(answer: &str) -> bool {
    const DIGITS: [&str; 11] = [
        "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    answer.chars().any(|c| c.is_ascii_digit())
        || tokens(answer).iter().any(|w| DIGITS.contains(&w.as_str()))
        || answer
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word.chars().count() > 1 && word.chars().all(char::is_uppercase))
        || answer
            .split(['-', ' ', '.'])
            .filter(|w| w.chars().count() == 1)
            .count()
            > 2
}

#[cfg(test)]
mod tests {
    use aftercall_core::{Metric, Role, Turn};

    use super::*;

    fn call(said: &str) -> Call {
        let mut call = Call::from_turns(vec![Turn {
            role: Role::User,
            content: said.into(),
            start: None,
            end: None,
        }]);
        call.started_at = Some("2024-01-15T09:00:00Z".parse().unwrap());
        call
    }

    fn metric(kind: MetricType) -> Metric {
        Metric {
            identifier: "m".into(),
            prompt: "What is it?".into(),
            kind,
            choices: if kind == MetricType::Enum {
                vec!["a".into(), "b".into()]
            } else {
                Vec::new()
            },
        }
    }

    fn decided(kind: MetricType, raw: Raw, said: &str) -> Found {
        let metric = metric(kind);
        let call = call(said);
        let clock = Clock::of(&call, "UTC");
        decide(
            &Question::of(&metric),
            raw,
            &call,
            &clock,
            &Calibration::default(),
        )
    }

    fn written(text: &str, none: f64) -> Raw {
        Raw::Written {
            text: Written {
                text: text.into(),
                mean_log_prob: -0.1,
                tokens: 3,
                complete: true,
            },
            none,
            given: None,
        }
    }

    #[test]
    fn none_in_any_dress_is_no_value() {
        for text in [
            " none",
            " None.",
            " none, as nothing was booked",
            " N/A",
            " not mentioned",
        ] {
            let found = decided(MetricType::String, written(text, 1e-6), "hello");
            assert_eq!(found.status, Status::NotMentioned, "{text}");
            assert_eq!(found.value, None);
            assert!(!found.reasoning.is_empty());
        }
    }

    #[test]
    fn a_model_that_rather_says_none_is_heard() {
        let found = decided(MetricType::String, written(" a blue one", 0.999_9), "hello");
        assert_eq!(found.status, Status::NotMentioned);
    }

    #[test]
    fn what_was_not_worth_writing_is_not_mentioned_and_keeps_its_score() {
        let raw = Raw::Unsaid {
            none: 0.98,
            given: Some(-2.0),
        };
        let found = decided(MetricType::String, raw, "hello");
        assert_eq!((found.status, found.value), (Status::NotMentioned, None));
        assert!(found.confidence > 0.5);
        assert_eq!(score_of(&found.scores, NONE), Some(0.98));
        assert!(score_of(&found.scores, GIVEN).is_some_and(|p| p < 0.5));
    }

    #[test]
    fn what_follows_a_comma_stays_where_it_was_said() {
        let of = |text, said| decided(MetricType::String, written(text, 1e-6), said).value;
        let text = |t: &str| Some(Value::Text(t.into()));
        assert_eq!(
            of(" Springfield, Illinois", "To Springfield, Illinois please"),
            text("Springfield, Illinois")
        );
        assert_eq!(
            of(" Aato, a Japanese place", "A table at Aato, please"),
            text("Aato")
        );
        assert_eq!(of(" $1,250", "It is $1,250 in all"), text("$1,250"));
    }

    #[test]
    fn words_are_no_reference_number() {
        let mut metric = metric(MetricType::String);
        metric.prompt = "What is the booking reference number?".into();
        let call = call("The Acorn Guest House it is, AX12.");
        let decide = |text| {
            let raw = written(text, 1e-6);
            let clock = Clock::of(&call, "UTC");
            decide(
                &Question::of(&metric),
                raw,
                &call,
                &clock,
                &Calibration::default(),
            )
            .value
        };
        assert_eq!(decide(" Acorn Guest House"), None);
        assert_eq!(decide(" AX12"), Some(Value::Text("AX12".into())));
    }

    #[test]
    fn a_code_has_a_digit_or_is_spelt() {
        for code in ["AB12", "XDXEFGHY", "four four one", "K-L-M-N", "0151 22"] {
            assert!(is_code(code), "{code}");
        }
        for words in ["Acorn Guest House", "blue volvo", "I will call"] {
            assert!(!is_code(words), "{words}");
        }
    }

    #[test]
    fn the_sign_after_a_name_goes_and_the_name_stays() {
        let found = decided(
            MetricType::String,
            written(" Anna,", 1e-6),
            "I am Anna, hello",
        );
        assert_eq!(found.value, Some(Value::Text("Anna".into())));
    }

    #[test]
    fn a_date_is_resolved_or_fails_with_its_words() {
        let found = decided(
            MetricType::Datetime,
            written(" Friday at 3 pm", 1e-6),
            "Friday at 3 pm",
        );
        assert_eq!(
            found.value,
            Some(Value::Text("2024-01-19T15:00:00+00:00".into()))
        );
        assert_eq!(found.datetime.unwrap().phrase, "Friday at 3 pm");
        let vague = decided(
            MetricType::Datetime,
            written(" next month", 1e-6),
            "next month",
        );
        assert_eq!(vague.status, Status::Failed);
        assert!(
            vague.reasoning.contains("next month"),
            "{}",
            vague.reasoning
        );
    }

    #[test]
    fn an_enum_is_always_one_of_its_choices() {
        let raw = Raw::Weighed {
            choices: vec!["a".into(), "b".into()],
            scores: Scores {
                log_probs: vec![-3.0, -0.05],
                mass: 0.9,
            },
            given: None,
        };
        let found = decided(MetricType::Enum, raw, "hello");
        assert_eq!(found.value, Some(Value::Text("b".into())));
        assert!(found.confidence > 0.5);
        assert_eq!(found.scores.len(), 2);
    }

    #[test]
    fn a_failure_is_its_own_and_says_why() {
        let found = decided(
            MetricType::Enum,
            Raw::Failed("the grammar was refused".into()),
            "hi",
        );
        assert_eq!(found.status, Status::Failed);
        assert_eq!(found.reasoning, "the grammar was refused");
    }
}
