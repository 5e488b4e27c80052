//! Signatures: right, wrong, late, missing, sent again.

use aftercall_intake::{
    Headers, Incoming, Outcome, Sample, Secrets, SignatureProblem, Signed, Source, Unauthenticated,
    all, authenticate, by_name, same_secret, signed_request,
};
use jiff::{SignedDuration, Timestamp};

use crate::files::{read, sample_calls};

const SECRET: &str = "5f0e1c2b3a495867";

fn now() -> Timestamp {
    "2026-03-10T09:00:00Z".parse().unwrap()
}

fn request(source: &dyn Source) -> (Sample, Signed) {
    let call = &sample_calls()[0];
    let url = "https://calls.example/v1/intake/x/a";
    signed_request(source, call, url, SECRET, now())
}

fn check(
    source: &dyn Source,
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
    secrets: &[&str],
    at: Timestamp,
) -> Result<(), SignatureProblem> {
    let headers: Headers = headers.iter().cloned().collect();
    let incoming = Incoming {
        url,
        headers: &headers,
        body,
    };
    source.signature().verify(&incoming, secrets, at)
}

#[test]
fn the_right_signature_is_taken() {
    for source in all() {
        let (sample, signed) = request(*source);
        let of = |secrets: &[&str]| {
            check(
                *source,
                &signed.url,
                &signed.headers,
                &sample.body,
                secrets,
                now(),
            )
        };
        assert_eq!(of(&[SECRET]), Ok(()), "{}", source.name());
        // While a secret is replaced there are two.
        assert_eq!(of(&["new", SECRET]), Ok(()), "{}", source.name());
        assert_eq!(of(&[SECRET, "old"]), Ok(()), "{}", source.name());
    }
}

#[test]
fn a_wrong_secret_is_refused() {
    for source in all() {
        let (sample, signed) = request(*source);
        let of = |secrets: &[&str]| {
            check(
                *source,
                &signed.url,
                &signed.headers,
                &sample.body,
                secrets,
                now(),
            )
            .unwrap_err()
            .name()
        };
        assert_eq!(of(&["another"]), "wrong", "{}", source.name());
        assert_eq!(of(&[""]), "no_secret", "{}", source.name());
        assert_eq!(of(&[]), "no_secret", "{}", source.name());
    }
}

#[test]
fn another_body_is_refused() {
    for source in all() {
        let (sample, signed) = request(*source);
        let mut body = sample.body.clone();
        body.push(b' ');
        let found = check(
            *source,
            &signed.url,
            &signed.headers,
            &body,
            &[SECRET],
            now(),
        );
        if source.name() == "synthflow" {
            // It signs the call's id and no more.
            let id = sample_calls()[0].call_id.clone();
            let other = String::from_utf8(sample.body)
                .unwrap()
                .replace(&id, "other");
            body = other.into_bytes();
        } else {
            assert_eq!(found.unwrap_err().name(), "wrong", "{}", source.name());
        }
        let found = check(
            *source,
            &signed.url,
            &signed.headers,
            &body,
            &[SECRET],
            now(),
        );
        assert_eq!(found.unwrap_err().name(), "wrong", "{}", source.name());
    }
}

#[test]
fn no_signature_is_refused() {
    for source in all() {
        let (sample, signed) = request(*source);
        let found = check(*source, &signed.url, &[], &sample.body, &[SECRET], now());
        assert_eq!(found.unwrap_err().name(), "missing", "{}", source.name());
        // Nor one of the headers alone.
        for (name, _) in &signed.headers {
            let others: Vec<_> = signed
                .headers
                .iter()
                .filter(|(other, _)| other != name)
                .cloned()
                .collect();
            let found = check(
                *source,
                &signed.url,
                &others,
                &sample.body,
                &[SECRET],
                now(),
            );
            assert_eq!(
                found.is_err(),
                name != "content-type",
                "{} {name}",
                source.name()
            );
        }
    }
}

