//! The parts that scheduled exports are written in, and what was written of them.

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::ExportLease;
use super::lease::lock;
use crate::entity::export_partitions::Column;
use crate::entity::{agents, calls, export_partitions};
use crate::times::to_us;
use crate::{Store, StoreError};

/// Microseconds of a day of UTC.
const DAY_US: i64 = 86_400_000_000;

/// The calls of one agent that arrived on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The agent.
    pub agent_id: String,
    /// The day, of UTC.
    pub day: Date,
    /// How many calls there are.
    pub calls: i64,
    /// A text that is another one when any of the calls has changed, and when one came or went.
    pub fingerprint: String,
}

/// A partition as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it was written from; its fingerprint is one of the writer's making.
    pub partition: Partition,
    /// The file, below the destination.
    pub path: String,
}

impl Store {
    /// The id of every agent, archived ones too, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn agent_ids(&self) -> Result<Vec<String>, StoreError> {
        Ok(agents::Entity::find()
            .select_only()
            .column(agents::Column::Id)
            .order_by_asc(agents::Column::Id)
            .into_tuple()
            .all(self.reader())
            .await?)
    }

    /// The days on which calls of an agent arrived, before an instant, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn partitions(
        &self,
        agent_id: &str,
        before: Timestamp,
    ) -> Result<Vec<Partition>, StoreError> {
        let column = |column: calls::Column| Expr::col((calls::Entity, column));
        let mut query = Query::select();
        query
            .expr_as(Expr::cust(format!("created_at / {DAY_US}")), "day")
            .expr(column(calls::Column::Id).count())
            .expr(column(calls::Column::UpdatedAt).max())
            // A change that a clock which is behind has dated before the newest one would not show in that. Cut, so that
            // the sum of a busy day fits.
            .expr(Expr::cust("CAST(SUM(updated_at % 4294967296) AS BIGINT)"))
            .from(calls::Entity)
            .and_where(column(calls::Column::AgentId).eq(agent_id))
            .and_where(column(calls::Column::CreatedAt).lt(to_us(before)))
            .add_group_by([Expr::col("day")])
            .order_by("day", Order::Asc);
        let rows = self.reader().query_all(&query).await?;
        let partition = |row: &sea_orm::QueryResult| {
            let number = |place| row.try_get_by_index::<i64>(place);
            let (calls, newest, sum) = (number(1)?, number(2)?, number(3)?);
            Ok(Partition {
                agent_id: agent_id.to_owned(),
                day: date(number(0)?)?,
                calls,
                fingerprint: format!("{calls:x}-{newest:x}-{sum:x}"),
            })
        };
        rows.iter().map(partition).collect()
    }

    /// What an export has written of an agent, the oldest day first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn written_partitions(
        &self,
        export: &str,
        agent_id: &str,
    ) -> Result<Vec<Written>, StoreError> {
        export_partitions::Entity::find()
            .filter(Column::Export.eq(export))
            .filter(Column::AgentId.eq(agent_id))
            .order_by_asc(Column::Day)
            .all(self.reader())
            .await?
            .into_iter()
            .map(Written::try_from)
            .collect()
    }

    /// Keeps that a partition was written. False where the lease ended before: then somebody else writes it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep_written(
        &self,
        held: &ExportLease,
        written: &Written,
    ) -> Result<bool, StoreError> {
        let txn = self.begin().await?;
        if !lock(&txn, self, held).await? {
            return Ok(false);
        }
        let row = export_partitions::Model {
            export: held.name.clone(),
            agent_id: written.partition.agent_id.clone(),
            day: written.partition.day.to_string(),
            fingerprint: written.partition.fingerprint.clone(),
            path: written.path.clone(),
            calls: written.partition.calls,
            written_at: self.now_us(),
        };
        let key = [Column::Export, Column::AgentId, Column::Day];
        let news = [
            Column::Fingerprint,
            Column::Path,
            Column::Calls,
            Column::WrittenAt,
        ];
        export_partitions::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::columns(key).update_columns(news).to_owned())
            .exec_without_returning(&txn)
            .await?;
        txn.commit().await?;
        Ok(true)
    }

    /// Forgets a partition whose file is gone. False where the lease ended before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_written(
        &self,
        held: &ExportLease,
        partition: &Partition,
    ) -> Result<bool, StoreError> {
        let txn = self.begin().await?;
        if !lock(&txn, self, held).await? {
            return Ok(false);
        }
        export_partitions::Entity::delete_many()
            .filter(Column::Export.eq(held.name.as_str()))
            .filter(Column::AgentId.eq(partition.agent_id.as_str()))
            .filter(Column::Day.eq(partition.day.to_string()))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(true)
    }
}

impl TryFrom<export_partitions::Model> for Written {
    type Error = StoreError;

    fn try_from(row: export_partitions::Model) -> Result<Self, StoreError> {
        Ok(Self {
            partition: Partition {
                day: row
                    .day
                    .parse()
                    .map_err(|_| StoreError::corrupt("a day", &row.day))?,
                agent_id: row.agent_id,
                calls: row.calls,
                fingerprint: row.fingerprint,
            },
            path: row.path,
        })
    }
}

/// The day that begins so many days after 1970 did.
fn date(days: i64) -> Result<Date, StoreError> {
    let start = days.checked_mul(DAY_US).map(crate::times::from_us);
    let start = start.ok_or_else(|| StoreError::corrupt("a time", days))??;
    Ok(start.to_zoned(jiff::tz::TimeZone::UTC).date())
}
