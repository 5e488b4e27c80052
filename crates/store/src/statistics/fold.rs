//! What commits left to add is added to the sums, a little at a time.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};

use super::delta::{MetricName, Part, Sums};
use super::sums::{CallSums, MetricSums, QUARTERS};
use crate::chunks::owned_chunks;
use crate::entity::{statistics_calls, statistics_deltas, statistics_metrics};
use crate::json_text::JsonText;
use crate::{Store, StoreError};

/// Number of the lock that one node at a time holds while it adds up: `aftrsums` in ASCII.
const FOLD_LOCK: i64 = 0x6166_7472_7375_6d73;

/// Whose sums of a day.
type Owner = (i64, String, String);
/// A day's sums of one kind, by the quarter's place in the day.
type Day<T> = BTreeMap<i64, T>;

/// Sums that are to be stored.
#[derive(Debug, Default)]
pub(super) struct Totals {
    calls: BTreeMap<Owner, Day<CallSums>>,
    metrics: BTreeMap<Owner, BTreeMap<MetricName, Day<MetricSums>>>,
}

impl Store {
    /// Adds up to `limit` of the changes that commits left to the sums that statistics are read from, in one short transaction,
    /// and says how many there were. Statistics are exact before and after. Where another node is at it, nothing is done.
    ///
    /// # Errors
    /// Those of the database; then nothing was changed.
    pub async fn fold_statistics(&self, limit: u64) -> Result<u64, StoreError> {
        let ids = || {
            statistics_deltas::Entity::find()
                .select_only()
                .column(statistics_deltas::Column::Id)
        };
        // As with claims, most looks find nothing.
        let any: Option<String> = ids().limit(1).into_tuple().one(self.reader()).await?;
        if any.is_none() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        if !is_alone(&txn).await? {
            return Ok(0);
        }
        let deltas = statistics_deltas::Entity::find()
            .order_by_asc(statistics_deltas::Column::Id)
            .limit(limit)
            .all(&txn)
            .await?;
        let folded = deltas.len() as u64;
        let mut totals = Totals::default();
        let mut ids = Vec::with_capacity(deltas.len());
        for delta in deltas {
            let part = Part {
                quarter: delta.quarter,
                agent_id: delta.agent_id,
                revision_id: delta.revision_id,
            };
            let mut sums = Sums::default();
            sums.add(delta.sums.0);
            totals.add(&part, sums);
            ids.push(delta.id);
        }
        totals.read_stored(&txn).await?;
        totals.write(&txn).await?;
        for ids in owned_chunks(ids) {
            statistics_deltas::Entity::delete_many()
                .filter(statistics_deltas::Column::Id.is_in(ids))
                .exec(&txn)
                .await?;
        }
        txn.commit().await?;
        Ok(folded)
    }
}

/// Whether no other node adds up now; then none does before the transaction ends. SQLite has one writer in any case.
async fn is_alone(txn: &DatabaseTransaction) -> Result<bool, StoreError> {
    if txn.get_database_backend() != DbBackend::Postgres {
        return Ok(true);
    }
    let lock = format!("SELECT pg_try_advisory_xact_lock({FOLD_LOCK})");
    let lock = Statement::from_string(DbBackend::Postgres, lock);
    let row = txn.query_one_raw(lock).await?;
    Ok(row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default())
}

impl Totals {
    pub(super) fn add(&mut self, part: &Part, sums: Sums) {
        let day = part.quarter.div_euclid(QUARTERS);
        let place = part.quarter.rem_euclid(QUARTERS);
        let owner = (day, part.agent_id.clone(), part.revision_id.clone());
        if !sums.calls.is_zero() {
            let day = self.calls.entry(owner.clone()).or_default();
            day.entry(place).or_default().add(&sums.calls, 1);
        }
        if sums.metrics.is_empty() {
            return;
        }
        let metrics = self.metrics.entry(owner).or_default();
        for (name, sums) in sums.metrics {
            let day = metrics.entry(name).or_default();
            day.entry(place).or_default().add_numbers(&sums.numbers());
        }
    }

