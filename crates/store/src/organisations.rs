//! The organisation: one server has one.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};

use crate::entity::organisations as rows;
use crate::{Store, StoreError, times};

/// Its name until somebody gives it another.
const NAME: &str = "Aftercall";

/// Whose server it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// 24 hex digits.
    pub id: String,
    /// The name shown.
    pub name: String,
    /// When the server was set up.
    pub created_at: Timestamp,
}

impl Store {
    /// The organisation; made when it is first asked for.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn organisation(&self) -> Result<Organisation, StoreError> {
        if let Some(row) = rows::Entity::find().one(self.reader()).await? {
            return row.try_into();
        }
        let txn = self.begin().await?;
        let row = rows::ActiveModel {
            id: Set(self.id()),
            name: Set(NAME.to_owned()),
            single: Set(true),
            created_at: Set(self.now_us()),
        };
        // Two that ask at once both come here; the column lets one of them in.
        let one = OnConflict::column(rows::Column::Single)
            .do_nothing()
            .to_owned();
        rows::Entity::insert(row)
            .on_conflict(one)
            .try_insert()
            .exec_without_returning(&txn)
            .await?;
        let row = rows::Entity::find().one(&txn).await?;
        txn.commit().await?;
        row.ok_or_else(|| StoreError::missing("Organisation", ""))?
            .try_into()
    }

    /// Give the organisation another name.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for text that the database cannot keep.
    pub async fn rename_organisation(&self, name: &str) -> Result<Organisation, StoreError> {
        let organisation = self.organisation().await?;
        let txn = self.begin().await?;
        rows::Entity::update_many()
            .col_expr(rows::Column::Name, Expr::value(name))
            .filter(rows::COLUMN.id.eq(&organisation.id))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(Organisation {
            name: name.to_owned(),
            ..organisation
        })
    }
}

impl TryFrom<rows::Model> for Organisation {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            name: row.name,
            created_at: times::from_us(row.created_at)?,
        })
    }
}
