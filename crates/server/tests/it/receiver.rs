//! A receiver of webhooks on this machine that follows a script.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Answers with this status and these further lines of the head.
    Answers(u16, &'static str),
    /// Never answers.
    Hangs,
    /// Closes without an answer.
    Closes,
    /// Resets the connection.
    Resets,
    /// Answers 200 and writes a body without end.
    NeverEnds,
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// It ends with the test's runtime.
pub(crate) struct Receiver {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    /// One that goes through these manners, and stays with the last one.
    pub(crate) async fn start(script: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let mut script: VecDeque<Manner> = script.to_vec().into();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let manner = match script.len() {
                    1 => script[0].clone(),
                    _ => script.pop_front().unwrap(),
                };
                tokio::spawn(meet(stream, manner, Arc::clone(&log)));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook?token=t", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

async fn meet(mut stream: TcpStream, manner: Manner, log: Arc<Mutex<Vec<Request>>>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    log.lock().unwrap().push(request);
    match manner {
        Manner::Answers(status, head) => {
            let text = format!("HTTP/1.1 {status} x\r\ncontent-length: 4\r\n{head}\r\nwell");
            stream.write_all(text.as_bytes()).await.ok();
        }
        Manner::Hangs => std::future::pending().await,
        Manner::Closes => {}
        Manner::Resets => stream.set_zero_linger().unwrap(),
        Manner::NeverEnds => {
            stream.write_all(b"HTTP/1.1 200 x\r\n\r\n").await.ok();
            while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let pair = |line: &str| {
                let (name, value) = line.split_once(':')?;
                Some((name.to_lowercase(), value.trim().to_owned()))
            };
            let headers: Vec<_> = head.lines().filter_map(pair).collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
            let body = bytes[end + 4..].to_vec();
            if body.len() >= length {
                return Some(Request { headers, body });
            }
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
