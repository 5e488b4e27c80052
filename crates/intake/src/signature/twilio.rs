//! Twilio: the HMAC-SHA1 in Base64 of the whole address and, of a form, every parameter in order. Of any other body the address
//! carries the hash (`bodySHA256`), which is checked as well. With a shared key in place of the account's token it is SHA-256, as a
//! header beside it says. There is no time in it.

use aftercall_core::hex_sha256;
use jiff::Timestamp;

use super::codes::{Hash, code, from_base64, header, to_base64, usable};
use super::{Signature, SignatureProblem, Signed};
use crate::Incoming;
use crate::secret::{any_is, same_secret};

const HEADER: &str = "x-twilio-signature";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";
const BODY_HASH: &str = "bodySHA256";
/// Parameters of a form; Twilio sends some dozens.
const MAX_PARAMETERS: usize = 10_000;

pub(crate) struct Twilio;

impl Signature for Twilio {
    fn header(&self) -> &'static str {
        HEADER
    }

    fn window(&self) -> Option<u32> {
        None
    }

    fn verify(
        &self,
        incoming: &Incoming<'_>,
        secrets: &[&str],
        _now: Timestamp,
    ) -> Result<(), SignatureProblem> {
        let sent = header(incoming, HEADER)?;
        let sent = from_base64(sent).ok_or(SignatureProblem::Malformed {
            header: HEADER,
            rule: "must be Base64",
        })?;
        let parameters = match body_hash(incoming) {
            Some(hash) => {
                if !same_secret(&hash.to_ascii_lowercase(), &[&hex_sha256(incoming.body)]) {
                    return Err(SignatureProblem::Wrong { header: BODY_HASH });
                }
                String::new()
            }
            None if incoming.body.is_empty() => String::new(),
            None if is_form(incoming) => joined(incoming.body)?,
            // Nothing would say that the body is Twilio's.
            None => return Err(SignatureProblem::Missing { header: BODY_HASH }),
        };
        let hash = hash(incoming)?;
        let codes: Vec<Vec<u8>> = usable(secrets)?
            .iter()
            .flat_map(|secret| {
                addresses(incoming.url).map(|url| {
                    let parts = [url.as_bytes(), parameters.as_bytes()];
                    code(hash, secret.as_bytes(), &parts)
                })
            })
            .collect();
        any_is(codes, &sent)
            .then_some(())
            .ok_or(SignatureProblem::Wrong { header: HEADER })
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, _now: Timestamp) -> Signed {
        let mark = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{mark}{BODY_HASH}={}", hex_sha256(body));
        let code = code(Hash::Sha1, secret.as_bytes(), &[url.as_bytes()]);
        Signed::header(&url, HEADER, to_base64(&code))
    }
}

/// The hash that the settings name: `key=…,algorithm=HMAC_SHA256`.
fn hash(incoming: &Incoming<'_>) -> Result<Hash, SignatureProblem> {
    let settings = incoming.headers.get(SETTINGS).unwrap_or_default();
    let algorithm = settings
        .split(',')
        .filter_map(|part| part.trim().strip_prefix("algorithm="))
        .find(|algorithm| !algorithm.is_empty());
    match algorithm {
        None | Some("HMAC_SHA1") => Ok(Hash::Sha1),
        Some("HMAC_SHA256") => Ok(Hash::Sha256),
        Some(_) => Err(SignatureProblem::Malformed {
            header: SETTINGS,
            rule: "must name HMAC_SHA1 or HMAC_SHA256",
        }),
    }
}

fn is_form(incoming: &Incoming<'_>) -> bool {
    let kind = incoming.headers.get("content-type").unwrap_or_default();
    kind.to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
}

fn body_hash(incoming: &Incoming<'_>) -> Option<String> {
    form_urlencoded::parse(incoming.query().as_bytes())
        .find(|(name, _)| name == BODY_HASH)
        .map(|(_, value)| value.into_owned())
}

/// Every name with its value, in the order of names and then of values, each pair once.
fn joined(body: &[u8]) -> Result<String, SignatureProblem> {
    let mut parameters: Vec<_> = form_urlencoded::parse(body)
        .take(MAX_PARAMETERS + 1)
        .collect();
    if parameters.len() > MAX_PARAMETERS {
        return Err(SignatureProblem::Malformed {
            header: "body",
            rule: "must not have so many parameters",
        });
    }
    parameters.sort();
    parameters.dedup();
    Ok(parameters
        .iter()
        .flat_map(|(name, value)| [name.as_ref(), value.as_ref()])
        .collect())
}

/// The address as it is, with the port that its scheme implies, and without a port: Twilio signs one of these.
fn addresses(url: &str) -> impl Iterator<Item = String> + use<> {
    let mut all = vec![url.to_owned()];
    if let Some((scheme, rest)) = url.split_once("://") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at(end);
        let port = if scheme.eq_ignore_ascii_case("https") {
            443
        } else {
            80
        };
        let after_brackets = host.rfind(']').map_or(0, |at| at + 1);
        match host[after_brackets..].rfind(':') {
            Some(colon) => {
                let bare = &host[..after_brackets + colon];
                all.push(format!("{scheme}://{bare}{tail}"));
            }
            None => all.push(format!("{scheme}://{host}:{port}{tail}")),
        }
    }
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_tried_with_and_without_its_port() {
        let of = |url: &str| addresses(url).collect::<Vec<_>>();
        assert_eq!(
            of("https://a.example/x?y"),
            ["https://a.example/x?y", "https://a.example:443/x?y"]
        );
        assert_eq!(
            of("http://a.example:8080"),
            ["http://a.example:8080", "http://a.example"]
        );
        assert_eq!(of("http://[::1]/"), ["http://[::1]/", "http://[::1]:80/"]);
        assert_eq!(of("nonsense"), ["nonsense"]);
    }
}
