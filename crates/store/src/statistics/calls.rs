//! How many calls there were over time.

use sea_orm::ConnectionTrait;

use super::bounds::{Bounds, Question, ServedBy};
use super::sums::CallSums;
use super::{rollup, scan};
use crate::{Store, StoreError};

/// What there was of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallStatistics {
    /// In the whole period.
    pub totals: CallSums,
    /// By bucket, empty ones too.
    pub series: Vec<CallSums>,
    /// Where it comes from.
    pub served_by: ServedBy,
}

impl Store {
    /// Counts calls by when they began.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn call_statistics(&self, question: &Question) -> Result<CallStatistics, StoreError> {
        let bounds = Bounds::new(&question.buckets);
        let txn = self.begin_reading().await?;
        let (series, served_by) = match question.is_summed(&bounds) {
            true => (
                rollup::calls(&txn, question, &bounds).await?,
                ServedBy::Rollup,
            ),
            false => (scanned(&txn, question, &bounds).await?, ServedBy::Scan),
        };
        txn.rollback().await?;
        let mut totals = CallSums::default();
        series.iter().for_each(|sums| totals.add(sums, 1));
        Ok(CallStatistics {
            totals,
            series,
            served_by,
        })
    }
}

async fn scanned(
    db: &impl ConnectionTrait,
    question: &Question,
    bounds: &Bounds,
) -> Result<Vec<CallSums>, StoreError> {
    let mut series = vec![CallSums::default(); bounds.len()];
    // Grouping them all would put them in order first, which costs more than a question for each bucket.
    for (bucket, sums) in series.iter_mut().enumerate() {
        *sums = scan::sums(db, question, bounds.of_bucket(bucket)).await?;
    }
    Ok(series)
}
