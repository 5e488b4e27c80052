//! Headers that users have sent along with every delivery.

use aftercall_core::Problem;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;

/// Headers at most.
pub const MAX_HEADERS: usize = 10;

/// Characters of a value at most.
pub const MAX_VALUE: usize = 1024;

/// Names that are not a user's to set: a delivery's own signatures, and what HTTP itself needs.
pub const RESERVED: [&str; 9] = [
    "x-signature",
    "host",
    "content-length",
    "content-type",
    "connection",
    "transfer-encoding",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// Reads headers that a user gave, in their order. Values are secrets, and no problem shows one.
///
/// # Errors
/// Every broken rule.
pub fn read<'a>(
    given: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<HeaderMap, Vec<Problem>> {
    let (mut headers, mut problems, mut count) = (HeaderMap::new(), Vec::new(), 0);
    for (name, value) in given {
        count += 1;
        if count > MAX_HEADERS {
            continue;
        }
        match one(name, value) {
            Ok((read, _)) if headers.contains_key(&read) => problems.push(about(
                name,
                "must stand once, whatever the case of its letters",
            )),
            Ok((read, value)) => drop(headers.insert(read, value)),
            Err(problem) => problems.push(problem),
        }
    }
    if count > MAX_HEADERS {
        problems.push(Problem::told(
            "headers",
            count.to_string(),
            format!("must be at most {MAX_HEADERS}"),
        ));
    }
    if problems.is_empty() {
        Ok(headers)
    } else {
        Err(problems)
    }
}

fn one(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Problem> {
    let read = HeaderName::try_from(name).map_err(|_| {
        about(
            name,
            "must be a header's name: letters, digits and !#$%&'*+-.^_`|~",
        )
    })?;
    if RESERVED.contains(&read.as_str()) {
        return Err(about(name, "is reserved"));
    }
    let field = format!("headers.{name}");
    let length = value.chars().count();
    if length > MAX_VALUE {
        return Err(Problem::told(
            field,
            format!("{length} characters"),
            format!("must have at most {MAX_VALUE} characters"),
        ));
    }
    let printable = value
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    match HeaderValue::try_from(value) {
        Ok(mut value) if printable => {
            value.set_sensitive(true);
            Ok((read, value))
        }
        _ => Err(Problem::told(
            field,
            "others",
            "must hold printable ASCII characters alone",
        )),
    }
}

fn about(name: &str, rule: &str) -> Problem {
    Problem::new("headers", Some(&Json::from(name)), rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(given: &[(&str, &str)]) -> Vec<String> {
        let problems = read(given.iter().copied()).unwrap_err();
        problems.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn good_headers_are_taken_and_never_printed() {
        let long = "v".repeat(MAX_VALUE);
        let headers = read([("X-Api-Key", "s3cret"), ("~odd!", ""), ("x-long", &long)]).unwrap();
        assert_eq!(headers["x-api-key"], "s3cret");
        assert_eq!(headers["~odd!"], "");
        assert!(!format!("{headers:?}").contains("s3cret"));
    }

    #[test]
    fn every_broken_rule_is_told_and_no_value() {
        let long = "s3cret".repeat(200);
        let found = problems(&[
            ("", "s3cret"),
            ("a b", "s3cret"),
            ("x\r\ny", "s3cret"),
            ("x-split", "s3cret\r\nhost: evil"),
            ("x-null", "s3cret\0"),
            ("x-umlaut", "s3crét"),
            ("x-long", &long),
            ("x-twice", "s3cret"),
            ("X-Twice", "s3cret"),
        ]);
        assert_eq!(found.len(), 8, "{found:#?}");
        assert!(!found.concat().contains("s3cr"), "{found:#?}");
        assert_eq!(
            found[7],
            "headers: must stand once, whatever the case of its letters (got \"X-Twice\")"
        );
    }

    #[test]
    fn reserved_names_are_refused_in_any_case() {
        for name in RESERVED {
            for name in [name.to_owned(), name.to_uppercase()] {
                let found = problems(&[(&name, "v")]);
                assert_eq!(found, [format!("headers: is reserved (got \"{name}\")")]);
            }
        }
    }

    #[test]
    fn ten_are_taken_and_eleven_are_not() {
        let names: Vec<String> = (0..11).map(|n| format!("x-{n}")).collect();
        let given: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
        assert_eq!(read(given[..10].iter().copied()).unwrap().len(), 10);
        assert_eq!(problems(&given), ["headers: must be at most 10 (got 11)"]);
    }
}
