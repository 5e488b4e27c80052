//! What receivers answered, attempt by attempt.

use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::Delivery;
use crate::answers::storable;
use crate::entity::{deliveries, delivery_attempts as rows};
use crate::json_text::JsonText;
use crate::times::{from_us, to_us};
use crate::{Store, StoreError};

/// What stands in the log of an attempt whose sender did not come back.
pub(super) const LOST: &str =
    "The sender ended before the answer was stored: the receiver may have got it.";

/// An attempt that was made just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttempt {
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub milliseconds: u64,
    /// The answer's HTTP status, if there was one.
    pub status: Option<u16>,
    /// The answer's headers.
    pub headers: Vec<(String, String)>,
    /// The beginning of the answer's body.
    pub body: String,
    /// Whether there was more of it.
    pub cut: bool,
    /// Why it failed.
    pub error: Option<String>,
}

/// An attempt as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1, over all schedules.
    pub number: i64,
    /// What happened.
    pub made: NewAttempt,
}

impl Store {
    /// The attempts of a delivery, the first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delivery_attempts(&self, delivery_id: &str) -> Result<Vec<Attempt>, StoreError> {
        rows::Entity::find()
            .filter(rows::Column::DeliveryId.eq(delivery_id))
            .order_by_asc(rows::Column::Number)
            .order_by_asc(rows::Column::Id)
            .all(self.reader())
            .await?
            .into_iter()
            .map(Attempt::try_from)
            .collect()
    }
}

/// The attempt of a delivery whose lease ran out; it began when the delivery was leased.
pub(super) async fn insert_lost(
    db: &impl ConnectionTrait,
    store: &Store,
    delivery: &deliveries::Model,
) -> Result<(), StoreError> {
    let attempt = NewAttempt {
        started_at: from_us(delivery.updated_at)?,
        milliseconds: 0,
        status: None,
        headers: Vec::new(),
        body: String::new(),
        cut: false,
        error: Some(LOST.to_owned()),
    };
    insert(db, store, &delivery.id, delivery.attempts_ever, &attempt).await
}

/// Takes what was noted of an attempt as lost away: its sender did come back.
pub(super) async fn delete_lost(
    db: &impl ConnectionTrait,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    rows::Entity::delete_many()
        .filter(rows::Column::DeliveryId.eq(delivery.id.as_str()))
        .filter(rows::Column::Number.eq(delivery.attempts_ever))
        .filter(rows::Column::Error.eq(LOST))
        .exec(db)
        .await?;
    Ok(())
}

/// Notes the attempt of that number, from 1.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    store: &Store,
    delivery_id: &str,
    number: i64,
    attempt: &NewAttempt,
) -> Result<(), StoreError> {
    let row = rows::Model {
        id: store.id(),
        delivery_id: delivery_id.to_owned(),
        number,
        started_at: to_us(attempt.started_at),
        milliseconds: i64::try_from(attempt.milliseconds).unwrap_or(i64::MAX),
        status: attempt.status.map(i64::from),
        headers: JsonText(attempt.headers.clone()),
        body: storable(&attempt.body),
        cut: attempt.cut,
        error: attempt.error.as_deref().map(storable),
    };
    rows::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

impl TryFrom<rows::Model> for Attempt {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.number,
            made: NewAttempt {
                started_at: from_us(row.started_at)?,
                milliseconds: u64::try_from(row.milliseconds).unwrap_or_default(),
                status: row.status.and_then(|status| u16::try_from(status).ok()),
                headers: row.headers.0,
                body: row.body,
                cut: row.cut,
                error: row.error,
            },
        })
    }
}
