//! Requests as they go out and answers as they come back.

use aftercall_models::chat::{ChatUsage, Finish, Secret};
use serde_json::{Value as Json, json};
use wiremock::ResponseTemplate;

use super::fake::{Fake, KEY, completion, content, request};

#[test]
fn a_request_has_what_was_asked_for() {
    let fake = Fake::able(vec![content(r#"{"a":1}"#)]);
    let mut settings = fake.settings();
    settings.headers = vec![("api-key".into(), Secret::new("azure-secret"))];
    settings.query = vec![("api-version".into(), "2026-01 preview".into())];
    settings.reasoning_effort = Some("low".into());
    settings.extra = json!({"chat_template_kwargs": {"enable_thinking": false}, "top_logprobs": 2})
        .as_object()
        .unwrap()
        .clone();
    let (chat, _) = super::fake::chat(settings);
    chat.ask(&request("How many?")).unwrap();

    let sent = &fake.requests()[1];
    assert_eq!(sent.url.path(), "/v1/chat/completions");
    assert_eq!(sent.url.query(), Some("api-version=2026-01+preview"));
    assert_eq!(sent.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(sent.headers["api-key"], "azure-secret");
    assert_eq!(sent.headers["content-type"], "application/json");
    let body: Json = sent.body_json().unwrap();
    let expected = json!({
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "You read calls."},
            {"role": "user", "content": "How many?"},
        ],
        "max_tokens": 300,
        "temperature": 0,
        "reasoning_effort": "low",
        "logprobs": true,
        "top_logprobs": 2,
        "response_format": {"type": "json_schema", "json_schema": {
            "name": "answers", "strict": true, "schema": request("").schema}},
        "chat_template_kwargs": {"enable_thinking": false},
    });
    assert_eq!(body, expected);
}

#[test]
fn an_answer_comes_back_whole() {
    let answer = json!({
        "model": "tiny-2026",
        "choices": [{
            "message": {"content": "\n{\"a\":1}", "reasoning_content": "One is enough."},
            "finish_reason": "stop",
            "logprobs": {"content": [
                {"token": "\n{", "logprob": -0.1, "top_logprobs": [{"token": "[", "logprob": -3.0}]},
                {"token": "\"a\":1}", "logprob": -0.2, "top_logprobs": []},
                {"token": "<|end|>", "logprob": -0.3, "top_logprobs": []},
            ]},
        }],
        "usage": {"prompt_tokens": 100, "completion_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": 80}, "completion_tokens_details": {"reasoning_tokens": 4}},
    });
    let fake = Fake::able(vec![ResponseTemplate::new(200).set_body_json(answer)]);
    let (chat, _) = fake.chat();
    let reply = chat.ask(&request("How many?")).unwrap();

    assert_eq!(reply.text, r#"{"a":1}"#);
    assert_eq!(reply.finish, Finish::Stop);
    assert_eq!(reply.refusal, None);
    assert_eq!(reply.reasoning.as_deref(), Some("One is enough."));
    assert_eq!(reply.model.as_deref(), Some("tiny-2026"));
    assert_eq!(reply.requests, 1);
    let usage = ChatUsage {
        read: 20,
        cached: 80,
        written: 9,
        reasoning: 4,
    };
    assert_eq!(reply.usage, usage);
    let tokens = reply.log_probs.unwrap();
    let texts: Vec<_> = tokens.iter().map(|token| token.text.as_str()).collect();
    assert_eq!(texts, ["{", "\"a\":1}"]);
    assert_eq!(tokens[0].top, [("[".to_owned(), -3.0)]);
    // What only shows with an answer is remembered.
    let abilities = chat.abilities().unwrap();
    assert!(abilities.cached_tokens && abilities.reasoning);
}

#[test]
fn a_thought_before_the_answer_is_no_part_of_it() {
    for message in [
        json!({"content": "<think>hm {\"a\":2}</think>\n{\"a\":1}"}),
        json!({"content": "{\"a\":1}", "reasoning": "hm {\"a\":2}"}),
        json!({"content": [{"type": "text", "text": "hm {\"a\":2}</think>"}, {"type": "text", "text": "{\"a\":1}"}]}),
    ] {
        let fake = Fake::able(vec![completion(message.clone(), "stop")]);
        let reply = fake.chat().0.ask(&request("How many?")).unwrap();
        assert_eq!(reply.text, r#"{"a":1}"#, "{message}");
        assert_eq!(
            reply.reasoning.as_deref(),
            Some("hm {\"a\":2}"),
            "{message}"
        );
    }
}

#[test]
fn answers_that_are_none_say_why() {
    let refused = completion(json!({"content": null, "refusal": "I will not."}), "stop");
    let cut = completion(json!({"content": "{\"a\":"}), "length");
    let filtered = completion(json!({"content": null}), "content_filter");
    let odd = completion(json!({"content": "{}"}), "eos\n");
    let fake = Fake::able(vec![refused, cut, filtered, odd]);
    let (chat, _) = fake.chat();
    let ask = || chat.ask(&request("How many?")).unwrap();

    let refused = ask();
    assert_eq!(refused.refusal.as_deref(), Some("I will not."));
    assert_eq!(refused.text, "");
    let cut = ask();
    assert_eq!((cut.finish, cut.text.as_str()), (Finish::Length, "{\"a\":"));
    assert_eq!(ask().finish, Finish::ContentFilter);
    assert_eq!(ask().finish, Finish::Other("eos".into()));
}

#[test]
fn what_comes_before_the_question_is_the_same_bytes_each_time() {
    // In the last mode the schema, too, stands before the question.
    let no = || content("No.");
    let fake = Fake::new(vec![no(), no(), no(), no(), content("{}"), content("{}")]);
    let (chat, _) = fake.chat();
    chat.ask(&request("QUESTION one")).unwrap();
    chat.ask(&request("QUESTION two, longer")).unwrap();

    let requests = fake.requests();
    let prefix = |index: usize| {
        let body = String::from_utf8(requests[index].body.clone()).unwrap();
        body.split_once("QUESTION").unwrap().0.to_owned()
    };
    assert_eq!(prefix(4), prefix(5));
    let system = fake.bodies()[4]["messages"][0]["content"].clone();
    let schema = request("").schema.to_string();
    assert!(system.as_str().unwrap().starts_with("You read calls."));
    assert!(system.as_str().unwrap().ends_with(&schema));
}
