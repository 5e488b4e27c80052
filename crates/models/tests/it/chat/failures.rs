//! Everything that servers and networks do.

use std::net::TcpListener;
use std::time::Duration;

use aftercall_models::chat::{Chat, ChatError, ChatReply};
use wiremock::ResponseTemplate;

use super::fake::{Fake, chat, content, raw, refusal, request, settings, status};

fn ask(chat: &Chat) -> Result<ChatReply, ChatError> {
    chat.ask(&request("How many?"))
}

fn answer() -> ResponseTemplate {
    content(r#"{"a":1}"#)
}

/// The error of a server that obeys the probe and then does this, and how often it was asked.
fn error(response: ResponseTemplate) -> (ChatError, usize) {
    let fake = Fake::able(vec![response; 10]);
    let (chat, _) = fake.chat();
    let error = ask(&chat).unwrap_err();
    (error, fake.requests().len() - 1)
}

#[test]
fn what_passes_is_repeated() {
    let busy = || status(429);
    let after = |name: &str, value: &str| status(429).insert_header(name, value);
    let dated = after("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT")
        .insert_header("date", "Wed, 21 Oct 2026 07:28:00 GMT");
    for (script, waits) in [
        (vec![busy()], vec![500]),
        (vec![after("retry-after", "7")], vec![7_000]),
        (vec![after("retry-after-ms", "1250")], vec![1_250]),
        (vec![dated], vec![30_000]),
        (
            vec![status(503).insert_header("retry-after", "3")],
            vec![3_000],
        ),
        (
            vec![status(500), status(502), status(504)],
            vec![500, 1_000, 2_000],
        ),
        (vec![status(408), status(409)], vec![500, 1_000]),
    ] {
        let count = script.len();
        let fake = Fake::able(script.into_iter().chain([answer()]).collect());
        let (chat, clock) = fake.chat();
        let reply = ask(&chat).unwrap();
        assert_eq!(clock.slept(), waits);
        assert_eq!(reply.requests as usize, count + 1);
        let slept: u128 = waits.iter().sum();
        assert_eq!(reply.elapsed.as_millis(), slept);
        let bodies = fake.bodies();
        assert!(bodies[1..].iter().all(|body| *body == bodies[1]));
    }
}

#[test]
fn repetition_ends_with_the_attempts() {
    let fake = Fake::able(vec![status(500); 10]);
    let (chat, clock) = fake.chat();
    assert_eq!(ask(&chat), Err(ChatError::Server { status: 500 }));
    assert_eq!(fake.requests().len(), 1 + 4);
    assert_eq!(clock.slept(), [500, 1_000, 2_000]);
}

#[test]
fn a_wait_beyond_the_deadline_is_not_waited() {
    let fake = Fake::able(vec![status(429).insert_header("retry-after", "300")]);
    let (chat, clock) = fake.chat();
    let error = ask(&chat).unwrap_err();
    let wait = Some(Duration::from_secs(300));
    assert_eq!(error, ChatError::RateLimited { retry_after: wait });
    assert_eq!(error.wait(), wait);
    assert!(clock.slept().is_empty());

    let fake = Fake::able(vec![status(500); 10]);
    let mut settings = fake.settings();
    settings.deadline = Duration::from_millis(3_500);
    let (chat, clock) = super::fake::chat(settings);
    assert_eq!(ask(&chat), Err(ChatError::Server { status: 500 }));
    assert_eq!(clock.slept(), [500, 1_000]);
}

#[test]
fn what_does_not_pass_is_told_at_once() {
    for (status, expected) in [
        (401, ChatError::Key),
        (403, ChatError::Key),
        (404, ChatError::UnknownModel),
        (501, ChatError::Server { status: 501 }),
        (
            413,
            ChatError::Rejected {
                status: 413,
                message: "too much".into(),
            },
        ),
    ] {
        let (error, requests) = error(refusal(status, None, "too \n much"));
        assert_eq!(error, expected);
        assert_eq!(requests, 1);
        assert_eq!(error.is_of_the_endpoint(), status != 413);
    }
}

#[test]
fn answers_that_cannot_be_read_say_what_they_are() {
    let json = |text: &str| ResponseTemplate::new(200).set_body_raw(text, "application/json");
    let html = ResponseTemplate::new(200).set_body_raw("<html>", "text/html; charset=utf-8");
    let large = "x".repeat(8 * 1024 * 1024 + 1);
    let redirect = ResponseTemplate::new(307).insert_header("location", "/v2/chat/completions");
    for (response, expected) in [
        (json("{\"choices\": [{]"), "not valid JSON"),
        (json("{}"), "no choices"),
        (json("{\"choices\": []}"), "no choices"),
        (json("{\"choices\": [{\"text\": \"old\"}]}"), "no message"),
        (
            json("{\"error\": {\"message\": \"overloaded\"}}"),
            "overloaded",
        ),
        (html, "text/html"),
        (json(&large), "8 MiB"),
        (redirect, "HTTP status 307"),
    ] {
        let (error, requests) = error(response);
        assert!(
            matches!(&error, ChatError::Reply(text) if text.contains(expected)),
            "{error}"
        );
        assert_eq!(requests, 1, "{error}");
    }
}

#[test]
fn half_an_answer_is_asked_for_again() {
    let (chat, clock) = chat(settings(&raw(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"choices\": [",
        false,
    )));
    let error = ask(&chat).unwrap_err();
    assert_eq!(
        error,
        ChatError::Reply("it broke off after 13 bytes".into())
    );
    assert_eq!(clock.slept(), [500, 1_000, 2_000]);
}

#[test]
fn silence_has_an_end() {
    // No answer at all, and one that stops in its middle.
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{",
    ] {
        let mut settings = settings(&raw(answer, true));
        settings.timeout = Duration::from_millis(150);
        settings.attempts = 2;
        let (chat, clock) = chat(settings);
        assert_eq!(ask(&chat), Err(ChatError::TimedOut));
        assert_eq!(clock.slept(), [500]);
    }
}

#[test]
fn a_server_that_is_not_there_is_asked_again() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for base_url in [
        format!("http://{address}/v1"),
        "http://no-such-host.invalid/v1".into(),
    ] {
        let mut settings = settings(&base_url);
        settings.attempts = 2;
        let (chat, clock) = chat(settings);
        let error = ask(&chat).unwrap_err();
        assert!(matches!(error, ChatError::Unreachable(_)), "{error}");
        assert!(error.is_of_the_endpoint());
        assert_eq!(clock.slept(), [500]);
    }
    // One that hangs up on every request.
    let (chat, _) = chat(settings(&raw("", false)));
    let error = ask(&chat).unwrap_err();
    assert!(matches!(error, ChatError::Unreachable(_)), "{error}");
}

#[test]
fn a_plain_port_is_no_secure_one() {
    let fake = Fake::new(vec![]);
    let mut settings = fake.settings();
    settings.base_url = settings.base_url.replace("http:", "https:");
    let (chat, clock) = chat(settings);
    let error = ask(&chat).unwrap_err();
    assert!(matches!(error, ChatError::Tls(_)), "{error}");
    assert!(clock.slept().is_empty() && error.is_of_the_endpoint());
}
