//! Standard Webhooks, which Svix sends too: `v1,BASE64` over `ID.SECONDS.BODY`. It is the way in for whatever has no signature of its own.
//!
//! A secret that begins with `whsec_` is Base64 after that; any other one is a text whose bytes are the key.

use aftercall_core::hex_sha256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::codes::{Hash, code, from_base64, header, in_window, to_base64, unix, usable};
use super::{Signature, SignatureProblem, Signed};
use crate::Incoming;
use crate::secret::any_is;

const HEADER: &str = "webhook-signature";
const WINDOW: u32 = 300;

pub(crate) struct Standard;

impl Signature for Standard {
    fn header(&self) -> &'static str {
        HEADER
    }

    fn is_in(&self, incoming: &Incoming<'_>) -> bool {
        [HEADER, "svix-signature"]
            .iter()
            .any(|name| incoming.headers.get(name).is_some())
    }

    fn window(&self) -> Option<u32> {
        Some(WINDOW)
    }

    fn verify(
        &self,
        incoming: &Incoming<'_>,
        secrets: &[&str],
        now: Timestamp,
    ) -> Result<(), SignatureProblem> {
        let names = if incoming.headers.get("svix-signature").is_some() {
            ["svix-id", "svix-timestamp", "svix-signature"]
        } else {
            ["webhook-id", "webhook-timestamp", HEADER]
        };
        verify(incoming, names, secrets, now)
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, now: Timestamp) -> Signed {
        let id = format!("msg_{}", &hex_sha256(body)[..24]);
        let time = now.as_second().to_string();
        let head = format!("{id}.{time}.");
        let code = code(Hash::Sha256, &key(secret), &[head.as_bytes(), body]);
        Signed {
            url: url.to_owned(),
            headers: vec![
                ("webhook-id".to_owned(), id),
                ("webhook-timestamp".to_owned(), time),
                (HEADER.to_owned(), format!("v1,{}", to_base64(&code))),
            ],
        }
    }
}

/// Checks by headers of those names: id, time, signature.
pub(super) fn verify(
    incoming: &Incoming<'_>,
    [id, time, name]: [&'static str; 3],
    secrets: &[&str],
    now: Timestamp,
) -> Result<(), SignatureProblem> {
    let (sent, id_sent, time_sent) = (
        header(incoming, name)?,
        header(incoming, id)?,
        header(incoming, time)?,
    );
    let made = unix(time_sent).ok_or(SignatureProblem::Malformed {
        header: time,
        rule: "must be Unix time in seconds",
    })?;
    let sent: Vec<Vec<u8>> = sent
        .split_ascii_whitespace()
        .take(16)
        .filter_map(|part| from_base64(part.strip_prefix("v1,")?))
        .collect();
    if sent.is_empty() {
        return Err(SignatureProblem::Malformed {
            header: name,
            rule: "must have a part that is v1, and Base64",
        });
    }
    let head = format!("{id_sent}.{time_sent}.");
    let codes: Vec<Vec<u8>> = usable(secrets)?
        .iter()
        .map(|secret| {
            code(
                Hash::Sha256,
                &key(secret),
                &[head.as_bytes(), incoming.body],
            )
        })
        .collect();
    let mut fits = false;
    for sent in &sent {
        fits |= any_is(codes.iter().cloned(), sent);
    }
    if !fits {
        return Err(SignatureProblem::Wrong { header: name });
    }
    in_window(time, made, WINDOW, now)
}

fn key(secret: &str) -> Vec<u8> {
    secret
        .strip_prefix("whsec_")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .unwrap_or_else(|| secret.as_bytes().to_vec())
}
