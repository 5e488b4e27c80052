//! Retell: `v=MILLISECONDS,d=HEX` over the body and then the milliseconds; the key is the API key.

use jiff::Timestamp;

use super::codes::{Hash, check, code, from_hex, header, in_window, to_hex, unix};
use super::{Signature, SignatureProblem, Signed};
use crate::Incoming;

const HEADER: &str = "x-retell-signature";
const WINDOW: u32 = 300;

pub(crate) struct Retell;

impl Signature for Retell {
    fn header(&self) -> &'static str {
        HEADER
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
        let malformed = || SignatureProblem::Malformed {
            header: HEADER,
            rule: "must be v=, Unix time in milliseconds, and d=, 64 hexadecimal digits",
        };
        let value = header(incoming, HEADER)?;
        let (time, digest) = value.split_once(',').ok_or_else(malformed)?;
        let time = time.trim().strip_prefix("v=").ok_or_else(malformed)?;
        let digest = digest.trim().strip_prefix("d=").ok_or_else(malformed)?;
        let digest = from_hex(digest).ok_or_else(malformed)?;
        let made = unix(time).ok_or_else(malformed)?;
        let parts = [incoming.body, time.as_bytes()];
        check(HEADER, Hash::Sha256, secrets, &parts, &[digest])?;
        in_window(HEADER, made, WINDOW, now)
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, now: Timestamp) -> Signed {
        let time = now.as_millisecond().to_string();
        let code = code(Hash::Sha256, secret.as_bytes(), &[body, time.as_bytes()]);
        Signed::header(url, HEADER, format!("v={time},d={}", to_hex(&code)))
    }
}
