//! How far the clocks of this machine and of the database are apart.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::times::from_us;
use crate::{Store, StoreError};

impl Store {
    /// By how much the database's clock is ahead of this one, negative where it is behind; `None` on SQLite, which has no
    /// clock of its own. The time that the question takes counts for nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn clock_difference(&self) -> Result<Option<SignedDuration>, StoreError> {
        let db = self.reader();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let sql = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT AS now";
        let before = self.now();
        let row = db
            .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
            .await?;
        let after = self.now();
        let Some(row) = row else {
            return Ok(None);
        };
        let theirs = from_us(row.try_get("", "now")?)?;
        Ok(Some(apart(theirs, before, after)))
    }
}

/// How far an instant lies outside of a span.
fn apart(instant: Timestamp, from: Timestamp, to: Timestamp) -> SignedDuration {
    let nearest = instant.clamp(from, to.max(from));
    instant.duration_since(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_within_the_question_is_no_difference() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (instant, seconds) in [(7, -3), (10, 0), (12, 0), (15, 0), (19, 4)] {
            assert_eq!(apart(at(instant), at(10), at(15)).as_secs(), seconds);
        }
    }
}