#[test]
fn what_is_no_signature_is_refused() {
    for source in all() {
        let (sample, signed) = request(*source);
        for text in [
            "",
            "x",
            "v=,d=",
            "t=,v0=",
            "t=1,v0=zz",
            "v1,",
            "é",
            "AAAA",
            &"a".repeat(10_000),
        ] {
            for (name, _) in &signed.headers {
                if name == "content-type" {
                    continue;
                }
                let mut headers = signed.headers.clone();
                for header in &mut headers {
                    if header.0 == *name {
                        header.1 = text.to_owned();
                    }
                }
                let found = check(
                    *source,
                    &signed.url,
                    &headers,
                    &sample.body,
                    &[SECRET],
                    now(),
                );
                assert!(found.is_err(), "{} {name} {text}", source.name());
            }
        }
    }
}

#[test]
fn a_signature_holds_for_its_window_and_no_longer() {
    let windows: Vec<(&str, Option<u32>)> = all()
        .iter()
        .map(|source| (source.name(), source.signature().window()))
        .collect();
    assert!(windows.contains(&("retell", Some(300))), "{windows:?}");
    assert!(windows.contains(&("elevenlabs", Some(1800))), "{windows:?}");
    for source in all() {
        let (sample, signed) = request(*source);
        let after = |seconds: i64| {
            let at = now() + SignedDuration::from_secs(seconds);
            check(
                *source,
                &signed.url,
                &signed.headers,
                &sample.body,
                &[SECRET],
                at,
            )
        };
        let Some(window) = source.signature().window() else {
            assert_eq!(after(1_000_000_000), Ok(()), "{}", source.name());
            continue;
        };
        let window = i64::from(window);
        assert_eq!(after(window), Ok(()), "{}", source.name());
        assert_eq!(after(-window), Ok(()), "{}", source.name());
        for seconds in [window + 1, -window - 1] {
            let found = after(seconds).unwrap_err();
            assert_eq!(found.name(), "late", "{}", source.name());
            assert!(found.to_string().contains("holds for"), "{found}");
        }
    }
}

#[test]
fn what_is_sent_again_is_the_same_call() {
    for source in all() {
        let (sample, signed) = request(*source);
        let id = || match read(*source, &signed.url, &sample.body, &sample.answers) {
            Ok(Outcome::Call(taken)) => (taken.call, taken.extra),
            other => panic!("{other:?}"),
        };
        assert_eq!(id(), id(), "{}", source.name());
    }
}

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn vapi_is_taken_by_whichever_way_its_user_chose() {
    let vapi = by_name("vapi").unwrap();
    let of = |pairs: &[(&str, &str)]| {
        let headers = headers(pairs);
        check(vapi, "https://a.example", &headers, b"{}", &[SECRET], now()).map_err(|e| e.name())
    };
    assert_eq!(of(&[("X-Vapi-Secret", SECRET)]), Ok(()));
    assert_eq!(of(&[("x-vapi-secret", "another")]), Err("wrong"));
    assert_eq!(
        of(&[("Authorization", &format!("Bearer {SECRET}"))]),
        Ok(())
    );
    assert_eq!(
        of(&[("Authorization", &format!("Basic {SECRET}"))]),
        Err("missing")
    );
    // A signature that does not fit is not mended by a secret beside it.
    let digits = "0".repeat(64);
    let both = [
        ("x-signature", digits.as_str()),
        ("x-timestamp", "1773133200"),
        ("x-vapi-secret", SECRET),
    ];
    assert_eq!(of(&both), Err("wrong"));
    let (sample, signed) = request(by_name("text").unwrap());
    let svix: Vec<_> = signed
        .headers
        .iter()
        .map(|(name, value)| (name.replace("webhook-", "svix-"), value.clone()))
        .collect();
    let found = check(
        vapi,
        "https://a.example",
        &svix,
        &sample.body,
        &[SECRET],
        now(),
    );
    assert_eq!(found, Ok(()));
}

