//! The browser's session: a cookie in place of the key, and a second token that a page of ours alone can send.

use std::time::Duration;

use aftercall_core::hex_sha256;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};

/// The cookie's name.
const NAME: &str = "aftercall_session";
/// The header that goes with every request that changes something.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";
/// How long a session lasts.
pub(crate) const LASTS: Duration = Duration::from_secs(7 * 24 * 3600);

/// The session's token in a request's cookies.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter();
    let cookies = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse)
        .flatten();
    cookies
        .filter(|cookie| cookie.name() == NAME)
        .map(|cookie| cookie.value().to_owned())
        .find(|value| !value.is_empty())
}

/// The token that a page has to send in [`CSRF_HEADER`]: another site's page can have the cookie sent, but cannot read this.
pub(crate) fn csrf(token: &str) -> String {
    hex_sha256(format!("csrf {token}").as_bytes())
}

/// Whether a request that changes something was sent by a page of ours.
pub(crate) fn is_ours(headers: &HeaderMap, token: &str) -> bool {
    let sent = headers.get(CSRF_HEADER).map(HeaderValue::as_bytes);
    // Hashes are compared, so that the time tells nothing about the token.
    sent.is_some_and(|sent| hex_sha256(sent) == hex_sha256(csrf(token).as_bytes()))
}

/// The cookie that begins a session; `None` ends it.
pub(crate) fn set_cookie(token: Option<&str>, headers: &HeaderMap) -> HeaderValue {
    let lasts = token.map_or(Duration::ZERO, |_| LASTS);
    let cookie = Cookie::build((NAME, token.unwrap_or_default()))
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(came_by_https(headers))
        .path("/")
        .max_age(lasts.try_into().unwrap_or(cookie::time::Duration::ZERO))
        .build();
    // Our names and hex digits are all that stands in it.
    HeaderValue::try_from(cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
}

/// Whether the proxy before the server says that it was spoken to by https.
fn came_by_https(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        for (line, found) in [
            ("aftercall_session=ab", Some("ab")),
            ("a=1; aftercall_session=ab; b=2", Some("ab")),
            ("aftercall_session=", None),
            ("xaftercall_session=ab", None),
            ("", None),
        ] {
            assert_eq!(
                token(&headers(&[("cookie", line)])).as_deref(),
                found,
                "{line}"
            );
        }
    }

    #[test]
    fn scripts_and_other_sites_do_not_get_it() {
        let plain = set_cookie(Some("ab"), &headers(&[]));
        let plain = plain.to_str().unwrap();
        for part in [
            "aftercall_session=ab",
            "HttpOnly",
            "SameSite=Strict",
            "Path=/",
            "Max-Age=604800",
        ] {
            assert!(plain.contains(part), "{part}: {plain}");
        }
        assert!(!plain.contains("Secure"));
        let behind = headers(&[("x-forwarded-proto", "https")]);
        assert!(
            set_cookie(Some("ab"), &behind)
                .to_str()
                .unwrap()
                .contains("Secure")
        );
        assert!(
            set_cookie(None, &behind)
                .to_str()
                .unwrap()
                .contains("Max-Age=0")
        );
    }

    #[test]
    fn the_second_token_is_that_of_the_session() {
        let sent = csrf("ab");
        assert!(is_ours(&headers(&[(CSRF_HEADER, &sent)]), "ab"));
        assert!(!is_ours(&headers(&[(CSRF_HEADER, &sent)]), "cd"));
        assert!(!is_ours(&headers(&[]), "ab"));
        assert!(!sent.contains("ab "));
    }
}
