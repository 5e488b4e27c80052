//! An id for every request: the sender's, if it can stand in a log, else one of ours. It comes back as `x-request-id`.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::App;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_CHARS: usize = 128;

/// The id of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) HeaderValue);

impl RequestId {
    /// The id as text.
    pub(crate) fn text(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Gives the request its id, and the response the request's.
pub(crate) async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let sent = request
        .headers()
        .get(HEADER)
        .filter(|id| is_printable(id))
        .cloned();
    let id = match sent {
        Some(id) => id,
        // 24 hex digits are a header value.
        None => HeaderValue::from_str(&app.store.new_id().to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("none")),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    response.headers_mut().insert(HEADER, id);
    response
}

fn is_printable(id: &HeaderValue) -> bool {
    (1..=MAX_CHARS).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_are_taken_over() {
        let of = |text: &str| is_printable(&HeaderValue::from_str(text).unwrap());
        assert!(of("abc-123"));
        assert!(!of(""));
        assert!(!of("a b"));
        assert!(!of("ü"));
        assert!(!of(&"a".repeat(MAX_CHARS + 1)));
    }
}
