//! Receivers that answer well, badly, without end, or not at all.

use std::time::Duration;

use aftercall_delivery::{Client, Incoming, MAX_BODY, Outgoing, Policy, SendError, SystemResolver};
use http::{HeaderMap, HeaderValue};

use crate::receiver::{Manner, Receiver};

fn client() -> Client {
    let policy = Policy {
        allow: vec!["127.0.0.1/32".parse().unwrap()],
        ..Policy::default()
    };
    Client::new(policy, SystemResolver).unwrap()
}

/// Patience that no test is to use up.
const LONG: Duration = Duration::from_secs(300);

async fn send(receiver: &Receiver, timeout: Duration) -> Result<Incoming, SendError> {
    let mut headers = HeaderMap::new();
    headers.insert("x-signature", HeaderValue::from_static("abc"));
    headers.insert("host", HeaderValue::from_static("other.example.com"));
    headers.insert("content-length", HeaderValue::from_static("999"));
    let request = Outgoing {
        address: format!("http://{}/hook?a=1", receiver.address)
            .parse()
            .unwrap(),
        headers,
        body: "{\"a\":1}".into(),
        timeout,
    };
    client().send(request).await
}

async fn said(answer: impl Into<String>) -> Result<Incoming, SendError> {
    send(&Receiver::start(Manner::Says(answer.into())).await, LONG).await
}

#[tokio::test]
async fn a_request_goes_out_as_it_is_and_nothing_of_https_own_can_be_overridden() {
    let receiver = Receiver::start(Manner::Says(
        "HTTP/1.1 202 Accepted\r\nx-a: b\r\nset-cookie: c=d\r\ncontent-length: 2\r\n\r\nok".into(),
    ))
    .await;
    for _ in 0..2 {
        let answer = send(&receiver, LONG).await.unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (202, &b"ok"[..]));
        assert_eq!(answer.headers["x-a"], "b");
        assert!(!answer.cut);
    }
    for seen in receiver.seen() {
        assert!(seen.starts_with("POST /hook?a=1 HTTP/1.1\r\n"), "{seen}");
        assert!(seen.ends_with("\r\n\r\n{\"a\":1}"), "{seen}");
        assert!(seen.contains("\r\nx-signature: abc\r\n"), "{seen}");
        assert!(seen.contains(&format!("host: {}\r\n", receiver.address)));
        assert!(seen.contains("content-length: 7\r\n"), "{seen}");
        assert!(!seen.contains("999") && !seen.contains("cookie"), "{seen}");
        assert!(!seen.contains("accept-encoding"), "{seen}");
        assert_eq!(seen.matches("host:").count(), 1, "{seen}");
    }
    assert_eq!(receiver.seen().len(), 2);
}

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in [200, 204, 299, 301, 400, 404, 410, 429, 500, 503, 599] {
        let answer = said(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n"));
        assert_eq!(answer.await.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_body_is_read_to_four_kilobytes_and_no_further() {
    for (length, cut) in [(MAX_BODY, false), (MAX_BODY + 1, true), (1 << 20, true)] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let answer = said(head + &"x".repeat(length)).await.unwrap();
        assert_eq!(answer.body.len(), length.min(MAX_BODY));
        assert_eq!(answer.cut, cut, "{length}");
    }
}

#[tokio::test]
async fn a_body_without_end_holds_nobody() {
    for (head, part) in [
        ("content-length: 999999999999", "x".repeat(4096)),
        ("x-length: unknown", "x".repeat(4096)),
        ("transfer-encoding: chunked", "4\r\nxxxx\r\n".repeat(512)),
    ] {
        let receiver = Receiver::start(Manner::SaysForEver(
            format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n"),
            part.into_bytes(),
        ))
        .await;
        let answer = send(&receiver, LONG).await.unwrap();
        assert_eq!((answer.status, answer.body.len()), (200, MAX_BODY));
        assert!(answer.cut);
    }
}

#[tokio::test]
async fn a_packed_body_stays_packed() {
    let receiver = Receiver::start(Manner::Says(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nbomb".into(),
    ))
    .await;
    let answer = send(&receiver, LONG).await.unwrap();
    assert_eq!((answer.body.as_slice(), answer.cut), (&b"bomb"[..], false));
}

#[tokio::test]
async fn an_answer_counts_though_its_body_never_ends_or_breaks_off() {
    let head = "HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\nhalf";
    let receiver = Receiver::start(Manner::SaysAndHangs(head.into())).await;
    let hanging = send(&receiver, LONG).await.unwrap();
    let broken = said(head).await.unwrap();
    for answer in [hanging, broken] {
        assert_eq!((answer.status, answer.body.as_slice()), (201, &b"half"[..]));
        assert!(answer.cut);
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_is_left() {
    for manner in [
        Manner::Hangs,
        Manner::SaysAndHangs(String::new()),
        Manner::SaysAndHangs("HTTP/1.1 200 OK\r\nx-half: a".into()),
        Manner::SaysAndHangs("HTTP/1.1 100 Continue\r\n\r\n".into()),
    ] {
        let receiver = Receiver::start(manner).await;
        let sent = send(&receiver, Duration::from_millis(300)).await;
        assert_eq!(sent, Err(SendError::TimedOut));
    }
}

#[tokio::test]
async fn a_receiver_that_breaks_off_or_speaks_no_http_is_told() {
    for manner in [
        Manner::Resets,
        Manner::Says(String::new()),
        Manner::Says("HTTP/1.1 200 OK\r\nx-half: a".into()),
        Manner::Says("220 mail.example.com ESMTP\r\n".into()),
        Manner::Says("HTTP/1.1 abc\r\n\r\n".into()),
        Manner::SaysForEver("HTTP/1.1 200 OK\r\n".into(), b"x: y\r\n".repeat(64)),
        Manner::SaysForEver("HTTP/1.1 200 OK\r\nx: ".into(), vec![b'y'; 4096]),
    ] {
        let receiver = Receiver::start(manner).await;
        assert_eq!(send(&receiver, LONG).await, Err(SendError::Broken));
        assert_eq!(receiver.seen().len(), 1, "it is not tried again");
    }
}

#[tokio::test]
async fn what_does_not_listen_is_told() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let request = Outgoing {
        address: format!("http://{address}/").parse().unwrap(),
        headers: HeaderMap::new(),
        body: "{}".into(),
        timeout: LONG,
    };
    let sent = client().send(request).await;
    assert_eq!(sent, Err(SendError::Connect("connection refused".into())));
}

#[test]
fn a_wait_is_read_from_seconds_and_from_dates() {
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let wait = |value: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static(value));
        let answer = Incoming {
            status: 503,
            headers,
            body: Vec::new(),
            cut: false,
            milliseconds: 0,
        };
        answer.retry_after(now).map(|wait| wait.as_secs())
    };
    assert_eq!(wait("120"), Some(120));
    assert_eq!(wait(" 0 "), Some(0));
    assert_eq!(wait("99999999999999999999999"), Some(u64::MAX));
    assert_eq!(wait("Sun, 01 Mar 2026 12:01:40 GMT"), Some(100));
    assert_eq!(wait("Sun, 01 Mar 2026 11:00:00 GMT"), Some(0));
    for value in ["", "-1", "1.5", "soon", "2026-03-01"] {
        assert_eq!(wait(value), None, "{value}");
    }
}
