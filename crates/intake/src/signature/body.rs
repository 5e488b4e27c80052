//! The HMAC-SHA256 of the body in hexadecimal digits, without a time: Atoms, Bland.

use jiff::Timestamp;

use super::codes::{Hash, check, code, from_hex, header, to_hex};
use super::{Signature, SignatureProblem, Signed};
use crate::Incoming;

/// In the header of that name.
pub(crate) struct OfBody(pub(crate) &'static str);

impl Signature for OfBody {
    fn header(&self) -> &'static str {
        self.0
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
        let sent = header(incoming, self.0)?;
        let sent = from_hex(sent).ok_or(SignatureProblem::Malformed {
            header: self.0,
            rule: "must be 64 hexadecimal digits",
        })?;
        check(self.0, Hash::Sha256, secrets, &[incoming.body], &[sent])
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, _now: Timestamp) -> Signed {
        let code = code(Hash::Sha256, secret.as_bytes(), &[body]);
        Signed::header(url, self.0, to_hex(&code))
    }
}
