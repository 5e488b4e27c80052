//! Everything that is stored, counted anew.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QuerySelect,
};

use super::delta::{Part, Sums};
use super::fold::Totals;
use super::groups::{self, Parting};
use super::sums::{MetricSums, QUARTER, QUARTERS};
use super::tally::numbers_of;
use crate::calls::{BEGAN, CallFilter};
use crate::entity::{calls, statistics_calls, statistics_deltas, statistics_metrics};
use crate::times::{from_us, to_us};
use crate::{Store, StoreError};

/// Microseconds of a day.
const DAY: i64 = QUARTER * QUARTERS;

impl Store {
    /// Counts all calls and answers anew, for sums that do not agree with them: another program wrote there. Nobody stores
    /// a call or an analysis meanwhile.
    ///
    /// # Errors
    /// Those of the database; then nothing was changed.
    pub async fn recount_statistics(&self) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        fill(&txn).await?;
        Ok(txn.commit().await?)
    }
}

/// Counts all calls and answers, day by day.
pub(crate) async fn fill(txn: &DatabaseTransaction) -> Result<(), StoreError> {
    if txn.get_database_backend() == DbBackend::Postgres {
        let lock =
            "LOCK TABLE calls, analyses, answers, statistics_deltas IN SHARE ROW EXCLUSIVE MODE";
        txn.execute_unprepared(lock).await?;
    }
    statistics_deltas::Entity::delete_many().exec(txn).await?;
    statistics_calls::Entity::delete_many().exec(txn).await?;
    statistics_metrics::Entity::delete_many().exec(txn).await?;
    let by = Parting {
        step: Some(QUARTER),
        agents: true,
        texts: true,
    };
    let mut from = i64::MIN;
    while let Some(first) = first_from(txn, from).await? {
        let day = first.div_euclid(DAY);
        let filter = CallFilter {
            since: Some(from_us(first)?),
            // At the end of the calendar there is no next day.
            until: from_us((day + 1) * DAY).ok(),
            ..CallFilter::default()
        };
        let mut totals = Totals::default();
        for group in groups::calls(txn, &filter, by).await? {
            let part = part(group.part, group.agent_id, group.revision_id);
            let sums = Sums {
                calls: group.sums,
                ..Sums::default()
            };
            totals.add(&part, sums);
        }
        for group in groups::answers(txn, &filter, &[], by).await? {
            let mut sums = MetricSums::default();
            sums.add_numbers(&numbers_of(&group));
            let part = part(group.part, group.agent_id, group.revision_id);
            let name = (group.identifier, group.metric_type);
            let sums = Sums {
                metrics: [(name, sums)].into(),
                ..Sums::default()
            };
            totals.add(&part, sums);
        }
        totals.write(txn).await?;
        let Some(until) = filter.until else { break };
        from = to_us(until);
    }
    Ok(())
}

fn part(quarter: i64, agent_id: String, revision_id: String) -> Part {
    Part {
        quarter,
        agent_id,
        revision_id,
    }
}

/// When the first call began that began then or later.
async fn first_from(db: &impl ConnectionTrait, from: i64) -> Result<Option<i64>, StoreError> {
    let first: Option<Option<i64>> = calls::Entity::find()
        .select_only()
        .expr(Expr::cust(format!("CAST(MIN({BEGAN}) AS BIGINT)")))
        .filter(Expr::cust(format!("{BEGAN} >= {from}")))
        .into_tuple()
        .one(db)
        .await?;
    Ok(first.flatten())
}
