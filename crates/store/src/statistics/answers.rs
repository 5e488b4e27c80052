//! What was answered to metrics over time.

use sea_orm::ConnectionTrait;

use super::bounds::{Bounds, Question, ServedBy};
use super::figures::{MetricFigures, figures};
use super::tally::Tally;
use super::versions::{CountedVersion, versions};
use super::{rollup, scan, texts};
use crate::{Store, StoreError};

/// What was answered to metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricStatistics {
    /// The versions of the calls whose answers were counted, in the order of their first calls.
    pub versions: Vec<CountedVersion>,
    /// Every metric that was asked, by identifier and type.
    pub metrics: Vec<MetricFigures>,
    /// Where it comes from.
    pub served_by: ServedBy,
}

impl Store {
    /// Counts the answers of current analyses by when their calls began.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn metric_statistics(
        &self,
        question: &Question,
    ) -> Result<MetricStatistics, StoreError> {
        let bounds = Bounds::new(&question.buckets);
        let txn = self.begin_reading().await?;
        let summed = match question.is_summed(&bounds) {
            true => summed(&txn, question, &bounds).await?,
            false => None,
        };
        let statistics = match summed {
            Some(statistics) => statistics,
            None => scanned(&txn, question, &bounds).await?,
        };
        txn.rollback().await?;
        Ok(statistics)
    }
}

/// By sums; `None` where they cannot tell.
async fn summed(
    db: &impl ConnectionTrait,
    question: &Question,
    bounds: &Bounds,
) -> Result<Option<MetricStatistics>, StoreError> {
    let mut tally = rollup::answers(db, question, bounds).await?;
    let Some(tops) = texts::tops(db, question, &mut tally).await? else {
        return Ok(None);
    };
    let Some(metrics) = figures(&tally, tops, question.buckets.zone(), true)? else {
        return Ok(None);
    };
    Ok(Some(MetricStatistics {
        versions: versions(db, question, &tally, true).await?,
        metrics,
        served_by: ServedBy::Rollup,
    }))
}

/// By the calls themselves.
async fn scanned(
    db: &impl ConnectionTrait,
    question: &Question,
    bounds: &Bounds,
) -> Result<MetricStatistics, StoreError> {
    let mut tally = Tally::new(bounds.clone());
    let period = (bounds.from(), bounds.to());
    scan::each(db, question, period, |call| {
        tally.add_call(call, &question.identifiers);
    })
    .await?;
    let tops = texts::tops(db, question, &mut tally).await?;
    let tops = tops.ok_or_else(|| {
        StoreError::corrupt("answers of calls", "they are not those of their analyses")
    })?;
    // Of exact instants days are always told.
    let metrics = figures(&tally, tops, question.buckets.zone(), false)?.unwrap_or_default();
    Ok(MetricStatistics {
        versions: versions(db, question, &tally, false).await?,
        metrics,
        served_by: ServedBy::Scan,
    })
}
