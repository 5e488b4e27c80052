//! Vapi, whose users choose how it signs: an HMAC over `TIME.BODY` (SHA-256, SHA-512 or SHA-1, told apart by length; hexadecimal
//! digits or Base64), Svix, a bearer token, or the secret itself in `X-Vapi-Secret`. Whichever header has come is checked.

use jiff::Timestamp;

use super::codes::{
    Hash, check, code, from_base64, from_hex, header, in_window, to_hex, unix, usable,
};
use super::{Signature, SignatureProblem, Signed, standard};
use crate::Incoming;
use crate::authenticate::bearer;
use crate::secret::same_secret;

const HEADER: &str = "x-signature";
const TIME: &str = "x-timestamp";
const LEGACY: &str = "x-vapi-secret";
const WINDOW: u32 = 300;

pub(crate) struct Vapi;

impl Signature for Vapi {
    fn header(&self) -> &'static str {
        HEADER
    }

    fn is_in(&self, incoming: &Incoming<'_>) -> bool {
        [HEADER, LEGACY, "svix-signature", "authorization"]
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
        if let Some(sent) = incoming.headers.get(HEADER) {
            return hmac(incoming, sent, secrets, now);
        }
        if incoming.headers.get("svix-signature").is_some() {
            let names = ["svix-id", "svix-timestamp", "svix-signature"];
            return standard::verify(incoming, names, secrets, now);
        }
        let plain = incoming.headers.get(LEGACY).map(|sent| (LEGACY, sent));
        let bearer = bearer(incoming).map(|token| ("authorization", token));
        let (name, sent) = plain
            .or(bearer)
            .ok_or(SignatureProblem::Missing { header: HEADER })?;
        same_secret(sent, &usable(secrets)?)
            .then_some(())
            .ok_or(SignatureProblem::Wrong { header: name })
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, now: Timestamp) -> Signed {
        let time = now.as_second().to_string();
        let code = code(
            Hash::Sha256,
            secret.as_bytes(),
            &[time.as_bytes(), b".", body],
        );
        Signed {
            url: url.to_owned(),
            headers: vec![(TIME.to_owned(), time), (HEADER.to_owned(), to_hex(&code))],
        }
    }
}

fn hmac(
    incoming: &Incoming<'_>,
    sent: &str,
    secrets: &[&str],
    now: Timestamp,
) -> Result<(), SignatureProblem> {
    let malformed = SignatureProblem::Malformed {
        header: HEADER,
        rule: "must be the digits of SHA-256, SHA-512 or SHA-1, hexadecimal or Base64",
    };
    // Platforms of this scheme write `sha256=` before it.
    let sent = ["sha256=", "sha512=", "sha1="]
        .iter()
        .find_map(|prefix| sent.strip_prefix(prefix))
        .unwrap_or(sent);
    let sent = from_hex(sent).or_else(|| from_base64(sent));
    let Some(sent) = sent else {
        return Err(malformed);
    };
    let hash = match sent.len() {
        20 => Hash::Sha1,
        32 => Hash::Sha256,
        64 => Hash::Sha512,
        _ => return Err(malformed),
    };
    let time = header(incoming, TIME)?;
    let made = unix(time).ok_or(SignatureProblem::Malformed {
        header: TIME,
        rule: "must be Unix time",
    })?;
    let parts = [time.as_bytes(), b".", incoming.body];
    check(HEADER, hash, secrets, &parts, &[sent])?;
    in_window(TIME, made, WINDOW, now)
}