    /// Adds what is stored already.
    async fn read_stored(&mut self, txn: &DatabaseTransaction) -> Result<(), StoreError> {
        for ((day, agent_id, revision_id), sums) in &mut self.calls {
            let id = (*day, agent_id.clone(), revision_id.clone());
            let stored = statistics_calls::Entity::find_by_id(id).one(txn).await?;
            for numbers in stored.iter().flat_map(|row| &row.sums.0) {
                if let [place, numbers @ ..] = numbers.as_slice() {
                    let quarter = sums.entry(*place).or_default();
                    quarter.add(&CallSums::of(numbers), 1);
                }
            }
        }
        for ((day, agent_id, revision_id), metrics) in &mut self.metrics {
            use statistics_metrics::Column;
            let stored = statistics_metrics::Entity::find()
                .filter(Column::Day.eq(*day))
                .filter(Column::AgentId.eq(agent_id.as_str()))
                .filter(Column::RevisionId.eq(revision_id.as_str()))
                .all(txn)
                .await?;
            for row in stored {
                let Some(sums) = metrics.get_mut(&(row.identifier, row.metric_type)) else {
                    continue;
                };
                for numbers in &row.sums.0 {
                    if let [place, numbers @ ..] = numbers.as_slice() {
                        sums.entry(*place).or_default().add_numbers(numbers);
                    }
                }
            }
        }
        Ok(())
    }

    /// Stores them in place of what is stored.
    pub(super) async fn write(self, txn: &DatabaseTransaction) -> Result<(), StoreError> {
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        for ((day, agent_id, revision_id), sums) in self.calls {
            let sums: Vec<Vec<i64>> = sums
                .iter()
                .filter(|(_, sums)| !sums.is_zero())
                .map(|(place, sums)| [[*place].as_slice(), &sums.numbers()].concat())
                .collect();
            if sums.is_empty() {
                gone.push((day, agent_id, revision_id));
                continue;
            }
            let row = statistics_calls::Model {
                day,
                agent_id,
                revision_id,
                sums: JsonText(sums),
            };
            rows.push(row.into_active_model());
        }
        for rows in owned_chunks(rows) {
            use statistics_calls::Column;
            let stored = OnConflict::columns([Column::Day, Column::AgentId, Column::RevisionId])
                .update_column(Column::Sums)
                .to_owned();
            statistics_calls::Entity::insert_many(rows)
                .on_conflict(stored)
                .exec_without_returning(txn)
                .await?;
        }
        for id in gone {
            statistics_calls::Entity::delete_by_id(id).exec(txn).await?;
        }
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        for ((day, agent_id, revision_id), metrics) in self.metrics {
            for ((identifier, metric_type), sums) in metrics {
                let sums: Vec<Vec<i64>> = sums
                    .iter()
                    .filter(|(_, sums)| !sums.is_zero())
                    .map(|(place, sums)| [[*place].as_slice(), &sums.numbers()].concat())
                    .collect();
                let (agent_id, revision_id) = (agent_id.clone(), revision_id.clone());
                if sums.is_empty() {
                    gone.push((day, agent_id, revision_id, identifier, metric_type));
                    continue;
                }
                let row = statistics_metrics::Model {
                    day,
                    agent_id,
                    revision_id,
                    identifier,
                    metric_type,
                    sums: JsonText(sums),
                };
                rows.push(row.into_active_model());
            }
        }
        for rows in owned_chunks(rows) {
            use statistics_metrics::Column;
            let key = [
                Column::Day,
                Column::AgentId,
                Column::RevisionId,
                Column::Identifier,
                Column::MetricType,
            ];
            let stored = OnConflict::columns(key)
                .update_column(Column::Sums)
                .to_owned();
            statistics_metrics::Entity::insert_many(rows)
                .on_conflict(stored)
                .exec_without_returning(txn)
                .await?;
        }
        for id in gone {
            statistics_metrics::Entity::delete_by_id(id)
                .exec(txn)
                .await?;
        }
        Ok(())
    }
}