#[test]
fn twilio_signs_a_json_body_through_its_address() {
    let twilio = by_name("twilio").unwrap();
    let (sample, signed) = request(twilio);
    let cut = signed.url.split("&bodySHA256").next().unwrap();
    let found = check(twilio, cut, &signed.headers, &sample.body, &[SECRET], now());
    assert_eq!(found.unwrap_err().name(), "missing");
    let with_port = signed.url.replace("calls.example", "calls.example:443");
    let found = check(
        twilio,
        &with_port,
        &signed.headers,
        &sample.body,
        &[SECRET],
        now(),
    );
    assert_eq!(found, Ok(()));
    let elsewhere = signed.url.replace("calls.example", "other.example");
    let found = check(
        twilio,
        &elsewhere,
        &signed.headers,
        &sample.body,
        &[SECRET],
        now(),
    );
    assert_eq!(found.unwrap_err().name(), "wrong");
}

#[test]
fn a_request_is_taken_by_its_signature_or_else_by_the_secret_of_its_address() {
    for source in all() {
        let (sample, signed) = request(*source);
        let of = |pairs: &[(String, String)], secret: Option<&str>, secrets: &Secrets| {
            let headers: Headers = pairs.iter().cloned().collect();
            let incoming = Incoming {
                url: &signed.url,
                headers: &headers,
                body: &sample.body,
            };
            authenticate(*source, &incoming, secret, secrets, now())
        };
        let secrets = |signing: &[&str], address: &[&str]| Secrets {
            signing: signing.iter().map(|one| (*one).to_owned()).collect(),
            address: address.iter().map(|one| (*one).to_owned()).collect(),
        };
        let name = source.name();
        let none: [(String, String); 0] = [];
        let token = headers(&[("Authorization", "Bearer path")]);
        let signs = secrets(&["old", SECRET], &["older", "path"]);
        let plain = secrets(&[], &["older", "path"]);
        for (headers, secret, secrets) in [
            (&signed.headers[..], None, &signs),
            (&signed.headers, Some("path"), &signs),
            (&signed.headers, Some("older"), &signs),
            (&none, Some("path"), &plain),
            (&none, Some("older"), &plain),
            (&token, None, &plain),
            (&token, Some("path"), &plain),
        ] {
            assert_eq!(of(headers, secret, secrets), Ok(()), "{name} {secret:?}");
        }
        let wrong_token = headers(&[("Authorization", "Bearer wrong")]);
        for (headers, secret, secrets) in [
            (&signed.headers[..], Some("wrong"), &signs),
            (&signed.headers, Some(""), &signs),
            (&none, None, &plain),
            (&none, Some("wrong"), &plain),
            (&none, Some(""), &Secrets::default()),
            (&none, Some(""), &secrets(&[], &[""])),
            (&wrong_token, None, &plain),
            // The address counts where it has a secret, whatever stands in the header.
            (&token, Some("wrong"), &plain),
        ] {
            let found = of(headers, secret, secrets);
            assert_eq!(found, Err(Unauthenticated::Secret), "{name} {secret:?}");
        }
        // Neither the secret of the address nor a bearer token that is it stands for a signature.
        for (headers, secret, secrets) in [
            (&none[..], None, &signs),
            (&none, Some("path"), &signs),
            (&token, None, &signs),
            (&signed.headers, None, &secrets(&["other"], &["path"])),
        ] {
            let found = of(headers, secret, secrets);
            let signature = matches!(found, Err(Unauthenticated::Signature(_)));
            assert!(signature, "{name} {secret:?}: {found:?}");
        }
    }
}

#[test]
fn no_secret_stands_in_a_problem() {
    for source in all() {
        let (sample, signed) = request(*source);
        let found = check(
            *source,
            &signed.url,
            &signed.headers,
            &sample.body,
            &["hush-hush"],
            now(),
        );
        assert!(!found.unwrap_err().to_string().contains("hush"));
    }
    assert!(same_secret("hush", &["a", "hush"]));
}
