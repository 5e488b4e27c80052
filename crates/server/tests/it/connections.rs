//! Connections: slow ones, long ones, too many, and the end of the server.

use std::time::Duration;

use aftercall_server::Settings;
use aftercall_store::testing::{Backend, TestDb, run};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Server, send};

/// Longer than any of these tests has to wait.
const LONG: Duration = Duration::from_secs(20);

async fn server(db: TestDb, change: impl FnOnce(&mut Settings)) -> Server {
    let mut settings = Settings::default();
    change(&mut settings);
    Server::with(db, settings).await
}

/// Sends bytes and reads until the server closes the connection.
async fn exchange(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut read = Vec::new();
    timeout(LONG, stream.read_to_end(&mut read))
        .await
        .unwrap()
        .unwrap();
    String::from_utf8_lossy(&read).into_owned()
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    run(Backend::Sqlite, async |db| {
        let server = server(db, |settings| settings.http.header_seconds = 1).await;
        let answer = exchange(&server, b"GET /healthz HTTP/1.1\r\nhost: a\r\n").await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
            "{answer}"
        );
    });
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    run(Backend::Sqlite, async |db| {
        let server = server(db, |settings| settings.http.body_seconds = 1).await;
        for path in ["/v1/calls", "/v1/keys", "/atoms/v1/agent"] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: 10\r\n\r\n{{",
                server.admin
            );
            let answer = exchange(&server, head.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        }
    });
}

#[test]
fn a_body_that_breaks_off_changes_nothing() {
    run(Backend::Sqlite, async |db| {
        let server = server(db, |_| {}).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST /atoms/v1/agent HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: 30\r\n\r\n{{\"name\":\"x\"}}",
            server.admin
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut read = String::new();
        timeout(LONG, stream.read_to_string(&mut read))
            .await
            .unwrap()
            .unwrap();
        assert!(
            read.is_empty() || read.starts_with("HTTP/1.1 400"),
            "{read}"
        );
        assert_eq!(
            server.get("/atoms/v1/agent").await.with(200)["data"]["total"],
            0
        );
    });
}

#[test]
fn more_connections_than_there_is_room_for_wait() {
    run(Backend::Sqlite, async |db| {
        let server = server(db, |settings| settings.http.max_connections = 1).await;
        let first = TcpStream::connect(server.address).await.unwrap();
        // The first connection is taken before the second one is made.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut second = TcpStream::connect(server.address).await.unwrap();
        second
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut byte = [0];
        assert!(
            timeout(Duration::from_millis(300), second.read(&mut byte))
                .await
                .is_err()
        );
        drop(first);
        let mut read = String::new();
        timeout(LONG, second.read_to_string(&mut read))
            .await
            .unwrap()
            .unwrap();
        assert!(read.starts_with("HTTP/1.1 200"), "{read}");
    });
}

#[test]
fn a_stop_lets_requests_end_and_takes_no_more() {
    run(Backend::Sqlite, async |db| {
        let server = server(db, |settings| settings.http.drain_seconds = 10).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let body = "{\"name\":\"last\"}";
        let head = format!(
            "POST /atoms/v1/agent HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
            server.admin,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.tell_to_stop();
        let refused = async {
            while TcpStream::connect(server.address).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LONG, refused).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut read = String::new();
        timeout(LONG, stream.read_to_string(&mut read))
            .await
            .unwrap()
            .unwrap();
        assert!(read.starts_with("HTTP/1.1 201"), "{read}");
        timeout(LONG, server.stop()).await.unwrap();
    });
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    run(Backend::Sqlite, async |db| {
        let server = server(db, |settings| settings.http.drain_seconds = 1).await;
        send(server.request("GET", "/healthz")).await.with(200);
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST /v1/calls HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: 10\r\n\r\n",
            server.admin
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        timeout(LONG, server.stop()).await.unwrap();
    });
}
