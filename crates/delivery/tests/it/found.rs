//! Names, and where they lead at the time of sending.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aftercall_delivery::{
    Client, Outgoing, Policy, Refused, Resolver, Resolving, SendError, SystemResolver, Url,
};
use http::HeaderMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::receiver::{Manner, Receiver, ip};

/// Answers one look-up after the other; the last answer stays.
#[derive(Clone)]
struct Script(Arc<Mutex<(Vec<Vec<IpAddr>>, usize)>>);

impl Script {
    fn new(answers: &[&[&str]]) -> Self {
        let answers = answers
            .iter()
            .map(|list| list.iter().map(|a| ip(a)).collect());
        Self(Arc::new(Mutex::new((answers.collect(), 0))))
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().1
    }
}

impl Resolver for Script {
    fn resolve(&self, _name: &str) -> Resolving {
        let mut script = self.0.lock().unwrap();
        let (answers, asked) = &mut *script;
        let answer = answers[(*asked).min(answers.len() - 1)].clone();
        *asked += 1;
        Box::pin(async move { Ok(answer) })
    }
}

/// One machine of this one's is a public receiver, the others are not.
fn policy() -> Policy {
    Policy {
        allow: vec!["127.0.0.1/32".parse().unwrap()],
        ..Policy::default()
    }
}

fn outgoing(address: &str) -> Outgoing {
    Outgoing {
        address: address.parse().unwrap(),
        headers: HeaderMap::new(),
        body: "{}".into(),
        timeout: Duration::from_secs(20),
    }
}

fn ok() -> Manner {
    Manner::Says("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".into())
}

#[tokio::test]
async fn names_that_lead_to_what_is_not_public_are_refused_at_sending() {
    for addresses in [
        &["127.0.0.2"][..],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["100.64.0.1"],
        &["::1"],
        &["fd00:ec2::254"],
        &["::ffff:192.168.0.1"],
        &["64:ff9b::a00:1"],
        &["0.0.0.0"],
        &["93.184.215.14", "10.0.0.1"],
        &["2606:4700::1111", "fe80::1"],
    ] {
        let client = Client::new(policy(), Script::new(&[addresses])).unwrap();
        let address = "https://hooks.example.com/s3cret";
        policy().check(address).unwrap();
        let error = client.send(outgoing(address)).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Refused(Refused::Found { host, .. }) if host == "hooks.example.com"),
            "{addresses:?}: {error:?}"
        );
        let text = error.to_string();
        assert!(
            !text.contains("s3cret") && !text.contains("10.0.0"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_name_that_changes_after_it_was_saved_is_refused() {
    let good = Receiver::start(ok()).await;
    let port = good.address.port();
    let trap = Receiver::at(format!("127.0.0.2:{port}").parse().unwrap(), ok()).await;
    let names = Script::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = Client::new(policy(), names.clone()).unwrap();
    let address = format!("http://hooks.example.com:{port}/hook");

    assert_eq!(client.send(outgoing(&address)).await.unwrap().status, 200);
    let error = client.send(outgoing(&address)).await.unwrap_err();
    assert!(matches!(error, SendError::Refused(_)), "{error:?}");
    assert_eq!((good.seen().len(), trap.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked() {
    let good = Receiver::start(ok()).await;
    let port = good.address.port();
    let trap = Receiver::at(format!("127.0.0.2:{port}").parse().unwrap(), ok()).await;
    let names = Script::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = Client::new(policy(), names.clone()).unwrap();
    let address = format!("http://hooks.example.com:{port}/hook");
    client.send(outgoing(&address)).await.unwrap();
    assert_eq!(names.asked(), 1);
    assert!(trap.seen().is_empty());
    let seen = good.seen();
    assert!(
        seen[0].contains(&format!("host: hooks.example.com:{port}\r\n")),
        "{seen:?}"
    );
}

#[tokio::test]
async fn addresses_that_were_saved_under_another_policy_are_checked_again() {
    let receiver = Receiver::start(ok()).await;
    let port = receiver.address.port();
    let strict = Client::new(Policy::default(), SystemResolver).unwrap();
    for address in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://user@127.0.0.1:{port}/"),
        "ftp://example.com/".into(),
    ] {
        let error = strict.send(outgoing(&address)).await.unwrap_err();
        assert!(
            matches!(error, SendError::Refused(_)),
            "{address}: {error:?}"
        );
    }
    assert!(receiver.seen().is_empty());
}

#[tokio::test]
async fn a_redirect_is_a_status_and_goes_nowhere() {
    let inside = Receiver::start(ok()).await;
    for (status, target) in [
        ("301 Moved Permanently", inside.address.to_string()),
        ("302 Found", inside.address.to_string()),
        ("303 See Other", inside.address.to_string()),
        ("307 Temporary Redirect", inside.address.to_string()),
        ("308 Permanent Redirect", "169.254.169.254".into()),
    ] {
        let redirect = Receiver::start(Manner::Says(format!(
            "HTTP/1.1 {status}\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n"
        )))
        .await;
        let client = Client::new(policy(), SystemResolver).unwrap();
        let address = format!("http://{}/", redirect.address);
        let answer = client.send(outgoing(&address)).await.unwrap();
        assert_eq!(answer.status.to_string(), status[..3]);
        assert!(answer.headers.contains_key("location"));
    }
    assert!(inside.seen().is_empty());
}

#[tokio::test]
async fn a_name_without_addresses_is_told_apart() {
    struct Nobody;
    impl Resolver for Nobody {
        fn resolve(&self, _name: &str) -> Resolving {
            Box::pin(async { Err(std::io::Error::other("s3cret")) })
        }
    }
    let none = Client::new(policy(), Script::new(&[&[]])).unwrap();
    let failing = Client::new(policy(), Nobody).unwrap();
    for client in [none, failing] {
        let sent = client.send(outgoing("https://hooks.example.com/")).await;
        assert_eq!(sent, Err(SendError::Resolve));
    }
}

#[tokio::test]
async fn the_systems_names_are_looked_up() {
    let receiver = Receiver::start(ok()).await;
    let policy = Policy {
        allow: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
        ..Policy::default()
    };
    let url: Url = policy
        .check(&format!("http://localhost:{}/", receiver.address.port()))
        .unwrap();
    let client = Client::new(policy, SystemResolver).unwrap();
    let answer = client.send(outgoing(url.as_str())).await.unwrap();
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn tls_is_spoken_to_the_name_and_not_to_the_address() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        let mut head = [0; 5];
        stream.read_exact(&mut head).await.unwrap();
        let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        stream.read_exact(&mut hello).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&hello).into_owned()
    });
    let client = Client::new(policy(), Script::new(&[&["127.0.0.1"]])).unwrap();
    let address = format!("https://hooks.example.com:{port}/s3cret");
    let error = client.send(outgoing(&address)).await.unwrap_err();
    assert!(matches!(error, SendError::Tls(_)), "{error:?}");
    let hello = receiver.await.unwrap();
    assert!(hello.contains("hooks.example.com"), "{hello:?}");
}
