//! How many calls there were over time.

use sea_orm::ConnectionTrait;

use super::bounds::{Bounds, Question, ServedBy};
use super::groups::{self, Parting};
use super::rollup;
use super::sums::CallSums;
use crate::times::from_us;
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
    if series.is_empty() {
        return Ok(series);
    }
    let filter = question.filter(from_us(bounds.from())?, from_us(bounds.to())?);
    let step = question.buckets.step_seconds().map(|step| step * 1_000_000);
    let by = Parting {
        step,
        agents: false,
        texts: false,
    };
    for group in groups::calls(db, &filter, by).await? {
        let at = step.map_or(bounds.from(), |step| group.part * step);
        series[bounds.bucket(at)].add(&group.sums, 1);
    }
    Ok(series)
}
