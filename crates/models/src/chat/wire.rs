//! One request and its answer over HTTP.

use std::error::Error;
use std::io::{self, Read};
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{StatusCode, Url};
use serde_json::Value as Json;

use super::abilities::{Objection, Sent};
use super::error::{ChatError, shortened};
use super::retry;
use super::settings::ChatSettings;
use crate::error::with_causes;
use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_ANSWER: u64 = 8 * 1024 * 1024;
/// Of an answer that is an error.
const MAX_ERROR: u64 = 64 * 1024;

pub(super) struct Wire {
    client: Client,
    url: Url,
    headers: HeaderMap,
    secrets: Vec<Secret>,
}

/// Why a request brought nothing.
pub(super) struct Failure {
    pub(super) error: ChatError,
    /// Whether the same request may do better later.
    pub(super) repeat: bool,
    pub(super) retry_after: Option<Duration>,
    said: Option<Said>,
}

/// What a server says of its error.
#[derive(Default)]
struct Said {
    message: String,
    /// The member of the body that it is about.
    member: Option<String>,
}

impl Failure {
    pub(super) fn lasting(error: ChatError) -> Self {
        Self {
            error,
            repeat: false,
            retry_after: None,
            said: None,
        }
    }

    fn passing(error: ChatError) -> Self {
        Self {
            repeat: true,
            ..Self::lasting(error)
        }
    }

    /// What of the optional in the request the server speaks against.
    pub(super) fn objection(&self, sent: Sent) -> Option<Objection> {
        let said = self.said.as_ref()?;
        sent.objection(said.member.as_deref(), &said.message)
    }
}

impl Wire {
    pub(super) fn new(settings: &ChatSettings) -> Result<Self, ChatError> {
        let client = Client::builder()
            .user_agent(concat!("aftercall/", env!("CARGO_PKG_VERSION")))
            // The key must not travel to where a redirect leads.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
            .build()
            .map_err(|error| ChatError::Settings(shortened(&with_causes(&error.without_url()))))?;
        let values = settings.headers.iter().map(|(_, value)| value);
        Ok(Self {
            client,
            url: settings.url()?,
            headers: settings.header_map()?,
            secrets: settings.key.iter().chain(values).cloned().collect(),
        })
    }

    /// Sends a body and reads the JSON that comes back. The timeout is for all of it.
    pub(super) fn post(&self, body: &Json, timeout: Duration) -> Result<Json, Failure> {
        let response = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .timeout(timeout)
            .body(body.to_string())
            .send()
            .map_err(|error| not_sent(error.without_url()))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refused(status, response));
        }
        if let Some(kind) = response.headers().get(CONTENT_TYPE) {
            let kind = String::from_utf8_lossy(kind.as_bytes());
            if !kind.to_ascii_lowercase().contains("json") {
                return Err(unusable(format!(
                    "it is {} and not JSON; check base_url",
                    shortened(&kind)
                )));
            }
        }
        let bytes = receive(response)?;
        let json: Json =
            serde_json::from_slice(&bytes).map_err(|_| unusable("it is not valid JSON"))?;
        if json.get("choices").is_none() && json.get("error").is_some_and(|e| !e.is_null()) {
            let said = self.said(&bytes);
            return Err(unusable(format!("it is an error: {}", said.message)));
        }
        Ok(json)
    }

    fn refused(&self, status: StatusCode, response: Response) -> Failure {
        let retry_after = retry::after(response.headers());
        let code = status.as_u16();
        let error = match code {
            300..=399 => {
                return unusable(format!(
                    "it is a redirect (HTTP status {code}), which is not followed; check base_url"
                ));
            }
            401 | 403 => ChatError::Key,
            404 => ChatError::UnknownModel,
            429 => ChatError::RateLimited { retry_after },
            500.. => ChatError::Server { status: code },
            _ => {
                let mut bytes = Vec::new();
                // What can be had of the message is enough.
                let _ = response.take(MAX_ERROR).read_to_end(&mut bytes);
                let said = self.said(&bytes);
                return Failure {
                    error: ChatError::Rejected {
                        status: code,
                        message: said.message.clone(),
                    },
                    repeat: retry::passes(code),
                    retry_after,
                    said: matches!(code, 400 | 422).then_some(said),
                };
            }
        };
        Failure {
            repeat: retry::passes(code),
            retry_after,
            ..Failure::lasting(error)
        }
    }

    /// What an error's body says, without what must not be shown.
    fn said(&self, bytes: &[u8]) -> Said {
        let json: Json = serde_json::from_slice(bytes).unwrap_or_default();
        let mut said = Said::of(&json);
        for secret in &self.secrets {
            if !secret.secret().is_empty() {
                said.message = said.message.replace(secret.secret(), "…");
            }
        }
        said.message = shortened(&said.message);
        said
    }
}

impl Said {
    fn of(json: &Json) -> Self {
        // Gemini puts the error into a list.
        let json = json.get(0).unwrap_or(json);
        let error = json.get("error").unwrap_or(json);
        let text = |json: &Json, name: &str| json.get(name)?.as_str().map(str::to_owned);
        // FastAPI lists what is wrong; its copy of the input is left out.
        let detail = error.get("detail").and_then(|detail| {
            let first = detail.get(0)?;
            let place = first.get("loc")?.as_array()?;
            Some(Self {
                message: text(first, "msg")?,
                member: place.iter().rev().find_map(Json::as_str).map(str::to_owned),
            })
        });
        detail.unwrap_or_else(|| Self {
            message: text(error, "message")
                .or_else(|| text(error, "detail"))
                .or_else(|| error.as_str().map(str::to_owned))
                .unwrap_or_default(),
            member: text(error, "param"),
        })
    }
}

/// Reads a body to its end.
fn receive(response: Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let outcome = response.take(MAX_ANSWER + 1).read_to_end(&mut bytes);
    if let Err(error) = outcome {
        let timed_out = error.kind() == io::ErrorKind::TimedOut;
        let inner = error.downcast::<reqwest::Error>();
        return Err(Failure::passing(
            if timed_out || inner.is_ok_and(|error| error.is_timeout()) {
                ChatError::TimedOut
            } else {
                ChatError::Reply(format!("it broke off after {} bytes", bytes.len()))
            },
        ));
    }
    if bytes.len() as u64 > MAX_ANSWER {
        return Err(unusable("it has more than 8 MiB"));
    }
    Ok(bytes)
}

fn unusable(reason: impl Into<String>) -> Failure {
    Failure::lasting(ChatError::Reply(reason.into()))
}

fn not_sent(error: reqwest::Error) -> Failure {
    let reason = shortened(&with_causes(&error));
    if is_tls(&error) {
        Failure::lasting(ChatError::Tls(reason))
    } else if error.is_timeout() && !error.is_connect() {
        Failure::passing(ChatError::TimedOut)
    } else {
        Failure::passing(ChatError::Unreachable(reason))
    }
}

/// Whether an error comes from TLS. I/O errors carry it where `source` does not show it.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        let carried = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match carried {
            Some(carried) => Some(carried),
            None => error.source(),
        };
    }
    false
}
