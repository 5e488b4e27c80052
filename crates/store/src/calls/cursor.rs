//! Where a page of calls ended.
//!
//! A cursor is opaque to the caller. It holds the version of its own format, a fingerprint of the filter that it belongs to,
//! and the place: the time of arrival and the id of the last call shown. Both never change, so that a cursor stays right
//! whatever is added or deleted meanwhile.

use aftercall_core::{Id, Problem};
use sha2::{Digest, Sha256};

use super::CallFilter;

/// Version of the format, the first of the digits.
const FORMAT: &str = "1";

/// The last call of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Microseconds since 1970.
    pub(super) created_at: i64,
    /// The call's own id.
    pub(super) id: String,
}

impl Cursor {
    /// The text that the caller gives back for the next page.
    pub(super) fn encode(&self, filter: &CallFilter) -> String {
        let (fingerprint, created_at, id) = (fingerprint(filter), self.created_at, &self.id);
        format!("{FORMAT}{fingerprint}{created_at:016x}{id}")
    }

    /// Reads a cursor of the same filter.
    pub(super) fn decode(text: &str, filter: &CallFilter) -> Result<Self, Problem> {
        let shown: String = text.chars().take(80).collect();
        let refused = |rule: &str| Problem::told("cursor", format!("{shown:?}"), rule);
        let broken = || refused("must be the `next` of an earlier page, as it was");
        let rest = text.strip_prefix(FORMAT).ok_or_else(broken)?;
        let parts = rest.is_ascii().then(|| rest.split_at_checked(8)).flatten();
        let (of, place) = parts.ok_or_else(broken)?;
        let (created_at, id) = place.split_at_checked(16).ok_or_else(broken)?;
        let created_at = u64::from_str_radix(created_at, 16).map_err(|_| broken())?;
        let id: Id = id.parse().map_err(|_| broken())?;
        if of != fingerprint(filter) {
            return Err(refused(
                "must be used with the filters of the page that it came from",
            ));
        }
        Ok(Self {
            created_at: created_at.cast_signed(),
            id: id.to_string(),
        })
    }
}

/// Eight digits that another filter hardly ever has.
fn fingerprint(filter: &CallFilter) -> String {
    // The text form names every field with its value; it only has to be the same within one version of the program.
    let hash = Sha256::digest(format!("{filter:?}").as_bytes());
    hash.iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filter(agent: &str) -> CallFilter {
        CallFilter {
            agent_ids: vec![agent.to_owned()],
            ..CallFilter::default()
        }
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back(created_at: i64, seconds: u32, random: u64, agent in "[a-z]{0,4}") {
            let cursor = Cursor { created_at, id: Id::new(seconds, random).to_string() };
            let text = cursor.encode(&filter(&agent));
            prop_assert_eq!(Cursor::decode(&text, &filter(&agent)), Ok(cursor));
        }

        #[test]
        fn any_text_is_an_error_or_a_cursor(text in "\\PC{0,60}") {
            prop_assert!(Cursor::decode(&text, &filter("a")).is_err());
        }
    }

    #[test]
    fn another_filter_is_told() {
        let cursor = Cursor {
            created_at: 7,
            id: Id::new(1, 2).to_string(),
        };
        let text = cursor.encode(&filter("a"));
        let problem = Cursor::decode(&text, &filter("b")).unwrap_err();
        assert!(problem.rule.contains("filters"), "{problem}");
        for broken in [
            &text[1..],
            &text[..text.len() - 1],
            "",
            "1",
            &format!("{text}0"),
        ] {
            let problem = Cursor::decode(broken, &filter("a")).unwrap_err();
            assert!(problem.rule.contains("as it was"), "{problem}");
        }
    }
}
