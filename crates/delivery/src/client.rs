//! Sending one request, and its answer: the head of it for what is posted, all of it for what is fetched.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Response};
use tokio::time::timeout;
use url::Url;

use crate::error::{NoClient, SendError};
use crate::policy::Policy;
use crate::resolver::{Guard, Resolver};

/// Bytes of a receiver's answer that are read.
pub const MAX_BODY: usize = 4096;

/// Looking up, connecting and securing take at most this long.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// A body is waited for at most this long: whether the receiver took the request stands in the status, which has come.
const BODY_TIME: Duration = Duration::from_secs(5);

/// The way out. Copies are the same client.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    policy: Arc<Policy>,
}

/// A POST request to a receiver.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Where to; checked once more before anything is sent.
    pub address: Url,
    /// All headers but those that HTTP itself needs.
    pub headers: HeaderMap,
    /// The body, as it is signed.
    pub body: Bytes,
    /// How long everything may take until the answer's headers are there.
    pub timeout: Duration,
}

/// Something to fetch with GET.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where it is; checked once more before anything is sent.
    pub address: Url,
    /// All headers but those that HTTP itself needs.
    pub headers: HeaderMap,
    /// How long everything may take until the answer's headers are there, and again until the body is.
    pub timeout: Duration,
    /// Bytes of the body that are read, where the answer is one of success.
    pub max_body: usize,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The HTTP status. A redirect is a status like others and not followed.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The first bytes of the body, as they were sent: nothing is unpacked. They are [`MAX_BODY`] at most, or as many as were
    /// [`Wanted`].
    pub body: Vec<u8>,
    /// Whether there was more, or the body broke off or did not come in time.
    pub cut: bool,
    /// From the start until the answer was read.
    pub milliseconds: u64,
}

impl Client {
    /// A client that sends where `policy` lets it, with names as `resolver` knows them.
    ///
    /// # Errors
    /// Where the machine's certificates cannot be used.
    pub fn new(policy: Policy, resolver: impl Resolver) -> Result<Self, NoClient> {
        let policy = Arc::new(policy);
        let guard = Guard {
            policy: Arc::clone(&policy),
            resolver: Box::new(resolver),
        };
        let http = reqwest::Client::builder()
            .user_agent(concat!("Aftercall/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(guard))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // A proxy would look the name up again, unchecked.
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .http1_only()
            .connect_timeout(CONNECT_TIME)
            // A connection that is kept was checked when it was made, and not now.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| NoClient(error.to_string()))?;
        Ok(Self { http, policy })
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// Where there is no answer; every status is one.
    pub async fn send(&self, request: Outgoing) -> Result<Incoming, SendError> {
        // A literal address is never looked up, so the resolver does not see it.
        self.policy.check_url(&request.address)?;
        let posting = self.http.post(request.address).body(request.body);
        let limit = request.timeout;
        let reading = Reading {
            most: MAX_BODY,
            time: BODY_TIME.min(limit),
        };
        exchange(posting, request.headers, limit, |_| reading).await
    }

    /// Fetches something, without following a redirect.
    ///
    /// # Errors
    /// Where there is no answer; every status is one.
    pub async fn get(&self, wanted: Wanted) -> Result<Incoming, SendError> {
        self.policy.check_url(&wanted.address)?;
        let asking = self.http.get(wanted.address);
        let limit = wanted.timeout;
        let reading = |status: StatusCode| Reading {
            most: if status.is_success() {
                wanted.max_body
            } else {
                MAX_BODY.min(wanted.max_body)
            },
            time: limit,
        };
        exchange(asking, wanted.headers, limit, reading).await
    }
}

/// How a body is read.
#[derive(Clone, Copy)]
struct Reading {
    /// Bytes at most.
    most: usize,
    /// For how long.
    time: Duration,
}

async fn exchange(
    request: RequestBuilder,
    mut headers: HeaderMap,
    limit: Duration,
    reading: impl FnOnce(StatusCode) -> Reading,
) -> Result<Incoming, SendError> {
    for name in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION] {
        headers.remove(name);
    }
    let start = Instant::now();
    let mut response = match timeout(limit, request.headers(headers).send()).await {
        Ok(outcome) => outcome.map_err(|error| SendError::of(&error))?,
        Err(_) => return Err(SendError::TimedOut),
    };
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let Reading { most, time } = reading(status);
    let mut body = Vec::new();
    let whole = timeout(time, read(&mut response, &mut body, most)).await;
    Ok(Incoming {
        status: status.as_u16(),
        headers,
        body,
        cut: !whole.unwrap_or(false),
        milliseconds: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Reads up to `most` bytes of a body into `body`; whether that is all of it. What is left is never read: the connection is closed.
async fn read(response: &mut Response, body: &mut Vec<u8>, most: usize) -> bool {
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = most - body.len();
                if chunk.len() > room {
                    body.extend_from_slice(&chunk[..room]);
                    return false;
                }
                body.extend_from_slice(&chunk);
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

impl Incoming {
    /// How long from `now` the receiver wants to be left alone, where it says so: in seconds or as a date.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
        }
        let date = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
        // What has passed asks for no wait.
        Some(date.duration_since(now).try_into().unwrap_or_default())
    }
}
