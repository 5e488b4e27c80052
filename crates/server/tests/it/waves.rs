//! Stateless analyses that do not come: too many wait, they take too long, or nobody waits any more.

use std::time::Duration;

use aftercall_server::Settings;
use aftercall_server::worker::{Analysts, WorkerSettings};
use aftercall_store::testing::{Backend, run};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::scripted::Script;
use crate::support::Server;

const PATH: &str = "/waves/v1/pca/generate";
/// A wait that no healthy run comes near.
const LONG: Duration = Duration::from_secs(30);

async fn until(look: impl Fn() -> bool) {
    let looking = async {
        while !look() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, looking).await.unwrap();
}

fn settings(worker: WorkerSettings) -> Settings {
    Settings {
        worker,
        ..Settings::default()
    }
}

#[test]
fn who_cannot_be_answered_in_time_is_told_when_to_come_back() {
    run(Backend::Sqlite, async |db| {
        let script = Script::default();
        let go = script.then_wait();
        let worker = WorkerSettings {
            waiting_requests: 0,
            request_seconds: 1,
            ..WorkerSettings::default()
        };
        let analysts = script.analysts_with(&worker);
        let server = Server::with_analysts(db, settings(worker), analysts).await;
        // With no room in the line every request is one too many.
        let answer = server.post(PATH, &json!({"prompt": "a"})).await;
        let body = answer.with(503);
        assert_eq!(body["status"], false, "{body}");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        assert!(script.taken().is_empty());
        drop(go);
    });
    run(Backend::Sqlite, async |db| {
        let script = Script::default();
        let go = script.then_wait();
        let worker = WorkerSettings {
            request_seconds: 1,
            ..WorkerSettings::default()
        };
        let analysts = script.analysts_with(&worker);
        let server = Server::with_analysts(db, settings(worker), analysts).await;
        let body = server.post(PATH, &json!({"prompt": "a"})).await.with(504);
        assert_eq!(
            body,
            json!({"status": false, "errors": ["there was no answer within 1 s"]})
        );
        drop(go);
    });
}

#[test]
fn a_server_without_a_model_of_its_own_says_so() {
    run(Backend::Sqlite, async |db| {
        let server = Server::with_analysts(db, Settings::default(), Analysts::none()).await;
        let answer = server.post(PATH, &json!({"prompt": "a"})).await;
        let body = answer.with(503);
        assert!(
            body["errors"][0].as_str().unwrap().contains("--no-worker"),
            "{body}"
        );
        assert_eq!(answer.header("retry-after"), "");
    });
}

#[test]
fn a_client_that_is_gone_is_not_waited_on() {
    run(Backend::Sqlite, async |db| {
        let script = Script::default();
        let go = script.then_wait();
        let analysts = script.analysts();
        let server = Server::with_analysts(db, Settings::default(), analysts.clone()).await;
        let ask = async |prompt: &str| {
            let body = json!({ "prompt": prompt }).to_string();
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            let head = format!(
                "POST {PATH} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{body}",
                server.admin,
                body.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream
        };
        let _first = ask("first").await;
        until(|| script.taken() == ["first"]).await;
        let gone = ask("gone").await;
        until(|| analysts.states()[0].waiting == 1).await;
        drop(gone);
        until(|| analysts.states()[0].waiting == 0).await;
        let _last = ask("last").await;
        until(|| analysts.states()[0].waiting == 1).await;
        go.send(()).unwrap();
        until(|| script.taken() == ["first", "last"]).await;
    });
}
