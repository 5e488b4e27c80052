//! What the client finds out about a server, and how it takes to being refused.

use aftercall_models::chat::{Chat, ChatError, OutputMode, TokenLimit};
use serde_json::{Value as Json, json};
use wiremock::ResponseTemplate;

use super::fake::{Fake, OBEYED, completion, content, obeying, refusal, request, tool_call};

const ANSWER: &str = r#"{"a":1}"#;

/// Which mode a body asks for.
fn mode(body: &Json) -> &str {
    match body["response_format"]["type"].as_str() {
        Some(kind) => kind,
        None if body.get("tools").is_some() => "tool",
        None => "text",
    }
}

fn modes(fake: &Fake) -> Vec<String> {
    fake.bodies().iter().map(|b| mode(b).to_owned()).collect()
}

fn ask(chat: &Chat) -> String {
    chat.ask(&request("How many?")).unwrap().text
}

#[test]
fn a_probe_finds_the_best_mode_that_is_obeyed() {
    let no = || content("Yes, it is.");
    let refused = || refusal(400, None, "bad request");
    let said = &format!("<think>hm</think>Here:\n```json\n{OBEYED}\n```");
    for (script, expected) in [
        (vec![obeying()], OutputMode::Schema),
        (vec![no(), tool_call("answer", OBEYED)], OutputMode::Tool),
        (
            vec![refused(), refused(), content(OBEYED)],
            OutputMode::Object,
        ),
        (vec![no(), refused(), no(), content(said)], OutputMode::Text),
        (vec![no(), no(), no(), no()], OutputMode::Text),
        (
            vec![refusal(501, None, ""), tool_call("answer", OBEYED)],
            OutputMode::Tool,
        ),
    ] {
        let count = script.len();
        let fake = Fake::new(script);
        let (chat, clock) = fake.chat();
        assert_eq!(chat.abilities(), None);
        let abilities = chat.probe().unwrap();
        assert_eq!(abilities.mode, expected);
        assert_eq!(abilities.log_probs, expected == OutputMode::Schema);
        assert_eq!(chat.abilities(), Some(abilities));
        // It is remembered, and nothing was waited for.
        assert_eq!(chat.probe().unwrap(), abilities);
        assert_eq!(fake.requests().len(), count);
        assert!(clock.slept().is_empty());
    }
}

#[test]
fn a_model_that_is_stopped_while_it_thinks_has_shown_nothing() {
    let stopped = || completion(json!({"content": "<think>Well"}), "length");
    let refused = || refusal(400, None, "bad request");
    for (script, expected) in [
        (vec![stopped()], OutputMode::Schema),
        (vec![refused(), stopped()], OutputMode::Tool),
    ] {
        let (chat, _) = Fake::new(script).chat();
        assert_eq!(chat.probe().unwrap().mode, expected);
    }
}

#[test]
fn each_mode_asks_and_reads_in_its_own_way() {
    let no = || content("No.");
    let fenced = "Sure:\n```json\n{\"a\":1}\n```";
    for (probe, answer, expected) in [
        (vec![obeying()], content(ANSWER), "json_schema"),
        (
            vec![no(), tool_call("answer", OBEYED)],
            tool_call("answers", ANSWER),
            "tool",
        ),
        (
            vec![no(), no(), content(OBEYED)],
            content(ANSWER),
            "json_object",
        ),
        (vec![no(), no(), no(), no()], content(fenced), "text"),
    ] {
        let fake = Fake::new(probe.into_iter().chain([answer]).collect());
        assert_eq!(ask(&fake.chat().0), ANSWER);
        let body = fake.bodies().pop().unwrap();
        assert_eq!(mode(&body), expected);
        let told = body["messages"][0]["content"].as_str().unwrap();
        assert_eq!(
            told.contains("JSON Schema"),
            matches!(expected, "json_object" | "text")
        );
        if expected == "tool" {
            let function = json!({"name": "answers", "parameters": request("").schema});
            assert_eq!(body["tools"][0]["function"], function);
            assert_eq!(body["tool_choice"]["function"]["name"], "answers");
        }
    }
}

