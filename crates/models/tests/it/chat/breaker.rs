//! A server that fails is left alone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aftercall_models::chat::{Chat, ChatError, ChatReply};
use wiremock::{Request, Respond, ResponseTemplate};

use super::fake::{Fake, content, obeying, refusal, request, status};

fn ask(chat: &Chat) -> Result<ChatReply, ChatError> {
    chat.ask(&request("How many?"))
}

fn paused(seconds: u64) -> Result<ChatReply, ChatError> {
    Err(ChatError::Paused {
        wait: Duration::from_secs(seconds),
    })
}

fn answer() -> ResponseTemplate {
    content(r#"{"a":1}"#)
}

#[test]
fn it_opens_tries_again_and_closes() {
    let mut script = vec![status(401); 6];
    script.extend([answer(), status(401), answer()]);
    let fake = Fake::able(script);
    let (chat, clock) = fake.chat();
    for _ in 0..5 {
        assert_eq!(ask(&chat), Err(ChatError::Key));
    }
    // Open: nothing is sent.
    assert_eq!(ask(&chat), paused(10));
    clock.advance(Duration::from_secs(4));
    assert_eq!(ask(&chat), paused(6));
    assert_eq!(fake.requests().len(), 1 + 5);
    // Half open: one request fails, and the pause is doubled.
    clock.advance(Duration::from_secs(6));
    assert_eq!(ask(&chat), Err(ChatError::Key));
    assert_eq!(ask(&chat), paused(20));
    // Closed: one failure more changes nothing.
    clock.advance(Duration::from_secs(20));
    assert!(ask(&chat).is_ok());
    assert_eq!(ask(&chat), Err(ChatError::Key));
    assert!(ask(&chat).is_ok());
}

#[test]
fn the_pause_grows_to_five_minutes() {
    let fake = Fake::able(vec![status(404); 20]);
    let (chat, clock) = fake.chat();
    for _ in 0..5 {
        assert_eq!(ask(&chat), Err(ChatError::UnknownModel));
    }
    for seconds in [10, 20, 40, 80, 160, 300, 300] {
        assert_eq!(ask(&chat), paused(seconds));
        clock.advance(Duration::from_secs(seconds));
        assert_eq!(ask(&chat), Err(ChatError::UnknownModel));
    }
}

#[test]
fn a_server_that_is_back_is_found_within_one_question() {
    // The fifth question fails once more, waits for the pause to end, and has the answer. Its pause is longer than
    // its own wait.
    let mut script = vec![status(500); 4 * 5];
    script.extend([status(500), answer()]);
    let fake = Fake::able(script);
    let (chat, clock) = fake.chat();
    for _ in 0..5 {
        assert_eq!(ask(&chat), Err(ChatError::Server { status: 500 }));
    }
    clock.advance(Duration::from_secs(10));
    let before = clock.slept().len();
    assert_eq!(ask(&chat).unwrap().requests, 2);
    // Half a second of its own, then the rest of twenty.
    assert_eq!(clock.slept()[before..], [500, 19_500]);
}

#[test]
fn only_failures_in_a_row_that_are_of_the_endpoint_count() {
    let refused = || refusal(400, None, "the prompt is too long");
    let broken = || content("").set_body_raw("{", "application/json");
    let mut script = vec![status(401); 4];
    script.extend([answer()]);
    script.extend(vec![status(401); 4]);
    script.extend([refused()]);
    script.extend((0..8).map(|_| broken()));
    let count = script.len();
    let fake = Fake::able(script);
    let (chat, _) = fake.chat();
    for _ in 0..count {
        assert!(!matches!(ask(&chat), Err(ChatError::Paused { .. })));
    }
    assert_eq!(fake.requests().len(), 1 + count);
}

#[test]
fn retry_after_holds_for_everybody() {
    let fake = Fake::able(vec![
        status(429).insert_header("retry-after", "400"),
        answer(),
    ]);
    let (chat, clock) = fake.chat();
    assert!(matches!(ask(&chat), Err(ChatError::RateLimited { .. })));
    assert_eq!(ask(&chat.clone()), paused(400));
    clock.advance(Duration::from_secs(400));
    assert!(ask(&chat).is_ok());
    assert!(fake.requests().len() == 3);
}

/// Fails until told otherwise, and lets another question be asked while one is being answered.
#[derive(Clone, Default)]
struct Trial(Arc<Mutex<TrialState>>);

#[derive(Default)]
struct TrialState {
    requests: u32,
    chat: Option<Chat>,
    meanwhile: Option<Result<ChatReply, ChatError>>,
}

impl Respond for Trial {
    fn respond(&self, _request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        state.requests += 1;
        match state.requests {
            1 => obeying(),
            2..=6 => status(403),
            _ => {
                let chat = state.chat.take().unwrap();
                state.meanwhile = Some(ask(&chat));
                answer()
            }
        }
    }
}

#[test]
fn one_request_tries_while_the_others_wait() {
    let trial = Trial::default();
    let fake = Fake::with(trial.clone());
    let mut settings = fake.settings();
    // A second request would wait for the thread that sends it.
    (settings.timeout, settings.attempts) = (Duration::from_secs(2), 1);
    let (chat, clock) = super::fake::chat(settings);
    for _ in 0..5 {
        assert_eq!(ask(&chat), Err(ChatError::Key));
    }
    clock.advance(Duration::from_secs(10));
    trial.0.lock().unwrap().chat = Some(chat.clone());
    assert!(ask(&chat).is_ok());
    let meanwhile = trial.0.lock().unwrap().meanwhile.take();
    assert_eq!(meanwhile, Some(paused(1)));
}
