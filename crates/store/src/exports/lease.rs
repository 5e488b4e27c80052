//! Who writes a scheduled export: one node at a time.

use aftercall_core::Id;
use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::entity::exports::{self, Column};
use crate::times::{later, to_us};
use crate::{Store, StoreError};

/// The right to write an export, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLease {
    /// The export's name.
    pub name: String,
    /// Known to the holder alone.
    pub(crate) token: String,
}

impl Store {
    /// Takes an export that is due: what arrived before `due` was not all written yet, and nobody is at it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claim_export(
        &self,
        name: &str,
        due: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<ExportLease>, StoreError> {
        let txn = self.begin().await?;
        let new = exports::Model {
            name: name.to_owned(),
            done_until: None,
            lease_until: None,
            lease_token: None,
        };
        exports::Entity::insert(new.into_active_model())
            .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
            .exec_without_returning(&txn)
            .await?;
        let token = Id::new(0, self.random().u64()).to_string();
        let now = self.now();
        let is_due = Condition::any()
            .add(Column::DoneUntil.is_null())
            .add(Column::DoneUntil.lt(to_us(due)));
        let is_free = Condition::any()
            .add(Column::LeaseUntil.is_null())
            .add(Column::LeaseUntil.lte(to_us(now)));
        let taken = exports::Entity::update_many()
            .col_expr(Column::LeaseToken, Expr::val(token.as_str()))
            .col_expr(Column::LeaseUntil, Expr::val(to_us(later(now, lease))))
            .filter(Column::Name.eq(name))
            .filter(is_due)
            .filter(is_free)
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok((taken.rows_affected == 1).then(|| ExportLease {
            name: name.to_owned(),
            token,
        }))
    }

    /// Prolongs a lease from now on. False where it ended, so that the work has to end too.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn renew_export(
        &self,
        held: &ExportLease,
        lease: SignedDuration,
    ) -> Result<bool, StoreError> {
        let renewed = exports::Entity::update_many()
            .col_expr(
                Column::LeaseUntil,
                Expr::val(to_us(later(self.now(), lease))),
            )
            .filter(holds(self, held))
            .exec(self.writer())
            .await?;
        Ok(renewed.rows_affected == 1)
    }

    /// Gives a lease back after everything that arrived before `done_until` was written. False where it ended before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_export(
        &self,
        held: &ExportLease,
        done_until: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = exports::Entity::update_many()
            .col_expr(Column::DoneUntil, Expr::val(to_us(done_until)))
            .col_expr(Column::LeaseUntil, Expr::val(None::<i64>))
            .col_expr(Column::LeaseToken, Expr::val(None::<String>))
            .filter(holds(self, held))
            .exec(self.writer())
            .await?;
        Ok(ended.rows_affected == 1)
    }
}

/// That a lease is still held.
pub(super) fn holds(store: &Store, held: &ExportLease) -> Condition {
    Condition::all()
        .add(Column::Name.eq(held.name.as_str()))
        .add(Column::LeaseToken.eq(held.token.as_str()))
        .add(Column::LeaseUntil.gt(store.now_us()))
}

/// Locks the row of a lease until the transaction ends. False where it is no longer held.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    store: &Store,
    held: &ExportLease,
) -> Result<bool, StoreError> {
    use sea_orm::QuerySelect as _;
    let row = exports::Entity::find()
        .filter(holds(store, held))
        .lock_exclusive()
        .one(db)
        .await?;
    Ok(row.is_some())
}
