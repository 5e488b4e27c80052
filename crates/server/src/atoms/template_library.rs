//! Metrics to start from: what teams ask of their calls most often.

use aftercall_core::MetricType::{self, Boolean, Datetime, Enum, Integer, String};

/// A metric to copy into an agent's own.
pub(super) struct Template {
    /// Its name.
    pub(super) identifier: &'static str,
    /// The question.
    pub(super) prompt: &'static str,
    /// The type of the answer.
    pub(super) kind: MetricType,
    /// The answers of an ENUM.
    pub(super) choices: &'static [&'static str],
}

const fn ask(identifier: &'static str, kind: MetricType, prompt: &'static str) -> Template {
    choose(identifier, kind, prompt, &[])
}

const fn choose(
    identifier: &'static str,
    kind: MetricType,
    prompt: &'static str,
    choices: &'static [&'static str],
) -> Template {
    Template {
        identifier,
        prompt,
        kind,
        choices,
    }
}

/// The library, by theme: how the call ended, what it was about, the caller, what follows, sales and appointments, the agent.
pub(super) const LIBRARY: &[Template] = &[
    choose(
        "call_outcome",
        Enum,
        "How did the call end for the caller? Use resolved when the request was settled during the call, follow_up when \
         something was promised for later, escalated when the call was handed to a person, unresolved when the request was \
         left open, and none when the caller made no request.",
        &["resolved", "follow_up", "escalated", "unresolved", "none"],
    ),
    ask(
        "issue_resolved",
        Boolean,
        "Was the caller's request fully settled by the end of the call?",
    ),
    ask(
        "escalation_needed",
        Boolean,
        "Does a person have to look into this call because the agent could not settle the request or the caller asked for \
         a person?",
    ),
    choose(
        "escalation_reason",
        Enum,
        "Why does a person have to take over? Use none when nobody has to.",
        &[
            "caller_asked",
            "agent_could_not_help",
            "complaint",
            "safety",
            "other",
            "none",
        ],
    ),
    ask(
        "transferred_to_person",
        Boolean,
        "Did the agent hand the call over to a person while it was going on?",
    ),
    choose(
        "hangup_reason",
        Enum,
        "Why did the conversation stop? Use finished when both sides said goodbye or had nothing more to say.",
        &[
            "finished",
            "caller_left",
            "agent_ended",
            "connection_lost",
            "transferred",
            "unknown",
        ],
    ),
    ask(
        "voicemail_reached",
        Boolean,
        "Did a voicemail or an answering machine take the call, and not a person?",
    ),
    ask(
        "wrong_number",
        Boolean,
        "Did the person on the line say that this is the wrong number or the wrong person?",
    ),
    choose(
        "call_reason",
        Enum,
        "What was the main reason of the call?",
        &[
            "question",
            "problem",
            "order",
            "billing",
            "appointment",
            "cancellation",
            "complaint",
            "other",
            "none",
        ],
    ),
    ask(
        "topic",
        String,
        "Name the main topic of the call in at most five words.",
    ),
    ask(
        "product_mentioned",
        String,
        "Which product or service was the call about? Give its name as the caller said it.",
    ),
    ask(
        "question_left_open",
        String,
        "Which question of the caller was not answered by the end of the call? Give it in one sentence.",
    ),
    choose(
        "caller_sentiment",
        Enum,
        "What was the caller's mood over the whole call, judged by their own words?",
        &["positive", "neutral", "negative", "mixed", "unknown"],
    ),
    choose(
        "mood_change",
        Enum,
        "How did the caller's mood change from the start of the call to its end?",
        &["better", "same", "worse", "unknown"],
    ),
    ask(
        "caller_satisfaction",
        Integer,
        "How satisfied did the caller seem at the end of the call, on a scale from 1 (very unhappy) to 5 (very happy)?",
    ),
    ask(
        "rating_given",
        Integer,
        "Which rating from 1 to 10 did the caller give when the agent asked for one?",
    ),
    ask(
        "complaint_made",
        Boolean,
        "Did the caller complain about a product, a service, a person or the company?",
    ),
    ask(
        "cancellation_risk",
        Boolean,
        "Did the caller say or clearly hint that they may cancel, leave or go to a competitor?",
    ),
    ask(
        "callback_requested",
        Boolean,
        "Did the caller ask to be called back, or agree to it?",
    ),
    ask(
        "callback_time",
        Datetime,
        "When does the caller want to be called back? Take the time that both sides settled on last.",
    ),
    ask(
        "next_step",
        String,
        "What was agreed to happen after the call, and who does it? Answer in one sentence.",
    ),
    ask(
        "promise_made",
        Boolean,
        "Did the agent promise the caller that something will happen after the call?",
    ),
    ask(
        "appointment_booked",
        Boolean,
        "Was an appointment booked or confirmed during the call?",
    ),
    ask(
        "appointment_time",
        Datetime,
        "For when was the appointment booked or moved? Take the time that both sides settled on last.",
    ),
    choose(
        "interest_level",
        Enum,
        "How interested was the person in the offer? Use not_offered when nothing was offered.",
        &["high", "medium", "low", "refused", "not_offered"],
    ),
    ask(
        "main_objection",
        String,
        "What was the person's main reason against the offer? Answer in one sentence.",
    ),
    ask(
        "payment_promised",
        Boolean,
        "Did the caller promise to pay an amount that they owe?",
    ),
    ask(
        "opt_out_requested",
        Boolean,
        "Did the person ask not to be called again?",
    ),
    ask(
        "identity_verified",
        Boolean,
        "Did the agent check who the caller is, and did the check succeed?",
    ),
    ask(
        "instruction_adherence",
        String,
        "Where did the agent leave the course of a careful, polite conversation, for example by skipping a step that it had \
         announced? Answer in one or two sentences.",
    ),
    ask(
        "clarity_of_responses",
        String,
        "Judge how easily the caller could follow the agent: did its answers fit the questions, and where did it become unclear? \
         Answer in one or two sentences.",
    ),
    ask(
        "ai_content_repetition_flag",
        Boolean,
        "Did the agent say the same sentence or the same information again without being asked to?",
    ),
    ask(
        "turn_taking_balance",
        Integer,
        "How well was speaking time shared, on a scale from 1 (one side held all of it) to 5 (both sides came to speak \
         freely)?",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use aftercall_core::{advice::advise, parse_metrics_json};
    use serde_json::json;

    #[test]
    fn templates_are_metrics_that_need_no_advice() {
        let list: Vec<_> = LIBRARY
            .iter()
            .map(|template| {
                json!({
                    "identifier": template.identifier,
                    "dispositionMetricPrompt": template.prompt,
                    "dispositionMetricType": template.kind,
                    "choices": template.choices,
                })
            })
            .collect();
        let metrics = parse_metrics_json(&json!(list)).unwrap();
        assert_eq!(metrics.len(), LIBRARY.len());
        for metric in metrics {
            assert_eq!(
                advise(std::slice::from_ref(&metric)),
                [],
                "{}",
                metric.identifier
            );
        }
    }

    #[test]
    fn the_documented_names_are_there() {
        for (name, kind) in [
            ("turn_taking_balance", Integer),
            ("instruction_adherence", String),
            ("clarity_of_responses", String),
            ("escalation_needed", Boolean),
            ("ai_content_repetition_flag", Boolean),
        ] {
            let found = LIBRARY.iter().find(|template| template.identifier == name);
            assert_eq!(found.map(|template| template.kind), Some(kind), "{name}");
        }
    }
}
