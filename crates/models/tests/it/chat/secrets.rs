//! The key is sent and never shown.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use aftercall_models::chat::{ChatError, Secret};
use tracing_subscriber::fmt::MakeWriter;

use super::fake::{Fake, KEY, content, refusal, request};

const QUESTION: &str = "what-the-caller-said";
const HEADER: &str = "azure-secret-4711";

/// Everything that is logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn the_key_is_in_no_error_and_no_log() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .init();
    let told = format!(
        "The key {KEY} and the header {HEADER} are wrong {}",
        "x".repeat(500)
    );
    let fake = Fake::able(vec![
        content("{}"),
        refusal(401, None, &told),
        refusal(400, None, &told),
        refusal(500, None, &told),
        refusal(500, None, &told),
        content("").set_body_json(serde_json::json!({"error": {"message": told}})),
    ]);
    let mut settings = fake.settings();
    settings.headers = vec![("api-key".into(), Secret::new(HEADER))];
    settings.attempts = 2;
    let mut shown = format!("{settings:?}");
    let (chat, _) = super::fake::chat(settings);
    chat.ask(&request(QUESTION)).unwrap();
    shown += &format!("{chat:?}");
    for _ in 0..4 {
        let error = chat.ask(&request(QUESTION)).unwrap_err();
        shown += &format!("\n{error} {error:?}");
        if let ChatError::Rejected { message, .. } | ChatError::Reply(message) = error {
            assert!(message.contains("The key … and the header … are wrong"));
            assert!(message.chars().count() <= 230, "{message}");
        }
    }
    // Both were sent.
    let sent = &fake.requests()[5].headers;
    assert!(sent["authorization"].to_str().unwrap().contains(KEY));
    assert_eq!(sent["api-key"], HEADER);

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("reqwest"), "the log hears what is written");
    for secret in [KEY, HEADER, QUESTION] {
        assert!(!shown.contains(secret), "{shown}");
    }
    // The server that plays the endpoint logs in this process, too, and may show what it got.
    let own = logged.lines().filter(|line| !line.contains("wiremock"));
    for line in own {
        assert!(
            !line.contains(KEY) && !line.contains(HEADER) && !line.contains(QUESTION),
            "{line}"
        );
    }
}
