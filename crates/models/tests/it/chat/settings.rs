//! Settings that no request could be sent with.

use std::time::Duration;

use aftercall_models::chat::{Chat, ChatError, ChatSettings, Secret, System};
use serde_json::json;

use super::fake::{Clock, KEY, settings};

#[test]
fn settings_that_cannot_be_used_are_named() {
    type Change = fn(&mut ChatSettings);
    let cases: [(&str, Change); 14] = [
        ("model", |s| s.model = " ".into()),
        ("base_url", |s| s.base_url = "host/v1".into()),
        ("base_url", |s| s.base_url = "ftp://host/v1".into()),
        ("base_url", |s| {
            s.base_url = format!("https://me:{KEY}@host/v1")
        }),
        ("base_url", |s| {
            s.base_url = format!("https://host/v1?key={KEY}")
        }),
        ("base_url", |s| {
            s.base_url = "https://host/v1/chat/completions/".into();
        }),
        ("key", |s| s.key = Some(Secret::new(&format!("{KEY}\nx")))),
        ("key", |s| s.key = Some(Secret::new(&format!("{KEY}ä")))),
        ("key", |s| s.key = Some(Secret::new(" \n"))),
        ("api-key", |s| {
            s.headers = vec![("api-key".into(), Secret::new(&format!("{KEY}\r\nx: y")))];
        }),
        ("api key", |s| {
            s.headers = vec![("api key".into(), Secret::new(KEY))];
        }),
        ("attempts", |s| s.attempts = 0),
        ("deadline", |s| s.deadline = Duration::MAX),
        ("stream", |s| {
            s.extra.insert("stream".into(), json!(true));
        }),
    ];
    for (named, change) in cases {
        let mut settings = settings("https://host/v1");
        change(&mut settings);
        let error = Chat::new(settings, Box::new(Clock::new())).unwrap_err();
        assert!(matches!(error, ChatError::Settings(_)), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(named), "{shown}");
        assert!(!shown.contains(KEY), "{shown}");
    }
}

#[test]
fn white_space_around_a_key_does_not_matter() {
    let mut settings = settings("https://host/v1/");
    settings.key = Some(Secret::new(" key-from-a-file\n"));
    assert!(Chat::new(settings, Box::new(System)).is_ok());
}
