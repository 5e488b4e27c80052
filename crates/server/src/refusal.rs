//! Why a request is not let through to its handler, and how each family of routes says so.

use std::time::Duration;

use aftercall_store::StoreError;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::api::problem::Problem;
use crate::atoms::error::AtomsError;

/// Routes that share a form of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// The compatible API, the stateless analyser among it.
    Atoms,
    /// The stateless analyser, which has no wrapper around its answers.
    Waves,
    /// Our own API.
    Api,
    /// Everything else.
    Plain,
}

impl Family {
    /// The family that a path belongs to.
    pub(crate) fn of(path: &str) -> Self {
        let under = |mount: &str| {
            path.strip_prefix(mount)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if under("/atoms/v1") || under("/api/v1") {
            Self::Atoms
        } else if under("/waves/v1") {
            Self::Waves
        } else if under("/v1") {
            Self::Api
        } else {
            Self::Plain
        }
    }

    /// A refusal in the family's form.
    pub(crate) fn answer(self, refusal: Refusal) -> Response {
        match self {
            Self::Api => Problem::from(refusal).into_response(),
            // The compatible API takes a wrong method for an unknown route, as the original does.
            Self::Atoms | Self::Waves if matches!(refusal, Refusal::Method) => {
                AtomsError::from(Refusal::Route).into_response()
            }
            Self::Atoms | Self::Waves => AtomsError::from(refusal).into_response(),
            Self::Plain => {
                let body = Json(serde_json::json!({ "error": refusal.text() }));
                let mut response = (refusal.status(), body).into_response();
                refusal.add_headers(&mut response);
                response
            }
        }
    }
}

/// Why a request is not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No key, or one that is unknown or revoked: the difference is not told.
    Key,
    /// Nothing shows that a payload comes from whom it says.
    Payload,
    /// The key's role is not enough.
    Role {
        /// What the route asks for, in words.
        needed: &'static str,
    },
    /// A request with a session's cookie changes something, and was not sent by a page of ours.
    Csrf,
    /// The key asks too often.
    Rate {
        /// Until it may ask again.
        wait: Duration,
    },
    /// The body is longer than this many bytes.
    Length(usize),
    /// The body did not come in time.
    Slow,
    /// The body broke off.
    Broken,
    /// A part of the request cannot be read.
    Malformed {
        /// Which part: a name in the path or in the query, or `body`.
        field: String,
        /// The rule that it breaks.
        rule: String,
    },
    /// No such route.
    Route,
    /// No such method on this route.
    Method,
    /// The database is busy; the request may be sent again.
    Busy,
    /// A fault of the server, told in the log.
    Internal,
}

impl Refusal {
    pub(crate) fn malformed(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Malformed {
            field: field.into(),
            rule: rule.into(),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Key | Self::Payload => StatusCode::UNAUTHORIZED,
            Self::Role { .. } | Self::Csrf => StatusCode::FORBIDDEN,
            Self::Rate { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Length(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken | Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::Route => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What is wrong, in a sentence without a full stop.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Key => {
                "a valid key is needed: send it as `Authorization: Bearer sk_…`".to_owned()
            }
            Self::Payload => "the signature, or the secret in the address, is missing or wrong".to_owned(),
            Self::Role { needed } => {
                format!("the key's role does not allow this: {needed} is needed")
            }
            Self::Csrf => "with a session's cookie the header `X-CSRF-Token` is needed: `GET /v1/session` tells it".to_owned(),
            Self::Rate { wait } => {
                format!("too many requests with this key: wait {} s", seconds(*wait))
            }
            Self::Length(most) => format!("the body must be at most {most} bytes long"),
            Self::Slow => "the body did not come in time".to_owned(),
            Self::Broken => "the body broke off before its end".to_owned(),
            Self::Malformed { field, rule } => format!("{field}: {rule}"),
            Self::Route => "there is no such route".to_owned(),
            Self::Method => "the route does not have this method".to_owned(),
            Self::Busy => "the database is busy: send the request again".to_owned(),
            Self::Internal => "something failed in the server; its log says what".to_owned(),
        }
    }

    /// Headers that go with the status.
    pub(crate) fn add_headers(&self, response: &mut Response) {
        let headers = response.headers_mut();
        match self {
            Self::Key => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Rate { wait } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(*wait)));
            }
            Self::Busy => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(1));
            }
            // What is left of the body is not read: the connection cannot be used again.
            Self::Length(_) | Self::Slow | Self::Broken => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
    }
}

impl From<StoreError> for Refusal {
    /// For errors that are nobody's input: the log has them whole, the answer does not.
    fn from(error: StoreError) -> Self {
        let causes = causes(&error);
        if let StoreError::Busy(_) = error {
            tracing::warn!(%error, causes, "the database is busy");
            return Self::Busy;
        }
        tracing::error!(%error, causes, "a request failed in the store");
        Self::Internal
    }
}

/// Everything below an error, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let below = std::iter::successors(error.source(), |error| error.source());
    below
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// Whole seconds, rounded up, at least one.
pub(crate) fn seconds(wait: Duration) -> u64 {
    wait.as_millis()
        .div_ceil(1000)
        .max(1)
        .try_into()
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_told_by_whole_parts_of_the_path() {
        for (path, family) in [
            ("/atoms/v1", Family::Atoms),
            ("/atoms/v1/agent", Family::Atoms),
            ("/api/v1/agent", Family::Atoms),
            ("/atoms/v12", Family::Plain),
            ("/waves/v1/pca", Family::Waves),
            ("/v1/calls", Family::Api),
            ("/healthz", Family::Plain),
            ("/", Family::Plain),
        ] {
            assert_eq!(Family::of(path), family, "{path}");
        }
    }

    #[test]
    fn waits_are_whole_seconds() {
        assert_eq!(seconds(Duration::ZERO), 1);
        assert_eq!(seconds(Duration::from_millis(1001)), 2);
    }
}
