//! Times in the database: microseconds of UTC since 1970, as `BIGINT`.

use jiff::{SignedDuration, Timestamp};

use crate::StoreError;

/// Microseconds since 1970; what is finer is dropped.
pub(crate) fn to_us(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// So much later, or the last instant there is.
pub(crate) fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The instant of a stored time.
///
/// # Errors
/// [`StoreError::Corrupt`] where no calendar reaches it: another program wrote there.
pub(crate) fn from_us(us: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(us).map_err(|_| StoreError::corrupt("a time", us))
}

/// As [`from_us`], for a time that may be absent.
pub(crate) fn from_us_opt(us: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    us.map(from_us).transpose()
}