#[test]
fn a_schema_that_is_refused_later_is_asked_for_as_a_tool() {
    let refused = refusal(
        400,
        Some("response_format"),
        "Invalid schema for response_format",
    );
    let called = || tool_call("answers", ANSWER);
    let fake = Fake::able(vec![refused, called(), called()]);
    let (chat, clock) = fake.chat();
    let reply = chat.ask(&request("How many?")).unwrap();
    assert_eq!((reply.text.as_str(), reply.requests), (ANSWER, 2));
    assert_eq!(ask(&chat), ANSWER);
    assert_eq!(modes(&fake), ["json_schema", "json_schema", "tool", "tool"]);
    assert_eq!(chat.abilities().unwrap().mode, OutputMode::Tool);
    assert!(clock.slept().is_empty());
}

#[test]
fn what_a_server_will_not_have_is_not_sent_again() {
    let detail = json!({"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs", "input": "logprobs"}]});
    for (refused, gone) in [
        (
            refusal(
                400,
                Some("temperature"),
                "'temperature' does not support 0 here",
            ),
            "temperature",
        ),
        (
            ResponseTemplate::new(422).set_body_json(detail),
            "temperature",
        ),
        (
            refusal(400, None, "logprobs are not available for this model"),
            "logprobs",
        ),
        (
            refusal(
                400,
                Some("max_tokens"),
                "Unsupported parameter: 'max_tokens'",
            ),
            "max_tokens",
        ),
    ] {
        // In the probe and after it.
        for probe in [vec![], vec![obeying()]] {
            let rest = match probe.len() {
                0 => vec![refused.clone(), obeying(), content(ANSWER)],
                _ => vec![refused.clone(), content(ANSWER), content(ANSWER)],
            };
            let first = probe.len();
            let fake = Fake::new(probe.into_iter().chain(rest).collect());
            let (chat, _) = fake.chat();
            ask(&chat);
            if first == 1 {
                ask(&chat);
            }
            let bodies = fake.bodies();
            let has: Vec<_> = bodies.iter().map(|b| b.get(gone).is_some()).collect();
            assert!(has[..=first].iter().all(|has| *has), "{gone}: {has:?}");
            assert!(has[first + 1..].iter().all(|has| !has), "{gone}: {has:?}");
            assert_eq!(modes(&fake), vec!["json_schema"; bodies.len()]);
            let abilities = chat.abilities().unwrap();
            assert_eq!(abilities.log_probs, gone != "logprobs");
            let renamed = gone == "max_tokens";
            assert_eq!(
                abilities.token_limit == TokenLimit::MaxCompletionTokens,
                renamed
            );
            let limit = &bodies[first + 1]["max_completion_tokens"];
            assert_eq!(limit.is_u64(), renamed);
        }
    }
}

#[test]
fn refusals_without_end_come_to_an_end() {
    let words = "temperature, logprobs, unknown max_tokens, response_format, tools";
    let fake = Fake::able((0..20).map(|_| refusal(400, None, words)).collect());
    let (chat, _) = fake.chat();
    let error = chat.ask(&request("How many?")).unwrap_err();
    let expected = ChatError::Rejected {
        status: 400,
        message: words.into(),
    };
    assert_eq!(error, expected);
    assert_eq!(
        modes(&fake)[1..],
        [
            "json_schema",
            "json_schema",
            "json_schema",
            "json_schema",
            "tool",
            "json_object",
            "text"
        ]
    );
}

#[test]
fn a_server_that_refuses_without_a_reason_is_asked_for_less() {
    let no = || refusal(400, None, "bad request");
    let fake = Fake::new(vec![
        no(),
        no(),
        no(),
        no(),
        content(OBEYED),
        content(ANSWER),
    ]);
    let (chat, _) = fake.chat();
    assert_eq!(ask(&chat), ANSWER);
    assert_eq!(chat.abilities().unwrap().mode, OutputMode::Schema);
    let body = fake.bodies().pop().unwrap();
    assert!(body.get("logprobs").is_none() && body.get("temperature").is_none());
}

#[test]
fn threads_share_one_probe() {
    let fake = Fake::able((0..4).map(|_| content(ANSWER)).collect());
    let (chat, _) = fake.chat();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(ask(&chat), ANSWER));
        }
    });
    assert_eq!(fake.requests().len(), 5);
}
