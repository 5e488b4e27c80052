//! What is fetched: all of it, from nowhere else, and never more than was asked for.

use std::time::Duration;

use aftercall_delivery::{
    Base, Client, Incoming, MAX_BODY, Policy, Refused, SendError, SystemResolver, Wanted,
};
use http::{HeaderMap, HeaderValue};

use crate::receiver::{Manner, Receiver};

/// Patience that no test is to use up.
const LONG: Duration = Duration::from_secs(300);
const MOST: usize = 100_000;

fn local() -> Policy {
    Policy {
        allow: vec!["127.0.0.1/32".parse().unwrap()],
        ..Policy::default()
    }
}

async fn get_with(
    policy: Policy,
    receiver: &Receiver,
    timeout: Duration,
) -> Result<Incoming, SendError> {
    let mut headers = HeaderMap::new();
    headers.insert("x-api-key", HeaderValue::from_static("k"));
    headers.insert("host", HeaderValue::from_static("other.example.com"));
    let wanted = Wanted {
        address: format!("http://{}/calls/1?page=2", receiver.address)
            .parse()
            .unwrap(),
        headers,
        timeout,
        max_body: MOST,
    };
    let client = Client::new(policy, SystemResolver).unwrap();
    client.get(wanted).await
}

async fn said(answer: String) -> Incoming {
    let receiver = Receiver::start(Manner::Says(answer)).await;
    get_with(local(), &receiver, LONG).await.unwrap()
}

#[tokio::test]
async fn what_is_wanted_is_asked_for_with_its_headers() {
    let text = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let receiver = Receiver::start(Manner::Says(text.to_owned())).await;
    let answer = get_with(local(), &receiver, LONG).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"{}"[..]));
    assert!(!answer.cut);
    let seen = receiver.seen().remove(0);
    assert!(
        seen.starts_with("GET /calls/1?page=2 HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(seen.contains("\r\nx-api-key: k\r\n"), "{seen}");
    assert!(seen.contains(&format!("host: {}\r\n", receiver.address)));
    assert!(!seen.contains("other.example.com") && !seen.contains("accept-encoding"));
}

#[tokio::test]
async fn a_body_is_read_as_far_as_was_asked_for() {
    for (length, cut) in [(MOST, false), (MOST + 1, true), (MOST * 3, true)] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let answer = said(head + &"x".repeat(length)).await;
        assert_eq!(answer.body.len(), length.min(MOST));
        assert_eq!(answer.cut, cut, "{length}");
    }
    // Of an error little is of use.
    let head = format!("HTTP/1.1 500 x\r\ncontent-length: {MOST}\r\n\r\n");
    let answer = said(head + &"x".repeat(MOST)).await;
    assert_eq!((answer.body.len(), answer.cut), (MAX_BODY, true));
}

#[tokio::test]
async fn a_redirect_is_an_answer_like_others() {
    let other = Receiver::start(Manner::Says(String::new())).await;
    let text = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n",
        other.address
    );
    assert_eq!(said(text).await.status, 302);
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn private_addresses_are_not_asked() {
    let receiver = Receiver::start(Manner::Says(String::new())).await;
    let refused = get_with(Policy::default(), &receiver, LONG).await;
    assert!(matches!(refused, Err(SendError::Refused(_))), "{refused:?}");
    assert_eq!(receiver.seen().len(), 0);
}

#[tokio::test]
async fn a_platform_that_hangs_is_left() {
    let short = Duration::from_millis(300);
    let receiver = Receiver::start(Manner::Hangs).await;
    let hung = get_with(local(), &receiver, short).await;
    assert_eq!(hung, Err(SendError::TimedOut));
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_owned();
    let receiver = Receiver::start(Manner::SaysAndHangs(half)).await;
    let answer = get_with(local(), &receiver, short).await.unwrap();
    assert_eq!((answer.body.as_slice(), answer.cut), (&b"half"[..], true));
}

#[test]
fn a_base_is_scheme_host_and_port_alone() {
    let read = |address: &str| Base::read(&local(), address).map(|base| base.text());
    for (address, text) in [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("https://API.example.com:443", "https://api.example.com"),
        (
            "https://api.example.com:8443",
            "https://api.example.com:8443",
        ),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        // Not encrypted, but in a network that the operator allows.
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        assert_eq!(read(address), Ok(text.to_owned()));
    }
    for address in [
        "https://api.example.com/v2",
        "https://api.example.com/?a=1",
        "https://api.example.com/#a",
    ] {
        assert_eq!(read(address), Err(Refused::NotBase), "{address}");
    }
    for address in ["http://api.example.com", "http://93.184.215.14"] {
        assert_eq!(read(address), Err(Refused::NotHttps), "{address}");
    }
    for address in [
        "https://10.0.0.1",
        "https://user@api.example.com",
        "ftp://api.example.com",
        "api.example.com",
    ] {
        assert!(read(address).is_err(), "{address}");
    }
}

#[test]
fn a_path_leads_to_no_other_host() {
    let base = Base::read(&Policy::default(), "https://api.example.com").unwrap();
    let address = base.address("/v2/calls/1?page=2").unwrap();
    assert_eq!(
        address.as_str(),
        "https://api.example.com/v2/calls/1?page=2"
    );
    for path in [
        "//evil.example/",
        "\\\\evil.example\\",
        "https://evil.example/",
        "http://api.example.com/",
        "https://api.example.com:8443/",
    ] {
        assert_eq!(base.address(path), Err(Refused::Elsewhere), "{path}");
    }
}
