//! `t=SECONDS,v0=HEX` over `SECONDS.BODY`: ElevenLabs, Fish Audio.

use jiff::Timestamp;

use super::codes::{Hash, check, code, from_hex, header, in_window, to_hex, unix};
use super::{Signature, SignatureProblem, Signed};
use crate::Incoming;

const RULE: &str = "must be t=, Unix time in seconds, and a version with 64 hexadecimal digits";

/// A header whose parts are `t` and a version.
pub(crate) struct Stamped {
    pub(crate) header: &'static str,
    /// Name of the part with the code, such as `v0`.
    pub(crate) version: &'static str,
    pub(crate) window: u32,
}

impl Signature for Stamped {
    fn header(&self) -> &'static str {
        self.header
    }

    fn window(&self) -> Option<u32> {
        Some(self.window)
    }

    fn verify(
        &self,
        incoming: &Incoming<'_>,
        secrets: &[&str],
        now: Timestamp,
    ) -> Result<(), SignatureProblem> {
        let malformed = SignatureProblem::Malformed {
            header: self.header,
            rule: RULE,
        };
        let (mut time, mut codes) = (None, Vec::new());
        // Versions that are not known are of a later scheme.
        for part in header(incoming, self.header)?.split(',').take(16) {
            match part.trim().split_once('=') {
                Some(("t", value)) => time = Some(value),
                Some((name, value)) if name == self.version => codes.extend(from_hex(value)),
                _ => {}
            }
        }
        let (Some(time), false) = (time, codes.is_empty()) else {
            return Err(malformed);
        };
        let made = unix(time).ok_or(malformed)?;
        let parts = [time.as_bytes(), b".", incoming.body];
        check(self.header, Hash::Sha256, secrets, &parts, &codes)?;
        in_window(self.header, made, self.window, now)
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, now: Timestamp) -> Signed {
        let time = now.as_second().to_string();
        let code = code(
            Hash::Sha256,
            secret.as_bytes(),
            &[time.as_bytes(), b".", body],
        );
        let value = format!("t={time},{}={}", self.version, to_hex(&code));
        Signed::header(url, self.header, value)
    }
}
