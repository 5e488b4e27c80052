//! The dashboard: pages of the browser, built from `web/` and carried in the program.

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;

use crate::refusal::{Family, Refusal};

/// What the page may do: load and ask from this server, and play recordings of calls. Frames are for nobody.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; media-src http: https:; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";
/// Files with a hash of their content in the name.
const HASHED: &str = "assets/";
const PAGE: &str = "index.html";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Aftercall</title>\
    <p>This program was built without its dashboard: <code>make build</code> builds both. The API is there: \
    <a href=\"/v1/docs\">/v1/docs</a>.";

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Files by their path, and the page for every path that is nobody else's.
pub(crate) fn routes() -> Router {
    Router::new().fallback(file).layer(CompressionLayer::new())
}

async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let reads = matches!(method, Method::GET | Method::HEAD);
    if Family::of(uri.path()) != Family::Plain || !reads {
        return Family::of(uri.path()).answer(Refusal::Route);
    }
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        return answer(path, &file, &headers);
    }
    // Only who wants a page gets one: for everything else a path that nobody has is an error.
    if !wants_page(&headers) || path.starts_with(HASHED) {
        return Family::of(uri.path()).answer(Refusal::Route);
    }
    match Files::get(PAGE) {
        Some(page) => answer(PAGE, &page, &headers),
        None => (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response(),
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).map(HeaderValue::as_bytes);
    accepted.is_some_and(|accepted| accepted.windows(9).any(|part| part == b"text/html"))
}

fn answer(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag: String = hash[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{tag}\"");
    let kept = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|sent| {
        sent.as_bytes()
            .windows(tag.len())
            .any(|part| part == tag.as_bytes())
    });
    let common: [(HeaderName, &str); 6] = [
        (header::ETAG, &tag),
        (header::CACHE_CONTROL, kept),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = [(header::CONTENT_TYPE, file.metadata.mimetype())];
    (common, kind, file.data.clone()).into_response()
}
