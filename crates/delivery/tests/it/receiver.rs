//! Receivers on this machine, down to the bytes.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a receiver does once it has read a request.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Writes this and closes.
    Says(String),
    /// Writes this and keeps the connection open.
    SaysAndHangs(String),
    /// Writes this, and this again without end.
    SaysForEver(String, Vec<u8>),
    /// Reads nothing and writes nothing.
    Hangs,
    /// Ends the connection with what was sent unread.
    Resets,
}

/// A receiver; it ends with the test's runtime.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Receiver {
    pub(crate) async fn start(manner: Manner) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), manner).await
    }

    pub(crate) async fn at(address: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(meet(stream, manner.clone(), Arc::clone(&log)));
            }
        });
        Self { address, seen }
    }

    /// What came, a text for each connection that sent anything or closed.
    pub(crate) fn seen(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let texts = seen.iter().map(|bytes| String::from_utf8_lossy(bytes));
        texts.map(std::borrow::Cow::into_owned).collect()
    }
}

async fn meet(mut stream: TcpStream, manner: Manner, log: Arc<Mutex<Vec<Vec<u8>>>>) {
    match manner {
        Manner::Hangs => {
            log.lock().unwrap().push(Vec::new());
            std::future::pending::<()>().await;
        }
        Manner::Resets => {
            log.lock().unwrap().push(Vec::new());
            // Unread bytes at the close are what makes it a reset.
            stream.readable().await.unwrap();
        }
        Manner::Says(text) => {
            read(&mut stream, &log).await;
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Manner::SaysAndHangs(text) => {
            read(&mut stream, &log).await;
            let _ = stream.write_all(text.as_bytes()).await;
            std::future::pending::<()>().await;
        }
        Manner::SaysForEver(text, again) => {
            read(&mut stream, &log).await;
            let _ = stream.write_all(text.as_bytes()).await;
            while stream.write_all(&again).await.is_ok() {}
        }
    }
}

/// Reads one request: its head and as much body as that says.
async fn read(stream: &mut TcpStream, log: &Mutex<Vec<Vec<u8>>>) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let length = line.strip_prefix("content-length:")?;
                length.trim().parse::<usize>().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                break;
            }
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    log.lock().unwrap().push(bytes);
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
