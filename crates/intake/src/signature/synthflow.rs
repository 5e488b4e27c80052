//! Synthflow: the HMAC-SHA256 of the call's id in Base64. The body is not covered, so a secret in the address should be set as well.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::codes::{Hash, check, code, from_base64, header, to_base64};
use super::{Signature, SignatureProblem, Signed};
use crate::{Incoming, json};

const HEADER: &str = "synthflow-signature";
/// Some servers hand it on under its name in CGI.
const CGI_HEADER: &str = "http_synthflow_signature";

pub(crate) struct Synthflow;

impl Signature for Synthflow {
    fn header(&self) -> &'static str {
        HEADER
    }

    fn is_in(&self, incoming: &Incoming<'_>) -> bool {
        [HEADER, CGI_HEADER]
            .iter()
            .any(|name| incoming.headers.get(name).is_some())
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
        let sent = header(incoming, HEADER).or_else(|missing| {
            let sent = incoming.headers.get(CGI_HEADER);
            sent.ok_or(missing)
        })?;
        let sent = from_base64(sent).ok_or(SignatureProblem::Malformed {
            header: HEADER,
            rule: "must be Base64",
        })?;
        let call_id = call_id(incoming.body).ok_or(SignatureProblem::Missing {
            header: "call.call_id",
        })?;
        check(
            HEADER,
            Hash::Sha256,
            secrets,
            &[call_id.as_bytes()],
            &[sent],
        )
    }

    fn sign(&self, url: &str, body: &[u8], secret: &str, _now: Timestamp) -> Signed {
        let call_id = call_id(body).unwrap_or_default();
        let code = code(Hash::Sha256, secret.as_bytes(), &[call_id.as_bytes()]);
        Signed::header(url, HEADER, to_base64(&code))
    }
}

fn call_id(body: &[u8]) -> Option<String> {
    let payload = json::parse(body).ok()?;
    match payload.get("call")?.get("call_id")? {
        Json::String(id) => Some(id.clone()),
        Json::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
