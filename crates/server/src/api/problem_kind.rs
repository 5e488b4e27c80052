//! Every kind of problem that our own API tells of.

use http::StatusCode;

/// A kind of problem. Its name is the end of the problem's `type`, and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Key,
    Payload,
    Role,
    Csrf,
    Rate,
    Malformed,
    Length,
    Slow,
    Invalid,
    NotFound,
    Route,
    Method,
    CallConflict,
    Conflict,
    Busy,
    Internal,
}

impl Kind {
    /// Every kind, by status.
    pub(crate) const ALL: [Self; 16] = [
        Self::Malformed,
        Self::Key,
        Self::Payload,
        Self::Role,
        Self::Csrf,
        Self::NotFound,
        Self::Route,
        Self::Method,
        Self::Slow,
        Self::CallConflict,
        Self::Conflict,
        Self::Length,
        Self::Invalid,
        Self::Rate,
        Self::Internal,
        Self::Busy,
    ];

    /// Name, title, status, and what to do about it.
    pub(crate) fn told(self) -> (&'static str, &'static str, StatusCode, &'static str) {
        match self {
            Self::Key => (
                "key",
                "A valid key is needed",
                StatusCode::UNAUTHORIZED,
                "There is no key in the request, or it is unknown, or it was revoked. Send one in the header \
                 `Authorization: Bearer sk_…`.",
            ),
            Self::Role => (
                "role",
                "The key's role does not allow this",
                StatusCode::FORBIDDEN,
                "`detail` says which role does. Roles are given when a key is made.",
            ),
            Self::Payload => (
                "payload",
                "Nothing shows who sent the payload",
                StatusCode::UNAUTHORIZED,
                "The signature does not hold, or the secret at the end of the address is missing or wrong, or the source is not set \
                 up for the agent. The server's log and the counter `aftercall_intake_total` say which.",
            ),
            Self::Csrf => (
                "csrf",
                "The request was not sent by the dashboard",
                StatusCode::FORBIDDEN,
                "With a session's cookie, what is not GET or HEAD needs the header `X-CSRF-Token` with the token that \
                 `GET /v1/session` tells.",
            ),
            Self::Rate => (
                "rate",
                "Too many requests",
                StatusCode::TOO_MANY_REQUESTS,
                "Wait for as many seconds as the header `Retry-After` says.",
            ),
            Self::Malformed => (
                "malformed",
                "The request cannot be read",
                StatusCode::BAD_REQUEST,
                "The body is no JSON or no UTF-8, or a name or value of the query is none that is known here.",
            ),
            Self::Length => (
                "length",
                "The body is too long",
                StatusCode::PAYLOAD_TOO_LARGE,
                "`detail` says how long it may be; the operator can set it.",
            ),
            Self::Slow => (
                "slow",
                "The body did not come in time",
                StatusCode::REQUEST_TIMEOUT,
                "Send the request again over a better connection.",
            ),
            Self::Invalid => (
                "invalid",
                "The request breaks rules",
                StatusCode::UNPROCESSABLE_ENTITY,
                "`errors` has every field that breaks a rule, the value found there and the rule.",
            ),
            Self::NotFound => (
                "not-found",
                "There is no such thing",
                StatusCode::NOT_FOUND,
                "What the path names does not exist, or does not any more.",
            ),
            Self::Route => (
                "route",
                "There is no such route",
                StatusCode::NOT_FOUND,
                "The path is none of this API.",
            ),
            Self::Method => (
                "method",
                "The route does not have this method",
                StatusCode::METHOD_NOT_ALLOWED,
                "The header `Allow` lists those it has.",
            ),
            Self::CallConflict => (
                "call-conflict",
                "Another call has this id",
                StatusCode::CONFLICT,
                "A finished call is never overwritten, and no call changes its agent. `differs` lists the fields that are \
                 not as they were first sent. The same content again is no conflict.",
            ),
            Self::Conflict => (
                "conflict",
                "What is stored stands against it",
                StatusCode::CONFLICT,
                "`detail` says what. Nothing was changed.",
            ),
            Self::Busy => (
                "busy",
                "The database is busy",
                StatusCode::SERVICE_UNAVAILABLE,
                "Send the request again after as many seconds as the header `Retry-After` says.",
            ),
            Self::Internal => (
                "internal",
                "The server failed",
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server's log says why, under the id in the header `x-request-id`.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: HashSet<_> = Kind::ALL.iter().map(|kind| kind.told().0).collect();
        assert_eq!(names.len(), Kind::ALL.len());
    }
}
