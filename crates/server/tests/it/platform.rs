//! A platform on this machine that calls are fetched from: it answers each path as it is told.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers 200 with this.
    Json(Json),
    /// Answers with this status and these further lines of the head.
    Status(u16, &'static str),
    /// Never answers.
    Hangs,
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    /// All of the head.
    pub(crate) head: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }
}

type Script = Arc<Mutex<HashMap<String, VecDeque<Reply>>>>;

/// It ends with the test's runtime.
pub(crate) struct Platform {
    address: SocketAddr,
    script: Script,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Platform {
    /// One that knows no path.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Script::default();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (of_task, log) = (Arc::clone(&script), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(meet(stream, Arc::clone(&of_task), Arc::clone(&log)));
            }
        });
        Self {
            address,
            script,
            asked,
        }
    }

    /// Goes through these replies where that path is asked for, and stays with the last one.
    pub(crate) fn replies(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut script = self.script.lock().unwrap();
        script.insert(path.to_owned(), replies.into_iter().collect());
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The paths that were asked for, in their order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

async fn meet(mut stream: TcpStream, script: Script, log: Arc<Mutex<Vec<Asked>>>) {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        if matches!(stream.read_buf(&mut bytes).await, Ok(0) | Err(_)) {
            return;
        }
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut words = head.split(' ');
    assert_eq!(words.next(), Some("GET"));
    let path = words.next().unwrap_or_default().to_owned();
    let reply = match script.lock().unwrap().get_mut(&path) {
        None => Reply::Status(404, ""),
        Some(replies) if replies.len() > 1 => replies.pop_front().unwrap(),
        Some(replies) => replies[0].clone(),
    };
    log.lock().unwrap().push(Asked { path, head });
    let (status, head, body) = match reply {
        Reply::Json(body) => (200, "", body.to_string()),
        Reply::Status(status, head) => (status, head, "{}".to_owned()),
        Reply::Hangs => return std::future::pending().await,
    };
    let length = body.len();
    let text = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n{head}\r\n{body}");
    stream.write_all(text.as_bytes()).await.ok();
}
