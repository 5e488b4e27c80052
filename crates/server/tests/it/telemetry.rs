//! What goes to a collector of traces.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use aftercall_server::settings::LogSettings;
use aftercall_server::telemetry;
use aftercall_store::testing::{Backend, run};
use aftercall_store::{PoolOptions, Store, SystemClock, SystemRandom};

const PASSWORD: &str = "secret-of-the-database";

/// Takes all that is sent to it.
fn collector() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&received);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || take(stream.unwrap(), &kept));
        }
    });
    (endpoint, received)
}

/// Answers every request of a connection once its body is there.
fn take(mut stream: TcpStream, kept: &Mutex<Vec<u8>>) {
    let (mut request, mut piece) = (Vec::new(), [0; 65_536]);
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        request.extend_from_slice(&piece[..read]);
        let Some(head) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let words = String::from_utf8_lossy(&request[..head]).to_lowercase();
        let length = words.split_once("content-length: ").unwrap().1;
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        if request.len() >= head + 4 + length {
            kept.lock().unwrap().append(&mut request);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(answer).unwrap();
        }
    }
}

#[test]
fn the_password_of_the_database_is_in_no_trace() {
    let (endpoint, received) = collector();
    let settings = LogSettings {
        level: "trace".to_owned(),
        otlp_endpoint: Some(endpoint),
        ..LogSettings::default()
    };
    let traces = telemetry::start(&settings).unwrap();
    run(Backend::Postgres, async |db| {
        tracing::info_span!("a span of ours").in_scope(|| {});
        let url = format!("{}&password={PASSWORD}", db.url);
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let store = Store::connect(&url, clock, random, PoolOptions::default());
        store.await.unwrap().ping().await.unwrap();
    });
    // What is left is sent.
    drop(traces);
    let received = received.lock().unwrap();
    let received = String::from_utf8_lossy(&received);
    assert!(received.contains("a span of ours"));
    assert!(!received.contains(PASSWORD));
}
