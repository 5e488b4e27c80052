//! A model server that follows a script, a clock without time, and requests.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aftercall_models::chat::{
    Chat, ChatMessage, ChatRequest, ChatRole, ChatSettings, Environment, Secret,
};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const KEY: &str = "sk-very-secret-0815";

/// A clock that moves when somebody sleeps, and chance that is always the same.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<(Instant, Vec<Duration>)>>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new((Instant::now(), Vec::new()))))
    }

    pub(crate) fn advance(&self, duration: Duration) {
        self.0.lock().unwrap().0 += duration;
    }

    /// What was slept, in milliseconds.
    pub(crate) fn slept(&self) -> Vec<u128> {
        let clock = self.0.lock().unwrap();
        clock.1.iter().map(Duration::as_millis).collect()
    }
}

impl Environment for Clock {
    fn now(&self) -> Instant {
        self.0.lock().unwrap().0
    }

    fn sleep(&self, duration: Duration) {
        let mut clock = self.0.lock().unwrap();
        clock.0 += duration;
        clock.1.push(duration);
    }

    fn random(&self) -> f64 {
        1.0
    }
}

struct Script(Mutex<VecDeque<ResponseTemplate>>);

impl Respond for Script {
    fn respond(&self, _request: &Request) -> ResponseTemplate {
        let next = self.0.lock().unwrap().pop_front();
        next.unwrap_or_else(|| refusal(418, None, "the script is at its end"))
    }
}

/// A model server.
pub(crate) struct Fake {
    runtime: Runtime,
    server: MockServer,
}

impl Fake {
    pub(crate) fn new(script: Vec<ResponseTemplate>) -> Self {
        Self::with(Script(Mutex::new(script.into())))
    }

    /// One that obeys the probe and then follows the script.
    pub(crate) fn able(mut script: Vec<ResponseTemplate>) -> Self {
        script.insert(0, obeying());
        Self::new(script)
    }

    pub(crate) fn with(respond: impl Respond + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            Mock::given(any())
                .respond_with(respond)
                .mount(&server)
                .await;
            server
        });
        Self { runtime, server }
    }

    pub(crate) fn settings(&self) -> ChatSettings {
        settings(&format!("{}/v1", self.server.uri()))
    }

    /// A client of it and the client's clock.
    pub(crate) fn chat(&self) -> (Chat, Clock) {
        chat(self.settings())
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.runtime
            .block_on(self.server.received_requests())
            .unwrap()
    }

    pub(crate) fn bodies(&self) -> Vec<Json> {
        let body = |request: &Request| request.body_json().unwrap();
        self.requests().iter().map(body).collect()
    }
}

/// A server that answers every connection with these bytes, whatever HTTP has to say about them. Where it holds, it
/// keeps the connection open.
pub(crate) fn raw(answer: &'static str, hold: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            // The body of a request is one JSON object and ends it.
            while !request.ends_with(b"}") {
                let mut block = [0; 4096];
                let count = stream.read(&mut block).unwrap();
                request.extend_from_slice(&block[..count]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            if hold {
                held.push(stream);
            }
        }
    });
    address
}

pub(crate) fn settings(base_url: &str) -> ChatSettings {
    ChatSettings {
        key: Some(Secret::new(KEY)),
        ..ChatSettings::new(base_url, "tiny")
    }
}

pub(crate) fn chat(settings: ChatSettings) -> (Chat, Clock) {
    let clock = Clock::new();
    (Chat::new(settings, Box::new(clock.clone())).unwrap(), clock)
}

pub(crate) fn request(question: &str) -> ChatRequest {
    let message = |role, content: &str| ChatMessage {
        role,
        content: content.into(),
    };
    ChatRequest {
        messages: vec![
            message(ChatRole::System, "You read calls."),
            message(ChatRole::User, question),
        ],
        schema: json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"],
            "additionalProperties": false}),
        schema_name: "answers".into(),
        max_tokens: 300,
    }
}

/// A completion of this message.
pub(crate) fn completion(message: Json, finish: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "model": "tiny-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 7},
    }))
}

pub(crate) fn content(text: &str) -> ResponseTemplate {
    completion(json!({"role": "assistant", "content": text}), "stop")
}

/// A completion that calls a tool.
pub(crate) fn tool_call(name: &str, arguments: &str) -> ResponseTemplate {
    let call =
        json!({"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}});
    completion(json!({"content": null, "tool_calls": [call]}), "tool_calls")
}

pub(crate) const OBEYED: &str = r#"{"verdict_code": "mosaic-41"}"#;

/// What a server answers to a probe that does all that can be asked for.
pub(crate) fn obeying() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "choices": [{
            "message": {"content": OBEYED},
            "finish_reason": "stop",
            "logprobs": {"content": [{"token": OBEYED, "logprob": -0.1, "top_logprobs": []}]},
        }],
    }))
}

/// An error as OpenAI words it.
pub(crate) fn refusal(status: u16, member: Option<&str>, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .set_body_json(json!({"error": {"message": message, "param": member, "type": "invalid"}}))
}

pub(crate) fn status(status: u16) -> ResponseTemplate {
    refusal(status, None, "no")
}
