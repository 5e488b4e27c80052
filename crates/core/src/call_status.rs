//! When a call is over.

/// What a call's `status` says while it goes on or waits.
const OPEN: [&str; 5] = ["pending", "in_progress", "in_queue", "processing", "active"];

/// The status of a call that took place and ended.
pub const COMPLETED: &str = "completed";

/// Whether a call with that `status` is over, so that it can be analysed.
///
/// A call without a status is over: whoever sends a transcript without saying more has a call that ended. So is one with
/// a status of the sender's own, such as `busy`.
#[must_use]
pub fn is_finished(status: Option<&str>) -> bool {
    status.is_none_or(|status| !OPEN.contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_calls_wait() {
        for status in OPEN {
            assert!(!is_finished(Some(status)), "{status}");
        }
        for status in [
            "completed",
            "failed",
            "no_answer",
            "cancelled",
            "busy",
            "Active",
            "",
        ] {
            assert!(is_finished(Some(status)), "{status}");
        }
        assert!(is_finished(None));
    }
}
