//! `aftercall model test`: one small call through an endpoint, and what the endpoint can do.

use std::fmt::Write as _;

use aftercall_core::{Analysis, Call, Metric, MetricType, Role, Turn};
use aftercall_models::chat::{Abilities, OutputMode};

use crate::analyst;
use crate::args::ModelTestArgs;
use crate::config::{EMBEDDED, EndpointConfig, EndpointKind};
use crate::endpoints::{choice, client};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::model_progress::ModelProgress;
use crate::serve::say;

/// A made-up call, with a question of each type whose answer it has.
const SAID: [(Role, &str); 6] = [
    (
        Role::Agent,
        "Good morning, Harbour Bikes, this is Ines. How can I help?",
    ),
    (
        Role::User,
        "Hi, my name is Tom Okafor. The brake you fitted on two of our bikes squeaks already.",
    ),
    (
        Role::Agent,
        "I am sorry to hear that. We can look at both on Thursday at 10, would that suit you?",
    ),
    (Role::User, "Thursday at ten is fine."),
    (
        Role::Agent,
        "Then you are booked in, and there is no charge for it.",
    ),
    (Role::User, "Great, thanks a lot, bye."),
];

/// Runs `aftercall model test`.
pub(crate) fn run(args: &ModelTestArgs) -> Result<Exit, Failure> {
    let config = args.config.load(&[])?;
    let (call, metrics) = (call(), metrics());
    let section = config.endpoints.get(&args.endpoint);
    let embedded = section.map_or(args.endpoint == EMBEDDED, |section| {
        section.kind == EndpointKind::Embedded
    });
    let text = if embedded {
        let mut progress = ModelProgress::new();
        let mut analyst = analyst::start(&choice(&config, section), &mut progress)?;
        drop(progress);
        let analysis = analyst.analyze(&call, &metrics).or_exit(Exit::Engine)?;
        let what = format!("{}, a model inside this program", args.endpoint);
        line("endpoint", &what) + &of_analysis(&analysis)
    } else {
        let endpoint = config.remote(&args.endpoint).or_exit(Exit::Input)?;
        let client = client(&config, &args.endpoint, endpoint).or_exit(Exit::Input)?;
        let abilities = client.chat().probe().or_exit(Exit::Engine)?;
        let analysis = client.analyze(&call, &metrics).or_exit(Exit::Engine)?;
        of_endpoint(&args.endpoint, endpoint, abilities) + &of_analysis(&analysis)
    };
    say(text.trim_end());
    Ok(Exit::Well)
}

fn of_endpoint(name: &str, endpoint: &EndpointConfig, abilities: Abilities) -> String {
    let mode = match abilities.mode {
        OutputMode::Schema => "strict JSON schema",
        OutputMode::Tool => "a tool call (the server takes no strict schema)",
        OutputMode::Object => {
            "JSON mode (the server takes neither schema nor tools): answers may need a second asking"
        }
        OutputMode::Text => {
            "plain text (the server holds to no form): answers may need a second asking"
        }
    };
    let log_probs = if abilities.log_probs {
        "told: confidence is made from them"
    } else {
        "not told: confidence is what the model says of itself"
    };
    let cache = if abilities.cached_tokens {
        "the server tells what it cached"
    } else {
        "the server tells nothing of a cache"
    };
    let thoughts = if abilities.reasoning {
        "the model's thoughts come apart"
    } else {
        "none come"
    };
    let mut text = line("endpoint", &format!("{name}, {}", endpoint.model));
    text += &line("form", mode);
    text += &line("probabilities", log_probs);
    text += &line("prompt cache", cache);
    text + &line("thoughts", thoughts)
}

fn of_analysis(analysis: &Analysis) -> String {
    let provenance = &analysis.provenance;
    let usage = &provenance.usage;
    let cost = usage.cost.map_or_else(
        || "no prices are set".to_owned(),
        |cost| format!("{cost:.6}"),
    );
    let mut text = line("model", provenance.model.as_deref().unwrap_or("none"));
    text += &line(
        "time",
        &format!(
            "{:.1} s, requests: {}",
            seconds(usage.milliseconds),
            usage.requests
        ),
    );
    text += &line(
        "tokens",
        &format!(
            "{} read, {} cached, {} written",
            usage.tokens_read, usage.tokens_cached, usage.tokens_written
        ),
    );
    text += &line("cost", &cost);
    text += &line("summary", &analysis.summary);
    for answer in &analysis.disposition_metrics {
        let value = serde_json::to_string(&answer.value).unwrap_or_default();
        // Into a text, which always takes it.
        let _ = writeln!(
            text,
            "  {:<10} {value}  (confidence {:.2}) {}",
            answer.identifier, answer.confidence, answer.reasoning
        );
    }
    text
}

fn line(name: &str, value: &str) -> String {
    format!("{name:<14} {value}\n")
}

fn seconds(milliseconds: u64) -> f64 {
    std::time::Duration::from_millis(milliseconds).as_secs_f64()
}

fn call() -> Call {
    let turns = SAID.iter().map(|(role, content)| Turn {
        role: role.clone(),
        content: (*content).to_owned(),
        start: None,
        end: None,
    });
    let mut call = Call::from_turns(turns.collect());
    call.started_at = "2026-03-02T09:00:00Z".parse().ok();
    call
}

fn metrics() -> Vec<Metric> {
    let metric = |identifier: &str, kind, prompt: &str, choices: &[&str]| Metric {
        identifier: identifier.to_owned(),
        prompt: prompt.to_owned(),
        kind,
        choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
    };
    vec![
        metric(
            "booked",
            MetricType::Boolean,
            "Was an appointment made?",
            &[],
        ),
        metric(
            "outcome",
            MetricType::Enum,
            "How did the call end?",
            &["booked", "escalated", "nothing_done"],
        ),
        metric(
            "bikes",
            MetricType::Integer,
            "How many bikes is it about?",
            &[],
        ),
        metric(
            "customer",
            MetricType::String,
            "What is the customer's name?",
            &[],
        ),
        metric(
            "when",
            MetricType::Datetime,
            "When is the appointment?",
            &[],
        ),
    ]
}
