//! Signatures that the platforms' own libraries made (`tests/vectors/make.py` writes them).

use std::fs;

use aftercall_intake::{Headers, Incoming, by_name};
use jiff::Timestamp;
use serde::Deserialize;

use crate::files::tests;

#[derive(Deserialize)]
struct Vector {
    source: String,
    /// Which library, in its version.
    made_by: String,
    url: String,
    secret: String,
    headers: Vec<(String, String)>,
    body: String,
    now_s: i64,
    /// What the library says of it.
    valid: bool,
}

#[test]
fn signatures_of_the_platforms_own_libraries_are_taken() {
    let text = fs::read(tests().join("vectors/vectors.json")).unwrap();
    let vectors: Vec<Vector> = serde_json::from_slice(&text).unwrap();
    for source in ["retell", "elevenlabs", "twilio", "text", "vapi"] {
        let of = |valid: bool| {
            let mut of = vectors.iter().filter(|vector| vector.source == source);
            of.any(|vector| vector.valid == valid)
        };
        assert!(of(true) && of(false), "{source}");
    }
    for vector in vectors {
        let source = by_name(&vector.source).unwrap();
        let headers: Headers = vector.headers.into_iter().collect();
        let incoming = Incoming {
            url: &vector.url,
            headers: &headers,
            body: vector.body.as_bytes(),
        };
        let now = Timestamp::from_second(vector.now_s).unwrap();
        let found = source.signature().verify(&incoming, &[&vector.secret], now);
        assert_eq!(
            found.is_ok(),
            vector.valid,
            "{} by {}: {found:?}",
            vector.source,
            vector.made_by
        );
    }
}
