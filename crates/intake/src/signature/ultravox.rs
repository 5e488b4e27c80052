//! Ultravox: signatures in hexadecimal digits, divided by commas while a key is replaced, over the body and then the time as it is written.

use jiff::Timestamp;

use super::codes::{Hash, check, code, from_hex, header, in_window, to_hex};
use super::{Signature, SignatureProblem, Signed};
use crate::Incoming;

const HEADER: &str = "x-ultravox-webhook-signature";
const TIME: &str = "x-ultravox-webhook-timestamp";
const WINDOW: u32 = 60;

pub(crate) struct Ultravox;

impl Signature for Ultravox {
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
        let (sent, time) = (header(incoming, HEADER)?, header(incoming, TIME)?);
        let made: Timestamp = time.parse().map_err(|_| SignatureProblem::Malformed {
            header: TIME,
            rule: "must be a date and time in ISO 8601",
        })?;
        let sent: Vec<Vec<u8>> = sent.split(',').take(16).filter_map(from_hex).collect();
        if sent.is_empty() {
            return Err(SignatureProblem::Malformed {
                header: HEADER,
                rule: "must be 64 hexadecimal digits",
            });
        }
        let parts = [incoming.body, time.as_bytes()];
        check(HEADER, Hash::Sha256, secrets, &parts, &sent)?;
        in_window(TIME, made.as_second(), WINDOW, now)
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, now: Timestamp) -> Signed {
        let time = now.to_string();
        let code = code(Hash::Sha256, secret.as_bytes(), &[body, time.as_bytes()]);
        Signed {
            url: url.to_owned(),
            headers: vec![(TIME.to_owned(), time), (HEADER.to_owned(), to_hex(&code))],
        }
    }
}
